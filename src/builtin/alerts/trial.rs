//! `/subscribers test`: one message to somebody who hears of alerts, and an answer that says whether it
//! arrived. What becomes of it, and of a mailed code that is refused, is written into the answer to whoever
//! asked, in the transaction that knows.

use super::super::say;
use super::invite::CODES;
use super::wish::{self, Words};
use super::{one, shown};
use crate::model::{
    Class, Destination, Document, Ending, Facts, Outbound, Resolved, Role, Sign, Slot, Subscription,
    SubscriptionId, Text, Timestamp,
};
use crate::store::{StoreError, Work};

/// Slots of tests begin so; then come the number of the subscription and the slot of the answer.
const TESTS: &str = "test/";

/// What became of a try to deliver.
pub enum Try<'a> {
    Arrived,
    /// It is tried again.
    Later(&'a str),
    Never(&'a str),
}

pub fn begin(resolved: &Resolved, facts: &Facts, work: &mut Work) -> Result<Document, StoreError> {
    let person = facts.asker.as_ref();
    let may = |person| facts.policy.may_ever(person, &facts.place, "subscribers.test", Role::Operator);
    if !person.is_some_and(may) {
        return Ok(Document::line(Sign::Refused, text!("subscribe.test_not_yours"), Ending::Badly));
    }
    let words = match wish::read(resolved.word("whom").unwrap_or_default(), facts) {
        Ok(words) => words,
        Err(document) => return Ok(document),
    };
    let Some(asked) = wanted(&words, facts, work)? else {
        return Ok(one::refused(text!("subscribe.test_whom")));
    };
    if asked.confirmed_at.is_none() {
        return Ok(Document::line(Sign::Refused, text!("subscribe.test_waits"), Ending::Badly));
    }
    let now = facts.now.wall;
    if work.recent_slot(TESTS, &asked.place, now.minus(say::minutes(1)))?.is_some() {
        return Ok(Document::line(Sign::Refused, text!("subscribe.test_again"), Ending::Badly));
    }
    let who = facts.person_name(resolved.invocation.asker);
    let test = Outbound {
        slot: Slot(format!("{TESTS}{}/{}", asked.id.0, resolved.invocation.key)),
        place: asked.place.clone(),
        thread: None,
        reply_to: None,
        class: Class::Result,
        only: None,
        document: Document::line(Sign::None, text!("subscribe.test", who = who), Ending::Well),
        not_before: None,
        expires: Some(now.plus(say::minutes(60))),
    };
    work.post(&test, now)?;
    let place = shown::place(&asked.place, asked.author, facts, work)?;
    let text = text!("subscribe.testing", number = asked.id.to_string(), place = place);
    Ok(Document::line(Sign::Running, text, Ending::Well).with_detail(text!("subscribe.test_told")))
}

/// By number or by address, else the chat one is in.
fn wanted(words: &Words, facts: &Facts, work: &Work) -> Result<Option<Subscription>, StoreError> {
    let place = match (words.number, &words.door, &words.address) {
        (Some(number), _, _) => return work.subscription(number),
        (None, Some(door), Some(address)) => {
            Destination { channel: door.name.clone(), address: address.clone() }
        }
        (None, None, _) if words.what.is_none() => facts.place.clone(),
        (None, _, _) => return Ok(None),
    };
    let mut asked = work.subscriptions_of(&place)?;
    asked.sort_by_key(|asked| asked.confirmed_at.is_none());
    Ok(asked.into_iter().next())
}

/// A message was tried. What its place says is known from now on, and whoever tries it learns it too.
pub fn came_of(
    slot: &Slot,
    place: &Destination,
    tried: &Try<'_>,
    now: Timestamp,
    work: &mut Work,
) -> Result<(), StoreError> {
    let known = work.reach_of(place)?.refused;
    match tried {
        Try::Arrived if known.is_some() => work.note_reached(place)?,
        // What the channel itself wrote down says it better; of places that asked for nothing nothing is kept.
        Try::Never(why) if known.is_none() && !work.subscriptions_of(place)?.is_empty() => {
            work.note_refused(place, &Text::verbatim(*why), now)?;
        }
        Try::Arrived | Try::Later(_) | Try::Never(_) => {}
    }
    let told = match (slot.0.strip_prefix(TESTS), slot.0.strip_prefix(CODES)) {
        (Some(rest), _) => rest.split_once('/').map(|(id, answer)| (answer, of_test(id, tried, now))),
        (None, Some(answer)) => of_code(place, tried).map(|document| (answer, document)),
        (None, None) => None,
    };
    let Some((answer, document)) = told else { return Ok(()) };
    for message in work.newest_message(&Slot(answer.to_owned()))? {
        work.post(&Outbound { document: document.clone(), not_before: None, expires: None, ..message }, now)?;
    }
    Ok(())
}

fn of_test(id: &str, tried: &Try<'_>, now: Timestamp) -> Document {
    let number = SubscriptionId(id.parse().unwrap_or_default()).to_string();
    let line = |sign, text: Text, ending| Document::line(sign, text, ending);
    match tried {
        Try::Arrived => {
            line(Sign::Done, text!("subscribe.test_arrived", number = number, at = now), Ending::Well)
        }
        Try::Later(why) => {
            let text = text!("subscribe.test_later", number = number, why = *why);
            line(Sign::Running, text, Ending::Well)
        }
        Try::Never(why) => {
            let text = text!("subscribe.test_never", number = number, why = *why);
            line(Sign::Warning, text, Ending::Badly).with_detail(text!("subscribe.test_dlq"))
        }
    }
}

/// Only a refusal changes what was said: that a code arrived is no yes.
fn of_code(place: &Destination, tried: &Try<'_>) -> Option<Document> {
    match tried {
        Try::Arrived | Try::Later(_) => None,
        Try::Never(why) => {
            let text = text!("subscribe.code_never", place = place.address.as_str(), why = *why);
            Some(Document::line(Sign::Warning, text, Ending::Badly))
        }
    }
}
