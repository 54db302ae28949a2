//! `/backup`: the running configuration of one or more routers becomes a version row each. A backup
//! is good only when it is whole; one that shrank to less than half is kept aside and told.

use super::{Builtin, nothing_wanted, output, say};
use crate::model::{
    Ask, Authorized, Configuration, Device, Document, Ending, Facts, Failure, Kind, Outcome, Plan, Resolved,
    Sign, Status, TaskResult, Text,
};
use crate::store::{Added, StoreError, Work};
use serde::{Deserialize, Serialize};

pub const BACKUP: Builtin = Builtin { name: "backup", title, plan, wants: nothing_wanted, settle, answer };

/// Only so many routers are named one by one; the rest stands in the file.
const NAMED: usize = 15;

/// What the task's result keeps for the answer.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "backup")]
enum Finding {
    First { author: Option<String>, changed_at: Option<String> },
    Changed { added: usize, removed: usize, author: Option<String>, changed_at: Option<String> },
    Unchanged,
    Aside,
}

fn title(resolved: &Resolved) -> Text {
    text!("backup.title", whom = say::whom(resolved))
}

fn plan(_: &Authorized, _: &Resolved, device: &Device, _: &Facts) -> Result<Option<Plan>, Failure> {
    Plan::reading(device.clone(), vec![Ask::RunningConfig])
        .map(Some)
        .map_err(|refused| Failure::new(Kind::Refused, text!("show.only_show")).with_detail(refused))
}

fn settle(
    _: &Resolved,
    device: &Device,
    facts: &Facts,
    outcomes: &[Outcome],
    work: &mut Work,
) -> Result<TaskResult, StoreError> {
    if let Some(failure) = say::failure_of(device.name.as_str(), outcomes) {
        let mut result = say::result(device.id, Status::Failed, failure);
        result.data = say::broken_data(outcomes);
        return Ok(result);
    }
    let config = outcomes.iter().find_map(|outcome| match outcome {
        Outcome::Config(config) => Some(config),
        Outcome::Text(_)
        | Outcome::Json(_)
        | Outcome::Dialogue(_)
        | Outcome::Refused { .. }
        | Outcome::Broken(_) => None,
    });
    match config {
        Some(config) if config.bytes == 0 => {
            Ok(say::result(device.id, Status::Failed, text!("backup.empty")))
        }
        Some(config) if !config.complete => {
            Ok(say::result(device.id, Status::Failed, text!("backup.incomplete", bytes = config.bytes)))
        }
        Some(config) => keep(device, facts, config, work),
        None => Ok(say::result(device.id, Status::Failed, text!("backup.nothing"))),
    }
}

fn keep(
    device: &Device,
    facts: &Facts,
    config: &Configuration,
    work: &mut Work,
) -> Result<TaskResult, StoreError> {
    let job = facts.job.map(|job| job.id);
    let (author, changed_at) = (config.author.clone(), config.changed_at.clone());
    let (status, verdict, finding) = match work.add_version(device.id, config, job, facts.now.wall)? {
        Added::First { .. } => {
            (Status::Done, text!("backup.first", bytes = config.bytes), Finding::First { author, changed_at })
        }
        Added::Changed { added, removed, .. } => {
            let verdict = match &author {
                Some(author) => text!("backup.changed_by", added = added, removed = removed, author = author),
                None => text!("backup.changed", added = added, removed = removed),
            };
            (Status::Done, verdict, Finding::Changed { added, removed, author, changed_at })
        }
        Added::Unchanged { .. } => (Status::Done, text!("backup.unchanged"), Finding::Unchanged),
        Added::KeptAside { bytes, last_bytes, .. } => {
            let verdict = text!("backup.aside", bytes = bytes, last = last_bytes);
            (Status::Failed, verdict, Finding::Aside)
        }
    };
    let mut result = say::result(device.id, status, verdict);
    result.data = serde_json::to_value(finding).unwrap_or_default();
    Ok(result)
}

