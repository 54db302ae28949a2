//! The loop that asks for updates.

use super::*;
use lab::Fault;

fn offsets(service: &lab::Telegram) -> Vec<Option<i64>> {
    service.calls_of("getUpdates").iter().map(|call| call.args["offset"].as_i64()).collect()
}

#[tokio::test]
async fn updates_come_in_order_and_as_they_were_sent() {
    let mut bench = Bench::new().await;
    let an = bench.service.person_with("An", Some("an"), None);
    let chat = an.private();
    for number in 0..250 {
        chat.say(&an, &format!("/status {number}"));
    }
    for number in 0..250 {
        let update = bench.got().await;
        assert!(update.sent_at.is_some_and(|sent| sent <= update.received_at));
        let request = bench.door.listen.as_ref().unwrap().request(&update).unwrap();
        assert_eq!(request.what, What::Line(format!("/status {number}")));
        assert_eq!(request.place.to_string(), format!("tg:{}", chat.id()));
    }
    soon("the confirmation", bench.service.all_confirmed()).await;
    bench.stop.cancel();
    soon("the end", bench.listening).await.unwrap().unwrap();
}

#[tokio::test]
async fn the_offset_moves_only_over_what_is_committed() {
    let mut bench = Bench::new().await;
    let an = bench.service.person("An");
    let chat = an.private();
    bench.drained().await;
    let hold = bench.service.hold(crate::lab::Point::BeforeCall("getUpdates".to_owned()));
    chat.say(&an, "/one");
    let first = bench.next().await;
    // Nothing is confirmed while flow has not said a word.
    assert_eq!(bench.service.pending_updates(), 1);
    (first.acknowledge)(Acknowledgement::Got);
    soon("the next question", hold.reached()).await;
    for line in ["/two", "/three", "/four"] {
        chat.say(&an, line);
    }
    hold.release();
    let mut keys = Vec::new();
    for said in [Acknowledgement::Got, Acknowledgement::NotStored, Acknowledgement::Got] {
        let received = bench.next().await;
        keys.push(received.update.key.clone());
        (received.acknowledge)(said);
    }
    // The one that was not stored comes again, and with it what came behind it.
    assert_eq!(bench.got().await.key, keys[1]);
    assert_eq!(bench.got().await.key, keys[2]);
    soon("the confirmation", bench.service.all_confirmed()).await;
    let not_stored: i64 = keys[1].parse().unwrap();
    assert!(offsets(&bench.service).contains(&Some(not_stored)));
}

#[tokio::test]
async fn a_loop_that_begins_anew_gets_what_was_not_confirmed_again() {
    let mut bench = Bench::new().await;
    let an = bench.service.person("An");
    an.private().say(&an, "/one");
    let first = bench.next().await;
    bench.stop.cancel();
    soon("the end", &mut bench.listening).await.unwrap().unwrap();
    let mut again = Bench::at(bench.service, bench.door);
    let second = again.got().await;
    assert_eq!((second.key, second.raw), (first.update.key, first.update.raw));
    soon("the confirmation", again.service.all_confirmed()).await;
}

#[tokio::test]
async fn a_press_from_before_the_first_empty_answer_is_old() {
    let service = lab::Telegram::start(lab::Plan::default()).await.unwrap();
    let an = service.person("An");
    let chat = an.private();
    let sender = door(&service, &service.token());
    let asked = message(chat.id(), "a", line(Sign::Question, "Reboot R1?").with_button(button("y", "Yes")));
    sender.deliver.deliver(&asked).await.unwrap();
    let question = chat.from_bot()[0].id;
    let data = chat.message(question).unwrap().button("Yes").unwrap().data.clone().unwrap();
    let press = chat.press_gone(&an, question, &data);
    chat.press(&an, question, "Yes").unwrap();
    let mut bench = Bench::at(service, sender);
    let old = bench.got().await;
    let day = i64::try_from(Duration::from_secs(24 * 3_600).as_millis()).unwrap();
    assert_eq!(old.sent_at, Some(Timestamp(old.received_at.0 - day)));
    // But never older than the message with its button, where the service says how old that is.
    let shown = chat.message(question).unwrap().at.timestamp() * 1_000;
    assert_eq!(bench.got().await.sent_at, Some(Timestamp(shown)));
    soon("an answer", press.answered()).await;
    bench.drained().await;
    chat.press(&an, question, "Yes").unwrap();
    let fresh = bench.next().await;
    assert_eq!(fresh.update.sent_at, None);
    assert!(matches!(
        bench.door.listen.as_ref().unwrap().request(&fresh.update).unwrap().what,
        What::Press(_)
    ));
}

