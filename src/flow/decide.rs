//! What shall happen with a request: a pure function from what was gathered to a [`Decision`].

use super::gather::Gathered;
pub use super::ruling::{Audit, Ruling};
use super::{recipient, refuse, step, stranger};
use crate::builtin;
use crate::command::{self, Catalog, Unresolved};
use crate::model::{
    Action, Authorized, Choice, Destination, DeviceId, Document, Ending, Facts, Identity, Invocation, JobId,
    PersonId, Press, Refusal, Resolved, Risk, Sign, Slot, Text, Timestamp, Unfit, Uses, What, Who,
};
use crate::procedure::reboot::{Event, Reboot};
use serde::{Deserialize, Serialize};

/// What shall happen, and what the audit says of it.
pub enum Decision {
    /// Nobody is answered: the update asks for nothing.
    Nothing,
    /// One sentence back; nothing else happens.
    Say { document: Document, audit: Audit },
    /// Nobody is known by this identity; `line` is for the audit.
    /// `why` where there is something else to say than that nobody knows it.
    Stranger { line: String, why: Option<Text> },
    /// A code that shall say who this is.
    Link { code: String },
    /// A code that shall say yes to alerts.
    Confirm { code: String },
    /// Somebody who hears of alerts here has enough of it.
    Enough { line: String },
    /// A question with its answers; the command waits for one of them.
    Ask { question: Box<Question>, invocation: Box<Invocation>, audit: Audit },
    /// It runs.
    Run { resolved: Box<Resolved>, proof: Authorized, audit: Audit },
    /// Long work begins, with its card.
    Begin { resolved: Box<Resolved>, reboot: Box<Reboot>, audit: Audit },
    /// A card is answered.
    Step { event: Box<Event>, audit: Audit },
    /// The presser is asked for the words that a card waits for.
    AskWords { audit: Audit },
    /// A job shall stop.
    Cancel { job: JobId },
    /// The presser wants to know when a router is free.
    TellWhenFree { device: DeviceId },
    /// Another page of the buttons is shown.
    Turn { page: usize },
    /// The place is called otherwise now.
    Moved { from: Destination },
    /// The person at this place is gone: open questions are answered Cancel.
    Leave,
}

/// What a question waits for; kept with its dialog row.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Asked {
    /// The rest of a command: a typed word answers it as well as a button. The lines that were offered.
    Rest(Vec<String>),
    /// Whether an old command shall still run. A button only.
    Age,
    /// Whether these routers may be taken away; no others are meant. A button only.
    Confirmation(Vec<DeviceId>),
    /// How many routers the reboot of this job takes down. A typed number.
    Count(JobId),
}

impl Default for Asked {
    fn default() -> Self {
        Asked::Rest(Vec::new())
    }
}

/// A question and the lines that its answers stand for.
pub struct Question {
    pub asked: Asked,
    pub sign: Sign,
    pub text: Text,
    pub details: Vec<Text>,
    /// Label, and the whole line that it stands for; None is Cancel.
    pub answers: Vec<(Text, Option<String>)>,
}

/// Where the reply stands: a message of its own, or the one whose button was pressed.
pub fn slot(gathered: &Gathered) -> Slot {
    match &gathered.press {
        Some(press) if press.uses == Uses::Once => press.slot.clone(),
        Some(_) | None => Slot(format!("{}/{}", gathered.update.channel, gathered.update.key)),
    }
}

