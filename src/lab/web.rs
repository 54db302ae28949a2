//! The HTTPS side of a router's handle: where it serves, with which certificate, what was asked, and the truth behind
//! the numbers that it answers.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::Mutex;

use chrono::{DateTime, Utc};
use tokio::sync::watch;
use tokio_rustls::TlsAcceptor;

use super::certificate::{Authority, Identity};
use super::clock;
use super::counters::{Counters, Glance};
use super::door::Door;
use super::error::LabError;
use super::ports::{Face, faces};
use super::router::{Router, lock};
use super::saved::SavedWeb;
use super::state::State;
use super::traffic::Direction;

pub(crate) struct Web {
    pub door: Door,
    pub counters: Mutex<Counters>,
    pub seen: Mutex<Seen>,
    authority: Option<Authority>,
    identity: Mutex<Identity>,
    /// Made at the first connection: most routers of a large lab never see one.
    acceptor: Mutex<Option<TlsAcceptor>>,
}

/// A port as a person sees it; `speed` in bits a second.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PortView {
    pub name: String,
    pub description: String,
    pub speed: u64,
    pub up: bool,
    pub shut: bool,
}

/// What was seen of the clients.
#[derive(Default)]
pub(crate) struct Seen {
    requests: VecDeque<String>,
    /// All that ever came.
    count: watch::Sender<usize>,
    in_flight: usize,
    most: usize,
    connections: usize,
}

/// So many requests are remembered; a lab that runs for weeks must not grow.
const REQUESTS: usize = 20_000;

impl Web {
    pub fn new(
        address: SocketAddr,
        saved: Option<SavedWeb>,
        authority: Option<Authority>,
        state: &State,
    ) -> Result<Web, LabError> {
        let kept = saved.map(|saved| saved.identity).filter(|kept| kept.signed == authority.is_some());
        let identity = match kept {
            Some(kept) => kept,
            None => Identity::of_router(authority.as_ref(), address.ip())?,
        };
        let mut counters = Counters::new(&state.name, state.boot_time);
        counters.observe(state.boot_time, &glances(&faces(state)));
        Ok(Web {
            door: Door::new(address),
            counters: Mutex::new(counters),
            seen: Mutex::default(),
            authority,
            identity: Mutex::new(identity),
            acceptor: Mutex::default(),
        })
    }

    pub fn saved(&self) -> SavedWeb {
        SavedWeb { address: self.door.address, identity: lock(&self.identity).clone() }
    }

    pub fn acceptor(&self) -> Result<TlsAcceptor, LabError> {
        let mut acceptor = lock(&self.acceptor);
        if let Some(acceptor) = acceptor.as_ref() {
            return Ok(acceptor.clone());
        }
        let made = lock(&self.identity).acceptor(&["http/1.1"])?;
        *acceptor = Some(made.clone());
        Ok(made)
    }
}

impl Seen {
    pub fn connected(&mut self) {
        self.connections += 1;
    }

    pub fn begin(&mut self, request: String) {
        if self.requests.len() >= REQUESTS {
            self.requests.pop_front();
        }
        self.requests.push_back(request);
        self.count.send_modify(|count| *count += 1);
        self.in_flight += 1;
        self.most = self.most.max(self.in_flight);
    }

    pub fn end(&mut self) {
        self.in_flight = self.in_flight.saturating_sub(1);
    }
}

impl Router {
    /// Where RESTCONF is served: the address of the SSH side, another port.
    pub fn https_address(&self) -> SocketAddr {
        self.inner.web.door.address
    }

    /// `SHA256:` and the base64, without padding, of the SHA-256 of the certificate's DER.
    pub fn certificate_fingerprint(&self) -> String {
        lock(&self.inner.web.identity).fingerprint()
    }

    /// The certificate that it shows now.
    pub fn certificate_pem(&self) -> String {
        lock(&self.inner.web.identity).certificate.clone()
    }

    /// A new certificate and key, as after the exchange of the box; open connections go on.
    pub fn replace_certificate(&self) -> Result<(), LabError> {
        let web = &self.inner.web;
        let made = Identity::of_router(web.authority.as_ref(), web.door.address.ip())?;
        *lock(&web.identity) = made;
        *lock(&web.acceptor) = None;
        self.save()
    }

    /// Every RESTCONF request so far, in order: `GET /restconf/data/...`, with its query.
    pub fn requests(&self) -> Vec<String> {
        lock(&self.inner.web.seen).requests.iter().cloned().collect()
    }

    /// Returns when this many requests more have come.
    pub async fn requested(&self, more: usize) {
        let mut count = lock(&self.inner.web.seen).count.subscribe();
        let wanted = *count.borrow() + more;
        // The sender lives as long as this router, so the wait cannot end with an error.
        let _ = count.wait_for(|count| *count >= wanted).await;
    }

    /// The most requests that were waiting for their answer at once.
    pub fn most_requests_in_flight(&self) -> usize {
        lock(&self.inner.web.seen).most
    }

    /// TLS connections that came about, in all.
    pub fn tls_connections(&self) -> usize {
        lock(&self.inner.web.seen).connections
    }

    /// All ports as they are now, faults included; those that are up are what history can be made up for.
    pub fn ports(&self) -> Vec<PortView> {
        let faces = faces(&lock(&self.inner.state));
        let view = |face: Face| PortView {
            name: face.name,
            description: face.description,
            speed: face.speed,
            up: face.up,
            shut: face.shut,
        };
        faces.into_iter().map(view).collect()
    }

    /// Starts again now: the saved configuration, counters from zero, this reason, and nobody is connected.
    /// `abnormal` is a crash. The doors stay open; with [`super::Fault::Unreachable`] before and cleared after it, it is away.
    pub fn reboot(&self, reason: &str, abnormal: bool) -> Result<(), LabError> {
        let now = clock::now();
        lock(&self.inner.state).boot(reason, abnormal, now);
        lock(&self.inner.web.counters).boot(now);
        self.cut();
        self.save()
    }

    /// The mean of what really flowed through a port, bits a second, faults included; 0 for an unknown port.
    /// Resets and jumps of the counters are not traffic.
    pub fn true_rate(&self, port: &str, direction: Direction, from: DateTime<Utc>, to: DateTime<Utc>) -> f64 {
        let octets = lock(&self.inner.web.counters).between(port, direction, from, to);
        octets * 8.0 / (to - from).as_seconds_f64().max(f64::MIN_POSITIVE)
    }

    /// Percent, by the faults that are in force.
    pub fn true_cpu(&self, at: DateTime<Utc>) -> f64 {
        lock(&self.inner.state).cpu(at)
    }

    /// Percent of the pool `Processor`, by the faults that are in force.
    pub fn true_memory(&self, at: DateTime<Utc>) -> f64 {
        lock(&self.inner.state).memory(at)
    }

    /// Notes how the ports are now, so that the counters know it.
    pub(crate) fn observe(&self, now: DateTime<Utc>) {
        let faces = faces(&lock(&self.inner.state));
        lock(&self.inner.web.counters).observe(now, &glances(&faces));
    }
}

fn glances(faces: &[Face]) -> Vec<Glance> {
    faces.iter().map(Face::glance).collect()
}
