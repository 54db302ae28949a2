//! Table `dialogs`: questions that were asked back, with the command that the answer completes.
//! A dialog is closed once: by the answer, by Cancel, or because its time is over.

use super::work::{Result, View, Work, from_json, limit, to_json};
use crate::model::{Destination, DialogId, Invocation, PersonId, Slot, Thread, Timestamp};
use rusqlite::{Row, params};

#[derive(Clone, Debug, PartialEq)]
pub struct NewDialog {
    /// Only this person may answer.
    pub person: PersonId,
    pub place: Destination,
    pub thread: Option<Thread>,
    /// The message that asks; it is edited when the question is over.
    pub slot: Option<Slot>,
    pub invocation: Invocation,
    /// What kind of answer is waited for: the asker's own form, not read here.
    pub question: serde_json::Value,
    pub until: Timestamp,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Dialog {
    pub id: DialogId,
    pub person: PersonId,
    pub place: Destination,
    pub thread: Option<Thread>,
    pub slot: Option<Slot>,
    pub invocation: Invocation,
    pub question: serde_json::Value,
    pub until: Timestamp,
    pub open: bool,
}

const COLUMNS: &str = "SELECT id, person, channel, address, thread, slot, invocation, question, until,
    closed_at IS NULL AS open FROM dialogs";

impl View<'_> {
    pub fn dialog(&self, id: DialogId) -> Result<Option<Dialog>> {
        self.one(&format!("{COLUMNS} WHERE id = ?1"), [id.0], dialog)
    }

    /// Oldest first.
    pub fn open_dialogs(&self, place: &Destination) -> Result<Vec<Dialog>> {
        self.all(
            &format!("{COLUMNS} WHERE channel = ?1 AND address = ?2 AND closed_at IS NULL ORDER BY id"),
            [&place.channel, &place.address],
            dialog,
        )
    }

    /// Those that were opened since then, oldest first.
    pub fn dialogs_since(&self, place: &Destination, since: Timestamp) -> Result<Vec<Dialog>> {
        self.all(
            &format!("{COLUMNS} WHERE channel = ?1 AND address = ?2 AND opened_at >= ?3 ORDER BY id"),
            params![place.channel, place.address, since.0],
            dialog,
        )
    }

    /// Nobody answered in time, and nobody closed it yet.
    pub fn late_dialogs(&self, now: Timestamp, rows: usize) -> Result<Vec<Dialog>> {
        self.all(
            &format!("{COLUMNS} WHERE closed_at IS NULL AND until <= ?1 ORDER BY until LIMIT ?2"),
            [now.0, limit(rows)],
            dialog,
        )
    }
}

impl Work<'_> {
    pub fn open_dialog(&mut self, dialog: &NewDialog, now: Timestamp) -> Result<DialogId> {
        let id = self.insert(
            "INSERT INTO dialogs (person, channel, address, thread, slot, invocation, question, until, opened_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
            params![
                dialog.person.0,
                dialog.place.channel,
                dialog.place.address,
                dialog.thread.as_ref().map(|thread| thread.0.as_str()),
                dialog.slot.as_ref().map(|slot| slot.0.as_str()),
                to_json(&dialog.invocation)?,
                to_json(&dialog.question)?,
                dialog.until.0,
                now.0
            ],
        )?;
        Ok(DialogId(id))
    }

    /// What this person was asked is late from now on: housekeeping ends it like any late question.
    pub(super) fn end_dialogs(&mut self, person: PersonId, now: Timestamp) -> Result<usize> {
        self.run(
            "UPDATE dialogs SET until = min(until, ?2) WHERE person = ?1 AND closed_at IS NULL",
            [person.0, now.0],
        )
    }

    /// True for the one who closes it, false for everybody after.
    pub fn close_dialog(&mut self, id: DialogId, now: Timestamp) -> Result<bool> {
        let closed =
            self.run("UPDATE dialogs SET closed_at = ?2 WHERE id = ?1 AND closed_at IS NULL", [id.0, now.0])?;
        Ok(closed > 0)
    }
}

fn dialog(row: &Row<'_>) -> rusqlite::Result<Dialog> {
    Ok(Dialog {
        id: DialogId(row.get("id")?),
        person: PersonId(row.get("person")?),
        place: Destination { channel: row.get("channel")?, address: row.get("address")? },
        thread: row.get::<_, Option<String>>("thread")?.map(Thread),
        slot: row.get::<_, Option<String>>("slot")?.map(Slot),
        invocation: from_json(row, "invocation")?,
        question: from_json(row, "question")?,
        until: Timestamp(row.get("until")?),
        open: row.get("open")?,
    })
}
