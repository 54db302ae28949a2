//! Tables `slots`, `outbox`, `message_refs`, `outbox_files`: what is to be said, from the posting to
//! the receipt. Of a logical message at most one version waits and one is in flight; the newest wins.
//! What may go now is asked in `outbox_due.rs`, what could not be delivered in `outbox_dead.rs`.

use super::outbox_due::PAUSE;
use super::topic::Topic;
use super::work::{Result, View, Work, count, from_json, to_json};
use crate::model::outbound::MessageRef;
use crate::model::{
    Block, Class, Destination, Document, Fate, Identity, Outbound, OutboundId, Receipt, Slot, Thread,
    Timestamp,
};
use rusqlite::{Row, params};

/// Whether a try that got no receipt may have reached the service all the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Arrived {
    /// The service said so, or was never reached.
    No,
    /// The answer did not come in time: the next try is marked as a repeat.
    Unknown,
}

impl View<'_> {
    /// The newest version of each message at this place that will still change, oldest first.
    pub fn open_messages(&self, place: &Destination) -> Result<Vec<Outbound>> {
        self.all(
            "SELECT slots.slot AS name, channel, address, thread, reply_to, class, document, not_before, expires,
                recipient
             FROM slots JOIN outbox ON outbox.slot = slots.id AND outbox.version = slots.version
             WHERE channel = ?1 AND address = ?2 AND NOT ended AND state <> 'dead' ORDER BY outbox.id",
            [&place.channel, &place.address],
            outbound,
        )
    }

    /// The newest version of a message, at each place where it stands.
    pub fn newest_message(&self, slot: &Slot) -> Result<Vec<Outbound>> {
        self.all(
            "SELECT slots.slot AS name, channel, address, thread, reply_to, class, document, not_before, expires,
                recipient
             FROM slots JOIN outbox ON outbox.slot = slots.id AND outbox.version = slots.version
             WHERE slots.slot = ?1 ORDER BY outbox.id",
            [&slot.0],
            outbound,
        )
    }

    /// What the service calls the parts that stand at the destination, in order.
    pub fn parts(&self, slot: &Slot, place: &Destination) -> Result<Vec<MessageRef>> {
        self.all(
            "SELECT ref FROM message_refs JOIN slots ON slots.id = message_refs.slot
             WHERE slots.slot = ?1 AND channel = ?2 AND address = ?3 ORDER BY part",
            [&slot.0, &place.channel, &place.address],
            |row| Ok(MessageRef(row.get(0)?)),
        )
    }

    /// Whether a version of this message arrived at this place, may have, or still will.
    pub fn fate(&self, slot: &Slot, place: &Destination) -> Result<Fate> {
        let found = self.one(
            "SELECT doubt,
                EXISTS (SELECT 1 FROM message_refs WHERE message_refs.slot = slots.id)
                    OR EXISTS (SELECT 1 FROM outbox WHERE outbox.slot = slots.id AND state = 'sent') AS stands,
                EXISTS (SELECT 1 FROM outbox WHERE outbox.slot = slots.id AND state = 'sending') AS flies,
                EXISTS (SELECT 1 FROM outbox WHERE outbox.slot = slots.id AND state = 'waiting') AS waits
             FROM slots WHERE slot = ?1 AND channel = ?2 AND address = ?3",
            [&slot.0, &place.channel, &place.address],
            fate,
        )?;
        Ok(found.unwrap_or(Fate::Unknown))
    }

    /// How often this message was tried since it was last delivered, its older versions included.
    pub fn tries(&self, id: OutboundId) -> Result<i64> {
        Ok(self.one("SELECT attempts FROM outbox WHERE id = ?1", [id.0], |row| row.get(0))?.unwrap_or(0))
    }
}

