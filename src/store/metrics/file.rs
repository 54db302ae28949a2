//! The metrics file: opened, made, and set aside when it cannot be read any more.

use super::super::error::StoreError;
use super::super::work::Result;
use super::SetAside;
use crate::model::Timestamp;
use rusqlite::{Connection, OpenFlags};
use rusqlite_migration::{M, Migrations};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

const MIGRATIONS: [M<'_>; 1] = [M::up(include_str!("../../../migrations/metrics/0001_samples.sql"))];
const BUSY: Duration = Duration::from_secs(5);
const NAME: &str = "metrics.db";

pub(super) fn open(folder: &Path) -> Result<Connection> {
    let path = folder.join(NAME);
    // Made before SQLite makes it, so that it and its side files are private.
    std::fs::OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(false)
        .mode(0o600)
        .open(&path)
        .map_err(|error| StoreError::ReadOnly { why: format!("{NAME}: {error}") })?;
    let mut db = Connection::open_with_flags(
        &path,
        OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX,
    )?;
    db.busy_timeout(BUSY)?;
    db.pragma_update(None, "journal_mode", "WAL")?;
    // NORMAL: the last values before a power cut may be lost, and nothing else.
    db.pragma_update(None, "synchronous", "NORMAL")?;
    db.pragma_update(None, "trusted_schema", false)?;
    Migrations::from_slice(&MIGRATIONS).to_latest(&mut db).map_err(|error| match error {
        rusqlite_migration::Error::RusqliteError { err, .. } => StoreError::from(err),
        // A schema that this program does not know: a newer one wrote it.
        other => StoreError::Damaged { why: other.to_string() },
    })?;
    // The first page of each table is read, so that plain damage is found at the start.
    db.query_row(
        "SELECT (SELECT count(*) FROM series) + (SELECT count(*) FROM vitals) + (SELECT count(*) FROM facts)",
        [],
        |row| row.get::<_, i64>(0),
    )?;
    Ok(db)
}

/// Moves the file and its side files to a name that tells when and why it was.
pub(super) fn set_aside(folder: &Path, error: &StoreError, now: Timestamp) -> Result<SetAside> {
    let stamp = now.utc().format("%Y%m%d-%H%M%S");
    let target = free_name(folder, &format!("{NAME}.damaged-{stamp}"));
    let moved = |from: PathBuf, to: PathBuf| match std::fs::rename(from, to) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(StoreError::ReadOnly { why: format!("{NAME} could not be set aside: {error}") })
        }
        Ok(()) | Err(_) => Ok(()),
    };
    moved(folder.join(NAME), target.clone())?;
    for side in ["-wal", "-shm"] {
        let mut to = target.clone().into_os_string();
        to.push(side);
        moved(folder.join(format!("{NAME}{side}")), to.into())?;
    }
    Ok(SetAside { path: target, why: error.to_string() })
}

fn free_name(folder: &Path, name: &str) -> PathBuf {
    let mut candidates = (1..).map(|n| if n == 1 { name.to_owned() } else { format!("{name}-{n}") });
    candidates
        .find(|name| !folder.join(name).exists())
        .map_or_else(|| folder.join(name), |name| folder.join(name))
}
