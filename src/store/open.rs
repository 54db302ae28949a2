//! From a folder to a store: the single-instance lock, the file with its modes, the migrations.
//! The bot holds the lock as long as it lives; the command line works beside it without.

use super::error::{OpenError, StoreError};
use super::work::Result;
use rusqlite::{Connection, OpenFlags};
use rusqlite_migration::{M, Migrations};
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Who opens the data folder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// `run` and `demo`: one instance a folder; brings the schema up to date.
    Bot,
    /// The command line: works also while the bot runs, and never changes the schema under it.
    Beside,
}

const MIGRATIONS: [M<'_>; 4] = [
    M::up(include_str!("../../migrations/0001_first_light.sql")),
    M::up(include_str!("../../migrations/0002_clock.sql")),
    M::up(include_str!("../../migrations/0003_doors.sql")),
    M::up(include_str!("../../migrations/0004_hands.sql")),
];

/// How long one process waits for another one's transaction.
const BUSY: Duration = Duration::from_secs(5);

pub(super) fn database(folder: &Path) -> PathBuf {
    folder.join("patchbay.db")
}

/// The writer's connection, and the lock when it is to be kept.
pub(super) fn open(folder: &Path, access: Access) -> Result<(Connection, Option<File>), OpenError> {
    // The command line holds the lock for the moment in which it makes a database, and the bot needs
    // a moment for its tables: two programs that start together must not fail over that.
    for _ in 0..5 {
        match open_once(folder, access) {
            Err(OpenError::Held { .. } | OpenError::Older { have: 0, .. }) => {
                std::thread::sleep(Duration::from_millis(100));
            }
            other => return other,
        }
    }
    open_once(folder, access)
}

fn open_once(folder: &Path, access: Access) -> Result<(Connection, Option<File>), OpenError> {
    make_folder(folder)?;
    let path = database(folder);
    let exists = std::fs::metadata(&path).is_ok_and(|file| file.len() > 0);
    // Without a database somebody must make it, and only one may.
    let lock = match access == Access::Bot || !exists {
        true => Some(take_lock(folder)?),
        false => None,
    };
    make_private(folder, &path)?;
    let mut db = connect(&path).map_err(|error| OpenError::sql(folder, error))?;
    match lock.is_some() {
        true => migrate(folder, &mut db)?,
        false => check_version(folder, &db)?,
    }
    Ok((db, lock.filter(|_| access == Access::Bot)))
}

fn make_folder(folder: &Path) -> Result<(), OpenError> {
    match std::fs::metadata(folder) {
        Ok(found) if found.is_dir() => Ok(()),
        Ok(_) => Err(OpenError::NotFolder { folder: folder.display().to_string() }),
        // Only a folder that is made here gets its mode: one that exists may be shared on purpose.
        Err(_) => std::fs::DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(folder)
            .map_err(|error| OpenError::io(folder, &error)),
    }
}

fn take_lock(folder: &Path) -> Result<File, OpenError> {
    let io = |error: std::io::Error| OpenError::io(folder, &error);
    let path = folder.join("patchbay.lock");
    let mut file = OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .mode(0o600)
        .open(path)
        .map_err(io)?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => {
            let mut pid = String::new();
            // The number is only for the sentence; the lock itself is the truth.
            let _ = file.read_to_string(&mut pid);
            return Err(OpenError::Held { pid: pid.trim().parse().ok() });
        }
        Err(TryLockError::Error(error)) => return Err(io(error)),
    }
    file.set_len(0).map_err(io)?;
    file.write_all(std::process::id().to_string().as_bytes()).map_err(io)?;
    Ok(file)
}

/// SQLite gives its side files the mode of the database, so the database is made first.
fn make_private(folder: &Path, path: &Path) -> Result<(), OpenError> {
    let io = |error: std::io::Error| OpenError::io(folder, &error);
    let file =
        OpenOptions::new().write(true).create(true).truncate(false).mode(0o600).open(path).map_err(io)?;
    let mode = file.metadata().map_err(io)?.permissions().mode() & 0o777;
    if mode != 0o600 {
        file.set_permissions(std::fs::Permissions::from_mode(0o600)).map_err(io)?;
    }
    Ok(())
}

fn connect(path: &Path) -> Result<Connection> {
    let db = Connection::open_with_flags(
        path,
        OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX,
    )?;
    prepare(&db)?;
    db.pragma_update(None, "journal_mode", "WAL")?;
    // FULL: what was answered as stored is on the disk, also when the power goes.
    db.pragma_update(None, "synchronous", "FULL")?;
    Ok(db)
}

/// One connection that only asks.
pub(super) fn connect_reader(path: &Path) -> Result<Connection> {
    let db = Connection::open_with_flags(
        path,
        OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX,
    )?;
    prepare(&db)?;
    db.pragma_update(None, "query_only", true)?;
    Ok(db)
}

fn prepare(db: &Connection) -> Result<()> {
    db.busy_timeout(BUSY)?;
    db.pragma_update(None, "foreign_keys", true)?;
    db.pragma_update(None, "trusted_schema", false)?;
    db.set_prepared_statement_cache_capacity(128);
    Ok(())
}

fn migrate(folder: &Path, db: &mut Connection) -> Result<(), OpenError> {
    if let Some(have) = newer(folder, db)? {
        return Err(OpenError::Newer { have, known: MIGRATIONS.len() });
    }
    Migrations::from_slice(&MIGRATIONS).to_latest(db).map_err(|error| match error {
        rusqlite_migration::Error::RusqliteError { err, .. } => OpenError::sql(folder, StoreError::from(err)),
        other => OpenError::Sql { why: other.to_string() },
    })
}

fn check_version(folder: &Path, db: &Connection) -> Result<(), OpenError> {
    if let Some(have) = newer(folder, db)? {
        return Err(OpenError::Newer { have, known: MIGRATIONS.len() });
    }
    let have = user_version(folder, db)?;
    match have == MIGRATIONS.len() {
        true => Ok(()),
        false => Err(OpenError::Older { have, known: MIGRATIONS.len() }),
    }
}

/// The version of the database when this program does not know it.
fn newer(folder: &Path, db: &Connection) -> Result<Option<usize>, OpenError> {
    let have = user_version(folder, db)?;
    Ok((have > MIGRATIONS.len()).then_some(have))
}

fn user_version(folder: &Path, db: &Connection) -> Result<usize, OpenError> {
    let version: u32 = db
        .pragma_query_value(None, "user_version", |row| row.get(0))
        .map_err(|error| OpenError::sql(folder, StoreError::from(error)))?;
    Ok(usize::try_from(version).unwrap_or(usize::MAX))
}
