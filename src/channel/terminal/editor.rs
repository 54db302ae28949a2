//! The line editor of a person at a terminal, on a thread of its own. It alone prints while it runs:
//! whenever it draws its prompt anew it first takes what waits in the [`Console`]. Its external
//! printer only wakes it (cursor up and down again, which changes nothing): a text sent through that
//! printer could appear after the line typed meanwhile and then move up by a wrong number of rows.
//! In raw mode Ctrl-C is a key. While a line is edited rustyline holds SIGINT itself and puts the old
//! handling back afterwards, so the app takes its signals BEFORE it listens, or they are put back to
//! "die". SIGTERM always reaches the app, which then stops this thread by its token.

use super::console::Console;
use super::line::rows;
use super::lines::cut;
use super::numbers::{Seen, number};
use super::words::Words;
use rustyline::completion::Completer;
use rustyline::error::ReadlineError;
use rustyline::highlight::{CmdKind, Highlighter};
use rustyline::hint::Hinter;
use rustyline::history::DefaultHistory;
use rustyline::validate::Validator;
use rustyline::{ColorMode, Config, Context, ExternalPrinter, Helper};
use std::borrow::Cow;
use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, sync_channel};

/// Up and down: neutral wherever the cursor stands, and a line end that the printer wants.
const WAKE: &str = "\x1b[A\n";

pub struct Desk {
    pub console: Arc<Console>,
    pub prompt: String,
    pub history: Option<PathBuf>,
    pub words: Words,
}

/// A line, and what was shown when its typing began.
pub struct Typed {
    pub line: String,
    pub seen: Seen,
}

type Editor = rustyline::Editor<Sight, DefaultHistory>;

impl Desk {
    /// Edits lines until the person leaves, the console stops it, or `taken` says that nobody
    /// takes them. Blocks.
    pub fn run(self, mut taken: impl FnMut(Typed) -> bool) -> rustyline::Result<()> {
        let config = Config::builder().max_history_size(1_000)?.color_mode(ColorMode::Forced).build();
        let mut editor = Editor::with_config(config)?;
        let sight = Sight::new(Arc::clone(&self.console), self.prompt.clone(), self.words);
        editor.set_helper(Some(sight));
        if let Some(history) = &self.history {
            // A history that cannot be read is an empty one.
            let _ = editor.load_history(history);
        }
        let (wake, wakes) = sync_channel(1);
        let printer = editor.create_external_printer()?;
        std::thread::spawn(move || pass_on(&wakes, printer));
        self.console.editor_begins(wake);
        let edited = catch_unwind(AssertUnwindSafe(|| {
            edit(&mut editor, &self.console, &self.prompt, self.history, &mut taken)
        }));
        let ended = self.console.editor_ends();
        // Unwound: stopped, or a fault of the editor. Either way the person cannot type any more.
        edited.unwrap_or(Ok(()))?;
        Ok(ended?)
    }
}

/// The printer blocks while the editor is busy with a search; that must hold up nobody else.
fn pass_on(wakes: &Receiver<()>, mut printer: impl ExternalPrinter) {
    while wakes.recv().is_ok() {
        if printer.print(WAKE.to_owned()).is_err() {
            return;
        }
    }
}

fn edit(
    editor: &mut Editor,
    console: &Console,
    prompt: &str,
    history: Option<PathBuf>,
    taken: &mut impl FnMut(Typed) -> bool,
) -> rustyline::Result<()> {
    while !console.editor_is_stopped() {
        let read = editor.readline(prompt);
        console.line_ended();
        let typed = editor.helper().map(Sight::line_ended).unwrap_or_default();
        match read {
            Ok(text) => {
                remember(editor, history.as_deref(), &text);
                if !hand_on(&text, typed.seen, taken) {
                    return Ok(());
                }
            }
            Err(ReadlineError::Interrupted) if !typed.empty => {}
            Err(ReadlineError::Interrupted | ReadlineError::Eof) => return Ok(()),
            // Bytes that are no UTF-8: what was typed is gone, the chat is not.
            Err(ReadlineError::Io(error)) if error.kind() == std::io::ErrorKind::InvalidData => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// A pasted text may hold several lines; the person saw them before they pressed Enter.
fn hand_on(text: &str, seen: Seen, taken: &mut impl FnMut(Typed) -> bool) -> bool {
    text.split(['\n', '\r'])
        .filter(|line| !line.trim().is_empty())
        .all(|line| taken(Typed { line: cut(line.to_owned()), seen }))
}

/// Numbers are left out: found again later they would press something that nobody looks at.
fn remember(editor: &mut Editor, history: Option<&std::path::Path>, text: &str) {
    if text.trim().is_empty() || number(text).is_some() {
        return;
    }
    // A history that cannot be kept must not disturb the chat.
    let _ = editor.add_history_entry(text);
    if let Some(history) = history {
        let _ = editor.append_history(history);
    }
}

/// What the editor asks while it draws, and what is seen of the line being typed.
struct Sight {
    console: Arc<Console>,
    prompt: String,
    words: Words,
    line: Cell<Line>,
}

#[derive(Clone, Copy)]
struct Line {
    empty: bool,
    /// What was shown when the line was last empty.
    seen: Seen,
    /// The most rows that prompt and line have taken.
    rows: usize,
}

impl Default for Line {
    fn default() -> Line {
        Line { empty: true, seen: Seen::default(), rows: 1 }
    }
}

impl Sight {
    fn new(console: Arc<Console>, prompt: String, words: Words) -> Sight {
        Sight { console, prompt, words, line: Cell::new(Line::default()) }
    }

    fn look(&self, typed: &str) {
        let mut line = self.line.get();
        if typed.is_empty() || line.empty {
            line.seen = self.console.seen();
        }
        line.empty = typed.is_empty();
        let columns = self.console.columns();
        let shown = format!("{}{typed}", self.prompt);
        line.rows = line.rows.max(shown.split('\n').map(|part| rows(part, columns) + 1).sum());
        self.line.set(line);
    }

    fn line_ended(&self) -> Line {
        self.line.take()
    }
}

impl Highlighter for Sight {
    fn highlight<'l>(&self, line: &'l str, _: usize) -> Cow<'l, str> {
        self.look(line);
        Cow::Borrowed(line)
    }

    /// Called when the prompt's rows were cleared and the cursor stands where the prompt begins.
    fn highlight_prompt<'b, 's: 'b, 'p: 'b>(&'s self, prompt: &'p str, _: bool) -> Cow<'b, str> {
        if self.console.editor_is_stopped() {
            // The one way out of a running `readline` that restores terminal and signals: its own
            // guards do so while the thread unwinds. No panic message is printed by this call.
            resume_unwind(Box::new("stopped"));
        }
        match self.console.above_prompt(self.line.get().rows) {
            above if above.is_empty() => Cow::Borrowed(prompt),
            above => Cow::Owned(above + prompt),
        }
    }

    /// Always a whole drawing: so each change of the line is seen here.
    fn highlight_char(&self, line: &str, _: usize, _: CmdKind) -> bool {
        self.look(line);
        true
    }
}

impl Completer for Sight {
    type Candidate = String;

    fn complete(
        &self,
        line: &str,
        cursor: usize,
        _: &Context<'_>,
    ) -> rustyline::Result<(usize, Vec<String>)> {
        Ok(self.words.completions(line, cursor))
    }
}

impl Hinter for Sight {
    type Hint = String;
}
impl Validator for Sight {}
impl Helper for Sight {}
