//! When each router is looked at: spread over the period by a hash of its name, never twice at once
//! for the same question, sooner where a first bad sign asks for a second look. A pure value; times are
//! monotonic and brought by the caller.

use crate::model::DeviceId;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

/// One question to one router: the device and the place of the probe in its registry.
pub type Look = (DeviceId, usize);

/// What shall be asked how often.
#[derive(Clone, Debug, PartialEq)]
pub struct Wanted<'a> {
    pub device: DeviceId,
    pub name: &'a str,
    pub probe: usize,
    pub period: Duration,
}

/// The first round after a start does not wait for a long period: people want to see something.
const FIRST_ROUND: Duration = Duration::from_secs(30);

#[derive(Debug, Default)]
pub struct Schedule {
    entries: BTreeMap<Look, Entry>,
    queue: BTreeSet<(Duration, Look)>,
}

#[derive(Debug)]
struct Entry {
    period: Duration,
    /// Where in the period its turn is.
    phase: Duration,
    due: Duration,
    in_flight: bool,
    /// Turns that passed while the answer before was still awaited.
    missed: u32,
}

/// What is due.
#[derive(Debug, Default, PartialEq)]
pub struct Due {
    pub begin: Vec<Look>,
    /// How long ago each of them was due, in the same order.
    pub waited: Vec<Duration>,
    /// Still in flight from the last time: skipped, and how often in a row that was.
    pub late: Vec<(Look, u32)>,
}

