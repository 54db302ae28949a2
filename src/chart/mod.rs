//! Series as pictures: a chart comes in with every word already rendered, a PNG leaves. Drawn for a phone
//! in a dark or light chat: its own background, large letters, curves that differ without colour. A hole
//! in the values stays a hole. Pure: no clock, no file, no panic on any numbers.

mod axis;
mod canvas;
mod draw;
mod run;
mod sparkline;
#[cfg(test)]
mod tests;

pub use draw::{HEIGHT, WIDTH};
pub use sparkline::sparkline;

use crate::model::metric::{Point, Unit};
use crate::model::{Timestamp, text};
use chrono_tz::Tz;
use std::time::Duration;

/// What is drawn.
#[derive(Clone, Debug)]
pub struct Chart {
    /// The first line stands out; each is wrapped once and then cut.
    pub title: Vec<String>,
    pub lines: Vec<Line>,
    pub from: Timestamp,
    pub to: Timestamp,
    pub unit: Unit,
    /// Drawn across where it fits the values; named above them where it is far away.
    pub capacity: Option<Level>,
    pub marks: Vec<Flag>,
    pub zone: Tz,
    /// A line at the bottom: `simulated until 14:02`.
    pub note: Option<String>,
    /// What is written where there is not one value.
    pub nothing: String,
}

/// One curve. The first is filled, the second is not, further ones are dashed.
#[derive(Clone, Debug)]
pub struct Line {
    pub label: String,
    /// The usual distance between two points; a hole of more than two and a half is a gap.
    pub step: Duration,
    /// In order of time.
    pub points: Vec<Point>,
}

#[derive(Clone, Debug)]
pub struct Level {
    pub value: f64,
    /// `1 Gb/s`
    pub label: String,
}

/// Something that happened, at the top of a thin line.
#[derive(Clone, Debug)]
pub struct Flag {
    pub at: Timestamp,
    /// A word or a letter.
    pub label: String,
}

/// The chart as a PNG of [`WIDTH`] by [`HEIGHT`]; empty only if the drawing library fails.
pub fn png(chart: &Chart) -> Vec<u8> {
    draw::png(chart).unwrap_or_default()
}

/// The value under which `share` percent of the points lie, by the nearest rank: always a value that was
/// measured. The 95th percentile is what providers bill by.
pub fn percentile(points: &[Point], share: f64) -> Option<f64> {
    let mut values: Vec<f64> = points.iter().map(|p| p.value).filter(|value| value.is_finite()).collect();
    values.sort_by(f64::total_cmp);
    let rank = (share / 100.0 * values.len() as f64).ceil() as usize;
    values.get(rank.clamp(1, values.len().max(1)) - 1).copied()
}

/// A value as its axis says it.
fn said(value: f64, unit: Unit) -> String {
    match unit {
        Unit::BitsPerSecond => text::rate(value),
        Unit::Percent => text::percent(value),
        Unit::Seconds => format!("{value:.0} s"),
        Unit::State => format!("{value:.0}"),
    }
}
