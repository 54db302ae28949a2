//! What an update asks for, read from what is stored of it. Pure: the envelope holds all that the loop knew
//! when the update came. Nothing here decides; what nobody can have meant for the bot asks for nothing.

use super::address::{Address, pressed};
use crate::model::{Destination, Identity, Request, Scene, Thread, Unfit, Update, What};
use serde::{Deserialize, Serialize};
use teloxide::types::{CallbackQuery, Chat, MaybeInaccessibleMessage, Message, UpdateKind, User};

/// What is stored of an update: as it came, with the name that the bot had then.
#[derive(Serialize, Deserialize)]
pub struct Envelope {
    /// Without `@`.
    pub bot: String,
    pub update: serde_json::Value,
}

impl Envelope {
    pub fn raw(&self) -> String {
        // A text and a value that was read from JSON always have a JSON form.
        serde_json::to_string(self).unwrap_or_default()
    }
}

pub fn request(update: &Update) -> Option<Request> {
    let envelope: Envelope = serde_json::from_str(&update.raw).ok()?;
    // From text, not from the value: the library reads some numbers only so.
    let read: teloxide::types::Update = serde_json::from_str(&envelope.update.to_string()).ok()?;
    let reading = Reading { channel: &update.channel, bot: &envelope.bot };
    match &read.kind {
        UpdateKind::Message(message) => reading.message(message),
        UpdateKind::EditedMessage(message) => reading.unfit(message, Unfit::Edited),
        UpdateKind::ChannelPost(message) => reading.unfit(message, Unfit::Post),
        UpdateKind::CallbackQuery(press) => reading.press(press),
        _ => None,
    }
}

struct Reading<'a> {
    channel: &'a str,
    bot: &'a str,
}

/// A line as the bot understands it, and whether it was spoken to by name.
struct Spoken {
    line: String,
    named: bool,
}

