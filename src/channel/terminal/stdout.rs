//! The real output: this process's standard output, and how large its terminal is.

use super::console::Surface;
use super::layout::Size;
use rustyline::DefaultEditor;
use std::io::{self, IsTerminal, Write};

pub struct Stdout {
    terminal: bool,
}

impl Stdout {
    pub fn of_process() -> Stdout {
        Stdout { terminal: io::stdout().is_terminal() && understands_escapes() }
    }

    pub fn is_terminal(&self) -> bool {
        self.terminal
    }
}

/// The terminals on which the line editor gives up, too.
fn understands_escapes() -> bool {
    !std::env::var("TERM").is_ok_and(|term| ["dumb", "cons25", "emacs"].contains(&term.as_str()))
}

impl Surface for Stdout {
    /// Asked anew each time: people resize their windows. The editor asks the system for us; making
    /// one only to ask costs two system calls.
    fn size(&self) -> Option<Size> {
        if !self.terminal {
            return None;
        }
        let asked = DefaultEditor::new().ok().and_then(|mut editor| editor.dimensions());
        let (columns, rows) = asked.unwrap_or((80, 24));
        // A terminal that does not know says 0.
        let or = |number: usize, usual| if number == 0 { usual } else { number };
        Some(Size { columns: or(columns.into(), 80), rows: or(rows.into(), 24) })
    }
}

impl Write for Stdout {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        io::stdout().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        io::stdout().flush()
    }
}
