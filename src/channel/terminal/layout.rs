//! A `Document` as lines for a terminal or a pipe. Pure: what enters is the document, its reader
//! and the room; what leaves has no escapes and nothing in it moves a cursor.

use super::super::columns::{clean, fitted, wrapped};
use super::super::table;
use super::files::{Saved, written};
use super::line::{Line, Tint};
use crate::model::{Block, Document, Picture, Reader, Sign, Sparkline, Table, Text, Texts, Timestamp};
use unicode_width::UnicodeWidthStr;

/// How far everything below a first line stands from the left.
const MARGIN: usize = 3;
/// What a router printed is shown whole up to this many lines on a terminal, else its ends.
const LONG: usize = 200;
const FIRST: usize = 120;
const LAST: usize = 40;
/// Columns left free at the right: terminals do not agree on the width of every sign.
const SLACK: usize = 2;

/// A terminal's room.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size {
    pub columns: usize,
    pub rows: usize,
}

/// For whom and where.
pub struct Sheet<'a> {
    pub texts: &'a Texts,
    pub reader: &'a Reader,
    pub now: Timestamp,
    /// None when it is no terminal: nothing is wrapped, cut or drawn.
    pub size: Option<Size>,
}

/// What stands beside the document, each list in the order of its blocks or buttons.
pub struct Beside<'a> {
    /// What is typed to press them.
    pub keys: &'a [String],
    pub files: &'a [Saved],
    pub pictures: &'a [Pictured],
}

/// A picture's curves as bars, and where its file is; no file when it could not be drawn.
pub type Pictured = (Vec<Sparkline>, Option<Saved>);

pub fn lay_out(sheet: &Sheet<'_>, document: &Document, beside: &Beside<'_>) -> Vec<Line> {
    let (mut files, mut pictures) = (beside.files.iter(), beside.pictures.iter());
    let mut lines = Vec::new();
    for block in &document.blocks {
        lines.extend(match block {
            Block::Line { sign, text } => sheet.sentence(0, *sign, text),
            Block::Detail { sign, text } => sheet.sentence(MARGIN, *sign, text),
            Block::Table(table) => sheet.table(table),
            Block::Raw(printed) => sheet.raw(printed),
            Block::File { name, bytes, .. } => sheet.file(name, *bytes, files.next()),
            Block::Listing { name, lines } => {
                let text = written(lines, sheet.texts, sheet.reader, sheet.now);
                sheet.file(name, text.len() as u64, files.next())
            }
            Block::Picture(picture) => sheet.picture(picture, pictures.next()),
            Block::Progress { done, failed, total } => sheet.progress(*done, *failed, *total),
        });
    }
    if document.asks_words && document.ended.is_none() {
        lines.extend(sheet.sentence(MARGIN, Sign::None, &text!("terminal.asks")));
    }
    lines.extend(sheet.buttons(document, beside.keys));
    lines
}

