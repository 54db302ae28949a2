//! `/save` and `/pending` typed into a chat, answered by simulated routers over real SSH.

use crate::world::World;
use patchbay::lab::{Fault, SaveTrouble};

#[tokio::test(flavor = "multi_thread")]
async fn a_save_is_saved_on_the_router_or_says_why_not() {
    let world = World::demo().await;
    let router = world.router("R1");
    router.edit("bob", &["snmp-server location attic"]).unwrap();
    router.fault(Fault::SaveFails(SaveTrouble::FileBusy)).await;
    let busy = world.ask("/save R1").await;
    assert!(!busy.went_well() && busy.text.contains("try again in a few seconds"), "{}", busy.text);
    assert!(router.unsaved(), "{}", busy.text);
    router.clear_faults().await;
    router.fault(Fault::SaveFails(SaveTrouble::WithoutOk)).await;
    let silent = world.ask("/save R1").await;
    assert!(silent.text.contains("it did not say [OK]") && router.unsaved(), "{}", silent.text);
    router.clear_faults().await;
    router.fault(Fault::OverwriteAsked).await;
    let saved = world.ask("/save R1").await;
    assert!(saved.went_well() && saved.first_line().contains("Saving on R1: saved"), "{}", saved.text);
    assert!(!router.unsaved());
    let all = world.ask("/save all").await;
    assert!(all.went_well() && all.first_line().contains("Saving on 5 routers"), "{}", all.text);
    world.bot.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_routers_will_do_by_themselves_is_told_soonest_first() {
    let world = World::demo().await;
    assert!(world.ask("/pending").await.text.contains("No reload is scheduled on any of 5 routers"));
    world.router("R2").schedule_reload("bob", Some("10.0.0.9"), 125, Some("new image"));
    world.router("R4").schedule_reload("console", None, 10, None);
    world.router("R5").fault(Fault::Unreachable).await;
    let told = world.ask("/pending all").await;
    let lines: Vec<&str> = told.text.lines().collect();
    assert!(lines[0].contains("2 of 5 routers will reload by themselves"), "{}", told.text);
    let at = |name: &str| lines.iter().position(|line| line.contains(name)).unwrap();
    assert!(at("R4  will reload in") < at("R2  will reload in"), "{}", told.text);
    assert!(lines[at("R2")].contains("by bob on vty0 (10.0.0.9)") && lines[at("R2")].contains("new image"));
    assert!(told.text.contains("none on 2 others") && at("R5") > at("R2"), "{}", told.text);
    assert!(!told.went_well(), "one did not answer");
    let one = world.ask("/pending R2").await;
    assert!(one.went_well() && one.text.contains("R2 will reload in 2 h"), "{}", one.text);
    world.bot.stop().await;
}
