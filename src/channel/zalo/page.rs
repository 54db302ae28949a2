//! A message as plain texts that the service takes: at most 2,000 characters each after normalisation, in as few as
//! hold it. An alert is its first line and one short one. There are no buttons and no files there: what they would do
//! is said in words. Pure.

use super::super::columns::clean;
use super::super::pieces::{self, Piece, Rank};
use crate::model::{Action, Block, Message, Sign, Text, Texts};
use unicode_normalization::UnicodeNormalization;

/// What the service takes in a text. Counted in units of UTF-16, of which no character has less than one: nobody says
/// how it counts.
pub const TEXT: usize = 2_000;
/// So many texts a message may be; the rest is cut.
const TEXTS: usize = 4;
const MARGIN: &str = "   ";

/// At least one text.
pub fn texts(message: &Message, texts: &Texts, in_group: bool) -> Vec<String> {
    let sheet = Sheet { message, texts };
    let lines = match message.slot.is_alert() {
        true => sheet.alert(),
        false => sheet.whole(),
    };
    let lines: Vec<String> = lines.iter().map(|line| sendable(line, in_group)).collect();
    let cut = |more| sendable(&sheet.say(&text!("zalo.cut", count = more)), in_group);
    pages(&lines, cut)
}

struct Sheet<'a> {
    message: &'a Message,
    texts: &'a Texts,
}

impl Sheet<'_> {
    fn say(&self, text: &Text) -> String {
        let said = self.texts.render(text, &self.message.reader, self.message.now);
        clean(&said).join(" ")
    }

    /// The verdict, and the line that says where, since when and under which number.
    fn alert(&self) -> Vec<String> {
        let mut lines: Vec<String> = Vec::new();
        let mut has_detail = false;
        for piece in pieces::of(self.message, self.texts) {
            let Piece::Sentence { rank, sign, lines: said } = piece else { continue };
            let wanted = match rank {
                Rank::First => lines.is_empty(),
                Rank::Line => false,
                Rank::Detail => !std::mem::replace(&mut has_detail, true),
            };
            if wanted {
                lines.push(signed("", sign, &said.join(" ")));
            }
        }
        lines
    }

    fn whole(&self) -> Vec<String> {
        let mut lines = Vec::new();
        let mut pictures = self.message.pictures.iter();
        for piece in pieces::of(self.message, self.texts) {
            match piece {
                Piece::Sentence { rank, sign, lines: said } => {
                    let margin = if rank == Rank::Detail { MARGIN } else { "" };
                    for (at, line) in said.iter().enumerate() {
                        let sign = if at == 0 { sign } else { Sign::None };
                        lines.push(signed(margin, sign, line));
                    }
                }
                Piece::Code(code) => lines.extend(code),
                Piece::Picture { title, .. } => {
                    lines.push(title);
                    for spark in pictures.next().map(|drawn| drawn.sparklines.as_slice()).unwrap_or_default()
                    {
                        let bars = clean(&spark.bars).join("");
                        lines.push(format!("{}  {bars}  {}", self.say(&spark.label), self.say(&spark.note)));
                    }
                }
                Piece::File { name, bytes } => {
                    let text = text!("zalo.file", name = name, bytes = bytes.len() as u64);
                    lines.push(format!("{MARGIN}{}", self.say(&text)));
                }
            }
        }
        lines.extend(self.buttons());
        lines
    }

    /// What can be typed instead of pressing. Of a message that was cut to its beginning there is nothing to press.
    fn buttons(&self) -> Vec<String> {
        let mut lines = Vec::new();
        let (mut choices, mut steps) = (Vec::new(), Vec::new());
        for button in &self.message.document.buttons {
            match &button.action {
                Action::Run { line } => {
                    let text = text!("zalo.type", label = button.label.clone(), line = line.as_str());
                    lines.push(self.say(&text));
                }
                Action::Answer { words: Some(_), .. } => choices.push(self.say(&button.label)),
                Action::Step { .. } => steps.push(self.say(&button.label)),
                Action::Answer { words: None, .. }
                | Action::Words { .. }
                | Action::Cancel { .. }
                | Action::TryCredential { .. }
                | Action::TellWhenFree { .. }
                | Action::More { .. } => {}
            }
        }
        if !choices.is_empty() {
            let asked = text!("zalo.no_buttons", choices = choices.join(", "));
            lines.push(self.say(&asked));
        }
        if !steps.is_empty() {
            lines.push(self.say(&text!("zalo.no_steps", choices = steps.join(", "))));
        }
        lines
    }
}

fn signed(margin: &str, sign: Sign, words: &str) -> String {
    match sign.glyph() {
        "" => format!("{margin}{words}"),
        glyph => format!("{margin}{glyph} {words}"),
    }
}

/// Composed, as the service counts it. In a group `[@id]` would ring somebody, and a router's words never do.
fn sendable(line: &str, in_group: bool) -> String {
    let mut line: String = line.nfc().collect();
    while in_group && line.contains("[@") {
        line = line.replace("[@", "@");
    }
    line
}

/// The lines in as few texts as hold them.
fn pages(lines: &[String], cut: impl Fn(usize) -> String) -> Vec<String> {
    let pieces: Vec<String> = lines.iter().flat_map(|line| chunks(line)).collect();
    let mut pages: Vec<String> = Vec::new();
    for (at, piece) in pieces.iter().enumerate() {
        let full = pages.len() == TEXTS;
        match pages.last_mut() {
            Some(page) if units(page) + 1 + units(piece) <= TEXT => {
                page.push('\n');
                page.push_str(piece);
            }
            Some(page) if full => {
                let said = cut(pieces.len() - at);
                *page = format!("{}\n{said}", shortened(page, TEXT.saturating_sub(units(&said) + 1)));
                break;
            }
            _ => pages.push(piece.clone()),
        }
    }
    let mut pages: Vec<String> = pages.into_iter().map(|page| page.trim_end().to_owned()).collect();
    pages.retain(|page| !page.trim().is_empty());
    if pages.is_empty() {
        pages.push("…".to_owned());
    }
    pages
}

/// A line in pieces that fit.
fn chunks(line: &str) -> Vec<String> {
    let mut chunks = vec![String::new()];
    let mut room = TEXT;
    for c in line.chars() {
        if c.len_utf16() > room {
            chunks.push(String::new());
            room = TEXT;
        }
        room -= c.len_utf16();
        if let Some(last) = chunks.last_mut() {
            last.push(c);
        }
    }
    chunks
}

fn shortened(text: &str, room: usize) -> String {
    let mut left = room;
    let fits = |c: &char| {
        let enough = left >= c.len_utf16();
        left = left.saturating_sub(c.len_utf16());
        enough
    };
    text.chars().take_while(fits).collect()
}

fn units(text: &str) -> usize {
    text.chars().map(char::len_utf16).sum()
}

/// Whether a message is only about how far its work is.
pub fn is_progress(message: &Message) -> bool {
    message.document.blocks.iter().any(|block| matches!(block, Block::Progress { .. }))
}
