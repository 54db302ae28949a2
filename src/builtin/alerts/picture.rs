//! The picture of an alert: the last hour, or as much as is asked for, of what it is about.

use crate::command::short_interface;
use crate::model::{Alert, Curve, Facts, Metric, Picture, Series, Text};
use crate::store::{StoreError, Work};
use std::time::Duration;

/// What stands below the first message.
pub const USUAL: Duration = Duration::from_secs(3_600);

/// None for what is no value over time.
pub fn of(alert: &Alert, span: Duration, facts: &Facts, work: &Work) -> Result<Option<Picture>, StoreError> {
    let device = alert.key.device;
    let series = |metric, object: &str| Series { device, metric, object: object.to_owned() };
    let object = alert.key.object.as_str();
    let (curves, capacity) = match alert.metric {
        Metric::Cpu => {
            (vec![Curve { series: series(Metric::Cpu, ""), label: text!("alert.curve_cpu") }], None)
        }
        Metric::Memory => {
            (vec![Curve { series: series(Metric::Memory, object), label: text!("alert.curve_memory") }], None)
        }
        Metric::Utilisation => {
            let name = alert.metric.interface(object).unwrap_or(object);
            let speed =
                facts.board.of(device).and_then(|vitals| vitals.interfaces.as_ref()).and_then(|seen| {
                    seen.value
                        .iter()
                        .find(|interface| interface.name == name)
                        .and_then(|interface| interface.speed)
                });
            let curves = vec![
                Curve { series: series(Metric::In, name), label: text!("alert.curve_in") },
                Curve { series: series(Metric::Out, name), label: text!("alert.curve_out") },
            ];
            (curves, speed.map(|speed| speed as f64))
        }
        Metric::In => {
            (vec![Curve { series: series(Metric::In, object), label: text!("alert.curve_in") }], None)
        }
        Metric::Out => {
            (vec![Curve { series: series(Metric::Out, object), label: text!("alert.curve_out") }], None)
        }
        Metric::MemoryStatus
        | Metric::Link
        | Metric::Unreachable
        | Metric::Rebooted
        | Metric::Refused
        | Metric::Missing
        | Metric::Clock => return Ok(None),
    };
    let name = work.device_name(device)?.unwrap_or_default();
    let unit = curves.first().map_or(alert.metric.unit(), |curve| curve.series.metric.unit());
    let capacity = capacity.or(Some(alert.limit).filter(|_| alert.metric != Metric::Utilisation));
    let title = match alert.metric.interface(object) {
        Some(interface) => Text::verbatim(format!("{name} {}", short_interface(interface))),
        None if alert.metric == Metric::Memory => text!("alert.what_memory", device = &name),
        None => text!("alert.what_cpu", device = &name),
    };
    Ok(Some(Picture {
        title,
        name: format!("{name}-{}", alert.metric),
        curves,
        from: facts.now.wall.minus(span),
        to: facts.now.wall,
        unit,
        capacity,
        marks: Vec::new(),
        simulated_until: None,
    }))
}
