//! What the clock's corridor has done since the start, in numbers: polls, how long after their due time
//! they began, and how long their answers took. Only added to; whoever wants a span takes the difference
//! of two readings.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// Shared by the loop that counts and whoever reads; each holds the lock for some instructions.
#[derive(Debug, Default)]
pub struct Counts(Mutex<Polls>);

/// One poll is one probe of one router, however many requests it takes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Polls {
    pub begun: u64,
    /// The router answered over RESTCONF, be it "nothing there".
    pub answered: u64,
    /// It did not, or refused.
    pub failed: u64,
    /// Turns left out because the answer before was still awaited.
    pub skipped: u64,
    /// How often time alone was judged and stored: repeats, ends of silences.
    pub ticks: u64,
    /// From the due time to the beginning.
    pub late: Spans,
    /// From the beginning to the end, waits for a permit included.
    pub took: Spans,
}

impl Counts {
    pub fn read(&self) -> Polls {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(super) fn note(&self, what: impl FnOnce(&mut Polls)) {
        what(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner));
    }
}

impl Polls {
    pub(super) fn heard(&mut self, answered: bool, took: Duration) {
        match answered {
            true => self.answered += 1,
            false => self.failed += 1,
        }
        self.took.add(took);
    }

    /// What came after an earlier reading.
    pub fn since(&self, earlier: &Polls) -> Polls {
        Polls {
            begun: self.begun.saturating_sub(earlier.begun),
            answered: self.answered.saturating_sub(earlier.answered),
            failed: self.failed.saturating_sub(earlier.failed),
            skipped: self.skipped.saturating_sub(earlier.skipped),
            ticks: self.ticks.saturating_sub(earlier.ticks),
            late: self.late.since(&earlier.late),
            took: self.took.since(&earlier.took),
        }
    }
}

/// Each doubling of a span is cut into so many drawers, so that a span is known within 7 %.
const DRAWERS: u64 = 16;
const DRAWER_BITS: u32 = DRAWERS.trailing_zeros();

/// How many spans of each length there were.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Spans(Vec<u64>);

impl Spans {
    pub fn add(&mut self, span: Duration) {
        let drawer = drawer(span);
        if self.0.len() <= drawer {
            self.0.resize(drawer + 1, 0);
        }
        if let Some(count) = self.0.get_mut(drawer) {
            *count += 1;
        }
    }

    /// So many percent of the spans were no longer than this, rounded up by at most 7 %; none of none.
    pub fn percentile(&self, percent: u64) -> Option<Duration> {
        let total: u64 = self.0.iter().sum();
        let wanted = (total * percent).div_ceil(100).max(1);
        let mut seen = 0;
        let found = self.0.iter().position(|count| {
            seen += count;
            seen >= wanted
        });
        found.map(longest)
    }

    fn since(&self, earlier: &Spans) -> Spans {
        let before = earlier.0.iter().copied().chain(std::iter::repeat(0));
        Spans(self.0.iter().zip(before).map(|(now, before)| now.saturating_sub(before)).collect())
    }
}

/// By the highest bits of its microseconds.
fn drawer(span: Duration) -> usize {
    let micros = u64::try_from(span.as_micros()).unwrap_or(u64::MAX);
    let drawer = match micros.checked_ilog2() {
        Some(bits) if bits > DRAWER_BITS => {
            let shift = bits - DRAWER_BITS;
            u64::from(shift) * DRAWERS + (micros >> shift)
        }
        _ => micros,
    };
    usize::try_from(drawer).unwrap_or(usize::MAX)
}

/// The longest span of a drawer.
fn longest(drawer: usize) -> Duration {
    let drawer = drawer as u64;
    let shift = (drawer / DRAWERS).saturating_sub(1);
    let top = drawer - shift * DRAWERS;
    let next = u128::from(top + 1) << shift;
    Duration::from_micros(u64::try_from(next - 1).unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn spans(micros: impl IntoIterator<Item = u64>) -> Spans {
        let mut spans = Spans::default();
        micros.into_iter().for_each(|micros| spans.add(Duration::from_micros(micros)));
        spans
    }

    #[test]
    fn percentiles_are_those_of_what_was_added() {
        let spans = spans(1..=1_000);
        for (percent, exact) in [(0, 1), (1, 10), (50, 500), (99, 990), (100, 1_000)] {
            let found = spans.percentile(percent).unwrap().as_micros();
            assert!((exact..=exact + exact / 15).contains(&found), "{percent} %: {found}");
        }
        assert_eq!(Spans::default().percentile(50), None);
    }

    #[test]
    fn a_difference_holds_only_what_came_after() {
        let counts = Counts::default();
        counts.note(|polls| polls.late.add(Duration::from_secs(9)));
        let before = counts.read();
        counts.note(|polls| {
            polls.begun += 2;
            polls.late.add(Duration::from_micros(7));
        });
        let after = counts.read().since(&before);
        assert_eq!((after.begun, after.late.percentile(100)), (2, Some(Duration::from_micros(7))));
    }

    proptest! {
        #[test]
        fn a_span_lies_in_its_drawer(micros: u64) {
            let span = Duration::from_micros(micros);
            let longest = longest(drawer(span));
            prop_assert!(longest >= span);
            prop_assert!(longest - span <= span / 15, "{span:?} {longest:?}");
            prop_assert!(drawer(longest) == drawer(span));
        }
    }
}
