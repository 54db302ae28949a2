//! The Web API: a call enters, an answer leaves. On the way: what is wrong on purpose, the token, the pace, the table
//! of methods, and then the method itself; every call is noted with its answer.

mod channels;
mod chat;
mod files;
pub(crate) mod hooks;
mod people;
mod views;

use std::sync::Arc;

use hyper::{Method as Verb, StatusCode};
use serde_json::{Map, Value, json};
use tokio::time::Instant;

use super::arguments::Arguments;
use super::fault::{SlackFault, SlackWrong};
use super::form::merge;
use super::methods::{Method, TokenKind};
use super::plan::{APP, BOT, BOT_USER, TEAM};
use super::refusal::{Answered, Refusal};
use super::seen::SlackCall;
use super::{Inner, lock};
use crate::lab::calls::{Call, Param, Reply, Unread};
use crate::lab::clock;
use crate::lab::fault::Point;

/// So many calls are remembered; a lab that runs for weeks must not grow.
const CALLS: usize = 50_000;

pub(crate) async fn answer(inner: &Arc<Inner>, call: Call, read: Result<(), Unread>) -> Reply {
    let path = call.path.clone();
    let (name, rest) = match path.trim_start_matches('/').split_once('/') {
        Some(("api", name)) => (name.trim_end_matches('/'), None),
        Some(("hooks", rest)) => ("response_url", Some(rest)),
        Some(("upload", rest)) => ("upload", Some(rest)),
        _ => return html(StatusCode::NOT_FOUND),
    };
    let asked = asked(&call);
    let channel = asked.get("channel").or_else(|| asked.get("channel_id")).and_then(Value::as_str);
    inner.pause(&Point::BeforeCall(name.to_owned())).await;
    let mut log = Log { inner, name, arguments: asked.clone() };
    let wrong = inner.trouble(name, channel);
    match &wrong {
        Some(SlackWrong::Hang) => std::future::pending().await,
        Some(SlackWrong::Slow(delay)) => tokio::time::sleep(*delay).await,
        Some(SlackWrong::CutBefore) => return log.cut(),
        Some(SlackWrong::Html(status)) => return log.html(*status),
        Some(SlackWrong::RateLimited(after)) => return log.limited(*after),
        Some(SlackWrong::Error(error)) => return log.answer(&Err(Refusal::new(error.as_str()))),
        Some(SlackWrong::CutAfter) | None => {}
    }
    let reply = match rest {
        Some(rest) if name == "upload" => log.plain(files::take(inner, rest, &call)),
        Some(rest) => log.plain(hooks::post(inner, rest, &call)),
        None => method(inner, &mut log, &call, read),
    };
    inner.pause(&Point::AfterCall(name.to_owned())).await;
    if wrong == Some(SlackWrong::CutAfter) { Reply::Cut } else { reply }
}

/// The arguments as they came, for the log and for the channel in them.
fn asked(call: &Call) -> Value {
    let mut all = Map::new();
    for (name, param) in call.params.iter().filter(|(name, _)| *name != "token") {
        let value = match param {
            Param::Text(text) => json!(text),
            Param::Json(value) => value.clone(),
            Param::File(file) => json!({ "file": file.name, "size": file.bytes.len() }),
        };
        all.insert(name.to_owned(), value);
    }
    Value::Object(all)
}

fn method(inner: &Arc<Inner>, log: &mut Log<'_>, call: &Call, read: Result<(), Unread>) -> Reply {
    let checked = admitted(inner, log.name, call, read);
    let (method, arguments) = match checked {
        Ok(admitted) => admitted,
        Err(refusal) => return log.answer(&Err(refusal)),
    };
    log.arguments = arguments.value();
    if inner.plan.tiers {
        let channel = arguments.text("channel");
        if let Some(wait) = lock(&inner.pace).take(method, channel, Instant::now()) {
            return log.limited(wait.as_secs());
        }
    }
    let answered = done(inner, method.name, &arguments);
    log.answer(&answered)
}

