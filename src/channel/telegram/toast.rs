//! The instant answers to pressed buttons: a phone turns a wheel until one comes. They carry no result, are never
//! durable, and hold nobody up. Whoever was shown in passing why a button did nothing need not be told once more.

use super::wire::Wire;
use crate::channel::Acknowledgement;
use crate::model::{Reader, Slot, Texts, Timestamp};
use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use teloxide::payloads::{AnswerCallbackQuery, AnswerCallbackQuerySetters};
use teloxide::types::CallbackQueryId;
use tokio::sync::{Semaphore, watch};

/// After this it is of no use to anybody.
const ANSWER: Duration = Duration::from_secs(3);
/// How long the message that says the same waits for what became of it.
const KNOWN: Duration = Duration::from_secs(4);
/// So many at once; beyond, a wheel turns until the phone gives up.
const AT_ONCE: usize = 64;
/// So many presses are remembered.
const REMEMBERED: usize = 1_000;
/// What the service shows.
const TEXT: usize = 200;

pub struct Toasts {
    wire: Wire,
    texts: Arc<Texts>,
    at_once: Arc<Semaphore>,
    shown: Mutex<Shown>,
}

#[derive(Default)]
struct Shown {
    by_key: HashMap<String, watch::Receiver<Fate>>,
    order: VecDeque<String>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Fate {
    Unknown,
    Shown,
    NotShown,
}

/// A press that was handed in and waits for what flow says of it.
pub struct Pressed {
    query: String,
    fate: watch::Sender<Fate>,
}

impl Toasts {
    pub fn new(wire: Wire, texts: Arc<Texts>) -> Toasts {
        let at_once = Arc::new(Semaphore::new(AT_ONCE));
        Toasts { wire, texts, at_once, shown: Mutex::default() }
    }

    /// Before it is handed in: the message that says the same may be there before the answer is.
    pub fn pressed(&self, key: &str, query: &str) -> Pressed {
        let (fate, seen) = watch::channel(Fate::Unknown);
        let mut shown = self.shown.lock().unwrap_or_else(PoisonError::into_inner);
        if shown.by_key.insert(key.to_owned(), seen).is_none() {
            shown.order.push_back(key.to_owned());
        }
        if shown.order.len() > REMEMBERED
            && let Some(oldest) = shown.order.pop_front()
        {
            shown.by_key.remove(&oldest);
        }
        Pressed { query: query.to_owned(), fate }
    }

    /// Answers, beside everything else.
    pub fn answer(&self, pressed: Pressed, said: &Acknowledgement, now: Timestamp) {
        let words = match said {
            Acknowledgement::Got => None,
            Acknowledgement::Said(text) => Some(self.texts.render(text, &Reader::default(), now)),
            // It comes again.
            Acknowledgement::NotStored => return,
        };
        let Ok(permit) = Arc::clone(&self.at_once).try_acquire_owned() else {
            return tracing::warn!("too many buttons are pressed at once to answer each");
        };
        let wire = self.wire.clone();
        #[expect(clippy::disallowed_methods, reason = "the listen loop waits for no answer to a press")]
        tokio::spawn(async move {
            let has_words = words.is_some();
            let call = AnswerCallbackQuery::new(CallbackQueryId(pressed.query));
            let call = match words {
                Some(words) => call.text(words.chars().take(TEXT).collect::<String>()).show_alert(true),
                None => call,
            };
            let answered = wire.call(call, ANSWER).await;
            if let Err(fault) = &answered {
                tracing::debug!(?fault, "a press was not answered");
            }
            let fate = if answered.is_ok() && has_words { Fate::Shown } else { Fate::NotShown };
            // Mostly nobody waits for it.
            let _ = pressed.fate.send(fate);
            drop(permit);
        });
    }

    /// Whether what this message says was shown in passing already.
    pub async fn was_shown(&self, channel: &str, slot: &Slot) -> bool {
        let Some(key) = slot.0.strip_prefix(channel).and_then(|rest| rest.strip_prefix('/')) else {
            return false;
        };
        let seen = {
            let shown = self.shown.lock().unwrap_or_else(PoisonError::into_inner);
            shown.by_key.get(key).cloned()
        };
        let Some(mut seen) = seen else { return false };
        let known = tokio::time::timeout(KNOWN, seen.wait_for(|fate| *fate != Fate::Unknown)).await;
        matches!(known, Ok(Ok(fate)) if *fate == Fate::Shown)
    }
}
