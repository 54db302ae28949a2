//! The demo's three chats: simulated services, one person who is in all of them, and a page in which to type.

use super::YOU;
use crate::channel::{slack, telegram, zalo};
use crate::embedded;
use crate::flow::Clock;
use crate::lab::phones::{self, Seat};
use crate::lab::telegram::{Plan, Telegram};
use crate::lab::zalo::{Plan as ZaloPlan, Zalo};
use crate::lab::{Slack, SlackPlan};
use crate::model::Identity;
use std::path::PathBuf;
use std::sync::Arc;

pub struct Phones {
    telegram: Telegram,
    slack: Arc<Slack>,
    zalo: Zalo,
    seat: Seat,
    page: phones::Phones,
}

/// Starts the services as their real ones would be set up for the bot.
pub async fn start() -> anyhow::Result<Phones> {
    // Numbers that were not there at the last start: what came then is known by its number.
    let first_update = Clock::start().now().wall.0 / 1_000;
    let telegram = Telegram::start(Plan { first_update, ..Plan::default() }).await?;
    let manifest = serde_json::from_str(&slack::manifest(&commands()?))?;
    let slack = Arc::new(Slack::start(SlackPlan::default().with_manifest(&manifest)).await?);
    let person = telegram.person(YOU);
    let user = slack.add_user(YOU, YOU, "UTC");
    let channel = slack.add_channel("noc", &[&user, slack.bot_user()]);
    let zalo = Zalo::start(ZaloPlan { first_message: first_update, ..ZaloPlan::default() }).await?;
    let contact = zalo.person(YOU);
    // The service lets a bot write to nobody who did not open the chat.
    contact.starts();
    let seat = Seat { chat: person.private(), person, workspace: slack.clone(), user, channel, contact };
    let page = phones::Phones::start(seat.clone()).await?;
    Ok(Phones { telegram, slack, zalo, seat, page })
}

fn commands() -> anyhow::Result<Vec<crate::model::Command>> {
    let catalog = crate::command::Catalog::new(&embedded::commands(), &crate::builtin::names());
    let catalog = catalog.map_err(|problems| crate::cli::all_of(&problems))?;
    Ok(catalog.commands().iter().map(|command| (**command).clone()).collect())
}

impl Phones {
    pub fn url(&self) -> String {
        self.page.url()
    }

    /// Who the person is to each.
    pub fn identities(&self) -> [Identity; 3] {
        let identity = |channel: &str, external: String| Identity { channel: channel.to_owned(), external };
        [
            identity(telegram::KIND, self.seat.person.id().to_string()),
            identity(slack::KIND, self.seat.user.clone()),
            identity(zalo::KIND, self.seat.contact.id().to_owned()),
        ]
    }

    /// The tables of the doors; `secret` writes a file that only this user can read.
    pub fn settings(&self, secret: impl Fn(&str, &str) -> anyhow::Result<PathBuf>) -> anyhow::Result<String> {
        let token = secret("chat.token", &self.telegram.token())?;
        let plan = self.slack.plan();
        let (bot, app) = (secret("bot.token", &plan.bot_token)?, secret("app.token", &plan.app_token)?);
        let contact = secret("zalo.token", &self.zalo.plan().token)?;
        let (one, other, third) = (telegram::KIND, slack::KIND, zalo::KIND);
        Ok(format!(
            "\n[channel.{one}]\nkind = {one:?}\ntoken_file = {token:?}\napi_url = {:?}\nhome = [\"{}\"]\n\
             \n[channel.{other}]\nkind = {other:?}\nbot_token_file = {bot:?}\napp_token_file = {app:?}\n\
             api_url = {:?}\nhome = [{:?}]\n\
             \n[channel.{third}]\nkind = {third:?}\ntoken_file = {contact:?}\napi_url = {:?}\nhome = [{:?}]\n",
            self.telegram.base_url(),
            self.seat.chat.id(),
            self.slack.api_url(),
            self.seat.channel,
            self.zalo.base_url(),
            self.seat.contact.id(),
        ))
    }
}
