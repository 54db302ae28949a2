//! Every interface in one request: whether it is up, what goes through it, how much of its speed that is.
//! Rules see the watched ones (uplinks); rates are kept of every one that is up and no mere convention.
//! An interface that is shut or gone ends what was open about it and never counts as a recovery.

mod kind;
mod wire;

use super::rates::{self, Counted};
use super::{Found, Look, Memory, Pace, Probe};
use crate::model::alert::Closing;
use crate::model::board::{Interface, Seen};
use crate::model::device::InterfaceNote;
use crate::model::metric::Observed;
use crate::model::metric::{Reading, Why};
use crate::model::{Ask, Device, Metric, Timestamp, Vitals};
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;
use wire::{Entry, Model, State};

#[cfg(test)]
pub use kind::{is_logical, is_uplink};

pub const PROBE: Probe = Probe { name: "interfaces", pace: Pace::Often, asks, read };

/// What is kept of a router's interfaces between two looks.
#[derive(Clone, Debug, Default)]
pub struct Kept {
    /// The second model is asked this many times more; zero asks the first.
    ietf_for: u32,
    lacks_ietf: bool,
    counters: BTreeMap<String, Counters>,
    /// Missing in the last answer.
    missing: BTreeSet<String>,
}

#[derive(Clone, Debug, Default)]
struct Counters {
    received: Option<Counted>,
    sent: Option<Counted>,
}

/// A router that lacks the first model is asked the second this often before the first is tried again:
/// it may have been booting, or been upgraded since. An hour at the usual pace.
const IETF_FOR: u32 = 60;

impl Kept {
    fn model(&self) -> Model {
        if self.ietf_for == 0 { Model::Cisco } else { Model::Ietf }
    }

    /// Chooses the model of the next look. "Nothing there" is how a router says that it lacks one; before
    /// 17.2 the first has only a 32-bit counter for what is sent, where the second has a wide one.
    fn answered(&mut self, something: bool, narrow: bool) {
        self.ietf_for = match (self.model(), something) {
            (Model::Cisco, true) if narrow && !self.lacks_ietf => IETF_FOR,
            (Model::Cisco, true) => 0,
            (Model::Cisco, false) => IETF_FOR,
            (Model::Ietf, true) => self.ietf_for.saturating_sub(1),
            (Model::Ietf, false) => {
                self.lacks_ietf = true;
                0
            }
        };
    }
}

fn asks(_: &Device, memory: &Memory) -> Vec<Ask> {
    vec![memory.interfaces.model().ask()]
}

fn read(look: &Look<'_>, memory: &mut Memory, vitals: &mut Vitals) -> Found {
    let mut found = Found::default();
    let Some(json) = look.json(0) else { return found };
    let model = memory.interfaces.model();
    let entries = json.body.as_deref().and_then(|body| model.entries(body));
    let narrow = entries.iter().flatten().any(|entry| entry.is_too_narrow());
    memory.interfaces.answered(json.body.is_some(), narrow);
    let Some(entries) = entries else { return found };
    let mut reading = Reader {
        look,
        at: look.answered(json),
        monotonic: look.at.monotonic.saturating_add(json.answered),
        boot: memory.boot_time,
        kept: &mut memory.interfaces,
        before: vitals.interfaces.take().map(|seen| seen.value).unwrap_or_default(),
        found: &mut found,
    };
    let value = reading.all(&entries);
    vitals.interfaces = Some(Seen { at: look.answered(json), value });
    found
}

/// One answer on its way to be values.
struct Reader<'a> {
    look: &'a Look<'a>,
    at: Timestamp,
    monotonic: Duration,
    boot: Option<Timestamp>,
    kept: &'a mut Kept,
    before: Vec<Interface>,
    found: &'a mut Found,
}

