//! The living message of a job: its versions while the work goes on.

use crate::builtin::{self, Builtin, outbound};
use crate::model::{Class, Facts, JobId, Resolved};
use crate::store::{StoreError, Work};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

/// Progress is written no more often than this; channels space their edits further.
const PROGRESS: Duration = Duration::from_millis(300);

/// The living message's next version, written with a task's result when it is time.
pub struct Progress {
    pub id: JobId,
    pub builtin: &'static Builtin,
    pub resolved: Arc<Resolved>,
    pub total: usize,
    /// When one was written last, for all tasks of the job.
    pub last: Arc<AtomicI64>,
}

impl Progress {
    pub fn write(&self, facts: &Facts, work: &mut Work) -> Result<(), StoreError> {
        let now = facts.now.wall;
        let spacing = i64::try_from(PROGRESS.as_millis()).unwrap_or(i64::MAX);
        if now.0.saturating_sub(self.last.load(Ordering::Relaxed)) < spacing {
            return Ok(());
        }
        self.last.store(now.0, Ordering::Relaxed);
        let results = work.results(self.id)?;
        if results.len() == self.total {
            return Ok(());
        }
        let document = builtin::living(self.builtin, &self.resolved, facts, &results, work)?;
        work.post(&outbound(&self.resolved.invocation, Class::Progress, document), now).map(drop)
    }
}