/// Whether the call may be done at all.
fn admitted(
    inner: &Inner,
    name: &str,
    call: &Call,
    read: Result<(), Unread>,
) -> Result<(&'static Method, Arguments), Refusal> {
    let method = Method::named(name).ok_or_else(|| Refusal::new("unknown_method"))?;
    if call.method != Verb::POST && call.method != Verb::GET {
        return Err(Refusal::new("invalid_request_method"));
    }
    let is_json = call.header("content-type").is_some_and(|kind| kind.starts_with("application/json"));
    authorized(inner, method, call)?;
    if let Err(unread) = read {
        tracing::debug!(?unread, name, "lab: a call that could not be read");
        return Err(Refusal::new(if is_json { "json_not_object" } else { "invalid_form_data" }));
    }
    if is_json && !method.json && !call.body.is_empty() {
        return Err(Refusal::because(
            "invalid_arguments",
            ["this method reads a query or a form, not JSON".to_owned()],
        ));
    }
    Ok((method, Arguments::checked(method, &call.params)?))
}

/// A token stands in the header, or in a form; in JSON it does not count.
fn authorized(inner: &Inner, method: &Method, call: &Call) -> Result<(), Refusal> {
    let bearer = call.header("authorization").and_then(|value| value.strip_prefix("Bearer "));
    let in_form = match call.params.get("token") {
        Some(Param::Text(token)) => Some(token.as_str()),
        _ => None,
    };
    let plan = &inner.plan;
    let kind = match bearer.or(in_form).map(str::trim) {
        None | Some("") => None,
        Some(token) if token == plan.bot_token => Some(TokenKind::Bot),
        Some(token) if token == plan.app_token => Some(TokenKind::App),
        Some(_) if method.token == TokenKind::None => None,
        Some(_) => return Err(Refusal::new("invalid_auth")),
    };
    match (method.token, kind) {
        (TokenKind::None, _) => return Ok(()),
        (_, None) => return Err(Refusal::new("not_authed")),
        (_, Some(_)) if inner.has(&SlackFault::TokenRevoked) => return Err(Refusal::new("token_revoked")),
        (wanted, Some(kind)) if wanted != kind => return Err(Refusal::new("not_allowed_token_type")),
        _ => {}
    }
    let scopes = plan.scopes.as_deref().filter(|_| method.token == TokenKind::Bot);
    let has = |scopes: &[String]| {
        method.scopes.is_empty() || method.scopes.iter().any(|scope| scopes.iter().any(|has| has == scope))
    };
    match scopes {
        Some(scopes) if !has(scopes) => Err(Refusal::missing_scope(method.scopes, scopes)),
        _ => Ok(()),
    }
}

fn done(inner: &Arc<Inner>, name: &str, arguments: &Arguments) -> Answered {
    match name {
        "api.test" => tested(arguments),
        "auth.test" => Ok(json!({
            "url": format!("https://{}.slack.com/", inner.plan.domain),
            "team": inner.plan.team,
            "user": inner.plan.bot,
            "team_id": TEAM,
            "user_id": BOT_USER,
            "bot_id": BOT,
            "app_id": APP,
            "is_enterprise_install": false,
        })),
        "apps.connections.open" => {
            let address = inner.sockets.ticket(inner.courier.id());
            Ok(json!({ "url": format!("ws://{}{address}", inner.link.address) }))
        }
        "chat.postMessage" => chat::post(inner, arguments),
        "chat.postEphemeral" => chat::post_ephemeral(inner, arguments),
        "chat.update" => chat::update(inner, arguments),
        "chat.delete" => chat::delete(inner, arguments),
        "chat.getPermalink" => chat::permalink(inner, arguments),
        "reactions.add" => chat::react(inner, arguments),
        "conversations.info" => channels::info(inner, arguments),
        "conversations.list" => channels::list(inner, arguments),
        "conversations.members" => channels::members(inner, arguments),
        "conversations.history" => channels::history(inner, arguments, None),
        "conversations.replies" => channels::history(inner, arguments, arguments.text("ts")),
        "conversations.open" => channels::open(inner, arguments),
        "conversations.join" => channels::join(inner, arguments),
        "users.info" => people::info(inner, arguments),
        "users.list" => people::list(inner, arguments),
        "team.info" => people::team(inner, arguments),
        "bots.info" => people::bot(inner, arguments),
        "views.open" => views::open(inner, arguments),
        "views.push" => views::push(inner, arguments),
        "views.update" => views::update(inner, arguments),
        "files.getUploadURLExternal" => files::address(inner, arguments),
        "files.completeUploadExternal" => files::complete(inner, arguments),
        "files.info" => files::info(inner, arguments),
        // The table has a name that is not here; a test says which.
        _ => Err(Refusal::new("unknown_method")),
    }
}

