//! What was typed behind the router: `save`, `nosave`, `in 10m`, `at 23:30`, `cancel`, in any order.

use crate::model::time::read_span;
use crate::model::{Text, Timestamp};
use chrono::{Duration as Days, NaiveTime, TimeZone};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// So many routers one command reboots at most.
pub const MOST: usize = 10;
/// A timer on the router is set for no longer.
const LONGEST: Duration = Duration::from_secs(7 * 86_400);
const MINUTE: u64 = 60;

#[derive(Clone, Debug, PartialEq)]
pub enum Wish {
    Reboot {
        /// What becomes of unsaved lines, where that was said beforehand.
        save: Option<bool>,
        start: Start,
    },
    /// Takes back what the router's timer would do.
    Cancel,
}

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Start {
    Now,
    /// So many minutes after the router takes it.
    In {
        minutes: u32,
    },
    /// At this moment, to the minute, by the bot's clock.
    At {
        at: Timestamp,
    },
}

impl Start {
    /// What the router's timer is set to when it is set now. None: at once, or the moment is over.
    #[must_use]
    pub fn minutes(self, now: Timestamp) -> Option<u32> {
        match self {
            Start::Now => None,
            Start::In { minutes } => Some(minutes),
            Start::At { .. } if self.is_over(now) => None,
            Start::At { at } => u32::try_from(at.since(now).as_secs().div_ceil(MINUTE).max(1)).ok(),
        }
    }

    /// A moment that has passed before the router could be told.
    #[must_use]
    pub fn is_over(self, now: Timestamp) -> bool {
        matches!(self, Start::At { at } if at <= now)
    }
}

/// Reads what was typed; `zone` is the asker's.
pub fn read(typed: &str, now: Timestamp, zone: Tz) -> Result<Wish, Text> {
    let (mut save, mut start, mut cancel) = (None, None, false);
    let mut words = typed.split_whitespace();
    while let Some(word) = words.next() {
        let twice = || text!("reboot.twice", word = word);
        match word.to_lowercase().as_str() {
            "save" if save == Some(false) => return Err(text!("reboot.both")),
            "nosave" if save == Some(true) => return Err(text!("reboot.both")),
            "save" | "nosave" if save.is_some() => return Err(twice()),
            "save" => save = Some(true),
            "nosave" => save = Some(false),
            "cancel" => cancel = true,
            "in" | "at" if start.is_some() => return Err(twice()),
            "in" => start = Some(after(words.next())?),
            "at" => start = Some(moment(words.next(), now, zone)?),
            _ => return Err(text!("reboot.unknown_word", word = word)),
        }
    }
    match (cancel, save, start) {
        (true, None, None) => Ok(Wish::Cancel),
        (true, _, _) => Err(text!("reboot.cancel_alone")),
        (false, save, start) => Ok(Wish::Reboot { save, start: start.unwrap_or(Start::Now) }),
    }
}

fn after(typed: Option<&str>) -> Result<Start, Text> {
    let typed = typed.unwrap_or_default();
    let span = read_span(typed).ok_or_else(|| text!("reboot.not_a_span", typed = typed))?;
    if span < Duration::from_secs(MINUTE) || span > LONGEST {
        return Err(text!("reboot.span_out_of_range", typed = typed));
    }
    let minutes = span.as_secs().div_ceil(MINUTE);
    Ok(Start::In { minutes: u32::try_from(minutes).unwrap_or(u32::MAX) })
}

/// The next time that a clock in this zone shows it.
fn moment(typed: Option<&str>, now: Timestamp, zone: Tz) -> Result<Start, Text> {
    let typed = typed.unwrap_or_default();
    let wrong = || text!("reboot.not_a_time", typed = typed);
    let time = NaiveTime::parse_from_str(typed, "%H:%M").map_err(|_| wrong())?;
    let today = now.utc().with_timezone(&zone).date_naive();
    let on = |days: i64| {
        let day = today.checked_add_signed(Days::days(days))?;
        // An hour that the clock skips does not exist; of an hour that comes twice the first is meant.
        zone.from_local_datetime(&day.and_time(time)).earliest()
    };
    let next = (0..=2).filter_map(on).map(|at| Timestamp(at.timestamp_millis())).find(|at| *at > now);
    Ok(Start::At { at: next.ok_or_else(wrong)? })
}
