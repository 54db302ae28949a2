//! Envelopes and their acknowledgements: an envelope leaves by one of the sockets, must be acknowledged in time, and is
//! sent again where the service would. What an acknowledgement carries takes effect before its sender learns of it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::{Value, json};
use tokio::sync::{mpsc, oneshot, watch};
use tokio::task::JoinSet;
use tokio::time::Instant;

use super::fault::SlackFault;
use super::seen::{SlackAck, SlackFate};
use super::world::Draft;
use super::{Inner, lock, modals, web};

pub(crate) struct Courier {
    parcels: mpsc::UnboundedSender<Parcel>,
    waiting: Mutex<HashMap<String, Waiting>>,
    reversing: Mutex<Option<(usize, Vec<String>)>>,
    /// Another one for each workspace: a bot that remembers those of an earlier one must not take these for them.
    base: u64,
    next: Mutex<u64>,
}

struct Waiting {
    kind: &'static str,
    accepts: bool,
    sent: Instant,
    attempt: u32,
    told: Option<oneshot::Sender<Acknowledged>>,
}

struct Acknowledged {
    took: Duration,
    payload: Value,
}

/// What shall be told to the app.
pub(crate) struct Envelope {
    pub kind: &'static str,
    pub payload: Value,
    /// Whether the acknowledgement may carry something.
    pub accepts: bool,
    pub after: After,
}

/// What an acknowledgement does.
#[derive(Clone)]
pub(crate) enum After {
    Nothing,
    /// It may carry a message, as a `response_url` does.
    Answer {
        hook: String,
    },
    /// It may carry what becomes of a modal.
    Submission {
        view: String,
    },
}

/// An envelope on its way, its first try made.
pub(crate) struct Parcel {
    envelope: Envelope,
    first: Option<oneshot::Receiver<Acknowledged>>,
    first_id: String,
    fate: watch::Sender<SlackFate>,
}

/// What became of something that a person did.
#[derive(Clone, Debug)]
pub struct SlackDelivery {
    fate: watch::Receiver<SlackFate>,
    /// With which the app may open a modal.
    pub trigger: Option<String>,
    pub response_url: Option<String>,
    /// Of the message, where one was written.
    pub ts: Option<String>,
}

impl SlackDelivery {
    /// Waits until it is acknowledged, or will not be any more.
    pub async fn settled(&self) -> SlackFate {
        let mut fate = self.fate.clone();
        let settled = fate.wait_for(|fate| *fate != SlackFate::Waiting).await;
        settled.map_or(SlackFate::TimedOut, |fate| fate.clone())
    }

    /// Of what nobody is told.
    pub(crate) fn untold() -> SlackDelivery {
        let (_, fate) = watch::channel(SlackFate::Undelivered);
        SlackDelivery { fate, trigger: None, response_url: None, ts: None }
    }

    pub(crate) fn with_ts(self, ts: Option<String>) -> SlackDelivery {
        SlackDelivery { ts, ..self }
    }

    pub fn fate(&self) -> SlackFate {
        self.fate.borrow().clone()
    }
}

impl Courier {
    pub fn new(parcels: mpsc::UnboundedSender<Parcel>) -> Courier {
        Courier {
            parcels,
            waiting: Mutex::default(),
            reversing: Mutex::default(),
            base: getrandom::u64().unwrap_or_default(),
            next: Mutex::default(),
        }
    }

    pub fn reverse(&self, count: usize) {
        *lock(&self.reversing) = (count > 0).then(|| (count, Vec::new()));
    }

    /// An id that no workspace gave before.
    pub fn id(&self) -> String {
        let mut next = lock(&self.next);
        *next += 1;
        let base = self.base;
        format!("{:08x}-{:04x}-4000-8000-{:012x}", base >> 32, base & 0xffff, *next)
    }

    /// What leaves now that this one shall: nothing while envelopes wait to leave in reverse.
    fn leaving(&self, text: String) -> Vec<String> {
        let mut reversing = lock(&self.reversing);
        let Some((count, held)) = reversing.as_mut() else { return vec![text] };
        held.push(text);
        if held.len() < *count {
            return Vec::new();
        }
        let mut held = std::mem::take(held);
        *reversing = None;
        held.reverse();
        held
    }
}

impl Inner {
    /// Makes the first try at once, so that what is told first leaves first.
    pub fn send(&self, envelope: Envelope) -> SlackDelivery {
        let (first_id, first) = self.attempt(&envelope, 0);
        let (fate, seen) = watch::channel(SlackFate::Waiting);
        let told = |name: &str| envelope.payload.get(name).and_then(Value::as_str).map(str::to_owned);
        let (trigger, response_url) = (told("trigger_id"), told("response_url"));
        // The courier ends only with the workspace; then nobody waits.
        let _ = self.courier.parcels.send(Parcel { envelope, first, first_id, fate });
        SlackDelivery { fate: seen, trigger, response_url, ts: None }
    }

