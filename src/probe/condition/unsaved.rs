//! What is configured and not saved: the running configuration against the one that the router starts with.

use crate::model::Outcome;
use serde::{Deserialize, Serialize};
use similar::{ChangeTag, TextDiff};
use std::time::Duration;

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Unsaved {
    /// `+ ip route ...`, `- ntp server ...`: what a reload takes back, secrets left out.
    pub lines: Vec<String>,
    /// The router's own flag, where RESTCONF tells it: the one behind its save question.
    pub flag: Option<bool>,
    /// The router asked whether to save though nothing else said so.
    #[serde(default)]
    pub asked: bool,
    /// Who changed the configuration last, and when, in the router's words.
    pub by: Option<String>,
    pub at: Option<String>,
    /// Both could be read whole and compared.
    pub known: bool,
}

/// A comparison that takes longer is a rough one, which is enough to see that something differs.
const COMPARE: Duration = Duration::from_millis(500);

pub(super) fn read(running: Option<&Outcome>, startup: Option<&Outcome>) -> Unsaved {
    let (Some(Outcome::Config(running)), Some(Outcome::Config(startup))) = (running, startup) else {
        return Unsaved::default();
    };
    let known = running.complete && startup.complete;
    let lines = if known { changed(&startup.redacted, &running.redacted) } else { Vec::new() };
    let (by, at) = (running.author.clone(), running.changed_at.clone());
    Unsaved { lines, flag: None, asked: false, by, at, known }
}

fn changed(startup: &str, running: &str) -> Vec<String> {
    let diff = TextDiff::configure().timeout(COMPARE).diff_lines(startup, running);
    let changed = diff.iter_all_changes().filter_map(|change| {
        let line = change.value().trim_end();
        match change.tag() {
            _ if line.trim() == "!" || line.trim().is_empty() => None,
            ChangeTag::Equal => None,
            ChangeTag::Delete => Some(format!("- {line}")),
            ChangeTag::Insert => Some(format!("+ {line}")),
        }
    });
    changed.collect()
}

impl Unsaved {
    /// Whether a reload would take something back, as far as anybody knows.
    #[must_use]
    pub fn is_there(&self) -> bool {
        !self.lines.is_empty() || self.flag == Some(true) || self.asked
    }
}
