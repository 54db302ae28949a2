//! A message as neutral pieces for a chat on a phone: sentences, blocks of lines in a fixed width, pictures and
//! files, rendered for their reader and clean. A chat's own folder only dresses them in its mark-up and limits.
//! What would not fit a phone shows its ends and comes whole as a file. Pure.

use super::columns::{clean, file_name, fitted};
use super::table;
use crate::model::{Block, Message, Sign, Table, Text, Texts, Token};
use unicode_width::UnicodeWidthStr;

/// What a phone shows in one row of a fixed width.
const COLUMNS: usize = 38;
/// So many lines of a block are shown whole, and so many characters.
const LINES: usize = 60;
const CHARACTERS: usize = 3_000;
/// Of a longer one so many lines from its beginning and its end.
const FIRST: Ends = Ends { lines: 25, characters: 1_800 };
const LAST: Ends = Ends { lines: 10, characters: 700 };
/// A line of an end is cut here: it stands whole in the file.
const LINE: usize = 200;
/// Of a table that is too wide, so many rows stand one below the other, each with its heads.
const STACKED: usize = 6;
/// Cells of the bar of progress.
const BAR: usize = 10;

struct Ends {
    lines: usize,
    characters: usize,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Piece {
    /// One line or more of prose.
    Sentence { rank: Rank, sign: Sign, lines: Vec<String> },
    /// Lines whose columns stand below each other. What a router printed is here and in files, nowhere else.
    Code(Vec<String>),
    /// Without bytes it could not be drawn, or it stands there already.
    Picture { title: String, name: String, png: Vec<u8> },
    /// The name is one that can be saved under.
    File { name: String, bytes: Vec<u8> },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rank {
    /// The verdict: what a notification shows.
    First,
    Line,
    /// Belongs to the line above it.
    Detail,
}

/// A button as its reader sees it.
#[derive(Clone, Debug, PartialEq)]
pub struct Key {
    pub label: String,
    pub token: Token,
}

pub fn of(message: &Message, texts: &Texts) -> Vec<Piece> {
    let mut sheet = Sheet { message, texts, pieces: Vec::new(), files: Vec::new() };
    sheet.lay_out();
    sheet.pieces.append(&mut sheet.files);
    sheet.pieces
}

/// The buttons of the page that is shown.
pub fn keys(message: &Message, texts: &Texts, page: usize) -> Vec<Key> {
    let message = message.with_page_of_buttons(page);
    let label = |text| clean(&texts.render(text, &message.reader, message.now)).join(" ");
    let pairs = message.document.buttons.iter().zip(&message.tokens);
    pairs.map(|(button, token)| Key { label: label(&button.label), token: token.clone() }).collect()
}

struct Sheet<'a> {
    message: &'a Message,
    texts: &'a Texts,
    pieces: Vec<Piece>,
    /// They come after all that is read.
    files: Vec<Piece>,
}

impl Sheet<'_> {
    fn lay_out(&mut self) {
        let (message, mut rank) = (self.message, Rank::First);
        let (mut files, mut pictures) = (message.files.iter(), message.pictures.iter());
        for block in &message.document.blocks {
            match block {
                Block::Line { sign, text } => {
                    self.sentence(std::mem::replace(&mut rank, Rank::Line), *sign, text);
                }
                Block::Detail { sign, text } => self.sentence(Rank::Detail, *sign, text),
                Block::Table(table) => self.table(table),
                Block::Raw(printed) => self.raw(printed),
                Block::File { name, .. } => match files.next() {
                    Some(bytes) => self.file(name, bytes.clone()),
                    None => {
                        let name = file_name(name);
                        self.sentence(Rank::Detail, Sign::Warning, &text!("chat.file_missing", name = name));
                    }
                },
                Block::Listing { name, lines } => {
                    let line = |text| format!("{}\n", self.say(text).trim_end());
                    let text: String = lines.iter().map(line).collect();
                    self.file(name, text.into_bytes());
                }
                Block::Picture(picture) => {
                    let drawn = pictures.next().cloned().unwrap_or_default();
                    let title = self.one_line(&picture.title);
                    self.pieces.push(Piece::Picture { title, name: file_name(&drawn.name), png: drawn.png });
                }
                Block::Progress { done, failed, total } => self.progress(*done, *failed, *total),
            }
        }
    }

    fn say(&self, text: &Text) -> String {
        self.texts.render(text, &self.message.reader, self.message.now)
    }

    fn one_line(&self, text: &Text) -> String {
        clean(&self.say(text)).join(" ")
    }

    /// A try that may have arrived says so in its first line: no chat knows it as the same message.
    fn sentence(&mut self, rank: Rank, sign: Sign, text: &Text) {
        let said = match rank == Rank::First && self.message.repeat {
            true => format!("{} {}", self.say(&text!("chat.repeat")), self.say(text)),
            false => self.say(text),
        };
        let lines = clean(said.trim_end()).into_iter().map(|line| line.trim_end().to_owned()).collect();
        self.pieces.push(Piece::Sentence { rank, sign, lines });
    }

    fn file(&mut self, name: &str, bytes: Vec<u8>) {
        self.files.push(Piece::File { name: file_name(name), bytes });
    }

