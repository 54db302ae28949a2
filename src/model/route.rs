//! Where notices go: a route names destinations for a severity, some routers and some hours. A notice
//! goes once to each of the union of the routes that match.

use super::rule::Rules;
use crate::model::{Destination, Device, PersonId, Selector, Severity, SubscriptionId, Timestamp};
use chrono::{Datelike, NaiveTime, Weekday};
use chrono_tz::Tz;

#[derive(Clone, Debug, PartialEq)]
pub struct Route {
    /// The least severity that it takes.
    pub severity: Severity,
    pub selector: Selector,
    /// Always, when none are given.
    pub hours: Option<Hours>,
    /// The days on which `hours` begin.
    pub days: Vec<Weekday>,
    pub to: Vec<To>,
    /// Where it stands in its file.
    pub line: usize,
}

/// A channel and an address there; without one the channel's own default places are meant.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct To {
    pub channel: String,
    pub address: Option<String>,
}

/// A destination that asked for alerts itself, beside those that the routes name.
#[derive(Clone, Debug, PartialEq)]
pub struct Subscription {
    /// Given by the store.
    pub id: SubscriptionId,
    pub place: Destination,
    pub wish: Wish,
    /// Who asked for it.
    pub author: PersonId,
    pub since: Timestamp,
    /// None while the place itself has not said yes: nothing is told there.
    pub confirmed_at: Option<Timestamp>,
}

/// What somebody wants to hear of.
#[derive(Clone, Debug, PartialEq)]
pub struct Wish {
    pub selector: Selector,
    /// The least severity that it takes.
    pub severity: Severity,
    /// In the time zone of the place; always, when none are given.
    pub hours: Option<Hours>,
    /// The days on which `hours` begin; every day, when none is named.
    pub days: Vec<Weekday>,
}

/// A code that waits to be sent back: what it is a yes to.
#[derive(Clone, Debug, PartialEq)]
pub struct Confirmation {
    pub channel: String,
    /// Where the code went. None where the one who sends it back says by that who he is.
    pub address: Option<String>,
    /// What is wanted, where no subscription can be written down before.
    pub wish: Option<Wish>,
    /// Who asked for it, and where that was.
    pub asker: PersonId,
    pub asked_at: Destination,
}

impl Subscription {
    /// Whether this severity of this router is told there, at some hour.
    pub fn covers(&self, severity: Severity, device: &Device) -> bool {
        severity >= self.wish.severity && self.wish.selector.matches(device)
    }

    /// Whether it is told there now; `tz` is the place's.
    pub fn takes(&self, severity: Severity, device: &Device, now: Timestamp, tz: Tz) -> bool {
        let days =
            if self.wish.days.is_empty() { &WEEK.map(|(_, day)| day) } else { self.wish.days.as_slice() };
        self.confirmed_at.is_some()
            && self.covers(severity, device)
            && is_open(self.wish.hours, days, now, tz)
    }
}

/// From the first until before the last minute; over midnight when the last is earlier.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hours {
    pub from: NaiveTime,
    pub until: NaiveTime,
}

/// As a destination: every channel's own places.
pub const EVERYWHERE: &str = "everywhere";

pub const WEEK: [(&str, Weekday); 7] = [
    ("mon", Weekday::Mon),
    ("tue", Weekday::Tue),
    ("wed", Weekday::Wed),
    ("thu", Weekday::Thu),
    ("fri", Weekday::Fri),
    ("sat", Weekday::Sat),
    ("sun", Weekday::Sun),
];

/// Everybody whom the routes name for this severity of this router at this moment, each once, in the
/// order of the file.
pub fn destinations(rules: &Rules, severity: Severity, device: &Device, now: Timestamp, tz: Tz) -> Vec<To> {
    let mut all = Vec::new();
    for route in rules.routes.iter().filter(|route| route.takes(severity, device, now, tz)) {
        for to in &route.to {
            if !all.contains(to) {
                all.push(to.clone());
            }
        }
    }
    all
}

impl Route {
    fn takes(&self, severity: Severity, device: &Device, now: Timestamp, tz: Tz) -> bool {
        let is_open = || is_open(self.hours, &self.days, now, tz);
        severity >= self.severity && self.selector.matches(device) && is_open()
    }
}

/// In the night from Friday to Saturday it is Friday until the hours end.
fn is_open(hours: Option<Hours>, days: &[Weekday], now: Timestamp, tz: Tz) -> bool {
    let local = now.utc().with_timezone(&tz);
    let (today, time) = (local.weekday(), local.time());
    match hours {
        None => days.contains(&today),
        Some(Hours { from, until }) if from < until => days.contains(&today) && from <= time && time < until,
        Some(Hours { from, until }) => {
            (from <= time && days.contains(&today)) || (time < until && days.contains(&today.pred()))
        }
    }
}

impl Hours {
    /// `07:00-22:00`, `22:00-07:00`, `18:00-24:00`. None for anything else, and for no time at all.
    pub fn read(typed: &str) -> Option<Hours> {
        let (from, until) = typed.split_once('-')?;
        let time = |typed: &str| match typed.trim() {
            "24:00" => Some(NaiveTime::MIN),
            typed => NaiveTime::parse_from_str(typed, "%H:%M").ok(),
        };
        let hours = Hours { from: time(from)?, until: time(until)? };
        (hours.from != hours.until).then_some(hours)
    }
}

impl std::fmt::Display for Hours {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}-{}", self.from.format("%H:%M"), self.until.format("%H:%M"))
    }
}

/// `mon-fri`, `mon,wed`: as [`read_days`] reads it.
pub fn written_days(days: &[Weekday]) -> String {
    let name = |day: &Weekday| WEEK.iter().find(|(_, known)| known == day).map_or("", |(name, _)| *name);
    let runs = days.chunk_by(|left, right| left.succ() == *right);
    let run = |run: &[Weekday]| match (run.first(), run.last()) {
        (Some(first), Some(last)) if first != last => format!("{}-{}", name(first), name(last)),
        (Some(only), _) => name(only).to_owned(),
        (None, _) => String::new(),
    };
    runs.map(run).collect::<Vec<_>>().join(",")
}

/// `mon-fri`, `sat,sun`, `fri-mon`, `mon-thu,sat`.
pub fn read_days(typed: &str) -> Option<Vec<Weekday>> {
    let day = |typed: &str| {
        let typed = typed.trim().to_lowercase();
        WEEK.iter().find(|(name, _)| *name == typed).map(|(_, day)| *day)
    };
    let mut days = Vec::new();
    for part in typed.split(',') {
        let (mut first, last) = match part.split_once('-') {
            Some((first, last)) => (day(first)?, day(last)?),
            None => (day(part)?, day(part)?),
        };
        days.push(first);
        while first != last {
            first = first.succ();
            days.push(first);
        }
    }
    Some(days)
}

impl To {
    /// `mail:noc@example.net`, or a channel alone.
    pub fn read(typed: &str) -> Option<To> {
        let (channel, address) = match typed.split_once(':') {
            Some((channel, address)) => (channel.trim(), Some(address.trim())),
            None => (typed.trim(), None),
        };
        let is_name = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '_' | '-');
        let fits = !channel.is_empty() && channel.chars().all(is_name) && address != Some("");
        fits.then(|| To { channel: channel.to_owned(), address: address.map(str::to_owned) })
    }
}

impl std::fmt::Display for To {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.address {
            Some(address) => write!(f, "{}:{address}", self.channel),
            None => f.write_str(&self.channel),
        }
    }
}
