//! `/diff`: what changed in a router's configuration, from the version rows, secrets left out.

use super::{Builtin, no_plan, nothing_to_settle, nothing_wanted, output};
use crate::model::invocation::When;
use crate::model::{Block, Device, Document, Ending, Facts, Resolved, Sign, TaskResult, Text};
use crate::store::{StoreError, Version, Work};
use similar::TextDiff;

pub const DIFF: Builtin =
    Builtin { name: "diff", title, plan: no_plan, wants: nothing_wanted, settle: nothing_to_settle, answer };

/// More lines than this go to a file.
const INLINE_LINES: usize = 60;

fn title(resolved: &Resolved) -> Text {
    text!("diff.title", whom = super::say::whom(resolved))
}

fn answer(
    resolved: &Resolved,
    facts: &Facts,
    _: &[TaskResult],
    work: &mut Work,
) -> Result<Document, StoreError> {
    let Some(device) = resolved.devices.first() else { return Ok(Document::default()) };
    match pair(resolved, device, work)? {
        Pair::None => Ok(bad(text!("diff.no_backup", device = device.name.as_str()))),
        Pair::NoneThen => Ok(bad(text!("diff.no_backup_then", device = device.name.as_str()))),
        Pair::Only(only) => Ok(Document::line(
            Sign::None,
            text!("diff.only_one", device = device.name.as_str(), at = only.taken_at),
            Ending::Well,
        )),
        Pair::Two(old, new) => show(device, facts, &old, &new, work),
    }
}

enum Pair {
    None,
    /// There are backups, but none as old as asked.
    NoneThen,
    Only(Version),
    Two(Version, Version),
}

/// The newest version and the one before it, or the one that held at the asked moment.
fn pair(resolved: &Resolved, device: &Device, work: &mut Work) -> Result<Pair, StoreError> {
    let mut newest = work.versions(device.id, 10)?.into_iter().filter(|version| !version.kept_aside);
    let Some(new) = newest.next() else { return Ok(Pair::None) };
    let old = match resolved.when("when") {
        None => match newest.next() {
            Some(old) => old,
            None => return Ok(Pair::Only(new)),
        },
        Some(When::At(at)) => match work.version_at(device.id, *at)? {
            Some(old) => old,
            None => return Ok(Pair::NoneThen),
        },
        Some(When::Version(id)) => match work.version(*id)?.filter(|version| version.device == device.id) {
            Some(old) => old,
            None => return Ok(Pair::NoneThen),
        },
    };
    Ok(Pair::Two(old, new))
}

fn show(
    device: &Device,
    facts: &Facts,
    old: &Version,
    new: &Version,
    work: &mut Work,
) -> Result<Document, StoreError> {
    let (was, is) = (work.redacted(old.id)?.unwrap_or_default(), work.redacted(new.id)?.unwrap_or_default());
    let diff = TextDiff::from_lines(&was, &is);
    let text = diff.unified_diff().context_radius(2).to_string();
    let name = device.name.as_str();
    if text.is_empty() {
        let text = text!("diff.same", device = name, old = old.taken_at, new = new.last_seen_at);
        return Ok(Document::line(Sign::Done, text, Ending::Well));
    }
    let count = |sign: char| text.lines().filter(|line| line.starts_with(sign)).count();
    let (added, removed) = (count('+'), count('-'));
    let verdict = match &new.author {
        Some(author) => {
            text!("diff.changed_by", device = name, added = added, removed = removed, author = author)
        }
        None => text!("diff.changed", device = name, added = added, removed = removed),
    };
    let document = Document::line(Sign::None, verdict, Ending::Well).with_detail(text!(
        "diff.between",
        old = old.taken_at,
        old_version = old.id.to_string(),
        new = new.taken_at,
        new_version = new.id.to_string()
    ));
    if text.lines().count() <= INLINE_LINES {
        return Ok(document.with(Block::Raw(text)));
    }
    let first: Vec<&str> = text.lines().take(INLINE_LINES / 2).collect();
    let file = output::attach(work, facts, format!("{name}_{}-{}.diff", old.id.0, new.id.0), &text)?;
    let more = text.lines().count() - first.len();
    Ok(document
        .with(Block::Raw(first.join("\n")))
        .with_detail(text!("output.more_in_file", count = more))
        .with(file))
}

fn bad(text: Text) -> Document {
    Document::line(Sign::Question, text, Ending::Badly)
}
