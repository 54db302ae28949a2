//! Socket Mode: greetings, envelopes and their acknowledgements, what is sent again, and every way in which a socket ends.

use super::*;

#[tokio::test]
async fn a_ticket_is_good_once_and_sockets_are_counted() {
    let room = room(SlackPlan { connections: 2, ..hurried() }).await;
    let address = room.address().await;
    let (_kept, _) = connect_async(&address).await.unwrap();
    assert!(connect_async(&address).await.is_err());
    let (_second, hello) = room.socket().await;
    assert_eq!((&hello["type"], &hello["num_connections"]), (&json!("hello"), &json!(2)));
    assert!(hello["connection_info"]["app_id"].is_string() && hello["debug_info"]["host"].is_string());
    let (mut third, turned_away) = room.socket().await;
    assert_eq!(turned_away["reason"], "too_many_websockets");
    assert_eq!(third.next().await, None);
}

#[tokio::test]
async fn a_command_is_told_once_and_its_answer_comes_with_the_acknowledgement() {
    let room = room(hurried()).await;
    assert!(room.slack.slash(&room.anna, &room.noc, "/unknown", "").is_none());
    let unheard = room.slack.slash(&room.anna, &room.noc, "/bw", "R1").unwrap();
    assert_eq!(unheard.settled().await, SlackFate::Undelivered);
    let (mut line, _) = room.socket().await;
    let typed = room.slack.slash(&room.anna, &room.noc, "/bw", " R1 <a> ").unwrap();
    let envelope = line.next().await.unwrap();
    assert_eq!(
        (&envelope["type"], &envelope["accepts_response_payload"]),
        (&json!("slash_commands"), &json!(true))
    );
    let payload = &envelope["payload"];
    assert_eq!((&payload["command"], &payload["text"]), (&json!("/bw"), &json!("R1 &lt;a&gt;")));
    assert_eq!((&payload["user_id"], &payload["channel_id"]), (&json!(room.anna), &json!(room.noc)));
    assert_eq!(payload.get("thread_ts"), None);
    line.acknowledge(&envelope, json!({ "text": "got it" })).await;
    assert!(matches!(typed.settled().await, SlackFate::Acknowledged { attempt: 0, .. }));
    let slow = room.slack.slash(&room.anna, &room.noc, "/bw", "R2").unwrap();
    let late = line.next().await.unwrap();
    assert_eq!(slow.settled().await, SlackFate::TimedOut);
    line.acknowledge(&late, Value::Null).await;
    room.slack.acknowledged(2).await;
    assert_eq!(room.slack.acks().iter().map(|ack| ack.late).collect::<Vec<_>>(), [false, true]);
    assert_eq!(
        room.slack.rendering(&room.noc),
        "slackbot (only for anna): /bw failed with the error \"dispatch_failed\"\n\
         patchbay (only for anna): got it\n\
         slackbot (only for anna): /bw failed with the error \"operation_timeout\"\n"
    );
    assert_eq!(room.slack.breaches(), Vec::<String>::new());
}

#[tokio::test]
async fn an_event_is_sent_again_until_it_is_acknowledged() {
    let room = room(hurried()).await;
    let (mut line, _) = room.socket().await;
    let mention = room.slack.mention(&room.anna, &room.noc, None, "/bw R1 & R2");
    let first = line.next().await.unwrap();
    let event = &first["payload"]["event"];
    assert_eq!((&first["type"], &event["type"]), (&json!("events_api"), &json!("app_mention")));
    assert_eq!(event["text"], format!("<@{}> /bw R1 &amp; R2", room.slack.bot_user()));
    assert_eq!((&first["retry_attempt"], &first["retry_reason"]), (&json!(0), &json!("")));
    // Besides the mention the message itself is told.
    let message = line.take().await;
    assert_eq!(message["payload"]["event"]["channel_type"], "channel");
    let again = line.take().await;
    assert_eq!((&again["retry_attempt"], &again["retry_reason"]), (&json!(1), &json!("timeout")));
    assert_eq!(again["payload"]["event_id"], first["payload"]["event_id"]);
    assert_ne!(again["envelope_id"], first["envelope_id"]);
    assert!(matches!(mention.settled().await, SlackFate::Acknowledged { attempt: 1, .. }));
    let reply = room.slack.write(&room.anna, &room.noc, mention.ts.as_deref(), "in the thread");
    let event = line.take().await["payload"]["event"].clone();
    assert_eq!(
        (event["thread_ts"].as_str(), &event["parent_user_id"]),
        (mention.ts.as_deref(), &json!(room.anna))
    );
    let edited = room.slack.edit(&room.noc, reply.ts.as_deref().unwrap(), "changed");
    let event = line.take().await["payload"]["event"].clone();
    assert_eq!(
        (&event["subtype"], &event["message"]["text"]),
        (&json!("message_changed"), &json!("changed"))
    );
    assert!(matches!(edited.settled().await, SlackFate::Acknowledged { attempt: 0, .. }));
}

