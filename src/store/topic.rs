//! Who waits for what: after each commit the topics that it touched wake their subscribers.
//! A topic is a counter in a `watch`, so a wake-up is never lost and never piles up.

use tokio::sync::watch;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Topic {
    Inbox,
    Outbox,
    Jobs,
    /// Devices, their parents and their pinned host keys and certificates.
    Devices,
    /// People, identities, chats, grants and credentials.
    People,
    Locks,
    Versions,
    /// Alerts and silences.
    Alerts,
    Freezes,
}

impl Topic {
    pub const ALL: [Topic; 9] = [
        Topic::Inbox,
        Topic::Outbox,
        Topic::Jobs,
        Topic::Devices,
        Topic::People,
        Topic::Locks,
        Topic::Versions,
        Topic::Alerts,
        Topic::Freezes,
    ];

    fn bit(self) -> u16 {
        1 << self as u8
    }
}

/// The topics that one change touched.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Touched(u16);

impl Touched {
    pub(super) fn everything() -> Touched {
        Topic::ALL.iter().fold(Touched::default(), |all, topic| all.with(*topic))
    }

    pub(super) fn with(self, topic: Topic) -> Touched {
        Touched(self.0 | topic.bit())
    }

    pub(super) fn and(self, other: Touched) -> Touched {
        Touched(self.0 | other.0)
    }

    fn has(self, topic: Topic) -> bool {
        self.0 & topic.bit() != 0
    }
}

/// How often each topic was touched.
pub(super) type Counts = [u64; Topic::ALL.len()];

/// Tells the subscribers. Called after the commit, never before.
pub(super) fn tell(counts: &watch::Sender<Counts>, touched: Touched) {
    if touched == Touched::default() {
        return;
    }
    counts.send_modify(|counts| {
        for (count, topic) in counts.iter_mut().zip(Topic::ALL) {
            *count += u64::from(touched.has(topic));
        }
    });
}

/// How often these topics were touched together.
pub(super) fn total(counts: &Counts, topics: &[Topic]) -> u64 {
    counts.iter().zip(Topic::ALL).filter(|(_, topic)| topics.contains(topic)).map(|(count, _)| count).sum()
}

/// One subscriber. It remembers what it has seen.
#[derive(Clone, Debug)]
pub struct Changes {
    counts: watch::Receiver<Counts>,
    seen: Counts,
}

impl Changes {
    pub(super) fn new(counts: watch::Receiver<Counts>) -> Changes {
        let seen = *counts.borrow();
        Changes { counts, seen }
    }

    /// Waits until at least one of these topics was touched since the last call told so, and says
    /// which. Nothing is lost when the wait is dropped. It waits for ever when the store is gone.
    pub async fn of(&mut self, topics: &[Topic]) -> Vec<Topic> {
        loop {
            let counts = *self.counts.borrow_and_update();
            let touched = self.see(&counts, topics);
            if !touched.is_empty() {
                return touched;
            }
            if self.counts.changed().await.is_err() {
                std::future::pending::<()>().await;
            }
        }
    }

    fn see(&mut self, counts: &Counts, topics: &[Topic]) -> Vec<Topic> {
        let mut touched = Vec::new();
        for ((seen, count), topic) in self.seen.iter_mut().zip(counts).zip(Topic::ALL) {
            if topics.contains(&topic) && *seen != *count {
                *seen = *count;
                touched.push(topic);
            }
        }
        touched
    }
}
