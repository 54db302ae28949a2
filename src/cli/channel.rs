//! `patchbay channel`: what a service must know of the bot before the bot can know the service.

use super::print::say;
use super::run::catalog;
use crate::channel::KINDS;
use crate::model::written::either;
use crate::settings::Settings;
use anyhow::bail;
use std::path::Path;
use std::process::ExitCode;

#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// Print the bot's description for a service that makes an app from one
    Manifest {
        /// Which service
        service: String,
    },
}

pub fn run(settings: &Path, command: &Command) -> anyhow::Result<ExitCode> {
    match command {
        Command::Manifest { service } => manifest(settings, service),
    }
}

/// With the commands of the settings' own folder, where there are settings already.
fn manifest(settings: &Path, service: &str) -> anyhow::Result<ExitCode> {
    let made = KINDS.iter().filter_map(|kind| Some((kind.name, kind.manifest?)));
    let Some((_, write)) = made.clone().find(|(name, _)| *name == service) else {
        let known: Vec<&str> = made.map(|(name, _)| name).collect();
        bail!("{service} makes no app from a description; use {}", either(&known));
    };
    let folder = match settings.exists() {
        true => Settings::load(settings, |_| Vec::new()).ok().and_then(|settings| settings.commands),
        false => None,
    };
    let catalog = catalog(folder.as_deref()).map_err(|problems| super::all_of(&problems))?;
    let commands: Vec<_> = catalog.commands().iter().map(|command| (**command).clone()).collect();
    say(&write(&commands));
    Ok(ExitCode::SUCCESS)
}
