//! How those who hear of alerts are called: an address in full for whoever administers the bot or gave it,
//! and only hinted at for everybody else.

use super::target::target;
use crate::model::route::written_days;
use crate::model::{Destination, Facts, Join, PersonId, Role, Severity, Subscription, Text, Wish};
use crate::store::{StoreError, Work};

/// Whether the rules let the asker see and change what belongs to others.
pub fn administers(facts: &Facts) -> bool {
    let person = facts.asker.as_ref();
    person.is_some_and(|person| facts.policy.may_ever(person, &facts.place, "subscribers.all", Role::Admin))
}

/// Whether it is the asker's to change: asked for here or by the asker.
pub fn may_change(asked: &Subscription, facts: &Facts) -> bool {
    asked.place == facts.place || is_author(asked.author, facts) || administers(facts)
}

/// A chat by its title, an address as far as the asker may know it.
pub fn place(
    place: &Destination,
    author: PersonId,
    facts: &Facts,
    work: &Work,
) -> Result<String, StoreError> {
    let knows = administers(facts) || is_author(author, facts) || *place == facts.place;
    Ok(match (facts.doors.join(&place.channel), knows) {
        (Join::Mailed, true) => place.address.clone(),
        (Join::Sent | Join::Mailed, false) => facts.doors.hinted(place),
        (Join::Here, _) | (Join::Sent, true) => {
            let title = work.chat(place)?.and_then(|chat| chat.title);
            title.unwrap_or_else(|| place.to_string())
        }
    })
}

/// A place of the outbox. Whose address it is only those who heard of alerts there tell.
pub fn destination(place: &Destination, facts: &Facts, work: &Work) -> Result<String, StoreError> {
    if facts.doors.join(&place.channel) == Join::Here || administers(facts) || facts.homes.contains(place) {
        return Ok(place.to_string());
    }
    let asked = work.subscriptions_of(place)?;
    Ok(match asked.iter().any(|asked| is_author(asked.author, facts)) {
        true => place.to_string(),
        false => facts.doors.hinted(place),
    })
}

fn is_author(author: PersonId, facts: &Facts) -> bool {
    facts.asker.as_ref().is_some_and(|person| person.id == author)
}

/// `site:hanoi, critical only, 07:00-22:00 mon-fri`
pub fn wish(wish: &Wish, facts: &Facts) -> Text {
    let what = what(target(&wish.selector, facts), wish.severity);
    match times(wish) {
        Some(times) => text!("subscribe.in_hours", what = what, hours = times),
        None => what,
    }
}

pub fn what(selector: String, severity: Severity) -> Text {
    match severity {
        Severity::Warning => text!("subscribe.all_of", selector = selector),
        Severity::Critical => text!("subscribe.critical_of", selector = selector),
    }
}

/// `07:00-22:00 mon-fri`; None when it is always.
pub fn times(wish: &Wish) -> Option<String> {
    let hours = wish.hours.map(|hours| hours.to_string());
    let days = (!wish.days.is_empty()).then(|| written_days(&wish.days));
    let parts: Vec<String> = hours.into_iter().chain(days).collect();
    (!parts.is_empty()).then(|| parts.join(" "))
}
