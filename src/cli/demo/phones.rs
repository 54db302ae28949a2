//! The demo's two chats: simulated services, one person who is in both, and a page in which to type.

use super::YOU;
use crate::channel::{slack, telegram};
use crate::embedded;
use crate::flow::Clock;
use crate::lab::phones::{self, Seat};
use crate::lab::telegram::{Plan, Telegram};
use crate::lab::{Slack, SlackPlan};
use crate::model::Identity;
use std::path::PathBuf;
use std::sync::Arc;

pub struct Phones {
    telegram: Telegram,
    slack: Arc<Slack>,
    seat: Seat,
    page: phones::Phones,
}

/// Starts both services as their real ones would be set up for the bot.
pub async fn start() -> anyhow::Result<Phones> {
    // Numbers that were not there at the last start: what came then is known by its number.
    let first_update = Clock::start().now().wall.0 / 1_000;
    let telegram = Telegram::start(Plan { first_update, ..Plan::default() }).await?;
    let manifest = serde_json::from_str(&slack::manifest(&commands()?))?;
    let slack = Arc::new(Slack::start(SlackPlan::default().with_manifest(&manifest)).await?);
    let person = telegram.person(YOU);
    let user = slack.add_user(YOU, YOU, "UTC");
    let channel = slack.add_channel("noc", &[&user, slack.bot_user()]);
    let seat = Seat { chat: person.private(), person, workspace: slack.clone(), user, channel };
    let page = phones::Phones::start(seat.clone()).await?;
    Ok(Phones { telegram, slack, seat, page })
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

    /// Who the person is to both.
    pub fn identities(&self) -> [Identity; 2] {
        let identity = |channel: &str, external: String| Identity { channel: channel.to_owned(), external };
        [
            identity(telegram::KIND, self.seat.person.id().to_string()),
            identity(slack::KIND, self.seat.user.clone()),
        ]
    }

    /// The tables of both doors; `secret` writes a file that only this user can read.
    pub fn settings(&self, secret: impl Fn(&str, &str) -> anyhow::Result<PathBuf>) -> anyhow::Result<String> {
        let token = secret("chat.token", &self.telegram.token())?;
        let plan = self.slack.plan();
        let (bot, app) = (secret("bot.token", &plan.bot_token)?, secret("app.token", &plan.app_token)?);
        let (one, other) = (telegram::KIND, slack::KIND);
        Ok(format!(
            "\n[channel.{one}]\nkind = {one:?}\ntoken_file = {token:?}\napi_url = {:?}\nhome = [\"{}\"]\n\
             \n[channel.{other}]\nkind = {other:?}\nbot_token_file = {bot:?}\napp_token_file = {app:?}\n\
             api_url = {:?}\nhome = [{:?}]\n",
            self.telegram.base_url(),
            self.seat.chat.id(),
            self.slack.api_url(),
            self.seat.channel,
        ))
    }
}