/// A typed line, new or as the answer to a question.
pub fn line(catalog: &Catalog, gathered: &Gathered, typed: &str) -> Decision {
    if !gathered.request.scene.addressed && gathered.dialog.is_none() && !catalog.knows(typed) {
        return Decision::Nothing;
    }
    // Before it is asked who this is: a code is how somebody becomes known.
    if let Some(code) = stranger::code(catalog, typed) {
        return Decision::Link { code };
    }
    if let Some(decision) = recipient::decided(catalog, gathered, typed) {
        return decision;
    }
    let Some(asker) = gathered.facts.asker.as_ref().map(|person| person.id) else {
        return Decision::Stranger { line: gathered.shown.clone(), why: recipient::only_hears(gathered) };
    };
    let Some(dialog) = &gathered.dialog else {
        if gathered.too_late {
            let text = text!("ask.number_late", typed = typed.trim());
            return say(Sign::Refused, text, audit(typed, "", Ruling::NotUnderstood, None));
        }
        return run(catalog, &gathered.facts, typed, None, |line| invocation(gathered, asker, line));
    };
    let is_number = !typed.trim().is_empty() && typed.trim().chars().all(|c| c.is_ascii_digit());
    match gathered.asked() {
        // A number that is no button of this screen: said so, not taken for the name of a router.
        Asked::Rest(_) if is_number => {
            run(catalog, &gathered.facts, typed, None, |line| invocation(gathered, asker, line))
        }
        Asked::Rest(offers) => {
            let whole = whole(&offers, &dialog.invocation.line, typed.trim());
            run(catalog, &gathered.facts, &whole, None, |line| invocation(gathered, asker, line))
        }
        Asked::Count(_) => step::counted(catalog, gathered, typed),
        // A word that happens to be typed confirms nothing.
        Asked::Age | Asked::Confirmation(_) => {
            let text = text!("ask.press_a_button", line = dialog.invocation.line.as_str());
            say(Sign::Question, text, audit(typed, "", Ruling::NotUnderstood, None))
        }
    }
}

/// What was typed completes the command: one of the offered words stands for its whole line, anything
/// else is the rest of it.
fn whole(offers: &[String], line: &str, typed: &str) -> String {
    let adds = |offer: &&String| {
        let mut new =
            offer.split(' ').filter(|word| !line.split(' ').any(|had| had.eq_ignore_ascii_case(word)));
        new.any(|word| word.eq_ignore_ascii_case(typed))
    };
    match offers.iter().find(adds) {
        Some(offer) => offer.clone(),
        None => format!("{line} {typed}"),
    }
}

/// Something that is never run; the one who sent it would wonder why nothing happens. Somebody whom nobody
/// knows hears of it once a day; what nobody said to the bot, and what it does not know, is none of its business.
pub fn unfit(catalog: &Catalog, gathered: &Gathered, unfit: Unfit) -> Decision {
    let What::Unfit { line, .. } = &gathered.request.what else { return Decision::Nothing };
    if !gathered.request.scene.addressed && !catalog.knows(line) {
        return Decision::Nothing;
    }
    let text = match unfit {
        Unfit::Edited => text!("refuse.edited"),
        Unfit::Forwarded => text!("refuse.forwarded"),
        Unfit::Anonymous => text!("refuse.anonymous"),
        Unfit::Post => text!("refuse.post"),
    };
    match (unfit, &gathered.facts.asker) {
        (Unfit::Edited | Unfit::Forwarded, Some(_)) => {
            say(Sign::Refused, text, audit("", "", Ruling::NotUnderstood, None))
        }
        (Unfit::Edited | Unfit::Forwarded, None) => Decision::Stranger { line: String::new(), why: None },
        (Unfit::Anonymous | Unfit::Post, _) => Decision::Stranger { line: String::new(), why: Some(text) },
    }
}

/// A button that nobody remembers: forged, or swept long ago. It is answered all the same.
pub fn unknown_press(gathered: &Gathered) -> Decision {
    match gathered.facts.asker {
        Some(_) => say(Sign::Refused, text!("press.void"), audit("", "", Ruling::PressRefused, None)),
        None => Decision::Stranger { line: String::new(), why: None },
    }
}

/// A pressed button: who, until when and how often are checked here and once more when it is enacted.
pub fn press(catalog: &Catalog, gathered: &Gathered, press: &Press) -> Decision {
    let Some(asker) = gathered.facts.asker.as_ref().map(|person| person.id) else {
        return Decision::Stranger { line: String::new(), why: None };
    };
    if let Some(refused) = not_yours(press, asker, &gathered.facts) {
        return say(Sign::Refused, refused, audit("", "", Ruling::PressRefused, None));
    }
    match &press.action {
        Action::Run { line } | Action::TryCredential { line, .. } => {
            run(catalog, &gathered.facts, line, None, |line| invocation(gathered, asker, line))
        }
        Action::Cancel { job } => Decision::Cancel { job: *job },
        Action::Step { word, .. } => step::pressed(catalog, gathered, word),
        Action::Words { .. } => step::words(catalog, gathered),
        Action::TellWhenFree { device } => Decision::TellWhenFree { device: *device },
        Action::More { page } => Decision::Turn { page: *page },
        Action::Answer { words: None, .. } => {
            let typed =
                gathered.dialog.as_ref().map(|dialog| dialog.invocation.line.clone()).unwrap_or_default();
            let document =
                Document::line(Sign::None, text!("ask.forgotten", line = typed.as_str()), Ending::Well);
            Decision::Say { document, audit: audit(&typed, "", Ruling::Cancelled, None) }
        }
        Action::Answer { words: Some(line), .. } => answered(catalog, gathered, asker, line),
    }
}

