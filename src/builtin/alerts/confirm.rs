//! `/confirm`: a code comes back, and the place that it proves hears of alerts from now on. An admin may say
//! yes for an address. Whether a wrong code ever existed is told to nobody.

use super::super::{Builtin, no_plan, nothing_to_settle, nothing_wanted, say};
use super::invite::tell_asker;
use super::{shown, wish};
use crate::model::{
    Confirmation, Destination, Document, Ending, Facts, Identity, Join, PersonId, Reader, Resolved, Role,
    Sign, Subscription, SubscriptionId, TaskResult, Text,
};
use crate::store::{StoreError, Tried, Work};

pub const CONFIRM: Builtin = Builtin {
    name: "confirm",
    title: |_| text!("alerts.title"),
    plan: no_plan,
    wants: nothing_wanted,
    settle: nothing_to_settle,
    answer,
};

/// What a code came to.
pub struct Came {
    /// None where nothing is said any more.
    pub document: Option<Document>,
    /// Who hears of alerts from now on.
    pub joined: Option<Destination>,
}

/// An admin's yes. Codes do not come here: they are nobody's to read in the audit.
fn answer(
    resolved: &Resolved,
    facts: &Facts,
    _: &[TaskResult],
    work: &mut Work,
) -> Result<Document, StoreError> {
    let words = match wish::read(resolved.word("what").unwrap_or_default(), facts) {
        Ok(words) => words,
        Err(document) => return Ok(document),
    };
    let named = match words.number {
        Some(number) => work.subscription(number)?.map(|asked| asked.place),
        None => {
            words.door.zip(words.address).map(|(door, address)| Destination { channel: door.name, address })
        }
    };
    let Some(place) = named else { return Ok(wish::refused(text!("confirm.what"))) };
    let person = facts.asker.as_ref();
    let may = |person| facts.policy.may_ever(person, &facts.place, "confirm.others", Role::Admin);
    if !person.is_some_and(may) {
        return Ok(Document::line(Sign::Refused, text!("confirm.not_yours"), Ending::Badly));
    }
    let author = work.subscriptions_of(&place)?.into_iter().map(|asked| asked.author).next();
    Ok(match (work.confirm(&place, facts.now.wall)?, author) {
        (0, _) | (_, None) => Document::line(
            Sign::Question,
            text!("confirm.none", place = place.address.as_str()),
            Ending::Badly,
        ),
        (_, Some(author)) => {
            settle(&place, None, author, facts, work)?;
            done(&place, author, facts, work)?
        }
    })
}

/// Somebody sends a code. Whoever the bot knows may type a mailed one anywhere; one that says by itself who
/// is meant must come from there.
pub fn came(
    typed: &str,
    by: &Identity,
    title: Option<&str>,
    facts: &Facts,
    work: &mut Work,
) -> Result<Came, StoreError> {
    let now = facts.now.wall;
    let found = match work.shut_until(by, now)? {
        Some(_) => None,
        None => work.confirmation(typed, now)?,
    };
    let comes_from_there =
        |found: &Confirmation| found.address.is_none() && found.channel == facts.place.channel;
    let Some(found) = found.filter(|found| facts.asker.is_some() || comes_from_there(found)) else {
        return wrong(by, facts, work);
    };
    if found.address.is_none() && !(comes_from_there(&found) && facts.private) {
        return Ok(said(Sign::Refused, text!("confirm.send_there", channel = found.channel)));
    }
    work.use_confirmation(typed, now)?;
    // The name of whoever typed a mailed code says nothing of the address.
    let title = title.filter(|_| found.address.is_none());
    let place = match &found.address {
        Some(address) => Destination { channel: found.channel.clone(), address: address.clone() },
        None => facts.place.clone(),
    };
    let place = work.now_at(&place)?;
    let joins = match found.wish.clone() {
        Some(wish) => {
            let new = Subscription {
                id: SubscriptionId(0),
                place: place.clone(),
                wish,
                author: found.asker,
                since: now,
                confirmed_at: Some(now),
            };
            work.subscribe(&new)?;
            true
        }
        None => work.confirm(&place, now)? > 0,
    };
    if !joins {
        return Ok(said(Sign::None, text!("confirm.nothing_waits")));
    }
    settle(&place, title, found.asker, facts, work)?;
    let document = done(&place, found.asker, facts, work)?;
    let called = title.map_or_else(|| place.address.clone(), |title| format!("{}: {title}", place.channel));
    let text = text!("confirm.said_yes", place = called);
    tell_asker(&found, Document::line(Sign::Done, text, Ending::Well), facts, work)?;
    Ok(Came { document: Some(document), joined: Some(place) })
}

fn wrong(by: &Identity, facts: &Facts, work: &mut Work) -> Result<Came, StoreError> {
    Ok(match work.note_wrong_code(by, say::minutes(60), facts.now.wall)? {
        Tried::Wrong => said(Sign::Refused, text!("confirm.wrong")),
        Tried::Shut(until) => said(Sign::Refused, text!("confirm.shut", until = until)),
        Tried::Silent => Came { document: None, joined: None },
    })
}

fn said(sign: Sign, text: Text) -> Came {
    Came { document: Some(Document::line(sign, text, Ending::Badly)), joined: None }
}

/// The place is read in the language of the one who asked, until somebody says otherwise.
fn settle(
    place: &Destination,
    title: Option<&str>,
    asker: PersonId,
    facts: &Facts,
    work: &mut Work,
) -> Result<(), StoreError> {
    let language =
        facts.people.iter().find(|person| person.id == asker).map(|person| person.language.clone());
    let language = language.unwrap_or_else(|| Reader::default().language);
    work.ensure_chat(place, title, &Reader { language, time_zone: facts.zone }, facts.now.wall)
}

/// What the place hears of now, and how it ends.
fn done(place: &Destination, author: PersonId, facts: &Facts, work: &Work) -> Result<Document, StoreError> {
    let asked = work.subscriptions_of(place)?;
    let wishes: Vec<Text> = asked.iter().map(|asked| shown::wish(&asked.wish, facts)).collect();
    let text = match *place == facts.place {
        true => text!("confirm.done_here"),
        false => text!("confirm.done", place = shown::place(place, author, facts, work)?),
    };
    let document = Document::line(Sign::Done, text, Ending::Well);
    let document = wishes.into_iter().fold(document, Document::with_detail);
    Ok(match (*place == facts.place, facts.doors.join(&place.channel)) {
        (true, Join::Sent | Join::Mailed) => document.with_detail(text!("confirm.stop")),
        (true, Join::Here) | (false, _) => document,
    })
}
