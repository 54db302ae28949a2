//! Walks a message's blocks or a modal along the shapes and notes every fault with the place where it is, as the
//! service does: `must be less than 76 characters [json-pointer:/blocks/0/elements/0/text/text]`.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::shapes::{BLOCKS, ELEMENTS};

/// An object: its `type`, where it has one, its fields, and those of which one must be there and not two.
pub(crate) struct Shape {
    pub kind: &'static str,
    pub fields: &'static [Field],
    pub one_of: &'static [&'static str],
}

pub(crate) struct Field {
    name: &'static str,
    needed: bool,
    rule: Rule,
}

/// What a field may hold.
pub(crate) enum Rule {
    Flag,
    Whole { least: u64, most: u64 },
    Words { least: usize, most: usize },
    OneOf(&'static [&'static str]),
    Url,
    ActionId,
    Text { plain: bool, most: usize },
    Shape(&'static Shape),
    List { least: usize, most: usize, of: &'static Rule },
    Element(&'static [&'static str]),
    Blocks { most: usize },
    Free,
}

pub(crate) const fn may(name: &'static str, rule: Rule) -> Field {
    Field { name, needed: false, rule }
}

pub(crate) const fn must(name: &'static str, rule: Rule) -> Field {
    Field { name, needed: true, rule }
}

/// What was found on the way.
#[derive(Default)]
pub(crate) struct Walk {
    pub faults: Vec<String>,
    /// Characters of all texts.
    pub length: usize,
    block_ids: BTreeSet<String>,
    /// Of the block that is walked through.
    action_ids: BTreeSet<String>,
    has_input: bool,
}

impl Walk {
    pub fn of_blocks(blocks: &Value, at: &str, most: usize) -> Walk {
        let mut walk = Walk::default();
        walk.blocks(blocks, at, most);
        walk
    }

    /// One object along its shape: a modal, an option.
    pub fn of(value: &Value, shape: &'static Shape, at: &str) -> Walk {
        let mut walk = Walk::default();
        walk.shape(value, shape, at);
        let submits = value.get("submit").is_some();
        if walk.has_input && shape.kind == "modal" && !submits {
            walk.fault("must define `submit` to use an `input` block in modals", at);
        }
        walk
    }

    fn fault(&mut self, what: impl std::fmt::Display, at: &str) {
        self.faults.push(format!("{what} [json-pointer:{at}]"));
    }

    fn blocks(&mut self, value: &Value, at: &str, most: usize) {
        let Some(blocks) = self.list(value, at, 0, most) else { return };
        for (number, block) in blocks.iter().enumerate() {
            let at = format!("{at}/{number}");
            self.action_ids.clear();
            if let Some(id) = block.get("block_id").and_then(Value::as_str)
                && !self.block_ids.insert(id.to_owned())
            {
                self.fault(format!("`block_id` {id} already exists"), &at);
            }
            self.has_input |= block.get("type").is_some_and(|kind| kind == "input");
            self.kinds(block, BLOCKS, None, &at);
        }
    }

    /// An object whose `type` says which shape it has.
    fn kinds(&mut self, value: &Value, shapes: &'static [Shape], allowed: Option<&[&str]>, at: &str) {
        let Some(kind) = value.get("type").and_then(Value::as_str) else {
            return self.fault("missing required field: type", at);
        };
        let allowed = allowed.is_none_or(|allowed| allowed.contains(&kind));
        match shapes.iter().find(|shape| shape.kind == kind && allowed) {
            Some(shape) => self.shape(value, shape, at),
            None => self.fault(format!("unsupported type: {kind}"), &format!("{at}/type")),
        }
    }

    fn shape(&mut self, value: &Value, shape: &'static Shape, at: &str) {
        let Value::Object(object) = value else { return self.fault("must be an object", at) };
        for (name, value) in object {
            let at = format!("{at}/{name}");
            match shape.fields.iter().find(|field| field.name == name) {
                Some(field) => self.rule(value, &field.rule, &at),
                None if name == "type" && !shape.kind.is_empty() => self.exactly(value, shape.kind, &at),
                None => self.fault(format!("no more fields allowed: {name}"), &at),
            }
        }
        self.presence(object, shape, at);
    }

    fn presence(&mut self, object: &Map<String, Value>, shape: &Shape, at: &str) {
        if !shape.kind.is_empty() && !object.contains_key("type") {
            self.fault("missing required field: type", at);
        }
        for field in shape.fields.iter().filter(|field| field.needed && !object.contains_key(field.name)) {
            self.fault(format!("missing required field: {}", field.name), at);
        }
        let there = shape.one_of.iter().filter(|name| object.contains_key(**name)).count();
        // A section may have both.
        if !shape.one_of.is_empty() && (there == 0 || (there > 1 && shape.kind != "section")) {
            self.fault(format!("must define one of: {}", shape.one_of.join(", ")), at);
        }
    }

