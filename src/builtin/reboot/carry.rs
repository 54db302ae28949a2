//! A step of a reboot becomes rows: the state, the window of alerts, the lock, the task's result, the messages.

use super::super::{outbound, short_reply, window_over};
use super::living::{document as living, pushed};
use super::verdict;
use crate::model::{
    Class, DeviceId, Document, Facts, Invocation, JobId, JobState, Outbound, Slot, Status, TaskResult,
    Window, WindowEnd,
};
use crate::procedure::reboot::{self, Effect, End, Event, Limits, Reboot, Stage, Verdict};
use crate::store::{Procedure, StoreError, Work};
use std::time::Duration;

/// The row, understood.
#[derive(Clone, Debug)]
pub struct Kept {
    pub job: JobId,
    pub version: i64,
    pub reboot: Reboot,
}

/// Reads a stored state.
pub fn kept(row: Procedure) -> Result<Kept, StoreError> {
    let reboot = serde_json::from_value(row.state)?;
    Ok(Kept { job: row.job, version: row.version, reboot })
}

/// The reboot that a router's own timer holds for us.
pub fn scheduled(device: DeviceId, work: &Work<'_>) -> Result<Option<Kept>, StoreError> {
    for row in work.procedures()? {
        let kept = kept(row)?;
        if matches!(kept.reboot.stage, Stage::Scheduled { .. }) && kept.reboot.device() == Some(device) {
            return Ok(Some(kept));
        }
    }
    Ok(None)
}

/// Where and how it is told.
pub struct Told<'a> {
    pub invocation: &'a Invocation,
    pub facts: &'a Facts,
    /// A phone keeps silent when a message changes there: what matters is said once more.
    pub replies: bool,
    pub limits: &'a Limits,
}

/// Stores what an event came to; the state as it is then. None: somebody else moved it, nothing was done.
pub fn carry(
    kept: Kept,
    event: Event,
    told: &Told<'_>,
    work: &mut Work,
) -> Result<Option<Reboot>, StoreError> {
    let Kept { job, version, reboot } = kept;
    let (before, now) = (reboot.clone(), told.facts.now);
    let step = reboot::step(reboot, event, now, told.limits);
    if step.reboot == before && step.effects.is_empty() {
        return Ok(Some(before));
    }
    if !work.put_procedure(job, version, &serde_json::to_value(&step.reboot)?)? {
        return Ok(None);
    }
    for effect in &step.effects {
        enact(job, &step.reboot, effect, told, work)?;
    }
    say(job, &step.reboot, told, work)?;
    if let Stage::Ended(end) = &step.reboot.stage {
        over(job, &step.reboot, end, told, work)?;
    }
    Ok(Some(step.reboot))
}

fn enact(
    job: JobId,
    reboot: &Reboot,
    effect: &Effect,
    told: &Told<'_>,
    work: &mut Work,
) -> Result<(), StoreError> {
    let (facts, by) = (told.facts, told.invocation.asker);
    match effect {
        Effect::Quiet { device, opens, ends } => {
            work.open_window(&Window { job, device: *device, by, opens: *opens, ends: *ends })
        }
        Effect::Loud { device, verdict } => loud(job, reboot, *device, verdict, told, work),
        Effect::Release => work.release(job).map(drop),
        Effect::Ends { device, status, verdict } => {
            let (_, text) = verdict::said(reboot.name(*device), verdict);
            if let Verdict::Back { took, .. } = verdict {
                work.note_reload_time(*device, *took, facts.now.wall)?;
            }
            let result = TaskResult {
                device: *device,
                status: *status,
                verdict: text,
                output: None,
                data: serde_json::Value::Null,
                took: Duration::ZERO,
            };
            work.end_task(job, &result, facts.now.wall).map(drop)
        }
        Effect::Answers { device, after } if told.replies => {
            let document = pushed(reboot.name(*device), *after);
            reply(&format!("answers/{}", reboot.turn), document, told, work)
        }
        Effect::Answers { .. } => Ok(()),
    }
}

