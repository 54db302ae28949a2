//! Table `freezes`: which routers nothing may change, by whom and until when. One that is over stays as
//! history.

use super::topic::Topic;
use super::work::{Result, View, Work, parsed};
use crate::model::{Destination, Freeze, FreezeId, PersonId, Thread, Timestamp};
use rusqlite::{Row, params};

const COLUMNS: &str =
    "SELECT id, selector, author, reason, begins_at, ends_at, channel, address, thread FROM freezes";

/// A freeze, and where its author is told of its end.
#[derive(Clone, Debug, PartialEq)]
pub struct KeptFreeze {
    pub freeze: Freeze,
    pub place: Destination,
    pub thread: Option<Thread>,
}

impl View<'_> {
    /// Those that nobody ended, the one that lasts longest first. One whose time is over may be among them.
    pub fn freezes(&self) -> Result<Vec<Freeze>> {
        self.all(&format!("{COLUMNS} WHERE ended_at IS NULL ORDER BY ends_at DESC, id"), [], freeze)
    }

    /// Also one that is over.
    pub fn freeze(&self, id: FreezeId) -> Result<Option<KeptFreeze>> {
        self.one(&format!("{COLUMNS} WHERE id = ?1"), [id.0], kept)
    }

    /// Those whose time is over and that nobody closed yet.
    pub fn freezes_over(&self, now: Timestamp) -> Result<Vec<KeptFreeze>> {
        self.all(&format!("{COLUMNS} WHERE ended_at IS NULL AND ends_at <= ?1 ORDER BY id"), [now.0], kept)
    }
}

impl Work<'_> {
    /// The number of the given value is not looked at.
    pub fn add_freeze(&mut self, kept: &KeptFreeze) -> Result<FreezeId> {
        let KeptFreeze { freeze, place, thread } = kept;
        let id = self.insert(
            "INSERT INTO freezes (selector, author, reason, begins_at, ends_at, channel, address, thread)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
            params![
                freeze.selector.to_string(),
                freeze.by.0,
                freeze.reason,
                freeze.since.0,
                freeze.until.0,
                place.channel,
                place.address,
                thread.as_ref().map(|thread| thread.0.as_str())
            ],
        )?;
        self.touch(Topic::Freezes);
        Ok(FreezeId(id))
    }

    /// False when it was over already.
    pub fn end_freeze(&mut self, id: FreezeId, now: Timestamp) -> Result<bool> {
        let ended = self.run(
            "UPDATE freezes SET ended_at = ?2 WHERE id = ?1 AND ended_at IS NULL",
            params![id.0, now.0],
        )?;
        self.touch(Topic::Freezes);
        Ok(ended > 0)
    }
}

fn freeze(row: &Row<'_>) -> rusqlite::Result<Freeze> {
    Ok(Freeze {
        id: FreezeId(row.get("id")?),
        selector: parsed(row, "selector")?,
        by: PersonId(row.get("author")?),
        reason: row.get("reason")?,
        since: Timestamp(row.get("begins_at")?),
        until: Timestamp(row.get("ends_at")?),
    })
}

fn kept(row: &Row<'_>) -> rusqlite::Result<KeptFreeze> {
    Ok(KeptFreeze {
        freeze: freeze(row)?,
        place: Destination { channel: row.get("channel")?, address: row.get("address")? },
        thread: row.get::<_, Option<String>>("thread")?.map(Thread),
    })
}
