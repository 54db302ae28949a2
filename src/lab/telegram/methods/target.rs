//! Which chat and which message a call is about, and whether the bot may do there what it wants.

use serde_json::Value;

use super::Job;
use crate::lab::telegram::message::Message;
use crate::lab::telegram::refusal::Refusal;
use crate::lab::telegram::world::{ChatState, Kind, Standing};

impl Job<'_> {
    /// A chat that is there; the bot may not be in it any more.
    pub fn chat_id(&self) -> Result<i64, Refusal> {
        let wanted = self.args.get("chat_id").ok_or_else(|| Refusal::bad("chat_id is empty"))?;
        let by_name = |name: &str| {
            let is = |chat: &&ChatState| {
                chat.username.as_deref().is_some_and(|its| its.eq_ignore_ascii_case(name))
            };
            self.world.chats.values().find(is).map(|chat| chat.id)
        };
        let id = match wanted {
            Value::String(name) => match name.strip_prefix('@') {
                Some(name) => by_name(name),
                None => name.parse().ok(),
            },
            number => number.as_i64(),
        };
        let id = id.ok_or_else(|| Refusal::bad("chat not found"))?;
        match self.world.chats.get(&id) {
            Some(_) => Ok(id),
            None if self.world.users.get(&id).is_some_and(|user| user.is_bot) => {
                Err(Refusal::forbidden("bot can't send messages to bots"))
            }
            None if self.world.users.contains_key(&id) => {
                Err(Refusal::forbidden("bot can't initiate conversation with a user"))
            }
            None => Err(Refusal::bad("chat not found")),
        }
    }

    /// A chat that the bot may write to.
    pub fn open_chat(&self) -> Result<i64, Refusal> {
        let id = self.chat_id()?;
        let Some(chat) = self.world.chats.get(&id) else { return Err(Refusal::bad("chat not found")) };
        if let Some(to) = chat.migrated_to {
            return Err(Refusal::migrated(to));
        }
        match (chat.bot, chat.kind) {
            (Standing::Member, Kind::Channel) => {
                Err(Refusal::bad("need administrator rights in the channel chat"))
            }
            (Standing::Member | Standing::Admin, _) => Ok(id),
            (Standing::Kicked | Standing::Left, Kind::Private) => {
                Err(Refusal::forbidden("bot was blocked by the user"))
            }
            (Standing::Kicked, _) => {
                Err(Refusal::forbidden(format_args!("bot was kicked from the {}", chat.noun())))
            }
            (Standing::Left, _) => {
                Err(Refusal::forbidden(format_args!("bot is not a member of the {}", chat.noun())))
            }
        }
    }

    /// The budgets, where they are enforced.
    pub fn spend(&mut self, chat: i64, messages: usize) -> Result<(), Refusal> {
        let Some(pace) = self.plan.pace else { return Ok(()) };
        let Some(state) = self.world.chats.get_mut(&chat) else { return Ok(()) };
        let group = state.kind != Kind::Private;
        for _ in 0..messages {
            pace.spend(&mut self.world.spent, &mut state.spent, group, self.now)
                .map_err(Refusal::too_many)?;
        }
        Ok(())
    }

    /// One of the bot's own messages that an edit is about.
    pub fn edited(&self) -> Result<(i64, i64), Refusal> {
        if self.args.get("inline_message_id").is_some() {
            return Err(Refusal::bad("MESSAGE_ID_INVALID"));
        }
        let chat = self.open_chat()?;
        let id =
            self.args.int("message_id").ok_or_else(|| Refusal::bad("message identifier is not specified"))?;
        match self.world.message(chat, id) {
            None => Err(Refusal::bad("message to edit not found")),
            // Nor one with a keyboard that is not inline, or that asks for a reply.
            Some(message) if !self.is_ours(message) || message.asks.is_some() => {
                Err(Refusal::bad("message can't be edited"))
            }
            Some(_) => Ok((chat, id)),
        }
    }

    pub fn is_ours(&self, message: &Message) -> bool {
        message.service.is_none() && message.author.id == self.world.bot
    }

    /// The topic that a new message goes to.
    pub fn topic(&self, chat: i64, replied: Option<i64>) -> Result<Option<i64>, Refusal> {
        let Some(state) = self.world.chats.get(&chat) else { return Ok(None) };
        let of_replied = || replied.and_then(|id| state.messages.get(&id)).and_then(|message| message.topic);
        let Some(topic) = self.args.int("message_thread_id").or_else(of_replied) else { return Ok(None) };
        match state.topics.get(&topic) {
            None => Err(Refusal::bad("message thread not found")),
            Some(topic) if topic.closed && state.bot != Standing::Admin => Err(Refusal::bad("TOPIC_CLOSED")),
            Some(_) => Ok(Some(topic)),
        }
    }

    /// The message that a new one replies to. One that is gone is an error, unless the bot does without.
    pub fn replied(&self, chat: i64) -> Result<Option<i64>, Refusal> {
        let Some(parameters) = self.args.get("reply_parameters") else { return Ok(None) };
        let member = |name: &str| parameters.get(name);
        let other = member("chat_id").and_then(Value::as_i64).is_some_and(|other| other != chat);
        let id = member("message_id").and_then(Value::as_i64).unwrap_or_default();
        match self.world.message(chat, id) {
            Some(_) if !other => Ok(Some(id)),
            _ if member("allow_sending_without_reply").and_then(Value::as_bool) == Some(true) => Ok(None),
            _ => Err(Refusal::bad("message to be replied not found")),
        }
    }
}
