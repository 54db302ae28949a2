//! One command file becomes one command, or one for each of its actions. Every mistake is noted with
//! its line; nothing is believed that can be computed.

use super::lint;
use crate::model::written::{Fields, Section};
use crate::model::{ArgKind, ArgSpec, Command, Problem, Risk, Role, Run, ShowAs, Source, Writes};
use std::collections::BTreeMap;

const RISKS: [(&str, Risk); 3] =
    [("read", Risk::Read), ("change", Risk::Change), ("disruptive", Risk::Disruptive)];
const ROLES: [(&str, Role); 3] =
    [("viewer", Role::Viewer), ("operator", Role::Operator), ("admin", Role::Admin)];
const SHOWS: [(&str, ShowAs); 3] = [("text", ShowAs::Text), ("table", ShowAs::Table), ("file", ShowAs::File)];
type Kind = (&'static str, fn() -> ArgKind);
const KINDS: [Kind; 12] = [
    ("selector", || ArgKind::Selector),
    ("device", || ArgKind::Device),
    ("interface", || ArgKind::Interface),
    ("ipv4", || ArgKind::Ipv4),
    ("word", || ArgKind::Word),
    ("number", || ArgKind::Number),
    ("job", || ArgKind::Job),
    ("duration", || ArgKind::Duration),
    ("when", || ArgKind::When),
    ("choice", || ArgKind::Choice(Vec::new())),
    ("rest", || ArgKind::Rest),
    ("show", || ArgKind::Show),
];

/// What a file says, and the words by which it is called, with their lines.
pub struct Read {
    pub commands: Vec<Command>,
    pub words: Vec<(String, usize)>,
    pub problems: Vec<Problem>,
}

/// What the actions of one file share.
struct Shared {
    name: String,
    aliases: Vec<String>,
    help: String,
    run: Run,
    show: ShowAs,
    risk: Option<Risk>,
    source: String,
}

pub fn read(source: &Source, builtins: &[&str]) -> Read {
    let section = match Section::whole(source) {
        Ok(section) => section,
        Err(problems) => return Read { commands: Vec::new(), words: Vec::new(), problems },
    };
    let ((commands, words), problems) = section.read(|root| {
        let shared = shared(root, source, builtins);
        let mut words = vec![(shared.name.to_lowercase(), root.line_of("name"))];
        words.extend(shared.aliases.iter().map(|alias| (alias.to_lowercase(), root.line_of("aliases"))));
        (commands(root, &shared), words)
    });
    Read { commands, words, problems }
}

fn commands(root: &Fields<'_>, shared: &Shared) -> Vec<Command> {
    let actions = root.tables("action");
    if actions.is_empty() {
        return vec![command(root, shared, None)];
    }
    // The line that lists show for the whole file; each action has its own.
    root.required("about", "say in one line what the command is for");
    let commands: Vec<Command> = actions
        .iter()
        .map(|action| {
            let name = name(action, "name");
            let command = command(action, shared, Some(name));
            action.done();
            command
        })
        .collect();
    lint::actions(&commands, root);
    commands
}

fn shared(root: &Fields<'_>, source: &Source, builtins: &[&str]) -> Shared {
    let aliases = root.texts("aliases").unwrap_or_default();
    for alias in aliases.iter().filter(|alias| !lint::is_name(alias)) {
        root.wrong("aliases", format!("alias {alias:?} is no name"), lint::NAME_HINT);
    }
    Shared {
        name: name(root, "name"),
        aliases,
        help: root.text("help").unwrap_or_default().trim().to_owned(),
        run: run(root, builtins),
        show: show(root),
        risk: root.choice("risk", &RISKS),
        source: source.file.clone(),
    }
}

/// One command from the root of its file, or from the table of one action.
fn command(fields: &Fields<'_>, shared: &Shared, action: Option<String>) -> Command {
    let risk = match &action {
        Some(_) => fields.choice("risk", &RISKS).or(shared.risk),
        None => shared.risk,
    };
    if risk.is_none() && !fields.has("risk") {
        fields.wrong("risk", "risk is missing", "say risk = \"read\", \"change\" or \"disruptive\"");
    }
    // The most dangerous until the file says better: the file is refused anyway.
    let risk = risk.unwrap_or(Risk::Disruptive);
    let default_action = action.is_some() && fields.flag("default").unwrap_or(false);
    let command = Command {
        name: shared.name.clone(),
        default_action,
        aliases: shared.aliases.clone(),
        about: fields.required("about", "say in one line what it does"),
        help: shared.help.clone(),
        examples: examples(fields),
        args: args(fields),
        risk,
        writes: fields.choice("writes", &[("bot", Writes::Bot)]).unwrap_or_default(),
        role: fields.choice("role", &ROLES).unwrap_or(match risk {
            Risk::Read => Role::Viewer,
            Risk::Change | Risk::Disruptive => Role::Operator,
        }),
        run: shared.run.clone(),
        show: shared.show,
        deadline: fields.span("deadline"),
        source: shared.source.clone(),
        action,
    };
    lint::command(&command, fields);
    command
}

fn name(fields: &Fields<'_>, key: &str) -> String {
    let name = fields.required(key, lint::NAME_HINT);
    if !name.is_empty() && !lint::is_name(&name) {
        fields.wrong(key, format!("{key} {name:?} is no name"), lint::NAME_HINT);
    }
    name
}

fn examples(fields: &Fields<'_>) -> Vec<String> {
    let mut examples: Vec<String> = fields.text("example").into_iter().collect();
    examples.extend(fields.texts("examples").unwrap_or_default());
    if examples.is_empty() && !fields.has("example") && !fields.has("examples") {
        fields.wrong(
            "example",
            "example is missing",
            "give a line that works, such as example = \"/arp R1\"",
        );
    }
    examples
}

fn args(fields: &Fields<'_>) -> Vec<ArgSpec> {
    let read = |table: &Fields<'_>| {
        let choices = table.texts("choices");
        let kind = table.choice("type", &KINDS).map(|make| make());
        if kind.is_none() && !table.has("type") {
            let names: Vec<&str> = KINDS.iter().map(|(name, _)| *name).collect();
            table.wrong(
                "type",
                "args.type is missing",
                format!("use {}", crate::model::written::either(&names)),
            );
        }
        let kind = match (kind.unwrap_or(ArgKind::Word), choices) {
            (ArgKind::Choice(_), Some(choices)) if !choices.is_empty() => ArgKind::Choice(choices),
            (ArgKind::Choice(_), _) => {
                table.wrong("choices", "args.choices is missing", "say choices = [\"in\", \"out\"]");
                ArgKind::Choice(Vec::new())
            }
            (kind, Some(_)) => {
                table.wrong("choices", "args.choices is only for type = \"choice\"", "take it out");
                kind
            }
            (kind, None) => kind,
        };
        let default = table.text("default");
        let arg = ArgSpec {
            name: name(table, "name"),
            kind,
            optional: table.flag("optional").unwrap_or(false) || default.is_some(),
            default,
            about: table.text("about").unwrap_or_default(),
        };
        table.done();
        arg
    };
    fields.tables("args").iter().map(read).collect()
}

