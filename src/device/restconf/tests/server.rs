//! A small HTTPS server that stands for a router: it shows a certificate, notes what it is asked, and answers as it is
//! told. Nothing of it is shared with the floor.

use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper::header::{AUTHORIZATION, CONTENT_TYPE, LOCATION};
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::{ServerConfig, SupportedProtocolVersion};
use sha2::{Digest, Sha256};
use std::sync::{Arc, Mutex};
use tokio::net::TcpListener;
use tokio::sync::{Semaphore, watch};
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;

/// A certificate and its key.
pub struct Identity {
    chain: CertificateDer<'static>,
    key: PrivateKeyDer<'static>,
}

impl Identity {
    /// As routers make them: signed by themselves, without names.
    pub fn self_signed() -> Identity {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.distinguished_name.push(DnType::CommonName, "IOS-Self-Signed-Certificate-1");
        let certificate = params.self_signed(&key).unwrap();
        Identity::new(certificate.der().clone(), &key)
    }

    fn new(chain: CertificateDer<'static>, key: &KeyPair) -> Identity {
        Identity { chain, key: PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der())) }
    }

    pub fn fingerprint(&self) -> String {
        let pairs: Vec<String> =
            Sha256::digest(&self.chain).iter().map(|byte| format!("{byte:02X}")).collect();
        pairs.join(":")
    }

    /// The certificate of this one, with a key that is not its own.
    pub fn stolen(&self) -> Identity {
        Identity::new(self.chain.clone(), &KeyPair::generate().unwrap())
    }
}

/// A CA that signs for addresses.
pub struct Ca(CertifiedIssuer<'static, KeyPair>);

impl Ca {
    pub fn new() -> Ca {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.distinguished_name.push(DnType::CommonName, "a made-up CA");
        Ca(CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap())
    }

    pub fn der(&self) -> CertificateDer<'static> {
        self.0.der().clone()
    }

    pub fn sign(&self, name: &str) -> Identity {
        self.sign_until(name, 2099)
    }

    pub fn sign_until(&self, name: &str, year: i32) -> Identity {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new(vec![name.to_owned()]).unwrap();
        params.not_after = rcgen::date_time_ymd(year, 1, 1);
        let certificate = params.signed_by(&key, &self.0).unwrap();
        Identity::new(certificate.der().clone(), &key)
    }
}

/// What was asked.
#[derive(Clone, Debug)]
pub struct Asked {
    /// With its query.
    pub path: String,
    pub authorization: String,
    /// How many were asked before on the same connection.
    pub before: usize,
}

#[derive(Clone)]
pub enum Reply {
    Say(u16, &'static str, String),
    /// 302 to that place.
    Elsewhere(String),
    /// No answer, ever.
    Hang,
    /// The connection ends without an answer.
    Cut,
    /// Waits for a permit, then says it.
    After(Arc<Semaphore>, Box<Reply>),
}

pub const YANG: &str = "application/yang-data+json";

impl Reply {
    pub fn json(body: &str) -> Reply {
        Reply::Say(200, YANG, body.to_owned())
    }
}

type Behaviour = dyn Fn(&Asked) -> Reply + Send + Sync;

#[derive(Clone)]
pub struct Server(Arc<Inner>);

struct Inner {
    port: u16,
    acceptor: Mutex<TlsAcceptor>,
    behaviour: Mutex<Arc<Behaviour>>,
    asked: Mutex<Vec<Asked>>,
    count: watch::Sender<usize>,
    running: Mutex<(usize, usize)>,
    handshakes: Mutex<usize>,
    connections: Mutex<CancellationToken>,
}

impl Server {
    pub async fn start(identity: Identity) -> Server {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let inner = Arc::new(Inner {
            port: listener.local_addr().unwrap().port(),
            acceptor: Mutex::new(acceptor(identity, rustls::ALL_VERSIONS)),
            behaviour: Mutex::new(Arc::new(|_: &Asked| Reply::json("{}"))),
            asked: Mutex::default(),
            count: watch::Sender::new(0),
            running: Mutex::default(),
            handshakes: Mutex::default(),
            connections: Mutex::default(),
        });
        let server = Server(inner);
        let own = server.clone();
        tokio::spawn(async move {
            while let Ok((tcp, _)) = listener.accept().await {
                let own = own.clone();
                tokio::spawn(async move { own.serve(tcp).await });
            }
        });
        server
    }

    pub fn port(&self) -> u16 {
        self.0.port
    }

    pub fn behave(&self, behaviour: impl Fn(&Asked) -> Reply + Send + Sync + 'static) {
        *self.0.behaviour.lock().unwrap() = Arc::new(behaviour);
    }

    pub fn say(&self, status: u16, kind: &'static str, body: &str) {
        let body = body.to_owned();
        self.behave(move |_| Reply::Say(status, kind, body.clone()));
    }

