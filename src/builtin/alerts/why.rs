//! `/why 7`: how an alert came to be as it is, which clocks run, and what keeps it from being told.

use super::super::planned::planned;
use super::super::{Builtin, incident, no_plan, nothing_to_settle, nothing_wanted};
use super::one;
use crate::model::{Document, Ending, Facts, Metric, Reach, Resolved, Sign, TaskResult};
use crate::monitor;
use crate::store::{StoreError, Work};

pub const WHY: Builtin = Builtin {
    name: "why",
    title: |_| text!("alerts.title"),
    plan: no_plan,
    wants: nothing_wanted,
    settle: nothing_to_settle,
    answer,
};

fn answer(
    resolved: &Resolved,
    facts: &Facts,
    _: &[TaskResult],
    work: &mut Work,
) -> Result<Document, StoreError> {
    let id = one::number(resolved);
    let Some(incident) = work.incident(id)? else { return Ok(one::unknown(id)) };
    let alert = work.alert(id)?.unwrap_or(incident.alert);
    let Some(device) = one::device(&alert, facts, work)? else { return Ok(one::unknown(id)) };
    if let Err(refused) = one::may(resolved, vec![device.clone()], facts) {
        return Ok(refused);
    }
    let people = |person| facts.person_name(person);
    let about = one::about(&device, facts, &people);
    let (transitions, silences) = (work.transitions(id)?, work.silences(facts.now.wall)?);
    let planned = planned(&device, &work.windows(facts.now.wall)?, facts);
    let rule = facts.rules.rule(&alert.key.rule);
    let lines = monitor::why(rule, &alert, &transitions, &silences, planned, &about);
    let sign = if alert.phase.is_over() { Sign::Done } else { incident::sign(alert.severity) };
    let mut lines = lines.into_iter();
    let Some(first) = lines.next() else { return Ok(one::unknown(id)) };
    let told = work.told(id)?;
    let document = lines.fold(Document::line(sign, first, Ending::Well), Document::with_detail);
    let document = match about.vitals.map(|vitals| &vitals.reach) {
        Some(Reach::Down(reason)) if alert.metric == Metric::Unreachable && !alert.phase.is_over() => {
            document
                .with_detail(reason.clone())
                .with_detail(text!("reach.advice", device = device.name.as_str()))
        }
        _ => document,
    };
    Ok(match told.as_slice() {
        [] => document.with_detail(text!("alerts.told_nobody")),
        places => {
            let places: Vec<String> = places.iter().map(ToString::to_string).collect();
            document.with_detail(text!("alerts.told", places = places))
        }
    })
}
