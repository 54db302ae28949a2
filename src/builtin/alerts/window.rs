//! The end of a planned reboot's quiet window: what was held because of it is closed or told, and a router
//! that did not come back is told at once.

use super::carry::{carry_out, context, happens};
use crate::model::{Alert, Closing, DeviceId, Facts, Hold, Lost, Metric, Timestamp, Window, WindowEnd};
use crate::monitor::{self, Input, SETTLE};
use crate::store::{StoreError, Work};
use std::time::Duration;

/// The next boot of a router that was given up was asked for, when it comes within this.
const LATE: Duration = Duration::from_secs(86_400);

/// Ends the window, when that was not done yet, in the transaction in which it is known how the reboot
/// ended. False: the router is lost and nobody could be told by the rules, so whoever calls tells it.
pub fn window_over(
    window: &Window,
    how: WindowEnd,
    facts: &Facts,
    work: &mut Work,
) -> Result<bool, StoreError> {
    let now = facts.now.wall;
    work.end_window(window.job, window.device, now)?;
    work.note_window_end(window, how, booted_until(how, now))?;
    for alert in work.alerts_of(window.device)?.into_iter().filter(|alert| explained(alert, window, how)) {
        carry_out(monitor::closed(alert, Closing::PlannedReboot, now), facts, work)?;
    }
    // First what is told of the router itself: it holds back what else is wrong with it.
    let told = match how {
        WindowEnd::Lost { limit, last_seen, backup, asked_by } => {
            let (job, sent_at) = (window.job, window.opens);
            let lost = Lost { job, by: asked_by, sent_at, limit, last_seen, backup };
            is_lost(window.device, lost, facts, work)?
        }
        WindowEnd::Well | WindowEnd::NotHappened | WindowEnd::TimeOver => true,
    };
    let held = work.open_alerts()?.into_iter().filter(|alert| alert.held == Some(Hold::Reboot(window.job)));
    for alert in held {
        let settle = settle(&alert, window, how);
        happens(Alert { settle, ..alert }, &Input::Tick, facts, work)?;
    }
    Ok(told)
}

fn booted_until(how: WindowEnd, now: Timestamp) -> Option<Timestamp> {
    match how {
        WindowEnd::Well | WindowEnd::TimeOver => Some(now),
        WindowEnd::Lost { .. } => Some(now.plus(LATE)),
        WindowEnd::NotHappened => None,
    }
}

/// Whether the reboot is all that this alert was about, and nobody heard of it.
fn explained(alert: &Alert, window: &Window, how: WindowEnd) -> bool {
    let explains = match how {
        WindowEnd::Well => {
            matches!(alert.metric, Metric::Unreachable | Metric::Missing | Metric::Rebooted)
        }
        WindowEnd::TimeOver | WindowEnd::Lost { .. } => alert.metric == Metric::Rebooted,
        WindowEnd::NotHappened => false,
    };
    explains && !alert.announced && alert.since >= window.opens
}

/// How many values an alert waits for before it is told. Rates and loads of a router that has just booted
/// are not trusted, nor is what a router behind it said a moment ago.
fn settle(alert: &Alert, window: &Window, how: WindowEnd) -> u32 {
    let is_level =
        matches!(alert.metric, Metric::Cpu | Metric::Memory | Metric::In | Metric::Out | Metric::Utilisation);
    match how {
        WindowEnd::Well if is_level || alert.key.device != window.device => SETTLE,
        WindowEnd::Well | WindowEnd::NotHappened | WindowEnd::Lost { .. } | WindowEnd::TimeOver => 0,
    }
}

/// Whether somebody was told, or will be when a silence ends.
fn is_lost(device: DeviceId, lost: Lost, facts: &Facts, work: &mut Work) -> Result<bool, StoreError> {
    let Some(device) = facts.inventory.device(device) else { return Ok(false) };
    let (silences, alerts) = (work.silences(facts.now.wall)?, work.alerts_of(device.id)?);
    let context = context(device, &silences, facts, work)?;
    let Some(step) = monitor::lost(&context, device, alerts, lost) else { return Ok(false) };
    let key = step.key().cloned();
    carry_out(step, facts, work)?;
    let told = work.alerts_of(device.id)?.into_iter().find(|alert| Some(&alert.key) == key.as_ref());
    Ok(match told.and_then(|alert| Some((alert.held, alert.incident?))) {
        Some((Some(_), _)) => true,
        Some((None, incident)) => !work.told(incident)?.is_empty(),
        None => false,
    })
}
