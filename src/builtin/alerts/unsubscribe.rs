//! `/unsubscribe`: the chat one is in, or somebody else by address or number, which is for whoever asked for
//! it and for admins. One who is nobody to the bot leaves by a word. What was told is told to its end.

use super::super::{Builtin, no_plan, nothing_to_settle, nothing_wanted};
use super::target::target;
use super::wish::{self, Words};
use super::{one, shown};
use crate::model::{
    Destination, Document, Ending, Facts, Resolved, Selector, Sign, Subscription, SubscriptionId, TaskResult,
};
use crate::store::{StoreError, Work};

pub const UNSUBSCRIBE: Builtin = Builtin {
    name: "unsubscribe",
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
        Ok(words) if words.only_whom() => words,
        Ok(_) => return Ok(one::refused(text!("subscribe.end_whom"))),
        Err(document) => return Ok(document),
    };
    let typed = words.what.as_deref();
    let selector = match typed.map(str::parse::<Selector>) {
        None => None,
        Some(Ok(selector)) => Some(selector).filter(|selector| !selector.is_all()),
        Some(Err(_)) => {
            return Ok(one::refused(text!("alerts.not_a_target", typed = typed.unwrap_or_default())));
        }
    };
    match (&words, place(&words, facts)) {
        (Words { number: Some(number), .. }, _) => by_number(*number, facts, work),
        (Words { door: Some(door), .. }, None) => {
            Ok(one::refused(text!("subscribe.end_which", channel = door.name.as_str())))
        }
        (_, None) => here(selector.as_ref(), facts, work),
        (_, Some(place)) => there(&place, selector.as_ref(), facts, work),
    }
}

/// Somebody else's place.
fn place(words: &Words, facts: &Facts) -> Option<Destination> {
    let (door, address) = words.door.as_ref().zip(words.address.as_ref())?;
    let place = Destination { channel: door.name.clone(), address: address.clone() };
    (place != facts.place).then_some(place)
}

fn here(selector: Option<&Selector>, facts: &Facts, work: &mut Work) -> Result<Document, StoreError> {
    let here = work.subscriptions_of(&facts.place)?;
    let ended = work.unsubscribe(&facts.place, selector, facts.now.wall)?;
    Ok(match (ended, here.len()) {
        (0, 0) => Document::line(Sign::None, text!("subscribe.none"), Ending::Well),
        (0, _) => one::refused(text!("subscribe.not_that", subscriptions = held(&here, facts))),
        (ended, _) => Document::line(Sign::Done, text!("subscribe.ended", count = ended), Ending::Well)
            .with_detail(text!("subscribe.rest")),
    })
}

fn there(
    place: &Destination,
    selector: Option<&Selector>,
    facts: &Facts,
    work: &mut Work,
) -> Result<Document, StoreError> {
    let asked = work.subscriptions_of(place)?;
    let (mine, others): (Vec<_>, Vec<_>) =
        asked.into_iter().partition(|asked| shown::may_change(asked, facts));
    let address = place.address.as_str();
    // Whether others asked for it there is theirs to know.
    if mine.is_empty() {
        return Ok(Document::line(
            Sign::Refused,
            text!("subscribe.none_of_yours", place = address),
            Ending::Badly,
        ));
    }
    let wanted: Vec<&Subscription> = mine
        .iter()
        .filter(|asked| selector.is_none_or(|selector| asked.wish.selector == *selector))
        .collect();
    if wanted.is_empty() {
        let subscriptions = held(&mine, facts);
        return Ok(one::refused(text!(
            "subscribe.not_that_there",
            place = address,
            subscriptions = subscriptions
        )));
    }
    for asked in &wanted {
        work.unsubscribe(place, Some(&asked.wish.selector), facts.now.wall)?;
    }
    let text = text!("subscribe.ended_there", count = wanted.len(), place = address);
    let document = Document::line(Sign::Done, text, Ending::Well).with_detail(text!("subscribe.rest_there"));
    Ok(match others.is_empty() {
        true => document,
        false => document.with_detail(text!("subscribe.others_there", place = address)),
    })
}

fn by_number(number: SubscriptionId, facts: &Facts, work: &mut Work) -> Result<Document, StoreError> {
    match work.subscription(number)?.filter(|asked| shown::may_change(asked, facts)) {
        Some(asked) if asked.place == facts.place => here(Some(&asked.wish.selector), facts, work),
        Some(asked) => there(&asked.place, Some(&asked.wish.selector), facts, work),
        None => Ok(one::refused(text!("subscribe.no_such", number = number.to_string()))),
    }
}

fn held(asked: &[Subscription], facts: &Facts) -> Vec<String> {
    asked.iter().map(|asked| target(&asked.wish.selector, facts)).collect()
}

/// Somebody whom the bot may not know says that enough was told here. None where nothing is told.
pub fn leave(facts: &Facts, work: &mut Work) -> Result<Option<Document>, StoreError> {
    let ended = work.unsubscribe(&facts.place, None, facts.now.wall)?;
    let text = text!("subscribe.left");
    Ok((ended > 0)
        .then(|| Document::line(Sign::Done, text, Ending::Well).with_detail(text!("subscribe.rest"))))
}
