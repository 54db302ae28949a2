//! A step of an alert becomes rows: the alert with its number, its history, and what is told.

use super::tell::tell;
use crate::model::window::holding;
use crate::model::{Again, Alert, Device, Facts, IncidentId, Silence, Timestamp};
use crate::monitor::{self, Context, Input, Step};
use crate::store::{StoreError, Work};
use std::time::Duration;

/// An alert whose time nobody can use is looked at again after this.
const LATER: Duration = Duration::from_secs(60);
/// So many earlier firings are looked at to see whether this one is the same trouble.
const EARLIER: usize = 20;

/// Stores what one step came to, and posts what it tells.
pub fn carry_out(step: Step, facts: &Facts, work: &mut Work) -> Result<(), StoreError> {
    let now = facts.now.wall;
    let (step, root) = numbered(step, now, work)?;
    let Some(alert) = step.alert.as_ref().or(step.ended.as_ref()) else { return Ok(()) };
    work.put_alert(alert.clone(), monitor::due(alert), root, now)?;
    if let Some(lost) = alert.lost.filter(|_| alert.phase.is_over()) {
        work.note_back(lost.job, alert.key.device, now)?;
    }
    for transition in &step.transitions {
        work.note_transition(transition)?;
    }
    match &step.notice {
        Some(notice) => tell(notice, root, facts, work),
        None => Ok(()),
    }
}

/// One that fires gets its number, and the incident in whose thread it is told.
fn numbered(step: Step, now: Timestamp, work: &mut Work) -> Result<(Step, Option<IncidentId>), StoreError> {
    let Some(alert) = step.alert.clone().filter(|_| step.opens_incident()) else { return Ok((step, None)) };
    let (again, root) = earlier(&alert, now, work)?;
    let stored = work.put_alert(alert, None, root, now)?;
    Ok(match stored.incident {
        Some(incident) => (step.with_incident(incident, again), root),
        None => (step, root),
    })
}

fn earlier(
    alert: &Alert,
    now: Timestamp,
    work: &Work,
) -> Result<(Option<Again>, Option<IncidentId>), StoreError> {
    let incidents = work.incidents_of(&alert.key, EARLIER)?;
    let spans: Vec<(Timestamp, Timestamp)> =
        incidents.iter().filter_map(|incident| Some((incident.alert.since, incident.ended_at?))).collect();
    let again = monitor::again(&spans, alert.since, now);
    let last = incidents.first().filter(|_| again.is_some());
    Ok((again, last.map(|last| last.root.unwrap_or(last.id))))
}

/// What time alone does to these alerts.
pub fn time_passes(alert: Alert, facts: &Facts, work: &mut Work) -> Result<(), StoreError> {
    happens(alert, &Input::Tick, facts, work).map(drop)
}

/// What an input does to one alert; the alert as it is afterwards, when it is still open.
pub fn happens(
    alert: Alert,
    input: &Input,
    facts: &Facts,
    work: &mut Work,
) -> Result<Option<Alert>, StoreError> {
    let now = facts.now.wall;
    let step = match facts.inventory.device(alert.key.device) {
        Some(device) => with(device, alert.clone(), input, facts, work)?,
        None => None,
    };
    match step {
        Some(step) => {
            let after = step.alert.clone();
            carry_out(step, facts, work)?;
            Ok(after)
        }
        // Nothing came of it. Its time is set anew, or it would be due in every second from now on.
        None => {
            let due = monitor::due(&alert).map(|due| if due > now { due } else { now.plus(LATER) });
            work.put_alert(alert.clone(), due, None, now)?;
            Ok(Some(alert))
        }
    }
}

fn with(
    device: &Device,
    alert: Alert,
    input: &Input,
    facts: &Facts,
    work: &Work,
) -> Result<Option<Step>, StoreError> {
    let silences = work.silences(facts.now.wall)?;
    let down = monitor::is_down(&work.alerts_of(device.id)?);
    let context = Context { device_down: down, ..context(device, &silences, facts, work)? };
    Ok(monitor::with(&context, device, alert, input))
}

/// What holds for this router now.
pub fn context<'a>(
    device: &Device,
    silences: &'a [Silence],
    facts: &'a Facts,
    work: &Work,
) -> Result<Context<'a>, StoreError> {
    let windows = work.windows(facts.now.wall)?;
    Ok(Context {
        rules: &facts.rules,
        silences,
        now: facts.now.wall,
        starting: facts.starting,
        device_down: false,
        reboot: holding(&windows, device, &facts.inventory).map(|window| window.job),
        boot_was_asked_for: false,
    })
}
