//! The clock's corridor: each router is looked at when it is due, what comes back is kept, shown and
//! held against the rules, and what the rules decide is stored with its messages in one transaction.
//! One loop owns the schedule and what is remembered; everything that waits is a future that
//! the loop polls beside all others, so that nobody who holds a reader of the store stands still.

mod counts;
mod desk;
mod done;
mod judge;
mod mind;
mod pile;
mod shelf;

use super::House;
use crate::model::Metric;
use crate::probe::{PROBES, Pace};
use crate::store::Topic;
use desk::Desk;
use futures_util::future::BoxFuture;
use futures_util::stream::{FuturesUnordered, StreamExt};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::Notify;
use tokio::time::MissedTickBehavior;

pub use counts::{Counts, Polls, Spans};

/// How often time alone is given a chance: repeats, ends of silences and acknowledgements.
const TICK: Duration = Duration::from_secs(1);

/// How often each probe looks, by its name.
#[derive(Clone, Debug, Default)]
pub struct Periods(pub BTreeMap<&'static str, Duration>);

impl Periods {
    pub fn of(&self, probe: &crate::probe::Probe) -> Duration {
        self.0.get(probe.name).copied().unwrap_or_else(|| probe.pace.period())
    }

    /// For people: how old a value may be.
    pub fn shown(&self) -> crate::model::Periods {
        let of = |pace: Pace| {
            PROBES.iter().filter(move |probe| probe.pace == pace).map(|probe| self.of(probe)).max()
        };
        let (often, seldom) = (of(Pace::Often), of(Pace::Seldom));
        crate::model::Periods {
            often: often.unwrap_or_else(|| Pace::Often.period()),
            seldom: seldom.unwrap_or_else(|| Pace::Seldom.period()),
        }
    }

    /// How often a value of this metric comes.
    pub fn of_metric(&self, metric: Metric) -> Duration {
        let probe = match metric {
            Metric::Cpu => "cpu",
            Metric::In | Metric::Out | Metric::Utilisation | Metric::Link => "interfaces",
            Metric::Memory | Metric::MemoryStatus => "memory",
            Metric::Rebooted | Metric::Clock => "system",
            Metric::Unreachable | Metric::Refused | Metric::Missing => return self.shortest(),
        };
        let probe = PROBES.iter().find(|known| known.name == probe);
        probe.map_or_else(|| self.shortest(), |probe| self.of(probe))
    }

    pub fn shortest(&self) -> Duration {
        PROBES.iter().map(|probe| self.of(probe)).min().unwrap_or(TICK)
    }
}

/// Credentials that a person wants to see tried once more, on their way to the loop.
#[derive(Default)]
pub struct Retries {
    names: Mutex<BTreeSet<String>>,
    asked: Notify,
}

impl Retries {
    /// Routers that refused it are looked at again.
    pub fn ask(&self, credential: &str) {
        self.names.lock().unwrap_or_else(PoisonError::into_inner).insert(credential.to_lowercase());
        self.asked.notify_one();
    }

    /// Waits for the next ones; losing the wait loses none of them.
    async fn next(&self) -> BTreeSet<String> {
        self.asked.notified().await;
        std::mem::take(&mut *self.names.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

type Waiting<'a> = FuturesUnordered<BoxFuture<'a, done::Done>>;

/// Runs until the house goes dark; what was seen until then is kept.
pub async fn run(house: &House) {
    match house.metrics.board().await {
        Ok(board) => house.board.fill(board),
        Err(error) => tracing::error!(%error, "what was last seen could not be read"),
    }
    let mut desk = Desk::new(house);
    let mut waiting: Waiting<'_> = FuturesUnordered::new();
    let mut changes = house.store.changes();
    let mut swaps = house.live.swaps();
    let mut tick = tokio::time::interval(TICK);
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    waiting.extend(desk.inventory());
    loop {
        waiting.extend(desk.due());
        let wait = desk.until_next();
        let more = tokio::select! {
            Some(done) = waiting.next() => desk.take(done),
            _ = tick.tick() => desk.tick(),
            _ = changes.of(&[Topic::Devices, Topic::People]) => desk.inventory(),
            _ = swaps.changed() => desk.inventory(),
            credentials = house.retries.next() => desk.try_again(&credentials),
            () = tokio::time::sleep(wait) => Vec::new(),
            () = house.stops.work.cancelled() => break,
        };
        waiting.extend(more);
    }
    desk.close(waiting).await;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_metric_comes_as_often_as_its_probe_looks() {
        let seconds = [("cpu", 30), ("interfaces", 60), ("memory", 600)];
        let periods = Periods(seconds.map(|(name, each)| (name, Duration::from_secs(each))).into());
        let of = |metric| periods.of_metric(metric).as_secs();
        assert_eq!([Metric::Cpu, Metric::In, Metric::Out, Metric::Memory].map(of), [30, 60, 60, 600]);
        // As the probe says, where the settings say nothing.
        assert_eq!(of(Metric::Clock), 300);
    }
}
