//! The workspace: who is there, which channels, what stands in them. Nothing here knows of HTTP or of sockets; whoever
//! changes something tells [`super::Inner::change`], so that those who wait look again.

use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};

use serde_json::Value;
use tokio::time::Instant;

use super::message::{SlackFile, SlackMessage, SlackVersion};
use super::modals::View;
use super::plan::{BOT_USER, SLACKBOT};
use super::refusal::Refusal;
use super::seen::{SlackAck, SlackCall};
use crate::lab::clock;

#[derive(Default)]
pub(crate) struct World {
    pub users: BTreeMap<String, SlackUser>,
    pub channels: BTreeMap<String, Channel>,
    pub files: BTreeMap<String, Upload>,
    pub triggers: HashMap<String, Trigger>,
    pub hooks: HashMap<String, Hook>,
    pub views: BTreeMap<String, View>,
    pub calls: VecDeque<SlackCall>,
    pub acks: Vec<SlackAck>,
    pub breaches: Vec<String>,
    /// Messages that the app posted, changed or deleted, and files that it shared, in all.
    pub posts: usize,
    last_ts: i64,
    numbers: u64,
}

/// A member of the workspace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SlackUser {
    pub id: String,
    /// The short one: `anna`.
    pub name: String,
    pub real_name: String,
    /// IANA: `Asia/Ho_Chi_Minh`.
    pub tz: String,
    pub bot: bool,
    pub deleted: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sort {
    Public,
    Private,
    /// Two people, one of them may be the app.
    Direct,
}

pub(crate) struct Channel {
    pub id: String,
    pub name: String,
    pub sort: Sort,
    pub archived: bool,
    pub members: BTreeSet<String>,
    pub messages: BTreeMap<String, SlackMessage>,
    pub deleted: Vec<SlackMessage>,
}

/// A file on its way: an address was given, bytes came, it was shared.
pub(crate) struct Upload {
    pub ticket: String,
    pub length: u64,
    pub file: SlackFile,
    pub arrived: bool,
    pub shared_in: Vec<(String, String)>,
}

pub(crate) struct Trigger {
    pub user: String,
    pub made: Instant,
    pub used: bool,
    /// The modal in which the user was.
    pub view: Option<String>,
}

/// A `response_url`.
pub(crate) struct Hook {
    pub user: String,
    pub channel: String,
    /// The message with the button.
    pub original: Option<String>,
    pub made: Instant,
    pub used: usize,
}

/// What shall be said.
#[derive(Clone, Default)]
pub(crate) struct Draft {
    pub author: String,
    pub by_app: bool,
    pub text: String,
    pub blocks: Vec<Value>,
    pub thread: Option<String>,
    pub broadcast: bool,
    pub only_for: Option<String>,
    pub metadata: Option<Value>,
    pub files: Vec<SlackFile>,
    pub by_name: bool,
}

impl Draft {
    pub fn of_app() -> Draft {
        Draft { author: BOT_USER.to_owned(), by_app: true, ..Draft::default() }
    }

    /// What the service itself says to one person.
    pub fn of_slackbot(user: &str, text: String) -> Draft {
        Draft { author: SLACKBOT.to_owned(), text, only_for: Some(user.to_owned()), ..Draft::default() }
    }
}

impl World {
    pub fn new(bot_name: &str) -> World {
        let mut world = World::default();
        for (id, name, bot) in [(BOT_USER, bot_name, true), (SLACKBOT, "slackbot", false)] {
            world.users.insert(id.to_owned(), SlackUser::new(id, name, name, "Etc/UTC", bot));
        }
        world
    }

    /// The next number of any kind of thing.
    pub fn number(&mut self) -> u64 {
        self.numbers += 1;
        self.numbers
    }

    pub fn id(&mut self, letter: &str) -> String {
        format!("{letter}0LAB{:05}", self.number())
    }

    /// Later than every one before.
    pub fn ts(&mut self) -> String {
        self.last_ts = clock::now().timestamp_micros().max(self.last_ts + 1);
        format!("{}.{:06}", self.last_ts / 1_000_000, self.last_ts % 1_000_000)
    }

    pub fn add_channel(&mut self, name: &str, sort: Sort, members: &[&str]) -> String {
        let id = self.id(if sort == Sort::Direct { "D" } else { "C" });
        let channel = Channel {
            id: id.clone(),
            name: name.to_owned(),
            sort,
            archived: false,
            members: members.iter().map(|member| (*member).to_owned()).collect(),
            messages: BTreeMap::new(),
            deleted: Vec::new(),
        };
        self.channels.insert(id.clone(), channel);
        id
    }

    /// The conversation of the two, made where there is none.
    pub fn direct(&mut self, one: &str, other: &str) -> String {
        let both = BTreeSet::from([one.to_owned(), other.to_owned()]);
        let found =
            self.channels.values().find(|channel| channel.sort == Sort::Direct && channel.members == both);
        match found {
            Some(channel) => channel.id.clone(),
            None => self.add_channel("", Sort::Direct, &[one, other]),
        }
    }

