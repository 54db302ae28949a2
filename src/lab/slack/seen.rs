//! What was seen of the app: its calls and what became of them, its acknowledgements and how long they took.

use std::time::Duration;

use chrono::{DateTime, Utc};
use serde_json::Value;

/// One call of the Web API, of a `response_url` or of an upload's address.
#[derive(Clone, Debug, PartialEq)]
pub struct SlackCall {
    pub at: DateTime<Utc>,
    /// `chat.postMessage`, `response_url`, `upload`.
    pub method: String,
    /// As they were understood, without the token; as they came where they were not.
    pub arguments: Value,
    /// 0 where the line was cut.
    pub status: u16,
    /// The word of a refusal.
    pub error: Option<String>,
    /// The whole answer.
    pub answer: Value,
}

/// One acknowledgement of an envelope.
#[derive(Clone, Debug, PartialEq)]
pub struct SlackAck {
    pub envelope: String,
    /// `events_api`, `slash_commands`, `interactive`.
    pub kind: &'static str,
    /// From the envelope's leaving.
    pub took: Duration,
    /// 0 at the first delivery.
    pub attempt: u32,
    /// Nobody waited for it any more.
    pub late: bool,
    pub payload: Value,
}

/// What became of an envelope.
#[derive(Clone, Debug, PartialEq)]
pub enum SlackFate {
    Waiting,
    Acknowledged {
        took: Duration,
        attempt: u32,
        payload: Value,
    },
    /// Nobody acknowledged it in time; no further try is made.
    TimedOut,
    /// There was no connection.
    Undelivered,
}
