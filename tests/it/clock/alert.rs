//! The life of an alert as people see it: told with a picture and buttons, taken, explained, over.

use super::{Clock, home, routers, utc, watched};
use crate::world::{PATIENCE, World};
use patchbay::lab::Fault;
use patchbay::lab::traffic::Direction;
use patchbay::model::outbound::MessageRef;
use patchbay::model::{Block, IncidentId, Metric};

#[tokio::test(flavor = "multi_thread")]
async fn an_alert_is_told_taken_explained_and_over_in_one_thread() {
    let world = World::new(watched(routers(&["R1", "R2"]))).await;
    world.is_well().await;
    assert_eq!(world.told(), []);
    let busy = Fault::Cpu(95);
    world.router("R2").fault(busy.clone()).await;
    let first = world.hears(&["R2 CPU 95 %", "#1"]).await;
    assert_eq!(first.message.slot.0, "alert/1");
    assert!(first.first_line().starts_with("🔴 R2 CPU 95 %"), "{}", first.text);
    assert!(first.text.contains("(limit 90 %)") && first.text.contains("hanoi · since "), "{}", first.text);
    let pictures = first.message.document.blocks.iter().filter(|block| matches!(block, Block::Picture(_)));
    assert_eq!(pictures.count(), 1, "{}", first.text);
    let drawn = first.message.pictures.first().unwrap();
    assert!(image::load_from_memory(&drawn.png).is_ok(), "{}", drawn.name);
    for label in ["Acknowledge", "Silence 1 h", "Silence 4 h", "Status"] {
        first.button(label);
    }

    let listed = world.ask("/alerts").await;
    assert_eq!(listed.first_line(), "🔴 1 alert is open, and it is critical");
    assert!(listed.text.contains("#1 R2 CPU 95 %"), "{}", listed.text);
    listed.button("Acknowledge #1");
    let status = world.ask("/status all").await;
    assert_eq!(status.first_line(), "🔴 1 of 2 routers needs a look");
    assert!(status.text.contains("R2  CPU 95 %") && status.text.contains("#1"), "{}", status.text);

    let slot = world.desk.line("/silence").await;
    let asked = world.desk.until(&slot, |message| !message.document.buttons.is_empty()).await;
    assert!(asked.text.contains("/silence needs an alert. Which one?"), "{}", asked.text);
    world.desk.press("ann", &asked.button("#1 R2 CPU 95 %")).await;
    let span = world.desk.until(&slot, |message| message.document.buttons.len() == 5).await;
    assert!(span.text.contains("/silence needs a time"), "{}", span.text);
    world.desk.press("ann", &span.button("Cancel")).await;

    let taken = world.ask("/ack 1 new fan ordered").await;
    assert!(taken.first_line().starts_with("✅ You are on #1 until "), "{}", taken.text);
    let edited = world.head(1, &["taken by ann until ", "note: new fan ordered"]).await;
    assert!(edited.message.version > first.message.version);
    edited.button("Give it back");
    let pictures = edited.message.document.blocks.iter().filter(|block| matches!(block, Block::Picture(_)));
    assert_eq!(pictures.count(), 1, "an edit must not take the picture away: {}", edited.text);
    let why = world.ask("/why 1").await;
    for words in ["R2 CPU", "rule cpu: raises above 90 %", "acknowledged", "new fan ordered", "desk:room"] {
        assert!(why.text.contains(words), "{words:?} in {}", why.text);
    }

    world.router("R2").clear_fault(&busy).await;
    let over = world.replies(1, &["✅ R2 CPU back to ", "(#1, ann)"]).await;
    assert_eq!(over.message.reply_to, Some(MessageRef("alert/1".to_owned())));
    assert_ne!(over.message.slot.0, "alert/1");
    let head = world.head(1, &["✅ R2 CPU back to "]).await;
    assert!(head.message.document.buttons.is_empty() && head.went_well(), "{}", head.text);
    world.looks("R2", 8).await;
    assert_eq!(world.told().len(), 2, "{:#?}", world.told());
    assert_eq!(world.told().iter().map(|(slot, _)| slot.as_str()).next(), Some("alert/1"));
    let told = world.bot.store().read(|view| view.told(IncidentId(1))).await.unwrap();
    assert_eq!(told, [home()]);
    assert!(world.ask("/alerts").await.text.starts_with("✅ No alert is open"));
    assert!(world.ask("/why 1").await.text.contains("it recovered"));
    assert!(world.ask("/ack 1").await.text.contains("#1 is over since"));
}

/// The mean over several seconds: one rate of half a second is as exact as two answers are punctual.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_measured_is_what_flowed() {
    let world = World::new(watched(routers(&["R1"]))).await;
    world.is_well().await;
    let steady = Fault::PortLoad { port: "GigabitEthernet1".to_owned(), percent: 50 };
    world.router("R1").fault(steady).await;
    let is_near = |rate: f64, truth: f64, by: f64| (rate / truth - 1.0).abs() < by;
    let measured = async {
        loop {
            world.router("R1").requested(8).await;
            let mut near = true;
            for (metric, direction) in [(Metric::In, Direction::In), (Metric::Out, Direction::Out)] {
                let track = world.track("R1", metric, "GigabitEthernet1").await;
                let load = 490e6..510e6;
                let points = track.points.into_iter().skip_while(|point| !load.contains(&point.value));
                // The first one may hold a moment from before the load.
                let points: Vec<_> = points.skip(1).collect();
                let (Some(first), Some(last), 4..) = (points.first(), points.last(), points.len()) else {
                    near = false;
                    continue;
                };
                let (from, to) = (utc(first.at), utc(last.at));
                let truth = world.router("R1").true_rate("GigabitEthernet1", direction, from, to);
                let mean = points.iter().map(|point| point.value).sum::<f64>() / points.len() as f64;
                near &= is_near(mean, truth, 0.015);
            }
            if near {
                return;
            }
        }
    };
    // What an unpunctual answer spoils weighs less with each look; a wrong measure stays wrong.
    tokio::time::timeout(PATIENCE, measured).await.expect("the means come near to what flowed");
    let shown = async {
        loop {
            let shown = world.ask("/bw R1 Gi1").await;
            assert!(shown.first_line().starts_with("R1 Gi1 \"to ISP-A\": in "), "{}", shown.text);
            let rate = shown.first_line().split(" Mb/s").next().unwrap().rsplit(' ').next().unwrap();
            if rate.parse().is_ok_and(|rate| is_near(rate, 500.0, 0.05)) {
                return;
            }
            world.router("R1").requested(1).await;
        }
    };
    tokio::time::timeout(PATIENCE, shown).await.expect("what is shown comes near to it");
}
