//! One socket (Socket Mode): envelopes come in, each is handed on, and what the house answers goes back as
//! its acknowledgement. Reading never waits for that, and nothing is acknowledged before it is stored.

use super::api::Ticket;
use super::fault::Fault;
use super::road::Road;
use crate::channel::{Acknowledgement, Question, Received};
use crate::model::Update;
use futures_util::future::BoxFuture;
use futures_util::stream::FuturesUnordered;
use futures_util::{FutureExt, SinkExt, StreamExt};
use http_body_util::Empty;
use hyper::body::Bytes;
use hyper::header::{CONNECTION, HeaderValue, UPGRADE};
use hyper::{Request, StatusCode, Uri};
use hyper_util::client::legacy::Client;
use hyper_util::rt::{TokioExecutor, TokioIo};
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::VecDeque;
use std::time::Duration;
use tokio::sync::{mpsc, oneshot};
use tokio::time::{Instant, sleep_until, timeout};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::handshake::client::generate_key;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;
use tokio_tungstenite::tungstenite::protocol::{Role, WebSocketConfig};
use tokio_util::sync::CancellationToken;

/// The service greets at once.
const GREETING: Duration = Duration::from_secs(15);
/// How long a frame of ours may take to leave.
const SENT: Duration = Duration::from_secs(10);
/// What is being stored when the socket is given up may still be acknowledged on it.
const LAST_WORDS: Duration = Duration::from_millis(2_500);
/// Envelopes that wait for room in the intake. Beyond them the socket is not read; the service waits, and
/// delivers again what was not acknowledged.
const WAITING: usize = 512;
/// The longest envelopes hold the message whose button was pressed.
const LONGEST: usize = 4 << 20;

type Socket = WebSocketStream<TokioIo<hyper::upgrade::Upgraded>>;

/// A socket that was greeted.
pub struct Line {
    socket: Socket,
    /// How many the app has open, as the service counts them.
    pub connections: u64,
    deaf_after: Duration,
}

/// Why a socket ended, or did not begin.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum End {
    /// We were told to.
    Stopped,
    /// The service closed it, with its word.
    Closed(Option<String>),
    Broken,
    /// Nothing was heard for too long.
    Deaf,
    /// The service has enough of our sockets.
    TooMany,
    NotGreeted,
}

/// What one frame says.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Frame {
    r#type: String,
    envelope_id: Option<String>,
    payload: Value,
    reason: Option<String>,
    num_connections: u64,
    /// How often it was sent before.
    retry_attempt: Option<u64>,
}

/// Opens a field before whoever pressed.
pub type Opener = Box<dyn FnOnce(Box<Question>) -> BoxFuture<'static, ()> + Send>;

/// What goes back for an envelope, and what is done once it went.
#[derive(Default)]
struct Answered {
    text: Option<String>,
    then: Option<BoxFuture<'static, ()>>,
}

/// What becomes of an envelope.
pub enum Sorted {
    /// Acknowledged when it is stored. `field` opens a field, when the house asks for words.
    HandIn { update: Update, field: Option<Opener> },
    /// Asks for nothing: acknowledged at once, with what the service wants to see in it.
    Answer(Option<Value>),
}

