//! Table `subscriptions`: destinations that asked for alerts themselves. One that is over stays as history.

use super::topic::Topic;
use super::work::{Result, View, Work, from_word, parsed, to_word};
use crate::model::{Destination, PersonId, Selector, Subscription, Timestamp};
use rusqlite::{Row, params};

impl View<'_> {
    /// Those that hold now, oldest first.
    pub fn subscriptions(&self) -> Result<Vec<Subscription>> {
        self.all(
            "SELECT channel, address, selector, severity, author, since FROM subscriptions
             WHERE ended_at IS NULL ORDER BY id",
            [],
            subscription,
        )
    }
}

impl Work<'_> {
    /// The same selector of the same destination again takes the place of what was there.
    pub fn subscribe(&mut self, new: &Subscription) -> Result<()> {
        self.unsubscribe(&new.place, Some(&new.selector), new.since)?;
        self.run(
            "INSERT INTO subscriptions (channel, address, selector, severity, author, since)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            params![
                new.place.channel,
                new.place.address,
                new.selector.to_string(),
                to_word(&new.severity)?,
                new.author.0,
                new.since.0
            ],
        )?;
        self.touch(Topic::Alerts);
        Ok(())
    }

    /// That one, or all of the destination; how many those were.
    pub fn unsubscribe(
        &mut self,
        place: &Destination,
        selector: Option<&Selector>,
        now: Timestamp,
    ) -> Result<usize> {
        let ended = self.run(
            "UPDATE subscriptions SET ended_at = ?4
             WHERE channel = ?1 AND address = ?2 AND (?3 IS NULL OR selector = ?3) AND ended_at IS NULL",
            params![place.channel, place.address, selector.map(ToString::to_string), now.0],
        )?;
        self.touch(Topic::Alerts);
        Ok(ended)
    }
}

fn subscription(row: &Row<'_>) -> rusqlite::Result<Subscription> {
    Ok(Subscription {
        place: Destination { channel: row.get("channel")?, address: row.get("address")? },
        selector: parsed(row, "selector")?,
        severity: from_word(row, "severity")?,
        author: PersonId(row.get("author")?),
        since: Timestamp(row.get("since")?),
    })
}
