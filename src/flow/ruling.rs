//! What became of a request, and the words in which the audit keeps it.

/// The audit row's words.
#[derive(Clone, Debug, Default)]
pub struct Audit {
    pub line: String,
    pub permission: String,
    pub ruling: Ruling,
    pub rule: Option<String>,
}

/// What became of a request, as far as the audit and the pressed button care.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Ruling {
    #[default]
    Allowed,
    Refused,
    /// Something was missing or must be confirmed.
    Asked,
    /// Too old to run without asking again.
    Stale,
    NotUnderstood,
    /// The identity belongs to no person.
    Stranger,
    /// The button is somebody else's, or not one.
    PressRefused,
    /// The person said no to a question.
    Cancelled,
}
