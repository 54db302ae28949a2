//! A curve as one line of letters, for a terminal.

use crate::model::Timestamp;
use crate::model::metric::Point;
use std::time::Duration;

const LEVELS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/// `width` letters from `from` to `to`: the mean of what was known in each cell, zero to `max` in eight
/// levels, a space where nothing is known. Without a `max` the highest cell is full. A cell that falls
/// between two points a `step` apart shows the one before it.
pub fn sparkline(
    points: &[Point],
    step: Duration,
    from: Timestamp,
    to: Timestamp,
    width: usize,
    max: Option<f64>,
) -> String {
    let points: Vec<&Point> = points.iter().filter(|p| p.value.is_finite()).collect();
    let span = to.0 as f64 - from.0 as f64;
    let edge = |cell: usize| from.0 as f64 + span * cell as f64 / width as f64;
    let mut means = Vec::with_capacity(width.min(1_000));
    for cell in 0..width {
        means.push(mean(&points, edge(cell), edge(cell + 1), step, cell + 1 == width));
    }
    let highest = means.iter().flatten().copied().fold(0.0, f64::max);
    let max = max.filter(|max| *max > 0.0).unwrap_or(highest);
    means.into_iter().map(|mean| mean.map_or(' ', |mean| level(mean, max))).collect()
}

fn mean(points: &[&Point], from: f64, to: f64, step: Duration, last: bool) -> Option<f64> {
    let after = points.partition_point(|p| (p.at.0 as f64) < from);
    let beyond = points.partition_point(|p| (p.at.0 as f64) < to || (last && p.at.0 as f64 <= to));
    let inside = points.get(after..beyond).unwrap_or_default();
    if !inside.is_empty() {
        return Some(inside.iter().map(|p| p.value).sum::<f64>() / inside.len() as f64);
    }
    let before = points.get(after.checked_sub(1)?)?;
    // The next point tells whether this is the space between two looks or a hole.
    let step = step.as_millis() as f64;
    let next = points.get(after).map(|p| p.at.0 as f64 - before.at.0 as f64);
    let known = from < before.at.0 as f64 + step || next.is_some_and(|next| next <= 2.5 * step);
    known.then_some(before.value)
}

fn level(value: f64, max: f64) -> char {
    let share = if max > 0.0 { (value / max).clamp(0.0, 1.0) } else { 0.0 };
    let top = LEVELS.len() - 1;
    LEVELS.get((share * top as f64).round() as usize).copied().unwrap_or(' ')
}
