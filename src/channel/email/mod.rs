//! Mail, one way: a notice goes out as text and HTML with its pictures inline, and nothing is read.
//! A mail cannot be edited, so of a message only the first version is sent. A try that may have
//! arrived is sent again under the same Message-ID, by which mailboxes know it as the same mail.

mod html;
mod leave;
mod letter;
mod plain;
mod post;
mod table;
#[cfg(test)]
mod tests;
mod words;

use super::{Channel, Deliver, Later, Opened, Setup, Shared};
use crate::model::outbound::MessageRef;
use crate::model::{Destination, Message, Receipt, SendError, Texts};
use letter::Sender;
use post::Post;
use std::sync::Arc;
use std::time::Duration;

pub const KIND: &str = "email";

/// Seconds until the next try: an alert is worth more haste than the half hour of RFC 5321 4.5.4.1,
/// to which it comes in the end.
const PATIENCE: [u64; 6] = [30, 60, 120, 300, 600, 1_800];

pub fn checked(table: &Setup<'_>) {
    table::read(table);
}

/// Opens the door as its settings table says. Nothing is connected before there is something to send.
pub fn opened(table: &Setup<'_>, shared: &Shared) -> Option<Opened> {
    let settings = table::read(table)?;
    let mail = Mail {
        name: table.name.to_owned(),
        sender: Sender {
            from: settings.from,
            installation: shared.installation.clone(),
            homes: settings.to,
            leave: settings.leave,
        },
        post: settings.post,
        texts: Arc::clone(&shared.texts),
    };
    let channel = Channel { name: mail.name.clone(), listen: None, deliver: Arc::new(mail) };
    Some(Opened { channel, terminal: None })
}

pub fn fits(address: &str) -> bool {
    table::address(address).is_some()
}

struct Mail {
    name: String,
    sender: Sender,
    post: Post,
    texts: Arc<Texts>,
}

impl Mail {
    async fn send(&self, message: &Message) -> Result<Receipt, SendError> {
        // An earlier version stands in the mailbox, and no edit reaches it there.
        if !message.parts.is_empty() {
            return Ok(Receipt { parts: message.parts.clone() });
        }
        let letter = letter::written(message, &self.sender, &self.texts)?;
        self.post.hand_over(&letter).await?;
        Ok(Receipt { parts: vec![MessageRef(letter.id)] })
    }
}

impl Deliver for Mail {
    /// Versions after the first cost nothing.
    fn pace(&self) -> Duration {
        Duration::from_secs(1)
    }

    fn deliver<'a>(&'a self, message: &'a Message) -> Later<'a, Result<Receipt, SendError>> {
        Box::pin(self.send(message))
    }

    fn patience(&self, attempts: u32) -> Duration {
        super::patience(&PATIENCE, attempts)
    }

    fn homes(&self) -> Vec<Destination> {
        let home = |address: &String| Destination { channel: self.name.clone(), address: address.clone() };
        self.sender.homes.iter().map(home).collect()
    }
}
