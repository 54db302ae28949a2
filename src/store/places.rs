//! Table `moved`: places that have another address now. Whatever is bound to a place moves along, and
//! what still names the old one (a route, a job that runs) reaches the new one.

use super::audit::{AuditRow, Decision};
use super::topic::Topic;
use super::work::{Result, View, Work};
use crate::model::{Destination, Identity, Timestamp};

/// Tables that name a place in `channel` and `address` and in which a row of the new place may stand
/// in the way of one of the old.
const BOUND: [&str; 11] = [
    "chats",
    "dialogs",
    "presses",
    "free_watches",
    "slots",
    "told",
    "silences",
    "subscriptions",
    "links",
    "confirmations",
    "reaches",
];

impl View<'_> {
    /// What the place is called now.
    pub fn now_at(&self, place: &Destination) -> Result<Destination> {
        let became = self.one(
            "SELECT became FROM moved WHERE channel = ?1 AND address = ?2",
            [&place.channel, &place.address],
            |row| row.get(0),
        )?;
        Ok(match became {
            Some(address) => Destination { channel: place.channel.clone(), address },
            None => place.clone(),
        })
    }
}

impl Work<'_> {
    /// The service calls `from` so from now on. What the new address already has of its own stays as it is.
    pub fn move_place(&mut self, from: &Destination, to: &Destination, now: Timestamp) -> Result<()> {
        if from == to || from.channel != to.channel {
            return Ok(());
        }
        self.run(
            "INSERT INTO moved (channel, address, became, at) VALUES (?1, ?2, ?3, ?4)
             ON CONFLICT (channel, address) DO UPDATE SET became = excluded.became, at = excluded.at",
            rusqlite::params![from.channel, from.address, to.address, now.0],
        )?;
        // Never in a circle: the newest word of the service counts.
        self.run("DELETE FROM moved WHERE channel = ?1 AND address = ?2", [&to.channel, &to.address])?;
        self.run(
            "UPDATE moved SET became = ?3 WHERE channel = ?1 AND became = ?2",
            [&from.channel, &from.address, &to.address],
        )?;
        for table in BOUND {
            self.run(
                &format!("UPDATE OR IGNORE {table} SET address = ?3 WHERE channel = ?1 AND address = ?2"),
                [&from.channel, &from.address, &to.address],
            )?;
        }
        // What already stands at the new place, or waits there, is told there; the old one's would go for ever.
        self.run(
            "UPDATE outbox SET state = 'superseded', settled_at = ?3 WHERE state IN ('waiting', 'sending')
                AND slot IN (SELECT id FROM slots WHERE channel = ?1 AND address = ?2)",
            rusqlite::params![from.channel, from.address, now.0],
        )?;
        // What rules say of the chat they go on to say of it.
        let rules =
            self.run("UPDATE grants SET chat = ?2 WHERE chat = ?1", [from.to_string(), to.to_string()])?;
        if rules > 0 {
            self.audit(&AuditRow {
                at: now,
                person: None,
                identity: Identity { channel: from.channel.clone(), external: from.address.clone() },
                place: to.clone(),
                line: format!("rules of {from} hold at {to} now ({rules})"),
                permission: None,
                decision: Decision::Done,
                rule: None,
                job: None,
                outcome: None,
            })?;
        }
        self.touch(Topic::Outbox);
        self.touch(Topic::People);
        Ok(())
    }
}
