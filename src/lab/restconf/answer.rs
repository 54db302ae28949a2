//! One request, from the first byte to the answer: noted, held, authenticated (each one anew, as the router does), and
//! then answered from the router's state.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::{Bytes, Incoming};
use hyper::header::{ACCEPT, ALLOW, AUTHORIZATION, CONTENT_TYPE, WWW_AUTHENTICATE};
use hyper::{Method, Request, Response, StatusCode};
use serde_json::{Map, Value};

use super::fields::Fields;
use super::models::{self, View};
use super::operations::{self, Done};
use super::path::{decoded, part, segments};
use super::refusal::Refusal;
use super::shape::{empty, shaped};
use crate::lab::clock;
use crate::lab::fault::{Fault, Point};
use crate::lab::presence::Restconf;
use crate::lab::router::{Router, lock};

pub(crate) type Answer = Response<Full<Bytes>>;

const JSON: &str = "application/yang-data+json";
const DATA: &str = "/restconf/data/";
const OPERATIONS: &str = "/restconf/operations/";
/// More than any operation has to say.
const BODY_BYTES: usize = 65_536;
const HOST_META: &str = "/.well-known/host-meta";
const XRD: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<XRD xmlns='http://docs.oasis-open.org/ns/xri/xrd-1.0'>\n    <Link rel='restconf' href='/restconf'/>\n</XRD>\n";

pub(crate) async fn answer(router: &Router, request: Request<Incoming>) -> Answer {
    let _waiting = Waiting::new(router, &request);
    let path = request.uri().path().to_owned();
    let asked = path.strip_prefix(DATA).or(path.strip_prefix(OPERATIONS)).unwrap_or(&path);
    router
        .pause(|point| matches!(point, Point::AtRestconf(words) if asked.starts_with(words.as_str())))
        .await;
    let (head, body) = request.into_parts();
    let Ok(body) = Limited::new(body, BODY_BYTES).collect().await else {
        return refused(&Refusal::malformed("the body did not arrive, or is too long"));
    };
    let request = Request::from_parts(head, body.to_bytes());
    let faults = router.faults();
    for fault in &faults {
        match fault {
            Fault::RestconfHang => std::future::pending().await,
            Fault::RestconfSlow(delay) => tokio::time::sleep(*delay).await,
            _ => {}
        }
    }
    let answer = respond(router, &request, &faults);
    router
        .pause(|point| matches!(point, Point::AfterRestconf(words) if asked.starts_with(words.as_str())))
        .await;
    match answer {
        Some(answer) => answer,
        // The connection ends when the router goes.
        None => std::future::pending().await,
    }
}

/// Counts a request until it is answered, or until its client went away.
struct Waiting<'a>(&'a Router);

