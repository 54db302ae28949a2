//! A reboot on its way: each stage is a row; what it waits for is asked here, what comes of it is decided by
//! [`crate::procedure::reboot`] and stored with its messages in one transaction. After a restart it goes on where the
//! row says; what was being sent is watched and never sent again.

mod look;
mod send;

pub use look::held;

use super::job::Running;
use crate::builtin::reboot::{Kept, Told, carry, kept, say};
use crate::command;
use crate::model::{Authorized, Broken, Device, Refusal, Resolved, Text, Timestamp};
use crate::procedure::reboot::{Event, Limits, Mark, Reboot, Stage};
use crate::store::{StoreError, Topic};
use std::time::Duration;

/// How a reboot is followed.
#[derive(Clone, Copy, Debug)]
pub struct Pace {
    pub limits: Limits,
    /// How often the SSH port is tried until the router is gone.
    pub leaving: Duration,
    /// And until it is back and all is there again.
    pub away: Duration,
}

impl Default for Pace {
    fn default() -> Pace {
        let (leaving, away) = (Duration::from_secs(1), Duration::from_secs(3));
        Pace { limits: Limits::default(), leaving, away }
    }
}

/// A router that does not go is asked so often what is the matter.
const LOOKS: Duration = Duration::from_secs(30);
/// The port of a router whose timer runs out is tried from so long before on.
const NEAR: Duration = Duration::from_secs(90);
/// A timer that is far is looked after so often.
const FAR: Duration = Duration::from_secs(30);

/// What this process knows of the walk besides its row.
struct Walk<'a> {
    running: &'a Running<'a>,
    /// For which card and router the last look was taken in this process.
    looked: Option<(u32, usize)>,
    /// It was sent, or saved, by this process: it is not found here after a restart.
    own: bool,
    /// When a router that does not go was asked last.
    asked: Option<Timestamp>,
    /// A person's wish to take the timer back was passed on.
    stopped: bool,
    /// It refused the login: the next one waits, or an account server would lock it.
    refused: bool,
}

/// Runs until the reboot has ended, or the house goes dark.
pub async fn to_its_end(running: &Running<'_>) -> Result<(), StoreError> {
    let mut walk = Walk { running, looked: None, own: false, asked: None, stopped: false, refused: false };
    let mut changes = running.house.store.changes();
    if running.resumed {
        say_so(running).await?;
    }
    loop {
        if running.house.stops.work.is_cancelled() {
            return Ok(());
        }
        let Some(kept) = kept_of(running).await? else { return Ok(()) };
        if kept.reboot.is_over() {
            return Ok(());
        }
        let event = if running.cancelled() && kept.reboot.can_be_stopped() {
            Some(Event::Stopped)
        } else if walk.acts(&kept.reboot) {
            // What is said to a router is never broken off by what else happens.
            walk.next(&kept).await?
        } else {
            tokio::select! {
                event = walk.next(&kept) => event?,
                // A press, or the reload was taken back by another command.
                () = other_version(&mut changes, running, kept.version) => None,
                () = running.stop.cancelled(), if !running.stop.is_cancelled() => None,
                () = running.house.stops.work.cancelled() => None,
            }
        };
        if let Some(event) = event {
            store(running, kept, event).await?;
        }
    }
}

/// After a start the message is there again at once, also where nobody sees what was said before.
async fn say_so(running: &Running<'_>) -> Result<(), StoreError> {
    let Some(kept) = kept_of(running).await?.filter(|kept| !kept.reboot.is_over()) else { return Ok(()) };
    let facts = running.facts().await?;
    let (invocation, limits) = (running.resolved.invocation.clone(), running.house.reboot.limits);
    running
        .house
        .store
        .write(move |work| {
            let told = Told { invocation: &invocation, facts: &facts, replies: false, limits: &limits };
            say(kept.job, &kept.reboot, &told, work)
        })
        .await
}

/// Waits until somebody else moved the row.
async fn other_version(changes: &mut crate::store::Changes, running: &Running<'_>, version: i64) {
    loop {
        changes.of(&[Topic::Jobs]).await;
        match kept_of(running).await {
            Ok(Some(kept)) if kept.version == version => {}
            Ok(_) | Err(_) => return,
        }
    }
}

