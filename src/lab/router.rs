//! The handle of one router: what tests and the demo ask it and do to it while it serves.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use chrono::{DateTime, Utc};
use russh::keys::PrivateKey;

use super::cli::{self, Desk, Session};
use super::connections::End;
use super::door::Door;
use super::error::LabError;
use super::fault::{Fault, InForce, LinesFull, Point};
use super::hold::{Gate, Hold};
use super::plan::{Credentials, RouterPlan};
use super::presence::{Presence, Restconf, Ssh};
use super::reload::{Answered, Around, Power, Reload};
use super::saved::Saved;
use super::state::State;
use super::web::Web;
use super::{clock, keys};

/// How often somebody tried to log in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Logins {
    pub accepted: usize,
    pub refused: usize,
}

/// A running router; clones are the same router.
#[derive(Clone)]
pub struct Router {
    pub(crate) inner: Arc<Inner>,
}

pub(crate) struct Inner {
    pub plan: RouterPlan,
    pub credentials: Credentials,
    /// SSH.
    pub door: Door,
    pub web: Web,
    pub state: Mutex<State>,
    pub control: Mutex<Control>,
    pub key: Mutex<PrivateKey>,
    pub file: Option<PathBuf>,
    pub power: Power,
    /// One change of the doors after the other: each waits until the doors are as it wants them.
    pub doors: tokio::sync::Mutex<()>,
    /// Who is reached through whom, in a lab where that matters.
    pub around: OnceLock<Arc<Around>>,
}

/// What was done to the router and what was seen of its users.
#[derive(Default)]
pub(crate) struct Control {
    gates: Vec<Arc<Gate>>,
    typed: Vec<String>,
    logins: Logins,
    presence: Presence,
    /// Every way to it leads through a router that is away.
    cut_off: bool,
    pub reloads: Vec<Reload>,
    pub answered: Vec<Answered>,
}

/// So much is remembered of what was typed; a lab that runs for weeks must not grow.
const TYPED_LINES: usize = 20_000;

impl std::fmt::Debug for Router {
    fn fmt(&self, to: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(to, "Router({} at {})", self.name(), self.address())
    }
}

impl Router {
    pub fn name(&self) -> &str {
        &self.inner.plan.name
    }

    pub fn plan(&self) -> &RouterPlan {
        &self.inner.plan
    }

    pub fn address(&self) -> SocketAddr {
        self.inner.door.address
    }

    pub fn credentials(&self) -> &Credentials {
        &self.inner.credentials
    }

    /// `SHA256:...`, as OpenSSH prints it.
    pub fn host_key_fingerprint(&self) -> String {
        keys::fingerprint(&lock(&self.inner.key))
    }

    /// A new host key, as after the exchange of the box; open sessions go on.
    pub fn replace_host_key(&self) -> Result<(), LabError> {
        let kind = match self.inner.plan.host_key {
            // The RSA key comes from a cache and would be the same again.
            super::plan::HostKeyKind::Rsa => super::plan::HostKeyKind::EcdsaP256,
            other => other,
        };
        *lock(&self.inner.key) = keys::new_key(kind, None)?;
        self.save()
    }

    /// Puts a fault in force; returns when it is. Several may be in force at once.
    pub async fn fault(&self, fault: Fault) {
        let now = clock::now();
        match fault {
            Fault::CountersReset => lock(&self.inner.web.counters).reset(now),
            Fault::Discontinuity => lock(&self.inner.web.counters).jump(now),
            _ => {}
        }
        lock(&self.inner.state).faults.push(InForce { fault, since: now });
        self.take_effect(now).await;
    }

    /// Ends one fault; the others stay in force.
    pub async fn clear_fault(&self, fault: &Fault) {
        lock(&self.inner.state).faults.retain(|other| other.fault != *fault);
        self.take_effect(clock::now()).await;
    }

    pub async fn clear_faults(&self) {
        lock(&self.inner.state).faults.clear();
        self.take_effect(clock::now()).await;
    }

    /// What faults change beyond the answers: doors, and what the ports carry.
    pub(crate) async fn take_effect(&self, now: DateTime<Utc>) {
        self.observe(now);
        let _one = self.inner.doors.lock().await;
        let presence = self.presence();
        let reachable = !self.has(&Fault::Unreachable) && !lock(&self.inner.control).cut_off;
        let end = if reachable { presence.end } else { End::Close };
        let there = reachable && presence.ssh != Ssh::Refused;
        let full = self.has(&Fault::LinesFull(LinesFull::Refused));
        // Whoever has a line keeps it.
        self.inner.door.part(there && !full, (!there).then_some(end)).await;
        let serves = presence.restconf != Restconf::Refused && !self.has(&Fault::RestconfOff);
        self.inner.web.door.part(reachable && serves, Some(end)).await;
    }

    pub(crate) fn presence(&self) -> Presence {
        lock(&self.inner.control).presence
    }

