//! What the fake knows: people, chats with their messages, the queue of updates for the bot, presses that wait for
//! their answer. All of it is behind one lock; nothing here waits or speaks HTTP.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use tokio::sync::watch;

use super::message::{Asks, Author, Media, Message};
use super::pace::Spent;
use super::queue::Queue;
use super::wire;

#[derive(Debug)]
pub(crate) struct World {
    pub bot: i64,
    pub users: BTreeMap<i64, User>,
    pub chats: BTreeMap<i64, ChatState>,
    pub queue: Queue,
    /// By the id of the callback query.
    pub presses: BTreeMap<String, Pending>,
    pub commands: BTreeMap<(String, String), Value>,
    pub files: BTreeMap<String, Media>,
    /// The bot does not see everything that is said in a group.
    pub privacy: bool,
    pub webhook: String,
    /// Over all chats.
    pub spent: Spent,
    counted: i64,
    messages: i64,
}

#[derive(Clone, Debug)]
pub(crate) struct User {
    pub id: i64,
    pub name: String,
    pub username: Option<String>,
    pub language: Option<String>,
    pub is_bot: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Private,
    Group,
    Supergroup { forum: bool },
    Channel,
}

/// What the bot is in a chat. In a private chat, `Kicked` means that the person blocked it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Standing {
    Member,
    Admin,
    Kicked,
    Left,
}

#[derive(Debug)]
pub(crate) struct ChatState {
    pub id: i64,
    pub kind: Kind,
    pub title: String,
    pub username: Option<String>,
    pub members: BTreeSet<i64>,
    pub admins: BTreeSet<i64>,
    pub bot: Standing,
    pub messages: BTreeMap<i64, Message>,
    pub topics: BTreeMap<i64, Topic>,
    pub migrated_to: Option<i64>,
    pub spent: Spent,
    pub actions: Vec<String>,
    pub changed: watch::Sender<u64>,
    last: i64,
}

#[derive(Clone, Debug)]
pub(crate) struct Topic {
    pub name: String,
    pub closed: bool,
}

/// A press that the bot may answer.
#[derive(Debug)]
pub(crate) struct Pending {
    pub at: DateTime<Utc>,
    pub answer: watch::Sender<Option<super::press::Pressed>>,
}

pub(crate) const ANONYMOUS: i64 = 1_087_968_824;

impl World {
    pub fn new(bot: User) -> World {
        let anonymous = User {
            id: ANONYMOUS,
            name: "Group".to_owned(),
            username: Some("GroupAnonymousBot".to_owned()),
            language: None,
            is_bot: true,
        };
        World {
            bot: bot.id,
            users: [(bot.id, bot), (ANONYMOUS, anonymous)].into(),
            chats: BTreeMap::new(),
            queue: Queue::default(),
            presses: BTreeMap::new(),
            commands: BTreeMap::new(),
            files: BTreeMap::new(),
            privacy: true,
            webhook: String::new(),
            spent: Spent::default(),
            counted: 0,
            messages: 0,
        }
    }

    /// The next number of whatever needs one.
    pub fn number(&mut self) -> i64 {
        self.counted += 1;
        self.counted
    }

    pub fn add_user(
        &mut self,
        name: &str,
        username: Option<&str>,
        language: Option<&str>,
        is_bot: bool,
    ) -> i64 {
        // Ids of people are larger than 32 bits hold.
        let id = 5_000_000_000 + self.number();
        let user = User {
            id,
            name: name.to_owned(),
            username: username.map(str::to_owned),
            language: language.map(str::to_owned),
            is_bot,
        };
        self.users.insert(id, user);
        id
    }

    pub fn user_name(&self, id: i64) -> String {
        self.users.get(&id).map(|user| user.name.clone()).unwrap_or_default()
    }

    pub fn add_chat(&mut self, id: i64, kind: Kind, title: &str, members: &[i64]) {
        let chat = ChatState {
            id,
            kind,
            title: title.to_owned(),
            username: None,
            members: members.iter().copied().collect(),
            admins: BTreeSet::new(),
            bot: if kind == Kind::Channel { Standing::Admin } else { Standing::Member },
            messages: BTreeMap::new(),
            topics: BTreeMap::new(),
            migrated_to: None,
            spent: Spent::default(),
            actions: Vec::new(),
            changed: watch::Sender::new(0),
            // The first message of a supergroup tells that it was made; so 1, the topic General, is nobody else's.
            last: 1,
        };
        self.chats.insert(id, chat);
    }

    pub fn author(&self, id: i64) -> Author {
        let user = self.users.get(&id);
        Author {
            id,
            name: user.map(|user| user.name.clone()).unwrap_or_default(),
            is_bot: user.is_some_and(|user| user.is_bot),
            sender_chat: None,
        }
    }

    /// Puts a message into its chat and gives its id; zero where the chat is not there.
    pub fn put(&mut self, mut message: Message) -> i64 {
        let Some(chat) = self.chats.get_mut(&message.chat) else { return 0 };
        let last = if chat.counts_alone() { &mut chat.last } else { &mut self.messages };
        *last += 1;
        message.id = *last;
        let id = message.id;
        chat.messages.insert(id, message);
        chat.touch();
        id
    }

    pub fn message(&self, chat: i64, id: i64) -> Option<&Message> {
        self.chats.get(&chat)?.messages.get(&id)
    }

