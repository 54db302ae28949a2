//! What came in at a front door: first as delivered ([`Update`]), then as understood ([`Request`]).

use super::person::Identity;
use super::press::Token;
use super::time::Timestamp;
use serde::{Deserialize, Serialize};
use std::fmt;

/// What a service delivered, stored under `key` before it is acknowledged.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Update {
    /// Unique for ever within the channel: the service's own id of the delivery.
    pub key: String,
    pub channel: String,
    /// When the person sent it, where the service says so.
    pub sent_at: Option<Timestamp>,
    pub received_at: Timestamp,
    /// The service's own form; only its channel reads it.
    pub raw: String,
}

/// Where messages go: a chat, a topic, a mail address.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Destination {
    pub channel: String,
    pub address: String,
}

impl fmt::Display for Destination {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.channel, self.address)
    }
}

/// The service's own name of a thread or of the message that is replied to.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Thread(pub String);

/// Who wants what, where.
#[derive(Clone, Debug, PartialEq)]
pub struct Request {
    pub asker: Identity,
    pub place: Destination,
    pub thread: Option<Thread>,
    pub what: What,
}

#[derive(Clone, Debug, PartialEq)]
pub enum What {
    /// A typed line, with its `/`.
    Line(String),
    /// A pressed button.
    Press(Token),
    /// One who goes: open questions here are answered Cancel.
    Leave,
}
