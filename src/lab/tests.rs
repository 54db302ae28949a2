//! The lab from outside: a plain SSH client logs in and reads what a person would see.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use russh::client::{self, KeyboardInteractiveAuthResponse};
use russh::keys::PublicKeyOrCertificate;
use russh::{Channel, ChannelMsg};

use super::*;

mod reload;

/// Long enough that only a real hang meets it.
const PATIENCE: Duration = Duration::from_secs(20);

struct Eyes {
    fingerprint: Arc<Mutex<String>>,
}

impl client::Handler for Eyes {
    type Error = russh::Error;

    async fn check_server_key(&mut self, key: &PublicKeyOrCertificate) -> Result<bool, Self::Error> {
        *self.fingerprint.lock().unwrap() = key.public_key().fingerprint(Default::default()).to_string();
        Ok(true)
    }
}

struct Person {
    session: client::Handle<Eyes>,
    channel: Channel<client::Msg>,
}

async fn connect(router: &Router) -> Result<(client::Handle<Eyes>, String), russh::Error> {
    let fingerprint = Arc::new(Mutex::new(String::new()));
    let eyes = Eyes { fingerprint: fingerprint.clone() };
    let session = client::connect(Arc::new(client::Config::default()), router.address(), eyes).await?;
    let seen = fingerprint.lock().unwrap().clone();
    Ok((session, seen))
}

async fn password(session: &mut client::Handle<Eyes>, user: &str, word: &str) -> bool {
    session.authenticate_password(user, word).await.unwrap().success()
}

async fn interactive(session: &mut client::Handle<Eyes>, user: &str, word: &str) -> bool {
    let mut answer = session.authenticate_keyboard_interactive_start(user, None).await.unwrap();
    loop {
        let prompts = match answer {
            KeyboardInteractiveAuthResponse::Success => return true,
            KeyboardInteractiveAuthResponse::Failure { .. } => return false,
            KeyboardInteractiveAuthResponse::InfoRequest { prompts, .. } => prompts,
        };
        assert!(prompts.iter().all(|prompt| !prompt.echo));
        let words = vec![word.to_owned(); prompts.len()];
        answer = session.authenticate_keyboard_interactive_respond(words).await.unwrap();
    }
}

async fn log_in(router: &Router, rows: u32) -> Person {
    let (mut session, _) = connect(router).await.unwrap();
    let who = router.credentials();
    assert!(password(&mut session, &who.username, &who.password).await);
    let channel = session.channel_open_session().await.unwrap();
    channel.request_pty(true, "vt100", 200, rows, 0, 0, &[]).await.unwrap();
    channel.request_shell(true).await.unwrap();
    Person { session, channel }
}

impl Person {
    /// Reads until the text ends so; an error holds what came when the line ended.
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

