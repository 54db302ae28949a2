//! Tables `procedures` and `reload_times`: how far long work is, and how long routers usually take.
//! The state is the procedure's own form, not read here.

use super::topic::Topic;
use super::work::{Result, View, Work, count, from_json, to_json};
use crate::model::{DeviceId, JobId, Timestamp};
use rusqlite::{Row, params};
use std::time::Duration;

/// One version of a procedure's state.
#[derive(Clone, Debug, PartialEq)]
pub struct Procedure {
    pub job: JobId,
    pub version: i64,
    pub state: serde_json::Value,
}

/// So many former reloads of a router are looked at.
const FORMER: i64 = 7;

impl View<'_> {
    pub fn procedure(&self, job: JobId) -> Result<Option<Procedure>> {
        self.one("SELECT job, version, state FROM procedures WHERE job = ?1", [job.0], procedure)
    }

    /// Of the jobs that are not over, oldest first.
    pub fn procedures(&self) -> Result<Vec<Procedure>> {
        self.all(
            "SELECT job, version, procedures.state FROM procedures JOIN jobs ON jobs.id = job
             WHERE jobs.state = 'running' ORDER BY job",
            [],
            procedure,
        )
    }

    /// The time that this router usually takes for a reload: the median of the last ones.
    pub fn usual_reload(&self, device: DeviceId) -> Result<Option<Duration>> {
        let mut took: Vec<i64> = self.all(
            "SELECT took FROM reload_times WHERE device = ?1 ORDER BY at DESC LIMIT ?2",
            [device.0, FORMER],
            |row| row.get(0),
        )?;
        took.sort_unstable();
        let middle = took.get(took.len() / 2).copied();
        Ok(middle.map(|took| Duration::from_millis(u64::try_from(took).unwrap_or_default())))
    }
}

impl Work<'_> {
    pub fn add_procedure(&mut self, job: JobId, state: &serde_json::Value) -> Result<()> {
        self.run(
            "INSERT INTO procedures (job, version, state) VALUES (?1, 1, ?2)",
            params![job.0, to_json(state)?],
        )?;
        self.touch(Topic::Jobs);
        Ok(())
    }

    /// The version after this one. False when another one has come meanwhile: nothing was written.
    pub fn put_procedure(&mut self, job: JobId, after: i64, state: &serde_json::Value) -> Result<bool> {
        let put = self.run(
            "UPDATE procedures SET state = ?3, version = version + 1 WHERE job = ?1 AND version = ?2",
            params![job.0, after, to_json(state)?],
        )?;
        self.touch(Topic::Jobs);
        Ok(put > 0)
    }

    pub fn note_reload_time(&mut self, device: DeviceId, took: Duration, at: Timestamp) -> Result<()> {
        self.run(
            "INSERT INTO reload_times (device, at, took) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING",
            params![device.0, at.0, count(took.as_millis())],
        )?;
        Ok(())
    }
}

fn procedure(row: &Row<'_>) -> rusqlite::Result<Procedure> {
    Ok(Procedure {
        job: JobId(row.get("job")?),
        version: row.get("version")?,
        state: from_json(row, "state")?,
    })
}
