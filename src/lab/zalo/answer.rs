//! One call: which API it is for, what is wrong on purpose, and then what it does.

use std::sync::Arc;

use hyper::{Method, StatusCode};
use serde_json::{Map, Value, json};

use super::fault::{Aimed, Fault};
use super::log::{CALLS, Call};
use super::{Inner, account, bot, oauth};
use crate::lab::calls::{Call as Request, Param, Params, Reply, Unread};
use crate::lab::clock;
use crate::lab::fault::Point;
use crate::lab::router::lock;

/// What a call comes to: status and body.
pub(crate) type Answered = (StatusCode, Value);

pub(crate) enum For<'a> {
    Bot { token: &'a str, method: &'a str },
    Account(&'a str),
    OAuth,
}

impl<'a> For<'a> {
    fn read(path: &'a str) -> Option<For<'a>> {
        if let Some((token, method)) = path.strip_prefix("/bot").and_then(|rest| rest.split_once('/')) {
            return Some(For::Bot { token, method });
        }
        match path.strip_prefix('/')? {
            "v4/oa/access_token" => Some(For::OAuth),
            path if path.starts_with("v3.0/oa/") || path.starts_with("v2.0/oa/") => Some(For::Account(path)),
            _ => None,
        }
    }

    /// As faults and tests call it.
    fn name(&self) -> &'a str {
        match self {
            For::Bot { method, .. } => method,
            For::Account(path) => path,
            For::OAuth => "v4/oa/access_token",
        }
    }

    /// In the envelope of the API.
    fn refusal(&self, code: i64, words: &str) -> Answered {
        let body = match self {
            For::Bot { .. } => json!({ "ok": false, "error_code": code, "description": words }),
            For::Account(_) => json!({ "error": code, "message": words }),
            For::OAuth => json!({ "error": code, "error_name": words, "error_description": words }),
        };
        (StatusCode::OK, body)
    }
}

pub(crate) async fn answer(server: &Arc<Inner>, request: Request, read: Result<(), Unread>) -> Reply {
    let Some(whom) = For::read(&request.path) else {
        return Reply::new(StatusCode::NOT_FOUND, "text/plain", "not here");
    };
    let name = whom.name().to_owned();
    let number = begin(server, &name, args(&request.params));
    let about = |words: &String| words.is_empty() || *words == name;
    server.pause(|point| matches!(point, Point::BeforeCall(words) if about(words))).await;
    let fault = Aimed::spend(&mut lock(&server.faults), &name);
    let is_cut = fault == Some(Fault::CutAfter);
    let (status, body) = match fault {
        None | Some(Fault::Unreachable | Fault::CutAfter) => done(server, &whom, &request, read).await,
        Some(Fault::Html(status)) => {
            let status = StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_GATEWAY);
            return Reply::new(status, "text/html", format!("<html><h1>{status}</h1></html>"));
        }
        Some(Fault::Refuse(code, words)) => whom.refusal(code, &words),
        Some(Fault::Hang) => return std::future::pending().await,
        Some(Fault::CutBefore) => return Reply::Cut,
    };
    server.pause(|point| matches!(point, Point::AfterCall(words) if about(words))).await;
    end(server, number, &body);
    match is_cut {
        true => Reply::Cut,
        false => Reply::json(status, &body),
    }
}

async fn done(server: &Arc<Inner>, whom: &For<'_>, request: &Request, read: Result<(), Unread>) -> Answered {
    if read.is_err() || request.method != Method::POST {
        let code = if matches!(whom, For::Bot { .. }) { 400 } else { -201 };
        return whom.refusal(code, "the request cannot be read");
    }
    match whom {
        For::Bot { token, method } => bot::call(server, token, method, request).await,
        For::Account(path) => account::call(server, path, request),
        For::OAuth => oauth::call(server, request),
    }
}

fn begin(server: &Inner, method: &str, args: Value) -> usize {
    let number = {
        let mut log = lock(&server.log);
        if log.1.len() >= CALLS {
            log.1.pop_front();
            log.0 += 1;
        }
        log.1.push_back(Call { at: clock::now(), method: method.to_owned(), args, answer: None });
        log.0 + log.1.len() - 1
    };
    server.tell_news();
    number
}

fn end(server: &Inner, number: usize, answer: &Value) {
    {
        let mut log = lock(&server.log);
        let place = number.checked_sub(log.0);
        if let Some(call) = place.and_then(|place| log.1.get_mut(place)) {
            call.answer = Some(answer.clone());
        }
    }
    server.tell_news();
}

fn args(params: &Params) -> Value {
    let one = |(name, param): (&str, &Param)| {
        let value = match param {
            Param::Text(text) => Value::from(text.as_str()),
            Param::Json(value) => value.clone(),
            Param::File(file) => Value::from(file.name.as_str()),
        };
        (name.to_owned(), value)
    };
    Value::Object(params.iter().map(one).collect::<Map<_, _>>())
}

/// The first field of these that nobody knows.
pub(crate) fn unknown<'a>(names: impl IntoIterator<Item = &'a str>, known: &[&str]) -> Option<&'a str> {
    names.into_iter().find(|name| !known.contains(name))
}