    /// People delete, too; the bot is never told.
    pub fn remove(&mut self, chat: i64, ids: &[i64]) {
        let Some(state) = self.chats.get_mut(&chat) else { return };
        for id in ids {
            state.messages.remove(id);
        }
        state.touch();
    }

    /// Remembers a file under a new id, also for the small form of a photo.
    pub fn keep(&mut self, mut media: Media) -> Media {
        media.id = format!("lab-file-{}", self.number());
        for id in [media.id.clone(), format!("{}-s", media.id)] {
            self.files.insert(id, media.clone());
        }
        media
    }

    /// What the service itself says in a chat.
    pub fn announce(
        &mut self,
        chat: i64,
        by: Author,
        words: &str,
        (name, what): (&str, Value),
        now: DateTime<Utc>,
    ) -> Message {
        let mut message = Message::new(chat, by, now);
        message.service = Some(words.to_owned());
        message.more.insert(name.to_owned(), what);
        message
    }

    /// A topic is known by the message that began it.
    pub fn open_topic(&mut self, chat: i64, by: Author, name: &str, now: DateTime<Utc>) -> i64 {
        let what = json!({ "name": name, "icon_color": 7_322_096 });
        let words = format!("{} began the topic {name}", by.name);
        let message = self.announce(chat, by, &words, ("forum_topic_created", what), now);
        let id = self.put(message);
        if let Some(state) = self.chats.get_mut(&chat) {
            state.topics.insert(id, Topic { name: name.to_owned(), closed: false });
            if let Some(message) = state.messages.get_mut(&id) {
                message.topic = Some(id);
            }
        }
        self.tell("message", chat, id);
        id
    }

    /// Tells the bot about a message, if it may see it.
    pub fn tell(&mut self, kind: &'static str, chat: i64, id: i64) {
        let Some((state, message)) =
            self.chats.get(&chat).and_then(|state| Some((state, state.messages.get(&id)?)))
        else {
            return;
        };
        if !self.sees(state, message) {
            return;
        }
        let at = message.at;
        let body = wire::message(self, state, message);
        self.queue.push(kind, body, at);
    }

    fn sees(&self, chat: &ChatState, message: &Message) -> bool {
        let there = matches!(chat.bot, Standing::Member | Standing::Admin);
        let all =
            chat.bot == Standing::Admin || !self.privacy || !chat.is_group() || message.service.is_some();
        there && (all || self.is_meant(chat, message))
    }

    /// What privacy mode lets through: commands, replies to the bot, mentions of it.
    fn is_meant(&self, chat: &ChatState, message: &Message) -> bool {
        let name = self.users.get(&self.bot).and_then(|bot| bot.username.clone()).unwrap_or_default();
        let replied = message.reply_to.and_then(|id| chat.messages.get(&id));
        replied.is_some_and(|replied| replied.author.id == self.bot)
            || message.spans().iter().any(|(kind, words)| {
                let to = words.split_once('@').map(|(_, to)| to);
                match *kind {
                    "bot_command" => to.is_none_or(|to| to.eq_ignore_ascii_case(&name)),
                    "mention" => to.is_some_and(|to| to.eq_ignore_ascii_case(&name)),
                    _ => false,
                }
            })
    }

    /// The bot's place in a chat becomes another one; it is told, whatever it sees else.
    pub fn stand(&mut self, chat: i64, by: i64, standing: Standing, now: DateTime<Utc>) {
        let Some(state) = self.chats.get_mut(&chat) else { return };
        let old = std::mem::replace(&mut state.bot, standing);
        state.touch();
        let Some(state) = self.chats.get(&chat) else { return };
        let member = |standing| wire::member(self, state, self.bot, standing);
        let body = json!({
            "chat": wire::chat(state),
            "from": wire::user(self, by),
            "date": now.timestamp(),
            "old_chat_member": member(old),
            "new_chat_member": member(standing),
        });
        self.queue.push("my_chat_member", body, now);
    }
}

impl ChatState {
    pub fn counts_alone(&self) -> bool {
        matches!(self.kind, Kind::Supergroup { .. } | Kind::Channel)
    }

    pub fn is_group(&self) -> bool {
        matches!(self.kind, Kind::Group | Kind::Supergroup { .. })
    }

    /// The newest message that makes this person's phone open a reply.
    pub fn asks_reply_of(&self, person: i64) -> Option<i64> {
        let meant = |message: &&Message| match message.asks {
            None => false,
            Some(Asks::Everybody) => true,
            Some(Asks::Some) => {
                let above = message.reply_to.and_then(|above| self.messages.get(&above));
                above.is_some_and(|above| above.author.id == person)
            }
        };
        self.messages.values().rev().find(meant).map(|message| message.id)
    }

    pub fn is_forum(&self) -> bool {
        self.kind == Kind::Supergroup { forum: true }
    }

    /// Whoever waits for this chat looks again.
    pub fn touch(&self) {
        self.changed.send_modify(|version| *version += 1);
    }

    /// `the group chat`, as refusals call it.
    pub fn noun(&self) -> &'static str {
        match self.kind {
            Kind::Private => "private chat",
            Kind::Group => "group chat",
            Kind::Supergroup { .. } => "supergroup chat",
            Kind::Channel => "channel chat",
        }
    }
}
