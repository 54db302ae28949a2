//! A document as a page for mail programs: readable on a phone, on light and on dark, and nothing in
//! it is fetched from anywhere. Every word is escaped; what a router printed is never mark-up.

use super::letter::Inline;
use super::words::{Words, clean};
use crate::model::{Block, Document, Sign, Table};

const STYLE: &str = include_str!("page.css");

pub fn body(document: &Document, words: &Words<'_>, pictures: &[Inline<'_>]) -> String {
    let mut pictures = pictures.iter();
    let mut page = String::new();
    let mut first = true;
    for block in &document.blocks {
        page.push_str(&match block {
            Block::Line { sign, text } => {
                let class = if std::mem::take(&mut first) { "first" } else { "line" };
                sentence(class, *sign, &words.say(text))
            }
            Block::Detail { sign, text } => sentence("detail", *sign, &words.say(text)),
            Block::Table(table) => self::table(table, words),
            Block::Raw(printed) => format!("<pre>{}</pre>\n", escaped(clean(printed).trim_end())),
            Block::File { name, .. } | Block::Listing { name, .. } => {
                let name = clean(name).replace('\n', " ");
                sentence("detail", Sign::None, &words.say(&text!("mail.attached", name = name)))
            }
            Block::Picture(picture) => self::picture(&words.one_line(&picture.title), pictures.next()),
            Block::Progress { done, failed, total } => {
                sentence("detail", Sign::None, &words.progress(*done, *failed, *total))
            }
        });
    }
    for line in words.in_chat(document) {
        page.push_str(&sentence("chat", Sign::None, &line));
    }
    if let Some(last) = words.last_line() {
        page.push_str(&sentence("chat", Sign::None, &last));
    }
    whole(&words.subject(document), &page)
}

fn whole(title: &str, page: &str) -> String {
    format!(
        "<!doctype html>\n<html><head><meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n\
         <meta name=\"supported-color-schemes\" content=\"light dark\">\n\
         <title>{}</title>\n<style>\n{STYLE}</style></head>\n<body><div class=\"page\">\n{page}</div></body></html>\n",
        escaped(title)
    )
}

fn sentence(class: &str, sign: Sign, words: &str) -> String {
    let glyph = match sign.glyph() {
        "" => String::new(),
        glyph => format!("{glyph} "),
    };
    format!("<p class=\"{class} {}\">{glyph}{}</p>\n", tone(sign), escaped(words).replace('\n', "<br>"))
}

fn tone(sign: Sign) -> &'static str {
    match sign {
        Sign::Critical | Sign::Refused => "bad",
        Sign::Warning | Sign::Held => "warning",
        Sign::Done => "good",
        Sign::None
        | Sign::Running
        | Sign::Question
        | Sign::Quiet
        | Sign::Edited
        | Sign::Locked
        | Sign::Reload => "plain",
    }
}

/// Its name stands below it also where pictures are not shown.
fn picture(title: &str, inline: Option<&Inline<'_>>) -> String {
    let title = escaped(title);
    match inline.filter(|inline| !inline.drawn.png.is_empty()) {
        Some(inline) => format!(
            "<p class=\"picture\"><img src=\"cid:{}\" alt=\"{title}\" width=\"600\"><br>{title}</p>\n",
            escaped(&inline.cid)
        ),
        None => format!("<p class=\"picture\">{title}</p>\n"),
    }
}

fn table(table: &Table, words: &Words<'_>) -> String {
    let row = |cells: &Vec<_>, tag: &str| {
        let cell = |text| format!("<{tag}>{}</{tag}>", escaped(&words.one_line(text)));
        format!("<tr>{}</tr>\n", cells.iter().map(cell).collect::<String>())
    };
    let head = if table.head.is_empty() { String::new() } else { row(&table.head, "th") };
    let rows: String = table.rows.iter().map(|cells| row(cells, "td")).collect();
    format!("<div class=\"wide\"><table>\n{head}{rows}</table></div>\n")
}

/// For text and for attributes in double quotes.
pub fn escaped(words: &str) -> String {
    let mut safe = String::with_capacity(words.len() + 16);
    for c in words.chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            other => safe.push(other),
        }
    }
    safe
}
