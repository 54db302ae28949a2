//! `/jobs`: what runs now and what ran last.

use super::{Builtin, no_plan, nothing_to_settle, nothing_wanted, say};
use crate::model::{Block, Document, Ending, Facts, Job, JobState, Resolved, Sign, TaskResult, Text};
use crate::store::{JobFilter, StoreError, Work};

const USUAL: i64 = 10;

pub const JOBS: Builtin = Builtin {
    name: "jobs",
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
    let limit = resolved.number("count").unwrap_or(USUAL).clamp(1, 50);
    let jobs = work.recent_jobs(&JobFilter::default(), usize::try_from(limit).unwrap_or(10))?;
    if jobs.is_empty() {
        return Ok(Document::line(Sign::None, text!("jobs.none"), Ending::Well));
    }
    let running = jobs.iter().filter(|job| job.state == JobState::Running).count();
    let verdict = match running {
        0 => text!("jobs.none_running"),
        count => text!("jobs.running", count = count),
    };
    let document = Document::line(Sign::None, verdict, Ending::Well);
    let document = jobs.iter().fold(document, |document, job| document.with(row(job, facts)));
    Ok(match jobs.first() {
        Some(newest) => {
            let label = text!("jobs.show", job = newest.id.to_string());
            document.with_button(say::looking(facts, "newest", label, format!("/job {}", newest.id.0)))
        }
        None => document,
    })
}

fn row(job: &Job, facts: &Facts) -> Block {
    Block::Detail { sign: sign(job.state), text: line(job, facts) }
}

pub fn sign(state: JobState) -> Sign {
    match state {
        JobState::Running => Sign::Running,
        JobState::Done => Sign::Done,
        JobState::Failed => Sign::Warning,
        JobState::Cancelled => Sign::Refused,
    }
}

/// `#17 /backup all, by you, 14:02, 27 of 40 done, 1 failed`
pub fn line(job: &Job, facts: &Facts) -> Text {
    let (id, typed) = (job.id.to_string(), job.invocation.line.as_str());
    let (who, at) = (facts.person_name(job.invocation.asker), job.accepted_at);
    let state = match (job.state, job.failed) {
        (JobState::Running, _) => text!("jobs.state_running", done = job.done, total = job.tasks),
        (JobState::Done, _) => text!("jobs.state_done"),
        (JobState::Failed, _) if job.tasks == 1 => text!("jobs.state_failed_one"),
        (JobState::Failed, failed) => text!("jobs.state_failed", failed = failed, total = job.tasks),
        (JobState::Cancelled, _) => text!("jobs.state_cancelled", done = job.done, total = job.tasks),
    };
    text!("jobs.line", id = id, typed = typed, who = who, at = at, state = state)
}
