//! The one place that prints. Pieces wait in order until somebody may print them: the line editor,
//! whenever it draws its prompt anew, or, while there is no editor, whoever put the piece there.
//! So what is printed and the typed line never garble each other.

use super::layout::Size;
use super::numbers::Seen;
use super::page::{Page, Piece};
use crate::model::{Sign, Slot, Text, Timestamp, Token};
use std::io::{self, Write};
use std::sync::mpsc::SyncSender;
use std::sync::{Mutex, MutexGuard, PoisonError};
use tokio::sync::oneshot;
use tokio_util::sync::CancellationToken;

/// Where it is printed: the real one, or a test's.
pub trait Surface: Write + Send {
    /// None when it is no terminal.
    fn size(&self) -> Option<Size>;
}

pub struct Console {
    state: Mutex<State>,
    /// Locked before `state` where both are, and for as long as the writing takes.
    surface: Mutex<Box<dyn Surface>>,
    /// Nobody reads any more.
    pub broken: CancellationToken,
}

struct State {
    page: Page,
    waiting: Vec<Waiting>,
    editor: Option<Wake>,
    /// The editor must end, or not begin.
    stopped: bool,
}

struct Waiting {
    what: What,
    printed: Option<oneshot::Sender<()>>,
}

enum What {
    Piece(Box<Piece>),
    Notice(Sign, Text, Timestamp),
}

/// Asks the editor, while it runs, to draw its prompt anew; one such wish is enough.
type Wake = SyncSender<()>;

/// What a typed line means.
#[derive(Debug, PartialEq)]
pub enum Meaning {
    Line,
    Press(Token),
}

impl Console {
    pub fn new(page: Page, surface: Box<dyn Surface>) -> Console {
        Console {
            state: Mutex::new(State { page, waiting: Vec::new(), editor: None, stopped: false }),
            surface: Mutex::new(surface),
            broken: CancellationToken::new(),
        }
    }

    /// Takes a piece. It is printed by `flush`, or by the editor, which is woken; the receiver hears
    /// of it. A newer version of a message that still waits takes its place.
    pub fn put(&self, piece: Piece) -> oneshot::Receiver<()> {
        let (printed, hear) = oneshot::channel();
        let mut state = self.state();
        let stale = |waiting: &Waiting| waiting.slot() == Some(&piece.slot);
        state.waiting.retain(|waiting| !stale(waiting));
        state.waiting.push(Waiting { what: What::Piece(Box::new(piece)), printed: Some(printed) });
        state.wake();
        hear
    }

    pub fn put_notice(&self, sign: Sign, text: Text, now: Timestamp) {
        let mut state = self.state();
        state.waiting.push(Waiting { what: What::Notice(sign, text, now), printed: None });
        state.wake();
    }

    /// Prints what waits, unless an editor does so. Blocks while the reader of the output does.
    pub fn flush(&self) -> io::Result<()> {
        let mut surface = self.surface.lock().unwrap_or_else(PoisonError::into_inner);
        let mut state = self.state();
        if state.editor.is_some() {
            state.wake();
            return Ok(());
        }
        let (text, heard) = state.drain(surface.size(), 0);
        drop(state);
        let written = surface.write_all(text.as_bytes()).and_then(|()| surface.flush());
        match written {
            Ok(()) => hear(heard),
            Err(_) => self.broken.cancel(),
        }
        written
    }

    /// From now on the editor prints. Waits until a `flush` that runs has ended.
    pub fn editor_begins(&self, wake: Wake) {
        let _surface = self.surface.lock().unwrap_or_else(PoisonError::into_inner);
        self.state().editor = Some(wake);
    }

    /// From now on whoever puts prints; what still waits is printed here. An editor that is stopped
    /// has cleared its prompt and the half of a line behind it.
    pub fn editor_ends(&self) -> io::Result<()> {
        let mut state = self.state();
        state.editor = None;
        state.page.interrupted();
        drop(state);
        self.flush()
    }

    /// Tells the editor to end.
    pub fn stop_editor(&self) {
        let mut state = self.state();
        state.stopped = true;
        state.wake();
    }

    pub fn editor_is_stopped(&self) -> bool {
        self.state().stopped
    }

    pub fn columns(&self) -> usize {
        let size = self.surface.lock().unwrap_or_else(PoisonError::into_inner).size();
        size.map_or(80, |size| size.columns)
    }

    /// What the editor prints above its prompt; `below` rows belong to the prompt.
    pub fn above_prompt(&self, below: usize) -> String {
        let size = self.surface.lock().unwrap_or_else(PoisonError::into_inner).size();
        let (text, heard) = self.state().drain(size, below);
        // The editor writes it at once; if that fails the whole door closes.
        hear(heard);
        text
    }

    /// A typed line now stands between the last message and the prompt.
    pub fn line_ended(&self) {
        self.state().page.interrupted();
    }

    /// What a person sees who begins a line now.
    pub fn seen(&self) -> Seen {
        self.state().page.seen()
    }

    pub fn meaning(&self, line: &str, seen: Seen) -> Meaning {
        match self.state().page.pressed(line, seen) {
            Some(token) => Meaning::Press(token.clone()),
            None => Meaning::Line,
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn wake(&self) {
        if let Some(wake) = &self.editor {
            // Full: it is asked already.
            let _ = wake.try_send(());
        }
    }

    fn drain(&mut self, size: Option<Size>, below: usize) -> (String, Vec<oneshot::Sender<()>>) {
        let mut text = String::new();
        let mut heard = Vec::new();
        for waiting in std::mem::take(&mut self.waiting) {
            text.push_str(&match waiting.what {
                What::Piece(piece) => self.page.print(&piece, size, below),
                What::Notice(sign, said, now) => self.page.notice(sign, &said, now, size),
            });
            heard.extend(waiting.printed);
        }
        (text, heard)
    }
}

impl Waiting {
    fn slot(&self) -> Option<&Slot> {
        match &self.what {
            What::Piece(piece) => Some(&piece.slot),
            What::Notice(..) => None,
        }
    }
}

fn hear(heard: Vec<oneshot::Sender<()>>) {
    for printed in heard {
        // Whoever waited may have stopped waiting.
        let _ = printed.send(());
    }
}
