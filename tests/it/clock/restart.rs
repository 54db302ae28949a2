//! A stop between two looks: nothing is told twice, nothing is forgotten.

use super::{Clock, RULES, alert_of, routers, rules, watched};
use crate::world::{Plan, World, now};
use patchbay::lab::Fault;
use patchbay::model::{Alert, Cause, IncidentId, Phase};
use patchbay::settings::{Monitor, Settings};
use patchbay::store::{StoreError, Work};
use std::time::Duration;

const BUSY: Fault = Fault::Cpu(95);

#[tokio::test(flavor = "multi_thread")]
async fn an_open_alert_outlives_a_restart_and_is_told_to_its_end() {
    let world = World::new(watched(routers(&["R1", "R2"]))).await;
    world.is_well().await;
    world.router("R1").fault(BUSY).await;
    world.hears(&["R1 CPU 95 %", "#1"]).await;
    let world = world.restarted().await;
    world.looks("R1", 12).await;
    assert_eq!(world.told(), [], "told again after a restart");
    assert!(world.ask("/alerts").await.text.contains("#1 R1 CPU 95 %"));
    world.router("R1").clear_faults().await;
    let over = world.replies(1, &["✅ R1 CPU back to ", "(#1)"]).await;
    assert_eq!(over.message.reply_to.unwrap().0, "alert/1");
    world.looks("R1", 8).await;
    assert_eq!(world.told().len(), 1, "{:#?}", world.told());
}

/// As if the bot had been killed twenty minutes ago, ten minutes before the next repeat.
fn killed_long_ago(work: &mut Work<'_>) -> Result<(), StoreError> {
    let before = |minutes: u64| now().minus(Duration::from_secs(60 * minutes));
    assert!(work.alive_at()?.unwrap() > before(1), "a bot that ends notes when");
    work.set_alive_at(before(20))?;
    let alert = alert_of(work, "cpu")?.unwrap();
    let alert = Alert { next_repeat: Some(before(10)), looked_at: before(20), ..alert };
    work.put_alert(alert, None, None, now()).map(drop)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_repeat_that_was_due_while_the_bot_was_down_is_told_once_and_says_so() {
    let world = World::new(watched(routers(&["R1"]))).await;
    world.is_well().await;
    world.router("R1").fault(BUSY).await;
    world.hears(&["R1 CPU 95 %", "#1"]).await;
    let world = world.restarted_with(killed_long_ago).await;
    world.hears(&["Still: R1 CPU 95 %", "this was due while the bot was down, "]).await;
    world.looks("R1", 8).await;
    assert_eq!(world.told().len(), 1, "{:#?}", world.told());
    world.router("R1").clear_faults().await;
    world.hears(&["✅ R1 CPU back to ", " after ", "(#1)"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_ended_while_the_bot_was_down_has_no_exact_end() {
    let world = World::new(watched(routers(&["R1"]))).await;
    world.is_well().await;
    world.router("R1").fault(BUSY).await;
    world.hears(&["R1 CPU 95 %", "#1"]).await;
    let (router, runtime) = (world.router("R1"), tokio::runtime::Handle::current());
    let world = world.restarted_with(move |work| {
        runtime.block_on(router.clear_faults());
        killed_long_ago(work)
    });
    let world = world.await;
    world.hears(&["✅ R1 CPU back to ", " at some time between ", "(#1)"]).await;
    assert_eq!(world.told().len(), 1, "{:#?}", world.told());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_pending_goes_on_after_a_restart() {
    let slow = RULES.replacen("min_samples = 2", "min_samples = 2\nfor = \"6s\"", 1);
    // What was not looked at for three periods begins anew, and a busy machine may take seconds to start.
    let settings = |settings: &mut Settings| settings.monitor = Monitor::each(Duration::from_secs(5));
    let plan = Plan { rules: rules(slow), settings, ..watched(routers(&["R1"])) };
    let world = World::new(plan).await;
    world.is_well().await;
    world.router("R1").fault(BUSY).await;
    world.stands(|view| Ok(alert_of(view, "cpu")?.is_some_and(|alert| alert.phase == Phase::Pending))).await;
    let since = world.bot.store().read(|view| Ok(alert_of(view, "cpu")?.unwrap().since)).await.unwrap();
    let world = world.restarted().await;
    world.hears(&["R1 CPU 95 %", "#1"]).await;
    let after = world.bot.store().read(|view| Ok(alert_of(view, "cpu")?.unwrap().since)).await.unwrap();
    assert_eq!(after, since, "it began anew");
}

#[tokio::test(flavor = "multi_thread")]
async fn repeats_are_replies_and_stop_when_somebody_takes_it() {
    let often = RULES.replacen("severity = \"critical\"", "severity = \"critical\"\nrepeat = \"2s\"", 1);
    let plan = Plan { rules: rules(often), ..watched(routers(&["R1"])) };
    let world = World::new(plan).await;
    world.is_well().await;
    world.router("R1").fault(BUSY).await;
    world.hears(&["R1 CPU 95 %", "#1"]).await;
    let first = world.hears(&["Still: R1 CPU 95 %"]).await;
    assert_eq!(first.message.reply_to.as_ref().unwrap().0, "alert/1");
    let slot = first.message.slot.clone();
    world
        .desk
        .until_any(|message| {
            message.slot != slot && message.slot.0.starts_with("alert/1/") && message.reply_to.is_some()
        })
        .await;
    // By when it was decided: on a busy machine a message may go a while after that.
    let decided = world.bot.store().read(|view| view.transitions(IncidentId(1))).await.unwrap();
    let repeats: Vec<_> =
        decided.iter().filter(|one| one.cause == Cause::RepeatDue).map(|one| one.at).collect();
    let apart = repeats[1].since(repeats[0]);
    assert!(apart >= Duration::from_secs(2), "{apart:?} between two repeats");
    world.ask("/ack 1").await;
    world.head(1, &["taken by ann until "]).await;
    let told = world.told().len();
    world.looks("R1", 24).await;
    assert_eq!(world.told().len(), told, "{:#?}", world.told());
    let why = world.ask("/why 1").await;
    assert!(why.text.contains("not told again while somebody is on it"), "{}", why.text);
    world.ask("/unack 1").await;
    world.router("R1").requested(1).await;
    world.router("R1").clear_faults().await;
    world.hears(&["✅ R1 CPU back to ", "#1"]).await;
}
