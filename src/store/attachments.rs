//! Table `attachments`: files that messages carry, kept until they were sent and a while longer.

use super::work::{Result, View, Work};
use crate::model::{AttachmentId, Timestamp};
use rusqlite::params;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attachment {
    pub name: String,
    pub bytes: Vec<u8>,
}

impl View<'_> {
    pub fn attachment(&self, id: AttachmentId) -> Result<Option<Attachment>> {
        self.one("SELECT name, bytes FROM attachments WHERE id = ?1", [id.0], |row| {
            Ok(Attachment { name: row.get("name")?, bytes: row.get("bytes")? })
        })
    }
}

impl Work<'_> {
    pub fn attach(&mut self, name: &str, bytes: &[u8], now: Timestamp) -> Result<AttachmentId> {
        let id = self.insert(
            "INSERT INTO attachments (name, bytes, added_at) VALUES (?1, ?2, ?3)",
            params![name, bytes, now.0],
        )?;
        Ok(AttachmentId(id))
    }
}
