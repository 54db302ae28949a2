//! A few connections that only ask. Each question sees one moment of the database and never waits
//! for the writer. When all of them are busy the next question waits.

use super::error::StoreError;
use super::open::connect_reader;
use super::work::{Result, View};
use rusqlite::Connection;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::Semaphore;

const READERS: usize = 4;

pub(super) struct Readers {
    path: PathBuf,
    permits: Arc<Semaphore>,
    idle: Arc<Mutex<Vec<Connection>>>,
}

impl Readers {
    pub(super) fn new(path: PathBuf) -> Readers {
        Readers { path, permits: Arc::new(Semaphore::new(READERS)), idle: Arc::default() }
    }

    pub(super) async fn read<T, F>(&self, question: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&View<'_>) -> Result<T> + Send + 'static,
    {
        let permit = self.permits.clone().acquire_owned().await.map_err(|_| StoreError::Closed)?;
        let (path, idle) = (self.path.clone(), self.idle.clone());
        let asked = tokio::task::spawn_blocking(move || {
            let _permit = permit;
            let taken = idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
            let db = taken.map_or_else(|| connect_reader(&path), Ok)?;
            let answer = at_one_moment(&db, question);
            // One that panicked is not given back, so nothing of it is seen by the next.
            idle.lock().unwrap_or_else(PoisonError::into_inner).push(db);
            answer
        });
        asked.await.map_err(|error| StoreError::Panicked { why: error.to_string() })?
    }

    pub(super) async fn close(&self) {
        // All permits: nobody is asking any more.
        if let Ok(all) = self.permits.acquire_many(u32::try_from(READERS).unwrap_or(1)).await {
            self.permits.close();
            self.idle.lock().unwrap_or_else(PoisonError::into_inner).clear();
            all.forget();
        }
    }
}

fn at_one_moment<T>(db: &Connection, question: impl FnOnce(&View<'_>) -> Result<T>) -> Result<T> {
    let moment = db.unchecked_transaction()?;
    let answer = question(&View::new(&moment));
    // Nothing was written, so there is nothing to keep.
    moment.rollback()?;
    answer
}
