//! Slack. Commands come over a socket that we open (Socket Mode), so nobody needs to reach us; answers go
//! out over the Web API. A command is answered in its thread, by one message that changes while the work
//! goes on. What this door knows of the service's forms stays in this folder.

mod api;
mod blocks;
mod budget;
mod fault;
mod heard;
mod line;
mod manifest;
mod marks;
mod memory;
mod modal;
mod presence;
mod refs;
mod road;
mod send;
mod socket;
mod table;
#[cfg(test)]
mod tests;

use super::budget::Budgets;
use super::instant::{Fate, Instants};
use super::{Channel, ChannelError, Deliver, Intake, Later, Listen, Opened, Setup, Shared};
use crate::model::{
    Class, Destination, Message, Receipt, Request, SendError, Text, Texts, Timestamp, Update,
};
use api::{Api, Bot};
use fault::Fault;
use futures_util::FutureExt;
use heard::Reading;
use line::{Opener, Sorted};
use memory::{Typed, Unfinished};
use presence::Presence;
use road::Road;
use serde_json::Value;
use socket::Waits;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::OnceCell;
use tokio_util::sync::CancellationToken;
use url::Url;

pub use manifest::manifest;

pub const KIND: &str = "slack";

/// Between two versions of one message.
const PACE: Duration = Duration::from_millis(1_200);
/// A token that is refused is named so often, however many messages wait for it.
const NAMED: Duration = Duration::from_secs(300);

pub fn checked(table: &Setup<'_>) {
    table::read(table);
}

/// Opens the door as its settings table says. Nothing is connected before it listens or sends.
pub fn opened(table: &Setup<'_>, shared: &Shared) -> Option<Opened> {
    let settings = table::read(table)?;
    let road = match road::road(settings.proxy.as_ref()) {
        Ok(road) => road,
        Err(error) => {
            table.fields.wrong("kind", format!("TLS cannot be used here ({error})"), "see the log");
            return None;
        }
    };
    let api = Api::new(road.clone(), settings.api_url.as_ref(), &settings.bot_token, &settings.app_token);
    let slack = Arc::new(Slack {
        name: table.name.to_owned(),
        home: settings.home,
        texts: Arc::clone(&shared.texts),
        ours: manifest::under_umbrella(&shared.words),
        api,
        road,
        budgets: Budgets::default(),
        unfinished: Unfinished::default(),
        typed: Typed::default(),
        presence: Presence::default(),
        fields: Instants::default(),
        bot: OnceCell::new(),
        token_named: std::sync::Mutex::default(),
        waits: Waits::default(),
    });
    let channel =
        Channel { name: slack.name.clone(), listen: Some(Arc::clone(&slack) as _), deliver: slack as _ };
    Some(Opened { channel, terminal: None })
}

/// `C0123456789`, `G...` for older private channels, `D...` for one person and the bot.
pub fn fits(address: &str) -> bool {
    let id = |c: char| c.is_ascii_digit() || c.is_ascii_uppercase();
    (3..=32).contains(&address.len()) && address.starts_with(['C', 'G', 'D']) && address.chars().all(id)
}

pub(super) struct Slack {
    name: String,
    /// Channels for what nobody asked for.
    home: Vec<String>,
    texts: Arc<Texts>,
    /// Commands that nobody can type here by their own name.
    ours: Vec<String>,
    api: Api,
    road: Road,
    budgets: Budgets,
    unfinished: Unfinished,
    typed: Typed,
    presence: Presence,
    fields: Instants,
    /// Known after the first start of the socket.
    bot: OnceCell<Bot>,
    /// When a refused token was named last.
    token_named: std::sync::Mutex<Option<Instant>>,
    waits: Waits,
}

impl Slack {
    /// What an envelope is, that comes for the first time or `again`. What asks for nothing is not stored:
    /// people's talk is theirs.
    fn sorted(self: &Arc<Self>, kind: &str, payload: &Value, again: bool) -> Sorted {
        if payload.get("type").is_some_and(|kind| kind == "block_suggestion") {
            return Sorted::Answer(Some(serde_json::json!({ "options": [] })));
        }
        let now = now();
        if let Some(errors) = modal::refused(payload, &self.texts, now) {
            return Sorted::Answer(Some(errors));
        }
        let update = heard::update(&self.name, payload, now).map(|update| Update {
            sent_at: update.sent_at.or_else(|| self.presence.sent_at(now, again)),
            ..update
        });
        let request = update.as_ref().and_then(|update| self.request(update));
        match (update, request) {
            (Some(update), Some(request)) => {
                if kind == "slash_commands" {
                    self.remember(payload);
                }
                let field = self.opener(&update.key, &request, payload);
                Sorted::HandIn { update, field }
            }
            (_, _) => Sorted::Answer(None),
        }
    }

