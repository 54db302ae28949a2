//! `patchbay device`: the inventory on the command line. The same settings as in a chat.

use super::beside::Beside;
use super::csv;
use super::print::{say, table};
use crate::builtin::{self, DeviceChange, Known};
use crate::model::{Board, Device, Inventory, Selector, Text, Texts, Timestamp};
use anyhow::{Context, bail};
use clap::Subcommand;
use std::path::PathBuf;
use std::process::ExitCode;

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Add a router: patchbay device add R1 host=10.0.0.1 site=hanoi tags=core,edge
    Add {
        name: String,
        /// Pairs: host ssh-port restconf-port platform site tags credential profile tls parents monitored note
        #[arg(required = true, value_name = "KEY=VALUE")]
        pairs: Vec<String>,
    },
    /// List routers, all or those that a selector names
    List { selector: Option<String> },
    /// Change a router: patchbay device set R1 site=danang
    Set {
        name: String,
        #[arg(required = true, value_name = "KEY=VALUE")]
        pairs: Vec<String>,
    },
    /// Remove a router; its history stays
    Remove { name: String },
    /// Read routers from a CSV file: all of it or nothing
    Import {
        /// With a head line; needs the columns name and host; - for standard input
        file: PathBuf,
        /// Only show what would change
        #[arg(long)]
        dry_run: bool,
    },
    /// Write all routers as CSV to standard output
    Export,
}

pub fn run(beside: &Beside, command: Command) -> anyhow::Result<ExitCode> {
    match command {
        Command::Add { name, pairs } => {
            let inventory = beside.inventory()?;
            if let Some(there) = inventory.named(&name) {
                bail!("there is a router {0} already; to change it: patchbay device set {0} ...", there.name);
            }
            let device = apply(builtin::blank(&name).map_err(said)?, &pairs, &inventory)?;
            if device.host.is_empty() {
                bail!("host= is missing; nothing was added");
            }
            let now = beside.now().wall;
            let (added, credential) = (device.name.to_string(), device.credential.clone());
            beside.change("device", move |work| work.add_device(&device, now))?;
            say(&format!("{added} is added"));
            if !beside.read(|view| view.credential_names())?.contains(&credential) {
                say(&format!(
                    "its credential {credential:?} is not there yet: patchbay credential set {credential}"
                ));
            }
        }
        Command::List { selector } => list(beside, selector)?,
        Command::Set { name, pairs } => {
            let inventory = beside.inventory()?;
            let old = named(&inventory, &name)?;
            let new = apply(old.clone(), &pairs, &inventory)?;
            for difference in builtin::differences(old, &new, &inventory) {
                say(&plain(&difference));
            }
            beside.change("device", move |work| work.set_device(&new))?;
        }
        Command::Remove { name } => {
            let inventory = beside.inventory()?;
            let (id, now) = (named(&inventory, &name)?.id, beside.now().wall);
            beside.change("device", move |work| work.remove_device(id, now))?;
            say(&format!("{name} is removed; its backups and history stay"));
        }
        Command::Import { file, dry_run } => return import(beside, &file, dry_run),
        Command::Export => say(csv::written(&beside.inventory()?)?.trim_end()),
    }
    Ok(ExitCode::SUCCESS)
}

fn named<'a>(inventory: &'a Inventory, name: &str) -> anyhow::Result<&'a Device> {
    inventory
        .named(name)
        .with_context(|| format!("there is no router {name}; patchbay device list shows all"))
}

fn apply(mut device: Device, pairs: &[String], inventory: &Inventory) -> anyhow::Result<Device> {
    let mut changes = Vec::with_capacity(pairs.len());
    for pair in pairs {
        let Some((key, value)) = pair.split_once('=') else {
            bail!("{pair:?} is no setting; settings are pairs like site=hanoi");
        };
        changes.push(DeviceChange { key, value });
    }
    // What routers have is known to the running bot only; the usual short names do here.
    let (platforms, board) = (platforms(), Board::default());
    let known = Known { inventory, platforms: &platforms, board: &board };
    builtin::change_all(&mut device, &changes, &known).map_err(said)?;
    Ok(device)
}

pub fn platforms() -> Vec<String> {
    crate::device::platform_names().map(str::to_owned).collect()
}

/// A problem as the English catalogue says it.
pub fn said(problem: builtin::Problem) -> anyhow::Error {
    anyhow::anyhow!(plain(&problem.text()))
}

fn plain(text: &Text) -> String {
    let texts = crate::texts::load("en").unwrap_or_else(|_| Texts::default());
    texts.render(text, &crate::model::Reader::default(), Timestamp(0))
}

fn list(beside: &Beside, selector: Option<String>) -> anyhow::Result<()> {
    let inventory = beside.inventory()?;
    let selector = match selector {
        Some(typed) => typed.parse::<Selector>().map_err(|why| anyhow::anyhow!(why))?,
        None => Selector::all(),
    };
    if let [first, ..] = selector.unknown(&inventory).as_slice() {
        bail!("{first} names no router; patchbay device list shows all");
    }
    let rows: Vec<Vec<String>> = inventory
        .matching(&selector)
        .map(|device| {
            vec![
                device.name.to_string(),
                device.host.clone(),
                device.ssh_port.to_string(),
                device.site.clone(),
                device.tags.join(" "),
                device.credential.clone(),
                device.platform.clone(),
            ]
        })
        .collect();
    match rows.is_empty() {
        true => say("no routers yet; patchbay device add R1 host=10.0.0.1 adds one"),
        false => table(&["name", "host", "ssh", "site", "tags", "credential", "platform"], &rows),
    }
    Ok(())
}

fn import(beside: &Beside, file: &std::path::Path, dry_run: bool) -> anyhow::Result<ExitCode> {
    let text = match file.as_os_str() == "-" {
        true => std::io::read_to_string(std::io::stdin())?,
        false => {
            std::fs::read_to_string(file).with_context(|| format!("{} could not be read", file.display()))?
        }
    };
    let inventory = beside.inventory()?;
    let wanted = match csv::read(&text, &inventory) {
        Ok(wanted) => wanted,
        Err(problems) => {
            for problem in &problems {
                say(&format!("{}:{problem}", file.display()));
            }
            bail!("{} problems; nothing was imported", problems.len());
        }
    };
    for line in csv::differences(&wanted, &inventory) {
        say(&line);
    }
    if dry_run {
        say("dry run: nothing was changed");
        return Ok(ExitCode::SUCCESS);
    }
    let (count, now) = (wanted.len(), beside.now().wall);
    beside.change("device", move |work| csv::store(&wanted, work, now))?;
    say(&format!("{count} routers are as the file says"));
    Ok(ExitCode::SUCCESS)
}
