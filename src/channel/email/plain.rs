//! A document as plain text, complete without its HTML: pictures as sparklines, tables aligned,
//! buttons as what to type in a chat.

use super::letter::Inline;
use super::words::{Words, clean};
use crate::model::{Block, Document, Sign, Table};
use unicode_width::UnicodeWidthStr;

const MARGIN: &str = "   ";

pub fn body(document: &Document, words: &Words<'_>, pictures: &[Inline<'_>]) -> String {
    let mut pictures = pictures.iter();
    let mut lines = Vec::new();
    for block in &document.blocks {
        match block {
            Block::Line { sign, text } => lines.push(signed(*sign, &words.say(text))),
            Block::Detail { sign, text } => lines.push(indented(&signed(*sign, &words.say(text)))),
            Block::Table(table) => lines.extend(rows(table, words)),
            Block::Raw(printed) => lines.push(indented(clean(printed).trim_end())),
            Block::File { name, .. } | Block::Listing { name, .. } => {
                let name = clean(name).replace('\n', " ");
                lines.push(indented(&words.say(&text!("mail.attached", name = name))));
            }
            Block::Picture(picture) => {
                lines.push(indented(&words.say(&picture.title)));
                lines.extend(pictures.next().map(|inline| sparklines(inline, words)).unwrap_or_default());
            }
            Block::Progress { done, failed, total } => {
                lines.push(indented(&words.progress(*done, *failed, *total)));
            }
        }
    }
    let in_chat = words.in_chat(document);
    if !in_chat.is_empty() {
        lines.push(String::new());
        lines.extend(in_chat);
    }
    if let Some(last) = words.last_line() {
        lines.extend([String::new(), last]);
    }
    lines.iter().map(|line| format!("{line}\n")).collect()
}

fn signed(sign: Sign, words: &str) -> String {
    match sign.glyph() {
        "" => words.to_owned(),
        glyph => format!("{glyph} {words}"),
    }
}

fn indented(words: &str) -> String {
    let line = |line: &str| format!("{MARGIN}{line}").trim_end().to_owned();
    words.lines().map(line).collect::<Vec<_>>().join("\n")
}

/// `in  ▂▃▅▇▅▃  peak 640 Mb/s at 13:20`
fn sparklines(inline: &Inline<'_>, words: &Words<'_>) -> Vec<String> {
    let line = |spark: &crate::model::Sparkline| {
        let (label, note) = (words.one_line(&spark.label), words.one_line(&spark.note));
        indented(&format!("{label}  {}  {note}", clean(&spark.bars)))
    };
    inline.drawn.sparklines.iter().map(line).collect()
}

fn rows(table: &Table, words: &Words<'_>) -> Vec<String> {
    let cells = |row: &Vec<_>| row.iter().map(|text| words.one_line(text)).collect::<Vec<_>>();
    let head = (!table.head.is_empty()).then(|| cells(&table.head));
    let rows: Vec<Vec<String>> = head.into_iter().chain(table.rows.iter().map(cells)).collect();
    let mut widths: Vec<usize> = Vec::new();
    for row in &rows {
        widths.resize(widths.len().max(row.len()), 0);
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = cell.width().max(*width);
        }
    }
    let padded = |(cell, width): (&String, &usize)| {
        format!("{cell}{}", " ".repeat(width.saturating_sub(cell.width()) + 2))
    };
    rows.iter().map(|row| indented(&row.iter().zip(&widths).map(padded).collect::<String>())).collect()
}
