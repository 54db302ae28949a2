//! The page as a browser uses it.

use super::*;
use crate::lab::slack::SlackPlan;
use crate::lab::telegram::{Plan, Telegram};
use crate::lab::zalo::{Plan as ZaloPlan, Zalo};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

const JSON: &str = "application/json";

async fn asked(phones: &Phones, call: &str, kind: &str, body: &str) -> String {
    let mut stream = tokio::net::TcpStream::connect(phones.address).await.unwrap();
    let length = body.len();
    let host = phones.address;
    let head = format!(
        "{call} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\ncontent-type: {kind}\r\ncontent-length: {length}"
    );
    stream.write_all(format!("{head}\r\n\r\n{body}").as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    answer
}

#[tokio::test]
async fn what_is_typed_on_the_page_stands_in_the_chats() {
    let telegram = Telegram::start(Plan::default()).await.unwrap();
    let slack = Arc::new(Slack::start(SlackPlan::default().with_commands(["/net"])).await.unwrap());
    let person = telegram.person("Ann");
    let user = slack.add_user("ann", "Ann", "UTC");
    let channel = slack.add_channel("noc", &[&user]);
    let zalo = Zalo::start(ZaloPlan::default()).await.unwrap();
    let contact = zalo.person("Ann");
    let seat = Seat { chat: person.private(), person, workspace: slack, user, channel, contact };
    let phones = Phones::start(seat).await.unwrap();
    let seen = async |path: &str| asked(&phones, &format!("GET {path}"), JSON, "").await;
    let does = async |path: &str, body: &str| asked(&phones, &format!("POST {path}"), JSON, body).await;
    assert!(seen("/").await.contains("three phones"));
    assert!(does("/telegram/say", r#"{"text":"/status all"}"#).await.starts_with("HTTP/1.1 200"));
    assert!(seen("/telegram").await.contains("/status</span> all"));
    assert!(does("/slack/say", r#"{"text":"@patchbay help <b>"}"#).await.starts_with("HTTP/1.1 200"));
    assert!(seen("/slack").await.contains("help &lt;b&gt;"));
    assert!(does("/zalo/say", r#"{"text":"/ack 1 <i>"}"#).await.starts_with("HTTP/1.1 200"));
    assert!(seen("/zalo").await.contains("/ack 1 &lt;i&gt;"));
    let unknown = does("/slack/say", r#"{"text":"/status all"}"#).await;
    assert!(unknown.ends_with("try /net status all"), "{unknown}");
    assert!(does("/telegram/press", r#"{"message":"1","label":"gone"}"#).await.starts_with("HTTP/1.1 404"));
    assert!(does("/elsewhere", "{}").await.starts_with("HTTP/1.1 404"));
    // What another site could make a browser send.
    let form =
        asked(&phones, "POST /telegram/say", "application/x-www-form-urlencoded", "text=%2Fhelp").await;
    assert!(form.starts_with("HTTP/1.1 400"), "{form}");
}
