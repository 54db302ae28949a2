//! A command as typed ([`Invocation`], stored and audited) and as understood ([`Resolved`], made
//! anew whenever it is needed, never stored).

use super::command::Command;
use super::danger::Risk;
use super::device::Device;
use super::ids::{DeviceId, JobId, PersonId, VersionId};
use super::outbound::Slot;
use super::request::{Destination, Thread};
use super::text::Text;
use super::time::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::net::Ipv4Addr;
use std::sync::Arc;
use std::time::Duration;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Invocation {
    /// The line as typed, one leading `/`, inner white space as single blanks.
    pub line: String,
    pub asker: PersonId,
    pub place: Destination,
    pub thread: Option<Thread>,
    /// The update that brought it; its replies hang on this key.
    pub key: String,
    pub sent_at: Option<Timestamp>,
    pub received_at: Timestamp,
    /// A person confirmed it at this time: age counts from here, and a disruptive card was answered.
    #[serde(default)]
    pub confirmed_at: Option<Timestamp>,
    /// Nobody saw what was typed: a message that quotes it stands above the answers.
    #[serde(default)]
    pub quoted: bool,
}

impl Invocation {
    /// The message that the answers hang below, when there is one.
    pub fn below(&self) -> Option<Slot> {
        self.quoted.then(|| Slot::of_quote(&self.key))
    }

    /// Age counts from the confirmation, else from the sending, else from the arrival.
    pub fn said_at(&self) -> Timestamp {
        self.confirmed_at.or(self.sent_at).unwrap_or(self.received_at)
    }
}

/// Everything is known: which devices, which values.
#[derive(Clone, Debug)]
pub struct Resolved {
    pub command: Arc<Command>,
    pub invocation: Invocation,
    /// What grants speak of; finer than the command's when the arguments ask for more (`show.config`).
    pub permission: String,
    /// The lowest role of the seeded grants; raised likewise.
    pub role: super::command::Role,
    /// What its lines do to routers, computed.
    pub risk: Risk,
    /// It only takes back what a router's own timer would do: a freeze does not stop it, and its proof allows
    /// nothing else.
    pub takes_back: bool,
    /// Whether the command speaks of routers at all.
    pub on_devices: bool,
    pub devices: Vec<Device>,
    pub values: BTreeMap<String, Value>,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    Word(String),
    Number(i64),
    Ipv4(Ipv4Addr),
    Span(Duration),
    When(When),
    /// The full name: `GigabitEthernet1`.
    Interface(String),
    Show(ShowLine),
    Job(JobId),
}

/// A moment in the past, or a version by its number.
#[derive(Clone, Debug, PartialEq)]
pub enum When {
    At(Timestamp),
    Version(VersionId),
}

/// A `show` command without its pipes, and the pipes that the bot applies itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShowLine {
    pub line: String,
    pub pipes: Vec<Pipe>,
}

/// One pipe of a `show` command, as IOS means it; the pattern is a regular expression.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Pipe {
    Include(String),
    Exclude(String),
    Section(String),
    Begin(String),
    Count(String),
}

impl Resolved {
    pub fn word(&self, name: &str) -> Option<&str> {
        match self.values.get(name) {
            Some(Value::Word(word) | Value::Interface(word)) => Some(word),
            _ => None,
        }
    }

    pub fn number(&self, name: &str) -> Option<i64> {
        match self.values.get(name) {
            Some(Value::Number(number)) => Some(*number),
            _ => None,
        }
    }

    pub fn show(&self, name: &str) -> Option<&ShowLine> {
        match self.values.get(name) {
            Some(Value::Show(line)) => Some(line),
            _ => None,
        }
    }

    pub fn when(&self, name: &str) -> Option<&When> {
        match self.values.get(name) {
            Some(Value::When(when)) => Some(when),
            _ => None,
        }
    }

    pub fn device(&self, id: DeviceId) -> Option<&Device> {
        self.devices.iter().find(|device| device.id == id)
    }

    /// Whether age and confirmation matter.
    pub fn changes_something(&self) -> bool {
        self.risk > Risk::Read || self.command.writes == super::command::Writes::Bot
    }
}

/// A question to ask back instead of a guess. Nothing was done.
#[derive(Clone, Debug, PartialEq)]
pub struct Choice {
    pub question: Text,
    pub options: Vec<Offer>,
    /// The one-line shortcut that avoids the question next time.
    pub shortcut: Option<String>,
    /// Whether this is only a refusal with a hint ("did you mean"), not an open question.
    pub closed: bool,
}

/// One answer that completes the command.
#[derive(Clone, Debug, PartialEq)]
pub struct Offer {
    pub label: Text,
    /// The whole line that it stands for.
    pub line: String,
}
