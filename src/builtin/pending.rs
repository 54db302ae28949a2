//! `/pending`: the reloads that routers will do by their own timers, the soonest first.

use super::{Builtin, nothing_wanted, output, say};
use crate::model::{
    Ask, Authorized, Device, Document, Ending, Facts, Failure, Kind, Outcome, Plan, Resolved, Sign, Status,
    TaskResult, Text,
};
use crate::probe::reload::{self, Pending};
use std::time::Duration;

pub const PENDING: Builtin = Builtin {
    name: "pending",
    title: |resolved| text!("pending.title", whom = say::whom(resolved)),
    plan,
    wants: nothing_wanted,
    settle: |_, device, _, outcomes, _| Ok(settle(device, outcomes)),
    answer: |resolved, facts, results, _| Ok(answer(resolved, facts, results)),
};

/// Only so many failed routers are named; the rest is counted.
const NAMED: usize = 15;

fn plan(_: &Authorized, _: &Resolved, device: &Device, _: &Facts) -> Result<Option<Plan>, Failure> {
    let ask = Ask::Line { line: reload::LINE.to_owned(), deadline: None };
    Plan::reading(device.clone(), vec![ask])
        .map(Some)
        .map_err(|refused| Failure::new(Kind::Refused, text!("show.only_show")).with_detail(refused))
}

fn settle(device: &Device, outcomes: &[Outcome]) -> TaskResult {
    let said = outcomes.iter().find_map(|outcome| match outcome {
        // Some say with a percent sign that nothing is scheduled.
        Outcome::Text(said) | Outcome::Refused { said, .. } => Some(said),
        Outcome::Config(_) | Outcome::Dialogue(_) | Outcome::Json(_) | Outcome::Broken(_) => None,
    });
    match said.and_then(|said| reload::pending(said)) {
        Some(None) => say::done(device.id, text!("pending.none")),
        Some(Some(pending)) => {
            let mut result = say::done(device.id, verdict(&pending));
            result.data = serde_json::to_value(&pending).unwrap_or_default();
            result
        }
        None if say::failure_of(device.name.as_str(), outcomes).is_some() => {
            output::settle(device, outcomes, str::to_owned)
        }
        None => {
            let mut result = say::result(
                device.id,
                Status::Failed,
                text!("pending.unreadable", device = device.name.as_str()),
            );
            result.output = said.cloned();
            result
        }
    }
}

fn verdict(pending: &Pending) -> Text {
    let span = pending.in_minutes.map(|minutes| Duration::from_secs(u64::from(minutes) * 60));
    let when = match (span, &pending.at) {
        (Some(Duration::ZERO), None) => text!("pending.soon"),
        (Some(span), None) => text!("pending.in", span = span),
        (Some(span), Some(at)) => text!("pending.in_at", span = span, at = at),
        (None, Some(at)) => text!("pending.at", at = at),
        (None, None) => text!("pending.some_time"),
    };
    let what = match &pending.by {
        Some(who) => text!("pending.will_by", when = when, who = who),
        None => text!("pending.will", when = when),
    };
    match &pending.reason {
        Some(reason) => text!("pending.because", what = what, reason = reason),
        None => what,
    }
}

fn answer(resolved: &Resolved, facts: &Facts, results: &[TaskResult]) -> Document {
    let failed: Vec<&TaskResult> = results.iter().filter(|result| !result.status.is_well()).collect();
    let mut scheduled: Vec<(&TaskResult, Pending)> =
        results.iter().filter_map(|result| Some((result, pending_of(result)?))).collect();
    scheduled.sort_by_key(|(_, pending)| pending.in_minutes.unwrap_or(u32::MAX));
    let document = match results {
        [only] => one(facts, only, scheduled.is_empty()),
        several => {
            let document = first_line(several.len(), scheduled.len(), failed.len());
            let soonest = scheduled.iter().map(|(result, _)| (Sign::Warning, *result));
            let silent = failed.iter().take(NAMED).map(|result| (Sign::Question, *result));
            named(document, facts, soonest.chain(silent), several.len() - scheduled.len() - failed.len())
        }
    };
    let document = match failed.len().saturating_sub(NAMED) {
        0 => document,
        more => document.with_detail(text!("output.more_failed", count = more)),
    };
    output::again(document, resolved, facts, &failed)
}

fn pending_of(result: &TaskResult) -> Option<Pending> {
    result.data.get("in_minutes")?;
    serde_json::from_value(result.data.clone()).ok()
}

fn one(facts: &Facts, result: &TaskResult, nothing: bool) -> Document {
    let device = facts.inventory.name(result.device);
    match (result.status.is_well(), nothing) {
        (true, true) => Document::line(Sign::Done, text!("pending.one_none", device = device), Ending::Well),
        (well, _) => {
            let text = text!("pending.one", device = device, verdict = result.verdict.clone());
            Document::line(Sign::Warning, text, if well { Ending::Well } else { Ending::Badly })
        }
    }
}

fn first_line(all: usize, scheduled: usize, failed: usize) -> Document {
    match (scheduled, failed) {
        (0, 0) => Document::line(Sign::Done, text!("pending.all_none", count = all), Ending::Well),
        (0, failed) => {
            let text = text!("pending.not_known", failed = failed, all = all);
            Document::line(Sign::Question, text, Ending::Badly)
        }
        (count, failed) => {
            let ending = if failed == 0 { Ending::Well } else { Ending::Badly };
            Document::line(Sign::Warning, text!("pending.several", count = count, all = all), ending)
        }
    }
}

fn named<'a>(
    document: Document,
    facts: &Facts,
    named: impl Iterator<Item = (Sign, &'a TaskResult)>,
    others: usize,
) -> Document {
    let mut document = document;
    let mut any = false;
    for (sign, result) in named {
        any = true;
        let device = facts.inventory.name(result.device);
        let text = text!("output.device", device = device, verdict = result.verdict.clone());
        document.blocks.push(crate::model::Block::Detail { sign, text });
    }
    match (any, others) {
        (true, 1..) => document.with_detail(text!("pending.others", count = others)),
        _ => document,
    }
}
