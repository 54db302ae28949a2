//! What commands beside a running bot share: settings, the database without its lock, the key.

use crate::device::{MasterKey, Sealer};
use crate::model::{Inventory, Now};
use crate::settings::Settings;
use crate::store::{Access, Store, StoreError, View, Work};
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
