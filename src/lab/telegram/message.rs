//! One message of a chat as it stands, with what it was before.

use chrono::{DateTime, Utc};
use hyper::body::Bytes;
use serde_json::{Map, Value};

use super::entity::Entity;

/// What stands in a chat. Tests read it; the bot gets it in the service's own shape.
#[derive(Clone, Debug, PartialEq)]
pub struct Message {
    /// Unique in a supergroup or channel; groups and private chats count together.
    pub id: i64,
    pub chat: i64,
    pub author: Author,
    pub at: DateTime<Utc>,
    /// The text, or the caption of the file.
    pub text: String,
    pub entities: Vec<Entity>,
    pub file: Option<Media>,
    /// The rows of its inline keyboard.
    pub buttons: Vec<Vec<Button>>,
    pub reply_to: Option<i64>,
    pub topic: Option<i64>,
    /// The name of whom it was forwarded from.
    pub forwarded: Option<String>,
    /// Sent without a sound.
    pub silent: bool,
    /// What the service itself says: somebody joined, a topic was closed.
    pub service: Option<String>,
    /// Messages of one media group have the same.
    pub album: Option<String>,
    /// The bot's reactions.
    pub reactions: Vec<String>,
    pub edited_at: Option<DateTime<Utc>>,
    /// All that it was before, the oldest first.
    pub earlier: Vec<Version>,
    /// Whose phones open a reply to it, when they show it.
    pub asks: Option<Asks>,
    pub(crate) markup: Option<Value>,
    pub(crate) forwarded_id: Option<i64>,
    /// Members of the bot's view that only some messages have.
    pub(crate) more: Map<String, Value>,
}

/// Of whom a message asks a reply.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asks {
    Everybody,
    /// Of the people whom it mentions, and of the one to whose message it replies.
    Some,
}

/// What an edit replaced.
#[derive(Clone, Debug, PartialEq)]
pub struct Version {
    /// Since when it stood.
    pub at: DateTime<Utc>,
    pub text: String,
    pub entities: Vec<Entity>,
    pub file: Option<Media>,
    pub buttons: Vec<Vec<Button>>,
}

/// Who wrote a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Author {
    /// Of the user; of the channel for a channel post.
    pub id: i64,
    pub name: String,
    /// The bot that is tested, or another one.
    pub is_bot: bool,
    /// The group in whose name an anonymous admin writes, or the channel.
    pub(crate) sender_chat: Option<i64>,
}

/// A photo or a document.
#[derive(Clone, PartialEq, Eq)]
pub struct Media {
    pub kind: MediaKind,
    /// Empty for a photo.
    pub name: String,
    pub content_type: String,
    pub bytes: Bytes,
    pub width: u32,
    pub height: u32,
    pub(crate) id: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MediaKind {
    Photo,
    Document,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Button {
    pub label: String,
    pub data: Option<String>,
    pub url: Option<String>,
}

impl std::fmt::Debug for Media {
    fn fmt(&self, to: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(to, "{:?} {:?} of {} bytes", self.kind, self.name, self.bytes.len())
    }
}

impl Message {
    pub(crate) fn new(chat: i64, author: Author, at: DateTime<Utc>) -> Message {
        Message {
            id: 0,
            chat,
            author,
            at,
            text: String::new(),
            entities: Vec::new(),
            file: None,
            buttons: Vec::new(),
            reply_to: None,
            topic: None,
            forwarded: None,
            silent: false,
            service: None,
            album: None,
            reactions: Vec::new(),
            edited_at: None,
            earlier: Vec::new(),
            asks: None,
            markup: None,
            forwarded_id: None,
            more: Map::new(),
        }
    }

    /// How often it was edited.
    pub fn edits(&self) -> usize {
        self.earlier.len()
    }

    /// Its entities with their words: `("bold", "R1")`.
    pub fn spans(&self) -> Vec<(&str, String)> {
        self.entities.iter().map(|entity| (entity.kind.as_str(), entity.of(&self.text))).collect()
    }

    /// The labels of its buttons, row after row.
    pub fn labels(&self) -> Vec<&str> {
        self.buttons.iter().flatten().map(|button| button.label.as_str()).collect()
    }

    /// The button with this label or this data.
    pub fn button(&self, label: &str) -> Option<&Button> {
        let all = || self.buttons.iter().flatten();
        all()
            .find(|button| button.label == label)
            .or_else(|| all().find(|button| button.data.as_deref() == Some(label)))
    }

    pub(crate) fn set_markup(&mut self, markup: Option<Value>) {
        self.buttons = markup.as_ref().map(buttons).unwrap_or_default();
        self.markup = markup;
    }

    /// Keeps what it is now among what it was.
    pub(crate) fn turn(&mut self, now: DateTime<Utc>) {
        self.earlier.push(Version {
            at: self.edited_at.unwrap_or(self.at),
            text: self.text.clone(),
            entities: self.entities.clone(),
            file: self.file.clone(),
            buttons: self.buttons.clone(),
        });
        self.edited_at = Some(now);
    }
}

fn buttons(markup: &Value) -> Vec<Vec<Button>> {
    let word = |button: &Value, name: &str| button.get(name).and_then(Value::as_str).map(str::to_owned);
    let one = |button: &Value| Button {
        label: word(button, "text").unwrap_or_default(),
        data: word(button, "callback_data"),
        url: word(button, "url"),
    };
    let rows = markup.get("inline_keyboard").and_then(Value::as_array);
    let row = |row: &Value| row.as_array().map(|row| row.iter().map(one).collect()).unwrap_or_default();
    rows.map(|rows| rows.iter().map(row).collect()).unwrap_or_default()
}
