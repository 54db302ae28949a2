//! The doors. A channel hands in what its service delivered ([`Listen`]) and sends what the outbox
//! holds ([`Deliver`]); it knows its service's format and nobody else's. It never decides anything.

use crate::model::written::Fields;
use crate::model::{
    Command, Destination, Door, Join, Menu, Message, Receipt, Request, Secret, SendError, Text, Texts, Token,
    Update,
};
use std::collections::BTreeMap;
use std::future::Future;
use std::path::PathBuf;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

pub mod budget;
mod columns;
pub mod email;
pub mod heartbeat;
mod instant;
pub mod pieces;
pub mod port;
pub mod slack;
mod table;
pub mod telegram;
pub mod terminal;
pub mod zalo;

pub type Later<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// What came in, and the call that tells the service so. Flow commits first, then acknowledges.
pub struct Received {
    pub update: Update,
    pub acknowledge: Box<dyn FnOnce(Acknowledgement) + Send>,
}

/// What the service is told at once (invariant 3: never a result).
#[derive(Clone, Debug, PartialEq)]
pub enum Acknowledgement {
    /// Committed, also when it is a repeat.
    Got,
    /// Committed; the person may read this in passing: why a button did nothing. What says so as a message of its
    /// own comes as well, as [`crate::model::Class::Ephemeral`]; a service that showed this one may leave that out.
    Said(Text),
    /// Committed; a service that can opens a field for the words that the button asks for. What says so as a message
    /// of its own comes as well, as [`crate::model::Class::Ephemeral`]; a service that opened one may leave that out.
    Ask(Box<Question>),
    /// Not committed: the service may deliver it again.
    NotStored,
}

/// A field for a number, as a service may open it.
#[derive(Clone, Debug, PartialEq)]
pub struct Question {
    /// Of 24 characters at most.
    pub title: Text,
    /// What one must know to answer.
    pub about: Vec<Text>,
    pub label: Text,
    pub placeholder: Text,
    /// What hands it in, of 24 characters at most.
    pub submit: Text,
    pub close: Text,
    /// The button that asks. It comes back with what was typed, as [`crate::model::What::Words`].
    pub answers: Token,
}

/// A queue of 256; when it is full the channel waits, and so does the service behind it.
pub type Intake = mpsc::Sender<Received>;

pub trait Listen: Send + Sync {
    /// Runs until stopped, or until the service has nothing more to say for ever (Ok).
    /// Must hand in each update at least once and may hand it in twice.
    fn listen(
        self: Arc<Self>,
        intake: Intake,
        stop: CancellationToken,
    ) -> Later<'static, Result<(), ChannelError>>;

    /// What an update asks for; None when it asks for nothing. Pure: called again after a restart.
    fn request(&self, update: &Update) -> Option<Request>;
}

pub trait Deliver: Send + Sync {
    /// The least time between two versions of one message.
    fn pace(&self) -> Duration;

    /// Sends one message or edits its earlier parts. Must be safe to repeat when `repeat` says so.
    fn deliver<'a>(&'a self, message: &'a Message) -> Later<'a, Result<Receipt, SendError>>;

    /// How long this message must wait for its turn; zero takes the turn. A service's budget is spent
    /// by class: the last of it is kept for what is urgent, progress goes first.
    fn turn(&self, _message: &Message) -> Duration {
        Duration::ZERO
    }

    /// Whether a phone keeps silent when a message changes: the end of long work is then said once more.
    fn edits_are_silent(&self) -> bool {
        false
    }

    /// Shows people which commands they may run, where the service has a menu for it.
    fn show_menus<'a>(&'a self, _menus: &'a [Menu]) -> Later<'a, Result<(), SendError>> {
        Box::pin(std::future::ready(Ok(())))
    }

    /// How long after the `attempts`-th failed try (from 1) the next one comes, when the service did
    /// not say. A channel that goes another pace says so.
    fn patience(&self, attempts: u32) -> Duration {
        patience(&CHATS, attempts)
    }

    /// Where a plain notice for the operators goes, when nobody asked: all of them.
    fn homes(&self) -> Vec<Destination>;

    /// Whether a person who comes after a restart no longer sees what was said before it.
    fn forgets(&self) -> bool {
        false
    }
}

/// Seconds until the next try, the last for all that follow.
const CHATS: [u64; 7] = [1, 2, 5, 15, 30, 60, 120];

fn patience(table: &[u64], attempts: u32) -> Duration {
    let at = usize::try_from(attempts.saturating_sub(1)).unwrap_or(usize::MAX);
    let seconds = table.get(at).or(table.last()).copied().unwrap_or(60);
    Duration::from_secs(seconds)
}

