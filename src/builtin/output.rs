//! Replies that show what routers printed: one router's text below the verdict, several routers'
//! one after the other, and a file when it would not fit a phone.

use super::say;
use crate::command;
use crate::model::{
    Action, Block, Document, Ending, Facts, Outcome, Resolved, ShowAs, Sign, Status, TaskResult, Text,
};
use crate::store::{StoreError, Work};
use std::collections::BTreeMap;

/// More lines than this go to a file, with the first and the last ones inline.
const INLINE_LINES: usize = 40;
const FIRST_LINES: usize = 12;
const LAST_LINES: usize = 6;
/// A few long lines do not fit a phone either.
const INLINE_CHARACTERS: usize = 3_500;
const FIRST_CHARACTERS: usize = 200;
/// Buttons of one kind in a message.
const OFFERS: usize = 6;

/// A task's result from text outcomes: the text, passed through `view`, or the first failure.
pub fn settle(
    device: &crate::model::Device,
    outcomes: &[Outcome],
    view: impl Fn(&str) -> String,
) -> TaskResult {
    if let Some(failure) = say::failure_of(device.name.as_str(), outcomes) {
        let mut result = say::result(device.id, Status::Failed, failure);
        result.data = say::broken_data(outcomes);
        result.output = said_by_refusal(outcomes);
        return result;
    }
    let printed: Vec<String> = outcomes
        .iter()
        .filter_map(|outcome| match outcome {
            Outcome::Text(text) => Some(view(text)),
            Outcome::Config(config) => Some(view(&config.redacted)),
            Outcome::Dialogue(conversation) => Some(view(&conversation.transcript)),
            Outcome::Json(_) | Outcome::Refused { .. } | Outcome::Broken(_) => None,
        })
        .collect();
    let text = printed.join("\n");
    let mut result = say::done(device.id, text!("output.lines", count = text.lines().count()));
    result.output = Some(text);
    result
}

fn said_by_refusal(outcomes: &[Outcome]) -> Option<String> {
    outcomes.iter().find_map(|outcome| match outcome {
        Outcome::Refused { said, .. } if !said.trim().is_empty() => Some(said.clone()),
        Outcome::Refused { .. }
        | Outcome::Text(_)
        | Outcome::Config(_)
        | Outcome::Dialogue(_)
        | Outcome::Json(_)
        | Outcome::Broken(_) => None,
    })
}

/// The reply: verdict first, then each router's text, long ones as a file.
pub fn answer(
    title: Text,
    resolved: &Resolved,
    facts: &Facts,
    results: &[TaskResult],
    work: &mut Work,
) -> Result<Document, StoreError> {
    let failed: Vec<&TaskResult> = results.iter().filter(|result| !result.status.is_well()).collect();
    let mut document = verdict(&title, resolved, facts, results, &failed);
    match results {
        [only] => show_one(&mut document, resolved, facts, only, work)?,
        several => show_several(&mut document, resolved, facts, several),
    }
    let document = tell_when_free(document, facts, &failed);
    Ok(again(document, resolved, facts, &failed))
}

/// Offers to say when routers that others change are free; nothing runs by itself then.
fn tell_when_free(document: Document, facts: &Facts, failed: &[&TaskResult]) -> Document {
    let locked: Vec<&&TaskResult> = failed.iter().filter(|result| say::was_locked(result)).collect();
    let alone = locked.len() == 1;
    locked.into_iter().take(OFFERS).enumerate().fold(document, |document, (at, result)| {
        let label = match alone {
            true => text!("output.tell_when_free"),
            false => text!("output.tell_when_free_of", device = facts.inventory.name(result.device)),
        };
        let action = Action::TellWhenFree { device: result.device };
        let document = document.with_button(say::repeatable(facts, &format!("free{at}"), label, action));
        match say::locked_by(result) {
            Some(job) if alone => document.with_button(say::looking(
                facts,
                "watch",
                text!("output.watch"),
                format!("/job {}", job.0),
            )),
            Some(_) | None => document,
        }
    })
}

