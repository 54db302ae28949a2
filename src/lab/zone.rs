//! The time zone in which a router writes its times: `clock timezone ICT 7 0` of its running configuration.

use chrono::{DateTime, TimeDelta, Utc};

use super::configuration::Configuration;

pub(crate) struct Zone {
    name: String,
    minutes: i64,
}

impl Zone {
    pub fn of(configuration: &Configuration) -> Zone {
        let mut words = configuration.value("clock timezone").unwrap_or("UTC").split(' ');
        let name = words.next().unwrap_or("UTC").to_owned();
        let mut number = || words.next().and_then(|word| word.parse::<i64>().ok()).unwrap_or(0);
        let (hours, minutes) = (number(), number());
        Zone { name, minutes: hours * 60 + if hours < 0 { -minutes } else { minutes } }
    }

    pub fn offset(&self) -> TimeDelta {
        TimeDelta::minutes(self.minutes)
    }

    /// `14:02:31 UTC Mon Nov 23 2026`; `time` is how its first word is written.
    pub fn format(&self, at: DateTime<Utc>, time: &str) -> String {
        let local = at + self.offset();
        format!("{} {} {}", local.format(time), self.name, local.format("%a %b %-d %Y"))
    }
}
