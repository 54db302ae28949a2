//! One piece of a line becomes a typed value, or a sentence that says what was expected.

use super::interface;
use super::pipe;
use super::split::Piece;
use super::when::{self, Clock};
use crate::model::danger::danger;
use crate::model::invocation::{Pipe, ShowLine};
use crate::model::time::read_span;
use crate::model::{ArgKind, ArgSpec, JobId, Risk, Text, Value};
use std::net::Ipv4Addr;

/// What a router's line takes at most, less room for its prompt.
const LONGEST_LINE: usize = 240;

/// The value; None for arguments that name devices, which the inventory must read.
pub fn read(arg: &ArgSpec, piece: &Piece, clock: Clock) -> Result<Option<Value>, Text> {
    let typed = piece.text.as_str();
    let name = arg.name.as_str();
    let value = match &arg.kind {
        ArgKind::Selector | ArgKind::Device => return Ok(None),
        ArgKind::Interface => Value::Interface(
            interface::full(typed).ok_or_else(|| text!("command.not_an_interface", typed = typed))?,
        ),
        ArgKind::Ipv4 => {
            let address = typed.parse::<Ipv4Addr>();
            Value::Ipv4(address.map_err(|_| text!("command.not_an_address", typed = typed))?)
        }
        ArgKind::Word => Value::Word(word(name, typed)?),
        ArgKind::Number => Value::Number(
            number(typed.strip_prefix('#').unwrap_or(typed))
                .ok_or_else(|| text!("command.not_a_number", name = name, typed = typed))?,
        ),
        ArgKind::Job => {
            let number = number(typed.strip_prefix('#').unwrap_or(typed)).filter(|number| *number > 0);
            Value::Job(JobId(number.ok_or_else(|| text!("command.not_a_job", typed = typed))?))
        }
        ArgKind::Duration => {
            Value::Span(read_span(typed).ok_or_else(|| text!("command.not_a_duration", typed = typed))?)
        }
        ArgKind::When => Value::When(when::read(typed, clock)?),
        ArgKind::Choice(choices) => {
            let found = choices.iter().find(|choice| choice.eq_ignore_ascii_case(typed));
            let wrong = || text!("command.not_a_choice", typed = typed, choices = choices.clone());
            Value::Word(found.ok_or_else(wrong)?.clone())
        }
        ArgKind::Rest => Value::Word(typed.to_owned()),
        ArgKind::Show => Value::Show(show(typed)?),
    };
    Ok(Some(value))
}

fn number(typed: &str) -> Option<i64> {
    let plain = !typed.is_empty() && typed.len() <= 15 && typed.chars().all(|c| c.is_ascii_digit());
    plain.then(|| typed.parse().ok())?
}

/// A blank would be a second word, `|` would begin a pipe on the router, and `?` asks its console for help instead of ending the line.
fn word(name: &str, typed: &str) -> Result<String, Text> {
    let fits = !typed.is_empty()
        && typed.len() <= LONGEST_LINE
        && !typed.chars().any(|c| !c.is_ascii_graphic() || matches!(c, '|' | '?'));
    match fits {
        true => Ok(typed.to_owned()),
        false => Err(text!("command.not_a_word", name = name, typed = typed)),
    }
}

/// Any `show` and nothing else. The word itself may be left out or shortened.
fn show(typed: &str) -> Result<ShowLine, Text> {
    let (line, pipes) = match typed.split_once('|') {
        Some((line, pipes)) => (line, read_pipes(pipes)?),
        None => (typed, Vec::new()),
    };
    let mut words = line.split_whitespace().peekable();
    let leads = |word: &&str| word.len() >= 2 && "show".starts_with(&word.to_lowercase());
    if words.peek().is_some_and(leads) {
        words.next();
    }
    let rest: Vec<&str> = words.collect();
    if rest.is_empty() {
        return Err(text!("command.show_what"));
    }
    let line = format!("show {}", rest.join(" "));
    // See `danger`: another letter can become the end of the line on a router's console.
    if !line.is_ascii() {
        return Err(text!("command.not_ascii", line = line));
    }
    if line.contains('?') {
        return Err(text!("command.question_mark"));
    }
    if line.len() > LONGEST_LINE {
        return Err(text!("command.show_too_long", count = line.len(), most = LONGEST_LINE));
    }
    match danger(&line) {
        Risk::Read => Ok(ShowLine { line, pipes }),
        Risk::Change | Risk::Disruptive => Err(text!("command.show_only", line = line)),
    }
}

/// What stands behind the first `|`. A later `|` begins another pipe only after a blank: without
/// one it is the "or" of a regular expression, as IOS reads `include up|down`.
fn read_pipes(typed: &str) -> Result<Vec<Pipe>, Text> {
    let mut parts: Vec<String> = Vec::new();
    for part in typed.split('|') {
        match parts.last_mut() {
            Some(last) if !last.ends_with(' ') => {
                last.push('|');
                last.push_str(part);
            }
            _ => parts.push(part.to_owned()),
        }
    }
    parts.iter().map(|part| pipe::read(part)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(typed: &str, expected: &str) {
        let got = match show(typed) {
            Ok(show) => format!("{} {:?}", show.line, show.pipes),
            Err(text) => text.key,
        };
        assert_eq!(got, expected, "{typed}");
    }

    #[test]
    fn show_takes_any_show_and_nothing_else() {
        check("version", "show version []");
        check("show version", "show version []");
        check("sh ver", "show ver []");
        check("SHO ip  route", "show ip route []");
        check("reload", "show reload []");
        check("configure terminal", "show configure terminal []");
        check("run | i snmp", "show run [Include(\"snmp\")]");
        check("run|inc snmp", "show run [Include(\"snmp\")]");
        check("ip int br | ex up|down", "show ip int br [Exclude(\"up|down\")]");
        check("run | sec router bgp", "show run [Section(\"router bgp\")]");
        check("run | section include router", "show run [Section(\"router\")]");
        check("log | beg Nov | count BGP", "show log [Begin(\"Nov\"), Count(\"BGP\")]");
        check("", "command.show_what");
        check("sh", "command.show_what");
        check("| include x", "command.show_what");
        check("clock\u{10d}write erase", "command.not_ascii");
        check("run | include caf\u{e9}", "show run [Include(\"caf\u{e9}\")]");
        check("ip ?", "command.question_mark");
        check(&"x".repeat(300), "command.show_too_long");
    }

    #[test]
    fn other_pipes_are_refused_by_name() {
        for typed in [
            "run | redirect flash:x",
            "run |tee flash:x",
            "run | app flash:x",
            "run | i x | red flash:x",
            "run | json",
        ] {
            check(typed, "command.pipe_unknown");
        }
        check("run | include", "command.pipe_empty");
        check("run |", "command.pipe_empty");
        check("run | include (", "command.pipe_pattern");
    }
}