fn run(root: &Fields<'_>, builtins: &[&str]) -> Run {
    let nothing = || Run::Ssh(BTreeMap::new());
    let hint = "say [run.ssh] default = [\"show ...\"], or run.builtin = \"...\"";
    if !root.has("run") {
        root.wrong("run", "run is missing", hint);
        return nothing();
    }
    let Some(run) = root.table("run") else { return nothing() };
    let builtin = run.text("builtin");
    let ssh = run.table("ssh");
    run.done();
    match (builtin, ssh) {
        (Some(builtin), None) => {
            if !builtins.contains(&builtin.as_str()) {
                let known = crate::model::written::either(builtins);
                run.wrong("builtin", format!("run.builtin {builtin:?} is unknown"), format!("use {known}"));
            }
            Run::Builtin(builtin)
        }
        (None, Some(ssh)) => {
            let lines = |platform: String| Some((platform.clone(), ssh.texts(&platform)?));
            let lines: BTreeMap<String, Vec<String>> = ssh.keys().into_iter().filter_map(lines).collect();
            if lines.values().any(Vec::is_empty) || lines.is_empty() {
                run.wrong("ssh", "run.ssh has no line", "say default = [\"show ...\"]");
            }
            Run::Ssh(lines)
        }
        (Some(_), Some(_)) => {
            run.wrong("builtin", "run.builtin and run.ssh exclude each other", "keep one of them");
            nothing()
        }
        (None, None) => {
            root.wrong("run", "run says nothing to do", hint);
            nothing()
        }
    }
}

fn show(root: &Fields<'_>) -> ShowAs {
    let Some(show) = root.table("show") else { return ShowAs::default() };
    let shown = show.choice("as", &SHOWS).unwrap_or_default();
    show.done();
    shown
}
