//! Polls over real HTTPS: whom we talk to, what each answer becomes, how many run, what never leaves.

mod answers;
mod lanes;
mod server;
mod trust;

use crate::device::tests::{Memory, device};
use crate::device::*;
use crate::model::{Ask, Broken, Device, Outcome, Plan};
use server::{Identity, Server};
use std::sync::Arc;
use tokio_util::sync::CancellationToken;

const PASSWORD: &str = "made-up-word";
/// `bot:made-up-word` as Basic authentication sends it.
const SENT: &str = "Ym90Om1hZGUtdXAtd29yZA==";
const PATH: &str = "x-oper:a/b";

/// A floor with one credential, `lab`.
struct Bench {
    floor: Floor,
    memory: Arc<Memory>,
    sealer: Sealer,
}

fn ms(count: u64) -> Duration {
    Duration::from_millis(count)
}

impl Bench {
    fn new() -> Bench {
        Bench::with(FloorSettings::default())
    }

    fn with(settings: FloorSettings) -> Bench {
        let key = MasterKey::random().unwrap();
        let memory = Arc::new(Memory::default());
        let floor = memory.floor(settings, &key);
        let bench = Bench { floor, memory, sealer: Sealer::new(&key) };
        bench.password(PASSWORD);
        bench
    }

    fn restconf(settings: RestconfSettings) -> Bench {
        Bench::with(FloorSettings { restconf: settings, ..FloorSettings::default() })
    }

    fn password(&self, password: &str) {
        self.login("bot", password);
    }

    fn login(&self, username: &str, password: &str) {
        let password = self.sealer.seal(CREDENTIAL_PURPOSE, password.as_bytes()).unwrap();
        let login = SealedLogin { username: username.to_owned(), password, enable: None };
        self.memory.logins.lock().unwrap().insert("lab".to_owned(), login);
    }

    async fn poll(&self, device: &Device, paths: &[&str]) -> Vec<Outcome> {
        let plan = plan(device, &paths.iter().map(|path| (*path, None)).collect::<Vec<_>>());
        self.floor.poll(&plan, None, CancellationToken::new()).await
    }

    async fn one(&self, device: &Device) -> Outcome {
        self.poll(device, &[PATH]).await.remove(0)
    }
}

fn plan(device: &Device, asks: &[(&str, Option<&str>)]) -> Plan {
    let ask = |(path, plain): &(&str, Option<&str>)| Ask::Get {
        path: (*path).to_owned(),
        plain: plain.map(str::to_owned),
    };
    Plan::reading(device.clone(), asks.iter().map(ask).collect()).unwrap()
}

fn router(id: i64, server: &Server) -> Device {
    Device { restconf_port: server.port(), ..device(id, &format!("R{id}"), "127.0.0.1", 22) }
}

fn body(outcome: &Outcome) -> Option<&str> {
    match outcome {
        Outcome::Json(json) => json.body.as_deref(),
        other => panic!("no answer: {other:?}"),
    }
}

fn broken(outcome: &Outcome) -> &Broken {
    match outcome {
        Outcome::Broken(broken) => broken,
        other => panic!("not broken: {other:?}"),
    }
}

fn why(outcome: &Outcome) -> &str {
    match broken(outcome) {
        Broken::NoRestconf { why }
        | Broken::CertificateRefused { why }
        | Broken::RestconfFailed { why, .. } => why,
        other => panic!("no reason: {other:?}"),
    }
}

/// What an outcome says, in all its forms.
fn said(outcomes: &[Outcome]) -> String {
    let texts = outcomes.iter().filter_map(|outcome| match outcome {
        Outcome::Broken(broken) => Some(format!("{:?}", broken.text("R1"))),
        _ => None,
    });
    let texts: Vec<String> = texts.collect();
    format!("{outcomes:?} {} {texts:?}", serde_json::to_string(outcomes).unwrap())
}
