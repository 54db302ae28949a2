//! What a notice says, as a document: the verdict first, complete in a phone's notification, then where
//! and since when, then what can be done about it.

use crate::model::board::Vitals;
use crate::model::{Again, Alert, Device, Document, Notice, PersonId, Timestamp};

/// What is known around an alert when it is told.
#[derive(Clone, Copy)]
pub struct About<'a> {
    pub device: &'a Device,
    /// What was last seen of the router, for descriptions and reasons.
    pub vitals: Option<&'a Vitals>,
    /// The name of a person.
    pub people: &'a dyn Fn(PersonId) -> String,
    pub now: Timestamp,
}

/// Whether an alert that fires now fires again: `earlier` are the incidents of the same key, newest
/// first, each as first breach and end.
pub fn again(earlier: &[(Timestamp, Timestamp)], since: Timestamp, now: Timestamp) -> Option<Again> {
    let _ = (earlier, since, now);
    None
}

/// What is pushed, or what the first message says now (for `Edited`).
pub fn document(notice: &Notice, about: &About<'_>) -> Document {
    first_message(&notice.alert, about)
}

/// The first message of an incident as it reads now; without buttons when it is over.
pub fn first_message(alert: &Alert, about: &About<'_>) -> Document {
    let _ = (alert, about);
    Document::default()
}
