//! What a chat holds, read as it stands now, or waited for without polling.

use super::message::Message;
use super::people::Chat;
use super::world::ChatState;
use crate::lab::router::lock;

impl Chat {
    /// Every message as it stands now, in order.
    pub fn messages(&self) -> Vec<Message> {
        self.read(|chat| chat.messages.values().cloned().collect()).unwrap_or_default()
    }

    /// Those that the bot wrote.
    pub fn from_bot(&self) -> Vec<Message> {
        let world = lock(&self.inner.world);
        let all = world.chats.get(&self.id()).into_iter().flat_map(|chat| chat.messages.values());
        all.filter(|message| message.author.id == world.bot && message.service.is_none()).cloned().collect()
    }

    pub fn message(&self, id: i64) -> Option<Message> {
        self.read(|chat| chat.messages.get(&id).cloned()).flatten()
    }

    /// What the bot showed itself doing: `typing`, `upload_photo`.
    pub fn actions(&self) -> Vec<String> {
        self.read(|chat| chat.actions.clone()).unwrap_or_default()
    }

    /// The first message that is so; waits for it, through edits too. The question is asked under a lock: it must not
    /// ask the service for anything.
    pub async fn wait(&self, wanted: impl Fn(&Message) -> bool) -> Message {
        self.find(|chat| chat.messages.values().find(|message| wanted(message)).cloned()).await
    }

    /// The first message of the bot that is so.
    pub async fn answer(&self, wanted: impl Fn(&Message) -> bool) -> Message {
        let bot = lock(&self.inner.world).bot;
        self.wait(|message| message.author.id == bot && message.service.is_none() && wanted(message)).await
    }

    /// The first message of the bot that replies to this one.
    pub async fn reply(&self, to: i64) -> Message {
        self.answer(|message| message.reply_to == Some(to)).await
    }

    /// Waits until all messages together are so.
    pub async fn until(&self, wanted: impl Fn(&[&Message]) -> bool) {
        let all = |chat: &ChatState| wanted(&chat.messages.values().collect::<Vec<_>>()).then_some(());
        self.find(all).await;
    }

    async fn find<T>(&self, of: impl Fn(&ChatState) -> Option<T>) -> T {
        let Some(mut changed) = self.read(|chat| chat.changed.subscribe()) else {
            return std::future::pending().await;
        };
        loop {
            changed.borrow_and_update();
            if let Some(found) = self.read(&of).flatten() {
                return found;
            }
            if changed.changed().await.is_err() {
                return std::future::pending().await;
            }
        }
    }

    /// The chat as on a phone, in plain text.
    pub fn rendered(&self) -> String {
        self.read(super::rendered::rendered).unwrap_or_default()
    }

    /// The chat as a page of HTML that needs nothing else, in the dress of the app.
    pub fn html(&self) -> String {
        let world = lock(&self.inner.world);
        world.chats.get(&self.id()).map(super::page::page).unwrap_or_default()
    }
}