/// What became of the slot, by the states of its rows and whether a try got no answer.
fn fate(row: &Row<'_>) -> rusqlite::Result<Fate> {
    let [stands, flies, waits, doubt] =
        ["stands", "flies", "waits", "doubt"].map(|name| row.get::<_, bool>(name));
    Ok(match (stands?, flies?, waits?, doubt?) {
        (true, _, _, _) => Fate::Delivered,
        (false, true, _, _) | (false, false, true, true) => Fate::InFlight,
        (false, false, true, false) => Fate::Waiting,
        (false, false, false, _) => Fate::Dead,
    })
}

/// What an older version that still waited leaves to the newer one: its backoff.
#[derive(Default)]
struct Backoff {
    attempts: i64,
    next_try: i64,
}

impl Work<'_> {
    /// A newer version of the message, or its first. An older one that still waits is superseded.
    pub fn post(&mut self, message: &Outbound, now: Timestamp) -> Result<OutboundId> {
        let place = self.now_at(&message.place)?;
        let (slot, version) = self.next_version(&message.slot, &place)?;
        let backoff = self.supersede(slot, now)?;
        let next_try = match message.class {
            // It has become urgent: the patience of what was not is too long for it.
            Class::Critical => backoff.next_try.min(now.plus(PAUSE).0),
            Class::Result | Class::Alert | Class::Progress | Class::Ephemeral => backoff.next_try,
        };
        let id = OutboundId(self.insert(
            "INSERT INTO outbox (slot, version, thread, reply_to, class, document, ended, not_before, expires,
                state, attempts, next_try, posted_at, recipient)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, 'waiting', ?10, ?11, ?12, ?13)",
            params![
                slot,
                version,
                message.thread.as_ref().map(|thread| thread.0.as_str()),
                message.reply_to.as_ref().map(|slot| slot.0.as_str()),
                class_number(message.class),
                to_json(&message.document)?,
                message.document.ended.is_some(),
                message.not_before.map_or(0, |at| at.0),
                message.expires.map(|at| at.0),
                backoff.attempts,
                next_try,
                now.0,
                message.only.as_ref().map(|one| one.external.as_str())
            ],
        )?);
        self.note_files(id, &message.document)?;
        self.put_presses(&message.slot, &place, &message.document.buttons)?;
        self.touch(Topic::Outbox);
        Ok(id)
    }

    /// Right before sending. False means: do not send. It was superseded, it expired, or another
    /// version of the message is in flight.
    pub fn attempt(&mut self, id: OutboundId, now: Timestamp) -> Result<bool> {
        let begun = self.run(
            "UPDATE outbox SET state = 'sending', attempts = attempts + 1
             WHERE id = ?1 AND state = 'waiting' AND (expires IS NULL OR expires > ?2)
                AND NOT EXISTS (SELECT 1 FROM outbox AS other
                    WHERE other.slot = outbox.slot AND other.state = 'sending')",
            [id.0, now.0],
        )?;
        Ok(begun > 0)
    }

    /// The service took it: these parts stand there now.
    pub fn delivered(&mut self, id: OutboundId, receipt: &Receipt, now: Timestamp) -> Result<()> {
        let Some(slot) = self.settle(id, "sent", None, now)? else { return Ok(()) };
        self.run("UPDATE slots SET doubt = 0 WHERE id = ?1", [slot])?;
        self.run("DELETE FROM message_refs WHERE slot = ?1", [slot])?;
        for (part, name) in receipt.parts.iter().enumerate() {
            self.run(
                "INSERT INTO message_refs (slot, part, ref) VALUES (?1, ?2, ?3)",
                params![slot, count(part), name.0],
            )?;
        }
        self.touch(Topic::Outbox);
        Ok(())
    }

    /// Not now. A newer version that waits already takes over, with the same patience.
    pub fn postponed(&mut self, id: OutboundId, until: Timestamp, why: &str, arrived: Arrived) -> Result<()> {
        if arrived == Arrived::Unknown {
            self.run(
                "UPDATE slots SET doubt = 1 WHERE id = (SELECT slot FROM outbox WHERE id = ?1)",
                [id.0],
            )?;
        }
        let taken_over = self.run(
            "UPDATE outbox SET next_try = max(next_try, ?2),
                attempts = (SELECT attempts FROM outbox WHERE id = ?1)
             WHERE state = 'waiting' AND id <> ?1
                AND slot = (SELECT slot FROM outbox WHERE id = ?1 AND state = 'sending')",
            [id.0, until.0],
        )?;
        let state = if taken_over > 0 { "superseded" } else { "waiting" };
        self.run(
            "UPDATE outbox SET state = ?2, next_try = ?3, why = ?4,
                settled_at = CASE ?2 WHEN 'superseded' THEN posted_at END
             WHERE id = ?1 AND state IN ('waiting', 'sending')",
            params![id.0, state, until.0, why],
        )?;
        self.touch(Topic::Outbox);
        Ok(())
    }

    /// Never. It stays as a dead letter, and what replies to it goes on without it.
    pub fn dead(&mut self, id: OutboundId, why: &str, now: Timestamp) -> Result<()> {
        self.settle(id, "dead", Some(why), now)?;
        self.touch(Topic::Outbox);
        Ok(())
    }

    /// What waits below a message (its slot and a `/`) is not sent any more: something newer is said
    /// instead. Whether anything else stands below it, or is on its way there.
    pub fn withdraw_below(&mut self, head: &Slot, place: &Destination, now: Timestamp) -> Result<bool> {
        // `0` comes after `/`.
        const BELOW: &str = "SELECT id FROM slots
            WHERE slot > ?1 || '/' AND slot < ?1 || '0' AND channel = ?2 AND address = ?3";
        self.run(
            &format!(
                "UPDATE outbox SET state = 'superseded', settled_at = ?4
                 WHERE state = 'waiting' AND slot IN ({BELOW} AND NOT doubt)"
            ),
            params![head.0, place.channel, place.address, now.0],
        )?;
        let stands = self.one(
            &format!(
                "SELECT 1 FROM outbox WHERE state IN ('sent', 'sending', 'waiting') AND slot IN ({BELOW}) LIMIT 1"
            ),
            params![head.0, place.channel, place.address],
            |_| Ok(()),
        )?;
        Ok(stands.is_some())
    }

    /// No version of this message is due before: keeps a living message at the pace of its service.
    pub fn hold_slot(&mut self, slot: &Slot, place: &Destination, until: Timestamp) -> Result<()> {
        self.run(
            "UPDATE slots SET held_until = max(held_until, ?4)
             WHERE slot = ?1 AND channel = ?2 AND address = ?3",
            params![slot.0, place.channel, place.address, until.0],
        )?;
        Ok(())
    }

    /// What came too late to be worth sending goes dead.
    pub fn expire_outbox(&mut self, now: Timestamp) -> Result<usize> {
        let expired = self.run(
            "UPDATE outbox SET state = 'dead', why = 'expired', settled_at = ?1
             WHERE state = 'waiting' AND expires <= ?1",
            [now.0],
        )?;
        if expired > 0 {
            self.touch(Topic::Outbox);
        }
        Ok(expired)
    }

    /// At the start of the one that sends: what was in flight may have arrived or not.
    pub(super) fn doubt_what_was_in_flight(&mut self) -> Result<()> {
        self.run(
            "UPDATE slots SET doubt = 1 WHERE id IN (SELECT slot FROM outbox WHERE state = 'sending')",
            [],
        )?;
        self.run(
            "UPDATE outbox SET state = 'superseded', settled_at = posted_at
             WHERE state = 'sending' AND EXISTS (SELECT 1 FROM outbox AS newer
                WHERE newer.slot = outbox.slot AND newer.state = 'waiting')",
            [],
        )?;
        self.run("UPDATE outbox SET state = 'waiting' WHERE state = 'sending'", [])?;
        Ok(())
    }

    fn next_version(&mut self, slot: &Slot, place: &Destination) -> Result<(i64, i64)> {
        self.run(
            "INSERT INTO slots (slot, channel, address, version) VALUES (?1, ?2, ?3, 1)
             ON CONFLICT (slot, channel, address) DO UPDATE SET version = version + 1",
            [&slot.0, &place.channel, &place.address],
        )?;
        let row = self.one(
            "SELECT id, version FROM slots WHERE slot = ?1 AND channel = ?2 AND address = ?3",
            [&slot.0, &place.channel, &place.address],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )?;
        row.ok_or_else(|| super::StoreError::Sql { why: "a row that was just written is gone".to_owned() })
    }

    fn supersede(&mut self, slot: i64, now: Timestamp) -> Result<Backoff> {
        let backoff = self.one(
            "SELECT attempts, next_try FROM outbox WHERE slot = ?1 AND state = 'waiting'",
            [slot],
            |row| Ok(Backoff { attempts: row.get(0)?, next_try: row.get(1)? }),
        )?;
        self.run(
            "UPDATE outbox SET state = 'superseded', settled_at = ?2 WHERE slot = ?1 AND state = 'waiting'",
            [slot, now.0],
        )?;
        Ok(backoff.unwrap_or_default())
    }

    /// Ends a row that is not ended; its slot.
    fn settle(
        &mut self,
        id: OutboundId,
        state: &str,
        why: Option<&str>,
        now: Timestamp,
    ) -> Result<Option<i64>> {
        let settled = self.run(
            "UPDATE outbox SET state = ?2, why = ?3, settled_at = ?4
             WHERE id = ?1 AND state IN ('waiting', 'sending')",
            params![id.0, state, why, now.0],
        )?;
        match settled {
            0 => Ok(None),
            _ => self.one("SELECT slot FROM outbox WHERE id = ?1", [id.0], |row| row.get(0)),
        }
    }

    fn note_files(&mut self, id: OutboundId, document: &Document) -> Result<()> {
        for block in &document.blocks {
            if let Block::File { attachment, .. } = block {
                self.run(
                    "INSERT OR IGNORE INTO outbox_files (outbox, attachment) VALUES (?1, ?2)",
                    [id.0, attachment.0],
                )?;
            }
        }
        Ok(())
    }
}

