//! Accepted jobs run: one living message, one task per router, results stored as they come. After a
//! restart only the tasks without a result run.

use super::living::Progress;
use super::{AFTER_ERROR, House, gather, reboot, task};
use crate::builtin::{self, Builtin, outbound, short_reply};
use crate::command;
use crate::model::facts::JobFacts;
use crate::model::{
    Class, Document, Ending, Facts, Invocation, Job, JobId, JobState, Resolved, Risk, Sign, Status, Task,
    TaskResult, TaskState, Timestamp,
};
use crate::store::{Changes, StoreError, Topic};
use futures_util::stream::{FuturesUnordered, StreamExt};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// So often a job whose own data is at fault is tried.
const ATTEMPTS: usize = 2;

/// Runs until no further work may begin and all that ran has ended.
///
/// The jobs live in this task, so they are polled whatever else is waited for: a job that was given
/// a reader of the store and is not polled would keep it, and everybody would wait for ever.
pub async fn run(house: &House) {
    let mut running = FuturesUnordered::new();
    let mut stops: BTreeMap<JobId, CancellationToken> = BTreeMap::new();
    let mut look = Box::pin(look(house, house.store.changes(), Look::Now));
    loop {
        let dark = house.stops.work.is_cancelled();
        if dark && running.is_empty() {
            return;
        }
        tokio::select! {
            Some(ended) = running.next() => { stops.remove(&ended); }
            (jobs, changes) = &mut look, if !dark => {
                begin(house, jobs, &mut stops, |future| running.push(future));
                look = Box::pin(self::look(house, changes, Look::AfterAChange));
            }
            () = house.stops.work.cancelled(), if !dark => {}
        }
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Look {
    Now,
    AfterAChange,
}

/// The jobs that are not over, at once or when some job has changed.
async fn look(house: &House, mut changes: Changes, when: Look) -> (Vec<Job>, Changes) {
    if when == Look::AfterAChange {
        changes.of(&[Topic::Jobs]).await;
    }
    loop {
        match house.store.read(|view| view.unfinished_jobs()).await {
            Ok(jobs) => return (jobs, changes),
            Err(error) => tracing::error!(%error, "jobs could not be read"),
        }
        tokio::time::sleep(AFTER_ERROR).await;
    }
}

/// Starts what is new and stops what somebody cancelled.
fn begin<'a, F>(
    house: &'a House,
    jobs: Vec<Job>,
    stops: &mut BTreeMap<JobId, CancellationToken>,
    mut push: impl FnMut(futures_util::future::BoxFuture<'a, JobId>) -> F,
) {
    for job in jobs {
        match stops.get(&job.id) {
            Some(stop) if job.cancel_requested => stop.cancel(),
            Some(_) => {}
            None => {
                let stop = house.stops.force.child_token();
                if job.cancel_requested {
                    stop.cancel();
                }
                stops.insert(job.id, stop.clone());
                push(Box::pin(to_its_end(house, job, stop)));
            }
        }
    }
}

async fn to_its_end(house: &House, job: Job, stop: CancellationToken) -> JobId {
    let id = job.id;
    let mut attempts = 0;
    while let Err(error) = attempt(house, &job, &stop, attempts).await {
        tracing::error!(%error, job = id.0, "a job could not be stored; it is tried again");
        if error.is_about_this() {
            attempts += 1;
        }
        tokio::select! {
            () = tokio::time::sleep(AFTER_ERROR) => {}
            () = house.stops.force.cancelled() => break,
        }
    }
    id
}

/// What fails by itself would fail for ever, and ask the routers each time.
async fn attempt(
    house: &House,
    job: &Job,
    stop: &CancellationToken,
    failed_before: usize,
) -> Result<(), StoreError> {
    if failed_before < ATTEMPTS {
        return work_on(house, job, stop).await;
    }
    let id = job.id;
    let tasks = house.store.read(move |view| view.tasks(id)).await?;
    let text = text!("job.broken", line = job.invocation.line.as_str());
    give_up(house, job, tasks, Document::line(Sign::Warning, text, Ending::Badly)).await
}

/// One job while this process works on it.
pub struct Running<'a> {
    pub house: &'a House,
    pub id: JobId,
    pub builtin: &'static Builtin,
    pub resolved: Arc<Resolved>,
    pub accepted_at: Timestamp,
    pub total: usize,
    pub resumed: bool,
    pub stop: CancellationToken,
    /// When the last progress was written.
    progress_at: Arc<AtomicI64>,
    begun: AtomicBool,
}

async fn work_on(house: &House, job: &Job, stop: &CancellationToken) -> Result<(), StoreError> {
    let id = job.id;
    let (state, tasks) =
        house.store.read(move |view| Ok((view.job(id)?.map(|job| job.state), view.tasks(id)?))).await?;
    // The list of open jobs may be older than the end of this one.
    if state != Some(JobState::Running) {
        return Ok(());
    }
    let running = match understand(house, job, &tasks, stop.clone()).await? {
        Ok(running) => running,
        Err(document) => return give_up(house, job, tasks, document).await,
    };
    if running.resumed {
        house.store.write(move |work| work.note_resumed(id)).await?;
    }
    if house.store.read(move |view| view.procedure(id)).await?.is_some() {
        return reboot::to_its_end(&running).await;
    }
    let mut waiting: FuturesUnordered<_> = tasks
        .iter()
        .filter(|task| task.state != TaskState::Ended)
        .map(|task| task::to_its_end(&running, task))
        .collect();
    running.say_so().await?;
    // One result that could not be stored does not tear down the sessions of the others.
    let mut whole = Ok(());
    while let Some(ended) = waiting.next().await {
        whole = whole.and(ended);
    }
    whole?;
    match house.stops.work.is_cancelled() && !running.all_ended().await? {
        // The rest runs after the next start.
        true => Ok(()),
        false => running.finish().await,
    }
}

/// The command as typed, understood anew, on the routers that were frozen when it was accepted.
async fn understand<'a>(
    house: &'a House,
    job: &Job,
    tasks: &[Task],
    stop: CancellationToken,
) -> Result<Result<Running<'a>, Document>, StoreError> {
    let facts = asker_facts(house, &job.invocation).await?;
    let lost = |line: &str| Document::line(Sign::Warning, text!("job.lost", line = line), Ending::Badly);
    let Ok(mut resolved) = command::resolve(&house.live.now().catalog, job.invocation.clone(), &facts) else {
        return Ok(Err(lost(&job.invocation.line)));
    };
    let Some(builtin) = builtin::of(&resolved.command.run) else {
        return Ok(Err(lost(&job.invocation.line)));
    };
    // The file says more than what was confirmed: nobody has seen that question.
    if resolved.risk == Risk::Disruptive
        && !builtin::reboot::asks_by_itself(&resolved)
        && resolved.invocation.confirmed_at.is_none()
    {
        return Ok(Err(lost(&job.invocation.line)));
    }
    resolved.takes_back = builtin::reboot::takes_back(&resolved, &facts);
    resolved.devices = tasks.iter().filter_map(|task| facts.inventory.device(task.device)).cloned().collect();
    Ok(Ok(Running {
        house,
        id: job.id,
        builtin,
        resolved: Arc::new(resolved),
        accepted_at: job.accepted_at,
        total: tasks.len(),
        resumed: job.accepted_at < house.clock.now().boot,
        stop,
        progress_at: Arc::new(AtomicI64::new(i64::MIN)),
        begun: AtomicBool::new(false),
    }))
}

