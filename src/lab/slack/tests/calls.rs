//! The Web API: tokens, arguments, messages and their threads, who may what where, and what goes wrong on purpose.

use super::*;
use crate::lab::fault::Point;
use crate::lab::slack::table::METHODS;

#[tokio::test]
async fn tokens_and_arguments_are_checked_as_the_service_does() {
    let room = room(SlackPlan::default()).await;
    let noc = &room.noc;
    for (token, method, error) in [
        ("", "auth.test", "not_authed"),
        ("xoxb-other", "auth.test", "invalid_auth"),
        ("xapp-lab", "auth.test", "not_allowed_token_type"),
        ("xoxb-lab", "apps.connections.open", "not_allowed_token_type"),
        ("xoxb-lab", "chat.nothing", "unknown_method"),
    ] {
        let heard = room.with_token(token, method, &json!({})).await;
        assert_eq!((heard.status, heard.json()["error"].as_str()), (200, Some(error)), "{method}");
    }
    for (arguments, message) in [
        (json!({ "text": "x" }), "[ERROR] missing required field: channel"),
        (json!({ "channel": noc, "text": 7 }), "[ERROR] must be a string [json-pointer:/text]"),
        (json!({ "channel": noc, "txt": "x" }), "[ERROR] unknown parameter: txt"),
        (json!({ "channel": noc, "blocks": {} }), "[ERROR] must be an array [json-pointer:/blocks]"),
        (
            json!({ "channel": noc, "text": "x", "mrkdwn": "so" }),
            "[ERROR] must be a boolean [json-pointer:/mrkdwn]",
        ),
        (
            json!({ "channel": noc, "text": "x", "thread_ts": 1.5 }),
            "[ERROR] must be a string [json-pointer:/thread_ts]",
        ),
    ] {
        let answer = room.heard("chat.postMessage", &arguments).await.json();
        assert_eq!(answer["error"], "invalid_arguments", "{arguments}");
        assert_eq!(answer["response_metadata"]["messages"], json!([message]));
    }
    // What Slack's own clients add, JSON's null, and lists as texts of a form.
    room.ok("chat.postMessage", json!({ "channel": noc, "text": "a", "team_id": "T1", "thread_ts": null }))
        .await;
    let block = json!([{ "type": "divider" }]);
    let form = json!({ "channel": "#noc", "text": "b", "blocks": block, "unfurl_links": "false" });
    assert_eq!(room.form("chat.postMessage", &form).await["ok"], true);
    // A method without JSON reads none.
    assert_eq!(room.refused("users.info", json!({ "user": room.anna })).await, "invalid_arguments");
    let user = room.form("users.info", &json!({ "user": room.anna })).await;
    assert_eq!(
        (&user["user"]["tz"], &user["user"]["tz_offset"]),
        (&json!("Asia/Ho_Chi_Minh"), &json!(25_200))
    );
    room.slack.fault(SlackFault::TokenRevoked).await;
    assert_eq!(room.refused("auth.test", json!({})).await, "token_revoked");
}

#[tokio::test]
async fn every_method_of_the_table_is_done_by_somebody() {
    let room = room(SlackPlan::default()).await;
    for method in METHODS {
        for token in ["xoxb-lab", "xapp-lab"] {
            let heard = room.with_token(token, method.name, &json!({})).await;
            assert_ne!(heard.json()["error"], "unknown_method", "{}", method.name);
        }
    }
    let scoped = SlackPlan { scopes: Some(vec!["users:read".to_owned()]), ..SlackPlan::default() };
    let room = self::room(scoped).await;
    let answer = room.heard("chat.postMessage", &json!({ "channel": room.noc, "text": "x" })).await.json();
    assert_eq!((&answer["error"], &answer["needed"]), (&json!("missing_scope"), &json!("chat:write")));
}

