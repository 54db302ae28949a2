//! What the service delivered, and what it asks for: an envelope's payload becomes an update, and the
//! same stored payload becomes a request, today or after a restart. Pure.

use super::modal::View;
use super::{marks, refs};
use crate::model::{Destination, Identity, Request, Scene, Thread, Timestamp, Token, Unfit, Update, What};
use serde::Deserialize;
use serde_json::Value;

/// The one command of the service under which all of ours can be typed.
pub const UMBRELLA: &str = "/net";
/// Speaks for the service itself.
const SLACKBOT: &str = "USLACKBOT";

/// Keys of a payload that nobody needs later: tickets, and what is long.
const LEFT_OUT: [&str; 8] = [
    "token",
    "trigger_id",
    "response_url",
    "response_urls",
    "bot_access_token",
    "interactivity",
    "function_data",
    "state",
];

/// An envelope's payload as it is stored. None where the service gave it no id.
pub fn update(channel: &str, payload: &Value, received_at: Timestamp) -> Option<Update> {
    let mut kept = payload.clone();
    let object = kept.as_object_mut()?;
    LEFT_OUT.iter().for_each(|key| drop(object.remove(*key)));
    for holder in ["message", "event", "view"] {
        if let Some(message) = object.get_mut(holder).and_then(Value::as_object_mut) {
            ["blocks", "attachments"].iter().for_each(|key| drop(message.remove(*key)));
        }
    }
    let (key, sent_at) = key(payload)?;
    Some(Update { key, channel: channel.to_owned(), sent_at, received_at, raw: kept.to_string() })
}

/// What names the delivery for ever, and when the person did it. The service sends queued events late
/// and says when they happened; of a slash command it says nothing.
fn key(payload: &Value) -> Option<(String, Option<Timestamp>)> {
    let word = |at: &str| {
        payload.pointer(at).and_then(Value::as_str).filter(|word| !word.is_empty()).map(str::to_owned)
    };
    if let Some(event) = word("/event_id") {
        let seconds =
            payload.get("event_time").and_then(Value::as_i64).map(|seconds| Timestamp(seconds * 1_000));
        let at = word("/event/ts").or_else(|| word("/event/event_ts"));
        return Some((event, at.and_then(|ts| moment(&ts)).or(seconds)));
    }
    let view = || Some(format!("{}/{}", word("/view/id")?, word("/view/hash")?));
    let trigger = word("/trigger_id").or_else(view)?;
    match word("/actions/0/action_ts") {
        Some(at) => Some((format!("{trigger}/{at}"), moment(&at))),
        None => Some((trigger, None)),
    }
}

