//! What the monitor still has to store: observations that a rule speaks of, and values with what was
//! last seen. One write of a kind at a time, so that each keeps its order. What was seen of a router is
//! kept only after it was judged: a reboot that is not told yet must be found again after a crash.

use super::done::{Done, NotStored, Rows};
use super::judge::{self, Judged};
use super::pile::Pile;
use crate::flow::{House, metrics};
use crate::model::{DeviceId, Sample, Vitals};
use crate::store::StoreError;
use futures_util::future::BoxFuture;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

/// Values are written together; a crash loses no more than this.
const KEEP: Duration = Duration::from_secs(1);
/// So many values wait at most while the metrics file cannot be written; then the oldest go.
const UNWRITTEN: usize = 200_000;

pub struct Shelf<'a> {
    house: &'a House,
    /// The routers of the batch that is being stored.
    judging: BTreeSet<DeviceId>,
    to_judge: Pile,
    keeping: bool,
    samples: Vec<Sample>,
    seen: BTreeMap<DeviceId, Arc<Vitals>>,
    /// When values were last written; none: whatever is there is written at once.
    kept_at: Option<Duration>,
}

impl<'a> Shelf<'a> {
    pub fn new(house: &'a House) -> Shelf<'a> {
        Shelf {
            house,
            judging: BTreeSet::new(),
            to_judge: Pile::default(),
            keeping: false,
            samples: Vec::new(),
            seen: BTreeMap::new(),
            kept_at: None,
        }
    }

    pub fn keep(&mut self, samples: Vec<Sample>) {
        self.samples.extend(samples);
        if self.samples.len() > UNWRITTEN {
            self.samples.drain(..self.samples.len() - UNWRITTEN);
        }
    }

    pub fn seen(&mut self, device: DeviceId, vitals: Arc<Vitals>) {
        self.seen.insert(device, vitals);
    }

    /// Where no rule says anything and no alert is there (`rows`) or on its way, nothing has to be stored.
    pub fn judge(&mut self, judged: Judged, rows: bool) {
        let (device, waiting) = (judged.device.id, &self.to_judge);
        let rows = rows || waiting.holds(device) || self.judging.contains(&device);
        let rules = &self.house.live.now().rules;
        if rows || judge::says_something(rules, &judged, self.house.clock.now()) {
            self.to_judge.put(judged);
        } else {
            self.seen(judged.device.id, judged.vitals);
        }
    }

    /// Whether something of it waits to be judged.
    pub fn waits(&self, device: DeviceId) -> bool {
        self.to_judge.holds(device)
    }

    /// What came of a batch; none when it could not be stored, and waits again.
    pub fn judged(&mut self, judged: Result<Rows, NotStored>) -> Option<Rows> {
        self.judging.clear();
        match judged {
            Ok(rows) => Some(rows),
            Err((error, batch)) => {
                tracing::error!(%error, "what the rules decided could not be stored; it is tried again");
                self.to_judge.put_back(batch);
                None
            }
        }
    }

    /// A metrics file that is damaged is set aside, and the bot goes on.
    pub fn kept(&mut self, kept: Result<(), StoreError>) -> Vec<BoxFuture<'a, Done>> {
        self.keeping = false;
        match kept {
            Ok(()) => self.store(),
            Err(error) if crate::store::metrics::is_damage(&error) => {
                self.keeping = true;
                let house = self.house;
                vec![Box::pin(async move { Done::Kept(metrics::begin_anew(house, error).await) })]
            }
            Err(error) => {
                tracing::error!(%error, "measured values of a moment are lost");
                Vec::new()
            }
        }
    }

    /// Begins to store what waits.
    pub fn store(&mut self) -> Vec<BoxFuture<'a, Done>> {
        let mut begun: Vec<BoxFuture<'a, Done>> = Vec::new();
        let house = self.house;
        if self.judging.is_empty() && !self.to_judge.is_empty() {
            let batch = std::mem::take(&mut self.to_judge).take();
            self.judging = batch.iter().map(|judged| judged.device.id).collect();
            begun.push(Box::pin(async move { Done::Judged(judge::batch(house, batch).await) }));
        }
        let now = house.clock.now().monotonic;
        let waits = !self.samples.is_empty() || !self.seen.is_empty();
        let is_time = self.kept_at.is_none_or(|kept| now.saturating_sub(kept) >= KEEP);
        if !self.keeping && waits && is_time {
            self.keeping = true;
            self.kept_at = Some(now);
            let (samples, seen) = (std::mem::take(&mut self.samples), std::mem::take(&mut self.seen));
            begun.push(Box::pin(async move {
                Done::Kept(house.metrics.write(samples, seen.into_iter().collect()).await)
            }));
        }
        begun
    }

    /// The same at the end, when nothing more will come to be written together.
    pub fn store_at_once(&mut self) -> Vec<BoxFuture<'a, Done>> {
        self.kept_at = None;
        self.store()
    }

    pub fn is_busy(&self) -> bool {
        !self.judging.is_empty() || self.keeping
    }
}
