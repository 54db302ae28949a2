//! What must be done now and then: old rows go, late questions and freezes end, writes of the command line are
//! noticed, people are told that a router is free, and critical alerts do not stay on their way.

use super::{House, gather};
use crate::builtin;
use crate::model::{Class, Destination, Document, Ending, Outbound, Sign};
use crate::store::{Retention, StoreError, Topic, Work};
use std::time::Duration;

/// How soon the bot notices what the command line wrote, and that a question's time is over.
const OFTEN: Duration = Duration::from_secs(1);
const SELDOM: Duration = Duration::from_secs(3_600);

/// Runs until the house goes dark.
pub async fn run(house: &House, retention: Retention) {
    let mut often = tokio::time::interval(OFTEN);
    let mut seldom = tokio::time::interval(SELDOM);
    let mut changes = house.store.changes();
    loop {
        let done = tokio::select! {
            _ = often.tick() => {
                house.store.changed_outside().await;
                // Both: a question that cannot be ended must not hold back a critical alert.
                let (ended, told) = (late_questions(house).await, super::fallback::look(house).await);
                told.and(ended).and(freezes_over(house).await)
            }
            _ = seldom.tick() => match house.store.sweep(&retention, house.clock.now().wall).await {
                Ok(rows) => {
                    tracing::debug!(rows, "old rows are gone");
                    Ok(())
                }
                Err(error) => Err(error),
            },
            _ = changes.of(&[Topic::Locks]) => tell_free(house).await,
            () = house.stops.work.cancelled() => return,
        };
        if let Err(error) = done {
            tracing::error!(%error, "housekeeping failed; it is tried again");
        }
    }
}

async fn late_questions(house: &House) -> Result<(), StoreError> {
    let now = house.clock.now().wall;
    if house.store.read(move |view| view.late_dialogs(now, 1)).await?.is_empty() {
        return Ok(());
    }
    house
        .store
        .write(move |work| {
            for dialog in work.late_dialogs(now, 100)? {
                work.close_dialog(dialog.id, now)?;
                let Some(slot) = dialog.slot else { continue };
                let text = text!("ask.expired", line = dialog.invocation.line.as_str());
                let document = Document::line(Sign::Held, text, Ending::Well);
                let outbound = Outbound {
                    slot,
                    place: dialog.place,
                    thread: dialog.thread,
                    reply_to: None,
                    class: Class::Result,
                    only: None,
                    document,
                    not_before: None,
                    expires: None,
                };
                work.post(&outbound, now)?;
            }
            Ok(())
        })
        .await
}

/// A freeze ends by itself, and its author is told.
async fn freezes_over(house: &House) -> Result<(), StoreError> {
    let now = house.clock.now().wall;
    if house.store.read(move |view| view.freezes_over(now)).await?.is_empty() {
        return Ok(());
    }
    let nowhere = Destination { channel: String::new(), address: String::new() };
    let facts = gather::facts(house, None, nowhere).await?;
    house
        .store
        .write(move |work| {
            for kept in work.freezes_over(now)? {
                builtin::freeze_over(&kept, &facts, work)?;
            }
            Ok(())
        })
        .await
}

/// Those who asked to be told are told once; nothing runs by itself.
async fn tell_free(house: &House) -> Result<(), StoreError> {
    let now = house.clock.now().wall;
    house.store.write(move |work| free(work, now)).await
}

fn free(work: &mut Work, now: crate::model::Timestamp) -> Result<(), StoreError> {
    let held: Vec<_> = work.held()?.into_iter().map(|held| held.device).collect();
    let watched = work.watched_devices()?;
    let freed: Vec<_> = watched.into_iter().filter(|device| !held.contains(device)).collect();
    for (at, watch) in work.take_free_watches(&freed)?.into_iter().enumerate() {
        let name = work.device_name(watch.device)?.unwrap_or_default();
        let outbound = Outbound {
            slot: crate::model::Slot(format!("free/{}/{}/{at}", watch.device.0, now.0)),
            place: watch.place,
            thread: watch.thread,
            reply_to: None,
            class: Class::Result,
            only: None,
            document: Document::line(Sign::Done, text!("lock.free", device = name), Ending::Well),
            not_before: None,
            expires: None,
        };
        work.post(&outbound, now)?;
    }
    Ok(())
}
