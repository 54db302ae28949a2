//! The life of one alert as one function: the alert before and what happened enter, the alert after,
//! every decision with its reason and at most one notice leave. What holds notices back never changes
//! the life: the life moves first, then `tell.rs` decides what is said.

use super::tell;
use super::timers::{LONGEST_ACK, no_data_at};
use crate::model::rule::{Rule, Verdict};
use crate::model::{
    Ack, Again, Alert, AlertKey, Cause, Closing, DeviceId, Hold, IncidentId, Lost, Metric, Notice,
    NoticeKind, PersonId, Phase, Reading, Severity, Timestamp, Transition,
};
use std::time::Duration;

/// What happened.
#[derive(Clone, Debug, PartialEq)]
pub enum Input {
    Observed(Reading),
    /// Nothing but time.
    Tick,
    /// Somebody takes it, until then at most ([`LONGEST_ACK`]). Whoever calls refuses what is over.
    Ack {
        by: PersonId,
        note: Option<String>,
        until: Timestamp,
    },
    Unack {
        by: PersonId,
    },
    /// It was told to reboot and did not come back.
    Lost(Lost),
    Close(Closing),
}

/// Where one looks, and when.
#[derive(Clone, Copy, Debug)]
pub struct Look<'a> {
    pub rule: &'a Rule,
    pub device: DeviceId,
    pub object: &'a str,
    /// What keeps notices back now.
    pub gate: Option<Hold>,
    pub now: Timestamp,
}

/// What came of it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Step {
    /// The row as it is to be stored; none: there is no row any more, it is OK.
    pub alert: Option<Alert>,
    /// The alert as it ended in this step: its phase is `Resolved` or `Closed`. It has an incident when it
    /// had fired.
    pub ended: Option<Alert>,
    pub transitions: Vec<Transition>,
    pub notice: Option<Notice>,
}

impl Step {
    pub fn key(&self) -> Option<&AlertKey> {
        self.alert.as_ref().or(self.ended.as_ref()).map(|alert| &alert.key)
    }

    /// It fired in this step: whoever stores it opens an incident and says so by [`Step::with_incident`].
    pub fn opens_incident(&self) -> bool {
        self.alert.as_ref().or(self.ended.as_ref()).is_some_and(|alert| {
            alert.incident.is_none()
                && self
                    .transitions
                    .iter()
                    .any(|transition| matches!(transition.cause, Cause::HeldLongEnough | Cause::NotBack))
        })
    }

    #[must_use]
    pub fn with_incident(mut self, id: IncidentId, again: Option<Again>) -> Step {
        let notice = self.notice.as_mut().map(|notice| &mut notice.alert);
        for alert in self.alert.as_mut().into_iter().chain(self.ended.as_mut()).chain(notice) {
            alert.incident = Some(id);
            alert.again = again;
        }
        for transition in &mut self.transitions {
            transition.incident = Some(id);
        }
        self
    }
}

pub fn step(look: &Look<'_>, alert: Option<Alert>, input: &Input) -> Step {
    let Some(before) = alert else {
        return match input {
            Input::Observed(reading) => match look.rule.verdict(*reading) {
                Verdict::Breach(value) => Life::begin(look, value).told(None),
                Verdict::Band(_) | Verdict::Clear(_) | Verdict::Unknown => Step::default(),
            },
            Input::Lost(lost) if look.rule.metric == Metric::Unreachable => {
                Life::lost(look, *lost).told(None)
            }
            Input::Lost(_) | Input::Tick | Input::Ack { .. } | Input::Unack { .. } | Input::Close(_) => {
                Step::default()
            }
        };
    };
    match input {
        Input::Close(closing) | Input::Observed(Reading::Ended(closing)) => {
            return closed(before, *closing, look.now);
        }
        Input::Observed(_) | Input::Tick | Input::Ack { .. } | Input::Unack { .. } | Input::Lost(_) => (),
    }
    let mut life = Life { look, alert: before.clone(), log: Vec::new(), ack_ended: None };
    life.take(input);
    life.time_passes();
    life.told(Some(&before))
}

/// Ends an alert for a reason that is no recovery. Needs no rule: the rule may be what is gone.
pub fn closed(mut alert: Alert, closing: Closing, now: Timestamp) -> Step {
    alert.phase = Phase::Closed(closing);
    let transition = Transition {
        key: alert.key.clone(),
        incident: alert.incident,
        at: now,
        cause: Cause::Closed(closing),
        value: Some(alert.value),
        actor: None,
    };
    let kind = NoticeKind::Closed { cause: closing };
    let notice = alert.announced.then(|| Notice { kind, alert: alert.clone(), at: now });
    Step { alert: None, ended: Some(alert), transitions: vec![transition], notice }
}

