//! How much is not over yet: for the end of a session and the last seconds of a process.

use super::work::{Result, View};

impl View<'_> {
    /// Updates without an answer, jobs that run, messages that wait.
    pub fn unsettled(&self) -> Result<i64> {
        let open = self.one(
            "SELECT (SELECT count(*) FROM inbox WHERE state = 'waiting')
                + (SELECT count(*) FROM jobs WHERE state = 'running')",
            [],
            |row| row.get::<_, i64>(0),
        )?;
        Ok(open.unwrap_or(0) + self.unsent()?)
    }

    /// Messages that wait or are on their way. Not those of a place that did not take one: they wait
    /// for as long as it takes, here or in the next process.
    pub fn unsent(&self) -> Result<i64> {
        let unsent = self.one(
            "SELECT count(*) FROM outbox JOIN slots ON slots.id = outbox.slot
             WHERE state = 'sending' OR (state = 'waiting' AND NOT EXISTS (
                SELECT 1 FROM outbox AS failed JOIN slots AS there ON there.id = failed.slot
                WHERE failed.state = 'waiting' AND failed.next_try > 0
                AND there.channel = slots.channel AND there.address = slots.address))",
            [],
            |row| row.get(0),
        )?;
        Ok(unsent.unwrap_or(0))
    }
}
