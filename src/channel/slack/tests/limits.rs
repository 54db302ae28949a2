//! What the service lets through, and what happens when it does not.

use super::*;
use crate::lab::{SlackTrouble, SlackWrong};

#[tokio::test]
async fn a_limit_pauses_what_it_names_and_nothing_else() {
    let room = room().await;
    let other = room.lab.add_channel("other", &[&room.anna, room.lab.bot_user()]);
    let standing = room.message(line("one"));
    let receipt = room.sent(&standing).await;
    let update = Message { parts: receipt.parts.clone(), ..standing.clone() };
    let limited = SlackTrouble::on("chat.postMessage", SlackWrong::RateLimited(30)).in_channel(&room.noc);
    room.lab.trouble(limited).await;
    let refused = room.door.deliver(&room.message(line("two"))).await;
    let Err(SendError::Later { after, .. }) = refused else { panic!("{refused:?}") };
    assert_eq!(after, Duration::from_secs(30));
    let rest = room.door.turn(&room.message(line("three")));
    assert!(rest > Duration::from_secs(28), "{rest:?}");
    assert_eq!(room.door.turn(&update), Duration::ZERO);
    assert_eq!(room.door.turn(&message(&other, line("four"))), Duration::ZERO);
    // Said with 200 and in words it is the same.
    let word = SlackWrong::Error("ratelimited".to_owned());
    room.lab.trouble(SlackTrouble::on("chat.update", word).times(1)).await;
    assert!(matches!(room.door.deliver(&update).await, Err(SendError::Later { .. })));
    assert!(room.door.turn(&update) > Duration::from_secs(20));
    assert_eq!(room.door.turn(&message(&other, line("five"))), Duration::ZERO);
}

#[tokio::test]
async fn a_storm_leaves_an_answer_its_turn() {
    let room = room().await;
    let of = |class| Message { class, ..room.message(line("x")) };
    let alerts = (0..50).take_while(|_| room.door.turn(&of(Class::Alert)).is_zero()).count();
    assert!(alerts > 0);
    assert_eq!(room.door.turn(&of(Class::Critical)), Duration::ZERO);
    assert_ne!(room.door.turn(&of(Class::Progress)), Duration::ZERO);
}

#[tokio::test]
async fn trouble_that_passes_is_tried_again_and_other_trouble_is_not() {
    let room = room().await;
    for (what, later) in [
        (SlackWrong::Error("internal_error".to_owned()), true),
        (SlackWrong::Error("token_revoked".to_owned()), true),
        (SlackWrong::Html(503), true),
        (SlackWrong::CutBefore, true),
        (SlackWrong::Error("is_archived".to_owned()), false),
        (SlackWrong::Error("invalid_blocks".to_owned()), false),
        (SlackWrong::Error("msg_too_long".to_owned()), false),
    ] {
        room.lab.trouble(SlackTrouble::on("chat.postMessage", what.clone()).times(1)).await;
        let error = room.door.deliver(&room.message(line("x"))).await.unwrap_err();
        assert_eq!(matches!(error, SendError::Later { .. }), later, "{what:?}: {error}");
        assert!(!error.to_string().contains("xoxb-lab"), "{error}");
    }
}

#[tokio::test]
async fn every_call_has_a_deadline_of_its_own() {
    let lab = lab::Slack::start(hurried()).await.unwrap();
    let anna = lab.add_user("anna", "Anna Lab", "Etc/UTC");
    let noc = lab.add_channel("noc", &[&anna, lab.bot_user()]);
    let slack = door(&lab.api_url(), None, "xoxb-lab", "xapp-lab", short());
    let Ok(slack) = Arc::try_unwrap(slack) else { panic!("somebody else has it") };
    let slack = Slack { api: slack.api.with_answers_within(Duration::from_millis(200)), ..slack };
    lab.trouble(SlackTrouble::on("chat.postMessage", SlackWrong::Hang).times(1)).await;
    let error = slack.deliver(&message(&noc, line("x"))).await.unwrap_err();
    assert_eq!(error.to_string(), "not now: no answer came in time");
    let nobody = door("http://127.0.0.1:9/api", None, "xoxb-lab", "xapp-lab", short());
    let error = nobody.deliver(&message(&noc, line("x"))).await.unwrap_err();
    assert_eq!(error.to_string(), "not now: the service cannot be reached");
}
