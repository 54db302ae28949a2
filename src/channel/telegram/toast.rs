//! The instant answers to pressed buttons: a phone turns a wheel until one comes. They carry no result, are never
//! durable, and hold nobody up. Whoever was shown in passing why a button did nothing need not be told once more.

use super::wire::Wire;
use crate::channel::Acknowledgement;
use crate::channel::instant::{Fate, Instants};
use crate::model::{Reader, Slot, Texts, Timestamp};
use std::sync::Arc;
use std::time::Duration;
use teloxide::payloads::{AnswerCallbackQuery, AnswerCallbackQuerySetters};
use teloxide::types::CallbackQueryId;
use tokio::sync::Semaphore;

/// After this it is of no use to anybody.
const ANSWER: Duration = Duration::from_secs(3);
/// So many at once; beyond, a wheel turns until the phone gives up.
const AT_ONCE: usize = 64;
/// What the service shows.
const TEXT: usize = 200;

pub struct Toasts {
    wire: Wire,
    texts: Arc<Texts>,
    at_once: Arc<Semaphore>,
    shown: Instants,
}

/// A press that was handed in and waits for what flow says of it.
pub struct Pressed {
    query: String,
    fate: Fate,
}

impl Toasts {
    pub fn new(wire: Wire, texts: Arc<Texts>) -> Toasts {
        let at_once = Arc::new(Semaphore::new(AT_ONCE));
        Toasts { wire, texts, at_once, shown: Instants::default() }
    }

    /// Before it is handed in: the message that says the same may be there before the answer is.
    pub fn pressed(&self, key: &str, query: &str) -> Pressed {
        Pressed { query: query.to_owned(), fate: self.shown.pressed(key) }
    }

    /// Answers, beside everything else.
    pub fn answer(&self, pressed: Pressed, said: &Acknowledgement, now: Timestamp) {
        let words = match said {
            // The service has no fields; the message that says the same opens the reply to it.
            Acknowledgement::Got | Acknowledgement::Ask(_) => None,
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
            pressed.fate.is(answered.is_ok() && has_words);
            drop(permit);
        });
    }

    /// Whether what this message says was shown in passing already.
    pub async fn was_shown(&self, channel: &str, slot: &Slot) -> bool {
        self.shown.was_shown(channel, slot).await
    }
}
