//! A small terminal: understands the few escapes that are sent to it, and shows what a person sees.

use super::super::{Size, Surface};
use std::io::{self, Write};
use std::sync::{Arc, Mutex};
use unicode_width::UnicodeWidthChar;

pub struct Screen {
    columns: usize,
    rows: Vec<Vec<String>>,
    row: usize,
    column: usize,
    escape: Option<String>,
    bytes: Vec<u8>,
}

impl Screen {
    pub fn new(columns: usize, rows: usize) -> Screen {
        let rows = vec![Vec::new(); rows];
        Screen { columns, rows, row: 0, column: 0, escape: None, bytes: Vec::new() }
    }

    pub fn feed(&mut self, bytes: &[u8]) {
        self.bytes.extend(bytes);
        let whole = match std::str::from_utf8(&self.bytes) {
            Ok(_) => self.bytes.len(),
            Err(error) => error.valid_up_to(),
        };
        let text: Vec<u8> = self.bytes.drain(..whole).collect();
        for c in String::from_utf8(text).unwrap().chars() {
            self.take(c);
        }
    }

    /// The rows without blanks at their ends; empty ones at the end are left out.
    pub fn shown(&self) -> String {
        let rows: Vec<String> = self.rows.iter().map(|row| row.concat().trim_end().to_owned()).collect();
        rows.join("\n").trim_end().to_owned()
    }

    fn take(&mut self, c: char) {
        if let Some(escape) = &mut self.escape {
            escape.push(c);
            if escape.len() > 1 && ('@'..='~').contains(&c) {
                let escape = self.escape.take().unwrap();
                self.obey(&escape[1..escape.len() - 1], c);
            }
            return;
        }
        match c {
            '\x1b' => self.escape = Some(String::new()),
            '\n' => {
                self.column = 0;
                self.down();
            }
            '\r' => self.column = 0,
            '\x07' => {}
            c => {
                assert!(!c.is_control(), "the screen was sent {c:?}");
                self.put(c);
            }
        }
    }

    fn put(&mut self, c: char) {
        let width = c.width().unwrap_or(0);
        if self.column + width > self.columns {
            self.column = 0;
            self.down();
        }
        let (row, column) = (&mut self.rows[self.row], self.column);
        row.resize(row.len().max(column + width), " ".to_owned());
        match width {
            0 => row[column.saturating_sub(1)].push(c),
            _ => {
                row[column] = c.to_string();
                row[column + 1..column + width].fill(String::new());
            }
        }
        self.column += width;
    }

    fn down(&mut self) {
        if self.row + 1 < self.rows.len() {
            self.row += 1;
        } else {
            self.rows.remove(0);
            self.rows.push(Vec::new());
        }
    }

    fn obey(&mut self, argument: &str, command: char) {
        let number = argument.parse().unwrap_or(1);
        match command {
            'A' => self.row = self.row.saturating_sub(number),
            'B' => self.row = (self.row + number).min(self.rows.len() - 1),
            'C' => self.column = (self.column + number).min(self.columns - 1),
            'D' => self.column = self.column.saturating_sub(number),
            'H' => (self.row, self.column) = (0, 0),
            'J' => {
                self.rows[self.row].truncate(self.column);
                self.rows[self.row + 1..].fill(Vec::new());
            }
            'K' => self.rows[self.row].truncate(self.column),
            'm' | 'h' | 'l' => {}
            other => panic!("the screen was sent an escape it does not know: {argument}{other}"),
        }
    }
}

/// What is written, kept as it came; a screen of some size, or a pipe.
#[derive(Clone)]
pub struct Paper {
    pub written: Arc<Mutex<Vec<u8>>>,
    pub size: Arc<Mutex<Option<Size>>>,
    pub broken: bool,
}

impl Paper {
    pub fn pipe() -> Paper {
        Paper { written: Arc::default(), size: Arc::default(), broken: false }
    }

    pub fn screen(columns: usize, rows: usize) -> Paper {
        let paper = Paper::pipe();
        paper.resize(columns, rows);
        paper
    }

    pub fn resize(&self, columns: usize, rows: usize) {
        *self.size.lock().unwrap() = Some(Size { columns, rows });
    }

    pub fn text(&self) -> String {
        String::from_utf8(self.written.lock().unwrap().clone()).unwrap()
    }

    /// What the screen shows now.
    pub fn shown(&self) -> String {
        let size = self.size.lock().unwrap().unwrap();
        let mut screen = Screen::new(size.columns, size.rows);
        screen.feed(&self.written.lock().unwrap());
        screen.shown()
    }
}

impl Surface for Paper {
    fn size(&self) -> Option<Size> {
        *self.size.lock().unwrap()
    }
}

impl Write for Paper {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.broken {
            return Err(io::ErrorKind::BrokenPipe.into());
        }
        self.written.lock().unwrap().extend(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
