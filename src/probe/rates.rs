//! Bits per second out of two looks at a counter, or the reason why there is no rate. A pure function:
//! every way in which two looks do not make a rate is a line of it and a row of its test. Wrong is worse
//! than unknown: a spike that never was wakes somebody.

use super::system::{SAME_BOOT, apart};
use crate::model::Timestamp;
use crate::model::metric::{Reading, Why};
use std::time::Duration;

/// A counter as one answer told it, and what says whether two of them can be compared.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Counted {
    /// When the answer was whole, by a clock that never jumps.
    pub at: Duration,
    pub octets: Octets,
    /// Bits per second; none when unknown or zero.
    pub speed: Option<u64>,
    /// The router's boot time, as last told.
    pub boot: Option<Timestamp>,
    /// When the router says that it set the counter anew (RFC 8343 `discontinuity-time`).
    pub discontinuity: Option<Timestamp>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Octets {
    /// 64 bits: at 100 Gb/s it takes 46 years to wrap, so going down is a reset.
    Wide(u64),
    /// 32 bits: at 1 Gb/s it wraps within 34 s.
    Narrow(u64),
}

const WRAP: u64 = 1 << 32;
/// Above this a 32-bit counter can wrap unseen between two looks a minute apart.
pub const NARROW_SPEED: u64 = 100_000_000;
/// `discontinuity-time` jitters by fractions of a second without any discontinuity.
const JITTER: Duration = Duration::from_secs(5);
/// Counters and clocks of a router are not read at one instant; beyond this it is no measurement.
const PLAUSIBLE: f64 = 1.2;
const PLAUSIBLE_WRAP: f64 = 1.05;

/// The rate since the look before, whose place this look takes, also when it was bad: the next rate is
/// good again. Only a look that came too soon leaves the older one in place, so that an extra look
/// between two regular ones costs no value.
pub fn next(before: &mut Option<Counted>, mut now: Counted, period: Duration) -> Reading {
    now.discontinuity = now.discontinuity.or(before.and_then(|before| before.discontinuity));
    let rate = rate(before.as_ref(), &now, period);
    if rate != Err(Why::TooSoon) {
        *before = Some(now);
    }
    rate.map_or_else(Reading::Unknown, Reading::Known)
}

/// Bits per second between two looks.
pub fn rate(before: Option<&Counted>, now: &Counted, period: Duration) -> Result<f64, Why> {
    let before = before.ok_or(Why::First)?;
    if let (Some(last), Some(boot)) = (before.boot, now.boot)
        && apart(last, boot) > SAME_BOOT
    {
        return Err(Why::Rebooted);
    }
    if let Some(set) = now.discontinuity
        && before.discontinuity.is_none_or(|last| apart(last, set) > JITTER)
    {
        return Err(Why::Discontinuity);
    }
    if before.speed != now.speed {
        return Err(Why::SpeedChanged);
    }
    let between = now.at.saturating_sub(before.at);
    let octets = delta(before.octets, now.octets, now.speed, between)?;
    if between < period / 2 || between.is_zero() {
        return Err(Why::TooSoon);
    }
    if between > period.saturating_mul(3) {
        return Err(Why::TooLate);
    }
    let bits = per_second(octets, between);
    match now.speed {
        Some(speed) if bits > speed as f64 * PLAUSIBLE => Err(Why::Implausible),
        _ => Ok(bits),
    }
}

/// Octets that went by, by the width of the counter.
fn delta(before: Octets, now: Octets, speed: Option<u64>, between: Duration) -> Result<u64, Why> {
    match (before, now) {
        (Octets::Wide(before), Octets::Wide(now)) => now.checked_sub(before).ok_or(Why::CounterWentDown),
        (Octets::Narrow(before), Octets::Narrow(now)) => narrow(before, now, speed, between),
        // Another counter than last time, so there is nothing to compare with.
        (Octets::Wide(_), Octets::Narrow(_)) | (Octets::Narrow(_), Octets::Wide(_)) => Err(Why::First),
    }
}

/// A 32-bit counter counts only where it cannot wrap unseen, and a smaller value is a wrap only where
/// the rate that it would mean is possible.
fn narrow(before: u64, now: u64, speed: Option<u64>, between: Duration) -> Result<u64, Why> {
    let speed = speed.filter(|speed| *speed <= NARROW_SPEED).ok_or(Why::NarrowCounter)? as f64;
    if between.as_secs_f64() >= WRAP as f64 * 8.0 / speed {
        return Err(Why::NarrowCounter);
    }
    if let Some(octets) = now.checked_sub(before) {
        return Ok(octets);
    }
    let wrapped = WRAP.checked_sub(before).and_then(|rest| rest.checked_add(now));
    wrapped
        .filter(|octets| per_second(*octets, between) <= speed * PLAUSIBLE_WRAP)
        .ok_or(Why::CounterWentDown)
}

fn per_second(octets: u64, between: Duration) -> f64 {
    octets as f64 * 8.0 / between.as_secs_f64()
}
