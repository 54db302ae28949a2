//! The ports that a channel may ask of the house: where a pair of tokens is kept that its service rotates, and
//! where it is noted whether a place can be reached. `app` joins them to the store; nothing here knows one.

use super::Later;
use crate::model::{Secret, Text, Timestamp};

/// A token that is used, and one that is given away for the next pair.
#[derive(Clone, Debug)]
pub struct Pair {
    /// None: it is made by the first renewal.
    pub access: Option<Secret>,
    pub refresh: Secret,
    pub issued_at: Timestamp,
    /// When `access` runs out.
    pub until: Timestamp,
}

/// Where pairs of tokens are kept. What goes wrong is told in words that hold no token.
pub trait Vault: Send + Sync {
    fn pair<'a>(&'a self, channel: &'a str) -> Later<'a, Result<Option<Pair>, String>>;

    /// The pair is about to be given away for a new one, which kills it. Ok means that what comes next can be
    /// kept: without that nobody may ask for it.
    fn renewing<'a>(&'a self, channel: &'a str) -> Later<'a, Result<(), String>>;

    /// Ok means that the new pair is on the disk. Before that it must not be used.
    fn keep<'a>(&'a self, channel: &'a str, pair: &'a Pair) -> Later<'a, Result<(), String>>;

    /// There will be no new pair before a person acts: `what` says so, with the steps, and is told at another
    /// channel. Until the next `keep`; saying it again changes nothing.
    fn broken<'a>(&'a self, channel: &'a str, what: &'a Text) -> Later<'a, Result<(), String>>;
}

/// Where it is noted whether a place can be reached, for people who ask who hears of what.
pub trait Reaches: Send + Sync {
    /// They showed themselves: the service lets the bot write until then.
    fn open_until<'a>(
        &'a self,
        channel: &'a str,
        address: &'a str,
        until: Timestamp,
    ) -> Later<'a, Result<(), String>>;

    /// The service lets the bot write there no more, until they act.
    fn refused<'a>(
        &'a self,
        channel: &'a str,
        address: &'a str,
        why: &'a Text,
    ) -> Later<'a, Result<(), String>>;

    /// A message got through.
    fn reached<'a>(&'a self, channel: &'a str, address: &'a str) -> Later<'a, Result<(), String>>;
}

/// A house that keeps nothing: for a channel alone.
#[derive(Clone, Copy, Debug, Default)]
pub struct Unkept;

impl Vault for Unkept {
    fn pair<'a>(&'a self, _: &'a str) -> Later<'a, Result<Option<Pair>, String>> {
        Box::pin(std::future::ready(Ok(None)))
    }

    fn renewing<'a>(&'a self, _: &'a str) -> Later<'a, Result<(), String>> {
        Box::pin(std::future::ready(Err("nothing is kept here".to_owned())))
    }

    fn keep<'a>(&'a self, _: &'a str, _: &'a Pair) -> Later<'a, Result<(), String>> {
        Box::pin(std::future::ready(Err("nothing is kept here".to_owned())))
    }

    fn broken<'a>(&'a self, _: &'a str, _: &'a Text) -> Later<'a, Result<(), String>> {
        Box::pin(std::future::ready(Ok(())))
    }
}

impl Reaches for Unkept {
    fn open_until<'a>(&'a self, _: &'a str, _: &'a str, _: Timestamp) -> Later<'a, Result<(), String>> {
        Box::pin(std::future::ready(Ok(())))
    }

    fn refused<'a>(&'a self, _: &'a str, _: &'a str, _: &'a Text) -> Later<'a, Result<(), String>> {
        Box::pin(std::future::ready(Ok(())))
    }

    fn reached<'a>(&'a self, _: &'a str, _: &'a str) -> Later<'a, Result<(), String>> {
        Box::pin(std::future::ready(Ok(())))
    }
}
