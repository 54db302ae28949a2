//! The API of an Official Account: messages to one person, whom it lets us write to for seven days after they showed
//! themselves, and to groups. A token that is not taken is renewed once, and the call is made once more.
//! <https://developers.zalo.me/docs/official-account>

use super::address::Address;
use super::bot::id;
use super::fault::{Fault, number, of_account};
use super::now;
use super::tokens::Tokens;
use super::wire::{Answer, Body, CALL, Wire, below};
use crate::model::Timestamp;
use reqwest::Url;
use serde_json::{Value, json};
use std::time::Duration;

/// So long after somebody showed themselves they can be written to.
pub const WINDOW: Duration = Duration::from_secs(7 * 24 * 3_600);

pub struct Account {
    wire: Wire,
    api: Url,
    pub tokens: Tokens,
}

impl Account {
    pub fn new(wire: Wire, api: Url, tokens: Tokens) -> Account {
        Account { wire, api, tokens }
    }

    /// The service's own id of the message.
    pub async fn send(&self, to: Address<'_>, text: &str) -> Result<String, Fault> {
        let message = json!({ "text": text });
        let sent = match to {
            Address::Person(id) => {
                let call = json!({ "recipient": { "user_id": id }, "message": message });
                self.call("v3.0/oa/message/cs", call).await?
            }
            Address::Group(id) => {
                let call = json!({ "recipient": { "group_id": id }, "message": message });
                self.call("v3.0/oa/group/message", call).await?
            }
        };
        id(&sent, "message_id")
    }

    /// When the service lets nobody write to this one any more, unless they show themselves again. None: it does not
    /// say.
    pub async fn window_ends(&self, user: &str) -> Result<Option<Timestamp>, Fault> {
        let facts = self.call("v3.0/oa/quota/message", json!({ "user_id": user })).await?;
        let last = facts.get("last_interaction").or(facts.pointer("/0/last_interaction"));
        let last = last.and_then(number).filter(|last| *last > 0);
        Ok(last.map(|last| Timestamp(last).plus(WINDOW)))
    }

    async fn call(&self, path: &str, arguments: Value) -> Result<Value, Fault> {
        let token = self.tokens.access().await?;
        match self.once(path, &arguments, token.reveal()).await {
            Err(Fault::Stale(_)) => {
                let token = self.tokens.instead_of(&token).await?;
                self.once(path, &arguments, token.reveal()).await
            }
            other => other,
        }
    }

    async fn once(&self, path: &str, arguments: &Value, token: &str) -> Result<Value, Fault> {
        let (url, body) = (below(&self.api, path), Body::Json(arguments.clone()));
        let Answer { status, mut body } =
            self.wire.post(url, Some(("access_token", token)), body, CALL).await?;
        if let Some(Value::String(words)) = body.get_mut("message") {
            *words = words.replace(token, "***");
        }
        of_account(status, &body, now())
    }
}
