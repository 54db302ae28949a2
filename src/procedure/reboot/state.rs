//! The stored form of one `/reboot`: what was asked, what was agreed to, how far it is, what came of each router.

use super::wish::Start;
use crate::model::{Broken, DeviceId, PersonId, Text, Timestamp};
use crate::probe::condition::{Condition, Links};
use serde::{Deserialize, Serialize};
use std::time::Duration;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Reboot {
    /// Frozen when it was asked for, in the order in which they go down.
    pub routers: Vec<DeviceId>,
    /// How they were called then, in the same order.
    pub names: Vec<String>,
    /// The one whose turn it is.
    pub turn: usize,
    /// What becomes of unsaved lines, where it was said beforehand.
    pub save: Option<bool>,
    pub start: Start,
    /// How each router of the list stood when the card was shown; those before `turn` are done.
    pub card: Vec<Condition>,
    /// How many cards there were: their buttons differ.
    pub cards: u32,
    /// Why the card is shown anew.
    pub why: Vec<Text>,
    /// What the asker agreed to, and when.
    pub agreed: Option<Agreed>,
    /// The router before its reload: what the proof is made against.
    pub before: Option<Condition>,
    pub stage: Stage,
    /// What happened to the router whose turn it is.
    pub marks: Vec<Marked>,
    pub done: Vec<Done>,
}

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Agreed {
    pub answer: Answer,
    pub at: Timestamp,
}

