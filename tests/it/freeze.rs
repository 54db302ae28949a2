//! Freezes and locks by hand through the whole house: what they refuse, what they let through, and that they
//! outlive a restart.

use crate::attack::{own, own_commands, times};
use crate::reboot::{card, quick, reloads};
use crate::world::{Plan, Reply, World, plain};
use patchbay::lab::Point;
use std::time::Duration;

const ZERO: &str = "clear counters";

async fn as_(world: &World, who: &str, line: &str) -> Reply {
    let slot = world.desk.line_as(who, line).await;
    world.desk.ended(&slot).await
}

#[track_caller]
fn says(reply: &Reply, words: &[&str]) {
    for word in words {
        assert!(reply.text.contains(word), "{word:?} is not in:\n{}", reply.text);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_freeze_refuses_what_changes_and_lets_reading_go_on() {
    let world = World::demo().await;
    says(&world.ask("/freeze R1 2h core works").await, &["⏸ Nothing changes R1 until"]);
    let refused = as_(&world, "carol", "/save R1").await;
    says(&refused, &["⛔ Frozen: R1, by ann since", "core works", "To end it: /unfreeze #1 (ann or carol)"]);
    assert!(world.ask("/version R1").await.went_well());
    let rest = world.ask("/save all").await;
    world.desk.press("ann", &rest.button("Run it on the 4 that are not frozen")).await;
    let saved = world.desk.until_any(|message| plain(message).contains("4 routers")).await;
    assert!(!saved.text.contains("R1 "), "{}", saved.text);
    world.bot.settled().await;
    assert_eq!(times(&world, "R1", "write memory"), 0, "{:?}", world.router("R1").typed());
    assert_eq!(times(&world, "R2", "write memory"), 1, "{:?}", world.router("R2").typed());
    says(&world.ask("/unfreeze").await, &["✅ R1 can be changed again"]);
    assert!(world.ask("/save R1").await.went_well());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_operator_freezes_and_an_admin_ends_it() {
    let world = World::new(Plan { role: "operator", commands: own_commands(), ..Plan::default() }).await;
    says(&as_(&world, "bob", "/freeze").await, &["⛔", "it needs operator, and you are viewer"]);
    says(&world.ask("/freeze").await, &["⏸ Nothing changes any router until"]);
    says(&world.ask("/unfreeze").await, &["⛔", "it needs admin, and you are operator", "carol"]);
    says(&world.ask("/zero R1").await, &["⛔ Frozen: R1, by ann", "To end it: /unfreeze #1 (carol)"]);
    says(&as_(&world, "carol", "/unfreeze").await, &["✅ all can be changed again"]);
    let told = world.desk.until_any(|message| message.slot.0 == "freeze/1/over").await;
    says(&told, &["carol ended a freeze: #1 all"]);
    assert!(world.ask("/zero R1").await.went_well());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_card_that_waits_is_refused_when_it_is_pressed() {
    let world = quick().await;
    let (slot, card) = card(&world, "/reboot R1").await;
    let frozen = as_(&world, "carol", "/freeze site:hanoi 1h power works").await;
    says(&frozen, &["#1 /reboot R1 by ann has not begun: it will be refused"]);
    world.desk.press("ann", &card.button("Reboot")).await;
    let end = world.desk.ended(&slot).await;
    says(&end, &["⛔ Frozen: R1, by carol since", "power works"]);
    world.bot.settled().await;
    assert_eq!(reloads(&world.router("R1")), 0);
    says(&world.ask("/reboot R1").await, &["⛔ Frozen: R1, by carol since"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_timer_holds_is_told_and_can_be_taken_back() {
    let world = quick().await;
    let mut slots = Vec::new();
    for name in ["R1", "R4"] {
        let (slot, card) = card(&world, &format!("/reboot {name} in 10m")).await;
        world.desk.press("ann", &card.button("Reboot in 10 min")).await;
        world.desk.until(&slot, |message| plain(message).contains("by its own timer")).await;
        slots.push(slot);
    }
    let frozen = as_(&world, "carol", "/freeze 1h").await;
    says(&frozen, &["R1 reloads at", "/reboot R1 cancel takes it back", "/reboot R4 cancel takes it back"]);
    says(&world.ask("/reboot R1 in 5m").await, &["⛔ Frozen: R1"]);
    let back = world.ask("/reboot R1 cancel").await;
    assert!(back.went_well(), "{}", back.text);
    assert!(world.ask("/cancel 2").await.went_well());
    world.desk.ended(&slots[1]).await;
    for name in ["R1", "R4"] {
        says(&world.ask(&format!("/pending {name}")).await, &["✅"]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_freeze_holds_for_a_job_that_waits_for_its_turn() {
    let world = own(|settings| settings.lock_patience = Duration::from_secs(30)).await;
    let hold = world.router("R1").hold(Point::AtCommand(ZERO.to_owned()));
    let first = world.desk.line_as("carol", "/zero R1").await;
    hold.reached().await;
    let second = world.desk.line("/zero R1").await;
    world.desk.until(&second, |message| plain(message).contains("being changed")).await;
    let frozen = as_(&world, "carol", "/freeze R1 1h").await;
    says(&frozen, &["R1: being changed now by carol (#1, /zero R1)", "#2 /zero R1 by ann has not begun"]);
    hold.release();
    assert!(world.desk.ended(&first).await.went_well(), "what was begun goes on");
    says(&world.desk.ended(&second).await, &["Frozen: R1, by carol"]);
    assert_eq!(times(&world, "R1", ZERO), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_operators_the_second_sees_who_and_since_when() {
    let world = World::new(Plan { role: "operator", commands: own_commands(), ..Plan::default() }).await;
    says(&as_(&world, "carol", "/lock R1 new line card").await, &["🔒 R1 is locked for you"]);
    let refused = world.ask("/zero R1").await;
    says(&refused, &["locked by carol since", "(new line card)", "[Tell me when it is free]"]);
    says(&world.ask("/lock R1").await, &["🔒 R1 is locked by carol since", "[Tell me when it is free]"]);
    says(&world.ask("/unlock R1").await, &["⛔", "carol or an admin may open it"]);
    says(&world.ask("/reboot R1").await, &["🔒 R1 is locked by carol since", "[Tell me when it is free]"]);
    world.desk.press("ann", &refused.button("Tell me when it is free")).await;
    assert!(as_(&world, "carol", "/zero R1").await.went_well(), "the holder's own work goes through");
    says(&world.ask("/status R1").await, &["R1 is locked by carol since"]);
    assert_eq!(times(&world, "R1", ZERO), 1);
    assert!(
        !world.desk.all().iter().any(|message| message.slot.0.starts_with("free/")),
        "it is still locked"
    );
    says(&as_(&world, "carol", "/unlock R1").await, &["✅ R1 is open"]);
    world.desk.until_any(|message| plain(message).contains("R1 is free now")).await;
    assert!(world.ask("/zero R1").await.went_well());
    says(&world.ask("/lock R1").await, &["🔒 R1 is locked for you"]);
    says(&as_(&world, "carol", "/unlock R1").await, &["✅ R1 is open"]);
    world.desk.until_any(|message| plain(message).contains("carol opened R1, which ann had locked")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restart_keeps_freezes_and_locks() {
    let world = own(|_| {}).await;
    as_(&world, "carol", "/freeze R2 1h works").await;
    as_(&world, "carol", "/lock R1").await;
    let world = world.restarted().await;
    says(&world.ask("/zero R2").await, &["⛔ Frozen: R2, by carol"]);
    says(&world.ask("/zero R1").await, &["locked by carol since"]);
    says(&world.ask("/lock").await, &["1 router is locked", "R1 is locked by carol"]);
    assert_eq!(times(&world, "R1", ZERO) + times(&world, "R2", ZERO), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_freeze_ends_by_itself_and_its_author_is_told() {
    let world = own(|_| {}).await;
    world.ask("/freeze R1 2s works").await;
    says(&world.ask("/zero R1").await, &["⛔ Frozen: R1"]);
    let over = world.desk.until_any(|message| message.slot.0 == "freeze/1/over").await;
    says(&over, &["✅ A freeze is over: #1 R1", "works"]);
    assert!(world.ask("/zero R1").await.went_well());
    says(&world.ask("/freezes").await, &["Nothing is frozen"]);
}
