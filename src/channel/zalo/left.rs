//! What a try left behind that did not come to its end: texts that stand there already, and whether one more may. The
//! next try of the message goes on from there. In memory: the store remembers whole messages.

use crate::model::outbound::MessageRef;
use crate::model::{Destination, Message, Slot};
use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Remains {
    pub parts: Vec<MessageRef>,
    /// A text was sent and no answer came.
    pub doubt: bool,
}

#[derive(Default)]
pub struct Left(Mutex<VecDeque<(Key, Remains)>>);

type Key = (Slot, Destination, i64);

/// Beyond so many the oldest is forgotten; a text of one that does come to its end may stand there twice.
const REMEMBERED: usize = 1_000;

impl Left {
    pub fn of(&self, message: &Message) -> Remains {
        let key = key(message);
        self.lock().iter().find(|(of, _)| *of == key).map(|(_, remains)| remains.clone()).unwrap_or_default()
    }

    /// Nothing left is nothing to remember.
    pub fn keep(&self, message: &Message, remains: Remains) {
        let key = key(message);
        let mut all = self.lock();
        all.retain(|(of, _)| *of != key);
        if remains == Remains::default() {
            return;
        }
        if all.len() >= REMEMBERED {
            all.pop_front();
        }
        all.push_back((key, remains));
    }

    fn lock(&self) -> MutexGuard<'_, VecDeque<(Key, Remains)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn key(message: &Message) -> Key {
    (message.slot.clone(), message.place.clone(), message.version)
}
