//! The quiet window of a planned reboot through the real clock: routers go away inside it, and it ends.

use super::{Clock, RULES, alert_of, home, routers, rules, watched};
use crate::world::{DESK, World, now};
use patchbay::builtin;
use patchbay::lab::Fault;
use patchbay::model::{
    Closing, Device, Facts, Hold, Invocation, JobId, JobState, Now, PersonId, Phase, Rules, Source,
    Timestamp, Window, WindowEnd,
};
use patchbay::store::{StoreError, Work};
use std::sync::Arc;
use std::time::Duration;

/// What the procedure of a reboot knows when it is over.
fn facts(work: &Work<'_>, wall: Timestamp, source: &Source) -> Result<Facts, StoreError> {
    Ok(Facts {
        now: Now { wall, monotonic: Duration::ZERO, boot: Timestamp(0) },
        asker: None,
        place: home(),
        private: false,
        inventory: Arc::new(work.inventory()?),
        policy: Arc::new(work.policy()?),
        commands: Arc::default(),
        people: Arc::new(work.people()?),
        platforms: Arc::default(),
        board: Arc::default(),
        rules: Arc::new(Rules::checked(source).unwrap()),
        homes: Arc::new(vec![home()]),
        bot_path: Arc::default(),
        doors: Arc::default(),
        freezes: Arc::default(),
        zone: chrono_tz::Tz::UTC,
        starting: false,
        periods: patchbay::model::Periods::default(),
        tracks: Arc::default(),
        offered: Arc::default(),
        simulated_until: None,
        job: None,
    })
}

/// Ann reboots it now.
pub async fn opened(world: &World, name: &'static str) -> Window {
    opened_for(world, name, Duration::from_secs(1_200)).await
}

/// If nobody ends the window it is open for so long.
async fn opened_for(world: &World, name: &'static str, span: Duration) -> Window {
    world
        .write(move |work| {
            let by = work.person_by_name("ann")?.unwrap().id;
            let device = work.device_by_name(name)?.unwrap().id;
            let job = job(work, device, by)?;
            let window = Window { job, device, by, opens: now(), ends: now().plus(span) };
            work.open_window(&window)?;
            Ok(window)
        })
        .await
}

fn job(work: &mut Work<'_>, device: patchbay::model::DeviceId, by: PersonId) -> Result<JobId, StoreError> {
    let invocation = Invocation {
        line: "/reboot R1".to_owned(),
        asker: by,
        place: home(),
        thread: None,
        key: "desk/reboot".to_owned(),
        sent_at: None,
        received_at: now(),
        confirmed_at: None,
        quoted: false,
    };
    let job = work.add_job(&invocation, "reboot", &[device], now())?;
    // Nobody else shall go on with it.
    work.end_job(job, JobState::Done, now())?;
    Ok(job)
}

/// Under these rules, which name the destinations.
pub async fn ends(world: &World, window: Window, how: WindowEnd, source: Source) -> bool {
    // What the routers say of the moment of their boot is good to a second.
    let soon = Duration::from_secs(if how == WindowEnd::Well { 5 } else { 0 });
    world
        .write(move |work| {
            let facts = facts(work, now().plus(soon), &source)?;
            builtin::window_over(&window, how, &facts, work)
        })
        .await
}

/// Its unreachable alert fires, and nobody is told because of this job.
pub async fn held(world: &World, name: &'static str, job: JobId) {
    world
        .stands(move |view| {
            let device = view.device_by_name(name)?.unwrap().id;
            let alerts = view.alerts_of(device)?;
            let found = alerts.into_iter().find(|alert| alert.key.rule == "unreachable");
            Ok(found.is_some_and(|alert| alert.held == Some(Hold::Reboot(job))))
        })
        .await;
}

/// R2 is reached only through R1.
async fn behind(world: &World) {
    world
        .write(|work| {
            let (first, second) = (work.device_by_name("R1")?.unwrap(), work.device_by_name("R2")?.unwrap());
            work.set_device(&Device { parents: vec![first.id], ..second })
        })
        .await;
    world.is_well().await;
}