/// Opens a socket along the road that the calls take: a handshake over HTTP (RFC 6455 4.1), so that
/// proxy and trust are the same, and no error of a library can tell the ticket.
pub async fn open(road: Road, ticket: &Ticket, deaf_after: Duration) -> Result<Line, Fault> {
    let at = address(ticket).ok_or(Fault::Strange)?;
    let key = generate_key();
    let request = Request::get(at)
        .header(UPGRADE, "websocket")
        .header(CONNECTION, "Upgrade")
        .header("sec-websocket-version", "13")
        .header("sec-websocket-key", key.as_str())
        .body(Empty::<Bytes>::new())
        .map_err(|_| Fault::Strange)?;
    let client = Client::builder(TokioExecutor::new()).pool_max_idle_per_host(0).build(road);
    let answer = match timeout(GREETING, client.request(request)).await {
        Ok(Ok(answer)) => answer,
        Ok(Err(error)) if error.is_connect() => return Err(Fault::Unreached),
        Ok(Err(_)) | Err(_) => return Err(Fault::Unheard),
    };
    if answer.status() != StatusCode::SWITCHING_PROTOCOLS {
        return Err(Fault::Status(answer.status().as_u16()));
    }
    let accepted = HeaderValue::from_str(&derive_accept_key(key.as_bytes())).ok();
    if answer.headers().get("sec-websocket-accept") != accepted.as_ref() {
        return Err(Fault::Strange);
    }
    let upgraded = hyper::upgrade::on(answer).await.map_err(|_| Fault::Unheard)?;
    let config = WebSocketConfig::default().max_message_size(Some(LONGEST)).max_frame_size(Some(LONGEST));
    let socket = WebSocketStream::from_raw_socket(TokioIo::new(upgraded), Role::Client, Some(config)).await;
    Ok(Line { socket, connections: 0, deaf_after })
}

/// `wss` is TLS on the same road.
fn address(ticket: &Ticket) -> Option<Uri> {
    let scheme = match ticket.0.scheme() {
        "wss" | "https" => "https",
        "ws" | "http" => "http",
        _ => return None,
    };
    let (_, rest) = ticket.0.as_str().split_once("://")?;
    format!("{scheme}://{rest}").parse().ok()
}

