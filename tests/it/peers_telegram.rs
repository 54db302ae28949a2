//! The lab's Telegram as bots see it that others made: python-telegram-bot and telegraf run against it unchanged.

use crate::laws::root;
use crate::peer::{node, python};
use crate::script::Script;
use crate::world::PATIENCE;
use patchbay::lab::telegram::{Chat, Fault, MediaKind, Message, Plan, Pressed, Said, Telegram};
use serde_json::{Value, json};
use std::process::Command;

#[tokio::test]
async fn a_bot_of_python_telegram_bot_runs_against_the_lab_unchanged() {
    let Some(python) = python("a_bot_of_python_telegram_bot_runs_against_the_lab_unchanged") else { return };
    let mut command = Command::new(python);
    command.arg(root().join("tests/peers/telegram_ptb.py"));
    converses(command, Plan::default()).await;
}

#[tokio::test]
async fn a_bot_of_telegraf_runs_against_the_lab_unchanged() {
    let Some(folder) = node("a_bot_of_telegraf_runs_against_the_lab_unchanged") else { return };
    let mut command = Command::new("node");
    command.arg(folder.join("telegraf.js"));
    // It adds `hide` to buttons and `method` to forms, which the API does not know and the service overlooks.
    converses(command, Plan { strict: false, ..Plan::default() }).await;
}

/// The bot's answer behind the message.
async fn after(script: &Script, chat: &Chat, said: i64) -> Message {
    let answer = chat.answer(|message| message.id > said);
    match tokio::time::timeout(PATIENCE, answer).await {
        Ok(answer) => answer,
        Err(_) => panic!("no answer:\n{}\nthe bot told {:#?}", chat.rendered(), script.all()),
    }
}

async fn converses(mut command: Command, plan: Plan) {
    let telegram = Telegram::start(plan).await.unwrap();
    let script = Script::start({
        command.args([telegram.base_url(), telegram.token()]);
        command
    });
    script.until(|event| event["ready"] == telegram.bot_username().as_str()).await;
    let an = telegram.person("An");
    let chat = an.private();

    let said = chat.say(&an, "Đà Nẵng 🚀 <b>");
    assert_eq!(after(&script, &chat, said).await.text, "Đà Nẵng 🚀 <b>");

    let said = chat.say(&an, "/hello");
    let hello = after(&script, &chat, said).await;
    assert_eq!((hello.text.as_str(), hello.reply_to), ("hello An", Some(said)));
    assert_eq!(hello.spans(), [("bold", "hello".to_owned())]);
    assert_eq!(hello.labels(), ["Edit", "Alert"]);
    let alert = chat.press(&an, hello.id, "Alert").unwrap().answered().await;
    assert_eq!(alert, Pressed { toast: Some("look here".to_owned()), alert: true, url: None });
    let toast = chat.press(&an, hello.id, "Edit").unwrap().answered().await;
    assert_eq!(toast.toast.as_deref(), Some("edited"));
    let edited = tokio::time::timeout(PATIENCE, chat.wait(|message| message.edits() > 0)).await.unwrap();
    assert_eq!((edited.id, edited.text.as_str(), edited.labels().len()), (hello.id, "edited", 0));

    let said = chat.say(&an, "/file");
    let file = after(&script, &chat, said).await;
    assert_eq!(file.text, "the file");
    let file = file.file.unwrap();
    assert_eq!(
        (file.kind, file.name.as_str(), &file.bytes[..]),
        (MediaKind::Document, "R1.cfg", &b"hostname R1"[..])
    );
    let said = chat.say(&an, "/photo");
    let photo = after(&script, &chat, said).await;
    assert_eq!(photo.spans(), [("underline", "square".to_owned())]);
    assert_eq!(photo.file.map(|file| (file.kind, file.width, file.height)), Some((MediaKind::Photo, 16, 16)));
    let said = chat.say(&an, "/album");
    let both = chat.until(|messages| messages.iter().filter(|message| message.album.is_some()).count() == 2);
    tokio::time::timeout(PATIENCE, both).await.unwrap();
    assert_eq!(after(&script, &chat, said).await.file.unwrap().bytes, "one");
    let said = chat.say(&an, "/menu");
    assert_eq!(after(&script, &chat, said).await.text, "menu set");
    let menu = [("hello".to_owned(), "says hello".to_owned())];
    assert_eq!(telegram.commands(&json!({ "type": "default" }), ""), menu);
    let said = chat.post(Said::by(&an, "").document("R2.cfg", b"hostname R2".to_vec()));
    assert_eq!(after(&script, &chat, said).await.text, "R2.cfg: hostname R2");

    // Told to wait, it waits.
    telegram.fault(Fault::TooMany(1).on("sendMessage").times(1)).await;
    let said = chat.say(&an, "again");
    assert_eq!(after(&script, &chat, said).await.text, "again");
    script.until(|event| event["retry_after"] == 1).await;
    let calls = telegram.calls_of("sendMessage");
    let [.., refused, sent] = calls.as_slice() else { panic!("{calls:?}") };
    assert_eq!((refused.status, sent.status), (Some(429), Some(200)));
    assert!((sent.at - refused.at).num_milliseconds() >= 1_000);

    // In a topic of a group it hears its command and answers there.
    let forum = telegram.forum("NOC", &[&an]);
    let topic = forum.topic(&an, "core1");
    let said = forum.post(Said::by(&an, "/hello").in_topic(topic));
    assert_eq!(after(&script, &forum, said).await.topic, Some(topic));

    tokio::time::timeout(PATIENCE, telegram.all_confirmed()).await.unwrap();
    let told = script.end().await;
    let wrong: Vec<&Value> = told.iter().filter(|event| event.get("wrong").is_some()).collect();
    assert!(wrong.is_empty(), "{wrong:?}");
    let refused: Vec<_> =
        telegram.calls().into_iter().filter(|call| call.status.is_some_and(|status| status != 200)).collect();
    assert_eq!(refused.len(), 1, "{refused:#?}");
}
