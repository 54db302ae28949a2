//! The lab's Telegram as bots see it that others made: python-telegram-bot and telegraf run against it unchanged.

use crate::laws::root;
use crate::peer::{node, python};
use crate::script::Script;
use crate::world::PATIENCE;
use patchbay::lab::telegram::{Chat, Fault, MediaKind, Message, Plan, Pressed, Said, Telegram};
use serde_json::{Value, json};
use std::process::Command;
use teloxide::payloads::{GetUpdatesSetters, SendMessageSetters};
use teloxide::requests::{Payload, Request, Requester};
use teloxide::types::{
    ChatId, InlineKeyboardButton, InlineKeyboardMarkup, InputFile, MessageId, ParseMode, ReplyParameters,
};

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

/// A bot of teloxide, and what it calls the refusal that a call got.
struct Named(teloxide::Bot);

impl Named {
    fn new(telegram: &Telegram, token: String) -> Named {
        // Another test may have been faster; both mean ring.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = reqwest_telegram::Client::builder().no_proxy().build().unwrap();
        Named(teloxide::Bot::with_client(token, client).set_api_url(telegram.base_url().parse().unwrap()))
    }

    async fn refused<R: Request>(&self, call: R) -> String
    where
        R::Err: std::fmt::Debug,
        <R::Payload as Payload>::Output: std::fmt::Debug,
    {
        format!("{:?}", call.send().await.unwrap_err())
    }
}

#[tokio::test]
async fn refusals_are_said_in_the_words_that_teloxide_knows() {
    let telegram = Telegram::start(Plan::default()).await.unwrap();
    let bot = Named::new(&telegram, telegram.token());
    let an = telegram.person("An");
    let chat = ChatId(an.private().id());
    let sent = bot.0.send_message(chat, "x").await.unwrap();
    let (long, none) = ("x".repeat(4_097), MessageId(77));
    let wide = InlineKeyboardMarkup::new([[InlineKeyboardButton::callback("a", "x".repeat(65))]]);
    let kicked = telegram.supergroup("NOC", &[&an]);
    kicked.remove_bot(&an);
    let migrated = telegram.group("Team", &[&an]);
    let new = migrated.migrate();
    let stranger = Named::new(&telegram, "1:other".to_owned());
    let picture = || InputFile::memory("no picture");
    for (name, said) in [
        ("MessageNotModified", bot.refused(bot.0.edit_message_text(chat, sent.id, "x")).await),
        ("MessageToEditNotFound", bot.refused(bot.0.edit_message_text(chat, none, "x")).await),
        ("MessageToDeleteNotFound", bot.refused(bot.0.delete_message(chat, none)).await),
        ("EditedMessageIsTooLong", bot.refused(bot.0.edit_message_text(chat, sent.id, &long)).await),
        ("MessageIsTooLong", bot.refused(bot.0.send_message(chat, &long)).await),
        ("MessageTextIsEmpty", bot.refused(bot.0.send_message(chat, " ")).await),
        (
            "MessageToReplyNotFound",
            bot.refused(bot.0.send_message(chat, "x").reply_parameters(ReplyParameters::new(none))).await,
        ),
        ("CantParseEntities", bot.refused(bot.0.send_message(chat, "<b>").parse_mode(ParseMode::Html)).await),
        ("ButtonDataInvalid", bot.refused(bot.0.send_message(chat, "x").reply_markup(wide)).await),
        ("ImageProcessFailed", bot.refused(bot.0.send_photo(chat, picture())).await),
        ("ChatNotFound", bot.refused(bot.0.send_message(ChatId(7), "x")).await),
        ("BotKickedFromSupergroup", bot.refused(bot.0.send_message(ChatId(kicked.id()), "x")).await),
        ("InvalidToken", stranger.refused(stranger.0.get_me()).await),
    ] {
        assert!(said.starts_with(&format!("Api({name}")), "{name}: {said}");
    }
    let moved = bot.refused(bot.0.send_message(ChatId(migrated.id()), "x")).await;
    assert!(moved.starts_with("MigrateToChatId") && moved.contains(&new.id().to_string()), "{moved}");
    an.block();
    assert_eq!(bot.refused(bot.0.send_message(chat, "x")).await, "Api(BotBlocked)");
    telegram.fault(Fault::TooMany(9).times(1)).await;
    assert_eq!(bot.refused(bot.0.send_message(chat, "x")).await, "RetryAfter(Seconds(9))");
    let (first, second) = (bot.0.get_updates().timeout(20), bot.0.get_updates().offset(850_000_002));
    let both = async {
        telegram.calls_by(2, |call| call.method == "getUpdates").await;
        second.await
    };
    // So that the first one waits, what there is is confirmed before.
    bot.0.get_updates().offset(900_000_000).await.unwrap();
    let (first, _) = tokio::join!(bot.refused(first), both);
    assert_eq!(first, "Api(TerminatedByOtherGetUpdates)");
}
