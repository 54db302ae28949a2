//! What RESTCONF says when it says no: a status and `ietf-restconf:errors` (RFC 8040, 7.1), in the words of IOS XE.

use serde_json::{Value, json};

/// A status, and the path that it is about, where one is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub status: u16,
    kind: &'static str,
    tag: &'static str,
    message: &'static str,
    path: Option<String>,
    /// The method that this path takes.
    pub allow: &'static str,
}

impl Refusal {
    pub fn of_status(status: u16) -> Refusal {
        let (kind, tag, message) = match status {
            400 => ("application", "malformed-message", ""),
            401 => ("protocol", "access-denied", ""),
            403 => ("application", "access-denied", ""),
            404 => ("application", "invalid-value", "uri keypath not found"),
            405 => ("protocol", "operation-not-supported", "method not allowed"),
            406 => ("protocol", "invalid-value", "only application/yang-data+json is served here"),
            415 => ("protocol", "invalid-value", "only application/yang-data+json is taken here"),
            409 => (
                "application",
                "in-use",
                "the configuration database is locked by session 18 yang_mgmt_infra tcp (system from 127.0.0.1)",
            ),
            503 => ("application", "resource-denied", "too many sessions"),
            _ => ("application", "operation-failed", "internal error"),
        };
        Refusal { status, kind, tag, message, path: None, allow: "GET" }
    }

    pub fn not_found(path: &str) -> Refusal {
        Refusal { path: Some(format!("/restconf/data/{path}")), ..Refusal::of_status(404) }
    }

    pub fn only_post() -> Refusal {
        Refusal { allow: "POST", ..Refusal::of_status(405) }
    }

    pub fn malformed(message: &'static str) -> Refusal {
        Refusal { message, ..Refusal::of_status(400) }
    }

    pub fn unknown(message: &'static str) -> Refusal {
        Refusal { tag: "unknown-element", message, ..Refusal::of_status(400) }
    }

    /// What the router says when IOS itself did not want to.
    pub fn device_refused() -> Refusal {
        Refusal {
            tag: "invalid-value",
            message: "inconsistent value: Device refused one or more commands",
            ..Refusal::of_status(400)
        }
    }

    pub fn body(&self) -> Value {
        let mut error = json!({ "error-type": self.kind, "error-tag": self.tag });
        if let Some(error) = error.as_object_mut() {
            if let Some(path) = &self.path {
                error.insert("error-path".to_owned(), json!(path));
            }
            if !self.message.is_empty() {
                error.insert("error-message".to_owned(), json!(self.message));
            }
        }
        json!({ "ietf-restconf:errors": { "error": [error] } })
    }
}
