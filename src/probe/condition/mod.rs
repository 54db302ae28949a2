//! How a router stands before and after a reload: what its own `show` commands say of uptime, boot image, pending
//! reload, users, unsaved lines, interfaces and neighbours. What is asked stands beside how it is read
//! (devices.md A5, A10; outputs of real routers are among the tests).

mod boot;
mod links;
#[cfg(test)]
mod tests;
mod unsaved;
mod users;
mod version;

pub use boot::Boot;
pub use links::Links;
pub use unsaved::Unsaved;
pub use users::User;

use super::reload::{self, Pending};
use crate::model::outcome::Refused;
use crate::model::{Ask, Broken, Outcome, Timestamp};
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// A router as it stood at one moment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Condition {
    pub at: Timestamp,
    /// How it calls itself, and the number of its board: another box at the same address is another router.
    pub name: Option<String>,
    pub board: Option<String>,
    /// In whole minutes, as the router says it.
    pub uptime: Option<Duration>,
    /// `14:05:31 UTC Tue Nov 24 2026`, in the router's words.
    pub restarted: Option<String>,
    /// By the router's own clock, where RESTCONF tells it.
    pub boot_time: Option<Timestamp>,
    /// `17.9.4a`
    pub version: Option<String>,
    /// `Reload Command`
    pub reason: Option<String>,
    pub boot: Boot,
    pub timer: Timer,
    /// Everybody else who is logged in.
    pub users: Vec<User>,
    pub unsaved: Unsaved,
    pub links: Links,
    /// So many boxes are one router; 1 where it is no stack.
    pub members: usize,
}

/// What the router's own timer holds. Three words of its own: JSON cannot tell "nothing" from "not known".
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Timer {
    /// Nobody could say; then nothing is taken for granted.
    #[default]
    Unknown,
    Idle,
    Set(Pending),
}

impl Timer {
    fn read(said: Option<&str>) -> Timer {
        match said.and_then(reload::pending) {
            None => Timer::Unknown,
            Some(None) => Timer::Idle,
            Some(Some(pending)) => Timer::Set(pending),
        }
    }

    #[must_use]
    pub fn pending(&self) -> Option<&Pending> {
        match self {
            Timer::Set(pending) => Some(pending),
            Timer::Unknown | Timer::Idle => None,
        }
    }
}

/// What is asked before: everything.
#[must_use]
pub fn before() -> Vec<Ask> {
    let mut asks = vec![line("show version"), Ask::RunningConfig, Ask::StartupConfig];
    let lines = [reload::LINE, "show users", "show boot", "show bootvar", "dir", "show switch"];
    asks.extend(lines.into_iter().map(line));
    asks.extend(links::LINES.into_iter().map(line));
    asks
}

/// What is asked afterwards: whether it booted, and what is there again.
#[must_use]
pub fn after() -> Vec<Ask> {
    let mut asks = vec![line("show version"), line(reload::LINE)];
    asks.extend(links::LINES.into_iter().map(line));
    asks
}

fn line(line: &str) -> Ask {
    Ask::Line { line: line.to_owned(), deadline: None }
}

/// Reads the answers to [`before`]. An error: the line broke, or the router does not say since when it runs.
pub fn read_before(outcomes: &[Outcome], at: Timestamp) -> Result<Condition, Broken> {
    let said = Said::whole(outcomes)?;
    let mut condition = blank(&said, at);
    condition.unsaved = unsaved::read(outcomes.get(1), outcomes.get(2));
    condition.timer = Timer::read(said.text(3));
    condition.users = said.text(4).map(users::read).unwrap_or_default();
    let image = said.text(0).and_then(version::image);
    condition.boot = boot::read([said.text(5), said.text(6)], said.text(7), image);
    condition.members = said.text(8).map_or(1, version::members);
    condition.links = links::read(&said, 9);
    Ok(condition)
}

/// Reads the answers to [`after`].
pub fn read_after(outcomes: &[Outcome], at: Timestamp) -> Result<Condition, Broken> {
    let said = Said::whole(outcomes)?;
    let mut condition = blank(&said, at);
    condition.timer = Timer::read(said.text(1));
    condition.links = links::read(&said, 2);
    Ok(condition)
}

