//! Pictures of a message, drawn when it goes: the series are read, the PNG is made on a thread that may
//! take its time, and both have a deadline. A picture that is late or fails is left out; its message
//! never waits for it longer than that.

use super::{House, metrics};
use crate::chart::{self, Chart, Flag, Level, Line};
use crate::model::{
    Arg, Block, Document, Drawn, Mark, Marked, Picture, Reader, Series, Sparkline, Text, Texts, Timestamp,
    Track, Unit,
};
use std::sync::Arc;
use std::time::Duration;

/// A message goes without its picture after this.
const LATE: Duration = Duration::from_secs(5);
/// Letters of a sparkline.
const LETTERS: usize = 15;

/// One for each picture block, in order.
pub async fn pictures(house: &House, document: &Document, reader: &Reader) -> Vec<Drawn> {
    let mut drawn = Vec::new();
    for block in &document.blocks {
        let Block::Picture(picture) = block else { continue };
        let picture = tokio::time::timeout(LATE, one(house, picture.clone(), reader.clone())).await;
        drawn.push(picture.unwrap_or_else(|_late| {
            tracing::warn!("a picture was not drawn in time; its message goes without");
            Drawn::default()
        }));
    }
    drawn
}

/// For an edit: what stands at the destination stays.
pub fn left_as_they_are(document: &Document) -> Vec<Drawn> {
    let pictures = document.blocks.iter().filter(|block| matches!(block, Block::Picture(_)));
    pictures.map(|_| Drawn::default()).collect()
}

async fn one(house: &House, mut picture: Picture, reader: Reader) -> Drawn {
    let series: Vec<Series> = picture.curves.iter().map(|curve| curve.series.clone()).collect();
    let now = house.clock.now().wall;
    // The step is that of what is drawn: values that come seldom are no gaps.
    let period = series.iter().map(|series| house.periods.of_metric(series.metric)).max();
    let period = period.unwrap_or_else(|| house.periods.shortest());
    let tracks = house.metrics.tracks(series, picture.from, picture.to, period, now).await;
    let mut tracks = match tracks {
        Ok(tracks) => tracks,
        Err(error) => {
            metrics::failed(house, error, "the values of a picture could not be read").await;
            Vec::new()
        }
    };
    picture.simulated_until = simulated_until(house).await.filter(|until| *until > picture.from);
    if picture.simulated_until.is_some() {
        for track in &mut tracks {
            track.step = track.step.max(SIMULATED_STEP);
        }
    }
    let texts = house.texts.clone();
    let drawing = tokio::task::spawn_blocking(move || draw(&picture, &tracks, &texts, &reader, now));
    drawing.await.unwrap_or_else(|error| {
        tracing::error!(%error, "a picture could not be drawn");
        Drawn::default()
    })
}

/// Until when the values of this installation were made up by the lab.
pub const SIMULATED_UNTIL: &str = "simulated_until";
/// How far apart they are, however often the bot itself looks.
pub const SIMULATED_STEP: Duration = Duration::from_secs(60);

pub async fn simulated_until(house: &House) -> Option<Timestamp> {
    house.metrics.fact(SIMULATED_UNTIL).await.ok()??.parse().ok().map(Timestamp)
}

fn draw(picture: &Picture, tracks: &[Track], texts: &Arc<Texts>, reader: &Reader, now: Timestamp) -> Drawn {
    let say = |text: &Text| texts.render(text, reader, now);
    let span = picture.to.since(picture.from);
    let flag = |mark: &Mark| Flag { at: mark.at, label: say(&marked(mark.what)) };
    let lines = picture.curves.iter().zip(tracks).map(|(curve, track)| Line {
        label: say(&curve.label),
        step: track.step,
        points: track.points.clone(),
    });
    let chart = Chart {
        title: vec![say(&picture.title), say(&text!("picture.span", span = span, until = picture.to))],
        lines: lines.collect(),
        from: picture.from,
        to: picture.to,
        unit: picture.unit,
        capacity: picture.capacity.map(|value| Level {
            value,
            label: say(&text!("picture.level", value = valued(value, picture.unit))),
        }),
        marks: picture.marks.iter().map(flag).collect(),
        zone: reader.time_zone,
        note: picture.simulated_until.map(|until| say(&text!("picture.simulated", until = until))),
        nothing: say(&text!("picture.nothing")),
    };
    let sparklines = picture.curves.iter().zip(tracks).map(|(curve, track)| {
        let bars =
            chart::sparkline(&track.points, track.step, picture.from, picture.to, LETTERS, top(tracks));
        Sparkline { label: curve.label.clone(), bars, note: peak(track, picture.unit) }
    });
    let time = picture.to.utc().with_timezone(&reader.time_zone).format("%H%M");
    Drawn {
        name: format!("{}-{time}.png", picture.name),
        png: chart::png(&chart),
        sparklines: sparklines.collect(),
    }
}

fn marked(what: Marked) -> Text {
    match what {
        Marked::Reboot => text!("picture.reboot"),
        Marked::Backup => text!("picture.backup"),
    }
}

/// One scale for all curves, so that they can be compared.
fn top(tracks: &[Track]) -> Option<f64> {
    let highest = tracks.iter().flat_map(|track| &track.points).map(|point| point.value).fold(0.0, f64::max);
    (highest > 0.0).then_some(highest)
}

fn peak(track: &Track, unit: Unit) -> Text {
    let highest = track.points.iter().max_by(|a, b| a.peak.total_cmp(&b.peak));
    match highest {
        Some(point) => text!("picture.peak", value = valued(point.peak, unit), at = point.at),
        None => text!("picture.nothing"),
    }
}

fn valued(value: f64, unit: Unit) -> Arg {
    match unit {
        Unit::Percent => Arg::Percent(value),
        Unit::BitsPerSecond => Arg::Rate(value),
        Unit::Seconds => Arg::Span(Duration::from_secs_f64(value.clamp(0.0, 1e9))),
        Unit::State => Arg::Word(format!("{value:.0}")),
    }
}
