//! Updates as requests.

use super::*;
use expect_test::{Expect, expect};

fn shown(request: Option<Request>) -> String {
    let Some(request) = request else { return "nothing".to_owned() };
    let scene = &request.scene;
    let mut flags = Vec::new();
    flags.extend(scene.private.then_some("private"));
    flags.extend(scene.addressed.then_some("addressed"));
    format!(
        "{:?} by {} in {} below {} {:?} {:?} {}",
        request.what,
        request.asker.external,
        request.place,
        request.thread.map(|thread| thread.0).unwrap_or_default(),
        scene.called.as_deref().unwrap_or_default(),
        scene.title.as_deref().unwrap_or_default(),
        flags.join(" ")
    )
}

const GROUP: &str = r#""chat":{"id":-100,"type":"supergroup","title":"NOC"}"#;
const PRIVATE: &str = r#""chat":{"id":7,"type":"private","first_name":"An"}"#;
const AN: &str = r#""from":{"id":7,"is_bot":false,"first_name":"An","username":"an"}"#;

fn read(update: &str) -> Option<Request> {
    let update = Update {
        key: "1".to_owned(),
        channel: "tg".to_owned(),
        sent_at: None,
        received_at: Timestamp(0),
        raw: format!("{{\"bot\":\"patch_bot\",\"update\":{{\"update_id\":1,{update}}}}}"),
    };
    super::super::request::request(&update)
}

/// A message with these members beside its number and date.
fn message(kind: &str, members: &[&str]) -> Option<Request> {
    read(&format!("\"{kind}\":{{\"message_id\":5,\"date\":1700000000,{}}}", members.join(",")))
}

fn text(text: &str) -> String {
    format!("\"text\":{}", serde_json::Value::from(text))
}

#[track_caller]
fn check(requests: Vec<Option<Request>>, expected: Expect) {
    expected.assert_eq(&requests.into_iter().map(|request| shown(request) + "\n").collect::<String>());
}

