//! The parameter `fields` (RFC 8040, 4.8.3): `a;b(c;d)` and `a/b` both enter, and an answer is cut down to them.

use std::collections::BTreeMap;

use serde_json::Value;

use super::refusal::Refusal;

/// What is wanted of a node; nothing named is all of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Fields(BTreeMap<String, Fields>);

/// Deeper than any model.
const DEPTH: usize = 12;

impl Fields {
    pub fn parse(text: &str) -> Result<Fields, Refusal> {
        let mut rest = text;
        let fields = Fields::list(&mut rest, 0)?;
        if rest.is_empty() { Ok(fields) } else { Err(wrong()) }
    }

    fn list(rest: &mut &str, depth: usize) -> Result<Fields, Refusal> {
        let mut fields = Fields::default();
        loop {
            fields.one(rest, depth)?;
            match rest.strip_prefix(';') {
                Some(after) => *rest = after,
                None => return Ok(fields),
            }
        }
    }

    fn one(&mut self, rest: &mut &str, depth: usize) -> Result<(), Refusal> {
        let end = rest.find([';', '/', '(', ')']).unwrap_or(rest.len());
        let (name, after) = rest.split_at_checked(end).unwrap_or((rest, ""));
        let name = name.split_once(':').map_or(name, |(_, name)| name);
        if name.is_empty() || depth > DEPTH {
            return Err(wrong());
        }
        let below = self.0.entry(name.to_owned()).or_default();
        *rest = after;
        if let Some(after) = rest.strip_prefix('/') {
            *rest = after;
            return below.one(rest, depth + 1);
        }
        if let Some(after) = rest.strip_prefix('(') {
            *rest = after;
            let inner = Fields::list(rest, depth + 1)?;
            below.0.extend(inner.0);
            *rest = rest.strip_prefix(')').ok_or_else(wrong)?;
        }
        Ok(())
    }

    /// Cuts the answer down. A name that the model does not have is refused, as by a release that does not know it.
    pub fn cut(&self, value: Value) -> Result<Value, Refusal> {
        match value {
            Value::Array(entries) => entries.into_iter().map(|entry| self.cut(entry)).collect(),
            whole if self.0.is_empty() => Ok(whole),
            Value::Object(mut children) => {
                let mut kept = serde_json::Map::new();
                for (name, below) in &self.0 {
                    let child = children
                        .remove(name)
                        .ok_or_else(|| Refusal::unknown("a field is not in the model"))?;
                    kept.insert(name.clone(), below.cut(child)?);
                }
                Ok(Value::Object(kept))
            }
            _ => Err(Refusal::unknown("a leaf has no fields")),
        }
    }
}

fn wrong() -> Refusal {
    Refusal::malformed("the parameter fields cannot be read")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn cut(fields: &str) -> Result<Value, u16> {
        let value = json!([{ "a": 1, "b": { "c": 2, "d": { "e": 3 } } }]);
        Fields::parse(fields).and_then(|fields| fields.cut(value)).map_err(|refusal| refusal.status)
    }

    #[test]
    fn both_forms_cut_the_same() {
        assert_eq!(cut("a"), Ok(json!([{ "a": 1 }])));
        assert_eq!(cut("a;b(c;d(e))"), Ok(json!([{ "a": 1, "b": { "c": 2, "d": { "e": 3 } } }])));
        assert_eq!(cut("m:b/d/e"), Ok(json!([{ "b": { "d": { "e": 3 } } }])));
        assert_eq!(cut("b/c;b/d"), cut("b(c;d)"));
        assert_eq!(cut("b(d/e)"), cut("b/d"));
        for wrong in ["", "a;", "a(b", "b(c))", "/a", "x", "a(b)", "b/x", &"b(".repeat(99)] {
            assert_eq!(cut(wrong), Err(400), "{wrong}");
        }
    }
}
