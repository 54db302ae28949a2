//! Silences: what begins in one is told at its end if it still lasts, and what was told is told to its end.

use super::{Clock, alert_of, routers, watched};
use crate::world::World;
use patchbay::lab::Fault;
use patchbay::model::{Hold, Phase};

const BUSY: Fault = Fault::Cpu(95);

async fn held(world: &World) {
    world
        .stands(|view| Ok(alert_of(view, "cpu")?.is_some_and(|a| matches!(a.held, Some(Hold::Silence(_))))))
        .await;
}

async fn gone(world: &World) {
    world.stands(|view| Ok(alert_of(view, "cpu")?.is_none())).await;
    world.bot.settled().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_fires_in_a_silence_is_told_when_it_ends() {
    let world = World::new(watched(routers(&["R1"]))).await;
    world.is_well().await;
    let silence = world.ask("/silence R1 1h power works").await;
    assert!(silence.first_line().starts_with("🔕 R1 is quiet until "), "{}", silence.text);
    world.router("R1").fault(BUSY).await;
    held(&world).await;
    let listed = world.ask("/alerts held").await;
    assert!(listed.text.contains("#1 R1 CPU 95 %") && listed.text.contains("silence #1"), "{}", listed.text);
    world.looks("R1", 8).await;
    assert_eq!(world.told(), []);
    let silences = world.ask("/silences").await;
    assert!(silences.text.contains("#1 R1") && silences.text.contains("power works"), "{}", silences.text);
    let ended = world.ask("/unsilence 1").await;
    assert!(ended.text.contains("#1"), "{}", ended.text);
    let told = world.hears(&["R1 CPU 95 %", "its silence is over", "#1"]).await;
    assert_eq!(told.message.slot.0, "alert/1");
    told.button("Acknowledge");

    // The second one ends by itself; whether it is over already when one asks the store, nobody knows.
    world.ask("/silence 1 3s").await;
    world.head(1, &["silenced (#2)"]).await;
    let again = world
        .desk
        .until_any(|message| message.slot.0.starts_with("alert/1/") && message.reply_to.is_some())
        .await;
    assert!(again.text.contains("its silence is over"), "{}", again.text);
    assert_eq!(world.told().len(), 2, "{:#?}", world.told());
    world.router("R1").clear_faults().await;
    world.hears(&["✅ R1 CPU back to ", "(#1)"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_lives_and_dies_in_a_silence_is_not_told_and_what_was_told_is_told_to_its_end() {
    let world = World::new(watched(routers(&["R1"]))).await;
    world.is_well().await;
    world.ask("/silence all 1h").await;
    world.router("R1").fault(BUSY).await;
    held(&world).await;
    world.router("R1").clear_faults().await;
    gone(&world).await;
    world.ask("/unsilence 1").await;
    assert_eq!(world.told(), []);
    assert!(world.ask("/alerts ended").await.text.contains("#1 R1 CPU"));
    assert!(world.ask("/why 1").await.text.contains("nobody"));

    world.router("R1").fault(BUSY).await;
    world.hears(&["R1 CPU 95 %", "#2"]).await;
    world.ask("/silence 2 1h").await;
    held(&world).await;
    world.router("R1").clear_faults().await;
    let over = world.replies(2, &["✅ R1 CPU back to ", "(#2)"]).await;
    assert_eq!(over.message.reply_to.unwrap().0, "alert/2");
    gone(&world).await;
    assert_eq!(world.told().len(), 2, "{:#?}", world.told());
    world.stands(|view| Ok(view.all_alerts()?.iter().all(|alert| alert.phase != Phase::Firing))).await;
}