#[tokio::test]
async fn an_event_without_a_socket_waits_for_one_and_is_lost_after_the_last_try() {
    let plan = SlackPlan { retries: vec![Duration::ZERO, Duration::from_millis(300)], ..hurried() };
    let room = room(plan).await;
    let waiting = room.slack.write(&room.anna, &room.noc, None, "early");
    let (mut line, _) = room.socket().await;
    assert_eq!(line.take().await["retry_attempt"], 2);
    assert!(matches!(waiting.settled().await, SlackFate::Acknowledged { attempt: 2, .. }));
    let lost = room.slack.write(&room.anna, &room.noc, None, "nobody says a word");
    assert_eq!(lost.settled().await, SlackFate::TimedOut);
    let lobby = room.slack.add_channel("lobby", &[&room.anna]);
    let untold = room.slack.mention(&room.anna, &lobby, None, "the app is not here");
    assert_eq!(untold.settled().await, SlackFate::Undelivered);
}

#[tokio::test]
async fn what_the_app_says_comes_back_to_it_and_foreign_apps_are_heard() {
    let room = room(hurried()).await;
    let (mut line, _) = room.socket().await;
    let ts = room.post("mine").await;
    let event = line.take().await["payload"]["event"].clone();
    assert_eq!((event["ts"].as_str(), &event["user"]), (Some(ts.as_str()), &json!(room.slack.bot_user())));
    assert!(event["bot_id"].is_string());
    let other = room.slack.add_foreign_bot("weather");
    room.slack.write(&other, &room.noc, None, "rain");
    let event = line.take().await["payload"]["event"].clone();
    assert_eq!((&event["subtype"], &event["username"]), (&json!("bot_message"), &json!("weather")));
    room.slack.write(&room.anna, &room.slack.direct(&room.anna), None, "hi");
    assert_eq!(line.take().await["payload"]["event"]["channel_type"], "im");
    room.slack.invite(&room.anna, &room.noc);
    assert_eq!(line.take().await["payload"]["event"]["type"], "member_joined_channel");
}

#[tokio::test]
async fn envelopes_come_twice_and_in_reverse_when_they_shall() {
    let room = room(hurried()).await;
    let (mut line, _) = room.socket().await;
    room.slack.fault(SlackFault::Twice).await;
    room.slack.write(&room.anna, &room.noc, None, "one");
    let (first, second) = (line.take().await, line.take().await);
    assert_eq!(first, second);
    room.slack.clear_faults().await;
    room.slack.fault(SlackFault::Reversed(3)).await;
    for text in ["a", "b", "c", "d"] {
        room.slack.write(&room.anna, &room.noc, None, text);
    }
    let mut order = Vec::new();
    for _ in 0..4 {
        order.push(line.take().await["payload"]["event"]["text"].clone());
    }
    assert_eq!(order, ["c", "b", "a", "d"]);
    assert_eq!(room.slack.breaches(), Vec::<String>::new());
}

