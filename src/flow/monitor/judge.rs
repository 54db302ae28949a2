//! What the clock writes: observations held against the rules, what time alone does to alerts, and what
//! ends with its router or its rule. Each is one transaction in which alerts are read, decided about,
//! stored and told, so that nothing is half said after a crash.

use super::done::{NotStored, Rows, Taken};
use super::pile::is_reboot;
use crate::builtin;
use crate::flow::{House, gather};
use crate::model::{Destination, Device, Facts, Now, Observed, Rules, Timestamp, Vitals, WindowEnd};
use crate::monitor::{self, Context};
use crate::procedure;
use crate::store::{StoreError, Work};
use std::sync::Arc;
use std::time::Duration;

/// The observations of one look.
#[derive(Clone)]
pub struct Judged {
    pub device: Device,
    pub observed: Vec<Observed>,
    pub vitals: Arc<Vitals>,
}

/// Clocks that run apart by more than this were set.
const DRIFT: i64 = 5_000;
/// A machine that slept this long has missed polls: it is as after a start.
const GAP: Duration = Duration::from_secs(60);
/// How often it is noted that routers are looked after, in milliseconds.
const ALIVE: i64 = 30_000;
/// The moment of a boot is known to about this: it is counted by the router's clock.
const ABOUT: Duration = Duration::from_secs(60);
/// An author is told so long before that a silence ends.
const WARNING: Duration = Duration::from_secs(900);

/// Whether a rule would say something about a router of which no alert is known.
pub fn says_something(rules: &Rules, judged: &Judged, now: Now) -> bool {
    let context = nothing_known(rules, now.wall);
    !monitor::observe(&context, &judged.device, Vec::new(), &judged.observed).is_empty()
}

/// One transaction for everything that came in meanwhile.
pub async fn batch(house: &House, batch: Vec<Judged>) -> Result<Rows, NotStored> {
    let facts = match facts(house).await {
        Ok(facts) => facts,
        Err(error) => return Err((error, batch)),
    };
    let looks = batch.clone();
    let written = house.store.write(move |work| {
        end_windows(&facts, work)?;
        let mut rows = Vec::with_capacity(looks.len());
        for judged in &looks {
            rows.push((judged.device.id, one(&facts, judged, work)?));
        }
        Ok(rows)
    });
    written.await.map_err(|error| (error, batch))
}

/// Whether the router has alert rows afterwards. What fails by itself is left out, or the others would
/// wait for it for ever.
fn one(facts: &Facts, judged: &Judged, work: &mut Work) -> Result<bool, StoreError> {
    // Removed while its answer was on the way: the sweep has ended its alerts, and none begins any more.
    if facts.inventory.device(judged.device.id).is_none_or(|device| !device.monitored) {
        return Ok(false);
    }
    let done = work.apart(|work| {
        let silences = work.silences(facts.now.wall)?;
        let alerts = work.alerts_of(judged.device.id)?;
        let context = Context {
            boot_was_asked_for: boot_was_asked_for(judged, work)?,
            ..builtin::context(&judged.device, &silences, facts, work)?
        };
        for step in monitor::observe(&context, &judged.device, alerts, &judged.observed) {
            builtin::carry_out(step, facts, work)?;
        }
        Ok(!work.alerts_of(judged.device.id)?.is_empty())
    });
    match done {
        Err(error) if error.is_about_this() => {
            tracing::error!(%error, device = %judged.device.name, "observations of a router were set aside");
            Ok(true)
        }
        done => done,
    }
}

/// Rules alone.
fn nothing_known(rules: &Rules, now: Timestamp) -> Context<'_> {
    Context {
        rules,
        silences: &[],
        now,
        starting: false,
        device_down: false,
        reboot: None,
        boot_was_asked_for: false,
    }
}

/// A planned reboot is verified before the clock has looked: the boot that it sees then is no news.
fn boot_was_asked_for(judged: &Judged, work: &Work) -> Result<bool, StoreError> {
    let booted = judged.observed.iter().any(is_reboot);
    let Some(seen) = judged.vitals.system.as_ref().filter(|_| booted) else { return Ok(false) };
    match seen.value.uptime {
        Some(uptime) => work.boot_was_asked_for(judged.device.id, seen.at.minus(uptime), ABOUT),
        None => Ok(false),
    }
}

/// The facts of nobody: what the clock needs to decide and to tell.
async fn facts(house: &House) -> Result<Facts, StoreError> {
    gather::facts(house, None, Destination { channel: String::new(), address: String::new() }).await
}

/// Whether so much time lies between two readings that polls were missed.
pub fn is_gap(before: Now, now: Now) -> bool {
    now.monotonic.saturating_sub(before.monotonic) > GAP
}

/// Time alone. `before` and `now` are two readings of the clocks; what was not `loaded` yet is, and
/// whether it is then comes back.
pub async fn tick(house: &House, before: Now, now: Now, mut loaded: bool) -> Ticked {
    let mut seen = before;
    let drift = (now.wall.0 - before.wall.0) - millis(now.monotonic.saturating_sub(before.monotonic));
    let done = async {
        if drift.abs() > DRIFT {
            tracing::warn!(
                seconds = drift / 1_000,
                "the calendar was set; what counts from a moment moves with it"
            );
            shift(house, drift).await?;
            // What was judged between the jump and now was moved too far; loading brings it back.
            loaded = false;
        }
        seen = now;
        if !loaded {
            load(house).await?;
            loaded = true;
        }
        due(house, now).await
    };
    let beat = |at: Now| at.wall.0.div_euclid(ALIVE);
    let judged = done.await;
    if let Err(error) = &judged {
        tracing::error!(%error, "repeats and ends of alerts are looked at again in a moment");
    }
    if beat(before) != beat(now) {
        alive(house, loaded).await;
    }
    Ticked { loaded, seen, judged: judged.is_ok() }
}

