//! Small words that several builtins say: results, failures, buttons that repeat a command.

use crate::model::{
    Action, Broken, Button, DeviceId, Document, Facts, JobId, Outcome, PersonId, Resolved, Status,
    TaskResult, Text, Uses, Who,
};
use std::time::Duration;

/// How long a button that only looks may be pressed.
const LOOKING: Duration = Duration::from_secs(24 * 3_600);

pub const fn minutes(count: u64) -> Duration {
    Duration::from_secs(count * 60)
}

pub fn done(device: DeviceId, verdict: Text) -> TaskResult {
    result(device, Status::Done, verdict)
}

pub fn result(device: DeviceId, status: Status, verdict: Text) -> TaskResult {
    TaskResult { device, status, verdict, output: None, data: serde_json::Value::Null, took: Duration::ZERO }
}

/// The first outcome that is no answer, as what the operator reads.
pub fn failure_of(device: &str, outcomes: &[Outcome]) -> Option<Text> {
    outcomes.iter().find_map(|outcome| match outcome {
        Outcome::Broken(broken) => Some(broken.text(device)),
        Outcome::Refused { line, reason, .. } => Some(reason.text(line)),
        Outcome::Text(_) | Outcome::Config(_) | Outcome::Dialogue(_) | Outcome::Json(_) => None,
    })
}

/// What a failed task's data keeps, so that the answer can offer the right next step.
pub fn broken_data(outcomes: &[Outcome]) -> serde_json::Value {
    outcomes
        .iter()
        .find_map(|outcome| match outcome {
            Outcome::Broken(broken) => serde_json::to_value(broken).ok(),
            Outcome::Refused { .. }
            | Outcome::Text(_)
            | Outcome::Config(_)
            | Outcome::Dialogue(_)
            | Outcome::Json(_) => None,
        })
        .map_or(serde_json::Value::Null, |broken| serde_json::json!({ "broken": broken }))
}

/// A button that is the same as typing `line`; whoever may run the line may press it, often.
pub fn looking(facts: &Facts, name: &str, label: Text, line: impl Into<String>) -> Button {
    repeatable(facts, name, label, Action::Run { line: line.into() })
}

/// The credential that the router refused, or that was not tried because others had refused it.
pub fn refused_credential(result: &TaskResult) -> Option<String> {
    match broken_in(result)? {
        Broken::LoginRefused { credential } | Broken::CredentialStopped { credential } => Some(credential),
        _ => None,
    }
}

fn broken_in(result: &TaskResult) -> Option<Broken> {
    result.data.get("broken").and_then(|broken| serde_json::from_value(broken.clone()).ok())
}

/// What the data of a task keeps that found its router locked, and the job that had it.
pub fn locked_data(by: Option<JobId>) -> serde_json::Value {
    serde_json::json!({ "locked": true, "by": by })
}

pub fn was_locked(result: &TaskResult) -> bool {
    result.data.get("locked") == Some(&serde_json::Value::Bool(true))
}

/// The job that held the router then.
pub fn locked_by(result: &TaskResult) -> Option<JobId> {
    serde_json::from_value(result.data.get("by")?.clone()).ok()
}

/// A button for whoever may do what it does, often, for a day.
pub fn repeatable(facts: &Facts, name: &str, label: Text, action: Action) -> Button {
    Button {
        name: name.to_owned(),
        label,
        action,
        who: Who::WhoeverMay,
        until: facts.now.wall.plus(LOOKING),
        uses: Uses::Many,
    }
}

/// A button that changes something: only the asker, once, for two minutes.
pub fn deciding(facts: &Facts, asker: PersonId, name: &str, label: Text, action: Action) -> Button {
    Button {
        name: name.to_owned(),
        label,
        action,
        who: Who::Person(asker),
        until: facts.now.wall.plus(minutes(2)),
        uses: Uses::Once,
    }
}

/// The way out of a question that a builtin asks: a line that says no, so that it takes the buttons away.
pub fn declining(facts: &Facts, asker: PersonId, label: Text, line: String) -> Button {
    deciding(facts, asker, "keep", label, Action::Run { line })
}

/// An answer without the buttons that its asker may not press anyway.
pub fn only_usable(document: Document, facts: &Facts) -> Document {
    let usable = |button: &Button| match &button.action {
        Action::Run { line } | Action::TryCredential { line, .. } => may_type(line, facts),
        Action::Answer { .. }
        | Action::Cancel { .. }
        | Action::Step { .. }
        | Action::Words { .. }
        | Action::TellWhenFree { .. }
        | Action::More { .. } => true,
    };
    let buttons = document.buttons.into_iter().filter(usable).collect();
    Document { buttons, ..document }
}

fn may_type(line: &str, facts: &Facts) -> bool {
    let mut words = line.trim_start_matches('/').split(' ');
    let (name, second) = (words.next().unwrap_or_default(), words.next());
    let forms: Vec<_> = facts.commands.iter().filter(|command| command.name == name).collect();
    let named = forms.iter().find(|form| form.action.is_some() && form.action.as_deref() == second);
    let meant = named.or(forms.iter().find(|form| form.action.is_none() || form.default_action));
    facts.asker.is_none() || meant.is_none_or(|command| facts.may_ever(command))
}

/// `R1`, or `40 routers`.
pub fn whom(resolved: &Resolved) -> Text {
    match resolved.devices.as_slice() {
        [only] => Text::verbatim(only.name.to_string()),
        several => text!("job.routers", count = several.len()),
    }
}
