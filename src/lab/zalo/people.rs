//! A person with the app on a phone: writes to the bot or to the account, follows, blocks, and reads what came.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::json;

use super::hook::Event;
use super::world::{Body, Message};
use super::{Inner, page};
use crate::lab::clock;
use crate::lab::router::lock;

#[derive(Clone)]
pub struct Person {
    pub(super) inner: Arc<Inner>,
    pub(super) id: String,
}

impl Person {
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Opens the chat with the bot, which may write from now on.
    pub fn starts(&self) {
        self.change(|body| body.started = true);
    }

    /// Writes to the bot. Returns the id of the message.
    pub fn says(&self, text: &str) -> String {
        self.starts();
        let plan = lock(&self.inner.plan).clone();
        let id = lock(&self.inner.world).tell_bot(&plan, &self.id, text, clock::now());
        self.inner.tell_news();
        id
    }

    /// Sends a picture or a sticker to the bot.
    pub fn sends(&self, event: &str) {
        let from = json!({ "id": self.id, "display_name": "x", "is_bot": false });
        let message = json!({
            "from": from,
            "chat": { "id": self.id, "chat_type": "PRIVATE" },
            "message_id": format!("e{}", clock::now().timestamp_micros()),
            "date": clock::now().timestamp_millis(),
        });
        let update = json!({ "event_name": event, "message": message });
        lock(&self.inner.world).updates.push_back(update);
        self.inner.tell_news();
    }

    /// Blocks the bot.
    pub fn blocks(&self) {
        self.change(|body| body.started = false);
    }

    /// Follows the account; so long ago they last showed themselves.
    pub fn follows(&self, ago: TimeDelta) {
        self.change(|body| {
            body.follows = true;
            body.shown_at = Some(clock::now() - ago);
        });
    }

    pub fn unfollows(&self) {
        self.change(|body| body.follows = false);
    }

    /// Takes no messages of this kind from the account.
    pub fn restricts(&self) {
        self.change(|body| body.restricts = true);
    }

    /// Writes to the account: what its webhook is told, to be posted.
    pub fn writes(&self, text: &str) -> Event {
        self.writes_at(text, clock::now())
    }

    /// The same at another time.
    pub fn writes_at(&self, text: &str, at: DateTime<Utc>) -> Event {
        self.change(|body| body.shown_at = Some(at));
        let plan = lock(&self.inner.plan).clone();
        let id = lock(&self.inner.world).put(&plan, &self.id, text, false, at);
        let time = at.timestamp_millis().to_string();
        let event = json!({
            "event_name": "user_send_text",
            "app_id": plan.app_id,
            "sender": { "id": self.id },
            "recipient": { "id": "579745863508352884" },
            "message": { "text": text, "msg_id": id },
            "timestamp": time,
        });
        Event::new(&self.inner, &event, &time)
    }

    /// An event of the account without a text: `follow`, `unfollow`.
    pub fn event(&self, name: &str) -> Event {
        let time = clock::now().timestamp_millis().to_string();
        let event = json!({
            "event_name": name,
            "app_id": lock(&self.inner.plan).app_id,
            "follower": { "id": self.id },
            "oa_id": "579745863508352884",
            "timestamp": time,
        });
        Event::new(&self.inner, &event, &time)
    }

    /// What the bot or the account wrote, in order.
    pub fn received(&self) -> Vec<String> {
        self.messages().into_iter().filter(|message| message.from_bot).map(|message| message.text).collect()
    }

    pub fn messages(&self) -> Vec<Message> {
        lock(&self.inner.world).said.get(&self.id).cloned().unwrap_or_default()
    }

    /// The first text of the bot that is so; waits for it.
    pub async fn receives(&self, wanted: impl Fn(&str) -> bool) -> String {
        let find = || self.received().into_iter().find(|text| wanted(text));
        self.inner.until(find).await
    }

    /// The chat as a page.
    pub fn html(&self) -> String {
        let name = lock(&self.inner.plan).name.clone();
        page::page(&name, &self.messages())
    }

    fn change(&self, change: impl FnOnce(&mut Body)) {
        if let Some(body) = lock(&self.inner.world).people.get_mut(&self.id) {
            change(body);
        }
        self.inner.tell_news();
    }
}
