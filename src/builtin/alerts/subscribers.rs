//! `/subscribers`: who hears of alerts. The chat's own subscriptions and the routes that reach it; for
//! whoever administers the bot those of every chat.

use super::super::{Builtin, no_plan, nothing_to_settle, nothing_wanted};
use super::target::target;
use super::tell::reached;
use crate::model::{
    Block, Document, Ending, Facts, Resolved, Role, Route, Severity, Sign, Subscription, TaskResult, Text,
};
use crate::store::{StoreError, Work};

pub const SUBSCRIBERS: Builtin = Builtin {
    name: "subscribers",
    title: |_| text!("alerts.title"),
    plan: no_plan,
    wants: nothing_wanted,
    settle: nothing_to_settle,
    answer,
};

fn answer(_: &Resolved, facts: &Facts, _: &[TaskResult], work: &mut Work) -> Result<Document, StoreError> {
    let (here, elsewhere): (Vec<_>, Vec<_>) =
        work.subscriptions()?.into_iter().partition(|asked| asked.place == facts.place);
    let mut routes = Vec::new();
    for route in &facts.rules.routes {
        if reaches(route, facts, work)? {
            routes.push(route);
        }
    }
    let verdict = match (here.len(), routes.len()) {
        (0, 0) => text!("subscribe.hears_nothing"),
        (0, routes) => text!("subscribe.hears_routes", count = routes),
        (count, _) => text!("subscribe.hears", count = count),
    };
    let lines = here.iter().map(|asked| subscription(asked, facts));
    let lines = lines.chain(routes.into_iter().map(spoken));
    let document = lines.fold(Document::line(Sign::None, verdict, Ending::Well), with);
    Ok(match administers(facts) && !elsewhere.is_empty() {
        true => others(document, &elsewhere, facts, work)?,
        false => document,
    })
}

fn with(document: Document, text: Text) -> Document {
    document.with(Block::Detail { sign: Sign::None, text })
}

/// Whether the route tells something to the place one is in.
pub fn reaches(route: &Route, facts: &Facts, work: &Work) -> Result<bool, StoreError> {
    for place in route.to.iter().flat_map(|to| reached(to, facts)) {
        if work.now_at(&place)? == facts.place {
            return Ok(true);
        }
    }
    Ok(false)
}

/// `R1, warnings and worse, by ann since 14:02`
fn subscription(asked: &Subscription, facts: &Facts) -> Text {
    text!(
        "subscribe.line",
        what = what(target(&asked.selector, facts), asked.severity),
        who = facts.person_name(asked.author),
        since = asked.since
    )
}

fn what(selector: String, severity: Severity) -> Text {
    match severity {
        Severity::Warning => text!("subscribe.all_of", selector = selector),
        Severity::Critical => text!("subscribe.critical_of", selector = selector),
    }
}

fn spoken(route: &Route) -> Text {
    let what = what(route.selector.to_string(), route.severity);
    match route.hours {
        Some(hours) => {
            let clock = |time: chrono::NaiveTime| time.format("%H:%M").to_string();
            text!("subscribe.route_hours", what = what, from = clock(hours.from), until = clock(hours.until))
        }
        None => text!("subscribe.route", what = what),
    }
}

fn others(
    document: Document,
    elsewhere: &[Subscription],
    facts: &Facts,
    work: &Work,
) -> Result<Document, StoreError> {
    let mut document = with(document, text!("subscribe.elsewhere", count = elsewhere.len()));
    for asked in elsewhere {
        let title = work.chat(&asked.place)?.and_then(|chat| chat.title);
        let place = title.unwrap_or_else(|| asked.place.to_string());
        document = with(
            document,
            text!("subscribe.line_of", place = place, subscription = subscription(asked, facts)),
        );
    }
    Ok(document)
}

fn administers(facts: &Facts) -> bool {
    let person = facts.asker.as_ref();
    person.is_some_and(|person| facts.policy.may_ever(person, &facts.place, "subscribers.all", Role::Admin))
}
