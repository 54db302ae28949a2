//! What a command without code asks a router: the lines of its file with the values put in.

use crate::model::{Ask, Command, Device, Resolved, Run, Text, Value};
use std::collections::BTreeMap;

/// The key of the lines that fit every platform without its own.
const ANY_PLATFORM: &str = "default";

/// The asks for one device. Err when the file has no lines for its platform. A builtin has none here.
pub fn asks(resolved: &Resolved, device: &Device) -> Result<Vec<Ask>, Text> {
    if matches!(resolved.command.run, Run::Builtin(_)) {
        return Ok(Vec::new());
    }
    let lines = filled(&resolved.command, &resolved.values, &device.platform).ok_or_else(|| {
        text!("command.no_platform", command = &resolved.command.name, platform = &device.platform)
    })?;
    let ask = |line| Ask::Line { line, deadline: resolved.command.deadline };
    Ok(lines.into_iter().map(ask).collect())
}

/// The lines for one platform with their values; None where the file has none for it.
pub fn filled(command: &Command, values: &BTreeMap<String, Value>, platform: &str) -> Option<Vec<String>> {
    let Run::Ssh(platforms) = &command.run else { return None };
    let lines = platforms.get(platform).or_else(|| platforms.get(ANY_PLATFORM))?;
    Some(lines.iter().map(|line| fill(line, values)).collect())
}

/// Puts values into `{name}`. One that is absent is left out, and so is the blank before it.
pub fn fill(line: &str, values: &BTreeMap<String, Value>) -> String {
    let mut filled = String::with_capacity(line.len() + 16);
    let mut rest = line;
    while let Some((before, name, after)) = next_placeholder(rest) {
        filled.push_str(before);
        match values.get(name).map(shown) {
            Some(value) => filled.push_str(&value),
            None => filled.truncate(filled.trim_end_matches(' ').len()),
        }
        rest = after;
    }
    filled.push_str(rest);
    filled.trim().to_owned()
}

/// The names in `{name}`.
pub fn placeholders(line: &str) -> Vec<String> {
    let mut names = Vec::new();
    let mut rest = line;
    while let Some((_, name, after)) = next_placeholder(rest) {
        names.push(name.to_owned());
        rest = after;
    }
    names
}

fn next_placeholder(line: &str) -> Option<(&str, &str, &str)> {
    let (before, tail) = line.split_once('{')?;
    let (name, after) = tail.split_once('}')?;
    Some((before, name, after))
}

/// A value as a router reads it; a duration in seconds.
fn shown(value: &Value) -> String {
    match value {
        Value::Word(word) | Value::Interface(word) => word.clone(),
        Value::Number(number) => number.to_string(),
        Value::Ipv4(address) => address.to_string(),
        Value::Span(span) => span.as_secs().to_string(),
        Value::Job(job) => job.0.to_string(),
        Value::Show(show) => show.line.clone(),
        // Moments have no meaning on a router; `check` refuses them in a line.
        Value::When(_) => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_absent_value_takes_its_blank_along() {
        let values = BTreeMap::from([
            ("a".to_owned(), Value::Word("x".to_owned())),
            ("n".to_owned(), Value::Number(5)),
        ]);
        for (line, filled) in [
            ("show ip arp {a}", "show ip arp x"),
            ("show ip arp {b}", "show ip arp"),
            ("show {b} ip {a}", "show ip x"),
            ("ping {a} repeat {n}", "ping x repeat 5"),
            ("show {", "show {"),
        ] {
            assert_eq!(fill(line, &values), filled, "{line}");
        }
    }

    #[test]
    fn a_value_is_never_read_as_a_placeholder() {
        let values = BTreeMap::from([("a".to_owned(), Value::Word("{a}".to_owned()))]);
        assert_eq!(fill("show {a}", &values), "show {a}");
    }
}
