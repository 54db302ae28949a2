//! The whole floor against simulated routers over real SSH: what comes back, what each fault becomes, what never leaves.

mod dialogues;

use super::*;
use crate::lab::{Credentials, Fault, HostKeyKind, Lab, LabPlan, LoginMethods, Point, Router};
use crate::model::outcome::Refused;
use crate::model::{Ask, Broken, Device, DeviceName, Outcome, Plan, Profile, Sealed};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};
use std::time::Instant;
use tokio_util::sync::CancellationToken;

/// The ports, in memory.
#[derive(Default)]
pub(super) struct Memory {
    pub(super) logins: Mutex<BTreeMap<String, SealedLogin>>,
    pub(super) pins: Mutex<BTreeMap<(DeviceId, PinKind), String>>,
    pub(super) offered: Mutex<BTreeMap<(DeviceId, PinKind), String>>,
    pub(super) broken: Mutex<bool>,
    pub(super) refuses_fields: Mutex<BTreeSet<String>>,
}

impl Keyring for Memory {
    fn credential<'a>(&'a self, name: &'a str) -> BoxFuture<'a, Result<Option<SealedLogin>, String>> {
        Box::pin(async move { Ok(self.logins.lock().unwrap().get(name).cloned()) })
    }
}

impl Pins for Memory {
    fn pinned(&self, device: DeviceId, kind: PinKind) -> BoxFuture<'_, Result<Option<String>, String>> {
        Box::pin(async move {
            match *self.broken.lock().unwrap() {
                true => Err("the disk is gone".to_owned()),
                false => Ok(self.pins.lock().unwrap().get(&(device, kind)).cloned()),
            }
        })
    }

    fn first_seen<'a>(
        &'a self,
        device: DeviceId,
        kind: PinKind,
        shown: &'a str,
    ) -> BoxFuture<'a, Result<String, String>> {
        Box::pin(async move {
            Ok(self.pins.lock().unwrap().entry((device, kind)).or_insert_with(|| shown.to_owned()).clone())
        })
    }

    fn offered<'a>(
        &'a self,
        device: DeviceId,
        kind: PinKind,
        shown: &'a str,
    ) -> BoxFuture<'a, Result<(), String>> {
        Box::pin(async move {
            self.offered.lock().unwrap().insert((device, kind), shown.to_owned());
            Ok(())
        })
    }
}

impl Learned for Memory {
    fn refuses_fields<'a>(&'a self, software: &'a str) -> BoxFuture<'a, Result<bool, String>> {
        Box::pin(async move { Ok(self.refuses_fields.lock().unwrap().contains(software)) })
    }

    fn note_refuses_fields<'a>(&'a self, software: &'a str) -> BoxFuture<'a, Result<(), String>> {
        Box::pin(async move {
            self.refuses_fields.lock().unwrap().insert(software.to_owned());
            Ok(())
        })
    }
}

impl Memory {
    /// A floor that has this memory behind all its ports.
    pub(super) fn floor(self: &Arc<Memory>, settings: FloorSettings, key: &MasterKey) -> Floor {
        let ports = FloorPorts { keyring: self.clone(), pins: self.clone(), learned: self.clone() };
        Floor::new(settings, ports, Sealer::new(key), Redactor::new(key))
    }
}

/// Waits for the turn, then runs the plan.
pub(super) async fn asked(floor: &Floor, group: i64, plan: &Plan, stop: CancellationToken) -> Vec<Outcome> {
    match floor.turn(group, plan.device().id, &stop).await {
        Some(turn) => floor.run(turn, plan, stop).await,
        None => vec![Outcome::Broken(Broken::Stopped); plan.asks().len()],
    }
}

/// A lab, a floor over it, and the words that open both.
struct Bench {
    lab: Lab,
    floor: Floor,
    memory: Arc<Memory>,
    sealer: Sealer,
}

fn short() -> FloorSettings {
    let ms = Duration::from_millis;
    FloorSettings {
        deadlines: Deadlines { identification: ms(400), quiet: ms(3_000), ..Deadlines::default() },
        ..FloorSettings::default()
    }
}

impl Bench {
    async fn start(plan: LabPlan) -> Bench {
        Bench::with(plan, short()).await
    }

