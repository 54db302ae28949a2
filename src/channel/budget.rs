//! What a service lets through, and who may have it: a bucket for each thing that it counts (a chat, a
//! method, the whole bot), of which every call takes one. The last of a bucket is kept for what is urgent.
//! In memory only, and pure but for its lock: the clock is passed in. It never waits; it says how long to.

use crate::model::Class;
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// So many calls at once, and one more each `every`: in a minute at most `burst` + a minute / `every`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Allowance {
    pub burst: u32,
    pub every: Duration,
}

impl Allowance {
    pub const fn new(burst: u32, every: Duration) -> Allowance {
        Allowance { burst, every }
    }

    /// How long an empty bucket takes to fill.
    fn room(self) -> Duration {
        self.every.saturating_mul(self.burst.max(1))
    }

    /// What a class must leave in the bucket. A full bucket lets everybody take one, however small it is.
    fn kept_from(self, class: Class) -> Duration {
        let percent = match class {
            // Whoever asked waits no longer than the alert that is told next (`flow::deliver`, its turns).
            Class::Critical | Class::Result => 0,
            Class::Ephemeral => 10,
            Class::Alert => 30,
            Class::Progress => 50,
        };
        let kept = self.room().saturating_mul(percent) / 100;
        kept.min(self.room().saturating_sub(self.every))
    }
}

/// The buckets of one channel, by the names that it gives them.
#[derive(Default)]
pub struct Budgets(Mutex<Buckets>);

#[derive(Default)]
struct Buckets {
    by_name: HashMap<String, Bucket>,
    /// At so many, the full ones are forgotten.
    crowded: usize,
}

#[derive(Clone, Copy)]
struct Bucket {
    /// When it is full again if nobody takes any more; what is missing until then is taken.
    full: Instant,
    /// Nobody may take before.
    closed: Instant,
}

/// Full buckets are forgotten when there are at least so many of all.
const FEW: usize = 64;

impl Budgets {
    /// Takes one from each bucket, or nothing. Zero means taken; else it may be tried again after that time.
    pub fn take(&self, buckets: &[(String, Allowance)], class: Class, now: Instant) -> Duration {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let wait = |(name, allowance): &(String, Allowance)| {
            all.by_name.get(name).map_or(Duration::ZERO, |bucket| bucket.wait(*allowance, class, now))
        };
        let longest = buckets.iter().map(wait).max().unwrap_or_default();
        if longest.is_zero() {
            all.spend(buckets, now);
        }
        longest
    }

    /// Takes one from each, there or not, for a further call of a message that had its turn. Returns after what
    /// time it would have been there: the caller waits so long, and whoever comes later waits for all of it.
    pub fn spend(&self, buckets: &[(String, Allowance)], now: Instant) -> Duration {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let wait = |(name, allowance): &(String, Allowance)| {
            all.by_name
                .get(name)
                .map_or(Duration::ZERO, |bucket| bucket.wait(*allowance, Class::Critical, now))
        };
        let longest = buckets.iter().map(wait).max().unwrap_or_default();
        all.spend(buckets, now);
        longest
    }

    /// The service named this bucket and a time: until then nobody takes from it, and from no other is anything
    /// kept.
    pub fn pause(&self, bucket: &str, until: Instant, now: Instant) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let bucket = all.bucket(bucket, now);
        bucket.closed = bucket.closed.max(until);
    }

    /// How many buckets are remembered.
    #[cfg(test)]
    fn len(&self) -> usize {
        self.0.lock().unwrap().by_name.len()
    }
}

impl Buckets {
    fn spend(&mut self, buckets: &[(String, Allowance)], now: Instant) {
        for (name, allowance) in buckets {
            let bucket = self.bucket(name, now);
            bucket.full = bucket.full.max(now) + allowance.every;
        }
    }

    /// A bucket that nobody remembers is full.
    fn bucket(&mut self, name: &str, now: Instant) -> &mut Bucket {
        if self.by_name.len() >= self.crowded.max(FEW) {
            self.by_name.retain(|_, bucket| bucket.full > now || bucket.closed > now);
            self.crowded = self.by_name.len() * 2;
        }
        self.by_name.entry(name.to_owned()).or_insert(Bucket { full: now, closed: now })
    }
}

impl Bucket {
    fn wait(self, allowance: Allowance, class: Class, now: Instant) -> Duration {
        let taken = self.full.saturating_duration_since(now);
        let after = taken + allowance.every + allowance.kept_from(class);
        let refilled = after.saturating_sub(allowance.room());
        refilled.max(self.closed.saturating_duration_since(now))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);
    const CHAT: Allowance = Allowance::new(10, SECOND);

