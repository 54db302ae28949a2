//! Payloads as the service sends them, and what they ask for.

use super::super::heard::{self, Reading};
use super::*;
use expect_test::{Expect, expect};
use serde_json::json;

fn read(payload: &Value) -> String {
    let Some(update) = heard::update("slack", payload, Timestamp(1_712_000_100_000)) else {
        return "no update".to_owned();
    };
    let sent = update.sent_at.map_or("-".to_owned(), |at| at.0.to_string());
    let reader = Reading { channel: "slack" };
    let Some(request) = reader.request(&update.raw) else { return format!("{} {sent}\nnothing", update.key) };
    let scene = request.scene;
    let mut words = Vec::new();
    words.extend(scene.called.map(|called| format!("called {called}")));
    words.extend(scene.title.map(|title| format!("in {title}")));
    words.extend(scene.addressed.then(|| "addressed".to_owned()));
    words.extend(scene.private.then(|| "private".to_owned()));
    words.extend(scene.unseen.then(|| "unseen".to_owned()));
    format!(
        "{} {sent}\n{} {} {} {:?}\n{}",
        update.key,
        request.asker.external,
        request.place,
        request.thread.map_or("-".to_owned(), |thread| thread.0),
        request.what,
        words.join(", ")
    )
}

#[expect(clippy::needless_pass_by_value, reason = "cases read better without &")]
fn check(payload: Value, expected: Expect) {
    expected.assert_eq(&read(&payload));
}

fn slash(command: &str, text: &str) -> Value {
    json!({
        "token": "made-up", "api_app_id": "A1", "team_id": "T1", "team_domain": "lab", "enterprise_id": null,
        "channel_id": "C1", "channel_name": "noc", "user_id": "U1", "user_name": "anna", "command": command,
        "text": text, "response_url": "https://hooks.example/made-up", "trigger_id": "13345224609.8534564800.made-up",
        "is_enterprise_install": "false",
    })
}

fn event(event: Value) -> Value {
    json!({
        "token": "made-up", "team_id": "T1", "api_app_id": "A1", "type": "event_callback", "event_id": "Ev1",
        "event_time": 1_712_000_000, "event": event, "enterprise_id": null,
        "authorizations": [
            { "enterprise_id": null, "team_id": "T1", "user_id": "UB", "is_bot": true, "is_enterprise_install": false }
        ],
    })
}

fn told(kind: &str, channel: &str, text: &str) -> Value {
    json!({
        "type": kind, "user": "U1", "channel": channel, "text": text, "ts": "1712000000.123456",
        "event_ts": "1712000000.123456", "client_msg_id": "m1", "team": "T1", "blocks": [],
    })
}

fn with(mut event: Value, more: Value) -> Value {
    event.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    event
}