fn tested(arguments: &Arguments) -> Answered {
    match arguments.text("error") {
        Some(error) => Err(Refusal::new(error)),
        None => Ok(json!({ "args": arguments.value() })),
    }
}

/// Notes a call together with its answer.
struct Log<'a> {
    inner: &'a Inner,
    name: &'a str,
    arguments: Value,
}

impl Log<'_> {
    fn note(&self, status: u16, error: Option<String>, answer: Value) {
        let call = SlackCall {
            at: clock::now(),
            method: self.name.to_owned(),
            arguments: self.arguments.clone(),
            status,
            error,
            answer,
        };
        self.inner.change(|world| {
            if world.calls.len() >= CALLS {
                world.calls.pop_front();
            }
            world.calls.push_back(call);
        });
    }

    fn answer(&self, answered: &Answered) -> Reply {
        let (error, body) = match answered {
            Ok(value) => {
                let mut body = Map::new();
                body.insert("ok".to_owned(), json!(true));
                merge(&mut body, value.clone());
                (None, Value::Object(body))
            }
            Err(refusal) => (Some(refusal.error.clone()), refusal.body()),
        };
        self.note(200, error, body.clone());
        let reply = Reply::json(StatusCode::OK, &body);
        match &self.inner.plan.scopes {
            Some(scopes) => reply.with_header("x-oauth-scopes", &scopes.join(",")),
            None => reply,
        }
    }

    fn plain(&self, answered: Result<String, (u16, &'static str)>) -> Reply {
        match answered {
            Ok(said) => {
                self.note(200, None, json!(said));
                Reply::new(StatusCode::OK, "text/plain; charset=utf-8", said)
            }
            Err((status, error)) => {
                let body = json!({ "ok": false, "error": error });
                self.note(status, Some(error.to_owned()), body.clone());
                Reply::json(StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_REQUEST), &body)
            }
        }
    }

    fn limited(&self, after: u64) -> Reply {
        let body = json!({ "ok": false, "error": "ratelimited" });
        self.note(429, Some("ratelimited".to_owned()), body.clone());
        Reply::json(StatusCode::TOO_MANY_REQUESTS, &body).with_header("retry-after", &after.to_string())
    }

    fn html(&self, status: u16) -> Reply {
        self.note(status, None, Value::Null);
        html(StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_GATEWAY))
    }

    fn cut(&self) -> Reply {
        self.note(0, None, Value::Null);
        Reply::Cut
    }
}

fn html(status: StatusCode) -> Reply {
    let page = format!("<!DOCTYPE html><html><body><h1>{status}</h1><p>The lab says so.</p></body></html>");
    Reply::new(status, "text/html; charset=utf-8", page)
}

/// A page of a list: from the cursor on, so many, and where the next one begins.
fn page<T>(all: Vec<T>, arguments: &Arguments, most: u64) -> Result<(Vec<T>, String), Refusal> {
    let start = match arguments.text("cursor") {
        Some(cursor) => cursor
            .strip_prefix("lab-")
            .and_then(|number| number.parse::<usize>().ok())
            .ok_or_else(|| Refusal::new("invalid_cursor"))?,
        None => 0,
    };
    let limit = arguments.number("limit").filter(|limit| *limit > 0).unwrap_or(100).min(most);
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let end = start.saturating_add(limit);
    let next = if end < all.len() { format!("lab-{end}") } else { String::new() };
    Ok((all.into_iter().skip(start).take(limit).collect(), next))
}
