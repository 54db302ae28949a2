//! The picture itself, from the background to the last letter, each stage on top of the ones before.

use super::axis;
use super::canvas::{Anchor, Canvas, Letters, Place, Undrawn, picture};
use super::run::{Run, gaps, runs};
use super::{Chart, Level, Line, percentile, said};
use crate::model::Timestamp;
use crate::model::metric::Unit;
use plotters::style::{Color, RGBColor};

/// Pixels. A phone shows a picture about 360 points wide.
pub const WIDTH: usize = 1_000;
pub const HEIGHT: usize = 540;

const PAPER: RGBColor = RGBColor(255, 255, 255);
const INK: RGBColor = RGBColor(17, 24, 39);
const PALE: RGBColor = RGBColor(75, 85, 99);
const GRID: RGBColor = RGBColor(221, 225, 231);
const HOLE: RGBColor = RGBColor(232, 235, 240);
const LIMIT: RGBColor = RGBColor(153, 27, 27);
const FLAG: RGBColor = RGBColor(91, 33, 182);
/// Blue and orange differ for every kind of colour blindness; each is dark enough for white paper.
const CURVES: [RGBColor; 4] =
    [RGBColor(29, 78, 216), RGBColor(194, 65, 12), RGBColor(15, 118, 110), RGBColor(112, 26, 117)];

const TITLE: Letters = Letters { size: 30.0, colour: INK, bold: true };
const SUBTITLE: Letters = Letters { size: 24.0, colour: PALE, bold: false };
const LEGEND: Letters = Letters { size: 24.0, colour: INK, bold: false };
const AXIS: Letters = Letters { size: 23.0, colour: PALE, bold: false };
const FOOT: Letters = Letters { size: 20.0, colour: PALE, bold: false };
const MARGIN: f64 = 20.0;

/// A capacity so many times above everything else would flatten the curves.
const FAR_ABOVE: f64 = 3.0;

pub fn png(chart: &Chart) -> Result<Vec<u8>, Undrawn> {
    picture((WIDTH, HEIGHT), |canvas| {
        let top = heading(canvas, chart)?;
        foot(canvas, chart)?;
        let scale = Scale::new(canvas, chart, top);
        scale.holes(canvas, chart)?;
        scale.grid(canvas, chart)?;
        for (at, line) in chart.lines.iter().enumerate() {
            scale.curve(canvas, chart, line, at)?;
        }
        scale.nothing(canvas, chart)?;
        scale.limit(canvas, chart)?;
        scale.flags(canvas, chart)
    })
}

fn colour(at: usize) -> RGBColor {
    CURVES.into_iter().cycle().nth(at % CURVES.len()).unwrap_or(INK)
}

/// Half way to the paper.
fn lighter(RGBColor(r, g, b): RGBColor) -> RGBColor {
    RGBColor(r / 2 + 128, g / 2 + 128, b / 2 + 128)
}

/// Titles and legend; gives where they end.
fn heading(canvas: &Canvas<'_>, chart: &Chart) -> Result<f64, Undrawn> {
    let mut top = MARGIN - 4.0;
    for (at, title) in chart.title.iter().take(3).enumerate() {
        let letters = if at == 0 { TITLE } else { SUBTITLE };
        for row in wrapped(canvas, title, letters, WIDTH as f64 - 2.0 * MARGIN) {
            canvas.text(&row, (MARGIN, top), Anchor::TopLeft, letters)?;
            top += letters.size * 1.25;
        }
    }
    legend(canvas, chart, top + 4.0)
}

/// At most two rows; what does not fit ends in `…`.
fn wrapped(canvas: &Canvas<'_>, text: &str, letters: Letters, width: f64) -> Vec<String> {
    let text: String = text.chars().take(400).map(|c| if c.is_control() { ' ' } else { c }).collect();
    let mut rows = vec![String::new()];
    for word in text.split_whitespace() {
        let last = rows.len();
        let Some(row) = rows.last_mut() else { break };
        let longer = if row.is_empty() { word.to_owned() } else { format!("{row} {word}") };
        match canvas.width(&longer, letters) > width && last == 1 && !row.is_empty() {
            true => rows.push(word.to_owned()),
            false => *row = longer,
        }
    }
    rows.iter().map(|row| cut(canvas, row, letters, width)).collect()
}