impl Reader<'_> {
    fn all(&mut self, entries: &[Entry<'_>]) -> Vec<Interface> {
        let before = std::mem::take(&mut self.before);
        let mut last: BTreeMap<&str, &Interface> = before.iter().map(|i| (i.name.as_str(), i)).collect();
        let mut seen = BTreeSet::new();
        let mut interfaces = Vec::with_capacity(entries.len());
        for entry in entries.iter().filter(|entry| seen.insert(entry.name())) {
            interfaces.push(self.one(entry, last.remove(entry.name())));
        }
        self.kept.missing.retain(|name| !seen.contains(name.as_str()));
        for gone in last.into_values() {
            interfaces.extend(self.missing(gone));
        }
        interfaces
    }

    fn one(&mut self, entry: &Entry<'_>, before: Option<&Interface>) -> Interface {
        let note = self.look.device.interfaces.iter().find(|note| note.name == entry.name());
        let mut interface = interface(entry, note, before);
        (interface.received, interface.sent) = self.rates(entry, interface.speed);
        let counts = !interface.logical || note.is_some();
        if interface.up && counts {
            self.found.keep(self.look, self.at, Metric::In, entry.name(), interface.received);
            self.found.keep(self.look, self.at, Metric::Out, entry.name(), interface.sent);
        }
        match (interface.watched, interface.enabled) {
            (true, true) => self.watched(&interface, entry),
            (true, false) => self.end(&interface, Closing::Shut),
            // Somebody took it off the list: the rules do not speak of it any more.
            (false, _) if before.is_some_and(|before| before.watched) => {
                self.end(&interface, Closing::RuleGone);
            }
            (false, _) => {}
        }
        interface
    }

    fn rates(&mut self, entry: &Entry<'_>, speed: Option<u64>) -> (Reading, Reading) {
        if !self.kept.counters.contains_key(entry.name()) {
            self.kept.counters.insert(entry.name().to_owned(), Counters::default());
        }
        let unknown = Reading::Unknown(Why::NotReported);
        let Some(counters) = self.kept.counters.get_mut(entry.name()) else { return (unknown, unknown) };
        let (at, boot, discontinuity) = (self.monotonic, self.boot, entry.discontinuity);
        let rate = |slot: &mut Option<Counted>, octets: Option<rates::Octets>| match octets {
            Some(octets) => {
                rates::next(slot, Counted { at, octets, speed, boot, discontinuity }, self.look.period)
            }
            None => unknown,
        };
        (rate(&mut counters.received, entry.received), rate(&mut counters.sent, entry.sent))
    }

    fn watched(&mut self, interface: &Interface, entry: &Entry<'_>) {
        let link = match (entry.oper, entry.admin) {
            (Some(State::Up), _) => Reading::Known(0.0),
            (Some(State::Down), Some(State::Up)) => Reading::Known(1.0),
            // Nobody says whether it should be up.
            (Some(State::Down), Some(State::Down) | None) | (None, _) => Reading::Unknown(Why::NotReported),
        };
        self.observe(interface, link, interface.received, interface.sent);
    }

    fn end(&mut self, interface: &Interface, why: Closing) {
        let ended = Reading::Ended(why);
        self.observe(interface, ended, ended, ended);
    }

    /// `received` and `sent` in bits per second; they are kept as samples elsewhere.
    fn observe(&mut self, interface: &Interface, link: Reading, received: Reading, sent: Reading) {
        let name = &interface.name;
        self.found.note(self.look, self.at, Metric::Link, name, link);
        for (metric, way, rate) in [(Metric::In, "in", received), (Metric::Out, "out", sent)] {
            self.found.observed.push(Observed { metric, object: name.clone(), reading: rate });
            let share = share(rate, interface.speed);
            self.found.note(self.look, self.at, Metric::Utilisation, &format!("{name} {way}"), share);
        }
    }

    /// Missing once may be a line card that boots; missing twice is gone.
    fn missing(&mut self, before: &Interface) -> Option<Interface> {
        if !self.kept.missing.remove(&before.name) {
            self.kept.missing.insert(before.name.clone());
            let unknown = Reading::Unknown(Why::NotReported);
            if before.watched && before.enabled {
                self.observe(before, unknown, unknown, unknown);
            }
            return Some(Interface { up: false, received: unknown, sent: unknown, ..before.clone() });
        }
        self.kept.counters.remove(&before.name);
        if before.watched {
            self.end(before, Closing::Gone);
        }
        None
    }
}

/// What the router says, under what the inventory says.
fn interface(entry: &Entry<'_>, note: Option<&InterfaceNote>, before: Option<&Interface>) -> Interface {
    let told = entry.description().or_else(|| before.map(|before| before.description.as_str()));
    let description = note.and_then(|note| note.description.as_deref()).or(told).unwrap_or_default();
    let logical = kind::is_logical(entry.name(), entry.kind());
    let own = note.and_then(|note| note.speed).filter(|speed| *speed > 0);
    let uplink = (!logical || note.is_some()) && kind::is_uplink(description);
    Interface {
        name: entry.name().to_owned(),
        description: description.to_owned(),
        enabled: entry.admin != Some(State::Down),
        up: entry.oper == Some(State::Up),
        watched: note.and_then(|note| note.uplink).unwrap_or(uplink),
        logical,
        speed: own.or(entry.speed.filter(|_| !logical)),
        received: Reading::Unknown(Why::First),
        sent: Reading::Unknown(Why::First),
        last_change: entry.last_change,
    }
}

/// Percent of the speed, capped: a little above it is the router's two clocks, not a miracle.
fn share(rate: Reading, speed: Option<u64>) -> Reading {
    match (rate, speed) {
        (Reading::Known(_), None) => Reading::Unknown(Why::NoSpeed),
        (Reading::Known(rate), Some(speed)) => Reading::Known((rate / speed as f64 * 100.0).min(100.0)),
        (Reading::Unknown(_) | Reading::Ended(_), _) => rate,
    }
}
