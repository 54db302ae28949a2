//! Parameters as they came, against the table of the API: unknown names, wrong types and what is missing are refused,
//! in nested objects too. The real service overlooks unknown names; so does this if the plan says so.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::api::{API, Field, Kind, Method, Shape};
use super::refusal::Refusal;
use crate::lab::calls::{File, Param, Params};

/// What a method is called with, checked. A file that came as itself stands here as `attach://` and its name.
#[derive(Debug, Default)]
pub(crate) struct Args {
    values: Map<String, Value>,
    files: BTreeMap<String, File>,
}

const ATTACHED: &str = "attach://";

impl Args {
    pub fn check(method: &Method, params: &Params, strict: bool) -> Result<Args, Refusal> {
        let mut args = Args::default();
        for (name, param) in params.iter() {
            let field = method.fields.iter().find(|field| field.name == name);
            match (field, param) {
                (Some(field), param) => {
                    let value = top(field, param, strict)?;
                    args.values.insert(name.to_owned(), value);
                    if let Param::File(file) = param {
                        args.files.insert(name.to_owned(), file.clone());
                    }
                }
                // It may be attached to another parameter, which is seen at the end.
                (None, Param::File(file)) => {
                    args.files.insert(name.to_owned(), file.clone());
                }
                (None, _) if strict => return Err(unknown(name)),
                (None, _) => {}
            }
        }
        let missing =
            method.fields.iter().find(|field| field.required && !args.values.contains_key(field.name));
        if let Some(field) = missing {
            return Err(Refusal::bad(format_args!("{} is empty", spaced(field.name))));
        }
        let said = Value::Object(args.values.clone()).to_string();
        match args.files.keys().find(|name| !said.contains(&format!("\"{ATTACHED}{name}\""))) {
            Some(name) if strict => Err(unknown(name)),
            _ => Ok(args),
        }
    }

    pub fn get(&self, name: &str) -> Option<&Value> {
        self.values.get(name)
    }

    pub fn int(&self, name: &str) -> Option<i64> {
        self.get(name)?.as_i64()
    }

    pub fn text(&self, name: &str) -> Option<&str> {
        self.get(name)?.as_str()
    }

    pub fn flag(&self, name: &str) -> bool {
        self.get(name).and_then(Value::as_bool).unwrap_or_default()
    }

    /// The file that `attach://name` names.
    pub fn attached(&self, word: &str) -> Option<&File> {
        self.files.get(word.strip_prefix(ATTACHED)?)
    }
}

/// `message text is empty` and `message identifier is not specified` are said by the methods; the rest by its name.
fn spaced(name: &str) -> String {
    match name {
        "text" => "message text".to_owned(),
        name => name.to_owned(),
    }
}

fn unknown(name: &str) -> Refusal {
    Refusal::bad(format_args!("parameter \"{name}\" is unknown to this method (the lab is strict)"))
}

fn top(field: &Field, param: &Param, strict: bool) -> Result<Value, Refusal> {
    let wrong = || wrong_type(field.name, &field.kinds);
    let allows = |kind: &Kind| field.kinds.contains(kind);
    match param {
        Param::File(_) if allows(&Kind::InputFile) => Ok(Value::String(format!("{ATTACHED}{}", field.name))),
        Param::File(_) => Err(wrong()),
        Param::Json(Value::String(text)) | Param::Text(text)
            if allows(&Kind::String) || allows(&Kind::InputFile) =>
        {
            let number = matches!(param, Param::Text(_)) && allows(&Kind::Integer);
            match text.parse::<i64>() {
                Ok(number_said) if number => Ok(Value::from(number_said)),
                _ => Ok(Value::String(text.clone())),
            }
        }
        // Objects may come as the text of their JSON; numbers in a JSON body may not.
        Param::Json(Value::String(_)) if field.kinds.iter().all(simple) => Err(wrong()),
        Param::Json(_) | Param::Text(_) => {
            let value = param.json().ok_or_else(wrong)?;
            checked(field.name, &field.kinds, &value, strict)?;
            Ok(value)
        }
    }
}

fn simple(kind: &Kind) -> bool {
    matches!(kind, Kind::Integer | Kind::Float | Kind::Boolean | Kind::String | Kind::InputFile)
}

