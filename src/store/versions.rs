//! Table `config_versions`: what routers' configurations were. The rows are the truth; every
//! comparison reads them, and the git repository is a copy that can be made anew.

use super::error::Refused;
use super::topic::Topic;
use super::work::{Result, View, Work, count, counted, limit};
use crate::model::{Configuration, DeviceId, JobId, Sealed, Timestamp, VersionId};
use rusqlite::{Row, params};
use sha2::{Digest, Sha256};
use similar::{ChangeTag, TextDiff};
use std::time::Duration;

#[derive(Clone, Debug, PartialEq)]
pub struct Version {
    pub id: VersionId,
    pub device: DeviceId,
    pub job: Option<JobId>,
    pub taken_at: Timestamp,
    /// A later backup found it unchanged.
    pub last_seen_at: Timestamp,
    /// Of the redacted text.
    pub hash: String,
    /// Size of the raw configuration.
    pub bytes: u64,
    pub author: Option<String>,
    pub changed_at: Option<String>,
    /// Less than half of the last size: stored, but never compared with and never in the repository.
    pub kept_aside: bool,
    /// Lines against the version before.
    pub added: usize,
    pub removed: usize,
    /// The commit that holds it.
    pub commit: Option<String>,
}

/// What a fetched configuration came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Added {
    First { version: VersionId },
    Changed { version: VersionId, from: VersionId, added: usize, removed: usize },
    Unchanged { version: VersionId },
    KeptAside { version: VersionId, bytes: u64, last_bytes: u64 },
}

const COLUMNS: &str =
    "SELECT id, device, job, taken_at, last_seen_at, hash, bytes, author, changed_at, kept_aside,
    added, removed, archived FROM config_versions";

/// A comparison that takes longer counts roughly, so that it never holds up the writer.
const COMPARE: Duration = Duration::from_millis(300);

impl View<'_> {
    pub fn latest(&self, device: DeviceId) -> Result<Option<Version>> {
        self.one(
            &format!("{COLUMNS} WHERE device = ?1 AND NOT kept_aside ORDER BY id DESC LIMIT 1"),
            [device.0],
            version,
        )
    }

    /// Newest first, with those kept aside.
    pub fn versions(&self, device: DeviceId, rows: usize) -> Result<Vec<Version>> {
        self.all(
            &format!("{COLUMNS} WHERE device = ?1 ORDER BY id DESC LIMIT ?2"),
            [device.0, limit(rows)],
            version,
        )
    }

    pub fn version(&self, id: VersionId) -> Result<Option<Version>> {
        self.one(&format!("{COLUMNS} WHERE id = ?1"), [id.0], version)
    }

    /// What the router had at that moment, as far as backups know.
    pub fn version_at(&self, device: DeviceId, at: Timestamp) -> Result<Option<Version>> {
        self.one(
            &format!(
                "{COLUMNS} WHERE device = ?1 AND NOT kept_aside AND taken_at <= ?2
                 ORDER BY taken_at DESC, id DESC LIMIT 1"
            ),
            [device.0, at.0],
            version,
        )
    }

    pub fn redacted(&self, id: VersionId) -> Result<Option<String>> {
        self.one("SELECT redacted FROM config_versions WHERE id = ?1", [id.0], |row| row.get(0))
    }

    pub fn sealed(&self, id: VersionId) -> Result<Option<Sealed>> {
        self.one("SELECT sealed FROM config_versions WHERE id = ?1", [id.0], |row| Ok(Sealed(row.get(0)?)))
    }

    /// What the repository does not have yet, oldest first.
    pub fn waiting_for_archive(&self, rows: usize) -> Result<Vec<Version>> {
        self.all(
            &format!("{COLUMNS} WHERE archived IS NULL AND kept_aside = 0 ORDER BY id LIMIT ?1"),
            [limit(rows)],
            version,
        )
    }

    /// The newest row of all, also one kept aside.
    fn newest(&self, device: DeviceId) -> Result<Option<Version>> {
        Ok(self.versions(device, 1)?.pop())
    }
}

