//! `getUpdates`: offsets, waiting, two polls at once, what is allowed, what is too old, what comes again.

use chrono::{TimeDelta, Utc};

use super::*;

fn texts(updates: &[Value]) -> Vec<String> {
    updates.iter().map(|update| update["message"]["text"].as_str().unwrap_or("-").to_owned()).collect()
}

fn id(update: &Value) -> i64 {
    update["update_id"].as_i64().unwrap()
}

#[tokio::test]
async fn an_offset_confirms_everything_below_it_and_nothing_else() {
    let (telegram, bot) = started(Plan::default()).await;
    let an = telegram.person("An");
    for word in ["a", "b", "c", "d", "e"] {
        an.private().say(&an, word);
    }
    let all = bot.updates(json!({})).await;
    assert_eq!(texts(&all), ["a", "b", "c", "d", "e"]);
    assert_eq!(texts(&bot.updates(json!({ "limit": 2 })).await), ["a", "b"]);
    assert_eq!(texts(&bot.updates(json!({ "offset": id(&all[1]) })).await), ["b", "c", "d", "e"]);
    assert_eq!(texts(&bot.updates(json!({ "offset": id(&all[0]) })).await), ["b", "c", "d", "e"]);
    assert_eq!(telegram.pending_updates(), 4);
    assert_eq!(texts(&bot.updates(json!({ "offset": -2 })).await), ["d", "e"]);
    assert_eq!(texts(&bot.updates(json!({})).await), ["d", "e"]);
    let confirmed = telegram.all_confirmed();
    let (rest, ()) = tokio::join!(bot.updates(json!({ "offset": id(&all[4]) + 1 })), confirmed);
    assert_eq!(rest, [Value::Null; 0]);
    telegram.redeliver(2, true);
    assert_eq!(texts(&bot.updates(json!({ "offset": id(&all[4]) + 1 })).await), ["e", "d"]);
    assert_eq!(bot.updates(json!({})).await, [Value::Null; 0]);
}

#[tokio::test]
async fn a_long_poll_waits_and_ends_at_once_when_something_happens() {
    let (telegram, bot) = started(Plan::default()).await;
    let an = telegram.person("An");
    let poll = tokio::spawn({
        let bot = bot.clone();
        async move { bot.updates(json!({ "timeout": 50 })).await }
    });
    telegram.call(|call| call.method == "getUpdates").await;
    assert!(!poll.is_finished());
    an.private().say(&an, "now");
    assert_eq!(texts(&poll.await.unwrap()), ["now"]);
    // What was not confirmed comes again, also after a cut.
    telegram.fault(Fault::CutAfter.on("getUpdates").times(1)).await;
    assert_eq!(bot.raw("getUpdates", "", b"").await.0, 0);
    assert_eq!(texts(&bot.updates(json!({})).await), ["now"]);
    bot.taken().await;
    let begin = std::time::Instant::now();
    assert_eq!(bot.updates(json!({ "timeout": 1 })).await, [Value::Null; 0]);
    assert!(begin.elapsed() >= Duration::from_secs(1));
}

#[tokio::test]
async fn a_second_poll_ends_the_first_one_and_a_webhook_ends_both() {
    let (telegram, bot) = started(Plan::default()).await;
    let poll = |bot: Bot| tokio::spawn(async move { bot.call("getUpdates", json!({ "timeout": 50 })).await });
    let first = poll(bot.clone());
    telegram.call(|call| call.method == "getUpdates").await;
    let second = poll(bot.clone());
    let (status, body) = first.await.unwrap();
    assert_eq!(
        (status, body["description"].as_str().unwrap()),
        (
            409,
            "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"
        )
    );
    assert!(!second.is_finished());
    let an = telegram.person("An");
    an.private().say(&an, "x");
    assert_eq!(second.await.unwrap().0, 200);
    telegram.set_webhook("https://example.org/hook");
    assert!(
        bot.no("getUpdates", json!({}))
            .await
            .starts_with("409 Conflict: can't use getUpdates method while webhook")
    );
    assert_eq!(bot.ok("getWebhookInfo", json!({})).await["url"], "https://example.org/hook");
    bot.ok("deleteWebhook", json!({ "drop_pending_updates": true })).await;
    assert_eq!(bot.updates(json!({})).await, [Value::Null; 0]);
}

#[tokio::test]
async fn what_is_allowed_stays_allowed_and_what_is_old_is_gone() {
    let (telegram, bot) = started(Plan::default()).await;
    let an = telegram.person("An");
    let chat = an.private();
    bot.updates(json!({ "allowed_updates": ["message"] })).await;
    let said = chat.say(&an, "a");
    chat.edit(said, "b");
    assert_eq!(texts(&bot.updates(json!({})).await), ["a"]);
    bot.updates(json!({ "allowed_updates": [] })).await;
    chat.edit(said, "c");
    let all = bot.taken().await;
    assert_eq!(all.len(), 2);
    assert_eq!(all[1]["edited_message"]["text"], "c");
    assert!(bot.no("getUpdates", json!({ "allowed_updates": ["messages"] })).await.starts_with("400"));
    chat.post(Said::by(&an, "yesterday").dated(Utc::now() - TimeDelta::hours(25)));
    chat.post(Said::by(&an, "this morning").dated(Utc::now() - TimeDelta::hours(6)));
    assert_eq!(texts(&bot.updates(json!({})).await), ["this morning"]);
    telegram.set_update_life(Duration::from_secs(3_600));
    assert_eq!(bot.updates(json!({})).await, [Value::Null; 0]);
}

#[tokio::test]
async fn a_flood_comes_in_batches_of_a_hundred_and_in_order() {
    let (telegram, bot) = started(Plan::default()).await;
    let people: Vec<Person> = (0..200).map(|number| telegram.person(&format!("P{number}"))).collect();
    for round in 0..10 {
        for person in &people {
            person.private().say(person, &format!("{round}"));
        }
    }
    let (mut next, mut said) = (0, Vec::new());
    loop {
        let batch = bot.updates(json!({ "offset": next })).await;
        let Some(last) = batch.last() else { break };
        assert_eq!(batch.len(), 100);
        next = id(last) + 1;
        said.extend(texts(&batch));
    }
    assert_eq!(said.len(), 2_000);
    assert!(said.is_sorted());
    let sent = people.iter().map(|person| {
        let (bot, chat) = (bot.clone(), person.private());
        async move { bot.send(&chat, "done").await }
    });
    futures_util::future::join_all(sent).await;
    assert_eq!(
        telegram.calls_by(200, |call| call.method == "sendMessage" && call.answered.is_some()).await.len(),
        200
    );
}
