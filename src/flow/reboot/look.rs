//! Looking at a router on its way through a reboot: how it stands before, whether it is there, how it stands after.

use super::super::job::Running;
use super::device;
use crate::builtin;
use crate::model::{Arg, Broken, Device, DeviceId, Facts, Outcome, Plan, Text, Vitals};
use crate::probe::condition::{self, Condition};
use crate::probe::{Look, Memory, PROBES, Probe};
use crate::procedure::reboot::{Event, Held, Reboot, Stage, Tried};
use crate::store::StoreError;
use futures_util::future::join_all;
use std::time::Duration;

/// A router that boots may take a connection and say nothing.
const PATIENCE: Duration = Duration::from_secs(60);

/// Every router that is left, for the card.
pub async fn for_the_card(running: &Running<'_>, reboot: &Reboot) -> Result<Event, StoreError> {
    let facts = running.facts().await?;
    let left = reboot.left().to_vec();
    let (list, job) = (left.clone(), running.id);
    let held = running.house.store.read(move |view| view.held()).await?;
    if let Some(held) = held.into_iter().find(|held| {
        let own = held.job == Some(job)
            || (held.job.is_none() && facts.asker.as_ref().is_some_and(|p| p.id == held.person));
        list.contains(&held.device) && !own
    }) {
        return Ok(Event::Locked(self::held(held)));
    }
    if let Some(why) = own_timer(running, &left, &facts).await? {
        return Ok(Event::Refused(why));
    }
    let mut devices = Vec::with_capacity(left.len());
    for id in &left {
        match facts.inventory.device(*id) {
            Some(device) => devices.push(device.clone()),
            None => {
                let name = reboot.name(*id);
                return Ok(Event::Refused(text!("reboot.gone_from_inventory", device = name)));
            }
        }
    }
    let conditions = join_all(devices.iter().map(|device| before(running, device))).await;
    let mut read = Vec::with_capacity(conditions.len());
    for (device, condition) in devices.iter().zip(conditions) {
        match condition {
            Ok(condition) => read.push(condition),
            Err(why) => return Ok(Event::Refused(unreadable(device, why))),
        }
    }
    Ok(Event::Read(read))
}

/// A timer that this bot has set is told in its own words, not in the router's.
async fn own_timer(
    running: &Running<'_>,
    left: &[DeviceId],
    facts: &Facts,
) -> Result<Option<Text>, StoreError> {
    let (own, rows) = (running.id, running.house.store.read(|view| view.procedures()).await?);
    for row in rows.into_iter().filter(|row| row.job != own) {
        let kept = builtin::reboot::kept(row)?;
        let (Stage::Scheduled { due, .. }, Some(device)) = (&kept.reboot.stage, kept.reboot.device()) else {
            continue;
        };
        if left.contains(&device) {
            let id = kept.job;
            let job = running.house.store.read(move |view| view.job(id)).await?;
            let who = job.map(|job| facts.person_name(job.invocation.asker)).unwrap_or_default();
            let name = kept.reboot.name(device);
            return Ok(Some(text!("reboot.own_timer", device = name, at = Arg::Zoned(*due), who = who)));
        }
    }
    Ok(None)
}

/// Who holds a router, as the procedure keeps it.
pub fn held(held: crate::store::Held) -> Held {
    Held {
        device: held.device,
        by: held.person,
        since: held.since,
        job: held.job.map(|job| job.0),
        reason: held.reason,
    }
}

/// The router whose turn it is, after the press.
pub async fn once_more(running: &Running<'_>, reboot: &Reboot) -> Result<Event, StoreError> {
    Ok(match device(running, reboot).await? {
        Err(why) => Event::Refused(why),
        Ok(device) => match before(running, &device).await {
            Ok(condition) => Event::Looked(Box::new(condition)),
            Err(why) => Event::Refused(unreadable(&device, why)),
        },
    })
}

fn unreadable(device: &Device, why: Text) -> Text {
    text!("reboot.unreadable", device = device.name.as_str(), why = why)
}

