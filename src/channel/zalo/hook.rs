//! Where the events of an Official Account come in: a page on this machine, behind a proxy that does TLS. An event
//! that is not signed is refused and not read; one that is, is answered when it is stored. What it says of who showed
//! themselves is noted as well.

use super::account::WINDOW;
use super::{KIND, Zalo, now, request};
use crate::channel::{Acknowledgement, ChannelError, Intake, Received};
use crate::model::{Secret, Timestamp, Update};
use http_body_util::{BodyExt, Empty, Limited};
use hyper::body::{Bytes, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{HeaderMap, Method, Request, Response, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, oneshot};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

/// The service waits two seconds for an answer and comes again later.
const STORED: Duration = Duration::from_millis(1_800);
/// A connection that says nothing in time is closed.
const HEAD: Duration = Duration::from_secs(5);
const BODY: Duration = Duration::from_secs(5);
/// An event is a text of 2,000 characters and a little more.
const LONGEST: usize = 64 << 10;
/// So many connections at once; more wait in the system's queue.
const CONNECTIONS: usize = 64;
/// The service comes again for two hours. What is older was kept by somebody.
const OLD: Duration = Duration::from_secs(6 * 3_600);

/// What an event is signed with.
pub struct Seal {
    pub app_id: String,
    pub secret: Secret,
}

impl Seal {
    /// Plain SHA-256 over the app's id, the body as it came, its time and the secret; no HMAC. Some say that the time
    /// stands in a header, and some see other words before the digits.
    pub fn fits(&self, headers: &HeaderMap, body: &[u8]) -> bool {
        let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
        let Some(given) = header("x-zevent-signature") else { return false };
        let given = given.trim();
        let given = given.strip_prefix("mac=").or(given.strip_prefix("sha256=")).unwrap_or(given);
        let event: Value = serde_json::from_slice(body).unwrap_or(Value::Null);
        let in_body = event.get("timestamp").map(|at| match at {
            Value::String(at) => at.clone(),
            other => other.to_string(),
        });
        let times = [in_body, header("x-zevent-timestamp").map(str::to_owned)];
        times.into_iter().flatten().any(|time| same(&self.digits(body, &time), given))
    }

    fn digits(&self, body: &[u8], time: &str) -> String {
        let mut hash = Sha256::new();
        for part in [self.app_id.as_bytes(), body, time.as_bytes(), self.secret.reveal().as_bytes()] {
            hash.update(part);
        }
        hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

/// Compared to the end, so that nobody learns how much of it was right.
fn same(one: &str, other: &str) -> bool {
    let other = other.to_ascii_lowercase();
    let differs = one.bytes().zip(other.bytes()).fold(0, |differs, (one, other)| differs | (one ^ other));
    one.len() == other.len() && differs == 0
}

/// Serves until it is stopped.
pub async fn listen(
    door: Arc<Zalo>,
    seal: Arc<Seal>,
    listener: TcpListener,
    intake: Intake,
    stop: CancellationToken,
) -> Result<(), ChannelError> {
    let room = Arc::new(Semaphore::new(CONNECTIONS));
    let mut connections = JoinSet::new();
    loop {
        while connections.try_join_next().is_some() {}
        let permit = tokio::select! {
            () = stop.cancelled() => return Ok(()),
            permit = Arc::clone(&room).acquire_owned() => permit,
        };
        let stream = tokio::select! {
            () = stop.cancelled() => return Ok(()),
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => stream,
                Err(error) => {
                    tracing::warn!(channel = %door.called, %error, "a connection was lost");
                    tokio::time::sleep(Duration::from_millis(100)).await;
                    continue;
                }
            },
        };
        let (door, seal, intake) = (Arc::clone(&door), Arc::clone(&seal), intake.clone());
        connections.spawn(async move {
            serve(stream, &door, &seal, &intake).await;
            drop(permit);
        });
    }
}

/// Opens the port that the settings name.
pub async fn bound(address: std::net::SocketAddr) -> Result<TcpListener, ChannelError> {
    let failed = |error: std::io::Error| ChannelError {
        channel: KIND,
        why: format!("the webhook cannot listen at {address} ({error}); free the port, or name another one"),
    };
    TcpListener::bind(address).await.map_err(failed)
}

async fn serve(stream: TcpStream, door: &Zalo, seal: &Seal, intake: &Intake) {
    let service = service_fn(|call: Request<Incoming>| async move {
        let mut answer = Response::new(Empty::<Bytes>::new());
        *answer.status_mut() = answered(call, door, seal, intake).await;
        Ok::<_, Infallible>(answer)
    });
    let served = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD)
        .serve_connection(TokioIo::new(stream), service)
        .await;
    if let Err(error) = served {
        tracing::debug!(channel = %door.called, %error, "a connection of the webhook ended");
    }
}

async fn answered(call: Request<Incoming>, door: &Zalo, seal: &Seal, intake: &Intake) -> StatusCode {
    if call.method() != Method::POST {
        return StatusCode::METHOD_NOT_ALLOWED;
    }
    let (head, body) = call.into_parts();
    let body = match tokio::time::timeout(BODY, Limited::new(body, LONGEST).collect()).await {
        Ok(Ok(body)) => body.to_bytes(),
        Ok(Err(_)) => return StatusCode::PAYLOAD_TOO_LARGE,
        Err(_elapsed) => return StatusCode::REQUEST_TIMEOUT,
    };
    if !seal.fits(&head.headers, &body) {
        tracing::warn!(
            channel = %door.called,
            bytes = body.len(),
            "an event was not signed with the secret of the settings and is refused; see webhook_secret_file"
        );
        return StatusCode::FORBIDDEN;
    }
    let Ok(event) = serde_json::from_slice::<Value>(&body) else { return StatusCode::BAD_REQUEST };
    let (sent_at, now) = (request::sent_at(&event), now());
    if sent_at.is_none_or(|at| now.since(at) > OLD) {
        return StatusCode::OK;
    }
    note(door, &event, sent_at.unwrap_or(now)).await;
    match request::id(&event) {
        Some(id) => stored(door, id, &event, sent_at, now, intake).await,
        // Nothing that somebody said.
        None => StatusCode::OK,
    }
}

/// Whoever writes, follows or touches the menu can be written to for a while; whoever leaves cannot.
async fn note(door: &Zalo, event: &Value, at: Timestamp) {
    let name = request::word(event, "/event_name").unwrap_or_default();
    let who = request::word(event, "/follower/id").or(request::word(event, "/sender/id"));
    let Some(who) = who.filter(|_| name == "follow" || name == "unfollow" || name.starts_with("user_"))
    else {
        return;
    };
    let noted = match name {
        "unfollow" => door.reaches.refused(&door.called, who, &text!("zalo.not_following")).await,
        _ => door.reaches.open_until(&door.called, who, at.plus(WINDOW)).await,
    };
    if let Err(why) = noted {
        tracing::warn!(channel = %door.called, %why, "who can be reached could not be noted");
    }
}

// Invariant: an event is committed before it is answered; without that the service brings it again.
async fn stored(
    door: &Zalo,
    id: &str,
    event: &Value,
    sent_at: Option<Timestamp>,
    received_at: Timestamp,
    intake: &Intake,
) -> StatusCode {
    let (acknowledge, acknowledged) = oneshot::channel();
    let received = Received {
        update: Update {
            key: id.to_owned(),
            channel: door.called.clone(),
            sent_at,
            received_at,
            raw: event.to_string(),
        },
        acknowledge: Box::new(|said| {
            // Whoever waited may have stopped waiting.
            let _ = acknowledge.send(said);
        }),
    };
    let committed = async {
        intake.send(received).await.ok()?;
        acknowledged.await.ok()
    };
    match tokio::time::timeout(STORED, committed).await {
        Ok(Some(Acknowledgement::Got | Acknowledgement::Said(_) | Acknowledgement::Ask(_))) => StatusCode::OK,
        Ok(Some(Acknowledgement::NotStored) | None) | Err(_) => StatusCode::SERVICE_UNAVAILABLE,
    }
}