/// Why this person may not press this button here.
fn not_yours(press: &Press, asker: PersonId, facts: &Facts) -> Option<Text> {
    // Where a topic is gone its messages stand in the chat itself: the token belongs to the chat.
    if press.place.chat() != facts.place.chat() {
        return Some(text!("press.elsewhere"));
    }
    let name = |id| facts.person_name(id);
    match press.who {
        Who::Person(person) if person != asker => Some(text!("press.not_yours", who = name(person))),
        Who::AnyoneBut(person) if person == asker => Some(text!("press.somebody_else")),
        Who::Person(_) | Who::AnyoneBut(_) | Who::WhoeverMay => None,
    }
}

/// A newer version of the message has no such button: a question was answered, or something else happened.
pub fn void(press: &Press) -> Text {
    match press.action {
        Action::Answer { .. } => text!("press.answered"),
        _ => text!("press.void"),
    }
}

/// Why a press that has just come will do nothing, as far as its row tells: for the instant answer.
pub fn idle_press(press: Option<&Press>, facts: &Facts, by: &Identity) -> Option<Text> {
    let Some(asker) = facts.asker.as_ref().map(|person| person.id) else {
        return Some(stranger::unknown(by));
    };
    let Some(press) = press else { return Some(text!("press.void")) };
    if let Some(refused) = not_yours(press, asker, facts) {
        return Some(refused);
    }
    match (press.used_by, press.used_at) {
        (Some(by), Some(at)) => Some(text!("press.used", who = facts.person_name(by), at = at)),
        _ if press.void => Some(void(press)),
        _ if press.until < facts.now.wall => Some(text!("press.late")),
        _ => None,
    }
}

/// The answer continues the command that was asked about. A confirmation speaks of the routers that
/// it showed and is as old as the press, which may have waited while the bot was down.
fn answered(catalog: &Catalog, gathered: &Gathered, asker: PersonId, line: &str) -> Decision {
    let shown = match gathered.asked() {
        Asked::Confirmation(devices) => Some(devices),
        Asked::Rest(_) | Asked::Age | Asked::Count(_) => None,
    };
    let confirmed_at = shown.is_some().then(|| said_at(gathered));
    run(catalog, &gathered.facts, line, shown.as_deref(), |line| Invocation {
        confirmed_at,
        ..invocation(gathered, asker, line)
    })
}

/// A service whose clock is ahead must not keep a command fresh.
pub(super) fn said_at(gathered: &Gathered) -> Timestamp {
    let received = gathered.update.received_at;
    gathered.update.sent_at.map_or(received, |sent| sent.min(received))
}

fn invocation(gathered: &Gathered, asker: PersonId, line: String) -> Invocation {
    Invocation {
        line,
        asker,
        place: gathered.request.place.clone(),
        thread: gathered.request.thread.clone(),
        key: slot(gathered).0,
        sent_at: gathered.update.sent_at.map(|sent| sent.min(gathered.update.received_at)),
        received_at: gathered.update.received_at,
        confirmed_at: None,
        quoted: gathered.request.scene.unseen,
    }
}

/// The corridor itself: parse, resolve, authorise. `shown` are the routers that a person confirmed.
fn run(
    catalog: &Catalog,
    facts: &Facts,
    typed: &str,
    shown: Option<&[DeviceId]>,
    invocation: impl FnOnce(String) -> Invocation,
) -> Decision {
    let line = match command::parse(typed) {
        Ok(line) => line,
        Err(failure) => {
            return say(Sign::Question, failure.public, audit(typed, "", Ruling::NotUnderstood, None));
        }
    };
    let invocation = invocation(line.text.clone());
    match command::resolve(catalog, invocation.clone(), facts) {
        Err(Unresolved::Refused(failure)) => {
            say(Sign::Question, failure.public, audit(&line.text, "", Ruling::NotUnderstood, None))
        }
        Err(Unresolved::Choose(choice)) => choose(choice, invocation),
        Ok(resolved) => permit(facts, resolved, shown, invocation),
    }
}