fn blank(said: &Said<'_>, at: Timestamp) -> Condition {
    let version = said.text(0);
    Condition {
        at,
        name: version.and_then(version::name),
        board: version.and_then(version::board),
        uptime: version.and_then(version::uptime),
        restarted: version.and_then(version::restarted),
        boot_time: None,
        version: version.and_then(version::number),
        reason: version.and_then(version::reason),
        boot: Boot::default(),
        timer: Timer::Unknown,
        users: Vec::new(),
        unsaved: Unsaved::default(),
        links: Links::default(),
        members: 1,
    }
}

/// The answers of one plan; a refused one says nothing.
struct Said<'a>(&'a [Outcome]);

impl<'a> Said<'a> {
    /// What a router refuses to show is unknown; what does not come at all makes the whole worthless.
    fn whole(outcomes: &'a [Outcome]) -> Result<Said<'a>, Broken> {
        let broken = outcomes.iter().find_map(|outcome| match outcome {
            Outcome::Broken(broken) => Some(broken.clone()),
            _ => None,
        });
        match (broken, outcomes.first()) {
            (Some(broken), _) => Err(broken),
            (None, Some(Outcome::Text(_))) => Ok(Said(outcomes)),
            (None, _) => Err(Broken::NotAsked),
        }
    }

    fn text(&self, ask: usize) -> Option<&'a str> {
        match self.0.get(ask)? {
            Outcome::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The router knows no such thing, which is an answer too: it runs no BGP, it is no stack.
    fn lines(&self, ask: usize) -> Option<&'a str> {
        match self.0.get(ask)? {
            Outcome::Text(text) => Some(text),
            Outcome::Refused { reason: Refused::UnknownCommand | Refused::Other, .. } => Some(""),
            _ => None,
        }
    }
}

impl Condition {
    /// Whether this is another run than `before`: the router has booted in between. None: it cannot be told yet.
    /// The boot times by the router's own clock may differ by a minute and be the same (NTP moves them); an uptime
    /// that is shorter than a former one is a proof by itself.
    #[must_use]
    pub fn has_booted_since(&self, before: &Condition) -> Option<bool> {
        if self.is_another_than(before) {
            return None;
        }
        if let (Some(new), Some(old)) = (self.boot_time, before.boot_time)
            && new.0 - old.0 > SAME_BOOT_MILLIS
        {
            return Some(true);
        }
        if let (Some(new), Some(old)) = (&self.restarted, &before.restarted)
            && new != old
        {
            // A clock that NTP sets moves this line too; together with an uptime that fits it is no doubt.
            let elapsed = self.at.since(before.at);
            return Some(self.uptime.is_none_or(|uptime| uptime <= elapsed));
        }
        match (self.uptime, before.uptime) {
            (Some(new), Some(old)) if new < old => Some(true),
            (Some(new), Some(_)) if new > self.at.since(before.at) + MINUTE => Some(false),
            (Some(_), Some(_)) if self.restarted.is_some() && self.restarted == before.restarted => {
                Some(false)
            }
            _ => None,
        }
    }

    /// Whether another box answers now.
    #[must_use]
    pub fn is_another_than(&self, before: &Condition) -> bool {
        let differ =
            |one: &Option<String>, other: &Option<String>| one.is_some() && other.is_some() && one != other;
        match (&self.board, &before.board) {
            // Another member of a stack may be the one that speaks after a reload.
            (Some(_), Some(_)) if before.members == 1 => differ(&self.board, &before.board),
            _ => differ(&self.name, &before.name),
        }
    }

    /// When it booted, by the bot's clock and to the minute.
    #[must_use]
    pub fn booted_at(&self) -> Option<Timestamp> {
        self.uptime.map(|uptime| self.at.minus(uptime))
    }
}

const SAME_BOOT_MILLIS: i64 = 60_000;
const MINUTE: Duration = Duration::from_secs(60);
