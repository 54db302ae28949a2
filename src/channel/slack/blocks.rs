//! A message in the service's own form (Block Kit): sentences as plain sections, what a router printed as
//! code, buttons or a menu below. What the service would not take in one message goes on in a file, so
//! nothing is lost. Pure. <https://docs.slack.dev/reference/block-kit/blocks>

use super::api::Said;
use super::heard::UMBRELLA;
use super::marks;
use crate::channel::pieces::{self, Key, Piece, Rank};
use crate::model::{Action, Button, Class, Message, Sign, Text, Texts};
use slack_morphism::prelude::*;

/// Characters of one section; the service takes 3,000.
const SECTION: usize = 2_900;
/// Characters of all; the service gives up somewhere near 13,200 (slackapi/bolt-js#2509).
const MESSAGE: usize = 11_000;
/// Sections of one message; it takes 50 blocks, and the last are kept for buttons and for what is said of files.
const SECTIONS: usize = 40;
/// What a phone shows of a message.
const PUSH: usize = 300;
/// More answers than this become a menu.
const BUTTONS: usize = 5;
/// A menu takes so many.
const OPTIONS: usize = 100;
const LABEL: usize = 75;
const ACTION_ID: usize = 255;

/// A message as it is sent: its text with what hangs below it, and what goes up as files.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Laid {
    pub said: Said,
    pub files: Vec<Attached>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Attached {
    pub name: String,
    pub title: String,
    pub kind: &'static str,
    /// Without any it stands there already, or could not be drawn.
    pub bytes: Vec<u8>,
}

/// `ours` are the commands that nobody can type there by their own name.
pub fn lay_out(message: &Message, texts: &Texts, ours: &[String]) -> Laid {
    let say = |text: Text| texts.render(&text, &message.reader, message.now);
    // One page holds them all: a menu is longer than a page of buttons.
    let keys = pieces::keys(message, texts, usize::MAX);
    let labels: usize = keys.iter().map(|key| marks::length(&key.label).min(LABEL)).take(OPTIONS + 1).sum();
    let mut page = Page { most: MESSAGE.saturating_sub(labels), ours: ours.to_vec(), ..Page::default() };
    for piece in pieces::of(message, texts) {
        page.put(piece);
    }
    page.close();
    if let Some(rest) = page.rest.take() {
        let name = "more.txt";
        page.blocks.push(plain(&say(text!("slack.more", name = name))));
        page.files.insert(0, file(name.to_owned(), rest.into_bytes()));
    }
    let mut blocks = page.blocks;
    let beyond = keys.len().saturating_sub(OPTIONS + 1);
    if beyond > 0 {
        blocks.push(plain(&say(text!("slack.too_many", count = beyond))));
    }
    if message.class != Class::Ephemeral {
        blocks.extend(message.only.as_ref().and_then(|one| called(&one.external)));
    }
    blocks.extend(answers(message, &keys, &say(text!("slack.choose"))));
    let first = page.first.unwrap_or_default();
    let text = match first.is_empty() {
        true => "Patchbay".to_owned(),
        false => marks::cut(&first, PUSH),
    };
    Laid { said: Said { text, blocks }, files: page.files }
}

/// Who is named follows the thread, and hears of what comes in it.
fn called(user: &str) -> Option<SlackBlock> {
    let is_id = !user.is_empty() && user.chars().all(|c| c.is_ascii_alphanumeric());
    let name = || SlackBlockMarkDownText::new(format!("<@{user}>"));
    is_id.then(|| SlackContextBlock::new(vec![SlackContextBlockElement::MarkDown(name())]).into())
}

/// What is told of files that the service does not take, below the message.
pub fn with_note(mut said: Said, note: &str) -> Said {
    let at = said.blocks.iter().position(|block| matches!(block, SlackBlock::Actions(_)));
    said.blocks.insert(at.unwrap_or(said.blocks.len()), plain(note));
    said
}

