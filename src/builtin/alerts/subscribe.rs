//! `/subscribe`: the chat one is in hears of alerts beside those that the routes name; or an address that is
//! asked first, or whoever sends a code from a service where nobody can be asked for. What was told is told
//! to its end in any case.

use super::super::{Builtin, no_plan, nothing_to_settle, nothing_wanted, say};
use super::subscribers::reaches;
use super::target::{routers, target};
use super::wish::{self, Words};
use super::{invite, shown};
use crate::model::route::Route;
use crate::model::{
    Document, Door, Ending, Facts, Join, Resolved, Severity, Sign, Subscription, SubscriptionId, TaskResult,
    Text, Wish,
};
use crate::store::{StoreError, Work};

pub const SUBSCRIBE: Builtin = Builtin {
    name: "subscribe",
    title: |_| text!("alerts.title"),
    plan: no_plan,
    wants: nothing_wanted,
    settle: nothing_to_settle,
    answer,
};

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
    if let Some(number) = words.number {
        let number = number.to_string();
        return Ok(wish::refused(text!("subscribe.no_number", number = number)));
    }
    let what = words.what.as_deref().unwrap_or("all");
    let (selector, named) = match routers(what, resolved, facts) {
        Ok(found) => found,
        Err(document) => return Ok(wish::meant(what, facts).unwrap_or(document)),
    };
    let wish = words.wish(selector);
    match elsewhere(&words, facts) {
        None => here(wish, named, resolved, facts, work),
        Some(Door { join: Join::Here, name, .. }) => {
            Ok(wish::refused(text!("subscribe.ask_there", channel = name)))
        }
        Some(door @ Door { join: Join::Mailed, .. }) => match words.address {
            Some(address) => invite::by_mail(&door, address, wish, resolved, facts, work),
            None => Ok(wish::refused(text!(
                "subscribe.needs_address",
                channel = door.name,
                example = door.example
            ))),
        },
        Some(door @ Door { join: Join::Sent, .. }) => match words.address {
            Some(_) => Ok(wish::refused(text!("subscribe.no_address", channel = door.name))),
            None => invite::by_code(&door, wish, resolved, facts, work),
        },
    }
}

/// The door that was named, unless it is the one that one stands in.
fn elsewhere(words: &Words, facts: &Facts) -> Option<Door> {
    let door = words.door.clone()?;
    let is_here = door.name == facts.place.channel
        && words.address.as_ref().is_none_or(|address| *address == facts.place.address);
    (!is_here).then_some(door)
}

fn here(
    wish: Wish,
    named: Text,
    resolved: &Resolved,
    facts: &Facts,
    work: &mut Work,
) -> Result<Document, StoreError> {
    let now = facts.now.wall;
    let new = Subscription {
        id: SubscriptionId(0),
        place: facts.place.clone(),
        wish,
        author: resolved.invocation.asker,
        since: now,
        confirmed_at: Some(now),
    };
    work.subscribe(&new)?;
    let text = match new.wish.severity {
        Severity::Warning => text!("subscribe.done", what = named),
        Severity::Critical => text!("subscribe.done_critical", what = named),
    };
    let open = work.open_alerts()?.into_iter().filter(|alert| alert.held.is_none());
    let open = open.filter(|alert| {
        let device = facts.inventory.device(alert.key.device);
        device.is_some_and(|device| new.covers(alert.severity, device))
    });
    let mut document = Document::line(Sign::Done, text, Ending::Well);
    if let Some(hours) = shown::times(&new.wish) {
        let zone = zone_of(&new.place, facts, work)?.name().to_owned();
        document = document.with_detail(text!("subscribe.hours", hours = hours, zone = zone));
    }
    document = document.with_detail(text!("subscribe.until"));
    if is_told_anyway(&new, facts, work)? {
        document = document.with_detail(text!("subscribe.told_anyway"));
    }
    if let count @ 1.. = open.count() {
        document = document.with_detail(text!("subscribe.open", count = count));
    }
    let line = format!("/unsubscribe {}", target(&new.wish.selector, facts));
    Ok(document.with_button(say::looking(facts, "unsubscribe", text!("subscribe.end_button"), line)))
}

/// The zone in which the hours of a place are read.
pub fn zone_of(
    place: &crate::model::Destination,
    facts: &Facts,
    work: &Work,
) -> Result<chrono_tz::Tz, StoreError> {
    Ok(work.chat(place)?.map_or(facts.zone, |chat| chat.reader.time_zone))
}

/// Whether one route, at all hours, brings everything here that was asked for.
fn is_told_anyway(new: &Subscription, facts: &Facts, work: &Work) -> Result<bool, StoreError> {
    let covers = |route: &Route| {
        let mut asked = facts.inventory.matching(&new.wish.selector);
        route.hours.is_none()
            && route.severity <= new.wish.severity
            && asked.all(|device| route.selector.matches(device))
    };
    for route in facts.rules.routes.iter().filter(|route| covers(route)) {
        if reaches(route, facts, work)? {
            return Ok(true);
        }
    }
    Ok(false)
}