fn cut(canvas: &Canvas<'_>, text: &str, letters: Letters, width: f64) -> String {
    if canvas.width(text, letters) <= width {
        return text.to_owned();
    }
    let mut chars: Vec<char> = text.chars().collect();
    while chars.pop().is_some() {
        let shorter: String = chars.iter().chain(&['…']).collect();
        if canvas.width(&shorter, letters) <= width {
            return shorter;
        }
    }
    String::new()
}

/// One entry of the legend: the line as it is drawn, and its name.
enum Entry<'a> {
    Curve(usize, &'a Line),
    Capacity(&'a Level),
}

impl Entry<'_> {
    /// A curve with its 95th percentile and its highest value.
    fn label(&self, chart: &Chart) -> String {
        let clean = |label: &str| label.chars().take(60).filter(|c| !c.is_control()).collect::<String>();
        match self {
            Entry::Curve(_, line) => match (percentile(&line.points, 95.0), highest(line)) {
                (Some(most), Some(max)) => {
                    let (most, max) = (said(most, chart.unit), said(max, chart.unit));
                    format!("{}   p95 {most}   max {max}", clean(&line.label))
                }
                (None, _) | (_, None) => clean(&line.label),
            },
            Entry::Capacity(level) => clean(&level.label),
        }
    }

    /// An arrow for a capacity that is too far above to be drawn.
    fn sample(&self, canvas: &Canvas<'_>, left: f64, y: f64, chart: &Chart) -> Result<(), Undrawn> {
        match self {
            Entry::Curve(at, _) => {
                if *at == 0 {
                    canvas.fill((left, y), (left + SAMPLE, y + 11.0), colour(*at).mix(0.25))?;
                }
                stroke(canvas, &[(left, y), (left + SAMPLE, y)], *at)
            }
            Entry::Capacity(_) if is_far(chart) => {
                canvas.text("↑", (left + SAMPLE / 2.0, y), Anchor::Middle, LEGEND)
            }
            Entry::Capacity(_) => limit(canvas, left, left + SAMPLE, y),
        }
    }
}

/// How long a line is in the legend, and how far its name is from its beginning.
const SAMPLE: f64 = 46.0;
const NAME: f64 = 58.0;

fn legend(canvas: &Canvas<'_>, chart: &Chart, mut top: f64) -> Result<f64, Undrawn> {
    let curves = chart.lines.iter().enumerate().map(|(at, line)| Entry::Curve(at, line));
    let capacity = chart.capacity.iter().filter(|level| level.value.is_finite()).map(Entry::Capacity);
    let mut left = MARGIN;
    for entry in curves.chain(capacity) {
        let label = entry.label(chart);
        let width = NAME + canvas.width(&label, LEGEND);
        if left > MARGIN && left + width > WIDTH as f64 - MARGIN {
            left = MARGIN;
            top += LEGEND.size * 1.35;
        }
        entry.sample(canvas, left, top + LEGEND.size * 0.55, chart)?;
        let room = WIDTH as f64 - MARGIN - left - NAME;
        canvas.text(&cut(canvas, &label, LEGEND, room), (left + NAME, top), Anchor::TopLeft, LEGEND)?;
        left += width + 36.0;
    }
    Ok(top + LEGEND.size * 1.35)
}

fn limit(canvas: &Canvas<'_>, left: f64, right: f64, y: f64) -> Result<(), Undrawn> {
    canvas.dashed(&[(left, y), (right, y)], (18.0, 5.0), 2.5, LIMIT)
}

/// Whether the capacity is so far above the values that it would flatten them.
fn is_far(chart: &Chart) -> bool {
    let most = most(chart);
    let far = |level: &Level| most > 0.0 && level.value > most * FAR_ABOVE;
    chart.unit != Unit::Percent && chart.capacity.as_ref().is_some_and(far)
}

fn most(chart: &Chart) -> f64 {
    chart.lines.iter().filter_map(highest).fold(0.0, f64::max)
}

fn highest(line: &Line) -> Option<f64> {
    let highs = line.points.iter().map(|point| point.value.max(point.peak));
    highs.filter(|high| high.is_finite()).reduce(f64::max)
}

