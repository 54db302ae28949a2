//! The task beside a router that keeps its timer and takes it away and back: an order enters, the doors are shut, and
//! after the time of the router's manner it stands there again as it was saved.

use std::time::Duration;

use tokio::sync::{Notify, broadcast, watch};

use super::handle::Reload;
use super::manner::{Knock, Parting, ReloadManner, Return};
use super::{Order, PendingReload};
use crate::lab::clock;
use crate::lab::connections::End;
use crate::lab::presence::{Presence, Restconf};
use crate::lab::router::{Router, lock};

/// What wakes the task, and what the open sessions hear of it.
pub(crate) struct Power {
    changed: Notify,
    switched_on: Notify,
    pub announcements: broadcast::Sender<String>,
    pub stage: watch::Sender<Stage>,
}

/// Where the router is between two starts, told when the doors are so.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Stage {
    pub presence: Presence,
    pub reloads: usize,
}

impl Default for Power {
    fn default() -> Power {
        // A session that reads nothing for sixteen announcements misses the oldest.
        let (announcements, _) = broadcast::channel(16);
        let (changed, switched_on) = (Notify::new(), Notify::new());
        Power { changed, switched_on, announcements, stage: watch::Sender::default() }
    }
}

/// The longest sleep before the timer looks at the clock again, which may have been set.
const LOOK: Duration = Duration::from_secs(1);

/// Serves one router until the task is aborted.
pub(crate) async fn serve(router: Router) {
    loop {
        match next(&router) {
            Next::Go(order) => away_and_back(&router, order).await,
            Next::Look(wait) => {
                tell(&router);
                let sleep = tokio::time::sleep(wait);
                tokio::select! {
                    () = sleep => {}
                    () = router.inner.power.changed.notified() => {}
                }
            }
            Next::Nothing => {
                tell(&router);
                router.inner.power.changed.notified().await;
            }
        }
    }
}

enum Next {
    Go(Order),
    Look(Duration),
    Nothing,
}

fn next(router: &Router) -> Next {
    let now = clock::now();
    let mut state = lock(&router.inner.state);
    if let Some(order) = state.going.clone() {
        return Next::Go(order);
    }
    let Some(mut pending) = state.pending.take() else { return Next::Nothing };
    if pending.fires_at <= now {
        state.announce("SHUTDOWN NOW");
        let order = pending.order();
        state.order(order.clone(), now);
        return Next::Go(order);
    }
    while let (at, Some(minutes)) = pending.next()
        && at <= now
    {
        pending.warned = minutes;
        state.announce(&PendingReload::banner(minutes));
    }
    let wait = (pending.next().0 - now).to_std().unwrap_or_default().min(LOOK);
    state.pending = Some(pending);
    Next::Look(wait)
}

/// Everybody who is logged in hears what the router has to say.
fn tell(router: &Router) {
    let announcements = std::mem::take(&mut lock(&router.inner.state).announcements);
    for text in announcements {
        // Nobody may be logged in.
        let _ = router.inner.power.announcements.send(text);
    }
}

async fn away_and_back(router: &Router, order: Order) {
    tell(router);
    let manner = router.reload_manner();
    tokio::time::sleep(manner.lingers).await;
    leave(router, &manner).await;
    match manner.returns {
        Return::Never => router.inner.power.switched_on.notified().await,
        Return::Rebooted | Return::NotRebooted => tokio::time::sleep(manner.away * 9 / 10).await,
    }
    match manner.returns {
        Return::NotRebooted => lock(&router.inner.state).going = None,
        Return::Rebooted | Return::Never => boot(router, &manner, &order),
    }
    tokio::time::sleep(manner.away / 10).await;
    come_back(router, &manner).await;
}

async fn leave(router: &Router, manner: &ReloadManner) {
    let end = match manner.parting {
        Parting::Close => End::Close,
        Parting::Reset => End::Reset,
        Parting::Silence => End::Freeze,
    };
    let gone = match manner.knock {
        Knock::Refused => Presence::gone(end),
        Knock::Silent => Presence::silent(end),
    };
    router.be(gone).await;
}

fn boot(router: &Router, manner: &ReloadManner, order: &Order) {
    let done = router.boot(&order.reason, false, manner);
    if let Err(error) = done {
        tracing::warn!(%error, router = router.name(), "lab: the router's state was not kept");
    }
    router.note_reload(Reload {
        by: order.by.clone(),
        on: order.on.clone(),
        reason: order.reason.clone(),
        booted_at: router.boot_time(),
    });
}

async fn come_back(router: &Router, manner: &ReloadManner) {
    // What was silent belongs to connections that the new start knows nothing of.
    router.inner.door.connections.end_all(End::Reset);
    router.inner.web.door.connections.end_all(End::Reset);
    router.be(Presence::back(Restconf::Refused)).await;
    tokio::time::sleep(manner.restconf_refused).await;
    for status in [503, 404] {
        router.be(Presence::back(Restconf::Starting(status))).await;
        tokio::time::sleep(manner.restconf_starting / 2).await;
    }
    router.be(Presence::default()).await;
}

impl Router {
    /// Tells the task that the state has changed: an order, a timer, something to announce.
    pub(crate) fn power_changed(&self) {
        self.inner.power.changed.notify_one();
    }

    /// A router that never comes back by itself comes back now.
    pub fn power_on(&self) {
        self.inner.power.switched_on.notify_one();
    }
}
