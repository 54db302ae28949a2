//! The device floor, the house's back door: a [`Plan`](crate::model::Plan) goes in, one
//! [`Outcome`](crate::model::Outcome) an ask comes out. Here are the only sockets to routers and the only place that sees
//! passwords and configurations in clear; what leaves is redacted or sealed.
//! Reading order: [`floor`], lanes, credential, trial, breaker, ssh (connect, login, session), dialogue, transcript,
//! talks, restconf, prompt, clean, markers, config, redact, seal.

pub mod floor;

mod breaker;
mod credential;
mod dialogue;
mod lanes;
mod talks;
mod transcript;
mod trial;

mod platform;
mod profile;
mod restconf;
mod ssh;

mod clean;
mod config;
mod markers;
mod prompt;

mod key;
mod redact;
mod seal;

#[cfg(test)]
mod tests;

pub use breaker::BreakerSettings;
pub use config::PURPOSE as CONFIG_PURPOSE;
pub use floor::{Floor, FloorPorts};
pub use key::{KeyError, MasterKey};
pub use lanes::Turn;
pub use platform::platform_names;
pub use redact::Redactor;
pub use seal::{SealError, Sealer};

pub use crate::model::PinKind;
use crate::model::{DeviceId, Sealed};
use std::pin::Pin;
use std::time::Duration;

/// What a port hands back: ports are used as `dyn`, so their futures are boxed.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Port: where the credentials are. What is stored is sealed for [`CREDENTIAL_PURPOSE`]; only the floor opens it.
pub trait Keyring: Send + Sync {
    /// The credential with this name; `None` when there is none.
    fn credential<'a>(&'a self, name: &'a str) -> BoxFuture<'a, Result<Option<SealedLogin>, String>>;
}

/// A credential as it is stored.
#[derive(Clone, Debug)]
pub struct SealedLogin {
    pub username: String,
    pub password: Sealed,
    pub enable: Option<Sealed>,
}

/// What passwords are sealed for.
pub const CREDENTIAL_PURPOSE: &str = "credential";

/// Port: the fingerprints that are trusted. An error means "nobody knows", and then nothing is trusted.
pub trait Pins: Send + Sync {
    fn pinned(&self, device: DeviceId, kind: PinKind) -> BoxFuture<'_, Result<Option<String>, String>>;

    /// The device showed its first one. Pins it unless another connection was faster, and says which pin holds now.
    fn first_seen<'a>(
        &'a self,
        device: DeviceId,
        kind: PinKind,
        fingerprint: &'a str,
    ) -> BoxFuture<'a, Result<String, String>>;

    /// The device showed one that is not pinned. Kept so that a person can compare both; trusts nothing.
    fn offered<'a>(
        &'a self,
        device: DeviceId,
        kind: PinKind,
        fingerprint: &'a str,
    ) -> BoxFuture<'a, Result<(), String>>;
}

/// Port: what was found out about a software version, kept over restarts.
pub trait Learned: Send + Sync {
    /// Whether this version answers 400 to `fields` (RFC 8040, 4.8.3).
    fn refuses_fields<'a>(&'a self, software: &'a str) -> BoxFuture<'a, Result<bool, String>>;

    fn note_refuses_fields<'a>(&'a self, software: &'a str) -> BoxFuture<'a, Result<(), String>>;
}

/// How long each stage may take.
#[derive(Clone, Copy, Debug)]
pub struct Deadlines {
    /// Name and TCP.
    pub connect: Duration,
    /// From TCP to the SSH identification.
    pub identification: Duration,
    /// Key exchange, and again the proof of who we are: central login servers are slow.
    pub login: Duration,
    /// Without a single byte.
    pub quiet: Duration,
    pub running_config: Duration,
    /// Saving, and each step of a reload.
    pub write_memory: Duration,
    /// A question stands so long before it is answered, so that no other text can glue to it.
    pub question: Duration,
    /// Silence behind the last key of a reload that means that the router went.
    pub gone: Duration,
    /// What comes behind the prompt of a reload that was taken back.
    pub late: Duration,
}

impl Default for Deadlines {
    fn default() -> Self {
        Deadlines {
            connect: Duration::from_secs(10),
            identification: Duration::from_secs(15),
            login: Duration::from_secs(90),
            quiet: Duration::from_secs(30),
            running_config: Duration::from_secs(300),
            write_memory: Duration::from_secs(120),
            question: Duration::from_millis(400),
            gone: Duration::from_secs(15),
            late: Duration::from_millis(1500),
        }
    }
}

/// The way over RESTCONF.
#[derive(Clone, Debug)]
pub struct RestconfSettings {
    /// Name, TCP and TLS.
    pub connect: Duration,
    /// From the question to the whole answer, a new connection included.
    pub answer: Duration,
    /// Polls at once, over all devices.
    pub polls: usize,
    /// The certificates of the CA for devices that want it; empty when there is none.
    pub ca: Vec<rustls::pki_types::CertificateDer<'static>>,
}

impl Default for RestconfSettings {
    fn default() -> Self {
        RestconfSettings {
            connect: Duration::from_secs(10),
            answer: Duration::from_secs(30),
            polls: 100,
            ca: Vec::new(),
        }
    }
}

#[derive(Clone, Debug)]
pub struct FloorSettings {
    pub deadlines: Deadlines,
    /// Sessions at once, in all.
    pub sessions: usize,
    /// Logins at once with one credential: a central login server breaks under more.
    pub logins_per_credential: usize,
    pub breaker: BreakerSettings,
    pub restconf: RestconfSettings,
}

impl Default for FloorSettings {
    fn default() -> Self {
        FloorSettings {
            deadlines: Deadlines::default(),
            sessions: 50,
            logins_per_credential: 25,
            breaker: BreakerSettings::default(),
            restconf: RestconfSettings::default(),
        }
    }
}