    /// How a field is opened for whoever pressed this button, while the service lets it be opened: three seconds.
    fn opener(self: &Arc<Self>, key: &str, request: &Request, payload: &Value) -> Option<Opener> {
        let origin = modal::Origin::of(request)?;
        let trigger = payload.get("trigger_id").and_then(Value::as_str)?.to_owned();
        let (slack, fate) = (Arc::clone(self), self.fields.pressed(key));
        Some(Box::new(move |question| {
            let view = modal::view(&question, &origin, &slack.texts, now());
            async move { slack.open_field(&trigger, &view, fate).await }.boxed()
        }))
    }

    async fn open_field(&self, trigger: &str, view: &Value, fate: Fate) {
        let opened = self.api.open_view(trigger, view).await;
        if let Err(fault) = &opened {
            tracing::info!(channel = self.name, %fault, "a field could not be opened; it is asked for in words");
        }
        fate.is(opened.is_ok());
    }

    fn remember(&self, payload: &Value) {
        let word = |key: &str| payload.get(key).and_then(Value::as_str);
        if let (Some(channel), Some(url)) = (word("channel_id"), word("response_url"))
            && let Ok(url) = Url::parse(url)
        {
            self.typed.remember(channel, url, instant());
        }
    }

    /// Asked once; says at the start whether the bot's token is good.
    async fn know_the_bot(&self) -> Result<(), Fault> {
        let bot = self.bot.get_or_try_init(|| self.api.who_am_i()).await?;
        tracing::debug!(channel = self.name, bot = bot.user, team = bot.team, "known by this name");
        Ok(())
    }

    /// Somebody typed where the bot may not speak: only they are told, and what to do.
    async fn hint(&self, message: &Message) {
        let place = message.place.address.as_str();
        let Some(url) = self.typed.take(place, instant()) else { return };
        let bot = self.bot.get().map_or("patchbay", |bot| bot.user.as_str());
        let text = match place.starts_with('D') {
            true => text!("slack.not_here", bot = bot),
            false => text!("slack.invite", bot = bot),
        };
        let hint = self.say_to(message, &text);
        if let Err(fault) = self.api.answer(&url, &marks::escaped(&hint)).await {
            tracing::info!(channel = self.name, %fault, "somebody could not be told that I am not in their channel");
        }
    }

    fn say_to(&self, message: &Message, text: &Text) -> String {
        self.texts.render(text, &message.reader, message.now)
    }

    fn name_token(&self, fault: &Fault, cure: &str) {
        let now = instant();
        let mut named = self.token_named.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if named.is_none_or(|at| now.saturating_duration_since(at) >= NAMED) {
            *named = Some(now);
            tracing::error!(
                channel = self.name,
                token = "bot_token",
                "{fault}: {cure}. Messages wait until then"
            );
        }
    }
}

impl Listen for Slack {
    fn listen(
        self: Arc<Self>,
        intake: Intake,
        stop: CancellationToken,
    ) -> Later<'static, Result<(), ChannelError>> {
        Box::pin(socket::listen(self, intake, stop))
    }

    fn request(&self, update: &Update) -> Option<Request> {
        Reading { channel: &self.name }.request(&update.raw)
    }
}

impl Deliver for Slack {
    fn pace(&self) -> Duration {
        PACE
    }

    fn deliver<'a>(&'a self, message: &'a Message) -> Later<'a, Result<Receipt, SendError>> {
        Box::pin(async move {
            if message.class == Class::Ephemeral && self.fields.was_shown(&self.name, &message.slot).await {
                return Ok(Receipt { parts: Vec::new() });
            }
            self.send(message).await
        })
    }

    fn turn(&self, message: &Message) -> Duration {
        let stands = !self.unfinished.of(message).parts.is_empty();
        let method = budget::method(message, stands);
        self.budgets.take(&method.buckets(&message.place.address), message.class, instant())
    }

    fn edits_are_silent(&self) -> bool {
        true
    }

    fn homes(&self) -> Vec<Destination> {
        let home = |address: &String| Destination { channel: self.name.clone(), address: address.clone() };
        self.home.iter().map(home).collect()
    }
}

#[expect(clippy::disallowed_methods, reason = "the door's one reading of the wall clock")]
fn now() -> Timestamp {
    chrono::Utc::now().into()
}

#[expect(clippy::disallowed_methods, reason = "the door's one reading of the monotonic clock, for budgets")]
fn instant() -> Instant {
    Instant::now()
}
