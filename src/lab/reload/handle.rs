//! What a router's handle tells and does about reloads: how often it really went, what it was asked and answered,
//! what is pending, and who else is logged in.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};

use super::power::Stage;
use super::{PendingReload, ReloadManner};
use crate::lab::clock;
use crate::lab::error::LabError;
use crate::lab::presence::{Presence, Ssh};
use crate::lab::router::{Router, lock};
use crate::lab::state::LoggedIn;

/// One reload that really happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reload {
    pub by: String,
    /// `vty0 (127.0.0.1)`; nothing where no line was used.
    pub on: Option<String>,
    pub reason: String,
    pub booted_at: DateTime<Utc>,
}

/// A question that was answered, and acted upon.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answered {
    pub question: String,
    /// The line, or the one key: `\r`, `y`, `\n` ...
    pub answer: String,
    pub by: String,
    pub at: DateTime<Utc>,
}

/// Somebody who is logged in and does not do anything.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Visitor {
    pub user: String,
    /// The number of the vty.
    pub line: u16,
    pub from: String,
    pub idle: Duration,
}

impl Router {
    /// Every reload so far that was ordered over SSH, RESTCONF or the timer and happened.
    pub fn reloads(&self) -> Vec<Reload> {
        lock(&self.inner.control).reloads.clone()
    }

    /// Every question that was answered, in order; one that a session left open is not among them.
    pub fn questions_answered(&self) -> Vec<Answered> {
        lock(&self.inner.control).answered.clone()
    }

    /// Whether it serves everything: it has not gone, or has come back with SSH and RESTCONF.
    pub fn is_back(&self) -> bool {
        self.inner.power.stage.borrow().presence == Presence::default()
    }

    /// Returns when it has gone.
    pub async fn gone(&self) {
        // The sender lives as long as this router, so the wait cannot end with an error.
        let _ = self.inner.power.stage.subscribe().wait_for(|stage| stage.presence.ssh != Ssh::Serves).await;
    }

    /// Returns when it has reloaded this often in all, and serves everything.
    pub async fn reloaded(&self, times: usize) {
        let there = |stage: &Stage| stage.reloads >= times && stage.presence == Presence::default();
        // As above.
        let _ = self.inner.power.stage.subscribe().wait_for(there).await;
    }

    pub fn pending_reload(&self) -> Option<PendingReload> {
        lock(&self.inner.state).pending.clone()
    }

    pub fn reload_manner(&self) -> ReloadManner {
        lock(&self.inner.state).manner.clone()
    }

    /// From the next reload on it goes and comes back in this manner.
    pub fn set_reload_manner(&self, manner: ReloadManner) {
        lock(&self.inner.state).manner = manner;
    }

    /// The same as `reload in`, by somebody else: `from` is his address, and nothing is the console.
    pub fn schedule_reload(&self, by: &str, from: Option<&str>, minutes: i64, reason: Option<&str>) {
        let now = clock::now();
        let mut state = lock(&self.inner.state);
        let minute = i64::try_from(state.manner.minute.as_millis()).unwrap_or(60_000);
        let pending = PendingReload {
            by: by.to_owned(),
            on: from.map(|from| format!("vty0 ({from})")),
            reason: reason.map(str::to_owned),
            said: state.clock(now) + TimeDelta::minutes(minutes),
            minutes,
            fires_at: now + TimeDelta::milliseconds(minutes * minute),
            minute_milliseconds: minute,
            warned: minutes,
        };
        state.schedule(pending, now);
        drop(state);
        self.power_changed();
    }

    /// Somebody else is logged in until the router reboots, or [`Router::sign_off`].
    pub fn sign_in(&self, visitor: &Visitor) {
        let idle = TimeDelta::from_std(visitor.idle).unwrap_or_default();
        let logged_in = LoggedIn {
            line: visitor.line,
            user: visitor.user.clone(),
            from: visitor.from.clone(),
            typed_at: clock::now() - idle,
        };
        let mut state = lock(&self.inner.state);
        state.users.retain(|other| other.line != visitor.line);
        state.users.push(logged_in);
    }

    pub fn sign_off(&self, user: &str) {
        lock(&self.inner.state).users.retain(|other| other.user != user);
    }

    pub(crate) fn note_reload(&self, reload: Reload) {
        lock(&self.inner.control).reloads.push(reload);
        self.inner.power.stage.send_modify(|stage| stage.reloads += 1);
    }

    pub(crate) fn note_answer(&self, question: &str, answer: &str, by: &str) {
        let answered = super::answered(question, answer, by, clock::now());
        lock(&self.inner.control).answered.push(answered);
    }

    /// Starts again now with what was saved, in this manner.
    pub(crate) fn boot(&self, reason: &str, abnormal: bool, manner: &ReloadManner) -> Result<(), LabError> {
        let now = clock::now();
        let mut state = lock(&self.inner.state);
        state.boot(reason, abnormal, now);
        state.neighbours_from = now + TimeDelta::from_std(manner.neighbours_after).unwrap_or_default();
        state.add_faults(&manner.afterwards, now);
        drop(state);
        lock(&self.inner.web.counters).boot(now);
        if manner.new_host_key {
            self.replace_host_key()?;
        }
        if manner.new_certificate {
            self.replace_certificate()?;
        }
        self.save()
    }
}
