//! Table `links`: codes by which a person says from another service "that is me, too". Only the SHA-256
//! of a code is kept here; each person has one that lives, for a few minutes, and it works once.

use super::codes::{hash, new_code};
use super::work::{Result, View, Work};
use crate::model::{Destination, PersonId, Timestamp};
use rusqlite::params;

/// A code that lives.
#[derive(Clone, Debug, PartialEq)]
pub struct Link {
    pub person: PersonId,
    /// Where it was asked for.
    pub place: Destination,
}

impl View<'_> {
    /// Whom a typed code names now. None when it is wrong, late or used: nobody learns which.
    pub fn link(&self, typed: &str, now: Timestamp) -> Result<Option<Link>> {
        self.one(
            "SELECT person, links.channel, links.address FROM links JOIN people ON people.id = person
             WHERE code = ?1 AND until > ?2 AND used_at IS NULL AND removed_at IS NULL",
            params![hash(typed), now.0],
            |row| {
                let place = Destination { channel: row.get(1)?, address: row.get(2)? };
                Ok(Link { person: PersonId(row.get(0)?), place })
            },
        )
    }
}

impl Work<'_> {
    /// A new code, as `ABCD-EFGH`; what the person had before works no more.
    pub fn make_link(&mut self, link: &Link, until: Timestamp) -> Result<String> {
        self.run("DELETE FROM links WHERE person = ?1", [link.person.0])?;
        let code = new_code()?;
        self.run(
            "INSERT INTO links (code, person, channel, address, until) VALUES (?1, ?2, ?3, ?4, ?5)",
            params![hash(&code), link.person.0, link.place.channel, link.place.address, until.0],
        )?;
        Ok(code)
    }

    /// True for the first one who uses it.
    pub fn use_link(&mut self, typed: &str, now: Timestamp) -> Result<bool> {
        let used = self.run(
            "UPDATE links SET used_at = ?2 WHERE code = ?1 AND used_at IS NULL AND until > ?2",
            params![hash(typed), now.0],
        )?;
        Ok(used > 0)
    }

    pub(super) fn end_links(&mut self, person: PersonId, now: Timestamp) -> Result<usize> {
        let living = self.run(
            "DELETE FROM links WHERE person = ?1 AND used_at IS NULL AND until > ?2",
            [person.0, now.0],
        )?;
        self.run("DELETE FROM links WHERE person = ?1", [person.0])?;
        Ok(living)
    }

    pub(super) fn sweep_links(&mut self, now: Timestamp) -> Result<usize> {
        self.run("DELETE FROM links WHERE until < ?1", [now.0])
    }
}
