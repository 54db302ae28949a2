//! What the fake knows: people, groups, what was said, the updates that wait for the bot, and the tokens of the
//! account. All of it is behind one lock; nothing here waits or speaks HTTP.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};

use super::plan::Plan;

/// The account lets nobody be written to who showed themselves longer ago.
const WINDOW: TimeDelta = TimeDelta::days(7);

#[derive(Debug, Default)]
pub(crate) struct World {
    pub people: BTreeMap<String, Body>,
    pub groups: BTreeSet<String>,
    /// By the id of a person or a group, in order.
    pub said: BTreeMap<String, Vec<Message>>,
    /// What waits for the bot. What was given is gone.
    pub updates: VecDeque<Value>,
    pub webhook: String,
    pub tokens: Tokens,
    pub quota: Option<usize>,
    pub calls: VecDeque<DateTime<Utc>>,
    counted: i64,
}

/// One person, to both APIs.
#[derive(Clone, Debug)]
pub(crate) struct Body {
    pub name: String,
    /// They wrote to the bot, and did not block it since.
    pub started: bool,
    pub follows: bool,
    pub restricts: bool,
    /// When they last wrote to the account, followed it or touched its menu.
    pub shown_at: Option<DateTime<Utc>>,
}

/// One text, as it stands in a chat.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    pub id: String,
    pub text: String,
    /// The bot or the account sent it.
    pub from_bot: bool,
    pub at: DateTime<Utc>,
}

/// Of the account: the newest pair, and those that are spent.
#[derive(Debug, Default)]
pub(crate) struct Tokens {
    pub access: String,
    pub until: DateTime<Utc>,
    pub refresh: String,
    /// Access tokens that were taken once: expired and not unknown.
    pub former: BTreeSet<String>,
    made: usize,
}

impl World {
    pub fn number(&mut self, plan: &Plan) -> i64 {
        self.counted += 1;
        plan.first_message + self.counted - 1
    }

    /// An id as long as real ones are.
    pub fn person_id(&mut self) -> String {
        format!("471000{:012}", self.people.len() + 1)
    }

    pub fn put(&mut self, plan: &Plan, chat: &str, text: &str, from_bot: bool, at: DateTime<Utc>) -> String {
        let id = format!("m{:016}", self.number(plan));
        let message = Message { id: id.clone(), text: text.to_owned(), from_bot, at };
        self.said.entry(chat.to_owned()).or_default().push(message);
        id
    }

    /// A person writes to the bot, which gets it as an update.
    pub fn tell_bot(&mut self, plan: &Plan, who: &str, text: &str, at: DateTime<Utc>) -> String {
        let id = self.put(plan, who, text, false, at);
        let name = self.people.get(who).map(|body| body.name.clone()).unwrap_or_default();
        self.updates.push_back(json!({
            "event_name": "message.text.received",
            "message": {
                "from": { "id": who, "display_name": name, "is_bot": false },
                "chat": { "id": who, "chat_type": "PRIVATE" },
                "text": text,
                "message_id": id,
                "date": at.timestamp_millis(),
            },
        }));
        id
    }

    /// Whether the window of a person is open.
    pub fn is_open(body: &Body, now: DateTime<Utc>) -> bool {
        body.shown_at.is_some_and(|at| now - at < WINDOW)
    }
}

impl Tokens {
    /// A new pair; the one before it is dead.
    pub fn renew(&mut self, plan: &Plan, now: DateTime<Utc>) {
        self.made += 1;
        let former = std::mem::replace(&mut self.access, format!("lab-access-word-{}", self.made));
        if !former.is_empty() {
            self.former.insert(former);
        }
        self.refresh = format!("lab-refresh-word-{}", self.made);
        self.until = now + plan.life;
    }
}
