//! A message as the parts that this service shows: texts, pictures with the verdict below them, files, and the
//! buttons under the last of them. Pure: what stands already is only asked for how many pictures there are.

use super::super::columns::clean;
use super::super::pieces::{self, Key, Piece, Rank};
use super::address::{self, Kind, Standing};
use super::html::{self, Line};
use crate::model::{Message, Sign, Texts};
use sha2::{Digest, Sha256};
use teloxide::types::{InlineKeyboardButton, InlineKeyboardMarkup};
use unicode_width::UnicodeWidthStr;

/// What the service takes in a text, and below a picture or a file.
const TEXT: usize = 4_096;
const CAPTION: usize = 1_024;
/// So many buttons are shown at a time.
const PAGE: usize = 8;
/// So many columns has a label at most that shares its row with one other, with two others.
const IN_ROW: [usize; 2] = [17, 10];
const LABEL: usize = 60;
const MARGIN: &str = "   ";

/// One message of the service.
#[derive(Clone, Debug, PartialEq)]
pub struct Part {
    pub body: Body,
    pub html: String,
    /// The same without mark-up.
    pub plain: String,
    pub keys: Vec<Vec<Key>>,
    /// The phone of the one to whom it is said opens the reply to it. Only where there are no buttons.
    pub asks: bool,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Body {
    Text,
    /// None: the picture that stands there stays.
    Photo(Option<File>),
    Document(File),
}

#[derive(Clone, Debug, PartialEq)]
pub struct File {
    pub name: String,
    pub bytes: Vec<u8>,
}

impl Part {
    pub fn kind(&self) -> Kind {
        match self.body {
            Body::Text => Kind::Text,
            Body::Photo(_) => Kind::Photo,
            Body::Document(_) => Kind::Document,
        }
    }

    /// A hash of the bytes; none when there are none or when the picture stays.
    pub fn media(&self) -> Option<String> {
        match &self.body {
            Body::Text => Some(String::new()),
            Body::Photo(None) => None,
            Body::Photo(Some(file)) | Body::Document(file) => {
                Some(hash([file.name.as_bytes(), file.bytes.as_slice()]))
            }
        }
    }

    /// A hash of what is said and of the buttons.
    pub fn words(&self) -> String {
        let keys = self.keys.iter().flatten();
        let keys: Vec<String> = keys.map(|key| format!("{} {}", key.token, key.label)).collect();
        hash([self.html.as_bytes(), keys.join("\n").as_bytes()])
    }

    /// What will stand there once it was sent as this message.
    pub fn standing(&self, chat: i64, id: i32) -> Standing {
        Standing { kind: self.kind(), id, chat, media: self.media().unwrap_or_default(), words: self.words() }
    }

    /// The same for a message that stood there before.
    pub fn instead_of(&self, before: &Standing) -> Standing {
        let media = self.media().unwrap_or_else(|| before.media.clone());
        Standing { media, ..self.standing(before.chat, before.id) }
    }

    pub fn keyboard(&self) -> InlineKeyboardMarkup {
        let button =
            |key: &Key| InlineKeyboardButton::callback(key.label.clone(), address::button(&key.token));
        InlineKeyboardMarkup::new(self.keys.iter().map(|row| row.iter().map(button).collect::<Vec<_>>()))
    }

    /// The same as words only, where the service does not take the rest.
    pub fn as_text(&self) -> Part {
        Part { body: Body::Text, ..self.clone() }
    }
}

/// At least one part. `pictures` is how many pictures of the message stand there already; `commands` may be
/// touched in what is said.
pub fn parts(message: &Message, texts: &Texts, commands: &[String], pictures: usize) -> Vec<Part> {
    let (lines, photos, documents) = (Vec::new(), Vec::new(), Vec::new());
    let mut sheet = Sheet { commands, pictures, lines, photos, documents };
    for piece in pieces::of(message, texts) {
        sheet.put(piece);
    }
    let mut parts = sheet.parts();
    if let Some(last) = parts.last_mut() {
        last.keys = rows(pieces::keys(message, texts, PAGE));
        last.asks = message.document.asks_words && last.keys.is_empty();
    }
    parts
}

struct Sheet<'a> {
    commands: &'a [String],
    pictures: usize,
    lines: Vec<Line>,
    photos: Vec<(String, Option<File>)>,
    documents: Vec<File>,
}