#[tokio::test]
async fn an_app_may_and_hears_what_its_manifest_says() {
    let manifest = json!({
        "features": {
            "bot_user": { "display_name": "watcher" },
            "slash_commands": [{ "command": "/status", "description": "x" }],
        },
        "oauth_config": { "scopes": { "bot": ["chat:write", "commands"] } },
        "settings": { "event_subscriptions": { "bot_events": ["app_mention"] }, "socket_mode_enabled": true },
    });
    let room = room(SlackPlan::default().with_manifest(&manifest)).await;
    assert_eq!(room.ok("auth.test", json!({})).await["user"], "watcher");
    let heard = room.heard("auth.test", &json!({})).await;
    assert!(heard.head.contains("x-oauth-scopes: chat:write,commands"), "{}", heard.head);
    room.post("allowed").await;
    assert_eq!(room.form("users.info", &json!({ "user": room.anna })).await["error"], "missing_scope");
    let (mut line, _) = room.socket().await;
    assert!(room.slack.slash(&room.anna, &room.noc, "/bw", "").is_none());
    room.slack.write(&room.anna, &room.noc, None, "not subscribed");
    room.slack.mention(&room.anna, &room.noc, None, "heard");
    assert_eq!(line.take().await["payload"]["event"]["type"], "app_mention");
    room.slack.slash(&room.anna, &room.noc, "/status", "").unwrap();
    assert_eq!(line.take().await["payload"]["command"], "/status");
}

#[tokio::test]
async fn messages_are_posted_changed_and_deleted_where_the_app_may() {
    let room = room(SlackPlan::default()).await;
    let (slack, anna) = (&room.slack, &room.anna);
    let lobby = slack.add_channel("lobby", &[anna]);
    let secret = slack.add_private_channel("secret", &[anna]);
    let old = slack.add_channel("old", &[anna, slack.bot_user()]);
    slack.archive(&old);
    for (channel, error) in [
        ("C404", "channel_not_found"),
        (secret.as_str(), "channel_not_found"),
        (lobby.as_str(), "not_in_channel"),
        (old.as_str(), "is_archived"),
    ] {
        assert_eq!(room.refused("chat.postMessage", json!({ "channel": channel, "text": "x" })).await, error);
    }
    let say = |text: Value| json!({ "channel": room.noc, "text": text });
    assert_eq!(room.refused("chat.postMessage", say(json!(""))).await, "no_text");
    assert_eq!(room.refused("chat.postMessage", say(json!("x".repeat(40_001)))).await, "msg_too_long");
    let ts = room.post("one").await;
    let update = |ts: &str, text: &str| json!({ "channel": room.noc, "ts": ts, "text": text });
    let answer = room.ok("chat.update", update(&ts, "two")).await;
    assert_eq!((answer["ts"].as_str(), &answer["message"]["text"]), (Some(ts.as_str()), &json!("two")));
    let message = slack.message(&room.noc, &ts).unwrap();
    assert_eq!(
        (message.text.as_str(), message.earlier[0].text.as_str(), message.edited),
        ("two", "one", true)
    );
    assert_eq!(room.refused("chat.update", update(&ts, &"x".repeat(4_001))).await, "msg_too_long");
    assert_eq!(room.refused("chat.update", update("1.000000", "x")).await, "message_not_found");
    let hers = slack.write(anna, &room.noc, None, "hers").ts.unwrap();
    assert_eq!(room.refused("chat.update", update(&hers, "x")).await, "cant_update_message");
    let delete = |ts: &str| json!({ "channel": room.noc, "ts": ts });
    assert_eq!(room.refused("chat.delete", delete(&hers)).await, "cant_delete_message");
    room.ok("chat.delete", delete(&ts)).await;
    assert_eq!(room.refused("chat.delete", delete(&ts)).await, "message_not_found");
    assert_eq!(slack.deleted(&room.noc)[0].text, "two");
    // A person's id opens the conversation with that person.
    let answer = room.ok("chat.postMessage", json!({ "channel": anna, "text": "hello" })).await;
    assert_eq!(answer["channel"], slack.direct(anna));
    assert_eq!(slack.posts(), 4);
}

#[tokio::test]
async fn blocks_stay_or_go_with_a_change_as_the_service_does_it() {
    let room = room(SlackPlan::default()).await;
    let blocks = json!([{ "type": "section", "text": { "type": "mrkdwn", "text": "*b*" } }]);
    let post = json!({ "channel": room.noc, "text": "t", "blocks": blocks });
    let ts = room.ok("chat.postMessage", post).await["ts"].clone();
    let message = || room.slack.message(&room.noc, ts.as_str().unwrap()).unwrap();
    assert_eq!(message().blocks[0]["block_id"], "b0");
    room.ok("chat.update", json!({ "channel": room.noc, "ts": ts, "text": "u", "blocks": blocks })).await;
    assert_eq!((message().blocks.len(), message().edited), (1, false));
    room.ok("chat.update", json!({ "channel": room.noc, "ts": ts, "text": "only" })).await;
    assert_eq!((message().blocks.len(), message().edited), (0, true));
    assert_eq!(room.refused("chat.update", json!({ "channel": room.noc, "ts": ts })).await, "no_text");
}

