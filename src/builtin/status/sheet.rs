//! All that was last seen of one router.

use super::standing::{ALERTS, Grade, Standing, uptime};
use super::unsaved;
use crate::builtin::device::field;
use crate::builtin::{held, incident, say, value};
use crate::command::short_interface;
use crate::model::board::{Interface, MemoryStatus, Seen};
use crate::model::{Arg, Block, Document, Ending, Facts, Reach, Sign, Text, Vitals};
use crate::store::{StoreError, Work};

/// Interfaces that are told by name.
const BUSIEST: usize = 3;
const DOWN: usize = 8;
/// A clock that is off by less is not worth a line.
const CLOCK_OFF: i64 = 5;

pub fn sheet(standing: &Standing<'_>, facts: &Facts, work: &mut Work) -> Result<Document, StoreError> {
    let mut document = Document::line(standing.grade.sign(), verdict(standing, facts), Ending::Well);
    // The first ones stand in the verdict.
    for alert in standing.alerts.iter().skip(ALERTS) {
        let (sign, text) = (incident::sign(alert.severity), incident::line(alert, facts));
        document = document.with(Block::Detail { sign, text });
    }
    let name = standing.device.name.as_str();
    document = held::with_held(document, std::slice::from_ref(standing.device), facts, work)?;
    match standing.vitals {
        None if standing.device.monitored => {
            document = document.with_detail(text!("status.first_values", soon = facts.periods.often));
        }
        None => {}
        Some(vitals) => document = seen(document, standing, vitals, facts, work)?,
    }
    if !standing.device.monitored {
        document = document.with_detail(text!("status.watch_hint", device = name));
    }
    document = document.with_detail(match work.latest(standing.device.id)? {
        Some(version) => {
            field(text!("status.backup"), text!("status.ago", age = Arg::Ago(version.last_seen_at)))
        }
        None => field(text!("status.backup"), text!("device.never")),
    });
    Ok(document
        .with_button(say::looking(facts, "traffic", text!("status.traffic"), format!("/bw {name}")))
        .with_button(say::looking(facts, "log", text!("status.log"), format!("/logs {name}"))))
}

/// `R1 is well`, or what is wrong.
fn verdict(standing: &Standing<'_>, facts: &Facts) -> Text {
    let name = standing.device.name.as_str();
    match standing.grade {
        Grade::Well => text!("status.one_well", device = name),
        Grade::Unsaved => text!("status.one_unsaved", device = name),
        Grade::Down
        | Grade::Refused
        | Grade::Critical
        | Grade::Warning
        | Grade::NoRestconf
        | Grade::Stale
        | Grade::Rebooting
        | Grade::Unseen
        | Grade::Never
        | Grade::Unwatched => text!("status.one", device = name, what = standing.headline(facts)),
    }
}

fn seen(
    mut document: Document,
    standing: &Standing<'_>,
    vitals: &Vitals,
    facts: &Facts,
    work: &mut Work,
) -> Result<Document, StoreError> {
    let (now, periods) = (facts.now.wall, facts.periods);
    document = document.with_detail(reach(vitals));
    if matches!(vitals.reach, Reach::Down(_)) {
        document = document.with_detail(text!("reach.advice", device = standing.device.name.as_str()));
    }
    let percent = |seen: &Seen<f64>| text!("status.percent", value = Arg::Percent(seen.value));
    let cpu = vitals.cpu.as_ref().map(|seen| value::aged(percent(seen), seen, periods.often, now));
    let memory = vitals.memory.as_ref().map(|seen| value::aged(percent(seen), seen, periods.seldom, now));
    document = document
        .with_detail(field(text!("status.field_cpu"), cpu.unwrap_or_else(|| text!("status.not_known"))))
        .with_detail(field(
            text!("status.field_memory"),
            memory.unwrap_or_else(|| text!("status.not_known")),
        ));
    if let Some(text) = vitals.memory_status.as_ref().and_then(|seen| memory_status(seen.value)) {
        document = document.with(Block::Detail { sign: Sign::Warning, text });
    }
    document = system(document, standing, vitals, facts, work)?;
    Ok(match &vitals.interfaces {
        Some(seen) => interfaces(document, seen, facts),
        None => document.with_detail(field(text!("status.field_busiest"), text!("status.not_known"))),
    })
}

