//! What a line still lacks, where that has a number: an alert, a silence, a job. Which ones there are is
//! read only then. They are offered; even where there is one only, it is not taken for what was meant.

use super::catalog::Catalog;
use super::named::{named, spoken};
use super::parse::{Line, parse};
use super::resolve::Unresolved;
use super::split::{Misfit, split};
use super::when::Clock;
use crate::model::invocation::{Choice, Offer};
use crate::model::{ArgKind, ArgSpec, Command, Device, Facts, Failure, Kind, Numbered, Run, Text, Writes};
use chrono::{Days, NaiveTime, TimeZone};
use std::time::Duration;

const HOUR: Duration = Duration::from_secs(3_600);
/// When people are back at work, as a silence over the night would end.
const MORNING: Option<NaiveTime> = NaiveTime::from_hms_opt(8, 0, 0);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lack {
    OpenAlert,
    /// One that somebody is on.
    TakenAlert,
    /// Also one that is over, when none is open.
    AnyAlert,
    Silence,
    AnyJob,
    RunningJob,
}

/// What must be read before this line can be asked back well.
pub fn lacking(catalog: &Catalog, typed: &str, facts: &Facts) -> Option<Lack> {
    let line = parse(typed).ok()?;
    let (command, from) = named(catalog, &line, facts).ok()?;
    match split(&command, &line, from) {
        Err(Misfit::Missing(arg)) => lack(&command, &arg),
        Err(Misfit::Extra(_)) | Ok(_) => None,
    }
}

/// The names of the arguments are those of the program's own commands; other files ask in words.
fn lack(command: &Command, arg: &ArgSpec) -> Option<Lack> {
    let Run::Builtin(builtin) = &command.run else { return None };
    let writes = command.writes == Writes::Bot;
    match (builtin.as_str(), &arg.kind, arg.name.as_str()) {
        (_, ArgKind::Job, _) if writes => Some(Lack::RunningJob),
        (_, ArgKind::Job, _) => Some(Lack::AnyJob),
        ("unack", ArgKind::Number, "alert") => Some(Lack::TakenAlert),
        (_, ArgKind::Number, "alert") if !writes => Some(Lack::AnyAlert),
        (_, ArgKind::Number, "alert") | ("silence", ArgKind::Word, "what") => Some(Lack::OpenAlert),
        (_, ArgKind::Number, "silence") => Some(Lack::Silence),
        _ => None,
    }
}

/// The question for what is missing; None where it must be told in words.
pub fn which(
    arg: &ArgSpec,
    command: &Command,
    line: &Line,
    facts: &Facts,
    clock: Clock,
    may: impl Fn(&Device) -> bool,
) -> Option<Unresolved> {
    if arg.kind == ArgKind::Duration {
        let question = text!("command.which_span", command = spoken(command));
        return Some(asked(question, spans(line, clock)));
    }
    let lack = lack(command, arg)?;
    let allowed = |one: &&Numbered| {
        let mut devices = one.devices.iter().filter_map(|id| facts.inventory.device(*id)).peekable();
        devices.peek().is_none() || devices.any(&may)
    };
    let offer =
        |one: &Numbered| Offer { label: one.label.clone(), line: format!("{} {}", line.text, one.number) };
    let options: Vec<Offer> = facts.offered.iter().filter(allowed).map(offer).collect();
    let command_name = spoken(command);
    if options.is_empty() {
        return none(lack, arg, &command_name).map(|text| Failure::new(Kind::Input, text).into());
    }
    let question = match lack {
        Lack::OpenAlert | Lack::TakenAlert | Lack::AnyAlert => {
            text!("command.which_alert", command = command_name)
        }
        Lack::Silence => text!("command.which_silence", command = command_name),
        Lack::AnyJob | Lack::RunningJob => text!("command.which_job", command = command_name),
    };
    Some(asked(question, options))
}

/// The shortcut is the first of them: an example from a file would name what is not there.
fn asked(question: Text, options: Vec<Offer>) -> Unresolved {
    let shortcut = options.first().map(|offer| offer.line.clone());
    Unresolved::Choose(Choice { question, options, shortcut, closed: false })
}

/// Nothing is there to choose. A silence may still be one of routers.
fn none(lack: Lack, arg: &ArgSpec, command: &str) -> Option<Text> {
    Some(match lack {
        Lack::OpenAlert if arg.kind == ArgKind::Word => return None,
        Lack::OpenAlert | Lack::AnyAlert => text!("command.no_alert", command = command),
        Lack::TakenAlert => text!("command.no_taken_alert", command = command),
        Lack::Silence => text!("command.no_silence", command = command),
        Lack::AnyJob => text!("command.no_job", command = command),
        Lack::RunningJob => text!("command.no_running_job", command = command),
    })
}

/// An hour, four, a day, and until people are back in the morning.
fn spans(line: &Line, clock: Clock) -> Vec<Offer> {
    let offer = |label: Text, typed: String| Offer { label, line: format!("{} {typed}", line.text) };
    let plain = [(HOUR, "1h"), (HOUR * 4, "4h"), (HOUR * 24, "1d")];
    let plain = plain.map(|(span, typed)| offer(text!("command.span", span = span), typed.to_owned()));
    let morning = until_morning(clock)
        .map(|minutes| offer(text!("command.until_morning", at = "8:00"), format!("{minutes}m")));
    plain.into_iter().chain(morning).collect()
}

fn until_morning(clock: Clock) -> Option<i64> {
    let now = clock.now.utc().with_timezone(&clock.zone);
    let days = u64::from(now.time() >= MORNING?);
    let day = now.date_naive().checked_add_days(Days::new(days))?;
    let morning = clock.zone.from_local_datetime(&day.and_time(MORNING?)).earliest()?;
    // The next whole minute: a silence that ends before the hour would wake somebody up.
    Some(morning.signed_duration_since(now).num_minutes() + 1)
}
