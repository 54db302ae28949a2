//! A chat as a page of HTML in the dress of the app, with its pictures inside: for people who want to look at what the
//! bot says.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::entity::Entity;
use super::message::{Media, MediaKind, Message};
use super::rendered::{first_line, marked, named};
use super::world::ChatState;

const STYLE: &str = "body{margin:0;background:#d7e3ec;font:15px/1.35 system-ui,sans-serif;color:#111}\
    header{position:sticky;top:0;background:#517da2;color:#fff;padding:10px 16px;font-weight:600}\
    main{max-width:760px;margin:0 auto;padding:12px}\
    .m{display:flex;flex-direction:column;align-items:flex-start;margin:6px 0}.m.own{align-items:flex-end}\
    .b{background:#fff;border-radius:12px;padding:7px 11px;max-width:88%;box-shadow:0 1px 1px #0002;\
    white-space:pre-wrap;overflow-wrap:anywhere}.own .b{background:#e3fdd1}\
    .w{color:#3c7eb0;font-weight:600;font-size:13px}.q{border-left:3px solid #3c7eb0;padding-left:7px;color:#555;\
    font-size:13px;margin:2px 0}.t{color:#8a9aa6;font-size:11px;text-align:right}\
    .s{text-align:center;color:#fff;background:#0004;border-radius:12px;padding:2px 12px;margin:8px auto;width:max-content}\
    .k{display:flex;gap:4px;margin-top:4px;width:88%}.k span{flex:1;text-align:center;background:#7a9cb8cc;\
    color:#fff;border-radius:8px;padding:7px 4px;font-size:14px;cursor:pointer}img{max-width:100%;border-radius:8px;display:block}\
    .f{color:#3c7eb0}pre,code{font:13px/1.3 ui-monospace,monospace;background:#0000000d;border-radius:4px}\
    pre{padding:6px;margin:4px 0;overflow-x:auto;white-space:pre}blockquote{margin:2px 0;border-left:3px solid #3c7eb0;\
    padding-left:8px}.spoiler{background:#999}";

pub(crate) fn page(chat: &ChatState) -> String {
    let mut body = String::new();
    let mut before: Option<Option<i64>> = None;
    for message in chat.messages.values() {
        if chat.is_forum() && before != Some(message.topic) {
            let topic = message.topic.and_then(|topic| chat.topics.get(&topic));
            let name = topic.map_or("General", |topic| topic.name.as_str());
            body.push_str(&format!("<div class=s># {}</div>\n", escaped(name)));
        }
        before = Some(message.topic);
        body.push_str(&one(chat, message));
    }
    let title = escaped(&chat.title);
    format!(
        "<!doctype html>\n<html lang=en><meta charset=utf-8><meta name=viewport content=\"width=device-width\">\
         <title>{title}</title>\n<style>{STYLE}</style>\n<header>{title}</header>\n<main>\n{body}</main></html>\n"
    )
}

fn one(chat: &ChatState, message: &Message) -> String {
    if let Some(words) = &message.service {
        return format!("<div class=s>{}</div>\n", escaped(words));
    }
    let own = if message.author.is_bot { "" } else { " own" };
    let mut inside = format!("<div class=w>{}</div>", escaped(&message.author.name));
    if let Some(from) = &message.forwarded {
        inside.push_str(&format!("<div class=q>forwarded from {}</div>", escaped(from)));
    }
    if let Some(replied) = message.reply_to {
        let words = chat.messages.get(&replied).map_or_else(|| "a deleted message".to_owned(), first_line);
        inside.push_str(&format!("<div class=q>{}</div>", escaped(&words)));
    }
    inside.push_str(&message.file.as_ref().map(file).unwrap_or_default());
    inside.push_str(&marked(&message.text, &message.entities, &tags, &escaped));
    let edited = if message.edits() > 0 { "edited " } else { "" };
    inside.push_str(&format!("<div class=t>{edited}{}</div>", message.at.format("%H:%M")));
    let mut rows = String::new();
    for row in &message.buttons {
        let labels: String = row.iter().map(|button| key(message.id, &escaped(&button.label))).collect();
        rows.push_str(&format!("<div class=k>{labels}</div>"));
    }
    if !message.reactions.is_empty() {
        rows.push_str(&format!("<div>{}</div>", escaped(&message.reactions.join(" "))));
    }
    format!("<div class=\"m{own}\"><div class=b>{inside}</div>{rows}</div>\n")
}

/// What is pressed is found by its message and its label.
fn key(message: i64, label: &str) -> String {
    format!("<span data-message=\"{message}\" data-press=\"{label}\">{label}</span>")
}

fn file(file: &Media) -> String {
    match file.kind {
        MediaKind::Photo => {
            format!("<img alt=\"\" src=\"data:image/png;base64,{}\">", STANDARD.encode(&file.bytes))
        }
        MediaKind::Document => format!("<div class=f>{}</div>", escaped(&named(file))),
    }
}

fn tags(entity: &Entity) -> (String, String) {
    let tag = |name: &str| (format!("<{name}>"), format!("</{name}>"));
    match entity.kind.as_str() {
        "bold" => tag("b"),
        "italic" => tag("i"),
        "underline" => tag("u"),
        "strikethrough" => tag("s"),
        "code" => tag("code"),
        "pre" => tag("pre"),
        "blockquote" | "expandable_blockquote" => tag("blockquote"),
        "spoiler" => ("<span class=spoiler>".to_owned(), "</span>".to_owned()),
        "text_link" => {
            let url = escaped(entity.url.as_deref().unwrap_or_default());
            (format!("<a href=\"{url}\">"), "</a>".to_owned())
        }
        _ => ("<span class=f>".to_owned(), "</span>".to_owned()),
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
