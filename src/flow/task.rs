//! One router's part of a job: rights proven anew, the plan made, the floor asked, the result stored.
//! A step that changes the router is stored as *sending* before it is sent, and never sent twice
//! (invariant 6).

use super::AFTER_ERROR;
use super::job::{Running, result};
use crate::builtin;
use crate::command;
use crate::device::Turn;
use crate::model::{
    Broken, Device, DeviceId, Facts, Outcome, Plan, Refusal, Resolved, Risk, Status, Task, TaskResult,
    TaskState, Text, Timestamp,
};
use crate::store::{Held, StoreError, Topic};
use std::time::Duration;

/// Ends with the task's result stored, or without one when the house goes dark before it could run.
pub async fn to_its_end(running: &Running<'_>, task: &Task) -> Result<(), StoreError> {
    if task.state == TaskState::Sending && !may_repeat(running, task).await? {
        return end(running, result(task, Status::Unclear, text!("task.unclear"))).await;
    }
    let Some(device) = running.resolved.device(task.device).cloned() else {
        return gone(running, task).await;
    };
    if running.house.stops.work.is_cancelled() {
        return Ok(());
    }
    if running.cancelled() {
        return end(running, not_asked(task, Status::Cancelled, text!("task.cancelled"))).await;
    }
    let Some(turn) = turn(running, &device).await? else { return not_begun(running, task).await };
    let facts = running.facts().await?;
    // While it waited the router may have got another address, other tags, or have been removed.
    let Some(device) = facts.inventory.device(task.device).cloned() else {
        return gone(running, task).await;
    };
    let plan = match plan(running, &device, &facts) {
        Ok(Some(plan)) => plan,
        Ok(None) => return settle(running, device, facts, Vec::new(), Duration::ZERO).await,
        Err(why) => return end(running, not_asked(task, Status::Failed, why)).await,
    };
    match turn {
        Go::Ask(turn) => ask(running, turn, task, device, facts, plan).await,
        Go::Held(held) => {
            let text = builtin::not_asked_locked(&held, &facts);
            end(
                running,
                TaskResult { data: builtin::locked_data(held.job), ..not_asked(task, Status::Failed, text) },
            )
            .await
        }
        Go::Busy => end(running, not_asked(task, Status::Failed, text!("task.busy"))).await,
    }
}

async fn gone(running: &Running<'_>, task: &Task) -> Result<(), StoreError> {
    end(running, not_asked(task, Status::Failed, text!("task.device_gone"))).await
}

/// Whether what was perhaps sent before a crash may be sent again: where twice is as good as once, and its rights and
/// its age still hold (invariant 6).
async fn may_repeat(running: &Running<'_>, task: &Task) -> Result<bool, StoreError> {
    let facts = running.facts().await?;
    let device = facts.inventory.device(task.device);
    let plan = device.and_then(|device| plan(running, device, &facts).ok().flatten());
    Ok(plan.is_some_and(|plan| plan.may_repeat()))
}

/// The end of a task that is not asked; what was perhaps sent before a crash stays unclear.
fn not_asked(task: &Task, status: Status, why: Text) -> TaskResult {
    match task.state {
        TaskState::Sending => result(task, Status::Unclear, text!("task.unclear")),
        TaskState::Waiting | TaskState::Ended => result(task, status, why),
    }
}

/// What waiting came to.
enum Go {
    Ask(Turn),
    Held(Held),
    /// Its only session was in use for too long by work that just looks.
    Busy,
}

/// The lock first for what changes routers, then the turn; None when somebody stopped the wait.
async fn turn(running: &Running<'_>, device: &Device) -> Result<Option<Go>, StoreError> {
    // Taking a reload back waits for nobody: in a minute it may be too late.
    let changes = running.resolved.risk > Risk::Read && !running.resolved.takes_back;
    if changes {
        match lock(running, device).await? {
            Lock::Taken => {}
            Lock::Held(held) => return Ok(Some(Go::Held(held))),
            Lock::Stopped => return Ok(None),
        }
    }
    let waiting = running.house.floor.turn(running.id.0, device.id, &running.stop);
    Ok(tokio::select! {
        turn = waiting => turn.map(Go::Ask),
        // What changes a router waits for a while only: it never runs by itself later.
        () = tokio::time::sleep(running.house.lock_patience), if changes => Some(Go::Busy),
        // Going down: no further router is asked.
        () = running.house.stops.work.cancelled() => None,
    })
}

