//! Table `learned`: what was found out about a software version, so that each of its routers need not be tried again
//! after a restart.

use super::topic::Topic;
use super::work::{Result, View, Work};
use crate::model::Timestamp;
use rusqlite::params;

/// It answers 400 to `fields` over RESTCONF.
const REFUSES_FIELDS: &str = "refuses fields";

impl View<'_> {
    pub fn refuses_fields(&self, software: &str) -> Result<bool> {
        self.any("SELECT 1 FROM learned WHERE software = ?1 AND what = ?2", [software, REFUSES_FIELDS])
    }
}

impl Work<'_> {
    pub fn learn_refuses_fields(&mut self, software: &str, now: Timestamp) -> Result<()> {
        self.run(
            "INSERT INTO learned (software, what, learned_at) VALUES (?1, ?2, ?3)
             ON CONFLICT (software, what) DO NOTHING",
            params![software, REFUSES_FIELDS, now.0],
        )?;
        self.touch(Topic::Devices);
        Ok(())
    }
}
