//! Calls to a fake service: plain HTTP/1.1 on loopback. A request enters and becomes a [`Call`] with its parameters
//! read, from wherever the client put them; a [`Reply`] leaves: an answer, or a line that is cut. What a call means
//! is for the service to say; nothing here knows one.

mod params;

use std::future::Future;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use http_body_util::{BodyExt, Full};
use hyper::body::{Bytes, Incoming};
use hyper::header::{CONTENT_TYPE, HeaderMap, HeaderValue};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;

use super::door::{Door, Guest};
use super::error::LabError;

pub(crate) use params::{File, Param, Params};

/// A larger body is read to its end and kept by nobody.
pub(crate) const BODY_LIMIT: usize = 50 << 20;

/// What a client asked.
#[derive(Clone, Debug)]
pub(crate) struct Call {
    pub method: Method,
    /// As it was sent, percent signs and all.
    pub path: String,
    pub query: Option<String>,
    pub headers: HeaderMap,
    pub body: Bytes,
    pub params: Params,
}

/// Why the parameters of a call are not there. The call itself is: path and headers can be judged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Unread {
    /// More than [`BODY_LIMIT`].
    TooLarge,
    /// Neither JSON, nor a form, nor multipart, whatever its content type says.
    Malformed(String),
}

/// What a client gets.
#[derive(Debug)]
pub(crate) enum Reply {
    Answer(Response<Full<Bytes>>),
    /// The connection ends without a word.
    Cut,
}

impl Reply {
    pub fn new(status: StatusCode, kind: &'static str, body: impl Into<Bytes>) -> Reply {
        let mut answer = Response::new(Full::new(body.into()));
        *answer.status_mut() = status;
        answer.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(kind));
        Reply::Answer(answer)
    }

    pub fn json(status: StatusCode, body: &serde_json::Value) -> Reply {
        Reply::new(status, "application/json", body.to_string())
    }

    #[must_use]
    pub fn with_header(mut self, name: &'static str, value: &str) -> Reply {
        if let (Reply::Answer(answer), Ok(value)) = (&mut self, HeaderValue::from_str(value)) {
            answer.headers_mut().insert(name, value);
        }
        self
    }
}

/// Listens on 127.0.0.1; port 0 takes one that is free. `who` is the beginning of a sentence, for the error.
pub(crate) async fn listen(who: &str, port: u16) -> Result<(TcpListener, Door), LabError> {
    let wanted = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    let failed = |source| LabError::Listen { router: who.to_owned(), address: wanted, source };
    let listener = TcpListener::bind(wanted).await.map_err(failed)?;
    let address = listener.local_addr().map_err(failed)?;
    Ok((listener, Door::new(address)))
}

/// Serves everybody who comes in by the door, until the task is aborted.
pub(crate) async fn serve<A, F>(door: &Door, listener: TcpListener, answer: A)
where
    A: Fn(Call, Result<(), Unread>) -> F + Clone + Send + Sync + 'static,
    F: Future<Output = Reply> + Send + 'static,
{
    door.serve(listener, |guest| connection(guest, answer.clone())).await;
}

/// Serves one connection that came in by the door, call after call. The future of a call is dropped when its client
/// goes away, so a long poll knows that nobody waits any more.
async fn connection<A, F>(guest: Guest, answer: A)
where
    A: Fn(Call, Result<(), Unread>) -> F,
    F: Future<Output = Reply>,
{
    let Guest { stream, fuse: _, inside: _inside } = guest;
    let answer = Arc::new(answer);
    let service = service_fn(|request| {
        let answer = answer.clone();
        async move {
            let (call, read) = Call::read(request).await?;
            match answer(call, read).await {
                Reply::Answer(response) => Ok(response),
                Reply::Cut => Err(Cut),
            }
        }
    });
    if let Err(error) = http1::Builder::new().serve_connection(TokioIo::new(stream), service).await {
        tracing::debug!(%error, "lab: a connection for calls ended");
    }
}

/// An error of the service makes hyper close the connection.
#[derive(Debug)]
struct Cut;

impl std::fmt::Display for Cut {
    fn fmt(&self, to: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        to.write_str("cut on purpose, or by the client")
    }
}

impl std::error::Error for Cut {}

impl Call {
    async fn read(request: Request<Incoming>) -> Result<(Call, Result<(), Unread>), Cut> {
        let (head, body) = request.into_parts();
        let body = whole(body).await?;
        let mut call = Call {
            method: head.method,
            path: head.uri.path().to_owned(),
            query: head.uri.query().map(str::to_owned),
            headers: head.headers,
            body: Bytes::new(),
            params: Params::default(),
        };
        let Some(body) = body else { return Ok((call, Err(Unread::TooLarge))) };
        call.body = body;
        let kind = call.header(CONTENT_TYPE.as_str()).unwrap_or_default();
        let params = Params::read(call.query.as_deref(), kind, &call.body).await;
        let read = params.map(|params| call.params = params).map_err(Unread::Malformed);
        Ok((call, read))
    }

    /// The first of this name, where it is text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }
}

/// None is too large. It is read to the end all the same: a client that still writes would never see the answer.
async fn whole(mut body: Incoming) -> Result<Option<Bytes>, Cut> {
    let mut kept = Vec::new();
    let mut size = 0_usize;
    while let Some(frame) = body.frame().await {
        let Ok(data) = frame.map_err(|_| Cut)?.into_data() else { continue };
        size = size.saturating_add(data.len());
        if size <= BODY_LIMIT {
            kept.extend_from_slice(&data);
        }
    }
    Ok((size <= BODY_LIMIT).then(|| Bytes::from(kept)))
}

#[cfg(test)]
mod tests;
