//! Messages as they stand in a chat.

use super::*;
use expect_test::expect;
use lab::{Fault, MediaKind};

/// The next version of a message that stands there.
fn version(before: &Message, receipt: &Receipt, document: Document) -> Message {
    let next = message(0, &before.slot.0, document);
    Message { place: before.place.clone(), version: before.version + 1, parts: receipt.parts.clone(), ..next }
}

async fn bench() -> (Bench, lab::Person, lab::Chat) {
    let bench = Bench::new().await;
    let an = bench.service.person("An");
    let chat = an.private();
    (bench, an, chat)
}

#[tokio::test]
async fn a_message_hangs_below_its_command_and_changes_in_place() {
    let (bench, an, chat) = bench().await;
    let asked = chat.say(&an, "/backup all");
    let first = Message {
        thread: Some(Thread(asked.to_string())),
        ..message(
            chat.id(),
            "a",
            Document::open(Sign::Running, said("Backup <1> of 2")).with_button(button("c", "Cancel")),
        )
    };
    let receipt = bench.send(&first).await.unwrap();
    let stands = chat.from_bot()[0].clone();
    assert_eq!(
        (stands.text.as_str(), stands.reply_to, stands.labels()),
        ("⏳ Backup <1> of 2", Some(asked), vec!["Cancel"])
    );
    assert_eq!(stands.spans()[0].0, "bold");

    // The same once more costs nothing.
    let calls = bench.service.calls().len();
    let same = Message { parts: receipt.parts.clone(), ..first.clone() };
    assert_eq!(bench.send(&same).await.unwrap(), receipt);
    assert_eq!(
        bench.service.calls().iter().skip(calls).filter(|call| call.method != "getUpdates").count(),
        0
    );

    let last = version(&first, &receipt, line(Sign::Done, "Backup of 2 routers"));
    let receipt = bench.send(&last).await.unwrap();
    let stands = chat.from_bot();
    assert_eq!(
        (stands.len(), stands[0].text.as_str(), stands[0].buttons.len()),
        (1, "✅ Backup of 2 routers", 0)
    );

    let below = Message {
        reply_to: receipt.parts.first().cloned(),
        thread: first.thread.clone(),
        ..message(chat.id(), "b", line(Sign::Done, "done"))
    };
    bench.send(&below).await.unwrap();
    assert_eq!(chat.from_bot()[1].reply_to, Some(stands[0].id));
}

#[tokio::test]
async fn the_service_that_knows_the_text_already_or_lost_it_is_no_trouble() {
    let (bench, _an, chat) = bench().await;
    let first = message(chat.id(), "a", line(Sign::Done, "one"));
    let mut receipt = bench.send(&first).await.unwrap();
    // The store remembers a version before: the service says that nothing is changed.
    receipt.parts[0] = MessageRef(receipt.parts[0].0.split('/').next().unwrap().to_owned());
    let same = version(&first, &receipt, first.document.clone());
    let receipt = bench.send(&same).await.unwrap();
    assert_eq!(chat.from_bot().len(), 1);
    chat.delete(chat.from_bot()[0].id);
    let next = version(&same, &receipt, line(Sign::Done, "two"));
    let receipt = bench.send(&next).await.unwrap();
    assert_eq!(chat.from_bot().iter().map(|message| message.text.clone()).collect::<Vec<_>>(), ["✅ two"]);
    let next = version(&next, &receipt, line(Sign::Done, "three"));
    bench.send(&next).await.unwrap();
    assert_eq!(chat.from_bot()[0].text, "✅ three");
}

