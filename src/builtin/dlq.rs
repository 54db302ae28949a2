//! `/dlq`: what could not be delivered, newest first, and the way back for one of them.

use super::alerts::destination;
use super::{Builtin, no_plan, nothing_to_settle, nothing_wanted, say};
use crate::model::{
    Action, Block, Button, Class, Document, Ending, Facts, OutboundId, Resolved, Role, Sign, TaskResult,
    Text, Uses, Who,
};
use crate::store::{DeadLetter, StoreError, Work};

/// More would not be read; the newest tell what is wrong.
const SHOWN: usize = 10;
/// Looked at to count them.
const LOOKED: usize = 500;
/// Buttons below a list.
const OFFERED: usize = 3;

pub const DLQ: Builtin = Builtin {
    name: "dlq",
    title: |_| text!("dlq.title"),
    plan: no_plan,
    wants: nothing_wanted,
    settle: nothing_to_settle,
    answer,
};

fn answer(
    resolved: &Resolved,
    facts: &Facts,
    _: &[TaskResult],
    work: &mut Work,
) -> Result<Document, StoreError> {
    let Some(id) = resolved.number("entry").map(OutboundId) else { return list(facts, work) };
    match work.dead_letter(id)? {
        None => Ok(Document::line(Sign::Question, text!("dlq.unknown", id = id.to_string()), Ending::Badly)),
        Some(letter) if resolved.word("how") == Some("retry") => again(&letter, facts, work),
        Some(letter) => one(&letter, facts, work),
    }
}

fn list(facts: &Facts, work: &Work) -> Result<Document, StoreError> {
    let mut letters = work.dead_letters(LOOKED)?;
    letters.retain(worth_telling);
    if letters.is_empty() {
        return Ok(Document::line(Sign::Done, text!("dlq.none"), Ending::Well));
    }
    let verdict = text!("dlq.count", count = letters.len());
    let mut document = Document::line(Sign::Warning, verdict, Ending::Well);
    for letter in letters.iter().take(SHOWN) {
        let text = line(letter, facts, work)?;
        document = document.with(Block::Detail { sign: Sign::None, text });
    }
    if let more @ 1.. = letters.len().saturating_sub(SHOWN) {
        document = document.with_detail(text!("dlq.more", count = more));
    }
    // Not to those who could not use it.
    let offered = letters.iter().take(if operates(facts) { OFFERED } else { 0 });
    Ok(offered.fold(document, |document, letter| document.with_button(try_again(letter, facts))))
}

/// Progress and what was for one person for a minute are of no use any more.
fn worth_telling(letter: &DeadLetter) -> bool {
    match letter.class {
        Class::Critical | Class::Result | Class::Alert => true,
        Class::Progress | Class::Ephemeral => false,
    }
}

/// `#41 to mail:noc@example.net, 14:02: R3 CPU 94 %. The mail server refused the mail (554)`
fn line(letter: &DeadLetter, facts: &Facts, work: &Work) -> Result<Text, StoreError> {
    Ok(text!(
        "dlq.line",
        id = letter.id.to_string(),
        place = destination(&letter.place, facts, work)?,
        at = letter.posted_at,
        first = first(letter),
        why = letter.why.as_str()
    ))
}

/// What its first line said.
fn first(letter: &DeadLetter) -> Text {
    let line = letter.document.blocks.iter().find_map(|block| match block {
        Block::Line { text, .. } | Block::Detail { text, .. } => Some(text.clone()),
        Block::Table(_)
        | Block::Raw(_)
        | Block::File { .. }
        | Block::Listing { .. }
        | Block::Picture(_)
        | Block::Progress { .. } => None,
    });
    line.unwrap_or_else(|| Text::verbatim(""))
}

fn one(letter: &DeadLetter, facts: &Facts, work: &Work) -> Result<Document, StoreError> {
    let (id, place) = (letter.id.to_string(), destination(&letter.place, facts, work)?);
    let times =
        text!("dlq.times", posted = letter.posted_at, given_up = letter.at, tries = letter.tries.max(0));
    let document = Document::line(Sign::Warning, text!("dlq.one", id = id, place = place), Ending::Well)
        .with_detail(first(letter))
        .with_detail(text!("dlq.why", why = letter.why.as_str()))
        .with_detail(times);
    Ok(match operates(facts) {
        true => document.with_button(try_again(letter, facts)),
        false => document,
    })
}

fn try_again(letter: &DeadLetter, facts: &Facts) -> Button {
    let id = letter.id.to_string();
    Button {
        name: format!("again {}", letter.id.0),
        label: text!("dlq.try_again", id = id),
        action: Action::Run { line: format!("/dlq {} retry", letter.id.0) },
        who: Who::WhoeverMay,
        until: facts.now.wall.plus(say::minutes(24 * 60)),
        uses: Uses::Once,
    }
}

fn again(letter: &DeadLetter, facts: &Facts, work: &mut Work) -> Result<Document, StoreError> {
    let (id, place) = (letter.id.to_string(), destination(&letter.place, facts, work)?);
    if !operates(facts) {
        return Ok(Document::line(Sign::Refused, text!("dlq.not_yours", id = id), Ending::Badly));
    }
    Ok(match work.try_again(letter.id, facts.now.wall)? {
        true => Document::line(Sign::Done, text!("dlq.again", id = id, place = place), Ending::Well),
        false => Document::line(Sign::None, text!("dlq.replaced", id = id), Ending::Well),
    })
}

/// Whether the rules let this person do what operators do.
fn operates(facts: &Facts) -> bool {
    facts
        .asker
        .as_ref()
        .is_some_and(|person| facts.policy.may_ever(person, &facts.place, "dlq.retry", Role::Operator))
}