async fn before(running: &Running<'_>, device: &Device) -> Result<Condition, Text> {
    let name = device.name.as_str();
    let (outcomes, system) =
        tokio::join!(asked(running, device, condition::before()), system(running, device));
    let outcomes = outcomes.map_err(|broken| broken.text(name))?;
    let at = running.house.clock.now().wall;
    let mut condition = condition::read_before(&outcomes, at).map_err(|broken| broken.text(name))?;
    if let Ok(Some(vitals)) = system {
        condition.boot_time = vitals.boot_time;
        condition.unsaved.flag = vitals.unsaved;
    }
    Ok(condition)
}

async fn asked(
    running: &Running<'_>,
    device: &Device,
    asks: Vec<crate::model::Ask>,
) -> Result<Vec<Outcome>, Broken> {
    let stop = running.house.stops.force.child_token();
    let Ok(plan) = Plan::reading(device.clone(), asks) else { return Err(Broken::NotAsked) };
    let turn = tokio::select! {
        turn = running.house.floor.turn(running.id.0, device.id, &stop) => turn.ok_or(Broken::Stopped)?,
        () = running.house.stops.work.cancelled() => return Err(Broken::Stopped),
    };
    Ok(running.house.floor.run(turn, &plan, stop).await)
}

/// Boot time and unsaved flag over RESTCONF. None: it does not tell.
async fn system(
    running: &Running<'_>,
    device: &Device,
) -> Result<Option<crate::model::board::System>, Broken> {
    let Some(probe) = probe() else { return Ok(None) };
    let memory = Memory::default();
    let Ok(plan) = probe.plan(device, &memory) else { return Ok(None) };
    let began = running.house.clock.now();
    let outcomes = running.house.floor.poll(&plan, None, running.house.stops.work.clone()).await;
    if let Some(broken) = outcomes.iter().find_map(|outcome| match outcome {
        Outcome::Broken(broken) => Some(broken.clone()),
        _ => None,
    }) {
        return Err(broken);
    }
    let (mut memory, mut vitals) = (memory, Vitals::default());
    let look = Look { device, outcomes: &outcomes, at: began, period: PATIENCE };
    probe.read(&look, &mut memory, &mut vitals);
    Ok(vitals.system.map(|seen| seen.value))
}

fn probe() -> Option<&'static Probe> {
    PROBES.iter().find(|probe| probe.name == "system").copied()
}

/// Whether nobody answers on the SSH port. A router that is not in the inventory any more is not looked for.
pub async fn is_gone(running: &Running<'_>, reboot: &Reboot) -> Result<bool, StoreError> {
    Ok(match device(running, reboot).await? {
        Ok(device) => running.house.floor.identify(&device).await.is_err(),
        Err(_) => false,
    })
}

/// A login and a look over both ways. None: the house goes dark.
pub async fn tried(running: &Running<'_>, reboot: &Reboot) -> Result<Option<Tried>, StoreError> {
    let Ok(device) = device(running, reboot).await? else {
        return Ok(Some(Tried { condition: Err(Broken::NotAsked), boot_time: Ok(None) }));
    };
    let has_restconf = reboot.before.as_ref().is_some_and(|before| before.boot_time.is_some());
    let told = async {
        match has_restconf {
            true => system(running, &device).await,
            false => Ok(None),
        }
    };
    let looked = async { tokio::join!(asked(running, &device, condition::after()), told) };
    let Ok((outcomes, system)) = tokio::time::timeout(PATIENCE, looked).await else {
        let late = Broken::Silent { after: PATIENCE };
        return Ok(Some(Tried { condition: Err(late), boot_time: Ok(None) }));
    };
    if running.house.stops.work.is_cancelled() {
        return Ok(None);
    }
    let at = running.house.clock.now().wall;
    let condition = outcomes.and_then(|outcomes| condition::read_after(&outcomes, at));
    Ok(Some(Tried { condition, boot_time: system.map(|system| system.and_then(|system| system.boot_time)) }))
}