    async fn with(plan: LabPlan, settings: FloorSettings) -> Bench {
        let key = MasterKey::random().unwrap();
        let (sealer, memory) = (Sealer::new(&key), Arc::new(Memory::default()));
        let words = plan.credentials.clone();
        let lab = Lab::start(plan).await.unwrap();
        let floor = memory.floor(settings, &key);
        let bench = Bench { lab, floor, memory, sealer };
        bench.credential("lab", &words.username, &words.password, Some(&words.enable));
        bench
    }

    fn credential(&self, name: &str, user: &str, password: &str, enable: Option<&str>) {
        let seal = |word: &str| self.sealer.seal(CREDENTIAL_PURPOSE, word.as_bytes()).unwrap();
        let login =
            SealedLogin { username: user.to_owned(), password: seal(password), enable: enable.map(seal) };
        self.memory.logins.lock().unwrap().insert(name.to_owned(), login);
    }

    fn router(&self, name: &str) -> Router {
        self.lab.router(name).unwrap()
    }

    fn device(&self, name: &str) -> Device {
        let at = self.lab.routers().position(|router| router.name() == name).unwrap();
        let address = self.router(name).address();
        device(at as i64 + 1, name, &address.ip().to_string(), address.port())
    }

    async fn ask(&self, device: Device, asks: &[&str]) -> Vec<Outcome> {
        asked(&self.floor, 1, &plan(device, asks), CancellationToken::new()).await
    }

    async fn backup(&self, name: &str) -> Outcome {
        self.ask(self.device(name), &[CONFIG]).await.remove(0)
    }
}

const CONFIG: &str = "the configuration";

pub(super) fn device(id: i64, name: &str, host: &str, port: u16) -> Device {
    Device {
        id: DeviceId(id),
        name: DeviceName::try_from(name.to_owned()).unwrap(),
        host: host.to_owned(),
        ssh_port: port,
        restconf_port: 443,
        platform: "ios-xe".to_owned(),
        site: "hanoi".to_owned(),
        tags: Vec::new(),
        credential: "lab".to_owned(),
        profile: Profile::Modern,
        parents: Vec::new(),
        monitored: true,
        note: String::new(),
        interfaces: Vec::new(),
        tls: crate::model::device::Tls::Pin,
    }
}

pub(super) fn plan(device: Device, asks: &[&str]) -> Plan {
    let ask = |line: &&str| match *line {
        CONFIG => Ask::RunningConfig,
        line => Ask::Line { line: line.to_owned(), deadline: None },
    };
    Plan::reading(device, asks.iter().map(ask).collect()).unwrap()
}

fn broken(outcome: &Outcome) -> &Broken {
    match outcome {
        Outcome::Broken(broken) => broken,
        other => panic!("not broken: {other:?}"),
    }
}

fn text(outcome: &Outcome) -> &str {
    match outcome {
        Outcome::Text(text) => text,
        other => panic!("no text: {other:?}"),
    }
}

/// The configuration is whole and exactly what the router has.
fn whole(bench: &Bench, name: &str, outcome: &Outcome) {
    let Outcome::Config(config) = outcome else { panic!("no configuration: {outcome:?}") };
    assert!(config.complete, "{config:?}");
    let raw = bench.sealer.open(CONFIG_PURPOSE, &config.sealed).unwrap();
    let raw = String::from_utf8(raw.to_vec()).unwrap().replace("\r\n", "\n");
    let has = bench.router(name).running_configuration();
    assert!(raw.contains(has.trim()), "the router has\n{has}\nwe have\n{raw}");
}

#[tokio::test]
async fn a_show_and_a_backup_in_one_session() {
    let bench = Bench::start(LabPlan::one("R1")).await;
    let asks = ["show clock", CONFIG, "show ip interface brief"];
    let outcomes = bench.ask(bench.device("R1"), &asks).await;
    assert_eq!(outcomes.len(), 3);
    assert!(text(&outcomes[0]).contains("UTC"), "{outcomes:?}");
    whole(&bench, "R1", &outcomes[1]);
    assert!(text(&outcomes[2]).starts_with("Interface"), "{outcomes:?}");
    assert_eq!(bench.router("R1").logins().accepted, 1);
}

