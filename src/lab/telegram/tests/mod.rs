//! The fake from outside: calls are typed as plain HTTP/1.1, so that nothing a library would repair stays hidden.

mod faults;
mod people;
mod polls;
mod sending;
mod shape;

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::*;

const PATIENCE: Duration = Duration::from_secs(20);

/// A bot that says exactly what it is told.
#[derive(Clone)]
struct Bot {
    address: SocketAddr,
    token: String,
}

async fn started(plan: Plan) -> (Telegram, Bot) {
    let telegram = Telegram::start(plan).await.unwrap();
    let bot = Bot { address: telegram.address(), token: telegram.token() };
    (telegram, bot)
}

impl Bot {
    /// The status and the body; no status means that the line was cut.
    async fn raw(&self, method: &str, kind: &str, body: &[u8]) -> (u16, String) {
        let path = format!("/bot{}/{method}", self.token);
        let said = tokio::time::timeout(PATIENCE, exchange(self.address, &path, kind, body)).await.unwrap();
        let (head, body) = said.split_once("\r\n\r\n").unwrap_or_default();
        let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or_default();
        (status, body.to_owned())
    }

    async fn call(&self, method: &str, args: Value) -> (u16, Value) {
        let (status, body) = self.raw(method, "application/json", args.to_string().as_bytes()).await;
        (status, serde_json::from_str(&body).unwrap_or_default())
    }

    async fn ok(&self, method: &str, args: Value) -> Value {
        let (status, mut body) = self.call(method, args).await;
        assert_eq!((status, &body["ok"]), (200, &json!(true)), "{method}: {body}");
        body["result"].take()
    }

    /// The status and the description of a refusal.
    async fn no(&self, method: &str, args: Value) -> String {
        let (status, body) = self.call(method, args).await;
        assert_eq!((&body["ok"], &body["error_code"]), (&json!(false), &json!(status)), "{method}: {body}");
        format!("{status} {}", body["description"].as_str().unwrap())
    }

    async fn send(&self, chat: &Chat, text: &str) -> i64 {
        self.ok("sendMessage", json!({ "chat_id": chat.id(), "text": text })).await["message_id"]
            .as_i64()
            .unwrap()
    }

    /// Parts of multipart: a name, a file name or none, what it holds.
    async fn multipart(&self, method: &str, parts: &[(&str, Option<&str>, &[u8])]) -> (u16, Value) {
        let mut body = Vec::new();
        for (name, file, bytes) in parts {
            let file = file.map(|file| format!("; filename=\"{file}\"")).unwrap_or_default();
            body.extend(
                format!("--b\r\ncontent-disposition: form-data; name=\"{name}\"{file}\r\n\r\n").bytes(),
            );
            body.extend_from_slice(bytes);
            body.extend(b"\r\n");
        }
        body.extend(b"--b--\r\n");
        let (status, body) = self.raw(method, "multipart/form-data; boundary=b", &body).await;
        (status, serde_json::from_str(&body).unwrap_or_default())
    }

    async fn updates(&self, args: Value) -> Vec<Value> {
        self.ok("getUpdates", args).await.as_array().unwrap().clone()
    }

    /// All that waits, confirmed.
    async fn taken(&self) -> Vec<Value> {
        let updates = self.updates(json!({})).await;
        if let Some(last) = updates.last() {
            self.updates(json!({ "offset": last["update_id"].as_i64().unwrap() + 1, "limit": 1 })).await;
        }
        updates
    }
}

async fn exchange(address: SocketAddr, path: &str, kind: &str, body: &[u8]) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    let head = format!(
        "POST {path} HTTP/1.1\r\nhost: lab\r\nconnection: close\r\ncontent-type: {kind}\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    let mut said = Vec::new();
    // A line that is cut on purpose may be cut while this writes.
    let _ = stream.write_all(head.as_bytes()).await;
    let _ = stream.write_all(body).await;
    let _ = stream.read_to_end(&mut said).await;
    String::from_utf8(said).unwrap()
}

/// A real picture of this size.
fn png(width: u32, height: u32) -> Vec<u8> {
    let mut bytes = std::io::Cursor::new(Vec::new());
    image::GrayImage::new(width, height).write_to(&mut bytes, image::ImageOutputFormat::Png).unwrap();
    bytes.into_inner()
}

