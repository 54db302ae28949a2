//! What the bot does to messages that are there: it edits, deletes and reacts.

use chrono::TimeDelta;
use serde_json::Value;

use super::Job;
use super::words::caption_of;
use crate::lab::telegram::answer::Answered;
use crate::lab::telegram::message::Message;
use crate::lab::telegram::refusal::Refusal;
use crate::lab::telegram::world::{Kind, Standing};

const NOT_MODIFIED: &str = "message is not modified: specified new message content and reply markup are exactly the \
     same as a current content and reply markup of the message";

/// Emoji that a bot may react with.
const REACTIONS: &str = "❤ 👍 👎 🔥 🥰 👏 😁 🤔 🤯 😱 🤬 😢 🎉 🤩 🤮 💩 🙏 👌 🕊 🤡 🥱 🥴 😍 🐳 ❤‍🔥 🌚 🌭 💯 🤣 ⚡ 🍌 🏆 💔 🤨 😐 🍓 🍾 \
     💋 🖕 😈 😴 😭 🤓 👻 👨‍💻 👀 🎃 🙈 😇 😨 🤝 ✍ 🤗 🫡 🎅 🎄 ☃ 💅 🤪 🗿 🆒 💘 🙉 🦄 😘 💊 🙊 😎 👾 🤷‍♂ 🤷 🤷‍♀ 😡";

impl Job<'_> {
    pub fn edit_text(&mut self) -> Answered {
        if self.args.get("rich_message").is_some() {
            return Err(Refusal::bad("rich messages are not played by the lab"));
        }
        let (chat, id) = self.edited()?;
        let (text, entities) = self.text("MESSAGE_TOO_LONG")?;
        if self.world.message(chat, id).is_some_and(|message| message.file.is_some()) {
            return Err(Refusal::bad("there is no text in the message to edit"));
        }
        let markup = self.keyboard()?;
        self.change(chat, id, |message| {
            message.text = text;
            message.entities = entities;
            message.set_markup(markup);
        })
    }

    pub fn edit_caption(&mut self) -> Answered {
        let (chat, id) = self.edited()?;
        let (text, entities) = self.caption()?;
        if self.world.message(chat, id).is_some_and(|message| message.file.is_none()) {
            return Err(Refusal::bad("there is no caption in the message to edit"));
        }
        let markup = self.keyboard()?;
        self.change(chat, id, |message| {
            message.text = text;
            message.entities = entities;
            message.set_markup(markup);
        })
    }

    /// A text message may get a file this way; a file never goes away again.
    pub fn edit_media(&mut self) -> Answered {
        let (chat, id) = self.edited()?;
        let item = self.args.get("media").cloned().unwrap_or_default();
        let (text, entities) = caption_of(&item)?;
        let file = self.input_media(&item)?;
        let markup = self.keyboard()?;
        self.change(chat, id, |message| {
            message.text = text;
            message.entities = entities;
            message.file = Some(file);
            message.set_markup(markup);
        })
    }

    pub fn edit_markup(&mut self) -> Answered {
        let (chat, id) = self.edited()?;
        let markup = self.keyboard()?;
        self.change(chat, id, |message| message.set_markup(markup))
    }

    fn change(&mut self, chat: i64, id: i64, edit: impl FnOnce(&mut Message)) -> Answered {
        let Some(message) = self.world.message(chat, id) else {
            return Err(Refusal::bad("message to edit not found"));
        };
        let mut new = message.clone();
        edit(&mut new);
        if new == *message {
            return Err(Refusal::bad(NOT_MODIFIED));
        }
        self.spend(chat, 1)?;
        if let Some(state) = self.world.chats.get_mut(&chat) {
            if let Some(message) = state.messages.get_mut(&id) {
                message.turn(self.now);
                new.earlier = std::mem::take(&mut message.earlier);
                new.edited_at = message.edited_at;
                *message = new;
            }
            state.touch();
        }
        Ok(self.shown(chat, id))
    }

    pub fn delete_message(&mut self) -> Answered {
        let chat = self.open_chat()?;
        let id = self.args.int("message_id").unwrap_or_default();
        self.may_delete(chat, id)?;
        self.world.remove(chat, &[id]);
        Ok(true.into())
    }

    /// Those that cannot be deleted are passed over.
    pub fn delete_messages(&mut self) -> Answered {
        let chat = self.open_chat()?;
        let ids = self.args.get("message_ids").and_then(Value::as_array).cloned().unwrap_or_default();
        if !(1..=100).contains(&ids.len()) {
            return Err(Refusal::bad("message identifiers must be 1-100"));
        }
        let ids: Vec<i64> =
            ids.iter().filter_map(Value::as_i64).filter(|id| self.may_delete(chat, *id).is_ok()).collect();
        self.world.remove(chat, &ids);
        Ok(true.into())
    }

    fn may_delete(&self, chat: i64, id: i64) -> Result<(), Refusal> {
        let state = self.world.chats.get(&chat);
        let Some((state, message)) = state.and_then(|state| Some((state, state.messages.get(&id)?))) else {
            return Err(Refusal::bad("message to delete not found"));
        };
        let rights = state.kind == Kind::Private || state.bot == Standing::Admin;
        if !rights && !self.is_ours(message) {
            return Err(Refusal::bad("message can't be deleted"));
        }
        if state.bot != Standing::Admin && self.now - message.at > TimeDelta::hours(48) {
            return Err(Refusal::bad("message can't be deleted for everyone"));
        }
        Ok(())
    }

    pub fn react(&mut self) -> Answered {
        let chat = self.open_chat()?;
        let id = self.args.int("message_id").unwrap_or_default();
        let wanted = self.args.get("reaction").and_then(Value::as_array).cloned().unwrap_or_default();
        let emoji: Option<Vec<String>> = wanted
            .iter()
            .map(|one| one.get("emoji").and_then(Value::as_str))
            .map(|emoji| {
                emoji.filter(|emoji| REACTIONS.split(' ').any(|known| known == *emoji)).map(str::to_owned)
            })
            .collect();
        let emoji = emoji.ok_or_else(|| Refusal::bad("REACTION_INVALID"))?;
        if emoji.len() > 1 {
            return Err(Refusal::bad("REACTIONS_TOO_MANY"));
        }
        let Some(state) = self.world.chats.get_mut(&chat) else { return Err(Refusal::bad("chat not found")) };
        let Some(message) = state.messages.get_mut(&id) else {
            return Err(Refusal::bad("message to react not found"));
        };
        message.reactions = emoji;
        state.touch();
        Ok(true.into())
    }
}