#[tokio::test]
async fn nothing_secret_leaves_the_floor() {
    let bench = Bench::start(LabPlan::demo()).await;
    for router in bench.lab.routers() {
        let asks = [CONFIG, "show running-config", "show startup-config", "show logging", "show version"];
        let outcomes = bench.ask(bench.device(router.name()), &asks).await;
        for outcome in &outcomes {
            assert!(!matches!(outcome, Outcome::Broken(_)), "{outcome:?}");
            let said = format!("{outcome:?}");
            for secret in router.secrets() {
                assert!(!said.contains(&secret), "{secret} of {} is in {said}", router.name());
            }
        }
        let stored = serde_json::to_string(&outcomes).unwrap();
        assert!(router.secrets().iter().all(|secret| !stored.contains(secret)));
    }
}

#[tokio::test]
async fn a_backup_takes_some_tens_of_milliseconds() {
    let bench = Bench::start(LabPlan::one("R1")).await;
    bench.backup("R1").await;
    let started = Instant::now();
    for _ in 0..5 {
        whole(&bench, "R1", &bench.backup("R1").await);
    }
    let each = started.elapsed() / 5;
    println!("a backup takes {each:?}");
    // A debug build on a busy machine is given ten times what it needs.
    assert!(each < Duration::from_millis(1_500), "{each:?}");
}

#[tokio::test]
async fn every_way_to_log_in_and_every_host_key() {
    let mut plan = LabPlan::demo();
    plan.routers[0].login = LoginMethods::KeyboardInteractive;
    plan.routers[1].login = LoginMethods::Password;
    plan.routers[2].host_key = HostKeyKind::EcdsaP256;
    plan.routers[3].privilege = 15;
    plan.routers[4].privilege = 7;
    let bench = Bench::start(plan).await;
    for name in ["R1", "R2", "R3", "R4", "R5"] {
        whole(&bench, name, &bench.backup(name).await);
        assert_eq!(
            bench.memory.pins.lock().unwrap()[&(bench.device(name).id, PinKind::HostKey)],
            bench.router(name).host_key_fingerprint()
        );
    }
}

#[tokio::test]
async fn faults_that_a_backup_lives_through() {
    let bench = Bench::start(LabPlan::one("R1")).await;
    let router = bench.router("R1");
    for fault in [
        Fault::SmallPieces(1),
        Fault::SmallPieces(7),
        Fault::BannerEndingInHash { newline: true },
        Fault::BannerEndingInHash { newline: false },
        Fault::LogLinesInOutput,
        Fault::PagingRefused,
        Fault::ExecPromptTimestamp,
        Fault::SlowPerLine(Duration::from_millis(1)),
    ] {
        router.fault(fault.clone()).await;
        let outcomes = bench.ask(bench.device("R1"), &[CONFIG, "show version"]).await;
        router.clear_faults().await;
        let Outcome::Config(config) = &outcomes[0] else { panic!("{fault:?}: {outcomes:?}") };
        assert!(config.complete, "{fault:?}: {config:?}");
        let plain = bench.ask(bench.device("R1"), &[CONFIG, "show version"]).await;
        let Outcome::Config(expected) = &plain[0] else { panic!("{plain:?}") };
        assert_eq!(config.redacted, expected.redacted, "{fault:?}");
        assert_eq!(text(&outcomes[1]).lines().count(), text(&plain[1]).lines().count(), "{fault:?}");
    }
}

#[tokio::test]
async fn a_cut_configuration_is_not_complete() {
    let bench = Bench::start(LabPlan::one("R1")).await;
    for fault in [Fault::TruncatedConfiguration, Fault::EmptyConfiguration] {
        bench.router("R1").fault(fault.clone()).await;
        match bench.backup("R1").await {
            Outcome::Config(config) => assert!(!config.complete, "{fault:?}"),
            other => panic!("{fault:?}: {other:?}"),
        }
        bench.router("R1").clear_faults().await;
    }
}

#[tokio::test]
async fn each_way_to_fail_has_its_word() {
    let bench = Bench::start(LabPlan::one("R1")).await;
    let router = bench.router("R1");
    for (fault, expected) in [
        (Fault::Unreachable, "Unreachable"),
        (Fault::SilentAfterConnect, "NoIdentification"),
        (Fault::HangAfterLogin, "NoPrompt"),
        (Fault::WrongPassword, "LoginRefused"),
        (Fault::EnableRefused, "EnableRefused"),
        (Fault::DropInTheMiddle(1_000), "Dropped"),
    ] {
        router.fault(fault.clone()).await;
        let outcomes = bench.ask(bench.device("R1"), &[CONFIG, "show clock"]).await;
        router.clear_faults().await;
        assert!(format!("{:?}", broken(&outcomes[0])).starts_with(expected), "{fault:?}: {outcomes:?}");
        assert_eq!(outcomes.len(), 2);
        let second = broken(&outcomes[1]);
        assert_eq!(
            *second == Broken::NotAsked,
            fault == Fault::DropInTheMiddle(1_000),
            "{fault:?}: {second:?}"
        );
    }
}

