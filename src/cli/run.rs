//! `patchbay run`: the bot on real routers, by its settings file.

use super::check;
use crate::app::{self, Parts};
use crate::builtin;
use crate::channel::{KINDS, Shared};
use crate::command::Catalog;
use crate::device::MasterKey;
use crate::model::written::{Problem, either};
use crate::settings::{ChannelTable, Format, Settings};
use crate::store::{Access, Store};
use anyhow::{Context, bail};
use std::io::IsTerminal;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

pub fn run(path: &Path) -> anyhow::Result<ExitCode> {
    let settings = settings(path)?;
    log(&settings);
    let key = master_key(&settings)?;
    let catalog = Arc::new(catalog(&settings)?);
    let store = Store::open(&settings.data, Access::Bot)?;
    to_its_end(async {
        let shared = shared(&settings, &store, &catalog).await?;
        let (channels, terminal) = open(&settings, &shared)?;
        app::live(Parts { settings, key, store, catalog, channels, terminal }).await
    })
}

/// Lives on threads of its own. A thread that still prints for somebody who does not read is left.
pub fn to_its_end(life: impl Future<Output = anyhow::Result<ExitCode>>) -> anyhow::Result<ExitCode> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let code = runtime.block_on(life);
    runtime.shutdown_background();
    code
}

/// The checked settings, or every problem at once.
pub fn settings(path: &Path) -> anyhow::Result<Settings> {
    if !path.exists() {
        bail!("{} does not exist; copy config/example.toml there, or give --settings FILE", path.display());
    }
    Settings::load(path).map_err(|problems| all_of(&problems))
}

pub fn all_of(problems: &[Problem]) -> anyhow::Error {
    let lines: Vec<String> = problems.iter().map(ToString::to_string).collect();
    anyhow::anyhow!("{}", lines.join("\n          "))
}

/// The key that the settings file points to.
pub fn master_key(settings: &Settings) -> anyhow::Result<MasterKey> {
    MasterKey::from_text(settings.master_key.reveal()).context("the master key cannot be used")
}

/// Built-in command files and those of the user's folder, linted together.
pub fn catalog(settings: &Settings) -> anyhow::Result<Catalog> {
    let mut sources = crate::embedded::commands();
    if let Some(folder) = &settings.commands {
        sources.extend(check::read(folder)?);
    }
    Catalog::new(&sources, &builtin::names()).map_err(|problems| all_of(&problems))
}

/// What every channel gets: texts, and words for completion.
pub async fn shared(settings: &Settings, store: &Store, catalog: &Catalog) -> anyhow::Result<Shared> {
    let texts = crate::texts::load(&settings.language).map_err(|problems| all_of(&problems))?;
    let inventory = store.read(|view| view.inventory()).await?;
    let mut words: Vec<String> =
        catalog.commands().iter().map(|command| format!("/{}", command.name)).collect();
    words.dedup();
    words.extend(inventory.devices().iter().map(|device| device.name.to_string()));
    Ok(Shared { texts: Arc::new(texts), words, data: settings.data.clone() })
}

type Open = (Vec<crate::channel::Channel>, Option<Arc<crate::channel::terminal::Terminal>>);

fn open(settings: &Settings, shared: &Shared) -> anyhow::Result<Open> {
    let (mut channels, mut terminal, mut problems) = (Vec::new(), None, Vec::new());
    for table in &settings.channels {
        let Some(kind) = KINDS.iter().find(|kind| kind.name == table.kind) else {
            problems.extend(unknown_kind(table));
            continue;
        };
        let (opened, found) = table.read(|fields| (kind.open)(fields, shared));
        problems.extend(found);
        channels.push(opened.channel);
        terminal = terminal.or(opened.terminal);
    }
    if !problems.is_empty() {
        return Err(all_of(&problems));
    }
    if channels.is_empty() {
        bail!("no channel is set: add [channel.terminal] to the settings file, see config/example.toml");
    }
    Ok((channels, terminal))
}

fn unknown_kind(table: &ChannelTable) -> Vec<Problem> {
    let known: Vec<&str> = KINDS.iter().map(|kind| kind.name).collect();
    let read = table.read(|fields| {
        fields.wrong("kind", format!("kind {:?} is unknown", table.kind), format!("use {}", either(&known)));
        for key in fields.keys() {
            fields.has(&key);
        }
    });
    read.1
}

/// Logs go to standard error; standard output belongs to the chat in the terminal.
pub fn log(settings: &Settings) {
    use tracing_subscriber::EnvFilter;
    let filter = EnvFilter::new(settings.log.level.name());
    // In a file or a journal, escape codes for colours would be noise.
    let colour =
        std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
    let builder =
        tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).with_target(false);
    let builder = builder.with_ansi(colour);
    let _already_set = match settings.log.format {
        Format::Json => builder.json().try_init(),
        Format::Text => builder.try_init(),
    };
}
