//! The reload of a router: an order enters (from the command line, the timer or RESTCONF), the router goes, is away and
//! comes back with what was saved. What it is asked before that stands in `cli/dialogue.rs`.

mod behind;
mod handle;
mod manner;
mod power;
mod schedule;
mod state;
mod step;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

pub(crate) use behind::Around;
pub use handle::{Answered, Reload, Visitor};
pub use manner::{Knock, Parting, ReloadManner, Return, RpcAnswer};
pub(crate) use power::{Power, serve};
pub use schedule::PendingReload;
pub(crate) use schedule::{parse_at, parse_in};
pub use step::{ReloadStep, SaveTrouble};

/// The word for a reload without a reason of its own.
pub(crate) const NO_REASON: &str = "Reload Command";

/// Somebody's word that the router shall go now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Order {
    pub by: String,
    /// `vty0 (127.0.0.1)`, or nothing for who came by no line.
    pub on: Option<String>,
    pub reason: String,
}

impl Order {
    /// `bob on vty0 (127.0.0.1)`
    pub fn who(&self) -> String {
        match &self.on {
            Some(on) => format!("{} on {on}", self.by),
            None => self.by.clone(),
        }
    }
}

/// What of the sessions the router keeps in mind for the tests: the questions and what was answered.
pub(crate) fn answered(question: &str, answer: &str, by: &str, at: DateTime<Utc>) -> Answered {
    Answered { question: question.trim().to_owned(), answer: answer.to_owned(), by: by.to_owned(), at }
}
