//! The line to the service: one call goes in, status and JSON of its answer or a named fault come out, always before
//! its deadline. One of the two APIs wants its token in the address, so no error of the library is ever printed: a
//! fault says what happened in our words, or in those of the service's own answer.

use super::fault::Fault;
use reqwest::redirect::Policy;
use reqwest::{Client, Error, Url};
use rustls::{ClientConfig, RootCertStore, crypto::ring};
use serde_json::Value;
use std::sync::Arc;
use std::time::Duration;

/// Every call has an end.
pub const CALL: Duration = Duration::from_secs(15);
const CONNECT: Duration = Duration::from_secs(10);
/// A line that lay still for longer may be dead without a word: a new one costs less than a deadline.
const IDLE: Duration = Duration::from_secs(30);
/// An answer that is longer is none.
const ANSWER: usize = 256 << 10;

#[derive(Clone)]
pub struct Wire(Client);

/// What the service answered: a body that is no JSON is null.
pub struct Answer {
    pub status: u16,
    pub body: Value,
}

/// What a call carries.
pub enum Body {
    Json(Value),
    Form(String),
}

impl Wire {
    /// Connects to nothing yet. Trusts whom the system trusts; proxies of the environment are not asked: which way
    /// messages go is a setting.
    pub fn new() -> Result<Wire, String> {
        let mut roots = RootCertStore::empty();
        let (taken, left) = roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        tracing::debug!(taken, left, "certificates of the system");
        let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(|error| error.to_string())?
            .with_root_certificates(roots)
            .with_no_client_auth();
        let client = Client::builder()
            .tls_backend_preconfigured(config)
            .connect_timeout(CONNECT)
            .pool_idle_timeout(IDLE)
            .redirect(Policy::none())
            .tcp_nodelay(true)
            .no_proxy()
            .build();
        client.map(Wire).map_err(|error| error.without_url().to_string())
    }

    pub async fn post(
        &self,
        url: Url,
        header: Option<(&'static str, &str)>,
        body: Body,
        deadline: Duration,
    ) -> Result<Answer, Fault> {
        let call = self.0.post(url);
        let call = match header {
            Some((name, word)) => call.header(name, word),
            None => call,
        };
        let call = match body {
            Body::Json(value) => call.header("content-type", "application/json").body(value.to_string()),
            Body::Form(form) => call.header("content-type", "application/x-www-form-urlencoded").body(form),
        };
        let answer = async {
            let mut answer = call.send().await.map_err(|error| fault(&error))?;
            let (status, mut bytes) = (answer.status().as_u16(), Vec::new());
            while let Some(more) = answer.chunk().await.map_err(|error| fault(&error))? {
                bytes.extend_from_slice(&more);
                if bytes.len() > ANSWER {
                    return Err(Fault::away("gave an answer that is too long", true));
                }
            }
            Ok(Answer { status, body: serde_json::from_slice(&bytes).unwrap_or(Value::Null) })
        };
        match tokio::time::timeout(deadline, answer).await {
            Ok(answer) => answer,
            Err(_elapsed) => Err(Fault::away("gave no answer in time", true)),
        }
    }
}

fn fault(error: &Error) -> Fault {
    match error.is_connect() {
        true => Fault::away("cannot be reached", false),
        false => Fault::away("broke the line off", true),
    }
}

/// Whether it is this machine.
pub fn is_here(url: &Url) -> bool {
    match url.host() {
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        Some(url::Host::Domain(name)) => name == "localhost",
        None => false,
    }
}

/// The base and a path below it.
pub fn below(base: &Url, path: &str) -> Url {
    let mut url = base.clone();
    let whole = format!("{}/{path}", base.path().trim_end_matches('/'));
    url.set_path(&whole);
    url
}
