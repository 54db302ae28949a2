//! A decision becomes rows, all in one transaction: the update is done, the audit knows, the job is
//! there and so is its first answer. Nothing is half done after a crash.

use super::decide::{self, Audit, Decision, Ruling};
use super::gather::Gathered;
use super::{House, ask, recipient, step, stranger};
use crate::builtin;
use crate::model::facts::JobFacts;
use crate::model::{
    Class, Document, Ending, Facts, Outbound, Person, Press, Reader, Resolved, Sign, Slot, TaskResult, What,
    Who,
};
use crate::procedure::reboot::Limits;
use crate::store::{AuditRow, Dialog, FreeWatch, PressRefused, StoreError, Work};
use std::time::Duration;

pub(super) const EPHEMERAL: Duration = Duration::from_secs(60);

pub async fn enact(
    house: &House,
    inbox: i64,
    gathered: Gathered,
    decision: Decision,
) -> Result<(), StoreError> {
    let limits = house.reboot.limits;
    house
        .store
        .write(move |work| {
            work.done(inbox)?;
            remember_chat(work, &gathered)?;
            if let Some(press) = &gathered.press
                && let Some(refused) = spend(work, &gathered, press, &decision)?
            {
                return say(work, &gathered, own_slot(&gathered), Class::Ephemeral, refused);
            }
            carry_out(work, &gathered, decision, &limits)
        })
        .await
}

/// A chat with somebody whom the bot knows is a place with a language and a time zone, and one person's when
/// nobody else is there. What strangers write leaves no row.
fn remember_chat(work: &mut Work, gathered: &Gathered) -> Result<(), StoreError> {
    match &gathered.facts.asker {
        Some(person) => remember(work, gathered, person),
        None => Ok(()),
    }
}

pub(super) fn remember(work: &mut Work, gathered: &Gathered, person: &Person) -> Result<(), StoreError> {
    let (place, scene) = (&gathered.request.place, &gathered.request.scene);
    // While it is one person's alone, that person's own words count.
    let reader = Reader { language: person.language.clone(), time_zone: gathered.facts.zone };
    work.ensure_chat(place, scene.title.as_deref(), &reader, gathered.facts.now.wall)?;
    work.set_chat_person(place, scene.private.then_some(person.id))
}

fn carry_out(
    work: &mut Work,
    gathered: &Gathered,
    decision: Decision,
    limits: &Limits,
) -> Result<(), StoreError> {
    match decision {
        Decision::Nothing => Ok(()),
        Decision::Say { document, audit } => {
            note(work, gathered, &audit, None)?;
            let (slot, class) = match (spends_nothing(gathered, &audit), &gathered.request.what) {
                // Nobody else need know who pressed in vain.
                (true, What::Press(_) | What::Words { .. }) => (own_slot(gathered), Class::Ephemeral),
                (true, _) => (own_slot(gathered), Class::Result),
                (false, What::Press(_) | What::Words { .. }) => (decide::slot(gathered), Class::Critical),
                (false, _) => (decide::slot(gathered), Class::Result),
            };
            say(work, gathered, slot, class, document)
        }
        Decision::Stranger { line, why } => stranger::refuse(work, gathered, &line, why),
        Decision::Link { code } => stranger::link(work, gathered, &code),
        Decision::Confirm { code } => recipient::confirm(work, gathered, &code),
        Decision::Enough { line } => recipient::leave(work, gathered, &line),
        Decision::Ask { question, invocation, audit } => {
            note(work, gathered, &audit, None)?;
            ask::ask(work, gathered, *question, *invocation)
        }
        Decision::Run { resolved, proof, audit } => start(work, gathered, *resolved, proof, &audit),
        Decision::Begin { resolved, reboot, audit } => {
            step::begin(work, gathered, &resolved, &reboot, &audit)
        }
        Decision::Step { event, audit } => step::enact(work, gathered, *event, &audit, limits),
        Decision::AskWords { audit } => step::ask_words(work, gathered, &audit),
        Decision::Cancel { job } => {
            let document = builtin::cancelled(job, &gathered.facts, work)?;
            let audit =
                Audit { line: format!("/cancel {}", job.0), ruling: Ruling::Allowed, ..Audit::default() };
            note(work, gathered, &audit, Some(job))?;
            say(work, gathered, own_slot(gathered), Class::Ephemeral, document)
        }
        Decision::TellWhenFree { device } => watch(work, gathered, device),
        Decision::Turn { page } => ask::turn(work, gathered, page),
        Decision::Moved { from } => work.move_place(&from, &gathered.request.place, gathered.facts.now.wall),
        Decision::Leave => leave(work, gathered),
    }
}

/// Somebody who may not press leaves the button, and the message that it stands in, to the others.
fn spends_nothing(gathered: &Gathered, audit: &Audit) -> bool {
    match (&gathered.press, audit.ruling) {
        (_, Ruling::PressRefused) => true,
        (Some(press), Ruling::Refused) => press.who == Who::WhoeverMay,
        (Some(_) | None, _) => false,
    }
}

