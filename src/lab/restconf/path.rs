//! The path of a request: percent-encoded segments enter, the part of a tree that they name leaves.

use serde_json::{Map, Value};

use super::refusal::Refusal;

/// One segment: a name, and the key of a list's entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Segment {
    pub name: String,
    pub key: Option<String>,
}

/// `a:b/c=d%2Fe`, as it stood in the request. Keys are decoded after the path was cut at its slashes (RFC 8040, 3.5.3).
pub(crate) fn segments(path: &str) -> Result<Vec<Segment>, Refusal> {
    path.split('/').map(segment).collect()
}

fn segment(raw: &str) -> Result<Segment, Refusal> {
    let (name, key) = match raw.split_once('=') {
        Some((name, key)) => (name, Some(decoded(key)?)),
        None => (raw, None),
    };
    let name = decoded(name)?;
    if name.is_empty() || key.as_ref().is_some_and(String::is_empty) {
        return Err(Refusal::malformed("empty path segment or key"));
    }
    Ok(Segment { name, key })
}

/// Percent-encoding undone; what is no encoding of UTF-8 is malformed.
pub(crate) fn decoded(text: &str) -> Result<String, Refusal> {
    let mut bytes = Vec::new();
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte != b'%' {
            bytes.push(byte);
            continue;
        }
        let digit = |byte: Option<u8>| byte.and_then(|byte| char::from(byte).to_digit(16));
        let (Some(high), Some(low)) = (digit(rest.next()), digit(rest.next())) else {
            return Err(Refusal::malformed("bad percent-encoding"));
        };
        bytes.push(u8::try_from(high * 16 + low).unwrap_or(0));
    }
    String::from_utf8(bytes).map_err(|_| Refusal::malformed("the path is no UTF-8"))
}

/// Follows the segments below the top one. One entry of a list is a list of that entry. `keys` gives the name of the
/// key of a list.
pub(crate) fn part(
    tree: Value,
    below: &[Segment],
    keys: fn(&str) -> &'static str,
    asked: &str,
) -> Result<Value, Refusal> {
    let mut here = tree;
    for (number, segment) in below.iter().enumerate() {
        let last = number + 1 == below.len();
        let child = match here {
            Value::Object(mut children) => take(&mut children, &segment.name),
            _ => None,
        };
        here = match (child.ok_or_else(|| Refusal::not_found(asked))?, &segment.key) {
            (Value::Array(entries), Some(key)) => {
                let key_name = keys(&segment.name);
                let its = |entry: &Value| entry.get(key_name).and_then(Value::as_str) == Some(key.as_str());
                let entry = entries.into_iter().find(its).ok_or_else(|| Refusal::not_found(asked))?;
                if last { Value::Array(vec![entry]) } else { entry }
            }
            (Value::Array(_), None) if !last => return Err(Refusal::malformed("missing key of a list")),
            (_, Some(_)) => return Err(Refusal::malformed("only a list has a key")),
            (other, None) => other,
        };
    }
    Ok(here)
}

/// A name may carry its module's.
fn take(children: &mut Map<String, Value>, name: &str) -> Option<Value> {
    let plain = name.split_once(':').map_or(name, |(_, name)| name);
    children.remove(plain)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn ask(path: &str) -> Result<Value, u16> {
        let tree =
            json!({ "interface": [{ "name": "Gi0/1", "statistics": { "in": "5" } }, { "name": "Lo0" }] });
        let found = segments(path).and_then(|all| part(tree, &all[1..], |_| "name", path));
        found.map_err(|refusal| refusal.status)
    }

    #[test]
    fn paths_lead_to_parts() {
        assert_eq!(ask("m:top/interface=Lo0"), Ok(json!([{ "name": "Lo0" }])));
        assert_eq!(ask("m:top/interface=Gi0%2F1/statistics/in"), Ok(json!("5")));
        assert_eq!(ask("m:top/m:interface=Gi0%2f1/statistics"), Ok(json!({ "in": "5" })));
        assert_eq!(ask("m:top/interface").map(|all| all.as_array().unwrap().len()), Ok(2));
        for (path, status) in [
            ("m:top/interface=Gi0/1", 404),
            ("m:top/interface=Lo0/1", 404),
            ("m:top/interface=gi0%2F1", 404),
            ("m:top/interface=Gi0%252F1", 404),
            ("m:top/interface/statistics", 400),
            ("m:top/interface=Gi0%2F1/statistics=5", 400),
            ("m:top/interface=", 400),
            ("m:top//interface", 400),
            ("m:top/interface=%zz", 400),
            ("m:top/other", 404),
        ] {
            assert_eq!(ask(path), Err(status), "{path}");
        }
    }
}
