//! What is deleted when, in steps of a few hundred rows. Never what is still needed: what waits, a
//! message that will still change, a file that a waiting message carries. Audit rows, versions,
//! devices and people stay for ever.

use super::work::{Result, Work};
use crate::model::Timestamp;
use rusqlite::params;
use std::time::Duration;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Retention {
    /// Never under a day, whatever is set: services deliver again for that long.
    pub inbox: Duration,
    pub outbox: Duration,
    pub attachments: Duration,
    pub jobs: Duration,
    /// Ended alerts and their history.
    pub alerts: Duration,
}

const DAY: Duration = Duration::from_secs(86_400);

impl Default for Retention {
    fn default() -> Self {
        Retention {
            inbox: 30 * DAY,
            outbox: 30 * DAY,
            attachments: 7 * DAY,
            jobs: 365 * DAY,
            alerts: 365 * DAY,
        }
    }
}

/// Rows of one table in one step.
const STEP: i64 = 500;

impl Work<'_> {
    /// How many rows went; call again until it is 0.
    pub(super) fn sweep_step(&mut self, retention: &Retention, now: Timestamp) -> Result<usize> {
        let mut swept = self.expire_outbox(now)?;
        swept += self.sweep_inbox(now.minus(retention.inbox.max(DAY)))?;
        swept += self.sweep_links(now)?;
        swept += self.sweep_confirmations(now)?;
        swept += self.sweep_subscriptions(now, now.minus(retention.alerts))?;
        swept += self.sweep_strangers(now.minus(retention.inbox.max(DAY)))?;
        swept += self.sweep_outbox(now.minus(retention.outbox), now.minus(retention.jobs))?;
        swept += self.sweep_attachments(now.minus(retention.attachments))?;
        swept += self.sweep_jobs(now.minus(retention.jobs))?;
        swept += self.sweep_alerts(now.minus(retention.alerts))?;
        Ok(swept)
    }

    fn sweep_inbox(&mut self, before: Timestamp) -> Result<usize> {
        let updates = self.run(
            "DELETE FROM inbox WHERE id IN (
                SELECT id FROM inbox WHERE state = 'done' AND received_at < ?1 LIMIT ?2)",
            [before.0, STEP],
        )?;
        let dialogs = self.run(
            "DELETE FROM dialogs WHERE id IN (SELECT id FROM dialogs WHERE closed_at < ?1 LIMIT ?2)",
            [before.0, STEP],
        )?;
        Ok(updates + dialogs)
    }

    /// The newest version of a message that has not ended stays much longer: an alert may be open
    /// for weeks, and its recovery hangs below it.
    fn sweep_outbox(&mut self, before: Timestamp, long_before: Timestamp) -> Result<usize> {
        let rows = self.run(
            "DELETE FROM outbox WHERE id IN (
                SELECT outbox.id FROM outbox JOIN slots ON slots.id = outbox.slot
                WHERE settled_at < ?1
                AND (ended OR outbox.version < slots.version OR state = 'dead' OR settled_at < ?2) LIMIT ?3)",
            [before.0, long_before.0, STEP],
        )?;
        let slots = self.run(
            "DELETE FROM slots WHERE id IN (SELECT id FROM slots
                WHERE NOT EXISTS (SELECT 1 FROM outbox WHERE outbox.slot = slots.id) LIMIT ?1)",
            [STEP],
        )?;
        let presses = self.run(
            "DELETE FROM presses WHERE token IN (SELECT token FROM presses WHERE until < ?1
                AND NOT EXISTS (SELECT 1 FROM slots WHERE slots.slot = presses.slot
                    AND slots.channel = presses.channel AND slots.address = presses.address) LIMIT ?2)",
            [before.0, STEP],
        )?;
        Ok(rows + slots + presses)
    }

    fn sweep_attachments(&mut self, before: Timestamp) -> Result<usize> {
        self.run(
            "DELETE FROM attachments WHERE id IN (SELECT id FROM attachments WHERE added_at < ?1
                AND NOT EXISTS (SELECT 1 FROM outbox_files JOIN outbox ON outbox.id = outbox_files.outbox
                    WHERE outbox_files.attachment = attachments.id AND state IN ('waiting', 'sending'))
                LIMIT ?2)",
            [before.0, STEP],
        )
    }

    fn sweep_alerts(&mut self, before: Timestamp) -> Result<usize> {
        let incidents = self.run(
            "DELETE FROM incidents WHERE id IN (SELECT id FROM incidents WHERE ended_at < ?1
                AND NOT EXISTS (SELECT 1 FROM alerts WHERE alerts.incident = incidents.id) LIMIT ?2)",
            [before.0, STEP],
        )?;
        let events = self.run(
            "DELETE FROM alert_events WHERE id IN (
                SELECT id FROM alert_events WHERE at < ?1 AND incident IS NULL LIMIT ?2)",
            [before.0, STEP],
        )?;
        Ok(incidents + events)
    }

    fn sweep_jobs(&mut self, before: Timestamp) -> Result<usize> {
        self.run(
            "DELETE FROM jobs WHERE id IN (SELECT id FROM jobs WHERE finished_at < ?1 LIMIT ?2)",
            params![before.0, STEP],
        )
    }
}
