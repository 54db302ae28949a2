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

#[tokio::test]
async fn a_file_that_must_wait_holds_up_no_answer_and_is_not_tried_before_its_time() {
    const ASK: &str = "files.getUploadURLExternal";
    let room = room().await;
    let other = room.lab.add_channel("other", &[&room.anna, room.lab.bot_user()]);
    let file = || Block::File { name: "a.txt".to_owned(), attachment: AttachmentId(1), bytes: 3 };
    let with_file = |place: &str| {
        let next = room.message(line("a file").with(file()));
        let place = Destination { address: place.to_owned(), ..next.place };
        Message { place, files: vec![b"abc".to_vec()], ..next }
    };
    room.lab.trouble(SlackTrouble::on(ASK, SlackWrong::RateLimited(60)).times(1)).await;
    let began = instant();
    let first = with_file(&room.noc);
    let refused = room.door.deliver(&first).await;
    assert!(matches!(&refused, Err(SendError::Later { after, .. }) if after.as_secs() == 60), "{refused:?}");
    for message in [with_file(&other), first] {
        let refused = room.door.deliver(&message).await;
        assert!(
            matches!(&refused, Err(SendError::Later { after, .. }) if after.as_secs() > 50),
            "{refused:?}"
        );
    }
    let answer = message(&other, line("an answer"));
    assert_eq!(room.door.turn(&answer), Duration::ZERO);
    room.sent(&answer).await;
    assert!(began.elapsed() < Duration::from_secs(2), "{:?}", began.elapsed());
    assert_eq!(room.lab.calls_of(ASK).len(), 1);
    // What stands there of them is brought up to date and not posted again.
    assert_eq!(room.lab.calls_of("chat.postMessage").len(), 3);
}

#[tokio::test]
async fn what_is_taken_away_or_noted_waits_for_its_time_too() {
    let room = room().await;
    let file = |name: &str| Block::File { name: name.to_owned(), attachment: AttachmentId(1), bytes: 3 };
    let first = Message { files: vec![b"abc".to_vec()], ..room.message(line("one").with(file("a.txt"))) };
    let receipt = room.sent(&first).await;
    let bare = Message { parts: receipt.parts, files: Vec::new(), document: line("over"), ..first };
    room.lab.trouble(SlackTrouble::on("files.delete", SlackWrong::RateLimited(60)).times(1)).await;
    for _ in 0..2 {
        let refused = room.door.deliver(&bare).await;
        assert!(
            matches!(&refused, Err(SendError::Later { after, .. }) if after.as_secs() > 50),
            "{refused:?}"
        );
    }
    assert_eq!(room.lab.calls_of("files.delete").len(), 1);

    let never = SlackWrong::Error("file_uploads_disabled".to_owned());
    room.lab.trouble(SlackTrouble::on("files.getUploadURLExternal", never)).await;
    room.lab.trouble(SlackTrouble::on("chat.update", SlackWrong::RateLimited(60)).times(1)).await;
    let noted = Message { files: vec![b"abc".to_vec()], ..room.message(line("two").with(file("b.txt"))) };
    assert!(matches!(room.door.deliver(&noted).await, Err(SendError::Later { .. })));
    assert!(room.door.turn(&noted) > Duration::from_secs(50));
}

#[test]
fn the_oldest_that_never_came_to_its_end_is_forgotten_first() {
    let unfinished = Unfinished::default();
    let of = |slot: &str| Message { slot: Slot(slot.to_owned()), ..message("C1", line("x")) };
    // The first by its name is the youngest.
    for number in (0..1_000).rev() {
        unfinished.doubt(&of(&format!("{number:04}")));
    }
    unfinished.doubt(&of("0999"));
    unfinished.doubt(&of("more"));
    let doubtful = |slot: &str| unfinished.of(&of(slot)).doubtful;
    assert_eq!(["0000", "0998", "0999", "more"].map(doubtful), [true, false, true, true]);
}
