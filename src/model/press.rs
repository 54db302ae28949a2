//! A button as a stored row: what it does, who may press it, until when, how often.

use super::ids::{DialogId, JobId, PersonId};
use super::outbound::Slot;
use super::request::Destination;
use super::time::Timestamp;
use serde::{Deserialize, Serialize};
use std::fmt;

/// 128 random bits as 32 hex digits. Not a secret: it is worth nothing without the right to press.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Token(pub String);

impl fmt::Display for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What pressing does. It is authorised at the press like a typed line.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// The same as typing this line now.
    Run { line: String },
    /// Answers a question: the words that complete or confirm its command. `None` is Cancel.
    Answer { dialog: DialogId, words: Option<String> },
    /// Stops a job before its next step.
    Cancel { job: JobId },
    /// The same as typing this line, after letting one login try the credential that was stopped.
    TryCredential { credential: String, line: String },
    /// Tells the presser when no changing work holds this device any more.
    TellWhenFree { device: super::ids::DeviceId },
    /// Answers the card of long work: what is agreed to, in the work's own word.
    Step { job: JobId, word: String },
    /// Asks for the words that the card waits for: a service that can opens a field for them.
    Words { job: JobId },
    /// Shows another page of the message's buttons.
    More { page: usize },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Who {
    Person(PersonId),
    /// Whoever may run what the button runs.
    WhoeverMay,
    AnyoneBut(PersonId),
}

/// `Once` for whatever changes a router, a right or the bot's state; `Many` for looking.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Uses {
    Once,
    Many,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Press {
    pub token: Token,
    pub slot: Slot,
    pub place: Destination,
    /// Names the button within its message, so that a newer version keeps the same token.
    pub button: String,
    pub action: Action,
    pub who: Who,
    pub until: Timestamp,
    pub uses: Uses,
    pub used_at: Option<Timestamp>,
    pub used_by: Option<PersonId>,
    /// A newer version of the message lacks the button.
    pub void: bool,
}
