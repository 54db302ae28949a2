//! What can be wrong with the service on purpose, and for which calls.

/// One thing that goes wrong; [`Aimed`] says for which calls and how often.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Nobody listens: connections are refused, open ones are cut. Always for all calls.
    Unreachable,
    /// The server in front answers with this status and a page of HTML.
    Html(u16),
    /// This error in the service's own envelope, whichever of the two APIs it is.
    Refuse(i64, String),
    /// The call is taken and never answered; nothing was done.
    Hang,
    /// The connection ends; nothing was done.
    CutBefore,
    /// The call is done, and the connection ends without an answer.
    CutAfter,
}

/// A fault and the calls that it is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Aimed {
    pub(crate) fault: Fault,
    method: Option<String>,
    left: Option<usize>,
}

impl Fault {
    /// Only calls of this method of the bot, or of this path of the account.
    pub fn on(self, method: &str) -> Aimed {
        Aimed { method: Some(method.to_owned()), ..Aimed::from(self) }
    }
}

impl From<Fault> for Aimed {
    fn from(fault: Fault) -> Aimed {
        Aimed { fault, method: None, left: None }
    }
}

impl Aimed {
    /// So often, then no more.
    #[must_use]
    pub fn times(mut self, times: usize) -> Aimed {
        self.left = Some(times);
        self
    }

    /// The first fault in force for a call; one that is counted is counted.
    pub(crate) fn spend(all: &mut Vec<Aimed>, method: &str) -> Option<Fault> {
        let meant = |aimed: &&mut Aimed| {
            aimed.left != Some(0) && aimed.method.as_ref().is_none_or(|wanted| wanted == method)
        };
        let found = all.iter_mut().find(meant)?;
        found.left = found.left.map(|left| left.saturating_sub(1));
        let fault = found.fault.clone();
        all.retain(|aimed| aimed.left != Some(0));
        Some(fault)
    }
}