impl<'a> Waiting<'a> {
    fn new<B>(router: &'a Router, request: &Request<B>) -> Waiting<'a> {
        let path = request.uri().path_and_query().map_or("/", |path| path.as_str());
        lock(&router.inner.web.seen).begin(format!("{} {path}", request.method()));
        Waiting(router)
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        lock(&self.0.inner.web.seen).end();
    }
}

fn respond(router: &Router, request: &Request<Bytes>, faults: &[Fault]) -> Option<Answer> {
    if faults.contains(&Fault::RestconfHtml) {
        return Some(html(StatusCode::BAD_GATEWAY));
    }
    // While it starts, nginx answers for itself, and then the data are not there yet.
    match router.presence().restconf {
        Restconf::Starting(404) => return Some(refused(&Refusal::of_status(404))),
        Restconf::Starting(_) => return Some(html(StatusCode::SERVICE_UNAVAILABLE)),
        Restconf::Serves | Restconf::Refused | Restconf::Silent => {}
    }
    match outcome(router, request, faults) {
        Ok(answer) => answer,
        Err(refusal) => Some(refused(&refusal)),
    }
}

fn outcome(router: &Router, request: &Request<Bytes>, faults: &[Fault]) -> Result<Option<Answer>, Refusal> {
    let status = faults.iter().find_map(|fault| match fault {
        Fault::RestconfStatus(status) => Some(*status),
        _ => None,
    });
    let wrong = status == Some(401) || faults.contains(&Fault::WrongPassword);
    let user = authenticate(router, request, wrong)?;
    if let Some(status) = status {
        return Err(Refusal::of_status(status));
    }
    let path = request.uri().path();
    if let Some(name) = path.strip_prefix(OPERATIONS) {
        if request.method() != Method::POST {
            return Err(Refusal::only_post());
        }
        return operation(router, request, name, &user, faults);
    }
    if request.method() != Method::GET {
        return Err(Refusal::of_status(405));
    }
    read(router, request, faults).map(Some)
}

fn operation(
    router: &Router,
    request: &Request<Bytes>,
    name: &str,
    user: &str,
    faults: &[Fault],
) -> Result<Option<Answer>, Refusal> {
    let kind = request.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    if !request.body().is_empty() && kind.and_then(|kind| kind.split(';').next()) != Some(JSON) {
        return Err(Refusal::of_status(415));
    }
    Ok(match operations::operate(router, name, request.body(), user, faults)? {
        Done::Output(output) => Some(with(StatusCode::OK, JSON, output.to_string())),
        Done::NoContent => Some(no_content()),
        Done::Nothing => None,
    })
}

fn read(router: &Router, request: &Request<Bytes>, faults: &[Fault]) -> Result<Answer, Refusal> {
    let path = request.uri().path();
    if path == HOST_META {
        return Ok(with(StatusCode::OK, "application/xrd+xml", XRD.to_owned()));
    }
    let Some(asked) = path.strip_prefix(DATA) else {
        return if path.starts_with("/restconf") {
            Err(Refusal::of_status(404))
        } else {
            Ok(html(StatusCode::NOT_FOUND))
        };
    };
    // A router speaks XML to whoever does not ask for JSON; this one cannot, and says so.
    if !accepts_json(request) {
        return Err(Refusal::of_status(406));
    }
    data(router, asked, request.uri().query(), faults)
}

fn accepts_json(request: &Request<Bytes>) -> bool {
    let accepted = request.headers().get_all(ACCEPT).iter().filter_map(|value| value.to_str().ok());
    accepted
        .flat_map(|value| value.split(','))
        .any(|kind| kind.split(';').next().map(str::trim) == Some(JSON))
}

/// Every request is a login of its own, and each leaves a line in the log.
fn authenticate(router: &Router, request: &Request<Bytes>, wrong: bool) -> Result<String, Refusal> {
    let Some((user, password)) = basic(request) else { return Err(Refusal::of_status(401)) };
    let known = router.credentials();
    let right = !wrong && user == known.username && password == known.password;
    lock(&router.inner.state).note_request(&user, right, clock::now());
    if right { Ok(user) } else { Err(Refusal::of_status(401)) }
}

fn basic(request: &Request<Bytes>) -> Option<(String, String)> {
    let (scheme, words) = request.headers().get(AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    let words = scheme.eq_ignore_ascii_case("basic").then(|| STANDARD.decode(words.trim()).ok())??;
    let (user, password) = String::from_utf8(words).ok()?.split_once(':').map(owned)?;
    Some((user, password))
}

fn owned((first, second): (&str, &str)) -> (String, String) {
    (first.to_owned(), second.to_owned())
}

fn data(router: &Router, asked: &str, query: Option<&str>, faults: &[Fault]) -> Result<Answer, Refusal> {
    let fields = fields(query)?;
    if fields.is_some() && faults.contains(&Fault::FieldsRefused) {
        return Err(Refusal::unknown("unknown query parameter fields"));
    }
    let begins = |words: &String| asked.starts_with(words.as_str());
    if faults.iter().any(|fault| matches!(fault, Fault::ModelAbsent(words) if begins(words))) {
        return Err(Refusal::not_found(asked));
    }
    if faults.iter().any(|fault| matches!(fault, Fault::ModelEmpty(words) if begins(words))) {
        return Ok(no_content());
    }
    let all = segments(asked)?;
    let (top, below) = all.split_first().ok_or_else(|| Refusal::not_found(asked))?;
    let (module, _) = top.name.split_once(':').ok_or_else(|| Refusal::not_found(asked))?;
    if top.key.is_some() {
        return Err(Refusal::malformed("only a list has a key"));
    }
    let view = View::new(router, clock::now());
    let tree = models::tree(&top.name, &view).ok_or_else(|| Refusal::not_found(asked))?;
    let mut found = part(tree, below, models::key, asked)?;
    if let Some(fields) = fields {
        found = fields.cut(found)?;
    }
    models::age(&mut found, faults);
    if empty(&found) {
        return Ok(no_content());
    }
    let last = all.last().map_or(top.name.as_str(), |segment| segment.name.as_str());
    let last = last.split_once(':').map_or(last, |(_, name)| name);
    let whole = Value::Object(Map::from_iter([(format!("{module}:{last}"), found)]));
    Ok(with(StatusCode::OK, JSON, shaped(whole, faults).to_string()))
}

/// The parameters that a read may carry; only `fields` changes what the lab answers.
fn fields(query: Option<&str>) -> Result<Option<Fields>, Refusal> {
    let mut fields = None;
    for parameter in query.unwrap_or_default().split('&').filter(|parameter| !parameter.is_empty()) {
        let (name, value) = parameter.split_once('=').unwrap_or((parameter, ""));
        match name {
            "fields" => fields = Some(Fields::parse(&decoded(value)?)?),
            "content" if value == "nonconfig" || value == "all" => {}
            _ => return Err(Refusal::malformed("unknown query parameter")),
        }
    }
    Ok(fields)
}

fn refused(refusal: &Refusal) -> Answer {
    let status = StatusCode::from_u16(refusal.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut answer = with(status, JSON, refusal.body().to_string());
    let header = match refusal.status {
        401 => Some((WWW_AUTHENTICATE, "Basic realm=\"restconf\"")),
        405 => Some((ALLOW, refusal.allow)),
        _ => None,
    };
    if let Some((name, value)) = header {
        answer.headers_mut().insert(name, hyper::header::HeaderValue::from_static(value));
    }
    answer
}

/// What nginx says for itself, in front of RESTCONF.
fn html(status: StatusCode) -> Answer {
    let text = format!(
        "<html>\r\n<head><title>{status}</title></head>\r\n<body>\r\n<center><h1>{status}</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n"
    );
    with(status, "text/html", text)
}

fn no_content() -> Answer {
    let mut answer = Response::new(Full::default());
    *answer.status_mut() = StatusCode::NO_CONTENT;
    answer
}

fn with(status: StatusCode, kind: &'static str, body: String) -> Answer {
    let mut answer = Response::new(Full::new(Bytes::from(body)));
    *answer.status_mut() = status;
    answer.headers_mut().insert(CONTENT_TYPE, hyper::header::HeaderValue::from_static(kind));
    answer
}
