//! `/top`: the ten routers with the highest CPU or memory, or the ten busiest interfaces.

use super::{Builtin, no_plan, nothing_to_settle, nothing_wanted, traffic, value};
use crate::model::board::Seen;
use crate::model::{
    Arg, Block, Device, Document, Ending, Facts, Resolved, Sign, Table, TaskResult, Text, Vitals,
};
use crate::store::{StoreError, Work};
use std::time::Duration;

const MOST: usize = 10;
/// Routers that are named because they have no value.
const NAMED: usize = 8;

pub const TOP: Builtin = Builtin {
    name: "top",
    title: |_| text!("top.title"),
    plan: no_plan,
    wants: nothing_wanted,
    settle: nothing_to_settle,
    answer,
};

fn answer(
    resolved: &Resolved,
    facts: &Facts,
    _: &[TaskResult],
    _: &mut Work,
) -> Result<Document, StoreError> {
    Ok(match resolved.word("what") {
        Some("cpu") => {
            highest(resolved, facts, text!("top.cpu"), facts.periods.often, |vitals| vitals.cpu.as_ref())
        }
        Some("memory") => highest(resolved, facts, text!("top.memory"), facts.periods.seldom, |vitals| {
            vitals.memory.as_ref()
        }),
        _ => traffic::busiest(resolved, None, MOST, facts),
    })
}

fn highest(
    resolved: &Resolved,
    facts: &Facts,
    what: Text,
    period: Duration,
    value_of: fn(&Vitals) -> Option<&Seen<f64>>,
) -> Document {
    let value = |device: &Device| facts.board.of(device.id).and_then(value_of);
    let mut known: Vec<(&Device, &Seen<f64>)> =
        resolved.devices.iter().filter_map(|device| Some((device, value(device)?))).collect();
    known.sort_by(|(_, a), (_, b)| b.value.total_cmp(&a.value));
    let percent = |seen: &Seen<f64>| {
        let text = text!("status.percent", value = Arg::Percent(seen.value));
        value::aged(text, seen, period, facts.now.wall)
    };
    let Some((first, most)) = known.first() else {
        return Document::line(Sign::Question, text!("top.nothing", what = what), Ending::Well);
    };
    let verdict =
        text!("top.verdict", what = what.clone(), device = first.name.as_str(), value = percent(most));
    let rows = known.iter().take(MOST).map(|(device, seen)| {
        vec![Text::verbatim(device.name.as_str()), percent(seen), Text::verbatim(device.site.as_str())]
    });
    let head = vec![text!("top.head_router"), what, text!("top.head_site")];
    let document = Document::line(Sign::None, verdict, Ending::Well)
        .with(Block::Table(Table { head, rows: rows.collect() }));
    missing(document, resolved.devices.iter().filter(|device| value(device).is_none()).collect(), facts)
}

/// Who is not in the table because nothing is known, and why.
fn missing(document: Document, unknown: Vec<&Device>, facts: &Facts) -> Document {
    if unknown.is_empty() {
        return document;
    }
    let named: Vec<Text> = unknown
        .iter()
        .take(NAMED)
        .map(|device| {
            let why = traffic::why_silent(device, facts);
            text!("traffic.silent_one", device = device.name.as_str(), why = why)
        })
        .collect();
    let text = match unknown.len().saturating_sub(NAMED) {
        0 => text!("traffic.silent", count = unknown.len(), names = named),
        more => text!("traffic.silent_more", names = named, more = more),
    };
    document.with(Block::Detail { sign: Sign::Question, text })
}