/// The command file has changed or a router's name is gone: nothing more is asked, the person is told.
async fn give_up(house: &House, job: &Job, tasks: Vec<Task>, document: Document) -> Result<(), StoreError> {
    let now = house.clock.now().wall;
    let (id, outbound) = (job.id, outbound(&job.invocation, Class::Result, document));
    house
        .store
        .write(move |work| {
            for task in tasks.iter().filter(|task| task.state != TaskState::Ended) {
                let result = match task.state {
                    TaskState::Sending => result(task, Status::Unclear, text!("task.unclear")),
                    TaskState::Waiting | TaskState::Ended => {
                        result(task, Status::Failed, text!("job.task_lost"))
                    }
                };
                work.end_task(id, &result, now)?;
            }
            work.end_job(id, JobState::Failed, now)?;
            work.release(id)?;
            work.post(&outbound, now).map(drop)
        })
        .await
}

pub fn result(task: &Task, status: Status, verdict: crate::model::Text) -> TaskResult {
    TaskResult {
        device: task.device,
        status,
        verdict,
        output: None,
        data: serde_json::Value::Null,
        took: Duration::ZERO,
    }
}

pub async fn asker_facts(house: &House, invocation: &Invocation) -> Result<Facts, StoreError> {
    // History knows people who were removed; rights do not.
    let mut facts = gather::facts(house, None, invocation.place.clone()).await?;
    facts.asker = facts.people.iter().find(|person| person.id == invocation.asker).cloned();
    Ok(facts)
}

