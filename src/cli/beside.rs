//! What commands beside a running bot share: settings, the database without its lock, the key.

use crate::device::{MasterKey, Sealer};
use crate::model::{Destination, Identity, Inventory, Now};
use crate::settings::Settings;
use crate::store::{Access, AuditRow, Decision, Store, StoreError, View, Work};
use anyhow::Context;
use std::path::Path;
use std::process::ExitCode;
use tokio::runtime::Runtime;

pub struct Beside {
    pub settings: Settings,
    store: Store,
    runtime: Runtime,
}

/// Opens, runs, and closes, so that the last write is on disk before the process ends.
pub fn run(
    settings: &Path,
    command: impl FnOnce(&Beside) -> anyhow::Result<ExitCode>,
) -> anyhow::Result<ExitCode> {
    let settings = super::run::settings(settings)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let store = Store::open(&settings.data, Access::Beside)?;
    let beside = Beside { settings, store, runtime };
    let code = command(&beside);
    beside.runtime.block_on(beside.store.clone().close());
    code
}

impl Beside {
    pub fn read<T: Send + 'static>(
        &self,
        question: impl FnOnce(&View<'_>) -> Result<T, StoreError> + Send + 'static,
    ) -> anyhow::Result<T> {
        Ok(self.runtime.block_on(self.store.read(question))?)
    }

    pub fn write<T: Send + 'static>(
        &self,
        change: impl FnOnce(&mut Work<'_>) -> Result<T, StoreError> + Send + 'static,
    ) -> anyhow::Result<T> {
        Ok(self.runtime.block_on(self.store.write(change))?)
    }

    /// A change of the inventory, of people, rules or credentials: its audit row is written with it.
    pub fn change<T: Send + 'static>(
        &self,
        permission: &str,
        change: impl FnOnce(&mut Work<'_>) -> Result<T, StoreError> + Send + 'static,
    ) -> anyhow::Result<T> {
        let typed: Vec<String> = std::env::args().skip(1).collect();
        let row = self.audit_row(permission, typed.join(" "));
        self.write(move |work| {
            let changed = change(work)?;
            work.audit(&row)?;
            Ok(changed)
        })
    }

    /// What the audit says of this process. Passwords are asked for, so none stands in a line.
    pub fn audit_row(&self, permission: &str, line: String) -> AuditRow {
        let user = ["SUDO_USER", "USER", "LOGNAME"].into_iter().find_map(|name| std::env::var(name).ok());
        AuditRow {
            at: self.now().wall,
            person: None,
            identity: Identity {
                channel: "command-line".to_owned(),
                external: user.unwrap_or_else(|| "unknown".to_owned()),
            },
            place: Destination { channel: "command-line".to_owned(), address: "local".to_owned() },
            line,
            permission: Some(permission.to_owned()),
            decision: Decision::Done,
            rule: None,
            job: None,
            outcome: None,
        }
    }

    pub fn inventory(&self) -> anyhow::Result<Inventory> {
        self.read(|view| view.inventory())
    }

    pub fn now(&self) -> Now {
        crate::flow::Clock::start().now()
    }

    pub fn key(&self) -> anyhow::Result<MasterKey> {
        super::run::master_key(&self.settings).context("the master key is needed for this")
    }

    pub fn sealer(&self) -> anyhow::Result<Sealer> {
        Ok(Sealer::new(&self.key()?))
    }
}
