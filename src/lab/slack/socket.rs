//! Socket Mode: a client comes with a ticket that is good once, is greeted, gets envelopes and pings, and answers. A
//! socket can be ended in every way in which the service and the net between end one.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use serde_json::json;
use tokio::io::AsyncReadExt;
use tokio::net::TcpStream;
use tokio::sync::mpsc;
use tokio::time::Instant;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::handshake::server::{ErrorResponse, Request, Response};
use tokio_tungstenite::tungstenite::http::StatusCode;

use super::fault::{SlackFault, SlackGoodbye};
use super::plan::APP;
use super::{Inner, lock};
use crate::lab::door::Guest;

/// A client that does not get through its handshake by then is gone.
const HANDSHAKE: Duration = Duration::from_secs(30);
/// So many pings may stay unanswered.
const MISSED: u32 = 2;
const HOST: &str = "applink-lab";

type Socket = WebSocketStream<TcpStream>;

#[derive(Default)]
pub(crate) struct Sockets {
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    tickets: BTreeSet<String>,
    open: BTreeMap<u64, Line>,
    next: u64,
    turn: u64,
    /// In all.
    greeted: usize,
}

struct Line {
    send: mpsc::UnboundedSender<Frame>,
    /// It was told to go; others are preferred.
    leaving: bool,
}

enum Frame {
    Text(String),
    /// The client may go by itself, for a while.
    Leave,
    Close,
    Reset,
    /// Nothing is ever said or heard again.
    Ghost,
}

impl Sockets {
    /// An address that is good once.
    pub fn ticket(&self, ticket: String) -> String {
        let address = format!("/link/?ticket={ticket}&app_id={APP}");
        lock(&self.state).tickets.insert(ticket);
        address
    }

    fn redeem(&self, query: &str) -> bool {
        let ticket = url::form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "ticket");
        ticket.is_some_and(|(_, ticket)| lock(&self.state).tickets.remove(ticket.as_ref()))
    }

    /// By the next line in turn. False where there is none.
    pub fn send(&self, text: String) -> bool {
        let mut state = lock(&self.state);
        state.turn += 1;
        let any_stays = state.open.values().any(|line| !line.leaving);
        let lines: Vec<&Line> = state.open.values().filter(|line| !(any_stays && line.leaving)).collect();
        let Ok(turn) = usize::try_from(state.turn) else { return false };
        let line = lines.get(turn % lines.len().max(1));
        line.is_some_and(|line| line.send.send(Frame::Text(text)).is_ok())
    }

    pub fn count(&self) -> usize {
        lock(&self.state).open.len()
    }

    /// How many sockets were greeted, in all.
    pub fn greeted(&self) -> usize {
        lock(&self.state).greeted
    }

    pub fn goodbye(&self, why: SlackGoodbye) {
        let frame =
            json!({ "type": "disconnect", "reason": why.word(), "debug_info": { "host": HOST } }).to_string();
        for line in lock(&self.state).open.values_mut() {
            let _ = line.send.send(Frame::Text(frame.clone()));
            if why != SlackGoodbye::Warning {
                line.leaving = true;
                let _ = line.send.send(Frame::Leave);
            }
        }
    }

    /// With the handshake of the protocol and without a word before.
    pub fn close(&self) {
        self.all(|| Frame::Close);
    }

    /// Only those that were told to go.
    fn close_leaving(&self) {
        for line in lock(&self.state).open.values().filter(|line| line.leaving) {
            let _ = line.send.send(Frame::Close);
        }
    }

    pub fn reset(&self) {
        self.all(|| Frame::Reset);
    }

    pub fn ghost(&self) {
        self.all(|| Frame::Ghost);
    }

    fn all(&self, frame: impl Fn() -> Frame) {
        for line in lock(&self.state).open.values() {
            let _ = line.send.send(frame());
        }
    }

    /// Greets the line before anything else can be said on it. None where there are too many.
    fn enter(&self, most: usize) -> Option<(u64, mpsc::UnboundedReceiver<Frame>)> {
        let mut state = lock(&self.state);
        if state.open.len() >= most {
            return None;
        }
        let (send, frames) = mpsc::unbounded_channel();
        let hello = json!({
            "type": "hello",
            "num_connections": state.open.len() + 1,
            "debug_info": { "host": HOST, "build_number": 1, "approximate_connection_time": 18_060 },
            "connection_info": { "app_id": APP },
        });
        let _ = send.send(Frame::Text(hello.to_string()));
        state.next += 1;
        state.greeted += 1;
        let number = state.next;
        state.open.insert(number, Line { send, leaving: false });
        Some((number, frames))
    }
}

/// The place of one open socket.
struct Inside<'a> {
    inner: &'a Inner,
    number: u64,
}

impl Drop for Inside<'_> {
    fn drop(&mut self) {
        lock(&self.inner.sockets.state).open.remove(&self.number);
        self.inner.change(|_| ());
    }
}

impl super::Slack {
    /// Sockets that are open now, ghosts included.
    pub fn sockets(&self) -> usize {
        self.inner.sockets.count()
    }