#[test]
fn a_slash_command_is_a_line_that_nobody_sees() {
    check(
        slash("/net", "status all"),
        expect![[r#"
            13345224609.8534564800.made-up -
            U1 slack:C1 - Line("/status all")
            called anna, in noc, addressed, unseen"#]],
    );
    for (command, text, line) in [
        ("/net", "", "/help"),
        ("/net", "  ", "/help"),
        ("/net", "/status R1", "/status R1"),
        ("/net", "show R1 run | include a &lt;b&gt; &amp; c", "/show R1 run | include a <b> & c"),
        ("/backup", "all", "/backup all"),
        ("/backup", "", "/backup"),
        ("/bw", "<http://r1.example.net|r1.example.net> Gi1", "/bw r1.example.net Gi1"),
    ] {
        let told = read(&slash(command, text));
        assert!(told.contains(&format!("Line({line:?})")), "{command} {text}: {told}");
    }
}

#[test]
fn a_mention_is_a_line_in_its_thread() {
    check(
        event(told("app_mention", "C1", "<@UB> status all")),
        expect![[r#"
            Ev1 1712000000123
            U1 slack:C1 1712000000.123456 Line("/status all")
            addressed"#]],
    );
    let thread = json!({ "thread_ts": "1711.1", "parent_user_id": "UB" });
    check(
        event(with(told("app_mention", "C1", "hello <@UB|patchbay>: Status all"), thread.clone())),
        expect![[r#"
            Ev1 1712000000123
            U1 slack:C1 1711.1 Line("Status all")
            addressed"#]],
    );
    // In a thread a word that is no command may answer a question; elsewhere it is a command mistyped.
    check(
        event(with(told("app_mention", "C1", "<@UB> R1"), thread)),
        expect![[r#"
            Ev1 1712000000123
            U1 slack:C1 1711.1 Line("R1")
            addressed"#]],
    );
    check(
        event(told("app_mention", "C1", "<@UB> stauts all")),
        expect![[r#"
            Ev1 1712000000123
            U1 slack:C1 1712000000.123456 Line("/stauts all")
            addressed"#]],
    );
    check(
        event(told("app_mention", "C1", "<@UB>")),
        expect![[r#"
            Ev1 1712000000123
            U1 slack:C1 1712000000.123456 Line("/help")
            addressed"#]],
    );
}

#[test]
fn a_message_is_read_once_whatever_else_tells_of_it() {
    let nothing = "Ev1 1712000000123\nnothing";
    // A mention comes as a message too, and in a conversation of two only the message is read.
    assert_eq!(read(&event(told("message", "C1", "<@UB> status all"))), nothing);
    assert_eq!(read(&event(told("app_mention", "D1", "<@UB> status all"))), nothing);
    check(
        event(told("message", "D1", "<@UB> status all")),
        expect![[r#"
            Ev1 1712000000123
            U1 slack:D1 1712000000.123456 Line("status all")
            addressed, private"#]],
    );
    check(
        event(told("message", "D1", "R1")),
        expect![[r#"
            Ev1 1712000000123
            U1 slack:D1 1712000000.123456 Line("R1")
            addressed, private"#]],
    );
}

#[test]
fn between_people_only_a_word_in_a_thread_can_be_an_answer() {
    assert_eq!(read(&event(told("message", "C1", "status all"))), "Ev1 1712000000123\nnothing");
    check(
        event(with(told("message", "C1", "status all"), json!({ "thread_ts": "1711.1" }))),
        expect![[r#"
            Ev1 1712000000123
            U1 slack:C1 1711.1 Line("status all")
            "#]],
    );
}

#[test]
fn bots_joins_and_what_the_bot_itself_says_ask_for_nothing() {
    let thread = json!({ "thread_ts": "1711.1" });
    for more in [
        json!({ "bot_id": "B1" }),
        json!({ "subtype": "bot_message", "bot_id": "B1" }),
        json!({ "user": "UB" }),
        json!({ "user": "USLACKBOT" }),
        json!({ "user": null }),
        json!({ "subtype": "channel_join" }),
        json!({ "subtype": "message_deleted" }),
        json!({ "type": "reaction_added" }),
    ] {
        let message = with(with(told("message", "C1", "status"), thread.clone()), more.clone());
        assert!(read(&event(message)).ends_with("\nnothing"), "{more}");
        let mention = with(told("app_mention", "C1", "<@UB> status"), more.clone());
        let is_one = more.get("subtype").is_some_and(|subtype| subtype != "bot_message");
        assert!(is_one || read(&event(mention)).ends_with("\nnothing"), "{more}");
    }
}

#[test]
fn an_edited_message_is_never_run_and_told_so_where_the_bot_was_meant() {
    let edited = |channel: &str, text: &str, before: &str, edited: Value| {
        event(json!({
            "type": "message", "subtype": "message_changed", "hidden": true, "channel": channel,
            "ts": "1712000009.000001", "event_ts": "1712000009.000001",
            "message": { "type": "message", "user": "U1", "text": text, "ts": "1712000000.123456", "edited": edited },
            "previous_message": { "type": "message", "user": "U1", "text": before, "ts": "1712000000.123456" },
        }))
    };
    let by_hand = json!({ "user": "U1", "ts": "1712000009.000000" });
    check(
        edited("C1", "<@UB> backup all", "<@UB> backup R1", by_hand.clone()),
        expect![[r#"
            Ev1 1712000009000
            U1 slack:C1 1712000000.123456 Unfit { why: Edited, line: "@UB backup all" }
            addressed"#]],
    );
    check(
        edited("D1", "backup all", "backup R1", by_hand.clone()),
        expect![[r#"
            Ev1 1712000009000
            U1 slack:D1 1712000000.123456 Unfit { why: Edited, line: "backup all" }
            addressed, private"#]],
    );
    for (channel, text, before, by) in [
        ("C1", "lunch at 12", "lunch at 11", by_hand.clone()),
        ("C1", "<@UB> backup all", "<@UB> backup all", by_hand.clone()),
        ("C1", "<@UB> backup all", "<@UB> backup R1", Value::Null),
    ] {
        assert!(read(&edited(channel, text, before, by)).ends_with("\nnothing"), "{text}");
    }
    let mention = with(told("app_mention", "C1", "<@UB> backup all"), json!({ "edited": by_hand }));
    assert!(read(&event(mention)).ends_with("\nnothing"));
}

fn press(action: Value, message: Value) -> Value {
    json!({
        "type": "block_actions", "team": { "id": "T1", "domain": "lab" }, "enterprise": null, "api_app_id": "A1",
        "token": "made-up", "user": { "id": "U1", "username": "anna", "name": "anna", "team_id": "T1" },
        "container": { "type": "message", "message_ts": "1711.2", "channel_id": "C1", "is_ephemeral": false },
        "trigger_id": "1.2.3", "channel": { "id": "C1", "name": "privategroup" }, "message": message,
        "state": { "values": {} }, "response_url": "https://hooks.example/made-up",
        "actions": [action],
    })
}

#[test]
fn a_button_and_a_menu_are_presses() {
    let pressed = json!({ "type": "button", "action_id": "a", "block_id": "b", "value": "abc", "action_ts": "1712000005.5" });
    check(
        press(pressed.clone(), json!({ "ts": "1711.2", "thread_ts": "1711.1", "blocks": [], "text": "x" })),
        expect![[r#"
            1.2.3/1712000005.5 1712000005500
            U1 slack:C1 1711.1 Press(Token("abc"))
            called anna, addressed"#]],
    );
    let chosen = json!({
        "type": "static_select", "action_id": "menu", "action_ts": "1712000005.000100",
        "selected_option": { "text": { "type": "plain_text", "text": "R1" }, "value": "def" },
    });
    // The message has no thread yet: it begins with the answer.
    check(
        press(chosen, json!({ "ts": "1711.2", "text": "x" })),
        expect![[r#"
            1.2.3/1712000005.000100 1712000005000
            U1 slack:C1 1711.2+ Press(Token("def"))
            called anna, addressed"#]],
    );
    check(
        press(json!({ "type": "button", "action_id": "a", "action_ts": "1.0" }), json!({})),
        expect![[r#"
            1.2.3/1.0 1000
            nothing"#]],
    );
    let modal =
        json!({ "type": "view_submission", "trigger_id": "1.2.3", "view": {}, "user": { "id": "U1" } });
    assert!(read(&modal).ends_with("\nnothing"));
}

#[test]
fn nothing_that_opens_a_door_is_stored() {
    let pressed = json!({ "type": "button", "value": "abc", "action_ts": "1.0" });
    for payload in
        [slash("/net", "status"), event(told("app_mention", "C1", "<@UB> x")), press(pressed, json!({}))]
    {
        let update = heard::update("slack", &payload, Timestamp(0)).unwrap();
        for word in ["made-up", "hooks.example", "trigger_id", "response_url"] {
            assert!(!update.raw.contains(word), "{word}: {}", update.raw);
        }
    }
}

/// The samples list every field that was ever seen, with empty values: no field has a shape that stops us.
#[test]
fn any_payload_is_read_without_a_panic() {
    for raw in ["", "null", "[]", "{}", "{\"event\":1}", "{\"command\":1}", "{\"type\":\"block_actions\"}"] {
        let reader = Reading { channel: "slack" };
        assert_eq!(reader.request(raw), None, "{raw}");
        if let Ok(payload) = serde_json::from_str(raw) {
            assert!(heard::update("slack", &payload, Timestamp(0)).is_none());
        }
    }
}
