//! New messages of the bot.

use hyper::body::Bytes;
use serde_json::Value;

use super::Job;
use super::words::caption_of;
use crate::lab::telegram::answer::Answered;
use crate::lab::telegram::message::{Media, MediaKind, Message};
use crate::lab::telegram::refusal::Refusal;
use crate::lab::telegram::wire;

const PHOTO_BYTES: usize = 10 << 20;
const DOCUMENT_BYTES: usize = 50 << 20;

impl Job<'_> {
    pub fn send_message(&mut self) -> Answered {
        let mut message = self.begun()?;
        (message.text, message.entities) = self.text("message is too long")?;
        self.sent(message)
    }

    pub fn send_photo(&mut self) -> Answered {
        self.send_file("photo", MediaKind::Photo)
    }

    pub fn send_document(&mut self) -> Answered {
        self.send_file("document", MediaKind::Document)
    }

    fn send_file(&mut self, name: &str, kind: MediaKind) -> Answered {
        let mut message = self.begun()?;
        (message.text, message.entities) = self.caption()?;
        let word = self
            .args
            .text(name)
            .ok_or_else(|| Refusal::bad(format_args!("there is no {name} in the request")))?;
        message.file = Some(self.media(word, kind)?);
        self.sent(message)
    }

    /// Checked as a whole before the first part is sent.
    pub fn send_media_group(&mut self) -> Answered {
        let items = self.args.get("media").and_then(Value::as_array).cloned().unwrap_or_default();
        match items.len() {
            0 | 1 => return Err(Refusal::bad("too few messages to send as an album")),
            2..=10 => {}
            _ => return Err(Refusal::bad("too many messages to send as an album")),
        }
        let begun = self.begun()?;
        let mut messages = Vec::new();
        for item in &items {
            let (text, entities) = caption_of(item)?;
            messages.push(Message { text, entities, file: Some(self.input_media(item)?), ..begun.clone() });
        }
        let kind = |message: &Message| message.file.as_ref().map(|file| file.kind);
        if messages.iter().any(|message| kind(message) != messages.first().and_then(kind)) {
            return Err(Refusal::bad("document can't be mixed with other media types"));
        }
        self.spend(begun.chat, messages.len())?;
        let album = Some(format!("album-{}", self.world.number()));
        messages.into_iter().map(|message| self.kept(Message { album: album.clone(), ..message })).collect()
    }

    /// What all messages have: where they go, and what stands under them.
    fn begun(&mut self) -> Result<Message, Refusal> {
        for (name, played) in NOT_PLAYED {
            if self.args.get(name).is_some() {
                return Err(Refusal::bad(format_args!("{played} (the lab does not play {name})")));
            }
        }
        let chat = self.open_chat()?;
        let replied = self.replied(chat)?;
        let topic = self.topic(chat, replied)?;
        let markup = self.keyboard()?;
        let mut message = Message::new(chat, self.world.author(self.world.bot), self.now);
        message.reply_to = replied;
        message.topic = topic;
        message.silent = self.args.flag("disable_notification");
        message.set_markup(markup);
        message.asks = self.asks()?;
        Ok(message)
    }

    fn sent(&mut self, message: Message) -> Answered {
        self.spend(message.chat, 1)?;
        self.kept(message)
    }

    fn kept(&mut self, message: Message) -> Answered {
        let chat = message.chat;
        let id = self.world.put(message);
        Ok(self.shown(chat, id))
    }

    /// A message as the bot gets it.
    pub fn shown(&self, chat: i64, id: i64) -> Value {
        let state = self.world.chats.get(&chat);
        let message =
            state.and_then(|state| Some(wire::message(self.world, state, state.messages.get(&id)?)));
        message.unwrap_or_default()
    }

    pub fn input_media(&mut self, item: &Value) -> Result<Media, Refusal> {
        let word = |name: &str| item.get(name).and_then(Value::as_str).unwrap_or_default();
        let kind = match word("type") {
            "photo" => MediaKind::Photo,
            "document" => MediaKind::Document,
            other => {
                return Err(Refusal::bad(format_args!("media of type {other} is not played by the lab")));
            }
        };
        self.media(word("media"), kind)
    }

    /// An upload, or a file that was sent before.
    fn media(&mut self, word: &str, kind: MediaKind) -> Result<Media, Refusal> {
        if let Some(file) = self.args.attached(word) {
            let media = uploaded(file.name.clone(), file.content_type.clone(), file.bytes.clone(), kind)?;
            return Ok(self.world.keep(media));
        }
        match self.world.files.get(word) {
            Some(media) if media.kind == kind => Ok(media.clone()),
            Some(_) => Err(Refusal::bad("can't use file of this type in this place")),
            None if word.starts_with("http") => Err(Refusal::bad("failed to get HTTP URL content")),
            None => Err(Refusal::bad("wrong file identifier/HTTP URL specified")),
        }
    }
}

/// Parameters that mean something which is not there in the lab.
const NOT_PLAYED: &[(&str, &str)] = &[
    ("business_connection_id", "BUSINESS_CONNECTION_INVALID"),
    ("direct_messages_topic_id", "message thread not found"),
    ("message_effect_id", "EFFECT_ID_INVALID"),
    ("suggested_post_parameters", "SUGGESTED_POST_INVALID"),
];

pub(crate) fn uploaded(
    name: String,
    content_type: Option<String>,
    bytes: Bytes,
    kind: MediaKind,
) -> Result<Media, Refusal> {
    if bytes.is_empty() {
        return Err(Refusal::bad("file must be non-empty"));
    }
    let (name, width, height) = match kind {
        MediaKind::Document if bytes.len() > DOCUMENT_BYTES => {
            return Err(Refusal::new(413, "Request Entity Too Large"));
        }
        MediaKind::Document => (name, 0, 0),
        MediaKind::Photo if bytes.len() > PHOTO_BYTES => {
            return Err(Refusal::bad("file is too big"));
        }
        MediaKind::Photo => {
            let (width, height) = dimensions(&bytes).ok_or_else(|| Refusal::bad("IMAGE_PROCESS_FAILED"))?;
            let (least, most) = (width.min(height), width.max(height));
            if width.saturating_add(height) > 10_000 || most > least.saturating_mul(20) {
                return Err(Refusal::bad("PHOTO_INVALID_DIMENSIONS"));
            }
            (String::new(), width, height)
        }
    };
    let content_type = content_type.unwrap_or_else(|| "application/octet-stream".to_owned());
    Ok(Media { kind, name, content_type, bytes, width, height, id: String::new() })
}

fn dimensions(bytes: &Bytes) -> Option<(u32, u32)> {
    let reader = image::io::Reader::new(std::io::Cursor::new(bytes)).with_guessed_format().ok()?;
    reader.into_dimensions().ok()
}
