//! This service's budget. Of the Official Account it is known: 4,000 calls a minute for an app. Of the Bot API it is
//! not, so it is kept low. A refusal for too many calls closes everything until the time that the service means.

use super::super::budget::{Allowance, Budgets};
use super::settings::Api;
use crate::model::Class;
use std::time::{Duration, Instant};

/// One a second, after a burst of five.
const CHAT: Allowance = Allowance::new(5, Duration::from_secs(1));
const BOT: Allowance = Allowance::new(10, Duration::from_millis(100));
/// Under 4,000 in any minute, with room for the calls that are no messages.
const ACCOUNT: Allowance = Allowance::new(100, Duration::from_millis(17));
const ALL: &str = "all";

pub struct Turns {
    budgets: Budgets,
    all: Allowance,
}

impl Turns {
    pub fn new(api: Api) -> Turns {
        let all = match api {
            Api::Bot => BOT,
            Api::Oa => ACCOUNT,
        };
        Turns { budgets: Budgets::default(), all }
    }

    /// Zero takes the turn.
    pub fn take(&self, address: &str, class: Class) -> Duration {
        self.budgets.take(&self.buckets(address), class, now())
    }

    /// A further text of a message that had its turn. Whoever sends it waits so long.
    pub fn spend(&self, address: &str) -> Duration {
        self.budgets.spend(&self.buckets(address), now())
    }

    pub fn pause(&self, after: Duration) {
        let now = now();
        if let Some(until) = now.checked_add(after) {
            self.budgets.pause(ALL, until, now);
        }
    }

    fn buckets(&self, address: &str) -> Vec<(String, Allowance)> {
        vec![(format!("chat {address}"), CHAT), (ALL.to_owned(), self.all)]
    }
}

#[expect(clippy::disallowed_methods, reason = "turns are counted from when they are asked for")]
fn now() -> Instant {
    Instant::now()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_stays_below_four_thousand_a_minute_and_a_pause_is_for_all() {
        let (turns, start) = (Turns::new(Api::Oa), now());
        let mut sent = 0;
        for tick in 0..60_000_u64 {
            let buckets = turns.buckets(&format!("user {}", tick % 500));
            let at = start + Duration::from_millis(tick);
            sent += usize::from(turns.budgets.take(&buckets, Class::Critical, at).is_zero());
        }
        assert!((3_500..4_000).contains(&sent), "{sent}");
        turns.pause(Duration::from_secs(30));
        assert!(turns.take("somebody else", Class::Critical) > Duration::from_secs(29));
    }
}