#[tokio::test]
async fn a_picture_comes_into_the_message_stays_and_is_replaced() {
    let (bench, _an, chat) = bench().await;
    let first = message(chat.id(), "alert/7", Document::open(Sign::Critical, said("R3 CPU 94 %")));
    let receipt = bench.send(&first).await.unwrap();
    let id = chat.from_bot()[0].id;
    let with = |words: &str| Document::open(Sign::Critical, said(words)).with(picture());

    let drawn_one = Message { pictures: vec![drawn(1)], ..version(&first, &receipt, with("R3 CPU 95 %")) };
    let receipt = bench.send(&drawn_one).await.unwrap();
    let stands = chat.message(id).unwrap();
    assert_eq!(
        (stands.text.as_str(), stands.file.as_ref().map(|file| file.kind)),
        ("🔴 R3 CPU 95 %", Some(MediaKind::Photo))
    );

    let stays =
        Message { pictures: vec![Drawn::default()], ..version(&drawn_one, &receipt, with("R3 CPU 96 %")) };
    let receipt = bench.send(&stays).await.unwrap();
    let now = chat.message(id).unwrap();
    assert_eq!((now.text.as_str(), &now.file), ("🔴 R3 CPU 96 %", &stands.file));

    let drawn_two = Message { pictures: vec![drawn(2)], ..version(&stays, &receipt, with("R3 CPU 96 %")) };
    let receipt = bench.send(&drawn_two).await.unwrap();
    assert_ne!(chat.message(id).unwrap().file, stands.file);

    let gone = version(&drawn_two, &receipt, line(Sign::Done, "R3 CPU 41 %"));
    bench.send(&gone).await.unwrap();
    let all: Vec<_> =
        chat.from_bot().iter().map(|message| (message.text.clone(), message.file.is_some())).collect();
    assert_eq!(all, [("✅ R3 CPU 41 %".to_owned(), false)]);
}

#[tokio::test]
async fn parts_come_and_go_and_files_are_sent_once() {
    let (bench, _an, chat) = bench().await;
    let long: String = (0..55).map(|number| format!("{number:02} {}\n", "x".repeat(45))).collect();
    let whole = |words: &str| {
        line(Sign::Done, words)
            .with(Block::Raw(long.clone()))
            .with(Block::Raw(long.clone()))
            .with(file("R1.txt", 1))
            .with_button(button("a", "Again"))
    };
    let first = Message { files: vec![b"one".to_vec()], ..message(chat.id(), "a", whole("shown")) };
    let receipt = bench.send(&first).await.unwrap();
    assert_eq!(receipt.parts.len(), 3);
    let stands = chat.from_bot();
    assert!(
        stands[..2].iter().all(|message| message.text.chars().count() <= 4_096 && message.buttons.is_empty())
    );
    let sent = stands[2].file.clone().unwrap();
    assert_eq!(
        (sent.name.as_str(), &sent.bytes[..], stands[2].labels()),
        ("R1.txt", &b"one"[..], vec!["Again"])
    );

    let next = Message { files: vec![b"one".to_vec()], ..version(&first, &receipt, whole("shown again")) };
    let receipt = bench.send(&next).await.unwrap();
    assert_eq!((chat.from_bot().len(), bench.service.calls_of("sendDocument").len()), (3, 1));
    assert_eq!(chat.from_bot()[1].edits(), 0);

    let next = Message { files: vec![b"two".to_vec()], ..version(&next, &receipt, whole("shown again")) };
    let receipt = bench.send(&next).await.unwrap();
    assert_eq!(&chat.from_bot()[2].file.as_ref().unwrap().bytes[..], b"two");

    let short = version(&next, &receipt, line(Sign::Done, "over"));
    assert_eq!(bench.send(&short).await.unwrap().parts.len(), 1);
    assert_eq!(chat.from_bot().len(), 1);
}

#[tokio::test]
async fn a_topic_is_a_place_and_when_it_is_gone_its_group_is() {
    let bench = Bench::new().await;
    let an = bench.service.person("An");
    let forum = bench.service.forum("NOC", &[&an]);
    let topic = forum.topic(&an, "core1");
    let asked = forum.post(lab::Said::by(&an, "/status").in_topic(topic));
    let place = Destination { channel: "tg".to_owned(), address: format!("{}/{topic}", forum.id()) };
    let first = Message {
        place,
        thread: Some(Thread(asked.to_string())),
        ..message(0, "a", line(Sign::Done, "one"))
    };
    bench.send(&first).await.unwrap();
    let stands = forum.from_bot().pop().unwrap();
    assert_eq!((stands.topic, stands.reply_to), (Some(topic), Some(asked)));
    forum.delete_topic(topic);
    let next = Message { slot: Slot("b".to_owned()), ..first };
    bench.send(&next).await.unwrap();
    let stands = forum.from_bot().pop().unwrap();
    assert_eq!((stands.text.as_str(), stands.topic), ("✅ one", None));
}

