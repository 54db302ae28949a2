//! What can be wrong with a router on purpose, and the points at which it can be told to wait.

use std::time::Duration;

/// One thing that goes wrong until it is cleared; several may be in force at once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Nobody listens: connections are refused, open ones are cut.
    Unreachable,
    /// The connection is taken and nothing is ever said.
    SilentAfterConnect,
    /// The login is good, and then no prompt comes.
    HangAfterLogin,
    /// Each line of an output takes this long.
    SlowPerLine(Duration),
    /// The connection breaks when about so many bytes of an output of `show running-config` have left.
    DropInTheMiddle(usize),
    /// Every password is refused.
    WrongPassword,
    /// `show running-config` stops at a third, without `end`; then the prompt comes.
    TruncatedConfiguration,
    /// `show running-config` prints nothing.
    EmptyConfiguration,
    /// The message of the day ends in `#`; without `newline` the prompt stands right behind it.
    BannerEndingInHash { newline: bool },
    /// Log lines come in between the lines of an output.
    LogLinesInOutput,
    /// `terminal length` is not allowed.
    PagingRefused,
    /// Two lines about load and time stand before each output.
    ExecPromptTimestamp,
    /// The right enable password is refused too.
    EnableRefused,
    /// Commands that begin with these words are not allowed.
    AuthorizationFailed(String),
    /// What the router says arrives in pieces of this many bytes.
    SmallPieces(usize),
}

/// Where a router can be told to withhold its answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Point {
    /// The connection is taken, nothing was said yet.
    AfterConnect,
    /// The login was right, its acceptance is withheld.
    AtLogin,
    /// A line that begins with these words (typed or in full) was received; nothing was done yet.
    AtCommand(String),
    /// Such a line was done, and half of its output was printed.
    MiddleOf(String),
}
