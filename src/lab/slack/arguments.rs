//! The arguments of one call, checked against the table: every name is known, every needed one is there, and each is
//! of its type, whether it came as JSON or as text of a form.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::methods::{Kind, Method, Parameter};
use super::refusal::Refusal;
use crate::lab::calls::{Param, Params};

/// By name: a text is a string, a flag a bool, a number a number; lists and objects are themselves.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Arguments(BTreeMap<String, Value>);

impl Arguments {
    /// Messages name every fault at once.
    pub fn checked(method: &'static Method, params: &Params) -> Result<Arguments, Refusal> {
        let (mut given, mut wrong) = (BTreeMap::new(), Vec::new());
        for (name, param) in params.iter() {
            match method.parameter(name) {
                Some(parameter) => match read(parameter, param) {
                    Ok(Some(value)) => drop(given.insert(name.to_owned(), value)),
                    Ok(None) => {}
                    Err(reason) => wrong.push(format!("{reason} [json-pointer:/{name}]")),
                },
                None => wrong.push(format!("unknown parameter: {name}")),
            }
        }
        let missing = method.parameters.iter().filter(|one| one.needed && !given.contains_key(one.name));
        wrong.extend(missing.map(|one| format!("missing required field: {}", one.name)));
        if wrong.is_empty() {
            Ok(Arguments(given))
        } else {
            Err(Refusal::because("invalid_arguments", wrong))
        }
    }

    /// None is also an empty text, which the service takes for none.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.get(name)?.as_str().filter(|text| !text.is_empty())
    }

    pub fn needed(&self, name: &str) -> Result<&str, Refusal> {
        let reason = || Refusal::because("invalid_arguments", [format!("missing required field: {name}")]);
        self.text(name).ok_or_else(reason)
    }

    pub fn flag(&self, name: &str) -> bool {
        self.get(name).and_then(Value::as_bool).unwrap_or_default()
    }

    pub fn number(&self, name: &str) -> Option<u64> {
        self.get(name)?.as_u64()
    }

    pub fn words(&self, name: &str) -> Vec<String> {
        let list = self.get(name).and_then(Value::as_array).into_iter().flatten();
        list.filter_map(Value::as_str).map(str::to_owned).collect()
    }

    pub fn list(&self, name: &str) -> Option<&Vec<Value>> {
        self.get(name)?.as_array()
    }

    pub fn get(&self, name: &str) -> Option<&Value> {
        self.0.get(name)
    }

    /// For the log: everything but the token.
    pub fn value(&self) -> Value {
        json!(self.0.iter().filter(|(name, _)| *name != "token").collect::<BTreeMap<_, _>>())
    }
}

/// None is JSON's `null`, which is as if it were not there.
fn read(parameter: &Parameter, param: &Param) -> Result<Option<Value>, &'static str> {
    if *param == Param::Json(Value::Null) {
        return Ok(None);
    }
    let value = match parameter.kind {
        Kind::Text | Kind::Ts => text(param).map(Value::String).ok_or("must be a string"),
        Kind::Flag => flag(param).map(Value::Bool).ok_or("must be a boolean"),
        Kind::Number => number(param).map(Value::from).ok_or("must be an integer"),
        Kind::Words => words(param).ok_or("must be a comma-separated list of strings"),
        Kind::List => param.json().filter(Value::is_array).ok_or("must be an array"),
        Kind::Object => param.json().filter(Value::is_object).ok_or("must be an object"),
    };
    value.map(Some)
}

fn text(param: &Param) -> Option<String> {
    match param {
        Param::Text(text) | Param::Json(Value::String(text)) => Some(text.clone()),
        Param::Json(_) | Param::File(_) => None,
    }
}

fn flag(param: &Param) -> Option<bool> {
    match param.text()?.to_ascii_lowercase().as_str() {
        "true" | "1" => Some(true),
        "false" | "0" => Some(false),
        _ => None,
    }
}

fn number(param: &Param) -> Option<u64> {
    param.text()?.parse().ok()
}

fn words(param: &Param) -> Option<Value> {
    if let Param::Json(Value::Array(list)) = param {
        return list.iter().all(Value::is_string).then(|| Value::Array(list.clone()));
    }
    let text = text(param)?;
    Some(text.split(',').map(str::trim).filter(|word| !word.is_empty()).collect())
}