impl Sheet<'_> {
    fn put(&mut self, piece: Piece) {
        match piece {
            Piece::Sentence { rank, sign, lines } => self.sentence(rank, sign, &lines),
            Piece::Code(lines) => {
                let code = |line: &String| Line::new(html::Kind::Code, line, self.commands);
                self.lines.extend(lines.iter().map(code));
            }
            Piece::Picture { title, name, png } => {
                let stays = png.is_empty() && self.photos.len() < self.pictures;
                match (png.is_empty(), stays) {
                    (false, _) => self.photos.push((title, Some(File { name, bytes: png }))),
                    (true, true) => self.photos.push((title, None)),
                    // It could not be drawn: its name stands for it.
                    (true, false) => self.sentence(Rank::Detail, Sign::None, &[title]),
                }
            }
            Piece::File { name, bytes } => self.documents.push(File { name, bytes }),
        }
    }

    fn sentence(&mut self, rank: Rank, sign: Sign, lines: &[String]) {
        let kind = if rank == Rank::First { html::Kind::First } else { html::Kind::Prose };
        let margin = if rank == Rank::Detail { MARGIN } else { "" };
        for (at, line) in lines.iter().enumerate() {
            let line = match (at, sign.glyph()) {
                (0, "") => format!("{margin}{line}"),
                (0, glyph) => format!("{margin}{glyph} {line}"),
                (_, "") => format!("{margin}{line}"),
                (_, _) => format!("{margin}{MARGIN}{line}"),
            };
            self.lines.push(Line::new(kind, &line, self.commands));
        }
    }

    /// The words stand below the first picture, as far as they fit, or in texts of their own.
    fn parts(self) -> Vec<Part> {
        let commands = self.commands;
        let part = |body, page: &[Line]| part(body, page, commands);
        let below = |title: &str| below(title, commands);
        let mut photos = self.photos.into_iter();
        let first = photos.next();
        let room = if first.is_some() { CAPTION } else { TEXT };
        let mut pages = html::pages(&self.lines, room, TEXT).into_iter();
        let mut parts = Vec::new();
        if let Some((title, file)) = first {
            let caption = pages.next().unwrap_or_else(|| below(&title));
            parts.push(part(Body::Photo(file), &caption));
        }
        parts.extend(pages.map(|page| part(Body::Text, &page)));
        parts.extend(photos.map(|(title, file)| part(Body::Photo(file), &below(&title))));
        parts.extend(self.documents.into_iter().map(|file| part(Body::Document(file), &[])));
        if parts.is_empty() {
            parts.push(part(Body::Text, &[Line::new(html::Kind::Prose, "…", commands)]));
        }
        parts
    }
}

fn below(title: &str, commands: &[String]) -> Vec<Line> {
    let title: String = title.chars().take(CAPTION / 4).collect();
    vec![Line::new(html::Kind::Prose, &title, commands)]
}

fn part(body: Body, page: &[Line], commands: &[String]) -> Part {
    let room = if matches!(body, Body::Text) { TEXT } else { CAPTION };
    Part {
        body,
        html: html::html(page),
        plain: html::bare(page, commands, room),
        keys: Vec::new(),
        asks: false,
    }
}

/// Up to three short labels in a row, two longer ones, else one: a phone cuts what does not fit.
fn rows(keys: Vec<Key>) -> Vec<Vec<Key>> {
    let mut rows: Vec<Vec<Key>> = Vec::new();
    for key in keys {
        let label: String = clean(&key.label).join(" ").chars().take(LABEL).collect();
        let key = Key { label: if label.trim().is_empty() { "…".to_owned() } else { label }, ..key };
        match rows.last_mut().filter(|row| goes_in(row, &key)) {
            Some(row) => row.push(key),
            None => rows.push(vec![key]),
        }
    }
    rows
}

fn goes_in(row: &[Key], key: &Key) -> bool {
    let most = row.len().checked_sub(1).and_then(|others| IN_ROW.get(others));
    most.is_some_and(|most| row.iter().chain([key]).all(|key| key.label.width() <= *most))
}

fn hash<const N: usize>(words: [&[u8]; N]) -> String {
    let mut hash = Sha256::new();
    for part in words {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    hash.finalize().iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}

/// A text in the place of a part, with its buttons.
pub fn saying(words: &str, instead: &Part, commands: &[String]) -> Part {
    let line = |line: &String| Line::new(html::Kind::Prose, line, commands);
    let lines: Vec<Line> = clean(words).iter().map(line).collect();
    let page = html::pages(&lines, TEXT, TEXT).into_iter().next().unwrap_or_default();
    Part { keys: instead.keys.clone(), ..part(Body::Text, &page, commands) }
}
