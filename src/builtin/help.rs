//! `/help`: the commands that this person may run here, and one command whole.

use super::{Builtin, no_plan, nothing_to_settle, nothing_wanted, say};
use crate::model::{
    Block, Command, Device, Document, Ending, Facts, Resolved, Risk, Sign, Table, TaskResult, Text, Writes,
};
use crate::store::{StoreError, Work};
use std::sync::Arc;

pub const HELP: Builtin = Builtin {
    name: "help",
    title: |_| text!("help.title"),
    plan: no_plan,
    wants: nothing_wanted,
    settle: nothing_to_settle,
    answer,
};

fn answer(
    resolved: &Resolved,
    facts: &Facts,
    _: &[TaskResult],
    _: &mut Work,
) -> Result<Document, StoreError> {
    Ok(match resolved.word("command") {
        None => list(resolved, facts),
        Some(name) => one(name.trim_start_matches('/'), facts),
    })
}

/// Commands that the rules let this person run on some router here.
fn allowed(facts: &Facts) -> impl Iterator<Item = &Arc<Command>> {
    facts.commands.iter().filter(|command| facts.may_ever(command))
}

/// A router on which this person may use `/show`, for the button that tries it.
fn shown<'a>(resolved: &Resolved, facts: &'a Facts) -> Option<&'a Device> {
    let person = facts.asker.as_ref()?;
    let show = facts.commands.iter().find(|command| command.name == "show")?;
    let may = |device: &&Device| {
        let trial = Resolved {
            command: show.clone(),
            permission: show.permission(),
            role: show.role,
            on_devices: true,
            devices: vec![(*device).clone()],
            ..resolved.clone()
        };
        facts.policy.allows(person, &facts.place, &trial).is_ok()
    };
    facts.inventory.devices().iter().find(may)
}

fn list(resolved: &Resolved, facts: &Facts) -> Document {
    let mut rows: Vec<Vec<Text>> = Vec::new();
    let mut last = String::new();
    for command in allowed(facts) {
        if command.name != last {
            rows.push(vec![
                Text::verbatim(format!("/{}", command.name)),
                Text::verbatim(command.about.clone()),
            ]);
        }
        last.clone_from(&command.name);
    }
    let verdict = text!("help.verdict", count = rows.len());
    let document = Document::line(Sign::None, verdict, Ending::Well)
        .with(Block::Table(Table { head: Vec::new(), rows }))
        .with_detail(text!("help.selectors"));
    match shown(resolved, facts).map(|device| device.name.as_str()) {
        Some(device) => document.with_detail(text!("help.more")).with_button(say::looking(
            facts,
            "show",
            text!("help.try_show", device = device),
            format!("/show {device} version"),
        )),
        None if facts.inventory.devices().is_empty() => document.with_detail(text!("help.no_devices")),
        None => document,
    }
}

/// The forms that this person may run; of a command without any it is said that it is none for them.
fn one(name: &str, facts: &Facts) -> Document {
    let all: Vec<&Arc<Command>> = facts
        .commands
        .iter()
        .filter(|command| {
            command.name == name.to_lowercase()
                || command.aliases.iter().any(|alias| alias.eq_ignore_ascii_case(name))
        })
        .collect();
    let Some(first) = all.first() else {
        return Document::line(Sign::Question, text!("help.unknown", name = name), Ending::Badly);
    };
    let forms: Vec<&Arc<Command>> = all.iter().filter(|form| facts.may_ever(form)).copied().collect();
    if forms.is_empty() {
        let text = text!("help.not_yours", name = first.name.as_str(), role = first.role.name());
        return Document::line(Sign::Refused, text, Ending::Badly);
    }
    let verdict = text!("help.one", name = first.name.as_str(), about = first.about.as_str());
    let mut document = Document::line(Sign::None, verdict, Ending::Well);
    for form in &forms {
        document = document.with_detail(text!(
            "help.usage",
            usage = form.usage(),
            role = form.role.name(),
            risk = risk(form)
        ));
        for arg in form.args.iter().filter(|arg| !arg.about.is_empty()) {
            document =
                document.with_detail(text!("help.arg", name = arg.name.as_str(), about = arg.about.as_str()));
        }
    }
    if !first.help.is_empty() {
        document = document.with_line(Sign::None, Text::verbatim(first.help.clone()));
    }
    let examples = forms.iter().flat_map(|form| &form.examples);
    let document =
        examples.fold(document, |document, line| document.with_detail(text!("help.example", line = line)));
    match first.aliases.is_empty() {
        true => document,
        false => document.with_detail(text!("help.aliases", aliases = first.aliases.clone())),
    }
}

fn risk(form: &Command) -> Text {
    match form.risk {
        Risk::Read if form.writes == Writes::Bot => text!("help.risk_bot"),
        Risk::Read => text!("help.risk_read"),
        Risk::Change => text!("help.risk_change"),
        Risk::Disruptive => text!("help.risk_disruptive"),
    }
}
