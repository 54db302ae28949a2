//! How one router stands: one grade, worst first, and the words for it. Decided from what was last
//! seen of it and from its open alerts alone.

use crate::builtin::planned::planned;
use crate::builtin::{incident, value};
use crate::model::board::{Interface, System};
use crate::model::{
    Alert, Arg, Device, Facts, Metric, Reach, Severity, Sign, Text, Timestamp, Vitals, Window,
};
use std::time::Duration;

/// So many alerts of one router stand in its line.
pub const ALERTS: usize = 3;

/// Worst first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Grade {
    Down,
    Refused,
    /// A critical alert is open.
    Critical,
    /// A warning is open.
    Warning,
    NoRestconf,
    /// The values are too old to be taken for now.
    Stale,
    /// It is being rebooted as planned, or its way is, and nobody was told of anything else.
    Rebooting,
    /// Polled, but without a value yet, or not yet since the start.
    Unseen,
    Never,
    /// Well, but for changes that a reboot would lose.
    Unsaved,
    /// The inventory says that nobody watches it.
    Unwatched,
    Well,
}

impl Grade {
    pub fn needs_a_look(self) -> bool {
        self <= Grade::Stale
    }

    pub fn sign(self) -> Sign {
        match self {
            Grade::Down | Grade::Critical => Sign::Critical,
            Grade::Refused | Grade::Warning | Grade::NoRestconf | Grade::Stale => Sign::Warning,
            Grade::Unseen | Grade::Never => Sign::Question,
            Grade::Unsaved => Sign::Edited,
            Grade::Unwatched | Grade::Rebooting => Sign::Quiet,
            Grade::Well => Sign::Done,
        }
    }
}

pub struct Standing<'a> {
    pub device: &'a Device,
    pub vitals: Option<&'a Vitals>,
    /// Open ones, the most severe first, then the oldest.
    pub alerts: Vec<&'a Alert>,
    /// The planned reboot for which its alerts are held.
    pub planned: Option<Text>,
    pub grade: Grade,
}

impl<'a> Standing<'a> {
    pub fn of(device: &'a Device, alerts: &'a [Alert], windows: &[Window], facts: &'a Facts) -> Standing<'a> {
        let mut alerts: Vec<&Alert> = alerts.iter().filter(|alert| alert.key.device == device.id).collect();
        alerts.sort_by_key(|alert| (std::cmp::Reverse(alert.severity), alert.since));
        let vitals = facts.board.of(device.id);
        let planned = planned(device, windows, facts);
        let grade = match planned.is_some() && device.monitored && alerts.iter().all(|alert| !alert.announced)
        {
            true => Grade::Rebooting,
            false => grade(device, vitals, &alerts, facts),
        };
        Standing { device, vitals, alerts, planned, grade }
    }

    pub fn system(&self) -> Option<&'a System> {
        self.vitals?.system.as_ref().map(|seen| &seen.value)
    }

    pub fn is_unsaved(&self) -> bool {
        self.system().is_some_and(|system| system.unsaved == Some(true))
    }

    /// What is wrong, without the router's name: how it is reached, then its alerts.
    pub fn headline(&self, facts: &Facts) -> Text {
        let reach = self.reach_words(facts);
        let told = |alert: &&&Alert| match alert.metric {
            Metric::Unreachable => !self.is_down(),
            Metric::Refused => self.grade != Grade::Refused,
            _ => true,
        };
        let lines: Vec<Text> =
            self.alerts.iter().filter(told).map(|alert| incident::line(alert, facts)).collect();
        let more = lines.len().saturating_sub(ALERTS);
        let lines = lines.into_iter().take(ALERTS);
        let mut parts: Vec<Text> = self.planned.clone().into_iter().chain(reach).chain(lines).collect();
        if more > 0 {
            parts.push(text!("status.more_alerts", count = more));
        }
        match (parts.is_empty(), self.grade) {
            (false, _) => text!("status.joined", parts = parts),
            (true, Grade::Stale) => {
                let oldest = self.vitals.and_then(|vitals| overdue(vitals, facts).min());
                text!("status.stale", age = Arg::Ago(oldest.unwrap_or(facts.now.wall)))
            }
            (true, Grade::Unseen) => text!("status.no_values"),
            (true, Grade::Never) => text!("status.never"),
            (true, Grade::Unwatched) => text!("status.not_watched"),
            (true, _) => text!("status.well"),
        }
    }

    /// Unless it is reached as it should be.
    fn reach_words(&self, facts: &Facts) -> Option<Text> {
        let vitals = self.vitals.filter(|_| self.device.monitored)?;
        let since = vitals.reach_since.unwrap_or(facts.now.wall);
        let numbered = |metric, text: Text| match self.alerts.iter().find(|alert| alert.metric == metric) {
            Some(alert) => {
                text!("status.numbered", what = text, number = incident::number(alert, facts))
            }
            None => text,
        };
        match &vitals.reach {
            Reach::Unknown | Reach::Up => None,
            Reach::Down(_) => Some(numbered(Metric::Unreachable, self.down_words(since, facts))),
            Reach::Refused(_) => Some(numbered(Metric::Refused, text!("status.refused", since = since))),
            Reach::NoRestconf(_) => Some(text!("status.no_restconf", since = since)),
        }
    }

    fn is_down(&self) -> bool {
        self.device.monitored && self.vitals.is_some_and(|vitals| matches!(vitals.reach, Reach::Down(_)))
    }

    fn down_words(&self, since: Timestamp, facts: &Facts) -> Text {
        let lost = self.alerts.iter().find_map(|alert| incident::not_back(alert, facts));
        lost.unwrap_or_else(|| text!("status.down", since = since))
    }

