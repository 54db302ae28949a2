//! Points cut into runs without a gap, thinned to what a picture can show, and the gaps between them.

use super::Line;
use crate::model::Timestamp;
use crate::model::metric::Point;

/// Above this many steps without a value a hole is a gap: one lost look is none.
const GAP_STEPS: f64 = 2.5;
/// One point for two pixels or so; more of them make a line thick, not exact.
const MOST: usize = 440;

/// Points in order, all finite, none further from the next than a gap.
pub type Run = Vec<Point>;

pub fn runs(line: &Line, from: Timestamp, to: Timestamp) -> Vec<Run> {
    let inside = |p: &&Point| p.value.is_finite() && p.value >= 0.0 && p.at >= from && p.at <= to;
    let mut runs: Vec<Run> = Vec::new();
    for point in line.points.iter().filter(inside) {
        match runs.last_mut() {
            Some(run) if run.last().is_some_and(|last| !is_gap(last.at, point.at, line)) => run.push(*point),
            _ => runs.push(vec![*point]),
        }
    }
    let count = runs.iter().map(Vec::len).sum::<usize>();
    let width = count.div_ceil(MOST).max(1);
    runs.iter().map(|run| run.chunks(width).filter_map(merged).collect()).collect()
}

fn is_gap(from: Timestamp, to: Timestamp, line: &Line) -> bool {
    to.0 as f64 - from.0 as f64 > line.step.as_millis() as f64 * GAP_STEPS
}

/// Several points as one: the mean of their values, the highest of their peaks.
fn merged(points: &[Point]) -> Option<Point> {
    let middle = points.get(points.len() / 2)?;
    let sum: f64 = points.iter().map(|point| point.value).sum();
    let peak = points.iter().map(|point| point.peak).filter(|peak| peak.is_finite()).fold(0.0, f64::max);
    Some(Point { at: middle.at, value: sum / points.len() as f64, peak })
}

/// Stretches of time in which no curve has a value, also before the first and after the last.
pub fn gaps(lines: &[Line], from: Timestamp, to: Timestamp) -> Vec<(Timestamp, Timestamp)> {
    let mut known: Vec<(Timestamp, Timestamp)> = Vec::new();
    for line in lines {
        let ends = |run: &Run| Some((run.first()?.at, run.last()?.at));
        known.extend(runs(line, from, to).iter().filter_map(ends));
    }
    known.sort();
    let Some(step) = lines.iter().max_by_key(|line| line.step) else { return Vec::new() };
    let mut gaps = Vec::new();
    let mut until = from;
    for (begins, ends) in known.into_iter().chain([(to, to)]) {
        if is_gap(until, begins, step) {
            gaps.push((until, begins));
        }
        until = until.max(ends);
    }
    gaps
}
