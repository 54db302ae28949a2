//! Roll-ups and deletion. Each roll-up takes what is complete since the last one, straight from the
//! raw values; each deletion goes series by series along the key, so that no table is read whole.

use super::super::work::Result;
use super::Keep;
use crate::model::Timestamp;
use rusqlite::{Connection, OptionalExtension, Transaction, params};
use std::time::Duration;

/// A value may be written a little after its time.
const LATE: Duration = Duration::from_secs(120);

pub(super) const FIVE_MINUTES: i64 = 300_000;
pub(super) const HOUR: i64 = 3_600_000;

pub(super) fn tidy(db: &mut Connection, keep: &Keep, now: Timestamp) -> Result<()> {
    let transaction = db.transaction()?;
    roll(&transaction, "five_minutes", FIVE_MINUTES, now)?;
    roll(&transaction, "hours", HOUR, now)?;
    forget(&transaction, "raw", now.minus(keep.raw))?;
    forget(&transaction, "five_minutes", now.minus(keep.five_minutes))?;
    forget(&transaction, "hours", now.minus(keep.hours))?;
    transaction.execute(
        "DELETE FROM series WHERE NOT EXISTS (SELECT 1 FROM raw WHERE raw.series = series.id)
            AND NOT EXISTS (SELECT 1 FROM five_minutes WHERE five_minutes.series = series.id)
            AND NOT EXISTS (SELECT 1 FROM hours WHERE hours.series = series.id)",
        [],
    )?;
    transaction.commit()?;
    Ok(())
}

/// Until when a roll-up is complete.
pub(super) fn until(db: &Connection, table: &str) -> Result<i64> {
    let until =
        db.query_row("SELECT until FROM rolled WHERE roll_up = ?1", [table], |row| row.get(0)).optional()?;
    Ok(until.unwrap_or(i64::MIN))
}

fn roll(db: &Transaction<'_>, table: &str, step: i64, now: Timestamp) -> Result<()> {
    let (from, to) = (until(db, table)?, now.minus(LATE).0.div_euclid(step) * step);
    if from >= to {
        return Ok(());
    }
    db.execute(
        &format!(
            "INSERT OR REPLACE INTO {table} (series, at, mean, peak, count)
             SELECT series.id, raw.at / ?1 * ?1, avg(value), max(value), count(*)
             FROM series CROSS JOIN raw ON raw.series = series.id AND raw.at >= ?2 AND raw.at < ?3
             GROUP BY 1, 2"
        ),
        params![step, from, to],
    )?;
    db.execute(
        "INSERT INTO rolled (roll_up, until) VALUES (?1, ?2)
         ON CONFLICT (roll_up) DO UPDATE SET until = excluded.until",
        params![table, to],
    )?;
    Ok(())
}

fn forget(db: &Transaction<'_>, table: &str, before: Timestamp) -> Result<()> {
    let series: Vec<i64> = {
        let mut statement = db.prepare_cached("SELECT id FROM series")?;
        let ids = statement.query_map([], |row| row.get(0))?;
        ids.collect::<rusqlite::Result<_>>()?
    };
    let mut delete = db.prepare(&format!("DELETE FROM {table} WHERE series = ?1 AND at < ?2"))?;
    for id in series {
        delete.execute([id, before.0])?;
    }
    Ok(())
}
