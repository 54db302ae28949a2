//! RESTCONF of a router: connections enter, TLS and HTTP/1.1 are spoken (hyper), and each request becomes an answer in
//! the shapes of RFC 8040 and RFC 7951, as IOS XE writes them. It reads, and it
//! takes the few operations that a router offers; every other method is refused.

mod answer;
mod fields;
mod models;
mod operations;
mod path;
mod refusal;
mod shape;

use std::convert::Infallible;
use std::time::Duration;

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;

use super::door::Guest;
use super::fault::Fault;
use super::presence::Restconf;
use super::router::{Router, lock};
use super::ssh::silence;
use super::wire::Wire;

/// A client that does not get through its handshake by then is gone.
const HANDSHAKE: Duration = Duration::from_secs(30);

/// Serves one router until the task is aborted.
pub(crate) async fn serve(router: Router, listener: TcpListener) {
    router.inner.web.door.serve(listener, |guest| connection(router.clone(), guest)).await;
}

async fn connection(router: Router, guest: Guest) {
    let Guest { stream, fuse, inside: _inside } = guest;
    let stream = Wire::new(stream, fuse);
    if router.has(&Fault::SilentAfterConnect) || router.presence().restconf == Restconf::Silent {
        return silence(stream).await;
    }
    let acceptor = match router.inner.web.acceptor() {
        Ok(acceptor) => acceptor,
        Err(error) => return tracing::warn!(%error, router = router.name(), "lab: no HTTPS"),
    };
    let Ok(Ok(stream)) = tokio::time::timeout(HANDSHAKE, acceptor.accept(stream)).await else { return };
    lock(&router.inner.web.seen).connected();
    let service = service_fn(|request| async { Ok::<_, Infallible>(answer::answer(&router, request).await) });
    if let Err(error) = http1::Builder::new().serve_connection(TokioIo::new(stream), service).await {
        tracing::debug!(%error, router = router.name(), "lab: an HTTPS connection ended");
    }
}

#[cfg(test)]
mod tests;
