//! Mail without a network but the loopback: its table, its letters, and a server that says what a
//! test wants. A real server is asked in tests/it/mail.rs.

mod letters;
mod server;
mod tables;

use super::*;
use crate::channel::Setup;
use crate::model::written::{Section, Source};
use crate::model::*;
use std::collections::BTreeMap;

const WHOLE: &str =
    "host = \"127.0.0.1\"\nfrom = \"Patchbay <patchbay@example.net>\"\nto = [\"noc@example.net\"]\n";

/// The sentences that mail itself says, as its catalogue file has them.
fn texts() -> Arc<Texts> {
    let file: toml::Table = include_str!("../../../../config/texts/en/mail.toml").parse().unwrap();
    Arc::new(Texts::new(file.into_iter().map(|(key, sentence)| {
        (format!("mail.{key}"), text::Entry::Plain(sentence.as_str().unwrap().to_owned()))
    })))
}

fn shared() -> Shared {
    Shared {
        texts: texts(),
        words: Vec::new(),
        data: std::path::PathBuf::new(),
        installation: "here".to_owned(),
        vault: Arc::new(crate::channel::port::Unkept),
        reaches: Arc::new(crate::channel::port::Unkept),
    }
}

/// The channel of a settings table, or what is wrong with it.
fn open(text: &str, secrets: &[(&str, &str)], files: &[(&str, &str)]) -> (Option<Channel>, Vec<String>) {
    let section = Section::whole(&Source::new("bot.toml", text)).unwrap();
    let secrets = secrets.iter().map(|(key, word)| ((*key).to_owned(), Secret::new(*word))).collect();
    let files: BTreeMap<_, _> =
        files.iter().map(|(key, text)| ((*key).to_owned(), (*text).to_owned())).collect();
    let (opened, problems) = section.read(|fields| {
        for key in ["ca_file", "password_file", "password_env"] {
            fields.has(key);
        }
        opened(&Setup { name: "mail", fields, secrets: &secrets, files: &files }, &shared())
    });
    (opened.map(|opened| opened.channel), problems.iter().map(ToString::to_string).collect())
}

fn message(slot: &str, address: &str, document: Document) -> Message {
    Message {
        id: OutboundId(1),
        slot: Slot(slot.to_owned()),
        version: 1,
        place: Destination { channel: "mail".to_owned(), address: address.to_owned() },
        thread: None,
        parts: Vec::new(),
        reply_to: None,
        class: Class::Alert,
        only: None,
        document,
        tokens: Vec::new(),
        files: Vec::new(),
        pictures: Vec::new(),
        reader: Reader::default(),
        repeat: false,
        now: Timestamp(1_700_000_000_000),
    }
}

fn line(sign: Sign, words: &str) -> Document {
    Document::line(sign, Text::verbatim(words), Ending::Well)
}