/// The order of declaration is the order of going first.
pub(super) fn class_number(class: Class) -> i64 {
    count(Class::ALL.iter().position(|known| *known == class).unwrap_or(0))
}

pub(super) fn class(row: &Row<'_>) -> rusqlite::Result<Class> {
    let number: i64 = row.get("class")?;
    let known = usize::try_from(number).ok().and_then(|number| Class::ALL.get(number).copied());
    known.ok_or(rusqlite::Error::IntegralValueOutOfRange(0, number))
}

/// A message for one person's eyes is for somebody of the channel that it goes to.
pub(super) fn only(row: &Row<'_>) -> rusqlite::Result<Option<Identity>> {
    let external: Option<String> = row.get("recipient")?;
    let channel = row.get("channel")?;
    Ok(external.map(|external| Identity { channel, external }))
}

fn outbound(row: &Row<'_>) -> rusqlite::Result<Outbound> {
    let not_before: i64 = row.get("not_before")?;
    Ok(Outbound {
        slot: Slot(row.get("name")?),
        place: Destination { channel: row.get("channel")?, address: row.get("address")? },
        thread: row.get::<_, Option<String>>("thread")?.map(Thread),
        reply_to: row.get::<_, Option<String>>("reply_to")?.map(Slot),
        class: class(row)?,
        only: only(row)?,
        document: from_json(row, "document")?,
        not_before: (not_before > 0).then_some(Timestamp(not_before)),
        expires: row.get::<_, Option<i64>>("expires")?.map(Timestamp),
    })
}
