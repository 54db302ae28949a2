//! Table `silences`: what keeps alerts from being told, for whom and until when. A silence that is
//! over stays as history.

use super::topic::Topic;
use super::work::{Result, View, Work, limit, parsed};
use crate::model::{Destination, PersonId, Silence, SilenceId, Timestamp};
use rusqlite::{Row, params};

const COLUMNS: &str =
    "SELECT id, selector, rule, object, author, reason, begins_at, ends_at, channel, address FROM silences";

/// A silence whose end is near or has come, and where its author is told.
#[derive(Clone, Debug, PartialEq)]
pub struct Expiring {
    pub silence: Silence,
    pub place: Destination,
}

impl View<'_> {
    /// Those that hold something back now.
    pub fn silences(&self, now: Timestamp) -> Result<Vec<Silence>> {
        self.all(
            &format!("{COLUMNS} WHERE NOT over AND begins_at <= ?1 AND ends_at > ?1 ORDER BY ends_at, id"),
            [now.0],
            silence,
        )
    }

    pub fn silence(&self, id: SilenceId) -> Result<Option<Silence>> {
        self.one(&format!("{COLUMNS} WHERE id = ?1"), [id.0], silence)
    }

    /// Those that end before `soon` and of which nobody was warned.
    pub fn silences_to_warn(&self, soon: Timestamp) -> Result<Vec<Expiring>> {
        self.all(
            &format!("{COLUMNS} WHERE NOT over AND NOT warned AND ends_at <= ?1 ORDER BY id"),
            [soon.0],
            expiring,
        )
    }

    /// Those whose time is over and that nobody closed yet.
    pub fn silences_over(&self, now: Timestamp) -> Result<Vec<Expiring>> {
        self.all(&format!("{COLUMNS} WHERE NOT over AND ends_at <= ?1 ORDER BY id"), [now.0], expiring)
    }

    /// Ended ones, newest first.
    pub fn past_silences(&self, rows: usize) -> Result<Vec<Silence>> {
        self.all(&format!("{COLUMNS} WHERE over ORDER BY ends_at DESC LIMIT ?1"), [limit(rows)], silence)
    }
}

impl Work<'_> {
    /// The number of the given value is not looked at. `place` is where its author is told of its end.
    pub fn add_silence(&mut self, silence: &Silence, place: &Destination) -> Result<SilenceId> {
        let id = self.insert(
            "INSERT INTO silences (selector, rule, object, author, channel, address, reason, begins_at, ends_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
            params![
                silence.selector.to_string(),
                silence.rule,
                silence.object,
                silence.author.0,
                place.channel,
                place.address,
                silence.reason,
                silence.begins.0,
                silence.ends.0
            ],
        )?;
        self.touch(Topic::Alerts);
        Ok(SilenceId(id))
    }

    pub fn note_warned(&mut self, id: SilenceId) -> Result<()> {
        self.run("UPDATE silences SET warned = 1 WHERE id = ?1", [id.0])?;
        Ok(())
    }

    /// False when it was over already.
    pub fn end_silence(&mut self, id: SilenceId, now: Timestamp) -> Result<bool> {
        let ended = self.run(
            "UPDATE silences SET over = 1, ends_at = min(ends_at, ?2) WHERE id = ?1 AND NOT over",
            [id.0, now.0],
        )?;
        self.touch(Topic::Alerts);
        Ok(ended > 0)
    }
}

fn silence(row: &Row<'_>) -> rusqlite::Result<Silence> {
    Ok(Silence {
        id: SilenceId(row.get("id")?),
        selector: parsed(row, "selector")?,
        rule: row.get("rule")?,
        object: row.get("object")?,
        author: PersonId(row.get("author")?),
        reason: row.get("reason")?,
        begins: Timestamp(row.get("begins_at")?),
        ends: Timestamp(row.get("ends_at")?),
    })
}

fn expiring(row: &Row<'_>) -> rusqlite::Result<Expiring> {
    Ok(Expiring {
        silence: silence(row)?,
        place: Destination { channel: row.get("channel")?, address: row.get("address")? },
    })
}