fn verdict(
    title: &Text,
    resolved: &Resolved,
    facts: &Facts,
    results: &[TaskResult],
    failed: &[&TaskResult],
) -> Document {
    let took = facts.job.map_or(std::time::Duration::ZERO, |job| facts.now.wall.since(job.accepted_at));
    match (results, failed) {
        ([only], []) => {
            let text =
                text!("output.one", title = title.clone(), verdict = only.verdict.clone(), took = took);
            Document::line(Sign::None, text, Ending::Well)
        }
        ([only], _) => {
            let device =
                resolved.device(only.device).map_or_else(|| only.device.to_string(), |d| d.name.to_string());
            Document::line(
                Sign::Warning,
                text!("output.one_failed", device = device, verdict = only.verdict.clone()),
                Ending::Badly,
            )
        }
        (all, []) => {
            let text = text!("output.several", title = title.clone(), count = all.len(), took = took);
            Document::line(Sign::Done, text, Ending::Well)
        }
        (all, failed) => {
            let (title, well) = (title.clone(), all.len() - failed.len());
            let text = match not_asked(all) {
                0 => {
                    let failed = failed.len();
                    text!("output.several_failed", title = title, well = well, failed = failed, took = took)
                }
                left => text!(
                    "output.several_cancelled",
                    title = title,
                    well = well,
                    failed = failed.len().saturating_sub(left),
                    left = left,
                    took = took
                ),
            };
            Document::line(Sign::Warning, text, Ending::Badly)
        }
    }
}

fn show_one(
    document: &mut Document,
    resolved: &Resolved,
    facts: &Facts,
    result: &TaskResult,
    work: &mut Work,
) -> Result<(), StoreError> {
    let Some(output) = result.output.as_deref().filter(|text| !text.trim().is_empty()) else { return Ok(()) };
    let lines = output.lines().count();
    if fits(lines, output.len()) && resolved.command.show != ShowAs::File {
        document.blocks.push(Block::Raw(output.to_owned()));
        return Ok(());
    }
    let cut = |line: &str| line.chars().take(FIRST_CHARACTERS).collect::<String>();
    let first: Vec<String> = output.lines().take(FIRST_LINES).map(cut).collect();
    document.blocks.push(Block::Raw(first.join("\n")));
    let between = lines.saturating_sub(FIRST_LINES + LAST_LINES);
    let text = match between {
        0 => text!("output.whole_in_file"),
        between => text!("output.between_in_file", count = between),
    };
    document.blocks.push(Block::Detail { sign: Sign::None, text });
    if between > 0 {
        let last: Vec<String> = output.lines().skip(FIRST_LINES + between).map(cut).collect();
        document.blocks.push(Block::Raw(last.join("\n")));
    }
    let name = file_name(&facts.inventory.name(result.device), resolved, facts);
    document.blocks.push(attach(work, facts, name, output)?);
    Ok(())
}

fn fits(lines: usize, bytes: usize) -> bool {
    lines <= INLINE_LINES && bytes <= INLINE_CHARACTERS
}

fn show_several(document: &mut Document, resolved: &Resolved, facts: &Facts, results: &[TaskResult]) {
    let total: usize =
        results.iter().filter_map(|r| r.output.as_deref()).map(|text| text.lines().count() + 1).sum();
    let bytes = results.iter().filter_map(|r| r.output.as_deref()).map(str::len).sum();
    let inline = fits(total, bytes) && resolved.command.show != ShowAs::File;
    for result in results {
        let device = facts.inventory.name(result.device);
        let output = result.output.as_deref().unwrap_or_default();
        // Beside the verdict, a long answer of many has only failed routers in the message.
        let failed = !matches!(result.status, Status::Done | Status::Cancelled);
        let named = results.len() <= EACH || (failed && document.blocks.len() <= NAMED);
        if inline || named {
            let sign = if result.status.is_well() { Sign::None } else { Sign::Warning };
            let text = text!("output.device", device = &device, verdict = result.verdict.clone());
            document.blocks.push(Block::Detail { sign, text });
        }
        if inline && !output.trim().is_empty() {
            document.blocks.push(Block::Raw(output.to_owned()));
        }
    }
    if !inline {
        let failed = results.iter().filter(|result| !result.status.is_well()).count();
        if let more @ 1.. = (failed - not_asked(results)).saturating_sub(NAMED) {
            let text = text!("output.more_failed", count = more);
            document.blocks.push(Block::Detail { sign: Sign::None, text });
        }
        document.blocks.push(Block::Detail { sign: Sign::None, text: text!("output.all_in_file") });
        let name = file_name(&format!("{}-routers", results.len()), resolved, facts);
        document.blocks.push(Block::Listing { name, lines: listing(results, facts) });
    }
}