    /// By its id, as the app may know it: private channels that it is not in are not there.
    pub fn channel(&self, id: &str) -> Result<&Channel, Refusal> {
        let visible = |channel: &&Channel| channel.sort == Sort::Public || channel.has(BOT_USER);
        self.channels.get(id).filter(visible).ok_or_else(|| Refusal::new("channel_not_found"))
    }

    /// Where the app may post. `#name` and a user's id are taken too, as the service does.
    pub fn writable(&mut self, wanted: &str) -> Result<String, Refusal> {
        let id = self.resolve(wanted);
        let channel = self.channel(&id)?;
        if channel.archived {
            return Err(Refusal::new("is_archived"));
        }
        if !channel.has(BOT_USER) {
            return Err(Refusal::new("not_in_channel"));
        }
        Ok(id)
    }

    fn resolve(&mut self, wanted: &str) -> String {
        if self.users.contains_key(wanted) && wanted != BOT_USER {
            return self.direct(wanted, BOT_USER);
        }
        let name = wanted.trim_start_matches('#');
        let named = |channel: &&Channel| channel.sort != Sort::Direct && channel.name == name;
        self.channels.values().find(named).map_or(wanted, |channel| &channel.id).to_owned()
    }

    /// Puts a message where it belongs; the thread of an answer is that of what it answers. An answer to a message
    /// that is not there stands in the channel, and nobody says so (slack-go/slack#1571).
    pub fn say(&mut self, channel: &str, draft: Draft) -> Option<SlackMessage> {
        let ts = self.ts();
        self.posts += usize::from(draft.author == BOT_USER);
        let channel = self.channels.get_mut(channel)?;
        let thread = draft.thread.as_ref().and_then(|thread| channel.parent_of(thread));
        let message = SlackMessage {
            channel: channel.id.clone(),
            broadcast: draft.broadcast && thread.is_some(),
            thread,
            called: super::blocks::called(&draft.text, &draft.blocks, draft.by_name),
            ts,
            author: draft.author,
            by_app: draft.by_app,
            text: draft.text,
            blocks: super::blocks::with_ids(draft.blocks),
            metadata: draft.metadata,
            only_for: draft.only_for,
            earlier: Vec::new(),
            edited: false,
            files: draft.files,
            reactions: Vec::new(),
        };
        channel.messages.insert(message.ts.clone(), message.clone());
        Some(message)
    }

    pub fn message(&self, channel: &str, ts: &str) -> Option<&SlackMessage> {
        self.channels.get(channel)?.messages.get(ts)
    }

    /// A new version. No blocks means that they stay if there is no text either, and go if there is one.
    pub fn revise(
        &mut self,
        channel: &str,
        ts: &str,
        text: Option<&str>,
        blocks: Option<Vec<Value>>,
    ) -> Option<(SlackMessage, SlackMessage)> {
        let message = self.channels.get_mut(channel)?.messages.get_mut(ts)?;
        self.posts += usize::from(message.author == BOT_USER);
        let before = message.clone();
        message.earlier.push(SlackVersion { text: message.text.clone(), blocks: message.blocks.clone() });
        message.edited |= blocks.is_none();
        message.blocks = match blocks {
            Some(blocks) => super::blocks::with_ids(blocks),
            None if text.is_some() => Vec::new(),
            None => std::mem::take(&mut message.blocks),
        };
        if let Some(text) = text {
            text.clone_into(&mut message.text);
        }
        let called = super::blocks::called(&message.text, &message.blocks, false);
        message.called.extend(called);
        Some((before, message.clone()))
    }

    pub fn delete(&mut self, channel: &str, ts: &str) -> Option<SlackMessage> {
        let channel = self.channels.get_mut(channel)?;
        let message = channel.messages.remove(ts)?;
        self.posts += usize::from(message.author == BOT_USER);
        channel.deleted.push(message.clone());
        Some(message)
    }
}

impl SlackUser {
    pub fn new(id: &str, name: &str, real_name: &str, tz: &str, bot: bool) -> SlackUser {
        SlackUser {
            id: id.to_owned(),
            name: name.to_owned(),
            real_name: real_name.to_owned(),
            tz: tz.to_owned(),
            bot,
            deleted: false,
        }
    }
}

impl Channel {
    pub fn has(&self, user: &str) -> bool {
        self.members.contains(user)
    }

    /// The message at the top of the thread that this one is in or begins.
    fn parent_of(&self, ts: &str) -> Option<String> {
        let message = self.messages.get(ts).filter(|message| message.only_for.is_none())?;
        Some(message.thread.clone().unwrap_or_else(|| message.ts.clone()))
    }

    /// `message.channels` and its like.
    pub fn event(&self) -> &'static str {
        match self.sort {
            Sort::Public => "message.channels",
            Sort::Private => "message.groups",
            Sort::Direct => "message.im",
        }
    }

    pub fn replies<'a>(&'a self, ts: &'a str) -> impl Iterator<Item = &'a SlackMessage> {
        self.messages.values().filter(move |message| message.thread.as_deref() == Some(ts))
    }
}