fn reach(vitals: &Vitals) -> Text {
    let last = match (vitals.answered_at, vitals.took) {
        (Some(at), Some(took)) => text!("status.answered_in", age = Arg::Ago(at), took = took),
        (Some(at), None) => text!("status.ago", age = Arg::Ago(at)),
        (None, _) => text!("device.never"),
    };
    let answered = field(text!("status.field_answered"), last);
    match &vitals.reach {
        Reach::Unknown | Reach::Up => answered,
        Reach::NoRestconf(why) | Reach::Refused(why) | Reach::Down(why) => {
            text!("value.dotted", first = why.clone(), next = answered)
        }
    }
}

fn memory_status(status: MemoryStatus) -> Option<Text> {
    match status {
        MemoryStatus::Healthy => None,
        MemoryStatus::Warning => Some(text!("incident.memory_warning")),
        MemoryStatus::Critical => Some(text!("incident.memory_critical")),
    }
}

fn system(
    mut document: Document,
    standing: &Standing<'_>,
    vitals: &Vitals,
    facts: &Facts,
    work: &mut Work,
) -> Result<Document, StoreError> {
    let Some(seen) = &vitals.system else {
        return Ok(document.with_detail(field(text!("status.field_up"), text!("status.not_known"))));
    };
    let system = &seen.value;
    if let Some(up) = uptime(vitals, facts) {
        let up = match (&system.reload_reason, system.crashed) {
            (Some(reason), true) => text!("status.up_crashed", span = up, reason = reason),
            (Some(reason), false) => text!("status.up_because", span = up, reason = reason),
            (None, _) => text!("status.span", span = up),
        };
        let up = value::aged(up, seen, facts.periods.seldom, facts.now.wall);
        document = document.with_detail(field(text!("status.field_up"), up));
    }
    if let Some(version) = &system.version {
        document = document.with_detail(field(text!("status.field_version"), version));
    }
    document = match system.unsaved {
        Some(true) => {
            document.with(Block::Detail { sign: Sign::Edited, text: unsaved::text(standing, work)? })
        }
        Some(false) => document.with_detail(text!("status.saved")),
        None => document.with_detail(text!("status.saved_unknown")),
    };
    Ok(match system.clock_off {
        Some(off) if off.abs() > CLOCK_OFF => {
            let span = std::time::Duration::from_secs(off.unsigned_abs());
            document.with(Block::Detail {
                sign: Sign::Warning,
                text: match off > 0 {
                    true => text!("status.clock_ahead", span = span),
                    false => text!("status.clock_behind", span = span),
                },
            })
        }
        Some(_) | None => document,
    })
}

/// The busiest with their rates, and those that should be up and are not.
fn interfaces(mut document: Document, seen: &Seen<Vec<Interface>>, facts: &Facts) -> Document {
    let up = seen.value.iter().filter(|interface| interface.up);
    let mut busy: Vec<(f64, &Interface)> =
        up.filter_map(|interface| Some((interface.busy()?, interface))).collect();
    busy.sort_by(|(a, _), (b, _)| b.total_cmp(a));
    for (_, interface) in busy.into_iter().take(BUSIEST) {
        let flow = text!(
            "status.flow",
            received = value::rate(interface.received, interface.speed),
            sent = value::rate(interface.sent, interface.speed)
        );
        let flow = value::aged(flow, seen, facts.periods.often, facts.now.wall);
        document = document.with_detail(field(Text::verbatim(short_interface(&interface.name)), flow));
    }
    let down: Vec<&Interface> = seen
        .value
        .iter()
        .filter(|interface| interface.watched && interface.enabled && !interface.up)
        .collect();
    for interface in down.iter().take(DOWN) {
        let name = short_interface(&interface.name);
        let text = match interface.last_change {
            Some(at) => text!("status.link_down_since", interface = name, since = at),
            None => text!("status.link_down", interface = name),
        };
        document = document.with(Block::Detail { sign: Sign::Warning, text });
    }
    let up = seen.value.iter().filter(|interface| interface.up).count();
    document.with_detail(text!("status.links_up", up = up, count = seen.value.len()))
}
