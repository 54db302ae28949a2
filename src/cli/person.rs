//! `patchbay person`: who may use the bot, and by which identities each is known.

use super::beside::Beside;
use super::print::{say, table};
use crate::model::{Identity, Reader};
use crate::store::Ended;
use anyhow::{Context, bail};
use clap::Subcommand;
use std::process::ExitCode;

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Add a person: patchbay person add carol --role operator --identity terminal:carol
    Add {
        name: String,
        /// viewer, operator, admin, or a role that your own rules name
        #[arg(long)]
        role: String,
        /// How a channel knows the person, as channel:id; can be given several times
        #[arg(long = "identity", value_name = "CHANNEL:ID")]
        identities: Vec<String>,
        /// Such as Asia/Ho_Chi_Minh; the settings' time zone when left out
        #[arg(long)]
        time_zone: Option<chrono_tz::Tz>,
        /// Such as en; the settings' language when left out
        #[arg(long, value_parser = language)]
        language: Option<String>,
    },
    /// List everybody
    List,
    /// Change a person
    Set {
        name: String,
        #[arg(long)]
        role: Option<String>,
        #[arg(long)]
        time_zone: Option<chrono_tz::Tz>,
        #[arg(long, value_parser = language)]
        language: Option<String>,
        /// Add an identity
        #[arg(long = "identity", value_name = "CHANNEL:ID")]
        identities: Vec<String>,
        /// Take an identity away
        #[arg(long = "no-identity", value_name = "CHANNEL:ID")]
        removed: Vec<String>,
    },
    /// Remove a person; what the audit says stays
    Remove { name: String },
}

pub fn run(beside: &Beside, command: Command) -> anyhow::Result<ExitCode> {
    match command {
        Command::Add { name, role, identities, time_zone, language } => {
            let identities = identities.iter().map(|typed| identity(typed)).collect::<Result<Vec<_>, _>>()?;
            let reader = Reader {
                language: language.unwrap_or_else(|| beside.settings.language.clone()),
                time_zone: time_zone.unwrap_or(beside.settings.time_zone),
            };
            let (now, added) = (beside.now().wall, name.clone());
            beside.change("person", move |work| work.add_person(&name, &role, &reader, &identities, now))?;
            say(&format!("{added} is added"));
        }
        Command::List => list(beside)?,
        Command::Set { name, role, time_zone, language, identities, removed } => {
            let added = identities.iter().map(|typed| identity(typed)).collect::<Result<Vec<_>, _>>()?;
            let removed = removed.iter().map(|typed| identity(typed)).collect::<Result<Vec<_>, _>>()?;
            let mut person = find(beside, &name)?;
            person.role = role.unwrap_or(person.role);
            person.time_zone = time_zone.unwrap_or(person.time_zone);
            person.language = language.unwrap_or(person.language);
            beside.change("person", move |work| {
                work.set_person(&person)?;
                for identity in &removed {
                    work.remove_identity(identity)?;
                }
                added.iter().try_for_each(|identity| work.add_identity(person.id, identity).map(drop))
            })?;
            say(&format!("{name} is changed"));
        }
        Command::Remove { name } => {
            let (person, now) = (find(beside, &name)?, beside.now().wall);
            let ended = beside.change("person", move |work| work.remove_person(person.id, now))?;
            say(&format!("{name} is removed"));
            say_ended(&ended);
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// What went with the person, and what did not.
fn say_ended(ended: &Ended) {
    let counts = [
        (ended.identities, "identity", "identities"),
        (ended.grants, "rule that named this person", "rules that named this person"),
        (ended.codes, "link code", "link codes"),
        (ended.questions, "open question", "open questions"),
    ];
    let gone: Vec<String> = counts
        .iter()
        .filter(|(count, ..)| *count > 0)
        .map(|(count, one, several)| format!("{count} {}", if *count == 1 { one } else { several }))
        .collect();
    if !gone.is_empty() {
        say(&format!("ended with it: {}", gone.join(", ")));
    }
    say("subscriptions stay: they belong to their chats");
}

/// One that has texts.
pub fn language(typed: &str) -> Result<String, String> {
    let known = crate::texts::languages();
    match known.iter().any(|known| known == typed) {
        true => Ok(typed.to_owned()),
        false => Err(format!("there are texts in {} only", known.join(", "))),
    }
}

pub fn find(beside: &Beside, name: &str) -> anyhow::Result<crate::model::Person> {
    let wanted = name.to_owned();
    let found = beside.read(move |view| view.person_by_name(&wanted))?;
    found.with_context(|| format!("there is no person {name:?}; patchbay person list shows all"))
}

fn list(beside: &Beside) -> anyhow::Result<()> {
    let rows = beside.read(|view| {
        view.people()?
            .into_iter()
            .map(|person| {
                let identities = view.identities(person.id)?;
                let known: Vec<String> = identities
                    .iter()
                    .map(|identity| format!("{}:{}", identity.channel, identity.external))
                    .collect();
                Ok(vec![
                    person.name,
                    person.role,
                    person.language,
                    person.time_zone.name().to_owned(),
                    known.join(" "),
                ])
            })
            .collect::<Result<Vec<_>, _>>()
    })?;
    match rows.is_empty() {
        true => say("nobody yet; patchbay person add NAME --role admin --identity CHANNEL:ID adds the first"),
        false => table(&["name", "role", "language", "time zone", "identities"], &rows),
    }
    Ok(())
}

fn identity(typed: &str) -> anyhow::Result<Identity> {
    match typed.split_once(':') {
        Some((channel, external)) if !channel.is_empty() && !external.is_empty() => {
            Ok(Identity { channel: channel.to_owned(), external: external.to_owned() })
        }
        _ => bail!("{typed:?} is no identity; write channel:id"),
    }
}
