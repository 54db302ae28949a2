//! What was last seen of each router, as one value: what `/status` reads and what a reboot is
//! recognised against. It is kept in the metrics file and is only as good as that.

use super::ids::DeviceId;
use super::metric::{Metric, Reading};
use super::text::Text;
use super::time::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

/// Every router that was ever polled.
#[derive(Clone, Debug, Default)]
pub struct Board(pub BTreeMap<DeviceId, Arc<Vitals>>);

impl Board {
    pub fn of(&self, device: DeviceId) -> Option<&Vitals> {
        self.0.get(&device).map(Arc::as_ref)
    }
}

/// How often routers are asked. A value older than three of its periods is told with its age.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Periods {
    /// CPU and interfaces.
    pub often: Duration,
    /// Memory, system and the rest.
    pub seldom: Duration,
}

impl Periods {
    /// How often a metric is looked at.
    pub fn of(&self, metric: Metric) -> Duration {
        match metric {
            Metric::Memory | Metric::MemoryStatus | Metric::Rebooted | Metric::Clock => self.seldom,
            Metric::Cpu
            | Metric::In
            | Metric::Out
            | Metric::Utilisation
            | Metric::Link
            | Metric::Unreachable
            | Metric::Refused
            | Metric::Missing => self.often,
        }
    }
}

impl Default for Periods {
    fn default() -> Periods {
        Periods { often: Duration::from_secs(60), seldom: Duration::from_secs(300) }
    }
}

/// One router, as last seen.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Vitals {
    pub reach: Reach,
    /// Since when `reach` is as it is.
    pub reach_since: Option<Timestamp>,
    /// When a poll last brought an answer.
    pub answered_at: Option<Timestamp>,
    /// How long the last answer took.
    pub took: Option<Duration>,
    /// Percent, the one-minute value.
    pub cpu: Option<Seen<f64>>,
    /// Percent of the Processor pool.
    pub memory: Option<Seen<f64>>,
    pub memory_status: Option<Seen<MemoryStatus>>,
    pub system: Option<Seen<System>>,
    pub interfaces: Option<Seen<Vec<Interface>>>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Seen<T> {
    pub at: Timestamp,
    pub value: T,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reach {
    /// Never polled.
    #[default]
    Unknown,
    Up,
    /// RESTCONF failed and SSH answers: the router lives, its values are unknown. Holds the reason.
    NoRestconf(Text),
    /// The router refused the login over RESTCONF; it is not asked again until a person says so.
    Refused(Text),
    /// Neither answers.
    Down(Text),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MemoryStatus {
    Healthy,
    Warning,
    Critical,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct System {
    /// By the router's own clock.
    pub boot_time: Option<Timestamp>,
    /// `17.9.4a`
    pub version: Option<String>,
    /// `Reload Command`, in the router's words.
    pub reload_reason: Option<String>,
    /// The router calls the reason abnormal, or it says crash.
    pub crashed: bool,
    pub unsaved: Option<bool>,
    /// How long it has been up, by its own clock, when it was seen.
    pub uptime: Option<Duration>,
    /// The router's clock less ours, in seconds.
    pub clock_off: Option<i64>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Interface {
    /// Full name: `GigabitEthernet1`.
    pub name: String,
    /// The router's own, or the one that the inventory sets over it.
    pub description: String,
    /// False when somebody shut it.
    pub enabled: bool,
    pub up: bool,
    /// Tagged or described as an uplink, or watched by the inventory.
    pub watched: bool,
    /// Loopbacks, tunnels, VLANs: no speed that means anything unless the inventory gives one.
    pub logical: bool,
    /// Bits per second: the inventory's own, else the router's.
    pub speed: Option<u64>,
    /// Bits per second received and sent.
    pub received: Reading,
    pub sent: Reading,
    pub last_change: Option<Timestamp>,
}

impl Interface {
    /// The busier direction in percent of the speed, capped at 100; none when unknown.
    pub fn busy(&self) -> Option<f64> {
        let speed = self.speed.filter(|speed| *speed > 0)? as f64;
        let share = |reading: Reading| match reading {
            Reading::Known(rate) => Some((rate / speed * 100.0).min(100.0)),
            Reading::Unknown(_) | Reading::Ended(_) => None,
        };
        match (share(self.received), share(self.sent)) {
            (Some(a), Some(b)) => Some(a.max(b)),
            (one, other) => one.or(other),
        }
    }
}
