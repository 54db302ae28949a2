//! What the bot sends and edits: limits behind the mark-up, replies, topics, keyboards, files, menus.

use super::*;

#[tokio::test]
async fn texts_are_counted_behind_their_mark_up_in_utf_16() {
    let (telegram, bot) = started(Plan::default()).await;
    let chat = telegram.person("An").private();
    let send = |text: String| {
        bot.call("sendMessage", json!({ "chat_id": chat.id(), "text": text, "parse_mode": "HTML" }))
    };
    for (text, said) in [
        (format!("<b>{}</b>", "&lt;".repeat(4_096)), None),
        (format!("<b>{}</b>", "x".repeat(4_097)), Some("message is too long")),
        ("🚀".repeat(2_048), None),
        (format!("{}x", "🚀".repeat(2_048)), Some("message is too long")),
        ("<b> </b>\n".to_owned(), Some("message text is empty")),
        (String::new(), Some("message text is empty")),
        (
            "<b>x".to_owned(),
            Some("can't parse entities: Can't find end tag corresponding to start tag \"b\""),
        ),
    ] {
        let (_, body) = send(text).await;
        let said = said.map(|said| format!("Bad Request: {said}"));
        assert_eq!(body["description"].as_str().map(str::to_owned), said);
    }
    let sent = bot
        .ok("sendMessage", json!({ "chat_id": chat.id(), "text": " \n🚀 <b>R1</b> <code>/x</code> /show \n", "parse_mode": "HTML" }))
        .await;
    assert_eq!(sent["text"], "🚀 R1 /x /show");
    let message = chat.message(sent["message_id"].as_i64().unwrap()).unwrap();
    let is = |kind, words: &str| (kind, words.to_owned());
    assert_eq!(message.spans(), [is("bold", "R1"), is("code", "/x"), is("bot_command", "/show")]);
    assert_eq!(sent["entities"][0], json!({ "type": "bold", "offset": 3, "length": 2 }));
    let given = json!([{ "type": "bold", "offset": 0, "length": 3 }]);
    assert!(
        bot.no("sendMessage", json!({ "chat_id": chat.id(), "text": "ab", "entities": given }))
            .await
            .starts_with("400")
    );
}

#[tokio::test]
async fn an_edit_must_change_something_of_a_message_of_the_bot_that_is_there() {
    let (telegram, bot) = started(Plan::default()).await;
    let an = telegram.person("An");
    let chat = an.private();
    let keyboard = json!({ "inline_keyboard": [[{ "text": "Go", "callback_data": "go" }]] });
    let sent =
        bot.ok("sendMessage", json!({ "chat_id": chat.id(), "text": "a", "reply_markup": keyboard })).await;
    let id = sent["message_id"].as_i64().unwrap();
    let edit = |id: i64, text: &str, more: Value| {
        let mut args = json!({ "chat_id": chat.id(), "message_id": id, "text": text });
        args.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        args
    };
    let same = edit(id, "<b></b>a", json!({ "reply_markup": keyboard, "parse_mode": "HTML" }));
    assert_eq!(
        bot.no("editMessageText", same).await,
        "400 Bad Request: message is not modified: specified new message content and reply markup are exactly the \
         same as a current content and reply markup of the message"
    );
    // Without the keyboard it goes.
    let edited = bot.ok("editMessageText", edit(id, "a", json!({}))).await;
    assert!(edited.get("reply_markup").is_none() && edited["edit_date"].is_i64(), "{edited}");
    let more = json!({ "chat_id": chat.id(), "message_id": id, "reply_markup": keyboard });
    bot.ok("editMessageReplyMarkup", more.clone()).await;
    assert!(bot.no("editMessageReplyMarkup", more).await.contains("message is not modified"));
    let message = chat.message(id).unwrap();
    assert_eq!((message.edits(), message.labels(), message.earlier[0].buttons.len()), (2, vec!["Go"], 1));
    let theirs = chat.say(&an, "mine");
    assert_eq!(
        bot.no("editMessageText", edit(theirs, "x", json!({}))).await,
        "400 Bad Request: message can't be edited"
    );
    let caption = json!({ "chat_id": chat.id(), "message_id": id, "caption": "x" });
    assert_eq!(
        bot.no("editMessageCaption", caption).await,
        "400 Bad Request: there is no caption in the message to edit"
    );
    chat.delete(id);
    assert_eq!(
        bot.no("editMessageText", edit(id, "x", json!({}))).await,
        "400 Bad Request: message to edit not found"
    );
    let gone = json!({ "chat_id": chat.id(), "message_id": id });
    assert_eq!(bot.no("deleteMessage", gone).await, "400 Bad Request: message to delete not found");
    bot.ok("deleteMessage", json!({ "chat_id": chat.id(), "message_id": theirs })).await;
    assert!(chat.messages().is_empty());
}

