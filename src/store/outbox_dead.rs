//! Of table `outbox` what could not be delivered: the dead letters, how a place fails, and the way
//! back for one of them.

use super::outbox::{class, class_number};
use super::topic::Topic;
use super::work::{Result, View, Work, from_json, limit};
use crate::model::{Class, Destination, Document, OutboundId, Slot, Timestamp};
use rusqlite::{Row, params};

#[derive(Clone, Debug, PartialEq)]
pub struct DeadLetter {
    pub id: OutboundId,
    pub slot: Slot,
    pub place: Destination,
    pub class: Class,
    pub document: Document,
    pub why: String,
    /// When it was to be sent.
    pub posted_at: Timestamp,
    pub tries: i64,
    /// When it was given up.
    pub at: Timestamp,
}

/// A place that gets nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Failing {
    /// When the oldest message was posted that did not arrive since the last one that did.
    pub since: Timestamp,
    /// Those that were given up since then and those that still wait.
    pub undelivered: usize,
}

/// What its place should have got by now.
#[derive(Clone, Debug, PartialEq)]
pub struct Overdue {
    pub slot: Slot,
    pub place: Destination,
    /// The newest version of it.
    pub document: Document,
    /// Since when the oldest version is owed that is newer than the last that arrived.
    pub since: Timestamp,
}

const LETTERS: &str = "SELECT outbox.id, slots.slot AS name, channel, address, class, document,
        coalesce(why, '') AS why, posted_at, attempts, coalesce(settled_at, posted_at) AS at
     FROM outbox JOIN slots ON slots.id = outbox.slot WHERE state = 'dead'";

