//! The line to the service: one call goes in, its answer or a named fault comes out, always before its
//! deadline. The token is in every address that is called, so no error of the library is ever printed: a
//! fault says what happened in our words, or in those of the service's own answer.

use crate::model::Secret;
use reqwest_telegram::redirect::Policy;
use reqwest_telegram::{Client, Proxy, Url};
use serde::Serialize;
use serde_json::Value;
use std::time::Duration;
use teloxide::requests::{JsonRequest, MultipartPayload, MultipartRequest, Payload, Request};
use teloxide::types::InputFile;
use teloxide::{ApiError, Bot, RequestError};

/// Every call has an end. It also cuts short the ten seconds for which the library sleeps after a 5xx.
pub const CALL: Duration = Duration::from_secs(15);
/// Of a picture, of a file.
pub const PICTURE: Duration = Duration::from_secs(30);
pub const FILE: Duration = Duration::from_secs(60);
const CONNECT: Duration = Duration::from_secs(10);
/// A line that lay still for longer may be dead without a word: a new one costs less than a deadline.
const IDLE: Duration = Duration::from_secs(30);
/// The service's own words are cut here.
const WORDS: usize = 200;

/// Why a call was not done, as far as the one who called acts differently.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The service says when to come back.
    TooMany(Duration),
    /// The group is called so from now on.
    Moved(i64),
    TokenRefused,
    /// Somebody else asks for the updates, or a webhook gets them.
    Conflict(String),
    /// It says that already.
    NotModified,
    /// The message is not there, or nobody may change it any more.
    MessageGone,
    TopicGone,
    /// Our mark-up was not understood.
    MarkUp,
    /// Asking again is no use.
    Refused(String),
    /// The service is not there or not well. Whether the call was done all the same may be unknown.
    Away {
        why: String,
        doubt: bool,
    },
}

/// No Debug: the library's would print the token.
#[derive(Clone)]
pub struct Wire(Bot);

impl Wire {
    /// Connects to nothing yet. Proxies of the environment are not asked: which way messages go is a setting.
    pub fn new(token: &Secret, api_url: Url, proxy: Option<Proxy>) -> Result<Wire, String> {
        let builder = Client::builder()
            .use_rustls_tls()
            .tls_built_in_webpki_certs(false)
            .tls_built_in_native_certs(true)
            .connect_timeout(CONNECT)
            .pool_idle_timeout(IDLE)
            .redirect(Policy::none())
            .tcp_nodelay(true)
            .no_proxy();
        let builder = match proxy {
            Some(proxy) => builder.proxy(proxy),
            None => builder,
        };
        let client = builder.build().map_err(|error| error.without_url().to_string())?;
        Ok(Wire(Bot::with_client(token.reveal(), client).set_api_url(api_url)))
    }

    pub async fn call<P>(&self, payload: P, deadline: Duration) -> Result<Value, Fault>
    where
        P: Payload + Serialize + Clone + Send + 'static,
    {
        within(deadline, JsonRequest::new(self.0.clone(), Lean(payload)).send()).await
    }

    pub async fn upload<P>(&self, payload: P, deadline: Duration) -> Result<Value, Fault>
    where
        P: MultipartPayload + Serialize + Clone + Send + 'static,
    {
        within(deadline, MultipartRequest::new(self.0.clone(), Lean(payload)).send()).await
    }
}

async fn within(
    deadline: Duration,
    call: impl Future<Output = Result<Value, RequestError>>,
) -> Result<Value, Fault> {
    match tokio::time::timeout(deadline, call).await {
        Ok(answer) => answer.map_err(|error| fault(&error)),
        Err(_elapsed) => Err(away("gave no answer in time", true)),
    }
}

/// The library's call with an answer that is not read: a message of a kind that the library does not know yet
/// was sent all the same.
#[derive(Clone, Serialize)]
#[serde(transparent)]
struct Lean<P>(P);

impl<P: Payload> Payload for Lean<P> {
    type Output = Value;
    const NAME: &'static str = P::NAME;
}

impl<P: MultipartPayload> MultipartPayload for Lean<P> {
    fn copy_files(&self, into: &mut dyn FnMut(InputFile)) {
        self.0.copy_files(into);
    }

