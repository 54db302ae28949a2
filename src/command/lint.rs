//! What a command file may not say, though it can be read. Invariant 12: danger is computed from the
//! lines, and a file that understates it is refused.

use super::lines::{fill, placeholders};
use super::parse::parse;
use super::split::{Misfit, split};
use super::value;
use super::when::Clock;
use crate::model::danger::danger;
use crate::model::written::Fields;
use crate::model::{ArgKind, ArgSpec, Command, Run, Selector, Timestamp, Value};
use std::collections::{BTreeMap, BTreeSet};

pub const NAME_HINT: &str =
    "use small letters, digits and _, a letter first, at most 32, such as name = \"arp\"";

/// `[a-z][a-z0-9_]{0,31}`: what every chat takes for a command.
pub fn is_name(name: &str) -> bool {
    name.len() <= 32
        && name.starts_with(|c: char| c.is_ascii_lowercase())
        && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
}

/// Everything about one command that its own file shows.
pub fn command(command: &Command, fields: &Fields<'_>) {
    arguments(command, fields);
    if let Run::Ssh(platforms) = &command.run {
        for lines in platforms.values() {
            lines.iter().for_each(|line| ssh_line(command, line, fields));
        }
        unused(command, platforms, fields);
        // Lines are sent to routers: without an argument that names them there is nobody to ask.
        if command.target().is_none() && !platforms.is_empty() {
            fields.wrong(
                "args",
                "no argument says which router",
                "add { name = \"devices\", type = \"selector\" }",
            );
        }
    }
    for text in &command.examples {
        if let Err(why) = example(command, text) {
            let key = if fields.has("example") { "example" } else { "examples" };
            fields.wrong(
                key,
                format!("example {text:?} does not work: {why}"),
                "write a line that can be typed",
            );
        }
    }
}

/// The actions of one file: names once, one default at most.
pub fn actions(commands: &[Command], root: &Fields<'_>) {
    let mut seen = BTreeSet::new();
    for name in commands.iter().filter_map(|command| command.action.as_deref()) {
        if !seen.insert(name) {
            root.wrong("action", format!("the action {name:?} is there twice"), "keep one of them");
        }
    }
    if commands.iter().filter(|command| command.default_action).count() > 1 {
        root.wrong("action", "two actions say default = true", "keep one of them");
    }
}

fn arguments(command: &Command, fields: &Fields<'_>) {
    let mut seen = BTreeSet::new();
    for arg in &command.args {
        if !seen.insert(arg.name.as_str()) {
            fields.wrong("args", format!("the argument {:?} is there twice", arg.name), "keep one of them");
        }
    }
    let targets = command.args.iter().filter(|arg| is_target(arg)).count();
    if targets > 1 {
        fields.wrong("args", "two arguments name routers", "keep one selector or device");
    }
    for pair in command.args.windows(2) {
        let [left, right] = pair else { continue };
        if left.kind.takes_rest() {
            let what =
                format!("{:?} takes the rest of the line, so {:?} gets nothing", left.name, right.name);
            fields.wrong("args", what, "put it last");
        }
        if left.optional && !right.optional {
            let what = format!("{:?} is optional and {:?} after it is not", left.name, right.name);
            fields.wrong("args", what, "put optional arguments last");
        }
    }
}

fn is_target(arg: &ArgSpec) -> bool {
    matches!(arg.kind, ArgKind::Selector | ArgKind::Device)
}