    /// The line below: the reason where it is not reached, else what was last seen.
    pub fn detail(&self, facts: &Facts) -> Option<Text> {
        let vitals = self.vitals?;
        match &vitals.reach {
            Reach::Unknown | Reach::Up => self.vital_words(facts),
            Reach::Down(why) | Reach::Refused(why) | Reach::NoRestconf(why) => {
                let last = vitals.answered_at.map(|at| text!("status.last_answer", age = Arg::Ago(at)));
                value::dotted(std::iter::once(why.clone()).chain(last))
            }
        }
    }

    /// `up 90 d · memory 44 % · Gi1 in 12 %`; what an alert says already is left out.
    fn vital_words(&self, facts: &Facts) -> Option<Text> {
        let vitals = self.vitals?;
        let (now, periods) = (facts.now.wall, facts.periods);
        let told = |metric| self.alerts.iter().any(|alert| alert.metric == metric);
        let cpu = vitals.cpu.as_ref().filter(|_| !told(Metric::Cpu)).map(|seen| {
            value::aged(text!("status.cpu", value = Arg::Percent(seen.value)), seen, periods.often, now)
        });
        let memory = vitals.memory.as_ref().filter(|_| !told(Metric::Memory)).map(|seen| {
            value::aged(text!("status.memory", value = Arg::Percent(seen.value)), seen, periods.seldom, now)
        });
        let busiest = vitals.interfaces.as_ref().and_then(|seen| {
            let busiest = value::busier(busiest(&seen.value)?)?;
            Some(value::aged(busiest, seen, periods.often, now))
        });
        let up = uptime(vitals, facts).map(|up| text!("status.up", span = up));
        let unsaved = self.is_unsaved().then(|| text!("status.unsaved"));
        value::dotted([up, cpu, memory, busiest, unsaved].into_iter().flatten())
    }
}

fn grade(device: &Device, vitals: Option<&Vitals>, alerts: &[&Alert], facts: &Facts) -> Grade {
    if !device.monitored {
        return Grade::Unwatched;
    }
    let Some(vitals) = vitals else { return Grade::Never };
    let severity = alerts.iter().map(|alert| alert.severity).max();
    match (&vitals.reach, severity) {
        (Reach::Down(_), _) => Grade::Down,
        (Reach::Refused(_), _) => Grade::Refused,
        (_, Some(Severity::Critical)) => Grade::Critical,
        (_, Some(Severity::Warning)) => Grade::Warning,
        (Reach::NoRestconf(_), None) => Grade::NoRestconf,
        (Reach::Unknown, None) => Grade::Never,
        (Reach::Up, None) => match freshness(vitals, facts) {
            Freshness::Nothing => Grade::Unseen,
            // Just started: the first round is not over.
            Freshness::Old if starting(facts) => Grade::Unseen,
            Freshness::Old => Grade::Stale,
            Freshness::Fresh
                if vitals.system.as_ref().is_some_and(|seen| seen.value.unsaved == Some(true)) =>
            {
                Grade::Unsaved
            }
            Freshness::Fresh => Grade::Well,
        },
    }
}

enum Freshness {
    Nothing,
    Old,
    Fresh,
}

/// One kind of value that is overdue is enough: what it would say now is not known.
fn freshness(vitals: &Vitals, facts: &Facts) -> Freshness {
    match (kinds(vitals, facts).next(), overdue(vitals, facts).next()) {
        (None, _) => Freshness::Nothing,
        (Some(_), Some(_)) => Freshness::Old,
        (Some(_), None) => Freshness::Fresh,
    }
}

/// When each kind of value was seen, and how often it should be.
fn kinds(vitals: &Vitals, facts: &Facts) -> impl Iterator<Item = (Timestamp, Duration)> + use<> {
    let (often, seldom) = (facts.periods.often, facts.periods.seldom);
    let seen = [
        (vitals.cpu.as_ref().map(|seen| seen.at), often),
        (vitals.interfaces.as_ref().map(|seen| seen.at), often),
        (vitals.memory.as_ref().map(|seen| seen.at), seldom),
        (vitals.system.as_ref().map(|seen| seen.at), seldom),
    ];
    seen.into_iter().filter_map(|(at, period)| Some((at?, period)))
}

fn overdue(vitals: &Vitals, facts: &Facts) -> impl Iterator<Item = Timestamp> + use<> {
    let now = facts.now.wall;
    kinds(vitals, facts).filter(move |(at, period)| value::is_old(*at, *period, now)).map(|(at, _)| at)
}

fn starting(facts: &Facts) -> bool {
    !value::is_old(facts.now.boot, facts.periods.often, facts.now.wall)
}

/// The interface with the highest share of its speed.
pub fn busiest(interfaces: &[Interface]) -> Option<&Interface> {
    interfaces
        .iter()
        .filter_map(|interface| Some((interface.busy()?, interface)))
        .max_by(|(a, _), (b, _)| a.total_cmp(b))
        .map(|(_, interface)| interface)
}

/// Until now where it still answers, else until it was last seen.
pub fn uptime(vitals: &Vitals, facts: &Facts) -> Option<Duration> {
    let seen = vitals.system.as_ref()?;
    let since = match vitals.reach {
        Reach::Up | Reach::NoRestconf(_) => facts.now.wall.since(seen.at),
        Reach::Unknown | Reach::Refused(_) | Reach::Down(_) => Duration::ZERO,
    };
    Some(seen.value.uptime? + since)
}