/// So many routers have a line each, whatever became of them.
const EACH: usize = 8;
/// Only so many failed routers are named one by one; the rest stands in the file.
const NAMED: usize = 15;

/// How many routers a cancel left alone.
pub fn not_asked(results: &[TaskResult]) -> usize {
    results.iter().filter(|result| result.status == Status::Cancelled).count()
}

/// What stands in a file of many results: each router with its verdict, and below what it printed.
/// Failed ones come first: they are what somebody opens the file for.
pub fn listing(results: &[TaskResult], facts: &Facts) -> Vec<Text> {
    let (well, failed): (Vec<_>, Vec<_>) = results.iter().partition(|result| result.status.is_well());
    let mut lines = Vec::new();
    for result in failed.into_iter().chain(well) {
        let device = facts.inventory.name(result.device);
        lines.push(match result.status.is_well() {
            true => text!("output.listed", device = device, verdict = result.verdict.clone()),
            false => text!("output.listed_failed", device = device, verdict = result.verdict.clone()),
        });
        if let Some(output) = result.output.as_deref().filter(|output| !output.trim().is_empty()) {
            lines.extend([Text::verbatim(output), Text::verbatim("")]);
        }
    }
    lines
}

/// A file block whose bytes are stored with the message.
pub fn attach(work: &mut Work, facts: &Facts, name: String, text: &str) -> Result<Block, StoreError> {
    let attachment = work.attach(&name, text.as_bytes(), facts.now.wall)?;
    Ok(Block::File { name, attachment, bytes: text.len() as u64 })
}

/// `R1_show-version_20261123-1402.txt`: device, command, time in UTC.
fn file_name(device: &str, resolved: &Resolved, facts: &Facts) -> String {
    let words =
        resolved.show("command").map_or_else(|| resolved.command.name.clone(), |show| show.line.clone());
    let words: String =
        words.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).take(40).collect();
    format!("{device}_{words}_{}.txt", facts.now.wall.utc().format("%Y%m%d-%H%M%S"))
}

/// Offers to try the failed ones again.
pub fn again(document: Document, resolved: &Resolved, facts: &Facts, failed: &[&TaskResult]) -> Document {
    // What changes a router is never one careless press away.
    if resolved.changes_something() {
        return document;
    }
    let document = once_more(document, resolved, facts, failed);
    let names: Vec<String> = failed
        .iter()
        .filter(|result| say::refused_credential(result).is_none())
        .map(|result| facts.inventory.name(result.device))
        .collect();
    let Some(line) = (match names.as_slice() {
        [] => None,
        names => command::retargeted(resolved, &names.join(",")),
    }) else {
        return document;
    };
    let label = match names.as_slice() {
        [only] => text!("output.try_again_one", device = only),
        several => text!("output.try_again", count = several.len()),
    };
    document.with_button(say::looking(facts, "again", label, line))
}

/// A password that was refused is tried again only when a person says so, at one router first.
fn once_more(document: Document, resolved: &Resolved, facts: &Facts, failed: &[&TaskResult]) -> Document {
    let mut refused: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for result in failed {
        if let Some(credential) = say::refused_credential(result) {
            refused.entry(credential).or_default().push(facts.inventory.name(result.device));
        }
    }
    let alone = refused.len() == 1;
    refused.into_iter().take(OFFERS).fold(document, |document, (credential, names)| {
        let Some(line) = command::retargeted(resolved, &names.join(",")) else { return document };
        let label = match alone {
            true => text!("output.try_once_more"),
            false => text!("output.try_once_more_with", credential = &credential),
        };
        let name = format!("credential-{credential}");
        let action = Action::TryCredential { credential, line };
        document.with_button(say::repeatable(facts, &name, label, action))
    })
}
