//! What people read: messages as they stand, with their earlier versions, their files and whom they call.

use std::sync::Arc;

use serde_json::Value;

use super::blocks::SlackCalled;

/// One message as it stands now.
#[derive(Clone, Debug, PartialEq)]
pub struct SlackMessage {
    pub channel: String,
    /// Its time and its name.
    pub ts: String,
    /// The `ts` of the message that it answers.
    pub thread: Option<String>,
    /// The id of a user; the app has one too.
    pub author: String,
    /// Whether an app posted it: this one, or a foreign one.
    pub by_app: bool,
    pub text: String,
    pub blocks: Vec<Value>,
    pub metadata: Option<Value>,
    /// In a thread, and shown in the channel too.
    pub broadcast: bool,
    /// Only this user sees it, until the page is loaded again.
    pub only_for: Option<String>,
    /// What it said before, the oldest first.
    pub earlier: Vec<SlackVersion>,
    /// Whether the word "(edited)" stands behind it: a new text gets it, new blocks do not.
    pub edited: bool,
    pub files: Vec<SlackFile>,
    /// The names of the emojis below it.
    pub reactions: Vec<String>,
    /// Of this and of all earlier versions.
    pub called: Vec<SlackCalled>,
}

/// What a message said once.
#[derive(Clone, Debug, PartialEq)]
pub struct SlackVersion {
    pub text: String,
    pub blocks: Vec<Value>,
}

/// A file as it was shared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SlackFile {
    pub id: String,
    pub name: String,
    pub title: String,
    pub bytes: Arc<[u8]>,
}

impl SlackMessage {
    /// Whether somebody's telephone rings for any version of it.
    pub fn rings(&self) -> bool {
        self.called.iter().any(SlackCalled::rings)
    }

    /// The buttons, selections and inputs on it, each with the id of its block.
    pub fn elements(&self) -> impl Iterator<Item = (&str, &Value)> {
        super::blocks::elements(&self.blocks)
    }

    /// The first element of this `action_id`, or that says this.
    pub fn element(&self, wanted: &str) -> Option<(&str, &Value)> {
        let says = |element: &Value, at: &str| element.pointer(at).and_then(Value::as_str) == Some(wanted);
        let label = |element: &Value| element.get("text").map(super::text::words);
        self.elements().find(|(_, element)| {
            says(element, "/action_id") || label(element).is_some_and(|label| label == wanted)
        })
    }

    /// What its sections say, one after the other.
    pub fn sections(&self) -> Vec<String> {
        let sections = self.blocks.iter().filter(|block| block["type"] == "section");
        sections.map(super::text::block).collect()
    }

    /// The text that a phone shows: the blocks, or the text where there are none.
    pub fn shown(&self) -> String {
        super::text::message(self)
    }
}