impl Running<'_> {
    /// The facts as of now, for this job.
    pub async fn facts(&self) -> Result<Facts, StoreError> {
        let mut facts = asker_facts(self.house, &self.resolved.invocation).await?;
        facts.job = Some(self.job_facts(false));
        Ok(facts)
    }

    fn job_facts(&self, over: bool) -> JobFacts {
        JobFacts {
            id: self.id,
            accepted_at: self.accepted_at,
            total: self.total,
            over,
            resumed: self.resumed,
            cancelled: self.cancelled(),
        }
    }

    pub fn cancelled(&self) -> bool {
        self.stop.is_cancelled() && !self.house.stops.force.is_cancelled()
    }

    /// A step that changes a router was sent: the age of the command counts until then.
    pub fn has_begun(&self) -> bool {
        self.begun.load(Ordering::Relaxed)
    }

    pub fn note_begun(&self) {
        self.begun.store(true, Ordering::Relaxed);
    }

    /// Says in the living message why nothing happens yet.
    pub async fn say_waiting(&self, why: crate::model::Text) -> Result<(), StoreError> {
        let facts = self.facts().await?;
        let (builtin, resolved, id) = (self.builtin, self.resolved.clone(), self.id);
        self.house
            .store
            .write(move |work| {
                let results = work.results(id)?;
                let document = builtin::living(builtin, &resolved, &facts, &results, work)?.with_detail(why);
                work.post(&outbound(&resolved.invocation, Class::Progress, document), facts.now.wall)
                    .map(drop)
            })
            .await
    }

    /// What writes progress, to be moved into a task's transaction.
    pub fn progress_of(&self) -> Progress {
        Progress {
            id: self.id,
            builtin: self.builtin,
            resolved: self.resolved.clone(),
            total: self.total,
            last: self.progress_at.clone(),
        }
    }

    /// After a restart the message is there again at once.
    async fn say_so(&self) -> Result<(), StoreError> {
        if !self.resumed {
            return Ok(());
        }
        let facts = self.facts().await?;
        let (builtin, resolved, id) = (self.builtin, self.resolved.clone(), self.id);
        self.house
            .store
            .write(move |work| {
                let results = work.results(id)?;
                let document = builtin::living(builtin, &resolved, &facts, &results, work)?;
                let class = if document.ended.is_some() { Class::Result } else { Class::Progress };
                work.post(&outbound(&resolved.invocation, class, document), facts.now.wall).map(drop)
            })
            .await
    }

    async fn all_ended(&self) -> Result<bool, StoreError> {
        let id = self.id;
        let tasks = self.house.store.read(move |view| view.tasks(id)).await?;
        Ok(tasks.iter().all(|task| task.state == TaskState::Ended))
    }

    /// Whether a phone keeps silent when a message changes where this is told.
    pub fn is_silent_there(&self) -> bool {
        let channel = self.house.channel_of(&self.resolved.invocation.place);
        channel.is_some_and(|channel| channel.deliver.edits_are_silent())
    }

    /// Long work ends with a short message of its own, where a phone keeps silent when a message changes.
    fn ends_with_a_reply(&self, now: Timestamp) -> bool {
        now.since(self.accepted_at) > self.house.notify_after && self.is_silent_there()
    }

    /// The last version of the message, and the end of the job, in one transaction.
    async fn finish(&self) -> Result<(), StoreError> {
        let mut facts = self.facts().await?;
        facts.job = Some(self.job_facts(true));
        let (builtin, resolved, id) = (self.builtin, self.resolved.clone(), self.id);
        let (cancelled, replies) = (self.cancelled(), self.ends_with_a_reply(facts.now.wall));
        self.house
            .store
            .write(move |work| {
                let results = work.results(id)?;
                let well = results.iter().all(|result| result.status.is_well());
                let stopped = results.iter().any(|result| result.status == Status::Cancelled);
                let state = match (well, cancelled && stopped) {
                    (true, _) => JobState::Done,
                    (false, true) => JobState::Cancelled,
                    (false, false) => JobState::Failed,
                };
                if !work.end_job(id, state, facts.now.wall)? {
                    return Ok(());
                }
                work.release(id)?;
                let document = builtin::living(builtin, &resolved, &facts, &results, work)?;
                let reply = replies.then(|| short_reply(&resolved.invocation, &document));
                work.post(&outbound(&resolved.invocation, Class::Result, document), facts.now.wall)?;
                reply.iter().try_for_each(|reply| work.post(reply, facts.now.wall).map(drop))
            })
            .await
    }
}
