//! Long work begins, and its card is answered: by a button, by a typed number. Rights are proven again at the press;
//! the press, the lock and the next state are one transaction.

use super::decide::{self, Audit, Decision, Ruling, audit, said_at};
use super::enact::{note, own_slot, say};
use super::gather::{Gathered, Stepped};
use crate::builtin::{
    self,
    reboot::{Told, carry},
};
use crate::channel::Question;
use crate::command::{self, Catalog};
use crate::model::{
    Class, DialogId, Document, Ending, Invocation, Job, Outbound, Press, Resolved, Sign, Slot, Text,
    Timestamp, What,
};
use crate::procedure::reboot::{Answer, Event, Limits, Reboot, Stage};
use crate::store::{NewDialog, StoreError, Work};

/// What a button of the card says, in its own words.
pub fn pressed(catalog: &Catalog, gathered: &Gathered, word: &str) -> Decision {
    let Some(step) = &gathered.step else { return gone() };
    let answer = match word {
        "cancel" => {
            let audit = audit(&step.job.invocation.line, "", Ruling::Cancelled, None);
            return Decision::Step { event: Box::new(Event::Declined), audit };
        }
        "lines" => {
            let document = builtin::reboot::unsaved_lines(&step.kept.reboot);
            return Decision::Say {
                document,
                audit: audit(&step.job.invocation.line, "", Ruling::Allowed, None),
            };
        }
        "plain" => Answer::Plain,
        "drop" => Answer::Drop,
        "save" => Answer::Save,
        _ => return gone(),
    };
    agreed(catalog, gathered, step, |at| Event::Pressed { answer, at })
}

/// The button that asks for the number was pressed, or the number typed into the field that it opened.
pub fn words(catalog: &Catalog, gathered: &Gathered) -> Decision {
    let Some(step) = &gathered.step else { return gone() };
    match (&gathered.request.what, &gathered.dialog) {
        (What::Words { words, .. }, Some(_)) => counted(catalog, gathered, words),
        (What::Words { .. }, None) => gone(),
        _ => Decision::AskWords { audit: audit(&step.job.invocation.line, "", Ruling::Asked, None) },
    }
}

/// The field that a service may open for the number.
pub fn field(press: &Press, step: &Stepped) -> Question {
    let reboot = &step.kept.reboot;
    let names: Vec<String> = reboot.left().iter().map(|id| reboot.name(*id).to_owned()).collect();
    Question {
        title: text!("reboot.count_title"),
        about: vec![text!("reboot.list", items = names)],
        label: text!("reboot.counting"),
        placeholder: text!("reboot.count_placeholder"),
        submit: text!("reboot.count_submit"),
        close: text!("reboot.count_close"),
        answers: press.token.clone(),
    }
}

/// The number of routers was typed.
pub fn counted(catalog: &Catalog, gathered: &Gathered, typed: &str) -> Decision {
    let Some(step) = &gathered.step else { return gone() };
    let typed = typed.to_owned();
    agreed(catalog, gathered, step, |at| Event::Counted { typed, at })
}

fn gone() -> Decision {
    decide::say(Sign::Refused, text!("press.void"), audit("", "", Ruling::PressRefused, None))
}

/// Whether the rules still let this person do it: they may have changed since the card was shown.
fn agreed(
    catalog: &Catalog,
    gathered: &Gathered,
    step: &Stepped,
    event: impl FnOnce(Timestamp) -> Event,
) -> Decision {
    let (facts, at) = (&gathered.facts, said_at(gathered));
    let line = step.job.invocation.line.as_str();
    let refused = |why: Text, permission: &str, rule| Decision::Step {
        event: Box::new(Event::Refused(why)),
        audit: audit(line, permission, Ruling::Refused, rule),
    };
    let invocation = Invocation { confirmed_at: Some(at), ..step.job.invocation.clone() };
    let Ok(mut resolved) = command::resolve(catalog, invocation, facts) else {
        return refused(text!("job.lost", line = line), "", None);
    };
    let left = step.kept.reboot.left().iter();
    resolved.devices = left.filter_map(|id| facts.inventory.device(*id)).cloned().collect();
    match command::authorize(&facts.policy, &resolved, facts) {
        Ok(_) => Decision::Step {
            event: Box::new(event(at)),
            audit: audit(line, &resolved.permission, Ruling::Allowed, None),
        },
        Err(refusal) => {
            let rule = super::refuse::rule(&refusal);
            refused(command::refusal(&refusal, &resolved, facts), &resolved.permission, rule)
        }
    }
}

