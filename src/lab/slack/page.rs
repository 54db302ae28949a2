//! A channel as one page of HTML in the service's dress, for people who look at a conversation. It needs nothing from
//! elsewhere: pictures are inside, addresses are only shown.

use std::fmt::Write;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use super::form::field;
use super::message::{SlackFile, SlackMessage};
use super::plan::SlackPlan;
use super::text;
use super::world::World;

const CSS: &str = include_str!("page.css");

pub(crate) fn page(world: &World, plan: &SlackPlan, id: &str) -> String {
    let channel = world.channels.get(id);
    let name = channel.map_or("", |channel| &channel.name);
    let mut body = String::new();
    if let Some(channel) = channel {
        for top in channel.messages.values().filter(|message| message.thread.is_none()) {
            said(world, top, &mut body);
            let replies: Vec<&SlackMessage> = channel.replies(&top.ts).collect();
            if replies.is_empty() {
                continue;
            }
            body.push_str("<div class=\"thread\">");
            replies.into_iter().for_each(|reply| said(world, reply, &mut body));
            body.push_str("</div>\n");
        }
    }
    format!(
        "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>#{0} - {1}</title>\n<style>\n{CSS}</style></head>\n\
         <body><header># {0}</header><main>\n{body}</main></body></html>\n",
        safe(name),
        safe(&plan.team),
    )
}

fn said(world: &World, message: &SlackMessage, page: &mut String) {
    let name = text::name(world, &message.author);
    let face = name.chars().next().unwrap_or('?').to_uppercase();
    let app = if message.by_app { "<span class=\"app\">APP</span>" } else { "" };
    let only = if message.only_for.is_some() { " only" } else { "" };
    let _ = write!(
        page,
        "<div class=\"said{only}\"><div class=\"face\">{face}</div><div><span class=\"who\">{}</span>{app} <span class=\"at\">{}</span>",
        safe(&name),
        clock(&message.ts),
    );
    if let Some(user) = &message.only_for {
        let _ = write!(page, "<div class=\"small\">Only visible to {}</div>", safe(&text::name(world, user)));
    }
    match message.blocks.as_slice() {
        [] => {
            let _ = write!(page, "<div class=\"text\">{}</div>", mrkdwn(world, &message.text));
        }
        blocks => blocks.iter().for_each(|one| block(world, &message.ts, one, page)),
    }
    if message.edited {
        page.push_str("<span class=\"small\">(edited)</span>");
    }
    message.files.iter().for_each(|one| file(one, page));
    for reaction in &message.reactions {
        let _ = write!(page, "<span class=\"small\">:{}:</span> ", safe(reaction));
    }
    page.push_str("</div></div>\n");
}

/// `14:05` of a `ts`, in UTC.
fn clock(ts: &str) -> String {
    let seconds = ts.split('.').next().and_then(|seconds| seconds.parse().ok()).unwrap_or_default();
    chrono::DateTime::from_timestamp(seconds, 0).map(|at| at.format("%H:%M").to_string()).unwrap_or_default()
}

fn block(world: &World, ts: &str, block: &Value, page: &mut String) {
    let list = |name: &str| block[name].as_array().map(Vec::as_slice).unwrap_or_default();
    match field(block, "type").as_str().unwrap_or_default() {
        "section" => {
            if let Some(text) = block.get("text") {
                let _ = write!(page, "<div class=\"text\">{}</div>", words(world, text));
            }
            if !list("fields").is_empty() {
                page.push_str("<div class=\"fields\">");
                for field in list("fields") {
                    let _ = write!(page, "<div class=\"text\">{}</div>", words(world, field));
                }
                page.push_str("</div>");
            }
            if let Some(accessory) = block.get("accessory") {
                element(world, ts, accessory, page);
            }
        }
        "header" => {
            let _ = write!(page, "<div class=\"head\">{}</div>", words(world, field(block, "text")));
        }
        "divider" => page.push_str("<hr>"),
        "context" => {
            page.push_str("<div class=\"context\">");
            list("elements").iter().for_each(|one| element(world, ts, one, page));
            page.push_str("</div>");
        }
        "actions" => {
            page.push_str("<div>");
            list("elements").iter().for_each(|one| element(world, ts, one, page));
            page.push_str("</div>");
        }
        _ => {
            let _ = write!(page, "<div class=\"text\">{}</div>", safe(&text::block(block)));
        }
    }
}