#[tokio::test]
async fn every_stage_of_a_login_has_its_deadline() {
    let ms = Duration::from_millis;
    let settings = FloorSettings { deadlines: Deadlines { login: ms(400), ..short().deadlines }, ..short() };
    let bench = Bench::with(LabPlan::one("R1"), settings).await;
    let router = bench.router("R1");
    let hold = router.hold(Point::AtLogin);
    assert_eq!(broken(&bench.backup("R1").await), &Broken::LoginTimeout { after: ms(400) });
    hold.release();
    let hold = router.hold(Point::AfterConnect);
    assert_eq!(broken(&bench.backup("R1").await), &Broken::NoIdentification { after: ms(400) });
    hold.release();
    whole(&bench, "R1", &bench.backup("R1").await);
}

#[tokio::test]
async fn an_address_that_never_answers() {
    let wait = Duration::from_millis(300);
    let settings =
        FloorSettings { deadlines: Deadlines { connect: wait, ..Deadlines::default() }, ..short() };
    let bench = Bench::with(LabPlan::one("R1"), settings).await;
    // A full queue of a door that nobody opens: the next caller hears nothing at all.
    let socket = tokio::net::TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let listener = socket.listen(1).unwrap();
    let address = listener.local_addr().unwrap();
    let mut callers = Vec::new();
    while let Ok(caller) = tokio::time::timeout(wait, tokio::net::TcpStream::connect(address)).await {
        callers.push(caller.unwrap());
    }
    let outcomes = bench.ask(device(9, "R9", "127.0.0.1", address.port()), &["show clock"]).await;
    assert_eq!(broken(&outcomes[0]), &Broken::ConnectTimeout { after: wait });
}

#[tokio::test]
async fn a_door_that_closes_at_once_says_that_the_lines_are_taken() {
    let bench = Bench::start(LabPlan::one("R1")).await;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let closing = tokio::spawn(async move {
        let (first, _) = listener.accept().await.unwrap();
        drop(first);
        // A web server, by mistake.
        let (mut second, _) = listener.accept().await.unwrap();
        let page = "HTTP/1.1 400 Bad Request\r\n\r\n".repeat(100);
        tokio::io::AsyncWriteExt::write_all(&mut second, page.as_bytes()).await.unwrap();
    });
    let outcomes = bench.ask(device(9, "R9", "127.0.0.1", port), &["show clock"]).await;
    assert_eq!(broken(&outcomes[0]), &Broken::ClosedEarly);
    let outcomes = bench.ask(device(9, "R9", "127.0.0.1", port), &["show clock"]).await;
    assert!(matches!(broken(&outcomes[0]), Broken::Unreachable { .. } | Broken::ClosedEarly), "{outcomes:?}");
    closing.await.unwrap();
}

/// A server that only knows what routers knew twenty years ago.
struct Old;

impl russh::server::Handler for Old {
    type Error = russh::Error;
}

#[tokio::test]
async fn without_a_common_algorithm_the_fitting_profile_is_named() {
    let bench = Bench::start(LabPlan::one("R1")).await;
    let key =
        russh::keys::PrivateKey::random(&mut russh::keys::key::safe_rng(), russh::keys::Algorithm::Ed25519);
    let preferred = russh::Preferred {
        kex: std::borrow::Cow::Borrowed(&[russh::kex::DH_G14_SHA1]),
        ..russh::Preferred::DEFAULT
    };
    let config = russh::server::Config { keys: vec![key.unwrap()], preferred, ..Default::default() };
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let config = Arc::new(config);
    let serving = tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let session = russh::server::run_stream(config.clone(), stream, Old).await;
            drop(tokio::spawn(async move { drop(session.unwrap().await) }));
        }
    });
    let outcomes = bench.ask(device(9, "R9", "127.0.0.1", port), &["show clock"]).await;
    let Broken::NoCommonAlgorithm { kind, ours, theirs, fits } = broken(&outcomes[0]) else {
        panic!("{outcomes:?}")
    };
    assert_eq!((kind.as_str(), fits.as_deref()), ("key exchange", Some("legacy")));
    assert!(
        ours.contains(&"curve25519-sha256".to_owned())
            && theirs.contains(&"diffie-hellman-group14-sha1".to_owned())
    );

    let fitting = Device { profile: Profile::Legacy, ..device(9, "R9", "127.0.0.1", port) };
    let outcomes = bench.ask(fitting, &["show clock"]).await;
    assert!(matches!(broken(&outcomes[0]), Broken::LoginRefused { .. }), "the handshake works: {outcomes:?}");
    serving.abort();
}

