//! Which commands a service's own menu offers, and to whom.

use super::person::Identity;
use super::request::Destination;

/// One menu of commands, in the order in which they are shown.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Menu {
    pub audience: Audience,
    /// ISO 639-1 code of its words; `None` for everybody whose language has no menu of its own.
    pub language: Option<String>,
    pub entries: Vec<Entry>,
}

/// Who sees a menu. The narrowest that fits a reader counts.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Audience {
    /// Whoever the bot does not know.
    Everybody,
    /// All who are in this chat.
    Place(Destination),
    /// One person in a chat with the bot alone, or in a group.
    Person { place: Destination, who: Identity },
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Entry {
    /// Without `/`.
    pub command: String,
    pub about: String,
}
