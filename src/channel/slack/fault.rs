//! What can go wrong with a call, as a type: what the service said, or that nobody said anything. What
//! is told of it holds no token, no ticket and no address.

use crate::model::SendError;
use slack_morphism::errors::SlackClientError;
use std::fmt;
use std::time::Duration;

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Too much; after this time it may be tried again.
    Limited(Duration),
    /// `ok: false` with this word.
    Said { word: String, details: Vec<String> },
    /// A status that is no success.
    Status(u16),
    /// Nothing left the house.
    Unreached,
    /// It was sent, and no answer came: it may be done.
    Unheard,
    /// An answer that is none of the service's.
    Strange,
}

/// Words that speak of the token, and what an admin does about it.
const TOKENS: [(&str, &str); 11] = [
    ("invalid_auth", "the token is unknown there: copy it anew from the app's page"),
    ("not_authed", "no token came along: copy it anew from the app's page"),
    ("token_revoked", "the token was revoked: install the app anew and copy the new token"),
    ("token_expired", "the token has expired: install the app anew and copy the new token"),
    ("account_inactive", "the app was removed from the workspace: install it anew and copy the new token"),
    ("org_login_required", "the workspace is being moved: wait, or ask its owner"),
    ("ekm_access_denied", "an administrator of the workspace has stopped it: ask them"),
    (
        "not_allowed_token_type",
        "it is the wrong kind of token: bot_token begins with xoxb, app_token with xapp",
    ),
    ("missing_scope", "the token may not do this: install the app anew from `patchbay channel manifest`"),
    ("no_permission", "the token may not do this: install the app anew from `patchbay channel manifest`"),
    ("access_denied", "the token may not do this: ask an administrator of the workspace"),
];

/// Words that go away by themselves.
const PASSING: [&str; 7] = [
    "internal_error",
    "fatal_error",
    "service_unavailable",
    "request_timeout",
    "team_added_to_org",
    "external_channel_migrating",
    "accesslimited",
];

/// When the service did not say how long.
const LIMITED: Duration = Duration::from_secs(30);
/// A token that is refused is tried again so often, for a message and for the socket.
pub const REFUSED_TOKEN: Duration = Duration::from_secs(60);

impl Fault {
    pub fn of(error: &SlackClientError) -> Fault {
        match error {
            SlackClientError::ApiError(said) if is_limit(&said.code) => Fault::Limited(LIMITED),
            SlackClientError::ApiError(said) => Fault::Said {
                word: said.code.clone(),
                details: details(said.http_response_body.as_deref().unwrap_or_default()),
            },
            SlackClientError::RateLimitError(limit) => {
                Fault::Limited(limit.retry_after.unwrap_or(LIMITED).max(Duration::from_secs(1)))
            }
            SlackClientError::HttpError(error) => Fault::Status(error.status_code.as_u16()),
            SlackClientError::HttpProtocolError(error) => unheard(error.cause.as_deref()),
            SlackClientError::SystemError(error) => unheard(error.cause.as_deref()),
            SlackClientError::ProtocolError(_) | SlackClientError::SocketModeProtocolError(_) => {
                Fault::Strange
            }
            SlackClientError::EndOfStream(_) => Fault::Unheard,
        }
    }

    /// Whether it was this word.
    pub fn is(&self, words: &[&str]) -> bool {
        matches!(self, Fault::Said { word, .. } if words.contains(&word.as_str()))
    }

    /// What an admin does about a token that is refused.
    pub fn cure(&self) -> Option<&'static str> {
        let Fault::Said { word, .. } = self else { return None };
        TOKENS.iter().find(|(known, _)| known == word).map(|(_, cure)| *cure)
    }

    /// Whether the call may have been done all the same.
    pub fn may_be_done(&self) -> bool {
        match self {
            Fault::Unheard | Fault::Strange => true,
            Fault::Status(status) => *status >= 500,
            Fault::Limited(_) | Fault::Said { .. } | Fault::Unreached => false,
        }
    }

    /// Whether the same call can go well another time, and when.
    pub fn for_message(&self) -> SendError {
        let (after, why) = match self {
            Fault::Limited(after) => (*after, self.to_string()),
            Fault::Said { word, .. } if PASSING.contains(&word.as_str()) => {
                (Duration::ZERO, self.to_string())
            }
            Fault::Said { .. } => match self.cure() {
                Some(cure) => (REFUSED_TOKEN, format!("{self}: {cure}")),
                None => return SendError::Never { why: self.to_string() },
            },
            // Whatever else stands in a status comes from somebody on the way; the service itself says 200.
            Fault::Status(413) => return SendError::Never { why: self.to_string() },
            Fault::Status(_) | Fault::Unreached | Fault::Unheard | Fault::Strange => {
                (Duration::ZERO, self.to_string())
            }
        };
        SendError::Later { after, why }
    }
}

fn is_limit(word: &str) -> bool {
    matches!(word, "ratelimited" | "rate_limited" | "message_limit_exceeded")
}

/// A connection that never came about carried nothing.
fn unheard(cause: Option<&(dyn std::error::Error + Send + Sync + 'static)>) -> Fault {
    let client = cause.and_then(|cause| cause.downcast_ref::<hyper_util::client::legacy::Error>());
    match client.is_some_and(hyper_util::client::legacy::Error::is_connect) {
        true => Fault::Unreached,
        false => Fault::Unheard,
    }
}

/// What the service says about blocks that it does not take: `must be less than 76 characters
/// [json-pointer:/blocks/0/text]`. It speaks of places, not of what stands there.
fn details(body: &str) -> Vec<String> {
    let body: serde_json::Value = serde_json::from_str(body).unwrap_or_default();
    let list = |at: &str| body.pointer(at).and_then(|list| list.as_array()).cloned().unwrap_or_default();
    let all = [list("/response_metadata/messages"), list("/errors")].concat();
    let mut said: Vec<String> =
        all.iter().filter_map(|one| one.as_str().map(str::to_owned)).take(10).collect();
    let needed = body.pointer("/needed").and_then(|scope| scope.as_str()).filter(|scope| !scope.is_empty());
    said.extend(needed.map(|scope| format!("needed: {scope}")));
    said.dedup();
    said
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Fault::Limited(after) => write!(f, "the service lets nothing through for {} s", after.as_secs()),
            Fault::Said { word, details } if details.is_empty() => write!(f, "the service said {word}"),
            Fault::Said { word, details } => write!(f, "the service said {word} ({})", details.join("; ")),
            Fault::Status(status) => write!(f, "the service answered {status}"),
            Fault::Unreached => f.write_str("the service cannot be reached"),
            Fault::Unheard => f.write_str("no answer came in time"),
            Fault::Strange => f.write_str("the answer is not the service's; see api_url and proxy"),
        }
    }
}