/// One open door.
#[derive(Clone)]
pub struct Channel {
    /// What destinations and identities call it.
    pub name: String,
    pub listen: Option<Arc<dyn Listen>>,
    pub deliver: Arc<dyn Deliver>,
}

/// What every channel gets from the house.
#[derive(Clone)]
pub struct Shared {
    pub texts: Arc<Texts>,
    /// Commands and devices, for completion.
    pub words: Vec<String>,
    /// The data folder, for what a channel keeps in files of its own.
    pub data: PathBuf,
    /// The random name of this installation: names that leave the house never meet another's.
    pub installation: String,
    pub vault: Arc<dyn port::Vault>,
    pub reaches: Arc<dyn port::Reaches>,
}

/// A channel's settings table, with what stands in the files and variables that it names.
pub struct Setup<'a> {
    /// `mail` of `[channel.mail]`.
    pub name: &'a str,
    pub fields: &'a Fields<'a>,
    /// `password` of `password_file` or `password_env`.
    pub secrets: &'a BTreeMap<String, Secret>,
    /// Texts that are no secret: `ca` of `ca_file`.
    pub files: &'a BTreeMap<String, String>,
}

/// What opening a channel's settings table gives.
pub struct Opened {
    pub channel: Channel,
    /// The chat in the terminal: its end of input ends the bot.
    pub terminal: Option<Arc<terminal::Terminal>>,
}

/// One service that the bot can speak. Its settings table is its own to read.
pub struct Kind {
    pub name: &'static str,
    /// Reads its table, so that every mistake in it is told; opens nothing.
    pub check: fn(&Setup<'_>),
    /// None when the table has a mistake, which is told.
    pub open: fn(&Setup<'_>, &Shared) -> Option<Opened>,
    /// Whether something could ever be delivered to an address that is written so. Asks nobody.
    pub fits: fn(&str) -> bool,
    /// How an address is written, for whoever wrote one that does not fit.
    pub address: &'static str,
    /// How a place there comes to hear of alerts.
    pub join: Join,
    /// The bot as the service wants it described, where it is made from a description.
    pub manifest: Option<fn(&[Command]) -> String>,
    /// Whether such a table needs a first pair of tokens from the command line.
    pub wants_tokens: fn(&Setup<'_>) -> bool,
}

pub const KINDS: [Kind; 5] = [
    Kind {
        name: email::KIND,
        check: email::checked,
        open: email::opened,
        fits: email::fits,
        address: "noc@example.net",
        join: Join::Mailed,
        manifest: None,
        wants_tokens: never,
    },
    Kind {
        name: slack::KIND,
        check: slack::checked,
        open: slack::opened,
        fits: slack::fits,
        address: "C0123456789",
        join: Join::Here,
        manifest: Some(slack::manifest),
        wants_tokens: never,
    },
    Kind {
        name: telegram::KIND,
        check: telegram::checked,
        open: telegram::opened,
        fits: telegram::fits,
        address: telegram::EXAMPLE,
        join: Join::Here,
        manifest: None,
        wants_tokens: never,
    },
    Kind {
        name: terminal::KIND,
        check: terminal::checked,
        open: terminal::opened,
        fits: terminal::fits,
        address: terminal::CONSOLE,
        join: Join::Here,
        manifest: None,
        wants_tokens: never,
    },
    Kind {
        name: zalo::KIND,
        check: zalo::checked,
        open: zalo::opened,
        fits: zalo::fits,
        address: zalo::EXAMPLE,
        join: Join::Sent,
        manifest: None,
        wants_tokens: zalo::wants_tokens,
    },
];

/// A table of the settings as those see it who may know no service.
pub fn door(name: &str, kind: &Kind) -> Door {
    Door { name: name.to_owned(), join: kind.join, fits: kind.fits, example: kind.address }
}

fn never(_: &Setup<'_>) -> bool {
    false
}

/// Why a listener stopped for good.
#[derive(Debug, thiserror::Error)]
#[error("{channel}: {why}")]
pub struct ChannelError {
    pub channel: &'static str,
    pub why: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_knows_its_addresses() {
        for kind in &KINDS {
            assert!((kind.fits)(kind.address), "{}", kind.name);
            for address in ["", " ", "noc", "noc@", "a@b.net\nBcc: c@d.net", "Me <a@b.net>"] {
                assert!(!(kind.fits)(address), "{} {address:?}", kind.name);
            }
        }
    }
}
