//! `[retention]`: how long what is over is kept.

use super::{DAY, HOUR};
use crate::model::written::Fields;
use std::time::Duration;

/// How long things are kept. The audit is kept for ever.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Retention {
    pub inbox: Duration,
    pub outbox: Duration,
    pub attachments: Duration,
    pub jobs: Duration,
    pub alerts: Duration,
}

impl Default for Retention {
    fn default() -> Self {
        Retention {
            inbox: 30 * DAY,
            outbox: 30 * DAY,
            attachments: 7 * DAY,
            jobs: 365 * DAY,
            alerts: 365 * DAY,
        }
    }
}

pub(super) fn retention(root: &Fields<'_>, defaults: Retention) -> Retention {
    let Some(table) = root.table("retention") else { return defaults };
    let at_least = |key: &str, least: Duration, why: &str, default| {
        let span = table.span(key).unwrap_or(default);
        if span < least {
            table.wrong(key, format!("retention.{key} is too short: {why}"), "write 24h or more");
        }
        span
    };
    let again = "services deliver again within a day";
    let retention = Retention {
        inbox: at_least("inbox", DAY, again, defaults.inbox),
        outbox: at_least("outbox", HOUR, "messages are edited for a while", defaults.outbox),
        attachments: at_least(
            "attachments",
            HOUR,
            "files are sent later than they are made",
            defaults.attachments,
        ),
        jobs: at_least("jobs", DAY, "people ask for the jobs of yesterday", defaults.jobs),
        alerts: at_least("alerts", DAY, "people ask for the alerts of yesterday", defaults.alerts),
    };
    table.done();
    retention
}
