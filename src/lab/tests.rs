//! The lab from outside: a plain SSH client logs in and reads what a person would see.

use std::sync::Arc;
use std::time::Duration;

use russh::client::{self, KeyboardInteractiveAuthResponse};
use russh::keys::PublicKeyOrCertificate;
use russh::{Channel, ChannelMsg};

use super::*;

/// Long enough that only a real hang meets it.
const PATIENCE: Duration = Duration::from_secs(20);

struct Eyes {
    fingerprint: String,
}

impl client::Handler for Eyes {
    type Error = russh::Error;

    async fn check_server_key(&mut self, key: &PublicKeyOrCertificate) -> Result<bool, Self::Error> {
        self.fingerprint = key.public_key().fingerprint(Default::default()).to_string();
        Ok(true)
    }
}

struct Person {
    _session: client::Handle<Eyes>,
    channel: Channel<client::Msg>,
}

async fn connect(router: &Router) -> Result<client::Handle<Eyes>, russh::Error> {
    let eyes = Eyes { fingerprint: String::new() };
    client::connect(Arc::new(client::Config::default()), router.address(), eyes).await
}

async fn log_in(router: &Router, rows: u32) -> Person {
    let mut session = connect(router).await.unwrap();
    let who = router.credentials();
    assert!(session.authenticate_password(&who.username, &who.password).await.unwrap().success());
    let channel = session.channel_open_session().await.unwrap();
    channel.request_pty(true, "vt100", 200, rows, 0, 0, &[]).await.unwrap();
    channel.request_shell(true).await.unwrap();
    Person { _session: session, channel }
}

impl Person {
    /// Reads until the text ends so; the text, or what came when the line ended.
    async fn until(&mut self, end: &str) -> Result<String, String> {
        let mut text = String::new();
        let read = async {
            while !text.ends_with(end) {
                match self.channel.wait().await {
                    Some(ChannelMsg::Data { data }) => text.push_str(&String::from_utf8_lossy(&data)),
                    Some(ChannelMsg::Close | ChannelMsg::Eof) | None => return false,
                    Some(_) => {}
                }
            }
            true
        };
        match tokio::time::timeout(PATIENCE, read).await {
            Ok(true) => Ok(text),
            Ok(false) => Err(text),
            Err(_) => panic!("nothing that ends in {end:?}, only {text:?}"),
        }
    }

    async fn press(&mut self, keys: &str) {
        self.channel.data_bytes(keys.as_bytes().to_vec()).await.unwrap();
    }

    async fn ask(&mut self, line: &str, end: &str) -> String {
        self.press(&format!("{line}\r")).await;
        self.until(end).await.unwrap()
    }

    async fn enable(&mut self, router: &Router) {
        let prompt = format!("{}>", router.name());
        self.until(&prompt).await.unwrap();
        self.ask("enable", "Password: ").await;
        let word = router.credentials().enable.clone();
        self.ask(&word, "#").await;
        self.ask("terminal length 0", "#").await;
    }
}

async fn one() -> (Lab, Router) {
    let lab = Lab::start(LabPlan::one("R1")).await.unwrap();
    let router = lab.router("R1").unwrap();
    (lab, router)
}

#[tokio::test]
async fn a_person_logs_in_and_looks_around() {
    let (lab, router) = one().await;
    let mut person = log_in(&router, 0).await;
    let greeting = person.until("R1>").await.unwrap();
    assert!(greeting.contains("a simulated router.\r\n"), "{greeting}");
    let version = person.ask("sh ver | inc uptime", "R1>").await;
    assert!(version.starts_with("sh ver | inc uptime\r\nR1 uptime is "), "{version}");
    let refused = person.ask("show running-config", "R1>").await;
    assert_eq!(refused, "show running-config\r\n        ^\r\n% Invalid input detected at '^' marker.\r\n\r\nR1>");
    person.press("exit\r").await;
    assert!(person.until("never").await.is_err());
    assert_eq!(router.typed(), ["sh ver | inc uptime", "show running-config", "exit"]);
    assert_eq!(router.logins(), Logins { accepted: 1, refused: 0 });
    lab.stop().await.unwrap();
}
