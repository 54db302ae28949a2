//! Placeholder until the reader is joined.
use serde::{Deserialize, Serialize};
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pending {
    pub in_minutes: Option<u32>,
    pub at: Option<String>,
    pub by: Option<String>,
    pub reason: Option<String>,
}
pub fn pending(_: &str) -> Option<Pending> {
    None
}
