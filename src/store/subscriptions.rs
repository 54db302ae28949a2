//! Table `subscriptions`: destinations that hear of alerts beside those that the routes name. One that is
//! over stays as history for a while; one that nobody said yes to goes after some days.

use super::topic::Topic;
use super::work::{Result, View, Work, from_word, parsed, to_word, unreadable};
use crate::model::route::{read_days, written_days};
use crate::model::{Destination, Hours, PersonId, Selector, Subscription, SubscriptionId, Timestamp, Wish};
use rusqlite::types::FromSqlError;
use rusqlite::{Row, params};
use std::time::Duration;

/// So long a place may take to say yes.
const UNCONFIRMED: Duration = Duration::from_secs(7 * 86_400);

const LIVING: &str =
    "SELECT id, channel, address, selector, severity, hours, days, author, since, confirmed_at
     FROM subscriptions WHERE ended_at IS NULL";

impl View<'_> {
    /// Those that hold now and those that wait for a yes, oldest first.
    pub fn subscriptions(&self) -> Result<Vec<Subscription>> {
        self.all(&format!("{LIVING} ORDER BY id"), [], subscription)
    }

    pub fn subscriptions_of(&self, place: &Destination) -> Result<Vec<Subscription>> {
        self.all(
            &format!("{LIVING} AND channel = ?1 AND address = ?2 ORDER BY id"),
            [&place.channel, &place.address],
            subscription,
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

    pub fn subscription(&self, id: SubscriptionId) -> Result<Option<Subscription>> {
        self.one(&format!("{LIVING} AND id = ?1"), [id.0], subscription)
    }
}

impl Work<'_> {
    /// The same selector of the same destination again takes the place of what was there. The number that
    /// `new` brings counts for nothing.
    pub fn subscribe(&mut self, new: &Subscription) -> Result<SubscriptionId> {
        self.unsubscribe(&new.place, Some(&new.wish.selector), new.since)?;
        let id = self.insert(
            "INSERT INTO subscriptions (channel, address, selector, severity, hours, days, author, since,
                confirmed_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
            params![
                new.place.channel,
                new.place.address,
                new.wish.selector.to_string(),
                to_word(&new.wish.severity)?,
                new.wish.hours.map(|hours| hours.to_string()),
                (!new.wish.days.is_empty()).then(|| written_days(&new.wish.days)),
                new.author.0,
                new.since.0,
                new.confirmed_at.map(|at| at.0)
            ],
        )?;
        self.touch(Topic::Alerts);
        Ok(SubscriptionId(id))
    }

    /// The place says yes to all that waits for it; how many those were.
    pub fn confirm(&mut self, place: &Destination, now: Timestamp) -> Result<usize> {
        let confirmed = self.run(
            "UPDATE subscriptions SET confirmed_at = ?3
             WHERE channel = ?1 AND address = ?2 AND confirmed_at IS NULL AND ended_at IS NULL",
            params![place.channel, place.address, now.0],
        )?;
        self.touch(Topic::Alerts);
        Ok(confirmed)
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

    pub(super) fn sweep_subscriptions(&mut self, now: Timestamp, before: Timestamp) -> Result<usize> {
        let unconfirmed = self.run(
            "DELETE FROM subscriptions WHERE confirmed_at IS NULL AND since < ?1",
            [now.minus(UNCONFIRMED).0],
        )?;
        let over = self.run("DELETE FROM subscriptions WHERE ended_at < ?1", [before.0])?;
        Ok(unconfirmed + over)
    }
}

fn subscription(row: &Row<'_>) -> rusqlite::Result<Subscription> {
    Ok(Subscription {
        id: SubscriptionId(row.get("id")?),
        place: Destination { channel: row.get("channel")?, address: row.get("address")? },
        wish: wish(row)?,
        author: PersonId(row.get("author")?),
        since: Timestamp(row.get("since")?),
        confirmed_at: row.get::<_, Option<i64>>("confirmed_at")?.map(Timestamp),
    })
}

pub(super) fn wish(row: &Row<'_>) -> rusqlite::Result<Wish> {
    let unknown = |what: &str| unreadable(FromSqlError::other(std::io::Error::other(what.to_owned())));
    let hours = row.get::<_, Option<String>>("hours")?;
    let hours = hours.map(|typed| Hours::read(&typed).ok_or_else(|| unknown("no hours")));
    let days = row.get::<_, Option<String>>("days")?.filter(|typed| !typed.is_empty());
    let days = days.map(|typed| read_days(&typed).ok_or_else(|| unknown("no days")));
    Ok(Wish {
        selector: parsed(row, "selector")?,
        severity: from_word(row, "severity")?,
        hours: hours.transpose()?,
        days: days.transpose()?.unwrap_or_default(),
    })
}
