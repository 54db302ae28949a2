//! The words of a message: mark-up becomes entities, and the limits are counted behind it.

use serde_json::Value;

use super::Job;
use crate::lab::telegram::entity::{self, Entity};
use crate::lab::telegram::html;
use crate::lab::telegram::refusal::Refusal;

const TEXT: usize = 4_096;
const CAPTION: usize = 1_024;

impl Job<'_> {
    /// `too_long` is what the service says of a longer one; it has other words for an edit.
    pub fn text(&self, too_long: &str) -> Result<(String, Vec<Entity>), Refusal> {
        let text = self.args.text("text").ok_or_else(|| Refusal::bad("message text is empty"))?;
        let mode = self.args.text("parse_mode");
        let (text, entities) = words(text, mode, self.args.get("entities"))?;
        match html::length(&text) {
            0 => Err(Refusal::bad("message text is empty")),
            length if length > TEXT => Err(Refusal::bad(too_long)),
            _ => Ok((text, entities)),
        }
    }

    pub fn caption(&self) -> Result<(String, Vec<Entity>), Refusal> {
        let text = self.args.text("caption").unwrap_or_default();
        caption(text, self.args.text("parse_mode"), self.args.get("caption_entities"))
    }
}

/// Of an `InputMedia` object, too.
pub(crate) fn caption_of(media: &Value) -> Result<(String, Vec<Entity>), Refusal> {
    let word = |name: &str| media.get(name).and_then(Value::as_str);
    caption(word("caption").unwrap_or_default(), word("parse_mode"), media.get("caption_entities"))
}

fn caption(text: &str, mode: Option<&str>, given: Option<&Value>) -> Result<(String, Vec<Entity>), Refusal> {
    let (text, entities) = words(text, mode, given)?;
    if html::length(&text) > CAPTION {
        return Err(Refusal::bad("message caption is too long"));
    }
    Ok((text, entities))
}

fn words(text: &str, mode: Option<&str>, given: Option<&Value>) -> Result<(String, Vec<Entity>), Refusal> {
    let (text, entities) = match mode.map(str::to_ascii_lowercase).as_deref() {
        Some("html") => html::parse(text)?,
        None | Some("") => {
            let given = given.and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
            (text.to_owned(), Entity::given(given, text)?)
        }
        Some("markdown" | "markdownv2") => {
            tracing::warn!("lab: Markdown is not played; write HTML");
            return Err(Refusal::bad("unsupported parse_mode (the lab plays only HTML)"));
        }
        Some(_) => return Err(Refusal::bad("unsupported parse_mode")),
    };
    let (text, mut entities) = entity::trimmed(&text, entities);
    // Commands and mentions are found in what a bot writes, too, but not where it wrote code or a link.
    let covers = |entity: &Entity, found: &Entity| {
        matches!(entity.kind.as_str(), "code" | "pre" | "text_link")
            && found.offset < entity.end()
            && entity.offset < found.end()
    };
    let mut found = entity::found(&text);
    found.retain(|found| !entities.iter().any(|entity| covers(entity, found)));
    entities.extend(found);
    entities.sort_by_key(|entity| (entity.offset, std::cmp::Reverse(entity.length)));
    Ok((text, entities))
}