/// Alerts of the router speak again, as the verdict asks for.
fn loud(
    job: JobId,
    reboot: &Reboot,
    device: DeviceId,
    verdict: &Verdict,
    told: &Told<'_>,
    work: &mut Work,
) -> Result<(), StoreError> {
    let Some(window) = work.window(job, device)? else { return Ok(()) };
    let how = match verdict {
        Verdict::Back { .. } => WindowEnd::Well,
        Verdict::Lost { limit, last_seen } => WindowEnd::Lost {
            limit: *limit,
            last_seen: Some(*last_seen),
            backup: work.latest(device)?.map(|version| version.last_seen_at),
            asked_by: told.invocation.asker,
        },
        // It may have booted: that much was asked for.
        Verdict::Unproven { .. } => WindowEnd::TimeOver,
        Verdict::NotAReboot { .. } | Verdict::NotHappened | Verdict::NotSent { .. } | Verdict::TakenBack => {
            WindowEnd::NotHappened
        }
    };
    if window_over(&window, how, told.facts, work)? {
        return Ok(());
    }
    // No rule speaks of it: whoever hears of this bot at all must.
    let document = verdict::document(reboot.name(device), device, verdict, told.facts, work)?;
    for place in told.facts.homes.iter().filter(|home| **home != told.invocation.place) {
        let lost = Outbound {
            slot: Slot(format!("{}/lost/{}", told.invocation.key, device.0)),
            place: place.clone(),
            thread: None,
            reply_to: None,
            class: Class::Critical,
            only: None,
            document: document.clone(),
            not_before: None,
            expires: None,
        };
        work.post(&lost, told.facts.now.wall)?;
    }
    Ok(())
}

/// The message as it reads now: with each step, and after a start, where nobody may see it any more.
pub fn say(job: JobId, reboot: &Reboot, told: &Told<'_>, work: &mut Work) -> Result<(), StoreError> {
    let document = living(reboot, job, told.invocation, told.facts, work)?;
    let class = match &reboot.stage {
        Stage::Ended(_) => Class::Result,
        Stage::Asking { .. } | Stage::Counting { .. } => Class::Critical,
        _ => Class::Progress,
    };
    let was_work = !reboot.done.is_empty() && reboot.is_over();
    let short = (told.replies && was_work).then(|| short_reply(told.invocation, &document));
    work.post(&outbound(told.invocation, class, document), told.facts.now.wall)?;
    short.iter().try_for_each(|short| work.post(short, told.facts.now.wall).map(drop))
}

fn reply(name: &str, document: Document, told: &Told<'_>, work: &mut Work) -> Result<(), StoreError> {
    let reply = Outbound {
        slot: Slot(format!("{}/{name}", told.invocation.key)),
        reply_to: Some(Slot(told.invocation.key.clone())),
        ..outbound(told.invocation, Class::Result, document)
    };
    work.post(&reply, told.facts.now.wall).map(drop)
}

/// Every task of the job has ended then, and so has the job.
fn over(job: JobId, reboot: &Reboot, end: &End, told: &Told<'_>, work: &mut Work) -> Result<(), StoreError> {
    let now = told.facts.now.wall;
    let (status, verdict) = match end {
        End::Refused(why) => (Status::Failed, why.clone()),
        End::Locked(_) => (Status::Failed, text!("task.locked_now")),
        End::Finished | End::Cancelled | End::Expired | End::Miscounted { .. } => {
            (Status::Cancelled, text!("task.cancelled"))
        }
    };
    for task in work.tasks(job)?.iter().filter(|task| task.result.is_none()) {
        let result = TaskResult {
            device: task.device,
            status,
            verdict: verdict.clone(),
            output: None,
            data: serde_json::Value::Null,
            took: Duration::ZERO,
        };
        work.end_task(job, &result, now)?;
    }
    let well = reboot.done.len() == reboot.routers.len()
        && reboot.done.iter().all(|done| matches!(done.verdict, Verdict::Back { .. }));
    let state = match (well, end) {
        (true, _) => JobState::Done,
        (false, End::Cancelled | End::Expired | End::Miscounted { .. }) => JobState::Cancelled,
        (false, _) => JobState::Failed,
    };
    work.end_job(job, state, now)?;
    work.release(job).map(drop)
}
