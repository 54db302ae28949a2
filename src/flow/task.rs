//! One router's part of a job: rights proven anew, the plan made, the floor asked, the result stored.
//! A step that changes the router is stored as *sending* before it is sent, and never sent twice
//! (invariant 6).

use super::AFTER_ERROR;
use super::job::{Running, result};
use crate::command;
use crate::device::Turn;
use crate::model::{
    Broken, Device, DeviceId, Facts, Outcome, Plan, Refusal, Resolved, Risk, Status, Task, TaskResult,
    TaskState, Text,
};
use crate::store::{Held, StoreError, Topic};
use std::time::Duration;

/// Ends with the task's result stored, or without one when the house goes dark before it could run.
pub async fn to_its_end(running: &Running<'_>, task: &Task) -> Result<(), StoreError> {
    if task.state == TaskState::Sending {
        return end(running, result(task, Status::Unclear, text!("task.unclear"))).await;
    }
    let Some(device) = running.resolved.device(task.device).cloned() else {
        return end(running, result(task, Status::Failed, text!("task.device_gone"))).await;
    };
    if running.house.stops.work.is_cancelled() {
        return Ok(());
    }
    if running.cancelled() {
        return end(running, result(task, Status::Cancelled, text!("task.cancelled"))).await;
    }
    let Some(turn) = turn(running, &device).await? else { return not_begun(running, task).await };
    let facts = running.facts().await?;
    let plan = match plan(running, &device, &facts) {
        Ok(Some(plan)) => plan,
        Ok(None) => return settle(running, device, facts, Vec::new(), Duration::ZERO).await,
        Err(why) => return end(running, result(task, Status::Failed, why)).await,
    };
    match turn {
        Go::Ask(turn) => ask(running, turn, task, device, facts, plan).await,
        Go::Held(held) => {
            let (who, since) = (facts.person_name(held.person), held.since);
            end(running, result(task, Status::Failed, text!("task.locked", who = who, since = since))).await
        }
    }
}

/// What waiting came to.
enum Go {
    Ask(Turn),
    Held(Held),
}

/// The lock first for what changes routers, then the turn; None when somebody stopped the wait.
async fn turn(running: &Running<'_>, device: &Device) -> Result<Option<Go>, StoreError> {
    if running.resolved.risk > Risk::Read
        && let Some(held) = lock(running, device).await?
    {
        return Ok(Some(Go::Held(held)));
    }
    let waiting = running.house.floor.turn(running.id.0, device.id, &running.stop);
    Ok(tokio::select! {
        turn = waiting => turn.map(Go::Ask),
        // Going down: no further router is asked.
        () = running.house.stops.work.cancelled() => None,
    })
}

async fn not_begun(running: &Running<'_>, task: &Task) -> Result<(), StoreError> {
    match running.cancelled() {
        true => end(running, result(task, Status::Cancelled, text!("task.cancelled"))).await,
        // Going down: it runs after the next start.
        false => Ok(()),
    }
}

/// The proof is made for exactly this step, now (invariant 1). Age counts until the job's first step.
fn plan(running: &Running<'_>, device: &Device, facts: &Facts) -> Result<Option<Plan>, Text> {
    let resolved = one_device(running, device);
    let proof = command::authorize(&facts.policy, &resolved, facts).map_err(|refusal| match refusal {
        Refusal::Stale { age } => text!("task.stale", age = Duration::from_secs(age.as_secs())),
        Refusal::Stranger | Refusal::Denied { .. } | Refusal::NoRule { .. } => {
            command::refusal(&refusal, &resolved, facts)
        }
    })?;
    (running.builtin.plan)(&proof, &resolved, device, facts).map_err(|failure| failure.public)
}

fn one_device(running: &Running<'_>, device: &Device) -> Resolved {
    let mut resolved = Resolved { devices: vec![device.clone()], ..(*running.resolved).clone() };
    if let Some(begun) = running.begun() {
        resolved.invocation.confirmed_at = Some(begun);
    }
    resolved
}

