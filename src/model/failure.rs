//! What went wrong, in two texts: `public` for the operator (what, on which device, what to do
//! next), `detail` for the log. Neither holds a secret, a banner or a path.

use super::text::Text;
use serde::{Deserialize, Serialize};

/// Why, as far as the operator must act differently.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// The person or the rules say no.
    Refused,
    /// What was typed cannot be understood.
    Input,
    /// The router answered and said no.
    DeviceSaidNo,
    /// The line to the router broke or was never there.
    LineBroke,
    /// Something took longer than its deadline.
    TimedOut,
    /// The router refused the login.
    Login,
    /// The bot itself cannot: disk, database, key.
    Own,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Failure {
    pub kind: Kind,
    pub public: Text,
    pub detail: String,
}

impl Failure {
    pub fn new(kind: Kind, public: Text) -> Self {
        Failure { kind, public, detail: String::new() }
    }

    #[must_use]
    pub fn with_detail(mut self, detail: impl ToString) -> Self {
        self.detail = detail.to_string();
        self
    }
}