#[tokio::test]
async fn a_press_is_answered_at_once_and_said_but_once() {
    let mut bench = Bench::new().await;
    let an = bench.service.person("An");
    let chat = an.private();
    let asked = message(chat.id(), "a", line(Sign::Question, "Reboot R1?").with_button(button("y", "Yes")));
    bench.send(&asked).await.unwrap();
    let question = chat.from_bot()[0].id;
    let told = |key: &str| Message {
        class: Class::Ephemeral,
        ..message(chat.id(), &format!("tg/{key}"), line(Sign::Refused, "Only bob may"))
    };

    let press = chat.press(&an, question, "Yes").unwrap();
    let received = bench.next().await;
    let key = received.update.key.clone();
    (received.acknowledge)(Acknowledgement::Said(said("Only bob may press this.")));
    let seen = soon("an answer", press.answered()).await;
    assert_eq!((seen.toast.as_deref(), seen.alert), (Some("Only bob may press this."), true));
    assert_eq!(bench.send(&told(&key)).await.unwrap(), Receipt { parts: Vec::new() });

    let press = chat.press(&an, question, "Yes").unwrap();
    let received = bench.next().await;
    let key = received.update.key.clone();
    (received.acknowledge)(Acknowledgement::Got);
    assert_eq!(soon("an answer", press.answered()).await.toast, None);
    assert_eq!(bench.send(&told(&key)).await.unwrap().parts.len(), 1);
    assert_eq!(chat.from_bot().len(), 2);
}

#[tokio::test]
async fn a_press_that_cannot_be_answered_holds_nobody_up_and_is_said_in_a_message() {
    let mut bench = Bench::new().await;
    let an = bench.service.person("An");
    let chat = an.private();
    let asked = message(chat.id(), "a", line(Sign::Question, "Reboot R1?").with_button(button("y", "Yes")));
    bench.send(&asked).await.unwrap();
    bench.service.fault(Fault::Hang.on("answerCallbackQuery")).await;
    chat.press(&an, chat.from_bot()[0].id, "Yes").unwrap();
    let received = bench.next().await;
    let key = received.update.key.clone();
    (received.acknowledge)(Acknowledgement::Said(said("Only bob may press this.")));
    chat.say(&an, "/status");
    bench.got().await;
    let told = Message {
        class: Class::Ephemeral,
        ..message(chat.id(), &format!("tg/{key}"), line(Sign::Refused, "Only bob may"))
    };
    assert_eq!(bench.send(&told).await.unwrap().parts.len(), 1);
}

#[tokio::test]
async fn trouble_passes_and_nothing_is_lost() {
    for fault in [
        Fault::TooMany(1),
        Fault::CutBefore,
        Fault::CutAfter,
        Fault::Refuse(500, "Internal Server Error".to_owned()),
    ] {
        let mut bench = Bench::new().await;
        let an = bench.service.person("An");
        bench.service.fault(fault.clone().on("getUpdates").times(1)).await;
        bench.service.cut_connections();
        an.private().say(&an, "/status");
        let update = bench.got().await;
        assert!(update.raw.contains("/status"), "{fault:?}");
        soon("the confirmation", bench.service.all_confirmed()).await;
    }
}

#[tokio::test]
async fn a_refused_token_is_told_and_the_loop_goes_on() {
    let service = lab::Telegram::start(lab::Plan::default()).await.unwrap();
    let door = door(&service, "123456:other-token");
    let mut bench = Bench::at(service, door);
    let refused = bench.send(&message(5, "a", line(Sign::Done, "x"))).await.unwrap_err();
    assert_eq!(refused, SendError::Later { after: Duration::from_secs(60), why: TOKEN_REFUSED.to_owned() });
    soon("a question", bench.service.call(|call| call.status == Some(401))).await;
    assert!(!bench.listening.is_finished());
    bench.stop.cancel();
    soon("the end", &mut bench.listening).await.unwrap().unwrap();
}

#[tokio::test]
async fn whoever_else_asks_for_the_updates_is_named_and_the_loop_goes_on() {
    let service = lab::Telegram::start(lab::Plan::default()).await.unwrap();
    service.set_webhook("https://example.net/hook");
    let door = door(&service, &service.token());
    let bench = Bench::at(service, door);
    soon("a conflict", bench.service.call(|call| call.status == Some(409))).await;
    assert!(!bench.listening.is_finished());
}

#[tokio::test]
async fn redelivered_and_reordered_updates_keep_their_keys() {
    let mut bench = Bench::new().await;
    let an = bench.service.person("An");
    for number in 0..5 {
        an.private().say(&an, &format!("/status {number}"));
    }
    let mut keys = Vec::new();
    for _ in 0..5 {
        keys.push(bench.got().await.key);
    }
    soon("the confirmation", bench.service.all_confirmed()).await;
    bench.drained().await;
    bench.service.redeliver(5, true);
    let mut again = Vec::new();
    for _ in 0..5 {
        again.push(bench.got().await.key);
    }
    again.sort();
    keys.sort();
    assert_eq!(again, keys);
    soon("the confirmation", bench.service.all_confirmed()).await;
}
