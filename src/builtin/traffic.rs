//! Which interfaces carry most, over one or more routers: a table for a phone. Nothing unknown is
//! ranked; why it is unknown is said instead.

use super::{say, value};
use crate::command::short_interface;
use crate::model::board::{Interface, Seen};
use crate::model::{
    Arg, Block, Device, Document, Ending, Facts, Reach, Resolved, Sign, Table, Text, Timestamp,
};

/// Buttons that lead to one interface.
const OFFERS: usize = 3;
/// Routers that are named for one reason.
const NAMED: usize = 6;

struct Line<'a> {
    device: &'a Device,
    seen: &'a Seen<Vec<Interface>>,
    interface: &'a Interface,
}

/// The busiest by share of the speed; those without a speed follow by their rates.
pub fn busiest(resolved: &Resolved, only: Option<&str>, most: usize, facts: &Facts) -> Document {
    let several = resolved.devices.len() > 1;
    let mut lines: Vec<Line<'_>> = resolved
        .devices
        .iter()
        .filter(|device| !several || old(device, facts).is_none())
        .flat_map(|device| lines(device, facts))
        .collect();
    let known = lines.len();
    lines.retain(|line| only.is_none_or(|name| line.interface.name.eq_ignore_ascii_case(name)));
    // A loopback without a speed of its own is busy with nothing; who names it sees it.
    lines.retain(|line| only.is_some() || !line.interface.logical || line.interface.speed.is_some());
    lines.retain(|line| value::both(line.interface).is_some());
    let key = |line: &Line<'_>| {
        (line.interface.busy().unwrap_or(-1.0), value::both(line.interface).unwrap_or_default())
    };
    lines.sort_by(|a, b| {
        let (a, b) = (key(a), key(b));
        b.0.total_cmp(&a.0).then(b.1.total_cmp(&a.1))
    });
    let Some(first) = lines.first() else { return nothing(resolved, facts, known) };
    let mut document = Document::line(Sign::None, verdict(first, several, facts), Ending::Well);
    let rows = lines.iter().take(most).map(|line| row(line, several)).collect();
    document = document.with(Block::Table(Table { head: head(), rows }));
    if let Some(text) = silent(resolved, facts) {
        document = document.with(Block::Detail { sign: Sign::Question, text });
    }
    lines.iter().take(OFFERS).enumerate().fold(document, |document, (at, line)| {
        let name = short_interface(&line.interface.name);
        let label = Text::verbatim(label(line, several));
        let typed = format!("/bw {} {name}", line.device.name);
        document.with_button(say::looking(facts, &format!("port{at}"), label, typed))
    })
}

fn lines<'a>(device: &'a Device, facts: &'a Facts) -> Vec<Line<'a>> {
    let seen = facts.board.of(device.id).and_then(|vitals| vitals.interfaces.as_ref());
    let Some(seen) = seen else { return Vec::new() };
    seen.value.iter().map(|interface| Line { device, seen, interface }).collect()
}

/// What flows now, with its age as soon as it is over one period old: "now" should not be older.
pub fn flow(interface: &Interface, seen: &Seen<Vec<Interface>>, facts: &Facts) -> Text {
    let flow = text!(
        "traffic.flow",
        received = value::rate(interface.received, interface.speed),
        sent = value::rate(interface.sent, interface.speed)
    );
    let flow = match interface.speed.filter(|speed| *speed > 0) {
        Some(speed) => text!("traffic.of", flow = flow, speed = Arg::Rate(speed as f64)),
        None => flow,
    };
    match facts.now.wall.since(seen.at) > facts.periods.often {
        true => text!("traffic.ago", flow = flow, age = Arg::Ago(seen.at)),
        false => flow,
    }
}

/// When its interfaces were seen, where that is too long ago to be ranked beside fresh ones.
fn old(device: &Device, facts: &Facts) -> Option<Timestamp> {
    let at = facts.board.of(device.id)?.interfaces.as_ref()?.at;
    value::is_old(at, facts.periods.often, facts.now.wall).then_some(at)
}

/// `Gi1`, or `R1 Gi1` where several routers are meant.
fn label(line: &Line<'_>, several: bool) -> String {
    let name = short_interface(&line.interface.name);
    if several { format!("{} {name}", line.device.name) } else { name }
}

