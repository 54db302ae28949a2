//! `/top`: the ten routers with the highest CPU or memory, or the ten busiest interfaces.

use super::{Builtin, no_plan, nothing_to_settle, nothing_wanted, traffic, value};
use crate::model::board::Seen;
use crate::model::{
    Arg, Block, Device, Document, Ending, Facts, Resolved, Sign, Table, TaskResult, Text, Vitals,
};
use crate::store::{StoreError, Work};
use std::time::Duration;

const MOST: usize = 10;

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
    let old = |seen: &Seen<f64>| value::is_old(seen.at, period, facts.now.wall);
    let fresh = |device: &Device| value(device).filter(|seen| !old(seen)).map(|seen| seen.value);
    let mut known: Vec<(&Device, f64)> =
        resolved.devices.iter().filter_map(|device| Some((device, fresh(device)?))).collect();
    known.sort_by(|(_, a), (_, b)| b.total_cmp(a));
    let silent: Vec<(&Device, Text)> = resolved
        .devices
        .iter()
        .filter(|device| fresh(device).is_none())
        .map(|device| (device, traffic::why_silent(device, value(device).map(|seen| seen.at), facts)))
        .collect();
    let document = match known.first() {
        Some(first) => table(&known, first, &what),
        None => Document::line(Sign::Question, text!("top.nothing", what = what), Ending::Well),
    };
    match traffic::unranked(&silent) {
        Some(text) => document.with(Block::Detail { sign: Sign::Question, text }),
        None => document,
    }
}

fn table(known: &[(&Device, f64)], (first, most): &(&Device, f64), what: &Text) -> Document {
    let percent = |value: f64| text!("status.percent", value = Arg::Percent(value));
    let verdict =
        text!("top.verdict", what = what.clone(), device = first.name.as_str(), value = percent(*most));
    let rows = known.iter().take(MOST).map(|(device, value)| {
        vec![Text::verbatim(device.name.as_str()), percent(*value), Text::verbatim(device.site.as_str())]
    });
    let head = vec![text!("top.head_router"), what.clone(), text!("top.head_site")];
    Document::line(Sign::None, verdict, Ending::Well).with(Block::Table(Table { head, rows: rows.collect() }))
}
