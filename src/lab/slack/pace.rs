//! How often may be called, where the plan wants it: a bucket for each method, and for posting one for each channel
//! too. The service's own rules are only roughly public (docs.slack.dev/apis/web-api/rate-limits); these are not softer.

use std::collections::HashMap;
use std::time::Duration;

use tokio::time::Instant;

use super::methods::{Method, Tier};

#[derive(Default)]
pub(crate) struct Pace {
    buckets: HashMap<(&'static str, String), Bucket>,
}

struct Bucket {
    left: f64,
    at: Instant,
}

impl Pace {
    /// `Retry-After` of a call that comes too early.
    pub fn take(&mut self, method: &'static Method, channel: Option<&str>, now: Instant) -> Option<Duration> {
        let (burst, a_second) = match method.tier {
            // Ten sockets may be opened at once.
            Tier::One => (10.0, 1.0 / 60.0),
            Tier::Two => (20.0, 20.0 / 60.0),
            Tier::Three => (50.0, 50.0 / 60.0),
            Tier::Four => (100.0, 100.0 / 60.0),
            Tier::Posting | Tier::Special => (300.0, 300.0 / 60.0),
        };
        if method.tier == Tier::Posting
            && let Some(channel) = channel
            && let Some(wait) = self.draw((method.name, channel.to_owned()), 5.0, 1.0, now)
        {
            return Some(wait);
        }
        self.draw((method.name, String::new()), burst, a_second, now)
    }

    fn draw(
        &mut self,
        key: (&'static str, String),
        burst: f64,
        a_second: f64,
        now: Instant,
    ) -> Option<Duration> {
        let bucket = self.buckets.entry(key).or_insert(Bucket { left: burst, at: now });
        let gone = now.saturating_duration_since(bucket.at).as_secs_f64();
        bucket.left = (bucket.left + gone * a_second).min(burst);
        bucket.at = now;
        if bucket.left >= 1.0 {
            bucket.left -= 1.0;
            return None;
        }
        Some(Duration::from_secs_f64(((1.0 - bucket.left) / a_second).ceil().max(1.0)))
    }
}
