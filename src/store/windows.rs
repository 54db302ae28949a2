//! Table `windows`: in which times what is told of a router is held for its planned reboot. One that
//! is over stays as history.

use super::topic::Topic;
use super::work::{Result, View, Work, to_json};
use crate::model::{DeviceId, JobId, PersonId, Timestamp, Window, WindowEnd};
use rusqlite::{Row, params};

const COLUMNS: &str = "SELECT job, device, person, opens_at, ends_at FROM windows";

impl View<'_> {
    /// Those that hold something back now.
    pub fn windows(&self, now: Timestamp) -> Result<Vec<Window>> {
        self.all(
            &format!(
                "{COLUMNS} WHERE ended_at IS NULL AND opens_at <= ?1 AND ends_at > ?1 ORDER BY job, device"
            ),
            [now.0],
            window,
        )
    }

    /// Those whose time is over and that nobody closed yet.
    pub fn windows_over(&self, now: Timestamp) -> Result<Vec<Window>> {
        self.all(
            &format!("{COLUMNS} WHERE ended_at IS NULL AND ends_at <= ?1 ORDER BY job, device"),
            [now.0],
            window,
        )
    }

    /// The window of one job, also one that has ended or not opened yet.
    pub fn window(&self, job: JobId, device: DeviceId) -> Result<Option<Window>> {
        self.one(&format!("{COLUMNS} WHERE job = ?1 AND device = ?2"), [job.0, device.0], window)
    }
}

impl Work<'_> {
    /// From `opens` on it holds. A job that opens its window again keeps the first one: nothing makes
    /// a window longer.
    pub fn open_window(&mut self, window: &Window) -> Result<()> {
        self.run(
            "INSERT INTO windows (job, device, person, opens_at, ends_at) VALUES (?1, ?2, ?3, ?4, ?5)
             ON CONFLICT (job, device) DO NOTHING",
            params![window.job.0, window.device.0, window.by.0, window.opens.0, window.ends.0],
        )?;
        self.touch(Topic::Alerts);
        Ok(())
    }

    /// It holds nothing from now on; false when it had ended. What was held is told by
    /// `builtin::window_over`, which ends it as well.
    pub fn end_window(&mut self, job: JobId, device: DeviceId, now: Timestamp) -> Result<bool> {
        let ended = self.run(
            "UPDATE windows SET ended_at = ?3 WHERE job = ?1 AND device = ?2 AND ended_at IS NULL",
            [job.0, device.0, now.0],
        )?;
        self.touch(Topic::Alerts);
        Ok(ended > 0)
    }

    /// How a window ended; the last word counts: a router that was given up may come back.
    pub fn note_window_end(&mut self, window: &Window, how: &WindowEnd) -> Result<()> {
        self.run(
            "UPDATE windows SET how = ?3 WHERE job = ?1 AND device = ?2",
            params![window.job.0, window.device.0, to_json(how)?],
        )?;
        Ok(())
    }

    /// After the wall clock jumped: a window counts from the moment in which the router was told to
    /// reboot, and the router's own timer does not jump.
    pub fn shift_windows(&mut self, drift_ms: i64) -> Result<()> {
        self.run(
            "UPDATE windows SET opens_at = opens_at + ?1, ends_at = ends_at + ?1 WHERE ended_at IS NULL",
            [drift_ms],
        )?;
        self.touch(Topic::Alerts);
        Ok(())
    }
}

fn window(row: &Row<'_>) -> rusqlite::Result<Window> {
    Ok(Window {
        job: JobId(row.get("job")?),
        device: DeviceId(row.get("device")?),
        by: PersonId(row.get("person")?),
        opens: Timestamp(row.get("opens_at")?),
        ends: Timestamp(row.get("ends_at")?),
    })
}
