//! What people read, and what was seen of the app. Nothing here polls: who waits is woken by each change.

use super::Slack;
use super::message::SlackMessage;
use super::seen::{SlackAck, SlackCall};

impl Slack {
    /// Every message of a channel as it stands, threads included, in the order in which they were written.
    pub fn messages(&self, channel: &str) -> Vec<SlackMessage> {
        self.inner.read(|world| {
            world
                .channels
                .get(channel)
                .map(|there| there.messages.values().cloned().collect())
                .unwrap_or_default()
        })
    }

    /// What the app took away again.
    pub fn deleted(&self, channel: &str) -> Vec<SlackMessage> {
        self.inner
            .read(|world| world.channels.get(channel).map(|there| there.deleted.clone()).unwrap_or_default())
    }

    pub fn message(&self, channel: &str, ts: &str) -> Option<SlackMessage> {
        self.inner.read(|world| world.message(channel, ts).cloned())
    }

    /// The first message of a channel that is so; waits for it.
    pub async fn wait(&self, channel: &str, wanted: impl Fn(&SlackMessage) -> bool) -> SlackMessage {
        self.until(|world| world.channels.get(channel)?.messages.values().find(|one| wanted(one)).cloned())
            .await
    }

    /// How often the app posted, changed or took away something, in all.
    pub fn posts(&self) -> usize {
        self.inner.read(|world| world.posts)
    }

    /// Waits until it was this often.
    pub async fn posted(&self, posts: usize) {
        self.until(|world| (world.posts >= posts).then_some(())).await;
    }

    /// Every call so far, in order.
    pub fn calls(&self) -> Vec<SlackCall> {
        self.inner.read(|world| world.calls.iter().cloned().collect())
    }

    /// Calls of one method.
    pub fn calls_of(&self, method: &str) -> Vec<SlackCall> {
        let wanted = |call: &&SlackCall| call.method == method;
        self.inner.read(|world| world.calls.iter().filter(wanted).cloned().collect())
    }

    /// The first call that is so; waits for it.
    pub async fn wait_call(&self, wanted: impl Fn(&SlackCall) -> bool) -> SlackCall {
        self.until(|world| world.calls.iter().find(|call| wanted(call)).cloned()).await
    }

    pub fn acks(&self) -> Vec<SlackAck> {
        self.inner.read(|world| world.acks.clone())
    }

    /// Waits until so many envelopes were acknowledged.
    pub async fn acknowledged(&self, acks: usize) {
        self.until(|world| (world.acks.len() >= acks).then_some(())).await;
    }

    /// What the app did on a socket that it must not: a test may want none.
    pub fn breaches(&self) -> Vec<String> {
        self.inner.read(|world| world.breaches.clone())
    }

    /// A channel as one long text: who, what, buttons in brackets, threads behind their beginnings.
    pub fn rendering(&self, channel: &str) -> String {
        self.inner.read(|world| super::text::channel(world, channel))
    }

    /// The same as a page of HTML that needs nothing else.
    pub fn page(&self, channel: &str) -> String {
        self.inner.read(|world| super::page::page(world, &self.inner.plan, channel))
    }
}
