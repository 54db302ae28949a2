//! What one simulated router is at a moment: its configurations, clock, log and who is logged in. Everything that
//! speaks for the router (the command line, RESTCONF) reads and changes this and nothing else.

use std::collections::{BTreeSet, VecDeque};

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use super::configuration::Configuration;
use super::fault::{Fault, InForce};
use super::plan::{Credentials, RouterPlan};
use super::reload::{Order, PendingReload, ReloadManner};
use super::sample::{draw, sample};
use super::topology::{Neighbour, Place, Port};
use super::traffic;
use super::zone::Zone;

/// The log keeps this many lines; older ones are forgotten, as on a router with a full buffer.
const LOG_LINES: usize = 400;

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct State {
    pub name: String,
    pub site: String,
    pub number: usize,
    pub serial: String,
    pub ports: Vec<Port>,
    pub neighbours: Vec<Neighbour>,
    pub running: Configuration,
    pub startup: Configuration,
    /// Who changed the running configuration last, and when; `None` since a start.
    pub changed: Option<Stamp>,
    pub saved: Option<Stamp>,
    /// The flag behind the save question of `reload`.
    pub unsaved: bool,
    pub boot_time: DateTime<Utc>,
    pub reload_reason: String,
    /// Whether the last start came after a crash.
    #[serde(default)]
    pub reload_abnormal: bool,
    /// How far the router's clock is from the true time.
    pub clock_offset_seconds: i64,
    /// What its own timer will do.
    #[serde(default)]
    pub pending: Option<PendingReload>,
    pub log: VecDeque<String>,
    pub secrets: Vec<String>,
    #[serde(skip)]
    pub credentials: Credentials,
    #[serde(skip)]
    pub first_privilege: u8,
    /// How many boxes it is made of.
    #[serde(skip)]
    pub members: u8,
    #[serde(skip)]
    pub manner: ReloadManner,
    /// From when on the neighbours are seen; before it the protocols are still starting.
    #[serde(skip)]
    pub neighbours_from: DateTime<Utc>,
    /// It shall go, by the word of this person.
    #[serde(default)]
    pub going: Option<Order>,
    /// Routers that are away, or cut off by one that is.
    #[serde(skip)]
    pub absent: BTreeSet<String>,
    /// What everybody who is logged in shall be told.
    #[serde(skip)]
    pub announcements: Vec<String>,
    #[serde(skip)]
    pub faults: Vec<InForce>,
    #[serde(skip)]
    pub users: Vec<LoggedIn>,
    /// Whether something changed that the state folder does not know yet.
    #[serde(skip)]
    pub unkept: bool,
}

/// Who did something, and when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Stamp {
    pub at: DateTime<Utc>,
    pub by: String,
}

/// One open session, as `show users` lists it.
#[derive(Clone, Debug)]
pub(crate) struct LoggedIn {
    pub line: u16,
    pub user: String,
    pub from: String,
    pub typed_at: DateTime<Utc>,
}

pub(crate) const VERSION: &str = "17.9.4a";

impl State {
    pub fn born(place: &Place, now: DateTime<Utc>) -> State {
        let sample = sample(place);
        let age: i64 =
            draw(&format!("{} age", place.name)).take(3).fold(0, |sum, byte| sum * 120 + i64::from(byte));
        let boot_time = now - TimeDelta::seconds(3 * 3600 + age);
        let mut state = State {
            name: place.name.clone(),
            site: place.site.clone(),
            number: place.number,
            serial: place.serial.clone(),
            ports: place.ports.clone(),
            neighbours: place.neighbours.clone(),
            running: sample.configuration.clone(),
            startup: sample.configuration,
            changed: None,
            saved: Some(Stamp { at: boot_time, by: "admin".to_owned() }),
            unsaved: false,
            boot_time,
            reload_reason: "Reload Command".to_owned(),
            reload_abnormal: false,
            clock_offset_seconds: 0,
            pending: None,
            log: VecDeque::new(),
            secrets: sample.secrets,
            credentials: Credentials::default(),
            first_privilege: 1,
            members: 1,
            manner: ReloadManner::default(),
            neighbours_from: boot_time,
            going: None,
            absent: BTreeSet::new(),
            announcements: Vec::new(),
            faults: Vec::new(),
            users: Vec::new(),
            unkept: true,
        };
        state.log_boot(now);
        state
    }

    /// Takes over what the plan decides anew at every start.
    pub fn adopt(&mut self, plan: &RouterPlan, credentials: &Credentials) {
        self.first_privilege = plan.privilege;
        self.members = plan.members;
        self.manner = plan.reload.clone();
        self.credentials = credentials.clone();
    }

    pub fn hostname(&self) -> &str {
        self.running.value("hostname").unwrap_or("Router")
    }

    pub fn clock(&self, now: DateTime<Utc>) -> DateTime<Utc> {
        let off = self.faults.iter().rev().find_map(InForce::clock);
        now + TimeDelta::seconds(self.clock_offset_seconds + off.unwrap_or(0))
    }

    pub fn zone(&self) -> Zone {
        Zone::of(&self.running)
    }

    /// `14:02:31 UTC Mon Nov 23 2026`, the way the router writes a time of its clock.
    pub fn long_time(&self, at: DateTime<Utc>) -> String {
        self.zone().format(at, "%H:%M:%S")
    }

