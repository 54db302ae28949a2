//! The terminal as its user sees it: lines in, a screen or a pipe out.

mod chat;
mod layout;
mod living;
mod mix;
mod pty;
mod screen;

use super::{Input, Options, Terminal, Words};
use crate::model::*;
use screen::Paper;
use std::path::Path;
use std::sync::Arc;

/// The sentences that the terminal itself says, as its catalogue file has them.
fn texts() -> Arc<Texts> {
    let file: toml::Table = include_str!("../../../../config/texts/en/terminal.toml").parse().unwrap();
    Arc::new(Texts::new(file.into_iter().map(|(key, sentence)| {
        (format!("terminal.{key}"), text::Entry::Plain(sentence.as_str().unwrap().to_owned()))
    })))
}

fn terminal(input: Input, paper: &Paper, folder: &Path) -> Arc<Terminal> {
    Terminal::new(options(input, paper, folder))
}

fn options(input: Input, paper: &Paper, folder: &Path) -> Options {
    Options {
        you: "you".to_owned(),
        texts: texts(),
        prompt: "you> ".to_owned(),
        files: folder.join("files"),
        charts: folder.join("charts"),
        history: None,
        words: Words::default(),
        colour: false,
        input,
        in_turn: false,
        output: Box::new(paper.clone()),
    }
}

fn quiet(paper: &Paper) -> Arc<Terminal> {
    terminal(Input::Lines(Box::new(std::io::empty())), paper, Path::new("."))
}

fn said(words: &str) -> Text {
    Text::verbatim(words)
}

fn button(name: &str, action: Action) -> Button {
    Button {
        name: name.to_owned(),
        label: said(name),
        action,
        who: Who::WhoeverMay,
        until: Timestamp(0),
        uses: Uses::Once,
    }
}

fn answer(name: &str) -> Button {
    button(name, Action::Answer { dialog: DialogId(1), words: None })
}

/// A version of a message; the token of each button is the button's name.
fn message(slot: &str, version: i64, document: Document) -> Message {
    Message {
        id: OutboundId(version),
        slot: Slot(slot.to_owned()),
        version,
        place: Terminal::place(),
        thread: None,
        parts: Vec::new(),
        reply_to: None,
        class: Class::Result,
        only: None,
        tokens: document.buttons.iter().map(|button| Token(button.name.clone())).collect(),
        document,
        pictures: Vec::new(),
        files: Vec::new(),
        reader: Reader::default(),
        repeat: false,
        now: Timestamp(0),
    }
}

fn open(slot: &str, version: i64, words: &str) -> Message {
    message(slot, version, Document::open(Sign::Running, said(words)))
}

fn ended(slot: &str, version: i64, words: &str) -> Message {
    message(slot, version, Document::line(Sign::Done, said(words), Ending::Well))
}
