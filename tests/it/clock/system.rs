//! Reboots, crashes and clocks that are off.

use super::{Clock, routers, watched};
use crate::world::World;
use patchbay::lab::Fault;
use patchbay::model::{IncidentId, SendError};
use std::time::Duration;

#[tokio::test(flavor = "multi_thread")]
async fn a_reboot_is_told_with_its_reason_and_a_crash_is_critical() {
    let world = World::new(watched(routers(&["R1", "R2"]))).await;
    world.is_well().await;
    world.router("R1").reboot("Reload Command", false).unwrap();
    let told = world.hears(&["R1 rebooted, and not through Patchbay: Reload Command"]).await;
    assert!(told.first_line().starts_with("⚠️ "), "{}", told.text);
    world.router("R2").reboot("Critical process crash", true).unwrap();
    let told = world.hears(&["R2 crashed and rebooted: Critical process crash"]).await;
    assert!(told.first_line().starts_with("🔴 "), "{}", told.text);
    world.hears(&["✅ R1 has stayed up since its reboot"]).await;
    world.hears(&["✅ R2 has stayed up since its reboot"]).await;
    world.looks("R1", 8).await;
    assert_eq!(world.told().len(), 4, "{:#?}", world.told());
    for metric in [patchbay::model::Metric::In, patchbay::model::Metric::Out] {
        let track = world.track("R1", metric, "GigabitEthernet1").await;
        let worst = track.points.iter().map(|point| point.peak).fold(0.0, f64::max);
        assert!(worst > 0.0 && worst <= 1.2e9, "{worst} b/s over a reboot");
    }
}

/// The chat was away the whole time: what happened must not be lost because it is over.
#[tokio::test(flavor = "multi_thread")]
async fn a_crash_that_is_told_with_its_end_says_what_it_was() {
    let world = World::new(watched(routers(&["R1"]))).await;
    world.is_well().await;
    world.desk.manners.lock().unwrap().fails = |message| {
        let away = SendError::Later { after: Duration::from_millis(200), why: "it is away".to_owned() };
        message.slot.0.starts_with("alert/").then_some(away)
    };
    world.router("R1").reboot("Critical process crash", true).unwrap();
    world.stands(|view| Ok(view.incident(IncidentId(1))?.is_some_and(|one| one.ended_at.is_some()))).await;
    world.desk.manners.lock().unwrap().fails = |_| None;
    let told = world.hears(&["R1 has stayed up since its reboot"]).await;
    for words in ["R1 crashed and rebooted: Critical process crash", "This comes late"] {
        assert!(told.text.contains(words), "{words:?} in {}", told.text);
    }
    assert_eq!(world.told().len(), 1, "{:#?}", world.told());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reboot_while_the_bot_is_away_is_noticed() {
    let world = World::new(watched(routers(&["R1"]))).await;
    world.is_well().await;
    let router = world.router("R1");
    let stopped = router.clone();
    let world = world.restarted_with(move |_| {
        stopped.reboot("Reload Command", false).unwrap();
        Ok(())
    });
    let world = world.await;
    world.hears(&["R1 rebooted, and not through Patchbay: Reload Command"]).await;
    world.hears(&["✅ R1 has stayed up since its reboot"]).await;
    assert_eq!(world.told().len(), 2, "{:#?}", world.told());
}

/// Which is how it is with every router: it is away while it boots.
#[tokio::test(flavor = "multi_thread")]
async fn a_reboot_is_told_though_the_router_was_away() {
    let world = World::new(watched(routers(&["R1"]))).await;
    world.is_well().await;
    world.router("R1").fault(Fault::Unreachable).await;
    world.hears(&["R1 answers neither on RESTCONF nor on SSH"]).await;
    world.router("R1").reboot("Critical process crash", true).unwrap();
    world.router("R1").clear_faults().await;
    world.hears(&["R1 crashed and rebooted: Critical process crash"]).await;
    world.hears(&["✅ R1 answers again after "]).await;
    world.hears(&["✅ R1 has stayed up since its reboot"]).await;
    assert_eq!(world.told().len(), 4, "{:#?}", world.told());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clock_that_is_off_is_no_reboot() {
    let world = World::new(watched(routers(&["R1"]))).await;
    world.is_well().await;
    for off in [7_200, -7_200] {
        let fault = Fault::ClockOff(off);
        world.router("R1").fault(fault.clone()).await;
        let before = world.told().len();
        world.desk.until_count(before + 1, super::is_push).await;
        let told = world.told();
        let (_, text) = told.last().unwrap();
        assert!(text.starts_with("⚠️ R1 clock error "), "{text}");
        world.router("R1").clear_fault(&fault).await;
        world.stands(|view| Ok(view.all_alerts()?.is_empty())).await;
        world.bot.settled().await;
    }
    world.looks("R1", 8).await;
    assert!(!world.told().iter().any(|(_, text)| text.contains("reboot")), "{:#?}", world.told());
}
