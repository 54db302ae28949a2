//! The way to one router: its address and a client with its own connections and its own judge of certificates. One
//! client a device: rustls tells a verifier the host but not the port, and a changed pin must end the connections
//! that were made under the old one. A thousand of them with an open connection each take less than 50 MB.

use super::certificate::{Judges, Trust};
use crate::model::{Broken, Device, DeviceId};
use reqwest::header::{ACCEPT, HeaderMap, HeaderValue};
use reqwest::{Client, Url, redirect};
use std::collections::BTreeMap;
use std::net::Ipv6Addr;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// Longer than a minute, so that polls each minute find the connection open.
const KEPT: Duration = Duration::from_secs(90);
const AT_ONCE: usize = 2;

/// The way to one router; clones share its connections.
#[derive(Clone)]
pub(super) struct Route {
    client: Client,
    base: String,
    trust: Trust,
}

pub(super) struct Routes {
    judges: Judges,
    connect: Duration,
    by_device: Mutex<BTreeMap<DeviceId, Route>>,
}

impl Routes {
    pub fn new(judges: Judges, connect: Duration) -> Routes {
        Routes { judges, connect, by_device: Mutex::default() }
    }

    /// The kept way, or a new one where the address or what is trusted has changed.
    pub fn route(&self, device: &Device, trust: Trust) -> Result<Route, Broken> {
        let base = base(device);
        let mut routes = self.by_device.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(kept) = routes.get(&device.id).filter(|kept| kept.base == base && kept.trust == trust) {
            return Ok(kept.clone());
        }
        let route = Route { client: self.client(&trust)?, base, trust };
        routes.insert(device.id, route.clone());
        Ok(route)
    }

    /// A way on which every handshake fails at the certificate: it only looks.
    pub fn to_look(&self, device: &Device) -> Result<Route, Broken> {
        let trust = Trust::Pin(None);
        Ok(Route { client: self.client(&trust)?, base: base(device), trust })
    }

    fn client(&self, trust: &Trust) -> Result<Client, Broken> {
        let no_ca = || Broken::CertificateRefused { why: "the settings name no ca_file".to_owned() };
        let config = self.judges.config(trust).ok_or_else(no_ca)?;
        let accept = HeaderValue::from_static("application/yang-data+json");
        let built = Client::builder()
            .tls_backend_preconfigured(config)
            // Routers are asked directly, whatever the environment says about proxies and redirects.
            .no_proxy()
            .redirect(redirect::Policy::none())
            .http1_only()
            .https_only(true)
            .tcp_nodelay(true)
            .connect_timeout(self.connect)
            .pool_idle_timeout(KEPT)
            .pool_max_idle_per_host(AT_ONCE)
            .default_headers(HeaderMap::from_iter([(ACCEPT, accept)]))
            .build();
        built.map_err(|error| {
            tracing::error!(%error, "no HTTPS client");
            Broken::NoRestconf { why: "HTTPS does not work on this machine".to_owned() }
        })
    }
}

impl Route {
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// The fingerprint that this way insists on.
    pub fn pinned(&self) -> Option<&str> {
        match &self.trust {
            Trust::Pin(pinned) => pinned.as_deref(),
            Trust::Ca => None,
        }
    }

    pub fn url(&self, path: &str) -> Result<Url, Broken> {
        Url::parse(&format!("{}{path}", self.base)).map_err(|_| Broken::NoAddress)
    }
}

fn base(device: &Device) -> String {
    let host = device.host.trim_start_matches('[').trim_end_matches(']');
    let host = match host.parse::<Ipv6Addr>() {
        Ok(_) => format!("[{host}]"),
        Err(_) => host.to_owned(),
    };
    format!("https://{host}:{}/restconf/data/", device.restconf_port)
}
