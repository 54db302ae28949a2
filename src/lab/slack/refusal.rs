//! Why a call was not done, as the service says it: HTTP 200, `ok: false`, a word, and sometimes messages.

use serde_json::{Map, Value, json};

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Refusal {
    pub error: String,
    /// `[ERROR] missing required field: channel`
    pub messages: Vec<String>,
    /// What stands beside the error: `needed`, `provided`.
    pub more: Map<String, Value>,
}

impl Refusal {
    pub fn new(error: impl Into<String>) -> Refusal {
        Refusal { error: error.into(), messages: Vec::new(), more: Map::new() }
    }

    /// An error with reasons; each is a sentence without its `[ERROR]`.
    pub fn because(error: &str, reasons: impl IntoIterator<Item = String>) -> Refusal {
        let messages = reasons.into_iter().map(|reason| format!("[ERROR] {reason}")).collect();
        Refusal { messages, ..Refusal::new(error) }
    }

    pub fn missing_scope(needed: &[&str], provided: &[String]) -> Refusal {
        let mut refusal = Refusal::new("missing_scope");
        refusal.more.insert("needed".to_owned(), json!(needed.join(",")));
        refusal.more.insert("provided".to_owned(), json!(provided.join(",")));
        refusal
    }

    pub fn body(&self) -> Value {
        let mut body = Map::new();
        body.insert("ok".to_owned(), json!(false));
        body.insert("error".to_owned(), json!(self.error));
        body.extend(self.more.clone());
        if !self.messages.is_empty() {
            body.insert("response_metadata".to_owned(), json!({ "messages": self.messages }));
        }
        Value::Object(body)
    }
}

/// What a method answers, without its `ok: true`.
pub(crate) type Answered = Result<Value, Refusal>;
