//! Which messages may go now, complete with everything that their channel needs.
//! Critical goes before results, and at one place what was posted first goes first: while a message
//! there is waiting for its next try, those of its class behind it wait with it, so a service that
//! was away for a moment gets them in their order. One that fails for longer holds nobody up any more:
//! it may be the only one that the service does not want, and what comes after it shows whether the
//! service is back.

use super::outbox::{class, only};
use super::work::{Result, View, from_json, limit};
use crate::model::outbound::MessageRef;
use crate::model::{Block, Destination, Document, Message, OutboundId, Slot, Thread, Timestamp};
use rusqlite::{Row, named_params};
use std::time::Duration;

/// So long a message that is tried again and again holds up those behind it. The back door looks once a
/// minute at least, so nobody waits behind it for over five.
pub(super) const PAUSE: Duration = Duration::from_secs(240);

/// Rows that nothing but the time (`:now`) holds back. Messages that began to fail after `:young` pause
/// those behind them.
const FREE: &str = "WITH paused AS (
        SELECT channel, address, class, min(outbox.id) AS first
        FROM outbox JOIN slots ON slots.id = outbox.slot
        WHERE state = 'waiting' AND next_try > :now AND (expires IS NULL OR expires > :now)
        -- Counted from its oldest version that did not arrive: changes do not make it young.
        AND (SELECT min(max(posted_at, not_before)) FROM outbox AS version
            WHERE version.slot = outbox.slot AND version.version > coalesce((SELECT max(sent.version)
                FROM outbox AS sent WHERE sent.slot = outbox.slot AND sent.state = 'sent'), 0)) > :young
        GROUP BY channel, address, class),
    free AS (
        SELECT outbox.id, outbox.slot, outbox.version, thread, reply_to, class, recipient, slots.slot AS name,
            channel, address, doubt, max(not_before, next_try, held_until) AS due_at
        FROM outbox JOIN slots ON slots.id = outbox.slot
        WHERE state = 'waiting' AND (expires IS NULL OR expires > :now)
        AND NOT EXISTS (SELECT 1 FROM outbox AS flying
            WHERE flying.slot = outbox.slot AND flying.state = 'sending')
        AND NOT EXISTS (SELECT 1 FROM paused
            WHERE paused.channel = slots.channel AND paused.address = slots.address
            AND paused.class = outbox.class AND paused.first < outbox.id)
        AND NOT EXISTS (SELECT 1 FROM slots AS above JOIN outbox AS parent ON parent.slot = above.id
            WHERE above.slot = outbox.reply_to AND above.channel = slots.channel
            AND above.address = slots.address AND above.id <> slots.id
            AND (parent.state = 'sending'
                OR (parent.state = 'waiting' AND (parent.expires IS NULL OR parent.expires > :now)))
            AND NOT EXISTS (SELECT 1 FROM message_refs WHERE message_refs.slot = above.id)))";

/// A row before what hangs on it is read.
struct Due {
    slot_id: i64,
    reply_to: Option<Slot>,
    message: Message,
}

