//! The workspace from outside: calls typed by hand, sockets by a library that others wrote, and people who do things.

mod blocks;
mod calls;
mod files;
mod modals;
mod shown;
mod sockets;
mod table;

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

use super::*;

/// A workspace with a person, a channel in which both are, and everything in a hurry.
struct Room {
    slack: Slack,
    anna: String,
    noc: String,
}

fn hurried() -> SlackPlan {
    SlackPlan {
        acknowledge_within: Duration::from_millis(200),
        retries: [0, 50, 50].map(Duration::from_millis).into(),
        ..SlackPlan::default().with_commands(["/bw"])
    }
}

async fn room(plan: SlackPlan) -> Room {
    let slack = Slack::start(plan).await.unwrap();
    let anna = slack.add_user("anna", "Anna Lab", "Asia/Ho_Chi_Minh");
    let noc = slack.add_channel("noc", &[&anna, slack.bot_user()]);
    Room { slack, anna, noc }
}

/// Status, headers and body of a call that is typed by hand.
struct Heard {
    status: u16,
    head: String,
    body: String,
}

impl Heard {
    fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }
}

/// `address` is a whole URL; the answer is empty where the line was cut.
async fn typed(verb: &str, address: &str, headers: &str, body: &[u8]) -> Heard {
    let address = address.strip_prefix("http://").unwrap();
    let (host, path) = address.split_once('/').unwrap();
    let mut stream = TcpStream::connect(host).await.unwrap();
    let head = format!(
        "{verb} /{path} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n{headers}content-length: {}\r\n\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    stream.write_all(body).await.unwrap();
    let mut said = Vec::new();
    // A line that is cut ends with an error or with nothing.
    let _ = stream.read_to_end(&mut said).await;
    let said = String::from_utf8(said).unwrap();
    let (head, body) = said.split_once("\r\n\r\n").unwrap_or_default();
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or_default();
    Heard { status, head: head.to_owned(), body: body.to_owned() }
}

impl Room {
    /// As the bot, in JSON.
    async fn heard(&self, method: &str, arguments: &Value) -> Heard {
        self.with_token("xoxb-lab", method, arguments).await
    }

    async fn with_token(&self, token: &str, method: &str, arguments: &Value) -> Heard {
        let headers = format!("authorization: Bearer {token}\r\ncontent-type: application/json\r\n");
        let address = format!("{}/{method}", self.slack.api_url());
        typed("POST", &address, &headers, arguments.to_string().as_bytes()).await
    }

    /// The same as a form, with text for everything that is not text.
    async fn form(&self, method: &str, arguments: &Value) -> Value {
        let mut form = url::form_urlencoded::Serializer::new(String::new());
        for (name, value) in arguments.as_object().unwrap() {
            form.append_pair(name, &value.as_str().map_or_else(|| value.to_string(), str::to_owned));
        }
        let headers = "authorization: Bearer xoxb-lab\r\ncontent-type: application/x-www-form-urlencoded\r\n";
        let address = format!("{}/{method}", self.slack.api_url());
        typed("POST", &address, headers, form.finish().as_bytes()).await.json()
    }

    /// An answer that is `ok`.
    async fn ok(&self, method: &str, arguments: Value) -> Value {
        let answer = self.heard(method, &arguments).await.json();
        assert_eq!(answer["ok"], true, "{method} {arguments}: {answer}");
        answer
    }

    /// The word of an answer that is not.
    async fn refused(&self, method: &str, arguments: Value) -> String {
        let answer = self.heard(method, &arguments).await.json();
        assert_eq!(answer["ok"], false, "{method} {arguments}: {answer}");
        answer["error"].as_str().unwrap().to_owned()
    }

    /// Posts into the channel; the `ts`.
    async fn post(&self, text: &str) -> String {
        let answer = self.ok("chat.postMessage", json!({ "channel": self.noc, "text": text })).await;
        answer["ts"].as_str().unwrap().to_owned()
    }

    async fn address(&self) -> String {
        let answer = self.with_token("xapp-lab", "apps.connections.open", &json!({})).await.json();
        answer["url"].as_str().unwrap().to_owned()
    }

    /// A socket and what it was greeted with.
    async fn socket(&self) -> (Line, Value) {
        let (stream, _) = connect_async(self.address().await).await.unwrap();
        let mut line = Line(stream);
        let hello = line.next().await.unwrap();
        (line, hello)
    }
}

struct Line(WebSocketStream<MaybeTlsStream<TcpStream>>);

impl Line {
    /// The next frame with text; `None` is the end.
    async fn next(&mut self) -> Option<Value> {
        loop {
            match self.0.next().await? {
                Ok(Message::Text(text)) => return Some(serde_json::from_str(&text).unwrap()),
                Ok(_) => {}
                Err(_) => return None,
            }
        }
    }

    async fn acknowledge(&mut self, envelope: &Value, payload: Value) {
        let mut ack = json!({ "envelope_id": envelope["envelope_id"] });
        if !payload.is_null() {
            ack["payload"] = payload;
        }
        self.0.send(Message::text(ack.to_string())).await.unwrap();
    }

    /// The next envelope, acknowledged.
    async fn take(&mut self) -> Value {
        let envelope = self.next().await.unwrap();
        self.acknowledge(&envelope, Value::Null).await;
        envelope
    }
}
