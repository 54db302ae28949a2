//! `/reboot R1 cancel`: takes back what the router's timer would do, and says in red when that did not work.

use super::super::say;
use super::carry::{Told, carry, kept, scheduled};
use crate::model::{
    Conversation, Device, DeviceId, DialogueEnd, Document, Ending, Facts, Outcome, Resolved, Sign, Status,
    TaskResult,
};
use crate::procedure::reboot::{Event, Limits, Stage};
use crate::store::{StoreError, Work};

pub fn settle(
    _: &Resolved,
    device: &Device,
    facts: &Facts,
    outcomes: &[Outcome],
    work: &mut Work,
) -> Result<TaskResult, StoreError> {
    let said = outcomes.iter().find_map(|outcome| match outcome {
        Outcome::Dialogue(conversation) => Some(conversation.clone()),
        _ => None,
    });
    let Some(said) = said else {
        let why = match going_down(device.id, work)? {
            true => text!("reboot.cancel_too_late"),
            false => say::failure_of(device.name.as_str(), outcomes)
                .unwrap_or_else(|| text!("reboot.cancel_unclear")),
        };
        return Ok(TaskResult {
            data: say::broken_data(outcomes),
            ..say::result(device.id, Status::Failed, why)
        });
    };
    tell_the_reboot(device, &said, facts, work)?;
    Ok(match said.end {
        DialogueEnd::Done => say::done(device.id, text!("reboot.cancel_done")),
        DialogueEnd::NotDone { said, .. } => {
            say::result(device.id, Status::Failed, text!("reboot.cancel_refused", said = said))
        }
        DialogueEnd::Unsettled { text, .. } => {
            say::result(device.id, Status::Failed, text!("reboot.cancel_refused", said = text))
        }
        DialogueEnd::Accepted | DialogueEnd::Unclear { .. } => {
            say::result(device.id, Status::Unclear, text!("reboot.cancel_unclear"))
        }
    })
}

/// Whether a reload was sent that no timer holds.
fn going_down(device: DeviceId, work: &Work<'_>) -> Result<bool, StoreError> {
    for row in work.procedures()? {
        let reboot = kept(row)?.reboot;
        let sent = matches!(reboot.stage, Stage::Sending { .. } | Stage::Leaving { .. } | Stage::Away { .. });
        if sent && reboot.device() == Some(device) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// The reboot whose timer it was hears of it, and its message says so.
fn tell_the_reboot(
    device: &Device,
    said: &Conversation,
    facts: &Facts,
    work: &mut Work,
) -> Result<(), StoreError> {
    let Some(kept) = scheduled(device.id, work)? else { return Ok(()) };
    let Some(job) = work.job(kept.job)? else { return Ok(()) };
    // Where it is taken back everybody sees so.
    let replies = job.invocation.place != facts.place;
    let told = Told { invocation: &job.invocation, facts, replies, limits: &Limits::default() };
    carry(kept, Event::TakenBack(Ok(said.clone())), &told, work).map(drop)
}

pub fn answer(
    _: &Resolved,
    facts: &Facts,
    results: &[TaskResult],
    _: &mut Work,
) -> Result<Document, StoreError> {
    let well = results.iter().all(|result| result.status.is_well());
    let line = |result: &TaskResult| {
        text!("output.device", device = facts.inventory.name(result.device), verdict = result.verdict.clone())
    };
    let (sign, ending) = match well {
        true => (Sign::Done, Ending::Well),
        // A router that goes down against somebody's will must be seen.
        false => (Sign::Critical, Ending::Badly),
    };
    if let [only] = results {
        return Ok(Document::line(sign, line(only), ending));
    }
    let text = match well {
        true => text!("reboot.cancel_all", count = results.len()),
        false => text!("reboot.cancel_not_all"),
    };
    let sign_of = |result: &TaskResult| if result.status.is_well() { Sign::Done } else { Sign::Critical };
    Ok(results.iter().fold(Document::line(sign, text, ending), |document, result| {
        document.with(crate::model::Block::Detail { sign: sign_of(result), text: line(result) })
    }))
}