impl View<'_> {
    /// In the order of going: class, then number. Of one message only one version.
    pub fn due(&self, now: Timestamp, rows: usize) -> Result<Vec<Message>> {
        self.first_due(now, usize::MAX, rows)
    }

    /// The next one of each lane at each place, in the order of going. A class has two lanes, alerts and all
    /// else: a mail server that is slow with a storm of alerts must not keep an answer from a terminal, nor the storm
    /// an answer in its own chat, and a storm is not read as a whole for each of its messages.
    pub fn due_in_each_lane(&self, now: Timestamp, rows: usize) -> Result<Vec<Message>> {
        self.first_due(now, 1, rows)
    }

    fn first_due(&self, now: Timestamp, each: usize, rows: usize) -> Result<Vec<Message>> {
        let due = self.all(
            &format!(
                "{FREE}, turns AS (
                    SELECT free.*, row_number() OVER (
                        PARTITION BY channel, address, class, name GLOB 'alert/*' ORDER BY id) AS turn
                    FROM free WHERE due_at <= :now)
                 SELECT turns.*, outbox.document FROM turns JOIN outbox ON outbox.id = turns.id
                 WHERE turn <= :each ORDER BY turns.class, turns.id LIMIT :rows"
            ),
            named_params! {
                ":now": now.0, ":young": now.minus(PAUSE).0, ":each": limit(each), ":rows": limit(rows)
            },
            |row| due(row, now),
        )?;
        due.into_iter().map(|due| self.completed(due)).collect()
    }

    /// When something will be due (or expire) without anybody posting; not later than now when
    /// something is due already. What waits at a place where something is in flight goes after that,
    /// which whoever sends hears of: nobody shall look fifty times a second how a mail server thinks.
    pub fn next_due(&self, now: Timestamp) -> Result<Option<Timestamp>> {
        let next = self.one(
            &format!(
                "{FREE}, busy AS MATERIALIZED (SELECT DISTINCT channel, address
                    FROM outbox JOIN slots ON slots.id = outbox.slot WHERE state = 'sending')
                 SELECT min(at) FROM (SELECT min(due_at) AS at FROM free WHERE NOT EXISTS
                        (SELECT 1 FROM busy WHERE busy.channel = free.channel AND busy.address = free.address)
                    UNION ALL SELECT min(expires) FROM outbox WHERE state = 'waiting' AND expires > :now)"
            ),
            named_params! { ":now": now.0, ":young": now.minus(PAUSE).0 },
            |row| row.get::<_, Option<i64>>(0),
        )?;
        Ok(next.flatten().map(Timestamp))
    }

    fn completed(&self, due: Due) -> Result<Message> {
        let Due { slot_id, reply_to, mut message } = due;
        message.parts =
            self.all("SELECT ref FROM message_refs WHERE slot = ?1 ORDER BY part", [slot_id], |row| {
                Ok(MessageRef(row.get(0)?))
            })?;
        if let Some(above) = reply_to {
            message.reply_to = self.parts(&above, &message.place)?.into_iter().next();
        }
        let mut tokens = self.tokens(&message.slot.0, &message.place)?;
        message.tokens =
            message.document.buttons.iter().filter_map(|button| tokens.remove(&button.name)).collect();
        message.files = self.files(&message.document)?;
        message.reader = self.reader_of(&message.place)?;
        Ok(message)
    }

    fn files(&self, document: &Document) -> Result<Vec<Vec<u8>>> {
        let mut files = Vec::new();
        for block in &document.blocks {
            if let Block::File { attachment, name, .. } = block {
                let found = self.attachment(*attachment)?;
                if found.is_none() {
                    tracing::warn!(name, %attachment, "a file is gone before its message was sent");
                }
                files.push(found.map(|file| file.bytes).unwrap_or_default());
            }
        }
        Ok(files)
    }
}

fn due(row: &Row<'_>, now: Timestamp) -> rusqlite::Result<Due> {
    let message = Message {
        id: OutboundId(row.get("id")?),
        slot: Slot(row.get("name")?),
        version: row.get("version")?,
        place: Destination { channel: row.get("channel")?, address: row.get("address")? },
        thread: row.get::<_, Option<String>>("thread")?.map(Thread),
        parts: Vec::new(),
        reply_to: None,
        class: class(row)?,
        only: only(row)?,
        document: from_json(row, "document")?,
        tokens: Vec::new(),
        files: Vec::new(),
        pictures: Vec::new(),
        reader: crate::model::Reader::default(),
        repeat: row.get("doubt")?,
        now,
    };
    Ok(Due {
        slot_id: row.get("slot")?,
        reply_to: row.get::<_, Option<String>>("reply_to")?.map(Slot),
        message,
    })
}
