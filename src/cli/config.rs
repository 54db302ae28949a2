//! `patchbay config export`: backed-up configurations as plain files. Raw ones need the master key,
//! and the audit says who took them.

use super::beside::Beside;
use super::print::say;
use crate::command;
use crate::device::CONFIG_PURPOSE;
use crate::model::invocation::When;
use crate::model::{Device, Selector};
use crate::store::{StoreError, Version, View};
use anyhow::{Context, bail};
use clap::Subcommand;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Write the newest backup of each router into a folder
    Export {
        /// R1, site:hanoi, all
        selector: String,
        /// The folder; made when it is missing
        dir: PathBuf,
        /// As it was then: 14:02, "yesterday 14:02", 2026-11-20, "3h ago"
        #[arg(long, value_name = "WHEN")]
        at: Option<String>,
        /// As the router sent it, secrets included; needs the master key
        #[arg(long)]
        raw: bool,
    },
}

struct Found {
    device: Device,
    version: Version,
    redacted: String,
    sealed: Option<crate::model::Sealed>,
}

pub fn run(beside: &Beside, command: Command) -> anyhow::Result<ExitCode> {
    let Command::Export { selector, dir, at, raw } = command;
    let inventory = beside.inventory()?;
    let selector: Selector = selector.parse().map_err(|why| anyhow::anyhow!("{why}"))?;
    if let [first, ..] = selector.unknown(&inventory).as_slice() {
        bail!("{first} names no router; patchbay device list shows all");
    }
    let at = at.map(|typed| moment(beside, &typed)).transpose()?;
    let devices: Vec<Device> = inventory.matching(&selector).cloned().collect();
    let (found, missing) = beside.read(move |view| collect(view, &devices, at.as_ref()))?;
    // The key is asked for before the first file is written: all or nothing.
    let texts = match raw {
        true => opened(beside, &found)?,
        false => found.iter().map(|found| found.redacted.clone().into_bytes()).collect(),
    };
    std::fs::create_dir_all(&dir).with_context(|| format!("{} could not be made", dir.display()))?;
    if raw {
        audited(beside, &found)?;
    }
    for (found, text) in found.iter().zip(texts) {
        let path = dir.join(format!("{}.cfg", found.device.name));
        write(&path, &text).with_context(|| format!("{} could not be written", path.display()))?;
    }
    say(&format!("{} configurations are in {}", found.len(), dir.display()));
    for name in &missing {
        say(&format!("{name} has no such backup"));
    }
    Ok(if missing.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn moment(beside: &Beside, typed: &str) -> anyhow::Result<When> {
    command::when::read(
        typed,
        command::when::Clock { now: beside.now().wall, zone: beside.settings.time_zone },
    )
    .map_err(|_| {
        anyhow::anyhow!("--at {typed:?} is no moment in the past; like 14:02, 2026-11-20 or \"3h ago\"")
    })
}

fn collect(
    view: &View<'_>,
    devices: &[Device],
    at: Option<&When>,
) -> Result<(Vec<Found>, Vec<String>), StoreError> {
    let (mut found, mut missing) = (Vec::new(), Vec::new());
    for device in devices {
        let version = match at {
            None => view.latest(device.id)?,
            Some(When::At(at)) => view.version_at(device.id, *at)?,
            Some(When::Version(id)) => view.version(*id)?.filter(|version| version.device == device.id),
        };
        match version {
            None => missing.push(device.name.to_string()),
            Some(version) => found.push(Found {
                device: device.clone(),
                redacted: view.redacted(version.id)?.unwrap_or_default(),
                sealed: view.sealed(version.id)?,
                version,
            }),
        }
    }
    Ok((found, missing))
}

fn opened(beside: &Beside, found: &[Found]) -> anyhow::Result<Vec<Vec<u8>>> {
    let sealer = beside.sealer()?;
    found
        .iter()
        .map(|found| {
            let sealed = found
                .sealed
                .as_ref()
                .with_context(|| format!("{}: the raw copy is gone", found.device.name))?;
            let raw = sealer.open(CONFIG_PURPOSE, sealed);
            Ok(raw.with_context(|| found.device.name.to_string())?.to_vec())
        })
        .collect()
}

fn audited(beside: &Beside, found: &[Found]) -> anyhow::Result<()> {
    let names: Vec<String> =
        found.iter().map(|found| format!("{}{}", found.device.name, found.version.id)).collect();
    let row = beside.audit_row("config.raw", format!("config export --raw {}", names.join(" ")));
    beside.write(move |work| work.audit(&row))
}

/// For its owner only, also where the folder is open.
fn write(path: &Path, text: &[u8]) -> std::io::Result<()> {
    use std::os::unix::fs::OpenOptionsExt;
    let mut file =
        std::fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(path)?;
    file.write_all(text)
}
