//! `/job 17`: one job whole: who asked, when, and what came of each router.

use super::{Builtin, jobs, no_plan, nothing_to_settle, nothing_wanted, output, say};
use crate::model::{
    Action, Block, Document, Ending, Facts, Job, JobId, JobState, Resolved, Sign, TaskResult, Text,
};
use crate::store::{StoreError, Work};

/// More routers than this go to a file.
const INLINE: usize = 20;

pub const JOB: Builtin = Builtin {
    name: "job",
    title: |_| text!("jobs.title"),
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
    let id = wanted(resolved);
    let Some(job) = work.job(id)? else {
        return Ok(Document::line(Sign::Question, text!("jobs.unknown", id = id.to_string()), Ending::Badly));
    };
    let results = work.results(id)?;
    let document = Document::line(jobs::sign(job.state), jobs::line(&job, facts), Ending::Well);
    let document = match job.finished_at {
        Some(at) => document.with_detail(text!("jobs.took", took = at.since(job.accepted_at))),
        None => document,
    };
    let document = match results.len() > INLINE || resolved.word("how") == Some("file") {
        true => {
            let name = format!("job-{}.txt", id.0);
            document.with(Block::Listing { name, lines: listing(&job, &results, facts) })
        }
        false => results.iter().fold(document, |document, result| document.with(row(result, facts))),
    };
    Ok(match job.state {
        JobState::Running => document.with_button(say::deciding(
            facts,
            resolved.invocation.asker,
            "cancel",
            text!("job.cancel_button"),
            Action::Cancel { job: id },
        )),
        JobState::Done | JobState::Failed | JobState::Cancelled => document,
    })
}

/// The job that the command names; 0, which no job has, when it names none.
pub fn wanted(resolved: &Resolved) -> JobId {
    match resolved.values.get("job") {
        Some(crate::model::Value::Job(id)) => *id,
        _ => JobId(0),
    }
}

fn row(result: &TaskResult, facts: &Facts) -> Block {
    let sign = match result.status.is_well() {
        true => Sign::Done,
        false => Sign::Warning,
    };
    let device = facts.inventory.name(result.device);
    Block::Detail { sign, text: text!("output.device", device = device, verdict = result.verdict.clone()) }
}

/// The file: the job's line, then each router with its verdict and what it printed.
fn listing(job: &Job, results: &[TaskResult], facts: &Facts) -> Vec<Text> {
    let mut lines = vec![jobs::line(job, facts), Text::verbatim("")];
    lines.extend(output::listing(results, facts));
    lines
}
