//! The updates that wait for the bot: offset, limit, age and `allowed_updates` as the service has them, and the
//! mischief that tests want: delivered again, in another order.

use std::collections::{BTreeSet, VecDeque};
use std::time::Duration;

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

/// Kinds that come only when they are named.
const ON_DEMAND: &[&str] = &["chat_member", "message_reaction", "message_reaction_count"];

/// So many confirmed ones are remembered, to be delivered again.
const REMEMBERED: usize = 1_000;

#[derive(Debug)]
pub(crate) struct Queue {
    waiting: VecDeque<Update>,
    confirmed: VecDeque<Update>,
    /// Delivered next, once, whatever the offset says.
    again: VecDeque<Update>,
    /// None: all but those on demand.
    allowed: Option<BTreeSet<String>>,
    next: i64,
    /// The poll that may go on; an earlier one is ended.
    pub poller: u64,
}

#[derive(Clone, Debug)]
struct Update {
    id: i64,
    kind: &'static str,
    body: Value,
    at: DateTime<Utc>,
}

impl Default for Queue {
    fn default() -> Queue {
        Queue {
            waiting: VecDeque::new(),
            confirmed: VecDeque::new(),
            again: VecDeque::new(),
            allowed: None,
            next: 1,
            poller: 0,
        }
    }
}

impl Queue {
    pub fn begin_at(&mut self, first: i64) {
        self.next = first;
    }

    pub fn push(&mut self, kind: &'static str, body: Value, at: DateTime<Utc>) {
        let wanted = match &self.allowed {
            Some(allowed) => allowed.contains(kind),
            None => !ON_DEMAND.contains(&kind),
        };
        if wanted {
            self.waiting.push_back(Update { id: self.next, kind, body, at });
            self.next += 1;
        }
    }

    /// In force for what happens from now on, until another list is given. An empty one is the default again.
    pub fn allow(&mut self, kinds: BTreeSet<String>) {
        self.allowed = (!kinds.is_empty()).then_some(kinds);
    }

    /// Forgets what the offset confirms and what is too old. A negative offset keeps so many of the last ones.
    pub fn confirm(&mut self, offset: i64, life: Duration, now: DateTime<Utc>) {
        self.waiting.retain(|update| (now - update.at).to_std().unwrap_or_default() <= life);
        let first = match offset {
            0 => return,
            1.. => self.waiting.partition_point(|update| update.id < offset),
            _ => self
                .waiting
                .len()
                .saturating_sub(usize::try_from(offset.unsigned_abs()).unwrap_or(usize::MAX)),
        };
        for update in self.waiting.drain(..first.min(self.waiting.len())) {
            self.confirmed.push_back(update);
        }
        while self.confirmed.len() > REMEMBERED {
            self.confirmed.pop_front();
        }
    }

    /// What a poll gets now.
    pub fn batch(&mut self, limit: usize) -> Vec<Value> {
        let again = self.again.len().min(limit);
        let mut batch: Vec<Value> = self.again.drain(..again).map(|update| update.json()).collect();
        batch.extend(self.waiting.iter().take(limit - again).map(Update::json));
        batch
    }

    pub fn waiting(&self) -> usize {
        self.waiting.len()
    }

    pub fn drop_all(&mut self) {
        self.waiting.clear();
    }

    /// So many of the last confirmed ones come again, the last one first if that is wanted.
    pub fn again(&mut self, count: usize, reversed: bool) {
        let from = self.confirmed.len().saturating_sub(count);
        self.again.extend(self.confirmed.range(from..).cloned());
        if reversed {
            self.again.make_contiguous().reverse();
        }
    }
}

impl Update {
    fn json(&self) -> Value {
        json!({ "update_id": self.id, self.kind: self.body })
    }
}
