//! `/alerts [held|ended]`: what is open, worst first; what is held back; what ended last.

use super::super::planned::planned;
use super::super::{Builtin, incident, no_plan, nothing_to_settle, nothing_wanted, say};
use super::one;
use crate::model::{Alert, Block, Document, Ending, Facts, Hold, Resolved, Severity, Sign, TaskResult, Text};
use crate::monitor;
use crate::store::{StoreError, Work};

pub const ALERTS: Builtin = Builtin {
    name: "alerts",
    title: |_| text!("alerts.title"),
    plan: no_plan,
    wants: nothing_wanted,
    settle: nothing_to_settle,
    answer,
};

/// More than this go to a file.
const INLINE: usize = 15;
/// So many can be taken from the list.
const BUTTONS: usize = 4;

fn answer(
    resolved: &Resolved,
    facts: &Facts,
    _: &[TaskResult],
    work: &mut Work,
) -> Result<Document, StoreError> {
    match resolved.word("which") {
        Some("ended") => ended(resolved, facts, work),
        Some("held") => held(resolved, facts, work),
        _ => open(resolved, facts, work),
    }
}

fn open(resolved: &Resolved, facts: &Facts, work: &Work) -> Result<Document, StoreError> {
    let (mut alerts, unseen) = seen(work.open_alerts()?, resolved, facts, work)?;
    alerts.sort_by_key(|alert| (std::cmp::Reverse(alert.severity), std::cmp::Reverse(alert.since)));
    let back = alerts.iter().filter(|alert| alert.held.is_some()).count();
    let critical = alerts.iter().filter(|alert| alert.severity == Severity::Critical).count();
    let document = match (alerts.len(), critical) {
        (0, _) => Document::line(Sign::Done, text!("alerts.none"), Ending::Well),
        (count, 0) => Document::line(Sign::Warning, text!("alerts.warnings", count = count), Ending::Well),
        (count, critical) => {
            let text = match critical == count && count > 1 {
                true => text!("alerts.all_critical", count = count),
                false => text!("alerts.open", count = count, critical = critical),
            };
            Document::line(Sign::Critical, text, Ending::Well)
        }
    };
    let document = and_more(listed(document, &alerts, facts, work)?, unseen);
    let document = untaken(document, &alerts, facts);
    Ok(match back {
        0 => document,
        back => document.with_detail(text!("alerts.some_held", count = back)).with_button(say::looking(
            facts,
            "held",
            text!("alerts.held_button"),
            "/alerts held",
        )),
    })
}

/// A button for each of the first that nobody is on.
fn untaken(document: Document, alerts: &[Alert], facts: &Facts) -> Document {
    let waits = alerts.iter().filter(|alert| alert.ack.is_none() && alert.held.is_none());
    waits.filter_map(|alert| alert.incident).take(BUTTONS).fold(document, |document, id| {
        let label = text!("alerts.ack_button", id = id.to_string());
        document.with_button(say::looking(facts, &format!("ack{}", id.0), label, format!("/ack {}", id.0)))
    })
}

fn held(resolved: &Resolved, facts: &Facts, work: &Work) -> Result<Document, StoreError> {
    let alerts: Vec<Alert> = work.open_alerts()?.into_iter().filter(|alert| alert.held.is_some()).collect();
    let (alerts, unseen) = seen(alerts, resolved, facts, work)?;
    let text = match alerts.len() {
        0 => text!("alerts.none_held"),
        count => text!("alerts.held", count = count),
    };
    let document = listed(Document::line(Sign::Quiet, text, Ending::Well), &alerts, facts, work)?;
    Ok(and_more(document, unseen))
}

fn ended(resolved: &Resolved, facts: &Facts, work: &Work) -> Result<Document, StoreError> {
    let alerts = work.ended_incidents(INLINE)?.into_iter().map(|incident| incident.alert).collect();
    let (alerts, unseen) = seen(alerts, resolved, facts, work)?;
    let text = match alerts.len() {
        0 => text!("alerts.none_ended"),
        count => text!("alerts.ended", count = count),
    };
    let document = listed(Document::line(Sign::None, text, Ending::Well), &alerts, facts, work)?;
    Ok(and_more(document, unseen))
}

/// Those of routers on which the asker may run this command, and how many others there are.
fn seen(
    alerts: Vec<Alert>,
    resolved: &Resolved,
    facts: &Facts,
    work: &Work,
) -> Result<(Vec<Alert>, usize), StoreError> {
    let (all, mut seen) = (alerts.len(), Vec::with_capacity(alerts.len()));
    for alert in alerts {
        let device = one::device(&alert, facts, work)?;
        if device.is_none_or(|device| one::may(resolved, vec![device], facts).is_ok()) {
            seen.push(alert);
        }
    }
    let unseen = all - seen.len();
    Ok((seen, unseen))
}

fn and_more(document: Document, unseen: usize) -> Document {
    match unseen {
        0 => document,
        count => document.with_detail(text!("alerts.unseen", count = count)),
    }
}

fn listed(document: Document, alerts: &[Alert], facts: &Facts, work: &Work) -> Result<Document, StoreError> {
    let mut lines = Vec::with_capacity(alerts.len());
    for alert in alerts {
        lines.push((sign(alert), line(alert, facts, work)?));
    }
    if lines.len() <= INLINE {
        let rows = lines.into_iter().map(|(sign, text)| Block::Detail { sign, text });
        return Ok(rows.fold(document, Document::with));
    }
    let mut lines = lines.into_iter();
    let shown: Vec<Block> =
        lines.by_ref().take(INLINE).map(|(sign, text)| Block::Detail { sign, text }).collect();
    let document = shown.into_iter().fold(document, Document::with);
    let rest: Vec<Text> = lines.map(|(_, text)| text).collect();
    let more = text!("alerts.more", count = rest.len());
    Ok(document.with_detail(more).with(Block::Listing { name: "alerts.txt".to_owned(), lines: rest }))
}

fn sign(alert: &Alert) -> Sign {
    match (alert.phase.is_over(), alert.held) {
        (true, _) => Sign::Done,
        (false, Some(_)) => Sign::Quiet,
        (false, None) => incident::sign(alert.severity),
    }
}

/// `#7 R3 CPU 94 % since 14:02 · taken by bob until 18:05`
pub fn line(alert: &Alert, facts: &Facts, work: &Work) -> Result<Text, StoreError> {
    let Some(device) = one::device(alert, facts, work)? else { return Ok(Text::verbatim("")) };
    let people = |person| facts.person_name(person);
    let about = one::about(&device, facts, &people);
    let id = alert.incident.map(|incident| incident.to_string()).unwrap_or_default();
    let text = text!("alerts.line", id = id, what = monitor::line(alert, &about));
    if alert.phase.is_over() {
        return Ok(text!("alerts.line_ended", line = text, since = alert.since, until = alert.looked_at));
    }
    let text = match &alert.ack {
        Some(ack) => {
            text!("alerts.line_taken", line = text, who = facts.person_name(ack.by), until = ack.until)
        }
        None => text,
    };
    Ok(match alert.held {
        Some(Hold::Silence(silence)) => {
            text!("alerts.line_silenced", line = text, silence = silence.to_string())
        }
        Some(Hold::DeviceDown) => text!("alerts.line_device_down", line = text),
        Some(Hold::Starting) => text!("alerts.line_starting", line = text),
        Some(Hold::Reboot(_)) => match planned(&device, &work.windows(facts.now.wall)?, facts) {
            Some(planned) => text!("alerts.line_planned", line = text, planned = planned),
            None => text!("alerts.line_settles", line = text),
        },
        None => text,
    })
}