const PICTURE: &str = "image/png";

fn file(name: String, bytes: Vec<u8>) -> Attached {
    let kind = if name.ends_with(".txt") { "text/plain" } else { "application/octet-stream" };
    Attached { title: name.clone(), name, kind, bytes }
}

/// What was laid out so far.
#[derive(Default)]
struct Page {
    blocks: Vec<SlackBlock>,
    /// Sentences that share the section that is being filled.
    sentences: Vec<String>,
    length: usize,
    /// So long it may become.
    most: usize,
    first: Option<String>,
    ours: Vec<String>,
    /// What found no room any more.
    rest: Option<String>,
    files: Vec<Attached>,
}

impl Page {
    fn put(&mut self, piece: Piece) {
        match piece {
            Piece::Sentence { rank, sign, lines } => {
                let words = marks::typeable(&lines.join("\n"), UMBRELLA, &self.ours);
                let words = signed(sign, &words);
                if rank == Rank::First {
                    self.first = words.lines().next().map(|line| line.chars().take(SECTION / 5).collect());
                }
                self.sentence(words);
            }
            Piece::Code(lines) => self.code(&lines),
            Piece::Picture { title, name, png } => {
                let name = if name.is_empty() { "picture.png".to_owned() } else { name };
                self.files.push(Attached { name, title, kind: PICTURE, bytes: png });
            }
            Piece::File { name, bytes } => self.files.push(file(name, bytes)),
        }
        self.close_when_full();
    }

    fn sentence(&mut self, words: String) {
        if words.trim().is_empty() {
            return;
        }
        for part in parts(&words, SECTION) {
            match self.has_room(&part) {
                true => {
                    self.length += marks::length(&part) + 1;
                    self.sentences.push(part);
                }
                false => self.too_much(&part),
            }
            self.close_when_full();
        }
    }

    /// A section is full when the next sentence may not fit.
    fn close_when_full(&mut self) {
        let length: usize = self.sentences.iter().map(|words| marks::length(words) + 1).sum();
        if length > SECTION / 2 {
            self.close();
        }
    }

    fn close(&mut self) {
        let mut section = String::new();
        for words in std::mem::take(&mut self.sentences) {
            if !section.is_empty() && marks::length(&section) + 1 + marks::length(&words) > SECTION {
                self.blocks.push(plain(&section));
                section.clear();
            }
            if !section.is_empty() {
                section.push('\n');
            }
            section.push_str(&words);
        }
        if !section.is_empty() {
            self.blocks.push(plain(&section));
        }
    }

    fn code(&mut self, lines: &[String]) {
        let whole = marks::defused(&lines.join("\n"));
        for part in parts(&whole, SECTION - 8) {
            match self.has_room(&part) {
                true => {
                    self.close();
                    self.length += marks::length(&part) + 8;
                    self.blocks.push(code(&part));
                }
                false => self.too_much(&part),
            }
        }
    }

    /// Once something went into the file, all that comes after it goes there too: the order stays.
    fn has_room(&self, words: &str) -> bool {
        let blocks = self.blocks.len() + usize::from(!self.sentences.is_empty());
        self.rest.is_none() && blocks < SECTIONS && self.length + marks::length(words) < self.most
    }

    fn too_much(&mut self, words: &str) {
        self.close();
        let rest = self.rest.get_or_insert_default();
        rest.push_str(words);
        rest.push('\n');
    }
}

fn signed(sign: Sign, words: &str) -> String {
    match sign.glyph() {
        "" => words.to_owned(),
        glyph => format!("{glyph} {words}"),
    }
}

/// Nothing in it is read as a mark: no mention, no link, no bold, no emoji.
fn plain(words: &str) -> SlackBlock {
    let text = SlackBlockPlainText::new(marks::escaped(words)).with_emoji(false);
    SlackSectionBlock::new().with_text(SlackBlockText::Plain(text)).into()
}

