//! The calls of the bot, as tests read them: what was asked, when, and what came of it.

use chrono::{DateTime, Utc};
use serde_json::Value;

/// One call.
#[derive(Clone, Debug, PartialEq)]
pub struct Call {
    pub at: DateTime<Utc>,
    /// The method of the bot, or the path of the account.
    pub method: String,
    pub args: Value,
    /// None while it waits, and for ever when it hangs or was cut.
    pub answer: Option<Value>,
}

impl Call {
    /// The number of the refusal; 0 is none.
    pub fn code(&self) -> Option<i64> {
        let answer = self.answer.as_ref()?;
        let code = answer.get("error_code").or_else(|| answer.get("error"));
        Some(code.and_then(Value::as_i64).unwrap_or(0))
    }
}

/// So many are remembered; a lab that runs for weeks must not grow.
pub(crate) const CALLS: usize = 20_000;