impl Line {
    /// Waits for the service's greeting.
    pub async fn greeted(mut self) -> Result<Line, End> {
        let greeting = async {
            loop {
                match self.socket.next().await {
                    Some(Ok(Message::Text(text))) => {
                        let frame: Frame = serde_json::from_str(text.as_str()).unwrap_or_default();
                        match frame.r#type.as_str() {
                            "hello" => return Ok(frame.num_connections),
                            "disconnect" => return Err(ended(frame.reason)),
                            _ => {}
                        }
                    }
                    Some(Ok(Message::Close(_))) | None => return Err(End::Closed(None)),
                    Some(Ok(_)) => {}
                    Some(Err(_)) => return Err(End::Broken),
                }
            }
        };
        match timeout(GREETING.min(self.deaf_after), greeting).await {
            Ok(Ok(connections)) => Ok(Line { connections, ..self }),
            Ok(Err(end)) => Err(end),
            Err(_elapsed) => Err(End::NotGreeted),
        }
    }

    /// Listens until the socket ends or `stop` says so. `sort` says what an envelope is, which may
    /// come again; `leaving` hears when
    /// the service announces that it will end this socket.
    pub async fn listen(
        mut self,
        sort: impl Fn(&str, &Value, bool) -> Sorted,
        intake: mpsc::Sender<Received>,
        leaving: impl Fn(&str),
        stop: CancellationToken,
    ) -> End {
        let mut waiting: VecDeque<Received> = VecDeque::new();
        let mut answers: FuturesUnordered<BoxFuture<'static, Answered>> = FuturesUnordered::new();
        let (mut deaf, mut told) = (Instant::now() + self.deaf_after, false);
        let end = loop {
            tokio::select! {
                biased;
                () = stop.cancelled() => break End::Stopped,
                Some(Answered { text, then }) = answers.next(), if !answers.is_empty() => {
                    if let Some(text) = text && !self.send(text).await {
                        break End::Broken;
                    }
                    if let Some(then) = then {
                        answers.push(then.map(|()| Answered::default()).boxed());
                    }
                }
                room = intake.reserve(), if !waiting.is_empty() => match room {
                    Ok(room) => {
                        if let Some(received) = waiting.pop_front() {
                            room.send(received);
                        }
                    }
                    Err(_closed) => break End::Stopped,
                },
                heard = self.socket.next(), if waiting.len() < WAITING => {
                    deaf = Instant::now() + self.deaf_after;
                    let text = match heard {
                        Some(Ok(Message::Text(text))) => text,
                        Some(Ok(Message::Close(_))) | None => break End::Closed(None),
                        Some(Ok(_)) => continue,
                        Some(Err(_)) => break End::Broken,
                    };
                    let frame: Frame = serde_json::from_str(text.as_str()).unwrap_or_default();
                    if frame.r#type == "disconnect" {
                        match frame.reason.as_deref() {
                            // It goes on for a moment; another one is opened meanwhile.
                            None | Some("warning" | "refresh_requested") if told => {}
                            reason @ (None | Some("warning" | "refresh_requested")) => {
                                told = true;
                                leaving(reason.unwrap_or("no reason"));
                            }
                            Some(_) => break ended(frame.reason),
                        }
                        continue;
                    }
                    let Some(id) = frame.envelope_id else { continue };
                    let again = frame.retry_attempt.is_some_and(|attempt| attempt > 0);
                    match sort(&frame.r#type, &frame.payload, again) {
                        Sorted::HandIn { update, field } => {
                            let (acknowledge, stored) = oneshot::channel();
                            answers.push(answer(id, stored, field).boxed());
                            waiting.push_back(received(update, acknowledge));
                        }
                        Sorted::Answer(payload) => {
                            let text = Some(acknowledgement(&id, payload));
                            answers.push(std::future::ready(Answered { text, then: None }).boxed());
                        }
                    }
                }
                () = sleep_until(deaf), if waiting.len() < WAITING => break End::Deaf,
            }
        };
        self.part(answers, waiting, intake, &end).await;
        end
    }

    /// What is stored by now is still acknowledged, so that it does not come again; then both sides close.
    async fn part(
        mut self,
        mut answers: FuturesUnordered<BoxFuture<'static, Answered>>,
        waiting: VecDeque<Received>,
        intake: mpsc::Sender<Received>,
        end: &End,
    ) {
        // What found no room is not stored: the service delivers it again.
        drop((waiting, intake));
        if matches!(end, End::Broken | End::Deaf) {
            return;
        }
        let rest = async {
            while let Some(answer) = answers.next().await {
                if let Some(text) = answer.text
                    && !self.send(text).await
                {
                    return;
                }
            }
            let _ = self.socket.close(None).await;
        };
        let _ = timeout(LAST_WORDS, rest).await;
    }

    async fn send(&mut self, text: String) -> bool {
        matches!(timeout(SENT, self.socket.send(Message::text(text))).await, Ok(Ok(())))
    }
}

fn ended(reason: Option<String>) -> End {
    match reason.as_deref() {
        Some("too_many_websockets") => End::TooMany,
        _ => End::Closed(reason),
    }
}

fn received(update: Update, acknowledge: oneshot::Sender<Acknowledgement>) -> Received {
    Received {
        update,
        acknowledge: Box::new(|answer| {
            // The socket may be gone; then the service delivers it again, under the same key.
            let _ = acknowledge.send(answer);
        }),
    }
}

/// The acknowledgement, once it is stored. What could not be stored is not acknowledged.
async fn answer(id: String, stored: oneshot::Receiver<Acknowledgement>, field: Option<Opener>) -> Answered {
    let got = || Some(acknowledgement(&id, None));
    match (stored.await, field) {
        (Ok(Acknowledgement::Ask(question)), Some(open)) => {
            Answered { text: got(), then: Some(open(question)) }
        }
        (Ok(Acknowledgement::Got | Acknowledgement::Said(_) | Acknowledgement::Ask(_)), _) => {
            Answered { text: got(), then: None }
        }
        (Ok(Acknowledgement::NotStored) | Err(_), _) => Answered::default(),
    }
}

fn acknowledgement(id: &str, payload: Option<Value>) -> String {
    match payload {
        Some(payload) => json!({ "envelope_id": id, "payload": payload }),
        None => json!({ "envelope_id": id }),
    }
    .to_string()
}
