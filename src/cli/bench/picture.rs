//! What a picture costs: a day of an interface in both directions, with its marks, drawn again and again.

use crate::chart::{self, Chart, Flag, Level, Line};
use crate::cli::print::say;
use crate::flow::Clock;
use crate::lab::traffic::{self, Direction};
use crate::model::{Point, Timestamp, Unit};
use anyhow::bail;
use std::time::Duration;

#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// How often it is drawn
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    times: u32,
}

const STEP: Duration = Duration::from_secs(60);
/// More than a picture ever gets: longer spans come in wider steps.
const POINTS: u32 = 1_440;

pub fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let clock = Clock::start();
    let chart = day(clock.now().wall);
    let mut spans: Vec<Duration> = Vec::new();
    let mut bytes = 0;
    for _ in 0..arguments.times {
        let began = clock.now().monotonic;
        bytes = chart::png(&chart).len();
        spans.push(clock.now().monotonic.saturating_sub(began));
    }
    if bytes == 0 {
        bail!("the picture could not be drawn");
    }
    spans.sort_unstable();
    let at = |share: usize| {
        spans.get((spans.len() - 1) * share / 100).map_or(0.0, |span| span.as_secs_f64() * 1e3)
    };
    say(&format!("picture of a day, {} points, {}x{}", 2 * POINTS, chart::WIDTH, chart::HEIGHT));
    say(&format!("drawn       {} times", arguments.times));
    say(&format!(
        "time        median {:.1} ms, 99 % within {:.1} ms, worst {:.1} ms",
        at(50),
        at(99),
        at(100)
    ));
    say(&format!("size        {:.0} kB", bytes as f64 / 1e3));
    Ok(())
}

fn day(now: Timestamp) -> Chart {
    let curve = |label: &str, direction| Line {
        label: label.to_owned(),
        step: STEP,
        points: (1..=POINTS)
            .rev()
            .map(|step| {
                let at = now.minus(STEP * step);
                let value = traffic::rate("R1", "GigabitEthernet1", direction, at.utc());
                Point { at, value, peak: value }
            })
            .collect(),
    };
    Chart {
        title: vec!["R1 Gi1 to ISP-A".to_owned(), "last 24 h".to_owned()],
        lines: vec![curve("in", Direction::In), curve("out", Direction::Out)],
        from: now.minus(STEP * POINTS),
        to: now,
        unit: Unit::BitsPerSecond,
        capacity: Some(Level { value: 1e9, label: "1 Gb/s".to_owned() }),
        marks: vec![Flag { at: now.minus(STEP * 400), label: "backup".to_owned() }],
        zone: chrono_tz::Tz::UTC,
        note: None,
        nothing: "no values".to_owned(),
    }
}
