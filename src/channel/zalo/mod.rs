//! Zalo, by one of two APIs: a bot with a static token, whom people write to first, or an Official Account whose tokens
//! rotate and who may write for seven days after somebody showed themselves. Messages are plain text and never change;
//! only first versions and ends are sent. What people write is a typed line.

mod account;
mod address;
mod bot;
mod bring;
mod fault;
mod hook;
mod left;
mod page;
mod poll;
mod request;
mod settings;
#[cfg(test)]
mod tests;
mod tokens;
mod turns;
mod windows;
mod wire;

use super::port::Reaches;
use super::{Channel, ChannelError, Deliver, Intake, Later, Listen, Opened, Setup, Shared};
use crate::model::{Destination, Message, Receipt, Request, SendError, Texts, Timestamp, Update};
use account::Account;
use address::Address;
use bot::Bot;
use fault::Fault;
use hook::Seal;
use left::Left;
use settings::{Api, Driver};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokens::{App, Tokens};
use tokio_util::sync::CancellationToken;
use turns::Turns;
use windows::Windows;
use wire::Wire;

pub const KIND: &str = "zalo";
/// How an address is written, for whoever must write one.
pub const EXAMPLE: &str = "6ede9afa66b88fe6d6a9";
/// Said in the log and at every message that waits for it.
const TOKEN_REFUSED: &str = "the service refuses the bot's token; put the one that the Zalo Bot Manager shows into \
                             token_file and start the bot again";

pub fn checked(table: &Setup<'_>) {
    settings::read(table);
}

/// An Official Account cannot make the first of its tokens by itself.
pub fn wants_tokens(table: &Setup<'_>) -> bool {
    settings::api(table.fields) == Api::Oa
}

pub fn fits(address: &str) -> bool {
    Address::read(address).is_some()
}

/// Opens the door as its settings table says. The service is first asked when the loop starts.
pub fn opened(table: &Setup<'_>, shared: &Shared) -> Option<Opened> {
    let settings = settings::read(table)?;
    let wire = match Wire::new() {
        Ok(wire) => wire,
        Err(why) => {
            let what = format!("{} cannot be opened: {why}", table.name);
            table.fields.wrong("kind", what, "see that the system's certificates can be read");
            return None;
        }
    };
    let (line, api) = match settings.driver {
        Driver::Bot { token } => (Line::Bot(Bot::new(wire, settings.api_url, token)), Api::Bot),
        Driver::Oa(settings::Account { app_id, app_secret, oauth_url, webhook, webhook_secret }) => {
            let seal = Arc::new(Seal { app_id: app_id.clone(), secret: webhook_secret });
            let app = App { id: app_id, secret: app_secret, oauth_url };
            let tokens = Tokens::new(table.name, app, wire.clone(), Arc::clone(&shared.vault));
            let account = Account::new(wire, settings.api_url, tokens);
            (Line::Account { account, webhook: webhook.map(|at| (at, seal)) }, Api::Oa)
        }
    };
    let zalo = Arc::new(Zalo {
        called: table.name.to_owned(),
        home: settings.home,
        line,
        texts: Arc::clone(&shared.texts),
        reaches: Arc::clone(&shared.reaches),
        turns: Turns::new(api),
        left: Left::default(),
        windows: Windows::default(),
    });
    let channel = Channel { name: zalo.called.clone(), listen: Some(Arc::clone(&zalo) as _), deliver: zalo };
    Some(Opened { channel, terminal: None })
}

struct Zalo {
    /// What destinations and identities call this door.
    called: String,
    /// Users and groups for what nobody asked for.
    home: Vec<String>,
    line: Line,
    texts: Arc<Texts>,
    reaches: Arc<dyn Reaches>,
    turns: Turns,
    left: Left,
    windows: Windows,
}

enum Line {
    Bot(Bot),
    Account { account: Account, webhook: Option<(SocketAddr, Arc<Seal>)> },
}

impl Zalo {
    async fn send(&self, to: Address<'_>, text: &str) -> Result<String, Fault> {
        match (&self.line, to) {
            (Line::Bot(bot), Address::Person(id)) => bot.send(id, text).await,
            (Line::Bot(_), Address::Group(_)) => {
                Err(Fault::Refused("a bot writes to a group by its id alone, without group:".to_owned()))
            }
            (Line::Account { account, .. }, to) => account.send(to, text).await,
        }
    }
}

impl Listen for Zalo {
    fn listen(
        self: Arc<Self>,
        intake: Intake,
        stop: CancellationToken,
    ) -> Later<'static, Result<(), ChannelError>> {
        Box::pin(async move {
            match &self.line {
                Line::Bot(bot) => poll::listen(&self, bot, intake, stop).await,
                Line::Account { account, webhook: None } => {
                    windows::watch(&self, account, stop).await;
                    Ok(())
                }
                Line::Account { account, webhook: Some((address, seal)) } => {
                    let listener = hook::bound(*address).await?;
                    let hook =
                        hook::listen(Arc::clone(&self), Arc::clone(seal), listener, intake, stop.clone());
                    let (heard, ()) = tokio::join!(hook, windows::watch(&self, account, stop));
                    heard
                }
            }
        })
    }

    fn request(&self, update: &Update) -> Option<Request> {
        request::request(update)
    }
}

impl Deliver for Zalo {
    /// Versions between the first and the end cost nothing.
    fn pace(&self) -> Duration {
        Duration::from_secs(1)
    }

    fn deliver<'a>(&'a self, message: &'a Message) -> Later<'a, Result<Receipt, SendError>> {
        Box::pin(bring::bring(self, message))
    }

    /// An address that is none has no turn to wait for, and neither has what is not sent.
    fn turn(&self, message: &Message) -> Duration {
        let sends = bring::is_sent(message) && fits(&message.place.address);
        if sends { self.turns.take(&message.place.address, message.class) } else { Duration::ZERO }
    }

    fn homes(&self) -> Vec<Destination> {
        let home = |address: &String| Destination { channel: self.called.clone(), address: address.clone() };
        self.home.iter().map(home).collect()
    }
}

#[expect(clippy::disallowed_methods, reason = "the door's one reading of the clock")]
fn now() -> Timestamp {
    chrono::Utc::now().into()
}
