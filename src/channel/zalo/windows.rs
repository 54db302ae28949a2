//! What runs beside the messages of an Official Account: the tokens are renewed ahead of time also when nobody says
//! anything, and of people who were written to it is asked until when that goes on. Neither holds up a message.

use super::account::Account;
use super::{Zalo, now};
use crate::model::Timestamp;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

/// How often the tokens are looked at.
const LOOKS: Duration = Duration::from_secs(60);
/// What was asked less long ago is known.
const KNOWN: Duration = Duration::from_secs(12 * 3_600);

/// Of whom it is to be asked.
#[derive(Default)]
pub struct Windows {
    who: Mutex<Who>,
    asked: Notify,
}

#[derive(Default)]
struct Who {
    wondered: BTreeSet<String>,
    /// Beyond a few thousand people it is asked a little more often.
    known_at: BTreeMap<String, Timestamp>,
}

const PEOPLE: usize = 5_000;

impl Windows {
    /// Somebody was written to.
    pub fn wonder(&self, user: &str) {
        let now = now();
        let mut who = self.who.lock().unwrap_or_else(PoisonError::into_inner);
        if who.known_at.get(user).is_some_and(|at| now.since(*at) < KNOWN) {
            return;
        }
        if who.known_at.len() >= PEOPLE {
            who.known_at.clear();
        }
        who.known_at.insert(user.to_owned(), now);
        who.wondered.insert(user.to_owned());
        self.asked.notify_one();
    }

    fn next(&self) -> Option<String> {
        self.who.lock().unwrap_or_else(PoisonError::into_inner).wondered.pop_first()
    }
}

/// Runs until it is stopped.
pub async fn watch(door: &Zalo, account: &Account, stop: CancellationToken) {
    loop {
        // What is wrong is told by whoever renews.
        let _ = account.tokens.access().await;
        while let Some(user) = door.windows.next() {
            ask(door, account, &user).await;
        }
        tokio::select! {
            () = stop.cancelled() => return,
            () = door.windows.asked.notified() => {}
            () = tokio::time::sleep(LOOKS) => {}
        }
    }
}

async fn ask(door: &Zalo, account: &Account, user: &str) {
    match account.window_ends(user).await {
        Ok(Some(ends)) => {
            if let Err(why) = door.reaches.open_until(&door.called, user, ends).await {
                tracing::warn!(channel = %door.called, %why, "who can be reached could not be noted");
            }
        }
        Ok(None) => {}
        Err(fault) => tracing::debug!(channel = %door.called, ?fault, "the service does not say until when"),
    }
}
