//! Small words that several builtins say: results, failures, buttons that repeat a command.

use crate::model::{
    Action, Button, DeviceId, Facts, Outcome, PersonId, Resolved, Status, TaskResult, Text, Uses, Who,
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
        Outcome::Text(_) | Outcome::Config(_) => None,
    })
}

/// What a failed task's data keeps, so that the answer can offer the right next step.
pub fn broken_data(outcomes: &[Outcome]) -> serde_json::Value {
    outcomes
        .iter()
        .find_map(|outcome| match outcome {
            Outcome::Broken(broken) => serde_json::to_value(broken).ok(),
            Outcome::Refused { .. } | Outcome::Text(_) | Outcome::Config(_) => None,
        })
        .map_or(serde_json::Value::Null, |broken| serde_json::json!({ "broken": broken }))
}

/// A button that is the same as typing `line`; whoever may run the line may press it, often.
pub fn looking(facts: &Facts, name: &str, label: Text, line: impl Into<String>) -> Button {
    Button {
        name: name.to_owned(),
        label,
        action: Action::Run { line: line.into() },
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

/// `R1`, or `40 routers`.
pub fn whom(resolved: &Resolved) -> Text {
    match resolved.devices.as_slice() {
        [only] => Text::verbatim(only.name.to_string()),
        several => text!("job.routers", count = several.len()),
    }
}