#[tokio::test]
async fn a_group_that_moved_is_told_and_who_is_gone_is_given_up() {
    let (bench, an, chat) = bench().await;
    let group = bench.service.group("NOC", &[&an]);
    let first = message(group.id(), "a", line(Sign::Done, "one"));
    let receipt = bench.send(&first).await.unwrap();
    let moved = group.migrate();
    let to = Destination { channel: "tg".to_owned(), address: moved.id().to_string() };
    assert_eq!(
        bench.send(&message(group.id(), "b", line(Sign::Done, "two"))).await,
        Err(SendError::Moved { to: to.clone() })
    );
    // What stood in the old group is no message of the new one, whatever stands there under its number.
    let next = Message { place: to.clone(), ..version(&first, &receipt, line(Sign::Done, "two")) };
    bench.send(&next).await.unwrap();
    assert_eq!(moved.from_bot().last().unwrap().text, "✅ two");
    assert_eq!(bench.service.calls_of("editMessageText").len(), 0);
    moved.remove_bot(&an);
    let refused = bench.send(&Message { place: to, ..message(0, "c", line(Sign::Done, "three")) }).await;
    assert!(matches!(refused, Err(SendError::Never { .. })), "{refused:?}");
    bench.send(&message(chat.id(), "a", line(Sign::Done, "x"))).await.unwrap();
    an.block();
    for chat in [chat.id(), 99_999_999] {
        let refused = bench.send(&message(chat, "b", line(Sign::Done, "x"))).await;
        assert!(matches!(refused, Err(SendError::Never { .. })), "{refused:?}");
    }
}

#[tokio::test]
async fn a_pause_that_the_service_asks_for_is_for_one_chat_only() {
    let (bench, _an, chat) = bench().await;
    let bo = bench.service.person("Bo").private();
    bench.service.fault(Fault::TooMany(30).on("sendMessage").in_chat(chat.id())).await;
    let told = bench.send(&message(chat.id(), "a", line(Sign::Done, "x"))).await.unwrap_err();
    assert!(matches!(told, SendError::Later { after, .. } if after == Duration::from_secs(30)), "{told:?}");
    let critical = |chat| Message { class: Class::Critical, ..message(chat, "b", line(Sign::Critical, "x")) };
    assert!(bench.door.deliver.turn(&critical(chat.id())) > Duration::from_secs(28));
    assert_eq!(bench.door.deliver.turn(&critical(bo.id())), Duration::ZERO);
    bench.send(&critical(bo.id())).await.unwrap();
}

#[tokio::test]
async fn a_service_in_trouble_is_asked_again_and_no_call_waits_for_ever() {
    let (bench, _an, chat) = bench().await;
    let short = message(chat.id(), "a", line(Sign::Done, "x"));
    for fault in [Fault::CutBefore, Fault::Unreachable] {
        bench.service.fault(fault.clone()).await;
        let told = bench.send(&short).await;
        assert!(matches!(told, Err(SendError::Later { after: Duration::ZERO, .. })), "{fault:?} {told:?}");
        assert!(!format!("{told:?}").contains("lab-token"), "{told:?}");
        bench.service.clear_faults().await;
    }
    // Each waits for its deadline; they wait together.
    let bo = bench.service.person("Bo").private();
    bench.service.fault(Fault::Hang.on("sendMessage").in_chat(chat.id())).await;
    bench.service.fault(Fault::Html(502).on("sendMessage").in_chat(bo.id())).await;
    let other = message(bo.id(), "a", line(Sign::Done, "x"));
    let (hung, page) = tokio::join!(bench.send(&short), bench.send(&other));
    for told in [hung, page] {
        assert!(matches!(told, Err(SendError::Later { after: Duration::ZERO, .. })), "{told:?}");
    }
}

