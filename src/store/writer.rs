//! The one writer: a thread that takes what waits, runs each change in its own savepoint, commits
//! once for all of them, and only then answers. Under load many changes share one flush of the disk.

use super::error::StoreError;
use super::topic::{Counts, Touched, tell};
use super::work::{Result, Work};
use rusqlite::Connection;
use std::any::Any;
use std::fs::File;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::thread::Builder;
use tokio::sync::{mpsc, oneshot, watch};

/// When the queue is full, `write` waits: whoever makes changes faster than the disk takes them is
/// slowed down, and the services behind the doors with him.
const QUEUE: usize = 256;

/// The most changes of one commit, so that the first of them does not wait for ever.
const BATCH: usize = 64;

/// Tells one caller how it went; `Some` when the commit itself failed.
type Answer = Box<dyn FnOnce(Option<StoreError>)>;

/// What one change came to before the commit.
struct Written {
    answer: Answer,
    touched: Touched,
    error: Option<StoreError>,
}

/// Runs in the transaction, or is only told why there is none.
type Change = Box<dyn FnOnce(Result<&Connection>) -> Written + Send>;

enum Order {
    Change(Change),
    /// Whether another process committed since the last time this was asked.
    Outside(oneshot::Sender<bool>),
    Stop(oneshot::Sender<()>),
}

/// The callers' end. The thread ends when the last of them is gone.
#[derive(Clone)]
pub(super) struct Writer {
    orders: mpsc::Sender<Order>,
}

impl Writer {
    /// `lock` is held until the database is closed.
    pub(super) fn start(
        db: Connection,
        lock: Option<File>,
        counts: watch::Sender<Counts>,
    ) -> std::io::Result<Writer> {
        let (orders, queue) = mpsc::channel(QUEUE);
        let seen = data_version(&db).ok();
        Builder::new().name("store".to_owned()).spawn(move || {
            let stopped = Desk { db, counts, outside: false, seen }.serve(queue);
            drop(lock);
            // Told last: whoever waits for the end may open the folder again at once.
            if let Some(stopped) = stopped {
                let _ = stopped.send(());
            }
        })?;
        Ok(Writer { orders })
    }

    pub(super) async fn write<T, F>(&self, change: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&mut Work<'_>) -> Result<T> + Send + 'static,
    {
        let (tell, told) = oneshot::channel();
        let order = Order::Change(Box::new(move |db| {
            let (result, touched) = match db {
                Ok(db) => in_savepoint(db, change),
                Err(error) => (Err(error), Touched::default()),
            };
            let error = result.as_ref().err().cloned();
            let answer: Answer = Box::new(move |failed: Option<StoreError>| {
                let result = match failed {
                    Some(failed) => result.and(Err(failed)),
                    None => result,
                };
                // The caller may have gone; what was committed stays.
                let _ = tell.send(result);
            });
            Written { answer, touched, error }
        }));
        self.orders.send(order).await.map_err(|_| StoreError::Closed)?;
        told.await.map_err(|_| StoreError::Closed)?
    }

    pub(super) async fn changed_outside(&self) -> bool {
        let (tell, told) = oneshot::channel();
        if self.orders.send(Order::Outside(tell)).await.is_err() {
            return false;
        }
        told.await.unwrap_or(false)
    }

    /// Everything that was ordered before is done; then the database is closed.
    pub(super) async fn stop(&self) {
        let (tell, told) = oneshot::channel();
        if self.orders.send(Order::Stop(tell)).await.is_ok() {
            let _ = told.await;
        }
    }
}

/// What the thread has.
struct Desk {
    db: Connection,
    counts: watch::Sender<Counts>,
    /// Somebody else committed and nobody asked yet.
    outside: bool,
    seen: Option<i64>,
}

impl Desk {
    fn serve(mut self, mut queue: mpsc::Receiver<Order>) -> Option<oneshot::Sender<()>> {
        let mut left_over = None;
        loop {
            match left_over.take().or_else(|| queue.blocking_recv())? {
                Order::Change(first) => left_over = self.batch(first, &mut queue),
                Order::Outside(tell) => {
                    self.notice_outside();
                    let _ = tell.send(std::mem::take(&mut self.outside));
                }
                Order::Stop(tell) => return Some(tell),
            }
        }
    }