#[tokio::test]
async fn an_answer_to_an_answer_stands_in_the_thread_and_one_to_nothing_in_the_channel() {
    let room = room(SlackPlan::default()).await;
    let parent = room.post("parent").await;
    let reply = |thread: &str| json!({ "channel": room.noc, "text": "reply", "thread_ts": thread });
    let first = room.ok("chat.postMessage", reply(&parent)).await;
    assert_eq!(first["message"]["thread_ts"], parent);
    let second = room.ok("chat.postMessage", reply(first["ts"].as_str().unwrap())).await;
    assert_eq!(second["message"]["thread_ts"], parent);
    let lost = room.ok("chat.postMessage", reply("1.000000")).await;
    assert_eq!(lost["message"].get("thread_ts"), None);
    let thread = room.form("conversations.replies", &json!({ "channel": room.noc, "ts": parent })).await;
    let said: Vec<&Value> = thread["messages"].as_array().unwrap().iter().map(|one| &one["ts"]).collect();
    assert_eq!(said, [&json!(parent), &first["ts"], &second["ts"]]);
    assert_eq!(thread["messages"][0]["reply_count"], 2);
    assert_eq!(
        room.slack.rendering(&room.noc),
        "patchbay: parent\n  | patchbay: reply\n  | patchbay: reply\npatchbay: reply\n"
    );
}

#[tokio::test]
async fn what_one_person_sees_is_gone_when_the_page_is_loaded_again() {
    let room = room(SlackPlan::default()).await;
    let stranger = room.slack.add_user("bob", "Bob", "Etc/UTC");
    let say = |user: &str| json!({ "channel": room.noc, "user": user, "text": "psst" });
    assert_eq!(room.refused("chat.postEphemeral", say(&stranger)).await, "user_not_in_channel");
    let ts = room.ok("chat.postEphemeral", say(&room.anna)).await["message_ts"].clone();
    let seen = room.slack.message(&room.noc, ts.as_str().unwrap()).unwrap();
    assert_eq!(seen.only_for.as_ref(), Some(&room.anna));
    let update = json!({ "channel": room.noc, "ts": ts, "text": "x" });
    assert_eq!(room.refused("chat.update", update).await, "message_not_found");
    room.slack.reload(&room.anna);
    assert_eq!(room.slack.messages(&room.noc), []);
}

#[tokio::test]
async fn whom_a_message_calls_is_noted() {
    let room = room(SlackPlan::default()).await;
    let text = "<!channel> <!here|here> <@U1> <#C1|noc> <https://a.test/?b=1|a> a < b &lt;!everyone&gt;";
    let ts = room.post(text).await;
    let called = room.slack.message(&room.noc, &ts).unwrap().called;
    let everyone = |name: &str| SlackCalled::Everyone(name.to_owned());
    assert_eq!(
        called,
        [
            everyone("channel"),
            everyone("here"),
            SlackCalled::User("U1".to_owned()),
            SlackCalled::Channel("C1".to_owned()),
            SlackCalled::Link("https://a.test/?b=1".to_owned()),
        ]
    );
    let plain = json!([{ "type": "header", "text": { "type": "plain_text", "text": "<!channel>" } }]);
    let post = json!({ "channel": room.noc, "text": "quiet", "blocks": plain });
    let ts = room.ok("chat.postMessage", post).await["ts"].clone();
    assert!(!room.slack.message(&room.noc, ts.as_str().unwrap()).unwrap().rings());
    let named = json!({ "channel": room.noc, "text": "@here", "link_names": true });
    let ts = room.ok("chat.postMessage", named).await["ts"].clone();
    assert!(room.slack.message(&room.noc, ts.as_str().unwrap()).unwrap().rings());
}

