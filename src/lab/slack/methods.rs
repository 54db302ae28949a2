//! The methods of the Web API that are known here, as data: their parameters, the token that each wants, its scope
//! and its tier. A test holds this table against the service's own description; what is younger says where it is from.

use super::table::METHODS;

/// One method. A call of any other is `unknown_method`.
pub(crate) struct Method {
    pub name: &'static str,
    pub tier: Tier,
    pub token: TokenKind,
    /// Whether a body of JSON is read; else only a query or a form.
    pub json: bool,
    /// One of these is enough; none is needed where none stands.
    pub scopes: &'static [&'static str],
    pub parameters: &'static [Parameter],
    /// Where a method that is not in the description is from.
    #[cfg_attr(
        not(test),
        expect(dead_code, reason = "read where the table is held against the description")
    )]
    pub newer: Option<&'static str>,
}

pub(crate) struct Parameter {
    pub name: &'static str,
    pub kind: Kind,
    pub needed: bool,
    #[cfg_attr(
        not(test),
        expect(dead_code, reason = "read where the table is held against the description")
    )]
    pub since: Since,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Text,
    /// A message's time, its name. A number would lose its last digits (slackapi/python-slack-sdk#840).
    Ts,
    Flag,
    Number,
    /// Words with commas between, or a list of words.
    Words,
    /// A list, or its JSON in a text.
    List,
    /// An object, or its JSON in a text.
    Object,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Since {
    Description,
    /// The description says that it may be left out, and the service refuses the call without it.
    NeededInTruth,
    /// Not in the description; where it is from.
    Newer(&'static str),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TokenKind {
    /// Works without a token too.
    None,
    Bot,
    App,
}

/// How often a method may be called (docs.slack.dev/apis/web-api/rate-limits).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tier {
    One,
    Two,
    Three,
    Four,
    /// One a second and channel, with short bursts, and a cap for the workspace.
    Posting,
    /// Hundreds a minute.
    Special,
}

/// The method's own page.
pub(crate) const PAGE: &str = "docs.slack.dev/reference/methods";
/// Slack's libraries add it to calls.
pub(crate) const CLIENTS: &str = "sent by @slack/bolt and slack_bolt";

/// What every method takes.
pub(crate) const COMMON: &[Parameter] = &[may("token", Kind::Text), newer("team_id", Kind::Text, CLIENTS)];

pub(crate) const fn must(name: &'static str, kind: Kind) -> Parameter {
    Parameter { name, kind, needed: true, since: Since::Description }
}

pub(crate) const fn may(name: &'static str, kind: Kind) -> Parameter {
    Parameter { name, kind, needed: false, since: Since::Description }
}

pub(crate) const fn in_truth(name: &'static str, kind: Kind) -> Parameter {
    Parameter { name, kind, needed: true, since: Since::NeededInTruth }
}

pub(crate) const fn newer(name: &'static str, kind: Kind, from: &'static str) -> Parameter {
    Parameter { name, kind, needed: false, since: Since::Newer(from) }
}

pub(crate) const fn newer_must(name: &'static str, kind: Kind, from: &'static str) -> Parameter {
    Parameter { name, kind, needed: true, since: Since::Newer(from) }
}

impl Method {
    pub fn named(name: &str) -> Option<&'static Method> {
        METHODS.iter().find(|method| method.name == name)
    }

    pub fn parameter(&self, name: &str) -> Option<&'static Parameter> {
        self.parameters.iter().chain(COMMON).find(|parameter| parameter.name == name)
    }
}
