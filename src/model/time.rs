//! Points in time and how long things take, as values. Reading a clock happens in `flow` and at
//! the edges only; everything else is given [`Now`].

use chrono::{DateTime, TimeZone, Utc};
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// Milliseconds since 1970-01-01 UTC; the form that is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Timestamp(pub i64);

impl Timestamp {
    /// How long ago `earlier` was; zero when it lies in the future (clocks jump).
    pub fn since(self, earlier: Timestamp) -> Duration {
        Duration::from_millis(u64::try_from(self.0 - earlier.0).unwrap_or(0))
    }

    pub fn plus(self, span: Duration) -> Timestamp {
        Timestamp(self.0.saturating_add(i64::try_from(span.as_millis()).unwrap_or(i64::MAX)))
    }

    pub fn minus(self, span: Duration) -> Timestamp {
        Timestamp(self.0.saturating_sub(i64::try_from(span.as_millis()).unwrap_or(i64::MAX)))
    }

    /// The calendar form; the epoch when the number lies outside the calendar.
    pub fn utc(self) -> DateTime<Utc> {
        Utc.timestamp_millis_opt(self.0).single().unwrap_or(DateTime::UNIX_EPOCH)
    }
}

impl From<DateTime<Utc>> for Timestamp {
    fn from(at: DateTime<Utc>) -> Self {
        Timestamp(at.timestamp_millis())
    }
}

/// What the clocks said at one moment.
#[derive(Clone, Copy, Debug)]
pub struct Now {
    /// The calendar; may jump.
    pub wall: Timestamp,
    /// Since this process started; never jumps, not comparable over restarts.
    pub monotonic: Duration,
    /// When this process started, by the calendar.
    pub boot: Timestamp,
}

/// A duration as people say it: `0.3 s`, `12 s`, `3 min 57 s`, `2 h 5 min`, `90 d 4 h`.
pub fn spoken(span: Duration) -> String {
    let seconds = span.as_secs();
    let pair = |big: u64, unit: &str, small: u64, small_unit: &str| match small {
        0 => format!("{big} {unit}"),
        _ => format!("{big} {unit} {small} {small_unit}"),
    };
    match seconds {
        0 if span.as_millis() < 100 => "under 0.1 s".to_owned(),
        0..10 => match span.as_millis() / 100 {
            tenths if tenths % 10 == 0 => format!("{} s", tenths / 10),
            tenths => format!("{}.{} s", tenths / 10, tenths % 10),
        },
        10..60 => format!("{seconds} s"),
        60..3_600 => pair(seconds / 60, "min", seconds % 60, "s"),
        3_600..86_400 => pair(seconds / 3_600, "h", seconds % 3_600 / 60, "min"),
        _ => pair(seconds / 86_400, "d", seconds % 86_400 / 3_600, "h"),
    }
}

/// Reads `30s`, `10m`, `2h`, `7d`, also joined: `1h30m`. Nothing else; a number needs its unit.
pub fn read_span(typed: &str) -> Option<Duration> {
    let typed: String = typed.chars().filter(|c| !c.is_whitespace()).collect();
    let mut total = Duration::ZERO;
    let mut rest = typed.as_str();
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit())?;
        let (number, tail) = rest.split_at(digits);
        let letters = tail.find(|c: char| c.is_ascii_digit()).unwrap_or(tail.len());
        let (unit, tail) = tail.split_at(letters);
        let seconds: u64 = match unit.to_lowercase().as_str() {
            "s" | "sec" => 1,
            "m" | "min" => 60,
            "h" => 3_600,
            "d" => 86_400,
            _ => return None,
        };
        let seconds = number.parse::<u64>().ok()?.checked_mul(seconds)?;
        total = total.checked_add(Duration::from_secs(seconds))?;
        rest = tail;
    }
    // A thousand years and more is a slip of the finger, and overflows calendars.
    (!typed.is_empty() && total < Duration::from_secs(1_000 * 366 * 86_400)).then_some(total)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_said_as_people_say_them() {
        for (millis, said) in [
            (0, "under 0.1 s"),
            (340, "0.3 s"),
            (2_000, "2 s"),
            (11_800, "11 s"),
            (237_000, "3 min 57 s"),
            (3_600_000, "1 h"),
            (7_500_000, "2 h 5 min"),
            (90 * 86_400_000 + 4 * 3_600_000, "90 d 4 h"),
        ] {
            assert_eq!(spoken(Duration::from_millis(millis)), said);
        }
    }

    #[test]
    fn durations_are_read() {
        for (typed, seconds) in [
            ("30s", Some(30)),
            ("10m", Some(600)),
            ("2 h", Some(7_200)),
            ("7d", Some(604_800)),
            ("1h30m", Some(5_400)),
            ("", None),
            ("5", None),
            ("5x", None),
            ("h", None),
            ("99999999999999999999d", None),
            ("9999999999999d", None),
        ] {
            assert_eq!(read_span(typed), seconds.map(Duration::from_secs), "{typed:?}");
        }
    }

    #[test]
    fn a_clock_that_jumped_back_gives_no_negative_age() {
        assert_eq!(Timestamp(5).since(Timestamp(9)), Duration::ZERO);
    }
}
