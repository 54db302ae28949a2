//! `patchbay channel`: what a service must know of the bot before the bot can know the service, and the first tokens
//! of one that rotates them.

use super::beside::{self, Beside};
use super::credential::{asked, asked_if_there};
use super::print::say;
use super::run::{self as start, catalog};
use crate::app::services::seal;
use crate::channel::KINDS;
use crate::channel::port::Pair;
use crate::model::written::either;
use crate::settings::Settings;
use anyhow::bail;
use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// Print the bot's description for a service that makes an app from one
    Manifest {
        /// Which service
        service: String,
    },
    /// Give a channel its first tokens, or new ones after a refused renewal; asks for them without showing them
    Tokens {
        /// The channel's name in the settings, such as zalo for [channel.zalo]
        channel: String,
    },
}

pub fn run(settings: &Path, command: &Command) -> anyhow::Result<ExitCode> {
    match command {
        Command::Manifest { service } => manifest(settings, service),
        Command::Tokens { channel } => beside::run(settings, |beside| tokens(beside, channel)),
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

/// A token of which nobody knows how old it is passes for an hour old, of twenty-five. One that is dead is found out by
/// its first use.
const AGE: Duration = Duration::from_secs(3_600);
const LIFE: Duration = Duration::from_secs(25 * 3_600);

fn tokens(beside: &Beside, channel: &str) -> anyhow::Result<ExitCode> {
    let want: Vec<&str> = start::want_tokens(&beside.settings);
    if !want.contains(&channel) {
        match want.is_empty() {
            true => bail!("no channel of the settings keeps tokens that are renewed; nothing was changed"),
            false => bail!("{channel} keeps no tokens that are renewed; use {}", either(&want)),
        }
    }
    let sealer = beside.sealer()?;
    let refresh = asked("refresh token: ")?;
    if refresh.reveal().trim().is_empty() || refresh.reveal().contains(char::is_whitespace) {
        bail!("a refresh token is one word; nothing was changed");
    }
    let access = asked_if_there("access token (empty: it is made from the refresh token): ")?;
    let access = access.filter(|access| !access.reveal().trim().is_empty());
    if access.as_ref().is_some_and(|access| access.reveal().contains(char::is_whitespace)) {
        bail!("an access token is one word; nothing was changed");
    }
    let now = beside.now().wall;
    let issued_at = now.minus(AGE);
    let until = if access.is_some() { issued_at.plus(LIFE) } else { issued_at };
    let sealed = seal(&sealer, channel, &Pair { access, refresh, issued_at, until })?;
    let name = channel.to_owned();
    beside.change("channel", move |work| work.keep_tokens(&name, &sealed, issued_at, until))?;
    say(&format!("{channel} has new tokens; a running bot takes them within a minute"));
    Ok(ExitCode::SUCCESS)
}
