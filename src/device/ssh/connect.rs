//! From a host name to an encrypted connection whose host key is the pinned one. Each stage has its own deadline and its
//! own word for what went wrong.
// Invariant: no password is sent before the host key is proven (test `a_changed_host_key_is_refused_before_the_password`).

use super::stream::{Scissors, Stream};
use crate::device::PinKind::HostKey;
use crate::device::profile;
use crate::device::{Deadlines, Pins};
use crate::model::{Broken, Device, DeviceId};
use russh::client::{self, GexParams, Handle};
use russh::keys::{HashAlg, PublicKeyOrCertificate};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::net::TcpStream;
use tokio::time::timeout;

/// An encrypted connection before login.
pub(in crate::device) struct Connection {
    pub handle: Handle<Door>,
    pub scissors: Scissors,
}

/// Looks at the host key; the only thing that we answer to russh.
pub(in crate::device) struct Door {
    device: DeviceId,
    pins: Arc<dyn Pins>,
    /// Why the key was not taken.
    verdict: Arc<Mutex<Option<Broken>>>,
}

pub(in crate::device) async fn connect(
    device: &Device,
    deadlines: &Deadlines,
    pins: &Arc<dyn Pins>,
) -> Result<Connection, Broken> {
    let tcp = reach(device, deadlines.connect).await?;
    let (stream, scissors) = Stream::new(tcp);
    let verdict = Arc::new(Mutex::new(None));
    let door = Door { device: device.id, pins: pins.clone(), verdict: verdict.clone() };
    let handshake = client::connect_stream(config(device), stream, door);
    let done = shaken(handshake, &scissors, deadlines).await?;
    match done {
        Ok(handle) => Ok(Connection { handle, scissors }),
        Err(error) => {
            let verdict = verdict.lock().unwrap_or_else(PoisonError::into_inner).take();
            let identified = *scissors.identified.borrow();
            Err(verdict.unwrap_or_else(|| failed(&error, device, identified)))
        }
    }
}

/// The TCP connection to the SSH port, name and all within its time.
pub(super) async fn reach(device: &Device, within: Duration) -> Result<TcpStream, Broken> {
    let host = device.host.trim_start_matches('[').trim_end_matches(']').to_owned();
    let reached = timeout(within, async {
        let addresses: Vec<_> = match tokio::net::lookup_host((host.as_str(), device.ssh_port)).await {
            Ok(addresses) => addresses.collect(),
            Err(_) => return Err(Broken::NoAddress),
        };
        if addresses.is_empty() {
            return Err(Broken::NoAddress);
        }
        let tcp = TcpStream::connect(addresses.as_slice()).await;
        tcp.map_err(|error| Broken::Unreachable { why: in_words(error.kind()) })
    });
    let tcp = reached.await.map_err(|_| Broken::ConnectTimeout { after: within })??;
    // Without this each typed line waits for the acknowledgement of the one before.
    if let Err(error) = tcp.set_nodelay(true) {
        tracing::debug!(%error, device = %device.name, "nodelay was not taken");
    }
    Ok(tcp)
}

/// `connection refused`: the plain words, without numbers of the operating system.
fn in_words(kind: std::io::ErrorKind) -> String {
    kind.to_string()
}

/// Waits for the identification, then for the key exchange.
async fn shaken<T>(
    handshake: impl Future<Output = T>,
    scissors: &Scissors,
    deadlines: &Deadlines,
) -> Result<T, Broken> {
    tokio::pin!(handshake);
    let mut identified = scissors.identified.clone();
    tokio::select! {
        biased;
        done = &mut handshake => return Ok(done),
        seen = timeout(deadlines.identification, identified.wait_for(|seen| *seen)) => {
            if seen.is_err() {
                return Err(Broken::NoIdentification { after: deadlines.identification });
            }
        }
    }
    let exchanged = timeout(deadlines.login, handshake).await;
    exchanged.map_err(|_| Broken::LoginTimeout { after: deadlines.login })
}

fn config(device: &Device) -> Arc<client::Config> {
    Arc::new(client::Config {
        preferred: profile::preferred(device.profile),
        // russh asks for 8192 bits by default, at which old routers give up; less than 2048 is never taken.
        gex: GexParams::new(2048, 2048, 4096).unwrap_or_default(),
        keepalive_interval: Some(Duration::from_secs(30)),
        keepalive_max: 3,
        nodelay: true,
        ..client::Config::default()
    })
}

fn failed(error: &russh::Error, device: &Device, identified: bool) -> Broken {
    tracing::debug!(%error, device = %device.name, "no SSH connection");
    match error {
        russh::Error::NoCommonAlgo { kind, ours, theirs } => {
            let fits = profile::fitting(theirs).filter(|profile| *profile != device.profile);
            Broken::NoCommonAlgorithm {
                kind: kind_in_words(kind).to_owned(),
                ours: ours.clone(),
                theirs: theirs.clone(),
                fits: fits.map(|profile| profile.name().to_owned()),
            }
        }
        russh::Error::Version => {
            Broken::Unreachable { why: "what answers there does not speak SSH 2".to_owned() }
        }
        _ if identified => Broken::Unreachable { why: format!("the SSH key exchange failed ({error})") },
        _ => Broken::ClosedEarly,
    }
}

fn kind_in_words(kind: &russh::AlgorithmKind) -> &'static str {
    match kind {
        russh::AlgorithmKind::Kex => "key exchange",
        russh::AlgorithmKind::Key => "host key",
        russh::AlgorithmKind::Cipher => "cipher",
        russh::AlgorithmKind::Compression => "compression",
        russh::AlgorithmKind::Mac => "MAC",
    }
}

impl Door {
    /// Trust on first use: the first key is pinned, and from then on only that one is taken.
    async fn verdict(&self, offered: String) -> Option<Broken> {
        let pinned = match self.pins.pinned(self.device, HostKey).await {
            Ok(Some(pinned)) => Ok(pinned),
            // Another connection may have been first; the pin that holds now counts.
            Ok(None) => self.pins.first_seen(self.device, HostKey, &offered).await,
            Err(error) => Err(error),
        };
        match pinned {
            Ok(pinned) if pinned == offered => None,
            Ok(pinned) => {
                if let Err(error) = self.pins.offered(self.device, HostKey, &offered).await {
                    tracing::warn!(%error, "the offered host key was not kept");
                }
                Some(Broken::HostKeyChanged { pinned, offered })
            }
            // Fail closed: without the pin nobody knows whom we talk to.
            Err(error) => {
                tracing::error!(%error, "the pinned host key cannot be read");
                Some(Broken::Unreachable { why: "the bot cannot read its pinned host key".to_owned() })
            }
        }
    }
}

impl client::Handler for Door {
    type Error = russh::Error;

    async fn check_server_key(&mut self, key: &PublicKeyOrCertificate) -> Result<bool, Self::Error> {
        let offered = key.public_key().fingerprint(HashAlg::Sha256).to_string();
        let verdict = self.verdict(offered).await;
        let taken = verdict.is_none();
        *self.verdict.lock().unwrap_or_else(PoisonError::into_inner) = verdict;
        Ok(taken)
    }
}
