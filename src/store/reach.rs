//! Table `reach`: what channels know of those who hear of alerts beside the routes: that nothing arrives
//! there any more, or until when something does. It is shown, and decides nothing.

use super::topic::Topic;
use super::work::{Result, View, Work};
use crate::model::{Destination, Timestamp};
use rusqlite::params;

#[derive(Clone, Debug, PartialEq)]
pub struct Reached {
    /// After this nothing arrives until the one there says something.
    pub window_ends: Option<Timestamp>,
    /// Why nothing arrives, in words.
    pub refused: Option<String>,
    pub at: Timestamp,
}

impl View<'_> {
    pub fn reach_of(&self, place: &Destination) -> Result<Option<Reached>> {
        self.one(
            "SELECT window_ends, refused, at FROM reach WHERE channel = ?1 AND address = ?2",
            [&place.channel, &place.address],
            |row| {
                Ok(Reached {
                    window_ends: row.get::<_, Option<i64>>("window_ends")?.map(Timestamp),
                    refused: row.get("refused")?,
                    at: Timestamp(row.get("at")?),
                })
            },
        )
    }

    /// When something arrived there the last time, as long as sent messages are kept.
    pub fn last_delivered(&self, place: &Destination) -> Result<Option<Timestamp>> {
        let at = self.one(
            "SELECT max(settled_at) FROM outbox JOIN slots ON slots.id = outbox.slot
             WHERE channel = ?1 AND address = ?2 AND state = 'sent'",
            [&place.channel, &place.address],
            |row| row.get::<_, Option<i64>>(0),
        )?;
        Ok(at.flatten().map(Timestamp))
    }
}

impl Work<'_> {
    /// Until when messages arrive there; None where they always do.
    pub fn note_window(
        &mut self,
        place: &Destination,
        ends: Option<Timestamp>,
        now: Timestamp,
    ) -> Result<()> {
        self.run(
            "INSERT INTO reach (channel, address, window_ends, at) VALUES (?1, ?2, ?3, ?4)
             ON CONFLICT (channel, address) DO UPDATE SET window_ends = excluded.window_ends, at = excluded.at",
            params![place.channel, place.address, ends.map(|at| at.0), now.0],
        )?;
        self.touch(Topic::Alerts);
        Ok(())
    }

    /// The service said never. Of places that did not subscribe nothing is kept.
    pub fn note_refused(&mut self, place: &Destination, why: &str, now: Timestamp) -> Result<()> {
        self.run(
            "INSERT INTO reach (channel, address, refused, at) SELECT ?1, ?2, ?3, ?4 WHERE EXISTS (
                SELECT 1 FROM subscriptions WHERE channel = ?1 AND address = ?2 AND ended_at IS NULL)
             ON CONFLICT (channel, address) DO UPDATE SET refused = excluded.refused, at = excluded.at",
            params![place.channel, place.address, why, now.0],
        )?;
        Ok(())
    }

    /// Something arrived: what stood in the way is gone.
    pub fn note_reached(&mut self, place: &Destination, now: Timestamp) -> Result<()> {
        self.run(
            "UPDATE reach SET refused = NULL, at = ?3
             WHERE channel = ?1 AND address = ?2 AND refused IS NOT NULL",
            params![place.channel, place.address, now.0],
        )?;
        Ok(())
    }
}
