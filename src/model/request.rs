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

impl Destination {
    /// The chat that it is a part of: an address may name a topic after a slash.
    pub fn chat(&self) -> Destination {
        let chat = self.address.split_once('/').map_or(self.address.as_str(), |(chat, _)| chat);
        Destination { channel: self.channel.clone(), address: chat.to_owned() }
    }
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
    pub scene: Scene,
}

/// The circumstances, as the service tells them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scene {
    /// How the service calls the asker.
    pub called: Option<String>,
    /// How the service calls the place.
    pub title: Option<String>,
    /// Whether the bot itself was spoken to: alone with it, by its name, in reply to it. In a group that was
    /// not, a word that is no command of the bot's gets no answer.
    pub addressed: bool,
    /// One person and the bot, nobody else.
    pub private: bool,
    /// The service shows nobody what was typed: the answers hang below a message that quotes it.
    pub unseen: bool,
}

impl Default for Scene {
    fn default() -> Self {
        Scene { called: None, title: None, addressed: true, private: true, unseen: false }
    }
}

#[derive(Clone, Debug, PartialEq)]
pub enum What {
    /// A typed line, with its `/`.
    Line(String),
    /// A pressed button.
    Press(Token),
    /// What was typed into the field that a button opened.
    Words { token: Token, words: String },
    /// One who goes: open questions here are answered Cancel.
    Leave,
    /// Something that is never run, and the one who sent it would wonder why.
    Unfit { why: Unfit, line: String },
    /// The place of the request is what the service calls this one from now on.
    Moved { from: Destination },
}

/// Why something that looks like a command is not run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unfit {
    /// A message that was sent before and says something else now.
    Edited,
    /// The words of somebody else.
    Forwarded,
    /// An administrator who does not show who it is.
    Anonymous,
    /// A post of a channel, which nobody signs.
    Post,
}
