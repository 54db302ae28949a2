//! What a try left behind that did not come to its end: parts that stand there already, and whether one more
//! may. The next try of the message goes on from there. In memory: the store remembers whole messages.

use crate::model::outbound::MessageRef;
use crate::model::{Destination, Message, Slot};
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Remains {
    pub parts: Vec<MessageRef>,
    /// A part was sent and no answer came.
    pub doubt: bool,
    /// A picture did not get through: the next try goes without.
    pub no_pictures: bool,
}

#[derive(Default)]
pub struct Left(Mutex<HashMap<(Slot, Destination), Remains>>);

/// Beyond so many, all are forgotten: then a part may stand there twice.
const REMEMBERED: usize = 10_000;

impl Left {
    pub fn of(&self, message: &Message) -> Remains {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.get(&key(message)).cloned().unwrap_or_default()
    }

    pub fn keep(&self, message: &Message, remains: Remains) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if all.len() >= REMEMBERED {
            all.clear();
        }
        all.insert(key(message), remains);
    }

    pub fn forget(&self, message: &Message) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.remove(&key(message));
    }
}

fn key(message: &Message) -> (Slot, Destination) {
    (message.slot.clone(), message.place.clone())
}
