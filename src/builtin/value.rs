//! How measured values are said: a rate with its share of the speed, why there is none, and how old
//! something is. Pure words; nothing here knows a command.

use crate::command::short_interface;
use crate::model::board::{Interface, Seen};
use crate::model::{Arg, Closing, Reading, Text, Timestamp, Why};
use std::time::Duration;

/// Values older than this many of their periods are told with their age.
const PERIODS: u32 = 3;

/// Whether the next value is overdue: nobody should take it for now.
pub fn is_old(at: Timestamp, period: Duration, now: Timestamp) -> bool {
    now.since(at) > period * PERIODS
}

/// The text, with its age where the value is old.
pub fn aged<T>(text: Text, seen: &Seen<T>, period: Duration, now: Timestamp) -> Text {
    match is_old(seen.at, period, now) {
        true => text!("value.aged", value = text, age = Arg::Ago(seen.at)),
        false => text,
    }
}

/// Percent of the speed, as it is shown: never above 100. None without a speed.
pub fn share(rate: f64, speed: Option<u64>) -> Option<f64> {
    let speed = speed.filter(|speed| *speed > 0)? as f64;
    Some((rate / speed * 100.0).min(100.0))
}

/// `412 Mb/s (41 %)`, or `unknown`.
pub fn rate(reading: Reading, speed: Option<u64>) -> Text {
    match reading {
        Reading::Known(rate) => match share(rate, speed) {
            Some(share) => text!("value.share", rate = Arg::Rate(rate), share = Arg::Percent(share)),
            None => text!("value.rate", rate = Arg::Rate(rate)),
        },
        Reading::Unknown(_) | Reading::Ended(_) => text!("value.unknown"),
    }
}

/// For a table: the rate alone.
pub fn short_rate(reading: Reading) -> Text {
    match reading {
        Reading::Known(rate) => text!("value.rate", rate = Arg::Rate(rate)),
        Reading::Unknown(_) | Reading::Ended(_) => text!("value.none"),
    }
}

/// Why there is no value; None when there is one.
pub fn missing(reading: Reading) -> Option<Text> {
    match reading {
        Reading::Known(_) => None,
        Reading::Unknown(why) => Some(unknown(why)),
        Reading::Ended(closing) => Some(ended(closing)),
    }
}

fn unknown(why: Why) -> Text {
    match why {
        Why::First => text!("value.why_first"),
        Why::CounterWentDown => text!("value.why_counter_went_down"),
        Why::Rebooted => text!("value.why_rebooted"),
        Why::Discontinuity => text!("value.why_discontinuity"),
        Why::SpeedChanged => text!("value.why_speed_changed"),
        Why::NoSpeed => text!("value.why_no_speed"),
        Why::TooSoon => text!("value.why_too_soon"),
        Why::TooLate => text!("value.why_too_late"),
        Why::Implausible => text!("value.why_implausible"),
        Why::NarrowCounter => text!("value.why_narrow_counter"),
        Why::NotReported => text!("value.why_not_reported"),
        Why::NoAnswer => text!("value.why_no_answer"),
    }
}

fn ended(closing: Closing) -> Text {
    match closing {
        Closing::Shut => text!("value.ended_shut"),
        Closing::Gone => text!("value.ended_gone"),
        Closing::Removed
        | Closing::NotMonitored
        | Closing::NotConfirmed
        | Closing::RuleGone
        | Closing::RuleChanged
        | Closing::NoData
        | Closing::PlannedReboot => text!("value.ended_unwatched"),
    }
}

/// `Gi1 in 12 %`: the busier direction.
pub fn busier(interface: &Interface) -> Option<Text> {
    let share = |reading| match reading {
        Reading::Known(rate) => share(rate, interface.speed),
        Reading::Unknown(_) | Reading::Ended(_) => None,
    };
    let name = short_interface(&interface.name);
    match (share(interface.received), share(interface.sent)) {
        (Some(received), sent) if sent.is_none_or(|sent| sent <= received) => {
            Some(text!("value.busy_in", interface = name, share = Arg::Percent(received)))
        }
        (_, Some(sent)) => Some(text!("value.busy_out", interface = name, share = Arg::Percent(sent))),
        (_, None) => None,
    }
}

/// The sum of both directions, for interfaces without a speed.
pub fn both(interface: &Interface) -> Option<f64> {
    match (interface.received, interface.sent) {
        (Reading::Known(received), Reading::Known(sent)) => Some(received + sent),
        (Reading::Known(one), _) | (_, Reading::Known(one)) => Some(one),
        (Reading::Unknown(_) | Reading::Ended(_), Reading::Unknown(_) | Reading::Ended(_)) => None,
    }
}

/// `up 90 d · memory 44 %`: small facts in one line. None without any.
pub fn dotted(parts: impl IntoIterator<Item = Text>) -> Option<Text> {
    parts.into_iter().reduce(|first, next| text!("value.dotted", first = first, next = next))
}
