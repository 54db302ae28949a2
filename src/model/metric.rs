//! What is measured: the metric, one value of it, and why there is none. Rates and percentages are
//! computed before they get here; nothing here knows where a value comes from.

use super::alert::Closing;
use super::ids::DeviceId;
use super::time::Timestamp;
use serde::{Deserialize, Serialize};
use std::fmt;

/// The name stands in rules, in the metrics file and in pictures.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Metric {
    /// Percent of IOSd over the last minute. No object.
    Cpu,
    /// Percent of a pool in use. Object: the pool.
    Memory,
    /// The router's own word about its memory: 0 healthy, 1 warning, 2 critical. No object.
    MemoryStatus,
    /// Bits per second received. Object: the interface's full name.
    In,
    /// Bits per second sent. Object: the interface's full name.
    Out,
    /// Percent of the speed, never shown above 100. Object: `GigabitEthernet1 in` or `... out`.
    Utilisation,
    /// 1 when an interface that should be up is down, else 0. Object: the interface's full name.
    Link,
    /// 1 when neither RESTCONF nor SSH answered, else 0. No object.
    Unreachable,
    /// 0; 1 in the poll that saw a newer boot time, 2 when the router calls the reason abnormal. No object.
    Rebooted,
    /// 1 when the router refused the login over RESTCONF, else 0. No object.
    Refused,
    /// 1 when a probe brought nothing for too long, else 0. Object: the probe's name.
    Missing,
    /// Seconds between the router's clock and ours, without a sign. No object.
    Clock,
}

/// How a value is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    Percent,
    BitsPerSecond,
    Seconds,
    /// A word stands for the number.
    State,
}

impl Metric {
    pub const ALL: [Metric; 12] = [
        Metric::Cpu,
        Metric::Memory,
        Metric::MemoryStatus,
        Metric::In,
        Metric::Out,
        Metric::Utilisation,
        Metric::Link,
        Metric::Unreachable,
        Metric::Rebooted,
        Metric::Refused,
        Metric::Missing,
        Metric::Clock,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Metric::Cpu => "cpu",
            Metric::Memory => "memory",
            Metric::MemoryStatus => "memory_status",
            Metric::In => "in",
            Metric::Out => "out",
            Metric::Utilisation => "utilisation",
            Metric::Link => "link",
            Metric::Unreachable => "unreachable",
            Metric::Rebooted => "rebooted",
            Metric::Refused => "refused",
            Metric::Missing => "missing",
            Metric::Clock => "clock",
        }
    }

    pub fn named(name: &str) -> Option<Metric> {
        Metric::ALL.into_iter().find(|metric| metric.name() == name)
    }

    pub fn unit(self) -> Unit {
        match self {
            Metric::Cpu | Metric::Memory | Metric::Utilisation => Unit::Percent,
            Metric::In | Metric::Out => Unit::BitsPerSecond,
            Metric::Clock => Unit::Seconds,
            Metric::MemoryStatus
            | Metric::Link
            | Metric::Unreachable
            | Metric::Rebooted
            | Metric::Refused
            | Metric::Missing => Unit::State,
        }
    }

    /// The highest value that there can be, where there is one.
    pub fn highest(self) -> Option<f64> {
        match self {
            Metric::Cpu | Metric::Memory | Metric::Utilisation => Some(100.0),
            Metric::MemoryStatus | Metric::Rebooted => Some(2.0),
            Metric::Link | Metric::Unreachable | Metric::Refused | Metric::Missing => Some(1.0),
            Metric::In | Metric::Out | Metric::Clock => None,
        }
    }

    /// The interface that an object of this metric speaks of.
    pub fn interface(self, object: &str) -> Option<&str> {
        match self {
            Metric::In | Metric::Out | Metric::Link => Some(object),
            Metric::Utilisation => Some(object.split_once(' ').map_or(object, |(interface, _)| interface)),
            Metric::Cpu
            | Metric::Memory
            | Metric::MemoryStatus
            | Metric::Unreachable
            | Metric::Rebooted
            | Metric::Refused
            | Metric::Missing
            | Metric::Clock => None,
        }
    }

    /// Whether its values are kept in the metrics file. Percentages of a speed are not: the rates are.
    pub fn is_kept(self) -> bool {
        matches!(self, Metric::Cpu | Metric::Memory | Metric::In | Metric::Out)
    }
}

impl fmt::Display for Metric {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// One row of values over time.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Series {
    pub device: DeviceId,
    pub metric: Metric,
    /// Empty where the metric has none.
    pub object: String,
}

/// A measured value.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Sample {
    pub series: Series,
    pub at: Timestamp,
    pub value: f64,
}

/// A series as it was read for a span: one point a step where there is a value, nothing where there
/// is none. A hole wider than a few steps is a gap and is drawn as one.
#[derive(Clone, Debug, PartialEq)]
pub struct Track {
    pub series: Series,
    /// The usual distance between two points.
    pub step: std::time::Duration,
    /// In order of time.
    pub points: Vec<Point>,
}

/// The series that an answer needs, and over which span.
#[derive(Clone, Debug, PartialEq)]
pub struct Wanted {
    pub series: Vec<Series>,
    pub from: Timestamp,
    pub to: Timestamp,
}

impl Wanted {
    pub fn nothing(now: Timestamp) -> Wanted {
        Wanted { series: Vec::new(), from: now, to: now }
    }
}

/// One value, or what several came to.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Point {
    pub at: Timestamp,
    /// The mean over the step.
    pub value: f64,
    /// The highest value within the step.
    pub peak: f64,
}

/// What one look at one object came to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Observed {
    pub metric: Metric,
    pub object: String,
    pub reading: Reading,
}

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reading {
    Known(f64),
    /// There is no value this time.
    Unknown(Why),
    /// The object is not there any more or is not watched any more: what is open about it ends.
    Ended(Closing),
}

/// Why a value is unknown (`devices.md` B5, `alerting.md` 2.6; RFC 8343 for `discontinuity-time`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Why {
    /// There is nothing to compare with yet.
    First,
    /// A counter went down.
    CounterWentDown,
    /// The router booted in between.
    Rebooted,
    /// The router says that its counters were set anew in between.
    Discontinuity,
    /// Another speed than before: the next interval counts.
    SpeedChanged,
    /// The router gives no speed, or zero.
    NoSpeed,
    /// Under half a period since the last answer.
    TooSoon,
    /// Over three periods since the last answer.
    TooLate,
    /// More than 120 % of the speed.
    Implausible,
    /// Only a 32-bit counter, on an interface over which it wraps between two looks.
    NarrowCounter,
    /// The answer does not hold it.
    NotReported,
    /// There was no answer.
    NoAnswer,
}
