//! Table `inbox`: what services delivered. A row is committed before the service is told "got it",
//! and a second delivery of the same thing is known by its key.

use super::topic::Topic;
use super::work::{Result, View, Work, limit};
use crate::model::{Timestamp, Update};
use rusqlite::{Row, params};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Arrival {
    New(i64),
    /// It is here already, done or not.
    Repeat,
}

impl View<'_> {
    /// What nobody worked on yet, oldest first.
    pub fn waiting(&self, rows: usize) -> Result<Vec<(i64, Update)>> {
        self.all(
            "SELECT id, channel, key, sent_at, received_at, raw
             FROM inbox WHERE state = 'waiting' ORDER BY id LIMIT ?1",
            [limit(rows)],
            |row| Ok((row.get("id")?, update(row)?)),
        )
    }
}

impl Work<'_> {
    pub fn receive(&mut self, update: &Update) -> Result<Arrival> {
        let new = self.run(
            "INSERT INTO inbox (channel, key, sent_at, received_at, raw, state)
             VALUES (?1, ?2, ?3, ?4, ?5, 'waiting') ON CONFLICT (channel, key) DO NOTHING",
            params![
                update.channel,
                update.key,
                update.sent_at.map(|at| at.0),
                update.received_at.0,
                update.raw
            ],
        )?;
        if new == 0 {
            return Ok(Arrival::Repeat);
        }
        self.touch(Topic::Inbox);
        Ok(Arrival::New(self.last_row()))
    }

    pub fn done(&mut self, id: i64) -> Result<()> {
        // The key tells a repeat; what people said is theirs again.
        self.run("UPDATE inbox SET state = 'done', raw = '' WHERE id = ?1", [id])?;
        // Whoever waits for the end of a session waits for this, too.
        self.touch(Topic::Inbox);
        Ok(())
    }
}

fn update(row: &Row<'_>) -> rusqlite::Result<Update> {
    Ok(Update {
        key: row.get("key")?,
        channel: row.get("channel")?,
        sent_at: row.get::<_, Option<i64>>("sent_at")?.map(Timestamp),
        received_at: Timestamp(row.get("received_at")?),
        raw: row.get("raw")?,
    })
}
