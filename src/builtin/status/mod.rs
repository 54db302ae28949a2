//! `/status`: which routers need a look. The verdict first, then only what is not well, worst first;
//! on one router all that was last seen. Nothing unknown is ever called well.

use super::{Builtin, held, no_plan, nothing_to_settle, nothing_wanted, say};
use crate::model::{Document, Ending, Facts, Resolved, Sign, TaskResult, Text};
use crate::store::{StoreError, Work};
use standing::{Grade, Standing};

mod list;
mod sheet;
mod standing;
mod unsaved;

/// Only so many routers are told one by one; the list has all.
const NAMED: usize = 15;
/// Names of one line.
const NAMES: usize = 8;

pub const STATUS: Builtin = Builtin {
    name: "status",
    title: |_| text!("status.title"),
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
    if resolved.devices.is_empty() {
        return Ok(Document::line(Sign::None, text!("devices.none"), Ending::Well));
    }
    let (alerts, windows) = (work.open_alerts()?, work.windows(facts.now.wall)?);
    let devices = resolved.devices.iter();
    let mut all: Vec<Standing<'_>> =
        devices.map(|device| Standing::of(device, &alerts, &windows, facts)).collect();
    // Stable: routers of one grade stay in the order of the inventory.
    all.sort_by_key(|standing| standing.grade);
    let as_list = resolved.word("as") == Some("list");
    match all.as_slice() {
        [only] if !as_list => sheet::sheet(only, facts, work),
        several if as_list => Ok(list::list(verdict(several, facts), several, facts)),
        several => overview(resolved, several, facts, work),
    }
}

fn overview(
    resolved: &Resolved,
    all: &[Standing<'_>],
    facts: &Facts,
    work: &mut Work,
) -> Result<Document, StoreError> {
    let mut document = verdict(all, facts);
    let looks = of(all, Grade::needs_a_look);
    for standing in looks.iter().take(NAMED) {
        let text = named(standing, standing.headline(facts));
        document = document.with_line(standing.grade.sign(), text);
        if let Some(detail) = standing.detail(facts) {
            document = document.with_detail(detail);
        }
    }
    if let more @ 1.. = looks.len().saturating_sub(NAMED) {
        document = document.with_line(Sign::Warning, text!("status.more_looks", count = more));
    }
    let rebooting = of(all, |grade| grade == Grade::Rebooting);
    for standing in rebooting.iter().take(NAMED) {
        let text = named(standing, standing.headline(facts));
        document = document.with_line(standing.grade.sign(), text);
    }
    if let more @ 1.. = rebooting.len().saturating_sub(NAMED) {
        document = document.with_line(Sign::Quiet, text!("status.more_rebooting", count = more));
    }
    let unsaved = of(all, |grade| grade == Grade::Unsaved);
    for standing in unsaved.iter().take(NAMED) {
        let text = named(standing, unsaved::text(standing, work)?);
        document = document.with_line(Sign::Edited, text);
    }
    if let more @ 1.. = unsaved.len().saturating_sub(NAMED) {
        document = document.with_line(Sign::Edited, text!("status.more_unsaved", count = more));
    }
    let document = rest(document, all, looks.len() + rebooting.len() + unsaved.len());
    let devices: Vec<_> = all.iter().map(|standing| standing.device).collect();
    let document = held::with_forgotten(document, &devices, facts, work)?;
    let line = format!("/status {} list", typed(resolved));
    Ok(document.with_button(say::looking(facts, "list", text!("status.list"), line)))
}

/// Those of which nothing is known, those that nobody watches, and those that are well.
fn rest(mut document: Document, all: &[Standing<'_>], told: usize) -> Document {
    let (never, unseen) = (of(all, |grade| grade == Grade::Never), of(all, |grade| grade == Grade::Unseen));
    let unwatched = of(all, |grade| grade == Grade::Unwatched);
    let well = of(all, |grade| grade == Grade::Well).len();
    if !never.is_empty() && never.len() < all.len() {
        let text = text!("status.never_polled", count = never.len(), names = names(&never));
        document = document.with_line(Sign::Question, text);
    }
    if !unseen.is_empty() && unseen.len() < all.len() {
        let text = text!("status.unseen", count = unseen.len(), names = names(&unseen));
        document = document.with_line(Sign::Question, text);
    }
    if !unwatched.is_empty() && unwatched.len() < all.len() {
        let text = text!("status.unwatched", count = unwatched.len(), names = names(&unwatched));
        document = document.with_line(Sign::Quiet, text);
    }
    match well {
        0 => document,
        // The verdict has said it.
        count if count == all.len() => document,
        count if told + never.len() + unseen.len() + unwatched.len() > 0 => {
            document.with_line(Sign::Done, text!("status.others_well", count = count))
        }
        _ => document,
    }
}

fn of<'s, 'a>(all: &'s [Standing<'a>], wanted: impl Fn(Grade) -> bool) -> Vec<&'s Standing<'a>> {
    all.iter().filter(|standing| wanted(standing.grade)).collect()
}

fn named(standing: &Standing<'_>, what: Text) -> Text {
    text!("status.router", device = standing.device.name.as_str(), what = what)
}

/// `R1, R2`, or `R1, R2 and 12 more`.
fn names(standings: &[&Standing<'_>]) -> Text {
    let names: Vec<&str> = standings.iter().map(|standing| standing.device.name.as_str()).collect();
    let shown: Vec<&str> = names.iter().copied().take(NAMES).collect();
    match names.len().saturating_sub(NAMES) {
        0 => Text::verbatim(shown.join(", ")),
        more => text!("status.names_and_more", names = shown, more = more),
    }
}

/// The selector as it was typed, or `all`.
fn typed(resolved: &Resolved) -> String {
    resolved.invocation.line.split(' ').nth(1).unwrap_or("all").to_owned()
}

/// The first line alone, for a notification.
fn verdict(all: &[Standing<'_>], facts: &Facts) -> Document {
    let total = all.len();
    let looks = of(all, Grade::needs_a_look).len();
    let count = |wanted| of(all, |grade| grade == wanted).len();
    let (well, unwatched) = (count(Grade::Well), count(Grade::Unwatched));
    let unseen = count(Grade::Unseen) + count(Grade::Never);
    let worst = all.first().map_or(Sign::None, |standing| standing.grade.sign());
    let (sign, text) = match looks {
        1.. => (worst, text!("status.looks", count = looks, total = total)),
        0 if well == total => (Sign::Done, text!("status.all_well", count = total)),
        0 if unseen == total => {
            (Sign::Question, text!("status.nothing_known", count = total, soon = facts.periods.often))
        }
        0 if unwatched == total => {
            let first = all.first().map(|standing| standing.device.name.as_str()).unwrap_or_default();
            (Sign::Quiet, text!("status.none_watched", count = total, device = first))
        }
        0 if unseen > 0 => (Sign::Question, text!("status.none_looks_known", count = unseen, total = total)),
        0 if count(Grade::Rebooting) > 0 => (Sign::Quiet, text!("status.none_looks", total = total)),
        0 => (Sign::Done, text!("status.none_looks", total = total)),
    };
    Document::line(sign, text, Ending::Well)
}
