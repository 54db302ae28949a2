//! `/bw`: what flows through an interface now, its peak and 95th percentile over a span, and the
//! picture. Without an interface: the busiest ones.

use super::{Builtin, no_plan, nothing_to_settle, say, traffic, value};
use crate::chart;
use crate::command::short_interface;
use crate::model::board::{Interface, Seen};
use crate::model::{
    Arg, Block, Curve, Device, Document, Ending, Facts, Mark, Marked, Metric, Picture, Point, Resolved,
    Series, Sign, TaskResult, Text, Timestamp, Unit, Value, Wanted,
};
use crate::store::{StoreError, Work};
use std::time::Duration;

const USUAL: Duration = Duration::from_secs(6 * 3_600);
const LEAST: Duration = Duration::from_secs(60);
const MOST: Duration = Duration::from_secs(2 * 366 * 86_400);
/// One router's, and several routers'.
const BUSIEST: usize = 5;
const BUSIEST_OF_MANY: usize = 10;
/// More marks than this would hide the curve.
const MARKS: usize = 60;

pub const BW: Builtin = Builtin {
    name: "bw",
    title: |_| text!("bw.title"),
    plan: no_plan,
    wants,
    settle: nothing_to_settle,
    answer,
};

/// One interface of one router.
struct Port<'a> {
    device: &'a Device,
    name: &'a str,
    seen: Option<(&'a Seen<Vec<Interface>>, &'a Interface)>,
}

fn port<'a>(resolved: &'a Resolved, facts: &'a Facts) -> Option<Port<'a>> {
    let [device] = resolved.devices.as_slice() else { return None };
    let name = resolved.word("interface")?;
    let seen = facts.board.of(device.id).and_then(|vitals| vitals.interfaces.as_ref());
    let seen = seen.and_then(|seen| Some((seen, seen.value.iter().find(|known| known.name == name)?)));
    Some(Port { device, name, seen })
}

fn span(resolved: &Resolved) -> Duration {
    match resolved.values.get("span") {
        Some(Value::Span(span)) => *span,
        _ => USUAL,
    }
}

fn wants(resolved: &Resolved, facts: &Facts) -> Wanted {
    let (now, span) = (facts.now.wall, span(resolved).clamp(LEAST, MOST));
    match port(resolved, facts) {
        Some(port) => Wanted { series: series(&port).to_vec(), from: now.minus(span), to: now },
        None => Wanted::nothing(now),
    }
}

/// Received, sent.
fn series(port: &Port<'_>) -> [Series; 2] {
    [Metric::In, Metric::Out].map(|metric| Series {
        device: port.device.id,
        metric,
        object: port.name.to_owned(),
    })
}

fn answer(
    resolved: &Resolved,
    facts: &Facts,
    _: &[TaskResult],
    work: &mut Work,
) -> Result<Document, StoreError> {
    let span = span(resolved);
    if !(LEAST..=MOST).contains(&span) {
        return Ok(Document::line(Sign::Question, text!("bw.bad_span"), Ending::Badly));
    }
    match port(resolved, facts) {
        Some(port) => one(&port, span, facts, work),
        None => {
            let most = if resolved.devices.len() == 1 { BUSIEST } else { BUSIEST_OF_MANY };
            Ok(traffic::busiest(resolved, resolved.word("interface"), most, facts))
        }
    }
}

fn one(port: &Port<'_>, span: Duration, facts: &Facts, work: &mut Work) -> Result<Document, StoreError> {
    let (sign, verdict) = verdict(port, facts);
    let mut document = Document::line(sign, verdict, Ending::Well);
    for why in reasons(port) {
        document = document.with(Block::Detail { sign: Sign::Question, text: why });
    }
    let [received, sent] = series(port).map(|series| points(&series, facts));
    let known = !received.is_empty() || !sent.is_empty();
    if let Some(text) = billed(received, sent) {
        document = document.with_detail(text);
    }
    if !known && port.seen.is_none() {
        return Ok(document);
    }
    if !known {
        let document = document.with_detail(text!("bw.no_history", span = span));
        return Ok(wider(document, port, span, facts));
    }
    let picture = picture(port, span, facts, work)?;
    if let Some(until) = picture.simulated_until {
        document = document.with_detail(text!("bw.simulated", until = until));
    }
    Ok(wider(document.with(Block::Picture(picture)), port, span, facts))
}

/// The next longer span, one press away.
fn wider(document: Document, port: &Port<'_>, span: Duration, facts: &Facts) -> Document {
    let spans = [("6h", 6), ("24h", 24), ("7d", 7 * 24), ("30d", 30 * 24), ("365d", 365 * 24)];
    let longer = spans.iter().filter(|(_, hours)| Duration::from_secs(hours * 3_600) > span).take(2);
    longer.fold(document, |document, (typed, _)| {
        let line = format!("/bw {} {} {typed}", port.device.name, short_interface(port.name));
        document.with_button(say::looking(facts, typed, Text::verbatim(*typed), line))
    })
}

