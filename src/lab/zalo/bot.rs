//! The Bot API: a static token in the address, one update for each poll, and people who must have written first.

use std::sync::Arc;
use std::time::Duration;

use hyper::StatusCode;
use hyper::header::CONTENT_TYPE;
use serde_json::{Value, json};

use super::Inner;
use super::answer::{Answered, unknown};
use crate::lab::calls::{Call as Request, Param};
use crate::lab::clock;
use crate::lab::router::lock;

const TEXT: std::ops::RangeInclusive<usize> = 1..=2_000;
/// A poll ends by then, whatever the bot asks.
const LONGEST: u64 = 60;

/// The methods, with the fields that each knows.
const METHODS: [(&str, &[&str]); 7] = [
    ("getMe", &[]),
    ("getUpdates", &["timeout"]),
    ("sendMessage", &["chat_id", "text", "parse_mode", "text_styles"]),
    ("sendChatAction", &["chat_id", "action"]),
    ("setWebhook", &["url", "secret_token"]),
    ("deleteWebhook", &[]),
    ("getWebhookInfo", &[]),
];

pub(crate) async fn call(server: &Arc<Inner>, token: &str, method: &str, request: &Request) -> Answered {
    let plan = lock(&server.plan).clone();
    if token.replace("%3A", ":") != plan.token {
        return refused(401, "Unauthorized");
    }
    let Some((_, known)) = METHODS.iter().find(|(name, _)| *name == method) else {
        return refused(404, "Not Found");
    };
    if request.header(CONTENT_TYPE.as_str()).is_none_or(|kind| !kind.starts_with("application/json")) {
        return refused(400, "Bad Request: the body is no JSON");
    }
    if let Some(name) = unknown(request.params.iter().map(|(name, _)| name), known).filter(|_| plan.strict) {
        return refused(400, &format!("Bad Request: there is no field {name}"));
    }
    match method {
        "getMe" => {
            let id = plan.token.split(':').next().unwrap_or_default();
            well(json!({
                "id": id,
                "account_name": plan.name,
                "account_type": "BASIC",
                "can_join_groups": false,
            }))
        }
        "getUpdates" => updates(server, request).await,
        "sendMessage" => send(server, request),
        "sendChatAction" => (StatusCode::OK, json!({ "ok": true })),
        "setWebhook" => {
            let url = request.params.text("url").unwrap_or_default();
            let secret = request.params.text("secret_token").unwrap_or_default();
            if !url.starts_with("https://") || !(8..=256).contains(&secret.chars().count()) {
                return refused(400, "Bad Request: url or secret_token is not taken");
            }
            url.clone_into(&mut lock(&server.world).webhook);
            well(json!({ "url": url, "updated_at": clock::now().timestamp_millis() }))
        }
        _ => {
            let mut world = lock(&server.world);
            if method == "deleteWebhook" {
                world.webhook.clear();
            }
            well(json!({ "url": world.webhook, "updated_at": clock::now().timestamp_millis() }))
        }
    }
}

/// What is given is gone, whether the bot reads the answer or not.
async fn updates(server: &Arc<Inner>, request: &Request) -> Answered {
    if !lock(&server.world).webhook.is_empty() {
        return refused(400, "Bad Request: getUpdates does not work while a webhook is set");
    }
    let seconds = match request.params.text("timeout") {
        Some(typed) => match typed.parse::<u64>() {
            Ok(seconds) => seconds.min(LONGEST),
            Err(_) => return refused(400, "Bad Request: timeout is no number"),
        },
        None => 30,
    };
    let mut news = server.news.subscribe();
    let next = async {
        loop {
            news.borrow_and_update();
            if let Some(update) = lock(&server.world).updates.pop_front() {
                return update;
            }
            if news.changed().await.is_err() {
                std::future::pending::<()>().await;
            }
        }
    };
    match tokio::time::timeout(Duration::from_secs(seconds), next).await {
        Ok(update) => {
            server.tell_news();
            well(update)
        }
        Err(_elapsed) => refused(408, "Request timeout"),
    }
}

fn send(server: &Arc<Inner>, request: &Request) -> Answered {
    let plan = lock(&server.plan).clone();
    let word = |name: &str| match request.params.get(name) {
        Some(Param::Json(Value::String(word))) => Some(word.clone()),
        _ => None,
    };
    let (Some(chat), Some(text)) = (word("chat_id"), word("text")) else {
        return refused(400, "Bad Request: chat_id and text are wanted");
    };
    if !TEXT.contains(&text.chars().count()) {
        return refused(400, "Bad Request: text must have 1 to 2000 characters");
    }
    let now = clock::now();
    let mut world = lock(&server.world);
    match world.people.get(&chat) {
        None => return refused(400, "Bad Request: chat not found"),
        Some(body) if !body.started && !plan.strangers => {
            return refused(403, "Forbidden: the user did not write to the bot");
        }
        Some(_) => {}
    }
    let id = world.put(&plan, &chat, &text, true, now);
    drop(world);
    well(json!({ "message_id": id, "date": now.timestamp_millis() }))
}

fn well(result: Value) -> Answered {
    (StatusCode::OK, json!({ "ok": true, "result": result }))
}

/// An answer with status 200 is no success.
fn refused(code: i64, words: &str) -> Answered {
    (StatusCode::OK, json!({ "ok": false, "error_code": code, "description": words }))
}
