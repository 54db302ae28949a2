//! `patchbay run`: the bot on real routers, by its settings file.

use super::print::say;
use crate::app::{self, Parts};
use crate::builtin;
use crate::channel::{self, Channel, KINDS, Kind, Setup, Shared, terminal};
use crate::command::Catalog;
use crate::device::MasterKey;
use crate::flow::live::{Live, Load};
use crate::model::written::{Fields, Problem, Source, either};
use crate::model::{Doors, Rules};
use crate::settings::{ChannelTable, Format, Settings, user_commands};
use crate::store::{Access, Store};
use anyhow::{Context, bail};
use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

pub fn run(path: &Path) -> anyhow::Result<ExitCode> {
    let settings = settings(path)?;
    let log_file = log(&settings)?;
    let key = master_key(&settings)?;
    let load = load(&settings);
    let catalog = load().map_err(|problems| all_of(&problems))?.catalog;
    let store = Store::open(&settings.data, Access::Bot)?;
    let metrics = app::metrics(&settings)?;
    to_its_end(async {
        let shared = shared(&settings, &store, &catalog).await?;
        let (channels, terminal) = open(&settings, &shared)?;
        if terminal.is_some() && std::io::stdin().is_terminal() {
            greet(&shared, log_file.as_deref());
        }
        app::live(Parts {
            doors: doors(&settings),
            settings,
            key,
            store,
            texts: shared.texts,
            metrics,
            load,
            channels,
            terminal,
        })
        .await
    })
}

/// Lives on threads of its own. A thread that still prints for somebody who does not read is left.
pub fn to_its_end<T>(life: impl Future<Output = anyhow::Result<T>>) -> anyhow::Result<T> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let result = runtime.block_on(life);
    runtime.shutdown_background();
    result
}

/// The checked settings, or every problem at once.
pub fn settings(path: &Path) -> anyhow::Result<Settings> {
    if !path.exists() {
        bail!("{} does not exist; copy config/example.toml there, or give --settings FILE", path.display());
    }
    Settings::load(path, door).map_err(|problems| all_of(&problems))
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
pub fn catalog(commands: Option<&Path>) -> Result<Catalog, Vec<Problem>> {
    let mut sources = crate::embedded::commands();
    if let Some(folder) = commands {
        sources.extend(user_commands(folder)?);
    }
    Catalog::new(&sources, &builtin::names())
}

/// The user's rules, or those that come with the program; each route leads to a channel of the settings,
/// and to an address that it could reach.
pub fn rules(settings: &Settings) -> Result<Rules, Vec<Problem>> {
    let source = rules_file(settings.rules.as_deref())?;
    let rules = Rules::checked(&source)?;
    let channels: Vec<&str> = settings.channels.iter().map(|table| table.name.as_str()).collect();
    let mut lost = rules.lost_routes(&source, &channels);
    lost.extend(rules.bad_addresses(&source, |channel, address| {
        let table = settings.channels.iter().find(|table| table.name == channel)?;
        kind(table).filter(|kind| !(kind.fits)(address)).map(|kind| kind.address)
    }));
    match lost.is_empty() {
        true => Ok(rules),
        false => Err(lost),
    }
}

fn rules_file(file: Option<&Path>) -> Result<Source, Vec<Problem>> {
    let Some(path) = file else { return Ok(crate::embedded::rules()) };
    let name = path.display().to_string();
    let text = std::fs::read_to_string(path).map_err(|error| {
        let hint = "begin with a copy of config/rules.toml".to_owned();
        vec![Problem {
            file: name.clone(),
            line: 1,
            what: format!("the file can not be read ({error})"),
            hint,
        }]
    })?;
    Ok(Source::new(name, text))
}

/// What reads commands and rules, at the start and at each reload.
pub fn load(settings: &Settings) -> Load {
    let settings = settings.clone();
    Box::new(move || {
        let (catalog, rules) = (catalog(settings.commands.as_deref()), rules(&settings));
        match (catalog, rules) {
            (Ok(catalog), Ok(rules)) => Ok(Live { catalog: Arc::new(catalog), rules: Arc::new(rules) }),
            (catalog, rules) => {
                let (mut problems, more) =
                    (catalog.err().unwrap_or_default(), rules.err().unwrap_or_default());
                problems.extend(more);
                Err(problems)
            }
        }
    })
}

/// What every channel gets: texts, and words for completion.
pub async fn shared(settings: &Settings, store: &Store, catalog: &Catalog) -> anyhow::Result<Shared> {
    let texts = crate::texts::load(&settings.language).map_err(|problems| all_of(&problems))?;
    let (inventory, installation) = store.read(|view| Ok((view.inventory()?, view.installation()?))).await?;
    let mut words: Vec<String> =
        catalog.commands().iter().map(|command| format!("/{}", command.name)).collect();
    words.dedup();
    words.extend(inventory.devices().iter().map(|device| device.name.to_string()));
    Ok(Shared { texts: Arc::new(texts), words, data: settings.data.clone(), installation })
}

/// How places behind the doors of the settings come to hear of alerts.
pub fn doors(settings: &Settings) -> Doors {
    let tables = settings.channels.iter();
    let all = tables.filter_map(|table| Some(channel::door(&table.name, kind(table)?))).collect();
    Doors { all, domains: settings.subscribers.mail_domains.clone() }
}

type Open = (Vec<Channel>, Option<Arc<terminal::Terminal>>);

pub fn open(settings: &Settings, shared: &Shared) -> anyhow::Result<Open> {
    let (mut channels, mut terminal, mut problems) = (Vec::<Channel>::new(), None, Vec::new());
    for settings in &settings.channels {
        // An unknown kind was refused when the settings were read.
        let Some(kind) = kind(settings) else { continue };
        let (opened, found) = settings.read(|fields| {
            let opened = (kind.open)(&table(settings, fields), shared)?;
            if channels.iter().any(|channel| channel.name == opened.channel.name) {
                let what = format!("two channels would be called {}", opened.channel.name);
                fields.wrong("kind", what, "keep one, or give this table another name");
            }
            Some(opened)
        });
        problems.extend(found);
        let Some(opened) = opened else { continue };
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

fn kind(table: &ChannelTable) -> Option<&'static Kind> {
    KINDS.iter().find(|kind| kind.name == table.kind)
}

fn table<'a>(settings: &'a ChannelTable, fields: &'a Fields<'a>) -> Setup<'a> {
    Setup { name: &settings.name, fields, secrets: &settings.secrets, files: &settings.files }
}

