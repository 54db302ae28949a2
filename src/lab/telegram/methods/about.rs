//! The smaller methods: webhooks, chats and who is in them, answers to presses, files, topics.

use serde_json::{Value, json};

use super::Job;
use crate::lab::telegram::answer::Answered;
use crate::lab::telegram::message::MediaKind;
use crate::lab::telegram::press::Pressed;
use crate::lab::telegram::refusal::Refusal;
use crate::lab::telegram::wire;
use crate::lab::telegram::world::{Kind, Standing};

const ACTIONS: &[&str] = &[
    "typing",
    "upload_photo",
    "record_video",
    "upload_video",
    "record_voice",
    "upload_voice",
    "upload_document",
    "choose_sticker",
    "find_location",
    "record_video_note",
    "upload_video_note",
];

const COLOURS: &[i64] = &[7_322_096, 16_766_590, 13_338_331, 9_367_192, 16_749_490, 16_478_047];

impl Job<'_> {
    pub fn webhook(&self) -> Value {
        json!({
            "url": self.world.webhook,
            "has_custom_certificate": false,
            "pending_update_count": self.world.queue.waiting(),
        })
    }

    pub fn delete_webhook(&mut self) -> Value {
        self.world.webhook.clear();
        if self.args.flag("drop_pending_updates") {
            self.world.queue.drop_all();
        }
        true.into()
    }

    pub fn send_chat_action(&mut self) -> Answered {
        let action = self.args.text("action").unwrap_or_default().to_owned();
        if !ACTIONS.contains(&action.as_str()) {
            return Err(Refusal::bad("wrong parameter action in request"));
        }
        let chat = self.open_chat()?;
        self.topic(chat, None)?;
        if let Some(state) = self.world.chats.get_mut(&chat) {
            state.actions.push(action);
            state.touch();
        }
        Ok(true.into())
    }

    /// Once, and soon.
    pub fn answer_press(&mut self) -> Answered {
        let id = self.args.text("callback_query_id").unwrap_or_default();
        let text = self.args.text("text").unwrap_or_default();
        if text.chars().count() > 200 {
            return Err(Refusal::bad("MESSAGE_TOO_LONG"));
        }
        let url = self.args.text("url");
        let of_ours = |url: &str| url.starts_with("https://t.me/") || url.starts_with("tg://");
        if url.is_some_and(|url| !of_ours(url)) {
            return Err(Refusal::bad("URL_INVALID"));
        }
        let life = self.plan.press_life;
        let gone = self.world.presses.remove(id);
        let in_time = gone.filter(|press| (self.now - press.at).to_std().unwrap_or_default() <= life);
        let Some(press) = in_time else {
            return Err(Refusal::bad("query is too old and response timeout expired or query ID is invalid"));
        };
        let toast = (!text.is_empty()).then(|| text.to_owned());
        let pressed = Pressed { toast, alert: self.args.flag("show_alert"), url: url.map(str::to_owned) };
        press.answer.send_replace(Some(pressed));
        Ok(true.into())
    }

    pub fn chat_info(&self) -> Answered {
        let id = self.chat_id()?;
        self.world.chats.get(&id).map(wire::full_chat).ok_or_else(|| Refusal::bad("chat not found"))
    }

    pub fn chat_member(&self) -> Answered {
        let id = self.open_chat()?;
        let user = self.args.int("user_id").unwrap_or_default();
        let Some(chat) = self.world.chats.get(&id) else { return Err(Refusal::bad("chat not found")) };
        if !self.world.users.contains_key(&user) {
            return Err(Refusal::bad("PARTICIPANT_ID_INVALID"));
        }
        let standing = match user {
            user if user == self.world.bot => chat.bot,
            user if chat.admins.contains(&user) => Standing::Admin,
            user if chat.members.contains(&user) => Standing::Member,
            _ => Standing::Left,
        };
        Ok(wire::member(self.world, chat, user, standing))
    }

    pub fn file(&self) -> Answered {
        let id = self.args.text("file_id").unwrap_or_default();
        let file = self.world.files.get(id).ok_or_else(|| Refusal::bad("invalid file_id"))?;
        if file.bytes.len() > 20 << 20 {
            return Err(Refusal::bad("file is too big"));
        }
        let folder = match file.kind {
            MediaKind::Photo => "photos",
            MediaKind::Document => "documents",
        };
        Ok(json!({
            "file_id": id,
            "file_unique_id": format!("unique-{id}"),
            "file_size": file.bytes.len(),
            "file_path": format!("{folder}/{id}"),
        }))
    }

    pub fn leave(&mut self) -> Answered {
        let chat = self.open_chat()?;
        if self.world.chats.get(&chat).is_some_and(|chat| chat.kind == Kind::Private) {
            return Err(Refusal::bad("chat member status can't be changed in private chats"));
        }
        self.world.stand(chat, self.world.bot, Standing::Left, self.now);
        Ok(true.into())
    }

    pub fn create_topic(&mut self) -> Answered {
        let chat = self.open_chat()?;
        let name = self.args.text("name").unwrap_or_default().to_owned();
        let colour = self.args.int("icon_color").unwrap_or(7_322_096);
        let Some(state) = self.world.chats.get(&chat) else { return Err(Refusal::bad("chat not found")) };
        if !state.is_forum() {
            return Err(Refusal::bad("the chat is not a forum"));
        }
        if state.bot != Standing::Admin {
            return Err(Refusal::bad("not enough rights to create a topic"));
        }
        if !(1..=128).contains(&name.chars().count()) || !COLOURS.contains(&colour) {
            return Err(Refusal::bad("TOPIC_TITLE_EMPTY"));
        }
        let by = self.world.author(self.world.bot);
        let id = self.world.open_topic(chat, by, &name, self.now);
        Ok(json!({ "message_thread_id": id, "name": name, "icon_color": colour }))
    }
}
