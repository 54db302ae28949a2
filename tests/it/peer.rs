//! A mail server that others wrote, as a process of its own: what it saw comes as JSON lines. It runs
//! in the virtual environment that `tests/run` makes; without it a test is skipped by name.

use crate::laws::root;
use crate::world::PATIENCE;
use serde_json::Value;
use std::io::BufRead;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use tokio::sync::watch;

pub const USER: &str = "patchbay";
pub const PASSWORD: &str = "made-up-word";

pub struct MailServer {
    process: Child,
    doors: Value,
    seen: watch::Receiver<Vec<Value>>,
    /// The authority that signed its certificate for `localhost`, and one that did not.
    pub authority: String,
    pub stranger: String,
}

/// The Python of the virtual environment with the peers in it.
pub fn python(test: &str) -> Option<PathBuf> {
    let python = root().join(".venv/bin/python");
    there(test, &root().join(".venv/peers.txt"), python)
}

/// The folder of the libraries for node; a script beside them finds them.
pub fn node(test: &str) -> Option<PathBuf> {
    let folder = root().join("tests/peers/node");
    there(test, &folder.join("node_modules/peers.json"), folder)
}

/// A peer that was installed as a whole leaves a mark.
fn there(test: &str, mark: &Path, peer: PathBuf) -> Option<PathBuf> {
    if mark.exists() && peer.exists() {
        return Some(peer);
    }
    assert!(std::env::var_os("PATCHBAY_REQUIRE_PEERS").is_none(), "{test} needs {}", mark.display());
    println!("skipped: {test}: no peers");
    None
}

impl MailServer {
    /// None when there is none here, which is said.
    pub async fn start(test: &str) -> Option<MailServer> {
        let python = python(test)?;
        let folder = tempfile::tempdir().unwrap();
        let (authority, issuer) = authority();
        let key = rcgen::KeyPair::generate().unwrap();
        let params = rcgen::CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
        let certificate = params.signed_by(&key, &issuer).unwrap();
        let (chain, secret) = (folder.path().join("chain.pem"), folder.path().join("key.pem"));
        std::fs::write(&chain, certificate.pem()).unwrap();
        std::fs::write(&secret, key.serialize_pem()).unwrap();
        // It ends when its input does, so also when this test dies.
        let mut process = Command::new(python)
            .arg(root().join("tests/peers/mail.py"))
            .args([chain, secret])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let (sender, seen) = watch::channel(Vec::new());
        let lines = std::io::BufReader::new(process.stdout.take().unwrap()).lines();
        std::thread::spawn(move || {
            for line in lines.map_while(Result::ok) {
                sender.send_modify(|seen| seen.push(serde_json::from_str(&line).unwrap()));
            }
        });
        let mut server =
            MailServer { process, doors: Value::Null, seen, authority, stranger: self::authority().0 };
        server.doors = server.until(|_| true).await;
        Some(server)
    }

    pub fn port(&self, door: &str) -> u64 {
        self.doors[door].as_u64().unwrap()
    }

    /// The first thing that it told and that is so.
    pub async fn until(&self, wanted: impl Fn(&Value) -> bool) -> Value {
        self.many(1, wanted).await.remove(0)
    }

    /// Everything that is so, when it is that much.
    pub async fn many(&self, count: usize, wanted: impl Fn(&Value) -> bool) -> Vec<Value> {
        let find = |seen: &Vec<Value>| seen.iter().filter(|event| wanted(event)).cloned().collect::<Vec<_>>();
        let mut seen = self.seen.clone();
        let waited = tokio::time::timeout(PATIENCE, seen.wait_for(|seen| find(seen).len() >= count)).await;
        let Ok(Ok(seen)) = waited else { panic!("not seen; the server told {:#?}", self.all()) };
        find(&seen)
    }

    pub async fn mail_to(&self, address: &str) -> Value {
        self.until(|event| event["to"][0] == address).await
    }

    pub fn all(&self) -> Vec<Value> {
        self.seen.borrow().clone()
    }

    /// The mails that it took.
    pub fn mails(&self) -> Vec<Value> {
        self.all().into_iter().filter(|event| event.get("headers").is_some()).collect()
    }
}

impl Drop for MailServer {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// A new certificate authority: its certificate, and what signs with it.
fn authority() -> (String, rcgen::Issuer<'static, rcgen::KeyPair>) {
    let mut params = rcgen::CertificateParams::new(Vec::new()).unwrap();
    params.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
    let key = rcgen::KeyPair::generate().unwrap();
    let certificate = params.self_signed(&key).unwrap();
    (certificate.pem(), rcgen::Issuer::new(params, key))
}