    /// Waits until so many sockets were greeted in all, since the workspace began.
    pub async fn greeted(&self, sockets: usize) {
        self.until(|_| (self.inner.sockets.greeted() >= sockets).then_some(())).await;
    }

    /// Waits until exactly so many are open.
    pub async fn open_sockets(&self, wanted: usize) {
        self.until(|_| (self.sockets() == wanted).then_some(())).await;
    }

    /// Tells every open socket to go. With anything but a warning the service closes it some seconds later;
    /// [`Slack::end_leaving_sockets`] does it now.
    ///
    /// [`Slack::end_leaving_sockets`]: super::Slack::end_leaving_sockets
    pub fn goodbye(&self, why: SlackGoodbye) {
        self.inner.sockets.goodbye(why);
    }

    pub fn end_leaving_sockets(&self) {
        self.inner.sockets.close_leaving();
    }

    /// Closes every open socket without a word before.
    pub fn close_sockets(&self) {
        self.inner.sockets.close();
    }

    /// Breaks every open socket (TCP reset).
    pub fn reset_sockets(&self) {
        self.inner.sockets.reset();
    }

    /// Makes ghosts of the open sockets: nothing is said or heard on them again, and what is sent there vanishes. The
    /// service believes in them until the client ends its side.
    pub fn ghost_sockets(&self) {
        self.inner.sockets.ghost();
    }
}

pub(crate) async fn connection(inner: Arc<Inner>, guest: Guest) {
    let Guest { stream, fuse: _, inside: _let_in } = guest;
    let _ = stream.set_nodelay(true);
    #[expect(clippy::result_large_err, reason = "the library's own type of a refused handshake")]
    let admit = |request: &Request, response: Response| -> Result<Response, ErrorResponse> {
        if inner.sockets.redeem(request.uri().query().unwrap_or_default()) {
            return Ok(response);
        }
        let mut refused = ErrorResponse::new(Some("invalid ticket".to_owned()));
        *refused.status_mut() = StatusCode::UNAUTHORIZED;
        Err(refused)
    };
    let accepted = tokio_tungstenite::accept_hdr_async(stream, admit);
    let Ok(Ok(socket)) = tokio::time::timeout(HANDSHAKE, accepted).await else { return };
    if inner.has(&SlackFault::NoHello) {
        return vanish(socket).await;
    }
    let Some((number, frames)) = inner.sockets.enter(inner.plan.connections) else {
        return turn_away(socket).await;
    };
    let _inside = Inside { inner: &inner, number };
    inner.change(|_| ());
    talk(&inner, socket, frames).await;
}

async fn turn_away(mut socket: Socket) {
    let reason = json!({ "type": "disconnect", "reason": "too_many_websockets" });
    let _ = socket.send(Message::text(reason.to_string())).await;
    let _ = socket.close(None).await;
}

async fn talk(inner: &Inner, mut socket: Socket, mut frames: mpsc::UnboundedReceiver<Frame>) {
    let mut pings = tokio::time::interval(inner.plan.ping_every);
    pings.tick().await;
    let mut unanswered = 0;
    let mut end = None;
    loop {
        tokio::select! {
            frame = frames.recv() => match frame {
                Some(Frame::Text(text)) => {
                    if socket.send(Message::text(text)).await.is_err() {
                        return;
                    }
                }
                Some(Frame::Leave) => end = Some(Instant::now() + Inner::GRACE),
                Some(Frame::Close) | None => return finish(socket).await,
                Some(Frame::Reset) => {
                    let _ = socket.get_ref().set_zero_linger();
                    return;
                }
                Some(Frame::Ghost) => return vanish(socket).await,
            },
            said = socket.next() => match said {
                Some(Ok(Message::Text(text))) => inner.acknowledged(text.as_str()),
                Some(Ok(Message::Pong(_))) => unanswered = 0,
                Some(Ok(Message::Binary(_))) => inner.breach("a binary frame".to_owned()),
                Some(Ok(_)) => {}
                Some(Err(_)) | None => return,
            },
            () = at(end) => return finish(socket).await,
            _ = pings.tick() => {
                if unanswered >= MISSED || socket.send(Message::Ping("Ping from lab".into())).await.is_err() {
                    return;
                }
                unanswered += 1;
            }
        }
    }
}

async fn at(end: Option<Instant>) {
    match end {
        Some(end) => tokio::time::sleep_until(end).await,
        None => std::future::pending().await,
    }
}

async fn finish(mut socket: Socket) {
    let _ = socket.close(None).await;
    // The client's own goodbye is heard to its end, so that it sees a clean one.
    let rest = async { while let Some(Ok(_)) = socket.next().await {} };
    let _ = tokio::time::timeout(Inner::GRACE, rest).await;
}

/// Until the client ends its side.
async fn vanish(socket: Socket) {
    let mut stream = socket.into_inner();
    let mut lost = [0; 1_024];
    while stream.read(&mut lost).await.is_ok_and(|count| count > 0) {}
}