fn choose(choice: Choice, invocation: Invocation) -> Decision {
    let audit = audit(&invocation.line, "", Ruling::Asked, None);
    let details = choice.shortcut.map(|line| text!("ask.shortcut", line = line)).into_iter().collect();
    if choice.closed {
        let document = refuse::did_you_mean(choice.question, choice.options);
        return Decision::Say { document, audit: Audit { ruling: Ruling::NotUnderstood, ..audit } };
    }
    let mut answers: Vec<_> =
        choice.options.into_iter().map(|offer| (offer.label, Some(offer.line))).collect();
    answers.push((text!("ask.cancel"), None));
    Decision::Ask {
        question: Box::new(Question {
            asked: Asked::Rest(answers.iter().filter_map(|(_, line)| line.clone()).collect()),
            sign: Sign::Question,
            text: choice.question,
            details,
            answers,
        }),
        invocation: Box::new(invocation),
        audit,
    }
}

fn permit(
    facts: &Facts,
    mut resolved: Resolved,
    shown: Option<&[DeviceId]>,
    invocation: Invocation,
) -> Decision {
    resolved.takes_back = builtin::reboot::takes_back(&resolved, facts);
    let all_shown =
        shown.is_some_and(|shown| resolved.devices.iter().all(|device| shown.contains(&device.id)));
    let words = |ruling, rule| audit(&invocation.line, &resolved.permission, ruling, rule);
    match command::authorize(&facts.policy, &resolved, facts) {
        Err(Refusal::Stale { age }) => Decision::Ask {
            question: Box::new(refuse::stale(&invocation, age)),
            audit: words(Ruling::Stale, None),
            invocation: Box::new(invocation),
        },
        Err(refusal) => Decision::Say {
            audit: words(Ruling::Refused, refuse::rule(&refusal)),
            document: refuse::refused(&refusal, &resolved, facts),
        },
        Ok(_)
            if resolved.risk == Risk::Disruptive
                && !all_shown
                && !builtin::reboot::asks_by_itself(&resolved) =>
        {
            Decision::Ask {
                question: Box::new(refuse::confirm(&resolved)),
                audit: words(Ruling::Asked, None),
                invocation: Box::new(invocation),
            }
        }
        Ok(proof) => {
            let audit = words(Ruling::Allowed, None);
            match builtin::reboot::begin(&resolved, facts) {
                Some(Ok(reboot)) => {
                    Decision::Begin { resolved: Box::new(resolved), reboot: Box::new(reboot), audit }
                }
                Some(Err(document)) => {
                    Decision::Say { document, audit: Audit { ruling: Ruling::Refused, ..audit } }
                }
                None => ready(facts, resolved, proof, audit),
            }
        }
    }
}

/// The last look before anything is written: can each router be asked at all?
fn ready(facts: &Facts, resolved: Resolved, proof: Authorized, audit: Audit) -> Decision {
    let Some(builtin) = builtin::of(&resolved.command.run) else {
        return say(
            Sign::Refused,
            text!("refuse.no_builtin", command = resolved.command.name.as_str()),
            audit,
        );
    };
    for device in &resolved.devices {
        if let Err(failure) = (builtin.plan)(&proof, &resolved, device, facts) {
            return say(Sign::Refused, failure.public, Audit { ruling: Ruling::Refused, ..audit });
        }
    }
    Decision::Run { resolved: Box::new(resolved), proof, audit }
}

pub(super) fn audit(line: &str, permission: &str, ruling: Ruling, rule: Option<String>) -> Audit {
    Audit { line: line.to_owned(), permission: permission.to_owned(), ruling, rule }
}

pub(super) fn say(sign: Sign, text: Text, audit: Audit) -> Decision {
    Decision::Say { document: Document::line(sign, text, Ending::Badly), audit }
}