/// What a tick came to.
pub struct Ticked {
    /// What was counted before the start, or before a gap, was looked at.
    pub loaded: bool,
    /// The reading of the clocks from which the next one counts: a jump of the calendar that could not be
    /// stored is found again.
    pub seen: Now,
    /// What was due was decided and stored.
    pub judged: bool,
}

fn millis(span: Duration) -> i64 {
    i64::try_from(span.as_millis()).unwrap_or(i64::MAX)
}

async fn shift(house: &House, drift: i64) -> Result<(), StoreError> {
    let now = house.clock.now().wall;
    house
        .store
        .write(move |work| {
            // In the new calendar, or the jump would look like a time in which nobody looked.
            work.set_alive_at(now)?;
            work.shift_windows(drift)?;
            for row in work.procedures()? {
                let kept = builtin::reboot::kept(row)?;
                let shifted = procedure::reboot::shifted(kept.reboot, drift);
                work.put_procedure(kept.job, kept.version, &serde_json::to_value(shifted)?)?;
            }
            for alert in work.all_alerts()? {
                let alert = monitor::shifted(alert, drift);
                let due = monitor::due(&alert);
                work.put_alert(alert, due, None, now)?;
            }
            Ok(())
        })
        .await
}

/// After a start or a gap: what was counted before counts no more where too much was missed, and what
/// is told next says that nobody looked.
async fn load(house: &House) -> Result<(), StoreError> {
    let (now, live, periods) = (house.clock.now().wall, house.live.now(), house.periods.shown());
    house
        .store
        .write(move |work| {
            let down = work.alive_at()?.filter(|from| now.since(*from) > GAP.max(3 * periods.often));
            work.set_alive_at(now)?;
            for alert in work.all_alerts()? {
                // One without a rule is ended by the sweep.
                let Some(rule) = live.rules.rule(&alert.key.rule) else { continue };
                let (key, period) = (alert.key.clone(), periods.of(alert.metric));
                match monitor::loaded(alert, now, rule, period) {
                    Some(alert) => {
                        let alert = match down {
                            Some(from) => monitor::missed(alert, from, now),
                            None => alert,
                        };
                        let due = monitor::due(&alert);
                        work.put_alert(alert, due, None, now)?;
                    }
                    None => work.drop_alert(&key)?,
                }
            }
            Ok(())
        })
        .await
}

/// Routers are looked after at this moment: a start after a crash finds out how long they were not.
pub async fn alive(house: &House, loaded: bool) {
    // Not before it was asked when that was last.
    if !loaded {
        return;
    }
    let now = house.clock.now().wall;
    if let Err(error) = house.store.write(move |work| work.set_alive_at(now)).await {
        tracing::error!(%error, "the moment could not be noted");
    }
}

/// Repeats, ends of acknowledgements, silences and quiet windows that are due.
async fn due(house: &House, now: Now) -> Result<(), StoreError> {
    const ROWS: usize = 200;
    let wall = now.wall;
    let waits = house.store.read(move |view| {
        Ok(!view.alerts_due(wall, 1)?.is_empty()
            || !view.silences_over(wall)?.is_empty()
            || !view.windows_over(wall)?.is_empty()
            || !view.silences_to_warn(wall.plus(WARNING))?.is_empty())
    });
    if !waits.await? {
        return Ok(());
    }
    let facts = facts(house).await?;
    house
        .store
        .write(move |work| {
            for ending in work.silences_to_warn(wall.plus(WARNING))? {
                alone(work, |work| builtin::warn_of_end(&ending, &facts, work))?;
            }
            for ending in work.silences_over(wall)? {
                alone(work, |work| builtin::silence_over(&ending, &facts, work))?;
            }
            end_windows(&facts, work)?;
            for alert in work.alerts_due(wall, ROWS)? {
                alone(work, |work| builtin::time_passes(alert, &facts, work))?;
            }
            Ok(())
        })
        .await
}

/// Ends the quiet windows whose time is over: before anything is judged that they would have held.
fn end_windows(facts: &Facts, work: &mut Work) -> Result<(), StoreError> {
    for window in work.windows_over(facts.now.wall)? {
        alone(work, |work| builtin::window_over(&window, WindowEnd::TimeOver, facts, work).map(drop))?;
    }
    Ok(())
}

/// What fails by itself is left out, or nothing that is due would ever be told again.
fn alone(work: &mut Work, step: impl FnOnce(&mut Work) -> Result<(), StoreError>) -> Result<(), StoreError> {
    match work.apart(step) {
        Err(error) if error.is_about_this() => {
            tracing::error!(%error, "something that was due could not be stored and is left out");
            Ok(())
        }
        done => done,
    }
}

/// Ends alerts whose router or rule is gone.
pub async fn sweep(house: &House) {
    let swept = async {
        let facts = facts(house).await?;
        house
            .store
            .write(move |work| {
                let alerts = work.all_alerts()?;
                let context = nothing_known(&facts.rules, facts.now.wall);
                for step in monitor::sweep(&context, &facts.inventory, alerts) {
                    builtin::carry_out(step, &facts, work)?;
                }
                Ok(())
            })
            .await
    };
    if let Err(error) = swept.await {
        tracing::error!(%error, "alerts without a router or a rule could not be ended");
    }
}

pub async fn inventory(house: &House) -> Result<Taken, StoreError> {
    let inventory = facts(house).await?.inventory;
    let (credentials, rows) =
        house.store.read(|view| Ok((view.credentials_set_at()?, view.devices_with_alerts()?))).await?;
    Ok(Taken { inventory, credentials, rows: rows.into_iter().collect() })
}