impl View<'_> {
    /// What could not be delivered, newest first.
    pub fn dead_letters(&self, rows: usize) -> Result<Vec<DeadLetter>> {
        self.all(&format!("{LETTERS} ORDER BY outbox.id DESC LIMIT ?1"), [limit(rows)], letter)
    }

    pub fn dead_letter(&self, id: OutboundId) -> Result<Option<DeadLetter>> {
        self.one(&format!("{LETTERS} AND outbox.id = ?1"), [id.0], letter)
    }

    /// Why its last try did not go well.
    pub fn why(&self, id: OutboundId) -> Result<Option<String>> {
        Ok(self.one("SELECT why FROM outbox WHERE id = ?1", [id.0], |row| row.get(0))?.flatten())
    }

    /// Since when the newest version of this message is meant to be there. None when it is settled.
    pub fn owed_since(&self, id: OutboundId) -> Result<Option<Timestamp>> {
        let since = self.one(
            "SELECT max(max(posted_at, not_before)) FROM outbox
             WHERE state IN ('waiting', 'sending') AND slot = (SELECT slot FROM outbox WHERE id = ?1)",
            [id.0],
            |row| row.get::<_, Option<i64>>(0),
        )?;
        Ok(since.flatten().map(Timestamp))
    }

    /// None when nothing is undelivered there. Progress and what expires by itself do not count.
    pub fn failing(&self, place: &Destination, now: Timestamp) -> Result<Option<Failing>> {
        self.one(
            "WITH rows AS (SELECT outbox.* FROM outbox JOIN slots ON slots.id = outbox.slot
                WHERE channel = ?1 AND address = ?2 AND class < ?4)
             SELECT min(posted_at) AS since, count(*) AS undelivered FROM rows
             WHERE (state = 'waiting' AND not_before <= ?3)
                OR (state = 'dead' AND coalesce(why, '') <> 'expired' AND settled_at >=
                    (SELECT coalesce(max(settled_at), 0) FROM rows WHERE state = 'sent'))",
            params![place.channel, place.address, now.0, class_number(Class::Progress)],
            |row| {
                let undelivered = super::work::counted(row, "undelivered")?;
                let since: Option<i64> = row.get("since")?;
                Ok(since.map(|since| Failing { since: Timestamp(since), undelivered }))
            },
        )
        .map(Option::flatten)
    }

    /// What is owed since `limit` or longer, though its place was tried: by this message or by one of its
    /// class that it waits behind. What was given up is owed at once; before `history` it is told no more.
    pub fn overdue(&self, class: Class, limit: Timestamp, history: Timestamp) -> Result<Vec<Overdue>> {
        // Three questions and not one, because each has an index of its own.
        self.all(
            "WITH stuck AS (
                SELECT * FROM outbox WHERE state = 'waiting' AND class = ?1
                UNION ALL SELECT * FROM outbox WHERE state = 'sending' AND class = ?1
                UNION ALL SELECT * FROM outbox WHERE state = 'dead' AND class = ?1
                    AND coalesce(why, '') <> 'expired' AND settled_at > ?3),
             places AS (SELECT DISTINCT channel, address FROM stuck JOIN slots ON slots.id = stuck.slot
                WHERE attempts > 0 OR stuck.state = 'dead'),
             owed AS (SELECT slots.slot AS name, channel, address, document, stuck.state AS state,
                (SELECT min(max(posted_at, not_before)) FROM outbox AS version
                    WHERE version.slot = stuck.slot AND version.version > coalesce((SELECT max(sent.version)
                        FROM outbox AS sent WHERE sent.slot = stuck.slot AND sent.state = 'sent'), 0)) AS since
                FROM stuck JOIN slots ON slots.id = stuck.slot AND slots.version = stuck.version
                WHERE (channel, address) IN (SELECT channel, address FROM places))
             SELECT * FROM owed WHERE since <= ?2 OR state = 'dead' ORDER BY since, name, channel, address",
            [class_number(class), limit.0, history.0],
            |row| {
                Ok(Overdue {
                    slot: Slot(row.get("name")?),
                    place: Destination { channel: row.get("channel")?, address: row.get("address")? },
                    document: from_json(row, "document")?,
                    since: Timestamp(row.get("since")?),
                })
            },
        )
    }

    /// The newest message at this place whose slot begins so and whose first version is not older.
    pub fn recent_slot(
        &self,
        beginning: &str,
        place: &Destination,
        not_before: Timestamp,
    ) -> Result<Option<Slot>> {
        self.one(
            "SELECT slots.slot FROM slots JOIN outbox ON outbox.slot = slots.id AND outbox.version = 1
             WHERE channel = ?1 AND address = ?2 AND substr(slots.slot, 1, length(?3)) = ?3 AND posted_at > ?4
             ORDER BY outbox.id DESC LIMIT 1",
            params![place.channel, place.address, beginning, not_before.0],
            |row| Ok(Slot(row.get(0)?)),
        )
    }
}

impl Work<'_> {
    /// Puts a dead letter back, as if posted now. False when it is none any more, or when a newer
    /// version of the message took its place.
    pub fn try_again(&mut self, id: OutboundId, now: Timestamp) -> Result<bool> {
        let put = self.run(
            "UPDATE outbox SET state = 'waiting', attempts = 0, next_try = 0, not_before = 0, expires = NULL,
                why = NULL, settled_at = NULL, posted_at = ?2
             WHERE id = ?1 AND state = 'dead'
                AND version = (SELECT version FROM slots WHERE slots.id = outbox.slot)",
            params![id.0, now.0],
        )?;
        if put > 0 {
            self.touch(Topic::Outbox);
        }
        Ok(put > 0)
    }
}

fn letter(row: &Row<'_>) -> rusqlite::Result<DeadLetter> {
    Ok(DeadLetter {
        id: OutboundId(row.get("id")?),
        slot: Slot(row.get("name")?),
        place: Destination { channel: row.get("channel")?, address: row.get("address")? },
        class: class(row)?,
        document: from_json(row, "document")?,
        why: row.get("why")?,
        posted_at: Timestamp(row.get("posted_at")?),
        tries: row.get("attempts")?,
        at: Timestamp(row.get("at")?),
    })
}