async fn kept_of(running: &Running<'_>) -> Result<Option<Kept>, StoreError> {
    let id = running.id;
    running.house.store.read(move |view| view.procedure(id)?.map(kept).transpose()).await
}

/// One event: the next state and everything that comes with it, in one transaction.
async fn store(running: &Running<'_>, kept: Kept, event: Event) -> Result<(), StoreError> {
    let facts = running.facts().await?;
    let (invocation, limits) = (running.resolved.invocation.clone(), running.house.reboot.limits);
    let replies = running.is_silent_there();
    running
        .house
        .store
        .write(move |work| {
            let told = Told { invocation: &invocation, facts: &facts, replies, limits: &limits };
            carry(kept, event, &told, work).map(drop)
        })
        .await
}

impl Walk<'_> {
    fn wants_to_stop(&self) -> bool {
        !self.stopped && self.running.cancelled()
    }

    /// Whether something may be said to a router in this stage.
    fn acts(&self, reboot: &Reboot) -> bool {
        match reboot.stage {
            Stage::Rechecking | Stage::Saving | Stage::Sending { .. } => true,
            Stage::Scheduled { .. } => self.wants_to_stop(),
            Stage::Checking
            | Stage::Asking { .. }
            | Stage::Counting { .. }
            | Stage::Leaving { .. }
            | Stage::Away { .. }
            | Stage::Answering { .. }
            | Stage::Resting { .. }
            | Stage::Ended(_) => false,
        }
    }

    /// What happens next in this stage; None: look at the row again.
    async fn next(&mut self, kept: &Kept) -> Result<Option<Event>, StoreError> {
        let reboot = &kept.reboot;
        match &reboot.stage {
            Stage::Checking => look::for_the_card(self.running, reboot).await.map(Some),
            Stage::Asking { until } | Stage::Counting { until, .. } => {
                self.until(until.plus(Duration::from_millis(50))).await;
                Ok(Some(Event::Time))
            }
            Stage::Rechecking => self.rechecking(kept).await,
            Stage::Saving => self.saving(kept).await,
            Stage::Sending { .. } => Ok((!self.own).then_some(Event::Resumed)),
            Stage::Scheduled { due, .. } => self.scheduled(kept, *due).await,
            Stage::Leaving { until, .. } => self.leaving(reboot, *until).await,
            Stage::Away { .. } => self.away(reboot).await,
            Stage::Answering { .. } => {
                self.pause().await;
                self.tried(reboot).await
            }
            Stage::Resting { until } => {
                self.until(*until).await;
                Ok(Some(Event::Time))
            }
            Stage::Ended(_) => Ok(None),
        }
    }

    async fn until(&self, at: Timestamp) {
        tokio::time::sleep(at.since(self.running.house.clock.now().wall)).await;
    }

    /// Everything is read again, rights are proven again; then the next step begins.
    async fn rechecking(&mut self, kept: &Kept) -> Result<Option<Event>, StoreError> {
        let reboot = &kept.reboot;
        let place = (reboot.cards, reboot.turn);
        if self.looked != Some(place) || reboot.before.is_none() {
            self.looked = Some(place);
            return match permitted(self.running, reboot).await? {
                Err(event) => Ok(Some(event)),
                Ok(_) => look::once_more(self.running, reboot).await.map(Some),
            };
        }
        send::begin(self, kept).await
    }

    async fn saving(&mut self, kept: &Kept) -> Result<Option<Event>, StoreError> {
        let saved = kept.reboot.marks.iter().any(|marked| marked.mark == Mark::Saved);
        match (self.own, saved) {
            (false, _) => Ok(Some(Event::Resumed)),
            (true, true) => send::begin(self, kept).await,
            (true, false) => send::save(self, kept).await,
        }
    }

    async fn scheduled(&mut self, kept: &Kept, due: Timestamp) -> Result<Option<Event>, StoreError> {
        if self.wants_to_stop() {
            self.stopped = true;
            return send::take_back(self.running, &kept.reboot).await.map(Some);
        }
        let now = self.running.house.clock.now().wall;
        if now >= due {
            return Ok(Some(Event::Time));
        }
        let left = due.since(now);
        let wait = if left > NEAR { FAR.min(left - NEAR) } else { self.running.house.reboot.leaving };
        tokio::time::sleep(wait.min(left)).await;
        match left > NEAR {
            true => Ok(None),
            false => Ok(look::is_gone(self.running, &kept.reboot).await?.then_some(Event::Gone)),
        }
    }

    async fn leaving(&mut self, reboot: &Reboot, until: Timestamp) -> Result<Option<Event>, StoreError> {
        tokio::time::sleep(self.running.house.reboot.leaving).await;
        if look::is_gone(self.running, reboot).await? {
            return Ok(Some(Event::Gone));
        }
        let now = self.running.house.clock.now().wall;
        let since = *self.asked.get_or_insert(now);
        if now < until && now.since(since) < LOOKS {
            return Ok(None);
        }
        self.asked = Some(now);
        self.tried(reboot).await
    }

    async fn away(&mut self, reboot: &Reboot) -> Result<Option<Event>, StoreError> {
        self.pause().await;
        match look::is_gone(self.running, reboot).await? {
            true => Ok(Some(Event::Time)),
            false => self.tried(reboot).await,
        }
    }

    async fn pause(&self) {
        let usual = self.running.house.reboot.away;
        tokio::time::sleep(if self.refused { usual.max(LOOKS) } else { usual }).await;
    }

    async fn tried(&mut self, reboot: &Reboot) -> Result<Option<Event>, StoreError> {
        let tried = look::tried(self.running, reboot).await?;
        let refused = tried.as_ref().and_then(|tried| tried.condition.as_ref().err());
        let is_login = |broken: &Broken| {
            matches!(
                broken,
                Broken::LoginRefused { .. } | Broken::EnableRefused { .. } | Broken::LoginDialogue { .. }
            )
        };
        self.refused = refused.is_some_and(is_login);
        Ok(tried.map(|tried| Event::Tried(Box::new(tried))))
    }
}