/// The value of a router that does not answer.
const AWAY: f64 = 1.0;
/// Two looks within this are one that was delivered twice.
const DOUBLED: Duration = Duration::from_secs(1);
/// A pending alert without a value this often in a row is dropped.
const UNKNOWNS_DROP: u32 = 2;
/// A recovery needs so many clear values in a row, whatever `clear_for` says.
const CLEARS: u32 = 2;

/// An alert on its way through one step.
pub(super) struct Life<'a> {
    pub look: &'a Look<'a>,
    pub alert: Alert,
    pub log: Vec<Transition>,
    /// Whose acknowledgement ended in this step.
    pub ack_ended: Option<PersonId>,
}

impl<'a> Life<'a> {
    fn begin(look: &'a Look<'a>, value: f64) -> Life<'a> {
        let mut life = Life::first(look, value, look.now);
        life.confirm();
        life
    }

    fn first(look: &'a Look<'a>, value: f64, since: Timestamp) -> Life<'a> {
        let key =
            AlertKey { device: look.device, rule: look.rule.name.clone(), object: look.object.to_owned() };
        let severity = look.rule.severity_of(value);
        let mut alert = Alert::pending(key, look.rule.metric, severity, value, look.now);
        alert.limit = look.rule.raise_above;
        alert.since = since;
        let mut life = Life { look, alert, log: Vec::new(), ack_ended: None };
        life.note(Cause::FirstBreach);
        life
    }

    /// No look has noticed yet that it is away.
    fn lost(look: &'a Look<'a>, lost: Lost) -> Life<'a> {
        let since = lost.last_seen.filter(|seen| *seen <= look.now).unwrap_or(look.now);
        let mut life = Life::first(look, AWAY, since);
        life.take(&Input::Lost(lost));
        life
    }

    pub fn note(&mut self, cause: Cause) {
        self.note_by(cause, None);
    }

    fn note_by(&mut self, cause: Cause, actor: Option<PersonId>) {
        let value = self.alert.unknown_since.is_none().then_some(self.alert.value);
        let (key, incident) = (self.alert.key.clone(), self.alert.incident);
        self.log.push(Transition { key, incident, at: self.look.now, cause, value, actor });
    }

    fn take(&mut self, input: &Input) {
        match input {
            Input::Observed(reading) => self.observed(*reading),
            Input::Ack { by, note, until } if self.alert.phase.is_open() => {
                let until = (*until).min(self.look.now.plus(LONGEST_ACK));
                self.alert.ack = Some(Ack { by: *by, at: self.look.now, until, note: note.clone() });
                self.note_by(Cause::Acknowledged, Some(*by));
            }
            Input::Unack { by } if self.alert.ack.is_some() => {
                self.alert.ack = None;
                self.note_by(Cause::Unacknowledged, Some(*by));
            }
            Input::Lost(lost) => self.not_back(*lost),
            Input::Ack { .. } | Input::Unack { .. } | Input::Tick | Input::Close(_) => (),
        }
    }

    fn not_back(&mut self, lost: Lost) {
        if self.look.rule.metric != Metric::Unreachable {
            return;
        }
        self.alert.lost = Some(lost);
        self.alert.phase = Phase::Firing;
        self.alert.severity = Severity::Critical;
        self.alert.settle = 0;
        self.unclear();
        self.note(Cause::NotBack);
    }

    /// One that did not come back after a reboot is critical, whatever its rule says.
    fn severity_of(&self, value: f64) -> Severity {
        match self.alert.lost {
            Some(_) => Severity::Critical,
            None => self.look.rule.severity_of(value),
        }
    }

    fn observed(&mut self, reading: Reading) {
        let now = self.look.now;
        if now >= self.alert.looked_at && now.since(self.alert.looked_at) < DOUBLED {
            return;
        }
        self.alert.looked_at = now;
        let verdict = self.look.rule.verdict(reading);
        let limit = std::mem::replace(&mut self.alert.limit, self.look.rule.raise_above);
        if let (Verdict::Breach(_) | Verdict::Band(_), Some(missed)) = (verdict, &mut self.alert.missed) {
            missed.still = true;
        }
        match verdict {
            Verdict::Breach(value) | Verdict::Band(value) | Verdict::Clear(value) => self.seen(value),
            Verdict::Unknown => {
                self.alert.unknowns = self.alert.unknowns.saturating_add(1);
                self.alert.unknown_since.get_or_insert(now);
            }
        }
        match self.alert.phase {
            Phase::Pending => self.pending(verdict),
            Phase::Firing => self.firing(verdict, limit),
            Phase::Clearing => self.clearing(verdict),
            Phase::Resolved | Phase::Closed(_) => (),
        }
    }

    fn seen(&mut self, value: f64) {
        self.alert.value = value;
        self.alert.value_at = self.look.now;
        self.alert.peak = self.alert.peak.max(value);
        self.alert.unknowns = 0;
        self.alert.unknown_since = None;
        if !matches!(self.look.gate, Some(Hold::DeviceDown | Hold::Reboot(_))) {
            self.alert.settle = self.alert.settle.saturating_sub(1);
        }
    }

    fn pending(&mut self, verdict: Verdict) {
        match verdict {
            Verdict::Breach(value) => {
                self.alert.breaches = self.alert.breaches.saturating_add(1);
                self.alert.severity = self.severity_of(value);
                self.confirm();
            }
            Verdict::Band(_) => (),
            Verdict::Clear(_) => self.drop_for(Cause::WentBack),
            Verdict::Unknown if self.alert.unknowns >= UNKNOWNS_DROP => {
                self.drop_for(Cause::InsufficientData);
            }
            Verdict::Unknown => (),
        }
    }

    fn drop_for(&mut self, cause: Cause) {
        self.alert.phase = Phase::Closed(Closing::NotConfirmed);
        self.note(cause);
    }

    fn confirm(&mut self) {
        let rule = self.look.rule;
        let long_enough = self.look.now.since(self.alert.since) >= nearly(rule.held_for);
        if long_enough && self.alert.breaches >= rule.min_samples {
            self.alert.phase = Phase::Firing;
            self.note(Cause::HeldLongEnough);
        }
    }

    /// `limit` is the level by which the rule looked before.
    fn firing(&mut self, verdict: Verdict, limit: f64) {
        match verdict {
            Verdict::Band(value) if value > limit => {
                self.alert.phase = Phase::Closed(Closing::RuleChanged);
                self.note(Cause::Closed(Closing::RuleChanged));
            }
            Verdict::Breach(value) | Verdict::Band(value) => self.weigh(value),
            Verdict::Clear(_) => {
                self.alert.phase = Phase::Clearing;
                self.clear();
                self.note(Cause::FirstClear);
            }
            Verdict::Unknown => (),
        }
    }

    fn weigh(&mut self, value: f64) {
        let severity = self.severity_of(value);
        let before = std::mem::replace(&mut self.alert.severity, severity);
        match severity.cmp(&before) {
            std::cmp::Ordering::Greater => self.note(Cause::SeverityRose),
            std::cmp::Ordering::Less => self.note(Cause::SeverityFell),
            std::cmp::Ordering::Equal => (),
        }
    }

    fn clearing(&mut self, verdict: Verdict) {
        match verdict {
            Verdict::Breach(value) => {
                self.unclear();
                self.alert.phase = Phase::Firing;
                self.note(Cause::BreachedAgain);
                self.weigh(value);
            }
            Verdict::Band(_) | Verdict::Unknown => self.unclear(),
            Verdict::Clear(_) => {
                self.clear();
                let since = self.alert.clear_since.unwrap_or(self.look.now);
                let long_enough = self.look.now.since(since) >= nearly(self.look.rule.clear_for);
                if long_enough && self.alert.clears >= CLEARS {
                    self.alert.phase = Phase::Resolved;
                    self.note(Cause::ClearLongEnough);
                }
            }
        }
    }

    fn clear(&mut self) {
        self.alert.clear_since.get_or_insert(self.look.now);
        self.alert.clears = self.alert.clears.saturating_add(1);
    }

    fn unclear(&mut self) {
        self.alert.clear_since = None;
        self.alert.clears = 0;
    }

    fn time_passes(&mut self) {
        if self.alert.phase.is_over() {
            return;
        }
        if self.look.now >= no_data_at(&self.alert) {
            match self.alert.phase {
                Phase::Pending => self.drop_for(Cause::InsufficientData),
                Phase::Firing | Phase::Clearing | Phase::Resolved | Phase::Closed(_) => {
                    self.alert.phase = Phase::Closed(Closing::NoData);
                    self.note(Cause::Closed(Closing::NoData));
                }
            }
            return;
        }
        if let Some(ack) = self.alert.ack.take_if(|ack| ack.until <= self.look.now) {
            self.ack_ended = Some(ack.by);
            self.note_by(Cause::AckExpired, Some(ack.by));
        }
    }

    fn told(mut self, before: Option<&Alert>) -> Step {
        let kind = tell::decide(&mut self, before);
        let notice = kind.map(|kind| Notice { kind, alert: self.alert.clone(), at: self.look.now });
        if notice.as_ref().is_some_and(|notice| notice.kind.is_push()) {
            self.alert.missed.take_if(|missed| missed.still);
        }
        let over = self.alert.phase.is_over();
        let (alert, ended) = if over { (None, Some(self.alert)) } else { (Some(self.alert), None) };
        Step { alert, ended, transitions: self.log, notice }
    }
}

/// Polls keep time to a second or two. Without a fiftieth of slack a value that is asked for each five
/// minutes would be high for ten before it counts as high for five.
fn nearly(span: Duration) -> Duration {
    span - span / 50
}
