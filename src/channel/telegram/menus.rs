//! The service's own menu of commands: one list for each audience and language. Only what changed is sent, and
//! never more at once than the service takes: who calls is told when to call again.

use super::address::Address;
use super::turns::Turns;
use super::wire::{CALL, Fault, Wire};
use crate::model::{Audience, Menu, SendError};
use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use teloxide::payloads::{DeleteMyCommands, DeleteMyCommandsSetters, SetMyCommands, SetMyCommandsSetters};
use teloxide::types::{BotCommand, BotCommandScope, ChatId, Recipient, UserId};

/// What the service takes.
const ENTRIES: usize = 100;
const ABOUT: usize = 256;

/// A list of its own at the service.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Shelf {
    scope: BotCommandScope,
    language: Option<String>,
}

/// What the service shows already, as hashes.
#[derive(Default)]
pub struct Menus(Mutex<HashMap<Shelf, u64>>);

impl Menus {
    pub async fn show(
        &self,
        wire: &Wire,
        turns: &Turns,
        channel: &str,
        menus: &[Menu],
    ) -> Result<(), SendError> {
        let wanted: Vec<(Shelf, Vec<BotCommand>)> =
            menus.iter().filter_map(|menu| Some((shelf(channel, menu)?, commands(menu)))).collect();
        for (shelf, commands) in &wanted {
            let hash = hash(commands);
            if self.shown(shelf) == Some(hash) {
                continue;
            }
            turn(turns)?;
            let call = SetMyCommands::new(commands.clone()).scope(shelf.scope.clone());
            let call = match &shelf.language {
                Some(language) => call.language_code(language.clone()),
                None => call,
            };
            done(wire.call(call, CALL).await, &shelf.scope)?;
            self.remember(shelf.clone(), Some(hash));
        }
        let gone: Vec<Shelf> = {
            let shown = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            shown.keys().filter(|shelf| !wanted.iter().any(|(wanted, _)| wanted == *shelf)).cloned().collect()
        };
        for shelf in gone {
            turn(turns)?;
            let call = DeleteMyCommands::new().scope(shelf.scope.clone());
            let call = match &shelf.language {
                Some(language) => call.language_code(language.clone()),
                None => call,
            };
            done(wire.call(call, CALL).await, &shelf.scope)?;
            self.remember(shelf, None);
        }
        Ok(())
    }

    fn shown(&self, shelf: &Shelf) -> Option<u64> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(shelf).copied()
    }

    fn remember(&self, shelf: Shelf, hash: Option<u64>) {
        let mut shown = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match hash {
            Some(hash) => shown.insert(shelf, hash),
            None => shown.remove(&shelf),
        };
    }
}

fn turn(turns: &Turns) -> Result<(), SendError> {
    match turns.menu() {
        Duration::ZERO => Ok(()),
        after => Err(SendError::Later { after, why: "more menus than go at once".to_owned() }),
    }
}

/// A chat that the bot is not in any more has no menu, and the others have theirs.
fn done<T>(answer: Result<T, Fault>, scope: &BotCommandScope) -> Result<(), SendError> {
    match answer {
        Ok(_) => Ok(()),
        Err(Fault::Refused(why)) => {
            tracing::warn!(%why, ?scope, "a menu was not taken");
            Ok(())
        }
        Err(Fault::TooMany(after)) => {
            Err(SendError::Later { after, why: "the service wants a pause".to_owned() })
        }
        Err(fault) => {
            Err(SendError::Later { after: Duration::ZERO, why: format!("a menu was not sent: {fault:?}") })
        }
    }
}

/// None for who is at another door, and for a topic: the service has one list for the whole chat, and of several
/// topics the last would win.
fn shelf(channel: &str, menu: &Menu) -> Option<Shelf> {
    let whole = |address: &str| Address::read(address).filter(|address| address.topic.is_none());
    let chat = |address: &str| Some(Recipient::Id(ChatId(whole(address)?.chat)));
    let scope = match &menu.audience {
        Audience::Everybody => BotCommandScope::Default,
        Audience::Place(place) if place.channel == channel => {
            BotCommandScope::Chat { chat_id: chat(&place.address)? }
        }
        Audience::Person { place, who } if place.channel == channel && who.channel == channel => {
            match Address::read(&place.address)?.is_group() {
                true => BotCommandScope::ChatMember {
                    chat_id: chat(&place.address)?,
                    user_id: UserId(who.external.parse().ok()?),
                },
                false => BotCommandScope::Chat { chat_id: chat(&place.address)? },
            }
        }
        Audience::Place(_) | Audience::Person { .. } => return None,
    };
    let language = menu.language.clone().filter(|code| code.len() == 2);
    Some(Shelf { scope, language })
}

/// What the service would refuse is left out: one bad entry would cost the whole menu.
fn commands(menu: &Menu) -> Vec<BotCommand> {
    let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    menu.entries
        .iter()
        .filter(|entry| (1..=32).contains(&entry.command.len()) && entry.command.chars().all(fits))
        .filter(|entry| !entry.about.trim().is_empty())
        .map(|entry| {
            let about: String = entry.about.chars().filter(|c| !c.is_control()).take(ABOUT).collect();
            BotCommand::new(entry.command.clone(), about)
        })
        .take(ENTRIES)
        .collect()
}

fn hash(commands: &[BotCommand]) -> u64 {
    let mut hasher = DefaultHasher::new();
    for command in commands {
        (&command.command, &command.description).hash(&mut hasher);
    }
    hasher.finish()
}
