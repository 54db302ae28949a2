//! What is told after the life of an alert moved: at most one notice, and none while something holds
//! it back. An end is told wherever the beginning was told, whatever holds.

use super::step::Life;
use super::timers::{is_stale, repeat_after};
use crate::model::{Alert, Cause, Hold, Metric, Missed, NoticeKind, Phase, Unit};

/// Known values that an alert waits for after its router came back.
pub const SETTLE: u32 = 2;

pub(super) fn decide(life: &mut Life<'_>, before: Option<&Alert>) -> Option<NoticeKind> {
    if life.alert.phase.is_over() {
        return end(&life.alert);
    }
    if !life.alert.phase.is_open() {
        return None;
    }
    let was = life.alert.held;
    hold(life);
    let may_push = life.alert.phase == Phase::Firing && life.alert.held.is_none();
    if let Some(kind) = may_push.then(|| push(life, was)).flatten() {
        let alert = &mut life.alert;
        alert.announced = true;
        alert.told = Some(alert.severity);
        let due = alert.next_repeat;
        // Only a repeat that should have come meanwhile speaks of it.
        let late = |missed: Missed| due.is_some_and(|due| due <= missed.until);
        let is_repeat = matches!(kind, NoticeKind::Still { .. });
        alert.missed.take_if(|missed| missed.still && !(is_repeat && late(*missed)));
        alert.next_repeat = Some(life.look.now.plus(repeat_after(life.look.rule, alert.repeats)));
        return Some(kind);
    }
    let shown = life.alert.announced && before.is_some_and(|before| looks_different(before, &life.alert));
    shown.then_some(NoticeKind::Edited)
}

fn end(alert: &Alert) -> Option<NoticeKind> {
    let kind = match alert.phase {
        Phase::Closed(cause) => NoticeKind::Closed { cause },
        Phase::Pending | Phase::Firing | Phase::Clearing | Phase::Resolved => {
            let until = alert.clear_since.unwrap_or(alert.value_at);
            NoticeKind::Recovered { lasted: until.since(alert.since) }
        }
    };
    alert.announced.then_some(kind)
}

/// Brings `held` up to date.
fn hold(life: &mut Life<'_>) {
    let (was, gate) = (life.alert.held, life.look.gate);
    if gate == Some(Hold::DeviceDown) {
        life.alert.settle = SETTLE;
    }
    // What was measured just after the router came back is not trusted yet.
    let settles = matches!(was, Some(Hold::DeviceDown | Hold::Reboot(_))) && life.alert.settle > 0;
    let held = gate.or(was.filter(|_| settles));
    life.alert.held = held;
    if was == held {
        return;
    }
    match was {
        Some(Hold::Silence(_)) => life.note(Cause::SilenceEnded),
        Some(Hold::DeviceDown | Hold::Starting | Hold::Reboot(_)) => life.note(Cause::HoldEnded),
        None => (),
    }
    match held {
        Some(Hold::Silence(_)) => life.note(Cause::Silenced),
        Some(Hold::DeviceDown | Hold::Starting) => life.note(Cause::HeldBack),
        Some(Hold::Reboot(_)) => life.note(Cause::HeldForReboot),
        None => (),
    }
}

/// A firing alert that nothing holds back. `was` is what held it until this step.
fn push(life: &mut Life<'_>, was: Option<Hold>) -> Option<NoticeKind> {
    let silence_ended = matches!(was, Some(Hold::Silence(_)));
    if !life.alert.announced {
        if was.is_some() {
            life.note(Cause::ToldAfterHold);
        }
        return Some(if silence_ended { NoticeKind::SilenceEnded } else { NoticeKind::Firing });
    }
    // A value that dances around the critical level rings once, not at each step.
    let rose = life.alert.told.is_some_and(|told| life.alert.severity > told);
    if rose && life.alert.ack.take().is_some() {
        life.note(Cause::Unacknowledged);
    }
    if life.alert.ack.is_some() {
        return None;
    }
    if rose || silence_ended {
        return Some(if silence_ended { NoticeKind::SilenceEnded } else { NoticeKind::SeverityRose });
    }
    if let Some(by) = life.ack_ended {
        return Some(NoticeKind::AckExpired { by });
    }
    repeat(life)
}

fn repeat(life: &mut Life<'_>) -> Option<NoticeKind> {
    let due = life.alert.next_repeat.is_none_or(|at| at <= life.look.now);
    if !due || is_stale(&life.alert) {
        return None;
    }
    life.alert.repeats = life.alert.repeats.saturating_add(1);
    life.note(Cause::RepeatDue);
    Some(NoticeKind::Still { times: life.alert.repeats })
}

/// Whether the first message would read differently.
fn looks_different(before: &Alert, after: &Alert) -> bool {
    before.phase != after.phase
        || before.lost != after.lost
        || before.severity != after.severity
        || before.ack != after.ack
        || is_silenced(before) != is_silenced(after)
        || is_stale(before) != is_stale(after)
        || shown(after.metric, before.value, after.limit) != shown(after.metric, after.value, after.limit)
}

fn is_silenced(alert: &Alert) -> bool {
    matches!(alert.held, Some(Hold::Silence(_)))
}

/// The value in the steps in which it is worth an edit.
fn shown(metric: Metric, value: f64, limit: f64) -> f64 {
    let step = match metric.unit() {
        Unit::Percent | Unit::State => 1.0,
        Unit::Seconds => 10.0,
        Unit::BitsPerSecond => (limit / 50.0).max(1.0),
    };
    (value / step).round()
}
