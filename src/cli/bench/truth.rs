//! How far computed rates are from what really flowed, which the lab knows exactly. A value in the
//! metrics file is the mean since the value before it, so both are compared over the same time.

use crate::lab::traffic::{Direction, octets_between};
use crate::model::{DeviceId, Metric, Sample};
use std::time::Duration;

/// Relative errors (0.01 is 1 %), smallest first.
#[derive(Debug, Default, PartialEq)]
pub struct Errors {
    /// One for each direction of each interface: the mean over the whole span.
    pub means: Vec<f64>,
    /// One for each value of the metrics file.
    pub values: Vec<f64>,
}

/// `samples` series by series, in order of time. Intervals longer than one and a half periods are left
/// out: a value is missing in them, and what is there speaks only of a part.
pub fn errors<'n>(
    samples: &[Sample],
    period: Duration,
    name: impl Fn(DeviceId) -> Option<&'n str>,
) -> Errors {
    let mut errors = Errors::default();
    for run in samples.chunk_by(|one, next| one.series == next.series) {
        let Some(series) = run.first().map(|first| &first.series) else { continue };
        let (Some(router), Some(direction)) = (name(series.device), direction(series.metric)) else {
            continue;
        };
        let (mut computed, mut flowed) = (0.0, 0.0);
        for (from, to) in run.iter().zip(run.iter().skip(1)) {
            let span = to.at.since(from.at);
            if span > period * 3 / 2 {
                continue;
            }
            let (port, bits) = (&series.object, to.value * span.as_secs_f64());
            let truth = 8.0 * octets_between(router, port, direction, from.at.utc(), to.at.utc());
            errors.values.extend(error(bits, truth));
            computed += bits;
            flowed += truth;
        }
        errors.means.extend(error(computed, flowed));
    }
    errors.means.sort_by(f64::total_cmp);
    errors.values.sort_by(f64::total_cmp);
    errors
}

fn direction(metric: Metric) -> Option<Direction> {
    let directions = [(Metric::In, Direction::In), (Metric::Out, Direction::Out)];
    directions.into_iter().find_map(|(known, direction)| (known == metric).then_some(direction))
}

/// None where nothing flowed.
fn error(computed: f64, truth: f64) -> Option<f64> {
    (truth > 0.0).then(|| (computed / truth - 1.0).abs())
}

/// So many percent of the errors are no larger than this.
pub fn percentile(sorted: &[f64], percent: usize) -> Option<f64> {
    let place = (sorted.len() * percent).div_ceil(100).max(1) - 1;
    sorted.get(place).copied()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::traffic::rate;
    use crate::model::{Series, Timestamp};

    const PERIOD: Duration = Duration::from_secs(5);

    fn name(_: DeviceId) -> Option<&'static str> {
        Some("R7")
    }

    /// What an exact bot would have written, times `factor`.
    fn samples(metric: Metric, times: &[i64], factor: f64) -> Vec<Sample> {
        let series = Series { device: DeviceId(1), metric, object: "GigabitEthernet2".to_owned() };
        let at = |seconds: i64| Timestamp(1_764_000_000_000 + seconds * 1_000);
        let direction = if metric == Metric::In { Direction::In } else { Direction::Out };
        let values = times.iter().map(|time| {
            let middle = at(*time).minus(PERIOD / 2);
            let value = rate("R7", &series.object, direction, middle.utc()) * factor;
            Sample { series: series.clone(), at: at(*time), value }
        });
        values.collect()
    }

    #[test]
    fn what_is_exact_has_no_error_and_what_is_not_has_its_own() {
        let mut all = samples(Metric::In, &[0, 5, 10, 15], 1.0);
        all.extend(samples(Metric::Out, &[0, 5, 10, 15], 1.03));
        let errors = errors(&all, PERIOD, name);
        assert_eq!((errors.means.len(), errors.values.len()), (2, 6));
        assert!(errors.means[0] < 1e-4 && (errors.means[1] - 0.03).abs() < 1e-4, "{errors:?}");
        assert!(percentile(&errors.values, 50).unwrap() < 1e-4);
        assert!(percentile(&errors.values, 51).unwrap() > 0.029);
    }

    #[test]
    fn over_a_hole_and_of_other_metrics_nothing_is_said() {
        let mut all = samples(Metric::In, &[0, 5, 15], 1.0);
        all.extend(samples(Metric::Cpu, &[0, 5, 10], 1.0));
        assert_eq!(errors(&all, PERIOD, name).values.len(), 1);
        assert_eq!(errors(&all, PERIOD, |_| None), Errors::default());
        assert_eq!(percentile(&[], 50), None);
    }
}
