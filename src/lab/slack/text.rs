//! A channel as plain text, as one reads it on a telephone: who, what, buttons in brackets, threads behind what they
//! answer, files by their names.

use std::fmt::Write;

use serde_json::Value;

use super::form::field;
use super::message::SlackMessage;
use super::world::World;

pub(crate) fn channel(world: &World, id: &str) -> String {
    let mut page = String::new();
    let Some(channel) = world.channels.get(id) else { return page };
    let tops = channel.messages.values().filter(|message| message.thread.is_none());
    for top in tops {
        one(world, top, "", &mut page);
        for reply in channel.replies(&top.ts) {
            one(world, reply, "  | ", &mut page);
        }
    }
    page
}

fn one(world: &World, said: &SlackMessage, indent: &str, page: &mut String) {
    let name = name(world, &said.author);
    let only = said.only_for.as_ref().map(|user| format!(" (only for {})", self::name(world, user)));
    let edited = if said.edited { " (edited)" } else { "" };
    let mut lines = format!("{name}{}{edited}: {}", only.unwrap_or_default(), named(world, &message(said)));
    for file in &said.files {
        let _ = write!(lines, "\n[file {}, {} bytes]", file.title, file.bytes.len());
    }
    if !said.reactions.is_empty() {
        let _ = write!(lines, "\n:{}:", said.reactions.join(": :"));
    }
    for line in lines.lines() {
        let _ = writeln!(page, "{indent}{}", line.trim_end());
    }
}

pub(crate) fn name(world: &World, user: &str) -> String {
    world.users.get(user).map_or(user, |user| &user.name).to_owned()
}

/// `@U1` becomes `@anna`, `#C1` becomes `#noc`.
fn named(world: &World, text: &str) -> String {
    let mut text = text.to_owned();
    for user in world.users.values() {
        text = text.replace(&format!("@{}", user.id), &format!("@{}", user.name));
    }
    for channel in world.channels.values() {
        text = text.replace(&format!("#{}", channel.id), &format!("#{}", channel.name));
    }
    text
}

/// The blocks, or the text where there are none.
pub(crate) fn message(message: &SlackMessage) -> String {
    if message.blocks.is_empty() {
        return plain(&message.text);
    }
    let shown: Vec<String> = message.blocks.iter().map(block).filter(|lines| !lines.is_empty()).collect();
    shown.join("\n")
}

pub(crate) fn block(block: &Value) -> String {
    let list = |name: &str| block[name].as_array().map(Vec::as_slice).unwrap_or_default();
    match field(block, "type").as_str().unwrap_or_default() {
        "section" => {
            let mut parts: Vec<String> = Vec::new();
            parts.extend(block.get("text").map(words));
            parts.extend(list("fields").iter().map(words));
            parts.extend(block.get("accessory").map(element));
            parts.join("\n")
        }
        "header" => words(field(block, "text")),
        "divider" => "----".to_owned(),
        "context" => list("elements").iter().map(element).collect::<Vec<_>>().join("  "),
        "actions" => list("elements").iter().map(element).collect::<Vec<_>>().join(" "),
        "image" => format!("(picture: {})", field(block, "alt_text").as_str().unwrap_or_default()),
        "input" => format!("{}: {}", words(field(block, "label")), element(field(block, "element"))),
        "markdown" => field(block, "text").as_str().unwrap_or_default().to_owned(),
        _ => rich(block).trim_end().to_owned(),
    }
}

fn element(element: &Value) -> String {
    let placeholder = || words(field(element, "placeholder"));
    match field(element, "type").as_str().unwrap_or_default() {
        "button" => format!("[{}]", words(field(element, "text"))),
        "plain_text" | "mrkdwn" => words(element),
        "image" => format!("(picture: {})", field(element, "alt_text").as_str().unwrap_or_default()),
        "overflow" => "[...]".to_owned(),
        "plain_text_input" => format!("[{}_]", field(element, "initial_value").as_str().unwrap_or_default()),
        _ => format!("[{} v]", placeholder()),
    }
}

pub(crate) fn words(text: &Value) -> String {
    let said = field(text, "text").as_str().unwrap_or_default();
    if field(text, "type") == "mrkdwn" { plain(said) } else { decoded(said) }
}

/// The three signs that are written in words, in mrkdwn and in plain text alike (slackapi/bolt-python#513).
pub(crate) fn decoded(said: &str) -> String {
    said.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
}

/// The words in what is not laid out here: tables, rich text.
fn rich(value: &Value) -> String {
    match value {
        Value::Array(list) => list.iter().map(rich).collect(),
        Value::Object(object) => {
            let ends = object.get("type").is_some_and(|kind| kind == "rich_text_section");
            let text = object.get("text").and_then(Value::as_str).map(str::to_owned);
            let user = object.get("user_id").and_then(Value::as_str).map(|user| format!("@{user}"));
            let inside: String = object.values().filter(|value| !value.is_string()).map(rich).collect();
            let own = text.or(user).unwrap_or_default();
            format!("{own}{inside}{}", if ends { "\n" } else { "" })
        }
        _ => String::new(),
    }
}

/// mrkdwn without its marks for people, places and links; stars and the like stay.
pub(crate) fn plain(mrkdwn: &str) -> String {
    let mut said = String::new();
    let mut rest = mrkdwn;
    while let Some((before, after)) = rest.split_once('<') {
        said.push_str(before);
        let Some((mark, behind)) = after.split_once('>') else {
            rest = after;
            continue;
        };
        let (what, label) = mark.split_once('|').unwrap_or((mark, ""));
        match (what.chars().next(), label) {
            (Some('@' | '#'), "") => said.push_str(what),
            (Some('!'), "") => said.push_str(&what.replacen('!', "@", 1)),
            (_, "") => said.push_str(what),
            (_, label) => said.push_str(label),
        }
        rest = behind;
    }
    said.push_str(rest);
    decoded(&said)
}