fn verdict(first: &Line<'_>, several: bool, facts: &Facts) -> Text {
    let interface = first.interface;
    let flow = flow(interface, first.seen, facts);
    match several {
        true => text!("traffic.busiest", label = label(first, true), flow = flow),
        false => text!(
            "traffic.busiest_of",
            device = first.device.name.as_str(),
            label = label(first, false),
            flow = flow
        ),
    }
}

fn head() -> Vec<Text> {
    vec![
        text!("traffic.head_interface"),
        text!("traffic.head_received"),
        text!("traffic.head_sent"),
        text!("traffic.head_share"),
    ]
}

fn row(line: &Line<'_>, several: bool) -> Vec<Text> {
    let share = match line.interface.busy() {
        Some(share) => text!("status.percent", value = Arg::Percent(share)),
        None => text!("value.none"),
    };
    vec![
        Text::verbatim(label(line, several)),
        value::short_rate(line.interface.received),
        value::short_rate(line.interface.sent),
        share,
    ]
}

/// No rate at all: why, as far as it is known.
fn nothing(resolved: &Resolved, facts: &Facts, interfaces: usize) -> Document {
    let text = match resolved.devices.as_slice() {
        [only] => {
            let interfaces = lines(only, facts);
            let why = interfaces.iter().find_map(|line| value::missing(line.interface.received));
            text!(
                "traffic.nothing",
                device = only.name.as_str(),
                why = why.unwrap_or_else(|| why_silent(only, None, facts))
            )
        }
        several if interfaces == 0 => text!("traffic.nothing_seen", count = several.len()),
        several => text!("traffic.nothing_of", count = several.len()),
    };
    let document = Document::line(Sign::Question, text, Ending::Well);
    match silent(resolved, facts).filter(|_| resolved.devices.len() > 1) {
        Some(text) => document.with_detail(text),
        None => document,
    }
}

/// The routers that brought no interface yet, with the reason.
fn silent(resolved: &Resolved, facts: &Facts) -> Option<Text> {
    let alone = resolved.devices.len() == 1;
    let silent = resolved
        .devices
        .iter()
        .filter(|device| lines(device, facts).is_empty() || (!alone && old(device, facts).is_some()));
    let silent: Vec<(&Device, Text)> =
        silent.map(|device| (device, why_silent(device, old(device, facts), facts))).collect();
    unranked(&silent)
}

/// Those that are in no table, with the reason.
pub fn unranked(silent: &[(&Device, Text)]) -> Option<Text> {
    if silent.is_empty() {
        return None;
    }
    let mut reasons: Vec<(&Text, Vec<&str>)> = Vec::new();
    for (device, why) in silent {
        let name = device.name.as_str();
        match reasons.iter_mut().find(|(known, _)| *known == why) {
            Some((_, names)) => names.push(name),
            None => reasons.push((why, vec![name])),
        }
    }
    let parts = reasons.into_iter().map(|(why, names)| {
        let shown: Vec<&str> = names.iter().copied().take(NAMED).collect();
        match names.len().saturating_sub(NAMED) {
            0 => text!("traffic.silent_some", why = why.clone(), names = shown),
            more => text!("traffic.silent_more", why = why.clone(), names = shown, more = more),
        }
    });
    Some(text!("traffic.silent", parts = value::dotted(parts)?))
}

/// Why nothing was seen of a router, in words that tell what to do.
pub fn why_silent(device: &Device, old: Option<Timestamp>, facts: &Facts) -> Text {
    if !device.monitored {
        return text!("traffic.why_not_monitored");
    }
    match facts.board.of(device.id).map(|vitals| &vitals.reach) {
        None | Some(Reach::Unknown) => text!("traffic.why_never_polled"),
        Some(Reach::Up) => match old {
            Some(at) => text!("traffic.why_old", age = Arg::Ago(at)),
            None => text!("traffic.why_not_yet"),
        },
        Some(Reach::NoRestconf(_)) => text!("traffic.why_no_restconf"),
        Some(Reach::Refused(_)) => text!("traffic.why_refused"),
        Some(Reach::Down(_)) => text!("traffic.why_down"),
    }
}
