//! Six hours that the demo did not live through: values from the lab's own rate functions, so that the
//! first picture is not empty. They are marked as simulated wherever they are drawn.

use crate::flow::draw::{SIMULATED_STEP, SIMULATED_UNTIL};
use crate::lab::{Lab, Router, traffic};
use crate::model::{DeviceId, Inventory, Metric, Sample, Series, Timestamp};
use crate::store::metrics::Metrics;
use std::time::Duration;

const SPAN: Duration = Duration::from_secs(6 * 3_600);

/// Once for each data folder.
pub async fn make_up(
    metrics: &Metrics,
    lab: &Lab,
    inventory: &Inventory,
    now: Timestamp,
) -> anyhow::Result<()> {
    if metrics.fact(SIMULATED_UNTIL).await?.is_some() {
        return Ok(());
    }
    for router in lab.routers() {
        let Some(device) = inventory.named(router.name()) else { continue };
        metrics.write(values(router, device.id, now), Vec::new()).await?;
    }
    metrics.set_fact(SIMULATED_UNTIL, now.0.to_string()).await?;
    Ok(())
}

fn values(router: &Router, device: DeviceId, now: Timestamp) -> Vec<Sample> {
    let mut samples = Vec::new();
    let steps = SPAN.as_secs() / SIMULATED_STEP.as_secs();
    for step in (1..=steps).rev() {
        let at = now.minus(SIMULATED_STEP * u32::try_from(step).unwrap_or(0));
        let mut note = |metric, object: &str, value| {
            samples.push(Sample { series: Series { device, metric, object: object.to_owned() }, at, value });
        };
        note(Metric::Cpu, "", traffic::cpu(router.name(), at.utc()).round());
        note(Metric::Memory, "Processor", traffic::memory(router.name(), at.utc()));
        for port in router.ports().iter().filter(|port| port.up && !port.shut) {
            for (metric, direction) in
                [(Metric::In, traffic::Direction::In), (Metric::Out, traffic::Direction::Out)]
            {
                let rate = traffic::rate(router.name(), &port.name, direction, at.utc());
                if rate > 0.0 {
                    note(metric, &port.name, rate);
                }
            }
        }
    }
    samples
}
