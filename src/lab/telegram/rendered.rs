//! A chat in plain text, as on a phone: who, what with its marks, files by name and size, the rows of buttons.

use super::entity::Entity;
use super::message::{Media, MediaKind, Message};
use super::world::ChatState;

pub(crate) fn rendered(chat: &ChatState) -> String {
    let mut page = String::new();
    let mut before: Option<Option<i64>> = None;
    for message in chat.messages.values() {
        if chat.is_forum() && before != Some(message.topic) {
            let topic = message.topic.and_then(|topic| chat.topics.get(&topic));
            page.push_str(&format!("# {}\n", topic.map_or("General", |topic| topic.name.as_str())));
        }
        before = Some(message.topic);
        page.push_str(&one(chat, message));
    }
    page
}

fn one(chat: &ChatState, message: &Message) -> String {
    if let Some(words) = &message.service {
        return format!("-- {words} --\n");
    }
    let mut lines = vec![head(chat, message)];
    let mut say = |line: &str| lines.push(format!("  {line}").trim_end().to_owned());
    if let Some(file) = &message.file {
        say(&named(file));
    }
    if !message.text.is_empty() {
        marked(&message.text, &message.entities, &marks, &str::to_owned).lines().for_each(&mut say);
    }
    for row in &message.buttons {
        let labels: Vec<String> = row.iter().map(|button| format!("[{}]", button.label)).collect();
        say(&labels.join(" "));
    }
    if message.asks.is_some() {
        say("(asks for a reply)");
    }
    if !message.reactions.is_empty() {
        say(&format!("({})", message.reactions.join(" ")));
    }
    lines.join("\n") + "\n"
}

fn head(chat: &ChatState, message: &Message) -> String {
    let mut head = message.author.name.clone();
    if let Some(from) = &message.forwarded {
        head.push_str(&format!(" (forwarded from {from})"));
    }
    if let Some(replied) = message.reply_to {
        let words = chat.messages.get(&replied).map_or_else(|| "a deleted message".to_owned(), first_line);
        head.push_str(&format!(" > {words}"));
    }
    if message.edits() > 0 {
        head.push_str(" (edited)");
    }
    head
}

/// The beginning of a message, as a reply quotes it.
pub(crate) fn first_line(message: &Message) -> String {
    let line = message.text.lines().next().unwrap_or_default();
    let short: String = line.chars().take(40).collect();
    match &message.file {
        Some(file) if short.is_empty() => named(file),
        _ if short.len() < line.len() => format!("{short}..."),
        _ => short,
    }
}

pub(crate) fn named(file: &Media) -> String {
    let size = size(file.bytes.len());
    match file.kind {
        MediaKind::Photo => format!("<photo {}x{}, {size}>", file.width, file.height),
        MediaKind::Document => format!("<file {}, {size}>", file.name),
    }
}

fn size(bytes: usize) -> String {
    match bytes {
        0..1_000 => format!("{bytes} B"),
        1_000..1_000_000 => format!("{}.{} kB", bytes / 1_000, bytes % 1_000 / 100),
        _ => format!("{}.{} MB", bytes / 1_000_000, bytes % 1_000_000 / 100_000),
    }
}

/// What stands before and behind the words of an entity.
fn marks(entity: &Entity) -> (String, String) {
    let both = |mark: &str| (mark.to_owned(), mark.to_owned());
    match entity.kind.as_str() {
        "bold" => both("**"),
        "italic" => both("_"),
        "underline" => both("__"),
        "strikethrough" => both("~"),
        "spoiler" => both("||"),
        "code" => both("`"),
        "pre" => ("```\n".to_owned(), "\n```".to_owned()),
        "blockquote" | "expandable_blockquote" => ("> ".to_owned(), String::new()),
        "text_link" => (String::new(), format!(" <{}>", entity.url.as_deref().unwrap_or_default())),
        _ => both(""),
    }
}

/// The text with something before and behind each entity; what is inside the other closes first.
pub(crate) fn marked(
    text: &str,
    entities: &[Entity],
    marks: &impl Fn(&Entity) -> (String, String),
    escape: &impl Fn(&str) -> String,
) -> String {
    let mut said = String::new();
    let mut open: Vec<&Entity> = Vec::new();
    let mut waiting = entities.iter().peekable();
    let mut at = 0;
    for character in text.chars().map(Some).chain([None]) {
        while let Some(entity) = open.pop_if(|entity| entity.end() <= at) {
            said.push_str(&marks(entity).1);
        }
        let Some(character) = character else { break };
        while let Some(entity) = waiting.next_if(|entity| entity.offset <= at) {
            said.push_str(&marks(entity).0);
            open.push(entity);
        }
        said.push_str(&escape(character.encode_utf8(&mut [0; 4])));
        at += character.len_utf16();
    }
    said
}
