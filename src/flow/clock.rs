//! The only place in the corridors that looks at the clocks.

use crate::model::{Now, Timestamp};
use rustix::time::{ClockId, clock_gettime};
use std::time::Duration;

#[derive(Clone, Copy, Debug)]
pub struct Clock {
    started: Duration,
    boot: Timestamp,
}

impl Clock {
    pub fn start() -> Clock {
        Clock { started: running(), boot: wall() }
    }

    pub fn now(&self) -> Now {
        Now { wall: wall(), monotonic: running().saturating_sub(self.started), boot: self.boot }
    }
}

#[expect(clippy::disallowed_methods, reason = "the corridors' one reading of the clocks")]
fn wall() -> Timestamp {
    chrono::Utc::now().into()
}

/// Since the machine started, the time in which it was suspended included: a machine that slept shows
/// as a gap, and only a calendar that was set shows as a jump of the calendar.
fn running() -> Duration {
    let read = clock_gettime(ClockId::Boottime);
    let (seconds, nanos) = (u64::try_from(read.tv_sec), u32::try_from(read.tv_nsec));
    Duration::new(seconds.unwrap_or(0), nanos.unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_clock_goes_forward() {
        let clock = Clock::start();
        let (first, second) = (clock.now(), clock.now());
        assert!(second.monotonic >= first.monotonic && second.boot == first.boot);
        assert!(first.wall.since(first.boot) < Duration::from_secs(60));
    }
}
