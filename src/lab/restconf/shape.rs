//! How an answer's numbers and lists are written, and the ways in which releases differ from each other.

use serde_json::Value;

use crate::lab::fault::Fault;

/// Applies the faults about shapes to a whole answer.
pub(crate) fn shaped(mut answer: Value, faults: &[Fault]) -> Value {
    for fault in faults {
        match fault {
            Fault::ObjectForList => bare(&mut answer),
            Fault::NumbersAsStrings => strings(&mut answer),
            Fault::StringsAsNumbers => numbers(&mut answer, ""),
            _ => {}
        }
    }
    answer
}

/// A container without anything in it is no content: 204.
pub(crate) fn empty(value: &Value) -> bool {
    match value {
        Value::Object(children) => children.values().all(empty),
        Value::Array(entries) => entries.is_empty(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => false,
    }
}

fn children(value: &mut Value) -> Box<dyn Iterator<Item = (&str, &mut Value)> + '_> {
    match value {
        Value::Object(children) => Box::new(children.iter_mut().map(|(name, child)| (name.as_str(), child))),
        Value::Array(entries) => Box::new(entries.iter_mut().map(|entry| ("", entry))),
        _ => Box::new(std::iter::empty()),
    }
}

fn bare(value: &mut Value) {
    children(value).for_each(|(_, child)| bare(child));
    if let Value::Array(entries) = value
        && entries.len() == 1
    {
        *value = entries.pop().unwrap_or_default();
    }
}

fn strings(value: &mut Value) {
    children(value).for_each(|(_, child)| strings(child));
    if let Value::Number(number) = value {
        *value = Value::String(number.to_string());
    }
}

/// Words stay words, also where a person wrote digits.
fn numbers(value: &mut Value, name: &str) {
    children(value).for_each(|(name, child)| numbers(child, name));
    if let Value::String(text) = value
        && !matches!(name, "name" | "description" | "vrf")
        && let Ok(number) = text.parse::<u64>()
    {
        *value = number.into();
    }
}
