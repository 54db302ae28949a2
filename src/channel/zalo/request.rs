//! What an update asks for, read from what is stored of it: a text is a typed line, everything else asks for nothing.
//! Pure. Both APIs tell of a text in a form of their own; the name of the event says which it is.

use super::fault::number;
use crate::model::{Destination, Identity, Request, Scene, Thread, Timestamp, Update, What};
use serde_json::Value;

/// A text that came by the Bot API.
const BOT_TEXT: &str = "message.text.received";
/// A text that came by the webhook of an Official Account.
const ACCOUNT_TEXT: &str = "user_send_text";

pub fn request(update: &Update) -> Option<Request> {
    let event: Value = serde_json::from_str(&update.raw).ok()?;
    match word(&event, "/event_name")? {
        BOT_TEXT => from_bot(&update.channel, &event),
        ACCOUNT_TEXT => from_account(&update.channel, &event),
        _ => None,
    }
}

fn from_bot(channel: &str, event: &Value) -> Option<Request> {
    let is_bot = event.pointer("/message/from/is_bot").and_then(Value::as_bool).unwrap_or(false);
    if is_bot {
        return None;
    }
    let private = word(event, "/message/chat/chat_type").is_none_or(|kind| kind == "PRIVATE");
    let called = word(event, "/message/from/display_name").or(word(event, "/message/from/name"));
    Some(Request {
        asker: identity(channel, word(event, "/message/from/id")?),
        place: place(channel, word(event, "/message/chat/id")?),
        thread: word(event, "/message/message_id").map(|id| Thread(id.to_owned())),
        what: What::Line(line(event)?),
        // How a group tells that the bot was meant is not documented: there it hears commands only.
        scene: Scene {
            called: called.map(str::to_owned),
            title: None,
            addressed: private,
            private,
            unseen: false,
        },
    })
}

fn from_account(channel: &str, event: &Value) -> Option<Request> {
    let sender = word(event, "/sender/id")?;
    Some(Request {
        asker: identity(channel, sender),
        place: place(channel, sender),
        thread: word(event, "/message/msg_id").map(|id| Thread(id.to_owned())),
        what: What::Line(line(event)?),
        scene: Scene::default(),
    })
}

fn line(event: &Value) -> Option<String> {
    let text = word(event, "/message/text")?.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

/// When it was written, in milliseconds; some write it as text.
pub fn sent_at(event: &Value) -> Option<Timestamp> {
    let at = event.pointer("/message/date").or_else(|| event.get("timestamp")).and_then(number)?;
    (at > 0).then_some(Timestamp(at))
}

/// The service's own id of what was said.
pub fn id(event: &Value) -> Option<&str> {
    word(event, "/message/message_id").or_else(|| word(event, "/message/msg_id"))
}

pub fn word<'e>(event: &'e Value, at: &str) -> Option<&'e str> {
    event.pointer(at)?.as_str().filter(|word| !word.is_empty())
}

fn identity(channel: &str, external: &str) -> Identity {
    Identity { channel: channel.to_owned(), external: external.to_owned() }
}

fn place(channel: &str, address: &str) -> Destination {
    Destination { channel: channel.to_owned(), address: address.to_owned() }
}
