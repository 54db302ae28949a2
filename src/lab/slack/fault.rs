//! What can be wrong with the service on purpose.

use std::time::Duration;

/// One thing that goes wrong until it is cleared, or so many times.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SlackFault {
    /// Nobody listens, neither for calls nor for sockets; what is open is cut.
    Unreachable,
    /// Calls are answered, sockets are refused and cut.
    NoSockets,
    /// A socket comes about and nothing is ever said on it.
    NoHello,
    /// Every token is refused: `token_revoked`.
    TokenRevoked,
    /// Every envelope is sent twice.
    Twice,
    /// The next so many envelopes wait for the last of them and leave in reverse.
    Reversed(usize),
    Call(SlackTrouble),
}

/// Something wrong with calls of one method.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SlackTrouble {
    /// `chat.postMessage`, `response_url`, `upload`; empty is every one.
    pub method: String,
    /// Only calls for this channel.
    pub channel: Option<String>,
    /// So many calls; `None` is until it is cleared.
    pub times: Option<usize>,
    pub what: SlackWrong,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SlackWrong {
    /// 429, and `Retry-After` in seconds.
    RateLimited(u64),
    /// `ok: false` with this word: `internal_error`, `fatal_error`, `message_limit_exceeded` ...
    Error(String),
    /// This status with a page of HTML.
    Html(u16),
    /// No answer ever; nothing is done.
    Hang,
    Slow(Duration),
    /// The line is cut; nothing is done.
    CutBefore,
    /// It is done, and the line is cut without an answer.
    CutAfter,
}

impl SlackTrouble {
    pub fn on(method: &str, what: SlackWrong) -> SlackTrouble {
        SlackTrouble { method: method.to_owned(), channel: None, times: None, what }
    }

    #[must_use]
    pub fn in_channel(self, channel: &str) -> SlackTrouble {
        SlackTrouble { channel: Some(channel.to_owned()), ..self }
    }

    #[must_use]
    pub fn times(self, times: usize) -> SlackTrouble {
        SlackTrouble { times: Some(times), ..self }
    }

    pub(crate) fn concerns(&self, method: &str, channel: Option<&str>) -> bool {
        let here = self.channel.as_deref().is_none_or(|wanted| channel == Some(wanted));
        here && (self.method.is_empty() || self.method == method)
    }
}

/// Why the service ends a socket with a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SlackGoodbye {
    /// It will end within some time; it does not end now.
    Warning,
    /// It ends, and a new one is wanted.
    RefreshRequested,
    /// Socket Mode was switched off.
    LinkDisabled,
}

impl SlackGoodbye {
    pub(crate) fn word(self) -> &'static str {
        match self {
            SlackGoodbye::Warning => "warning",
            SlackGoodbye::RefreshRequested => "refresh_requested",
            SlackGoodbye::LinkDisabled => "link_disabled",
        }
    }
}
