//! A conversation in which the router asks back: saving, reloading, taking a reload back. What may be
//! answered is settled before it begins; what nobody settled is answered no.

use super::danger::Risk;
use serde::{Deserialize, Serialize};
use std::time::Duration;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Dialogue {
    /// Writes the running configuration to where it is read from at the start. Only the router's own word for it counts.
    Save,
    Reload(Reload),
    /// Takes back what the router's own timer would do.
    CancelReload,
}

/// A reload of the whole router.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reload {
    /// By the router's own timer; none: at once.
    pub in_minutes: Option<u32>,
    /// A person knows that there are unsaved changes and wants them gone: "Save?" is answered no, and it goes on.
    /// Where this is not set, "Save?" is a question that nobody settled.
    pub drop_changes: bool,
}

impl Dialogue {
    pub fn risk(self) -> Risk {
        match self {
            Dialogue::Save | Dialogue::CancelReload => Risk::Change,
            Dialogue::Reload(_) => Risk::Disruptive,
        }
    }

    /// Whether twice is as good as once. A reload is not, and what is taken back a second time may be another one.
    pub fn may_repeat(self) -> bool {
        match self {
            Dialogue::Save => true,
            Dialogue::CancelReload | Dialogue::Reload(_) => false,
        }
    }
}

/// What a dialogue came to, with all that was said.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Conversation {
    pub end: DialogueEnd,
    /// Both sides, redacted.
    pub transcript: String,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DialogueEnd {
    /// It is done, and the router said so: saved (`[OK]`), reload scheduled, or nothing scheduled any more.
    Done,
    /// The last key of a reload was sent, and the line went away or fell silent: the router goes down.
    Accepted,
    /// The router asked what nobody settled. It was told no, and its prompt came back or the session was closed.
    Unsettled { asks: Asks, text: String },
    /// The prompt came back without what was wanted: the router's own words.
    NotDone { busy: bool, said: String },
    /// The line went away or stayed silent for so long after the first line was typed and before the last key:
    /// it is not known what the router made of it.
    Unclear { after: Duration },
}

/// What the router asks, as far as it matters to people.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Asks {
    /// Whether to save first.
    Save,
    /// Whether to go on though it may not find what to boot.
    BootVariable,
    /// Anything else.
    Other,
}
