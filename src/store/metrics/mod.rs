//! `metrics.db`: measured values with their roll-ups, and what was last seen of each router. It may be
//! lost without harm: a damaged file is set aside, a new one begins, and the bot says so.
//! One connection behind a lock; every call runs on a thread that may wait.

mod file;
mod roll;
mod tracks;
mod values;

use super::error::StoreError;
use super::work::Result;
use crate::model::{Board, DeviceId, Sample, Series, Timestamp, Track, Vitals};
use rusqlite::Connection;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// How long values are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Keep {
    pub raw: Duration,
    pub five_minutes: Duration,
    pub hours: Duration,
}

/// Within this the same damage is met by those who were waiting.
const SETTLED: Duration = Duration::from_secs(10);
const HOUR: Duration = Duration::from_secs(3_600);

impl Default for Keep {
    fn default() -> Self {
        Keep { raw: 48 * HOUR, five_minutes: 30 * 24 * HOUR, hours: 2 * 365 * 24 * HOUR }
    }
}

/// A metrics file that could not be read any more, and where it lies now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SetAside {
    pub path: PathBuf,
    pub why: String,
}

/// The open metrics file; clones share it.
#[derive(Clone)]
pub struct Metrics(Arc<Inner>);

struct Inner {
    folder: PathBuf,
    keep: Keep,
    desk: Mutex<Desk>,
}

/// The connection, and the numbers of the series that were written already.
struct Desk {
    db: Connection,
    known: BTreeMap<Series, i64>,
    /// When a damaged file was set aside.
    begun_at: Option<Timestamp>,
}

impl Metrics {
    /// Opens or makes the file. One that cannot be read is set aside and a new one begins.
    pub fn open(folder: &Path, keep: Keep, now: Timestamp) -> Result<(Metrics, Option<SetAside>)> {
        let (db, aside) = match file::open(folder) {
            Ok(db) => (db, None),
            Err(error) if is_damage(&error) => {
                let aside = file::set_aside(folder, &error, now)?;
                (file::open(folder)?, Some(aside))
            }
            Err(error) => return Err(error),
        };
        let desk = Mutex::new(Desk { db, known: BTreeMap::new(), begun_at: None });
        Ok((Metrics(Arc::new(Inner { folder: folder.to_owned(), keep, desk })), aside))
    }

    /// Values of one moment or several; one that is there already stays.
    pub async fn write(&self, samples: Vec<Sample>, seen: Vec<(DeviceId, Arc<Vitals>)>) -> Result<()> {
        self.ask(move |desk, _| values::write(desk, &samples, &seen)).await
    }

    /// What was last seen of each router.
    pub async fn board(&self) -> Result<Board> {
        self.ask(|desk, _| values::board(&desk.db)).await
    }

    /// Each series over a span, in buckets that a picture can show; a series without values is there
    /// without points. `period` is the usual time between two values.
    pub async fn tracks(
        &self,
        series: Vec<Series>,
        from: Timestamp,
        to: Timestamp,
        period: Duration,
        now: Timestamp,
    ) -> Result<Vec<Track>> {
        self.ask(move |desk, keep| {
            let wanted = tracks::Span::new(from, to, period, now, keep);
            series.into_iter().map(|series| tracks::track(&desk.db, series, &wanted)).collect()
        })
        .await
    }

    /// Every raw value from `from` on and before `to`, series by series, in order of time.
    pub async fn samples(&self, from: Timestamp, to: Timestamp) -> Result<Vec<Sample>> {
        self.ask(move |desk, _| values::samples(&desk.db, from, to)).await
    }

    /// A fact about the file itself, such as until when its values are made up.
    pub async fn fact(&self, key: &'static str) -> Result<Option<String>> {
        self.ask(move |desk, _| values::fact(&desk.db, key)).await
    }

    pub async fn set_fact(&self, key: &'static str, value: String) -> Result<()> {
        self.ask(move |desk, _| values::set_fact(&desk.db, key, &value)).await
    }

    /// Rolls up what is complete and deletes what is too old.
    pub async fn tidy(&self, now: Timestamp) -> Result<()> {
        self.ask(move |desk, keep| {
            // A series that goes now is numbered anew when it comes back.
            desk.known.clear();
            roll::tidy(&mut desk.db, keep, now)
        })
        .await
    }

    /// After an error of [`StoreError::Damaged`] in the middle: sets the file aside and begins a new one.
    /// None when somebody else did so a moment ago: several may meet the same damage.
    pub async fn begin_anew(&self, error: StoreError, now: Timestamp) -> Result<Option<SetAside>> {
        let folder = self.0.folder.clone();
        self.ask(move |desk, _| {
            if desk.begun_at.is_some_and(|begun| now.since(begun) < SETTLED) {
                return Ok(None);
            }
            // Closed before its file is moved, or its side files would be written beside the new one.
            desk.db = Connection::open_in_memory()?;
            desk.known.clear();
            let aside = file::set_aside(&folder, &error, now)?;
            desk.db = file::open(&folder)?;
            desk.begun_at = Some(now);
            Ok(Some(aside))
        })
        .await
    }

    async fn ask<T: Send + 'static>(
        &self,
        question: impl FnOnce(&mut Desk, &Keep) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let inner = self.0.clone();
        let asked = tokio::task::spawn_blocking(move || {
            let mut desk = inner.desk.lock().unwrap_or_else(PoisonError::into_inner);
            question(&mut desk, &inner.keep)
        });
        asked.await.map_err(|error| StoreError::Panicked { why: error.to_string() })?
    }
}

/// Whether the file itself is at fault.
pub fn is_damage(error: &StoreError) -> bool {
    matches!(error, StoreError::Damaged { .. } | StoreError::Content { .. })
}
