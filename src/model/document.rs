//! What a reply or a notice says, before any service's mark-up. Each channel lays it out by its
//! own limits, in the reader's language and time zone.

use super::ids::AttachmentId;
use super::press::{Action, Uses, Who};
use super::text::Text;
use super::time::Timestamp;
use serde::{Deserialize, Serialize};

/// One message. Its first line is the verdict, complete in a phone's notification.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Document {
    pub blocks: Vec<Block>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub buttons: Vec<Button>,
    /// Which page of the buttons is shown, from 0, where a service shows a few at a time.
    #[serde(default, skip_serializing_if = "is_first")]
    pub page: usize,
    /// Words that are typed now answer it.
    #[serde(default, skip_serializing_if = "is_false")]
    pub asks_words: bool,
    /// Set when the message will not change any more.
    #[serde(default)]
    pub ended: Option<Ending>,
}

/// How it ended, as a shell would put it: status 0 or not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ending {
    Well,
    Badly,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Block {
    Line {
        sign: Sign,
        text: Text,
    },
    /// A line that belongs to the one above it; channels indent it.
    Detail {
        sign: Sign,
        text: Text,
    },
    Table(Table),
    /// What a router printed, unchanged but for redaction. Never read as mark-up.
    Raw(String),
    File {
        name: String,
        attachment: AttachmentId,
        bytes: u64,
    },
    /// A file that the channel itself writes, a line or more for each text, in the reader's language.
    Listing {
        name: String,
        lines: Vec<Text>,
    },
    Picture(super::picture::Picture),
    Progress {
        done: usize,
        failed: usize,
        total: usize,
    },
}

/// Rows of short words. Channels keep it within 38 columns or show it as a file.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Table {
    pub head: Vec<Text>,
    pub rows: Vec<Vec<Text>>,
}

/// A sign stands beside a word, never alone.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sign {
    #[default]
    None,
    Done,
    Running,
    Warning,
    Critical,
    Refused,
    Question,
    Quiet,
    Edited,
    Held,
    Locked,
    Reload,
}

impl Sign {
    pub fn glyph(self) -> &'static str {
        match self {
            Sign::None => "",
            Sign::Done => "✅",
            Sign::Running => "⏳",
            Sign::Warning => "⚠️",
            Sign::Critical => "🔴",
            Sign::Refused => "⛔",
            Sign::Question => "❓",
            Sign::Quiet => "🔕",
            Sign::Edited => "✏️",
            Sign::Held => "⏸",
            Sign::Locked => "🔒",
            Sign::Reload => "🔁",
        }
    }
}

/// A button before it has a token; the outbox makes a [`super::Press`] row of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Button {
    /// Names the button within its message: the same name in a newer version is the same button.
    pub name: String,
    pub label: Text,
    pub action: Action,
    pub who: Who,
    pub until: Timestamp,
    pub uses: Uses,
}

impl Document {
    /// A message of one line that says everything and is over.
    pub fn line(sign: Sign, text: Text, ended: Ending) -> Document {
        Document { ended: Some(ended), ..Document::open(sign, text) }
    }

    /// A message that will be followed by newer versions of itself.
    pub fn open(sign: Sign, text: Text) -> Document {
        Document { blocks: vec![Block::Line { sign, text }], ..Document::default() }
    }

    #[must_use]
    pub fn with_line(self, sign: Sign, text: Text) -> Document {
        self.with(Block::Line { sign, text })
    }

    #[must_use]
    pub fn with_detail(self, text: Text) -> Document {
        self.with(Block::Detail { sign: Sign::None, text })
    }

    #[must_use]
    pub fn with(mut self, block: Block) -> Document {
        self.blocks.push(block);
        self
    }

    /// The buttons that stand on the page that is shown, each with its number among all: as many as a
    /// page holds, then those that lead to the pages beside it, and the one that cancels on every page.
    pub fn page_of_buttons(&self, size: usize) -> Vec<(usize, &Button)> {
        let turns = |button: &Button| match button.action {
            Action::More { page } => Some(page),
            _ => None,
        };
        let cancels = |button: &Button| matches!(button.action, Action::Answer { words: None, .. });
        let all = || self.buttons.iter().enumerate();
        let plain = || all().filter(|(_, button)| turns(button).is_none() && !cancels(button));
        if plain().count() <= size {
            return all().filter(|(_, button)| turns(button).is_none()).collect();
        }
        let shown = plain().skip(self.page.saturating_mul(size)).take(size);
        let beside = |page: usize| page + 1 == self.page || page == self.page + 1;
        let beside = all().filter(|(_, button)| turns(button).is_some_and(beside));
        shown.chain(beside).chain(all().filter(|(_, button)| cancels(button))).collect()
    }

    #[must_use]
    pub fn with_button(mut self, button: Button) -> Document {
        self.buttons.push(button);
        self
    }
}

fn is_first(page: &usize) -> bool {
    *page == 0
}

fn is_false(word: &bool) -> bool {
    !word
}
