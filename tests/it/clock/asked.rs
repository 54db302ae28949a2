//! Alerts in more than one place: chats that subscribed beside the routes, and the same state everywhere.

use super::{Clock, is_push, routers, watched};
use crate::world::{Reply, World, plain};
use patchbay::lab::Fault;
use patchbay::model::outbound::MessageRef;
use patchbay::model::{Block, Message};

/// Types in a chat beside the one that the route names.
async fn in_hall(world: &World, line: &str) -> Reply {
    let slot = world.desk.line_in("ann", "hall", line, true).await;
    world.desk.ended(&slot).await
}

fn is_at(message: &Message, place: &str) -> bool {
    message.place.address == place
}

/// What was told of alerts in one place, without edits.
fn told_in(world: &World, place: &str) -> Vec<String> {
    let pushed = world.desk.all().into_iter().filter(|message| is_push(message) && is_at(message, place));
    pushed.map(|message| plain(&message)).collect()
}

/// The newest version of an alert's first message in one place that holds these words.
async fn head(world: &World, place: &str, words: &str) -> Reply {
    let wanted = |message: &Message| is_at(message, place) && plain(message).contains(words);
    world.desk.until("alert/1", wanted).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_chat_that_subscribed_hears_of_alerts_once_and_to_their_end() {
    let world = World::new(watched(routers(&["R1", "R2"]))).await;
    world.is_well().await;
    let refused = in_hall(&world, "/subscribe R11").await;
    assert!(refused.text.contains("There is no router R11. Did you mean R1"), "{}", refused.text);
    let done = in_hall(&world, "/subscribe R1 critical").await;
    assert_eq!(done.first_line(), "✅ This chat hears of critical alerts of R1");
    done.button("Unsubscribe");
    assert!(!done.text.contains("already"), "no route leads here: {}", done.text);
    // The route names this chat already, and is not told twice.
    let again = world.ask("/subscribe").await;
    assert!(again.went_well() && again.text.contains("all of that already"), "{}", again.text);
    let listed = in_hall(&world, "/subscribers").await;
    assert_eq!(listed.first_line(), "This chat has 1 subscription");
    assert!(listed.text.contains("R1, critical only, by ann since "), "{}", listed.text);
    assert!(listed.text.contains("desk:room: all, warnings and worse, by ann"), "{}", listed.text);
    let slot = world.desk.line_as("bob", "/subscribers").await;
    let bobs = world.desk.ended(&slot).await.text;
    assert!(bobs.contains("all, warnings and worse") && !bobs.contains("desk:hall"), "{bobs}");
    assert!(bobs.contains("route: all, warnings and worse"), "{bobs}");

    world.router("R2").fault(Fault::Cpu(95)).await;
    world.hears(&["R2 CPU 95 %"]).await;
    world.router("R2").clear_faults().await;
    world.hears(&["✅ R2 CPU back to "]).await;
    assert_eq!(told_in(&world, "hall"), Vec::<String>::new(), "nobody asked for R2 there");
    let before = told_in(&world, "room").len();

    world.router("R1").fault(Fault::Cpu(95)).await;
    let wanted = |message: &Message| is_at(message, "hall") && plain(message).contains("R1 CPU 95 %");
    world.desk.until_any(wanted).await;
    world.looks("R1", 6).await;
    assert_eq!(told_in(&world, "hall").len(), 1, "{:#?}", told_in(&world, "hall"));
    assert_eq!(told_in(&world, "room").len(), before + 1, "{:#?}", told_in(&world, "room"));
    let ended = in_hall(&world, "/unsubscribe r1").await;
    assert_eq!(ended.first_line(), "✅ 1 subscription of this chat is over");
    world.router("R1").clear_faults().await;
    let over = |message: &Message| is_at(message, "hall") && plain(message).contains("✅ R1 CPU back to ");
    world.desk.until_any(over).await;
    world.router("R1").fault(Fault::Cpu(96)).await;
    world.hears(&["R1 CPU 96 %"]).await;
    world.looks("R1", 4).await;
    assert_eq!(told_in(&world, "hall").len(), 2, "{:#?}", told_in(&world, "hall"));
    assert!(in_hall(&world, "/unsubscribe").await.text.contains("This chat has no subscription"));
    world.bot.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_alert_has_the_same_state_in_every_place_and_its_graph_stands_below_it() {
    let world = World::new(watched(routers(&["R1"]))).await;
    world.is_well().await;
    in_hall(&world, "/subscribe").await;
    world.router("R1").fault(Fault::Cpu(95)).await;
    let first = head(&world, "hall", "R1 CPU 95 %").await;
    head(&world, "room", "R1 CPU 95 %").await;
    for label in ["Acknowledge", "Silence 1 h", "Silence 4 h", "Graph", "Status"] {
        first.button(label);
    }
    for _ in 0..2 {
        let graph = world.desk.press_in("ann", "hall", &first.button("Graph")).await;
        let graph = world.desk.ended(&graph).await;
        assert!(graph.first_line().starts_with("#1 R1 CPU 95 %"), "{}", graph.text);
        assert_eq!(graph.message.reply_to, Some(MessageRef("alert/1".to_owned())));
        let pictures: Vec<_> = graph.message.document.blocks.iter().collect();
        let spans = pictures.iter().filter_map(|block| match block {
            Block::Picture(picture) => Some(picture.to.since(picture.from).as_secs() / 3_600),
            _ => None,
        });
        assert_eq!(spans.collect::<Vec<_>>(), [6]);
        assert!(image::load_from_memory(&graph.message.pictures[0].png).is_ok());
        let longer = world.desk.press_in("ann", "hall", &graph.button("24h")).await;
        assert!(world.desk.ended(&longer).await.text.contains("picture "));
    }
    assert!(world.ask("/graph 1 7d").await.text.contains("picture "));

    let taken = world.desk.press_in("ann", "hall", &first.button("Acknowledge")).await;
    assert!(world.desk.ended(&taken).await.text.contains("You are on #1"));
    for place in ["hall", "room"] {
        let edited = head(&world, place, "taken by ann until ").await;
        let labels = edited.text;
        assert!(!labels.contains("[Acknowledge]") && labels.contains("[Graph]"), "{place}: {labels}");
    }
    let silenced = world.ask("/silence 1 1h").await;
    assert!(silenced.went_well(), "{}", silenced.text);
    for place in ["hall", "room"] {
        head(&world, place, "silenced (#1)").await;
    }
    world.bot.stop().await;
}
