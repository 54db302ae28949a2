//! What this door remembers between two tries, and no longer than the process: what stands there of a
//! message that is not finished, and where somebody can be answered who typed where the bot may not speak.

use super::refs::Part;
use crate::model::Message;
use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use url::Url;

/// Beyond so many the oldest knowledge is given up: at worst a message comes twice.
const REMEMBERED: usize = 1_000;

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Begun {
    pub parts: Vec<Part>,
    /// It may stand there and we do not know where.
    pub doubtful: bool,
}

/// The last touched stands last.
#[derive(Default)]
pub struct Unfinished(Mutex<VecDeque<(Key, Begun)>>);

type Key = (String, String);

fn key(message: &Message) -> Key {
    (message.slot.0.clone(), message.place.address.clone())
}

impl Unfinished {
    /// The outbox knows what a finished version left, we what an unfinished one did.
    pub fn of(&self, message: &Message) -> Begun {
        let key = key(message);
        let all = self.lock();
        let begun = all.iter().find(|(of, _)| *of == key).map(|(_, begun)| begun.clone()).unwrap_or_default();
        match begun.parts.is_empty() {
            true => Begun { parts: message.parts.iter().map(Part::read).collect(), ..begun },
            false => begun,
        }
    }

    pub fn stands(&self, message: &Message, posted: &Part, files: &[Part]) {
        let parts = std::iter::once(posted).chain(files).cloned().collect();
        self.keep(message, Begun { parts, doubtful: false });
    }

    pub fn doubt(&self, message: &Message) {
        let begun = self.of(message);
        self.keep(message, Begun { doubtful: true, ..begun });
    }

    pub fn forget(&self, message: &Message) {
        let key = key(message);
        self.lock().retain(|(of, _)| *of != key);
    }

    fn keep(&self, message: &Message, begun: Begun) {
        let key = key(message);
        let mut all = self.lock();
        all.retain(|(of, _)| *of != key);
        if all.len() >= REMEMBERED {
            all.pop_front();
        }
        all.push_back((key, begun));
    }

    fn lock(&self) -> MutexGuard<'_, VecDeque<(Key, Begun)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// So long the service takes answers to a slash command.
const OPEN: Duration = Duration::from_secs(29 * 60);
const TYPED: usize = 256;

/// Where somebody typed a slash command, and how they are answered without the bot being there.
#[derive(Default)]
pub struct Typed(Mutex<VecDeque<(String, Url, Instant)>>);

impl Typed {
    pub fn remember(&self, channel: &str, response_url: Url, now: Instant) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if all.len() >= TYPED {
            all.pop_front();
        }
        all.push_back((channel.to_owned(), response_url, now));
    }

    /// The oldest one in this channel that is still open; it is used once.
    pub fn take(&self, channel: &str, now: Instant) -> Option<Url> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.retain(|(_, _, at)| now.saturating_duration_since(*at) < OPEN);
        let at = all.iter().position(|(of, _, _)| of == channel)?;
        all.remove(at).map(|(_, url, _)| url)
    }
}