/// `1712345678.000100`, seconds and a counter.
fn moment(ts: &str) -> Option<Timestamp> {
    let (seconds, rest) = ts.split_once('.').unwrap_or((ts, ""));
    let digits: String = rest.chars().chain("000".chars()).take(3).collect();
    let whole: i64 = seconds.parse().ok()?;
    whole.checked_mul(1_000)?.checked_add(digits.parse().ok()?).map(Timestamp)
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Heard {
    r#type: String,
    /// Of a slash command.
    command: String,
    text: String,
    user_id: String,
    user_name: String,
    channel_id: String,
    channel_name: String,
    /// Of an event.
    event: Option<Event>,
    authorizations: Vec<Authorization>,
    /// Of a press.
    user: Person,
    channel: Place,
    container: Container,
    message: Message,
    actions: Vec<Pressed>,
    /// Of a field that was handed in.
    view: View,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Authorization {
    user_id: String,
    is_bot: bool,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Event {
    r#type: String,
    subtype: Option<String>,
    channel: String,
    #[serde(flatten)]
    message: Message,
    /// Of a change: the message as it is now, and as it was.
    #[serde(rename = "message")]
    changed: Option<Box<Message>>,
    previous_message: Option<Box<Message>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Message {
    user: Option<String>,
    bot_id: Option<String>,
    text: String,
    ts: Option<String>,
    thread_ts: Option<String>,
    edited: Option<Value>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Person {
    id: String,
    username: String,
    name: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Place {
    id: String,
    name: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Container {
    message_ts: Option<String>,
    channel_id: String,
    thread_ts: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Pressed {
    value: Option<String>,
    selected_option: Option<Chosen>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Chosen {
    value: String,
}

/// Reads what one door stored.
pub struct Reading<'a> {
    /// The door's name.
    pub channel: &'a str,
}

impl Reading<'_> {
    pub fn request(&self, raw: &str) -> Option<Request> {
        let heard: Heard = serde_json::from_value(without_nulls(serde_json::from_str(raw).ok()?)).ok()?;
        match (&heard.event, heard.r#type.as_str()) {
            (Some(event), _) => self.event(event, &heard),
            (None, "block_actions") => self.press(&heard),
            (None, "view_submission") => self.field(&heard),
            (None, "") if !heard.command.is_empty() => self.slash(&heard),
            (None, _) => None,
        }
    }

    /// The service shows nobody what was typed, and says of no thread.
    fn slash(&self, heard: &Heard) -> Option<Request> {
        let rest = marks::typed(&heard.text).trim().to_owned();
        let line = match (heard.command == UMBRELLA, rest.as_str()) {
            (true, "") => "/help".to_owned(),
            (true, rest) if rest.starts_with('/') => rest.to_owned(),
            (true, rest) => format!("/{rest}"),
            (false, rest) => format!("{} {rest}", heard.command).trim().to_owned(),
        };
        let scene = Scene {
            called: named(&heard.user_name),
            title: title(&heard.channel_name),
            addressed: true,
            private: is_private(&heard.channel_id),
            unseen: true,
        };
        self.from(&heard.user_id, &heard.channel_id, None, What::Line(line), scene)
    }

    fn press(&self, heard: &Heard) -> Option<Request> {
        let pressed = heard.actions.first()?;
        let chosen = pressed.selected_option.as_ref().map(|chosen| chosen.value.clone());
        let token = Token(chosen.or_else(|| pressed.value.clone()).filter(|token| !token.is_empty())?);
        let (message, container) = (&heard.message, &heard.container);
        let ts = message.ts.clone().or_else(|| container.message_ts.clone());
        let thread = match message.thread_ts.clone().or_else(|| container.thread_ts.clone()) {
            Some(root) => Some(refs::thread(&root)),
            None => ts.map(|ts| refs::new_thread(&ts)),
        };
        let channel = match heard.channel.id.as_str() {
            "" => &heard.container.channel_id,
            id => id,
        };
        let called = named(&heard.user.username).or_else(|| named(&heard.user.name));
        let scene = Scene {
            called,
            title: title(&heard.channel.name),
            addressed: true,
            private: is_private(channel),
            unseen: false,
        };
        self.from(&heard.user.id, channel, thread, What::Press(token), scene)
    }

    fn field(&self, heard: &Heard) -> Option<Request> {
        let (origin, what) = heard.view.answer()?;
        let called = named(&heard.user.username).or_else(|| named(&heard.user.name));
        let scene = View::scene(called, is_private(origin.channel()));
        self.from(&heard.user.id, origin.channel(), origin.thread(), what, scene)
    }

    fn event(&self, event: &Event, heard: &Heard) -> Option<Request> {
        let bots = heard.authorizations.iter().filter(|one| one.is_bot).map(|one| one.user_id.as_str());
        let bot = bots.into_iter().next().unwrap_or_default();
        match (event.r#type.as_str(), event.subtype.as_deref()) {
            ("app_mention", _) => self.mention(event, bot),
            ("message", None | Some("thread_broadcast" | "file_share")) => self.message(event, bot),
            ("message", Some("message_changed")) => self.edited(event, bot),
            _ => None,
        }
    }

    /// Alone with the bot it comes as a message too, and that one is read.
    fn mention(&self, event: &Event, bot: &str) -> Option<Request> {
        let message = &event.message;
        if is_private(&event.channel) || message.edited.is_some() {
            return None;
        }
        let said = marks::after_name(&message.text, bot);
        let said = said.unwrap_or_else(|| without_first_mark(&message.text));
        let line = as_line(said, message.thread_ts.is_none());
        self.said(event, bot, What::Line(line), true)
    }

    /// What calls the bot by its name in a group comes as a mention too, and that one is read: so each
    /// message is read once, whichever of its two deliveries comes first.
    fn message(&self, event: &Event, bot: &str) -> Option<Request> {
        let message = &event.message;
        let called = marks::after_name(&message.text, bot).filter(|_| !bot.is_empty());
        if is_private(&event.channel) {
            let said = called.unwrap_or_else(|| marks::typed(&message.text).trim().to_owned());
            return self.said(event, bot, What::Line(as_line(said, false)), true);
        }
        // Between people only a word in a thread can be an answer to a question of the bot's.
        if called.is_some() || message.thread_ts.is_none() {
            return None;
        }
        let line = marks::typed(&message.text).trim().to_owned();
        self.said(event, bot, What::Line(line), false)
    }

    fn edited(&self, event: &Event, bot: &str) -> Option<Request> {
        let message = event.changed.as_deref()?;
        let before = event.previous_message.as_deref().map(|before| before.text.as_str());
        let meant = is_private(&event.channel) || marks::after_name(&message.text, bot).is_some();
        // The service edits too: it unfolds links.
        if message.edited.is_none() || before == Some(message.text.as_str()) || !meant {
            return None;
        }
        let what = What::Unfit { why: Unfit::Edited, line: marks::typed(&message.text).trim().to_owned() };
        self.said_in(message, &event.channel, bot, what, true)
    }

    fn said(&self, event: &Event, bot: &str, what: What, addressed: bool) -> Option<Request> {
        self.said_in(&event.message, &event.channel, bot, what, addressed)
    }

    fn said_in(
        &self,
        message: &Message,
        channel: &str,
        bot: &str,
        what: What,
        addressed: bool,
    ) -> Option<Request> {
        let user = message.user.as_deref()?;
        // Other bots are not answered: two of them would never stop.
        if message.bot_id.is_some() || user == bot || user == SLACKBOT {
            return None;
        }
        let root = message.thread_ts.as_deref().or(message.ts.as_deref());
        let scene =
            Scene { called: None, title: None, addressed, private: is_private(channel), unseen: false };
        self.from(user, channel, root.map(refs::thread), what, scene)
    }

    fn from(
        &self,
        user: &str,
        channel: &str,
        thread: Option<Thread>,
        what: What,
        scene: Scene,
    ) -> Option<Request> {
        if user.is_empty() || channel.is_empty() {
            return None;
        }
        Some(Request {
            asker: Identity { channel: self.channel.to_owned(), external: user.to_owned() },
            place: Destination { channel: self.channel.to_owned(), address: channel.to_owned() },
            thread,
            what,
            scene,
        })
    }
}

/// The service writes what is not there in two ways.
/// A word that may be an answer stays as it is. The service keeps lines that begin with `/` for itself; where
/// nothing can have been asked (`certainly`) it is a command.
fn as_line(said: String, certainly: bool) -> String {
    match said.trim() {
        "" => "/help".to_owned(),
        line if line.starts_with('/') || !certainly => said,
        _ => format!("/{said}"),
    }
}

fn without_nulls(value: Value) -> Value {
    match value {
        Value::Object(object) => {
            let there = object.into_iter().filter(|(_, value)| !value.is_null());
            Value::Object(there.map(|(key, value)| (key, without_nulls(value))).collect())
        }
        Value::Array(list) => Value::Array(list.into_iter().map(without_nulls).collect()),
        other => other,
    }
}

fn is_private(channel: &str) -> bool {
    channel.starts_with('D')
}

fn named(name: &str) -> Option<String> {
    Some(name.to_owned()).filter(|name| !name.is_empty())
}

/// The service's own words for what has no name.
fn title(name: &str) -> Option<String> {
    named(name).filter(|name| !matches!(name.as_str(), "directmessage" | "privategroup"))
}

/// Where the service does not say who the bot is, the first mention is the bot's.
fn without_first_mark(text: &str) -> String {
    let after = text.split_once("<@").and_then(|(_, after)| after.split_once('>'));
    marks::typed(after.map_or(text, |(_, rest)| rest)).trim().to_owned()
}
