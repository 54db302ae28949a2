//! What can be wrong with the service on purpose, and for which calls.

use std::time::Duration;

/// One thing that goes wrong. By itself it is for every call until it is cleared; [`Fault::on`], [`Fault::in_chat`]
/// and [`Fault::times`] narrow it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Nobody listens: connections are refused, open ones are cut. Always for all calls.
    Unreachable,
    /// 429 with `retry_after`, in seconds.
    TooMany(u64),
    /// The server in front answers with this status and a page of HTML: 500, 502, 503.
    Html(u16),
    /// This error in the service's own envelope: `(400, "Bad Request: ...")`.
    Refuse(u16, String),
    /// The call is taken and never answered; nothing was done.
    Hang,
    /// The connection ends; nothing was done.
    CutBefore,
    /// The call is done, and the connection ends without an answer: that is how duplicates come about.
    CutAfter,
    /// Each call takes this much longer before it is done.
    Slow(Duration),
}

/// A fault and the calls that it is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Aimed {
    pub(crate) fault: Fault,
    method: Option<String>,
    chat: Option<i64>,
    left: Option<usize>,
}

impl Fault {
    /// Only calls of this method, in any case.
    pub fn on(self, method: &str) -> Aimed {
        Aimed::from(self).on(method)
    }

    /// Only calls for this chat.
    pub fn in_chat(self, chat: i64) -> Aimed {
        Aimed::from(self).in_chat(chat)
    }

    /// So often, then no more.
    pub fn times(self, times: usize) -> Aimed {
        Aimed::from(self).times(times)
    }
}

impl From<Fault> for Aimed {
    fn from(fault: Fault) -> Aimed {
        Aimed { fault, method: None, chat: None, left: None }
    }
}

impl Aimed {
    #[must_use]
    pub fn on(mut self, method: &str) -> Aimed {
        self.method = Some(method.to_ascii_lowercase());
        self
    }

    #[must_use]
    pub fn in_chat(mut self, chat: i64) -> Aimed {
        self.chat = Some(chat);
        self
    }

    #[must_use]
    pub fn times(mut self, times: usize) -> Aimed {
        self.left = Some(times);
        self
    }

    fn is_for(&self, method: &str, chat: Option<i64>) -> bool {
        self.left != Some(0)
            && self.method.as_ref().is_none_or(|wanted| method.eq_ignore_ascii_case(wanted))
            && self.chat.is_none_or(|wanted| chat == Some(wanted))
    }

    /// The faults in force for a call; those that are counted are counted.
    pub(crate) fn spend(all: &mut Vec<Aimed>, method: &str, chat: Option<i64>) -> Vec<Fault> {
        let mut found = Vec::new();
        for aimed in all.iter_mut().filter(|aimed| aimed.is_for(method, chat)) {
            aimed.left = aimed.left.map(|left| left.saturating_sub(1));
            found.push(aimed.fault.clone());
        }
        all.retain(|aimed| aimed.left != Some(0));
        found
    }
}
