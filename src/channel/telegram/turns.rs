//! This service's budget: what it lets a bot send to one chat, to one group and to all. A topic has no budget of
//! its own, and an edit costs as much as a message (<https://core.telegram.org/bots/faq#broadcasting-to-users>,
//! tdlib/td#3034). What it counts in truth it tells nobody: a 429 is the last word, for the chat that it names.

use super::super::budget::{Allowance, Budgets};
use super::address::Address;
use crate::model::Class;
use std::time::{Duration, Instant};

/// One a second, after a burst of three.
const CHAT: Allowance = Allowance::new(3, Duration::from_secs(1));
/// Twenty in any minute.
const GROUP: Allowance = Allowance::new(5, Duration::from_secs(4));
/// Thirty in any second.
const ALL: Allowance = Allowance::new(10, Duration::from_millis(50));
/// More than anybody sends.
const ANY: Allowance = Allowance::new(100_000, Duration::from_micros(1));
/// Menus are not messages.
const MENUS: Allowance = Allowance::new(10, Duration::from_millis(200));

pub struct Turns {
    budgets: Budgets,
    limited: bool,
}

impl Turns {
    pub fn new(limited: bool) -> Turns {
        Turns { budgets: Budgets::default(), limited }
    }

    /// Zero takes the turn.
    pub fn take(&self, address: Address, class: Class) -> Duration {
        self.budgets.take(&self.buckets(address), class, now())
    }

    /// A further call of a message that had its turn. Whoever makes it waits so long.
    pub fn spend(&self, address: Address) -> Duration {
        self.budgets.spend(&self.buckets(address), now())
    }

    pub fn pause(&self, address: Address, after: Duration) {
        let now = now();
        if let Some(until) = now.checked_add(after) {
            self.budgets.pause(&chat(address), until, now);
        }
    }

    pub fn menu(&self) -> Duration {
        self.budgets.take(&[("menus".to_owned(), MENUS)], Class::Result, now())
    }

    fn buckets(&self, address: Address) -> Vec<(String, Allowance)> {
        if !self.limited {
            // Its pauses are kept all the same.
            return vec![(chat(address), ANY)];
        }
        let mut buckets = vec![(chat(address), CHAT), ("all".to_owned(), ALL)];
        if address.is_group() {
            buckets.push((format!("group {}", address.chat), GROUP));
        }
        buckets
    }
}

fn chat(address: Address) -> String {
    format!("chat {}", address.chat)
}

#[expect(clippy::disallowed_methods, reason = "turns are counted from when they are asked for")]
fn now() -> Instant {
    Instant::now()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_group_gets_twenty_a_minute_and_its_topics_share_them() {
        let (budgets, start) = (Budgets::default(), now());
        let mut sent = 0;
        for tick in 0..600 {
            let topic = Address { chat: -100, topic: Some(tick % 3 + 1) };
            let at = start + Duration::from_millis(100) * u32::try_from(tick).unwrap();
            sent +=
                usize::from(budgets.take(&Turns::new(true).buckets(topic), Class::Critical, at).is_zero());
        }
        assert!((18..=20).contains(&sent), "{sent}");
    }

    #[test]
    fn a_pause_is_for_one_chat_only() {
        let (turns, here, there) =
            (Turns::new(true), Address { chat: -1, topic: Some(2) }, Address { chat: 2, topic: None });
        turns.pause(Address { topic: None, ..here }, Duration::from_secs(30));
        assert!(turns.take(here, Class::Critical) > Duration::from_secs(29));
        assert_eq!(turns.take(there, Class::Progress), Duration::ZERO);
    }
}
