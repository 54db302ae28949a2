//! What is asked of each router on the clock, and what the answers mean. A device comes in and a `Plan` of
//! reading asks leaves; the outcomes come in and values leave. A metric is one file here and one line in
//! [`PROBES`]. Every request is logged by the router, so a probe asks little and seldom. Nothing here waits,
//! stores or decides what is an alert, and no body that a router sends ends in a panic.

pub mod condition;
mod cpu;
mod interfaces;
mod leaf;
mod memory;
mod rates;
pub mod reload;
mod system;
#[cfg(test)]
mod tests;

use crate::model::metric::{Metric, Observed, Reading, Sample, Series, Why};
use crate::model::outcome::Json;
use crate::model::permit::TooDangerous;
use crate::model::{Ask, Device, Now, Outcome, Plan, Timestamp, Vitals};
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

/// Every probe, in the order in which they are listed to people.
pub const PROBES: [&Probe; 4] = [&cpu::PROBE, &interfaces::PROBE, &memory::PROBE, &system::PROBE];

/// One family of metrics: what to ask, how often, and how to read what comes back.
pub struct Probe {
    /// Stands in settings, in `Memory` and as the object of [`Metric::Missing`].
    pub name: &'static str,
    pub pace: Pace,
    asks: fn(&Device, &Memory) -> Vec<Ask>,
    read: fn(&Look<'_>, &mut Memory, &mut Vitals) -> Found,
}

/// How often a probe asks when the settings say nothing else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pace {
    /// What changes by the minute.
    Often,
    /// What changes by the hour.
    Seldom,
}

impl Pace {
    pub fn period(self) -> Duration {
        match self {
            Pace::Often => Duration::from_secs(60),
            Pace::Seldom => Duration::from_secs(300),
        }
    }
}

/// The answers to one plan.
pub struct Look<'a> {
    pub device: &'a Device,
    /// One for each ask of the plan, in order; one that is missing counts as broken.
    pub outcomes: &'a [Outcome],
    /// When the plan began; `Json::answered` counts from here.
    pub at: Now,
    /// The usual distance between two looks.
    pub period: Duration,
}

/// What one look brought.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Found {
    /// For the rules: every key once, also where there is no value.
    pub observed: Vec<Observed>,
    /// For the metrics file: known values only.
    pub samples: Vec<Sample>,
}

/// What is remembered of one device between two looks. In memory only: after a restart the first rates
/// are [`Why::First`]. What must outlive a restart is read from [`Vitals`].
#[derive(Clone, Debug, Default)]
pub struct Memory {
    /// What each probe observed last time and has not ended.
    given: BTreeMap<&'static str, BTreeSet<(Metric, String)>>,
    interfaces: interfaces::Kept,
    /// By the router's own clock, when it was last told.
    boot_time: Option<Timestamp>,
}

impl Probe {
    /// The same kind of plan that a reading command makes; it asks at most two things.
    pub fn plan(&self, device: &Device, memory: &Memory) -> Result<Plan, TooDangerous> {
        Plan::reading(device.clone(), (self.asks)(device, memory))
    }

    /// Reads the answers to [`Probe::plan`], fills in what they say about the router and gives the values.
    /// What was observed last time and is not in the answers is unknown now: a rule must never take
    /// silence for health.
    pub fn read(&self, look: &Look<'_>, memory: &mut Memory, vitals: &mut Vitals) -> Found {
        let asked = (self.asks)(look.device, memory).len();
        let broken = (0..asked).any(|ask| look.json(ask).is_none());
        let mut found = (self.read)(look, memory, vitals);
        let why = if broken { Why::NoAnswer } else { Why::NotReported };
        let given: BTreeSet<_> = found.observed.iter().map(|o| (o.metric, o.object.clone())).collect();
        for (metric, object) in memory.given.remove(self.name).unwrap_or_default() {
            if !given.contains(&(metric, object.clone())) {
                found.observed.push(Observed { metric, object, reading: Reading::Unknown(why) });
            }
        }
        let lasting = found.observed.iter().filter(|o| !matches!(o.reading, Reading::Ended(_)));
        memory.given.insert(self.name, lasting.map(|o| (o.metric, o.object.clone())).collect());
        found
    }
}

impl<'a> Look<'a> {
    /// The answer to the ask at this place; none when the line broke.
    fn json(&self, ask: usize) -> Option<&'a Json> {
        match self.outcomes.get(ask)? {
            Outcome::Json(json) => Some(json),
            Outcome::Text(_)
            | Outcome::Config(_)
            | Outcome::Dialogue(_)
            | Outcome::Refused { .. }
            | Outcome::Broken(_) => None,
        }
    }

    /// When this answer was whole, by the calendar.
    fn answered(&self, json: &Json) -> Timestamp {
        self.at.wall.plus(json.answered)
    }
}

impl Found {
    /// One value or the reason for none; a known one of a metric that is kept becomes a sample too.
    fn note(&mut self, look: &Look<'_>, at: Timestamp, metric: Metric, object: &str, reading: Reading) {
        self.observed.push(Observed { metric, object: object.to_owned(), reading });
        if metric.is_kept() {
            self.keep(look, at, metric, object, reading);
        }
    }

    fn keep(&mut self, look: &Look<'_>, at: Timestamp, metric: Metric, object: &str, reading: Reading) {
        if let Reading::Known(value) = reading {
            let series = Series { device: look.device.id, metric, object: object.to_owned() };
            self.samples.push(Sample { series, at, value });
        }
    }
}

/// A value, or that the answer does not hold it.
fn reported(value: Option<f64>) -> Reading {
    value.map_or(Reading::Unknown(Why::NotReported), Reading::Known)
}
