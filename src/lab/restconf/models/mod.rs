//! The modules that a router answers, each as one tree of values; paths and `fields` cut their part out of it.

mod cpu;
mod interfaces;
mod memory;
mod standard;
mod system;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};

use crate::lab::counters::Past;
use crate::lab::fault::Fault;
use crate::lab::ports::{Face, faces};
use crate::lab::router::{Router, lock};
use crate::lab::state::State;
use crate::lab::traffic::Direction;

/// A router at one moment.
pub(crate) struct View<'a> {
    router: &'a Router,
    faults: Vec<Fault>,
    now: DateTime<Utc>,
}

/// The tree below a top name (`module:container`); none is a module that this router does not have.
pub(crate) fn tree(top: &str, view: &View) -> Option<Value> {
    Some(match top {
        "Cisco-IOS-XE-process-cpu-oper:cpu-usage" => cpu::usage(view),
        "Cisco-IOS-XE-memory-oper:memory-statistics" => memory::pools(view),
        "Cisco-IOS-XE-platform-software-oper:cisco-platform-software" => memory::platform(view),
        "Cisco-IOS-XE-interfaces-oper:interfaces" => interfaces::interfaces(view),
        "ietf-interfaces:interfaces-state" => standard::interfaces_state(view),
        "Cisco-IOS-XE-device-hardware-oper:device-hardware-data" => system::hardware(view),
        "Cisco-IOS-XE-native:native" => system::native(view),
        "ietf-yang-library:modules-state" => system::library(),
        // A virtual router has no sensors: the container is there and holds nothing.
        "Cisco-IOS-XE-environment-oper:environment-sensors" => json!({}),
        _ => return None,
    })
}

/// The leaf that names an entry of this list.
pub(crate) fn key(list: &str) -> &'static str {
    match list {
        "control-process" => "fru",
        _ => "name",
    }
}

/// Takes out what an old release does not have, after `fields`: the names were good, the values are not there.
pub(crate) fn age(found: &mut Value, faults: &[Fault]) {
    if !faults.contains(&Fault::NarrowOutOctets) {
        return;
    }
    match found {
        Value::Object(children) => {
            children.remove("out-octets-64");
            children.values_mut().for_each(|child| age(child, faults));
        }
        Value::Array(entries) => entries.iter_mut().for_each(|entry| age(entry, faults)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

impl View<'_> {
    pub fn new(router: &Router, now: DateTime<Utc>) -> View<'_> {
        router.observe(now);
        View { router, faults: router.faults(), now }
    }

    fn state<T>(&self, read: impl FnOnce(&State) -> T) -> T {
        read(&lock(&self.router.inner.state))
    }

    fn faces(&self) -> Vec<Face> {
        self.state(faces)
    }

    fn octets(&self, face: &Face, direction: Direction) -> u64 {
        lock(&self.router.inner.web.counters).octets(&face.name, direction, self.now)
    }

    /// Bits a second over the load interval of five minutes, as the router itself reckons.
    fn load(&self, face: &Face, direction: Direction) -> f64 {
        let from = (self.now - TimeDelta::minutes(5)).max(self.router.boot_time());
        self.router.true_rate(&face.name, direction, from, self.now)
    }

    fn past(&self, face: &Face) -> Past {
        let mut past = lock(&self.router.inner.web.counters).past(&face.name);
        if self.faults.contains(&Fault::JitteringDiscontinuity) {
            let jitter = i64::from(self.now.timestamp_subsec_micros() % 997);
            past.discontinuity += TimeDelta::milliseconds(jitter);
        }
        past
    }

    /// A moment by the router's own clock, as YANG writes it.
    fn stamp(&self, at: DateTime<Utc>) -> String {
        self.state(|state| state.clock(at)).format("%Y-%m-%dT%H:%M:%S%.3f+00:00").to_string()
    }
}

/// The nearest whole number, not below zero.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a cast of a float to an integer saturates"
)]
fn rounded(value: f64) -> u64 {
    value.max(0.0).round() as u64
}