impl Work<'_> {
    /// The same text as last time makes no row; less than half of the last size is kept aside.
    pub fn add_version(
        &mut self,
        device: DeviceId,
        configuration: &Configuration,
        job: Option<JobId>,
        now: Timestamp,
    ) -> Result<Added> {
        if !configuration.complete {
            return Err(Refused::Incomplete.into());
        }
        let hash = hash(&configuration.redacted);
        // A router that shows the same again, good or kept aside, makes no second row.
        if let Some(newest) = self.newest(device)?.filter(|newest| newest.hash == hash) {
            return self.seen_again(&newest, now);
        }
        let Some(last) = self.latest(device)? else {
            let version = self.insert_version(device, configuration, &hash, job, now, (false, 0, 0))?;
            return Ok(Added::First { version });
        };
        if last.hash == hash {
            return self.seen_again(&last, now);
        }
        if configuration.bytes.saturating_mul(2) < last.bytes {
            let version = self.insert_version(device, configuration, &hash, job, now, (true, 0, 0))?;
            return Ok(Added::KeptAside { version, bytes: configuration.bytes, last_bytes: last.bytes });
        }
        let before = self.redacted(last.id)?.unwrap_or_default();
        let (added, removed) = compare(&before, &configuration.redacted);
        let version = self.insert_version(device, configuration, &hash, job, now, (false, added, removed))?;
        Ok(Added::Changed { version, from: last.id, added, removed })
    }

    /// A person says that a kept-aside one is right. False when it was none.
    pub fn accept_version(&mut self, id: VersionId) -> Result<bool> {
        let accepted =
            self.run("UPDATE config_versions SET kept_aside = 0 WHERE id = ?1 AND kept_aside", [id.0])?;
        self.touch(Topic::Versions);
        Ok(accepted > 0)
    }

    pub fn archived(&mut self, id: VersionId, commit: &str) -> Result<()> {
        self.run("UPDATE config_versions SET archived = ?2 WHERE id = ?1", params![id.0, commit])?;
        Ok(())
    }

    /// The repository is gone: every version waits for it again.
    pub fn forget_archive(&mut self) -> Result<()> {
        self.run("UPDATE config_versions SET archived = NULL WHERE archived IS NOT NULL", [])?;
        self.touch(Topic::Versions);
        Ok(())
    }

    fn seen_again(&mut self, version: &Version, now: Timestamp) -> Result<Added> {
        self.run(
            "UPDATE config_versions SET last_seen_at = max(last_seen_at, ?2) WHERE id = ?1",
            [version.id.0, now.0],
        )?;
        match (version.kept_aside, self.latest(version.device)?) {
            (true, Some(last)) => {
                Ok(Added::KeptAside { version: version.id, bytes: version.bytes, last_bytes: last.bytes })
            }
            _ => Ok(Added::Unchanged { version: version.id }),
        }
    }

    fn insert_version(
        &mut self,
        device: DeviceId,
        configuration: &Configuration,
        hash: &str,
        job: Option<JobId>,
        now: Timestamp,
        (kept_aside, added, removed): (bool, usize, usize),
    ) -> Result<VersionId> {
        let id = self.insert(
            "INSERT INTO config_versions (device, job, taken_at, last_seen_at, hash, bytes, author, changed_at,
                complete, kept_aside, added, removed, redacted, sealed)
             VALUES (?1, ?2, ?3, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)",
            params![
                device.0,
                job.map(|job| job.0),
                now.0,
                hash,
                count(configuration.bytes),
                configuration.author,
                configuration.changed_at,
                configuration.complete,
                kept_aside,
                count(added),
                count(removed),
                configuration.redacted,
                configuration.sealed.0
            ],
        )?;
        self.touch(Topic::Versions);
        Ok(VersionId(id))
    }
}

fn hash(text: &str) -> String {
    Sha256::digest(text).iter().fold(String::with_capacity(64), |hex, byte| format!("{hex}{byte:02x}"))
}

/// Lines that the newer text has more, and lines that it lacks.
fn compare(before: &str, after: &str) -> (usize, usize) {
    let diff = TextDiff::configure().timeout(COMPARE).diff_lines(before, after);
    let of = |tag: ChangeTag| diff.iter_all_changes().filter(|change| change.tag() == tag).count();
    (of(ChangeTag::Insert), of(ChangeTag::Delete))
}

fn version(row: &Row<'_>) -> rusqlite::Result<Version> {
    let unsigned = |column: &str| -> rusqlite::Result<u64> {
        Ok(u64::try_from(row.get::<_, i64>(column)?).unwrap_or_default())
    };
    Ok(Version {
        id: VersionId(row.get("id")?),
        device: DeviceId(row.get("device")?),
        job: row.get::<_, Option<i64>>("job")?.map(JobId),
        taken_at: Timestamp(row.get("taken_at")?),
        last_seen_at: Timestamp(row.get("last_seen_at")?),
        hash: row.get("hash")?,
        bytes: unsigned("bytes")?,
        author: row.get("author")?,
        changed_at: row.get("changed_at")?,
        kept_aside: row.get("kept_aside")?,
        added: counted(row, "added")?,
        removed: counted(row, "removed")?,
        commit: row.get("archived")?,
    })
}
