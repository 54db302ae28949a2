//! The fake as clients see it that know nothing of this house: plain HTTP, and what each call gets.

use super::*;
use chrono::TimeDelta;
use serde_json::{Value, json};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// Posts a body; the status and what stands in the answer.
async fn posts(service: &Zalo, path: &str, headers: &[(&str, &str)], body: &str) -> (u16, Value) {
    let mut stream = TcpStream::connect(service.address()).await.unwrap();
    let headers: String = headers.iter().map(|(name, word)| format!("{name}: {word}\r\n")).collect();
    let head = format!("POST {path} HTTP/1.1\r\nhost: lab\r\nconnection: close\r\n{headers}");
    let length = body.len();
    stream.write_all(format!("{head}content-length: {length}\r\n\r\n{body}").as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    let status = answer.split(' ').nth(1).unwrap().parse().unwrap();
    let (_, body) = answer.split_once("\r\n\r\n").unwrap();
    (status, serde_json::from_str(body).unwrap_or(Value::Null))
}

const JSON: (&str, &str) = ("content-type", "application/json");
const FORM: (&str, &str) = ("content-type", "application/x-www-form-urlencoded");

async fn bot(service: &Zalo, method: &str, body: Value) -> Value {
    let path = format!("/bot{}/{method}", service.plan().token);
    posts(service, &path, &[JSON], &body.to_string()).await.1
}

async fn account(service: &Zalo, token: &str, path: &str, body: Value) -> (u16, Value) {
    posts(service, path, &[JSON, ("access_token", token)], &body.to_string()).await
}

async fn service() -> Zalo {
    Zalo::start(Plan::default()).await.unwrap()
}

#[tokio::test]
async fn a_poll_gives_one_update_and_forgets_it() {
    let service = service().await;
    let ann = service.person("Ann");
    ann.says("one");
    ann.says("two");
    let poll = async || bot(&service, "getUpdates", json!({ "timeout": "0" })).await;
    assert_eq!(poll().await["result"]["message"]["text"], "one");
    assert_eq!(poll().await["result"]["message"]["text"], "two");
    assert_eq!(poll().await, json!({ "ok": false, "error_code": 408, "description": "Request timeout" }));
    let (late, ()) = tokio::join!(bot(&service, "getUpdates", json!({ "timeout": 20 })), async {
        service.call(|call| call.method == "getUpdates" && call.answer.is_none()).await;
        ann.says("three");
    });
    assert_eq!(late["result"]["message"]["text"], "three");
    bot(&service, "setWebhook", json!({ "url": "https://bot.example/x", "secret_token": "lab-word-8" }))
        .await;
    assert_eq!(poll().await["error_code"], 400, "not while a webhook is set");
}

#[tokio::test]
async fn the_bot_is_refused_what_the_pages_do_not_have() {
    let service = service().await;
    let (ann, other) = (service.person("Ann"), service.person("Bob"));
    ann.starts();
    let send = |to: &str, text: &str| json!({ "chat_id": to, "text": text });
    for (method, body, code) in [
        ("sendMessage", send(ann.id(), "x"), Value::Null),
        ("sendMessage", send(ann.id(), &"ế".repeat(2_000)), Value::Null),
        ("sendMessage", send(ann.id(), &"x".repeat(2_001)), json!(400)),
        ("sendMessage", send(ann.id(), ""), json!(400)),
        ("sendMessage", send(other.id(), "x"), json!(403)),
        ("sendMessage", send("nobody", "x"), json!(400)),
        ("sendMessage", json!({ "chat_id": ann.id(), "text": "x", "reply_to": "m1" }), json!(400)),
        ("sendMessage", json!({ "chat_id": 5, "text": "x" }), json!(400)),
        ("SendMessage", send(ann.id(), "x"), json!(404)),
        ("editMessageText", send(ann.id(), "x"), json!(404)),
        ("getUpdates", json!({ "timeout": 0, "offset": 1 }), json!(400)),
    ] {
        let answer = bot(&service, method, body.clone()).await;
        assert_eq!(answer["error_code"], code, "{method} {body}");
    }
    let (status, answer) = posts(&service, "/bot9:x/getMe", &[JSON], "{}").await;
    assert_eq!((status, &answer["error_code"]), (200, &json!(401)), "status 200 is no success");
    service.change(|plan| plan.strangers = true);
    assert_eq!(bot(&service, "sendMessage", send(other.id(), "x")).await["ok"], true);
    ann.blocks();
    assert_eq!(ann.received().len(), 2);
}

#[tokio::test]
async fn the_account_wants_its_token_in_a_header_of_its_own() {
    let service = service().await;
    let (token, _) = service.mint();
    let ann = service.person("Ann");
    ann.follows(TimeDelta::zero());
    let path = "/v3.0/oa/message/cs";
    let body = json!({ "recipient": { "user_id": ann.id() }, "message": { "text": "x" } });
    assert_eq!(account(&service, &token, path, body.clone()).await.1["error"], 0);
    let bearer = ("authorization", format!("Bearer {token}"));
    let (_, answer) = posts(&service, path, &[JSON, (bearer.0, &bearer.1)], &body.to_string()).await;
    assert_eq!(answer["error"], -216);
    for (changed, code) in [
        (json!({ "recipient": { "user_id": ann.id() }, "message": { "text": "x".repeat(2_001) } }), -210),
        (json!({ "recipient": { "user_id": ann.id() }, "message": { "text": "x", "buttons": [] } }), -201),
        (json!({ "recipient": { "user_id": "5" }, "message": { "text": "x" } }), -201),
        (json!({ "recipient": { "user_id": ann.id() } }), -201),
    ] {
        assert_eq!(account(&service, &token, path, changed.clone()).await.1["error"], code, "{changed}");
    }
    let group = json!({ "recipient": { "group_id": "g1" }, "message": { "text": "x" } });
    assert_eq!(account(&service, &token, "/v3.0/oa/group/message", group).await.1["error"], -237);
    assert_eq!(account(&service, &token, "/v2.0/oa/message", body.clone()).await.1["error"], -240);
    service.expire();
    assert_eq!(
        account(&service, &token, path, body.clone()).await,
        (
            200,
            json!({
                "error": -220, "message": "Access token has expired",
            })
        )
    );
    service.change(|plan| plan.stale_as_401 = true);
    assert_eq!(account(&service, "other", path, body).await.0, 401);
}

#[tokio::test]
async fn a_refresh_token_is_taken_once() {
    let service = service().await;
    let (_, refresh) = service.mint();
    let plan = service.plan();
    let form = format!("grant_type=refresh_token&refresh_token={refresh}&app_id={}", plan.app_id);
    let renew = async |secret: &str, form: &str| {
        posts(&service, "/v4/oa/access_token", &[FORM, ("secret_key", secret)], form).await.1
    };
    assert_eq!(renew("other", &form).await["error"], -14_004);
    let answer = renew(&plan.app_secret, &form).await;
    assert_eq!((answer["expires_in"].as_str(), answer["error"].is_null()), (Some("90000"), true));
    assert_eq!(renew(&plan.app_secret, &form).await["error"], -14_020);
    service.change(|plan| plan.life_as_text = false);
    let next = form.replace(&refresh, answer["refresh_token"].as_str().unwrap());
    assert_eq!(renew(&plan.app_secret, &next).await["expires_in"], 90_000);
}

#[tokio::test]
async fn a_call_too_many_in_a_minute_is_refused() {
    let service = Zalo::start(Plan { per_minute: 3, ..Plan::default() }).await.unwrap();
    let (token, _) = service.mint();
    let ask = async || account(&service, &token, "/v3.0/oa/quota/message", json!({ "user_id": "x" })).await.1;
    for code in [-201, -201, -201, -32] {
        assert_eq!(ask().await["error"], code);
    }
}

#[tokio::test]
async fn faults_hit_the_calls_that_they_are_for() {
    let service = service().await;
    service.fault(Fault::Html(502).on("getMe").times(1)).await;
    let path = format!("/bot{}/getMe", service.plan().token);
    let asks = async || posts(&service, &path, &[JSON], "{}").await.0;
    assert_eq!((asks().await, asks().await), (502, 200));
    service.fault(Fault::Unreachable).await;
    let refused = tokio::time::timeout(Duration::from_secs(5), TcpStream::connect(service.address())).await;
    assert!(refused.unwrap().is_err());
    service.clear_faults().await;
    assert_eq!(asks().await, 200);
}
