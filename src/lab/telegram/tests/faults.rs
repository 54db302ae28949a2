//! What goes wrong on purpose.

use super::*;

#[tokio::test]
async fn faults_are_for_a_method_a_chat_and_so_often() {
    let (telegram, bot) = started(Plan::default()).await;
    let (an, binh) = (telegram.person("An").private(), telegram.person("Bình").private());
    telegram.fault(Fault::TooMany(7).on("SendMessage").in_chat(an.id()).times(2)).await;
    let send = |chat: &Chat| bot.call("sendMessage", json!({ "chat_id": chat.id(), "text": "x" }));
    let (status, body) = send(&an).await;
    let said = json!({ "ok": false, "error_code": 429, "description": "Too Many Requests: retry after 7", "parameters": { "retry_after": 7 } });
    assert_eq!((status, body), (429, said));
    assert_eq!(send(&binh).await.0, 200);
    assert_eq!(bot.ok("sendChatAction", json!({ "chat_id": an.id(), "action": "typing" })).await, true);
    assert_eq!(send(&an).await.0, 429);
    assert_eq!(send(&an).await.0, 200);
    telegram.fault(Fault::TooMany(3).on("getMe").times(1)).await;
    let said = exchange(bot.address, &format!("/bot{}/getMe", bot.token), "", b"").await;
    assert!(said.contains("retry-after: 3\r\n"), "{said}");
    telegram.fault(Fault::Html(502).times(1)).await;
    let (status, page) = bot.raw("getMe", "", b"").await;
    assert!(status == 502 && page.contains("<h1>502 Bad Gateway</h1>"), "{status} {page}");
    telegram.fault(Fault::Refuse(400, "Bad Request: no".to_owned()).times(1)).await;
    assert_eq!(bot.no("getMe", json!({})).await, "400 Bad Request: no");
    assert_eq!(bot.ok("getMe", json!({})).await["first_name"], "Patchbay");
    telegram.fault(Fault::Slow(Duration::from_millis(100)).times(1)).await;
    let begin = std::time::Instant::now();
    bot.ok("getMe", json!({})).await;
    assert!(begin.elapsed() >= Duration::from_millis(100));
}

#[tokio::test]
async fn a_line_is_cut_before_or_after_the_message_is_there() {
    let (telegram, bot) = started(Plan::default()).await;
    let chat = telegram.person("An").private();
    let args = json!({ "chat_id": chat.id(), "text": "x" });
    telegram.fault(Fault::CutBefore.times(1)).await;
    assert_eq!(bot.call("sendMessage", args.clone()).await, (0, Value::Null));
    assert!(chat.messages().is_empty());
    telegram.fault(Fault::CutAfter.times(1)).await;
    assert_eq!(bot.call("sendMessage", args).await, (0, Value::Null));
    assert_eq!(chat.messages().len(), 1);
    telegram.fault(Fault::Hang.on("sendMessage")).await;
    let hanging = tokio::spawn({
        let bot = bot.clone();
        let args = json!({ "chat_id": chat.id(), "text": "hangs" });
        async move { bot.call("sendMessage", args).await }
    });
    telegram.call(|call| call.args["text"] == "hangs").await;
    telegram.cut_connections();
    assert_eq!(hanging.await.unwrap().0, 0);
    assert_eq!(chat.messages().len(), 1);
    telegram.fault(Fault::Unreachable).await;
    assert!(TcpStream::connect(bot.address).await.is_err());
    telegram.clear_faults().await;
    bot.send(&chat, "again").await;
}

#[tokio::test]
async fn an_answer_is_withheld_before_or_after_the_message_is_there() {
    let (telegram, bot) = started(Plan::default()).await;
    let chat = telegram.person("An").private();
    for (point, there) in
        [(Point::BeforeCall("sendMessage".to_owned()), 0), (Point::AfterCall("sendMessage".to_owned()), 2)]
    {
        let hold = telegram.hold(point);
        let sending = tokio::spawn({
            let (bot, chat) = (bot.clone(), chat.clone());
            async move { bot.send(&chat, "x").await }
        });
        hold.reached().await;
        assert_eq!(chat.messages().len(), there);
        assert!(!sending.is_finished());
        hold.release();
        sending.await.unwrap();
    }
}

#[tokio::test]
async fn budgets_are_enforced_where_that_is_wanted_and_edits_count() {
    let pace = Pace { chat_burst: 2, ..Pace::default() };
    let (telegram, bot) = started(Plan { pace: Some(pace), ..Plan::default() }).await;
    let chat = telegram.person("An").private();
    let id = bot.send(&chat, "a").await;
    bot.ok("editMessageText", json!({ "chat_id": chat.id(), "message_id": id, "text": "b" })).await;
    let (status, body) = bot.call("sendMessage", json!({ "chat_id": chat.id(), "text": "c" })).await;
    assert!(
        status == 429 && (1..=2).contains(&body["parameters"]["retry_after"].as_u64().unwrap()),
        "{body}"
    );
    assert_eq!(chat.messages().len(), 1);
    telegram.set_pace(None);
    bot.send(&chat, "c").await;
}