fn ssh_line(command: &Command, line: &str, fields: &Fields<'_>) {
    if line.contains(|c: char| !matches!(c, ' '..='~')) {
        let what = format!("the line {line:?} holds more than plain letters, digits and signs");
        fields.wrong("run", what, "write one line for each step, without line breaks and accents");
    }
    for name in placeholders(line) {
        match command.args.iter().find(|arg| arg.name == name) {
            None => fields.wrong("run", format!("{{{name}}} in {line:?} is no argument"), "add it to args"),
            Some(arg) if !fits_a_line(&arg.kind) => fields.wrong(
                "run",
                format!("{{{name}}} in {line:?} can not be put into a line"),
                "use an argument of type word, ipv4, interface, number, duration or choice",
            ),
            Some(_) => {}
        }
    }
    let worst = [sample(command), BTreeMap::new()].iter().map(|values| danger(&fill(line, values))).max();
    if let Some(worst) = worst.filter(|worst| *worst > command.risk) {
        fields.wrong(
            "risk",
            format!("risk {:?} is less than what {line:?} does", command.risk.name()),
            format!("say risk = {:?}", worst.name()),
        );
    }
}

fn fits_a_line(kind: &ArgKind) -> bool {
    match kind {
        ArgKind::Interface
        | ArgKind::Ipv4
        | ArgKind::Word
        | ArgKind::Number
        | ArgKind::Duration
        | ArgKind::Choice(_) => true,
        ArgKind::Selector
        | ArgKind::Device
        | ArgKind::Job
        | ArgKind::When
        | ArgKind::Rest
        | ArgKind::Show => false,
    }
}

/// Some word for each argument, to see what the whole line does.
fn sample(command: &Command) -> BTreeMap<String, Value> {
    command.args.iter().map(|arg| (arg.name.clone(), Value::Word("x".to_owned()))).collect()
}

fn unused(command: &Command, platforms: &BTreeMap<String, Vec<String>>, fields: &Fields<'_>) {
    let used: BTreeSet<String> = platforms.values().flatten().flat_map(|line| placeholders(line)).collect();
    for arg in command.args.iter().filter(|arg| !is_target(arg) && !used.contains(&arg.name)) {
        let what = format!("the argument {:?} is in no line", arg.name);
        fields.wrong("args", what, format!("write {{{}}} where it belongs, or take it out", arg.name));
    }
}

/// Whether the example can be typed, as far as that can be known without an inventory.
fn example(command: &Command, typed: &str) -> Result<(), String> {
    let line = parse(typed).map_err(|failure| format!("it is no line ({})", failure.public.key))?;
    let word = |at: usize| line.words.get(at).map(|word| word.text.to_lowercase());
    let first = word(0).unwrap_or_default();
    if first != command.name && !command.aliases.contains(&first) {
        return Err(format!("it begins with /{first}"));
    }
    let from = match &command.action {
        Some(action) if word(1).as_deref() == Some(action) => 2,
        Some(action) if !command.default_action => return Err(format!("the word {action} is missing")),
        Some(_) | None => 1,
    };
    let pieces = split(command, &line, from).map_err(|misfit| match misfit {
        Misfit::Missing(arg) => format!("{} is missing", arg.name),
        Misfit::Extra(word) => format!("{word:?} is too much"),
    })?;
    // Examples are read as on a day in the far future, so that every date in them has been.
    let clock = Clock { now: Timestamp(4_000_000_000_000), zone: chrono_tz::Tz::UTC };
    for arg in &command.args {
        let Some(piece) = pieces.get(&arg.name) else { continue };
        value::read(arg, piece, clock).map_err(|text| format!("{} ({})", arg.name, text.key))?;
        if is_target(arg) {
            Selector::try_from(piece.text.clone())?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::is_name;

    #[test]
    fn names_are_what_every_chat_takes() {
        for (name, fits) in [
            ("arp", true),
            ("a1_b", true),
            ("", false),
            ("1a", false),
            ("Arp", false),
            ("a-b", false),
            ("_a", false),
        ] {
            assert_eq!(is_name(name), fits, "{name}");
        }
        assert!(!is_name(&"a".repeat(33)));
    }

    /// A risk that nobody wrote yet is at least named here when it is added.
    #[test]
    fn every_risk_has_a_word() {
        assert_eq!(crate::model::Risk::ALL.map(crate::model::Risk::name), ["read", "change", "disruptive"]);
    }
}
