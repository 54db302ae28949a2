//! The budgets of the real service: about a message a second in a chat with short bursts, 20 a minute in a group, 30 a
//! second over all. Edits count like messages. Who goes on while told to wait waits on.

use std::collections::VecDeque;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};

/// What is enforced. Off by default: `None` in the plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pace {
    /// So many messages at once in a chat, and one more for each [`Pace::chat_period`].
    pub chat_burst: usize,
    pub chat_period: Duration,
    /// In a group, supergroup or channel.
    pub group_per_minute: usize,
    /// Over all chats.
    pub per_second: usize,
}

impl Default for Pace {
    fn default() -> Pace {
        Pace { chat_burst: 5, chat_period: Duration::from_secs(1), group_per_minute: 20, per_second: 30 }
    }
}

/// When the messages of the last minute were sent.
#[derive(Debug, Default)]
pub(crate) struct Spent {
    times: VecDeque<DateTime<Utc>>,
    until: Option<DateTime<Utc>>,
}

impl Spent {
    fn forget(&mut self, now: DateTime<Utc>) {
        while self.times.front().is_some_and(|time| now - *time >= TimeDelta::minutes(1)) {
            self.times.pop_front();
        }
    }

    /// When one more of at most `most` in `window` may go.
    fn free_at(&self, most: usize, window: Duration, now: DateTime<Utc>) -> DateTime<Utc> {
        let window = TimeDelta::from_std(window).unwrap_or(TimeDelta::MAX);
        let at = self.times.len().checked_sub(most.max(1)).and_then(|at| self.times.get(at));
        at.map_or(now, |oldest| *oldest + window).max(now)
    }
}

impl Pace {
    /// Spends one message, or says how many seconds to wait.
    pub(crate) fn spend(
        &self,
        all: &mut Spent,
        chat: &mut Spent,
        group: bool,
        now: DateTime<Utc>,
    ) -> Result<(), u64> {
        all.forget(now);
        chat.forget(now);
        let burst = u32::try_from(self.chat_burst).unwrap_or(u32::MAX);
        let mut free = [
            chat.until.unwrap_or(now),
            chat.free_at(self.chat_burst, self.chat_period.saturating_mul(burst), now),
            all.free_at(self.per_second, Duration::from_secs(1), now),
        ]
        .into_iter()
        .fold(now, DateTime::max);
        if group {
            free = free.max(chat.free_at(self.group_per_minute, Duration::from_secs(60), now));
        }
        if free > now {
            let wait = (free - now).to_std().unwrap_or_default();
            let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
            chat.until = Some(free);
            return Err(seconds.max(1));
        }
        chat.until = None;
        all.times.push_back(now);
        chat.times.push_back(now);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_budget_is_enforced_and_comes_back() {
        let pace = Pace::default();
        let (mut all, mut chat) = (Spent::default(), Spent::default());
        let begin = DateTime::UNIX_EPOCH;
        let at = |millis: i64| begin + TimeDelta::milliseconds(millis);
        for _ in 0..5 {
            assert_eq!(pace.spend(&mut all, &mut chat, false, at(0)), Ok(()));
        }
        assert_eq!(pace.spend(&mut all, &mut chat, false, at(100)), Err(5));
        assert_eq!(pace.spend(&mut all, &mut chat, false, at(4_999)), Err(1));
        assert_eq!(pace.spend(&mut all, &mut chat, false, at(5_000)), Ok(()));
        let mut group = Spent::default();
        for second in 10..30 {
            assert_eq!(pace.spend(&mut all, &mut group, true, at(second * 1_000)), Ok(()));
        }
        assert_eq!(pace.spend(&mut all, &mut group, true, at(30_000)), Err(40));
        let mut others: Vec<Spent> = std::iter::repeat_with(Spent::default).take(31).collect();
        let said: Vec<_> =
            others.iter_mut().map(|one| pace.spend(&mut all, one, false, at(90_000))).collect();
        assert!(said[..30].iter().all(Result::is_ok));
        assert_eq!(said[30], Err(1));
    }
}
