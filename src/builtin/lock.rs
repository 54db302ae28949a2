//! `/lock R1 [reason]`, `/unlock R1`: a person keeps a router to himself. His own work goes through, everybody
//! else's is told who and since when. It never ends by itself.

use super::{Builtin, administers, held, no_plan, nothing_to_settle, nothing_wanted, say};
use crate::model::{
    Action, Block, Class, Device, Document, Ending, Facts, Outbound, Resolved, Sign, Slot, TaskResult,
};
use crate::store::{HandLock, Held, StoreError, Work};

pub const LOCK: Builtin = Builtin {
    name: "lock",
    title: |_| text!("lock.title"),
    plan: no_plan,
    wants: nothing_wanted,
    settle: nothing_to_settle,
    answer: lock,
};

pub const UNLOCK: Builtin = Builtin {
    name: "unlock",
    title: |_| text!("lock.title"),
    plan: no_plan,
    wants: nothing_wanted,
    settle: nothing_to_settle,
    answer: unlock,
};

fn lock(
    resolved: &Resolved,
    facts: &Facts,
    _: &[TaskResult],
    work: &mut Work,
) -> Result<Document, StoreError> {
    let Some(device) = resolved.devices.first() else { return list(facts, work) };
    let had = work.hand_lock(device.id)?;
    let wanted = HandLock {
        device: device.id,
        person: resolved.invocation.asker,
        since: facts.now.wall,
        reason: resolved.word("reason").map(str::to_owned),
        place: facts.place.clone(),
        thread: resolved.invocation.thread.clone(),
    };
    let name = device.name.as_str();
    if let Err(held) = work.lock_by_hand(&wanted)? {
        return Ok(taken(device, &held, facts));
    }
    let text = match had {
        Some(had) => text!("lock.again", device = name, since = had.since),
        None => text!("lock.done", device = name),
    };
    let document =
        Document::line(Sign::Locked, text, Ending::Well).with_detail(text!("lock.ends", device = name));
    Ok(document.with_button(say::looking(
        facts,
        "unlock",
        text!("lock.unlock_button"),
        format!("/unlock {name}"),
    )))
}

/// Somebody else has it: who, since when, and a word when it is free.
fn taken(device: &Device, held: &Held, facts: &Facts) -> Document {
    let (name, who) = (device.name.as_str(), facts.person_name(held.person));
    let text = match held.job {
        Some(_) => text!("lock.by_job", device = name, who = who, since = held.since),
        None => {
            let lock = held::lock(&who, held.since, held.reason.as_deref());
            text!("lock.taken", device = name, lock = lock, who = who)
        }
    };
    let document = Document::line(Sign::Locked, text, Ending::Badly);
    let tell = Action::TellWhenFree { device: device.id };
    let document = document.with_button(say::repeatable(facts, "free", text!("output.tell_when_free"), tell));
    match held.job {
        Some(job) => document.with_button(say::looking(
            facts,
            "watch",
            text!("output.watch"),
            format!("/job {}", job.0),
        )),
        None => document,
    }
}

fn list(facts: &Facts, work: &Work) -> Result<Document, StoreError> {
    let locks = work.hand_locks()?;
    if locks.is_empty() {
        return Ok(Document::line(Sign::None, text!("lock.none"), Ending::Well));
    }
    let document = Document::line(Sign::Locked, text!("lock.several", count = locks.len()), Ending::Well);
    Ok(locks.iter().fold(document, |document, lock| {
        document.with(Block::Detail { sign: Sign::None, text: held::locked(lock, facts) })
    }))
}

fn unlock(
    resolved: &Resolved,
    facts: &Facts,
    _: &[TaskResult],
    work: &mut Work,
) -> Result<Document, StoreError> {
    let Some(device) = resolved.devices.first() else { return list(facts, work) };
    let name = device.name.as_str();
    let Some(lock) = work.hand_lock(device.id)? else {
        let text = match work.held_by(device.id)? {
            // A job gives it back by itself; the way to stop one is another.
            Some(Held { job: Some(job), person, since, .. }) => {
                let (who, id) = (facts.person_name(person), job.to_string());
                text!("lock.held_by_job", device = name, who = who, since = since, id = id, job = job.0)
            }
            Some(_) | None => text!("lock.not_locked", device = name),
        };
        return Ok(Document::line(Sign::None, text, Ending::Well));
    };
    let by = resolved.invocation.asker;
    if lock.person != by && !administers(facts) {
        let text =
            text!("lock.not_yours", lock = held::locked(&lock, facts), who = facts.person_name(lock.person));
        return Ok(Document::line(Sign::Refused, text, Ending::Badly));
    }
    work.unlock(device.id)?;
    if lock.person != by {
        tell_holder(&lock, resolved, facts, work)?;
    }
    Ok(Document::line(Sign::Done, text!("lock.opened", device = name), Ending::Well))
}

/// Whoever relied on it hears that it is open, where he locked it.
fn tell_holder(
    lock: &HandLock,
    resolved: &Resolved,
    facts: &Facts,
    work: &mut Work,
) -> Result<(), StoreError> {
    let who = facts.person_name(resolved.invocation.asker);
    let text = text!(
        "lock.opened_by",
        device = facts.inventory.name(lock.device),
        who = who,
        holder = facts.person_name(lock.person)
    );
    let outbound = Outbound {
        slot: Slot(format!("unlock/{}/{}", lock.device.0, facts.now.wall.0)),
        place: lock.place.clone(),
        thread: lock.thread.clone(),
        reply_to: None,
        class: Class::Result,
        only: None,
        document: Document::line(Sign::Warning, text, Ending::Well),
        not_before: None,
        expires: None,
    };
    work.post(&outbound, facts.now.wall).map(drop)
}
