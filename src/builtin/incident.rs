//! An open alert in one line, as a person reads it: what is wrong, since when, its number, and
//! whether somebody is on it.

use crate::command::short_interface;
use crate::model::{Ack, Alert, Arg, Facts, Hold, Metric, Phase, Severity, Sign, Text};
use std::time::Duration;

pub fn sign(severity: Severity) -> Sign {
    match severity {
        Severity::Critical => Sign::Critical,
        Severity::Warning => Sign::Warning,
    }
}

/// `CPU 91 % since 14:02 (#7, taken by bob)`
pub fn line(alert: &Alert, facts: &Facts) -> Text {
    let (what, number) = (not_back(alert, facts).unwrap_or_else(|| what(alert)), number(alert, facts));
    match alert.phase {
        Phase::Clearing => text!("incident.clearing", what = what, number = number),
        Phase::Pending | Phase::Firing | Phase::Resolved | Phase::Closed(_) => {
            text!("incident.since", what = what, since = alert.since, number = number)
        }
    }
}

/// Of a router that did not come back after a reboot.
pub fn not_back(alert: &Alert, facts: &Facts) -> Option<Text> {
    alert.lost.map(|lost| text!("incident.not_back", who = facts.person_name(lost.by)))
}

/// `#7`, `#7, taken by bob`, `#7, silenced`
pub fn number(alert: &Alert, facts: &Facts) -> Text {
    let number =
        alert.incident.map_or_else(|| text!("incident.no_number"), |id| Text::verbatim(id.to_string()));
    match (&alert.ack, alert.held) {
        (Some(ack), _) if is_held(ack, facts) => {
            text!("incident.acknowledged", number = number, who = facts.person_name(ack.by))
        }
        (_, Some(Hold::Silence(_))) => text!("incident.silenced", number = number),
        (_, Some(Hold::DeviceDown | Hold::Starting | Hold::Reboot(_)) | None) => number,
    }
}

fn is_held(ack: &Ack, facts: &Facts) -> bool {
    facts.now.wall < ack.until
}

/// `CPU 91 %`, `Gi1 is down`: the last known value.
pub fn what(alert: &Alert) -> Text {
    let (object, value) = (alert.key.object.as_str(), alert.value);
    match alert.metric {
        Metric::Cpu => text!("incident.cpu", value = Arg::Percent(value)),
        Metric::Memory => text!("incident.memory", value = Arg::Percent(value)),
        Metric::MemoryStatus if value >= 2.0 => text!("incident.memory_critical"),
        Metric::MemoryStatus => text!("incident.memory_warning"),
        Metric::In => {
            text!("incident.received", interface = short_interface(object), value = Arg::Rate(value))
        }
        Metric::Out => text!("incident.sent", interface = short_interface(object), value = Arg::Rate(value)),
        Metric::Utilisation => {
            let (name, direction) = object.rsplit_once(' ').unwrap_or((object, ""));
            let interface = format!("{} {direction}", short_interface(name));
            text!("incident.utilisation", interface = interface.trim_end(), value = Arg::Percent(value))
        }
        Metric::Link => text!("incident.link", interface = short_interface(object)),
        Metric::Unreachable => text!("incident.unreachable"),
        Metric::Rebooted if value >= 2.0 => text!("incident.crashed"),
        Metric::Rebooted if matches!(alert.held, Some(Hold::Reboot(_))) => text!("incident.rebooted_planned"),
        Metric::Rebooted => text!("incident.rebooted"),
        Metric::Refused => text!("incident.refused"),
        Metric::Missing if object.is_empty() => text!("incident.silent"),
        Metric::Missing => text!("incident.missing", probe = object),
        Metric::Clock => {
            text!("incident.clock", value = Duration::try_from_secs_f64(value.abs()).unwrap_or_default())
        }
    }
}
