//! The monitor's desk: the schedule, what is remembered of each router, and what still has to be stored.
//! It never waits; whatever takes time leaves as a future and comes back as [`Done`].

use super::done::{Done, Rows, Taken};
use super::judge::{self, Judged};
use super::mind::{self, Mind, Polled};
use super::shelf::Shelf;
use super::{Periods, TICK, Waiting};
use crate::flow::{AFTER_ERROR, House};
use crate::model::{Device, DeviceId, Inventory, Now, Reach, Timestamp, Vitals};
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

pub struct Desk<'a> {
    house: &'a House,
    schedule: Schedule,
    minds: BTreeMap<DeviceId, Mind>,
    inventory: Arc<Inventory>,
    credentials: BTreeMap<String, Timestamp>,
    shelf: Shelf<'a>,
    /// The inventory is being read, and must be read again after that.
    reading: bool,
    read_again: bool,
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
            shelf: Shelf::new(house),
            reading: false,
            read_again: false,
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
        let until = self.schedule.next().map_or(TICK, |next| next.saturating_sub(now));
        until.clamp(Duration::from_millis(1), TICK)
    }

    /// One that is down is asked one thing only, and one that refused the login nothing.
    fn poll(&mut self, look: Look, now: Now) -> Option<BoxFuture<'a, Done>> {
        self.say_nothing_came(look, now);
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
        let period = self.schedule.period(look).unwrap_or(TICK);
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

    /// One that is not asked because it refused the login brings no values: what is open about it must
    /// not be told again and again with its last one.
    fn say_nothing_came(&mut self, look: Look, now: Now) {
        let (inventory, period) = (self.inventory.clone(), self.schedule.period(look));
        let (Some(device), Some(probe)) = (inventory.device(look.0), PROBES.get(look.1)) else { return };
        let Some(mind) = self.minds.get_mut(&look.0).filter(|mind| mind.refused) else { return };
        let observed = mind.nothing_came(device, probe, now, period.unwrap_or(TICK));
        let vitals = Arc::new(mind.vitals.clone());
        let rows = mind.rows;
        self.shelf.judge(Judged { device: device.clone(), observed, vitals }, rows);
    }

    pub fn take(&mut self, done: Done) -> Vec<BoxFuture<'a, Done>> {
        match done {
            Done::Polled(polled) => self.polled(&polled),
            Done::Judged(judged) => {
                let Some(rows) = self.shelf.judged(judged) else {
                    // The next tick tries again: a full disk is not freed by asking faster.
                    return Vec::new();
                };
                self.note_rows(rows);
            }
            Done::Ticked(ticked) => {
                self.ticking = false;
                self.clock = ticked.seen;
                self.loaded |= ticked.loaded;
                self.house.counts.note(|polls| polls.ticks += u64::from(ticked.judged));
                return Vec::new();
            }
            Done::Swept => return Vec::new(),
            Done::Kept(kept) => return self.shelf.kept(kept),
            Done::Inventory(taken) => return self.taken(taken),
        }
        self.shelf.store()
    }

    fn polled(&mut self, polled: &Polled) {
        let look = (polled.device.id, polled.probe);
        self.schedule.ended(look);
        let Some(probe) = PROBES.get(polled.probe) else { return };
        let slack = mind::slack(PROBES.iter().map(|probe| self.periods().of(probe)));
        let (took, counts) =
            (polled.ended.monotonic.saturating_sub(polled.began.monotonic), &self.house.counts);
        // Removed meanwhile, or broken off: the poll has ended all the same.
        let of_no_use = || counts.note(|polls| polls.heard(false, took));
        let Some(mind) = self.minds.get_mut(&polled.device.id) else { return of_no_use() };
        let was_down = mind.is_down();
        let Some(found) = mind.take(polled, probe, slack) else { return of_no_use() };
        let answered = mind.vitals.reach == Reach::Up;
        counts.note(|polls| polls.heard(answered, took));
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
        let rows = mind.rows;
        self.shelf.keep(found.samples);
        self.shelf.judge(Judged { device: polled.device.clone(), observed: found.observed, vitals }, rows);
    }

    /// Whether they have alert rows now; what was seen of them may be kept, now that it is judged.
    fn note_rows(&mut self, rows: Rows) {
        for (device, rows) in rows {
            if let Some(mind) = self.minds.get_mut(&device) {
                mind.rows = rows;
                // Something newer may wait to be judged; it is kept with its own batch.
                if !self.shelf.waits(device) {
                    self.shelf.seen(device, Arc::new(mind.vitals.clone()));
                }
            }
        }
    }

    /// Time alone: repeats, ends of silences, and what a jump of the calendar does.
    pub fn tick(&mut self) -> Vec<BoxFuture<'a, Done>> {
        let (before, now) = (self.clock, self.house.clock.now());
        let mut begun = self.shelf.store();
        if self.ticking {
            return begun;
        }
        self.ticking = true;
        self.loaded &= !judge::is_gap(before, now);
        let (house, loaded) = (self.house, self.loaded);
        begun.push(Box::pin(async move { Done::Ticked(judge::tick(house, before, now, loaded).await) }));
        begun
    }

    /// A person says that the credential may be tried once more where it was refused.
    pub fn try_again(&mut self, credentials: &BTreeSet<String>) -> Vec<BoxFuture<'a, Done>> {
        let now = self.house.clock.now();
        for device in self.inventory.devices() {
            let Some(mind) = self.minds.get_mut(&device.id).filter(|mind| mind.refused) else { continue };
            if credentials.contains(&device.credential.to_lowercase()) {
                mind.forgive(now);
                self.schedule.sooner((device.id, 0), now.monotonic);
            }
        }
        Vec::new()
    }

    /// Reads the inventory; whoever changed something there finds it looked at anew.
    /// One reading at a time: at a start a thousand routers show their certificates for the first time,
    /// and each is a change.
    pub fn inventory(&mut self) -> Vec<BoxFuture<'a, Done>> {
        self.read_again = self.reading;
        if std::mem::replace(&mut self.reading, true) {
            return Vec::new();
        }
        vec![self.read(Duration::ZERO)]
    }

    fn read(&self, after: Duration) -> BoxFuture<'a, Done> {
        let house = self.house;
        Box::pin(async move {
            tokio::time::sleep(after).await;
            Done::Inventory(judge::inventory(house).await)
        })
    }

    fn taken(&mut self, taken: Result<Taken, StoreError>) -> Vec<BoxFuture<'a, Done>> {
        let taken = match taken {
            Ok(taken) => taken,
            Err(error) => {
                tracing::error!(%error, "the inventory could not be read; it is tried again");
                return vec![self.read(AFTER_ERROR)];
            }
        };
        self.reading = false;
        self.remember(&taken);
        let watched = taken.inventory.devices().iter().filter(|device| device.monitored);
        let wanted: Vec<Wanted<'_>> = watched.flat_map(|device| looks_at(device, self.periods())).collect();
        self.schedule.keep(&wanted, self.house.clock.now().monotonic);
        self.inventory = taken.inventory;
        self.credentials = taken.credentials;
        let house = self.house;
        let mut begun: Vec<BoxFuture<'a, Done>> = vec![Box::pin(async move {
            judge::sweep(house).await;
            Done::Swept
        })];
        if std::mem::take(&mut self.read_again) {
            begun.extend(self.inventory());
        }
        begun
    }

    /// A router that refused the login is asked again when its password or its row was changed.
    fn remember(&mut self, taken: &Taken) {
        self.try_new_passwords(taken);
        let now = self.house.clock.now();
        self.minds.retain(|id, _| taken.inventory.device(*id).is_some_and(|device| device.monitored));
        for device in taken.inventory.devices().iter().filter(|device| device.monitored) {
            let rows = taken.rows.contains(&device.id);
            let shown = || self.house.board.of(device.id);
            let mind = self.minds.entry(device.id).or_insert_with(|| Mind::new(shown(), rows));
            mind.rows |= rows;
            let changed = self.inventory.device(device.id).is_some_and(|known| known != device);
            let key = device.credential.to_lowercase();
            if changed || self.credentials.get(&key) != taken.credentials.get(&key) {
                mind.forgive(now);
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
        let last = async {
            judge::alive(self.house, self.loaded).await;
            waiting.extend(self.shelf.store_at_once());
            while self.shelf.is_busy() {
                let Some(done) = waiting.next().await else { return };
                match done {
                    // A full disk is not freed by asking at once; what was judged is seen again after the start.
                    Done::Judged(Err(_)) => return,
                    // What was broken off says nothing.
                    Done::Polled(_) | Done::Inventory(_) | Done::Ticked(_) | Done::Swept => {}
                    done @ (Done::Judged(_) | Done::Kept(_)) => {
                        waiting.extend(self.take(done));
                        waiting.extend(self.shelf.store_at_once());
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