#[tokio::test]
async fn a_socket_ends_in_every_way() {
    let room = room(hurried()).await;
    let (mut line, _) = room.socket().await;
    room.slack.goodbye(SlackGoodbye::Warning);
    assert_eq!(line.next().await.unwrap()["reason"], "warning");
    room.slack.goodbye(SlackGoodbye::RefreshRequested);
    assert_eq!(line.next().await.unwrap()["reason"], "refresh_requested");
    // The new one is there before the old one ends, and what comes goes to it.
    let (mut fresh, hello) = room.socket().await;
    assert_eq!(hello["num_connections"], 2);
    for text in ["one", "two"] {
        room.slack.write(&room.anna, &room.noc, None, text);
        assert_eq!(fresh.take().await["payload"]["event"]["text"], text);
    }
    room.slack.end_leaving_sockets();
    assert_eq!(line.next().await, None);
    room.slack.open_sockets(1).await;
    room.slack.reset_sockets();
    assert_eq!(fresh.next().await, None);
    room.slack.open_sockets(0).await;
    let (mut closed, _) = room.socket().await;
    room.slack.close_sockets();
    assert_eq!(closed.next().await, None);
    room.slack.open_sockets(0).await;
    room.slack.fault(SlackFault::NoSockets).await;
    assert!(connect_async(room.address().await).await.is_err());
    room.slack.clear_faults().await;
    assert_eq!(room.socket().await.1["type"], "hello");
}

#[tokio::test]
async fn a_ghost_takes_envelopes_and_the_next_try_finds_the_living() {
    let room = room(hurried()).await;
    let (ghost, _) = room.socket().await;
    room.slack.ghost_sockets();
    let lost = room.slack.slash(&room.anna, &room.noc, "/bw", "R1").unwrap();
    assert_eq!(lost.settled().await, SlackFate::TimedOut);
    let (mut living, hello) = room.socket().await;
    assert_eq!(hello["num_connections"], 2);
    let (one, two) = (
        room.slack.write(&room.anna, &room.noc, None, "one"),
        room.slack.write(&room.anna, &room.noc, None, "two"),
    );
    for _ in 0..2 {
        living.take().await;
    }
    let mut attempts = Vec::new();
    for delivery in [one, two] {
        let SlackFate::Acknowledged { attempt, .. } = delivery.settled().await else { panic!("lost") };
        attempts.push(attempt);
    }
    assert!(attempts.contains(&0) && attempts.iter().any(|attempt| *attempt > 0), "{attempts:?}");
    drop(ghost);
    room.slack.open_sockets(1).await;
}

#[tokio::test]
async fn a_client_that_answers_no_pings_is_dropped() {
    let room = room(SlackPlan { ping_every: Duration::from_millis(20), ..hurried() }).await;
    let (line, _) = room.socket().await;
    // Nobody reads, so nothing answers the pings.
    room.slack.open_sockets(0).await;
    drop(line);
}

#[tokio::test]
async fn what_no_client_may_say_is_noted() {
    let room = room(hurried()).await;
    let (mut line, _) = room.socket().await;
    for frame in ["no json", "{}", "{\"envelope_id\":\"none\"}"] {
        line.0.send(Message::text(frame)).await.unwrap();
    }
    room.slack.write(&room.anna, &room.noc, None, "x");
    let envelope = line.next().await.unwrap();
    line.acknowledge(&envelope, json!({ "text": "events take none" })).await;
    room.slack.until(|world| (world.breaches.len() == 4).then_some(())).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_thousand_envelopes_at_once_are_all_acknowledged() {
    let room = room(SlackPlan { acknowledge_within: Duration::from_mins(1), ..SlackPlan::default() }).await;
    let (mut line, _) = room.socket().await;
    let channels: Vec<String> = (0..200)
        .map(|number| room.slack.add_channel(&format!("c{number}"), &[room.slack.bot_user()]))
        .collect();
    for number in 0..10 {
        for channel in &channels {
            room.slack.write(&room.anna, channel, None, &number.to_string());
        }
    }
    let mut last = std::collections::BTreeMap::<String, String>::new();
    for _ in 0..2_000 {
        let event = line.take().await["payload"]["event"].clone();
        let channel = event["channel"].as_str().unwrap().to_owned();
        let text = event["text"].as_str().unwrap().to_owned();
        let before = last.insert(channel, text.clone());
        assert!(before.is_none_or(|before| before < text));
    }
    room.slack.acknowledged(2_000).await;
}
