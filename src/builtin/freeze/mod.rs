//! `/freeze [selector] [2h] [reason]`, `/freezes`, `/unfreeze`: for a while nothing changes these routers. What
//! refuses is the policy ([`crate::model::Authorized::prove`]); here it is written, told and ended.

mod on_the_way;
mod thaw;

use super::alerts::{may, refused, routers};
use super::{Builtin, held, no_plan, nothing_to_settle, nothing_wanted, say};
use crate::model::time::read_span;
use crate::model::{
    Action, Block, Document, Ending, Facts, Freeze, FreezeId, Resolved, Selector, Sign, TaskResult, Text,
};
use crate::store::{KeptFreeze, StoreError, Work};
use std::time::Duration;

pub use thaw::{UNFREEZE, freeze_over};

pub const FREEZE: Builtin = Builtin {
    name: "freeze",
    title: |_| text!("freeze.title"),
    plan: no_plan,
    wants: nothing_wanted,
    settle: nothing_to_settle,
    answer: froze,
};

pub const FREEZES: Builtin = Builtin {
    name: "freezes",
    title: |_| text!("freeze.title"),
    plan: no_plan,
    wants: nothing_wanted,
    settle: nothing_to_settle,
    answer: |_, facts, _, work| list(facts, work),
};

/// Where no time is given.
const USUAL: Duration = Duration::from_secs(86_400);
/// What is frozen for longer is forgotten.
const LONGEST: Duration = Duration::from_secs(7 * 86_400);
/// Buttons of one kind in a message.
const BUTTONS: usize = 5;

fn froze(
    resolved: &Resolved,
    facts: &Facts,
    _: &[TaskResult],
    work: &mut Work,
) -> Result<Document, StoreError> {
    let now = facts.now.wall;
    let typed = resolved.word("what").unwrap_or_default();
    let holds_all = |freeze: &Freeze| freeze.selector.is_all() && freeze.is_on(now);
    if typed.is_empty() && work.freezes()?.iter().any(holds_all) {
        return list(facts, work);
    }
    let (selector, named, span, reason) = match wanted(typed, resolved, facts) {
        Ok(wanted) => wanted,
        Err(document) => return Ok(*document),
    };
    let freeze = Freeze {
        id: FreezeId(0),
        selector,
        by: resolved.invocation.asker,
        reason,
        since: now,
        until: now.plus(span),
    };
    let (place, thread) = (facts.place.clone(), resolved.invocation.thread.clone());
    let id = work.add_freeze(&KeptFreeze { freeze: freeze.clone(), place, thread })?;
    let freeze = Freeze { id, ..freeze };
    let text = text!("freeze.frozen", what = named, until = freeze.until, id = id.to_string());
    let document =
        Document::line(Sign::Held, text, Ending::Well).with_detail(text!("freeze.ends", id = id.to_string()));
    let document = on_the_way::told(document, &freeze, facts, work)?;
    Ok(say::only_usable(document.with_button(thaw_button(&freeze, facts)), facts))
}

/// The routers, how they are called, how long, and why.
type Wanted = (Selector, Text, Duration, Option<String>);

/// All of it may be left out: a time alone speaks of all routers. A first word that is neither is a slip, not a
/// reason: nothing is guessed.
fn wanted(typed: &str, resolved: &Resolved, facts: &Facts) -> Result<Wanted, Box<Document>> {
    let (first, behind) = first_word(typed);
    let is_span = |word: &str| read_span(word).is_some() && facts.inventory.named(word).is_none();
    let (what, rest) = match first {
        "" => ("all", ""),
        first if is_span(first) => ("all", typed),
        first => (first, behind),
    };
    let (selector, named) = routers(what, resolved, facts).map_err(|document| {
        let instead = format!("/freeze all {typed}");
        let document = document.with_detail(text!("freeze.all_instead", line = instead.as_str()));
        let action = Action::Run { line: instead };
        let asker = resolved.invocation.asker;
        Box::new(document.with_button(say::deciding(facts, asker, "all", text!("freeze.all_button"), action)))
    })?;
    let named = if selector.is_all() { text!("freeze.all") } else { named };
    let (second, last) = first_word(rest);
    let (span, reason) = match read_span(second) {
        Some(span) => (span, last),
        None => (USUAL, rest),
    };
    if span.is_zero() || span > LONGEST {
        return Err(Box::new(refused(text!("freeze.span", longest = LONGEST))));
    }
    Ok((selector, named, span, Some(reason.to_owned()).filter(|reason| !reason.is_empty())))
}

/// The first word, also `R1, R2`, and what stands behind it.
fn first_word(typed: &str) -> (&str, &str) {
    let typed = typed.trim();
    let ends = |(at, c): &(usize, char)| {
        let before = typed.get(..*at).unwrap_or_default().trim_end();
        let after = typed.get(*at..).unwrap_or_default().trim_start();
        c.is_whitespace() && !before.ends_with(',') && !after.starts_with(',')
    };
    let end = typed.char_indices().find(ends).map_or(typed.len(), |(at, _)| at);
    let (first, rest) = typed.split_at(end);
    (first, rest.trim())
}

/// Those that hold something now and that the asker may hear of.
fn list(facts: &Facts, work: &Work) -> Result<Document, StoreError> {
    let mut freezes = work.freezes()?;
    freezes.retain(|freeze| freeze.is_on(facts.now.wall));
    let text = match freezes.len() {
        0 => return Ok(Document::line(Sign::None, text!("freeze.none"), Ending::Well)),
        count => text!("freeze.several", count = count),
    };
    let document = Document::line(Sign::Held, text, Ending::Well);
    let document = freezes.iter().fold(document, |document, freeze| {
        document.with(Block::Detail { sign: Sign::None, text: held::frozen(freeze, facts) })
    });
    let document = freezes
        .iter()
        .take(BUTTONS)
        .fold(document, |document, freeze| document.with_button(thaw_button(freeze, facts)));
    Ok(say::only_usable(document, facts))
}

fn thaw_button(freeze: &Freeze, facts: &Facts) -> crate::model::Button {
    let label = text!("freeze.end_button", id = freeze.id.to_string());
    say::looking(facts, &format!("end{}", freeze.id.0), label, format!("/unfreeze {}", freeze.id.0))
}

/// Whether the rules let the asker act on the routers of a freeze.
fn may_end(freeze: &Freeze, resolved: &Resolved, facts: &Facts) -> Result<(), Document> {
    let devices: Vec<_> = facts.inventory.matching(&freeze.selector).cloned().collect();
    match devices.is_empty() {
        // Its routers are gone.
        true => Ok(()),
        false => may(resolved, devices, facts),
    }
}

/// Whether a command that began a job changes routers; one that nobody knows any more might.
fn changes(permission: &str, facts: &Facts) -> bool {
    let known = facts.commands.iter().find(|command| command.permission() == permission);
    let reads = permission.ends_with(".config");
    known.map_or(!reads, |command| command.risk > crate::model::Risk::Read)
}
