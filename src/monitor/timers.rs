//! What time alone does to an alert: when to look at it again, how it fares when the wall clock jumps,
//! and what is still true of it after the bot was down.

use crate::model::rule::Rule;
use crate::model::{Alert, Missed, Phase, Timestamp};
use std::time::Duration;

/// How long an acknowledgement holds when nothing is said.
pub const DEFAULT_ACK: Duration = Duration::from_secs(4 * 3_600);
/// No acknowledgement holds longer.
pub const LONGEST_ACK: Duration = Duration::from_secs(24 * 3_600);

/// So many repeats, then one a day.
const REPEATS: u32 = 48;
const DAY: Duration = Duration::from_secs(24 * 3_600);
/// Without a value this often in a row, what is known is old.
const STALE: u32 = 3;
/// More polls than this missed while the bot was down: what was counted before counts no more.
const GAP: u32 = 3;

/// When time alone may change something or make something be told: the next repeat, the end of the
/// acknowledgement, a day without a value. The end of a silence is its own matter.
pub fn due(alert: &Alert) -> Option<Timestamp> {
    if alert.phase.is_over() {
        return None;
    }
    let quiet = alert.held.is_some() || alert.ack.is_some() || is_stale(alert);
    let repeat = alert.next_repeat.filter(|_| alert.phase == Phase::Firing && !quiet);
    let ack = alert.ack.as_ref().map(|ack| ack.until);
    [repeat, ack, Some(no_data_at(alert))].into_iter().flatten().min()
}

/// After the wall clock jumped by `drift_ms` against the monotonic one: everything that is counted from
/// a moment moves with it. Silences belong to the calendar and stay.
#[must_use]
pub fn shifted(mut alert: Alert, drift_ms: i64) -> Alert {
    each_time(&mut alert, |at| Timestamp(at.0.saturating_add(drift_ms)));
    alert
}

/// An alert as it counts when the bot starts, `period` being how often its rule looks. None: it was
/// pending and too much was missed, it begins anew. Whatever a wrong clock wrote is brought back, so
/// that it costs one message more at most and never years of silence.
pub fn loaded(mut alert: Alert, now: Timestamp, rule: &Rule, period: Duration) -> Option<Alert> {
    let repeat = alert.next_repeat.map(|at| at.min(now.plus(repeat_after(rule, alert.repeats))));
    let ack_ends = alert.ack.as_ref().map(|ack| ack.until.min(now.plus(LONGEST_ACK)));
    each_time(&mut alert, |at| at.min(now));
    alert.next_repeat = repeat;
    if let (Some(ack), Some(ends)) = (&mut alert.ack, ack_ends) {
        ack.until = ends;
    }
    if now.since(alert.looked_at) <= period * GAP {
        return Some(alert);
    }
    // The last value is old: a repeat that fell due meanwhile waits for a new one, and so does a recovery.
    alert.unknowns = alert.unknowns.max(STALE);
    alert.unknown_since = Some(now);
    alert.clear_since = None;
    alert.clears = 0;
    alert.phase.is_open().then_some(alert)
}

/// An alert that people know of and that nobody looked at in this span.
#[must_use]
pub fn missed(mut alert: Alert, from: Timestamp, until: Timestamp) -> Alert {
    if alert.phase.is_open() && alert.announced {
        // Two downtimes with no value between them are one.
        let from = alert.missed.filter(|before| !before.still).map_or(from, |before| before.from);
        alert.missed = Some(Missed { from, until, still: false });
    }
    alert
}

fn each_time(alert: &mut Alert, change: impl Fn(Timestamp) -> Timestamp) {
    let always = [&mut alert.since, &mut alert.value_at, &mut alert.looked_at];
    let maybe = [&mut alert.clear_since, &mut alert.unknown_since, &mut alert.next_repeat];
    let ack = alert.ack.as_mut().map(|ack| [&mut ack.at, &mut ack.until]);
    let missed = alert.missed.as_mut().map(|missed| [&mut missed.from, &mut missed.until]);
    let lost = alert.lost.as_mut().map(|lost| [Some(&mut lost.sent_at), lost.last_seen.as_mut()]);
    let pairs = ack.into_iter().chain(missed).flatten().chain(lost.into_iter().flatten().flatten());
    for at in always.into_iter().chain(maybe.into_iter().flatten()).chain(pairs) {
        *at = change(*at);
    }
}

pub(super) fn repeat_after(rule: &Rule, repeats: u32) -> Duration {
    if repeats < REPEATS { rule.repeat } else { rule.repeat.max(DAY) }
}

pub(super) fn is_stale(alert: &Alert) -> bool {
    alert.unknowns >= STALE
}

/// When a day without a value is over.
pub(super) fn no_data_at(alert: &Alert) -> Timestamp {
    alert.unknown_since.unwrap_or(alert.looked_at).plus(DAY)
}
