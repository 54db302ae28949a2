//! Messages as they stand in a channel: where they hang, how they change, what can be pressed.

use super::*;
use crate::channel::Acknowledgement;
use crate::lab::{SlackChoice, SlackTrouble, SlackWrong};
use expect_test::expect;

#[tokio::test]
async fn an_answer_hangs_in_the_thread_of_its_command_and_changes_in_place() {
    let room = room().await;
    let asked = room.lab.mention(&room.anna, &room.noc, None, "backup all").ts.unwrap();
    let first = Message {
        thread: Some(Thread(asked.clone())),
        ..room.message(Document::open(Sign::Running, said("Backup of 2 routers: 1 done")))
    };
    let receipt = room.sent(&first).await;
    let second = Message {
        parts: receipt.parts.clone(),
        document: line("Backup of 2 routers in 11 s").with_detail(said("R3   +4 −1 lines")),
        ..first.clone()
    };
    assert_eq!(room.sent(&second).await, receipt);
    let standing = room.standing();
    let answer = standing.last().unwrap();
    assert_eq!((standing.len(), answer.thread.as_ref(), answer.earlier.len()), (2, Some(&asked), 1));
    assert_eq!(answer.text, "✅ Backup of 2 routers in 11 s");
    expect![[r#"
        anna: @patchbay backup all
          | patchbay: ✅ Backup of 2 routers in 11 s
          | R3   +4 −1 lines
    "#]]
    .assert_eq(&room.lab.rendering(&room.noc));
}

#[tokio::test]
async fn below_a_quote_everything_hangs_in_one_thread() {
    let room = room().await;
    let quote = room.sent(&room.message(line("anna: /backup all"))).await;
    let reply =
        |above: &Receipt| Message { reply_to: above.parts.first().cloned(), ..room.message(line("done")) };
    let answer = room.sent(&reply(&quote)).await;
    let bell = room.sent(&reply(&answer)).await;
    let standing = room.standing();
    let root = standing.first().unwrap().ts.clone();
    assert!(standing[1..].iter().all(|message| message.thread.as_ref() == Some(&root)));
    assert_eq!((standing.len(), bell.parts.len()), (3, 1));
}

#[tokio::test]
async fn a_message_or_a_thread_that_is_gone_is_no_reason_to_be_silent() {
    let room = room().await;
    let first = room.message(line("one"));
    let receipt = room.sent(&first).await;
    let ts = room.standing()[0].ts.clone();
    room.lab.delete(&room.noc, &ts);
    let second = Message { parts: receipt.parts.clone(), document: line("two"), ..first.clone() };
    let anew = room.sent(&second).await;
    assert_ne!(anew, receipt);
    assert_eq!(room.standing().iter().map(|message| message.text.as_str()).collect::<Vec<_>>(), ["✅ two"]);
    // The same message again changes nothing, and is no fault.
    assert_eq!(room.sent(&Message { parts: anew.parts.clone(), ..second }).await, anew);
    room.lab
        .trouble(
            SlackTrouble::on("chat.postMessage", SlackWrong::Error("thread_not_found".to_owned())).times(1),
        )
        .await;
    room.sent(&Message { thread: Some(Thread("1.0".to_owned())), ..room.message(line("three")) }).await;
    assert_eq!(room.standing().last().unwrap().thread, None);
}

#[tokio::test]
async fn no_text_of_a_router_calls_anybody_or_is_a_mark() {
    let room = room().await;
    let evil = "<!channel> @channel <@U1> <https://evil.example|x> & *bold* _it_ `c` :tada:";
    let document = line(evil)
        .with_detail(said(evil))
        .with(Block::Raw(format!("{evil}\n```\n<!here>\n````")))
        .with_button(button("a", evil, run("/status")));
    room.sent(&room.message(document)).await;
    let standing = room.standing();
    let message = &standing[0];
    assert_eq!((message.rings(), message.called.len()), (false, 0));
    let code = message.blocks.iter().filter_map(|block| block["text"]["text"].as_str());
    let code: Vec<_> = code.filter(|text| text.starts_with("```")).collect();
    assert!(code.iter().all(|text| text.matches("```").count() == 2), "{code:?}");
    let call = &room.lab.calls_of("chat.postMessage")[0].arguments;
    assert_eq!((&call["unfurl_links"], &call["unfurl_media"]), (&Value::Bool(false), &Value::Bool(false)));
}

#[tokio::test]
async fn a_button_and_a_choice_come_back_as_presses() {
    let room = room().await;
    let mut ear = room.heard().await;
    let mut document = Document::open(Sign::Question, said("Which router?"));
    for number in 0..12 {
        let name = format!("answer{number}-1");
        document = document.with_button(button(&name, &format!("R{number}"), answer(Some("/x"))));
    }
    document = document.with_button(button("answer12-1", "Cancel", answer(None)));
    document = document.with_button(button("page0-1", "page 1 of 2", Action::More { page: 0 }));
    let asked = room.message(document);
    room.sent(&asked).await;
    let ts = room.standing()[0].ts.clone();
    let choice = SlackChoice { text: "R7".to_owned(), value: asked.tokens[7].0.clone() };
    assert!(room.lab.choose(&room.anna, &room.noc, &ts, "menu", &choice).is_some());
    assert!(room.lab.press(&room.anna, &room.noc, &ts, "Cancel").is_some());
    assert!(room.lab.press(&room.anna, &room.noc, &ts, "page 1 of 2").is_none());
    for token in [&asked.tokens[7], &asked.tokens[12]] {
        let received = ear.next().await;
        let request = room.door.request(&received.update).unwrap();
        assert_eq!(request.what, What::Press(token.clone()));
        assert_eq!(request.thread, Some(refs::new_thread(&ts)));
        assert_eq!((request.asker.external, request.place.address), (room.anna.clone(), room.noc.clone()));
        (received.acknowledge)(Acknowledgement::Got);
    }
    ear.stopped().await;
}

#[tokio::test]
async fn a_try_that_may_have_arrived_says_so_the_second_time() {
    let room = room().await;
    room.lab.trouble(SlackTrouble::on("chat.postMessage", SlackWrong::CutAfter).times(1)).await;
    let message = room.message(line("one"));
    assert!(matches!(room.door.deliver(&message).await, Err(SendError::Later { .. })));
    room.sent(&message).await;
    let texts: Vec<_> = room.standing().into_iter().map(|message| message.text).collect();
    assert_eq!(texts, ["✅ one", "✅ (repeat) one"]);
    // One that surely did not arrive is no repeat.
    room.lab.trouble(SlackTrouble::on("chat.postMessage", SlackWrong::RateLimited(1)).times(1)).await;
    let message = room.message(line("two"));
    assert!(matches!(room.door.deliver(&message).await, Err(SendError::Later { .. })));
    room.sent(&message).await;
    assert_eq!(room.standing().last().unwrap().text, "✅ two");
}

#[tokio::test]
async fn whoever_types_where_the_bot_is_not_is_told_what_to_do() {
    let room = room().await;
    let mut ear = room.heard().await;
    let secret = room.lab.add_private_channel("secret", &[&room.anna]);
    room.lab.slash(&room.anna, &secret, "/net", "status all").unwrap();
    (ear.next().await.acknowledge)(Acknowledgement::Got);
    for _ in 0..2 {
        let sent = room.door.deliver(&message(&secret, line("anna: /status all"))).await;
        assert!(matches!(sent, Err(SendError::Never { .. })), "{sent:?}");
    }
    let told = room.lab.messages(&secret);
    assert_eq!((told.len(), told[0].only_for.as_ref()), (1, Some(&room.anna)));
    assert_eq!(
        told[0].text,
        "I can't write here: I am no member of this channel. Type `/invite @patchbay` and send your command again."
    );
    ear.stopped().await;
}