pub fn lost(by: PersonId) -> WindowEnd {
    let limit = Duration::from_secs(900);
    WindowEnd::Lost { limit, last_seen: Some(now()), backup: None, asked_by: by }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_planned_reboot_that_goes_well_tells_nobody_and_what_is_wrong_behind_it_speaks() {
    let world = World::new(watched(routers(&["R1", "R2", "R3"]))).await;
    world.is_well().await;
    behind(&world).await;
    let window = opened(&world, "R1").await;
    for name in ["R1", "R2"] {
        world.router(name).fault(Fault::Unreachable).await;
    }
    held(&world, "R1", window.job).await;
    held(&world, "R2", window.job).await;
    let listed = world.ask("/alerts held").await.text;
    for words in ["held: planned reboot by ann", "held: behind the planned reboot of R1"] {
        assert!(listed.contains(words), "{words} in {listed}");
    }
    assert!(world.ask("/status all").await.text.contains("🔕 R1  planned reboot by ann"));
    world.router("R1").reboot("Reload Command", false).unwrap();
    assert_eq!(world.told(), []);
    // Verified before the clock has looked: neither that it was away nor that it booted is news.
    assert!(ends(&world, window, WindowEnd::Well, rules(RULES)).await);
    world.router("R1").clear_faults().await;
    let told = world.hears(&["🔴 R2 answers neither on RESTCONF nor on SSH"]).await;
    world.asks_until("/status R1", "R1 is well").await;
    world.looks("R1", 12).await;
    assert_eq!(world.told().len(), 1, "{:#?}", world.told());
    let ended = world.bot.store().read(|view| view.ended_incidents(9)).await.unwrap();
    assert!(ended.iter().any(|incident| incident.alert.phase == Phase::Closed(Closing::PlannedReboot)));
    world.router("R2").clear_faults().await;
    world.replies(super::number_of(&told), &["✅ R2 answers again after "]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_router_that_does_not_come_back_is_told_at_once_also_after_a_restart() {
    let world = World::new(watched(routers(&["R1", "R2", "R3"]))).await;
    world.is_well().await;
    behind(&world).await;
    let window = opened(&world, "R1").await;
    for name in ["R1", "R2"] {
        world.router(name).fault(Fault::Unreachable).await;
    }
    held(&world, "R1", window.job).await;
    let world = world.restarted().await;
    world.looks("R3", 12).await;
    held(&world, "R1", window.job).await;
    held(&world, "R2", window.job).await;
    assert_eq!(world.told(), [], "told inside the window");
    assert!(ends(&world, window, lost(window.by), rules(RULES)).await);
    let told = world.hears(&["🔴 R1 did not come back within 15 min after the reboot asked by ann"]).await;
    assert_eq!(told.message.place.channel, DESK);
    assert!(told.text.contains("no backup of R1 is known"), "{}", told.text);
    world.hears(&["🔴 R2 answers neither on RESTCONF nor on SSH"]).await;
    world.looks("R3", 12).await;
    assert_eq!(world.told().len(), 2, "{:#?}", world.told());
    world.router("R1").clear_faults().await;
    let back = world.replies(super::number_of(&told), &["✅ R1 is back, ", "the reboot asked by ann"]).await;
    assert_eq!(back.message.reply_to.unwrap().0, told.message.slot.0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_window_that_nobody_ends_is_over_at_its_time() {
    let world = World::new(watched(routers(&["R1"]))).await;
    world.is_well().await;
    let window = opened_for(&world, "R1", Duration::from_secs(8)).await;
    world.router("R1").fault(Fault::Unreachable).await;
    held(&world, "R1", window.job).await;
    world.hears(&["🔴 R1 answers neither on RESTCONF nor on SSH"]).await;
    let alert = world.bot.store().read(|view| alert_of(view, "unreachable")).await.unwrap().unwrap();
    assert!(alert.held.is_none() && alert.announced);
    let over = world.bot.store().read(|view| view.windows_over(Timestamp(i64::MAX))).await.unwrap();
    assert_eq!(over, []);
    assert_eq!(world.told().len(), 1, "{:#?}", world.told());
}
