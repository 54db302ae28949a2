//! Who asks and who reads: people, what they may do, and how they want to be told.

use super::ids::{GrantId, PersonId};
use super::selector::Selector;
use super::time::Timestamp;
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Person {
    pub id: PersonId,
    pub name: String,
    /// A role that grants name: `viewer`, `operator`, `admin`, or a team's own word.
    pub role: String,
    pub language: String,
    pub time_zone: Tz,
}

/// Who somebody is to one service.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Identity {
    pub channel: String,
    pub external: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Effect {
    Allow,
    Deny,
}

/// One rule of the policy. Deny wins over allow; where no rule matches, the answer is no.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Grant {
    pub id: GrantId,
    /// What refusals call it: `core needs operator`.
    pub name: String,
    pub subject: Subject,
    /// A glob over permissions (`backup`, `show.config`), or `@viewer`, `@operator`, `@admin`: every
    /// command whose file asks for at most that role.
    pub command: String,
    pub selector: Selector,
    /// A glob over `channel:address`.
    pub chat: String,
    pub effect: Effect,
}

/// Whom a grant speaks of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Subject {
    Person(PersonId),
    Role(String),
    Everyone,
}

/// How the one who reads wants to be told.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Reader {
    pub language: String,
    pub time_zone: Tz,
}

impl Default for Reader {
    fn default() -> Self {
        Reader { language: "en".to_owned(), time_zone: Tz::UTC }
    }
}

impl Reader {
    /// `14:02` today, `Nov 22 14:02` on another day, `2025-11-22 14:02` in another year.
    pub fn clock(&self, at: Timestamp, now: Timestamp) -> String {
        let (at, now) = (at.utc().with_timezone(&self.time_zone), now.utc().with_timezone(&self.time_zone));
        let form = match (
            at.date_naive() == now.date_naive(),
            at.format("%Y").to_string() == now.format("%Y").to_string(),
        ) {
            (true, _) => "%H:%M",
            (false, true) => "%b %-d %H:%M",
            (false, false) => "%Y-%m-%d %H:%M",
        };
        at.format(form).to_string()
    }

    /// `14:02:07`
    pub fn second(&self, at: Timestamp) -> String {
        at.utc().with_timezone(&self.time_zone).format("%H:%M:%S").to_string()
    }

    /// `23:30 ICT`, with the date when it is not today.
    pub fn zoned(&self, at: Timestamp, now: Timestamp) -> String {
        format!("{} {}", self.clock(at, now), at.utc().with_timezone(&self.time_zone).format("%Z"))
    }
}
