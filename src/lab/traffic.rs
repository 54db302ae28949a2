//! How much flows through a router of the lab and how busy it is, at any moment: pure functions of names and a time.
//! Nothing has to run for them, so that history can be made up; [`super::Router::true_rate`] says what was really
//! served, faults included. Every shape is a sum of sines, so that a counter is its integral in closed form.

use std::f64::consts::TAU;

use chrono::{DateTime, Utc};

use super::sample::draw;

/// Seen from the router.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Direction {
    In,
    Out,
}

/// Ports with rates that people have seen on paper: in and out, bits a second.
const KNOWN: [(&str, &str, f64, f64); 1] = [("R1", "GigabitEthernet1", 412e6, 96e6)];

/// Bits a second that flow through a port which is up and has no fault; 0 on one that is not physical.
/// Never above 70 % of [`speed`].
pub fn rate(router: &str, port: &str, direction: Direction, at: DateTime<Utc>) -> f64 {
    flow(router, port, direction).at(seconds(at))
}

/// The exact integral of [`rate`], in octets.
pub fn octets_between(
    router: &str,
    port: &str,
    direction: Direction,
    from: DateTime<Utc>,
    to: DateTime<Utc>,
) -> f64 {
    flow(router, port, direction).between(seconds(from), seconds(to)) / 8.0
}

/// Percent of the processor, between 5 and 40, of a router without a fault.
pub fn cpu(router: &str, at: DateTime<Utc>) -> f64 {
    let seed = format!("{router} cpu");
    Shape { base: 12.0 + 16.0 * unit(&seed), waves: waves(&seed, 1.0) }.at(seconds(at))
}

/// Percent of the pool `Processor`, between 30 and 50, of a router without a fault.
pub fn memory(router: &str, at: DateTime<Utc>) -> f64 {
    let seed = format!("{router} memory");
    Shape { base: 36.0 + 8.0 * unit(&seed), waves: waves(&seed, 0.2) }.at(seconds(at))
}

/// Bits a second that a port of this name can carry; a router reports them as `speed`.
pub fn speed(port: &str) -> u64 {
    match port {
        port if port.starts_with("TenGigabitEthernet") => 10_000_000_000,
        port if port.starts_with("Loopback") => 8_000_000_000,
        port if port.starts_with("Tunnel") => 100_000,
        _ => 1_000_000_000,
    }
}

fn flow(router: &str, port: &str, direction: Direction) -> Shape {
    let seed = format!("{router} {port} {direction:?}");
    Shape { base: base(router, port, direction, &seed), waves: waves(&seed, 1.0) }
}

#[expect(clippy::cast_precision_loss, reason = "speeds are far below the 53 bits of a float")]
fn base(router: &str, port: &str, direction: Direction, seed: &str) -> f64 {
    if !port.contains("Ethernet") {
        return 0.0;
    }
    let known = KNOWN.iter().find(|(name, its, _, _)| *name == router && *its == port);
    match (known, direction) {
        (Some((_, _, rate, _)), Direction::In) | (Some((_, _, _, rate)), Direction::Out) => *rate,
        (None, Direction::In) => speed(port) as f64 * (0.10 + 0.35 * unit(seed)),
        (None, Direction::Out) => speed(port) as f64 * (0.04 + 0.26 * unit(seed)),
    }
}

/// A base and what swings around it.
struct Shape {
    base: f64,
    waves: [Wave; 3],
}

struct Wave {
    /// Seconds.
    period: f64,
    /// Of the base.
    share: f64,
    phase: f64,
}

impl Shape {
    fn at(&self, seconds: f64) -> f64 {
        let swing: f64 = self.waves.iter().map(|wave| wave.share * wave.angle(seconds).sin()).sum();
        self.base * (1.0 + swing)
    }

    fn between(&self, from: f64, to: f64) -> f64 {
        let swing =
            |wave: &Wave| wave.share * wave.period / TAU * (wave.angle(from).cos() - wave.angle(to).cos());
        self.base * ((to - from) + self.waves.iter().map(swing).sum::<f64>())
    }
}

impl Wave {
    fn angle(&self, seconds: f64) -> f64 {
        (seconds % self.period) / self.period * TAU + self.phase
    }
}

/// A day, an hour or so, and some minutes; together at most 42 % up or down.
fn waves(seed: &str, scale: f64) -> [Wave; 3] {
    let wave = |name: &str, period: f64, share: f64| {
        let seed = format!("{seed} {name}");
        let period = if name == "day" { period } else { period * (0.8 + 0.4 * unit(&seed)) };
        Wave { period, share: share * scale, phase: TAU * unit(&format!("{seed} phase")) }
    };
    [wave("day", 86_400.0, 0.22), wave("hours", 5400.0, 0.12), wave("minutes", 540.0, 0.08)]
}

/// Between 0 and 1, always the same for the same seed.
fn unit(seed: &str) -> f64 {
    draw(seed).skip(1).take(2).fold(0.0, |sum, byte| sum * 256.0 + f64::from(byte)) / 65_535.0
}

#[expect(
    clippy::cast_precision_loss,
    reason = "microseconds of this century fit into the 53 bits of a float"
)]
fn seconds(at: DateTime<Utc>) -> f64 {
    at.timestamp_micros() as f64 / 1e6
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;

    fn noon() -> DateTime<Utc> {
        "2026-11-24T12:00:00Z".parse().unwrap()
    }

    #[test]
    fn the_integral_is_the_sum_of_the_rates() {
        for (router, port) in [("R1", "GigabitEthernet1"), ("R9", "GigabitEthernet4")] {
            for direction in [Direction::In, Direction::Out] {
                let summed: f64 = (0..36_000)
                    .map(|tenth| {
                        let at = noon() + TimeDelta::milliseconds(tenth * 100 + 50);
                        rate(router, port, direction, at) / 80.0
                    })
                    .sum();
                let exact = octets_between(router, port, direction, noon(), noon() + TimeDelta::hours(1));
                assert!((summed / exact - 1.0).abs() < 1e-6, "{summed} {exact}");
            }
        }
    }

    #[test]
    fn every_router_lives_in_its_bounds_and_differs() {
        for number in 1..=50 {
            let name = format!("R{number}");
            for minute in 0..300 {
                let at = noon() + TimeDelta::minutes(minute * 7);
                assert!((5.0..=40.0).contains(&cpu(&name, at)));
                assert!((30.0..=50.0).contains(&memory(&name, at)));
                let flows = rate(&name, "GigabitEthernet1", Direction::In, at);
                assert!((1e6..700e6).contains(&flows), "{flows}");
            }
        }
        let first = |port: &str| rate("R1", port, Direction::In, noon());
        assert!((230e6..600e6).contains(&first("GigabitEthernet1")));
        assert!((first("GigabitEthernet2") - first("GigabitEthernet3")).abs() > 1e6);
        assert!(first("Loopback0") == 0.0);
    }
}
