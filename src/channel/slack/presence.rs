//! When the door had a socket: what the service delivers without a time and late counts as old as it may be. Pure.

use crate::model::Timestamp;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// After so long without a socket nobody knows when something was typed, and so old counts what comes again.
const GAP: Duration = Duration::from_secs(60);
/// What waited for a socket comes soon after its greeting.
const WAITED: Duration = Duration::from_secs(10);

#[derive(Default)]
pub struct Presence(Mutex<Seen>);

#[derive(Default)]
struct Seen {
    open: usize,
    /// Until when there was a socket, when there was none for a while.
    until: Option<Timestamp>,
    /// The first socket after a gap was greeted.
    back: Option<Timestamp>,
}

impl Presence {
    pub fn opened(&self, now: Timestamp) {
        let mut seen = self.lock();
        if seen.open == 0 {
            let gap = seen.until.is_some_and(|until| now.since(until) > GAP);
            seen.back = gap.then_some(now);
        }
        seen.open += 1;
    }

    /// A socket ended, or nothing was heard on it any more.
    pub fn ended(&self, at: Timestamp) {
        let mut seen = self.lock();
        seen.open = seen.open.saturating_sub(1);
        if seen.open == 0 {
            seen.until = Some(at);
        }
    }

    /// When that was sent which says no time and arrives now. None is just now.
    pub fn sent_at(&self, now: Timestamp, again: bool) -> Option<Timestamp> {
        let seen = self.lock();
        let waited = seen.back.is_some_and(|back| now.since(back) <= WAITED);
        let old = Timestamp(now.0.saturating_sub(millis(GAP) + 1));
        (again || waited).then(|| seen.until.unwrap_or(old).min(old))
    }

    fn lock(&self) -> MutexGuard<'_, Seen> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Before `now` by this much.
pub fn before(now: Timestamp, span: Duration) -> Timestamp {
    Timestamp(now.0.saturating_sub(millis(span)))
}

fn millis(span: Duration) -> i64 {
    i64::try_from(span.as_millis()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp(seconds * 1_000)
    }

    #[test]
    fn what_comes_after_a_gap_or_again_is_old_and_all_else_is_new() {
        let presence = Presence::default();
        presence.opened(at(100));
        assert_eq!(presence.sent_at(at(100), false), None);
        assert_eq!(presence.sent_at(at(200), true), Some(Timestamp(139_999)));
        // One takes over from another, and a short break.
        presence.opened(at(300));
        presence.ended(at(301));
        presence.ended(at(400));
        presence.opened(at(430));
        assert_eq!(presence.sent_at(at(430), false), None);
        presence.ended(at(500));
        presence.opened(at(561));
        assert_eq!(presence.sent_at(at(571), false), Some(at(500)));
        assert_eq!(presence.sent_at(at(572), false), None);
        assert_eq!(presence.sent_at(at(572), true), Some(at(500)));
        // The next short break is no gap.
        presence.ended(at(565));
        presence.opened(at(570));
        assert_eq!(presence.sent_at(at(570), false), None);
    }
}
