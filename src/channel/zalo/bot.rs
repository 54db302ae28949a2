//! The Bot API: one static token, which is a part of every address that is called. Users must write to the bot first.
//! <https://bot.zaloplatforms.com/docs>

use super::fault::{Fault, cut, of_bot};
use super::wire::{Answer, Body, CALL, Wire, below};
use crate::model::Secret;
use reqwest::Url;
use serde_json::{Value, json};
use std::time::Duration;

/// How long the service may keep the question when there is nothing to say.
const WAITS: Duration = Duration::from_secs(30);

pub struct Bot {
    wire: Wire,
    api: Url,
    token: Secret,
}

impl Bot {
    pub fn new(wire: Wire, api: Url, token: Secret) -> Bot {
        Bot { wire, api, token }
    }

    /// The service's own id of the message.
    pub async fn send(&self, chat: &str, text: &str) -> Result<String, Fault> {
        let sent = self.call("sendMessage", json!({ "chat_id": chat, "text": text }), CALL).await?;
        id(&sent, "message_id")
    }

    /// The next update; waits for it. [`Fault::Nothing`] when there was none.
    pub async fn updates(&self) -> Result<Value, Fault> {
        let question = json!({ "timeout": WAITS.as_secs() });
        let event = self.call("getUpdates", question, WAITS + CALL).await?;
        match event.get("event_name") {
            Some(_) => Ok(event),
            None => Err(Fault::Nothing),
        }
    }

    async fn call(&self, method: &str, arguments: Value, deadline: Duration) -> Result<Value, Fault> {
        let url = below(&self.api, &format!("bot{}/{method}", self.token.reveal()));
        let Answer { status, mut body } = self.wire.post(url, None, Body::Json(arguments), deadline).await?;
        // The service's own words may quote the address that was called.
        if let Some(Value::String(words)) = body.get_mut("description") {
            *words = words.replace(self.token.reveal(), "***");
        }
        of_bot(status, &body)
    }
}

/// It was sent, and whether it says as what or not, it must not be sent again.
pub fn id(sent: &Value, name: &str) -> Result<String, Fault> {
    let id = match sent.get(name) {
        Some(Value::String(id)) => id.clone(),
        Some(Value::Number(id)) => id.to_string(),
        _ => "?".to_owned(),
    };
    Ok(cut(&id))
}
