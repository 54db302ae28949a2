//! A series over a span: which table still has it, how wide a point is, and the points.

use super::super::work::Result;
use super::roll::{FIVE_MINUTES, HOUR, until};
use super::{Keep, values};
use crate::model::{Point, Series, Timestamp, Track};
use rusqlite::{Connection, Row, params};
use std::time::Duration;

/// So many points are more than a phone shows.
const POINTS: i64 = 600;
/// Widths of a point that read well on an axis, in milliseconds.
const WIDTHS: [i64; 17] = [
    1_000, 2_000, 5_000, 10_000, 15_000, 30_000, 60_000, 120_000, 300_000, 600_000, 900_000, 1_800_000,
    3_600_000, 7_200_000, 21_600_000, 43_200_000, 86_400_000,
];

/// What is asked of every series.
pub(super) struct Span {
    from: i64,
    to: i64,
    /// Milliseconds between two points.
    step: i64,
    table: Table,
}

#[derive(Clone, Copy, PartialEq)]
enum Table {
    Raw,
    FiveMinutes,
    Hours,
}

impl Span {
    pub(super) fn new(from: Timestamp, to: Timestamp, period: Duration, now: Timestamp, keep: &Keep) -> Span {
        let table = match now.since(from) {
            age if age <= keep.raw => Table::Raw,
            age if age <= keep.five_minutes => Table::FiveMinutes,
            _ => Table::Hours,
        };
        let finest = match table {
            Table::Raw => i64::try_from(period.as_millis()).unwrap_or(HOUR),
            Table::FiveMinutes => FIVE_MINUTES,
            Table::Hours => HOUR,
        };
        let wanted = finest.max((to.0 - from.0) / POINTS);
        let widest = WIDTHS.last().copied().unwrap_or(HOUR);
        let step = WIDTHS.into_iter().find(|width| *width >= wanted).unwrap_or(widest);
        Span { from: from.0, to: to.0, step, table }
    }
}

pub(super) fn track(db: &Connection, series: Series, span: &Span) -> Result<Track> {
    let step = Duration::from_millis(u64::try_from(span.step).unwrap_or_default());
    let points = match values::find(db, &series)? {
        None => Vec::new(),
        Some(id) => points(db, id, span)?,
    };
    Ok(Track { series, step, points })
}

/// Values since the last roll-up are not in it yet: they are taken from the raw ones.
fn points(db: &Connection, id: i64, span: &Span) -> Result<Vec<Point>> {
    let raw = "SELECT at, value AS mean, value AS peak, 1 AS count FROM raw
               WHERE series = ?1 AND at >= max(?2, ?5) AND at < ?3";
    let rolled = |table: &str| {
        format!(
            "SELECT at, mean, peak, count FROM {table} WHERE series = ?1 AND at >= ?2 AND at < min(?3, ?5)
             UNION ALL {raw}"
        )
    };
    let (rows, complete) = match span.table {
        Table::Raw => (raw.to_owned(), i64::MIN),
        Table::FiveMinutes => (rolled("five_minutes"), until(db, "five_minutes")?),
        Table::Hours => (rolled("hours"), until(db, "hours")?),
    };
    let sql = format!(
        "SELECT at / ?4 * ?4 AS bucket, sum(mean * count) / sum(count) AS mean, max(peak) AS peak
         FROM ({rows}) GROUP BY bucket ORDER BY bucket"
    );
    let mut statement = db.prepare_cached(&sql)?;
    let found = statement.query_map(params![id, span.from, span.to, span.step, complete], point)?;
    Ok(found.collect::<rusqlite::Result<_>>()?)
}

fn point(row: &Row<'_>) -> rusqlite::Result<Point> {
    Ok(Point { at: Timestamp(row.get("bucket")?), value: row.get("mean")?, peak: row.get("peak")? })
}
