//! The monitor's desk: the schedule, what is remembered of each router, and what still has to be stored.
//! It never waits; whatever takes time leaves as a future and comes back as [`Done`].

use super::judge::{self, Judged};
use super::mind::{self, Mind, Polled};
use super::{Periods, Waiting};
use crate::flow::{AFTER_ERROR, House};
use crate::model::{Device, DeviceId, Inventory, Now, Reach, Sample, Timestamp, Vitals};
use crate::monitor::reach;
use crate::monitor::schedule::{Look, Schedule, Wanted};
use crate::probe::PROBES;
use crate::store::StoreError;
use futures_util::future::BoxFuture;
use futures_util::stream::StreamExt;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

/// A second and a third look at a router that does not answer come this long after the one before.
const AGAIN: [Duration; 2] = [Duration::from_secs(15), Duration::from_secs(30)];
/// A second look at a link that went down, and at a router that is back.
const LINK_AGAIN: Duration = Duration::from_secs(30);
const BACK_AGAIN: Duration = Duration::from_secs(10);
/// An answer that takes longer makes its router be named.
const SLOW: Duration = Duration::from_secs(5);
/// Values are written together; a crash loses no more than this.
const KEEP: Duration = Duration::from_secs(1);
/// So many values wait at most while the metrics file cannot be written; then the oldest go.
const UNWRITTEN: usize = 200_000;

/// Something that took time is over.
pub enum Done {
    Polled(Box<Polled>),
    Judged(Stored),
    Ticked {
        loaded: bool,
    },
    /// What has no router or no rule any more was ended.
    Swept,
    Kept(Result<(), StoreError>),
    Inventory(Result<Taken, StoreError>),
}

/// Which routers of a batch have alert rows now; a batch that could not be stored comes back.
type Stored = Result<Vec<(DeviceId, bool)>, (StoreError, Vec<Judged>)>;

/// What the store knew when it was asked.
pub struct Taken {
    pub inventory: Arc<Inventory>,
    /// When each credential was last set.
    pub credentials: BTreeMap<String, Timestamp>,
    /// Routers with alert rows.
    pub rows: BTreeSet<DeviceId>,
}

pub struct Desk<'a> {
    house: &'a House,
    schedule: Schedule,
    minds: BTreeMap<DeviceId, Mind>,
    inventory: Arc<Inventory>,
    credentials: BTreeMap<String, Timestamp>,
    judging: bool,
    to_judge: Vec<Judged>,
    keeping: bool,
    to_keep: (Vec<Sample>, BTreeMap<DeviceId, Arc<Vitals>>),
    kept_at: Duration,
    ticking: bool,
    /// What was counted before the start, or before a gap, was looked at.
    loaded: bool,
    clock: Now,
}

impl<'a> Desk<'a> {
    pub fn new(house: &'a House) -> Desk<'a> {
        Desk {
            house,
            schedule: Schedule::default(),
            minds: BTreeMap::new(),
            inventory: Arc::default(),
            credentials: BTreeMap::new(),
            judging: false,
            to_judge: Vec::new(),
            keeping: false,
            to_keep: (Vec::new(), BTreeMap::new()),
            kept_at: Duration::ZERO,
            ticking: false,
            loaded: false,
            clock: house.clock.now(),
        }
    }

    fn periods(&self) -> &'a Periods {
        &self.house.periods
    }

