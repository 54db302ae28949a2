//! What a service's own menu of commands offers, and to whom: computed from the catalogue, the rules, the
//! people and the chats, and shown anew when one of them changed. It never shows what may not be run.

use super::{AFTER_ERROR, House};
use crate::builtin;
use crate::channel::Channel;
use crate::model::menu::{Audience, Entry, Menu};
use crate::model::{Command, Identity, Person, PersonId, Policy, Role, Run, SendError};
use crate::store::{Chat, StoreError, Topic};
use std::sync::Arc;
use std::time::Duration;

/// No menu of a service is longer.
const ENTRIES: usize = 100;
/// Letters of an entry's words.
const WORDS: usize = 256;
/// So many of the most used commands stand first, and so many newest rows say which those are.
const FIRST: usize = 8;
const RECENT: usize = 2_000;
/// Many people are many requests, which the service may want one by one.
const PATIENCE: Duration = Duration::from_secs(600);

/// Everything that a menu depends on.
pub struct Known {
    pub commands: Arc<Vec<Arc<Command>>>,
    pub policy: Policy,
    pub people: Vec<Person>,
    pub identities: Vec<(PersonId, Identity)>,
    pub chats: Vec<Chat>,
    /// Permissions, the most used first.
    pub used: Vec<String>,
}

/// One loop a channel: one that is slow or away holds up no other. Runs until the house goes dark.
pub async fn run(house: &House) {
    futures_util::future::join_all(house.channels.iter().map(|channel| show(house, channel))).await;
}

async fn show(house: &House, channel: &Channel) {
    let mut changes = house.store.changes();
    let mut swaps = house.live.swaps();
    let (mut shown, mut attempts): (Option<Vec<Menu>>, u32) = (None, 0);
    loop {
        let again = match wanted(house, &channel.name).await {
            Ok(menus) if shown.as_ref() == Some(&menus) => None,
            Ok(menus) => tokio::select! {
                tried = show_once(channel, &menus) => match tried {
                    Ok(()) => {
                        (shown, attempts) = (Some(menus), 0);
                        None
                    }
                    Err(after) => {
                        attempts = attempts.saturating_add(1);
                        Some(after.max(channel.deliver.patience(attempts)))
                    }
                },
                () = house.stops.work.cancelled() => return,
            },
            Err(error) => {
                tracing::error!(%error, "what menus show could not be read");
                Some(AFTER_ERROR)
            }
        };
        let later = async {
            match again {
                Some(after) => tokio::time::sleep(after).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            _ = changes.of(&[Topic::People]), if again.is_none() => {}
            _ = swaps.changed(), if again.is_none() => {}
            () = later => {}
            () = house.stops.work.cancelled() => return,
        }
    }
}

/// How long to wait where it did not go; what can never go is not tried again until something changes.
async fn show_once(channel: &Channel, menus: &[Menu]) -> Result<(), Duration> {
    let tried = tokio::time::timeout(PATIENCE, channel.deliver.show_menus(menus)).await;
    match tried {
        Ok(Ok(())) => Ok(()),
        Ok(Err(SendError::Later { after, why })) => {
            tracing::warn!(channel = channel.name, why, "the menus of commands could not be shown yet");
            Err(after)
        }
        Ok(Err(error @ (SendError::Never { .. } | SendError::Moved { .. }))) => {
            tracing::warn!(channel = channel.name, %error, "the menus of commands could not be shown");
            Ok(())
        }
        Err(_late) => Err(Duration::ZERO),
    }
}

async fn wanted(house: &House, channel: &str) -> Result<Vec<Menu>, StoreError> {
    let commands = house.live.now().catalog.commands().clone();
    let known = house
        .store
        .read(move |view| {
            Ok(Known {
                commands,
                policy: view.policy()?,
                people: view.people()?,
                identities: view.all_identities()?,
                chats: view.chats()?,
                used: view.most_used(RECENT)?.into_iter().map(|(permission, _)| permission).collect(),
            })
        })
        .await?;
    Ok(menus(&known, channel))
}

/// The menus of one channel: what everybody sees, then the groups, then each person alone with the bot.
pub fn menus(known: &Known, channel: &str) -> Vec<Menu> {
    let strangers = |command: &Command| command.run == Run::Builtin(builtin::LINK.name.to_owned());
    let mut menus = vec![menu(Audience::Everybody, entries(known, strangers))];
    for chat in known.chats.iter().filter(|chat| chat.place.channel == channel) {
        let may = |person: &Person, command: &Command| {
            known.policy.may_ever(person, &chat.place, &command.permission(), command.role)
        };
        match chat.person {
            // One of whom nothing is known but the least role that there is.
            None => {
                let anybody = anybody();
                let entries = entries(known, |command| may(&anybody, command));
                menus.push(menu(Audience::Place(chat.place.clone()), entries));
            }
            Some(id) => {
                let Some(person) = known.people.iter().find(|person| person.id == id) else { continue };
                let own = known.identities.iter().filter(|(of, who)| *of == id && who.channel == channel);
                let entries = entries(known, |command| may(person, command));
                menus.extend(own.map(|(_, who)| {
                    let audience = Audience::Person { place: chat.place.clone(), who: who.clone() };
                    menu(audience, entries.clone())
                }));
            }
        }
    }
    menus
}

fn anybody() -> Person {
    Person {
        id: PersonId(0),
        name: String::new(),
        role: Role::Viewer.name().to_owned(),
        language: String::new(),
        time_zone: chrono_tz::Tz::UTC,
    }
}

/// The words of commands are in one language.
fn menu(audience: Audience, entries: Vec<Entry>) -> Menu {
    Menu { audience, language: None, entries }
}

/// One for each name; the most used first, the rest in the catalogue's order.
fn entries(known: &Known, may: impl Fn(&Command) -> bool) -> Vec<Entry> {
    let mut shown: Vec<&Command> = Vec::new();
    for command in known.commands.iter().filter(|command| may(command)) {
        if shown.last().is_none_or(|last| last.name != command.name) {
            shown.push(command);
        }
    }
    let mut often: Vec<&str> = Vec::new();
    for name in known.used.iter().map(|permission| permission.split('.').next().unwrap_or(permission)) {
        if !often.contains(&name) && shown.iter().any(|command| command.name == name) {
            often.push(name);
        }
    }
    often.truncate(FIRST);
    let place = |command: &&Command| often.iter().position(|name| *name == command.name).unwrap_or(FIRST);
    shown.sort_by_key(place);
    let entry = |command: &&Command| Entry {
        command: command.name.clone(),
        about: command.about.chars().take(WORDS).collect(),
    };
    shown.iter().take(ENTRIES).map(entry).collect()
}

#[cfg(test)]
mod tests;
