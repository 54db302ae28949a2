//! The living message while a job works: how many are done, how many failed, about how long still.

use super::{Builtin, say};
use crate::model::{Action, Block, Button, Document, Facts, Resolved, Sign, TaskResult, Text, Uses, Who};
use crate::store::{StoreError, Work};
use std::time::Duration;

/// The newest version of a command's message: progress until every task has ended, then the answer.
pub fn living(
    builtin: &Builtin,
    resolved: &Resolved,
    facts: &Facts,
    results: &[TaskResult],
    work: &mut Work,
) -> Result<Document, StoreError> {
    match facts.job {
        Some(job) if !job.over => Ok(progress((builtin.title)(resolved), resolved, facts, results, job)),
        Some(_) | None => {
            let answer = (builtin.answer)(resolved, facts, results, work)?;
            Ok(say::only_usable(answer, facts))
        }
    }
}

fn progress(
    title: Text,
    resolved: &Resolved,
    facts: &Facts,
    results: &[TaskResult],
    job: crate::model::facts::JobFacts,
) -> Document {
    let failed = results.iter().filter(|result| !result.status.is_well()).count();
    let text = match (job.total, results.len()) {
        (1, _) | (_, 0) => text!("job.running", title = title),
        (_, done) => {
            let counts = match failed {
                0 => text!("job.counts", done = done),
                _ => text!("job.counts_failed", done = done, failed = failed),
            };
            match left(facts, job.accepted_at, done, job.total) {
                Some(left) => text!("job.progress_left", title = title, counts = counts, left = left),
                None => text!("job.progress", title = title, counts = counts),
            }
        }
    };
    let document = Document::open(Sign::Running, text);
    match job.total {
        0 | 1 => document,
        total => document
            .with(Block::Progress { done: results.len() - failed, failed, total })
            .with_button(cancel(facts, resolved, job.id)),
    }
}

/// About how long still, once a tenth is done: before that a guess would only jump about.
fn left(facts: &Facts, since: crate::model::Timestamp, done: usize, total: usize) -> Option<Duration> {
    if done * 10 < total || done == 0 {
        return None;
    }
    let so_far = facts.now.wall.since(since);
    let ratio = (total.saturating_sub(done)) as f64 / done as f64;
    Some(Duration::from_secs(so_far.mul_f64(ratio).as_secs().max(1)))
}

fn cancel(facts: &Facts, resolved: &Resolved, job: crate::model::JobId) -> Button {
    Button {
        name: "cancel".to_owned(),
        label: text!("job.cancel_button"),
        action: Action::Cancel { job },
        who: Who::Person(resolved.invocation.asker),
        until: facts.now.wall.plus(Duration::from_secs(24 * 3_600)),
        uses: Uses::Once,
    }
}
