//! The router's own timer: `reload in` and `reload at`, what is pending and how it is said.

use chrono::{DateTime, Datelike, NaiveDate, NaiveTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use super::{NO_REASON, Order};

/// A reload that the router will do by itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PendingReload {
    pub by: String,
    /// `vty0 (127.0.0.1)`; nothing is the console.
    pub on: Option<String>,
    pub reason: Option<String>,
    /// By the router's clock, as it says it.
    pub said: DateTime<Utc>,
    pub minutes: i64,
    /// When it really happens: sooner, where a minute of the timer is made shorter.
    pub fires_at: DateTime<Utc>,
    pub(crate) minute_milliseconds: i64,
    /// The minutes that the last warning named.
    pub(crate) warned: i64,
}

/// Warnings to everybody who is logged in, in minutes before it happens.
const WARNINGS: [i64; 4] = [60, 30, 5, 1];

impl PendingReload {
    pub(crate) fn who(&self) -> String {
        match &self.on {
            Some(on) => format!("{} on {on}", self.by),
            None => self.by.clone(),
        }
    }

    pub(crate) fn order(&self) -> Order {
        let reason = self.reason.clone().unwrap_or_else(|| NO_REASON.to_owned());
        Order { by: self.by.clone(), on: self.on.clone(), reason }
    }

    /// What is left by the router's timer.
    pub(crate) fn left(&self, now: DateTime<Utc>) -> TimeDelta {
        let real = (self.fires_at - now).num_milliseconds().max(0);
        TimeDelta::milliseconds(real * 60_000 / self.minute_milliseconds.max(1))
    }

    /// `10 minutes`, `2 hours and 5 minutes`, `40 seconds`.
    pub(crate) fn span(left: TimeDelta) -> String {
        let word = |count: i64, unit: &str| format!("{count} {unit}{}", if count == 1 { "" } else { "s" });
        match (left.num_hours(), left.num_minutes() % 60) {
            (0, 0) => word(left.num_seconds(), "second"),
            (0, minutes) => word(minutes, "minute"),
            (hours, 0) => word(hours, "hour"),
            (hours, minutes) => format!("{} and {}", word(hours, "hour"), word(minutes, "minute")),
        }
    }

    /// The next moment at which something is to be done, and the minutes of the warning that is due then.
    pub(crate) fn next(&self) -> (DateTime<Utc>, Option<i64>) {
        let warning = WARNINGS.iter().copied().find(|minutes| *minutes < self.warned);
        match warning {
            Some(minutes) => {
                (self.fires_at - TimeDelta::milliseconds(minutes * self.minute_milliseconds), Some(minutes))
            }
            None => (self.fires_at, None),
        }
    }

    /// `*** --- SHUTDOWN in 0:10:00 ---`
    pub(crate) fn banner(minutes: i64) -> String {
        format!("SHUTDOWN in {}:{:02}:00", minutes / 60, minutes % 60)
    }
}

/// `10`, `1:30`: minutes.
pub(crate) fn parse_in(word: &str) -> Option<i64> {
    let (hours, minutes) = word.split_once(':').unwrap_or(("0", word));
    let (hours, minutes): (u16, u16) = (hours.parse().ok()?, minutes.parse().ok()?);
    let all = i64::from(hours) * 60 + i64::from(minutes);
    (all > 0 && (!word.contains(':') || minutes < 60)).then_some(all)
}

/// `23:30` with `nov 25`, `25 nov` or nothing before a reason: the moment by the router's clock, and the reason.
pub(crate) fn parse_at(time: &str, rest: &str, clock: DateTime<Utc>) -> Option<(DateTime<Utc>, String)> {
    let (hour, minute) = time.split_once(':')?;
    let time = NaiveTime::from_hms_opt(hour.parse().ok()?, minute.parse().ok()?, 0)?;
    let mut words = rest.split_whitespace();
    let (first, second) = (words.next().unwrap_or(""), words.next().unwrap_or(""));
    let day = match (month(first), month(second)) {
        (Some(month), _) => NaiveDate::from_ymd_opt(clock.year(), month, second.parse().ok()?),
        (None, Some(month)) if first.parse::<u32>().is_ok() => {
            NaiveDate::from_ymd_opt(clock.year(), month, first.parse().ok()?)
        }
        _ => {
            let today = clock.date_naive().and_time(time).and_utc();
            let next = if today > clock { today } else { today + TimeDelta::days(1) };
            return Some((next, rest.trim().to_owned()));
        }
    };
    let at = day?.and_time(time).and_utc();
    (at > clock).then(|| (at, words.collect::<Vec<_>>().join(" ")))
}

fn month(word: &str) -> Option<u32> {
    const MONTHS: [&str; 12] =
        ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
    let lower = word.to_ascii_lowercase();
    let short = lower.get(..3).unwrap_or("");
    let at = MONTHS.iter().position(|month| *month == short)?;
    u32::try_from(at + 1).ok()
}