#[tokio::test]
async fn an_address_that_is_none() {
    let bench = Bench::start(LabPlan::one("R1")).await;
    let nowhere = Device { host: "no-such-router.invalid".to_owned(), ..bench.device("R1") };
    assert_eq!(broken(&bench.ask(nowhere, &["show clock"]).await[0]), &Broken::NoAddress);
}

#[tokio::test]
async fn the_router_says_no() {
    let bench = Bench::start(LabPlan::one("R1")).await;
    let router = bench.router("R1");
    router.fault(Fault::AuthorizationFailed("show version".to_owned())).await;
    let asks = ["show nonsense", "show version", "show", "show clock"];
    let outcomes = bench.ask(bench.device("R1"), &asks).await;
    let reason = |at: usize| match &outcomes[at] {
        Outcome::Refused { line, reason, .. } if line == asks[at] => *reason,
        other => panic!("{other:?}"),
    };
    assert_eq!(reason(0), Refused::UnknownCommand);
    assert_eq!(reason(1), Refused::NotAuthorized);
    assert!(matches!(reason(2), Refused::Incomplete | Refused::Other));
    assert!(text(&outcomes[3]).contains("UTC"));
}

#[tokio::test]
async fn a_changed_host_key_is_refused_before_the_password() {
    let bench = Bench::start(LabPlan::one("R1")).await;
    let router = bench.router("R1");
    let old = router.host_key_fingerprint();
    whole(&bench, "R1", &bench.backup("R1").await);
    router.replace_host_key().unwrap();
    let outcome = bench.backup("R1").await;
    let offered = router.host_key_fingerprint();
    assert_eq!(broken(&outcome), &Broken::HostKeyChanged { pinned: old, offered: offered.clone() });
    assert_eq!(router.logins().accepted + router.logins().refused, 1, "no password was sent");
    let id = bench.device("R1").id;
    assert_eq!(bench.memory.offered.lock().unwrap()[&(id, PinKind::HostKey)], offered);
    *bench.memory.broken.lock().unwrap() = true;
    assert!(matches!(broken(&bench.backup("R1").await), Broken::Unreachable { .. }), "no pin, no trust");
    assert_eq!(router.logins().accepted, 1);
}

#[tokio::test]
async fn credentials_that_cannot_work() {
    let bench = Bench::start(LabPlan::one("R1")).await;
    let Credentials { username, password, .. } = bench.router("R1").credentials().clone();
    bench.credential("no-enable", &username, &password, None);
    let with = |credential: &str| Device { credential: credential.to_owned(), ..bench.device("R1") };

    let outcomes = bench.ask(with("no-enable"), &["show clock", CONFIG, "show clock"]).await;
    assert!(text(&outcomes[0]).contains("UTC"), "a line needs no enable");
    assert_eq!(broken(&outcomes[1]), &Broken::EnableMissing { credential: "no-enable".to_owned() });

    let outcomes = bench.ask(with("nobody"), &["show clock"]).await;
    assert_eq!(broken(&outcomes[0]), &Broken::CredentialMissing { credential: "nobody".to_owned() });

    let foreign = Sealer::new(&MasterKey::random().unwrap());
    let sealed = foreign.seal(CREDENTIAL_PURPOSE, b"x").unwrap();
    let login = SealedLogin { username, password: sealed, enable: None };
    bench.memory.logins.lock().unwrap().insert("foreign".to_owned(), login);
    let outcomes = bench.ask(with("foreign"), &["show clock"]).await;
    assert_eq!(broken(&outcomes[0]), &Broken::KeyUnfit { credential: "foreign".to_owned() });
    assert_eq!(bench.router("R1").logins().refused, 0);
}

