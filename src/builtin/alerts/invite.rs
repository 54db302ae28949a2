//! Those who hear of alerts and are nobody whom the bot knows are asked first: by a code in a mail, or by
//! one that they are given and send. Nothing else goes there before they said yes, and codes are few.

use super::super::say;
use super::{shown, wish};
use crate::model::{
    Class, Confirmation, Destination, Document, Door, Ending, Facts, Outbound, Resolved, Sign, Slot,
    Subscription, SubscriptionId, Timestamp, Wish,
};
use crate::store::{StoreError, Work};
use std::time::Duration;

/// A code to the same address again after this.
const AGAIN: Duration = Duration::from_secs(5 * 60);
/// A day, so many to one address and of one person.
const TO_ONE: usize = 3;
const OF_ONE: usize = 20;
/// So long a code works.
pub const LIVES: Duration = Duration::from_secs(86_400);
/// Slots of mailed codes begin so; the rest is the slot of the answer that said that it was sent.
pub const CODES: &str = "confirm/";

pub fn by_mail(
    door: &Door,
    address: String,
    wish: Wish,
    resolved: &Resolved,
    facts: &Facts,
    work: &mut Work,
) -> Result<Document, StoreError> {
    if !facts.doors.allows(&address) {
        let domains = facts.doors.domains.clone();
        return Ok(wish::refused(text!("subscribe.domain", address = address, domains = domains)));
    }
    let (now, asker) = (facts.now.wall, resolved.invocation.asker);
    let place = Destination { channel: door.name.clone(), address };
    let confirmed_at = work.subscriptions_of(&place)?.iter().find_map(|asked| asked.confirmed_at);
    let what = shown::wish(&wish, facts);
    let new = Subscription {
        id: SubscriptionId(0),
        place: place.clone(),
        wish,
        author: asker,
        since: now,
        confirmed_at,
    };
    let address = place.address.as_str();
    if confirmed_at.is_some() {
        let id = work.subscribe(&new)?;
        let text = text!("subscribe.done_for", place = address, what = what);
        return Ok(Document::line(Sign::Done, text, Ending::Well)
            .with_detail(text!("subscribe.until_for", number = id.to_string())));
    }
    let (sent, mine) = (work.codes_to(&place, now)?, work.codes_of(asker, now)?);
    let recent = sent.newest.filter(|at| now < at.plus(AGAIN));
    if recent.is_none() && (sent.codes >= TO_ONE || mine.codes >= OF_ONE) {
        let text = match sent.codes >= TO_ONE {
            true => text!("subscribe.many_to", place = address, count = sent.codes),
            false => text!("subscribe.many_of", count = mine.codes),
        };
        return Ok(Document::line(Sign::Refused, text, Ending::Badly));
    }
    work.subscribe(&new)?;
    let document = match recent {
        Some(at) => {
            let text = text!("subscribe.sent_before", place = address, at = at, again = at.plus(AGAIN));
            Document::line(Sign::Held, text, Ending::Well)
        }
        None => {
            let asked_at = facts.place.clone();
            let confirmation = Confirmation {
                channel: place.channel.clone(),
                address: Some(place.address.clone()),
                wish: None,
                asker,
                asked_at,
            };
            let code = work.make_confirmation(&confirmation, now)?;
            work.post(&mail(&place, &code, &new, resolved, facts), now)?;
            Document::line(Sign::Held, text!("subscribe.sent", place = address), Ending::Well)
        }
    };
    Ok(document.with_detail(text!("subscribe.type_it")).with_detail(text!("subscribe.when_yes", what = what)))
}

fn mail(place: &Destination, code: &str, new: &Subscription, resolved: &Resolved, facts: &Facts) -> Outbound {
    let (who, what) = (facts.person_name(new.author), shown::wish(&new.wish, facts));
    let document = Document::line(Sign::None, text!("subscribe.mail"), Ending::Well)
        .with_detail(text!("subscribe.mail_who", who = who, what = what))
        .with_detail(text!("subscribe.mail_code", line = format!("/confirm {code}")))
        .with_detail(text!("subscribe.mail_until"))
        .with_detail(text!("subscribe.mail_no"));
    Outbound {
        slot: Slot(format!("{CODES}{}", resolved.invocation.key)),
        place: place.clone(),
        thread: None,
        reply_to: None,
        class: Class::Result,
        only: None,
        document,
        not_before: None,
        expires: Some(facts.now.wall.plus(LIVES)),
    }
}

/// A code that is good for whoever sends it from there.
pub fn by_code(
    door: &Door,
    wish: Wish,
    resolved: &Resolved,
    facts: &Facts,
    work: &mut Work,
) -> Result<Document, StoreError> {
    let (now, asker) = (facts.now.wall, resolved.invocation.asker);
    let mine = work.codes_of(asker, now)?;
    if mine.codes >= OF_ONE {
        let text = text!("subscribe.many_of", count = mine.codes);
        return Ok(Document::line(Sign::Refused, text, Ending::Badly));
    }
    let what = shown::wish(&wish, facts);
    let asked_at = facts.place.clone();
    let confirmation =
        Confirmation { channel: door.name.clone(), address: None, wish: Some(wish), asker, asked_at };
    let code = work.make_confirmation(&confirmation, now)?;
    let text = text!("subscribe.send_code", channel = door.name.as_str(), code = code);
    Ok(Document::line(Sign::None, text, Ending::Well)
        .with_detail(text!("subscribe.whoever", what = what))
        .with_detail(until(now)))
}

fn until(now: Timestamp) -> crate::model::Text {
    text!("link.until", until = now.plus(LIVES))
}

/// Where it was asked for it is said what became of it.
pub fn tell_asker(
    confirmation: &Confirmation,
    document: Document,
    facts: &Facts,
    work: &mut Work,
) -> Result<(), StoreError> {
    if work.now_at(&confirmation.asked_at)? == facts.place {
        return Ok(());
    }
    let now = facts.now.wall;
    let notice = Outbound {
        slot: Slot(format!("confirmed/{}/{}", confirmation.channel, now.0)),
        place: confirmation.asked_at.clone(),
        thread: None,
        reply_to: None,
        class: Class::Result,
        only: None,
        document,
        not_before: None,
        expires: Some(now.plus(say::minutes(24 * 60))),
    };
    work.post(&notice, now).map(drop)
}
