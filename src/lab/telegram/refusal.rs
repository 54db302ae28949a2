//! A call that is refused: the status, and the words that the real service has for it. Bots read these words, so they
//! are the service's own wherever they are known.

use serde_json::{Value, json};

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Refusal {
    pub code: u16,
    pub description: String,
    parameters: Option<Value>,
}

impl Refusal {
    pub fn new(code: u16, description: impl Into<String>) -> Refusal {
        Refusal { code, description: description.into(), parameters: None }
    }

    pub fn bad(what: impl std::fmt::Display) -> Refusal {
        Refusal::new(400, format!("Bad Request: {what}"))
    }

    pub fn forbidden(what: impl std::fmt::Display) -> Refusal {
        Refusal::new(403, format!("Forbidden: {what}"))
    }

    pub fn not_found() -> Refusal {
        Refusal::new(404, "Not Found")
    }

    pub fn conflict(what: impl std::fmt::Display) -> Refusal {
        Refusal::new(409, format!("Conflict: {what}"))
    }

    pub fn too_many(retry_after: u64) -> Refusal {
        Refusal {
            parameters: Some(json!({ "retry_after": retry_after })),
            ..Refusal::new(429, format!("Too Many Requests: retry after {retry_after}"))
        }
    }

    pub fn migrated(to: i64) -> Refusal {
        Refusal {
            parameters: Some(json!({ "migrate_to_chat_id": to })),
            ..Refusal::bad("group chat was upgraded to a supergroup chat")
        }
    }

    /// Of a 429, in seconds.
    pub fn retry_after(&self) -> Option<u64> {
        self.parameters.as_ref()?.get("retry_after")?.as_u64()
    }

    pub fn body(&self) -> Value {
        let mut body = json!({ "ok": false, "error_code": self.code, "description": self.description });
        if let (Some(parameters), Some(body)) = (&self.parameters, body.as_object_mut()) {
            body.insert("parameters".to_owned(), parameters.clone());
        }
        body
    }
}