impl Schedule {
    /// Takes over what is wanted from now on; what goes on keeps its place.
    pub fn keep(&mut self, wanted: &[Wanted<'_>], now: Duration) {
        let looks: BTreeSet<Look> = wanted.iter().map(|wanted| (wanted.device, wanted.probe)).collect();
        let gone: Vec<Look> = self.entries.keys().filter(|look| !looks.contains(look)).copied().collect();
        for look in gone {
            self.remove(look);
        }
        for wanted in wanted {
            let look = (wanted.device, wanted.probe);
            if self.entries.get(&look).is_some_and(|entry| entry.period == wanted.period) {
                continue;
            }
            self.remove(look);
            let hash = hash(wanted.name, wanted.probe);
            let entry = Entry {
                period: wanted.period,
                phase: part(wanted.period, hash),
                due: now + part(wanted.period.min(FIRST_ROUND), hash),
                in_flight: false,
                missed: 0,
            };
            self.queue.insert((entry.due, look));
            self.entries.insert(look, entry);
        }
    }

    fn remove(&mut self, look: Look) {
        if let Some(entry) = self.entries.remove(&look) {
            self.queue.remove(&(entry.due, look));
        }
    }

    /// When the next one is due.
    pub fn next(&self) -> Option<Duration> {
        self.queue.first().map(|(due, _)| *due)
    }

    /// Takes what is due; each has its next turn already.
    pub fn due(&mut self, now: Duration) -> Due {
        let mut due = Due::default();
        while let Some((at, look)) = self.queue.first().copied().filter(|(at, _)| *at <= now) {
            self.queue.pop_first();
            let Some(entry) = self.entries.get_mut(&look) else { continue };
            entry.due = next_turn(entry.phase, entry.period, now);
            self.queue.insert((entry.due, look));
            match entry.in_flight {
                true => {
                    entry.missed += 1;
                    due.late.push((look, entry.missed));
                }
                false => {
                    entry.in_flight = true;
                    due.begin.push(look);
                    due.waited.push(now.saturating_sub(at));
                }
            }
        }
        due
    }

    /// Its answer is there.
    pub fn ended(&mut self, look: Look) {
        if let Some(entry) = self.entries.get_mut(&look) {
            entry.in_flight = false;
            entry.missed = 0;
        }
    }

    /// An extra look at this time, unless its turn comes before anyway.
    pub fn sooner(&mut self, look: Look, at: Duration) {
        let Some(entry) = self.entries.get_mut(&look).filter(|entry| at < entry.due) else { return };
        self.queue.remove(&(entry.due, look));
        entry.due = at;
        self.queue.insert((at, look));
    }

    pub fn period(&self, look: Look) -> Option<Duration> {
        self.entries.get(&look).map(|entry| entry.period)
    }
}

/// The next time of its phase that is at least half a period away: two looks that are closer give no rate.
fn next_turn(phase: Duration, period: Duration, now: Duration) -> Duration {
    let (period, earliest) = (period.as_nanos().max(1), (now + period / 2).as_nanos());
    let turns = earliest.saturating_sub(phase.as_nanos()).div_ceil(period);
    let nanos = phase.as_nanos() + turns * period;
    Duration::from_nanos(u64::try_from(nanos).unwrap_or(u64::MAX))
}

/// The same place for the same name at each start (FNV-1a; the probes of one router are spread as well).
fn hash(name: &str, probe: usize) -> u64 {
    let bytes = name.bytes().map(|byte| byte.to_ascii_lowercase()).chain(probe.to_le_bytes());
    let hash = bytes.fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    // The last bytes alone move only the low bits; the place is taken from the high ones.
    (hash ^ (hash >> 29)).wrapping_mul(0xbf58_476d_1ce4_e5b9)
}

fn part(span: Duration, hash: u64) -> Duration {
    let nanos = (u128::from(hash) * span.as_nanos()) >> 64;
    Duration::from_nanos(u64::try_from(nanos).unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const MINUTE: Duration = Duration::from_secs(60);

    fn fleet(count: i64, period: Duration) -> Schedule {
        let names: Vec<String> = (0..count).map(|n| format!("R{n}")).collect();
        let wanted: Vec<Wanted<'_>> = names
            .iter()
            .zip(0..)
            .map(|(name, n)| Wanted { device: DeviceId(n), name, probe: 0, period })
            .collect();
        let mut schedule = Schedule::default();
        schedule.keep(&wanted, Duration::ZERO);
        schedule
    }

    #[test]
    fn a_fleet_is_spread_over_the_minute() {
        let mut schedule = fleet(600, MINUTE);
        let mut by_second = Vec::new();
        for second in 0..=180 {
            let due = schedule.due(Duration::from_secs(second));
            assert_eq!((due.late, due.waited.len()), (vec![], due.begin.len()));
            assert!(due.waited.iter().all(|waited| *waited < Duration::from_secs(1)), "{:?}", due.waited);
            due.begin.iter().for_each(|look| schedule.ended(*look));
            by_second.push(due.begin.len());
        }
        assert_eq!(by_second[0..=31].iter().sum::<usize>(), 600, "the first round is over soon");
        let busiest = by_second[120..180].iter().max().unwrap();
        assert!(*busiest < 30, "600 in 60 s is ten a second: {by_second:?}");
        assert_eq!(by_second[121..=180].iter().sum::<usize>(), 600);
    }

    #[test]
    fn one_that_is_slow_is_skipped_and_counted_and_holds_up_nobody() {
        let mut schedule = fleet(2, MINUTE);
        assert_eq!(schedule.due(Duration::from_secs(31)).begin.len(), 2);
        let slow = (DeviceId(0), 0);
        schedule.ended((DeviceId(1), 0));
        for times in 1..4 {
            let due = schedule.due(Duration::from_secs(31 + 90 * u64::from(times)));
            assert_eq!((due.begin, due.late), (vec![(DeviceId(1), 0)], vec![(slow, times)]));
            schedule.ended((DeviceId(1), 0));
        }
        schedule.ended(slow);
        assert!(schedule.due(Duration::from_secs(500)).begin.contains(&slow));
    }

    #[test]
    fn a_second_look_comes_sooner_and_never_later() {
        let mut schedule = fleet(1, MINUTE);
        let look = (DeviceId(0), 0);
        schedule.due(Duration::from_secs(31));
        schedule.ended(look);
        let turn = schedule.next().unwrap();
        schedule.sooner(look, turn + MINUTE);
        assert_eq!(schedule.next(), Some(turn));
        schedule.sooner(look, Duration::from_secs(46));
        assert_eq!(schedule.next(), Some(Duration::from_secs(46)));
    }

    #[test]
    fn what_is_wanted_no_more_goes_and_the_rest_keeps_its_place() {
        let mut schedule = fleet(3, MINUTE);
        let before = schedule.queue.clone();
        let wanted = [Wanted { device: DeviceId(1), name: "R1", probe: 0, period: MINUTE }];
        schedule.keep(&wanted, Duration::from_secs(9));
        assert_eq!(schedule.queue.len(), 1);
        assert!(before.contains(schedule.queue.first().unwrap()));
    }

    proptest! {
        /// Whatever the phase, two turns are at least half a period apart and at most one and a half.
        #[test]
        fn two_turns_are_never_too_close_nor_too_far(phase in 0u64..60_000, now in 0u64..10_000_000) {
            let (phase, now) = (Duration::from_millis(phase), Duration::from_millis(now));
            let turn = next_turn(phase, MINUTE, now);
            prop_assert!(turn >= now + MINUTE / 2 || turn == phase, "{turn:?}");
            prop_assert!(turn <= now.max(phase) + MINUTE + MINUTE / 2);
        }
    }
}