async fn not_begun(running: &Running<'_>, task: &Task) -> Result<(), StoreError> {
    match running.cancelled() {
        true => end(running, not_asked(task, Status::Cancelled, text!("task.cancelled"))).await,
        // Going down: it runs after the next start.
        false => Ok(()),
    }
}

/// The proof is made for exactly this step, now (invariant 1). Age counts until the job's first step.
fn plan(running: &Running<'_>, device: &Device, facts: &Facts) -> Result<Option<Plan>, Text> {
    let resolved = one_device(running, device, facts.now.wall);
    let proof = command::authorize(&facts.policy, &resolved, facts).map_err(|refusal| match refusal {
        Refusal::Stale { age } => text!("task.stale", age = Duration::from_secs(age.as_secs())),
        Refusal::Stranger | Refusal::Denied { .. } | Refusal::NoRule { .. } | Refusal::Frozen { .. } => {
            command::refusal(&refusal, &resolved, facts)
        }
    })?;
    (running.builtin.plan)(&proof, &resolved, device, facts).map_err(|failure| failure.public)
}

fn one_device(running: &Running<'_>, device: &Device, now: Timestamp) -> Resolved {
    let mut resolved = Resolved { devices: vec![device.clone()], ..(*running.resolved).clone() };
    if running.has_begun() {
        resolved.invocation.confirmed_at = Some(now);
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
        let again = task.state == TaskState::Sending;
        if !again && !running.house.store.write(move |work| work.begin_sending(job, id, now)).await? {
            return Ok(());
        }
        running.note_begun();
    }
    let started = running.house.clock.now();
    let outcomes = running.house.floor.run(turn, &plan, running.stop.clone()).await;
    let ended = running.house.clock.now();
    if outcomes.contains(&Outcome::Broken(Broken::Stopped)) {
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
            work.release_device(job, device.id)?;
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
            work.release_device(job, result.device)?;
            progress.write(&facts, work)
        })
        .await
}

/// What waiting for a lock came to.
enum Lock {
    Taken,
    Held(Held),
    /// Cancelled, or the house goes dark.
    Stopped,
}

/// Takes the device's lock, waiting a while, and visibly, for whoever has it.
async fn lock(running: &Running<'_>, device: &Device) -> Result<Lock, StoreError> {
    let mut changes = running.house.store.changes();
    let patience = tokio::time::sleep(running.house.lock_patience);
    tokio::pin!(patience);
    let mut told = false;
    loop {
        let (id, job, person) = (device.id, running.id, running.resolved.invocation.asker);
        let now = running.house.clock.now().wall;
        let taken = running.house.store.write(move |work| work.take_locks(&[id], job, person, now));
        let held = match taken.await? {
            Ok(()) => return Ok(Lock::Taken),
            Err(held) => held,
        };
        // What a person locked is not free in a moment.
        if held.job.is_none() {
            return Ok(Lock::Held(held));
        }
        if !std::mem::replace(&mut told, true) {
            say_held(running, device, &held).await?;
        }
        tokio::select! {
            _ = changes.of(&[Topic::Locks]) => {}
            () = &mut patience => return Ok(Lock::Held(held)),
            () = running.stop.cancelled() => return Ok(Lock::Stopped),
            () = running.house.stops.work.cancelled() => return Ok(Lock::Stopped),
        }
    }
}

async fn say_held(running: &Running<'_>, device: &Device, held: &Held) -> Result<(), StoreError> {
    let who = running.facts().await?.person_name(held.person);
    let (name, wait) = (device.name.as_str(), running.house.lock_patience);
    running.say_waiting(text!("task.waiting", device = name, who = who, wait = wait)).await
}
