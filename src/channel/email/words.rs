//! Texts as a mail needs them: rendered for its reader, with nothing in them that could act. A
//! header is one line; a body keeps its lines.

use crate::model::{Action, Block, Button, Class, Document, Message, Reader, Sign, Text, Texts, Timestamp};

/// Longer subjects are cut by every phone anyway.
const HEADER: usize = 150;

pub struct Words<'a> {
    pub texts: &'a Texts,
    pub reader: &'a Reader,
    pub now: Timestamp,
    pub class: Class,
    /// Where whoever has enough of it says so.
    pub leave: Option<&'a str>,
}

impl<'a> Words<'a> {
    pub fn of(message: &'a Message, texts: &'a Texts) -> Words<'a> {
        Words { texts, reader: &message.reader, now: message.now, class: message.class, leave: None }
    }

    /// As one line or more, without control characters.
    pub fn say(&self, text: &Text) -> String {
        clean(&self.texts.render(text, self.reader, self.now))
    }

    pub fn one_line(&self, text: &Text) -> String {
        header(&self.say(text))
    }

    /// `[Patchbay] critical: R3 CPU 94 %`. In a list of mails a word says more than a coloured dot.
    pub fn subject(&self, document: &Document) -> String {
        let first = document.blocks.iter().find_map(|block| match block {
            Block::Line { sign, text } => Some((*sign, self.one_line(text))),
            Block::Detail { .. }
            | Block::Table(_)
            | Block::Raw(_)
            | Block::File { .. }
            | Block::Listing { .. }
            | Block::Picture(_)
            | Block::Progress { .. } => None,
        });
        let (sign, line) = first.unwrap_or_default();
        let line = match sign {
            Sign::Critical => text!("mail.critical", line = line),
            Sign::Warning => text!("mail.warning", line = line),
            Sign::Done if self.tells_of_an_alert() => text!("mail.recovered", line = line),
            Sign::None
            | Sign::Done
            | Sign::Running
            | Sign::Refused
            | Sign::Question
            | Sign::Quiet
            | Sign::Edited
            | Sign::Held
            | Sign::Locked
            | Sign::Reload => Text::verbatim(line),
        };
        self.one_line(&text!("mail.subject", line = line))
    }

    fn tells_of_an_alert(&self) -> bool {
        matches!(self.class, Class::Critical | Class::Alert)
    }

    /// `Acknowledge in chat: /ack 7`: a mail has no buttons, and the chat does.
    pub fn in_chat(&self, document: &Document) -> Vec<String> {
        let typed = |button: &Button| match &button.action {
            Action::Run { line } => Some(self.one_line(&text!(
                "mail.in_chat",
                label = button.label.clone(),
                line = line.as_str()
            ))),
            Action::Answer { .. }
            | Action::Cancel { .. }
            | Action::Step { .. }
            | Action::Words { .. }
            | Action::TryCredential { .. }
            | Action::TellWhenFree { .. }
            | Action::More { .. } => None,
        };
        document.buttons.iter().filter_map(typed).collect()
    }

    /// The last line for those who may leave.
    pub fn last_line(&self) -> Option<String> {
        self.leave.map(|leave| self.one_line(&text!("mail.leave", leave = leave)))
    }

    pub fn progress(&self, done: usize, failed: usize, total: usize) -> String {
        self.say(&match failed {
            0 => text!("mail.progress", done = done, total = total),
            _ => text!("mail.progress_failed", done = done, total = total, failed = failed),
        })
    }
}

/// Line ends as one `\n`, tabs as blanks, other control characters gone.
pub fn clean(words: &str) -> String {
    let words = words.replace("\r\n", "\n").replace('\t', "    ");
    words.chars().filter(|c| *c == '\n' || !acts(*c)).collect()
}

/// One line that cannot become two, nor another header.
pub fn header(words: &str) -> String {
    let blank = |c: char| if acts(c) { ' ' } else { c };
    let words: String = words.chars().map(blank).collect();
    let words = words.split_whitespace().collect::<Vec<_>>().join(" ");
    match words.chars().count() > HEADER {
        true => format!("{}…", words.chars().take(HEADER).collect::<String>()),
        false => words,
    }
}

/// Control characters, line separators, and what turns the direction of writing around.
fn acts(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}
