//! What people do, and what the bot hears of it.

use super::*;

async fn heard(bot: &Bot) -> Vec<String> {
    let text = |update: &Value| update["message"]["text"].as_str().map(str::to_owned);
    bot.taken().await.iter().filter_map(text).collect()
}

#[tokio::test]
async fn in_a_group_the_bot_hears_what_is_meant_for_it_unless_it_may_hear_all() {
    let (telegram, bot) = started(Plan::default()).await;
    let an = telegram.person("An");
    let group = telegram.group("Team", &[&an]);
    let ours = bot.send(&group, "hello").await;
    let say = || {
        for text in ["chat", "/show", "/show@patchbay_lab_bot", "/show@another_bot", "hi @patchbay_lab_bot"] {
            group.say(&an, text);
        }
        group.post(Said::by(&an, "an answer").reply_to(ours));
    };
    say();
    let meant = ["/show", "/show@patchbay_lab_bot", "hi @patchbay_lab_bot", "an answer"];
    assert_eq!(heard(&bot).await, meant);
    telegram.set_privacy(false);
    say();
    assert_eq!(heard(&bot).await.len(), 6);
    telegram.set_privacy(true);
    group.promote_bot(&an);
    say();
    assert_eq!(heard(&bot).await.len(), 6);
}

#[tokio::test]
async fn a_press_is_answered_once_and_in_time() {
    let (telegram, bot) = started(Plan::default()).await;
    let an = telegram.person_with("An", Some("an"), Some("vi"));
    let chat = an.private();
    let keyboard = json!({ "inline_keyboard": [[{ "text": "Go", "callback_data": "go:1" }]] });
    let sent =
        bot.ok("sendMessage", json!({ "chat_id": chat.id(), "text": "x", "reply_markup": keyboard })).await;
    let id = sent["message_id"].as_i64().unwrap();
    let wrong = chat.press(&an, id, "Stop").unwrap_err();
    assert_eq!(wrong.to_string(), "no button \"Stop\" among [\"Go\"]");
    let press = chat.press(&an, id, "Go").unwrap();
    let query = bot.taken().await.remove(0)["callback_query"].take();
    assert_eq!((&query["data"], &query["from"]["language_code"]), (&json!("go:1"), &json!("vi")));
    assert_eq!(query["message"]["message_id"], id);
    assert_eq!(press.answer(), None);
    let args = json!({ "callback_query_id": query["id"], "text": "Got it", "show_alert": true });
    bot.ok("answerCallbackQuery", args.clone()).await;
    let answer = press.answered().await;
    assert_eq!(answer, Pressed { toast: Some("Got it".to_owned()), alert: true, url: None });
    let old = "400 Bad Request: query is too old and response timeout expired or query ID is invalid";
    assert_eq!(bot.no("answerCallbackQuery", args).await, old);
    telegram.set_press_life(Duration::ZERO);
    let late = chat.press(&an, id, "go:1").unwrap();
    assert_eq!(bot.no("answerCallbackQuery", json!({ "callback_query_id": late.id })).await, old);
    let gone = chat.press_gone(&an, 77, "x");
    let update = bot.taken().await.pop().unwrap();
    assert_eq!(
        (&update["callback_query"]["id"], &update["callback_query"]["message"]["date"]),
        (&json!(gone.id), &json!(0))
    );
}

#[tokio::test]
async fn whoever_does_not_want_the_bot_is_not_written_to() {
    let (telegram, bot) = started(Plan::default()).await;
    let an = telegram.person("An");
    let send = |id: i64| bot.no("sendMessage", json!({ "chat_id": id, "text": "x" }));
    assert_eq!(send(7).await, "400 Bad Request: chat not found");
    assert_eq!(send(an.id()).await, "403 Forbidden: bot can't initiate conversation with a user");
    assert_eq!(send(telegram.other_bot("B").id()).await, "403 Forbidden: bot can't send messages to bots");
    let (group, supergroup) = (telegram.group("Team", &[&an]), telegram.supergroup("NOC", &[&an]));
    an.block();
    assert_eq!(send(an.id()).await, "403 Forbidden: bot was blocked by the user");
    group.remove_bot(&an);
    assert_eq!(send(group.id()).await, "403 Forbidden: bot was kicked from the group chat");
    supergroup.remove_bot(&an);
    assert_eq!(send(supergroup.id()).await, "403 Forbidden: bot was kicked from the supergroup chat");
    let standing =
        |update: &Value| update["my_chat_member"]["new_chat_member"]["status"].as_str().map(str::to_owned);
    let told: Vec<_> = bot.taken().await.iter().filter_map(standing).collect();
    assert_eq!(told, ["kicked"; 3]);
    an.unblock();
    group.add_bot(&an);
    bot.send(&an.private(), "x").await;
    bot.ok("leaveChat", json!({ "chat_id": group.id() })).await;
    assert_eq!(send(group.id()).await, "403 Forbidden: bot is not a member of the group chat");
}