/// What can be pressed or chosen is found by its message and its label or name.
fn element(world: &World, ts: &str, element: &Value, page: &mut String) {
    let _ = match field(element, "type").as_str().unwrap_or_default() {
        "button" => {
            let style = field(element, "style").as_str().unwrap_or_default();
            let label = safe(&text::words(field(element, "text")));
            write!(
                page,
                "<span class=\"button {}\" data-message=\"{ts}\" data-press=\"{label}\">{label}</span>",
                safe(style),
            )
        }
        "plain_text" | "mrkdwn" => write!(page, "<span>{}</span> ", words(world, element)),
        "image" => {
            write!(page, "<span>({})</span> ", safe(field(element, "alt_text").as_str().unwrap_or_default()))
        }
        "static_select" => menu(ts, element, page),
        _ => write!(
            page,
            "<span class=\"button\">{} &#9662;</span>",
            safe(&text::words(field(element, "placeholder")))
        ),
    };
}

fn menu(ts: &str, element: &Value, page: &mut String) -> std::fmt::Result {
    let word = |value: &Value, name: &str| safe(field(value, name).as_str().unwrap_or_default());
    write!(
        page,
        "<select class=\"button\" data-message=\"{ts}\" data-menu=\"{}\"><option value=\"\">{}</option>",
        word(element, "action_id"),
        safe(&text::words(field(element, "placeholder"))),
    )?;
    for option in element["options"].as_array().into_iter().flatten() {
        let label = safe(&text::words(field(option, "text")));
        write!(page, "<option value=\"{}\">{label}</option>", word(option, "value"))?;
    }
    page.write_str("</select>")
}

fn file(file: &SlackFile, page: &mut String) {
    let _ = write!(page, "<div class=\"file\"><b>{}</b>", safe(&file.title));
    if file.name.ends_with(".png") {
        let data = STANDARD.encode(&file.bytes);
        let _ = write!(page, "<img alt=\"{}\" src=\"data:image/png;base64,{data}\">", safe(&file.title));
    } else {
        let _ = write!(page, " <span class=\"small\">{} bytes</span>", file.bytes.len());
    }
    page.push_str("</div>");
}

fn words(world: &World, value: &Value) -> String {
    let said = field(value, "text").as_str().unwrap_or_default();
    if field(value, "type") == "mrkdwn" { mrkdwn(world, said) } else { safe(&text::decoded(said)) }
}

/// Fences, code and bold; people and links by their names.
fn mrkdwn(world: &World, said: &str) -> String {
    let mut page = String::new();
    for (number, part) in said.split("```").enumerate() {
        if number % 2 == 1 {
            let _ = write!(page, "<pre>{}</pre>", safe(text::plain(part).trim_matches('\n')));
            continue;
        }
        for (number, part) in part.split('`').enumerate() {
            let safe = safe(&named(world, &text::plain(part)));
            let _ = if number % 2 == 1 {
                write!(page, "<code>{safe}</code>")
            } else {
                write!(page, "{}", bold(&safe))
            };
        }
    }
    page
}

fn named(world: &World, said: &str) -> String {
    let mut said = said.to_owned();
    for user in world.users.values() {
        said = said.replace(&format!("@{}", user.id), &format!("@{}", user.name));
    }
    said
}

/// A star that opens and one that closes on the same line.
fn bold(safe: &str) -> String {
    let lines = safe.split('\n').map(|line| {
        let parts: Vec<&str> = line.split('*').collect();
        if parts.len() < 3 || parts.len().is_multiple_of(2) {
            return line.to_owned();
        }
        let marked = parts.iter().enumerate().map(|(number, part)| match number % 2 {
            1 => format!("<b>{part}</b>"),
            _ => (*part).to_owned(),
        });
        marked.collect()
    });
    lines.collect::<Vec<String>>().join("\n")
}

fn safe(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