#[tokio::test]
async fn replies_and_topics_must_be_there() {
    let (telegram, bot) = started(Plan::default()).await;
    let an = telegram.person("An");
    let forum = telegram.forum("NOC", &[&an]);
    let topic = forum.topic(&an, "core1");
    let asked = forum.post(Said::by(&an, "/show").in_topic(topic));
    let send = |more: Value| {
        let mut args = json!({ "chat_id": forum.id(), "text": "x" });
        args.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        args
    };
    let replied = bot.ok("sendMessage", send(json!({ "reply_parameters": { "message_id": asked } }))).await;
    assert_eq!(replied["reply_to_message"]["message_id"], asked);
    assert_eq!((&replied["message_thread_id"], &replied["is_topic_message"]), (&json!(topic), &json!(true)));
    // In a topic everything replies at least to its beginning.
    let said = bot.ok("sendMessage", send(json!({ "message_thread_id": topic }))).await;
    assert_eq!(said["reply_to_message"]["forum_topic_created"]["name"], "core1");
    forum.delete(asked);
    let gone = json!({ "reply_parameters": { "message_id": asked } });
    assert_eq!(bot.no("sendMessage", send(gone)).await, "400 Bad Request: message to be replied not found");
    let anyway = json!({ "reply_parameters": { "message_id": asked, "allow_sending_without_reply": true } });
    assert!(bot.ok("sendMessage", send(anyway)).await.get("reply_to_message").is_none());
    forum.close_topic(topic, true);
    let closed = send(json!({ "message_thread_id": topic }));
    assert_eq!(bot.no("sendMessage", closed.clone()).await, "400 Bad Request: TOPIC_CLOSED");
    forum.delete_topic(topic);
    assert_eq!(bot.no("sendMessage", closed).await, "400 Bad Request: message thread not found");
    // The general topic has no number that could be named.
    let general = send(json!({ "message_thread_id": 1 }));
    assert_eq!(bot.no("sendMessage", general).await, "400 Bad Request: message thread not found");
    let group = telegram.group("Team", &[&an]);
    let none = json!({ "chat_id": group.id(), "text": "x", "message_thread_id": 1 });
    assert_eq!(bot.no("sendMessage", none).await, "400 Bad Request: message thread not found");
}

#[tokio::test]
async fn keyboards_have_their_limits() {
    let (telegram, bot) = started(Plan::default()).await;
    let chat = telegram.person("An").private();
    let send = |rows: Value| {
        bot.call(
            "sendMessage",
            json!({ "chat_id": chat.id(), "text": "x", "reply_markup": { "inline_keyboard": rows } }),
        )
    };
    let button = |data: &str| json!({ "text": "a", "callback_data": data });
    let rows = |count: usize| json!(vec![vec![button("x"); 4]; count]);
    for (keyboard, said) in [
        (json!([[button(&"é".repeat(32))]]), None),
        (json!([[button(&format!("{}x", "é".repeat(32)))]]), Some("BUTTON_DATA_INVALID")),
        (rows(25), None),
        (rows(26), Some("REPLY_MARKUP_TOO_LONG")),
        (json!([vec![button("x"); 9]]), Some("REPLY_MARKUP_TOO_LONG")),
        (
            json!([[{ "text": "a" }]]),
            Some("can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard"),
        ),
        (
            json!([[{ "callback_data": "a" }]]),
            Some("can't parse InlineKeyboardButton: Can't find field \"text\""),
        ),
        (json!([[{ "text": "a", "url": "https://example.org" }]]), None),
    ] {
        let (_, body) = send(keyboard.clone()).await;
        let said = said.map(|said| format!("Bad Request: {said}"));
        assert_eq!(body["description"].as_str().map(str::to_owned), said, "{keyboard}");
    }
}

