//! Table `reaches`: what is known of whether a message would reach a place, where its service lets nobody
//! write for ever. A place that nobody knows anything of has no row.

use super::topic::Topic;
use super::work::{Result, View, Work, from_json, to_json};
use crate::model::{Destination, Text, Timestamp};
use rusqlite::params;

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Reached {
    /// Until when the service lets the bot write there, unless they show themselves again.
    pub window_ends: Option<Timestamp>,
    /// Why it lets the bot write no more.
    pub refused: Option<Text>,
}

impl View<'_> {
    /// What is known of this place; nothing by default.
    pub fn reach_of(&self, place: &Destination) -> Result<Reached> {
        let found = self.one(
            "SELECT window_ends, coalesce(refused, 'null') AS refused FROM reaches
             WHERE channel = ?1 AND address = ?2",
            [&place.channel, &place.address],
            |row| {
                Ok(Reached {
                    window_ends: row.get::<_, Option<i64>>("window_ends")?.map(Timestamp),
                    refused: from_json(row, "refused")?,
                })
            },
        )?;
        Ok(found.unwrap_or_default())
    }
}

impl Work<'_> {
    /// They showed themselves: until then the bot may write, and nothing is refused any more.
    pub fn note_window(&mut self, place: &Destination, ends: Timestamp) -> Result<()> {
        self.run(
            "INSERT INTO reaches (channel, address, window_ends) VALUES (?1, ?2, ?3)
             ON CONFLICT (channel, address) DO UPDATE SET refused = NULL, refused_at = NULL,
                window_ends = max(coalesce(window_ends, 0), excluded.window_ends)",
            params![place.channel, place.address, ends.0],
        )?;
        self.touch(Topic::People);
        Ok(())
    }

    /// The service lets the bot write there no more, until they act.
    pub fn note_refused(&mut self, place: &Destination, why: &Text, now: Timestamp) -> Result<()> {
        self.run(
            "INSERT INTO reaches (channel, address, refused, refused_at) VALUES (?1, ?2, ?3, ?4)
             ON CONFLICT (channel, address) DO UPDATE SET refused = excluded.refused,
                refused_at = excluded.refused_at",
            params![place.channel, place.address, to_json(why)?, now.0],
        )?;
        self.touch(Topic::People);
        Ok(())
    }

    /// A message got through.
    pub fn note_reached(&mut self, place: &Destination) -> Result<()> {
        self.run(
            "UPDATE reaches SET refused = NULL, refused_at = NULL WHERE channel = ?1 AND address = ?2",
            [&place.channel, &place.address],
        )?;
        self.touch(Topic::People);
        Ok(())
    }
}
