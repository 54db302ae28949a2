//! A mail server that keeps what it gets: for the demo, which shows it, and for tests, which make it difficult. It
//! speaks ESMTP strictly (RFC 5321, 3207, 4954): nothing is taken outside TLS or without a login.

mod fault;
mod message;
mod session;
mod wire;

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex};

use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;

use super::certificate::{Authority, Identity};
use super::door::Door;
use super::error::LabError;
use super::fault::Point;
use super::hold::{Gate, Hold};
use super::router::lock;
use super::running::Lab;

pub use fault::MailFault;
pub use message::Mail;

/// When the connection becomes TLS.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum MailTls {
    #[default]
    StartTls,
    /// From its first byte.
    Implicit,
}

/// What the server shall be.
#[derive(Clone, Debug)]
pub struct MailPlan {
    pub tls: MailTls,
    pub user: String,
    pub password: String,
    /// Octets of one mail; a larger one is refused with 552.
    pub size_limit: usize,
    pub(crate) authority: Option<Authority>,
}

impl Default for MailPlan {
    fn default() -> MailPlan {
        MailPlan {
            tls: MailTls::default(),
            user: "patchbay".to_owned(),
            password: "lab-mail-word".to_owned(),
            size_limit: 10 << 20,
            authority: None,
        }
    }
}

impl MailPlan {
    /// The certificate comes from the lab's CA, where it has one; else the server signs its own.
    #[must_use]
    pub fn signed_by(mut self, lab: &Lab) -> MailPlan {
        self.authority = lab.authority().cloned();
        self
    }
}

/// A running mail server; it ends when this is dropped.
#[derive(Debug)]
pub struct MailSink {
    inner: Arc<Inner>,
    _tasks: JoinSet<()>,
}

pub(crate) struct Inner {
    plan: MailPlan,
    door: Door,
    identity: Identity,
    acceptor: TlsAcceptor,
    mails: watch::Sender<Vec<Mail>>,
    faults: Mutex<Vec<MailFault>>,
    gates: Mutex<Vec<Arc<Gate>>>,
    refused_logins: watch::Sender<usize>,
}

impl std::fmt::Debug for Inner {
    fn fmt(&self, to: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(to, "mail server at {}", self.door.address)
    }
}

impl MailSink {
    /// Listens on 127.0.0.1, at a port that was free.
    pub async fn start(plan: MailPlan) -> Result<MailSink, LabError> {
        let wanted = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        let failed =
            |source| LabError::Listen { router: "The mail server".to_owned(), address: wanted, source };
        let listener = TcpListener::bind(wanted).await.map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        let identity = Identity::of_server("Patchbay lab mail", plan.authority.as_ref(), address.ip())?;
        let inner = Arc::new(Inner {
            acceptor: identity.acceptor(&[])?,
            plan,
            door: Door::new(address),
            identity,
            mails: watch::Sender::default(),
            faults: Mutex::default(),
            gates: Mutex::default(),
            refused_logins: watch::Sender::default(),
        });
        let mut tasks = JoinSet::new();
        let server = inner.clone();
        tasks.spawn(async move {
            server.door.serve(listener, |guest| session::connection(server.clone(), guest)).await;
        });
        Ok(MailSink { inner, _tasks: tasks })
    }

    pub fn address(&self) -> SocketAddr {
        self.inner.door.address
    }

    pub fn plan(&self) -> &MailPlan {
        &self.inner.plan
    }

    /// What a client must trust: the lab's CA, or the server's own certificate. It is for the address and `localhost`.
    pub fn certificate_pem(&self) -> &str {
        let authority = self.inner.plan.authority.as_ref();
        authority.map_or(&self.inner.identity.certificate, |authority| &authority.certificate)
    }

    /// All that came so far, in order.
    pub fn mails(&self) -> Vec<Mail> {
        self.inner.mails.borrow().clone()
    }

    /// The first mail after so many; waits for it.
    pub async fn next(&self, seen: usize) -> Mail {
        let mut mails = self.inner.mails.subscribe();
        // The sender lives as long as this server, so the wait cannot end with an error.
        match mails.wait_for(|mails| mails.len() > seen).await.ok().and_then(|mails| mails.get(seen).cloned())
        {
            Some(mail) => mail,
            None => std::future::pending().await,
        }
    }

    /// How many logins were refused so far.
    pub fn refused_logins(&self) -> usize {
        *self.inner.refused_logins.borrow()
    }

    /// Puts a fault in force; returns when it is.
    pub async fn fault(&self, fault: MailFault) {
        lock(&self.inner.faults).push(fault);
        self.take_effect().await;
    }

    pub async fn clear_faults(&self) {
        lock(&self.inner.faults).clear();
        self.take_effect().await;
    }

    async fn take_effect(&self) {
        let away = self.inner.has(&MailFault::Unreachable);
        self.inner.door.set(!away).await;
    }

    /// Withholds the answer to the final dot of each mail until the hold is released; the mail is kept before it.
    #[must_use]
    pub fn hold(&self) -> Hold {
        let (hold, gate) = Hold::new(Point::AtMail);
        lock(&self.inner.gates).push(gate);
        hold
    }
}

impl Inner {
    fn has(&self, fault: &MailFault) -> bool {
        lock(&self.faults).contains(fault)
    }

    fn faults(&self) -> Vec<MailFault> {
        lock(&self.faults).clone()
    }

    /// Whether the fault was in force; it is not any more.
    fn spend(&self, fault: &MailFault) -> bool {
        let mut faults = lock(&self.faults);
        let at = faults.iter().position(|other| other == fault);
        at.map(|at| faults.remove(at)).is_some()
    }

    async fn pause(&self) {
        let gates: Vec<Arc<Gate>> = {
            let mut gates = lock(&self.gates);
            gates.retain(|gate| !gate.released());
            gates.clone()
        };
        for gate in gates {
            gate.wait().await;
        }
    }
}

#[cfg(test)]
mod tests;