/// Marks a button as used; the sentence back when it cannot be used any more.
fn spend(
    work: &mut Work,
    gathered: &Gathered,
    press: &Press,
    decision: &Decision,
) -> Result<Option<Document>, StoreError> {
    if let Decision::Say { audit, .. } = decision
        && spends_nothing(gathered, audit)
    {
        return Ok(None);
    }
    let Some(person) = gathered.facts.asker.as_ref() else { return Ok(None) };
    let refused = match work.use_press(&press.token, person.id, gathered.facts.now.wall)? {
        Ok(()) => match &gathered.dialog {
            // Answered by another button or by a typed word meanwhile: an answer counts once.
            Some(dialog) if !work.close_dialog(dialog.id, gathered.facts.now.wall)? => {
                text!("press.answered")
            }
            Some(_) | None => return Ok(None),
        },
        Err(PressRefused::Used { by, at }) => {
            text!("press.used", who = gathered.facts.person_name(by), at = at)
        }
        Err(PressRefused::Late) => text!("press.late"),
        Err(PressRefused::Void | PressRefused::Unknown) => decide::void(press),
    };
    Ok(Some(Document::line(Sign::Refused, refused, Ending::Badly)))
}

/// Runs now when no router must be asked, else becomes a job with its first answer.
fn start(
    work: &mut Work,
    gathered: &Gathered,
    resolved: Resolved,
    proof: crate::model::Authorized,
    audit: &Audit,
) -> Result<(), StoreError> {
    let Some(builtin) = builtin::of(&resolved.command.run) else { return Ok(()) };
    if let Some(dialog) = gathered.dialog.as_ref().filter(|_| gathered.press.is_none()) {
        answered_by_word(work, gathered, dialog)?;
    }
    let asks_routers = resolved
        .devices
        .iter()
        .any(|device| matches!((builtin.plan)(&proof, &resolved, device, &gathered.facts), Ok(Some(_))));
    let (document, job) = match asks_routers {
        true => {
            let devices: Vec<_> = resolved.devices.iter().map(|device| device.id).collect();
            let now = gathered.facts.now.wall;
            let id = work.add_job(&resolved.invocation, &resolved.permission, &devices, now)?;
            let facts = Facts { job: Some(accepted(id, devices.len(), now)), ..gathered.facts.clone() };
            (builtin::living(builtin, &resolved, &facts, &[], work)?, Some(id))
        }
        false => (answered(builtin, &resolved, &gathered.facts, work)?, None),
    };
    note(work, gathered, audit, job)?;
    let slot = Slot(resolved.invocation.key.clone());
    let class = if document.ended.is_none() && job.is_some() { Class::Progress } else { Class::Result };
    say(work, gathered, slot, class, document)
}

/// The question's message loses its buttons: what was typed is answered below.
pub(super) fn answered_by_word(
    work: &mut Work,
    gathered: &Gathered,
    dialog: &Dialog,
) -> Result<(), StoreError> {
    work.close_dialog(dialog.id, gathered.facts.now.wall)?;
    let Some(slot) = dialog.slot.clone() else { return Ok(()) };
    let text = text!("ask.answered", line = dialog.invocation.line.as_str());
    say(work, gathered, slot, Class::Result, Document::line(Sign::None, text, Ending::Well))
}

fn answered(
    builtin: &builtin::Builtin,
    resolved: &Resolved,
    facts: &Facts,
    work: &mut Work,
) -> Result<Document, StoreError> {
    let mut results: Vec<TaskResult> = Vec::with_capacity(resolved.devices.len());
    for device in &resolved.devices {
        results.push((builtin.settle)(resolved, device, facts, &[], work)?);
    }
    builtin::living(builtin, resolved, facts, &results, work)
}

fn accepted(id: crate::model::JobId, total: usize, now: crate::model::Timestamp) -> JobFacts {
    JobFacts { id, accepted_at: now, total, over: false, resumed: false, cancelled: false }
}

fn watch(work: &mut Work, gathered: &Gathered, device: crate::model::DeviceId) -> Result<(), StoreError> {
    let Some(person) = gathered.facts.asker.as_ref() else { return Ok(()) };
    let name = gathered.facts.inventory.name(device);
    let document = match work.held_by(device)? {
        None => Document::line(Sign::Done, text!("lock.free", device = name), Ending::Well),
        Some(_) => {
            let watch = FreeWatch {
                device,
                person: person.id,
                place: gathered.request.place.clone(),
                thread: gathered.request.thread.clone(),
            };
            work.add_free_watch(&watch, gathered.facts.now.wall)?;
            Document::line(Sign::Done, text!("lock.will_tell", device = name), Ending::Well)
        }
    };
    say(work, gathered, own_slot(gathered), Class::Result, document)
}