    /// What is to be asked now.
    pub fn due(&mut self) -> Vec<BoxFuture<'a, Done>> {
        let now = self.house.clock.now();
        let due = self.schedule.due(now.monotonic);
        self.house.counts.note(|polls| {
            polls.skipped += due.late.len() as u64;
            due.waited.iter().for_each(|waited| polls.late.add(*waited));
        });
        for ((device, probe), times) in due.late {
            let (name, what) = (self.inventory.name(device), probe_name(probe));
            tracing::warn!(device = %name, what, times, "a router still owes its last answer; this turn is left out");
        }
        due.begin.into_iter().filter_map(|look| self.poll(look, now)).collect()
    }

    pub fn until_next(&self) -> Duration {
        let now = self.house.clock.now().monotonic;
        let until = self.schedule.next().map_or(KEEP, |next| next.saturating_sub(now));
        until.clamp(Duration::from_millis(1), KEEP)
    }

    /// One that is down is asked one thing only, and one that refused the login nothing.
    fn poll(&mut self, look: Look, now: Now) -> Option<BoxFuture<'a, Done>> {
        let (device, probe) = (self.inventory.device(look.0), PROBES.get(look.1));
        let (mind, house) = (self.minds.get(&look.0), self.house);
        let planned = match (device, probe, mind) {
            (Some(_), Some(_), Some(mind)) if mind.refused || (mind.is_down() && look.1 != 0) => None,
            (Some(device), Some(probe), Some(mind)) => match probe.plan(device, mind.memory()) {
                Ok(plan) => Some((device.clone(), plan, software(&mind.vitals))),
                Err(refused) => {
                    tracing::error!(%refused, what = probe.name, "a probe asks for more than it may");
                    None
                }
            },
            _ => None,
        };
        let Some((device, plan, software)) = planned else {
            self.schedule.ended(look);
            return None;
        };
        let period = self.schedule.period(look).unwrap_or(KEEP);
        house.counts.note(|polls| polls.begun += 1);
        Some(Box::pin(async move {
            let outcomes = house.floor.poll(&plan, software.as_deref(), house.stops.work.clone()).await;
            let ssh = match reach::needs_ssh(&outcomes) {
                true => Some(house.floor.identify(&device).await),
                false => None,
            };
            let ended = house.clock.now();
            Done::Polled(Box::new(Polled { device, probe: look.1, period, began: now, ended, outcomes, ssh }))
        }))
    }

    pub fn take(&mut self, done: Done) -> Vec<BoxFuture<'a, Done>> {
        match done {
            Done::Polled(polled) => self.polled(&polled),
            Done::Judged(judged) => {
                let failed = judged.is_err();
                self.judged(judged);
                if failed {
                    // The next tick tries again: a full disk is not freed by asking faster.
                    return Vec::new();
                }
            }
            Done::Ticked { loaded } => {
                self.ticking = false;
                self.loaded |= loaded;
                return Vec::new();
            }
            Done::Swept => return Vec::new(),
            Done::Kept(kept) => return self.kept(kept),
            Done::Inventory(taken) => return self.taken(taken),
        }
        self.stored()
    }

    fn polled(&mut self, polled: &Polled) {
        let look = (polled.device.id, polled.probe);
        self.schedule.ended(look);
        let Some(probe) = PROBES.get(polled.probe) else { return };
        let slack = mind::slack(PROBES.iter().map(|probe| self.periods().of(probe)));
        let Some(mind) = self.minds.get_mut(&polled.device.id) else { return };
        let was_down = mind.is_down();
        let Some(found) = mind.take(polled, probe, slack) else { return };
        let took = polled.ended.monotonic.saturating_sub(polled.began.monotonic);
        let answered = mind.vitals.reach == Reach::Up;
        self.house.counts.note(|polls| polls.heard(answered, took));
        if took > SLOW {
            tracing::warn!(device = %polled.device.name, what = probe.name, ?took, "a router answers slowly");
        }
        let (failures, recovering) = (mind.failures, mind.recovering);
        let vitals = Arc::new(mind.vitals.clone());
        let look_again = match (failures, recovering) {
            (0, _) if was_down => Some((0, BACK_AGAIN)),
            (0, _) if found.link_went_down => Some((polled.probe, LINK_AGAIN)),
            (0, 1) => Some((0, BACK_AGAIN)),
            (0, _) => None,
            (times, _) => {
                usize::try_from(times).ok().and_then(|times| AGAIN.get(times - 1)).map(|at| (0, *at))
            }
        };
        if let Some((probe, after)) = look_again {
            let after = after.min(polled.period / 2);
            self.schedule.sooner((polled.device.id, probe), polled.ended.monotonic + after);
        }
        self.house.board.put(polled.device.id, vitals.clone());
        self.keep(found.samples);
        self.judge(Judged { device: polled.device.clone(), observed: found.observed, vitals });
    }

    fn keep(&mut self, samples: Vec<Sample>) {
        let kept = &mut self.to_keep.0;
        kept.extend(samples);
        if kept.len() > UNWRITTEN {
            kept.drain(..kept.len() - UNWRITTEN);
        }
    }

    /// Where no rule says anything and no alert is there, nothing has to be stored.
    fn judge(&mut self, judged: Judged) {
        let rows = self.minds.get(&judged.device.id).is_none_or(|mind| mind.rows);
        let rules = &self.house.live.now().rules;
        if rows || judge::says_something(rules, &judged, self.house.clock.now()) {
            self.to_judge.push(judged);
        } else {
            self.to_keep.1.insert(judged.device.id, judged.vitals);
        }
    }

    fn judged(&mut self, judged: Stored) {
        self.judging = false;
        match judged {
            Ok(rows) => {
                for (device, rows) in rows {
                    if let Some(mind) = self.minds.get_mut(&device) {
                        mind.rows = rows;
                        self.to_keep.1.insert(device, Arc::new(mind.vitals.clone()));
                    }
                }
            }
            Err((error, mut batch)) => {
                tracing::error!(%error, "what the rules decided could not be stored; it is tried again");
                batch.append(&mut self.to_judge);
                self.to_judge = batch;
            }
        }
    }

    /// Begins to store what waits, one write of a kind at a time.
    fn stored(&mut self) -> Vec<BoxFuture<'a, Done>> {
        let mut begun: Vec<BoxFuture<'a, Done>> = Vec::new();
        if !self.judging && !self.to_judge.is_empty() {
            self.judging = true;
            let (house, batch) = (self.house, std::mem::take(&mut self.to_judge));
            begun.push(Box::pin(async move { Done::Judged(judge::batch(house, batch).await) }));
        }
        let now = self.house.clock.now().monotonic;
        let waits = !self.to_keep.0.is_empty() || !self.to_keep.1.is_empty();
        if !self.keeping && waits && now.saturating_sub(self.kept_at) >= KEEP {
            self.keeping = true;
            self.kept_at = now;
            let (house, (samples, vitals)) = (self.house, std::mem::take(&mut self.to_keep));
            begun.push(Box::pin(async move {
                let written = house.metrics.write(samples, vitals.into_iter().collect()).await;
                Done::Kept(written)
            }));
        }
        begun
    }

    /// A metrics file that is damaged is set aside, and the bot goes on.
    fn kept(&mut self, kept: Result<(), StoreError>) -> Vec<BoxFuture<'a, Done>> {
        self.keeping = false;
        match kept {
            Ok(()) => self.stored(),
            Err(error) if crate::store::metrics::is_damage(&error) => {
                self.keeping = true;
                let house = self.house;
                vec![Box::pin(
                    async move { Done::Kept(super::super::metrics::begin_anew(house, error).await) },
                )]
            }
            Err(error) => {
                tracing::error!(%error, "measured values of a moment are lost");
                Vec::new()
            }
        }
    }

    /// Time alone: repeats, ends of silences, and what a jump of the calendar does.
    pub fn tick(&mut self) -> Vec<BoxFuture<'a, Done>> {
        let (before, now) = (self.clock, self.house.clock.now());
        let mut begun = self.stored();
        if self.ticking {
            return begun;
        }
        self.clock = now;
        self.ticking = true;
        self.loaded &= !judge::is_gap(before, now);
        let (house, loaded) = (self.house, self.loaded);
        begun.push(Box::pin(async move {
            let loaded = judge::tick(house, before, now, loaded).await;
            Done::Ticked { loaded }
        }));
        begun
    }

    /// Reads the inventory; whoever changed something there finds it looked at anew.
    pub fn inventory(&self) -> BoxFuture<'a, Done> {
        let house = self.house;
        Box::pin(async move { Done::Inventory(judge::inventory(house).await) })
    }

    fn taken(&mut self, taken: Result<Taken, StoreError>) -> Vec<BoxFuture<'a, Done>> {
        let taken = match taken {
            Ok(taken) => taken,
            Err(error) => {
                tracing::error!(%error, "the inventory could not be read; it is tried again");
                let again = self.inventory();
                return vec![Box::pin(async move {
                    tokio::time::sleep(AFTER_ERROR).await;
                    again.await
                })];
            }
        };
        self.remember(&taken);
        let watched = taken.inventory.devices().iter().filter(|device| device.monitored);
        let wanted: Vec<Wanted<'_>> = watched.flat_map(|device| looks_at(device, self.periods())).collect();
        self.schedule.keep(&wanted, self.house.clock.now().monotonic);
        self.inventory = taken.inventory;
        self.credentials = taken.credentials;
        let house = self.house;
        vec![Box::pin(async move {
            judge::sweep(house).await;
            Done::Swept
        })]
    }

    /// A router that refused the login is asked again when its password or its row was changed.
    fn remember(&mut self, taken: &Taken) {
        self.try_new_passwords(taken);
        self.minds.retain(|id, _| taken.inventory.device(*id).is_some_and(|device| device.monitored));
        for device in taken.inventory.devices().iter().filter(|device| device.monitored) {
            let rows = taken.rows.contains(&device.id);
            let shown = || self.house.board.of(device.id);
            let mind = self.minds.entry(device.id).or_insert_with(|| Mind::new(shown(), rows));
            mind.rows |= rows;
            let changed = self.inventory.device(device.id).is_some_and(|known| known != device);
            let key = device.credential.to_lowercase();
            if changed || self.credentials.get(&key) != taken.credentials.get(&key) {
                mind.refused = false;
            }
        }
    }

    /// A credential that was stopped may be tried once more when its password was set.
    fn try_new_passwords(&self, taken: &Taken) {
        let is_new = |name: &str| {
            let key = name.to_lowercase();
            self.credentials.get(&key).is_some_and(|before| taken.credentials.get(&key) != Some(before))
        };
        let used = taken.inventory.devices().iter().map(|device| device.credential.as_str());
        for name in used.collect::<BTreeSet<_>>().into_iter().filter(|name| is_new(name)) {
            self.house.floor.retry_credential(name);
        }
    }

    /// The last values and decisions are stored.
    pub async fn close(mut self, mut waiting: Waiting<'a>) {
        self.kept_at = Duration::ZERO;
        let last = async {
            judge::alive(self.house, self.loaded).await;
            waiting.extend(self.stored());
            while self.judging || self.keeping {
                let Some(done) = waiting.next().await else { return };
                match done {
                    // What was broken off says nothing.
                    Done::Polled(_) | Done::Inventory(_) | Done::Ticked { .. } | Done::Swept => {}
                    done @ (Done::Judged(_) | Done::Kept(_)) => {
                        self.kept_at = Duration::ZERO;
                        waiting.extend(self.take(done));
                    }
                }
            }
        };
        let _late = tokio::time::timeout(Duration::from_secs(5), last).await;
    }
}

fn probe_name(probe: usize) -> &'static str {
    PROBES.get(probe).map_or("", |probe| probe.name)
}

fn looks_at<'d>(device: &'d Device, periods: &Periods) -> Vec<Wanted<'d>> {
    let name = device.name.as_str();
    let wanted = PROBES.iter().enumerate();
    wanted
        .map(|(at, probe)| Wanted { device: device.id, name, probe: at, period: periods.of(probe) })
        .collect()
}

fn software(vitals: &Vitals) -> Option<String> {
    vitals.system.as_ref().and_then(|system| system.value.version.clone())
}