/// The job, its state and the first version of its message.
pub fn begin(
    work: &mut Work,
    gathered: &Gathered,
    resolved: &Resolved,
    reboot: &Reboot,
    audit: &Audit,
) -> Result<(), StoreError> {
    if let Some(dialog) = gathered.dialog.as_ref().filter(|_| gathered.press.is_none()) {
        super::enact::answered_by_word(work, gathered, dialog)?;
    }
    let now = gathered.facts.now.wall;
    let job = work.add_job(&resolved.invocation, &resolved.permission, &reboot.routers, now)?;
    work.add_procedure(job, &serde_json::to_value(reboot)?)?;
    note(work, gathered, audit, Some(job))?;
    let document = builtin::reboot::document(reboot, job, &resolved.invocation, &gathered.facts, work)?;
    say(work, gathered, Slot(resolved.invocation.key.clone()), Class::Progress, document)
}

/// The answer moves the row on, if nobody did before.
pub fn enact(
    work: &mut Work,
    gathered: &Gathered,
    event: Event,
    audit: &Audit,
    limits: &Limits,
) -> Result<(), StoreError> {
    let Some(step) = &gathered.step else { return Ok(()) };
    let Stepped { job, kept } = step;
    if let Some(dialog) = gathered.dialog.as_ref().filter(|_| gathered.press.is_none()) {
        work.close_dialog(dialog.id, gathered.facts.now.wall)?;
    }
    note(work, gathered, audit, Some(job.id))?;
    let event = locked(work, gathered, step, event)?;
    let told = Told { invocation: &job.invocation, facts: &gathered.facts, replies: false, limits };
    let Some(reboot) = carry(kept.clone(), event, &told, work)? else {
        let document = Document::line(Sign::Refused, text!("press.answered"), Ending::Badly);
        return say(work, gathered, own_slot(gathered), Class::Ephemeral, document);
    };
    match reboot.stage {
        Stage::Counting { until, .. } => ask_for_the_number(work, gathered, step, until).map(drop),
        _ => Ok(()),
    }
}

/// Whoever agrees holds the routers from then on; two cannot.
fn locked(work: &mut Work, gathered: &Gathered, step: &Stepped, event: Event) -> Result<Event, StoreError> {
    let reboot = &step.kept.reboot;
    let begins = match &event {
        Event::Pressed { .. } => reboot.left().len() == 1,
        Event::Counted { typed, .. } => typed.trim() == reboot.left().len().to_string(),
        _ => false,
    };
    if !begins {
        return Ok(event);
    }
    let now = gathered.facts.now.wall;
    let taken = work.take_locks(reboot.left(), step.job.id, step.job.invocation.asker, now)?;
    Ok(match taken {
        Ok(()) => event,
        Err(held) => Event::Locked(super::reboot::held(held)),
    })
}

/// Where no field was opened it is said how the number is given: below what the asker typed, so that a service
/// that asks for a reply asks the asker.
pub fn ask_words(work: &mut Work, gathered: &Gathered, audit: &Audit) -> Result<(), StoreError> {
    let Some(step) = &gathered.step else { return Ok(()) };
    note(work, gathered, audit, Some(step.job.id))?;
    let (now, pressed) = (gathered.facts.now.wall, &gathered.request.thread);
    let document = Document::line(Sign::Question, text!("reboot.count_here"), Ending::Well);
    let typed = step.job.invocation.thread.as_ref().filter(|_| !step.job.invocation.quoted);
    let outbound = Outbound {
        slot: own_slot(gathered),
        place: gathered.request.place.clone(),
        thread: typed.or(pressed.as_ref()).cloned(),
        reply_to: None,
        class: Class::Ephemeral,
        only: Some(gathered.request.asker.clone()),
        document: Document { asks_words: true, ..document },
        not_before: None,
        expires: Some(now.plus(super::enact::EPHEMERAL)),
    };
    work.post(&outbound, now).map(drop)
}

/// A typed word answers it, by the asker alone.
fn ask_for_the_number(
    work: &mut Work,
    gathered: &Gathered,
    step: &Stepped,
    until: Timestamp,
) -> Result<DialogId, StoreError> {
    let invocation = step.job.invocation.clone();
    let dialog = NewDialog {
        person: invocation.asker,
        place: invocation.place.clone(),
        thread: gathered.request.thread.clone(),
        // The reboot itself says that its time is over.
        slot: None,
        invocation,
        question: serde_json::to_value(decide::Asked::Count(step.job.id))?,
        until,
    };
    work.open_dialog(&dialog, gathered.facts.now.wall)
}

/// Whoever would have agreed is gone: what waits for it, or has sent nothing yet, is stopped.
pub fn leave(work: &mut Work, gathered: &Gathered, jobs: &[Job]) -> Result<(), StoreError> {
    let here = |job: &&Job| job.invocation.place == gathered.request.place;
    for job in jobs.iter().filter(here) {
        let Some(row) = work.procedure(job.id)? else { continue };
        if builtin::reboot::kept(row)?.reboot.waits_for_a_person() {
            work.request_cancel(job.id, job.invocation.asker, gathered.facts.now.wall)?;
        }
    }
    Ok(())
}
