//! What a service showed at once to whoever pressed a button: a word in passing, a field to type into. The message
//! that says the same may then be left out. Known only while the process lives: after it the message is sent.

use crate::model::Slot;
use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::watch;

/// How long the message that says the same waits for what became of it.
const KNOWN: Duration = Duration::from_secs(4);
/// So many presses are remembered.
const REMEMBERED: usize = 1_000;

#[derive(Default)]
pub struct Instants(Mutex<Presses>);

#[derive(Default)]
struct Presses {
    by_key: HashMap<String, watch::Receiver<Option<bool>>>,
    order: VecDeque<String>,
}

/// Of one press; dropped unsaid it was not shown.
#[derive(Debug)]
pub struct Fate(watch::Sender<Option<bool>>);

impl Fate {
    pub fn is(self, shown: bool) {
        // Mostly nobody waits for it.
        let _ = self.0.send(Some(shown));
    }
}

impl Instants {
    /// Before the press is handed in: the message that says the same may be there before the answer is.
    pub fn pressed(&self, key: &str) -> Fate {
        let (fate, seen) = watch::channel(None);
        let mut presses = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if presses.by_key.insert(key.to_owned(), seen).is_none() {
            presses.order.push_back(key.to_owned());
        }
        if presses.order.len() > REMEMBERED
            && let Some(oldest) = presses.order.pop_front()
        {
            presses.by_key.remove(&oldest);
        }
        Fate(fate)
    }

    /// Whether what this message says was shown already.
    pub async fn was_shown(&self, channel: &str, slot: &Slot) -> bool {
        let Some(key) = slot.0.strip_prefix(channel).and_then(|rest| rest.strip_prefix('/')) else {
            return false;
        };
        let seen = {
            let presses = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            presses.by_key.get(key).cloned()
        };
        let Some(mut seen) = seen else { return false };
        let known = tokio::time::timeout(KNOWN, seen.wait_for(Option::is_some)).await;
        matches!(known, Ok(Ok(fate)) if *fate == Some(true))
    }
}
