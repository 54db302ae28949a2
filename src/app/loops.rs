//! The loops of the house: started as tasks of their own, and taken down in order. What runs comes to its end for a while,
//! a dialogue with a router for longer.

use super::{Backlog, settled};
use crate::channel::heartbeat::Heartbeat;
use crate::flow::{self, House};
use crate::settings::Settings;
use crate::store::Retention;
use crate::store::metrics::SetAside;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::task::JoinSet;

/// How long running steps may still take after SIGTERM.
const ENDING: Duration = Duration::from_secs(10);
/// And how much longer a router may take that was asked to save or to reload and is not done with it: it must not be left
/// in the middle.
const TALKING: Duration = Duration::from_secs(110);
/// How long the last messages may still take.
const LAST_MESSAGES: Duration = Duration::from_secs(5);
/// How long whatever was told to end may take to do so. Then it is left behind: all that counts is in
/// the database, and the next start goes on from there.
const LEAVING: Duration = Duration::from_secs(2);

/// The loops of the house, each in a task of its own.
pub(super) struct Loops {
    intake: JoinSet<()>,
    work: JoinSet<()>,
    back_door: JoinSet<()>,
}

impl Loops {
    pub fn start(
        house: &Arc<House>,
        settings: &Settings,
        incoming: mpsc::Receiver<crate::channel::Received>,
        aside: Option<SetAside>,
        heartbeat: Option<(Heartbeat, Duration)>,
    ) -> Loops {
        let mut loops = Loops { intake: JoinSet::new(), work: JoinSet::new(), back_door: JoinSet::new() };
        if let Some((heartbeat, every)) = heartbeat {
            let own = house.clone();
            loops.work.spawn(async move { flow::heartbeat::run(&own, heartbeat, every).await });
        }
        let own = house.clone();
        loops.intake.spawn(async move { flow::intake::run(&own, incoming).await });
        let own = house.clone();
        loops.work.spawn(async move { flow::command::run(&own).await });
        let own = house.clone();
        loops.work.spawn(async move { flow::job::run(&own).await });
        let (own, keep) = (house.clone(), &settings.retention);
        let retention = Retention {
            inbox: keep.inbox,
            outbox: keep.outbox,
            attachments: keep.attachments,
            jobs: keep.jobs,
            alerts: keep.alerts,
        };
        loops.work.spawn(async move { flow::housekeeping::run(&own, retention).await });
        let own = house.clone();
        loops.work.spawn(async move { flow::live::run(&own).await });
        let own = house.clone();
        loops.work.spawn(async move { flow::menus::run(&own).await });
        let own = house.clone();
        loops.work.spawn(async move { flow::monitor::run(&own).await });
        let own = house.clone();
        loops.work.spawn(async move { flow::metrics::run(&own, aside).await });
        let own = house.clone();
        loops.back_door.spawn(async move { flow::deliver::run(&own).await });
        let (own, data) = (house.clone(), settings.data.clone());
        loops.back_door.spawn(async move { flow::archive::run(&own, data).await });
        loops
    }

    /// Returns when one of them has failed; those that come to their end are no failure.
    pub async fn fail(&mut self) {
        loop {
            let ended = tokio::select! {
                Some(ended) = self.intake.join_next() => ended,
                Some(ended) = self.work.join_next() => ended,
                Some(ended) = self.back_door.join_next() => ended,
                else => std::future::pending().await,
            };
            if ended.is_err() {
                return;
            }
        }
    }

    pub async fn go_dark(mut self, house: &House, mut listeners: JoinSet<()>) {
        house.stops.intake.cancel();
        let _late = tokio::time::timeout(ENDING, async {
            while listeners.join_next().await.is_some() {}
            while self.intake.join_next().await.is_some() {}
        })
        .await;
        house.stops.work.cancel();
        tracing::debug!("no further router is asked");
        let ended = match all_of(&mut self.work, ENDING).await {
            false if house.floor.talks() => {
                tracing::info!("a router is still saving or being told to reload; this ends with it");
                let _late = tokio::time::timeout(TALKING, house.floor.talked_out()).await;
                all_of(&mut self.work, LEAVING).await
            }
            ended => ended,
        };
        if !ended {
            tracing::warn!("running steps did not end in time; they run again after the next start");
            house.stops.force.cancel();
            leave(&mut self.work).await;
        }
        let _late = tokio::time::timeout(LAST_MESSAGES, settled(house, Backlog::Messages)).await;
        house.stops.deliver.cancel();
        // An output that nobody reads would hold its message for ever.
        leave(&mut self.back_door).await;
    }
}

/// Whether all of them came to their end within this time.
async fn all_of(loops: &mut JoinSet<()>, within: Duration) -> bool {
    tokio::time::timeout(within, async { while loops.join_next().await.is_some() {} }).await.is_ok()
}

async fn leave(loops: &mut JoinSet<()>) {
    if !all_of(loops, LEAVING).await {
        tracing::warn!("something did not end in time and is left behind");
        loops.shutdown().await;
    }
}
