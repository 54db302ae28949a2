//! A critical alert that its own place does not get in two minutes is told at another channel as well:
//! once an incident, as the head of a thread there, so that its changes and its end follow. Where
//! another channel has heard of the incident already, nobody is told again.

use super::House;
use crate::model::{Block, Class, Destination, Doors, IncidentId, Outbound, Sign, Slot, Timestamp};
use crate::store::{Overdue, StoreError, View, Work};
use std::collections::BTreeMap;
use std::time::Duration;

/// So long a critical alert may be on its way to where the routes send it.
const PATIENCE: Duration = Duration::from_secs(120);
/// What was given up longer ago is history.
const HISTORY: Duration = Duration::from_secs(24 * 3_600);

/// Looks once; writes only when there is something to tell.
pub async fn look(house: &House) -> Result<(), StoreError> {
    let (now, homes, doors) = (house.clock.now().wall, house.homes.clone(), house.doors.clone());
    if house.store.read(move |view| owed(view, &homes, &doors, now)).await?.is_empty() {
        return Ok(());
    }
    let (homes, doors) = (house.homes.clone(), house.doors.clone());
    house.store.write(move |work| tell(work, &homes, &doors, now)).await
}

/// Asked again inside the transaction: what was just delivered is owed no more.
fn tell(work: &mut Work, homes: &[Destination], doors: &Doors, now: Timestamp) -> Result<(), StoreError> {
    for (incident, outbound) in owed(work, homes, doors, now)? {
        tracing::warn!(%incident, place = %outbound.place, "a critical alert goes to another channel too");
        work.note_told(incident, &outbound.place)?;
        work.post(&outbound, now)?;
    }
    Ok(())
}

/// What is to be told where. `homes` are those of every channel, in the order of the channels.
fn owed(
    view: &View<'_>,
    homes: &[Destination],
    doors: &Doors,
    now: Timestamp,
) -> Result<Vec<(IncidentId, Outbound)>, StoreError> {
    let overdue = view.overdue(Class::Critical, now.minus(PATIENCE), now.minus(HISTORY))?;
    let mut incidents: BTreeMap<IncidentId, Vec<Overdue>> = BTreeMap::new();
    for one in overdue {
        if let Some(incident) = one.slot.incident() {
            incidents.entry(incident).or_default().push(one);
        }
    }
    let mut owed = Vec::new();
    for (incident, overdue) in incidents {
        // A dead letter of an alert may outlive its rows.
        if view.incident(incident)?.is_none() {
            continue;
        }
        let (told, open) = (view.told(incident)?, view.alert(incident)?.is_some());
        let Some(one) = overdue.iter().rev().find(|one| open || is_whole(one, incident)) else { continue };
        let shown = match homes.contains(&one.place) {
            true => one.place.to_string(),
            false => doors.hinted(&one.place),
        };
        for place in elsewhere(homes, &told, &overdue) {
            owed.push((incident, outbound(incident, one, &shown, place)));
        }
    }
    Ok(owed)
}

/// Of an incident that is over only what tells of its beginning and its end in one.
fn is_whole(one: &Overdue, incident: IncidentId) -> bool {
    one.slot == Slot::of_alert(incident) && one.document.ended.is_some()
}

/// The homes of the first channel that knows nothing of it; none when some channel was told and takes
/// what it is sent.
fn elsewhere(homes: &[Destination], told: &[Destination], overdue: &[Overdue]) -> Vec<Destination> {
    let silent = |channel: &str| overdue.iter().any(|one| one.place.channel == channel);
    if told.iter().any(|place| !silent(&place.channel)) {
        return Vec::new();
    }
    let knows = |channel: &str| silent(channel) || told.iter().any(|place| place.channel == channel);
    let Some(first) = homes.iter().find(|home| !knows(&home.channel)) else { return Vec::new() };
    homes.iter().filter(|home| home.channel == first.channel).cloned().collect()
}

fn outbound(incident: IncidentId, one: &Overdue, shown: &str, place: Destination) -> Outbound {
    let text = text!("dlq.elsewhere", place = shown, since = one.since);
    Outbound {
        slot: Slot::of_alert(incident),
        place,
        thread: None,
        reply_to: None,
        class: Class::Critical,
        only: None,
        document: one.document.clone().with(Block::Detail { sign: Sign::Warning, text }),
        not_before: None,
        expires: None,
    }
}

#[cfg(test)]
mod tests;