    fn exactly(&mut self, value: &Value, kind: &str, at: &str) {
        if value != kind {
            self.fault(format!("must be {kind}"), at);
        }
    }

    fn rule(&mut self, value: &Value, rule: &'static Rule, at: &str) {
        match rule {
            Rule::Flag if value.is_boolean() => {}
            Rule::Flag => self.fault("must be a boolean", at),
            Rule::Whole { least, most } => {
                if !value.as_u64().is_some_and(|number| (*least..=*most).contains(&number)) {
                    self.fault(format!("must be an integer from {least} to {most}"), at);
                }
            }
            Rule::Words { least, most } => self.words(value, *least, *most, at),
            Rule::OneOf(known) => {
                if !value.as_str().is_some_and(|word| known.contains(&word)) {
                    self.fault(format!("must be one of: {}", known.join(", ")), at);
                }
            }
            Rule::Url => {
                self.words(value, 1, 3_000, at);
                if !value
                    .as_str()
                    .is_some_and(|url| url.starts_with("https://") || url.starts_with("http://"))
                {
                    self.fault("must be a valid URL", at);
                }
            }
            Rule::ActionId => {
                self.words(value, 1, 255, at);
                let id = value.as_str().unwrap_or_default();
                if !self.action_ids.insert(id.to_owned()) {
                    self.fault(format!("`action_id` {id} already exists in this block"), at);
                }
            }
            Rule::Text { plain, most } => self.text(value, *plain, *most, at),
            Rule::Shape(shape) => self.shape(value, shape, at),
            Rule::List { least, most, of } => {
                for (number, item) in self.list(value, at, *least, *most).into_iter().flatten().enumerate() {
                    self.rule(item, of, &format!("{at}/{number}"));
                }
            }
            Rule::Element(allowed) => {
                let is_text = value.get("type").is_some_and(|kind| kind == "mrkdwn" || kind == "plain_text");
                if is_text {
                    self.measure(value.get("text"));
                }
                self.kinds(value, ELEMENTS, Some(allowed), at);
            }
            Rule::Blocks { most } => self.blocks(value, at, *most),
            Rule::Free => self.measure(Some(value)),
        }
    }

    fn list<'a>(&mut self, value: &'a Value, at: &str, least: usize, most: usize) -> Option<&'a Vec<Value>> {
        let Some(list) = value.as_array() else {
            self.fault("must be an array", at);
            return None;
        };
        if list.len() > most {
            self.fault(format!("no more than {most} items allowed"), at);
        }
        if list.len() < least {
            self.fault(format!("must provide at least {least} items"), at);
        }
        Some(list)
    }

    fn words(&mut self, value: &Value, least: usize, most: usize, at: &str) {
        let Some(words) = value.as_str() else { return self.fault("must be a string", at) };
        let length = words.chars().count();
        if length > most {
            self.fault(format!("must be less than {} characters", most + 1), at);
        }
        if length < least {
            self.fault(format!("must be more than {} characters", least.saturating_sub(1)), at);
        }
    }

    fn text(&mut self, value: &Value, plain: bool, most: usize, at: &str) {
        let Value::Object(object) = value else { return self.fault("must be an object", at) };
        let kind = object.get("type").and_then(Value::as_str).unwrap_or_default();
        let more = match kind {
            "plain_text" => "emoji",
            "mrkdwn" if !plain => "verbatim",
            _ => return self.fault(format!("unsupported type: {kind}"), &format!("{at}/type")),
        };
        for (name, value) in object {
            let at = format!("{at}/{name}");
            match name.as_str() {
                "type" => {}
                "text" => self.words(value, 1, most, &at),
                name if name == more => self.rule(value, &Rule::Flag, &at),
                name => self.fault(format!("no more fields allowed: {name}"), &at),
            }
        }
        if !object.contains_key("text") {
            self.fault("missing required field: text", at);
        }
        self.measure(object.get("text"));
    }

    /// Adds the characters of a text, or of all texts in what is not looked into.
    fn measure(&mut self, value: Option<&Value>) {
        match value {
            Some(Value::String(text)) => self.length += text.chars().count(),
            Some(Value::Array(list)) => list.iter().for_each(|item| self.measure_inside(item)),
            Some(object @ Value::Object(_)) => self.measure_inside(object),
            _ => {}
        }
    }

    fn measure_inside(&mut self, value: &Value) {
        match value {
            Value::Array(list) => list.iter().for_each(|item| self.measure_inside(item)),
            Value::Object(object) => {
                for (name, value) in object {
                    if name == "text" || !value.is_string() {
                        self.measure(Some(value));
                    }
                }
            }
            _ => {}
        }
    }
}