#[tokio::test]
async fn the_token_and_the_method_are_checked_and_the_case_of_a_method_does_not_matter() {
    let (telegram, bot) = started(Plan::default()).await;
    for name in ["getMe", "getme", "GetMe"] {
        let me = bot.ok(name, json!({})).await;
        assert_eq!((&me["id"], &me["is_bot"]), (&json!(123_456), &json!(true)));
    }
    let wrong = Bot { token: "123456:other".to_owned(), ..bot.clone() };
    assert_eq!(wrong.no("getMe", json!({})).await, "401 Unauthorized");
    for unknown in ["getYou", "sendVideo"] {
        assert_eq!(bot.no(unknown, json!({})).await, "404 Not Found");
    }
    let encoded = exchange(bot.address, "/bot123456%3Alab-token/getMe", "", b"").await;
    assert!(encoded.starts_with("HTTP/1.1 200"), "{encoded}");
    let statuses: Vec<_> = telegram.calls().iter().map(|call| call.status.unwrap()).collect();
    assert_eq!(statuses, [200, 200, 200, 401, 404, 404, 200]);
}

#[tokio::test]
async fn parameters_are_checked_by_name_and_type_and_inside_too() {
    let (telegram, bot) = started(Plan::default()).await;
    let chat = telegram.person("An").private();
    let send = |more: Value| {
        let mut args = json!({ "chat_id": chat.id(), "text": "x" });
        args.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        bot.no("sendMessage", args)
    };
    for (more, said) in [
        (
            json!({ "disable_web_page_preview": true }),
            "parameter \"disable_web_page_preview\" is unknown to this method (the lab is strict)",
        ),
        (json!({ "text": 7 }), "field \"text\" must be of type String"),
        (json!({ "message_thread_id": "7" }), "field \"message_thread_id\" must be of type Integer"),
        (json!({ "disable_notification": 1 }), "field \"disable_notification\" must be of type Boolean"),
        (
            json!({ "reply_parameters": { "message": 1 } }),
            "ReplyParameters has no field \"message\" (the lab is strict)",
        ),
        (json!({ "reply_parameters": {} }), "can't parse ReplyParameters: Can't find field \"message_id\""),
        (
            json!({ "reply_markup": { "inline_keyboard": [[{ "text": "a", "callback_data": 1 }]] } }),
            "field \"callback_data\" must be of type String",
        ),
        (
            json!({ "reply_markup": { "inline_keyboard": [[{ "text": "a", "data": "b" }]] } }),
            "InlineKeyboardButton has no field \"data\" (the lab is strict)",
        ),
        (
            json!({ "reply_markup": { "inline_keyboard": [{ "text": "a" }] } }),
            "field \"inline_keyboard\" must be of type Array of InlineKeyboardButton",
        ),
        (
            json!({ "link_preview_options": "no" }),
            "field \"link_preview_options\" must be of type LinkPreviewOptions",
        ),
        (json!({ "parse_mode": "BBCode" }), "unsupported parse_mode"),
    ] {
        assert_eq!(send(more.clone()).await, format!("400 Bad Request: {said}"), "{more}");
    }
    for (args, said) in
        [(json!({ "text": "x" }), "chat_id is empty"), (json!({ "chat_id": 1 }), "message text is empty")]
    {
        assert_eq!(bot.no("sendMessage", args).await, format!("400 Bad Request: {said}"));
    }
    // Objects as the text of their JSON, numbers in a form and in the query.
    let form = format!(
        "chat_id={}&text=a+b&reply_markup=%7B%22inline_keyboard%22%3A%5B%5D%7D&protect_content=true",
        chat.id()
    );
    assert_eq!(bot.raw("sendMessage", "application/x-www-form-urlencoded", form.as_bytes()).await.0, 200);
    let query = format!("sendMessage?chat_id={}&text=7", chat.id());
    assert_eq!(bot.raw(&query, "", b"").await.0, 200);
    assert_eq!(chat.from_bot().iter().map(|message| message.text.as_str()).collect::<Vec<_>>(), ["a b", "7"]);
    let (status, body) = bot
        .multipart(
            "sendMessage",
            &[("chat_id", None, b"1"), ("text", None, b"x"), ("extra", Some("a"), b"b")],
        )
        .await;
    assert_eq!(
        (status, body["description"].as_str().unwrap()),
        (400, "Bad Request: parameter \"extra\" is unknown to this method (the lab is strict)")
    );
    let (_telegram, bot) = started(Plan { strict: false, ..Plan::default() }).await;
    let more = json!({ "commands": [{ "command": "a", "description": "b", "hide": false }], "method": "setMyCommands" });
    assert_eq!(bot.ok("setMyCommands", more).await, true);
}
