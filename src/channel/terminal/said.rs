//! What the terminal stores of an update: its own small form, which only it reads.

use crate::model::{Token, What};
use serde::{Deserialize, Serialize};

/// `{"line": "..."}`, `{"press": "<token>"}`, `{"leave": true}`
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Said {
    Line(String),
    Press(Token),
    Leave(bool),
}

impl Said {
    pub fn raw(&self) -> String {
        // Strings and a truth value always have a JSON form.
        serde_json::to_string(self).unwrap_or_default()
    }

    pub fn what(raw: &str) -> Option<What> {
        match serde_json::from_str(raw).ok()? {
            Said::Line(line) => Some(What::Line(line)),
            Said::Press(token) => Some(What::Press(token)),
            Said::Leave(leaves) => leaves.then_some(What::Leave),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_stored_reads_back() {
        for (said, raw, what) in [
            (Said::Line("/a \"b\"".into()), r#"{"line":"/a \"b\""}"#, What::Line("/a \"b\"".into())),
            (Said::Press(Token("ab".into())), r#"{"press":"ab"}"#, What::Press(Token("ab".into()))),
            (Said::Leave(true), r#"{"leave":true}"#, What::Leave),
        ] {
            assert_eq!(said.raw(), raw);
            assert_eq!(Said::what(raw), Some(what));
        }
        for raw in ["", "{}", "x", r#"{"leave":false}"#, r#"{"dance":1}"#] {
            assert_eq!(Said::what(raw), None, "{raw}");
        }
    }
}
