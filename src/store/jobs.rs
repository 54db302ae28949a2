//! Table `jobs`: commands that were accepted. A job keeps the command as typed; what it means and
//! whether it may is found out anew at each step.

use super::topic::Topic;
use super::work::{Result, View, Work, count, counted, from_json, from_word, limit, to_json, to_word};
use crate::model::{DeviceId, Invocation, Job, JobId, JobState, PersonId, Timestamp};
use rusqlite::{Row, params};

/// Which jobs are asked for; what is `None` does not matter.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct JobFilter {
    pub person: Option<PersonId>,
    pub device: Option<DeviceId>,
    pub running_only: bool,
}

const COLUMNS: &str = "SELECT id, invocation, state, accepted_at, finished_at,
    cancel_requested_at IS NOT NULL AS cancel_requested,
    (SELECT count(*) FROM tasks WHERE job = jobs.id) AS tasks,
    (SELECT count(*) FROM tasks WHERE job = jobs.id AND status = 'done') AS done,
    (SELECT count(*) FROM tasks WHERE job = jobs.id AND status <> 'done') AS failed
    FROM jobs";

impl View<'_> {
    /// In the answer `done` counts what ended well, `failed` what ended otherwise.
    pub fn job(&self, id: JobId) -> Result<Option<Job>> {
        self.one(&format!("{COLUMNS} WHERE id = ?1"), [id.0], job)
    }

    /// Newest first.
    pub fn recent_jobs(&self, filter: &JobFilter, rows: usize) -> Result<Vec<Job>> {
        self.all(
            &format!(
                "{COLUMNS} WHERE (?1 IS NULL OR person = ?1)
                 AND (?2 IS NULL OR id IN (SELECT job FROM tasks WHERE device = ?2))
                 AND (NOT ?3 OR state = 'running') ORDER BY id DESC LIMIT ?4"
            ),
            params![
                filter.person.map(|id| id.0),
                filter.device.map(|id| id.0),
                filter.running_only,
                limit(rows)
            ],
            job,
        )
    }

    /// What a start must go on with, oldest first.
    pub fn unfinished_jobs(&self) -> Result<Vec<Job>> {
        self.all(&format!("{COLUMNS} WHERE state = 'running' ORDER BY id"), [], job)
    }

    pub fn job_permission(&self, id: JobId) -> Result<Option<String>> {
        self.one("SELECT permission FROM jobs WHERE id = ?1", [id.0], |row| row.get(0))
    }

    /// How often a start found it unfinished.
    pub fn resumed(&self, id: JobId) -> Result<i64> {
        Ok(self.one("SELECT resumed FROM jobs WHERE id = ?1", [id.0], |row| row.get(0))?.unwrap_or(0))
    }
}

impl Work<'_> {
    /// The devices are frozen here, one task each, in this order.
    pub fn add_job(
        &mut self,
        invocation: &Invocation,
        permission: &str,
        devices: &[DeviceId],
        now: Timestamp,
    ) -> Result<JobId> {
        let id = JobId(self.insert(
            "INSERT INTO jobs (person, permission, invocation, state, accepted_at)
             VALUES (?1, ?2, ?3, 'running', ?4)",
            params![invocation.asker.0, permission, to_json(invocation)?, now.0],
        )?);
        for (position, device) in devices.iter().enumerate() {
            self.add_task(id, *device, count(position))?;
        }
        self.touch(Topic::Jobs);
        Ok(id)
    }

    /// False when it was over already.
    pub fn end_job(&mut self, id: JobId, state: JobState, now: Timestamp) -> Result<bool> {
        let ended = self.run(
            "UPDATE jobs SET state = ?2, finished_at = ?3 WHERE id = ?1 AND state = 'running'",
            params![id.0, to_word(&state)?, now.0],
        )?;
        self.touch(Topic::Jobs);
        Ok(ended > 0)
    }

    /// False when it is over, or somebody asked before.
    pub fn request_cancel(&mut self, id: JobId, by: PersonId, now: Timestamp) -> Result<bool> {
        let asked = self.run(
            "UPDATE jobs SET cancel_requested_at = ?3, cancel_requested_by = ?2
             WHERE id = ?1 AND state = 'running' AND cancel_requested_at IS NULL",
            params![id.0, by.0, now.0],
        )?;
        self.touch(Topic::Jobs);
        Ok(asked > 0)
    }

    pub fn note_resumed(&mut self, id: JobId) -> Result<()> {
        self.run("UPDATE jobs SET resumed = resumed + 1 WHERE id = ?1", [id.0])?;
        Ok(())
    }
}

fn job(row: &Row<'_>) -> rusqlite::Result<Job> {
    Ok(Job {
        id: JobId(row.get("id")?),
        invocation: from_json(row, "invocation")?,
        state: from_word(row, "state")?,
        accepted_at: Timestamp(row.get("accepted_at")?),
        finished_at: row.get::<_, Option<i64>>("finished_at")?.map(Timestamp),
        cancel_requested: row.get("cancel_requested")?,
        tasks: counted(row, "tasks")?,
        done: counted(row, "done")?,
        failed: counted(row, "failed")?,
    })
}
