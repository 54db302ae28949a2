//! Lines as HTML for this service, in pages that it takes. What is counted and cut is the text before any
//! mark-up, so no tag is ever cut; every word is escaped, and no word of a router's mentions or tags anybody.

use super::tame::tame;

/// One line of a message, before any mark-up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    pub kind: Kind,
    pub text: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The verdict, in bold.
    First,
    Prose,
    /// In a fixed width; the service looks for nothing in it.
    Code,
}

impl Line {
    /// `commands` may be touched in it.
    pub fn new(kind: Kind, text: &str, commands: &[String]) -> Line {
        let text = match kind {
            Kind::First | Kind::Prose => tame(text, commands),
            Kind::Code => text.to_owned(),
        };
        Line { kind, text }
    }
}

/// Pages of at most `limit` units each; the first may have less room, for the words below a picture. A line
/// that is longer than a page is cut, at a blank where there is one.
pub fn pages(lines: &[Line], first: usize, limit: usize) -> Vec<Vec<Line>> {
    let mut pages = vec![Vec::new()];
    let mut left = first;
    for line in lines {
        let mut rest = line.text.as_str();
        loop {
            let page_is_empty = pages.last().is_none_or(Vec::is_empty);
            let between = usize::from(!page_is_empty);
            if units(rest) + between <= left {
                left -= units(rest) + between;
                push(&mut pages, line.kind, rest);
                break;
            }
            // A page holds its first line, or as much of it as there is room for.
            if page_is_empty {
                let (fits, beyond) = rest.split_at(cut(rest, left));
                push(&mut pages, line.kind, fits);
                rest = beyond;
            }
            pages.push(Vec::new());
            left = limit;
        }
    }
    pages.retain(|page| page.iter().any(|line| !line.text.trim().is_empty()));
    pages
}

fn push(pages: &mut [Vec<Line>], kind: Kind, text: &str) {
    if let Some(page) = pages.last_mut() {
        page.push(Line { kind, text: text.to_owned() });
    }
}

/// Where a text is cut so that its beginning fits; at least one character does.
fn cut(text: &str, room: usize) -> usize {
    let mut used = 0;
    let beyond = text.char_indices().find(|(at, c)| {
        used += c.len_utf16();
        used > room && *at > 0
    });
    let end = beyond.map_or(text.len(), |(at, _)| at);
    let blank = text.get(..end).and_then(|fits| fits.rfind(' ')).map(|at| at + 1);
    blank.filter(|at| at * 2 > end).unwrap_or(end)
}

/// What is sent where the mark-up is not understood. The service looks for names in all of it, code too; where
/// that makes it too long the end is missing.
pub fn bare(page: &[Line], commands: &[String], room: usize) -> String {
    let mut words = tame(&plain(page), commands);
    if units(&words) > room {
        words.truncate(cut(&words, room));
    }
    words
}

/// As the service counts: in UTF-16.
pub fn units(text: &str) -> usize {
    text.encode_utf16().count()
}

/// The page as it is shown.
pub fn plain(page: &[Line]) -> String {
    let lines: Vec<&str> = page.iter().map(|line| line.text.as_str()).collect();
    lines.join("\n")
}

/// Lines of code that follow each other are one block.
pub fn html(page: &[Line]) -> String {
    let mut blocks: Vec<String> = Vec::new();
    for lines in page.chunk_by(|one, other| one.kind == other.kind) {
        let text: Vec<String> = lines.iter().map(|line| escaped(&line.text)).collect();
        let text = text.join("\n");
        blocks.push(match lines.first().map(|line| line.kind) {
            Some(Kind::First) => format!("<b>{text}</b>"),
            Some(Kind::Code) => format!("<pre>{text}</pre>"),
            Some(Kind::Prose) | None => text,
        });
    }
    blocks.join("\n")
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