    /// Shows another certificate from now on, and ends the connections that there are.
    pub fn show(&self, identity: Identity) {
        self.show_with(identity, rustls::ALL_VERSIONS);
    }

    pub fn show_with(&self, identity: Identity, versions: &[&'static SupportedProtocolVersion]) {
        *self.0.acceptor.lock().unwrap() = acceptor(identity, versions);
        std::mem::take(&mut *self.0.connections.lock().unwrap()).cancel();
    }

    pub fn asked(&self) -> Vec<Asked> {
        self.0.asked.lock().unwrap().clone()
    }

    /// Waits until so many requests have come in all.
    pub async fn has(&self, requests: usize) {
        self.0.count.subscribe().wait_for(|count| *count >= requests).await.unwrap();
    }

    /// Most requests that ran at once.
    pub fn most(&self) -> usize {
        self.0.running.lock().unwrap().1
    }

    /// Handshakes that were finished.
    pub fn handshakes(&self) -> usize {
        *self.0.handshakes.lock().unwrap()
    }

    async fn serve(&self, tcp: tokio::net::TcpStream) {
        let acceptor = self.0.acceptor.lock().unwrap().clone();
        let end = self.0.connections.lock().unwrap().clone();
        let Ok(tls) = acceptor.accept(tcp).await else { return };
        *self.0.handshakes.lock().unwrap() += 1;
        let before = Arc::new(Mutex::new(0));
        let service = hyper::service::service_fn(move |request| {
            let (own, before) = (self.clone(), before.clone());
            async move { own.answer(&request, &before).await }
        });
        let serving = hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(tls), service);
        tokio::select! {
            _ = serving => {}
            () = end.cancelled() => {}
        }
    }

    async fn answer(
        &self,
        request: &Request<Incoming>,
        before: &Mutex<usize>,
    ) -> Result<Response<Full<Bytes>>, std::io::Error> {
        let header = request.headers().get(AUTHORIZATION).and_then(|value| value.to_str().ok());
        let asked = Asked {
            path: request.uri().path_and_query().unwrap().to_string(),
            authorization: header.unwrap_or_default().to_owned(),
            before: *before.lock().unwrap(),
        };
        *before.lock().unwrap() += 1;
        let behaviour = self.0.behaviour.lock().unwrap().clone();
        let mut reply = behaviour(&asked);
        self.0.asked.lock().unwrap().push(asked);
        let _running = Running::begin(&self.0);
        self.0.count.send_modify(|count| *count += 1);
        loop {
            match reply {
                Reply::Say(status, kind, body) => {
                    let response = Response::builder().status(status);
                    let response = match kind {
                        "" => response,
                        kind => response.header(CONTENT_TYPE, kind),
                    };
                    return Ok(response.body(Full::from(body)).unwrap());
                }
                Reply::Elsewhere(place) => {
                    let response = Response::builder().status(302).header(LOCATION, place);
                    return Ok(response.body(Full::default()).unwrap());
                }
                Reply::Hang => std::future::pending().await,
                Reply::Cut => return Err(std::io::ErrorKind::ConnectionAborted.into()),
                Reply::After(permits, then) => {
                    permits.acquire().await.unwrap().forget();
                    reply = *then;
                }
            }
        }
    }
}

/// One request among those that run.
struct Running<'a>(&'a Inner);

impl<'a> Running<'a> {
    fn begin(inner: &'a Inner) -> Running<'a> {
        let mut running = inner.running.lock().unwrap();
        running.0 += 1;
        running.1 = running.1.max(running.0);
        drop(running);
        Running(inner)
    }
}

impl Drop for Running<'_> {
    fn drop(&mut self) {
        self.0.running.lock().unwrap().0 -= 1;
    }
}

fn acceptor(identity: Identity, versions: &[&'static SupportedProtocolVersion]) -> TlsAcceptor {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ServerConfig::builder_with_provider(provider).with_protocol_versions(versions).unwrap();
    let resolver = Showing::new(identity);
    TlsAcceptor::from(Arc::new(builder.with_no_client_auth().with_cert_resolver(Arc::new(resolver))))
}

/// Shows what it has, also where key and certificate do not belong together.
#[derive(Debug)]
struct Showing(Arc<rustls::sign::CertifiedKey>);

impl Showing {
    fn new(identity: Identity) -> Showing {
        let key = rustls::crypto::ring::sign::any_supported_type(&identity.key).unwrap();
        Showing(Arc::new(rustls::sign::CertifiedKey::new(vec![identity.chain], key)))
    }
}

impl rustls::server::ResolvesServerCert for Showing {
    fn resolve(&self, _: rustls::server::ClientHello<'_>) -> Option<Arc<rustls::sign::CertifiedKey>> {
        Some(self.0.clone())
    }
}
