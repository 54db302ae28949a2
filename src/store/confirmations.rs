//! Table `confirmations`: codes by which a place says that it wants to hear of alerts. Only the SHA-256
//! of a code is kept here; it lives for a day and works once. The rows also say how much was asked for.

use super::codes::{hash, new_code};
use super::subscriptions::wish;
use super::work::{Result, View, Work, counted, to_word};
use crate::model::route::written_days;
use crate::model::{Confirmation, Destination, PersonId, Timestamp, Wish};
use rusqlite::{Row, params};
use std::time::Duration;

/// So long a code works, and so long it counts.
const DAY: Duration = Duration::from_secs(86_400);

/// What went out within a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sent {
    pub codes: usize,
    pub newest: Option<Timestamp>,
}

impl View<'_> {
    /// What a typed code says yes to. None when it is wrong, late or used: nobody learns which.
    pub fn confirmation(&self, typed: &str, now: Timestamp) -> Result<Option<Confirmation>> {
        self.one(
            "SELECT channel, address, selector, severity, hours, days, asker, asked_channel, asked_address
             FROM confirmations WHERE code = ?1 AND sent_at > ?2 AND used_at IS NULL",
            params![hash(typed), now.minus(DAY).0],
            confirmation,
        )
    }

    /// How many codes went to this address, and when the last one did.
    pub fn codes_to(&self, place: &Destination, now: Timestamp) -> Result<Sent> {
        let sent = self.one(
            "SELECT count(*) AS codes, max(sent_at) AS newest FROM confirmations
             WHERE channel = ?1 AND address = ?2 AND sent_at > ?3",
            params![place.channel, place.address, now.minus(DAY).0],
            sent,
        )?;
        Ok(sent.unwrap_or(Sent { codes: 0, newest: None }))
    }

    /// How many codes this person had sent or made.
    pub fn codes_of(&self, asker: PersonId, now: Timestamp) -> Result<Sent> {
        let sent = self.one(
            "SELECT count(*) AS codes, max(sent_at) AS newest FROM confirmations
             WHERE asker = ?1 AND sent_at > ?2",
            [asker.0, now.minus(DAY).0],
            sent,
        )?;
        Ok(sent.unwrap_or(Sent { codes: 0, newest: None }))
    }
}

impl Work<'_> {
    /// A new code, as `ABCD-EFGH`. Those that went there before still work: whichever mail is read says yes.
    pub fn make_confirmation(&mut self, new: &Confirmation, now: Timestamp) -> Result<String> {
        let code = new_code()?;
        let wish = new.wish.as_ref();
        self.run(
            "INSERT INTO confirmations (code, channel, address, selector, severity, hours, days, asker,
                asked_channel, asked_address, sent_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
            params![
                hash(&code),
                new.channel,
                new.address,
                wish.map(|wish| wish.selector.to_string()),
                wish.map(|wish| to_word(&wish.severity)).transpose()?,
                wish.and_then(|wish| wish.hours).map(|hours| hours.to_string()),
                wish.map(|wish| written_days(&wish.days)),
                new.asker.0,
                new.asked_at.channel,
                new.asked_at.address,
                now.0
            ],
        )?;
        Ok(code)
    }

    /// True for the first one who uses it.
    pub fn use_confirmation(&mut self, typed: &str, now: Timestamp) -> Result<bool> {
        let used = self.run(
            "UPDATE confirmations SET used_at = ?2 WHERE code = ?1 AND used_at IS NULL AND sent_at > ?3",
            params![hash(typed), now.0, now.minus(DAY).0],
        )?;
        Ok(used > 0)
    }

    /// What somebody asked for who is gone is said yes to no more; how many codes those were.
    pub(super) fn end_confirmations(&mut self, asker: PersonId) -> Result<usize> {
        self.run("DELETE FROM confirmations WHERE asker = ?1 AND used_at IS NULL", [asker.0])
    }

    pub(super) fn sweep_confirmations(&mut self, now: Timestamp) -> Result<usize> {
        self.run("DELETE FROM confirmations WHERE sent_at <= ?1", [now.minus(DAY).0])
    }
}

fn sent(row: &Row<'_>) -> rusqlite::Result<Sent> {
    let newest = row.get::<_, Option<i64>>("newest")?.map(Timestamp);
    Ok(Sent { codes: counted(row, "codes")?, newest })
}

fn confirmation(row: &Row<'_>) -> rusqlite::Result<Confirmation> {
    let wanted = row.get::<_, Option<String>>("selector")?;
    let wish: Option<Wish> = wanted.map(|_| wish(row)).transpose()?;
    Ok(Confirmation {
        channel: row.get("channel")?,
        address: row.get("address")?,
        wish,
        asker: PersonId(row.get("asker")?),
        asked_at: Destination { channel: row.get("asked_channel")?, address: row.get("asked_address")? },
    })
}
