//! Table `windows`: in which times what is told of a router is held for its planned reboot. One that
//! is over stays as history.

use super::topic::Topic;
use super::work::{Result, View, Work};
use crate::model::{DeviceId, JobId, PersonId, Timestamp, Window, WindowEnd};
use rusqlite::{Row, params};
use std::time::Duration;

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

    /// Whether a boot at that moment was asked for, by a window that is over. `slack` is how much too early
    /// the moment may be.
    pub fn boot_was_asked_for(&self, device: DeviceId, at: Timestamp, slack: Duration) -> Result<bool> {
        self.any(
            "SELECT 1 FROM windows WHERE device = ?1 AND opens_at <= ?2 AND booted_until >= ?3",
            [device.0, at.plus(slack).0, at.0],
        )
    }

    /// The window of one job, also one that has ended or not opened yet.
    pub fn window(&self, job: JobId, device: DeviceId) -> Result<Option<Window>> {
        self.one(&format!("{COLUMNS} WHERE job = ?1 AND device = ?2"), [job.0, device.0], window)
    }
}

impl Work<'_> {
    /// From `opens` on it holds. A window that is open stays as it is: nothing makes it longer. One that was
    /// ended, because nothing was sent after all, may be opened anew.
    pub fn open_window(&mut self, window: &Window) -> Result<()> {
        self.run(
            "INSERT INTO windows (job, device, person, opens_at, ends_at) VALUES (?1, ?2, ?3, ?4, ?5)
             ON CONFLICT (job, device) DO UPDATE SET opens_at = excluded.opens_at, ends_at = excluded.ends_at,
                ended_at = NULL, how = NULL, booted_until = NULL WHERE ended_at IS NOT NULL",
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

    /// How a window ended, and until when a boot of the router is the one that was asked for.
    pub fn note_window_end(
        &mut self,
        window: &Window,
        how: WindowEnd,
        booted_until: Option<Timestamp>,
    ) -> Result<()> {
        self.run(
            "UPDATE windows SET how = ?3, booted_until = ?4 WHERE job = ?1 AND device = ?2",
            params![window.job.0, window.device.0, how.name(), booted_until.map(|until| until.0)],
        )?;
        Ok(())
    }

    /// A router that was given up is back: it boots no more because it was asked to.
    pub fn note_back(&mut self, job: JobId, device: DeviceId, at: Timestamp) -> Result<()> {
        self.run(
            "UPDATE windows SET booted_until = min(booted_until, ?3) WHERE job = ?1 AND device = ?2",
            [job.0, device.0, at.0],
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