#[tokio::test]
async fn a_wrong_password_is_sent_once_and_stops_after_three_routers() {
    let bench = Bench::start(LabPlan::demo()).await;
    let words = bench.router("R1").credentials().clone();
    bench.credential("lab", &words.username, "not-it", Some(&words.enable));
    for name in ["R1", "R2", "R3"] {
        let refused = Broken::LoginRefused { credential: "lab".to_owned() };
        assert_eq!(broken(&bench.backup(name).await), &refused);
        assert_eq!(bench.router(name).logins().refused, 1, "{name}");
    }
    let stopped = Broken::CredentialStopped { credential: "lab".to_owned() };
    assert_eq!(broken(&bench.backup("R4").await), &stopped);
    assert_eq!(bench.router("R4").logins().refused, 0, "the password never left");

    bench.credential("lab", &words.username, &words.password, Some(&words.enable));
    assert_eq!(broken(&bench.backup("R4").await), &stopped, "nobody said try again");
    bench.floor.retry_credential("lab");
    whole(&bench, "R4", &bench.backup("R4").await);
    whole(&bench, "R1", &bench.backup("R1").await);
}

#[tokio::test]
async fn a_wrong_password_for_all_is_tried_by_three_routers_only() {
    let bench = Arc::new(Bench::start(LabPlan::fleet(20)).await);
    bench.credential("lab", "admin", "not-it", None);
    let tasks: Vec<_> = (1..=20)
        .map(|n| {
            let (bench, name) = (bench.clone(), format!("R{n}"));
            tokio::spawn(async move { bench.backup(&name).await })
        })
        .collect();
    for task in tasks {
        let outcome = task.await.unwrap();
        let expected = [
            Broken::LoginRefused { credential: "lab".to_owned() },
            Broken::CredentialStopped { credential: "lab".to_owned() },
        ];
        assert!(expected.contains(broken(&outcome)), "{outcome:?}");
    }
    assert_eq!(bench.lab.routers().map(|router| router.logins().refused).sum::<usize>(), 3);
}

#[tokio::test]
async fn a_new_word_is_tried_by_three_routers_though_the_former_one_worked() {
    let bench = Arc::new(Bench::start(LabPlan::fleet(20)).await);
    let words = bench.router("R1").credentials().clone();
    whole(&bench, "R1", &bench.backup("R1").await);
    let all = || {
        let ask = |n| {
            let (bench, name) = (bench.clone(), format!("R{n}"));
            tokio::spawn(async move { bench.ask(bench.device(&name), &["show clock"]).await.remove(0) })
        };
        (1..=20).map(ask).collect::<Vec<_>>()
    };
    bench.credential("lab", &words.username, "not-it", None);
    for task in all() {
        let outcome = task.await.unwrap();
        assert!(matches!(broken(&outcome), Broken::LoginRefused { .. } | Broken::CredentialStopped { .. }));
    }
    assert_eq!(bench.lab.routers().map(|router| router.logins().refused).sum::<usize>(), 3);

    bench.credential("lab", &words.username, &words.password, None);
    bench.floor.retry_credential("lab");
    for task in all() {
        assert!(text(&task.await.unwrap()).contains("UTC"));
    }
}

#[tokio::test]
async fn one_session_a_device_and_a_quick_question_overtakes() {
    let settings = FloorSettings { sessions: 2, ..short() };
    let bench = Arc::new(Bench::with(LabPlan::fleet(8), settings).await);
    let hold = bench.router("R1").hold(Point::AtCommand("show running-config".to_owned()));
    let big: Vec<_> = (1..=7)
        .map(|n| {
            let (bench, name) = (bench.clone(), format!("R{n}"));
            tokio::spawn(async move { bench.backup(&name).await })
        })
        .collect();
    hold.reached().await;
    let quick = plan(bench.device("R8"), &["show clock"]);
    let outcomes = asked(&bench.floor, 2, &quick, CancellationToken::new()).await;
    assert!(text(&outcomes[0]).contains("UTC"));
    hold.release();
    for task in big {
        assert!(matches!(task.await.unwrap(), Outcome::Config(config) if config.complete));
    }
    for router in bench.lab.routers() {
        assert_eq!(router.max_sessions_seen(), 1, "{}", router.name());
    }
}