    /// Logs in, opens privileged mode and stops the paging.
    async fn privileged(router: &Router) -> Person {
        let mut person = log_in(router, 0).await;
        person.until("R1>").await.unwrap();
        person.ask("enable", "Password: ").await;
        let word = router.credentials().enable.clone();
        assert_eq!(person.ask(&word, "#").await, "\r\nR1#");
        person.ask("terminal length 0", "R1#").await;
        person
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
    assert_eq!(
        refused,
        "show running-config\r\n        ^\r\n% Invalid input detected at '^' marker.\r\n\r\nR1>"
    );
    person.press("sh clock\rsh ver | begin register\rexit\r").await;
    let last = person.until("never").await.unwrap_err();
    assert!(last.ends_with("Configuration register is 0x2102\r\n\r\nR1>exit\r\n"), "{last}");
    assert_eq!(
        router.typed(),
        ["sh ver | inc uptime", "show running-config", "sh clock", "sh ver | begin register", "exit"]
    );
    assert_eq!(router.logins(), Logins { accepted: 1, refused: 0 });
    lab.stop().await.unwrap();
}

#[tokio::test]
async fn both_ways_to_log_in_and_only_the_right_word() {
    let mut plan = LabPlan::demo();
    plan.routers[1].login = LoginMethods::KeyboardInteractive;
    plan.routers[2].login = LoginMethods::Password;
    let lab = Lab::start(plan).await.unwrap();
    let who = Credentials::default();
    for (name, by_password, by_keyboard) in [("R1", true, true), ("R2", false, true), ("R3", true, false)] {
        let router = lab.router(name).unwrap();
        let (mut session, seen) = connect(&router).await.unwrap();
        assert_eq!(seen, router.host_key_fingerprint());
        assert_eq!(password(&mut session, &who.username, &who.password).await, by_password, "{name}");
        let (mut session, _) = connect(&router).await.unwrap();
        assert_eq!(interactive(&mut session, &who.username, &who.password).await, by_keyboard, "{name}");
        let (mut session, _) = connect(&router).await.unwrap();
        assert!(!interactive(&mut session, &who.username, "wrong").await);
        assert!(!password(&mut session, "nobody", &who.password).await);
    }
    lab.stop().await.unwrap();
}

#[tokio::test]
async fn the_whole_configuration_arrives_and_holds_its_secrets() {
    let (lab, router) = one().await;
    let mut person = Person::privileged(&router).await;
    let text = person.ask("show running-config", "R1#").await.replace("\r\n", "\n");
    assert!(text.ends_with("\n!\nend\n\nR1#"));
    assert!(text.contains(&router.running_configuration()));
    assert!(router.secrets().iter().all(|secret| text.contains(secret.as_str())));
    assert!(!router.typed().contains(&router.credentials().enable));
    lab.stop().await.unwrap();
}

#[tokio::test]
async fn long_outputs_stop_at_the_end_of_the_page() {
    let (lab, router) = one().await;
    let mut person = log_in(&router, 10).await;
    person.until("R1>").await.unwrap();
    let page = person.ask("show version", " --More-- ").await;
    assert_eq!(page.matches("\r\n").count(), 10);
    person.press("\r").await;
    let line = person.until(" --More-- ").await.unwrap();
    assert!(
        line.starts_with("\x08\x08\x08\x08\x08\x08\x08\x08\x08        \x08")
            && line.matches("\r\n").count() == 1,
        "{line:?}"
    );
    person.press(" ").await;
    assert_eq!(person.until(" --More-- ").await.unwrap().matches("\r\n").count(), 9);
    person.press("q").await;
    assert!(person.until("R1>").await.unwrap().len() < 40);
    person.ask("terminal length 0", "R1>").await;
    assert!(!person.ask("show version", "R1>").await.contains("More"));
    lab.stop().await.unwrap();
}

#[tokio::test]
async fn an_edit_changes_the_router_for_everybody() {
    let (lab, router) = one().await;
    let mut person = Person::privileged(&router).await;
    person.ask("conf t", "(config)#").await;
    person.ask("interface GigabitEthernet4", "(config-if)#").await;
    person.ask("description new", "(config-if)#").await;
    person.press("\x1a").await;
    person.until("R1#").await.unwrap();
    assert!(router.unsaved() && router.running_configuration().contains(" description new\n"));
    assert!(
        router.log_lines().last().unwrap().ends_with("Configured from console by admin on vty0 (127.0.0.1)")
    );
    assert!(person.ask("write memory", "R1#").await.contains("[OK]\r\n"));
    assert!(!router.unsaved() && router.startup_configuration().contains(" description new\n"));
    router.edit("bob", &["hostname R1", "snmp-server location attic"]).unwrap();
    assert!(router.unsaved() && router.running_configuration().contains(" by bob\n"));
    assert!(router.edit("bob", &["nonsense"]).is_err());
    lab.stop().await.unwrap();
}

#[tokio::test]
async fn an_unreachable_router_refuses_and_comes_back_at_the_same_place() {
    let (lab, router) = one().await;
    let mut person = log_in(&router, 0).await;
    person.until("R1>").await.unwrap();
    router.fault(Fault::Unreachable).await;
    router.fault(Fault::WrongPassword).await;
    router.clear_fault(&Fault::WrongPassword).await;
    assert!(person.until("never").await.is_err());
    assert!(tokio::net::TcpStream::connect(router.address()).await.is_err());
    router.clear_faults().await;
    log_in(&router, 0).await.until("R1>").await.unwrap();
    lab.stop().await.unwrap();
}

/// Whoever is let in at the very moment at which the door shuts is thrown out as well, or the router would go on
/// answering on that connection while it is said to be away.
#[tokio::test(flavor = "multi_thread")]
async fn nobody_stays_inside_a_door_that_shuts() {
    use tokio::io::AsyncReadExt;
    let (lab, router) = one().await;
    for _ in 0..200 {
        let mut inside = Vec::new();
        for address in [router.address(), router.https_address()] {
            inside.push(tokio::net::TcpStream::connect(address).await.unwrap());
        }
        router.fault(Fault::Unreachable).await;
        for mut stream in inside {
            let mut heard = Vec::new();
            let end = tokio::time::timeout(PATIENCE, stream.read_to_end(&mut heard)).await;
            assert!(end.is_ok(), "still inside after {heard:?}");
        }
        router.clear_faults().await;
    }
    lab.stop().await.unwrap();
}

#[tokio::test]
async fn the_command_line_shows_the_same_faults_as_restconf() {
    let (lab, router) = one().await;
    let mut person = Person::privileged(&router).await;
    router.fault(Fault::PortDown("GigabitEthernet1".to_owned())).await;
    router.fault(Fault::PortGone("GigabitEthernet3".to_owned())).await;
    router.fault(Fault::Cpu(93)).await;
    router.fault(Fault::MemoryPool(95)).await;
    router.fault(Fault::ClockOff(400 * 86_400)).await;
    let brief = person.ask("show ip interface brief", "R1#").await;
    let line = brief.lines().find(|line| line.starts_with("GigabitEthernet1 ")).unwrap();
    assert!(line.trim_end().ends_with("down                  down"), "{line}");
    assert!(!brief.contains("GigabitEthernet3"));
    assert!(person.ask("show processes cpu", "R1#").await.contains("one minute: 93%"));
    let pools = person.ask("show processes memory", "R1#").await;
    assert!(pools.contains("Used: 1999094500"), "{pools}");
    let year = (chrono::Utc::now() + chrono::TimeDelta::days(400)).format("%Y").to_string();
    assert!(person.ask("show clock", "R1#").await.contains(&year));
    lab.stop().await.unwrap();
}

#[tokio::test]
async fn silence_after_the_connect_and_after_the_login() {
    use tokio::io::AsyncReadExt;
    let (lab, router) = one().await;
    router.fault(Fault::SilentAfterConnect).await;
    let mut stream = tokio::net::TcpStream::connect(router.address()).await.unwrap();
    let mut byte = [0];
    let heard = tokio::time::timeout(Duration::from_millis(150), stream.read(&mut byte)).await;
    assert!(heard.is_err(), "{heard:?}");
    router.clear_faults().await;
    router.fault(Fault::HangAfterLogin).await;
    let mut person = log_in(&router, 0).await;
    let heard = tokio::time::timeout(Duration::from_millis(150), person.until("R1>")).await;
    assert!(heard.is_err());
    lab.stop().await.unwrap();
}

#[tokio::test]
async fn a_connection_drops_after_the_bytes_that_were_ordered() {
    let (lab, router) = one().await;
    let mut person = Person::privileged(&router).await;
    router.fault(Fault::DropInTheMiddle(3000)).await;
    person.press("show running-config\r").await;
    let text = person.until("never").await.unwrap_err();
    assert!((300..3000).contains(&text.len()) && !text.contains("\nend"), "{}", text.len());
    lab.stop().await.unwrap();
}

#[tokio::test]
async fn words_that_are_refused() {
    let (lab, router) = one().await;
    let who = router.credentials().clone();
    router.fault(Fault::WrongPassword).await;
    let (mut session, _) = connect(&router).await.unwrap();
    assert!(!interactive(&mut session, &who.username, &who.password).await);
    router.clear_faults().await;
    router.fault(Fault::EnableRefused).await;
    let mut person = log_in(&router, 0).await;
    person.until("R1>").await.unwrap();
    person.ask("enable", "Password: ").await;
    person.ask(&who.enable, "Password: ").await;
    person.ask(&who.enable, "Password: ").await;
    assert!(person.ask(&who.enable, "R1>").await.contains("% Bad secrets\r\n"));
    assert_eq!(router.logins(), Logins { accepted: 1, refused: 1 });
    lab.stop().await.unwrap();
}

#[tokio::test]
async fn strange_outputs() {
    let (lab, router) = one().await;
    router.fault(Fault::BannerEndingInHash { newline: false }).await;
    router.fault(Fault::LogLinesInOutput).await;
    router.fault(Fault::SmallPieces(3)).await;
    let mut person = log_in(&router, 0).await;
    let greeting = person.until("R1>").await.unwrap();
    assert!(greeting.ends_with("unit #R1>"), "{greeting}");
    let text = person.ask("show ip interface brief", "R1>").await;
    assert!(text.contains(": %LINK-3-UPDOWN: Interface GigabitEthernet4"), "{text}");
    router.clear_faults().await;
    router.fault(Fault::SlowPerLine(Duration::from_millis(20))).await;
    let start = Instant::now();
    person.ask("show ip interface brief", "R1>").await;
    assert!(start.elapsed() >= Duration::from_millis(100));
    lab.stop().await.unwrap();
}

#[tokio::test]
async fn answers_are_withheld_at_each_point() {
    let (lab, router) = one().await;
    let hold = router.hold(Point::AtCommand("write".to_owned()));
    let mut person = Person::privileged(&router).await;
    router.edit("bob", &["hostname R1"]).unwrap();
    person.press("wr\r").await;
    hold.reached().await;
    assert!(router.typed().contains(&"wr".to_owned()) && router.unsaved());
    hold.release();
    person.until("[OK]\r\nR1#").await.unwrap();
    assert!(!router.unsaved());
    let hold = router.hold(Point::MiddleOf("show running-config".to_owned()));
    person.press("show run\r").await;
    hold.reached().await;
    drop(hold);
    assert!(person.until("R1#").await.unwrap().contains("\r\nend\r\n"));
    let hold = router.hold(Point::MiddleOf("show clock".to_owned()));
    person.press("sh clock\r").await;
    hold.reached().await;
    hold.release();
    person.until("R1#").await.unwrap();
    for point in [Point::AfterConnect, Point::AtLogin] {
        let hold = router.hold(point);
        let other = tokio::spawn({
            let router = router.clone();
            async move { log_in(&router, 0).await.until("R1>").await }
        });
        hold.reached().await;
        hold.release();
        assert!(other.await.unwrap().is_ok());
    }
    assert!(router.max_sessions_seen() >= 2);
    lab.stop().await.unwrap();
}

#[tokio::test]
async fn a_person_may_type_far_ahead_of_a_slow_router() {
    let (lab, router) = one().await;
    router.fault(Fault::SlowPerLine(Duration::from_millis(10))).await;
    let mut person = Person::privileged(&router).await;
    person.press("show version\r").await;
    for key in "show clock\r".repeat(40).chars() {
        person.press(&key.to_string()).await;
    }
    person.press("exit\r").await;
    let text = person.until("never").await.unwrap_err();
    assert_eq!(text.matches("R1#show clock\r\n").count(), 40);
    lab.stop().await.unwrap();
}

#[tokio::test]
async fn a_second_session_on_a_connection_is_refused() {
    let (lab, router) = one().await;
    let mut person = log_in(&router, 0).await;
    person.until("R1>").await.unwrap();
    assert!(person.session.channel_open_session().await.is_err());
    lab.stop().await.unwrap();
}

#[tokio::test]
async fn a_lab_with_a_folder_is_the_same_lab_at_its_next_start() {
    let folder = tempfile::tempdir().unwrap();
    let plan = LabPlan { state: Some(folder.path().to_owned()), ..LabPlan::demo() };
    let lab = Lab::start(plan.clone()).await.unwrap();
    let first = lab.router("R2").unwrap();
    first.edit("bob", &["snmp-server location attic"]).unwrap();
    let twice = Lab::start(plan.clone()).await.unwrap_err();
    assert!(matches!(twice, LabError::Listen { .. }), "{twice}");
    lab.stop().await.unwrap();
    let lab = Lab::start(plan).await.unwrap();
    let second = lab.router("R2").unwrap();
    assert_eq!(second.address(), first.address());
    assert_eq!(second.host_key_fingerprint(), first.host_key_fingerprint());
    assert_eq!(second.boot_time(), first.boot_time());
    assert_eq!(second.running_configuration(), first.running_configuration());
    assert!(second.unsaved());
    second.replace_host_key().unwrap();
    assert_ne!(second.host_key_fingerprint(), first.host_key_fingerprint());
    assert_eq!(connect(&second).await.unwrap().1, second.host_key_fingerprint());
    assert!(lab.table().lines().count() == 6 && lab.table().contains(&second.address().port().to_string()));
    lab.stop().await.unwrap();
}

#[tokio::test]
async fn every_kind_of_host_key_and_privilege_at_login() {
    let folder = tempfile::tempdir().unwrap();
    let mut plan = LabPlan { state: Some(folder.path().to_owned()), ..LabPlan::fleet(3) };
    plan.routers[0].host_key = HostKeyKind::EcdsaP256;
    plan.routers[0].privilege = 15;
    plan.routers[1].host_key = HostKeyKind::Rsa;
    let lab = Lab::start(plan).await.unwrap();
    for router in lab.routers() {
        let mut person = log_in(router, 0).await;
        let sign = if router.name() == "R1" { "R1#" } else { ">" };
        person.until(sign).await.unwrap();
    }
    lab.stop().await.unwrap();
}

#[tokio::test]
async fn a_hundred_routers_answer_a_hundred_people() {
    let lab = Lab::start(LabPlan::fleet(100)).await.unwrap();
    let mut people = tokio::task::JoinSet::new();
    for router in lab.routers() {
        let router = router.clone();
        people.spawn(async move {
            let mut person = log_in(&router, 0).await;
            let prompt = format!("{}>", router.name());
            person.until(&prompt).await.unwrap();
            person.ask("show ip interface brief", &prompt).await
        });
    }
    let answers = people.join_all().await;
    assert!(answers.iter().all(|answer| answer.contains("GigabitEthernet1")));
    lab.stop().await.unwrap();
}

#[test]
fn names_that_cannot_be_are_refused() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    for names in [["R1", "r1"], ["R1", "../x"], ["R1", ""]] {
        let plan = LabPlan::new(names.iter().map(|name| RouterPlan::new(name, "hanoi")).collect());
        assert!(matches!(runtime.block_on(Lab::start(plan)), Err(LabError::Name(_))));
    }
}
