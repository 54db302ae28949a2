//! The living message of a job: its versions while the work goes on, and the short reply that ends long work.

use crate::builtin::{self, Builtin};
use crate::model::{Class, Document, Facts, Invocation, JobId, Outbound, Resolved, Slot};
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

/// The verdict once more, below the message that it is the first line of.
pub fn short_reply(invocation: &Invocation, document: &Document) -> Outbound {
    let verdict =
        Document { blocks: document.blocks.iter().take(1).cloned().collect(), ..Document::default() };
    let verdict = Document { ended: document.ended, ..verdict };
    Outbound {
        slot: Slot(format!("{}/end", invocation.key)),
        reply_to: Some(Slot(invocation.key.clone())),
        ..outbound(invocation, Class::Result, verdict)
    }
}

/// A version of the message that answers this command.
pub fn outbound(invocation: &Invocation, class: Class, document: Document) -> Outbound {
    Outbound {
        slot: Slot(invocation.key.clone()),
        place: invocation.place.clone(),
        thread: invocation.thread.clone(),
        reply_to: invocation.below(),
        class,
        only: None,
        document,
        not_before: None,
        expires: None,
    }
}