    fn chat(name: &str) -> Vec<(String, Allowance)> {
        vec![(name.to_owned(), CHAT)]
    }

    #[expect(clippy::disallowed_methods, reason = "a start from which the tests count")]
    fn start() -> Instant {
        Instant::now()
    }

    /// How many of a class go through at once.
    fn taken(budgets: &Budgets, class: Class, now: Instant) -> usize {
        (0..100).take_while(|_| budgets.take(&chat("a"), class, now).is_zero()).count()
    }

    #[test]
    fn the_last_of_a_bucket_is_kept_for_what_is_urgent() {
        let (budgets, now) = (Budgets::default(), start());
        let order = [Class::Progress, Class::Alert, Class::Ephemeral, Class::Result, Class::Critical];
        assert_eq!(order.map(|class| taken(&budgets, class, now)), [5, 2, 2, 1, 0]);
        // What comes back goes to the urgent first.
        let later = now + SECOND;
        let order = [Class::Progress, Class::Alert, Class::Ephemeral, Class::Critical];
        assert_eq!(order.map(|class| taken(&budgets, class, later)), [0, 0, 0, 1]);
    }

    #[test]
    fn a_storm_leaves_every_answer_its_turn() {
        let (budgets, mut now) = (Budgets::default(), start());
        let mut alerts = 0;
        for _ in 0..600 {
            alerts += taken(&budgets, Class::Alert, now);
            assert_eq!(budgets.take(&chat("a"), Class::Result, now), Duration::ZERO);
            now += SECOND * 2;
        }
        assert!(alerts > 500, "{alerts}");
    }

    #[test]
    fn whoever_must_wait_is_told_the_time_after_which_it_goes() {
        for class in Class::ALL {
            let (budgets, now) = (Budgets::default(), start());
            while budgets.take(&chat("a"), Class::Critical, now).is_zero() {}
            let wait = budgets.take(&chat("a"), class, now);
            assert!(wait >= SECOND, "{class:?} {wait:?}");
            let early = now + wait - Duration::from_millis(1);
            assert_ne!(budgets.take(&chat("a"), class, early), Duration::ZERO, "{class:?}");
            assert_eq!(budgets.take(&chat("a"), class, now + wait), Duration::ZERO, "{class:?}");
        }
    }

    #[test]
    fn one_is_taken_from_each_bucket_or_from_none() {
        let (budgets, now) = (Budgets::default(), start());
        let small = ("small".to_owned(), Allowance::new(1, SECOND));
        let both = [chat("a"), vec![small]].concat();
        assert_eq!(budgets.take(&both, Class::Progress, now), Duration::ZERO);
        for _ in 0..50 {
            assert_eq!(budgets.take(&both, Class::Critical, now), SECOND);
        }
        assert_eq!(taken(&budgets, Class::Critical, now), 9);
    }

    #[test]
    fn a_pause_closes_one_bucket_and_no_other() {
        let (budgets, now) = (Budgets::default(), start());
        budgets.pause("a", now + SECOND * 30, now);
        budgets.pause("a", now + SECOND * 5, now);
        assert_eq!(budgets.take(&chat("a"), Class::Critical, now), SECOND * 30);
        assert_eq!(budgets.take(&chat("b"), Class::Progress, now), Duration::ZERO);
        assert_eq!(budgets.take(&chat("a"), Class::Progress, now + SECOND * 30), Duration::ZERO);
    }

    #[test]
    fn a_message_of_many_calls_pays_for_all_of_them() {
        let (budgets, now) = (Budgets::default(), start());
        let waits: Vec<_> = (0..12).map(|_| budgets.spend(&chat("a"), now).as_secs()).collect();
        assert_eq!(waits, [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 2]);
        assert_eq!(budgets.take(&chat("a"), Class::Critical, now), SECOND * 3);
    }

    #[test]
    fn full_buckets_are_forgotten_and_others_are_not() {
        let (budgets, now) = (Budgets::default(), start());
        budgets.pause("closed", now + SECOND * 100_000, now);
        for chat in 0..10_000 {
            let at = now + SECOND * chat;
            budgets.take(&self::chat(&chat.to_string()), Class::Result, at);
        }
        assert!(budgets.len() <= 2 * FEW, "{}", budgets.len());
        assert!(budgets.take(&chat("closed"), Class::Critical, now) > Duration::ZERO);
    }
}
