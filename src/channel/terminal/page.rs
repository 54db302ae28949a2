//! What stands on the screen, and what a new version of a message does to it: replaces its earlier
//! version in place, is printed anew as a whole, or is passed over. Pure: a piece and the room go
//! in, the characters to print come out. Whoever prints them stands at the start of an empty row.

use super::files::Saved;
use super::layout::{Beside, Pictured, Sheet, Size, lay_out};
use super::line::Line;
use super::numbers::{Numbers, Seen as OnScreen, lettered};
use crate::model::{Action, Document, Reader, Sign, Slot, Text, Texts, Timestamp, Token};
use std::collections::BTreeMap;
use std::sync::Arc;

/// One version of a message as it waits to be printed.
#[derive(Clone, Debug)]
pub struct Piece {
    pub slot: Slot,
    pub version: i64,
    pub document: Document,
    pub tokens: Vec<Token>,
    pub files: Vec<Saved>,
    pub pictures: Vec<Pictured>,
    pub reader: Reader,
    pub now: Timestamp,
    /// An earlier try, by a session that is gone, may have arrived.
    pub repeat: bool,
    /// An earlier session left a version that was not the last: a job that was resumed.
    pub resumed: bool,
    /// It only brings an earlier version up to date; what is new in it is told by another message.
    pub edit: bool,
}

pub struct Page {
    texts: Arc<Texts>,
    colour: bool,
    numbers: Numbers,
    /// The numbers of the buttons of messages that wait for words.
    asking: BTreeMap<Slot, Vec<usize>>,
    seen: BTreeMap<Slot, Seen>,
    last: Option<Last>,
}

/// The newest version of a message in this session, printed or passed over.
struct Seen {
    version: i64,
    ended: bool,
}

/// The message that was printed last, while nothing else stands between it and the prompt.
struct Last {
    slot: Slot,
    rows: usize,
    size: Size,
    pictures: Vec<Pictured>,
}

enum Place {
    InPlaceOf { rows: usize },
    Anew,
    Nowhere,
}

/// Ended messages are forgotten beyond this many; the outbox does not send them again anyway.
const REMEMBERED: usize = 2_000;

impl Page {
    pub fn new(texts: Arc<Texts>, colour: bool) -> Page {
        Page {
            texts,
            colour,
            numbers: Numbers::default(),
            asking: BTreeMap::new(),
            seen: BTreeMap::new(),
            last: None,
        }
    }

    pub fn seen(&self) -> OnScreen {
        OnScreen { highest: self.numbers.highest(), asks: !self.asking.is_empty() }
    }

    pub fn pressed(&self, line: &str, seen: OnScreen) -> Option<&Token> {
        let asking: Vec<usize> = self.asking.values().flatten().copied().collect();
        self.numbers.pressed(line, seen, &asking)
    }

    /// Something else was printed: a typed line, a notice.
    pub fn interrupted(&mut self) {
        self.last = None;
    }

    /// What to print for a piece; nothing when it is passed over. `below` is how many rows the
    /// prompt and what is typed take: a message that they pushed off the screen cannot be replaced.
    pub fn print(&mut self, piece: &Piece, size: Option<Size>, below: usize) -> String {
        let place = self.place(piece, size, below);
        if self.is_newest(piece) {
            self.ask(piece);
        }
        self.remember(piece);
        let up = match place {
            Place::Nowhere => return String::new(),
            Place::Anew => 0,
            Place::InPlaceOf { rows } => rows,
        };
        let pictures = self.pictures(piece);
        let lines = self.lines(piece, &pictures, size);
        let Some(size) = size else { return plain(&lines) };
        // The last row is empty: it keeps messages apart.
        let rows = lines.iter().map(|line| line.rows(size.columns)).sum::<usize>() + 1;
        self.last = Some(Last { slot: piece.slot.clone(), rows, size, pictures });
        format!("{}{}\n", above(up), self.painted(&lines))
    }

    /// An edit draws nothing anew: the curves that stand there stay.
    fn pictures(&self, piece: &Piece) -> Vec<Pictured> {
        let mut pictures = piece.pictures.clone();
        if let Some(last) = self.last.as_ref().filter(|last| last.slot == piece.slot) {
            for ((curves, _), (before, _)) in pictures.iter_mut().zip(&last.pictures) {
                if curves.is_empty() {
                    curves.clone_from(before);
                }
            }
        }
        pictures
    }

