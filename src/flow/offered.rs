//! What a line lacks and could mean: the few alerts, silences or jobs that a question offers. Read only
//! for a line that lacks one; who may act on them is decided where they are offered.

use super::House;
use crate::builtin;
use crate::command::Lack;
use crate::model::{Alert, Facts, IncidentId, Inventory, Job, Numbered, Silence, Text};
use crate::store::{JobFilter, StoreError, View};
use std::sync::Arc;

/// Pages of buttons; who wants another one types its number.
const MOST: usize = 24;
/// How many of those that are over are worth a look.
const RECENT: usize = 8;
/// A button holds no more of a typed line.
const LINE: usize = 32;

pub async fn offered(house: &House, lack: Lack, facts: &Facts) -> Result<Arc<Vec<Numbered>>, StoreError> {
    let (inventory, now) = (Arc::clone(&facts.inventory), facts.now.wall);
    let own = facts.asker.as_ref().map(|person| person.id);
    let person = if builtin::administers(facts) { None } else { own };
    let read = move |view: &View<'_>| {
        Ok(match lack {
            Lack::OpenAlert | Lack::TakenAlert | Lack::AnyAlert => alerts(view, lack, &inventory)?,
            Lack::Silence => {
                view.silences(now)?.iter().take(MOST).map(|silence| of_silence(silence, &inventory)).collect()
            }
            Lack::AnyJob => jobs(view, JobFilter::default())?,
            Lack::RunningJob => jobs(view, JobFilter { person, running_only: true, ..JobFilter::default() })?,
        })
    };
    house.store.read(read).await.map(Arc::new)
}

/// The newest first, those that nobody took before the others.
fn alerts(view: &View<'_>, lack: Lack, inventory: &Inventory) -> Result<Vec<Numbered>, StoreError> {
    let mut open = view.open_alerts()?;
    open.retain(|alert| lack != Lack::TakenAlert || alert.ack.is_some());
    if open.is_empty() && lack == Lack::AnyAlert {
        open = view.ended_incidents(RECENT)?.into_iter().map(|incident| incident.alert).collect();
    }
    open.sort_by_key(|alert| (alert.ack.is_some(), std::cmp::Reverse(alert.since)));
    let numbered = open.iter().filter_map(|alert| of_alert(alert.incident?, alert, inventory));
    Ok(numbered.take(MOST).collect())
}

/// `#3 R3 CPU 94 %`
fn of_alert(id: IncidentId, alert: &Alert, inventory: &Inventory) -> Option<Numbered> {
    let device = inventory.device(alert.key.device)?;
    let what = text!("command.offer", id = device.name.as_str(), what = builtin::what(alert));
    let label = text!("command.offer", id = id.to_string(), what = what);
    Some(Numbered { number: id.0, devices: vec![device.id], label })
}

/// `#2 site:hanoi`
fn of_silence(silence: &Silence, inventory: &Inventory) -> Numbered {
    let devices: Vec<_> = inventory.matching(&silence.selector).collect();
    let what = match (devices.as_slice(), &silence.rule) {
        ([only], Some(rule)) => format!("{} {rule}", only.name),
        ([only], None) => only.name.to_string(),
        (_, Some(rule)) => format!("{} {rule}", silence.selector),
        (_, None) => silence.selector.to_string(),
    };
    let label = text!("command.offer", id = silence.id.to_string(), what = what);
    Numbered { number: silence.id.0, devices: devices.iter().map(|device| device.id).collect(), label }
}

fn jobs(view: &View<'_>, filter: JobFilter) -> Result<Vec<Numbered>, StoreError> {
    Ok(view.recent_jobs(&filter, RECENT)?.iter().map(of_job).collect())
}

/// `#17 /backup all`
fn of_job(job: &Job) -> Numbered {
    let typed: String = job.invocation.line.chars().take(LINE).collect();
    let label: Text = text!("command.offer", id = job.id.to_string(), what = typed);
    Numbered { number: job.id.0, devices: Vec::new(), label }
}
