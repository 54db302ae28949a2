//! What a freeze does not stop any more, and what it will refuse: jobs that change its routers, and reloads
//! that the routers' own timers hold for us.

use super::changes;
use crate::model::{Block, DeviceId, Document, Facts, Freeze, Job, JobId, Sign, Task, TaskState, Text};
use crate::procedure::reboot::{Reboot, Stage};
use crate::store::{StoreError, Work};
use std::collections::BTreeMap;

/// So many jobs are told one by one.
const NAMED: usize = 10;

pub fn told(document: Document, freeze: &Freeze, facts: &Facts, work: &Work) -> Result<Document, StoreError> {
    let mut lines = Vec::new();
    let reboots = reboots(work)?;
    for job in work.unfinished_jobs()? {
        let tasks = open_tasks(&job, freeze, facts, work)?;
        let permission = work.job_permission(job.id)?.unwrap_or_default();
        if tasks.is_empty() || !changes(&permission, facts) {
            continue;
        }
        lines.push(match reboots.get(&job.id) {
            Some(reboot) => rebooting(&job, reboot, freeze, facts),
            None => changing(&job, &tasks, facts),
        });
    }
    let more = lines.len().saturating_sub(NAMED);
    let document = lines
        .into_iter()
        .take(NAMED)
        .fold(document, |document, text| document.with(Block::Detail { sign: Sign::Warning, text }));
    Ok(match more {
        0 => document,
        more => document.with_detail(text!("freeze.more_jobs", count = more)),
    })
}

fn reboots(work: &Work) -> Result<BTreeMap<JobId, Reboot>, StoreError> {
    let mut reboots = BTreeMap::new();
    for row in work.procedures()? {
        reboots.insert(row.job, serde_json::from_value(row.state)?);
    }
    Ok(reboots)
}

fn open_tasks(job: &Job, freeze: &Freeze, facts: &Facts, work: &Work) -> Result<Vec<Task>, StoreError> {
    let is_frozen =
        |id: DeviceId| facts.inventory.device(id).is_some_and(|device| freeze.holds(device, facts.now.wall));
    let mut tasks = work.tasks(job.id)?;
    tasks.retain(|task| task.state != TaskState::Ended && is_frozen(task.device));
    Ok(tasks)
}

fn rebooting(job: &Job, reboot: &Reboot, freeze: &Freeze, facts: &Facts) -> Text {
    let device = reboot.device().and_then(|id| facts.inventory.device(id));
    let here = device.filter(|device| freeze.holds(device, facts.now.wall));
    let (id, who) = (job.id.to_string(), facts.person_name(job.invocation.asker));
    match (&reboot.stage, here) {
        (Stage::Scheduled { due, .. }, Some(device)) => {
            let name = device.name.as_str();
            text!("freeze.scheduled", device = name, at = *due, id = id, who = who)
        }
        (
            Stage::Sending { .. } | Stage::Leaving { .. } | Stage::Away { .. } | Stage::Answering { .. },
            Some(device),
        ) => {
            text!("freeze.rebooting", device = device.name.as_str(), id = id, who = who)
        }
        (
            Stage::Checking
            | Stage::Asking { .. }
            | Stage::Counting { .. }
            | Stage::Rechecking
            | Stage::Saving
            | Stage::Sending { .. }
            | Stage::Scheduled { .. }
            | Stage::Leaving { .. }
            | Stage::Away { .. }
            | Stage::Answering { .. }
            | Stage::Resting { .. }
            | Stage::Ended(_),
            _,
        ) => waiting(job, facts),
    }
}

fn changing(job: &Job, tasks: &[Task], facts: &Facts) -> Text {
    let names: Vec<String> = tasks
        .iter()
        .filter(|task| task.state == TaskState::Sending)
        .map(|task| facts.inventory.name(task.device))
        .collect();
    if names.is_empty() {
        return waiting(job, facts);
    }
    let (id, who) = (job.id.to_string(), facts.person_name(job.invocation.asker));
    let line = job.invocation.line.as_str();
    text!("freeze.changing", devices = names.join(", "), id = id, line = line, who = who)
}

fn waiting(job: &Job, facts: &Facts) -> Text {
    let (id, who) = (job.id.to_string(), facts.person_name(job.invocation.asker));
    text!("freeze.waiting", id = id, line = job.invocation.line.as_str(), who = who)
}
