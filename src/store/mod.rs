//! The state: one SQLite database, all of its SQL, one owner file for each table.
//! One writer commits in groups ([`Store::write`]), a few readers ask ([`Store::read`]), and after
//! each commit the topics that it touched wake whoever waits for them ([`Store::changes`]).
//! Nothing here reads a clock, and nothing here knows what a value is for.

mod error;
mod open;
mod readers;
mod topic;
mod work;
mod writer;

pub mod metrics;

mod alerts;
mod attachments;
mod audit;
mod backlog;
mod chats;
mod codes;
mod confirmations;
mod credentials;
mod devices;
mod dialogs;
mod freezes;
mod grants;
mod inbox;
mod jobs;
mod learned;
mod links;
mod locks;
mod meta;
mod outbox;
mod outbox_dead;
mod outbox_due;
mod people;
mod pins;
mod places;
mod presses;
mod procedures;
mod reaches;
mod retention;
mod silences;
mod strangers;
mod subscriptions;
mod tasks;
mod versions;
mod watches;
mod windows;

#[cfg(test)]
mod tests;

pub use alerts::Incident;
pub use attachments::Attachment;
pub use audit::{AuditFilter, AuditRow, Decision};
pub use chats::Chat;
pub use codes::spelled;
pub use confirmations::Sent;
pub use credentials::Credential;
pub use dialogs::{Dialog, NewDialog};
pub use error::{OpenError, Refused, StoreError};
pub use freezes::KeptFreeze;
pub use inbox::Arrival;
pub use jobs::JobFilter;
pub use links::Link;
pub use locks::{HandLock, Held};
pub use open::Access;
pub use outbox::Arrived;
pub use outbox_dead::{DeadLetter, Failing, Overdue};
pub use people::Ended;
pub use pins::Pin;
pub use presses::PressRefused;
pub use procedures::Procedure;
pub use reaches::Reached;
pub use retention::Retention;
pub use silences::Expiring;
pub use strangers::Tried;
pub use topic::{Changes, Topic};
pub use versions::{Added, Version};
pub use watches::FreeWatch;
pub use work::{View, Work};

use crate::model::Timestamp;
use readers::Readers;
use std::path::Path;
use std::sync::Arc;
use tokio::sync::watch;
use work::Result;
use writer::Writer;

/// The open database. Clones share it; it closes when the last one is gone, or at [`Store::close`].
#[derive(Clone)]
pub struct Store {
    writer: Writer,
    readers: Arc<Readers>,
    counts: watch::Receiver<topic::Counts>,
}

impl Store {
    /// Blocks while it opens and migrates: for the start of a program.
    pub fn open(folder: &Path, access: Access) -> Result<Store, OpenError> {
        let (db, lock) = open::open(folder, access)?;
        at_the_start(&db, access).map_err(|error| OpenError::sql(folder, error))?;
        let (counts, subscribe) = watch::channel(topic::Counts::default());
        let writer = Writer::start(db, lock, counts).map_err(|error| OpenError::io(folder, &error))?;
        let readers = Arc::new(Readers::new(open::database(folder)));
        Ok(Store { writer, readers, counts: subscribe })
    }

    /// One change. It is on the disk when this answers Ok; when it answers Err nothing of it is.
    /// Whoever stops waiting for the answer does not take the change back.
    pub async fn write<T, F>(&self, change: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&mut Work<'_>) -> Result<T> + Send + 'static,
    {
        self.writer.write(change).await
    }

    /// Questions of one moment. They never wait for the writer.
    pub async fn read<T, F>(&self, question: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&View<'_>) -> Result<T> + Send + 'static,
    {
        self.readers.read(question).await
    }

    /// A subscriber of what is committed from now on.
    pub fn changes(&self) -> Changes {
        Changes::new(self.counts.clone())
    }

    /// A number that is another one after each commit that touched one of these topics: what was kept
    /// under an older number must be read again.
    pub fn generation(&self, topics: &[Topic]) -> u64 {
        topic::total(&self.counts.borrow(), topics)
    }

    /// Whether another process (the command line) committed since this was asked last. When it did,
    /// every topic is told as well.
    pub async fn changed_outside(&self) -> bool {
        self.writer.changed_outside().await
    }

    /// Deletes what nobody needs any more, in small steps so that answers go on between them.
    pub async fn sweep(&self, retention: &Retention, now: Timestamp) -> Result<usize> {
        let (retention, mut swept) = (*retention, 0);
        loop {
            match self.write(move |work| work.sweep_step(&retention, now)).await? {
                0 => return Ok(swept),
                step => swept += step,
            }
        }
    }

    /// Ends the writer after what was ordered before, closes the files and frees the lock.
    pub async fn close(&self) {
        self.readers.close().await;
        self.writer.stop().await;
    }
}

/// What must be so before anybody asks.
fn at_the_start(db: &rusqlite::Connection, access: Access) -> Result<()> {
    db.execute_batch("BEGIN IMMEDIATE")?;
    let done = Work::new(db).apart(|work| {
        work.make_installation()?;
        match access {
            // Whoever holds the lock is alone: a row in flight belongs to a process that is gone.
            Access::Bot => work.doubt_what_was_in_flight(),
            Access::Beside => Ok(()),
        }
    });
    let ended = done.and_then(|()| Ok(db.execute_batch("COMMIT")?));
    if ended.is_err() && !db.is_autocommit() {
        db.execute_batch("ROLLBACK")?;
    }
    ended
}
