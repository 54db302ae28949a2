//! An alert's words: what a rule keeps of one object, an incident that people know by its number, what
//! was decided and why, and what is to be told. How they move is decided in `monitor/`.

use super::ids::{DeviceId, IncidentId, JobId, PersonId, SilenceId};
use super::metric::Metric;
use super::selector::Selector;
use super::time::Timestamp;
use serde::{Deserialize, Serialize};
use std::time::Duration;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    Warning,
    Critical,
}

impl Severity {
    pub const ALL: [Severity; 2] = [Severity::Warning, Severity::Critical];

    pub fn name(self) -> &'static str {
        match self {
            Severity::Warning => "warning",
            Severity::Critical => "critical",
        }
    }
}

/// What an alert is about. The rule by its name, the interface by its name, never by an index.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct AlertKey {
    pub device: DeviceId,
    pub rule: String,
    pub object: String,
}

/// What is remembered about one key while it is not OK. No row means OK.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Alert {
    pub key: AlertKey,
    pub metric: Metric,
    pub phase: Phase,
    pub severity: Severity,
    /// The number that people see; from the first firing on.
    pub incident: Option<IncidentId>,
    /// When the first value breached.
    pub since: Timestamp,
    /// Values that breached in this row, while it was pending.
    pub breaches: u32,
    /// Looks in a row that gave no value.
    pub unknowns: u32,
    /// The last known value, and when it was seen.
    pub value: f64,
    pub value_at: Timestamp,
    /// The worst value since the first breach.
    pub peak: f64,
    /// First clear value in a row of clear values, and how many there were.
    pub clear_since: Option<Timestamp>,
    pub clears: u32,
    /// When the rule last looked, with or without a value.
    pub looked_at: Timestamp,
    /// The firing was told (or is on its way) somewhere.
    pub announced: bool,
    /// Something keeps it from being told now.
    pub held: Option<Hold>,
    pub next_repeat: Option<Timestamp>,
    /// Repeats that were pushed.
    pub repeats: u32,
    pub ack: Option<Ack>,
    /// The rule's `raise_above` when it last looked.
    #[serde(default)]
    pub limit: f64,
    /// Since when no value has come.
    #[serde(default)]
    pub unknown_since: Option<Timestamp>,
    /// Known values to wait for after the router came back, before anything is told.
    #[serde(default)]
    pub settle: u32,
    /// The severity that the last push named.
    #[serde(default)]
    pub told: Option<Severity>,
    /// It fired before, not long ago.
    #[serde(default)]
    pub again: Option<Again>,
    /// The bot was down while it fired, and that was not told yet.
    #[serde(default)]
    pub missed: Option<Missed>,
    /// It was told to reboot and did not come back.
    #[serde(default)]
    pub lost: Option<Lost>,
}

/// A router that was told to reboot and did not come back in time: what its alert says until it is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lost {
    pub job: JobId,
    /// Who asked for the reboot.
    pub by: PersonId,
    /// When it was told to reboot.
    pub sent_at: Timestamp,
    /// It should have been back after this.
    pub limit: Duration,
    pub last_seen: Option<Timestamp>,
    /// The last good backup.
    pub backup: Option<Timestamp>,
}

/// A span in which nobody looked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Missed {
    pub from: Timestamp,
    pub until: Timestamp,
    /// A value that is not well was seen since: when it recovers is known.
    pub still: bool,
}

/// `again high, 2nd time in 12 min`
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Again {
    /// Firings in a row, with this one.
    pub count: u32,
    /// From the first breach of the first of them until this one.
    pub span: Duration,
}