#[test]
fn a_line_is_read_as_it_was_meant() {
    let lines = [
        "/status all",
        "/status@patch_bot all",
        "/STATUS@Patch_Bot  all\n",
        "/status@other_bot all",
        "@patch_bot status all",
        "@patch_bot, /status@patch_bot all",
        "@patch_bot: bw R1",
        "@patch_bot",
        "@patch_bots status",
        "R1",
        "thanks @patch_bot!",
        "/show R1 | include a@patch_bot",
        "@patch_bot /status@other_bot",
    ];
    check(
        lines.iter().map(|line| message("message", &[GROUP, AN, &text(line)])).collect(),
        expect![[r#"
        Line("/status all") by 7 in tg:-100 below 5 "An (@an)" "NOC" 
        Line("/status all") by 7 in tg:-100 below 5 "An (@an)" "NOC" addressed
        Line("/STATUS  all") by 7 in tg:-100 below 5 "An (@an)" "NOC" addressed
        nothing
        Line("/status all") by 7 in tg:-100 below 5 "An (@an)" "NOC" addressed
        Line("/status all") by 7 in tg:-100 below 5 "An (@an)" "NOC" addressed
        Line("/bw R1") by 7 in tg:-100 below 5 "An (@an)" "NOC" addressed
        Line("/help") by 7 in tg:-100 below 5 "An (@an)" "NOC" addressed
        Line("@patch_bots status") by 7 in tg:-100 below 5 "An (@an)" "NOC" 
        Line("R1") by 7 in tg:-100 below 5 "An (@an)" "NOC" 
        Line("thanks @patch_bot!") by 7 in tg:-100 below 5 "An (@an)" "NOC" addressed
        Line("/show R1 | include a@patch_bot") by 7 in tg:-100 below 5 "An (@an)" "NOC" addressed
        nothing
    "#]],
    );
    check(
        ["R1", "/status", "/status@other_bot"]
            .iter()
            .map(|line| message("message", &[PRIVATE, AN, &text(line)]))
            .collect(),
        expect![[r#"
            Line("R1") by 7 in tg:7 below 5 "An (@an)" "" private addressed
            Line("/status") by 7 in tg:7 below 5 "An (@an)" "" private addressed
            nothing
        "#]],
    );
}

#[test]
fn replies_and_topics_are_known() {
    let reply = |name: &str| {
        format!(
            r#""reply_to_message":{{"message_id":4,"date":1,"from":{{"id":9,"is_bot":true,"first_name":"P","username":"{name}"}},{GROUP},"text":"x"}}"#
        )
    };
    check(
        vec![
            message("message", &[GROUP, AN, &text("R1"), &reply("Patch_bot")]),
            message("message", &[GROUP, AN, &text("R1"), &reply("other_bot")]),
            message("message", &[GROUP, AN, &text("/a"), r#""message_thread_id":9,"is_topic_message":true"#]),
            message("message", &[GROUP, AN, &text("/a"), r#""message_thread_id":9"#]),
        ],
        expect![[r#"
            Line("R1") by 7 in tg:-100 below 5 "An (@an)" "NOC" addressed
            Line("R1") by 7 in tg:-100 below 5 "An (@an)" "NOC" 
            Line("/a") by 7 in tg:-100/9 below 5 "An (@an)" "NOC" 
            Line("/a") by 7 in tg:-100 below 5 "An (@an)" "NOC" 
        "#]],
    );
}

#[test]
fn what_nobody_signs_or_said_anew_is_refused_where_it_looks_like_a_command() {
    let anonymous = r#""from":{"id":1087968824,"is_bot":true,"first_name":"Group","username":"GroupAnonymousBot"},"sender_chat":{"id":-100,"type":"supergroup","title":"NOC"}"#;
    let bot = r#""from":{"id":9,"is_bot":true,"first_name":"B","username":"b_bot"}"#;
    let forwarded = r#""forward_origin":{"type":"hidden_user","sender_user_name":"Bo","date":1}"#;
    let channel = r#""chat":{"id":-200,"type":"channel","title":"News"},"sender_chat":{"id":-200,"type":"channel","title":"News"}"#;
    let linked = r#""from":{"id":777000,"is_bot":false,"first_name":"T"},"sender_chat":{"id":-200,"type":"channel","title":"News"},"is_automatic_forward":true"#;
    let via = r#""via_bot":{"id":9,"is_bot":true,"first_name":"B","username":"b_bot"}"#;
    let all = |words: &str| {
        let words = &text(words);
        vec![
            message("edited_message", &[GROUP, AN, words, r#""edit_date":1700000001"#]),
            message("message", &[GROUP, AN, words, forwarded]),
            message("message", &[GROUP, AN, words, via]),
            message("message", &[GROUP, anonymous, words]),
            message("message", &[GROUP, linked, words]),
            message("channel_post", &[channel, words]),
            message("message", &[GROUP, bot, words]),
            message("edited_message", &[GROUP, bot, words]),
        ]
    };
    check(
        all("/reboot R1"),
        expect![[r#"
            Unfit { why: Edited, line: "/reboot R1" } by 7 in tg:-100 below 5 "An (@an)" "NOC" 
            Unfit { why: Forwarded, line: "/reboot R1" } by 7 in tg:-100 below 5 "An (@an)" "NOC" 
            Unfit { why: Forwarded, line: "/reboot R1" } by 7 in tg:-100 below 5 "An (@an)" "NOC" 
            Unfit { why: Anonymous, line: "/reboot R1" } by -100 in tg:-100 below 5 "" "NOC" 
            Unfit { why: Post, line: "/reboot R1" } by -200 in tg:-100 below 5 "" "NOC" 
            Unfit { why: Post, line: "/reboot R1" } by -200 in tg:-200 below 5 "" "News" 
            nothing
            nothing
        "#]],
    );
    for words in ["hello", "/reboot@other_bot R1", "/ 1"] {
        assert!(all(words).iter().all(Option::is_none), "{words}");
    }
}

/// <https://core.telegram.org/bots/api#inaccessiblemessage>: a chat and a number, and no topic.
#[test]
fn a_press_on_a_message_that_is_out_of_reach_is_one_in_its_chat() {
    let press = read(&format!(
        r#""callback_query":{{"id":"1","chat_instance":"1",{AN},"data":"p:0123456789abcdef0123456789abcdef","message":{{"message_id":5,"date":0,{GROUP}}}}}"#
    ));
    let place = press.map(|press| press.place.to_string());
    assert_eq!(place.as_deref(), Some("tg:-100"));
}

#[test]
fn a_press_is_its_token_and_a_group_that_moved_says_so() {
    let press = |data: &str, message: &str| {
        read(&format!(
            r#""callback_query":{{"id":"1","chat_instance":"1",{AN},"data":"{data}","message":{{"message_id":5,{message}}}}}"#
        ))
    };
    let token = "p:0123456789abcdef0123456789abcdef";
    check(
        vec![
            press(
                token,
                &format!(r#""date":1,{GROUP},"message_thread_id":9,"is_topic_message":true,"text":"x""#),
            ),
            press(token, &format!(r#""date":0,{GROUP}"#)),
            press("p:1", &format!(r#""date":1,{GROUP},"text":"x""#)),
            message("message", &[GROUP, r#""migrate_from_chat_id":-5"#]),
            message(
                "message",
                &[r#""chat":{"id":-5,"type":"group","title":"NOC"}"#, r#""migrate_to_chat_id":-100"#],
            ),
        ],
        expect![[r#"
            Press(Token("0123456789abcdef0123456789abcdef")) by 7 in tg:-100/9 below 5 "An (@an)" "NOC" addressed
            Press(Token("0123456789abcdef0123456789abcdef")) by 7 in tg:-100 below 5 "An (@an)" "NOC" addressed
            nothing
            Moved { from: Destination { channel: "tg", address: "-5" } } by -100 in tg:-100 below  "" "" 
            Moved { from: Destination { channel: "tg", address: "-5" } } by -5 in tg:-100 below  "" "" 
        "#]],
    );
    check(
        vec![
            read(r#""something_new":{"x":1}"#),
            message("message", &[GROUP, AN, r#""something_new":{"x":1}"#]),
            message("message", &[r#""chat":7"#]),
            read(r#""my_chat_member":{}"#),
        ],
        expect![[r#"
            nothing
            nothing
            nothing
            nothing
        "#]],
    );
}
