//! `/cancel 17`: a job starts no further router. What a router is doing already is not torn down.

use super::{Builtin, job, no_plan, nothing_to_settle, nothing_wanted};
use crate::model::{Document, Ending, Facts, JobState, Resolved, Role, Sign, TaskResult};
use crate::store::{StoreError, Work};

pub const CANCEL: Builtin = Builtin {
    name: "cancel",
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
    cancelled(job::wanted(resolved), facts, work)
}

/// Asks the job to stop, if this person may: one's own jobs always, others' as an admin.
pub fn cancelled(id: crate::model::JobId, facts: &Facts, work: &mut Work) -> Result<Document, StoreError> {
    let Some(job) = work.job(id)? else {
        return Ok(Document::line(Sign::Question, text!("jobs.unknown", id = id.to_string()), Ending::Badly));
    };
    let own = facts.asker.as_ref().is_some_and(|person| person.id == job.invocation.asker);
    if !own && !administers(facts) {
        let text =
            text!("cancel.not_yours", id = id.to_string(), who = facts.person_name(job.invocation.asker));
        return Ok(Document::line(Sign::Refused, text, Ending::Badly));
    }
    match job.state {
        JobState::Running => {
            let by = facts.asker.as_ref().map_or(job.invocation.asker, |person| person.id);
            work.request_cancel(id, by, facts.now.wall)?;
            let text = text!("cancel.asked", id = id.to_string(), typed = job.invocation.line.as_str());
            Ok(Document::line(Sign::Done, text, Ending::Well))
        }
        JobState::Done | JobState::Failed | JobState::Cancelled => {
            Ok(Document::line(Sign::None, text!("cancel.over", id = id.to_string()), Ending::Well))
        }
    }
}

/// Whether the rules let this person do what only admins do.
pub fn administers(facts: &Facts) -> bool {
    facts
        .asker
        .as_ref()
        .is_some_and(|person| facts.policy.may_ever(person, &facts.place, "cancel.others", Role::Admin))
}