/// Whoever asked is gone: questions that wait are answered Cancel, jobs go on.
fn leave(work: &mut Work, gathered: &Gathered) -> Result<(), StoreError> {
    let place = &gathered.request.place;
    let now = gathered.facts.now.wall;
    let mut asked = std::collections::BTreeMap::new();
    for dialog in work.open_dialogs(place)? {
        work.close_dialog(dialog.id, now)?;
        asked.extend(dialog.slot.map(|slot| (slot, dialog.invocation.line)));
    }
    let jobs = work.unfinished_jobs()?;
    step::leave(work, gathered, &jobs)?;
    let working: Vec<String> = jobs.into_iter().map(|job| job.invocation.key).collect();
    for open in work.open_messages(place)? {
        if working.contains(&open.slot.0) || open.slot.is_alert() {
            continue;
        }
        let text = match asked.get(&open.slot) {
            Some(line) => text!("ask.left_line", line = line),
            None => text!("ask.left"),
        };
        let document = Document::line(Sign::None, text, Ending::Well);
        work.post(&Outbound { class: Class::Result, document, ..open }, now)?;
    }
    Ok(())
}

pub(super) fn note(
    work: &mut Work,
    gathered: &Gathered,
    audit: &Audit,
    job: Option<crate::model::JobId>,
) -> Result<(), StoreError> {
    work.audit(&row(gathered, audit, job))
}

pub(super) fn row(gathered: &Gathered, audit: &Audit, job: Option<crate::model::JobId>) -> AuditRow {
    AuditRow {
        at: gathered.facts.now.wall,
        person: gathered.facts.asker.as_ref().map(|person| person.id),
        identity: gathered.request.asker.clone(),
        place: gathered.request.place.clone(),
        line: audit.line.clone(),
        permission: Some(audit.permission.clone()).filter(|permission| !permission.is_empty()),
        decision: match audit.ruling {
            Ruling::Allowed => crate::store::Decision::Allowed,
            Ruling::Asked | Ruling::Stale => crate::store::Decision::Asked,
            // Saying no to a question is an answer, not a refusal of the bot.
            Ruling::Cancelled => crate::store::Decision::Done,
            Ruling::Refused | Ruling::NotUnderstood | Ruling::Stranger | Ruling::PressRefused => {
                crate::store::Decision::Refused
            }
        },
        rule: audit.rule.clone(),
        job,
        outcome: None,
    }
}

/// A message of its own for this update, also when a button of another message was pressed.
pub(super) fn own_slot(gathered: &Gathered) -> Slot {
    Slot(format!("{}/{}", gathered.update.channel, gathered.update.key))
}

pub(super) fn say(
    work: &mut Work,
    gathered: &Gathered,
    slot: Slot,
    class: Class,
    document: Document,
) -> Result<(), StoreError> {
    let now = gathered.facts.now.wall;
    let above = match class {
        Class::Ephemeral => None,
        _ => quoted(work, gathered)?.or_else(|| below_alert(gathered, &slot)),
    };
    let outbound = Outbound {
        slot,
        place: gathered.request.place.clone(),
        thread: gathered.request.thread.clone(),
        reply_to: above,
        class,
        only: (class == Class::Ephemeral).then(|| gathered.request.asker.clone()),
        document,
        not_before: None,
        expires: (class == Class::Ephemeral).then(|| now.plus(EPHEMERAL)),
    };
    work.post(&outbound, now).map(drop)
}

/// What a button of an alert brings stands below the alert.
fn below_alert(gathered: &Gathered, slot: &Slot) -> Option<Slot> {
    let pressed = gathered.press.as_ref().map(|press| press.slot.clone());
    pressed.filter(|pressed| pressed.is_alert() && pressed != slot)
}

/// Where nobody sees what was typed, a message that quotes it comes first.
fn quoted(work: &mut Work, gathered: &Gathered) -> Result<Option<Slot>, StoreError> {
    let request = &gathered.request;
    let (What::Line(_), true) = (&request.what, request.scene.unseen) else { return Ok(None) };
    let slot = Slot::of_quote(&own_slot(gathered).0);
    let who = match (&gathered.facts.asker, &request.scene.called) {
        (Some(person), _) => person.name.clone(),
        (None, Some(called)) => called.clone(),
        (None, None) => request.asker.external.clone(),
    };
    let text = text!("ask.quoted", who = who, line = gathered.shown.trim());
    let quote = Outbound {
        slot: slot.clone(),
        place: request.place.clone(),
        thread: request.thread.clone(),
        reply_to: None,
        class: Class::Critical,
        // Named where the service can: then it tells this person of what comes below.
        only: Some(request.asker.clone()),
        document: Document::line(Sign::None, text, Ending::Well),
        not_before: None,
        expires: None,
    };
    work.post(&quote, gathered.facts.now.wall)?;
    Ok(Some(slot))
}