#[tokio::test]
async fn a_try_that_broke_off_goes_on_where_it_was_and_says_what_may_stand_twice() {
    let (bench, _an, chat) = bench().await;
    let whole = Message {
        files: vec![b"one".to_vec()],
        ..message(chat.id(), "a", line(Sign::Done, "x").with(file("R1.txt", 1)))
    };
    bench
        .service
        .fault(Fault::Refuse(500, "Internal Server Error".to_owned()).on("sendDocument").times(1))
        .await;
    assert!(bench.send(&whole).await.is_err());
    assert_eq!(bench.send(&whole).await.unwrap().parts.len(), 2);
    assert_eq!((chat.from_bot().len(), bench.service.calls_of("sendMessage").len()), (2, 1));

    bench.service.fault(Fault::CutAfter.on("sendMessage").times(1)).await;
    let twice = message(chat.id(), "b", line(Sign::Critical, "R3 is down"));
    assert!(bench.send(&twice).await.is_err());
    bench.send(&twice).await.unwrap();
    let all: Vec<_> = chat.from_bot().iter().skip(2).map(|message| message.text.clone()).collect();
    assert_eq!(all, ["🔴 R3 is down", "🔴 (repeat) R3 is down"]);
    let repeat = Message { repeat: true, ..message(chat.id(), "c", line(Sign::Done, "y")) };
    bench.send(&repeat).await.unwrap();
    assert_eq!(chat.from_bot().pop().unwrap().text, "✅ (repeat) y");
}

#[tokio::test]
async fn a_call_that_is_cut_off_leaves_its_doubt_and_one_that_was_refused_leaves_none() {
    let (bench, _an, chat) = bench().await;
    let alert = message(chat.id(), "a", line(Sign::Critical, "R3 is down"));
    bench.service.fault(Fault::Hang.on("sendMessage").times(1)).await;
    // The deadline of a try lets go of it just so.
    tokio::select! {
        told = bench.send(&alert) => panic!("{told:?}"),
        _ = soon("the call", bench.service.call(|call| call.method == "sendMessage")) => {}
    }
    // Nor does a pause in between make it certain.
    bench.service.fault(Fault::TooMany(1).on("sendMessage").times(1)).await;
    bench.send(&alert).await.unwrap_err();
    bench.send(&alert).await.unwrap();
    assert_eq!(chat.from_bot()[0].text, "🔴 (repeat) R3 is down");

    let other = message(chat.id(), "b", line(Sign::Critical, "R4 is down"));
    bench.service.fault(Fault::TooMany(1).on("sendMessage").times(1)).await;
    bench.send(&other).await.unwrap_err();
    bench.send(&other).await.unwrap();
    assert_eq!(chat.from_bot()[1].text, "🔴 R4 is down");
}

#[test]
fn the_oldest_that_never_came_to_its_end_is_forgotten_first() {
    let left = Left::default();
    let of = |number: usize| message(1, &number.to_string(), line(Sign::Done, "x"));
    let doubt = || left::Remains { doubt: true, ..left::Remains::default() };
    (0..1_000).for_each(|number| left.keep(&of(number), doubt()));
    left.keep(&of(0), doubt());
    left.keep(&of(1_000), doubt());
    assert_eq!([0, 1, 2, 1_000].map(|number| left.of(&of(number)).doubt), [true, false, true, true]);
}

