//! One call of the bot: whose token, which method, what is wrong on purpose, and then what the method does.

use std::sync::Arc;
use std::time::Duration;

use hyper::StatusCode;
use serde_json::{Value, json};

use super::api::{API, Method};
use super::check::Args;
use super::fault::{Aimed, Fault};
use super::log::{self, Call};
use super::methods;
use super::refusal::Refusal;
use super::{Inner, Point};
use crate::lab::calls::{Call as Request, Reply, Unread};
use crate::lab::clock;
use crate::lab::router::lock;

pub(crate) async fn answer(server: &Arc<Inner>, request: Request, read: Result<(), Unread>) -> Reply {
    let token = lock(&server.plan).token.clone();
    if let Some(path) = request.path.strip_prefix("/file/bot") {
        return file(server, path, &token);
    }
    let Some((said, name)) = request.path.strip_prefix("/bot").and_then(|path| path.split_once('/')) else {
        return refused(&Refusal::not_found());
    };
    let method = API.method(name);
    let chat = request.params.text("chat_id").and_then(|chat| chat.parse().ok());
    let call = Call {
        at: clock::now(),
        method: method.map_or(name, |method| method.name).to_owned(),
        chat,
        args: log::args(&request.params),
        answered: None,
        status: None,
        description: None,
    };
    let number = server.log.begin(call);
    let reply = match (decoded(said) == token, method) {
        (false, _) => refused(&Refusal::new(401, "Unauthorized")),
        (true, None) => {
            if API.is_not_played(name) {
                tracing::warn!(method = name, "lab: the service has this method, the lab does not play it");
            }
            refused(&Refusal::not_found())
        }
        (true, Some(method)) => played(server, method, chat, &request, read).await,
    };
    if let Reply::Answer(answer) = &reply {
        let status = answer.status().as_u16();
        let description = answer.extensions().get::<Told>().map(|told| told.0.clone());
        server.log.end(number, clock::now(), status, description);
    }
    reply
}

/// Clients may write the colon of a token as `%3A`.
fn decoded(token: &str) -> String {
    token.replace("%3A", ":").replace("%3a", ":")
}

/// Why a call was refused, kept beside the answer for the log.
#[derive(Clone)]
struct Told(String);

fn refused(refusal: &Refusal) -> Reply {
    let status = StatusCode::from_u16(refusal.code).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut reply = Reply::json(status, &refusal.body());
    if let Reply::Answer(answer) = &mut reply {
        answer.extensions_mut().insert(Told(refusal.description.clone()));
    }
    match refusal.retry_after() {
        Some(seconds) => reply.with_header("retry-after", &seconds.to_string()),
        None => reply,
    }
}

async fn played(
    server: &Arc<Inner>,
    method: &'static Method,
    chat: Option<i64>,
    request: &Request,
    read: Result<(), Unread>,
) -> Reply {
    let about = |words: &String| words.is_empty() || method.name.eq_ignore_ascii_case(words);
    server.pause(|point| matches!(point, Point::BeforeCall(words) if about(words))).await;
    let faults = Aimed::spend(&mut lock(&server.faults), method.name, chat);
    let mut is_cut_after = false;
    for fault in faults {
        match fault {
            Fault::Unreachable => {}
            Fault::TooMany(seconds) => return refused(&Refusal::too_many(seconds)),
            Fault::Html(status) => return html(status),
            Fault::Refuse(code, description) => return refused(&Refusal::new(code, description)),
            Fault::Hang => return std::future::pending().await,
            Fault::CutBefore => return Reply::Cut,
            Fault::CutAfter => is_cut_after = true,
            Fault::Slow(delay) => tokio::time::sleep(delay).await,
        }
    }
    let strict = lock(&server.plan).strict;
    let done = match checked(method, request, read, strict) {
        Ok(args) => methods::call(server, method.name, args).await,
        Err(refusal) => Err(refusal),
    };
    server.pause(|point| matches!(point, Point::AfterCall(words) if about(words))).await;
    match done {
        _ if is_cut_after => Reply::Cut,
        Ok(result) => Reply::json(StatusCode::OK, &json!({ "ok": true, "result": result })),
        Err(refusal) => refused(&refusal),
    }
}

fn checked(
    method: &Method,
    request: &Request,
    read: Result<(), Unread>,
    strict: bool,
) -> Result<Args, Refusal> {
    match read {
        Ok(()) if matches!(request.method.as_str(), "GET" | "POST") => {
            Args::check(method, &request.params, strict)
        }
        Ok(()) => Err(Refusal::new(405, "Method Not Allowed")),
        Err(Unread::TooLarge) => Err(Refusal::new(413, "Request Entity Too Large")),
        Err(Unread::Malformed(why)) => Err(Refusal::bad(format_args!("can't parse the request: {why}"))),
    }
}

/// What the server in front says for itself.
fn html(status: u16) -> Reply {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_GATEWAY);
    let page = format!(
        "<html>\r\n<head><title>{status}</title></head>\r\n<body>\r\n<center><h1>{status}</h1></center>\r\n\
         <hr><center>nginx/1.18.0</center>\r\n</body>\r\n</html>\r\n"
    );
    Reply::new(status, "text/html", page)
}

/// A file that `getFile` named.
fn file(server: &Arc<Inner>, path: &str, token: &str) -> Reply {
    let Some((said, path)) = path.split_once('/') else { return refused(&Refusal::not_found()) };
    if decoded(said) != token {
        return refused(&Refusal::new(401, "Unauthorized"));
    }
    let id = path.rsplit('/').next().unwrap_or_default();
    match lock(&server.world).files.get(id) {
        Some(file) => Reply::new(StatusCode::OK, "application/octet-stream", file.bytes.clone()),
        None => refused(&Refusal::not_found()),
    }
}

/// The answer of a method.
pub(crate) type Answered = Result<Value, Refusal>;

/// A long poll ends by then, whatever the bot asks.
pub(crate) const LONGEST_POLL: Duration = Duration::from_secs(50);
