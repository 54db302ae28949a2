//! `/ack 7 [2h] [note]` and `/unack 7`: somebody takes an alert. Repeats stop; its recovery is told, and
//! so is a rise of its severity.

use super::super::{Builtin, no_plan, nothing_to_settle, nothing_wanted, say};
use super::{carry::happens, one};
use crate::model::time::read_span;
use crate::model::{Document, Ending, Facts, Resolved, Sign, TaskResult};
use crate::monitor::{self, DEFAULT_ACK, Input, LONGEST_ACK};
use crate::store::{StoreError, Work};
use std::time::Duration;

pub const ACK: Builtin = Builtin {
    name: "ack",
    title: |_| text!("alerts.title"),
    plan: no_plan,
    wants: nothing_wanted,
    settle: nothing_to_settle,
    answer: taken,
};

pub const UNACK: Builtin = Builtin {
    name: "unack",
    title: |_| text!("alerts.title"),
    plan: no_plan,
    wants: nothing_wanted,
    settle: nothing_to_settle,
    answer: given_back,
};

fn taken(
    resolved: &Resolved,
    facts: &Facts,
    _: &[TaskResult],
    work: &mut Work,
) -> Result<Document, StoreError> {
    let (id, by) = (one::number(resolved), resolved.invocation.asker);
    let (alert, device) = match one::open(id, resolved, facts, work)? {
        Ok(found) => found,
        Err(document) => return Ok(document),
    };
    let (span, note) = span_and_note(resolved.word("note").unwrap_or_default());
    if span > LONGEST_ACK {
        return Ok(one::refused(text!("alerts.ack_too_long", longest = LONGEST_ACK)));
    }
    let before = alert.ack.as_ref().map(|ack| ack.by).filter(|before| *before != by);
    let until = facts.now.wall.plus(span);
    let input = Input::Ack { by, note, until };
    let Some(alert) = happens(alert, &input, facts, work)? else { return Ok(one::unknown(id)) };
    let people = |person| facts.person_name(person);
    let about = one::about(&device, facts, &people);
    let (id, what) = (id.to_string(), monitor::line(&alert, &about));
    let document =
        Document::line(Sign::Done, text!("alerts.taken", id = id, what = what, until = until), Ending::Well);
    let document = match before {
        Some(before) => document.with_detail(text!("alerts.taken_over", who = facts.person_name(before))),
        None => document,
    };
    Ok(document.with_detail(text!("alerts.taken_means")).with_button(say::looking(
        facts,
        "unack",
        text!("alerts.unack_button"),
        format!("/unack {}", one::number(resolved).0),
    )))
}

fn given_back(
    resolved: &Resolved,
    facts: &Facts,
    _: &[TaskResult],
    work: &mut Work,
) -> Result<Document, StoreError> {
    let id = one::number(resolved);
    let (alert, _) = match one::open(id, resolved, facts, work)? {
        Ok(found) => found,
        Err(document) => return Ok(document),
    };
    let Some(ack) = alert.ack.clone() else {
        return Ok(Document::line(
            Sign::None,
            text!("alerts.nobody_had_it", id = id.to_string()),
            Ending::Well,
        ));
    };
    happens(alert, &Input::Unack { by: resolved.invocation.asker }, facts, work)?;
    let (id, who) = (id.to_string(), facts.person_name(ack.by));
    Ok(Document::line(Sign::Done, text!("alerts.given_back", id = id, who = who), Ending::Well))
}

/// `2h new fan ordered`: a time first, when there is one.
fn span_and_note(typed: &str) -> (Duration, Option<String>) {
    let typed = typed.trim();
    let (first, rest) = typed.split_once(char::is_whitespace).unwrap_or((typed, ""));
    let (span, note) = match read_span(first) {
        Some(span) if !span.is_zero() => (span, rest.trim()),
        Some(_) | None => (DEFAULT_ACK, typed),
    };
    (span, Some(note.to_owned()).filter(|note| !note.is_empty()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_may_stand_before_the_note() {
        let hours = |hours: u64| Duration::from_secs(hours * 3_600);
        for (typed, span, note) in [
            ("", hours(4), None),
            ("2h", hours(2), None),
            ("2h new fan", hours(2), Some("new fan")),
            ("new fan in 2h", hours(4), Some("new fan in 2h")),
        ] {
            assert_eq!(span_and_note(typed), (span, note.map(str::to_owned)), "{typed:?}");
        }
    }
}
