//! The outbox's row, what a channel gets to send, and what it gives back.

use super::document::Document;
use super::ids::{IncidentId, OutboundId};
use super::person::{Identity, Reader};
use super::press::Token;
use super::request::{Destination, Thread};
use super::time::Timestamp;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::time::Duration;

/// A logical message: the newest version wins, and the versions before it become edits.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Slot(pub String);

impl Slot {
    /// The first message of an incident, which is brought up to date while it lasts.
    pub fn of_alert(incident: IncidentId) -> Slot {
        Slot(format!("{ALERT}{}", incident.0))
    }

    /// The message that quotes what brought this key.
    pub fn of_quote(key: &str) -> Slot {
        Slot(format!("{key}/asked"))
    }

    /// The incident that it tells of, when it tells of one.
    pub fn incident(&self) -> Option<IncidentId> {
        let number = self.0.strip_prefix(ALERT)?.split('/').next()?;
        number.parse().ok().map(IncidentId)
    }

    /// Whether it tells of an alert: nobody asked for it, and nobody's leaving ends it.
    pub fn is_alert(&self) -> bool {
        self.0.starts_with(ALERT)
    }
}

const ALERT: &str = "alert/";

impl fmt::Display for Slot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Who may go first when a service lets only some through. The order is the order of declaration.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Class {
    Critical,
    Result,
    Alert,
    Progress,
    /// To one person ([`Outbound::only`]), expires after a minute.
    Ephemeral,
}

impl Class {
    pub const ALL: [Class; 5] =
        [Class::Critical, Class::Result, Class::Alert, Class::Progress, Class::Ephemeral];

    pub fn name(self) -> &'static str {
        match self {
            Class::Critical => "critical",
            Class::Result => "result",
            Class::Alert => "alert",
            Class::Progress => "progress",
            Class::Ephemeral => "ephemeral",
        }
    }
}

/// A message as flow writes it; the store gives it its number and version.
#[derive(Clone, Debug, PartialEq)]
pub struct Outbound {
    pub slot: Slot,
    pub place: Destination,
    pub thread: Option<Thread>,
    /// Wait until that logical message is there, then hang below it.
    pub reply_to: Option<Slot>,
    pub class: Class,
    /// Of an ephemeral message the one who may see it, where a service can show a message to one of many; of
    /// others the one whom it is for, to be named.
    pub only: Option<Identity>,
    pub document: Document,
    pub not_before: Option<Timestamp>,
    pub expires: Option<Timestamp>,
}

/// What a channel is asked to send: everything it needs, nothing it must look up.
#[derive(Clone, Debug)]
pub struct Message {
    pub id: OutboundId,
    pub slot: Slot,
    pub version: i64,
    pub place: Destination,
    pub thread: Option<Thread>,
    /// The parts that an earlier version of this slot left at the destination, in order.
    pub parts: Vec<MessageRef>,
    /// Where the slot that this one replies to begins.
    pub reply_to: Option<MessageRef>,
    pub class: Class,
    pub only: Option<Identity>,
    pub document: Document,
    /// The token of each button of the document, in order.
    pub tokens: Vec<Token>,
    /// The bytes of each file block of the document, in order.
    pub files: Vec<Vec<u8>>,
    /// Each picture block of the document, in order; one that could not be drawn is empty, and so is one
    /// of an edit, where the picture that stands there stays.
    pub pictures: Vec<super::picture::Drawn>,
    pub reader: Reader,
    /// An earlier try may have arrived; a service without idempotency keys marks this one.
    pub repeat: bool,
    pub now: Timestamp,
}

impl Message {
    /// The same with the page of its buttons that is to be shown, for a service that shows a few at a time.
    #[must_use]
    pub fn with_page_of_buttons(&self, size: usize) -> Message {
        let shown = self.document.page_of_buttons(size);
        let tokens = shown.iter().filter_map(|(at, _)| self.tokens.get(*at).cloned()).collect();
        let buttons = shown.into_iter().map(|(_, button)| button.clone()).collect();
        Message { document: Document { buttons, ..self.document.clone() }, tokens, ..self.clone() }
    }
}

/// A service's own name of one message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct MessageRef(pub String);

/// The parts that now stand at the destination.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    pub parts: Vec<MessageRef>,
}

/// What became of a logical message at one place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// No version of it was ever sent, and one will be: a newer version takes its place unseen.
    Waiting,
    /// It is being sent, or a try got no answer: it may stand there.
    InFlight,
    /// A version of it stands there.
    Delivered,
    /// It was given up before any version arrived.
    Dead,
    /// It was never posted, or is forgotten.
    Unknown,
}

/// Whether trying again can help is decided by the channel, from the type of its error.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SendError {
    /// After `after`, as the service asked; zero leaves it to the channel's patience.
    #[error("not now: {why}")]
    Later { after: Duration, why: String },
    #[error("never: {why}")]
    Never { why: String },
    /// The service calls the place so from now on: everything that is bound to it moves along.
    #[error("the place is {to} now")]
    Moved { to: Destination },
}
