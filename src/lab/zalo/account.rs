//! The API of an Official Account: a token in a header of its own, errors with status 200, and a window of seven days
//! for each person.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use hyper::StatusCode;
use hyper::header::CONTENT_TYPE;
use serde_json::{Value, json};

use super::Inner;
use super::answer::{Answered, unknown};
use super::plan::Plan;
use super::world::World;
use crate::lab::calls::{Call as Request, Param};
use crate::lab::clock;
use crate::lab::router::lock;

const TEXT: usize = 2_000;
/// After so long without a sign of life.
const ASLEEP: TimeDelta = TimeDelta::days(45);

pub(crate) fn call(server: &Arc<Inner>, path: &str, request: &Request) -> Answered {
    let plan = lock(&server.plan).clone();
    let now = clock::now();
    let mut world = lock(&server.world);
    if let Some(stale) = stale(&world, &plan, request, now) {
        return stale;
    }
    if is_too_fast(&mut world, &plan, now) {
        return refused(-32, "Your application has reached the limit");
    }
    if request.header(CONTENT_TYPE.as_str()).is_none_or(|kind| !kind.starts_with("application/json")) {
        return refused(-201, "the body is no JSON");
    }
    let word = |at: &str| {
        let (name, inner) = at.split_once('.')?;
        let value = request.params.get(name).and_then(Param::json)?;
        value.get(inner)?.as_str().map(str::to_owned)
    };
    match path {
        "v3.0/oa/message/cs" | "v3.0/oa/group/message" => {
            let whom = if path.ends_with("cs") { "user_id" } else { "group_id" };
            if plan.strict && !is_message(request, whom) {
                return refused(-201, "there is a field that nobody knows");
            }
            match (word(&format!("recipient.{whom}")), word("message.text")) {
                (Some(to), Some(text)) => send(&mut world, &plan, whom, &to, &text, now),
                _ => refused(-201, "recipient and text are wanted"),
            }
        }
        "v3.0/oa/quota/message" => quota(&world, request),
        "v2.0/oa/message" => refused(-240, "Message API v2 is off"),
        _ => refused(-201, "there is no such method"),
    }
}

/// A token that is not taken.
fn stale(world: &World, plan: &Plan, request: &Request, now: DateTime<Utc>) -> Option<Answered> {
    let token = request.header("access_token").unwrap_or_default();
    let (code, words) = match () {
        () if token == world.tokens.access && now < world.tokens.until && !token.is_empty() => return None,
        () if token == world.tokens.access || world.tokens.former.contains(token) => {
            (-220, "Access token has expired")
        }
        () => (-216, "Access token is invalid"),
    };
    let status = if plan.stale_as_401 { StatusCode::UNAUTHORIZED } else { StatusCode::OK };
    Some((status, json!({ "error": code, "message": words })))
}

fn is_too_fast(world: &mut World, plan: &Plan, now: DateTime<Utc>) -> bool {
    while world.calls.front().is_some_and(|at| now - *at >= TimeDelta::minutes(1)) {
        world.calls.pop_front();
    }
    let full = world.calls.len() >= plan.per_minute;
    if !full {
        world.calls.push_back(now);
    }
    full
}

fn is_message(request: &Request, whom: &str) -> bool {
    let has_only = |name: &str, known: &[&str]| {
        let value = request.params.get(name).and_then(Param::json);
        let names = value.as_ref().and_then(Value::as_object).map(|fields| fields.keys().map(String::as_str));
        names.is_some_and(|names| unknown(names, known).is_none())
    };
    let names = request.params.iter().map(|(name, _)| name);
    unknown(names, &["recipient", "message"]).is_none()
        && has_only("recipient", &[whom])
        && has_only("message", &["text", "attachment", "quote_message_id"])
}

fn send(world: &mut World, plan: &Plan, whom: &str, to: &str, text: &str, now: DateTime<Utc>) -> Answered {
    if text.is_empty() {
        return refused(-201, "text is empty");
    }
    if text.chars().count() > TEXT {
        return refused(-210, "text is longer than 2000 characters");
    }
    if whom == "group_id" {
        if !world.groups.contains(to) {
            return refused(-237, "the group has expired");
        }
    } else if let Some(refusal) = unreachable(world, to, now) {
        return refusal;
    }
    match &mut world.quota {
        Some(0) => return refused(-211, "the quota is used up"),
        Some(left) => *left -= 1,
        None => {}
    }
    let id = world.put(plan, to, text, true, now);
    let data = json!({ "message_id": id, whom: to, "sent_time": now.timestamp_millis().to_string() });
    (StatusCode::OK, json!({ "error": 0, "message": "Success", "data": data }))
}

fn unreachable(world: &World, to: &str, now: DateTime<Utc>) -> Option<Answered> {
    let Some(body) = world.people.get(to) else { return Some(refused(-201, "user_id is invalid")) };
    let asleep = body.shown_at.is_some_and(|at| now - at >= ASLEEP);
    Some(match () {
        () if !body.follows => refused(-213, "User has not followed OA"),
        () if body.restricts => refused(-244, "User has restricted this type of message"),
        () if asleep => refused(-227, "User is banned or has been inactive for more than 45 days"),
        () if !World::is_open(body, now) => {
            refused(-230, "User has not interacted with the OA in the past 7 days")
        }
        () => return None,
    })
}

fn quota(world: &World, request: &Request) -> Answered {
    let user = request.params.text("user_id").unwrap_or_default();
    let Some(body) = world.people.get(&user) else { return refused(-201, "user_id is invalid") };
    let last = body.shown_at.map(|at| at.timestamp_millis());
    (StatusCode::OK, json!({ "error": 0, "message": "Success", "data": { "last_interaction": last } }))
}

/// Errors come with status 200.
fn refused(code: i64, words: &str) -> Answered {
    (StatusCode::OK, json!({ "error": code, "message": words }))
}