/// The line of a curve by its place: full, full and lighter, then dashed.
fn stroke(canvas: &Canvas<'_>, places: &[Place], at: usize) -> Result<(), Undrawn> {
    match at {
        0 => canvas.line(places, 3.0, colour(at)),
        1 => canvas.line(places, 3.5, colour(at)),
        2 => canvas.dashed(places, (14.0, 6.0), 3.0, colour(at)),
        _ => canvas.dashed(places, (4.0, 5.0), 3.0, colour(at)),
    }
}

fn foot(canvas: &Canvas<'_>, chart: &Chart) -> Result<(), Undrawn> {
    let top = HEIGHT as f64 - 30.0;
    let days = axis::days(chart.from, chart.to, chart.zone);
    canvas.text(&days, (WIDTH as f64 - MARGIN, top), Anchor::TopRight, FOOT)?;
    let room = WIDTH as f64 - 3.0 * MARGIN - canvas.width(&days, FOOT);
    match &chart.note {
        Some(note) => canvas.text(&cut(canvas, note, FOOT, room), (MARGIN, top), Anchor::TopLeft, FOOT),
        None => Ok(()),
    }
}

/// Where values and times stand.
struct Scale {
    left: f64,
    right: f64,
    top: f64,
    bottom: f64,
    from: Timestamp,
    to: Timestamp,
    values: Vec<f64>,
    highest: f64,
}

impl Scale {
    fn new(canvas: &Canvas<'_>, chart: &Chart, top: f64) -> Scale {
        let most = most(chart);
        let capacity = chart.capacity.as_ref().map(|level| level.value).filter(|value| value.is_finite());
        let highest = match capacity {
            Some(capacity) if !is_far(chart) => most.max(capacity),
            Some(_) | None => most * 1.05,
        };
        let values = axis::values(highest, chart.unit);
        let widest = values.iter().map(|value| canvas.width(&said(*value, chart.unit), AXIS));
        let from = chart.from.min(chart.to);
        Scale {
            left: MARGIN + 10.0 + widest.fold(0.0, f64::max),
            right: WIDTH as f64 - MARGIN - 4.0,
            // Room for the words at the top of the marks.
            top: top + if chart.marks.is_empty() { 12.0 } else { 34.0 },
            bottom: HEIGHT as f64 - 72.0,
            highest: values.last().copied().unwrap_or(1.0),
            from,
            to: chart.to.max(Timestamp(from.0.saturating_add(60_000))),
            values,
        }
    }

    fn x(&self, at: Timestamp) -> f64 {
        let share = (at.0 as f64 - self.from.0 as f64) / (self.to.0 as f64 - self.from.0 as f64);
        self.left + (self.right - self.left) * share.clamp(0.0, 1.0)
    }

    fn y(&self, value: f64) -> f64 {
        self.bottom - (self.bottom - self.top) * (value / self.highest).clamp(0.0, 1.0)
    }

    /// Where no curve has a value: shaded, so that it is no white space that could mean zero.
    fn holes(&self, canvas: &Canvas<'_>, chart: &Chart) -> Result<(), Undrawn> {
        for (from, to) in gaps(&chart.lines, self.from, self.to) {
            let (left, right) = (self.x(from), self.x(to));
            canvas.fill((left, self.top), (right, self.bottom), HOLE.mix(1.0))?;
        }
        Ok(())
    }

    fn grid(&self, canvas: &Canvas<'_>, chart: &Chart) -> Result<(), Undrawn> {
        for value in &self.values {
            let y = self.y(*value);
            canvas.line(&[(self.left, y), (self.right, y)], 1.0, GRID)?;
            canvas.text(&said(*value, chart.unit), (self.left - 10.0, y), Anchor::Before, AXIS)?;
        }
        let mut free_from = 0.0;
        for (at, label) in axis::times(self.from, self.to, chart.zone) {
            let (x, half) = (self.x(at), canvas.width(&label, AXIS) / 2.0);
            canvas.line(&[(x, self.top), (x, self.bottom)], 1.0, GRID)?;
            let middle = x.min(WIDTH as f64 - half - 4.0);
            if middle - half >= free_from {
                canvas.text(&label, (middle, self.bottom + 12.0), Anchor::Below, AXIS)?;
                free_from = middle + half + 12.0;
            }
        }
        canvas.line(&[(self.left, self.bottom), (self.right, self.bottom)], 2.0, PALE)
    }