    /// Goes, or comes back; returns when the doors are so.
    pub(crate) async fn be(&self, presence: Presence) {
        lock(&self.inner.control).presence = presence;
        self.take_effect(clock::now()).await;
        if presence.ssh == Ssh::Silent {
            self.inner.door.connections.end_all(presence.end);
            self.inner.web.door.connections.end_all(presence.end);
        }
        if let Some(around) = self.inner.around.get() {
            around.changed().await;
        }
        self.inner.power.stage.send_modify(|stage| stage.presence = presence);
    }

    /// Whether that is news.
    pub(crate) fn cut_off(&self, cut_off: bool) -> bool {
        std::mem::replace(&mut lock(&self.inner.control).cut_off, cut_off) != cut_off
    }

    /// Withholds the answer at a point until the hold is released.
    #[must_use]
    pub fn hold(&self, point: Point) -> Hold {
        let (hold, gate) = Hold::new(point);
        lock(&self.inner.control).gates.push(gate);
        hold
    }

    /// Cuts every open session, as a broken cable does.
    pub fn cut(&self) {
        self.inner.door.connections.cut_all();
        self.inner.web.door.connections.cut_all();
    }

    /// Changes the running configuration as this person would on the console. Lines are typed in configuration mode.
    pub fn edit(&self, by: &str, lines: &[&str]) -> Result<(), LabError> {
        let mut session = Session::new(0, by, "127.0.0.1", 15);
        let mut state = lock(&self.inner.state);
        let now = clock::now();
        let mut desk = Desk { state: &mut state, session: &mut session, faults: &[], now };
        cli::interpret(&mut desk, "configure terminal");
        for line in lines {
            let said = cli::interpret(&mut desk, line);
            if said.contains('%') {
                return Err(LabError::Refused { line: (*line).to_owned(), said });
            }
        }
        cli::interpret(&mut desk, "end");
        drop(state);
        self.save()
    }

    /// The running configuration in clear, as `show running-config` prints it after its first lines.
    pub fn running_configuration(&self) -> String {
        lock(&self.inner.state).running_text()
    }

    pub fn startup_configuration(&self) -> String {
        lock(&self.inner.state).startup_text()
    }

    /// Whether the running configuration was changed and not saved.
    pub fn unsaved(&self) -> bool {
        lock(&self.inner.state).unsaved
    }

    pub fn boot_time(&self) -> DateTime<Utc> {
        lock(&self.inner.state).boot_time
    }

    /// Every secret value in the configuration, and those that were typed in later.
    pub fn secrets(&self) -> Vec<String> {
        lock(&self.inner.state).secrets.clone()
    }

    pub fn log_lines(&self) -> Vec<String> {
        lock(&self.inner.state).log.iter().cloned().collect()
    }

    /// Every line received so far in all sessions, in order, with passwords left out.
    pub fn typed(&self) -> Vec<String> {
        lock(&self.inner.control).typed.clone()
    }

    pub fn logins(&self) -> Logins {
        lock(&self.inner.control).logins
    }

    /// Over SSH.
    pub fn sessions_now(&self) -> usize {
        self.inner.door.connections.now()
    }

    /// Returns when nobody is connected over SSH.
    pub async fn emptied(&self) {
        self.inner.door.connections.emptied().await;
    }

    /// The most SSH sessions that were open at once.
    pub fn max_sessions_seen(&self) -> usize {
        self.inner.door.connections.most()
    }

    pub(crate) fn faults(&self) -> Vec<Fault> {
        lock(&self.inner.state).faults.iter().map(|in_force| in_force.fault.clone()).collect()
    }

    pub(crate) fn has(&self, fault: &Fault) -> bool {
        lock(&self.inner.state).has(fault)
    }

    pub(crate) fn note_typed(&self, line: &str) {
        let mut control = lock(&self.inner.control);
        if control.typed.len() >= TYPED_LINES {
            control.typed.remove(0);
        }
        control.typed.push(line.to_owned());
    }

    pub(crate) fn note_login(&self, user: &str, from: &str, accepted: bool) {
        lock(&self.inner.state).note_login(user, from, accepted, clock::now());
        let logins = &mut lock(&self.inner.control).logins;
        if accepted {
            logins.accepted += 1;
        } else {
            logins.refused += 1;
        }
    }

    /// Waits at the holds that the test chooses, one after the other.
    pub(crate) async fn pause(&self, wanted: impl Fn(&Point) -> bool) {
        let gates: Vec<Arc<Gate>> = {
            let mut control = lock(&self.inner.control);
            control.gates.retain(|gate| !gate.released());
            control.gates.iter().filter(|gate| wanted(&gate.point)).cloned().collect()
        };
        for gate in gates {
            gate.wait().await;
        }
    }

    /// Keeps the state when the lab has a folder. A port that a person shut carries nothing from here on.
    pub(crate) fn save(&self) -> Result<(), LabError> {
        self.observe(clock::now());
        let Some(file) = &self.inner.file else { return Ok(()) };
        let saved = Saved {
            address: self.address(),
            host_key: keys::to_text(&lock(&self.inner.key))?,
            web: Some(self.inner.web.saved()),
            state: lock(&self.inner.state).clone(),
        };
        saved.write(file)
    }
}

/// A panic while a lock was held has already failed the test that caused it; the others may go on.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
