//! The methods of the API that are played, each under its name. All but the poll are done at once, under the lock of
//! the world.

mod about;
mod edit;
mod keyboard;
pub(crate) mod menu;
mod poll;
mod send;
mod target;
mod words;

use std::sync::Arc;

use super::answer::Answered;
use super::check::Args;
use super::refusal::Refusal;
use super::{Inner, Plan};
use crate::lab::clock;
use crate::lab::router::lock;
use chrono::{DateTime, Utc};

use super::world::World;

pub(crate) use send::uploaded;

/// What a method works on.
pub(crate) struct Job<'a> {
    pub world: &'a mut World,
    pub plan: &'a Plan,
    pub args: &'a Args,
    pub now: DateTime<Utc>,
}

pub(crate) async fn call(server: &Arc<Inner>, name: &str, args: Args) -> Answered {
    if name == "getUpdates" {
        return poll::updates(server, &args).await;
    }
    let answer = {
        let plan = lock(&server.plan).clone();
        let mut world = lock(&server.world);
        Job { world: &mut world, plan: &plan, args: &args, now: clock::now() }.run(name)
    };
    if name == "deleteWebhook" {
        server.tell_news();
    }
    answer
}

impl Job<'_> {
    fn run(&mut self, name: &str) -> Answered {
        match name {
            "getMe" => Ok(super::wire::me(self.world)),
            "logOut" | "close" => Ok(true.into()),
            "getWebhookInfo" => Ok(self.webhook()),
            "deleteWebhook" => Ok(self.delete_webhook()),
            "sendMessage" => self.send_message(),
            "sendPhoto" => self.send_photo(),
            "sendDocument" => self.send_document(),
            "sendMediaGroup" => self.send_media_group(),
            "sendChatAction" => self.send_chat_action(),
            "editMessageText" => self.edit_text(),
            "editMessageCaption" => self.edit_caption(),
            "editMessageMedia" => self.edit_media(),
            "editMessageReplyMarkup" => self.edit_markup(),
            "deleteMessage" => self.delete_message(),
            "deleteMessages" => self.delete_messages(),
            "answerCallbackQuery" => self.answer_press(),
            "setMyCommands" => self.set_commands(),
            "getMyCommands" => Ok(self.commands()),
            "deleteMyCommands" => self.delete_commands(),
            "getChat" => self.chat_info(),
            "getChatMember" => self.chat_member(),
            "setMessageReaction" => self.react(),
            "getFile" => self.file(),
            "leaveChat" => self.leave(),
            "createForumTopic" => self.create_topic(),
            _ => Err(Refusal::not_found()),
        }
    }
}
