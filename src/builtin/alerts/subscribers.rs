//! `/subscribers`: who hears of alerts. The chat's own subscriptions and the routes that reach it; those who
//! only read, wherever they are; and for whoever administers the bot every chat's. `test` tries one of them.

use super::super::{Builtin, no_plan, nothing_to_settle, nothing_wanted};
use super::shown::{self, administers};
use super::tell::reached;
use super::trial;
use crate::model::{
    Block, Document, Ending, Facts, Join, Resolved, Route, Sign, Subscription, TaskResult, Text,
};
use crate::store::{StoreError, Work};

/// More would not be read; the rest is counted.
const SHOWN: usize = 30;

pub const SUBSCRIBERS: Builtin = Builtin {
    name: "subscribers",
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
    match resolved.word("how") {
        Some(_) => trial::begin(resolved, facts, work),
        None => list(facts, work),
    }
}

fn list(facts: &Facts, work: &Work) -> Result<Document, StoreError> {
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
    let lines = here.iter().map(|asked| line(asked, facts));
    let lines = lines.chain(routes.into_iter().map(spoken));
    let document = lines.fold(Document::line(Sign::None, verdict, Ending::Well), with);
    let sees_all = administers(facts);
    let visible = |asked: &Subscription| sees_all || facts.doors.join(&asked.place.channel) != Join::Here;
    let elsewhere: Vec<_> = elsewhere.into_iter().filter(visible).collect();
    match elsewhere.is_empty() {
        true => Ok(document),
        false => others(document, &elsewhere, facts, work),
    }
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
fn line(asked: &Subscription, facts: &Facts) -> Text {
    text!(
        "subscribe.line",
        what = shown::wish(&asked.wish, facts),
        who = facts.person_name(asked.author),
        since = asked.since
    )
}

fn spoken(route: &Route) -> Text {
    let what = shown::what(route.selector.to_string(), route.severity);
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
    for asked in elsewhere.iter().take(SHOWN) {
        let line = text!(
            "subscribe.line_of",
            number = asked.id.to_string(),
            place = shown::place(&asked.place, asked.author, facts, work)?,
            subscription = line(asked, facts)
        );
        let (sign, state) = state(asked, facts, work)?;
        let text = match state {
            Some(state) => text!("subscribe.line_state", line = line, state = state),
            None => line,
        };
        document = document.with(Block::Detail { sign, text });
    }
    Ok(match elsewhere.len().saturating_sub(SHOWN) {
        0 => document,
        more => with(document, text!("subscribe.more", count = more)),
    })
}

/// Whether anything arrives there.
fn state(asked: &Subscription, facts: &Facts, work: &Work) -> Result<(Sign, Option<Text>), StoreError> {
    let (reached, now) = (work.reach_of(&asked.place)?, facts.now.wall);
    if let Some(why) = reached.refused {
        return Ok((Sign::Warning, Some(text!("subscribe.refused", why = why))));
    }
    if asked.confirmed_at.is_none() {
        let text = match work.codes_to(&asked.place, now)?.newest {
            Some(at) => text!("subscribe.waits", at = at),
            None => text!("subscribe.waits_no_more"),
        };
        return Ok((Sign::Held, Some(text)));
    }
    let last = work.last_delivered(&asked.place)?.map(|at| text!("subscribe.last", at = at));
    Ok(match (reached.window_ends, last) {
        (Some(ends), _) if ends <= now => (Sign::Warning, Some(text!("subscribe.window_over", at = ends))),
        (Some(ends), Some(last)) => {
            (Sign::None, Some(text!("subscribe.window_last", span = days(ends, now), last = last)))
        }
        (Some(ends), None) => (Sign::None, Some(text!("subscribe.window", span = days(ends, now)))),
        (None, last) => (Sign::None, last),
    })
}

/// Nobody counts the seconds of two days.
fn days(ends: crate::model::Timestamp, now: crate::model::Timestamp) -> std::time::Duration {
    const HOUR: u64 = 3_600;
    let left = ends.since(now).as_secs();
    let unit = match left {
        ..HOUR => 60,
        HOUR..172_800 => HOUR,
        _ => 24 * HOUR,
    };
    std::time::Duration::from_secs(left - left % unit)
}