async fn ask(
    running: &Running<'_>,
    turn: Turn,
    task: &Task,
    device: Device,
    facts: Facts,
    plan: Plan,
) -> Result<(), StoreError> {
    if plan.is_changing() {
        let (job, id, now) = (running.id, device.id, running.house.clock.now().wall);
        if !running.house.store.write(move |work| work.begin_sending(job, id, now)).await? {
            return Ok(());
        }
        running.note_begun(now);
    }
    let started = running.house.clock.now();
    let outcomes = running.house.floor.run(turn, &plan, running.stop.clone()).await;
    let ended = running.house.clock.now();
    if outcomes.iter().any(|outcome| *outcome == Outcome::Broken(Broken::Stopped)) {
        return stopped(running, task, &plan).await;
    }
    let facts = Facts { now: ended, ..facts };
    settle(running, device, facts, outcomes, ended.monotonic.saturating_sub(started.monotonic)).await
}

/// Cancelled by a person: told. Stopped with the house: a reading task runs again after the start, a
/// changing one stays *sending* and is told as unclear then.
async fn stopped(running: &Running<'_>, task: &Task, plan: &Plan) -> Result<(), StoreError> {
    match (running.cancelled(), plan.is_changing()) {
        (false, _) => Ok(()),
        (true, true) => end(running, result(task, Status::Unclear, text!("task.cancelled_sending"))).await,
        (true, false) => end(running, result(task, Status::Cancelled, text!("task.cancelled"))).await,
    }
}

async fn settle(
    running: &Running<'_>,
    device: Device,
    facts: Facts,
    outcomes: Vec<Outcome>,
    took: Duration,
) -> Result<(), StoreError> {
    for outcome in &outcomes {
        if let Outcome::Broken(broken) = outcome {
            tracing::info!(job = running.id.0, device = %device.name, ?broken, "a router gave no answer");
        }
    }
    let (settle, resolved, job) = (running.builtin.settle, running.resolved.clone(), running.id);
    let (progress_facts, progress) = (facts.clone(), running.progress_of());
    let id = device.id;
    let stored = running
        .house
        .store
        .write(move |work| {
            let mut settled = (settle)(&resolved, &device, &facts, &outcomes, work)?;
            settled.took = took;
            work.end_task(job, &settled, facts.now.wall)?;
            progress.write(&progress_facts, work)
        })
        .await;
    match stored {
        Ok(()) | Err(StoreError::Closed) => stored,
        Err(error) => not_stored(running, id, &error).await,
    }
}

/// The router answered and the disk did not take it. Asking the router again would not help: its part
/// has failed, and says so as soon as there is room for a sentence.
async fn not_stored(running: &Running<'_>, device: DeviceId, error: &StoreError) -> Result<(), StoreError> {
    tracing::error!(%error, job = running.id.0, device = device.0, "an answer could not be stored");
    let verdict = match error {
        StoreError::Full => text!("task.disk_full"),
        _ => text!("task.not_stored"),
    };
    let failed = TaskResult {
        device,
        status: Status::Failed,
        verdict,
        output: None,
        data: serde_json::Value::Null,
        took: Duration::ZERO,
    };
    loop {
        let Err(error) = end(running, failed.clone()).await else { return Ok(()) };
        tokio::select! {
            () = tokio::time::sleep(AFTER_ERROR) => {}
            () = running.house.stops.force.cancelled() => return Err(error),
        }
    }
}

async fn end(running: &Running<'_>, result: TaskResult) -> Result<(), StoreError> {
    let (job, now) = (running.id, running.house.clock.now().wall);
    let facts = running.facts().await?;
    let progress = running.progress_of();
    running
        .house
        .store
        .write(move |work| {
            work.end_task(job, &result, now)?;
            progress.write(&facts, work)
        })
        .await
}

/// Takes the device's lock, waiting a while for whoever has it.
async fn lock(running: &Running<'_>, device: &Device) -> Result<Option<Held>, StoreError> {
    let mut changes = running.house.store.changes();
    let patience = tokio::time::sleep(running.house.lock_patience);
    tokio::pin!(patience);
    loop {
        let (id, job, person) = (device.id, running.id, running.resolved.invocation.asker);
        let now = running.house.clock.now().wall;
        let held = match running
            .house
            .store
            .write(move |work| work.take_locks(&[id], Some(job), person, now))
            .await?
        {
            Ok(()) => return Ok(None),
            Err(held) => held,
        };
        tokio::select! {
            _ = changes.of(&[Topic::Locks]) => {}
            () = &mut patience => return Ok(Some(held)),
            () = running.stop.cancelled() => return Ok(Some(held)),
        }
    }
}
