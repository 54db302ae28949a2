//! Telegram: commands come in by long polling, messages go out through the Bot API and change in place. The door
//! knows the service's words, limits and manners, and decides nothing. A topic of a group is a place of its own;
//! an answer hangs below its command.

mod address;
mod bring;
mod calls;
mod html;
mod left;
mod listen;
mod menus;
mod page;
mod request;
mod settings;
mod tame;
#[cfg(test)]
mod tests;
mod toast;
mod turns;
mod wire;

use super::{Channel, ChannelError, Deliver, Intake, Later, Listen, Opened, Setup, Shared};
use crate::model::{Class, Destination, Menu, Message, Receipt, Request, SendError, Texts, Update};
use address::Address;
use bring::Courier;
use left::Left;
use menus::Menus;
use std::sync::{Arc, OnceLock};
use std::time::Duration;
use toast::Toasts;
use tokio_util::sync::CancellationToken;
use turns::Turns;
use wire::Wire;

pub const KIND: &str = "telegram";
/// How a chat's address is written, for whoever must write one.
pub const EXAMPLE: &str = "-1001234567890";
/// Said in the log and at every message that waits for it.
const TOKEN_REFUSED: &str = "the service refuses the bot's token; put the one that @BotFather shows into token_file and start \
                             the bot again";

pub fn checked(table: &Setup<'_>) {
    settings::read(table);
}

/// Opens the door as its settings table says. The service is first asked when the loop starts.
pub fn opened(table: &Setup<'_>, shared: &Shared) -> Option<Opened> {
    let settings = settings::read(table)?;
    let wire = match Wire::new(&settings.token, settings.api_url, settings.proxy) {
        Ok(wire) => wire,
        Err(why) => {
            let what = format!("{} cannot be opened: {why}", table.name);
            table.fields.wrong("kind", what, "see that the system's certificates can be read");
            return None;
        }
    };
    let telegram = Arc::new(Telegram {
        called: table.name.to_owned(),
        home: settings.home,
        toasts: Toasts::new(wire.clone(), Arc::clone(&shared.texts)),
        wire,
        texts: Arc::clone(&shared.texts),
        commands: shared.words.iter().filter(|word| word.starts_with('/')).cloned().collect(),
        name: OnceLock::new(),
        turns: Turns::new(settings.limited),
        left: Left::default(),
        menus: Menus::default(),
    });
    let channel = Channel {
        name: telegram.called.clone(),
        listen: Some(Arc::clone(&telegram) as _),
        deliver: telegram,
    };
    Some(Opened { channel, terminal: None })
}

pub fn fits(address: &str) -> bool {
    Address::read(address).is_some()
}

struct Telegram {
    /// What destinations and identities call this door.
    called: String,
    /// Chats for what nobody asked for.
    home: Vec<String>,
    wire: Wire,
    texts: Arc<Texts>,
    /// Of the catalogue, with their `/`.
    commands: Vec<String>,
    /// The bot's own, once the service has said it.
    name: OnceLock<String>,
    toasts: Toasts,
    turns: Turns,
    left: Left,
    menus: Menus,
}

impl Listen for Telegram {
    fn listen(
        self: Arc<Self>,
        intake: Intake,
        stop: CancellationToken,
    ) -> Later<'static, Result<(), ChannelError>> {
        Box::pin(listen::listen(self, intake, stop))
    }

    fn request(&self, update: &Update) -> Option<Request> {
        request::request(update)
    }
}

impl Deliver for Telegram {
    fn pace(&self) -> Duration {
        Duration::from_secs(3)
    }

    fn deliver<'a>(&'a self, message: &'a Message) -> Later<'a, Result<Receipt, SendError>> {
        Box::pin(async move {
            if message.class == Class::Ephemeral && self.toasts.was_shown(&self.called, &message.slot).await {
                return Ok(Receipt { parts: Vec::new() });
            }
            let courier = Courier {
                wire: &self.wire,
                turns: &self.turns,
                left: &self.left,
                texts: &self.texts,
                commands: &self.commands,
            };
            bring::bring(&courier, message).await
        })
    }

    /// An address that is none has no turn to wait for; it is refused when it is sent.
    fn turn(&self, message: &Message) -> Duration {
        let address = Address::read(&message.place.address);
        address.map_or(Duration::ZERO, |address| self.turns.take(address, message.class))
    }

    fn edits_are_silent(&self) -> bool {
        true
    }

    fn show_menus<'a>(&'a self, menus: &'a [Menu]) -> Later<'a, Result<(), SendError>> {
        Box::pin(self.menus.show(&self.wire, &self.turns, &self.called, menus))
    }

    fn homes(&self) -> Vec<Destination> {
        let home = |address: &String| Destination { channel: self.called.clone(), address: address.clone() };
        self.home.iter().map(home).collect()
    }
}