#[tokio::test]
async fn a_group_that_became_a_supergroup_says_where_it_went() {
    let (telegram, bot) = started(Plan::default()).await;
    let an = telegram.person("An");
    let group = telegram.group("Team", &[&an]);
    let new = group.migrate();
    let (status, body) = bot.call("sendMessage", json!({ "chat_id": group.id(), "text": "x" })).await;
    assert_eq!(
        (status, body),
        (
            400,
            json!({
                "ok": false,
                "error_code": 400,
                "description": "Bad Request: group chat was upgraded to a supergroup chat",
                "parameters": { "migrate_to_chat_id": new.id() },
            })
        )
    );
    let updates = bot.taken().await;
    assert_eq!(updates[0]["message"]["migrate_to_chat_id"], new.id());
    assert_eq!(updates[1]["message"]["migrate_from_chat_id"], group.id());
    assert_eq!(bot.send(&new, "x").await, 3);
    assert_eq!(new.title(), "Team");
}

#[tokio::test]
async fn a_chat_is_read_as_on_a_phone_and_as_a_page() {
    let (telegram, bot) = started(Plan::default()).await;
    let an = telegram.person("An");
    let forum = telegram.forum("NOC <1>", &[&an]);
    let topic = forum.topic(&an, "core1");
    let asked = forum.post(Said::by(&an, "/status R1").in_topic(topic));
    let keyboard = json!({ "inline_keyboard": [
        [{ "text": "Refresh", "callback_data": "r" }, { "text": "Graph", "callback_data": "g" }],
        [{ "text": "Close", "callback_data": "c" }],
    ] });
    let html = "<b>R1</b> is <i>up</i>\n<pre>Gi1  &lt;up&gt;</pre>";
    let sent = bot
        .ok(
            "sendMessage",
            json!({
                "chat_id": forum.id(), "text": html, "parse_mode": "HTML", "reply_markup": keyboard,
                "reply_parameters": { "message_id": asked },
            }),
        )
        .await;
    let id = forum.id().to_string();
    let parts: [(&str, Option<&str>, &[u8]); 3] = [
        ("chat_id", None, id.as_bytes()),
        ("document", Some("R1.cfg"), &[b'x'; 1_234]),
        ("caption", None, b"saved"),
    ];
    bot.multipart("sendDocument", &parts).await;
    bot.multipart("sendPhoto", &[("chat_id", None, id.as_bytes()), ("photo", Some("a"), &png(8, 4))]).await;
    let size = forum.from_bot()[2].file.as_ref().unwrap().bytes.len();
    assert_eq!(
        forum.rendered(),
        format!(
            "# core1\n-- An began the topic core1 --\nAn\n  /status R1\nPatchbay > /status R1\n  **R1** is _up_\n  ```\n  \
             Gi1  <up>\n  ```\n  [Refresh] [Graph]\n  [Close]\n# General\nPatchbay\n  <file R1.cfg, 1.2 kB>\n  saved\n\
             Patchbay\n  <photo 8x4, {size} B>\n"
        )
    );
    let page = forum.html();
    for part in [
        "<title>NOC &lt;1&gt;</title>",
        "<b>R1</b> is <i>up</i>",
        "<pre>Gi1  &lt;up&gt;</pre>",
        "data-press=\"Refresh\">Refresh</span>",
        "src=\"data:image/png;base64,",
    ] {
        assert!(page.contains(part), "{part} is not in {page}");
    }
    let wait = forum.wait(|message| message.text == "done");
    let edit = json!({ "chat_id": forum.id(), "message_id": sent["message_id"], "text": "done" });
    let (message, _) = tokio::join!(wait, bot.ok("editMessageText", edit));
    assert_eq!(message.edits(), 1);
    assert!(forum.rendered().contains("Patchbay > /status R1 (edited)\n  done\n"));
    let bot_says = tokio::time::timeout(PATIENCE, forum.reply(asked)).await.unwrap();
    assert_eq!(bot_says.id, message.id);
}
