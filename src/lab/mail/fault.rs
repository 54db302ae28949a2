//! What can be wrong with the mail server on purpose.

use std::time::Duration;

/// One thing that goes wrong until it is cleared, or once where its name says so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MailFault {
    /// Nobody listens: connections are refused, open ones are cut.
    Unreachable,
    /// This recipient does not exist: 550.
    RefuseRecipient(String),
    /// This recipient is refused with 451, once.
    RefuseOnce(String),
    /// `STARTTLS` is not offered and not known.
    NoStartTls,
    /// Every login is refused: 535.
    WrongPassword,
    /// The mail is kept, and the connection ends without an answer to the final dot.
    DropAfterDot,
    /// The greeting takes this long.
    SlowGreeting(Duration),
}