fn answer(
    resolved: &Resolved,
    facts: &Facts,
    results: &[TaskResult],
    work: &mut Work,
) -> Result<Document, StoreError> {
    let took = facts.job.map_or(std::time::Duration::ZERO, |job| facts.now.wall.since(job.accepted_at));
    let failed: Vec<&TaskResult> = results.iter().filter(|result| !result.status.is_well()).collect();
    let mut document = match results {
        [only] => one(facts, only, took),
        several => many(title(resolved), several, failed.len(), took),
    };
    if results.len() > 1 {
        document = named(document, facts, results);
    }
    let worth_a_file = results.len() > 5 && !facts.job.is_some_and(|job| job.cancelled);
    if let (true, Some(job)) = (worth_a_file, facts.job) {
        let line = format!("/job {} file", job.id.0);
        document = document.with_button(say::looking(facts, "all", text!("backup.all_results"), line));
    }
    let document = output::again(document, resolved, facts, &failed);
    let _ = work;
    Ok(document)
}

fn one(facts: &Facts, result: &TaskResult, took: std::time::Duration) -> Document {
    let device = facts.inventory.name(result.device);
    let (sign, ending) = ending(result.status.is_well());
    let text = match result.status.is_well() {
        true => text!("backup.one", device = &device, verdict = result.verdict.clone(), took = took),
        false => text!("backup.one_failed", device = &device, verdict = result.verdict.clone()),
    };
    let document = Document::line(sign, text, ending);
    match finding(result) {
        Some(Finding::Changed { .. }) => document.with_button(say::looking(
            facts,
            "diff",
            text!("backup.show_diff"),
            format!("/diff {device}"),
        )),
        Some(Finding::First { .. } | Finding::Unchanged | Finding::Aside) | None => document,
    }
}

fn many(title: Text, results: &[TaskResult], failed: usize, took: std::time::Duration) -> Document {
    let count = |wanted: fn(&Finding) -> bool| {
        results.iter().filter(|result| finding(result).is_some_and(|found| wanted(&found))).count()
    };
    let first = count(|found| matches!(found, Finding::First { .. }));
    let changed = count(|found| matches!(found, Finding::Changed { .. }));
    let unchanged = count(|found| matches!(found, Finding::Unchanged));
    let not_asked = output::not_asked(results);
    let broke = failed.saturating_sub(not_asked);
    let parts: Vec<Text> = [
        (first, text!("backup.count_first", count = first)),
        (changed, text!("backup.count_changed", count = changed)),
        (unchanged, text!("backup.count_unchanged", count = unchanged)),
        (broke, text!("backup.count_failed", count = broke)),
        (not_asked, text!("backup.count_not_asked", count = not_asked)),
    ]
    .into_iter()
    .filter(|(count, _)| *count > 0)
    .map(|(_, text)| text)
    .collect();
    let (sign, ending) = ending(failed == 0);
    Document::line(sign, text!("backup.many", title = title, took = took, parts = parts), ending)
}

fn ending(well: bool) -> (Sign, Ending) {
    match well {
        true => (Sign::Done, Ending::Well),
        false => (Sign::Warning, Ending::Badly),
    }
}

/// The routers that somebody may want to look at: changed ones, then failed ones.
fn named(mut document: Document, facts: &Facts, results: &[TaskResult]) -> Document {
    let changed = results.iter().filter(|result| matches!(finding(result), Some(Finding::Changed { .. })));
    // Those that a cancel left alone are counted in the first line; nobody needs their names.
    let failed = results.iter().filter(|result| !matches!(result.status, Status::Done | Status::Cancelled));
    let worth: Vec<&TaskResult> = changed.chain(failed).collect();
    for result in worth.iter().take(NAMED) {
        let device = facts.inventory.name(result.device);
        let text = match finding(result) {
            Some(Finding::Changed { .. }) => {
                text!("backup.named_changed", device = &device, verdict = result.verdict.clone())
            }
            Some(Finding::First { .. } | Finding::Unchanged | Finding::Aside) | None => {
                text!("output.device", device = &device, verdict = result.verdict.clone())
            }
        };
        document = document.with_detail(text);
    }
    match worth.len().saturating_sub(NAMED) {
        0 => document,
        more => document.with_detail(text!("backup.more", count = more)),
    }
}

fn finding(result: &TaskResult) -> Option<Finding> {
    serde_json::from_value(result.data.clone()).ok()
}
