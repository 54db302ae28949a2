//! Values in, and what was last seen in and out.

use super::super::work::Result;
use super::Desk;
use crate::model::{Board, DeviceId, Metric, Sample, Series, Timestamp, Vitals};
use rusqlite::{Connection, OptionalExtension, params};
use std::sync::Arc;

pub(super) fn write(desk: &mut Desk, samples: &[Sample], seen: &[(DeviceId, Arc<Vitals>)]) -> Result<()> {
    let Desk { db, known, begun_at: _ } = desk;
    let transaction = db.transaction()?;
    let mut fresh = Vec::new();
    for sample in samples {
        let id = match known.get(&sample.series) {
            Some(id) => *id,
            None => {
                let id = number(&transaction, &sample.series)?;
                fresh.push((sample.series.clone(), id));
                id
            }
        };
        transaction
            .prepare_cached("INSERT OR IGNORE INTO raw (series, at, value) VALUES (?1, ?2, ?3)")?
            .execute(params![id, sample.at.0, sample.value])?;
    }
    for (device, vitals) in seen {
        transaction
            .prepare_cached(
                "INSERT INTO vitals (device, seen) VALUES (?1, ?2)
                 ON CONFLICT (device) DO UPDATE SET seen = excluded.seen",
            )?
            .execute(params![device.0, serde_json::to_string(vitals.as_ref())?])?;
    }
    transaction.commit()?;
    // Only after the commit: a number that was taken back must not be used again.
    known.extend(fresh);
    Ok(())
}

fn number(db: &Connection, series: &Series) -> Result<i64> {
    let key = params![series.device.0, series.metric.name(), series.object];
    db.prepare_cached("INSERT OR IGNORE INTO series (device, metric, object) VALUES (?1, ?2, ?3)")?
        .execute(key)?;
    let id = find(db, series)?;
    id.ok_or_else(|| super::StoreError::Sql { why: "a row that was just written is gone".to_owned() })
}

pub(super) fn find(db: &Connection, series: &Series) -> Result<Option<i64>> {
    let mut statement =
        db.prepare_cached("SELECT id FROM series WHERE device = ?1 AND metric = ?2 AND object = ?3")?;
    let key = params![series.device.0, series.metric.name(), series.object];
    Ok(statement.query_row(key, |row| row.get(0)).optional()?)
}

pub(super) fn samples(db: &Connection, from: Timestamp, to: Timestamp) -> Result<Vec<Sample>> {
    let mut statement = db.prepare(
        "SELECT device, metric, object, at, value FROM raw JOIN series ON series.id = raw.series
         WHERE at >= ?1 AND at < ?2 ORDER BY series.id, at",
    )?;
    let mut rows = statement.query(params![from.0, to.0])?;
    let mut samples = Vec::new();
    while let Some(row) = rows.next()? {
        // Of another version of the program, which measured more.
        let Some(metric) = Metric::named(&row.get::<_, String>("metric")?) else { continue };
        let series = Series { device: DeviceId(row.get("device")?), metric, object: row.get("object")? };
        samples.push(Sample { series, at: Timestamp(row.get("at")?), value: row.get("value")? });
    }
    Ok(samples)
}

pub(super) fn board(db: &Connection) -> Result<Board> {
    let mut statement = db.prepare("SELECT device, seen FROM vitals")?;
    let rows = statement.query_map([], |row| Ok((DeviceId(row.get(0)?), row.get::<_, String>(1)?)))?;
    let mut board = Board::default();
    for row in rows {
        let (device, seen) = row?;
        // Of another version of the program, and soon written anew.
        if let Ok(vitals) = serde_json::from_str::<Vitals>(&seen) {
            board.0.insert(device, Arc::new(vitals));
        }
    }
    Ok(board)
}

pub(super) fn fact(db: &Connection, key: &str) -> Result<Option<String>> {
    Ok(db.query_row("SELECT value FROM facts WHERE key = ?1", [key], |row| row.get(0)).optional()?)
}

pub(super) fn set_fact(db: &Connection, key: &str, value: &str) -> Result<()> {
    db.execute(
        "INSERT INTO facts (key, value) VALUES (?1, ?2) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
        [key, value],
    )?;
    Ok(())
}