fn code(words: &str) -> SlackBlock {
    let text =
        SlackBlockMarkDownText::new(format!("```\n{}\n```", marks::escaped(words))).with_verbatim(true);
    SlackSectionBlock::new().with_text(SlackBlockText::MarkDown(text)).into()
}

/// Pieces of so many characters at most once escaped, cut between lines where there are some.
fn parts(words: &str, most: usize) -> Vec<String> {
    let (mut parts, mut part, mut length) = (Vec::new(), String::new(), 0);
    for line in words.split_inclusive('\n') {
        let long = marks::length(line);
        if length + long > most && !part.is_empty() {
            parts.push(std::mem::take(&mut part));
            length = 0;
        }
        if long <= most {
            part.push_str(line);
            length += long;
            continue;
        }
        for c in line.chars() {
            let long = marks::length(c.encode_utf8(&mut [0; 4]));
            if length + long > most {
                parts.push(std::mem::take(&mut part));
                length = 0;
            }
            part.push(c);
            length += long;
        }
    }
    parts.push(part);
    // The line end at which it was cut is made by the next block.
    let parts = parts.into_iter().map(|part| part.strip_suffix('\n').map(str::to_owned).unwrap_or(part));
    parts.filter(|part| !part.is_empty()).collect()
}

/// Buttons, or a menu with Cancel beside it.
fn answers(message: &Message, keys: &[Key], choose: &str) -> Option<SlackBlock> {
    let shown: Vec<&Button> = message.document.buttons.iter().filter(|button| !turns(button)).collect();
    let rows: Vec<(&Button, &Key)> = shown.into_iter().zip(keys).collect();
    if rows.is_empty() {
        return None;
    }
    let dangerous = matches!(rows.as_slice(), [(yes, _), (no, _)] if answers_with(yes) && cancels(no));
    if rows.len() <= BUTTONS {
        let element =
            |(at, (button, key)): (usize, &(&Button, &Key))| self::button(button, key, dangerous && at == 0);
        return Some(SlackActionsBlock::new(rows.iter().enumerate().map(element).collect()).into());
    }
    let (cancel, offers): (Vec<_>, Vec<_>) = rows.iter().partition(|(button, _)| cancels(button));
    let option =
        |(_, key): &&(&Button, &Key)| SlackBlockChoiceItem::new(label(&key.label), key.token.0.clone());
    let menu = SlackBlockStaticSelectElement::new()
        .with_action_id("menu".into())
        .with_placeholder(label(choose))
        .with_options(offers.iter().copied().take(OPTIONS).map(|row| option(&row)).collect());
    let mut elements = vec![SlackActionBlockElement::StaticSelect(menu)];
    elements.extend(cancel.into_iter().take(1).map(|(button, key)| self::button(button, key, false)));
    Some(SlackActionsBlock::new(elements).into())
}

fn button(button: &Button, key: &Key, dangerous: bool) -> SlackActionBlockElement {
    let id: String = button.name.chars().take(ACTION_ID).collect();
    let element = SlackBlockButtonElement::new(label(&key.label))
        .with_action_id(id.as_str().into())
        .with_value(key.token.0.clone());
    SlackActionBlockElement::Button(match dangerous {
        true => element.with_style(SlackBlockButtonStyle::Danger),
        false => element,
    })
}

fn label(words: &str) -> SlackBlockPlainTextOnly {
    let words = if words.trim().is_empty() { "…" } else { words };
    SlackBlockPlainText::new(marks::cut(words, LABEL)).with_emoji(false).into()
}

/// The menu has no pages.
fn turns(button: &Button) -> bool {
    matches!(button.action, Action::More { .. })
}

fn answers_with(button: &Button) -> bool {
    matches!(button.action, Action::Answer { words: Some(_), .. })
}

fn cancels(button: &Button) -> bool {
    matches!(button.action, Action::Answer { words: None, .. })
}
