//! `reload` in all its forms: each makes the questions of its dialogue and what shall happen after the last.

use chrono::{DateTime, TimeDelta, Utc};

use super::dialogue::{End, Step, begin};
use super::{Desk, show};
use crate::lab::fault::Fault;
use crate::lab::reload::{NO_REASON, Order, PendingReload, ReloadStep, parse_at, parse_in};

const ABORTED: &str = "SHUTDOWN ABORTED";

pub(super) fn now(desk: &mut Desk, arguments: &[String]) -> String {
    let reason = arguments.first().cloned().unwrap_or_else(|| NO_REASON.to_owned());
    let order =
        Order { by: desk.session.user.clone(), on: Some(desk.session.origin()), reason: reason.clone() };
    let before = if reason == NO_REASON { Vec::new() } else { vec![format!("Reload reason: {reason}")] };
    let steps = steps(desk, &before);
    begin(desk, steps, End::Reload(order))
}

pub(super) fn after(desk: &mut Desk, arguments: &[String]) -> String {
    let Some(minutes) = arguments.first().and_then(|word| parse_in(word)) else {
        return "% Invalid time: minutes or hours:minutes\n".to_owned();
    };
    let said = desk.state.clock(desk.now) + TimeDelta::minutes(minutes);
    let says_when = desk.state.manner.says_when;
    schedule(desk, TimeDelta::minutes(minutes), said, arguments.get(1).cloned(), says_when)
}

pub(super) fn at(desk: &mut Desk, arguments: &[String]) -> String {
    let clock = desk.state.clock(desk.now);
    let zone = desk.state.zone();
    let (time, rest) = (arguments.first().map_or("", String::as_str), arguments.get(1));
    let local = clock + zone.offset();
    let Some((said, reason)) = parse_at(time, rest.map_or("", String::as_str), local) else {
        return "% Invalid time: hh:mm, and a day that is not past\n".to_owned();
    };
    let said = said - zone.offset();
    schedule(desk, said - clock, said, Some(reason).filter(|reason| !reason.is_empty()), true)
}

fn schedule(
    desk: &mut Desk,
    span: TimeDelta,
    said: DateTime<Utc>,
    reason: Option<String>,
    says_when: bool,
) -> String {
    let minute = i64::try_from(desk.state.manner.minute.as_millis()).unwrap_or(60_000);
    let pending = PendingReload {
        by: desk.session.user.clone(),
        on: Some(desk.session.origin()),
        reason,
        said,
        minutes: span.num_minutes(),
        fires_at: desk.now + TimeDelta::milliseconds(span.num_milliseconds() * minute / 60_000),
        minute_milliseconds: minute,
        warned: span.num_minutes(),
    };
    let lines = lines(desk, &pending, span, says_when);
    let steps = steps(desk, &lines);
    begin(desk, steps, End::Schedule(pending))
}

/// The dialogue that the plan or a fault gives this router, with these lines before its last key.
fn steps(desk: &Desk, lines: &[String]) -> Vec<Step> {
    let told = desk.faults.iter().rev().find_map(|fault| match fault {
        Fault::ReloadAsks(steps) => Some(steps.clone()),
        _ => None,
    });
    let mut steps = told.unwrap_or_else(|| desk.state.usual_questions());
    let last = steps.iter().rposition(|step| matches!(step, ReloadStep::Key(_))).unwrap_or(steps.len());
    for line in lines.iter().rev() {
        steps.insert(last, ReloadStep::Say(line.clone()));
    }
    steps.into_iter().map(Step::Of).collect()
}

/// `Reload scheduled in 10 minutes by bob on vty0 (10.0.0.9)`, and the reason below it.
fn lines(desk: &Desk, pending: &PendingReload, left: TimeDelta, says_when: bool) -> Vec<String> {
    let span = PendingReload::span(left);
    let who = pending.who();
    let head = if says_when {
        format!("Reload scheduled for {} (in {span}) by {who}", desk.state.long_time(pending.said))
    } else {
        format!("Reload scheduled in {span} by {who}")
    };
    let reason = pending.reason.as_ref().map(|reason| format!("Reload reason: {reason}"));
    [head].into_iter().chain(reason).collect()
}

pub(super) fn cancel(desk: &mut Desk, _: &[String]) -> String {
    if desk.state.pending.take().is_none() {
        return "No reload is scheduled.\n".to_owned();
    }
    desk.state.unkept = true;
    let who = format!("{} on {}", desk.session.user, desk.session.origin());
    let at = desk.state.long_time(desk.state.clock(desk.now));
    let line = format!("%SYS-5-SCHEDULED_RELOAD_CANCELLED: Scheduled reload cancelled at {at} by {who}");
    desk.state.log(desk.now, &line);
    desk.state.announce(ABORTED);
    String::new()
}

pub(super) fn show(asked: &show::Asked) -> String {
    let Some(pending) = &asked.state.pending else { return "No reload is scheduled.\n".to_owned() };
    let left = pending.left(asked.now);
    let span = PendingReload::span(left);
    let who = pending.who();
    let mut text = if asked.state.manner.says_when {
        format!("Reload scheduled for {} (in {span}) by {who}\n", asked.state.long_time(pending.said))
    } else {
        format!("Reload scheduled in {span} by {who}\n")
    };
    if let Some(reason) = &pending.reason {
        text.push_str(&format!("Reload reason: {reason}\n"));
    }
    text
}
