//! One command as its file in `commands/` describes it, checked. Parser, help, menus and rights are
//! all derived from this value; `command::catalog` makes it.

use super::danger::Risk;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

/// What can be typed: a command, or one action of a command (`/device add`).
#[derive(Clone, Debug, PartialEq)]
pub struct Command {
    pub name: String,
    /// The second word, for commands that have actions.
    pub action: Option<String>,
    /// The action that is meant when the second word is none.
    pub default_action: bool,
    pub aliases: Vec<String>,
    /// One line for lists.
    pub about: String,
    /// More, for `/help <name>`.
    pub help: String,
    pub examples: Vec<String>,
    pub args: Vec<ArgSpec>,
    /// What it may do to routers, at most.
    pub risk: Risk,
    pub writes: Writes,
    /// The lowest role that the seeded grants let run it.
    pub role: Role,
    pub run: Run,
    pub show: ShowAs,
    /// How long one answer of a router may take, where the settings' value does not fit.
    pub deadline: Option<Duration>,
    /// The file it came from, for messages of `check`.
    pub source: String,
}

impl Command {
    /// What grants speak of: `backup`, `device.add`.
    pub fn permission(&self) -> String {
        match &self.action {
            Some(action) => format!("{}.{action}", self.name),
            None => self.name.clone(),
        }
    }

    /// `/bw <device> [interface]`
    pub fn usage(&self) -> String {
        let mut usage = format!("/{}", self.name);
        if let Some(action) = &self.action {
            usage.push(' ');
            usage.push_str(action);
        }
        for arg in &self.args {
            usage.push_str(&match arg.optional {
                true => format!(" [{}]", arg.name),
                false => format!(" <{}>", arg.name),
            });
        }
        usage
    }

    /// The argument that says which devices are meant.
    pub fn target(&self) -> Option<&ArgSpec> {
        self.args.iter().find(|arg| matches!(arg.kind, ArgKind::Selector | ArgKind::Device))
    }
}

#[derive(Clone, Debug, PartialEq)]
pub struct ArgSpec {
    pub name: String,
    pub kind: ArgKind,
    pub optional: bool,
    /// What is taken when an optional argument is left out, as if typed.
    pub default: Option<String>,
    pub about: String,
}

#[derive(Clone, Debug, PartialEq)]
pub enum ArgKind {
    /// One or more devices.
    Selector,
    /// Exactly one device.
    Device,
    Interface,
    Ipv4,
    /// One word for a router's line: no control characters, no `|`.
    Word,
    Number,
    /// The number of a job: `17` or `#17`.
    Job,
    /// `30s`, `10m`, `2h`, `7d`
    Duration,
    /// A moment in the past: `14:02`, `yesterday 14:02`, `2026-11-20`, `2026-11-20 14:02`, `3h ago`, `#12`.
    When,
    Choice(Vec<String>),
    /// The rest of the line, as typed.
    Rest,
    /// The rest of the line, a `show` command with its pipes.
    Show,
}

impl ArgKind {
    /// Whether it swallows every word that is left.
    pub fn takes_rest(&self) -> bool {
        matches!(self, ArgKind::Rest | ArgKind::Show | ArgKind::When)
    }
}

/// What it writes besides routers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Writes {
    #[default]
    Nothing,
    /// The bot's own state: age and grants apply, freeze and locks do not.
    Bot,
}

/// The seeded roles, lowest first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    Viewer,
    #[default]
    Operator,
    Admin,
}

impl Role {
    pub fn name(self) -> &'static str {
        match self {
            Role::Viewer => "viewer",
            Role::Operator => "operator",
            Role::Admin => "admin",
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[derive(Clone, Debug, PartialEq)]
pub enum Run {
    /// Lines per platform; `default` for the rest. `{name}` stands for an argument.
    Ssh(BTreeMap<String, Vec<String>>),
    /// A name in the registry of builtins.
    Builtin(String),
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ShowAs {
    #[default]
    Text,
    Table,
    File,
}
