//! How a call leaves the house: straight, or through the proxy of the settings table (HTTP CONNECT or
//! SOCKS5), then TLS with the system's roots. The Web API and the socket go the same road. Nothing is
//! read from the environment's proxy variables.

use hyper::Uri;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::client::legacy::connect::proxy::{SocksV5, Tunnel};
use hyper_util::rt::TokioIo;
use rustls::{ClientConfig, RootCertStore, crypto::ring};
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::net::TcpStream;
use tower_service::Service;

/// With its TLS where the address says `https`.
pub type Road = HttpsConnector<Way>;

type Error = Box<dyn std::error::Error + Send + Sync>;

const CONNECT: Duration = Duration::from_secs(10);
/// A line that a firewall forgot is noticed after this.
const KEEP_ALIVE: Duration = Duration::from_secs(30);

/// To the far end, or to the proxy that leads there.
#[derive(Clone)]
pub enum Way {
    Straight(HttpConnector),
    Tunnel(Tunnel<HttpConnector>),
    Socks(SocksV5<HttpConnector>),
}

/// Through this proxy, if any.
pub fn road(proxy: Option<&Proxy>) -> Result<Road, rustls::Error> {
    let builder = HttpsConnectorBuilder::new().with_tls_config(tls()?);
    Ok(builder.https_or_http().enable_http1().wrap_connector(way(proxy)))
}

/// Whom the system trusts.
fn tls() -> Result<ClientConfig, rustls::Error> {
    let mut roots = RootCertStore::empty();
    let (taken, left) = roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    tracing::debug!(taken, left, "certificates of the system");
    let builder = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()?;
    Ok(builder.with_root_certificates(roots).with_no_client_auth())
}

fn way(proxy: Option<&Proxy>) -> Way {
    let mut line = HttpConnector::new();
    line.enforce_http(false);
    line.set_nodelay(true);
    line.set_connect_timeout(Some(CONNECT));
    line.set_keepalive(Some(KEEP_ALIVE));
    let Some(proxy) = proxy else { return Way::Straight(line) };
    match (&proxy.kind, &proxy.login) {
        (Kind::Http, None) => Way::Tunnel(Tunnel::new(proxy.at.clone(), line)),
        (Kind::Http, Some(login)) => {
            Way::Tunnel(Tunnel::new(proxy.at.clone(), line).with_auth(login.basic.clone()))
        }
        (Kind::Socks, None) => Way::Socks(SocksV5::new(proxy.at.clone(), line)),
        (Kind::Socks, Some(login)) => {
            let socks = SocksV5::new(proxy.at.clone(), line);
            Way::Socks(socks.with_auth(login.user.clone(), login.password.clone()))
        }
    }
}

impl Service<Uri> for Way {
    type Response = TokioIo<TcpStream>;
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Error>> + Send>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Error>> {
        match self {
            Way::Straight(line) => Service::poll_ready(line, cx).map_err(Into::into),
            Way::Tunnel(line) => line.poll_ready(cx).map_err(Into::into),
            Way::Socks(line) => line.poll_ready(cx).map_err(Into::into),
        }
    }

    fn call(&mut self, to: Uri) -> Self::Future {
        match self {
            Way::Straight(line) => {
                let connected = Service::call(line, to);
                Box::pin(async move { Ok(connected.await?) })
            }
            Way::Tunnel(line) => {
                let connected = line.call(to);
                Box::pin(async move { Ok(connected.await?) })
            }
            Way::Socks(line) => {
                let connected = line.call(to);
                Box::pin(async move { Ok(connected.await?) })
            }
        }
    }
}

/// A proxy as the settings name it.
#[derive(Clone)]
pub struct Proxy {
    kind: Kind,
    at: Uri,
    login: Option<Login>,
}

#[derive(Clone, Copy)]
enum Kind {
    Http,
    Socks,
}

#[derive(Clone)]
struct Login {
    user: String,
    password: String,
    basic: hyper::header::HeaderValue,
}

impl Proxy {
    /// `http://proxy:3128`, `socks5://proxy:1080`, with `user:password@` before the host where it wants a
    /// login. None when it is no such address.
    pub fn read(typed: &str) -> Option<Proxy> {
        let url = url::Url::parse(typed.trim()).ok()?;
        let (kind, port) = match url.scheme() {
            "http" => (Kind::Http, 80),
            "socks5" | "socks5h" => (Kind::Socks, 1080),
            _ => return None,
        };
        if !matches!(url.path(), "" | "/") || url.query().is_some() || url.fragment().is_some() {
            return None;
        }
        let at = format!("http://{}:{}", url.host_str()?, url.port().unwrap_or(port)).parse().ok()?;
        let login = match (url.username(), url.password()) {
            ("", None) => None,
            (user, password) => Some(login(user, password.unwrap_or_default())?),
        };
        Some(Proxy { kind, at, login })
    }

    pub fn has_password(&self) -> bool {
        self.login.is_some()
    }
}

fn login(user: &str, password: &str) -> Option<Login> {
    use base64::Engine;
    let (user, password) = (decoded(user)?, decoded(password)?);
    let basic = base64::engine::general_purpose::STANDARD.encode(format!("{user}:{password}"));
    let mut basic = hyper::header::HeaderValue::from_str(&format!("Basic {basic}")).ok()?;
    basic.set_sensitive(true);
    Some(Login { user, password, basic })
}

/// `%40` as `@`.
fn decoded(typed: &str) -> Option<String> {
    let form = format!("x={}", typed.replace('+', "%2B"));
    url::form_urlencoded::parse(form.as_bytes()).next().map(|(_, word)| word.into_owned())
}
