//! The part of the Bot API that is played, read from `api.txt`: methods with their parameters, and the types of what
//! these hold. A test compares it with the description of the whole API, so that it cannot drift.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

pub(crate) static API: LazyLock<Api> = LazyLock::new(|| Api::read(include_str!("api.txt")));

#[derive(Debug, Default)]
pub(crate) struct Api {
    /// By its name in small letters: the service does not mind the case.
    methods: BTreeMap<String, Method>,
    shapes: BTreeMap<&'static str, Shape>,
    /// Methods of the service that are not played, in small letters.
    others: BTreeSet<String>,
}

#[derive(Debug)]
pub(crate) struct Method {
    pub name: &'static str,
    pub fields: Vec<Field>,
}

#[derive(Debug)]
pub(crate) enum Shape {
    Fields(Vec<Field>),
    OneOf(Vec<&'static str>),
}

#[derive(Debug)]
pub(crate) struct Field {
    pub name: &'static str,
    pub required: bool,
    /// Any of these.
    pub kinds: Vec<Kind>,
    /// The one value that it may have.
    pub only: Option<&'static str>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Integer,
    Float,
    Boolean,
    String,
    InputFile,
    Object(&'static str),
    Array(Box<Kind>),
}

impl Api {
    fn read(text: &'static str) -> Api {
        let mut api = Api::default();
        let mut lines = text.lines().filter(|line| !line.starts_with('#')).peekable();
        while let Some(line) = lines.next() {
            if let Some(others) = line.strip_prefix("- ") {
                api.others.extend(others.split(' ').map(str::to_ascii_lowercase));
            } else if let Some((name, of)) = line.split_once(" = ") {
                api.shapes.insert(name, Shape::OneOf(of.split('|').collect()));
            } else {
                let mut fields = Vec::new();
                while let Some(field) = lines.next_if(|line| line.starts_with("  ")) {
                    fields.push(Field::read(field.trim_start()));
                }
                if line.starts_with(|first: char| first.is_ascii_lowercase()) {
                    api.methods.insert(line.to_ascii_lowercase(), Method { name: line, fields });
                } else {
                    api.shapes.insert(line, Shape::Fields(fields));
                }
            }
        }
        api
    }

    pub fn method(&self, name: &str) -> Option<&Method> {
        self.methods.get(&name.to_ascii_lowercase())
    }

    pub fn shape(&self, name: &str) -> Option<&Shape> {
        self.shapes.get(name)
    }

    /// Whether the service has this method, and it is not played here.
    pub fn is_not_played(&self, name: &str) -> bool {
        self.others.contains(&name.to_ascii_lowercase())
    }

    #[cfg(test)]
    pub fn methods(&self) -> impl Iterator<Item = &Method> {
        self.methods.values()
    }

    #[cfg(test)]
    pub fn shapes(&self) -> impl Iterator<Item = (&&'static str, &Shape)> {
        self.shapes.iter()
    }

    #[cfg(test)]
    pub fn others(&self) -> &BTreeSet<String> {
        &self.others
    }
}

impl Field {
    fn read(line: &'static str) -> Field {
        let (line, only) = line.split_once(" = ").map_or((line, None), |(line, only)| (line, Some(only)));
        let (name, kinds) = line.split_once(' ').unwrap_or((line, ""));
        let (name, required) = name.strip_suffix('!').map_or((name, false), |name| (name, true));
        Field { name, required, kinds: kinds.split('|').map(Kind::read).collect(), only }
    }
}

impl Kind {
    fn read(word: &'static str) -> Kind {
        match word {
            "Integer" => Kind::Integer,
            "Float" => Kind::Float,
            "Boolean" => Kind::Boolean,
            "String" => Kind::String,
            "InputFile" => Kind::InputFile,
            other => match other.strip_prefix("[]") {
                Some(item) => Kind::Array(Box::new(Kind::read(item))),
                None => Kind::Object(other),
            },
        }
    }
}

impl std::fmt::Display for Kind {
    fn fmt(&self, to: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Kind::Integer => to.write_str("Integer"),
            Kind::Float => to.write_str("Float"),
            Kind::Boolean => to.write_str("Boolean"),
            Kind::String => to.write_str("String"),
            Kind::InputFile => to.write_str("InputFile"),
            Kind::Object(name) => to.write_str(name),
            Kind::Array(item) => write!(to, "Array of {item}"),
        }
    }
}