impl Alert {
    /// An alert at its first breach.
    pub fn pending(key: AlertKey, metric: Metric, severity: Severity, value: f64, at: Timestamp) -> Alert {
        Alert {
            key,
            metric,
            phase: Phase::Pending,
            severity,
            incident: None,
            since: at,
            breaches: 1,
            unknowns: 0,
            value,
            value_at: at,
            peak: value,
            clear_since: None,
            clears: 0,
            looked_at: at,
            announced: false,
            held: None,
            next_repeat: None,
            repeats: 0,
            ack: None,
            limit: 0.0,
            unknown_since: None,
            settle: 0,
            told: None,
            again: None,
            missed: None,
            lost: None,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    Pending,
    Firing,
    /// Clear, and not yet for long enough.
    Clearing,
    /// Back to OK by clear values: the row goes.
    Resolved,
    /// Back to OK for another reason: the row goes. Never told as a recovery.
    Closed(Closing),
}

impl Phase {
    /// An incident is open.
    pub fn is_open(self) -> bool {
        matches!(self, Phase::Firing | Phase::Clearing)
    }

    pub fn is_over(self) -> bool {
        matches!(self, Phase::Resolved | Phase::Closed(_))
    }
}

/// Why an alert ended without a recovery.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Closing {
    /// Pending, and the value went back or stayed away.
    NotConfirmed,
    /// The interface was shut.
    Shut,
    /// The interface is gone.
    Gone,
    /// The router was removed from the inventory.
    Removed,
    /// The router is not monitored any more.
    NotMonitored,
    /// The rule is gone, or does not speak of it any more.
    RuleGone,
    /// The rule's levels changed, and the value is no breach by the new ones.
    RuleChanged,
    /// No value for a day.
    NoData,
    /// It was a planned reboot, and that went well.
    PlannedReboot,
}

/// What keeps a notice back. It never changes the phase.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Hold {
    Silence(SilenceId),
    /// The router itself is unreachable: that is what is told.
    DeviceDown,
    /// The bot has only just started.
    Starting,
    /// It is rebooted by this job, or reached only through a router that is.
    Reboot(JobId),
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Ack {
    pub by: PersonId,
    pub at: Timestamp,
    pub until: Timestamp,
    pub note: Option<String>,
}

/// Keeps notices back for a while. Its end is never open.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Silence {
    pub id: SilenceId,
    pub selector: Selector,
    /// One rule, and one object of it; everything of the routers when none is named.
    pub rule: Option<String>,
    pub object: Option<String>,
    pub author: PersonId,
    pub reason: Option<String>,
    pub begins: Timestamp,
    pub ends: Timestamp,
}

impl Silence {
    pub fn holds(&self, alert: &AlertKey, device: &super::Device, now: Timestamp) -> bool {
        self.begins <= now
            && now < self.ends
            && self.selector.matches(device)
            && self.rule.as_ref().is_none_or(|rule| *rule == alert.rule)
            && self.object.as_ref().is_none_or(|object| *object == alert.object)
    }
}

/// One line of an alert's history: what changed, why, by whom. Never changed afterwards.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Transition {
    pub key: AlertKey,
    pub incident: Option<IncidentId>,
    pub at: Timestamp,
    pub cause: Cause,
    pub value: Option<f64>,
    pub actor: Option<PersonId>,
}

/// The named reason of a decision.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cause {
    FirstBreach,
    WentBack,
    InsufficientData,
    HeldLongEnough,
    SeverityRose,
    SeverityFell,
    FirstClear,
    BreachedAgain,
    ClearLongEnough,
    Closed(Closing),
    RepeatDue,
    Acknowledged,
    Unacknowledged,
    AckExpired,
    Silenced,
    SilenceEnded,
    /// The router is unreachable, or the bot has only just started.
    HeldBack,
    /// A planned reboot, its own or one on the way to it.
    HeldForReboot,
    HoldEnded,
    ToldAfterHold,
    /// It was told to reboot and did not come back.
    NotBack,
}

/// What is to be told about an alert. Who is told is the routes' and the ledger's matter.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Notice {
    pub kind: NoticeKind,
    /// The alert as it is after the decision.
    pub alert: Alert,
    pub at: Timestamp,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NoticeKind {
    /// It begins: a push to every destination of the routes.
    Firing,
    /// It goes on, `n`th time: a push as a reply, where the firing was told.
    Still {
        times: u32,
    },
    SeverityRose,
    AckExpired {
        by: PersonId,
    },
    SilenceEnded,
    /// The first message is brought up to date; no push.
    Edited,
    /// It is over: a push as a reply, where the firing was told.
    Recovered {
        lasted: Duration,
    },
    /// It ended without a recovery: as a reply, where the firing was told.
    Closed {
        cause: Closing,
    },
}

impl NoticeKind {
    /// Whether a phone may ring for it.
    pub fn is_push(&self) -> bool {
        !matches!(self, NoticeKind::Edited)
    }

    /// It says that the alert fires: it goes to whom the routes name now, and who hears of the incident
    /// for the first time is noted as told. Everything else goes to exactly those who were told.
    pub fn says_firing(&self) -> bool {
        match self {
            NoticeKind::Firing
            | NoticeKind::Still { .. }
            | NoticeKind::SeverityRose
            | NoticeKind::AckExpired { .. }
            | NoticeKind::SilenceEnded => true,
            NoticeKind::Edited | NoticeKind::Recovered { .. } | NoticeKind::Closed { .. } => false,
        }
    }
}
