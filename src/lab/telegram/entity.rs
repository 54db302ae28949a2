//! Entities: the parts of a text that are bold, a link, a command. Offsets and lengths count UTF-16 code units, as
//! the service counts.

use serde_json::{Map, Value, json};

use super::refusal::Refusal;

/// One part of a text that is more than text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entity {
    /// `bold`, `code`, `pre`, `text_link`, `bot_command` ...
    pub kind: String,
    pub offset: usize,
    pub length: usize,
    pub url: Option<String>,
    pub language: Option<String>,
}

pub(crate) fn units(text: &str) -> usize {
    text.encode_utf16().count()
}

impl Entity {
    pub(crate) fn new(kind: &str, offset: usize, length: usize) -> Entity {
        Entity { kind: kind.to_owned(), offset, length, url: None, language: None }
    }

    pub(crate) fn end(&self) -> usize {
        self.offset + self.length
    }

    /// The words that it is about.
    pub fn of(&self, text: &str) -> String {
        let units: Vec<u16> = text.encode_utf16().skip(self.offset).take(self.length).collect();
        String::from_utf16_lossy(&units)
    }

    pub(crate) fn json(&self) -> Value {
        let mut value = json!({ "type": self.kind, "offset": self.offset, "length": self.length });
        for (name, said) in [("url", &self.url), ("language", &self.language)] {
            if let (Some(said), Some(members)) = (said, value.as_object_mut()) {
                members.insert(name.to_owned(), Value::from(said.as_str()));
            }
        }
        value
    }

    /// Entities that a bot gave instead of a mark-up.
    pub(crate) fn given(values: &[Value], text: &str) -> Result<Vec<Entity>, Refusal> {
        let whole = units(text);
        let one = |value: &Value| {
            let number =
                |name: &str| value.get(name).and_then(Value::as_u64).and_then(|n| usize::try_from(n).ok());
            let word = |name: &str| value.get(name).and_then(Value::as_str).map(str::to_owned);
            let entity = Entity {
                kind: word("type")?,
                offset: number("offset")?,
                length: number("length")?,
                url: word("url"),
                language: word("language"),
            };
            (entity.offset.checked_add(entity.length)? <= whole && entity.length > 0).then_some(entity)
        };
        let wrong =
            || Refusal::bad("entity is not inside the text: receive entities with wrong offset or length");
        values.iter().map(|value| one(value).ok_or_else(wrong)).collect()
    }
}

pub(crate) fn json_of(entities: &[Entity]) -> Value {
    entities.iter().map(Entity::json).collect()
}

/// Puts a text and its entities under their names, where there are some.
pub(crate) fn put(into: &mut Map<String, Value>, names: (&str, &str), text: &str, entities: &[Entity]) {
    if !text.is_empty() {
        into.insert(names.0.to_owned(), Value::from(text));
    }
    if !entities.is_empty() {
        into.insert(names.1.to_owned(), json_of(entities));
    }
}

/// White space around a text does not survive; entities move along.
pub(crate) fn trimmed(text: &str, entities: Vec<Entity>) -> (String, Vec<Entity>) {
    let kept = text.trim();
    let before = units(text) - units(text.trim_start());
    let length = units(kept);
    let moved = entities.into_iter().filter_map(|entity| {
        let start = entity.offset.max(before) - before;
        let end = (entity.end().max(before) - before).min(length);
        (end > start).then(|| Entity { offset: start, length: end - start, ..entity })
    });
    (kept.to_owned(), moved.collect())
}

/// What the service itself finds in a text: commands and mentions, after whatever cannot be part of a name.
pub(crate) fn found(text: &str) -> Vec<Entity> {
    let mut found = Vec::new();
    let (mut offset, mut before, mut taken) = (0, ' ', 0);
    for (at, c) in text.char_indices() {
        let rest = text.get(at..).unwrap_or_default();
        let free = at >= taken && !before.is_ascii_alphanumeric() && before != '_';
        let entity = match c {
            '/' if free && !matches!(before, '/' | '<' | '>') => {
                command(rest).map(|long| ("bot_command", long))
            }
            '@' if free => mention(rest).map(|long| ("mention", long)),
            _ => None,
        };
        if let Some((kind, length)) = entity {
            found.push(Entity::new(kind, offset, length));
            taken = at + length;
        }
        (offset, before) = (offset + c.len_utf16(), c);
    }
    found
}

fn name_length(text: &str) -> usize {
    text.bytes().take_while(|byte| byte.is_ascii_alphanumeric() || *byte == b'_').count()
}

fn command(word: &str) -> Option<usize> {
    let name = word.strip_prefix('/')?;
    let length = name_length(name);
    let rest = name.get(length..)?;
    if !(1..=64).contains(&length) {
        return None;
    }
    let addressed = mention(rest).unwrap_or_default();
    // `/a/b` is a path.
    let after = rest.get(addressed..)?;
    (!after.starts_with(['/', '<', '>'])).then_some(1 + length + addressed)
}

fn mention(word: &str) -> Option<usize> {
    let length = name_length(word.strip_prefix('@')?);
    (3..=32).contains(&length).then_some(length + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_and_mentions_are_found_where_the_service_finds_them() {
        let kinds = |text: &str| -> Vec<(String, String)> {
            found(text).into_iter().map(|entity| (entity.of(text), entity.kind)).collect()
        };
        let is = |said: &str, kind: &str| (said.to_owned(), kind.to_owned());
        assert_eq!(kinds("🚀 /show@lab_bot R1"), [is("/show@lab_bot", "bot_command")]);
        assert_eq!(kinds("hi @lab_bot, /status"), [is("@lab_bot", "mention"), is("/status", "bot_command")]);
        assert_eq!(kinds("/etc/hosts and a/b, a@b.net"), []);
        assert_eq!(kinds("(@lab_bot) ⓐ@lab_bot ា@lab_bot"), vec![is("@lab_bot", "mention"); 3]);
        assert_eq!(kinds("(/status), 漢/status"), vec![is("/status", "bot_command"); 2]);
    }
}