/// What is wrong with a channel's table.
pub fn door(settings: &ChannelTable) -> Vec<Problem> {
    let ((), problems) = match kind(settings) {
        Some(kind) => settings.read(|fields| (kind.check)(&table(settings, fields))),
        None => settings.read(|fields| {
            let known: Vec<&str> = KINDS.iter().map(|kind| kind.name).collect();
            fields.wrong(
                "kind",
                format!("kind {:?} is unknown", settings.kind),
                format!("use {}", either(&known)),
            );
            for key in fields.keys() {
                fields.has(&key);
            }
        }),
    };
    problems
}

/// The first line of a chat in the terminal.
fn greet(shared: &Shared, log_file: Option<&Path>) {
    let routers = shared.words.iter().filter(|word| !word.starts_with('/')).count();
    let routers = if routers == 1 { "1 router".to_owned() } else { format!("{routers} routers") };
    say(&format!("Patchbay knows {routers}. /help says what can be typed, Ctrl-D ends."));
    if let Some(file) = log_file {
        say(&format!("The log is in {}", file.display()));
    }
    say("");
}

/// Logs go to standard error, because standard output belongs to the chat in the terminal. Where both
/// are one screen they go to a file in the data folder, or they would stand between the answers.
pub fn log(settings: &Settings) -> anyhow::Result<Option<PathBuf>> {
    let screen = std::io::stderr().is_terminal();
    let chat = settings.channels.iter().any(|channel| channel.kind == terminal::KIND);
    if !(screen && chat) {
        // In a file or a journal, escape codes for colours would be noise.
        let colour = screen && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
        write_log(settings, std::io::stderr, colour);
        return Ok(None);
    }
    std::os::unix::fs::DirBuilderExt::mode(std::fs::DirBuilder::new().recursive(true), 0o700)
        .create(&settings.data)
        .with_context(|| format!("{} could not be made", settings.data.display()))?;
    use std::os::unix::fs::OpenOptionsExt;
    let path = settings.data.join("patchbay.log");
    let file = std::fs::OpenOptions::new().create(true).append(true).mode(0o600).open(&path);
    let file = file.with_context(|| format!("{} could not be written", path.display()))?;
    write_log(settings, std::sync::Mutex::new(file), false);
    Ok(Some(path))
}

fn write_log<W>(settings: &Settings, writer: W, colour: bool)
where
    W: for<'w> tracing_subscriber::fmt::MakeWriter<'w> + Send + Sync + 'static,
{
    let filter = tracing_subscriber::EnvFilter::new(settings.log.level.name());
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(writer)
        .with_target(false)
        .with_ansi(colour);
    let _already_set = match settings.log.format {
        Format::Json => builder.json().try_init(),
        Format::Text => builder.try_init(),
    };
}
