//! What the service lets through, by method and channel: <https://docs.slack.dev/apis/web-api/rate-limits>.

use crate::channel::budget::Allowance;
use crate::model::{Class, Message};
use std::time::Duration;

/// A method that is limited.
pub struct Method {
    name: &'static str,
    /// Counted for each channel by itself.
    by_channel: bool,
    allowance: Allowance,
}

const fn tier(a_minute: u32, burst: u32) -> Allowance {
    Allowance::new(burst, Duration::from_millis(60_000 / (a_minute - burst) as u64))
}

/// About one a second in a channel; short bursts pass.
pub const POST: Method = Method {
    name: "chat.postMessage",
    by_channel: true,
    allowance: Allowance::new(3, Duration::from_secs(1)),
};
/// Tier 3.
pub const UPDATE: Method = Method { name: "chat.update", by_channel: false, allowance: tier(50, 10) };
/// Tier 3.
pub const DELETE: Method = Method { name: "chat.delete", by_channel: false, allowance: tier(50, 10) };
/// Tier 3.
pub const DELETE_FILE: Method = Method { name: "files.delete", by_channel: false, allowance: tier(50, 10) };
/// Tier 4.
pub const WHISPER: Method =
    Method { name: "chat.postEphemeral", by_channel: false, allowance: tier(100, 20) };
/// Tier 4, as both calls that a file takes besides its bytes.
pub const FILE: Method = Method { name: "files", by_channel: false, allowance: tier(100, 20) };
/// "Several hundred a minute" of a whole workspace.
const WORKSPACE: (&str, Allowance) = ("workspace", tier(300, 60));

impl Method {
    pub fn bucket(&self, channel: &str) -> String {
        match self.by_channel {
            true => format!("{} {channel}", self.name),
            false => self.name.to_owned(),
        }
    }

    pub fn buckets(&self, channel: &str) -> Vec<(String, Allowance)> {
        let own = (self.bucket(channel), self.allowance);
        match self.by_channel {
            true => vec![own, (WORKSPACE.0.to_owned(), WORKSPACE.1)],
            false => vec![own],
        }
    }
}

/// The first call that a message takes.
pub fn method(message: &Message, stands: bool) -> &'static Method {
    match (message.class, &message.only) {
        (Class::Ephemeral, Some(_)) => &WHISPER,
        _ if stands => &UPDATE,
        _ => &POST,
    }
}
