//! What can go wrong with the database, said so that a person knows what to do.
//! [`OpenError`] is for the one who starts a program, [`StoreError`] for a question or a change.

use crate::model::{DeviceId, PersonId};
use rusqlite::ErrorCode;
use std::io;

/// Why the data folder cannot be used.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum OpenError {
    /// The folder or the database cannot be written.
    #[error(
        "the data folder {folder} cannot be written ({why}); give it to the user that runs Patchbay, or choose another folder"
    )]
    ReadOnly { folder: String, why: String },
    /// Something that is no folder has its name.
    #[error("{folder} is no folder; choose another data folder")]
    NotFolder { folder: String },
    /// A newer program wrote it.
    #[error(
        "the database is of version {have}, this program knows versions up to {known}; use the newer program that wrote it"
    )]
    Newer { have: usize, known: usize },
    /// Seen beside only: the bot of an older version has not been started anew yet.
    #[error(
        "the database is of version {have}, this program needs version {known}; start the bot once with this program first"
    )]
    Older { have: usize, known: usize },
    /// Another instance runs on this folder.
    #[error("another Patchbay{} works on this data folder; stop it first, or use another folder", .pid.map(|pid| format!(" (process {pid})")).unwrap_or_default())]
    Held { pid: Option<u32> },
    /// The file is no database any more.
    #[error("the database is damaged ({why}); put back a copy that `patchbay backup-state` made")]
    Damaged { why: String },
    #[error("the disk is full; make room and start again")]
    Full,
    #[error("the database is in use by another program for too long; try again")]
    Busy,
    /// Anything else that SQLite says.
    #[error("the database cannot be opened: {why}")]
    Sql { why: String },
    /// Anything else that the file system says.
    #[error("the data folder {folder} cannot be used: {why}")]
    Io { folder: String, why: String },
}

/// Why a question has no answer, or a change was not made. It is `Clone` because one failed commit
/// is told to everybody in the batch.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum StoreError {
    /// The rules of the data say no; nothing was changed.
    #[error(transparent)]
    Refused(#[from] Refused),
    /// No room. Nothing was changed; later changes work again when there is room.
    #[error("the disk of the database is full; nothing was stored")]
    Full,
    /// Another process writes for longer than the busy timeout.
    #[error("the database is in use by another program for too long; nothing was stored")]
    Busy,
    #[error("the database cannot be written: {why}")]
    ReadOnly { why: String },
    #[error("the database is damaged: {why}")]
    Damaged { why: String },
    #[error("the database says: {why}")]
    Sql { why: String },
    /// A stored value cannot be read as what it should be, or a new one does not fit the others.
    #[error("a stored value cannot be read: {why}")]
    Content { why: String },
    /// The code that made the change panicked; the change was taken back.
    #[error("a change was taken back because its code failed: {why}")]
    Panicked { why: String },
    /// The store was closed.
    #[error("the database is closed")]
    Closed,
}

/// What the rules of the data forbid.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum Refused {
    #[error("there is already a {noun} named {name:?}")]
    NameTaken { noun: &'static str, name: String },
    #[error("there is no {noun} {name}")]
    Unknown { noun: &'static str, name: String },
    #[error("{parent} is no device, so it cannot be a parent")]
    UnknownParent { parent: DeviceId },
    #[error("{parent} is reached through this device, so it cannot be its parent")]
    ParentCircle { parent: DeviceId },
    #[error("this device is locked; wait until the work on it has ended")]
    DeviceLocked { device: DeviceId },
    #[error("credential {name:?} is used by {}", .devices.join(", "))]
    CredentialInUse { name: String, devices: Vec<String> },
    #[error("{channel}:{external} belongs to {person}")]
    IdentityTaken { channel: String, external: String, person: PersonId },
    #[error("an incomplete configuration is never a version")]
    Incomplete,
}

impl StoreError {
    /// The change itself is at fault, not the disk or another program: trying again comes to the same.
    pub fn is_about_this(&self) -> bool {
        match self {
            StoreError::Refused(_) | StoreError::Content { .. } | StoreError::Panicked { .. } => true,
            StoreError::Full
            | StoreError::Busy
            | StoreError::ReadOnly { .. }
            | StoreError::Damaged { .. }
            | StoreError::Sql { .. }
            | StoreError::Closed => false,
        }
    }
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        let why = error.to_string();
        match &error {
            rusqlite::Error::FromSqlConversionFailure(..)
            | rusqlite::Error::InvalidColumnType(..)
            | rusqlite::Error::IntegralValueOutOfRange(..) => return StoreError::Content { why },
            _ => {}
        }
        match error.sqlite_error_code() {
            Some(ErrorCode::ConstraintViolation) => StoreError::Content { why },
            Some(ErrorCode::DiskFull) => StoreError::Full,
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => StoreError::Busy,
            Some(ErrorCode::ReadOnly | ErrorCode::CannotOpen | ErrorCode::PermissionDenied) => {
                StoreError::ReadOnly { why }
            }
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => StoreError::Damaged { why },
            _ => StoreError::Sql { why },
        }
    }
}

impl From<serde_json::Error> for StoreError {
    fn from(error: serde_json::Error) -> Self {
        StoreError::Content { why: error.to_string() }
    }
}

impl OpenError {
    pub(super) fn io(folder: &std::path::Path, error: &io::Error) -> OpenError {
        let (folder, why) = (folder.display().to_string(), error.to_string());
        match error.kind() {
            io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
                OpenError::ReadOnly { folder, why }
            }
            io::ErrorKind::NotADirectory | io::ErrorKind::AlreadyExists => OpenError::NotFolder { folder },
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => OpenError::Full,
            _ => OpenError::Io { folder, why },
        }
    }

    pub(super) fn sql(folder: &std::path::Path, error: StoreError) -> OpenError {
        match error {
            StoreError::Full => OpenError::Full,
            StoreError::Busy => OpenError::Busy,
            StoreError::ReadOnly { why } => OpenError::ReadOnly { folder: folder.display().to_string(), why },
            StoreError::Damaged { why } => OpenError::Damaged { why },
            other => OpenError::Sql { why: other.to_string() },
        }
    }
}