fn wrong_type(place: &str, kinds: &[Kind]) -> Refusal {
    let kinds: Vec<String> = kinds.iter().map(ToString::to_string).collect();
    Refusal::bad(format_args!("field \"{place}\" must be of type {}", kinds.join(" or ")))
}

/// Whether the value has one of these types; if none, the refusal of the type that it resembles most.
fn checked(place: &str, kinds: &[Kind], value: &Value, strict: bool) -> Result<(), Refusal> {
    let mut best: Option<(usize, Refusal)> = None;
    for kind in kinds {
        let Err(refusal) = is_of(place, kind, value, strict) else { return Ok(()) };
        let like = likeness(kind, value);
        if best.as_ref().is_none_or(|(most, _)| like > *most) {
            best = Some((like, refusal));
        }
    }
    match best {
        Some((likeness, refusal)) if likeness > 0 || kinds.len() == 1 => Err(refusal),
        _ => Err(wrong_type(place, kinds)),
    }
}

/// How many members of the value the type knows; a word that can be only one counts most.
fn likeness(kind: &Kind, value: &Value) -> usize {
    match (kind, value) {
        (Kind::Array(item), Value::Array(items)) => {
            1 + items.first().map_or(0, |first| likeness(item, first))
        }
        (Kind::Object(name), Value::Object(members)) => match API.shape(name) {
            Some(Shape::Fields(fields)) => {
                let known = |field: &&Field| members.contains_key(field.name);
                let named =
                    |field: &&Field| field.only.is_some_and(|only| said(members, field.name) == Some(only));
                fields.iter().filter(known).count() + 100 * fields.iter().filter(named).count()
            }
            Some(Shape::OneOf(names)) => {
                names.iter().map(|name| likeness(&Kind::Object(name), value)).max().unwrap_or_default()
            }
            None => 0,
        },
        _ => 0,
    }
}

fn said<'a>(members: &'a Map<String, Value>, name: &str) -> Option<&'a str> {
    members.get(name).and_then(Value::as_str)
}

fn is_of(place: &str, kind: &Kind, value: &Value, strict: bool) -> Result<(), Refusal> {
    let fits = match kind {
        Kind::Integer => value.is_i64() || value.is_u64(),
        Kind::Float => value.is_number(),
        Kind::Boolean => value.is_boolean(),
        Kind::String | Kind::InputFile => value.is_string(),
        Kind::Array(item) => {
            let Value::Array(items) = value else {
                return Err(wrong_type(place, std::slice::from_ref(kind)));
            };
            return items.iter().try_for_each(|one| checked(place, std::slice::from_ref(item), one, strict));
        }
        Kind::Object(name) => return object(place, name, value, strict),
    };
    if fits { Ok(()) } else { Err(wrong_type(place, std::slice::from_ref(kind))) }
}

fn object(place: &str, name: &'static str, value: &Value, strict: bool) -> Result<(), Refusal> {
    let fields = match API.shape(name) {
        Some(Shape::Fields(fields)) => fields,
        Some(Shape::OneOf(names)) => {
            let kinds: Vec<Kind> = names.iter().map(|name| Kind::Object(name)).collect();
            return checked(place, &kinds, value, strict);
        }
        None => return Err(Refusal::bad(format_args!("type {name} is not played by the lab"))),
    };
    let Value::Object(members) = value else { return Err(wrong_type(place, &[Kind::Object(name)])) };
    for (member, value) in members {
        let Some(field) = fields.iter().find(|field| field.name == member) else {
            if !strict {
                continue;
            }
            return Err(Refusal::bad(format_args!("{name} has no field \"{member}\" (the lab is strict)")));
        };
        checked(member, &field.kinds, value, strict)?;
        if field.only.is_some_and(|only| value.as_str() != Some(only)) {
            return Err(Refusal::bad(format_args!("field \"{member}\" of {name} has another value")));
        }
    }
    match fields.iter().find(|field| field.required && !members.contains_key(field.name)) {
        Some(field) => {
            Err(Refusal::bad(format_args!("can't parse {name}: Can't find field \"{}\"", field.name)))
        }
        None => Ok(()),
    }
}
