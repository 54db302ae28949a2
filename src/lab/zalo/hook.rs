//! An event of the account on its way to the bot: signed as the service signs it, and posted once.

use std::sync::Arc;

use serde_json::Value;
use sha2::{Digest, Sha256};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::Inner;
use crate::lab::router::lock;

/// An event and how it is signed; the tests change one or the other.
#[derive(Clone, Debug)]
pub struct Event {
    pub body: String,
    pub signature: String,
}

impl Event {
    pub(crate) fn new(server: &Arc<Inner>, event: &Value, time: &str) -> Event {
        let plan = lock(&server.plan).clone();
        let body = event.to_string();
        let mut hash = Sha256::new();
        for part in [plan.app_id.as_str(), &body, time, &plan.webhook_secret] {
            hash.update(part.as_bytes());
        }
        let digits: String = hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
        Event { body, signature: format!("{}{digits}", plan.prefix) }
    }

    /// Posts it to the port where the bot listens. The status that came back; None when nobody answers.
    pub async fn post(&self, to: std::net::SocketAddr) -> Option<u16> {
        let mut stream = TcpStream::connect(to).await.ok()?;
        let (length, signature) = (self.body.len(), &self.signature);
        let head = format!(
            "POST / HTTP/1.1\r\nhost: {to}\r\nconnection: close\r\ncontent-type: application/json\r\n\
             x-zevent-signature: {signature}\r\ncontent-length: {length}\r\n\r\n"
        );
        stream.write_all(format!("{head}{}", self.body).as_bytes()).await.ok()?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.ok()?;
        answer.split(' ').nth(1)?.parse().ok()
    }
}