    /// `output.txt`, and `output-2.txt` for the second that is made here.
    fn made(&mut self, stem: &str, text: String) -> String {
        let name = match self.files.len() {
            0 => format!("{stem}.txt"),
            before => format!("{stem}-{}.txt", before + 1),
        };
        self.file(&name, text.into_bytes());
        name
    }

    fn raw(&mut self, printed: &str) {
        let lines = clean(printed.trim_end());
        if short(&lines) {
            return self.code(lines);
        }
        let first = ends(lines.iter(), &FIRST);
        let rest = lines.get(first.len()..).unwrap_or_default();
        let mut last = ends(rest.iter().rev(), &LAST);
        last.reverse();
        let between = rest.len() - last.len();
        let name = self.made("output", format!("{}\n", printed.trim_end()));
        self.code(first);
        let text = match between {
            0 => text!("chat.whole", name = name),
            _ => text!("chat.between", count = between, name = name),
        };
        self.sentence(Rank::Detail, Sign::None, &text);
        self.code(last);
    }

    fn code(&mut self, lines: Vec<String>) {
        if lines.iter().any(|line| !line.trim().is_empty()) {
            self.pieces.push(Piece::Code(lines.iter().map(|line| line.trim_end().to_owned()).collect()));
        }
    }

    /// As it is where a phone has the room. A wide one of few rows is stacked; of many, it is cut to the
    /// phone's width. What is cut or left out comes whole as a file.
    fn table(&mut self, table: &Table) {
        let cells = |row: &Vec<Text>| row.iter().map(|text| self.one_line(text)).collect();
        let (head, rows): (Vec<_>, Vec<Vec<_>>) =
            (cells(&table.head), table.rows.iter().map(cells).collect());
        let whole = table::lines(&head, &rows, None);
        let narrow = whole.iter().all(|line| line.width() <= COLUMNS);
        if narrow && short(&whole) {
            return self.code(whole);
        }
        // What needs no heads is read row by row. As prose it wraps, and the service sees the commands in it.
        if head.is_empty() {
            let prose: Vec<String> = rows.iter().map(|row| row.join("  ").trim_end().to_owned()).collect();
            if short(&prose) {
                self.pieces.push(Piece::Sentence { rank: Rank::Line, sign: Sign::None, lines: prose });
                return;
            }
        }
        if rows.len() <= STACKED {
            let stacked = stacked(&head, &rows);
            if short(&stacked) {
                return self.code(stacked);
            }
        }
        let squeezed = table::lines(&head, &rows, Some(COLUMNS));
        let squeezed: Vec<String> = squeezed.iter().map(|line| fitted(line, COLUMNS)).collect();
        let shown = ends(squeezed.iter(), &Ends { lines: LINES, ..FIRST });
        let more = whole.len() - shown.len();
        let name = self.made("table", whole.iter().map(|line| format!("{line}\n")).collect());
        self.code(shown);
        let text = match more {
            0 => text!("chat.whole", name = name),
            _ => text!("chat.more", count = more, name = name),
        };
        self.sentence(Rank::Detail, Sign::None, &text);
    }

    /// `━━━━━───── 12 of 40`
    fn progress(&mut self, done: usize, failed: usize, total: usize) {
        let ended = (done + failed).min(total);
        let words = self.say(&match failed {
            0 => text!("chat.progress", done = ended, total = total),
            _ => text!("chat.progress_failed", done = ended, total = total, failed = failed),
        });
        let full = (BAR * ended).checked_div(total).unwrap_or(0);
        let bar = format!("{}{}", "━".repeat(full), "─".repeat(BAR - full));
        self.sentence(Rank::Detail, Sign::None, &Text::verbatim(format!("{bar} {words}")));
    }
}

fn short(lines: &[String]) -> bool {
    let characters = lines.iter().map(|line| line.chars().count() + 1).sum::<usize>();
    lines.len() <= LINES && characters <= CHARACTERS
}

/// As many lines as an end has room for; at least one, which is cut when it is long.
fn ends<'l>(lines: impl Iterator<Item = &'l String>, room: &Ends) -> Vec<String> {
    let mut left = room.characters;
    let cut = |line: &String| match line.chars().count() > LINE {
        true => format!("{}…", line.chars().take(LINE - 1).collect::<String>()),
        false => line.clone(),
    };
    lines
        .take(room.lines)
        .map(cut)
        .take_while(|line| {
            let enough = left > line.chars().count();
            left = left.saturating_sub(line.chars().count() + 1);
            enough
        })
        .collect()
}

/// Each row as lines of its own: the first cell, then the others below it with their heads.
fn stacked(head: &[String], rows: &[Vec<String>]) -> Vec<String> {
    let mut lines = Vec::new();
    for cells in rows {
        for (at, cell) in cells.iter().enumerate() {
            match head.get(at).filter(|head| !head.is_empty()) {
                _ if at == 0 => lines.push(cell.clone()),
                _ if cell.is_empty() => {}
                Some(head) => lines.push(format!("  {head}: {cell}")),
                None => lines.push(format!("  {cell}")),
            }
        }
    }
    lines
}

#[cfg(test)]
mod tests;