    fn move_files(&mut self, into: &mut dyn FnMut(InputFile)) {
        self.0.move_files(into);
    }
}

fn away(why: &str, doubt: bool) -> Fault {
    Fault::Away { why: why.to_owned(), doubt }
}

fn fault(error: &RequestError) -> Fault {
    match error {
        RequestError::RetryAfter(seconds) => Fault::TooMany(seconds.duration()),
        RequestError::MigrateToChatId(chat) => Fault::Moved(chat.0),
        RequestError::Api(error) => refused(error),
        RequestError::Network(error) if error.is_connect() => away("cannot be reached", false),
        RequestError::Network(_) => away("broke the line off", true),
        // What a proxy or a service in trouble says is a page, no answer.
        RequestError::InvalidJson { .. } => away("gave an answer that cannot be read", true),
        RequestError::Io(_) => away("did not get the file", false),
    }
}

fn refused(error: &ApiError) -> Fault {
    match error {
        ApiError::InvalidToken => Fault::TokenRefused,
        ApiError::TerminatedByOtherGetUpdates | ApiError::CantGetUpdates => Fault::Conflict(said(error)),
        ApiError::MessageNotModified => Fault::NotModified,
        ApiError::MessageToEditNotFound
        | ApiError::MessageIdInvalid
        | ApiError::MessageCantBeEdited
        | ApiError::MessageCantBeDeleted
        | ApiError::MessageToDeleteNotFound => Fault::MessageGone,
        ApiError::CantParseEntities(_) => Fault::MarkUp,
        ApiError::Unknown(words) => unknown(words),
        _ => Fault::Refused(said(error)),
    }
}

/// Sentences that the library has no name for. The first word is the status that came with them.
fn unknown(words: &str) -> Fault {
    let says = |what: &str| words.to_ascii_lowercase().contains(what);
    let status = words.split(':').next().unwrap_or_default();
    match status {
        "Conflict" => Fault::Conflict(cut(words)),
        "Bad Request" if says("not modified") => Fault::NotModified,
        "Bad Request" if says("message thread not found") || says("topic_") => Fault::TopicGone,
        "Bad Request" if says("message to edit not found") || says("message can't be") => Fault::MessageGone,
        "Bad Request" | "Forbidden" | "Unauthorized" | "Request Entity Too Large" => {
            Fault::Refused(cut(words))
        }
        _ => away(&format!("answered {:?}", cut(words)), true),
    }
}

fn said(error: &ApiError) -> String {
    cut(&error.to_string())
}

fn cut(words: &str) -> String {
    words.chars().filter(|c| !c.is_control()).take(WORDS).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(description: &str) -> Fault {
        let api: ApiError = serde_json::from_value(Value::from(description)).unwrap();
        fault(&RequestError::Api(api))
    }

    #[test]
    fn each_answer_has_its_fault() {
        let refused = |words: &str| Fault::Refused(words.to_owned());
        for (description, expected) in [
            ("Unauthorized", Fault::TokenRefused),
            ("Not Found", Fault::TokenRefused),
            ("Bad Request: message to edit not found", Fault::MessageGone),
            ("Bad Request: message is not modified", Fault::NotModified),
            ("Bad Request: message thread not found", Fault::TopicGone),
            ("Bad Request: TOPIC_CLOSED", Fault::TopicGone),
            ("Bad Request: can't parse entities: Unsupported start tag \"x\"", Fault::MarkUp),
            ("Bad Request: chat not found", refused("Bad Request: chat not found")),
            (
                "Forbidden: bot was kicked from the supergroup chat",
                refused("Forbidden: bot was kicked from the supergroup chat"),
            ),
            ("Forbidden: something new", refused("Forbidden: something new")),
            ("Bad Gateway", away("answered \"Bad Gateway\"", true)),
            ("Internal Server Error", away("answered \"Internal Server Error\"", true)),
        ] {
            assert_eq!(of(description), expected, "{description}");
        }
        assert!(matches!(
            of(
                "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"
            ),
            Fault::Conflict(_)
        ));
        assert!(matches!(
            of(
                "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"
            ),
            Fault::Conflict(_)
        ));
    }
}
