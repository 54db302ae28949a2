//! What `show` prints: one line in [`SHOWS`] for each command, its text in the files of this folder.

mod configuration;
mod hardware;
mod interfaces;
mod neighbours;
mod routing;
mod system;
mod version;

pub(crate) use configuration::running as running_configuration;
pub(crate) use interfaces::{has as has_interface, interfaces};
pub(crate) use routing::reachable;

use chrono::{DateTime, TimeDelta, Utc};

use super::{Desk, Session, reload};
use crate::lab::fault::Fault;
use crate::lab::state::State;
use crate::lab::topology::Neighbour;

/// What a `show` command may look at.
pub(crate) struct Asked<'a> {
    pub state: &'a State,
    pub session: &'a Session,
    pub faults: &'a [Fault],
    pub now: DateTime<Utc>,
    pub arguments: &'a [String],
}

pub(crate) struct Show {
    pub words: &'static str,
    pub level: u8,
    pub text: fn(&Asked) -> String,
}

const fn all(words: &'static str, text: fn(&Asked) -> String) -> Show {
    Show { words, level: 0, text }
}

const fn privileged(words: &'static str, text: fn(&Asked) -> String) -> Show {
    Show { words, level: 15, text }
}

pub(crate) const SHOWS: &[Show] = &[
    all("show version", version::version),
    privileged("show running-config", configuration::running),
    privileged("show running-config interface INTERFACE", configuration::running_interface),
    privileged("show running-config view full", configuration::running),
    privileged("show startup-config", configuration::startup),
    privileged("show archive config differences", configuration::differences),
    privileged("show archive", configuration::archive),
    privileged("show logging", system::logging),
    all("show clock", system::clock),
    all("show users", system::users),
    all("show privilege", system::privilege),
    all("show terminal", system::terminal),
    privileged("show reload", reload::show),
    all("show processes cpu", system::cpu),
    all("show processes cpu sorted", system::cpu),
    all("show processes memory", system::memory_processes),
    all("show processes memory sorted", system::memory_processes),
    all("show memory statistics", system::memory),
    all("show inventory", hardware::inventory),
    all("show environment", hardware::environment),
    all("show environment all", hardware::environment),
    privileged("show boot", hardware::boot),
    privileged("show bootvar", hardware::boot),
    all("show redundancy states", hardware::redundancy),
    all("show switch", hardware::switch),
    privileged("dir", hardware::dir),
    privileged("dir WORD", hardware::dir),
    all("show interfaces", interfaces::every),
    all("show interfaces INTERFACE", interfaces::one),
    all("show interfaces description", interfaces::descriptions),
    all("show ip interface brief", interfaces::brief),
    all("show ip interface brief INTERFACE", interfaces::brief),
    all("show arp", routing::arp),
    all("show ip arp", routing::arp),
    all("show ip arp A.B.C.D", routing::arp),
    all("show ip route", routing::routes),
    all("show ip route A.B.C.D", routing::route),
    all("show ip bgp summary", routing::bgp),
    all("show ip ospf neighbor", routing::ospf),
    all("show cdp neighbors", neighbours::cdp),
    all("show cdp neighbors detail", neighbours::cdp_detail),
];

impl<'a> Asked<'a> {
    pub fn new(desk: &'a Desk, arguments: &'a [String]) -> Asked<'a> {
        Asked { state: desk.state, session: desk.session, faults: desk.faults, now: desk.now, arguments }
    }

    fn clock(&self) -> DateTime<Utc> {
        self.state.clock(self.now)
    }

    fn uptime(&self) -> TimeDelta {
        (self.now - self.state.boot_time).max(TimeDelta::zero())
    }

    /// Whether the protocols have found their neighbours since the start.
    fn settled(&self) -> bool {
        self.now >= self.state.neighbours_from
    }

    /// Whether a neighbour behind this port is there.
    fn sees(&self, neighbour: &str, port: &str) -> bool {
        let up = interfaces(self.state).iter().any(|interface| interface.name == port && interface.up);
        let there = up && self.settled() && !self.state.absent.contains(neighbour);
        there && !self.state.has(&Fault::NeighbourGone(neighbour.to_owned()))
    }

    /// Those at the other ends of the cables who are there.
    fn neighbours(&self) -> impl Iterator<Item = &Neighbour> {
        let there = |neighbour: &&Neighbour| self.sees(&neighbour.name, &neighbour.local);
        self.state.neighbours.iter().filter(there)
    }

    fn argument(&self) -> &str {
        self.arguments.first().map_or("", String::as_str)
    }
}

/// `2 weeks, 1 day, 22 hours, 22 minutes`.
fn long_span(span: TimeDelta) -> String {
    let minutes = span.num_minutes();
    let parts = [
        (minutes / 10_080, "week"),
        (minutes / 1_440 % 7, "day"),
        (minutes / 60 % 24, "hour"),
        (minutes % 60, "minute"),
    ];
    let said = parts.iter().filter(|(count, unit)| *count > 0 || *unit == "minute");
    let word = |(count, unit): &(i64, &str)| format!("{count} {unit}{}", if *count == 1 { "" } else { "s" });
    said.map(word).collect::<Vec<_>>().join(", ")
}

/// `3w2d`, `1d02h` or `02:14:55`, the short form of tables.
fn short_span(span: TimeDelta) -> String {
    match (span.num_weeks(), span.num_days(), span.num_hours()) {
        (weeks @ 1.., days, _) => format!("{weeks}w{}d", days % 7),
        (_, days @ 1.., hours) => format!("{days}d{:02}h", hours % 24),
        (_, _, hours) => format!("{hours:02}:{:02}:{:02}", span.num_minutes() % 60, span.num_seconds() % 60),
    }
}