/// `R1 Gi1 "to ISP-A": in 412 Mb/s (41 %), out 96 Mb/s (10 %) of 1 Gb/s`
fn verdict(port: &Port<'_>, facts: &Facts) -> (Sign, Text) {
    let (device, name) = (port.device.name.as_str(), short_interface(port.name));
    let Some((seen, interface)) = port.seen else {
        let why = match facts.board.of(port.device.id).is_some_and(|vitals| vitals.interfaces.is_some()) {
            true => text!("bw.not_there"),
            false => traffic::why_silent(port.device, None, facts),
        };
        return (Sign::Question, text!("bw.not_known", device = device, interface = name, why = why));
    };
    let place = match interface.description.trim() {
        "" => text!("bw.place", device = device, interface = name),
        words => text!("bw.place_described", device = device, interface = name, description = words),
    };
    if !interface.enabled {
        return (Sign::Quiet, text!("bw.shut", place = place));
    }
    if !interface.up {
        return (
            Sign::Warning,
            match interface.last_change {
                Some(at) => text!("bw.down_since", place = place, since = at),
                None => text!("bw.down", place = place),
            },
        );
    }
    if let (Some(received), Some(sent)) = (value::missing(interface.received), value::missing(interface.sent))
        && received == sent
    {
        return (Sign::Question, text!("bw.unknown", place = place, why = received));
    }
    (Sign::None, text!("bw.now", place = place, flow = traffic::flow(interface, seen, facts)))
}

/// Why a rate is unknown, where the verdict does not say it for both.
fn reasons(port: &Port<'_>) -> Vec<Text> {
    let Some((_, interface)) = port.seen.filter(|(_, interface)| interface.up) else { return Vec::new() };
    match (value::missing(interface.received), value::missing(interface.sent)) {
        // The verdict says it.
        (Some(received), Some(sent)) if received == sent => Vec::new(),
        (received, sent) => {
            let received = received.map(|why| text!("bw.unknown_in", why = why));
            received.into_iter().chain(sent.map(|why| text!("bw.unknown_out", why = why))).collect()
        }
    }
}

fn points<'a>(series: &Series, facts: &'a Facts) -> &'a [Point] {
    facts.tracks.iter().find(|track| track.series == *series).map_or(&[], |track| track.points.as_slice())
}

/// What providers bill by. The peaks stand in the picture, and beside the curves of a terminal.
fn billed(received: &[Point], sent: &[Point]) -> Option<Text> {
    let of = |points| chart::percentile(points, 95.0).map(Arg::Rate);
    Some(match (of(received), of(sent)) {
        (Some(received), Some(sent)) => text!("bw.percentile", received = received, sent = sent),
        (Some(received), None) => text!("bw.percentile_in", received = received),
        (None, Some(sent)) => text!("bw.percentile_out", sent = sent),
        (None, None) => return None,
    })
}

fn picture(port: &Port<'_>, span: Duration, facts: &Facts, work: &mut Work) -> Result<Picture, StoreError> {
    let (now, short) = (facts.now.wall, short_interface(port.name));
    let from = now.minus(span);
    let description = port.seen.map_or("", |(_, interface)| interface.description.trim());
    let plain = |c: char| if c.is_ascii_alphanumeric() { c } else { '-' };
    let [received, sent] = series(port);
    Ok(Picture {
        title: Text::verbatim(format!("{} {short} {description}", port.device.name).trim_end()),
        name: format!("{}-{short}", port.device.name).chars().map(plain).collect(),
        curves: vec![
            Curve { series: received, label: text!("bw.in") },
            Curve { series: sent, label: text!("bw.out") },
        ],
        from,
        to: now,
        unit: Unit::BitsPerSecond,
        capacity: port.seen.and_then(|(_, interface)| interface.speed).map(|speed| speed as f64),
        marks: marks(port.device, from, facts, work)?,
        simulated_until: facts.simulated_until.filter(|until| *until > from),
    })
}

/// Backups as far as versions tell, and the last boot by our clock.
fn marks(device: &Device, from: Timestamp, facts: &Facts, work: &mut Work) -> Result<Vec<Mark>, StoreError> {
    let within = |at: &Timestamp| (from..=facts.now.wall).contains(at);
    let versions = work.versions(device.id, MARKS)?;
    let mut taken: Vec<Timestamp> =
        versions.iter().flat_map(|version| [version.taken_at, version.last_seen_at]).filter(within).collect();
    taken.sort();
    taken.dedup();
    let system = facts.board.of(device.id).and_then(|vitals| vitals.system.as_ref()).map(|seen| &seen.value);
    let boot = system.and_then(|system| {
        let off = system.clock_off.unwrap_or(0).saturating_mul(1_000);
        Some(Timestamp(system.boot_time?.0.saturating_sub(off)))
    });
    let reboots = boot.into_iter().filter(within).map(|at| Mark { at, what: Marked::Reboot });
    let backups = taken.into_iter().map(|at| Mark { at, what: Marked::Backup });
    let mut marks: Vec<Mark> = backups.chain(reboots).collect();
    marks.sort_by_key(|mark| mark.at);
    Ok(marks)
}