/// The router whose turn it is, as the inventory has it now.
async fn device(running: &Running<'_>, reboot: &Reboot) -> Result<Result<Device, Text>, StoreError> {
    let facts = running.facts().await?;
    let found = reboot.device().and_then(|id| facts.inventory.device(id)).cloned();
    let name = reboot.device().map(|id| reboot.name(id).to_owned()).unwrap_or_default();
    Ok(found.ok_or_else(|| text!("reboot.gone_from_inventory", device = name)))
}

/// The proof for the router whose turn it is, made now (invariant 1). What was agreed to counts as fresh as long as
/// its first step was sent by this process.
async fn permitted(
    running: &Running<'_>,
    reboot: &Reboot,
) -> Result<Result<(Authorized, Device), Event>, StoreError> {
    proven(running, reboot, false).await
}

/// The same for taking back what the router's timer holds, which no freeze stops.
async fn permitted_back(
    running: &Running<'_>,
    reboot: &Reboot,
) -> Result<Result<(Authorized, Device), Event>, StoreError> {
    proven(running, reboot, true).await
}

async fn proven(
    running: &Running<'_>,
    reboot: &Reboot,
    takes_back: bool,
) -> Result<Result<(Authorized, Device), Event>, StoreError> {
    let facts = running.facts().await?;
    let device = match device(running, reboot).await? {
        Ok(device) => device,
        Err(why) => return Ok(Err(Event::Refused(why))),
    };
    let mut resolved = Resolved { takes_back, devices: vec![device.clone()], ..(*running.resolved).clone() };
    resolved.invocation.confirmed_at = match running.has_begun() {
        true => Some(facts.now.wall),
        false => reboot.agreed.map(|agreed| agreed.at),
    };
    Ok(match command::authorize(&facts.policy, &resolved, &facts) {
        Ok(proof) => Ok((proof, device)),
        Err(Refusal::Stale { .. }) => Err(Event::Stale),
        Err(refusal) => Err(Event::Refused(command::refusal(&refusal, &resolved, &facts))),
    })
}
