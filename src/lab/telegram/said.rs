//! What a person says, with all that can be about a message: when, as a reply, in a topic, forwarded, with a file, in
//! the name of a group or a channel.

use chrono::{DateTime, Utc};
use hyper::body::Bytes;

use super::entity;
use super::message::{Author, MediaKind, Message};
use super::methods::uploaded;
use super::people::Person;
use super::world::{ANONYMOUS, World};

/// A message in the making.
#[derive(Clone, Debug)]
pub struct Said {
    by: By,
    text: String,
    at: Option<DateTime<Utc>>,
    reply_to: Option<i64>,
    topic: Option<i64>,
    forwarded: Option<i64>,
    file: Option<(MediaKind, String, Bytes)>,
}

#[derive(Clone, Debug)]
enum By {
    User(i64),
    /// An admin who hides behind the group.
    Group,
    Channel,
}

impl Said {
    fn new(by: By, text: &str) -> Said {
        Said { by, text: text.to_owned(), at: None, reply_to: None, topic: None, forwarded: None, file: None }
    }

    pub fn by(person: &Person, text: &str) -> Said {
        Said::new(By::User(person.id()), text)
    }

    /// By an admin who hides behind the group: from `GroupAnonymousBot`, in the name of the group.
    pub fn anonymous(text: &str) -> Said {
        Said::new(By::Group, text)
    }

    /// A post in a channel: from nobody, in the name of the channel.
    pub fn channel_post(text: &str) -> Said {
        Said::new(By::Channel, text)
    }

    /// Said at this time, which is also when it began to wait for the bot.
    #[must_use]
    pub fn dated(mut self, at: DateTime<Utc>) -> Said {
        self.at = Some(at);
        self
    }

    #[must_use]
    pub fn reply_to(mut self, message: i64) -> Said {
        self.reply_to = Some(message);
        self
    }

    #[must_use]
    pub fn in_topic(mut self, topic: i64) -> Said {
        self.topic = Some(topic);
        self
    }

    #[must_use]
    pub fn forwarded_from(mut self, person: &Person) -> Said {
        self.forwarded = Some(person.id());
        self
    }

    /// The text becomes the caption. Bytes that are no picture become a photo without a size.
    #[must_use]
    pub fn photo(mut self, bytes: Vec<u8>) -> Said {
        self.file = Some((MediaKind::Photo, String::new(), bytes.into()));
        self
    }

    #[must_use]
    pub fn document(mut self, name: &str, bytes: Vec<u8>) -> Said {
        self.file = Some((MediaKind::Document, name.to_owned(), bytes.into()));
        self
    }

    /// Puts it into the chat and tells the bot, if it may see it.
    pub(crate) fn put(self, world: &mut World, chat: i64, now: DateTime<Utc>) -> i64 {
        let author = self.author(world, chat);
        let mut message = Message::new(chat, author, self.at.unwrap_or(now));
        if let Some((kind, name, bytes)) = self.file {
            let media = uploaded(name.clone(), None, bytes, kind).ok();
            message.file = media.map(|media| world.keep(media));
        }
        message.entities = entity::found(&self.text);
        message.text = self.text;
        message.reply_to = self.reply_to;
        message.topic = self.topic;
        message.forwarded = self.forwarded.map(|id| world.user_name(id));
        message.forwarded_id = self.forwarded;
        let kind = if matches!(self.by, By::Channel) { "channel_post" } else { "message" };
        let id = world.put(message);
        world.tell(kind, chat, id);
        id
    }

    fn author(&self, world: &World, chat: i64) -> Author {
        let title = || world.chats.get(&chat).map(|chat| chat.title.clone()).unwrap_or_default();
        match self.by {
            By::User(id) => world.author(id),
            By::Group => Author { id: ANONYMOUS, name: title(), is_bot: true, sender_chat: Some(chat) },
            By::Channel => Author { id: chat, name: title(), is_bot: false, sender_chat: Some(chat) },
        }
    }
}
