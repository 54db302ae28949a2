//! Those who only read, and need not be anybody whom the bot knows: they join by a code and leave by a word.

use super::decide::{Audit, Decision, Ruling};
use super::enact::{own_slot, row, say};
use super::gather::Gathered;
use super::stranger;
use crate::builtin;
use crate::command::{self, Catalog};
use crate::model::{Class, Join, Run, Text};
use crate::store::{StoreError, Work, spelled};

const MASKED: &str = "/confirm ****-****";
/// What a person writes who has enough of it, with or without a slash.
const ENOUGH: [&str; 4] = ["stop", "/stop", "unsubscribe", "/unsubscribe"];
/// As a code is shown: two groups of so many letters.
const GROUP: usize = 4;

/// What somebody wants who need not be known for it: to join by a code, or to hear no more.
pub fn decided(catalog: &Catalog, gathered: &Gathered, typed: &str) -> Option<Decision> {
    match code(catalog, gathered, typed) {
        Some(code) => Some(Decision::Confirm { code }),
        None => leaves(gathered, typed).then(|| Decision::Enough { line: typed.to_owned() }),
    }
}

/// The code that was sent, by whoever may send one here.
fn code(catalog: &Catalog, gathered: &Gathered, typed: &str) -> Option<String> {
    let facts = &gathered.facts;
    // Where nobody need be known the code alone is enough.
    let from_there = facts.private && facts.doors.join(&facts.place.channel) == Join::Sent;
    if let Some(code) = named(catalog, typed) {
        // `/confirm mail` lacks its address.
        if facts.doors.named(&code).is_some() {
            return None;
        }
        let confirms = |run: &Run| *run == Run::Builtin(builtin::CONFIRM.name.to_owned());
        let may = facts.commands.iter().any(|command| confirms(&command.run) && facts.may_ever(command));
        return (may || from_there).then_some(code);
    }
    (from_there && is_bare(typed)).then(|| typed.trim().to_owned())
}

/// The code of `/confirm CODE`; an address or a number is none.
fn named(catalog: &Catalog, typed: &str) -> Option<String> {
    let line = command::parse(typed).ok()?;
    let (first, rest) = line.words.split_first()?;
    let confirms = |run: &Run| *run == Run::Builtin(builtin::CONFIRM.name.to_owned());
    let named = catalog.named(&first.text).iter().any(|command| confirms(&command.run));
    let code: String = rest.iter().map(|word| word.text.as_str()).collect();
    (named && !code.is_empty() && !code.contains(['@', '#'])).then_some(code)
}

/// `ABCD-EFGH`
fn is_bare(typed: &str) -> bool {
    let Some((first, last)) = typed.trim().split_once('-') else { return false };
    let group = |part: &str| part.len() == GROUP && part.chars().all(|c| c.is_ascii_alphanumeric());
    group(first) && group(last) && spelled(typed).len() == 2 * GROUP
}

/// A line as it may be shown to others.
pub fn masked(catalog: &Catalog, typed: &str) -> Option<&'static str> {
    named(catalog, typed).map(|_| MASKED)
}

/// Whether somebody who hears of alerts here has enough of it, and could not say so otherwise.
fn leaves(gathered: &Gathered, typed: &str) -> bool {
    let is_enough = ENOUGH.iter().any(|word| typed.trim().eq_ignore_ascii_case(word));
    let runs = |run: &Run| *run == Run::Builtin(builtin::UNSUBSCRIBE.name.to_owned());
    let facts = &gathered.facts;
    let may = facts.commands.iter().any(|command| runs(&command.run) && facts.may_ever(command));
    let is_command = !typed.trim().to_lowercase().ends_with("stop");
    // Among the words of an open question it is an answer.
    let is_answer = gathered.dialog.is_some();
    gathered.hears && facts.private && is_enough && !is_answer && !(may && is_command)
}

/// What a code came to. The code itself stands in no audit row.
pub fn confirm(work: &mut Work, gathered: &Gathered, code: &str) -> Result<(), StoreError> {
    let request = &gathered.request;
    let title = request.scene.called.as_deref().or(request.scene.title.as_deref());
    let came = builtin::came(code, &request.asker, title, &gathered.facts, work)?;
    let Some(document) = came.document else { return Ok(()) };
    let ruling = if came.joined.is_some() { Ruling::Allowed } else { Ruling::Refused };
    let audit =
        Audit { line: MASKED.to_owned(), permission: builtin::CONFIRM.name.to_owned(), ruling, rule: None };
    let mut row = row(gathered, &audit, None);
    row.outcome = came.joined.map(|place| format!("{place} hears of alerts"));
    work.audit(&row)?;
    say(work, gathered, own_slot(gathered), Class::Result, document)
}

/// Enough was told here. Whoever heard of nothing is answered as anybody else.
pub fn leave(work: &mut Work, gathered: &Gathered, line: &str) -> Result<(), StoreError> {
    let Some(document) = builtin::leave(&gathered.facts, work)? else {
        return stranger::refuse(work, gathered, line, None);
    };
    let audit = Audit {
        line: line.trim().to_owned(),
        permission: builtin::UNSUBSCRIBE.name.to_owned(),
        ruling: Ruling::Allowed,
        rule: None,
    };
    work.audit(&row(gathered, &audit, None))?;
    say(work, gathered, own_slot(gathered), Class::Result, document)
}

/// What one reads who hears of alerts here and asks for something.
pub fn only_hears(gathered: &Gathered) -> Option<Text> {
    gathered.hears.then(|| text!("subscribe.hears_here"))
}
