//! The calls of the bot, as tests read them: what was asked, when, and what came of it.

use std::collections::VecDeque;
use std::sync::Mutex;

use chrono::{DateTime, Utc};
use serde_json::{Map, Value, json};
use tokio::sync::watch;

use crate::lab::calls::{Param, Params};
use crate::lab::router::lock;

/// One call.
#[derive(Clone, Debug, PartialEq)]
pub struct Call {
    pub at: DateTime<Utc>,
    /// As the service spells it, or as it was typed where it has none such.
    pub method: String,
    pub chat: Option<i64>,
    /// What it was called with, as it came; a file is its name and size.
    pub args: Value,
    /// When it was answered. None while it waits, and for ever when it hangs or was cut.
    pub answered: Option<DateTime<Utc>>,
    /// Of the answer.
    pub status: Option<u16>,
    /// Of a refusal.
    pub description: Option<String>,
}

/// So many are remembered; a lab that runs for weeks must not grow.
const CALLS: usize = 20_000;

#[derive(Debug, Default)]
pub(crate) struct Log {
    calls: Mutex<Kept>,
    pub changed: watch::Sender<u64>,
}

#[derive(Debug, Default)]
struct Kept {
    /// How many were forgotten.
    before: usize,
    calls: VecDeque<Call>,
}

impl Log {
    /// The number of the call, for [`Log::end`].
    pub fn begin(&self, call: Call) -> usize {
        let number = {
            let mut kept = lock(&self.calls);
            if kept.calls.len() >= CALLS {
                kept.calls.pop_front();
                kept.before += 1;
            }
            kept.calls.push_back(call);
            kept.before + kept.calls.len() - 1
        };
        self.changed.send_modify(|version| *version += 1);
        number
    }

    pub fn end(&self, number: usize, at: DateTime<Utc>, status: u16, description: Option<String>) {
        {
            let mut kept = lock(&self.calls);
            let place = number.checked_sub(kept.before);
            if let Some(call) = place.and_then(|place| kept.calls.get_mut(place)) {
                call.answered = Some(at);
                call.status = Some(status);
                call.description = description;
            }
        }
        self.changed.send_modify(|version| *version += 1);
    }

    pub fn all(&self) -> Vec<Call> {
        lock(&self.calls).calls.iter().cloned().collect()
    }

    pub fn find(&self, wanted: &impl Fn(&Call) -> bool) -> Option<Call> {
        lock(&self.calls).calls.iter().find(|call| wanted(call)).cloned()
    }
}

pub(crate) fn args(params: &Params) -> Value {
    let one = |(name, param): (&str, &Param)| {
        let value = match param {
            Param::Text(text) => Value::from(text.as_str()),
            Param::Json(value) => value.clone(),
            Param::File(file) => json!({ "file": file.name, "size": file.bytes.len() }),
        };
        (name.to_owned(), value)
    };
    Value::Object(params.iter().map(one).collect::<Map<_, _>>())
}
