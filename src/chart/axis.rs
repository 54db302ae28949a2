//! Round numbers for the value axis and round times, in the reader's zone, for the time axis.

use crate::model::Timestamp;
use crate::model::metric::Unit;
use chrono::{DateTime, TimeZone};
use chrono_tz::Tz;

/// Values at which lines are drawn, zero first; the last is the top of the axis.
pub fn values(highest: f64, unit: Unit) -> Vec<f64> {
    if unit == Unit::Percent {
        return vec![0.0, 20.0, 40.0, 60.0, 80.0, 100.0];
    }
    let least = if unit == Unit::BitsPerSecond { 1_000.0 } else { 1.0 };
    let highest = if highest.is_finite() { highest.clamp(least, 1e18) } else { least };
    let rough = highest / 5.0;
    let tens = 10f64.powf(rough.log10().floor());
    let step = [1.0, 2.0, 5.0, 10.0].into_iter().map(|times| times * tens).find(|step| *step >= rough);
    let step = step.unwrap_or(rough);
    let count = (highest / step - 1e-9).ceil().clamp(1.0, 6.0) as u32;
    (0..=count).map(|at| f64::from(at) * step).collect()
}

const MINUTE: i64 = 60;
const DAY: i64 = 86_400;
/// Distances between two labels, in seconds: what divides an hour, a day, or is whole days.
const STEPS: [i64; 19] = [
    MINUTE,
    2 * MINUTE,
    5 * MINUTE,
    10 * MINUTE,
    15 * MINUTE,
    30 * MINUTE,
    3_600,
    2 * 3_600,
    3 * 3_600,
    4 * 3_600,
    6 * 3_600,
    12 * 3_600,
    DAY,
    2 * DAY,
    5 * DAY,
    10 * DAY,
    30 * DAY,
    60 * DAY,
    180 * DAY,
];
const MOST_LABELS: i64 = 8;

/// Round local times within the span and what to write there: the time of day, the date at midnight.
pub fn times(from: Timestamp, to: Timestamp, zone: Tz) -> Vec<(Timestamp, String)> {
    let span = to.0.saturating_sub(from.0) / 1_000;
    let fits = |step: &i64| span / step < MOST_LABELS;
    let step = STEPS.into_iter().find(fits).unwrap_or_else(|| (span / MOST_LABELS / DAY).max(1) * DAY);
    let first = from.utc().with_timezone(&zone).naive_local().and_utc().timestamp();
    let first = first.div_euclid(step).saturating_mul(step);
    // By the local calendar, so that a change of summer time moves no label off its round hour.
    let local = (0..=MOST_LABELS + 2)
        .filter_map(|at| DateTime::from_timestamp(first.checked_add(at.checked_mul(step)?)?, 0));
    let times = local.filter_map(|naive| zone.from_local_datetime(&naive.naive_utc()).earliest());
    let inside = times.filter(|time| (from.0..=to.0).contains(&time.timestamp_millis()));
    inside.map(|time| (Timestamp(time.timestamp_millis()), label(&time, step))).collect()
}

fn label(time: &DateTime<Tz>, step: i64) -> String {
    let midnight = time.format("%H:%M").to_string() == "00:00";
    let form = match (step >= 30 * DAY, midnight || step >= DAY) {
        (true, _) => "%Y-%m-%d",
        (false, true) => "%b %-d",
        (false, false) => "%H:%M",
    };
    time.format(form).to_string()
}

/// The days that are shown and the zone: `2026-11-24, Asia/Ho_Chi_Minh`.
pub fn days(from: Timestamp, to: Timestamp, zone: Tz) -> String {
    let day = |at: Timestamp| at.utc().with_timezone(&zone).format("%Y-%m-%d").to_string();
    match (day(from), day(to)) {
        (first, last) if first == last => format!("{first}, {zone}"),
        (first, last) => format!("{first} to {last}, {zone}"),
    }
}