impl Reading<'_> {
    fn message(&self, message: &Message) -> Option<Request> {
        if let Some(moved) = self.moved(message) {
            return Some(moved);
        }
        match self.why_unfit(message) {
            Some(unfit) => self.unfit(message, unfit),
            None if message.from.as_ref()?.is_bot => None,
            None => {
                let spoken = self.spoken(message.text()?)?;
                Some(self.request(message, What::Line(spoken.line.clone()), &spoken))
            }
        }
    }

    /// Both chats say so, the old one and the new one.
    fn moved(&self, message: &Message) -> Option<Request> {
        let (from, to) = match (message.migrate_from_chat_id(), message.migrate_to_chat_id()) {
            (Some(from), _) => (from.0, message.chat.id.0),
            (None, Some(to)) => (message.chat.id.0, to.0),
            (None, None) => return None,
        };
        let place = |chat| self.place(Address { chat, topic: None });
        Some(Request {
            asker: self.identity(message.chat.id.0),
            place: place(to),
            thread: None,
            what: What::Moved { from: place(from) },
            scene: Scene { addressed: false, private: false, ..Scene::default() },
        })
    }

    /// Nobody signs it, or it is somebody else's word. Anonymous administrators write in the name of a chat, as
    /// do people who lend a channel's; what a linked channel posts comes along by itself.
    fn why_unfit(&self, message: &Message) -> Option<Unfit> {
        if message.is_automatic_forward() {
            return Some(Unfit::Post);
        }
        if message.forward_origin().is_some() || message.via_bot.is_some() {
            return Some(Unfit::Forwarded);
        }
        message.sender_chat.is_some().then_some(Unfit::Anonymous)
    }

    /// Told only about what looks like a command: everything else nobody wanted to be run.
    fn unfit(&self, message: &Message, unfit: Unfit) -> Option<Request> {
        let signed = message.sender_chat.is_some();
        if !signed && message.from.as_ref().is_none_or(|from| from.is_bot) && unfit != Unfit::Post {
            return None;
        }
        let spoken = self.spoken(message.text()?)?;
        let is_command = spoken
            .line
            .strip_prefix('/')
            .is_some_and(|word| word.starts_with(|c: char| c.is_ascii_alphabetic()));
        let what = || What::Unfit { why: unfit, line: spoken.line.clone() };
        is_command.then(|| self.request(message, what(), &spoken))
    }

    fn request(&self, message: &Message, what: What, spoken: &Spoken) -> Request {
        let topic = message.thread_id.filter(|_| message.is_topic_message).map(|topic| topic.0.0);
        let asker = match (&message.sender_chat, &message.from) {
            (Some(chat), _) => chat.id.0,
            (None, Some(from)) => number(from),
            (None, None) => message.chat.id.0,
        };
        let private = message.chat.is_private();
        Request {
            asker: self.identity(asker),
            place: self.place(Address { chat: message.chat.id.0, topic }),
            thread: Some(Thread(message.id.0.to_string())),
            what,
            scene: Scene {
                called: message.from.as_ref().filter(|_| message.sender_chat.is_none()).map(called),
                title: title(&message.chat),
                addressed: private || spoken.named || self.is_reply_to_the_bot(message),
                private,
                unseen: false,
            },
        }
    }

    fn press(&self, press: &CallbackQuery) -> Option<Request> {
        let token = pressed(press.data.as_deref()?)?;
        let message = press.message.as_ref()?;
        let topic = match message {
            MaybeInaccessibleMessage::Regular(message) => {
                message.thread_id.filter(|_| message.is_topic_message).map(|topic| topic.0.0)
            }
            MaybeInaccessibleMessage::Inaccessible(_) => None,
        };
        let chat = message.chat();
        Some(Request {
            asker: self.identity(number(&press.from)),
            place: self.place(Address { chat: chat.id.0, topic }),
            thread: Some(Thread(message.id().0.to_string())),
            what: What::Press(token),
            scene: Scene {
                called: Some(called(&press.from)),
                title: title(chat),
                addressed: true,
                private: chat.is_private(),
                unseen: false,
            },
        })
    }

    fn place(&self, address: Address) -> Destination {
        Destination { channel: self.channel.to_owned(), address: address.to_string() }
    }

    fn identity(&self, number: i64) -> Identity {
        Identity { channel: self.channel.to_owned(), external: number.to_string() }
    }

    fn is_reply_to_the_bot(&self, message: &Message) -> bool {
        let above = message.reply_to_message().and_then(|above| above.from.as_ref());
        above.and_then(|from| from.username.as_deref()).is_some_and(|name| self.is_me(name))
    }

    fn is_me(&self, name: &str) -> bool {
        name.eq_ignore_ascii_case(self.bot)
    }

    /// `/status@me all` and `@me status all` are `/status all`. `/status@other` is none of our business.
    fn spoken(&self, text: &str) -> Option<Spoken> {
        let text = text.trim();
        let named = |line: String| Spoken { line, named: true };
        if let Some(rest) = self.after_my_name(text) {
            return match rest.chars().next() {
                None => Some(named("/help".to_owned())),
                Some('/') => self.spoken(rest).map(|spoken| named(spoken.line)),
                Some(_) => Some(named(format!("/{rest}"))),
            };
        }
        let word = text.split(char::is_whitespace).next().unwrap_or_default();
        if let Some((command, whose)) = word.split_once('@').filter(|(command, _)| command.starts_with('/')) {
            let rest = text.strip_prefix(word).unwrap_or_default();
            return self.is_me(whose).then(|| named(format!("{command}{rest}")));
        }
        let mentioned = text.split('@').skip(1).any(|after| self.is_me(name_at(after)));
        Some(Spoken { line: text.to_owned(), named: mentioned })
    }

    /// What follows `@me`, also after a comma or a colon.
    fn after_my_name<'t>(&self, text: &'t str) -> Option<&'t str> {
        let after = text.strip_prefix('@')?;
        let name = name_at(after);
        let rest = after.strip_prefix(name)?;
        self.is_me(name).then(|| rest.trim_start_matches([',', ':']).trim_start())
    }
}

/// The name that stands at the beginning of a text.
fn name_at(text: &str) -> &str {
    let end = text.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(text.len());
    text.get(..end).unwrap_or_default()
}

/// The library counts people without a sign, chats with one.
fn number(user: &User) -> i64 {
    i64::try_from(user.id.0).unwrap_or_default()
}

/// `An (@an)`
fn called(user: &User) -> String {
    match &user.username {
        Some(name) => format!("{} (@{name})", user.first_name),
        None => user.first_name.clone(),
    }
}

fn title(chat: &Chat) -> Option<String> {
    chat.title().map(str::to_owned)
}
