//! What can be wrong with a router on purpose, and the points at which it can be told to wait.

use std::time::Duration;

use chrono::{DateTime, Utc};

use super::reload::{ReloadStep, SaveTrouble};

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
    /// RESTCONF answers every request with this status and its `ietf-restconf:errors`: 401, 403, 500, 503 ...
    RestconfStatus(u16),
    /// The server before RESTCONF answers 502 with a page of HTML.
    RestconfHtml,
    /// Requests are taken and never answered.
    RestconfHang,
    /// Each answer takes this much longer.
    RestconfSlow(Duration),
    /// Nobody listens for HTTPS; SSH goes on.
    RestconfOff,
    /// A request with `fields` is answered 400, as by a release that does not know it.
    FieldsRefused,
    /// Paths that begin with these words (behind `/restconf/data/`) are not there: 404.
    ModelAbsent(String),
    /// Such paths are there and hold nothing: 204.
    ModelEmpty(String),
    /// All counters are zero again and `discontinuity-time` does not tell. Happens once, when it is put in force.
    CountersReset,
    /// All counters jump far ahead, and `discontinuity-time` tells. Happens once, when it is put in force.
    Discontinuity,
    /// An old release: `out-octets` wraps at 32 bits, and there is no `out-octets-64`.
    NarrowOutOctets,
    /// `discontinuity-time` moves by fractions of a second from answer to answer, and nothing happened.
    JitteringDiscontinuity,
    /// A list of one entry is the bare entry.
    ObjectForList,
    /// Every number is a string.
    NumbersAsStrings,
    /// Every 64-bit number is a number, not the string that RFC 7951 wants.
    StringsAsNumbers,
    /// The processor is this busy, percent.
    Cpu(u8),
    /// The processor goes from one percentage to the other in this time, and stays there.
    CpuClimb { from: u8, to: u8, over: Duration },
    /// So much of the pool `Processor` is used, percent.
    MemoryPool(u8),
    /// The router's own word for its memory: `Warning`, `Critical`.
    MemoryStatus(String),
    /// A port carries this percentage of its speed in both directions. Full names, here and below.
    PortLoad { port: String, percent: u8 },
    /// A port has lost its other end.
    PortDown(String),
    /// A person shut the port.
    PortShut(String),
    /// The port is in no answer.
    PortGone(String),
    /// The router's clock is off by so many seconds, in every answer and in the log.
    ClockOff(i64),
    /// The flag behind the save question is set, whatever is saved.
    Unsaved,
    /// The dialogue of `reload` is this one.
    ReloadAsks(Vec<ReloadStep>),
    /// Nothing can be saved.
    SaveFails(SaveTrouble),
    /// Another release wrote the saved configuration: one more question before it is written over.
    OverwriteAsked,
    /// All terminal lines are taken.
    LinesFull(LinesFull),
    /// A neighbour of BGP (an address), OSPF or CDP (a router's name) is not there.
    NeighbourGone(String),
    /// There is no BOOT variable, and `reload` warns of it.
    NoBootVariable,
    /// The file that the BOOT variable names is not in the flash.
    NoImage,
    /// `0x2142` passes over the saved configuration, and `reload` warns of it.
    ConfigRegister(u16),
}

/// What a connection sees when no terminal line is free.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LinesFull {
    Refused,
    /// Taken, and closed before a word.
    Closed,
    /// Taken, told this in a line, and closed.
    Says(String),
}

/// A fault, and from when on.
#[derive(Clone, Debug)]
pub(crate) struct InForce {
    pub fault: Fault,
    pub since: DateTime<Utc>,
}

impl InForce {
    /// The percentage that the processor is told to have.
    pub fn cpu(&self, at: DateTime<Utc>) -> Option<f64> {
        match &self.fault {
            Fault::Cpu(percent) => Some(f64::from(*percent)),
            Fault::CpuClimb { from, to, over } => {
                let gone = (at - self.since).as_seconds_f64().max(0.0);
                let way = (gone / over.max(&Duration::from_millis(1)).as_secs_f64()).min(1.0);
                Some(f64::from(*from) + (f64::from(*to) - f64::from(*from)) * way)
            }
            _ => None,
        }
    }

    pub fn memory(&self) -> Option<f64> {
        match self.fault {
            Fault::MemoryPool(percent) => Some(f64::from(percent)),
            _ => None,
        }
    }

    pub fn clock(&self) -> Option<i64> {
        match self.fault {
            Fault::ClockOff(seconds) => Some(seconds),
            _ => None,
        }
    }
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
    /// The answer to a question that begins with these words was received; nothing was done yet.
    AtQuestion(String),
    /// Such an answer was acted upon; nothing was said yet. After the last one the router goes, hold or not.
    AfterQuestion(String),
    /// A RESTCONF request was received whose path (behind `/restconf/data/` or
    /// `/restconf/operations/`) begins with these words; no words mean every request.
    AtRestconf(String),
    /// Such a request was done; its answer is withheld.
    AfterRestconf(String),
    /// A [`super::MailSink`] has a whole mail and kept it; its answer is withheld.
    AtMail,
    /// A fake service was called by a method of this name; nothing was done yet. No name means every call.
    BeforeCall(String),
    /// Such a call was done; its answer is withheld.
    AfterCall(String),
}
