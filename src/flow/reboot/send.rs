//! The steps that change a router: each proven, stored, then sent, once.

use super::super::job::Running;
use super::{Walk, permitted, permitted_back, store};
use crate::builtin::reboot::Kept;
use crate::device::Turn;
use crate::model::{Authorized, Conversation, Device, Dialogue, Outcome, Reload, Text};
use crate::procedure::reboot::{self, Answer, Event, Reboot, Stage};
use crate::store::StoreError;
use tokio_util::sync::CancellationToken;

/// The next step: stored as *saving* or *sending*, then done. None: look at the row again.
pub async fn begin(walk: &mut Walk<'_>, kept: &Kept) -> Result<Option<Event>, StoreError> {
    let running = walk.running;
    // The turn first: a proof is never older than the wait for it.
    let device = match super::device(running, &kept.reboot).await? {
        Ok(device) => device,
        Err(why) => return Ok(Some(Event::Refused(why))),
    };
    let Some(turn) = turn(running, &device).await else { return Ok(None) };
    let (proof, device) = match permitted(running, &kept.reboot).await? {
        Ok(permitted) => permitted,
        Err(event) => return Ok(Some(event)),
    };
    store(running, kept.clone(), Event::Begins).await?;
    walk.own = true;
    let Some(now) = super::kept_of(running).await? else { return Ok(None) };
    match (&now.reboot.stage, now.version == kept.version + 1) {
        (Stage::Saving, true) => {
            running.note_begun();
            let said = speak(running, turn, &proof, &device, Dialogue::Save).await;
            Ok(Some(Event::Saved(said)))
        }
        (Stage::Sending { sent }, true) => {
            running.note_begun();
            let minutes = now.reboot.start.minutes(*sent);
            let drop_changes = now.reboot.agreed.is_some_and(|agreed| agreed.answer == Answer::Drop);
            let reload = Dialogue::Reload(Reload { in_minutes: minutes, drop_changes });
            let said = speak(running, turn, &proof, &device, reload).await;
            store(running, now, Event::Sent(said)).await?;
            walk.own = false;
            walk.asked = None;
            Ok(None)
        }
        _ => Ok(None),
    }
}

/// Once more, where the first try was not this process's.
pub async fn save(walk: &mut Walk<'_>, kept: &Kept) -> Result<Option<Event>, StoreError> {
    let running = walk.running;
    let device = match super::device(running, &kept.reboot).await? {
        Ok(device) => device,
        Err(why) => return Ok(Some(Event::Refused(why))),
    };
    let Some(turn) = turn(running, &device).await else { return Ok(None) };
    let (proof, device) = match permitted(running, &kept.reboot).await? {
        Ok(permitted) => permitted,
        Err(event) => return Ok(Some(event)),
    };
    Ok(Some(Event::Saved(speak(running, turn, &proof, &device, Dialogue::Save).await)))
}

/// Takes back what the router's timer holds.
pub async fn take_back(running: &Running<'_>, reboot: &Reboot) -> Result<Event, StoreError> {
    let refused = |why: Text| Event::TakenBack(Err(why));
    // Whoever may ask for a reboot may take it back, however old the wish is.
    running.note_begun();
    let device = match super::device(running, reboot).await? {
        Ok(device) => device,
        Err(why) => return Ok(refused(why)),
    };
    // Not by the job's own wish to stop: that is what brought us here.
    let stop = running.house.stops.force.child_token();
    let Some(turn) = turn_until(running, &device, &stop).await else {
        return Ok(refused(text!("broken.stopped")));
    };
    Ok(match permitted_back(running, reboot).await? {
        Ok((proof, device)) => {
            Event::TakenBack(speak(running, turn, &proof, &device, Dialogue::CancelReload).await)
        }
        Err(Event::Refused(why)) => refused(why),
        Err(_) => refused(text!("broken.stopped")),
    })
}

async fn turn(running: &Running<'_>, device: &Device) -> Option<Turn> {
    turn_until(running, device, &running.stop).await
}

async fn turn_until(running: &Running<'_>, device: &Device, stop: &CancellationToken) -> Option<Turn> {
    tokio::select! {
        turn = running.house.floor.turn(running.id.0, device.id, stop) => turn,
        () = running.house.stops.work.cancelled() => None,
    }
}

/// Not torn down by a person's wish to stop, nor by the first signal: half of it would be worse than all of it.
async fn speak(
    running: &Running<'_>,
    turn: Turn,
    proof: &Authorized,
    device: &Device,
    dialogue: Dialogue,
) -> Result<Conversation, Text> {
    let plan =
        reboot::said(proof, device, dialogue).map_err(|refused| Text::verbatim(refused.to_string()))?;
    let outcomes = running.house.floor.run(turn, &plan, running.house.stops.force.child_token()).await;
    match outcomes.into_iter().next() {
        Some(Outcome::Dialogue(conversation)) => {
            tracing::info!(job = running.id.0, device = %device.name, end = ?conversation.end, "a dialogue has ended");
            Ok(conversation)
        }
        Some(Outcome::Broken(broken)) => Err(broken.text(device.name.as_str())),
        Some(Outcome::Refused { line, reason, .. }) => Err(reason.text(&line)),
        Some(Outcome::Text(_) | Outcome::Json(_) | Outcome::Config(_)) | None => {
            Err(text!("broken.not_asked"))
        }
    }
}
