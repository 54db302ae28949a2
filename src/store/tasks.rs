//! Table `tasks`: one device's part of a job. It ends once, with a small stored result; what was
//! about to be sent is marked before it is sent.

use super::topic::Topic;
use super::work::{Result, View, Work, from_json, from_word, to_json, to_word};
use crate::model::{DeviceId, JobId, Task, TaskResult, Timestamp};
use rusqlite::{Row, params};

impl View<'_> {
    /// In the order in which the job was accepted.
    pub fn tasks(&self, job: JobId) -> Result<Vec<Task>> {
        self.all(
            "SELECT job, device, state, coalesce(result, 'null') AS result FROM tasks
             WHERE job = ?1 ORDER BY position",
            [job.0],
            task,
        )
    }

    /// What the ended tasks came to, in the same order.
    pub fn results(&self, job: JobId) -> Result<Vec<TaskResult>> {
        self.all(
            "SELECT result FROM tasks WHERE job = ?1 AND state = 'ended' ORDER BY position",
            [job.0],
            |row| from_json(row, "result"),
        )
    }
}

impl Work<'_> {
    pub(super) fn add_task(&mut self, job: JobId, device: DeviceId, position: i64) -> Result<()> {
        self.run(
            "INSERT INTO tasks (job, device, position, state) VALUES (?1, ?2, ?3, 'waiting')",
            [job.0, device.0, position],
        )?;
        Ok(())
    }

    /// Before a step that changes the router is sent. False when it is not waiting: do not send.
    pub fn begin_sending(&mut self, job: JobId, device: DeviceId, now: Timestamp) -> Result<bool> {
        let begun = self.run(
            "UPDATE tasks SET state = 'sending', sending_at = ?3
             WHERE job = ?1 AND device = ?2 AND state = 'waiting'",
            [job.0, device.0, now.0],
        )?;
        Ok(begun > 0)
    }

    /// False when it had ended already; the first result stays.
    pub fn end_task(&mut self, job: JobId, result: &TaskResult, now: Timestamp) -> Result<bool> {
        let ended = self.run(
            "UPDATE tasks SET state = 'ended', ended_at = ?3, status = ?4, result = ?5
             WHERE job = ?1 AND device = ?2 AND state <> 'ended'",
            params![job.0, result.device.0, now.0, to_word(&result.status)?, to_json(result)?],
        )?;
        self.touch(Topic::Jobs);
        Ok(ended > 0)
    }
}

fn task(row: &Row<'_>) -> rusqlite::Result<Task> {
    Ok(Task {
        job: JobId(row.get("job")?),
        device: DeviceId(row.get("device")?),
        state: from_word(row, "state")?,
        result: from_json(row, "result")?,
    })
}
