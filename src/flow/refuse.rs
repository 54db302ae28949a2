//! How refusals and doubts read: each ends with the next step.

use super::decide::{Asked, Question};
use crate::command;
use crate::model::invocation::Offer;
use crate::model::{
    Action, Button, Document, Ending, Facts, Invocation, Refusal, Resolved, Sign, Text, Timestamp, Uses, Who,
};
use std::time::Duration;

/// Routers that a confirmation names one by one.
const SHOWN: usize = 20;

pub fn rule(refusal: &Refusal) -> Option<String> {
    match refusal {
        Refusal::Denied { rule, .. } => Some(rule.clone()),
        Refusal::Frozen { freeze, .. } => Some(format!("freeze {}", freeze.id)),
        Refusal::Stranger | Refusal::NoRule { .. } | Refusal::Stale { .. } => None,
    }
}

/// "You may not ...", with a button for the routers that are allowed.
pub fn refused(refusal: &Refusal, resolved: &Resolved, facts: &Facts) -> Document {
    let text = command::refusal(refusal, resolved, facts);
    let document = Document::line(Sign::Refused, text, Ending::Badly);
    match command::partial(resolved, refusal, facts) {
        None => document,
        Some(offer) => document.with_button(Button {
            name: "allowed".to_owned(),
            label: offer.label,
            action: Action::Run { line: offer.line },
            who: Who::Person(resolved.invocation.asker),
            until: facts.now.wall.plus(Duration::from_secs(120)),
            uses: Uses::Once,
        }),
    }
}

/// A name that does not exist, with near ones: looking may be one press away, changing may not.
pub fn did_you_mean(question: Text, options: Vec<Offer>) -> Document {
    let mut document = Document::line(Sign::Question, question, Ending::Badly);
    for (at, offer) in options.into_iter().enumerate() {
        document = document.with_button(Button {
            name: format!("offer{at}"),
            label: offer.label,
            action: Action::Run { line: offer.line },
            who: Who::WhoeverMay,
            until: Timestamp(i64::MAX),
            uses: Uses::Many,
        });
    }
    document
}

/// "You sent this a while ago. I did not run it."
pub fn stale(invocation: &Invocation, age: Duration) -> Question {
    let age = Duration::from_secs(age.as_secs());
    Question {
        asked: Asked::Age,
        sign: Sign::Held,
        text: text!("ask.stale", line = invocation.line.as_str(), age = age),
        details: Vec::new(),
        answers: vec![(text!("ask.run_now"), Some(invocation.line.clone())), (text!("ask.forget"), None)],
    }
}

/// A command that takes something away is confirmed with its routers in sight.
pub fn confirm(resolved: &Resolved) -> Question {
    let names: Vec<String> =
        resolved.devices.iter().take(SHOWN).map(|device| device.name.to_string()).collect();
    let mut details = vec![text!("ask.confirm_routers", names = names)];
    if let more @ 1.. = resolved.devices.len().saturating_sub(SHOWN) {
        details.push(text!("ask.confirm_more", count = more));
    }
    let line = resolved.invocation.line.as_str();
    Question {
        asked: Asked::Confirmation(resolved.devices.iter().map(|device| device.id).collect()),
        sign: Sign::Question,
        text: text!(
            "ask.confirm",
            line = line,
            routers = text!("job.routers", count = resolved.devices.len())
        ),
        details,
        answers: vec![
            (text!("ask.confirm_button", line = line), Some(line.to_owned())),
            (text!("ask.cancel"), None),
        ],
    }
}