    /// One transaction for everything that waits now. Gives back an order that is no change.
    fn batch(&mut self, first: Change, queue: &mut mpsc::Receiver<Order>) -> Option<Order> {
        // IMMEDIATE, because the command line may write beside the bot: who waits, waits here.
        if let Err(error) = self.db.execute_batch("BEGIN IMMEDIATE") {
            (first(Err(error.into())).answer)(None);
            return None;
        }
        let (mut answers, mut touched) = (Vec::new(), Touched::default());
        let (mut next, mut left_over, mut lost) = (Some(first), None, None);
        while let Some(change) = next.take() {
            let written = change(Ok(&self.db));
            answers.push(written.answer);
            touched = touched.and(written.touched);
            // Without room SQLite may take back the whole transaction, neighbours too: they are told.
            if self.db.is_autocommit() {
                lost = Some(written.error.unwrap_or(StoreError::Full));
                break;
            }
            if answers.len() < BATCH {
                match queue.try_recv() {
                    Ok(Order::Change(change)) => next = Some(change),
                    Ok(other) => left_over = Some(other),
                    Err(_) => {}
                }
            }
        }
        let failed = lost.or_else(|| self.commit().err());
        if failed.is_none() {
            tell(&self.counts, touched);
        }
        answers.into_iter().for_each(|answer| answer(failed.clone()));
        left_over
    }

    fn commit(&self) -> Result<()> {
        let committed = self.db.execute_batch("COMMIT");
        if committed.is_err() && !self.db.is_autocommit() {
            self.db.execute_batch("ROLLBACK")?;
        }
        Ok(committed?)
    }

    /// `data_version` of this connection moves only when another one commits, and within this
    /// process no other one writes.
    fn notice_outside(&mut self) {
        match data_version(&self.db) {
            Ok(version) if self.seen == Some(version) => {}
            Ok(version) => {
                self.seen = Some(version);
                self.outside = true;
                tell(&self.counts, Touched::everything());
            }
            Err(error) => tracing::warn!(%error, "cannot see whether another process wrote"),
        }
    }
}

fn data_version(db: &Connection) -> rusqlite::Result<i64> {
    db.pragma_query_value(None, "data_version", |row| row.get(0))
}

/// Runs one change so that its failure, or its panic, takes back only itself.
fn in_savepoint<T>(db: &Connection, change: impl FnOnce(&mut Work<'_>) -> Result<T>) -> (Result<T>, Touched) {
    let mut work = Work::new(db);
    let result = match catch_unwind(AssertUnwindSafe(|| work.apart(change))) {
        Ok(result) => result,
        Err(panic) => {
            let why = said(panic.as_ref());
            tracing::error!(why, "a change panicked and is taken back");
            Err(undone(db).err().unwrap_or(StoreError::Panicked { why }))
        }
    };
    match result {
        Ok(done) => (Ok(done), work.touched()),
        Err(error) => (Err(error), Touched::default()),
    }
}

/// A panic may have left more than one savepoint open: the outermost takes all of them.
fn undone(db: &Connection) -> Result<()> {
    if !db.is_autocommit() {
        while db.execute_batch("ROLLBACK TO apart; RELEASE apart").is_ok() {}
    }
    Ok(())
}

fn said(panic: &(dyn Any + Send)) -> String {
    match (panic.downcast_ref::<&str>(), panic.downcast_ref::<String>()) {
        (Some(words), _) => (*words).to_owned(),
        (None, Some(words)) => words.clone(),
        (None, None) => "no message".to_owned(),
    }
}
