//! One alert by its number: found, or a sentence that says why not; and whether this person may act on
//! its router.

use crate::model::{Alert, Device, Document, Ending, Facts, Failure, IncidentId, Kind, Resolved, Sign, Text};
use crate::monitor::About;
use crate::store::{Incident, StoreError, Work};

/// The number that the command names.
pub fn number(resolved: &Resolved) -> IncidentId {
    IncidentId(resolved.number("alert").unwrap_or(0))
}

/// The router of an alert, also one that was removed since.
pub fn device(alert: &Alert, facts: &Facts, work: &Work) -> Result<Option<Device>, StoreError> {
    match facts.inventory.device(alert.key.device) {
        Some(device) => Ok(Some(device.clone())),
        None => work.device_ever(alert.key.device),
    }
}

/// An alert that is open, its router, and the right to act on it; else what to answer.
pub fn open(
    id: IncidentId,
    resolved: &Resolved,
    facts: &Facts,
    work: &Work,
) -> Result<Result<(Alert, Device), Document>, StoreError> {
    let Some(incident) = work.incident(id)? else { return Ok(Err(unknown(id))) };
    let (Some(alert), Some(device)) = (work.alert(id)?, device(&incident.alert, facts, work)?) else {
        return Ok(Err(over(&incident, facts)));
    };
    Ok(match may(resolved, vec![device.clone()], facts) {
        Ok(()) => Ok((alert, device)),
        Err(refused) => Err(refused),
    })
}

pub fn unknown(id: IncidentId) -> Document {
    let text = text!("alerts.unknown", id = id.to_string());
    Document::line(Sign::Question, text, Ending::Badly)
}

fn over(incident: &Incident, facts: &Facts) -> Document {
    let (id, at) = (incident.id.to_string(), incident.ended_at.unwrap_or(facts.now.wall));
    Document::line(Sign::None, text!("alerts.over", id = id, at = at), Ending::Well)
}

/// The rules, asked for exactly these routers: the command itself named a number only.
pub fn may(resolved: &Resolved, devices: Vec<Device>, facts: &Facts) -> Result<(), Document> {
    let Some(person) = &facts.asker else { return Ok(()) };
    let narrowed = Resolved { devices, on_devices: true, ..resolved.clone() };
    facts.policy.allows(person, &facts.place, &narrowed).map_err(|refusal| {
        Document::line(Sign::Refused, crate::command::refusal(&refusal, &narrowed, facts), Ending::Badly)
    })
}

/// Something was typed that cannot be.
pub fn refused(text: Text) -> Document {
    let failure = Failure::new(Kind::Input, text);
    Document::line(Sign::Question, failure.public, Ending::Badly)
}

pub fn about<'a>(
    device: &'a Device,
    facts: &'a Facts,
    people: &'a dyn Fn(crate::model::PersonId) -> String,
) -> About<'a> {
    About { device, vitals: facts.board.of(device.id), people, now: facts.now.wall }
}