#[tokio::test]
async fn channels_and_people_are_listed_page_by_page() {
    let room = room(SlackPlan::default()).await;
    room.slack.add_private_channel("secret", &[&room.anna]);
    for number in 0..4 {
        room.slack.add_channel(&format!("c{number}"), &[&room.anna]);
    }
    let mut names = Vec::new();
    let mut cursor = String::new();
    loop {
        let arguments = json!({ "limit": 2, "cursor": cursor, "types": "public_channel,private_channel" });
        let page = room.form("conversations.list", &arguments).await;
        names.extend(page["channels"].as_array().unwrap().iter().map(|one| one["name"].clone()));
        cursor = page["response_metadata"]["next_cursor"].as_str().unwrap().to_owned();
        if cursor.is_empty() {
            break;
        }
    }
    assert_eq!(names, ["noc", "c0", "c1", "c2", "c3"]);
    let joined =
        room.ok("conversations.join", json!({ "channel": room.slack.add_channel("new", &[]) })).await;
    assert_eq!(joined["channel"]["is_member"], true);
    let users = room.form("users.list", &json!({})).await;
    assert_eq!(users["members"].as_array().unwrap().len(), 3);
    assert_eq!(room.refused("conversations.open", json!({ "users": "U404" })).await, "user_not_found");
    let open = room.ok("conversations.open", json!({ "users": room.anna })).await;
    assert_eq!(open["channel"]["id"], room.slack.direct(&room.anna));
}

#[tokio::test]
async fn calls_go_wrong_as_they_are_told_to() {
    let room = room(SlackPlan::default()).await;
    let other = room.slack.add_channel("other", &[room.slack.bot_user()]);
    let say = |channel: &str| json!({ "channel": channel, "text": "x" });
    let limited =
        SlackTrouble::on("chat.postMessage", SlackWrong::RateLimited(7)).in_channel(&room.noc).times(1);
    room.slack.trouble(limited).await;
    assert_eq!(room.heard("chat.postMessage", &say(&other)).await.status, 200);
    let heard = room.heard("chat.postMessage", &say(&room.noc)).await;
    assert_eq!((heard.status, heard.json()["error"].as_str()), (429, Some("ratelimited")));
    assert!(heard.head.contains("retry-after: 7"), "{}", heard.head);
    assert_eq!(room.heard("chat.postMessage", &say(&room.noc)).await.status, 200);
    let posts = room.slack.posts();
    for (wrong, status, done) in [
        (SlackWrong::Error("internal_error".to_owned()), 200, 0),
        (SlackWrong::Html(503), 503, 0),
        (SlackWrong::CutBefore, 0, 0),
        (SlackWrong::CutAfter, 0, 1),
    ] {
        let before = room.slack.posts();
        room.slack.trouble(SlackTrouble::on("chat.postMessage", wrong.clone()).times(1)).await;
        let heard = room.heard("chat.postMessage", &say(&room.noc)).await;
        assert_eq!((heard.status, room.slack.posts() - before), (status, done), "{wrong:?}");
    }
    assert_eq!(room.slack.posts(), posts + 1);
    let hold = room.slack.hold(Point::AfterCall("chat.postMessage".to_owned()));
    let arguments = say(&room.noc);
    let call = room.heard("chat.postMessage", &arguments);
    let pulled = async {
        hold.reached().await;
        assert_eq!(room.slack.posts(), posts + 2);
        hold.release();
    };
    assert_eq!(tokio::join!(call, pulled).0.status, 200);
    let errors: Vec<Option<String>> =
        room.slack.calls_of("chat.postMessage").into_iter().map(|call| call.error).collect();
    assert_eq!(errors[1].as_deref(), Some("ratelimited"));
    assert_eq!(errors.len(), 8);
}

#[tokio::test]
async fn a_service_that_limits_lets_a_short_burst_through() {
    let room = room(SlackPlan { tiers: true, ..SlackPlan::default() }).await;
    let mut limited = None;
    for _ in 0..7 {
        let heard = room.heard("chat.postMessage", &json!({ "channel": room.noc, "text": "x" })).await;
        limited = (heard.status == 429).then_some(heard.head).or(limited);
    }
    assert!(limited.unwrap().contains("retry-after: 1"));
    assert!(room.slack.messages(&room.noc).len() >= 5);
    let direct = json!({ "channel": room.anna, "text": "another channel" });
    assert_eq!(room.heard("chat.postMessage", &direct).await.status, 200);
}
