//! The command line of a router as a pure interpreter: state, session and a typed line enter; what is printed leaves,
//! and state and session are changed. It knows nothing of SSH, bytes, echo or paging.

mod configure;
pub(crate) mod dialogue;
pub(crate) mod exec;
pub(crate) mod grammar;
mod pipe;
mod reload;
pub(crate) mod show;
#[cfg(test)]
mod tests;

use chrono::{DateTime, Utc};

use dialogue::{Dialogue, Struck};

use super::fault::Fault;
use super::state::State;

/// One person's place at the router, from login to exit.
#[derive(Clone, Debug)]
pub(crate) struct Session {
    pub line: u16,
    pub user: String,
    pub from: String,
    pub privilege: u8,
    /// The sections that were entered, when in configuration mode.
    pub editing: Option<Vec<String>>,
    /// Whether anything was entered since `configure terminal`.
    pub touched: bool,
    pub asking: Option<Asking>,
    /// Lines to a page; 0 never stops.
    pub length: u16,
    pub width: u16,
    pub closed: bool,
    /// Log lines are shown as they come.
    pub monitor: bool,
    pub struck: Option<Struck>,
}

/// A question that the next line answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Asking {
    EnablePassword { refused: u8 },
    Dialogue(Box<Dialogue>),
    Banner { kind: String, delimiter: String, text: String },
}

/// All that a typed line can look at and change.
pub(crate) struct Desk<'a> {
    pub state: &'a mut State,
    pub session: &'a mut Session,
    pub faults: &'a [Fault],
    pub now: DateTime<Utc>,
}

impl Session {
    pub fn new(line: u16, user: &str, from: &str, privilege: u8) -> Session {
        Session {
            line,
            user: user.to_owned(),
            from: from.to_owned(),
            privilege,
            editing: None,
            touched: false,
            asking: None,
            length: 24,
            width: 80,
            closed: false,
            monitor: false,
            struck: None,
        }
    }

    /// What the router prints when it waits for the next line.
    pub fn prompt(&self, state: &State) -> String {
        match (&self.asking, &self.editing) {
            (Some(Asking::EnablePassword { .. }), _) => "Password: ".to_owned(),
            (Some(Asking::Dialogue(dialogue)), _) => dialogue.question().to_owned(),
            (Some(Asking::Banner { .. }), _) => String::new(),
            (None, Some(path)) => configure::prompt(state.hostname(), path),
            (None, None) if self.privilege > 1 => format!("{}#", state.hostname()),
            (None, None) => format!("{}>", state.hostname()),
        }
    }

    /// A password is neither echoed nor written down.
    pub fn hides_input(&self) -> bool {
        matches!(self.asking, Some(Asking::EnablePassword { .. }))
    }

    /// The questions before something happens, when one of them waits for its answer.
    pub fn dialogue(&self) -> Option<&Dialogue> {
        match &self.asking {
            Some(Asking::Dialogue(dialogue)) => Some(dialogue),
            Some(Asking::EnablePassword { .. } | Asking::Banner { .. }) | None => None,
        }
    }

    /// The place of this session as log lines name it.
    pub fn origin(&self) -> String {
        format!("vty{} ({})", self.line, self.from)
    }
}

/// Does what the line says and returns what the router prints, line ends as `\n`.
pub(crate) fn interpret(desk: &mut Desk, line: &str) -> String {
    match desk.session.asking.take() {
        Some(Asking::EnablePassword { refused }) => exec::enable_password(desk, line, refused),
        Some(Asking::Dialogue(dialogue)) => dialogue::answer(desk, *dialogue, line),
        Some(Asking::Banner { kind, delimiter, text }) => {
            configure::banner_line(desk, kind, delimiter, text, line)
        }
        None if desk.session.editing.is_some() => configure::line(desk, line),
        None => exec::line(desk, line),
    }
}

/// The keys Ctrl-Z and Ctrl-C leave configuration mode at once.
pub(crate) fn leave(desk: &mut Desk) {
    desk.session.asking = None;
    configure::leave(desk);
}