#[tokio::test]
async fn sessions_with_one_device_follow_each_other() {
    let bench = Arc::new(Bench::start(LabPlan::one("R1")).await);
    let tasks: Vec<_> = (0..6)
        .map(|_| {
            let bench = bench.clone();
            tokio::spawn(async move { bench.backup("R1").await })
        })
        .collect();
    for task in tasks {
        whole(&bench, "R1", &task.await.unwrap());
    }
    assert_eq!(bench.router("R1").max_sessions_seen(), 1);
}

#[tokio::test]
async fn a_stop_ends_the_wait_and_the_reading() {
    let bench = Arc::new(Bench::start(LabPlan::one("R1")).await);
    let hold = bench.router("R1").hold(Point::AtCommand("show version".to_owned()));
    let (stop, second_stop) = (CancellationToken::new(), CancellationToken::new());
    let run = |stop: CancellationToken| {
        let bench = bench.clone();
        let plan = plan(bench.device("R1"), &["show clock", "show version", "show clock"]);
        tokio::spawn(async move { asked(&bench.floor, 1, &plan, stop).await })
    };
    let first = run(stop.clone());
    hold.reached().await;
    let waiting = run(second_stop.clone());
    second_stop.cancel();
    let stopped = Outcome::Broken(Broken::Stopped);
    assert_eq!(waiting.await.unwrap(), vec![stopped.clone(); 3]);
    stop.cancel();
    let outcomes = first.await.unwrap();
    assert!(text(&outcomes[0]).contains("UTC"));
    assert_eq!(outcomes[1..], [stopped.clone(), stopped]);
    hold.release();
    whole(&bench, "R1", &bench.backup("R1").await);
}

#[tokio::test]
async fn silence_and_deadlines_are_told_apart() {
    let settings = FloorSettings {
        deadlines: Deadlines { quiet: Duration::from_millis(600), ..short().deadlines },
        ..short()
    };
    let bench = Bench::with(LabPlan::one("R1"), settings).await;
    let hold = bench.router("R1").hold(Point::AtCommand("show version".to_owned()));
    let outcomes = bench.ask(bench.device("R1"), &["show version"]).await;
    assert_eq!(broken(&outcomes[0]), &Broken::Silent { after: Duration::from_millis(600) });
    hold.release();

    bench.router("R1").fault(Fault::SlowPerLine(Duration::from_millis(50))).await;
    let deadline = Some(Duration::from_millis(300));
    let line = Ask::Line { line: "show running-config".to_owned(), deadline };
    let slow = Plan::reading(bench.device("R1"), vec![line]).unwrap();
    let outcomes = asked(&bench.floor, 1, &slow, CancellationToken::new()).await;
    assert_eq!(broken(&outcomes[0]), &Broken::Deadline { after: Duration::from_millis(300) });
}

#[tokio::test]
async fn the_identification_is_read_without_a_login() {
    let bench = Bench::start(LabPlan::one("R1")).await;
    let (router, device) = (bench.router("R1"), bench.device("R1"));
    assert_eq!(bench.floor.identify(&device).await, Ok(()));
    router.fault(Fault::SilentAfterConnect).await;
    let silent = Broken::NoIdentification { after: short().deadlines.identification };
    assert_eq!(bench.floor.identify(&device).await, Err(silent));
    router.fault(Fault::Unreachable).await;
    assert!(matches!(bench.floor.identify(&device).await, Err(Broken::Unreachable { .. })));
    router.clear_faults().await;
    // A session that holds the device's turn does not hold this up.
    let hold = router.hold(Point::AtCommand("show version".to_owned()));
    let busy = bench.ask(device.clone(), &["show version"]);
    let looked = async {
        hold.reached().await;
        let looked = bench.floor.identify(&device).await;
        hold.release();
        looked
    };
    let (outcomes, looked) = tokio::join!(busy, looked);
    assert_eq!((looked, outcomes.len()), (Ok(()), 1));
    assert_eq!(router.logins().accepted + router.logins().refused, 1, "only the session logged in");
}

#[test]
fn sealed_bytes_do_not_print() {
    assert_eq!(format!("{:?}", Sealed(vec![1, 2, 3])), "Sealed(3 bytes)");
}
