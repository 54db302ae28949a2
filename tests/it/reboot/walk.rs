//! The straight walk: card, press, away, back, proven; several routers one by one; the router's own timer.

use super::{card, is_over, quick, quick_with, reloads};
use crate::world::{Plan, World, now, plain};
use patchbay::lab::{Fault, LabPlan, Visitor};
use patchbay::model::JobId;
use std::time::Duration;

#[tokio::test(flavor = "multi_thread")]
async fn a_reboot_is_shown_agreed_to_followed_and_proven() {
    let world = quick().await;
    world.ask("/backup R1").await;
    let (slot, card) = card(&world, "/reboot R1").await;
    for words in
        ["🔁 Reboot R1?", "IOS XE 17.09.04a", "last good backup", "complete", "pending reload: none", "found"]
    {
        assert!(card.text.contains(words), "{words}: {}", card.text);
    }
    world.desk.press("ann", &card.button("Reboot")).await;
    let end = world.desk.ended(&slot).await;
    assert!(end.first_line().starts_with("✅ R1 is back after ") && end.went_well(), "{}", end.text);
    for words in
        ["\"Reload Command\"", "reload accepted", "gone", "answers on SSH", "verified by", "BGP 1 of 1"]
    {
        assert!(end.text.contains(words), "{words}: {}", end.text);
    }
    assert_eq!(reloads(&world.router("R1")), 1);
    let steps: Vec<String> = world.desk.all().iter().filter(|m| m.slot.0 == slot).map(plain).collect();
    let at = |words: &str| steps.iter().position(|step| step.contains(words));
    let order = [
        at("Looking at R1"),
        at("Reboot R1?"),
        at("looking once more"),
        at("sending"),
        at("gone"),
        at("is back"),
    ];
    assert!(order.iter().all(Option::is_some) && order.is_sorted(), "{order:?} {steps:#?}");
    let job = world.ask("/job 2").await;
    assert!(job.text.contains("R1 is back after"), "{}", job.text);
    world.bot.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn unsaved_lines_are_shown_dropped_or_saved_as_the_button_says() {
    for (button, lost) in [("Reboot, drop bob's 2 lines", true), ("Save them, reboot", false)] {
        let world = quick_with(Plan { lab: LabPlan::one("R1"), ..Plan::default() }).await;
        let router = world.router("R1");
        router.edit("bob", &["ip name-server 10.7.7.7", "ntp server 10.9.9.9"]).unwrap();
        let idle = Duration::from_secs(240);
        router.sign_in(&Visitor { user: "bob".to_owned(), line: 3, from: "10.0.0.9".to_owned(), idle });
        let (slot, card) = card(&world, "/reboot R1").await;
        assert!(card.text.contains("2 lines are not saved (bob, "), "{}", card.text);
        assert!(card.text.contains("bob (vty 3, idle 4 min"), "{}", card.text);
        let shown = world.desk.press("ann", &card.button("Show the 2 lines")).await;
        let shown = world.desk.ended(&shown).await;
        assert!(shown.text.contains("+ ntp server 10.9.9.9"), "{}", shown.text);
        world.desk.press("ann", &card.button(button)).await;
        let end = world.desk.ended(&slot).await;
        assert!(end.text.contains("R1 is back"), "{}", end.text);
        let now = router.running_configuration();
        assert_eq!(!now.contains("ntp server 10.9.9.9"), lost, "{button}");
        assert_eq!(end.text.contains("saved"), !lost, "{}", end.text);
        world.bot.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn only_the_asker_may_press_and_cancel_does_nothing() {
    let world = quick().await;
    let (slot, card) = card(&world, "/reboot R1").await;
    let foreign = world.desk.press("carol", &card.button("Reboot")).await;
    assert!(world.desk.ended(&foreign).await.text.contains("Only ann may press this"));
    world.desk.press("ann", &card.button("Cancel")).await;
    let end = world.desk.ended(&slot).await;
    assert_eq!(end.first_line(), "Cancelled: /reboot R1. Nothing was done.");
    let late = world.desk.press("ann", &card.button("Reboot")).await;
    assert!(world.desk.ended(&late).await.text.contains('⛔'));
    assert_eq!(reloads(&world.router("R1")), 0);
    assert!(world.write(|work| work.held()).await.is_empty());
    world.bot.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn several_routers_go_one_by_one_and_the_first_that_is_not_well_stops_it() {
    let world = quick_with(Plan { lab: LabPlan::fleet(3), ..Plan::default() }).await;
    world.router("R2").set_reload_manner(patchbay::lab::ReloadManner {
        returns: patchbay::lab::Return::NotRebooted,
        ..super::manner()
    });
    let (slot, card) = card(&world, "/reboot R1,R2,R3").await;
    assert!(card.first_line().contains("Reboot 3 routers?"), "{}", card.text);
    world.desk.press("ann", &card.button("Reboot 3 routers")).await;
    world.desk.until(&slot, |message| plain(message).contains("How many routers")).await;
    world.desk.line("3").await;
    let end = world.desk.ended(&slot).await;
    assert!(end.first_line().contains("Stopped at R2: 1 of 3 routers are well"), "{}", end.text);
    assert!(end.text.contains("R2 was away for") && end.text.contains("Not touched: R3"), "{}", end.text);
    let times = ["R1", "R2", "R3"].map(|name| reloads(&world.router(name)));
    assert_eq!((times[0], times[2]), (1, 0));
    world.bot.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_number_and_a_list_that_holds_every_way_do_nothing() {
    let world = quick_with(Plan { lab: LabPlan::fleet(3), ..Plan::default() }).await;
    let (slot, card) = card(&world, "/reboot R1,R2").await;
    world.desk.press("ann", &card.button("Reboot 2 routers")).await;
    world.desk.until(&slot, |message| plain(message).contains("How many routers")).await;
    world.desk.line("3").await;
    let end = world.desk.ended(&slot).await;
    assert!(end.text.contains("You typed 3, and the list holds 2. Nothing was done."), "{}", end.text);
    world.ask("/device set R3 site=annex parents=R1,R2").await;
    let refused = world.ask("/reboot R1,R2").await;
    assert!(refused.text.contains("every way to annex"), "{}", refused.text);
    assert_eq!(reloads(&world.router("R1")) + reloads(&world.router("R2")), 0);
    world.bot.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_routers_own_timer_is_set_verified_taken_back_and_followed() {
    let world = quick_with(Plan { lab: LabPlan::one("R1"), ..Plan::default() }).await;
    let router = world.router("R1");
    let (slot, card) = card(&world, "/reboot R1 in 10m").await;
    assert!(card.first_line().contains("Reboot R1 in 10 min?"), "{}", card.text);
    world.desk.press("ann", &card.button("Reboot in 10 min")).await;
    let set = world.desk.until(&slot, |message| plain(message).contains("by its own timer")).await;
    assert_eq!(router.pending_reload().unwrap().minutes, 10);
    assert!(world.write(|work| work.held()).await.is_empty(), "others may work on it until then");
    let windows = world.write(|work| work.window(JobId(1), patchbay::model::DeviceId(1))).await.unwrap();
    assert!(windows.opens > now().plus(Duration::from_secs(500)), "it opens at the router's time");
    let pending = world.ask("/reboot R1").await;
    assert!(pending.text.contains("already, as ann asked me"), "{}", pending.text);
    let back = world.desk.press("ann", &set.button("Take it back")).await;
    let back = world.desk.ended(&back).await;
    assert!(back.went_well() && back.text.contains("no reload is pending now"), "{}", back.text);
    let end = world.desk.ended(&slot).await;
    assert!(end.text.contains("The reload of R1 was taken back"), "{}", end.text);
    assert!(router.pending_reload().is_none());
    assert_eq!(reloads(&router), 0);
    world.bot.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_timer_that_runs_out_is_followed_to_the_proof() {
    let world = quick_with(Plan { lab: LabPlan::one("R1"), ..Plan::default() }).await;
    let router = world.router("R1");
    // The router's minute is a short one: it goes long before the bot's own clock says so.
    let minute = Duration::from_secs(3);
    router.set_reload_manner(patchbay::lab::ReloadManner { minute, ..super::manner() });
    let (slot, card) = card(&world, "/reboot R1 in 1m").await;
    world.desk.press("ann", &card.button("Reboot in 1 min")).await;
    let end = world.desk.until(&slot, is_over).await;
    assert!(end.text.contains("R1 is back"), "{}", end.text);
    assert_eq!(reloads(&router), 1);
    world.bot.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_missing_afterwards_is_named() {
    let world = quick_with(Plan { lab: LabPlan::fleet(2), settings: impatient, ..Plan::default() }).await;
    let router = world.router("R1");
    let (slot, card) = card(&world, "/reboot R1").await;
    let afterwards = vec![Fault::PortDown("GigabitEthernet1".to_owned())];
    router.set_reload_manner(patchbay::lab::ReloadManner { afterwards, ..super::manner() });
    world.desk.press("ann", &card.button("Reboot")).await;
    let end = world.desk.ended(&slot).await;
    assert!(end.first_line().contains("R1 is back") && end.first_line().contains("missing"), "{}", end.text);
    assert!(end.text.contains("GigabitEthernet1"), "{}", end.text);
    world.bot.stop().await;
}

fn impatient(settings: &mut patchbay::settings::Settings) {
    super::hurry(settings);
    settings.reboot.settle = Duration::from_secs(3);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_router_on_the_bots_own_path_is_announced_before_and_reported_after() {
    let world = World::new(Plan { lab: LabPlan::one("R1"), settings: behind_r1, ..Plan::default() }).await;
    world.router("R1").set_reload_manner(super::manner());
    let (slot, card) = card(&world, "/reboot R1").await;
    assert!(card.text.contains("⚠️ I am connected through R1 myself"), "{}", card.text);
    world.desk.press("ann", &card.button("Reboot")).await;
    world.desk.until(&slot, |message| plain(message).contains("I am silent now until it is back")).await;
    let end = world.desk.ended(&slot).await;
    assert!(end.text.contains("R1 is back"), "{}", end.text);
    world.bot.stop().await;
}

fn behind_r1(settings: &mut patchbay::settings::Settings) {
    super::hurry(settings);
    settings.reboot.bot_path = vec!["r1".to_owned()];
}