#[tokio::test]
async fn what_the_service_does_not_take_is_said_without_it() {
    let (bench, _an, chat) = bench().await;
    let mark_up = "Bad Request: can't parse entities: Unsupported start tag".to_owned();
    bench.service.fault(Fault::Refuse(400, mark_up).on("sendMessage").times(1)).await;
    let document =
        line(Sign::Done, "<R1> & @noc, /status R1").with(Block::Raw("(@noc /reboot_R1".to_owned()));
    bench.send(&message(chat.id(), "a", document)).await.unwrap();
    let stands = &chat.from_bot()[0];
    assert_eq!(stands.text.replace('\u{2060}', "^"), "✅ <R1> & @^noc, /status R1\n(@^noc /^reboot_R1");
    assert_eq!(stands.spans(), [("bot_command", "/status".to_owned())]);
    let broken = Drawn { png: b"no picture".to_vec(), ..drawn(1) };
    let with = Message {
        pictures: vec![broken],
        ..message(chat.id(), "b", line(Sign::Critical, "R3 CPU").with(picture()))
    };
    bench.send(&with).await.unwrap();
    assert_eq!(chat.from_bot()[1].text, "🔴 R3 CPU");
    bench.service.fault(Fault::Refuse(413, "Request Entity Too Large".to_owned()).on("sendDocument")).await;
    let with = Message {
        files: vec![b"one".to_vec()],
        ..message(chat.id(), "c", line(Sign::Done, "x").with(file("R1.txt", 1)))
    };
    bench.send(&with).await.unwrap();
    expect!["The file R1.txt (3 B) is not taken here. Ask for less, or in another chat."]
        .assert_eq(&chat.from_bot()[3].text);
}

#[tokio::test]
async fn menus_are_sent_once_to_those_who_see_them() {
    let (bench, an, chat) = bench().await;
    let group = bench.service.supergroup("NOC", &[&an]);
    let entry =
        |command: &str| menu::Entry { command: command.to_owned(), about: format!("about {command}") };
    let place = |chat: i64| Destination { channel: "tg".to_owned(), address: chat.to_string() };
    let who = || Identity { channel: "tg".to_owned(), external: an.id().to_string() };
    // The service has one menu for all topics of a chat.
    let topic = || Destination { channel: "tg".to_owned(), address: format!("{}/5", group.id()) };
    let menus = |word: &str| {
        let menu = |audience, entries: &[&str]| Menu {
            audience,
            language: None,
            entries: entries.iter().map(|word| entry(word)).collect(),
        };
        vec![
            menu(Audience::Everybody, &["help", "Not-A-Command"]),
            menu(Audience::Person { place: place(chat.id()), who: who() }, &["help", word]),
            menu(Audience::Person { place: place(group.id()), who: who() }, &["status"]),
            menu(Audience::Person { place: topic(), who: who() }, &["x"]),
            menu(Audience::Place(topic()), &["x"]),
            menu(
                Audience::Place(Destination { channel: "other".to_owned(), address: "1".to_owned() }),
                &["x"],
            ),
        ]
    };
    bench.door.deliver.show_menus(&menus("bw")).await.unwrap();
    bench.door.deliver.show_menus(&menus("bw")).await.unwrap();
    assert_eq!(bench.service.calls_of("setMyCommands").len(), 3);
    let shown = |scope: serde_json::Value| -> Vec<String> {
        bench.service.commands(&scope, "").into_iter().map(|(command, _)| command).collect()
    };
    assert_eq!(shown(serde_json::json!({ "type": "default" })), ["help"]);
    assert_eq!(shown(serde_json::json!({ "type": "chat", "chat_id": chat.id() })), ["help", "bw"]);
    let member = serde_json::json!({ "type": "chat_member", "chat_id": group.id(), "user_id": an.id() });
    assert_eq!(shown(member.clone()), ["status"]);
    bench.door.deliver.show_menus(&menus("backup")[..2]).await.unwrap();
    assert_eq!(bench.service.calls_of("setMyCommands").len(), 4);
    assert_eq!(shown(member), [""; 0]);
}

