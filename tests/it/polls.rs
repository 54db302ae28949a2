//! What the clock's corridor counts of itself while real polls go well, fail and are owed.

use crate::world::{PATIENCE, Plan, World};
use patchbay::flow::monitor::Polls;
use patchbay::lab::{Fault, LabPlan};
use patchbay::settings::Monitor;
use std::time::Duration;

async fn looked_at() -> World {
    let settings = |settings: &mut patchbay::settings::Settings| {
        settings.monitor = Monitor::each(Duration::from_secs(1));
    };
    World::new(Plan { lab: LabPlan::one("R1"), monitored: true, settings, ..Plan::default() }).await
}

/// Reads the counts again and again until they are so.
async fn counts(world: &World, so: impl Fn(&Polls) -> bool) -> Polls {
    let mut glance = tokio::time::interval(Duration::from_millis(10));
    let found = async {
        while !so(&world.bot.polls()) {
            glance.tick().await;
        }
        world.bot.polls()
    };
    tokio::time::timeout(PATIENCE, found).await.unwrap_or_else(|_| panic!("{:?}", world.bot.polls()))
}

#[tokio::test(flavor = "multi_thread")]
async fn polls_are_counted_by_how_they_went() {
    let world = looked_at().await;
    let well = counts(&world, |polls| polls.answered >= 4).await;
    assert_eq!((well.failed, well.skipped), (0, 0), "{well:?}");
    assert!(well.begun >= well.answered && well.late.percentile(100).is_some(), "{well:?}");
    assert!(well.took.percentile(100).unwrap() > Duration::ZERO);
    world.router("R1").fault(Fault::RestconfStatus(500)).await;
    let ill = counts(&world, |polls| polls.failed >= 2).await;
    let begun = ill.since(&well).begun;
    assert!(begun >= 2, "{begun}");
    world.router("R1").clear_faults().await;
    world.router("R1").fault(Fault::RestconfHang).await;
    counts(&world, |polls| polls.skipped >= 1).await;
    world.router("R1").clear_faults().await;
    world.bot.stop().await;
}