    /// None where there is no socket.
    fn attempt(
        &self,
        envelope: &Envelope,
        attempt: u32,
    ) -> (String, Option<oneshot::Receiver<Acknowledged>>) {
        let id = self.courier.id();
        let (told, waits) = oneshot::channel();
        let waiting = Waiting {
            kind: envelope.kind,
            accepts: envelope.accepts,
            sent: Instant::now(),
            attempt,
            told: Some(told),
        };
        lock(&self.courier.waiting).insert(id.clone(), waiting);
        let mut body = json!({
            "envelope_id": id,
            "type": envelope.kind,
            "payload": envelope.payload,
            "accepts_response_payload": envelope.accepts,
        });
        if let (true, Some(body)) = (envelope.kind == EVENTS, body.as_object_mut()) {
            body.insert("retry_attempt".to_owned(), json!(attempt));
            body.insert("retry_reason".to_owned(), json!(if attempt == 0 { "" } else { "timeout" }));
        }
        let copies = if self.has(&SlackFault::Twice) { 2 } else { 1 };
        let mut gone = true;
        for text in self.courier.leaving(body.to_string()) {
            for _ in 0..copies {
                gone &= self.sockets.send(text.clone());
            }
        }
        if !gone {
            lock(&self.courier.waiting).remove(&id);
        }
        (id, gone.then_some(waits))
    }

    /// A frame of the app's: it can only be an acknowledgement.
    pub fn acknowledged(&self, frame: &str) {
        let Ok(body) = serde_json::from_str::<Value>(frame) else {
            return self.breach(format!("a frame that is no JSON: {frame}"));
        };
        let Some(id) = body.get("envelope_id").and_then(Value::as_str) else {
            return self.breach(format!("a frame without an envelope_id: {frame}"));
        };
        let payload = body.get("payload").cloned().unwrap_or_default();
        let Some(waiting) = lock(&self.courier.waiting).remove(id) else {
            if !self.read(|world| world.acks.iter().any(|ack| ack.envelope == id)) {
                self.breach(format!("an acknowledgement of what was not sent: {id}"));
            }
            return;
        };
        let empty = payload.is_null() || payload.as_object().is_some_and(serde_json::Map::is_empty);
        if !waiting.accepts && !empty {
            self.breach(format!("an acknowledgement of {} with a payload: {payload}", waiting.kind));
        }
        let took = waiting.sent.elapsed();
        let ack = SlackAck {
            envelope: id.to_owned(),
            kind: waiting.kind,
            took,
            attempt: waiting.attempt,
            late: waiting.told.is_none(),
            payload: payload.clone(),
        };
        self.change(|world| world.acks.push(ack));
        if let Some(told) = waiting.told {
            let _ = told.send(Acknowledged { took, payload });
        }
    }

    /// Nobody waits for it any more; an acknowledgement that still comes is late.
    fn give_up(&self, id: &str) {
        if let Some(waiting) = lock(&self.courier.waiting).get_mut(id) {
            waiting.told = None;
        }
    }
}

pub(crate) const EVENTS: &str = "events_api";

/// Carries parcels until the workspace ends; each has a task of its own.
pub(crate) async fn carry_all(inner: Arc<Inner>, mut parcels: mpsc::UnboundedReceiver<Parcel>) {
    let mut carried = JoinSet::new();
    while let Some(parcel) = parcels.recv().await {
        while carried.try_join_next().is_some() {}
        carried.spawn(carry(inner.clone(), parcel));
    }
}

async fn carry(inner: Arc<Inner>, mut parcel: Parcel) {
    let (mut id, mut waits) = (parcel.first_id.clone(), parcel.first.take());
    let retries = if parcel.envelope.kind == EVENTS { inner.plan.retries.clone() } else { Vec::new() };
    let mut retries = retries.into_iter();
    let mut attempt = 0;
    loop {
        let undelivered = waits.is_none();
        if let Some(waits) = waits {
            if let Ok(Ok(acknowledged)) = tokio::time::timeout(inner.plan.acknowledge_within, waits).await {
                return settle(&inner, &parcel, attempt, acknowledged);
            }
            inner.give_up(&id);
        }
        let Some(delay) = retries.next() else {
            return lost(&inner, &parcel, undelivered);
        };
        tokio::time::sleep(delay).await;
        attempt += 1;
        (id, waits) = inner.attempt(&parcel.envelope, attempt);
    }
}

/// Nobody answered. Whoever typed a command is told so, as the service does it.
fn lost(inner: &Inner, parcel: &Parcel, undelivered: bool) {
    let (fate, error) = match undelivered {
        true => (SlackFate::Undelivered, "dispatch_failed"),
        false => (SlackFate::TimedOut, "operation_timeout"),
    };
    let told = |name: &str| parcel.envelope.payload.get(name).and_then(Value::as_str).unwrap_or_default();
    inner.change(|world| {
        if matches!(parcel.envelope.after, After::Answer { .. }) {
            let text = format!("{} failed with the error \"{error}\"", told("command"));
            world.say(told("channel_id"), Draft::of_slackbot(told("user_id"), text));
        }
        parcel.fate.send_replace(fate);
    });
}

fn settle(inner: &Inner, parcel: &Parcel, attempt: u32, acknowledged: Acknowledged) {
    let Acknowledged { took, payload } = acknowledged;
    match &parcel.envelope.after {
        After::Nothing => {}
        After::Answer { hook } => web::hooks::answered(inner, hook, &payload),
        After::Submission { view } => modals::submitted(inner, view, &payload),
    }
    inner.change(|_| parcel.fate.send_replace(SlackFate::Acknowledged { took, attempt, payload }));
}
