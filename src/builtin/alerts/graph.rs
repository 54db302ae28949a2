//! `/graph 7 [span]`: the value that an alert is about, over the last hours, open or over.

use super::super::{Builtin, no_plan, nothing_to_settle, nothing_wanted, say};
use super::{one, picture};
use crate::model::{Block, Document, Ending, Facts, Resolved, Sign, TaskResult, Text, Value};
use crate::monitor;
use crate::store::{StoreError, Work};
use std::time::Duration;

pub const GRAPH: Builtin = Builtin {
    name: "graph",
    title: |_| text!("alerts.title"),
    plan: no_plan,
    wants: nothing_wanted,
    settle: nothing_to_settle,
    answer,
};

const HOUR: u64 = 3_600;
const USUAL: Duration = Duration::from_secs(6 * HOUR);
const LEAST: Duration = Duration::from_secs(60);
const MOST: Duration = Duration::from_secs(2 * 366 * 24 * HOUR);
/// The next longer ones are one press away.
const SPANS: [(&str, u64); 5] =
    [("6h", 6), ("24h", 24), ("7d", 7 * 24), ("30d", 30 * 24), ("365d", 365 * 24)];

fn answer(
    resolved: &Resolved,
    facts: &Facts,
    _: &[TaskResult],
    work: &mut Work,
) -> Result<Document, StoreError> {
    let span = match resolved.values.get("span") {
        Some(Value::Span(span)) => *span,
        _ => USUAL,
    };
    if !(LEAST..=MOST).contains(&span) {
        return Ok(one::refused(text!("bw.bad_span")));
    }
    let id = one::number(resolved);
    let Some(incident) = work.incident(id)? else { return Ok(one::unknown(id)) };
    // Its newest values stand with the open alert.
    let alert = work.alert(id)?.unwrap_or(incident.alert);
    let Some(device) = one::device(&alert, facts, work)? else { return Ok(one::unknown(id)) };
    if let Err(refused) = one::may(resolved, vec![device.clone()], facts) {
        return Ok(refused);
    }
    let people = |person| facts.person_name(person);
    let text = text!(
        "alerts.line",
        id = id.to_string(),
        what = monitor::line(&alert, &one::about(&device, facts, &people))
    );
    let document = Document::line(Sign::None, text, Ending::Well);
    let Some(picture) = picture::of(&alert, span, facts, work)? else {
        return Ok(document
            .with_detail(text!("alerts.no_graph", device = device.name.as_str()))
            .with_button(say::looking(
                facts,
                "status",
                text!("alert.button_status"),
                format!("/status {}", device.name),
            )));
    };
    let longer = SPANS.iter().filter(|(_, hours)| Duration::from_secs(hours * HOUR) > span).take(2);
    Ok(longer.fold(document.with(Block::Picture(picture)), |document, (typed, _)| {
        let line = format!("/graph {} {typed}", id.0);
        document.with_button(say::looking(facts, typed, Text::verbatim(*typed), line))
    }))
}