    /// A sentence that belongs to no message.
    pub fn notice(&mut self, sign: Sign, text: &Text, now: Timestamp, size: Option<Size>) -> String {
        self.interrupted();
        let reader = Reader::default();
        let lines = Sheet { texts: &self.texts, reader: &reader, now, size }.sentence(0, sign, text);
        match size {
            None => plain(&lines),
            Some(_) => self.painted(&lines),
        }
    }

    fn is_newest(&self, piece: &Piece) -> bool {
        self.seen.get(&piece.slot).is_none_or(|seen| seen.version < piece.version)
    }

    /// From now on numbers are words, or buttons again.
    fn ask(&mut self, piece: &Piece) {
        match asks(piece) {
            true => {
                let numbers = piece.tokens.iter().map(|token| self.numbers.of(token)).collect();
                self.asking.insert(piece.slot.clone(), numbers);
            }
            false => drop(self.asking.remove(&piece.slot)),
        }
    }

    fn place(&self, piece: &Piece, size: Option<Size>, below: usize) -> Place {
        let seen = self.seen.get(&piece.slot);
        if !self.is_newest(piece) {
            // This session knows what became of it, whatever the outbox doubts.
            return Place::Nowhere;
        }
        let last = self.last.as_ref().filter(|last| last.slot == piece.slot);
        let resized = match (last, size) {
            // A terminal moves rows about when its width changes; then nobody knows where they are.
            (Some(last), Some(size)) if last.size == size => {
                if last.rows + below <= size.rows {
                    return Place::InPlaceOf { rows: last.rows };
                }
                false
            }
            (last, _) => last.is_some(),
        };
        let first = seen.is_none() && (size.is_some() || piece.repeat || piece.resumed);
        let ended = piece.document.ended.is_some();
        if ended && piece.edit {
            return Place::Nowhere;
        }
        match ended || self.asks_anew(piece) || first || resized {
            true => Place::Anew,
            false => Place::Nowhere,
        }
    }

    /// Whether it begins to wait for words, or shows a button that nobody has seen yet, other than the
    /// one that stops its own work: that one alone is no question.
    fn asks_anew(&self, piece: &Piece) -> bool {
        if asks(piece) && !self.asking.contains_key(&piece.slot) {
            return true;
        }
        piece.document.buttons.iter().zip(&piece.tokens).any(|(button, token)| {
            !matches!(button.action, Action::Cancel { .. }) && !self.numbers.is_shown(token)
        })
    }

    fn remember(&mut self, piece: &Piece) {
        let ended = piece.document.ended.is_some();
        let seen = self.seen.entry(piece.slot.clone()).or_insert(Seen { version: piece.version, ended });
        if piece.version > seen.version {
            *seen = Seen { version: piece.version, ended };
        }
        if self.seen.len() > REMEMBERED {
            self.seen.retain(|slot, seen| !seen.ended || *slot == piece.slot);
        }
    }

    fn lines(&mut self, piece: &Piece, pictures: &[Pictured], size: Option<Size>) -> Vec<Line> {
        let key = |number: usize| if asks(piece) { lettered(number) } else { number.to_string() };
        let keys: Vec<String> = piece.tokens.iter().map(|token| key(self.numbers.of(token))).collect();
        let sheet = Sheet { texts: &self.texts, reader: &piece.reader, now: piece.now, size };
        let beside = Beside { keys: &keys, files: &piece.files, pictures };
        let mut lines = lay_out(&sheet, &piece.document, &beside);
        if let (true, Some(first)) = (piece.repeat, lines.first_mut()) {
            first.text = format!("{} {}", sheet.say(&text!("terminal.repeat")), first.text);
        }
        lines
    }

    fn painted(&self, lines: &[Line]) -> String {
        match self.colour {
            true => lines.iter().map(|line| format!("{}\n", line.painted())).collect(),
            false => plain(lines),
        }
    }
}

fn asks(piece: &Piece) -> bool {
    piece.document.asks_words && piece.document.ended.is_none()
}

fn plain(lines: &[Line]) -> String {
    lines.iter().map(|line| format!("{}\n", line.text)).collect()
}

/// Up that many rows, and everything below cleared.
fn above(rows: usize) -> String {
    match rows {
        0 => String::new(),
        rows => format!("\x1b[{rows}A\r\x1b[J"),
    }
}