    fn curve(&self, canvas: &Canvas<'_>, chart: &Chart, line: &Line, at: usize) -> Result<(), Undrawn> {
        for run in runs(line, self.from, self.to) {
            self.run(canvas, &run, at)?;
        }
        let Some(most) = percentile(&line.points, 95.0) else { return Ok(()) };
        let y = self.y(most);
        // One look has no percentile worth a line, and more than two of them are a grid of their own.
        if line.points.len() < 2 || chart.lines.len() > 2 || chart.unit == Unit::State {
            return Ok(());
        }
        let dash = if at == 0 { (3.0, 5.0) } else { (12.0, 6.0) };
        canvas.dashed(&[(self.left, y), (self.right, y)], dash, 1.8, colour(at))
    }

    fn run(&self, canvas: &Canvas<'_>, run: &Run, at: usize) -> Result<(), Undrawn> {
        let places: Vec<Place> = run.iter().map(|point| (self.x(point.at), self.y(point.value))).collect();
        let (Some(first), Some(last)) = (places.first(), places.last()) else { return Ok(()) };
        if places.len() == 1 || last.0 - first.0 < 1.0 {
            return canvas.dot(*first, 5.0, colour(at));
        }
        if at == 0 {
            let ends = [(last.0, self.bottom), (first.0, self.bottom)];
            let area: Vec<Place> = places.iter().copied().chain(ends).collect();
            canvas.polygon(&area, colour(at).mix(0.22))?;
        }
        if run.iter().any(|point| point.peak > point.value * 1.01) {
            let peaks: Vec<Place> = run.iter().map(|p| (self.x(p.at), self.y(p.peak.max(p.value)))).collect();
            canvas.line(&peaks, 1.2, lighter(colour(at)))?;
        }
        stroke(canvas, &places, at)
    }

    /// Says so where there is not one value.
    fn nothing(&self, canvas: &Canvas<'_>, chart: &Chart) -> Result<(), Undrawn> {
        if chart.lines.iter().any(|line| !runs(line, self.from, self.to).is_empty()) {
            return Ok(());
        }
        let (x, y) = ((self.left + self.right) / 2.0, (self.top + self.bottom) / 2.0);
        let words = cut(canvas, &chart.nothing, SUBTITLE, self.right - self.left - 40.0);
        let half = canvas.width(&words, SUBTITLE) / 2.0 + 12.0;
        canvas.fill((x - half, y - 20.0), (x + half, y + 20.0), HOLE.mix(1.0))?;
        canvas.text(&words, (x, y), Anchor::Middle, SUBTITLE)
    }

    /// The capacity across the picture; where it lies far above, the legend says so.
    fn limit(&self, canvas: &Canvas<'_>, chart: &Chart) -> Result<(), Undrawn> {
        match chart.capacity.as_ref().filter(|level| self.shows(level.value)) {
            Some(level) => limit(canvas, self.left, self.right, self.y(level.value)),
            None => Ok(()),
        }
    }

    fn shows(&self, value: f64) -> bool {
        value <= self.highest * 1.001
    }

    /// Marks in order of time; where two would lie on each other, only the first has its word.
    fn flags(&self, canvas: &Canvas<'_>, chart: &Chart) -> Result<(), Undrawn> {
        let letters = Letters { size: 20.0, colour: PAPER, bold: true };
        let mut marks: Vec<_> = chart.marks.iter().filter(|m| m.at >= self.from && m.at <= self.to).collect();
        marks.sort_by_key(|mark| mark.at);
        let mut free_from = self.left - 2.0;
        for mark in marks {
            let label: String = mark.label.chars().take(24).filter(|c| !c.is_control()).collect();
            let half = canvas.width(&label, letters) / 2.0 + 7.0;
            let x = self.x(mark.at);
            canvas.dashed(&[(x, self.top), (x, self.bottom)], (7.0, 5.0), 2.0, FLAG)?;
            let middle = x.max(free_from + half).min(WIDTH as f64 - half - 4.0);
            if middle - half < free_from || (middle - x).abs() > half {
                continue;
            }
            canvas.fill((middle - half, self.top - 28.0), (middle + half, self.top), FLAG.mix(1.0))?;
            canvas.text(&label, (middle, self.top - 14.0), Anchor::Middle, letters)?;
            free_from = middle + half + 3.0;
        }
        Ok(())
    }
}