impl Sheet<'_> {
    pub fn say(&self, text: &Text) -> String {
        self.texts.render(text, self.reader, self.now)
    }

    /// Columns between a margin and the edge.
    fn room(&self, margin: usize) -> Option<usize> {
        self.size.map(|size| size.columns.saturating_sub(margin + SLACK).max(8))
    }

    /// A sign and its sentence; what does not fit hangs below the sentence, not below the sign.
    pub fn sentence(&self, margin: usize, sign: Sign, text: &Text) -> Vec<Line> {
        let glyph = match sign.glyph() {
            "" => String::new(),
            glyph => format!("{glyph} "),
        };
        let hang = margin + glyph.width();
        let mut lines = Vec::new();
        for part in clean(&self.say(text)) {
            lines.extend(match self.room(hang) {
                Some(room) => wrapped(&part, room),
                None => vec![part],
            });
        }
        let first = format!("{}{glyph}", " ".repeat(margin));
        let starts = std::iter::once(first).chain(std::iter::repeat(" ".repeat(hang)));
        starts.zip(lines).map(|(start, line)| Line::new(joined(&start, &line), tint(sign))).collect()
    }

    fn table(&self, table: &Table) -> Vec<Line> {
        let cells = |row: &Vec<Text>| row.iter().map(|text| clean(&self.say(text)).join(" ")).collect();
        let rows: Vec<Vec<String>> = table.rows.iter().map(cells).collect();
        let head: Vec<String> = cells(&table.head);
        let tint = |at| if at == 0 && !head.is_empty() { Tint::Faint } else { Tint::Plain };
        let lines = table::lines(&head, &rows, self.room(MARGIN)).into_iter().enumerate();
        indented(lines.map(|(at, line)| Line::new(line, tint(at))).collect())
    }

    fn raw(&self, printed: &str) -> Vec<Line> {
        let lines = clean(printed.trim_end_matches(['\n', '\r']));
        let plain = |lines: &[String]| lines.iter().map(|line| Line::new(line, Tint::Plain)).collect();
        let between = lines.len().saturating_sub(FIRST + LAST);
        match (self.size, lines.get(..FIRST), lines.get(FIRST + between..)) {
            (Some(_), Some(first), Some(last)) if lines.len() > LONG => {
                let mut kept: Vec<Line> = plain(first);
                kept.push(Line::new(self.say(&text!("terminal.between", count = between)), Tint::Faint));
                kept.extend::<Vec<Line>>(plain(last));
                indented(kept)
            }
            _ => indented(plain(&lines)),
        }
    }

    fn file(&self, name: &str, bytes: u64, saved: Option<&Saved>) -> Vec<Line> {
        let (sign, text) = match saved {
            Some(Saved::At(path)) => {
                (Sign::None, text!("terminal.file", path = path.display().to_string(), bytes = bytes))
            }
            Some(Saved::Not { why }) => {
                (Sign::Warning, text!("terminal.file_not_saved", name = name, why = why))
            }
            None => (Sign::None, text!("terminal.file_named", name = name, bytes = bytes)),
        };
        self.sentence(MARGIN, sign, &text)
    }

    /// Each curve as bars with its note, then where the picture is. What could not be drawn is its title.
    fn picture(&self, picture: &Picture, pictured: Option<&Pictured>) -> Vec<Line> {
        let Some((sparklines, Some(saved))) = pictured else {
            return self.sentence(MARGIN, Sign::None, &picture.title);
        };
        let mut lines = self.sparklines(picture, sparklines);
        let (sign, text) = match saved {
            Saved::At(path) => (Sign::None, text!("terminal.picture", path = path.display().to_string())),
            Saved::Not { why } => (Sign::Warning, text!("terminal.picture_not_saved", why = why)),
        };
        lines.extend(self.sentence(MARGIN, sign, &text));
        lines
    }

    /// Labels and notes in columns of their own; the first line says the span.
    fn sparklines(&self, picture: &Picture, sparklines: &[Sparkline]) -> Vec<Line> {
        let say = |text: &Text| clean(&self.say(text)).join(" ");
        let labels: Vec<String> = sparklines.iter().map(|line| say(&line.label)).collect();
        let widest = labels.iter().map(|label| label.width()).max().unwrap_or(0);
        let span = say(&text!("terminal.last", span = picture.to.since(picture.from)));
        let line = |(at, (spark, label)): (usize, (&Sparkline, &String))| {
            let bars = clean(&spark.bars).join("");
            let label = fitted(label, widest);
            let note = say(&spark.note);
            let whole = match at {
                0 => format!("{label}  {bars}  {note}   {span}"),
                _ => format!("{label}  {bars}  {note}"),
            };
            match self.room(MARGIN) {
                // The note goes below the bars where both have no room.
                Some(room) if whole.width() > room => {
                    let note = if at == 0 { format!("{note}   {span}") } else { note };
                    let below = wrapped(&note, room.saturating_sub(widest + 2).max(8));
                    let hang = " ".repeat(widest + 2);
                    let below = below.into_iter().map(|line| format!("{hang}{line}"));
                    std::iter::once(format!("{label}  {bars}")).chain(below).collect()
                }
                _ => vec![whole],
            }
        };
        let lines = sparklines.iter().zip(&labels).enumerate().flat_map(line);
        indented(lines.map(|line| Line::new(line, Tint::Plain)).collect())
    }

    /// `━━━━━───── 12 of 40`; in a pipe only the words.
    fn progress(&self, done: usize, failed: usize, total: usize) -> Vec<Line> {
        let ended = (done + failed).min(total);
        let words = self.say(&match failed {
            0 => text!("terminal.progress", done = ended, total = total),
            _ => text!("terminal.progress_failed", done = ended, total = total, failed = failed),
        });
        let Some(room) = self.room(MARGIN) else { return indented(vec![Line::new(words, Tint::Plain)]) };
        let cells = room.saturating_sub(words.width() + 1).min(20);
        let full = (cells * ended).checked_div(total).unwrap_or(0);
        let bar = format!("{}{}", "━".repeat(full), "─".repeat(cells - full));
        let tint = if failed == 0 { Tint::Plain } else { Tint::Warning };
        indented(vec![Line::new(format!("{bar} {words}"), tint)])
    }

    /// `[1] Label   [2] Label`, with letters where numbers are words; as many on a line as fit.
    fn buttons(&self, document: &Document, keys: &[String]) -> Vec<Line> {
        let room = self.room(MARGIN);
        let mut lines: Vec<String> = Vec::new();
        for (button, key) in document.buttons.iter().zip(keys) {
            let label = format!("[{key}] {}", clean(&self.say(&button.label)).join(" "));
            match lines.last_mut() {
                Some(line) if room.is_none_or(|room| line.width() + 3 + label.width() <= room) => {
                    line.push_str("   ");
                    line.push_str(&label);
                }
                _ => lines.push(label),
            }
        }
        indented(lines.into_iter().map(|line| Line::new(line, Tint::Strong)).collect())
    }
}

fn tint(sign: Sign) -> Tint {
    match sign {
        Sign::Done => Tint::Good,
        Sign::Warning | Sign::Held => Tint::Warning,
        Sign::Critical | Sign::Refused => Tint::Bad,
        Sign::Question => Tint::Strong,
        Sign::Quiet => Tint::Faint,
        Sign::None | Sign::Running | Sign::Edited | Sign::Locked | Sign::Reload => Tint::Plain,
    }
}

/// An empty line stays empty: blanks at its end would be noise in a file.
fn joined(start: &str, line: &str) -> String {
    format!("{start}{line}").trim_end().to_owned()
}

fn indented(lines: Vec<Line>) -> Vec<Line> {
    let margin = " ".repeat(MARGIN);
    lines.into_iter().map(|line| Line { text: joined(&margin, &line.text), tint: line.tint }).collect()
}
