//! What goes wrong on the way: each ends in a clear sentence, nothing is lost, nothing is sent twice.

use super::{card, manner, quick, quick_with, reloads};
use crate::world::{Plan, now, plain};
use patchbay::lab::{Fault, LabPlan, LinesFull, ReloadManner, Return, SaveTrouble};
use std::time::Duration;

#[tokio::test(flavor = "multi_thread")]
async fn a_pending_reload_of_somebody_else_blocks_and_names_him() {
    let world = quick().await;
    world.router("R1").schedule_reload("bob", Some("10.0.0.9"), 30, None);
    let said = world.ask("/reboot R1").await;
    assert!(said.text.contains("pending reload") && said.text.contains("by bob"), "{}", said.text);
    let (slot, first) = card(&world, "/reboot R2 nosave").await;
    world.router("R2").schedule_reload("eve", None, 30, None);
    world.desk.press("ann", &first.button("Reboot")).await;
    let end = world.desk.ended(&slot).await;
    assert!(end.text.contains("by eve") && !end.went_well(), "{}", end.text);
    assert_eq!(reloads(&world.router("R1")) + reloads(&world.router("R2")), 0);
    world.bot.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_got_worse_between_card_and_press_is_a_new_card() {
    let world = quick_with(Plan { lab: LabPlan::one("R1"), ..Plan::default() }).await;
    let router = world.router("R1");
    let (slot, first) = card(&world, "/reboot R1").await;
    router.edit("eve", &["ntp server 10.8.8.8"]).unwrap();
    world.desk.press("ann", &first.button("Reboot")).await;
    let again = world
        .desk
        .until(&slot, |message| plain(message).contains("1 line was changed and not saved meanwhile"))
        .await;
    assert!(again.text.contains("Reboot, drop eve's line"), "{}", again.text);
    assert_eq!(reloads(&router), 0);
    let old = world.desk.press("ann", &first.button("Reboot")).await;
    assert!(world.desk.ended(&old).await.text.contains('⛔'), "the old card's button is dead");
    world.desk.press("ann", &again.button("Reboot, drop eve's line")).await;
    assert!(world.desk.ended(&slot).await.text.contains("R1 is back"));
    world.bot.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_memory_that_is_locked_while_saving_ends_it_before_anything_was_sent() {
    let world = quick_with(Plan { lab: LabPlan::one("R1"), ..Plan::default() }).await;
    let router = world.router("R1");
    router.edit("bob", &["snmp-server location attic"]).unwrap();
    router.fault(Fault::SaveFails(SaveTrouble::MemoryInUse)).await;
    let (slot, first) = card(&world, "/reboot R1 save").await;
    world.desk.press("ann", &first.button("Save them, reboot")).await;
    let end = world.desk.ended(&slot).await;
    assert!(end.text.contains("its memory is in use by somebody else"), "{}", end.text);
    assert_eq!(reloads(&router), 0);
    assert!(router.unsaved());
    world.bot.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_router_without_a_free_line_is_not_rebooted() {
    let world = quick_with(Plan { lab: LabPlan::one("R1"), ..Plan::default() }).await;
    let router = world.router("R1");
    let (slot, first) = card(&world, "/reboot R1").await;
    router.fault(Fault::LinesFull(LinesFull::Closed)).await;
    world.desk.press("ann", &first.button("Reboot")).await;
    let end = world.desk.ended(&slot).await;
    assert!(
        end.text.contains("I can't see how R1 stands") && end.text.contains("Nothing was done"),
        "{}",
        end.text
    );
    assert_eq!(reloads(&router), 0);
    world.bot.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn another_certificate_after_the_reload_is_said_and_the_proof_goes_by_ssh() {
    let world = quick_with(Plan { lab: LabPlan::one("R1"), ..Plan::default() }).await;
    let router = world.router("R1");
    router.set_reload_manner(ReloadManner { new_certificate: true, ..manner() });
    let (slot, first) = card(&world, "/reboot R1").await;
    world.desk.press("ann", &first.button("Reboot")).await;
    let end = world.desk.ended(&slot).await;
    assert!(
        end.text.contains("with another certificate") && end.text.contains("verified by uptime"),
        "{}",
        end.text
    );
    let trust = world.desk.press("ann", &end.button("Trust ...")).await;
    let trust = world.desk.question(&trust).await;
    assert!(trust.text.contains("certificate"), "{}", trust.text);
    world.bot.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn another_host_key_after_the_reload_is_said_and_nothing_more_is_sent_to_it() {
    let world = quick_with(Plan { lab: LabPlan::one("R1"), ..Plan::default() }).await;
    let router = world.router("R1");
    router.set_reload_manner(ReloadManner { new_host_key: true, ..manner() });
    let (slot, first) = card(&world, "/reboot R1").await;
    world.desk.press("ann", &first.button("Reboot")).await;
    let end = world.desk.ended(&slot).await;
    assert!(end.text.contains("host key"), "{}", end.text);
    assert_eq!(reloads(&router), 1);
    world.bot.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_router_that_does_not_come_back_is_told_everywhere_at_once() {
    let world =
        quick_with(Plan { lab: LabPlan::one("R1"), settings: soon_lost, monitored: true, ..Plan::default() })
            .await;
    world.ask("/device set R1 note=\"Console: ts1 port 12. Site contact: 0900 000 000.\"").await;
    world.ask("/backup R1").await;
    let router = world.router("R1");
    router.set_reload_manner(ReloadManner { returns: Return::Never, ..manner() });
    let (slot, first) = card(&world, "/reboot R1").await;
    world.desk.press("ann", &first.button("Reboot")).await;
    let end = world.desk.ended(&slot).await;
    assert!(end.first_line().starts_with("🔴 R1 did not come back within"), "{}", end.text);
    for words in ["last seen", "Console: ts1 port 12", "0900 000 000", "last good backup"] {
        assert!(end.text.contains(words), "{words}: {}", end.text);
    }
    let alert = world.desk.until_any(|message| message.slot.is_alert()).await;
    assert!(alert.first_line().contains("R1 did not come back within"), "{}", alert.text);
    assert!(alert.text.contains("0900 000 000"), "{}", alert.text);
    world.bot.stop().await;
}

fn soon_lost(settings: &mut patchbay::settings::Settings) {
    super::hurry(settings);
    settings.reboot.back = Duration::from_secs(4);
    settings.monitor = patchbay::settings::Monitor::each(Duration::from_millis(500));
}

#[tokio::test(flavor = "multi_thread")]
async fn alerts_are_held_in_the_window_and_nothing_is_told_when_all_is_well() {
    let world =
        quick_with(Plan { lab: LabPlan::one("R1"), settings: watched, monitored: true, ..Plan::default() })
            .await;
    let (slot, first) = card(&world, "/reboot R1").await;
    world.desk.press("ann", &first.button("Reboot")).await;
    let end = world.desk.ended(&slot).await;
    assert!(end.text.contains("R1 is back"), "{}", end.text);
    let alerts: Vec<String> = world.desk.all().iter().filter(|m| m.slot.is_alert()).map(plain).collect();
    assert!(alerts.is_empty(), "{alerts:#?}");
    assert!(world.write(|work| work.windows(now())).await.is_empty());
    world.bot.stop().await;
}

fn watched(settings: &mut patchbay::settings::Settings) {
    super::hurry(settings);
    settings.monitor = patchbay::settings::Monitor::each(Duration::from_millis(300));
}

#[tokio::test(flavor = "multi_thread")]
async fn two_operators_cannot_reboot_the_same_router() {
    let world = quick_with(Plan { lab: LabPlan::one("R1"), ..Plan::default() }).await;
    let router = world.router("R1");
    let (slot, first) = card(&world, "/reboot R1").await;
    let other = world.desk.line_as("carol", "/reboot R1").await;
    let second = world.desk.question(&other).await;
    world.desk.press("ann", &first.button("Reboot")).await;
    world.desk.until(&slot, |message| plain(message).contains("looking once more")).await;
    world.desk.press("carol", &second.button("Reboot")).await;
    let locked = world.desk.ended(&other).await;
    assert!(locked.first_line().starts_with("🔒 R1 is being changed by ann since"), "{}", locked.text);
    assert!(
        locked.text.contains("[Tell me when it is free]") && locked.text.contains("[Watch]"),
        "{}",
        locked.text
    );
    let third = world.desk.line_as("carol", "/reboot R1").await;
    assert!(world.desk.ended(&third).await.text.contains("🔒"));
    assert!(world.desk.ended(&slot).await.text.contains("R1 is back"));
    assert_eq!(reloads(&router), 1);
    world.bot.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_loses_the_right_between_card_and_press_is_refused() {
    let world = quick_with(Plan { lab: LabPlan::one("R1"), role: "operator", ..Plan::default() }).await;
    let (slot, first) = card(&world, "/reboot R1").await;
    world
        .write(|work| {
            let ann = work.person_by_name("ann")?.unwrap();
            work.set_person(&patchbay::model::Person { role: "viewer".to_owned(), ..ann })
        })
        .await;
    world.desk.press("ann", &first.button("Reboot")).await;
    let end = world.desk.ended(&slot).await;
    assert!(end.text.contains("You may not") && !end.went_well(), "{}", end.text);
    assert_eq!(reloads(&world.router("R1")), 0);
    world.bot.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_card_survives_a_restart_and_what_was_agreed_is_done_once() {
    let world = quick_with(Plan { lab: LabPlan::one("R1"), ..Plan::default() }).await;
    let (slot, first) = card(&world, "/reboot R1").await;
    let world = world.restarted().await;
    world.desk.press("ann", &first.button("Reboot")).await;
    let end = world.desk.ended(&slot).await;
    assert!(end.text.contains("R1 is back"), "{}", end.text);
    assert_eq!(reloads(&world.router("R1")), 1);
    world.bot.stop().await;
}
