//! Table `links`: codes by which a person says from another service "that is me, too". Only the SHA-256
//! of a code is kept here; each person has one that lives, for a few minutes, and it works once.

use super::error::StoreError;
use super::work::{Result, View, Work};
use crate::model::{Destination, PersonId, Timestamp};
use rusqlite::params;
use sha2::{Digest, Sha256};

/// No letter that is taken for another one on a phone: no I, L, O, 0, 1.
const LETTERS: &[u8; 31] = b"ABCDEFGHJKMNPQRSTUVWXYZ23456789";
const LENGTH: usize = 8;

/// A code that lives.
#[derive(Clone, Debug, PartialEq)]
pub struct Link {
    pub person: PersonId,
    /// Where it was asked for.
    pub place: Destination,
}

/// A code as it is compared: in any case, with or without dash and blanks.
pub fn spelled(typed: &str) -> String {
    typed.chars().filter(|c| !c.is_whitespace() && *c != '-').map(|c| c.to_ascii_uppercase()).collect()
}

impl View<'_> {
    /// Whom a typed code names now. None when it is wrong, late or used: nobody learns which.
    pub fn link(&self, typed: &str, now: Timestamp) -> Result<Option<Link>> {
        self.one(
            "SELECT person, links.channel, links.address FROM links JOIN people ON people.id = person
             WHERE code = ?1 AND until > ?2 AND used_at IS NULL AND removed_at IS NULL",
            params![hash(&spelled(typed)), now.0],
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
        let code = random_code()?;
        self.run(
            "INSERT INTO links (code, person, channel, address, until) VALUES (?1, ?2, ?3, ?4, ?5)",
            params![hash(&code), link.person.0, link.place.channel, link.place.address, until.0],
        )?;
        let (first, last) = code.split_at(LENGTH / 2);
        Ok(format!("{first}-{last}"))
    }

    /// True for the first one who uses it.
    pub fn use_link(&mut self, typed: &str, now: Timestamp) -> Result<bool> {
        let used = self.run(
            "UPDATE links SET used_at = ?2 WHERE code = ?1 AND used_at IS NULL AND until > ?2",
            params![hash(&spelled(typed)), now.0],
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

fn hash(code: &str) -> String {
    Sha256::digest(code.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Each letter as likely as any other: a byte that would favour some is thrown again.
fn random_code() -> Result<String> {
    let fair = u8::MAX - u8::MAX % LETTERS.len() as u8;
    let mut code = String::with_capacity(LENGTH);
    while code.len() < LENGTH {
        let mut bytes = [0u8; 16];
        getrandom::fill(&mut bytes).map_err(|error| StoreError::Sql { why: error.to_string() })?;
        let letters = bytes.iter().filter(|byte| **byte < fair);
        let letters = letters.filter_map(|byte| LETTERS.get(usize::from(*byte) % LETTERS.len()));
        let missing = LENGTH - code.len();
        code.extend(letters.take(missing).map(|letter| char::from(*letter)));
    }
    Ok(code)
}