#[tokio::test]
async fn a_picture_that_does_not_get_through_holds_no_word_up() {
    let (bench, _an, chat) = bench().await;
    bench.service.fault(Fault::CutBefore.on("sendPhoto")).await;
    let alert = Message {
        class: Class::Critical,
        pictures: vec![drawn(1)],
        ..message(chat.id(), "alert/7", Document::open(Sign::Critical, said("R3 CPU 94 %")).with(picture()))
    };
    assert!(bench.send(&alert).await.is_err());
    let receipt = bench.send(&alert).await.unwrap();
    assert_eq!(chat.from_bot()[0].text, "🔴 (repeat) R3 CPU 94 %\n   R1 Gi1 to ISP-A");
    bench.service.clear_faults().await;
    let next = Message { pictures: vec![drawn(1)], ..version(&alert, &receipt, alert.document.clone()) };
    bench.send(&next).await.unwrap();
    let stands = chat.from_bot();
    assert_eq!(
        (stands.len(), stands[0].text.as_str(), stands[0].file.is_some()),
        (1, "🔴 R3 CPU 94 %", true)
    );
}

/// A proxy that answers the first call, and what it was asked.
async fn proxied(answer: &'static str) -> (Result<Receipt, SendError>, String) {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let proxy = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let table = format!(
        "token_file = \"x\"\napi_url = \"http://bot-api.invalid\"\nproxy = \"http://{}\"\n",
        proxy.local_addr().unwrap()
    );
    let (door, problems) = open(&table, &[("token", "123456:lab-token")]);
    assert_eq!(problems, [""; 0]);
    let serve = async {
        let (mut line, _) = proxy.accept().await.unwrap();
        let mut heard = vec![0; 8_192];
        let length = line.read(&mut heard).await.unwrap();
        let head = "HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: ";
        line.write_all(format!("{head}{}\r\n\r\n{answer}", answer.len()).as_bytes()).await.unwrap();
        String::from_utf8_lossy(&heard[..length]).into_owned()
    };
    let asked = message(1, "a", line(Sign::Done, "x"));
    let door = door.unwrap();
    soon("an answer", async { tokio::join!(door.deliver.deliver(&asked), serve) }).await
}

#[tokio::test]
async fn all_goes_through_the_proxy_and_strange_answers_are_read_as_what_they_are() {
    let (sent, heard) = proxied("{\"ok\":true,\"result\":{\"message_id\":7,\"new\":[1]}}").await;
    assert!(
        heard.starts_with("POST http://bot-api.invalid/bot123456:lab-token/SendMessage HTTP/1.1\r\n"),
        "{heard}"
    );
    assert!(sent.unwrap().parts[0].0.starts_with("t7@1/"));
    for answer in ["<html>Bad Gateway</html>", "{\"ok\":true,\"result\":{}}", ""] {
        let (sent, _) = proxied(answer).await;
        assert!(matches!(sent, Err(SendError::Later { after: Duration::ZERO, .. })), "{answer} {sent:?}");
    }
}

#[tokio::test]
async fn where_a_text_cannot_become_a_picture_the_picture_comes_below_and_the_text_goes() {
    let (bench, an, chat) = bench().await;
    let asked = chat.say(&an, "/bw R1 Gi1");
    let first = Message {
        thread: Some(Thread(asked.to_string())),
        ..message(chat.id(), "a", Document::open(Sign::Running, said("R1 Gi1")))
    };
    let receipt = bench.send(&first).await.unwrap();
    let refused = Fault::Refuse(400, "Bad Request: something about media".to_owned());
    bench.service.fault(refused.on("editMessageMedia")).await;
    let with = line(Sign::None, "R1 Gi1: in 412 Mb/s").with(picture());
    let last =
        Message { pictures: vec![drawn(1)], thread: first.thread.clone(), ..version(&first, &receipt, with) };
    bench.send(&last).await.unwrap();
    let stands = chat.from_bot();
    assert_eq!(
        (stands.len(), stands[0].text.as_str(), stands[0].file.is_some()),
        (1, "R1 Gi1: in 412 Mb/s", true)
    );
    assert_eq!(stands[0].reply_to, Some(asked));
}