#[tokio::test]
async fn files_are_kept_with_their_bytes_and_can_be_sent_again_and_fetched() {
    let (telegram, bot) = started(Plan::default()).await;
    let chat = telegram.person("An").private();
    let id = chat.id().to_string();
    let photo = |caption: String, bytes: Vec<u8>| {
        let (bot, id) = (bot.clone(), id.clone());
        async move {
            let parts: [(&str, Option<&str>, &[u8]); 3] = [
                ("chat_id", None, id.as_bytes()),
                ("photo", Some("x.png"), &bytes),
                ("caption", None, caption.as_bytes()),
            ];
            bot.multipart("sendPhoto", &parts).await.1
        }
    };
    let sent = photo("x".repeat(1_024), png(800, 400)).await;
    assert_eq!(
        (&sent["result"]["photo"][1]["width"], sent["result"]["caption"].as_str().unwrap().len()),
        (&json!(800), 1_024)
    );
    for (caption, bytes, said) in [
        ("x".repeat(1_025), png(1, 1), "message caption is too long"),
        (String::new(), b"no picture".to_vec(), "IMAGE_PROCESS_FAILED"),
        (String::new(), png(210, 10), "PHOTO_INVALID_DIMENSIONS"),
        (String::new(), Vec::new(), "file must be non-empty"),
    ] {
        assert_eq!(photo(caption, bytes).await["description"], format!("Bad Request: {said}"));
    }
    let media = json!([{ "type": "document", "media": "attach://one", "caption": "<i>c</i>", "parse_mode": "HTML" }, { "type": "document", "media": "attach://two" }]).to_string();
    let parts: [(&str, Option<&str>, &[u8]); 4] = [
        ("chat_id", None, id.as_bytes()),
        ("media", None, media.as_bytes()),
        ("one", Some("R1.cfg"), b"hostname R1"),
        ("two", Some("R2.cfg"), b"hostname R2"),
    ];
    let (status, album) = bot.multipart("sendMediaGroup", &parts).await;
    assert_eq!((status, album["result"].as_array().unwrap().len()), (200, 2));
    let messages = chat.from_bot();
    let files: Vec<_> = messages
        .iter()
        .filter_map(|message| message.file.as_ref())
        .map(|file| (file.name.as_str(), &file.bytes[..]))
        .collect();
    assert_eq!(files[1..], [("R1.cfg", &b"hostname R1"[..]), ("R2.cfg", &b"hostname R2"[..])]);
    assert!(messages[1].album.is_some() && messages[1].album == messages[2].album);
    let file = album["result"][0]["document"]["file_id"].clone();
    bot.ok("sendDocument", json!({ "chat_id": chat.id(), "document": file })).await;
    let wrong = bot.no("sendPhoto", json!({ "chat_id": chat.id(), "photo": file })).await;
    assert_eq!(wrong, "400 Bad Request: can't use file of this type in this place");
    let path = bot.ok("getFile", json!({ "file_id": file })).await["file_path"].as_str().unwrap().to_owned();
    let got = exchange(bot.address, &format!("/file/bot{}/{path}", bot.token), "", b"").await;
    assert!(got.ends_with("\r\n\r\nhostname R1"), "{got}");
    // A text becomes a photo in place; its caption is edited then, its text not any more.
    let text = bot.send(&chat, "drawing ...").await;
    let media = json!({ "type": "photo", "media": sent["result"]["photo"][1]["file_id"], "caption": "R1" });
    bot.ok("editMessageMedia", json!({ "chat_id": chat.id(), "message_id": text, "media": media })).await;
    let args = json!({ "chat_id": chat.id(), "message_id": text, "text": "x" });
    assert_eq!(
        bot.no("editMessageText", args).await,
        "400 Bad Request: there is no text in the message to edit"
    );
    bot.ok("editMessageCaption", json!({ "chat_id": chat.id(), "message_id": text, "caption": "R1 now" }))
        .await;
    let message = chat.message(text).unwrap();
    assert_eq!(
        (message.text.as_str(), message.file.unwrap().width, message.earlier.len()),
        ("R1 now", 800, 2)
    );
}

#[tokio::test]
async fn menus_of_commands_have_rules_and_are_kept_by_scope_and_language() {
    let (telegram, bot) = started(Plan::default()).await;
    let command = |name: &str, said: &str| json!({ "command": name, "description": said });
    let many = |count: usize| json!(vec![command("a", "b"); count]);
    for (commands, said) in [
        (json!([command("Show", "x")]), "BOT_COMMAND_INVALID"),
        (json!([command(&"a".repeat(33), "x")]), "command length must not exceed 32"),
        (json!([command("show", "")]), "command description must be non-empty"),
        (json!([command("show", &"x".repeat(257))]), "command description length must not exceed 256"),
        (many(101), "BOT_COMMANDS_TOO_MUCH"),
    ] {
        assert_eq!(
            bot.no("setMyCommands", json!({ "commands": commands })).await,
            format!("400 Bad Request: {said}")
        );
    }
    let scope = json!({ "type": "chat", "chat_id": telegram.person("An").private().id() });
    bot.ok("setMyCommands", json!({ "commands": many(100) })).await;
    bot.ok(
        "setMyCommands",
        json!({ "commands": [command("xem", "y")], "scope": scope, "language_code": "vi" }),
    )
    .await;
    assert_eq!(bot.ok("getMyCommands", json!({})).await.as_array().unwrap().len(), 100);
    assert_eq!(telegram.commands(&scope, "vi"), [("xem".to_owned(), "y".to_owned())]);
    assert!(telegram.commands(&scope, "").is_empty());
    let wrong = json!({ "commands": many(1), "scope": { "type": "chats" } });
    assert!(bot.no("setMyCommands", wrong).await.starts_with("400"));
    let nobody = json!({ "commands": many(1), "scope": { "type": "chat", "chat_id": 7 } });
    assert_eq!(bot.no("setMyCommands", nobody).await, "400 Bad Request: chat not found");
    bot.ok("deleteMyCommands", json!({ "scope": scope, "language_code": "vi" })).await;
    assert!(telegram.commands(&scope, "vi").is_empty());
}