    pub fn has(&self, fault: &Fault) -> bool {
        self.faults.iter().any(|in_force| in_force.fault == *fault)
    }

    /// Percent of the processor.
    pub fn cpu(&self, at: DateTime<Utc>) -> f64 {
        let told = self.faults.iter().rev().find_map(|in_force| in_force.cpu(at));
        told.unwrap_or_else(|| traffic::cpu(&self.name, at))
    }

    /// Percent of the pool `Processor`.
    pub fn memory(&self, at: DateTime<Utc>) -> f64 {
        let told = self.faults.iter().rev().find_map(InForce::memory);
        told.unwrap_or_else(|| traffic::memory(&self.name, at))
    }

    /// Writes one line into the log buffer, with the router's own time before it.
    pub fn log(&mut self, now: DateTime<Utc>, text: &str) -> String {
        let line = format!("{}: {text}", self.clock(now).format("%b %e %H:%M:%S%.3f"));
        if self.log.len() >= LOG_LINES {
            self.log.pop_front();
        }
        self.log.push_back(line.clone());
        line
    }

    /// Notes that the running configuration was changed by this person: header, log line, unsaved flag.
    pub fn note_change(&mut self, by: &str, from: &str, now: DateTime<Utc>) {
        self.changed = Some(Stamp { at: self.clock(now), by: by.to_owned() });
        self.unsaved = true;
        self.unkept = true;
        self.log(now, &format!("%SYS-5-CONFIG_I: Configured from console by {by} on {from}"));
    }

    pub fn note_login(&mut self, user: &str, from: &str, accepted: bool, now: DateTime<Utc>) {
        let end = format!("[Source: {from}] [localport: 22]");
        let at = self.long_time(self.clock(now));
        let line = if accepted {
            format!("%SEC_LOGIN-5-LOGIN_SUCCESS: Login Success [user: {user}] {end} at {at}")
        } else {
            format!(
                "%SEC_LOGIN-4-LOGIN_FAILED: Login failed [user: {user}] {end} [Reason: Login Authentication Failed] at {at}"
            )
        };
        self.log(now, &line);
    }

    pub fn save(&mut self, by: &str, now: DateTime<Utc>) {
        self.startup = self.running.clone();
        self.saved = Some(Stamp { at: self.clock(now), by: by.to_owned() });
        self.unsaved = false;
        self.unkept = true;
    }

    /// The text of the running configuration with its header, without `Building configuration...`.
    pub fn running_text(&self) -> String {
        format!("{}!\n{}", self.header(), self.running.text())
    }

    pub fn startup_text(&self) -> String {
        format!("{}!\n{}", self.header(), self.startup.text())
    }

    fn header(&self) -> String {
        let stamp = |stamp: &Stamp| format!("{} by {}", self.long_time(stamp.at), stamp.by);
        let changed = match &self.changed {
            Some(changed) => format!("! Last configuration change at {}\n", stamp(changed)),
            None => "! No configuration change since last restart\n".to_owned(),
        };
        let saved = self.saved.as_ref();
        let saved = saved
            .map(|saved| format!("! NVRAM config last updated at {}\n", stamp(saved)))
            .unwrap_or_default();
        format!("!\n{changed}{saved}")
    }

    /// A request over RESTCONF, as the daemon that asks AAA about each of them logs it.
    pub fn note_request(&mut self, user: &str, accepted: bool, now: DateTime<Utc>) {
        let line = if accepted {
            format!(
                "%DMI-5-AUTH_PASSED: R0/0: dmiauthd: User '{user}' authenticated successfully from IP:0 for rest over http. External groups: PRIV15"
            )
        } else {
            format!(
                "%DMI-5-AUTH_FAILED: R0/0: dmiauthd: User '{user}' authentication failed from IP:0 for rest over http."
            )
        };
        self.log(now, &line);
    }

    /// Starts again now with what was saved; nobody is logged in and the log is that of a start.
    pub fn boot(&mut self, reason: &str, abnormal: bool, now: DateTime<Utc>) {
        self.running = self.startup.clone();
        self.changed = None;
        self.unsaved = false;
        self.unkept = true;
        self.boot_time = now;
        reason.clone_into(&mut self.reload_reason);
        self.reload_abnormal = abnormal;
        self.pending = None;
        self.going = None;
        self.announcements.clear();
        self.users.clear();
        self.log.clear();
        self.log_boot(now);
    }

    fn log_boot(&mut self, now: DateTime<Utc>) {
        let boot = self.boot_time;
        let since = |seconds| (boot + TimeDelta::seconds(seconds)).min(now);
        let version = format!("%SYS-5-RESTART: System restarted -- Cisco IOS Software, Version {VERSION}");
        self.log(since(40), &version);
        self.log(since(41), "%SSH-5-ENABLED: SSH 2.0 has been enabled");
        let up: Vec<String> =
            self.ports.iter().filter(|port| !port.shut).map(|port| port.name.clone()).collect();
        for name in up {
            self.log(since(44), &format!("%LINK-3-UPDOWN: Interface {name}, changed state to up"));
            let protocol =
                format!("%LINEPROTO-5-UPDOWN: Line protocol on Interface {name}, changed state to up");
            self.log(since(45), &protocol);
        }
    }
}
