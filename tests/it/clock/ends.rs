//! What ends an alert without a recovery, and a metrics file that cannot be read: whoever was told is
//! told why, and the bot goes on.

use super::{Clock, RULES, routers, rules, watched};
use crate::world::{Plan, World};
use patchbay::lab::Fault;
use patchbay::model::Metric;
use std::io::{Seek, SeekFrom, Write};

async fn busy(plan: Plan) -> World {
    let world = World::new(plan).await;
    world.is_well().await;
    world.router("R1").fault(Fault::Cpu(95)).await;
    world.hears(&["R1 CPU 95 %", "#1"]).await;
    world
}

async fn is_closed(world: &World, why: &str) {
    let end = world.replies(1, &["🔕 R1 CPU closed: ", why, "(#1)"]).await;
    assert_eq!(end.message.reply_to.unwrap().0, "alert/1");
    world.head(1, &["🔕 R1 CPU closed: ", why]).await;
    world.looks("R2", 8).await;
    assert_eq!(world.told().len(), 2, "{:#?}", world.told());
    assert!(world.ask("/alerts").await.text.starts_with("✅ No alert is open"));
    assert!(world.ask("/why 1").await.text.contains(why));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_router_that_is_removed_closes_its_alerts() {
    let world = busy(watched(routers(&["R1", "R2"]))).await;
    let id = world.bot.store().read(|view| Ok(view.inventory()?.named("R1").unwrap().id)).await.unwrap();
    world.write(move |work| work.remove_device(id, crate::world::now())).await;
    is_closed(&world, "the router was removed from the inventory").await;
    let asked = world.router("R1").requests().len();
    world.looks("R2", 12).await;
    assert_eq!(world.router("R1").requests().len(), asked, "a router that was removed is asked");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_router_that_nobody_watches_any_more_closes_its_alerts() {
    let world = busy(watched(routers(&["R1", "R2"]))).await;
    let set = world.ask("/device set R1 monitored=no").await;
    assert!(set.went_well(), "{}", set.text);
    is_closed(&world, "the router is not monitored any more").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rule_that_speaks_of_it_no_more_closes_its_alerts() {
    // The routers of the rule are told by their tag, which an admin takes away.
    let mut lab = routers(&["R1", "R2"]);
    lab.routers[0].tags = vec!["edge".to_owned()];
    let edge =
        RULES.replacen("severity = \"critical\"", "severity = \"critical\"\nselector = \"tag:edge\"", 1);
    let world = busy(Plan { rules: rules(edge), ..watched(lab) }).await;
    let set = world.ask("/device set R1 tags=core").await;
    assert!(set.went_well(), "{}", set.text);
    is_closed(&world, "no rule speaks of it any more").await;
}

/// Overwrites the file from its beginning, beside whoever has it open.
fn spoil(world: &World) {
    let path = world.folder.path().join("data/metrics.db");
    let mut file = std::fs::OpenOptions::new().write(true).open(&path).unwrap();
    let length = file.metadata().unwrap().len();
    file.seek(SeekFrom::Start(0)).unwrap();
    file.write_all(&vec![0xA5; usize::try_from(length).unwrap()]).unwrap();
}

async fn is_told_and_goes_on(world: &World) {
    world.hears(&["⚠️ ", "metrics.db.damaged-"]).await;
    world.is_well().await;
    world.router("R1").fault(Fault::Cpu(95)).await;
    world.hears(&["R1 CPU 95 %"]).await;
    let told = world.desk.all().iter().filter(|message| message.slot.0.starts_with("metrics/")).count();
    assert_eq!(told, 1);
    world.looks("R1", 12).await;
    assert!(!world.track("R1", Metric::Cpu, "").await.points.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_metrics_file_that_was_damaged_before_the_start_is_set_aside() {
    let world = World::new(watched(routers(&["R1"]))).await;
    world.is_well().await;
    let path = world.folder.path().join("data/metrics.db");
    let world = world.restarted_with(move |_| {
        std::fs::write(&path, vec![0xA5; 40_000]).unwrap();
        Ok(())
    });
    is_told_and_goes_on(&world.await).await;
}

/// What was read before is remembered and what is new goes into a file beside it, so nobody may notice
/// for a while; whoever reads or rolls up finds it out. Nothing else depends on it.
#[tokio::test(flavor = "multi_thread")]
async fn a_metrics_file_that_is_damaged_under_the_bot_stops_nothing() {
    let world = World::new(watched(routers(&["R1"]))).await;
    world.is_well().await;
    spoil(&world);
    world.looks("R1", 12).await;
    world.is_well().await;
    assert!(world.ask("/bw R1 Gi1").await.first_line().starts_with("R1 Gi1 "));
    world.router("R1").fault(Fault::Cpu(95)).await;
    world.hears(&["R1 CPU 95 %"]).await;
    world.router("R1").clear_faults().await;
    world.hears(&["✅ R1 CPU back to "]).await;
}