/// What becomes of unsaved lines. A button of the card.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    /// There are none.
    Plain,
    Drop,
    Save,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// The routers are read for the card.
    Checking,
    /// The card waits for its button.
    Asking {
        until: Timestamp,
    },
    /// The number of routers is waited for.
    Counting {
        answer: Answer,
        until: Timestamp,
    },
    /// Agreed: the router whose turn it is is read once more.
    Rechecking,
    /// Its configuration is written. Harmless to repeat.
    Saving,
    /// The reload is being sent, or was when the process ended: never sent again.
    Sending {
        sent: Timestamp,
    },
    /// The router's own timer holds it.
    Scheduled {
        sent: Timestamp,
        due: Timestamp,
    },
    /// It was accepted, or may have been: watched until it is gone.
    Leaving {
        sent: Timestamp,
        until: Timestamp,
    },
    Away {
        sent: Timestamp,
        gone: Timestamp,
        until: Timestamp,
    },
    /// It answers: verified, and compared with before until everything is there again.
    Answering {
        sent: Timestamp,
        gone: Option<Timestamp>,
        back: Timestamp,
        until: Timestamp,
    },
    /// Before the next router of the list.
    Resting {
        until: Timestamp,
    },
    Ended(End),
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum End {
    /// Every router was tried, or the first that was not well stopped it.
    Finished,
    Cancelled,
    Expired,
    Miscounted {
        typed: String,
    },
    /// Somebody else changes one of the routers.
    Locked(Held),
    /// Nothing was done, and why.
    Refused(Text),
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Held {
    pub device: DeviceId,
    pub by: PersonId,
    pub since: Timestamp,
    /// By a job, else by hand.
    pub job: Option<i64>,
    /// Of a lock by hand.
    #[serde(default)]
    pub reason: Option<String>,
}

/// One line of what happened.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Marked {
    pub at: Timestamp,
    pub mark: Mark,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mark {
    Saved,
    Accepted,
    /// The process ended while it was being sent.
    SentInDoubt,
    Scheduled,
    Gone,
    Answers {
        way: Way,
    },
    KeyChanged,
    CertificateChanged,
    Proven {
        proof: Proof,
    },
    CancelRefused {
        why: Text,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Way {
    Ssh,
    Restconf,
}

/// By what it is known that it booted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Proof {
    /// A newer boot time over RESTCONF.
    BootTime,
    /// Uptime and reason over SSH.
    Uptime,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Done {
    pub device: DeviceId,
    pub verdict: Verdict,
    pub marks: Vec<Marked>,
}

/// What became of one router.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// It booted and is back.
    Back {
        took: Duration,
        proof: Proof,
        booted: Option<Timestamp>,
        reason: Option<String>,
        /// What was there before and is not.
        missing: Links,
        /// How much was there before.
        before: Links,
        new_certificate: bool,
        new_key: bool,
    },
    /// It answers, and nobody could find out whether it booted.
    Unproven {
        why: Text,
        new_certificate: bool,
        new_key: bool,
    },
    /// It was away and came back without a boot.
    NotAReboot {
        away: Duration,
    },
    /// It never went away, and it runs as before.
    NotHappened,
    Lost {
        limit: Duration,
        last_seen: Timestamp,
    },
    /// Nothing was sent, and why.
    NotSent {
        why: Text,
    },
    /// Taken back before the router's timer ran out.
    TakenBack,
}

impl Verdict {
    /// Whether the next router of a list may go down.
    #[must_use]
    pub fn is_well(&self) -> bool {
        match self {
            Verdict::Back { missing, new_certificate, new_key, .. } => {
                missing.is_empty() && !new_certificate && !new_key
            }
            Verdict::Unproven { .. }
            | Verdict::NotAReboot { .. }
            | Verdict::NotHappened
            | Verdict::Lost { .. }
            | Verdict::NotSent { .. }
            | Verdict::TakenBack => false,
        }
    }
}

/// How long things may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The card waits for its button, from when it is complete.
    pub card: Duration,
    /// A router that accepted is gone by then.
    pub gone: Duration,
    /// After a restart in the middle of sending it is watched so long at least.
    pub doubt: Duration,
    pub back: Duration,
    pub back_stack: Duration,
    /// What was there before may take so long to come again.
    pub settle: Duration,
    /// Between two routers of a list.
    pub rest: Duration,
}

impl Default for Limits {
    fn default() -> Limits {
        let minutes = |count: u64| Duration::from_secs(count * 60);
        Limits {
            card: minutes(2),
            gone: minutes(3),
            doubt: minutes(1),
            back: minutes(15),
            back_stack: minutes(25),
            settle: minutes(3),
            rest: minutes(1),
        }
    }
}

/// One look at a router that has been away.
#[derive(Clone, Debug, PartialEq)]
pub struct Tried {
    /// Over SSH, after a login.
    pub condition: Result<Condition, Broken>,
    /// Over RESTCONF, the boot time by the router's clock. None: it has no RESTCONF, or does not tell.
    pub boot_time: Result<Option<Timestamp>, Broken>,
}

impl Reboot {
    #[must_use]
    pub fn new(routers: Vec<DeviceId>, names: Vec<String>, save: Option<bool>, start: Start) -> Reboot {
        Reboot {
            routers,
            names,
            turn: 0,
            save,
            start,
            card: Vec::new(),
            cards: 0,
            why: Vec::new(),
            agreed: None,
            before: None,
            stage: Stage::Checking,
            marks: Vec::new(),
            done: Vec::new(),
        }
    }

    #[must_use]
    pub fn device(&self) -> Option<DeviceId> {
        self.routers.get(self.turn).copied()
    }

    /// How a router of the list is called.
    #[must_use]
    pub fn name(&self, device: DeviceId) -> &str {
        let at = self.routers.iter().position(|other| *other == device);
        at.and_then(|at| self.names.get(at)).map_or("", String::as_str)
    }

    /// Those that are still to go down, the one whose turn it is first.
    #[must_use]
    pub fn left(&self) -> &[DeviceId] {
        self.routers.get(self.turn..).unwrap_or_default()
    }

    /// How those stood when the card was shown.
    #[must_use]
    pub fn left_of_card(&self) -> &[Condition] {
        self.card.get(self.turn..).unwrap_or_default()
    }

    #[must_use]
    pub fn is_over(&self) -> bool {
        matches!(self.stage, Stage::Ended(_))
    }

    /// Whether nothing happens unless somebody agrees.
    #[must_use]
    pub fn waits_for_a_person(&self) -> bool {
        matches!(self.stage, Stage::Checking | Stage::Asking { .. } | Stage::Counting { .. })
    }

    /// Whether a person can still stop it: nothing disruptive was sent to the router whose turn it is.
    #[must_use]
    pub fn can_be_stopped(&self) -> bool {
        match self.stage {
            Stage::Checking
            | Stage::Asking { .. }
            | Stage::Counting { .. }
            | Stage::Rechecking
            | Stage::Resting { .. } => true,
            Stage::Saving
            | Stage::Sending { .. }
            | Stage::Scheduled { .. }
            | Stage::Leaving { .. }
            | Stage::Away { .. }
            | Stage::Answering { .. }
            | Stage::Ended(_) => false,
        }
    }

    /// The buttons that agree, as the unsaved lines and what was typed ask for.
    #[must_use]
    pub fn answers(&self) -> Vec<Answer> {
        let unsaved = self.left_of_card().iter().any(|one| one.unsaved.is_there() || !one.unsaved.known);
        match (self.save, unsaved) {
            (Some(true), _) => vec![Answer::Save],
            (Some(false), true) => vec![Answer::Drop],
            (Some(false) | None, false) => vec![Answer::Plain],
            (None, true) => vec![Answer::Drop, Answer::Save],
        }
    }
}
