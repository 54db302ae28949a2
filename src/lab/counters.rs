//! What the octet counters of a router really did: each port follows its own shape, a steady rate or nothing, one
//! after the other, and the counter is the integral of that since the last zero.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};

use super::traffic::{self, Direction};

/// How much flows through a port, in both directions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    /// By the functions of [`traffic`].
    Own,
    /// Percent of its speed.
    Steady(u8),
    Still,
}

/// One port at a moment.
pub(crate) struct Glance {
    pub port: String,
    pub mode: Mode,
    pub up: bool,
}

pub(crate) struct Counters {
    router: String,
    tracks: BTreeMap<String, Track>,
    boot: DateTime<Utc>,
}

#[derive(Clone)]
struct Track {
    /// From when on; the first holds for all time before as well.
    modes: Vec<(DateTime<Utc>, Mode)>,
    zero: DateTime<Utc>,
    /// Octets that came by a jump.
    jumped: f64,
    up: bool,
    past: Past,
}

/// What a port tells of its past.
#[derive(Clone, Copy)]
pub(crate) struct Past {
    pub discontinuity: DateTime<Utc>,
    pub changed: DateTime<Utc>,
    pub flaps: u64,
}

/// A discontinuity adds this to both counters: far more than any line carries.
const JUMP_OCTETS: f64 = 1e12;

impl Counters {
    pub fn new(router: &str, boot: DateTime<Utc>) -> Counters {
        Counters { router: router.to_owned(), tracks: BTreeMap::new(), boot }
    }

    /// Notes how the ports are from now on; one that is not among them carries nothing.
    pub fn observe(&mut self, now: DateTime<Utc>, ports: &[Glance]) {
        for (name, track) in &mut self.tracks {
            if !ports.iter().any(|port| port.port == *name) {
                track.carry(now, Mode::Still);
            }
        }
        for port in ports {
            let boot = self.boot;
            let track = self.tracks.entry(port.port.clone()).or_insert_with(|| Track::new(boot, port));
            track.carry(now, port.mode);
            if track.up != port.up {
                track.up = port.up;
                track.past.changed = now;
                track.past.flaps += 1;
            }
        }
    }

    /// All counters are zero again, and nothing says so.
    pub fn reset(&mut self, now: DateTime<Utc>) {
        for track in self.tracks.values_mut() {
            (track.zero, track.jumped) = (now, 0.0);
        }
    }

    /// All counters jump, and `discontinuity-time` says so.
    pub fn jump(&mut self, now: DateTime<Utc>) {
        for track in self.tracks.values_mut() {
            track.jumped += JUMP_OCTETS;
            track.past.discontinuity = now;
        }
    }

    pub fn boot(&mut self, now: DateTime<Utc>) {
        self.boot = now;
        self.reset(now);
        for track in self.tracks.values_mut() {
            track.past = Past::since(now);
        }
    }

    pub fn octets(&self, port: &str, direction: Direction, now: DateTime<Utc>) -> u64 {
        let Some(track) = self.tracks.get(port) else { return 0 };
        whole(self.between(port, direction, track.zero, now) + track.jumped)
    }

    pub fn past(&self, port: &str) -> Past {
        self.tracks.get(port).map_or_else(|| Past::since(self.boot), |track| track.past)
    }

    /// Octets that flowed.
    pub fn between(&self, port: &str, direction: Direction, from: DateTime<Utc>, to: DateTime<Utc>) -> f64 {
        let Some(track) = self.tracks.get(port) else { return 0.0 };
        let ends = track.modes.iter().skip(1).map(|(at, _)| *at).chain([DateTime::<Utc>::MAX_UTC]);
        let pieces = track.modes.iter().enumerate().zip(ends);
        pieces
            .map(|((number, (begin, mode)), end)| {
                let begin = if number == 0 { from } else { from.max(*begin) };
                self.piece(port, direction, *mode, begin, to.min(end))
            })
            .sum()
    }

    fn piece(
        &self,
        port: &str,
        direction: Direction,
        mode: Mode,
        from: DateTime<Utc>,
        to: DateTime<Utc>,
    ) -> f64 {
        match mode {
            _ if to <= from => 0.0,
            Mode::Own => traffic::octets_between(&self.router, port, direction, from, to),
            Mode::Steady(percent) => rate_of(port, percent) * (to - from).as_seconds_f64() / 8.0,
            Mode::Still => 0.0,
        }
    }
}

impl Track {
    fn new(boot: DateTime<Utc>, port: &Glance) -> Track {
        Track {
            modes: vec![(boot, port.mode)],
            zero: boot,
            jumped: 0.0,
            up: port.up,
            past: Past::since(boot),
        }
    }

    fn carry(&mut self, now: DateTime<Utc>, mode: Mode) {
        if self.modes.last().is_none_or(|(_, last)| *last != mode) {
            self.modes.push((now, mode));
        }
    }
}

impl Past {
    fn since(boot: DateTime<Utc>) -> Past {
        Past { discontinuity: boot + TimeDelta::seconds(2), changed: boot + TimeDelta::seconds(44), flaps: 0 }
    }
}

#[expect(clippy::cast_precision_loss, reason = "speeds are far below the 53 bits of a float")]
fn rate_of(port: &str, percent: u8) -> f64 {
    traffic::speed(port) as f64 * f64::from(percent) / 100.0
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a cast of a float to an integer saturates, and a counter is never negative"
)]
pub(crate) fn whole(value: f64) -> u64 {
    value.max(0.0) as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    const PORT: &str = "GigabitEthernet1";

    fn glance(mode: Mode) -> [Glance; 1] {
        [Glance { port: PORT.to_owned(), mode, up: mode != Mode::Still }]
    }

    #[test]
    fn pieces_add_up() {
        let boot: DateTime<Utc> = "2026-11-24T12:00:00Z".parse().unwrap();
        let at = |seconds| boot + TimeDelta::seconds(seconds);
        let mut counters = Counters::new("R1", boot);
        counters.observe(at(5), &glance(Mode::Own));
        counters.observe(at(100), &glance(Mode::Steady(50)));
        counters.observe(at(200), &glance(Mode::Still));
        let own = traffic::octets_between("R1", PORT, Direction::In, boot, at(100));
        let octets = |counters: &Counters, seconds| counters.octets(PORT, Direction::In, at(seconds));
        assert_eq!(octets(&counters, 100), whole(own));
        assert_eq!(octets(&counters, 300), whole(own + 100.0 * 500e6 / 8.0));
        assert_eq!((counters.past(PORT).flaps, counters.past(PORT).changed), (1, at(200)));
        counters.jump(at(310));
        assert_eq!(octets(&counters, 310), whole(own + 100.0 * 500e6 / 8.0 + JUMP_OCTETS));
        assert_eq!(counters.past(PORT).discontinuity, at(310));
        counters.reset(at(320));
        assert_eq!((octets(&counters, 330), counters.past(PORT).discontinuity), (0, at(310)));
        counters.boot(at(400));
        counters.observe(at(400), &glance(Mode::Steady(8)));
        assert_eq!(octets(&counters, 410), 100_000_000);
        assert_eq!(counters.past(PORT).discontinuity, at(402));
    }
}
