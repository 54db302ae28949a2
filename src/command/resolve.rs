//! A typed line becomes a command with devices and values, or a question, or a sentence that says
//! what is wrong. Nothing is guessed for a command that changes something.

use super::catalog::Catalog;
use super::lines::filled;
use super::named::{named, only_looks, spoken};
use super::parse::{Line, parse};
use super::split::{Misfit, Piece, split};
use super::when::Clock;
use super::{devices, lack, port, value};
use crate::model::danger::{danger, prints_configuration};
use crate::model::invocation::{Choice, Offer};
use crate::model::{
    ArgKind, ArgSpec, Command, Device, Facts, Failure, Invocation, Kind, Resolved, Risk, Role, Run, Text,
    Value,
};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Why there is no command to run. Nothing was done.
#[derive(Clone, Debug, PartialEq)]
pub enum Unresolved {
    Choose(Choice),
    Refused(Failure),
}

impl From<Failure> for Unresolved {
    fn from(failure: Failure) -> Self {
        Unresolved::Refused(failure)
    }
}

impl From<Text> for Unresolved {
    fn from(text: Text) -> Self {
        Unresolved::Refused(Failure::new(Kind::Input, text))
    }
}

pub fn resolve(catalog: &Catalog, invocation: Invocation, facts: &Facts) -> Result<Resolved, Unresolved> {
    let line = parse(&invocation.line)?;
    let (command, from) = named(catalog, &line, facts)?;
    let pieces = match split(&command, &line, from) {
        Ok(pieces) => pieces,
        Err(misfit) => return Err(misfitting(misfit, &command, &line, invocation, facts)),
    };
    let may = |device: &Device| may(&command, &invocation, device, facts);
    let devices = match command.target() {
        Some(arg) => match pieces.get(&arg.name) {
            Some(piece) => devices::selected(&command, arg, piece, &line, &facts.inventory, may)?,
            None => Vec::new(),
        },
        None => Vec::new(),
    };
    // What a router has is nobody's who may not ask it: the refusal comes after this.
    let known: &[Device] = if devices.iter().all(may) { &devices } else { &[] };
    let values = values(&command, &pieces, &line, known, facts)?;
    checked(command, invocation, devices, values)
}

fn clock(facts: &Facts) -> Clock {
    let zone = facts.asker.as_ref().map_or(chrono_tz::Tz::UTC, |person| person.time_zone);
    Clock { now: facts.now.wall, zone }
}

fn values(
    command: &Command,
    pieces: &BTreeMap<String, Piece>,
    line: &Line,
    devices: &[Device],
    facts: &Facts,
) -> Result<BTreeMap<String, Value>, Unresolved> {
    let mut values = BTreeMap::new();
    for arg in &command.args {
        let Some(piece) = pieces.get(&arg.name) else { continue };
        let known = match arg.kind {
            ArgKind::Interface => port::selected(command, piece, line, devices, facts)?,
            _ => None,
        };
        let value = match known {
            Some(known) => Some(known),
            None => value::read(arg, piece, clock(facts))?,
        };
        if let Some(value) = value {
            values.insert(arg.name.clone(), value);
        }
    }
    Ok(values)
}

/// Permission, role and risk, as the values ask for them.
fn checked(
    command: Arc<Command>,
    invocation: Invocation,
    devices: Vec<Device>,
    values: BTreeMap<String, Value>,
) -> Result<Resolved, Unresolved> {
    let risk = match &command.run {
        Run::Builtin(_) => command.risk,
        Run::Ssh(_) => lines_risk(&command, &devices, &values)?,
    };
    let private = values.values().any(|value| match value {
        Value::Show(show) => prints_configuration(&show.line),
        Value::Word(_)
        | Value::Number(_)
        | Value::Ipv4(_)
        | Value::Span(_)
        | Value::When(_)
        | Value::Interface(_)
        | Value::Job(_) => false,
    }) || devices.iter().any(|device| lines_are_private(&command, &values, device));
    let (permission, role) = match private {
        true => (format!("{}.config", command.permission()), command.role.max(Role::Operator)),
        false => (command.permission(), command.role),
    };
    let on_devices = command.target().is_some();
    let takes_back = false;
    Ok(Resolved { permission, role, risk, takes_back, on_devices, devices, values, invocation, command })
}

