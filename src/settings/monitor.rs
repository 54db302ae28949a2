//! `[monitor]`: how often routers are looked at, and how long measured values are kept.

use super::{DAY, HOUR};
use crate::model::written::Fields;
use std::time::Duration;

/// Each request is logged by the router and costs it a login: oftener does more harm than good.
pub const OFTENEST: Duration = Duration::from_secs(30);

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Monitor {
    pub cpu: Duration,
    pub interfaces: Duration,
    pub memory: Duration,
    pub system: Duration,
    /// How long each measured value is kept.
    pub raw: Duration,
    /// How long what five minutes came to is kept.
    pub five_minutes: Duration,
    /// How long what an hour came to is kept.
    pub hours: Duration,
}

impl Default for Monitor {
    fn default() -> Self {
        let minutes = |count: u64| Duration::from_secs(count * 60);
        Monitor {
            cpu: minutes(1),
            interfaces: minutes(1),
            memory: minutes(5),
            system: minutes(5),
            raw: 2 * DAY,
            five_minutes: 30 * DAY,
            hours: 730 * DAY,
        }
    }
}

impl Monitor {
    /// Everything this often: for the demo and for tests, which may be faster than a real router bears.
    pub fn each(period: Duration) -> Monitor {
        Monitor { cpu: period, interfaces: period, memory: period, system: period, ..Monitor::default() }
    }
}

pub(super) fn monitor(root: &Fields<'_>, defaults: Monitor) -> Monitor {
    let Some(table) = root.table("monitor") else { return defaults };
    let period = |key: &str, default| {
        let span = table.span(key).unwrap_or(default);
        if !(OFTENEST..=DAY).contains(&span) {
            let what =
                format!("monitor.{key} is not between 30s and 24h: each request is logged by the router");
            table.wrong(key, what, "write 60s or more");
        }
        span
    };
    let kept = |key: &str, least: Duration, default| {
        let span = table.span(key).unwrap_or(default);
        if span < least {
            let what = format!("monitor.{key} is too short for pictures");
            table.wrong(key, what, format!("write {}h or more", least.as_secs() / 3_600));
        }
        span
    };
    let monitor = Monitor {
        cpu: period("cpu", defaults.cpu),
        interfaces: period("interfaces", defaults.interfaces),
        memory: period("memory", defaults.memory),
        system: period("system", defaults.system),
        raw: kept("raw", 6 * HOUR, defaults.raw),
        five_minutes: kept("five_minutes", DAY, defaults.five_minutes),
        hours: kept("hours", DAY, defaults.hours),
    };
    table.done();
    monitor
}
