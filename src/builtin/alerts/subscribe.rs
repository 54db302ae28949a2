//! `/subscribe [selector] [severity]` and `/unsubscribe [selector|all]`: the chat one is in hears of
//! alerts beside those that the routes name. What was told is told to its end in any case.

use super::super::{Builtin, no_plan, nothing_to_settle, nothing_wanted, say};
use super::one;
use super::subscribers::reaches;
use super::target::{routers, target};
use crate::model::route::Route;
use crate::model::{Document, Ending, Facts, Resolved, Selector, Severity, Sign, Subscription, TaskResult};
use crate::store::{StoreError, Work};

pub const SUBSCRIBE: Builtin = Builtin {
    name: "subscribe",
    title: |_| text!("alerts.title"),
    plan: no_plan,
    wants: nothing_wanted,
    settle: nothing_to_settle,
    answer: subscribed,
};

pub const UNSUBSCRIBE: Builtin = Builtin {
    name: "unsubscribe",
    title: |_| text!("alerts.title"),
    plan: no_plan,
    wants: nothing_wanted,
    settle: nothing_to_settle,
    answer: unsubscribed,
};

fn subscribed(
    resolved: &Resolved,
    facts: &Facts,
    _: &[TaskResult],
    work: &mut Work,
) -> Result<Document, StoreError> {
    let (typed, severity) = wanted(resolved, facts);
    let (selector, named) = match routers(typed, resolved, facts) {
        Ok(found) => found,
        Err(document) => return Ok(document),
    };
    let new = Subscription {
        place: facts.place.clone(),
        selector,
        severity,
        author: resolved.invocation.asker,
        since: facts.now.wall,
    };
    work.subscribe(&new)?;
    let text = match severity {
        Severity::Warning => text!("subscribe.done", what = named),
        Severity::Critical => text!("subscribe.done_critical", what = named),
    };
    let open = work.open_alerts()?.into_iter().filter(|alert| alert.held.is_none());
    let open = open.filter(|alert| {
        let device = facts.inventory.device(alert.key.device);
        device.is_some_and(|device| new.takes(alert.severity, device))
    });
    let document = Document::line(Sign::Done, text, Ending::Well).with_detail(text!("subscribe.until"));
    let document = match is_told_anyway(&new, facts, work)? {
        true => document.with_detail(text!("subscribe.told_anyway")),
        false => document,
    };
    let document = match open.count() {
        0 => document,
        count => document.with_detail(text!("subscribe.open", count = count)),
    };
    let line = format!("/unsubscribe {}", target(&new.selector, facts));
    Ok(document.with_button(say::looking(facts, "unsubscribe", text!("subscribe.end_button"), line)))
}

/// Whether one route, at all hours, brings everything here that was asked for.
fn is_told_anyway(new: &Subscription, facts: &Facts, work: &Work) -> Result<bool, StoreError> {
    let covers = |route: &Route| {
        let mut asked = facts.inventory.matching(&new.selector);
        route.hours.is_none()
            && route.severity <= new.severity
            && asked.all(|device| route.selector.matches(device))
    };
    for route in facts.rules.routes.iter().filter(|route| covers(route)) {
        if reaches(route, facts, work)? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// `/subscribe critical` means every router; one that is called so wins.
fn wanted<'a>(resolved: &'a Resolved, facts: &Facts) -> (&'a str, Severity) {
    let severity =
        |typed: &str| Severity::ALL.into_iter().find(|known| known.name().eq_ignore_ascii_case(typed));
    let what = resolved.word("what").unwrap_or("all");
    let least = resolved.word("severity").and_then(severity);
    match (least, severity(what).filter(|_| facts.inventory.named(what).is_none())) {
        (None, Some(only)) => ("all", only),
        (least, _) => (what, least.unwrap_or(Severity::Warning)),
    }
}

fn unsubscribed(
    resolved: &Resolved,
    facts: &Facts,
    _: &[TaskResult],
    work: &mut Work,
) -> Result<Document, StoreError> {
    let mut here = work.subscriptions()?;
    here.retain(|asked| asked.place == facts.place);
    let selector = match resolved.word("what").map(str::parse::<Selector>) {
        None => None,
        Some(Ok(selector)) => Some(selector).filter(|selector| !selector.is_all()),
        Some(Err(_)) => {
            let typed = resolved.word("what").unwrap_or_default();
            return Ok(one::refused(text!("alerts.not_a_target", typed = typed)));
        }
    };
    let ended = work.unsubscribe(&facts.place, selector.as_ref(), facts.now.wall)?;
    Ok(match (ended, here.len()) {
        (0, 0) => Document::line(Sign::None, text!("subscribe.none"), Ending::Well),
        (0, _) => {
            let held: Vec<String> = here.iter().map(|asked| target(&asked.selector, facts)).collect();
            one::refused(text!("subscribe.not_that", subscriptions = held))
        }
        (ended, _) => Document::line(Sign::Done, text!("subscribe.ended", count = ended), Ending::Well)
            .with_detail(text!("subscribe.rest")),
    })
}