fn lines_are_private(command: &Command, values: &BTreeMap<String, Value>, device: &Device) -> bool {
    filled(command, values, &device.platform)
        .unwrap_or_default()
        .iter()
        .any(|line| prints_configuration(line))
}

/// Invariant 12: what the lines do with these very values is never more than the file says. Where the file says more, its
/// author knows something that the line does not show, and is believed.
fn lines_risk(
    command: &Command,
    devices: &[Device],
    values: &BTreeMap<String, Value>,
) -> Result<Risk, Unresolved> {
    let lines = devices.iter().filter_map(|device| filled(command, values, &device.platform)).flatten();
    for line in lines {
        if danger(&line) > command.risk {
            return Err(text!("command.too_dangerous", line = line, command = &command.name).into());
        }
    }
    Ok(command.risk)
}

fn misfitting(
    misfit: Misfit,
    command: &Arc<Command>,
    line: &Line,
    invocation: Invocation,
    facts: &Facts,
) -> Unresolved {
    match misfit {
        Misfit::Extra(word) => match join(command, line, facts) {
            Some(choice) => Unresolved::Choose(choice),
            None => text!("command.too_many_words", word = word, usage = command.usage()).into(),
        },
        Misfit::Missing(arg) => missing(&arg, command, line, invocation, facts),
    }
}

fn missing(
    arg: &ArgSpec,
    command: &Arc<Command>,
    line: &Line,
    invocation: Invocation,
    facts: &Facts,
) -> Unresolved {
    match &arg.kind {
        ArgKind::Selector | ArgKind::Device => {
            let may = |device: &Device| may(command, &invocation, device, facts);
            devices::which(command, line, facts, may)
        }
        ArgKind::Choice(choices) => Unresolved::Choose(Choice {
            question: text!("command.which_choice", command = spoken(command)),
            options: choices.iter().map(|choice| continued(line, choice)).collect(),
            shortcut: command.examples.first().cloned(),
            closed: false,
        }),
        ArgKind::Interface
        | ArgKind::Ipv4
        | ArgKind::Word
        | ArgKind::Number
        | ArgKind::Job
        | ArgKind::Duration
        | ArgKind::When
        | ArgKind::Rest
        | ArgKind::Show => {
            let may = |device: &Device| may(command, &invocation, device, facts);
            let asked = lack::which(arg, command, line, facts, clock(facts), may);
            asked.unwrap_or_else(|| in_words(arg, command))
        }
    }
}

fn in_words(arg: &ArgSpec, command: &Command) -> Unresolved {
    let name = if arg.about.is_empty() { &arg.name } else { &arg.about };
    let example = command.examples.first().map_or_else(|| command.usage(), Clone::clone);
    text!("command.missing", command = spoken(command), name = name, example = example).into()
}

fn continued(line: &Line, word: &str) -> Offer {
    Offer { label: Text::verbatim(word), line: format!("{} {word}", line.text) }
}

/// Whether the rules let this person run the command on that device: who may not is not shown it.
fn may(command: &Arc<Command>, invocation: &Invocation, device: &Device, facts: &Facts) -> bool {
    let Some(person) = &facts.asker else { return false };
    let trial = Resolved {
        command: Arc::clone(command),
        invocation: invocation.clone(),
        permission: command.permission(),
        role: command.role,
        risk: command.risk,
        takes_back: false,
        on_devices: true,
        devices: vec![device.clone()],
        values: BTreeMap::new(),
    };
    facts.policy.allows(person, &facts.place, &trial).is_ok()
}

/// `/backup R1 R2`: routers are joined by commas. Offered where nothing else can be meant.
fn join(command: &Command, line: &Line, facts: &Facts) -> Option<Choice> {
    let [arg] = command.args.as_slice() else { return None };
    let from = 1 + usize::from(command.action.is_some() && !command.default_action);
    let words = line.words.get(from..)?;
    let known = words.iter().all(|word| facts.inventory.named(&word.text).is_some());
    if arg.kind != ArgKind::Selector || !known {
        return None;
    }
    let names: Vec<&str> = words.iter().map(|word| word.text.as_str()).collect();
    let joined = line.replaced(words.first()?.start, line.text.len(), &names.join(","));
    let question = text!("command.join_by_commas", line = &joined);
    let offer = Offer { label: Text::verbatim(joined.clone()), line: joined };
    let options = if only_looks(command) { vec![offer] } else { Vec::new() };
    Some(Choice { question, options, shortcut: None, closed: true })
}
