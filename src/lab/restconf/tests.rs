//! RESTCONF of the lab from outside: plain HTTP/1.1 over TLS, byte by byte, so that nothing a library would repair
//! stays hidden.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};
use chrono::{DateTime, TimeDelta, Utc};
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use crate::lab::traffic::{self, Direction};
use crate::lab::{Certificates, Fault, Lab, LabPlan, Point, Router};

const CPU: &str =
    "Cisco-IOS-XE-process-cpu-oper:cpu-usage/cpu-utilization?fields=five-seconds;one-minute;five-minutes";
const MEMORY: &str = "Cisco-IOS-XE-memory-oper:memory-statistics";
const CONTROL: &str =
    "Cisco-IOS-XE-platform-software-oper:cisco-platform-software/control-processes/control-process";
const PORTS: &str = "Cisco-IOS-XE-interfaces-oper:interfaces/interface";
const STANDARD_PORTS: &str = "ietf-interfaces:interfaces-state/interface";
const SYSTEM: &str =
    "Cisco-IOS-XE-device-hardware-oper:device-hardware-data/device-hardware/device-system-data";
/// Long enough that only a real hang meets it.
const PATIENCE: Duration = Duration::from_secs(20);

mod operations;

/// Takes any certificate and remembers it.
#[derive(Debug)]
struct Eyes(Mutex<Vec<u8>>);

impl ServerCertVerifier for Eyes {
    fn verify_server_cert(
        &self,
        certificate: &CertificateDer,
        _: &[CertificateDer],
        _: &ServerName,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        *self.0.lock().unwrap() = certificate.to_vec();
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        _: &[u8],
        _: &CertificateDer,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn verify_tls13_signature(
        &self,
        _: &[u8],
        _: &CertificateDer,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        vec![SignatureScheme::ECDSA_NISTP256_SHA256]
    }
}

struct Client {
    stream: BufReader<TlsStream<TcpStream>>,
    certificate: Vec<u8>,
    login: String,
}

#[derive(Debug)]
struct Answer {
    status: u16,
    head: String,
    body: String,
}

impl Answer {
    fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|_| panic!("{self:?}"))
    }

    fn error(&self) -> Value {
        assert!(self.head.contains("content-type: application/yang-data+json"), "{self:?}");
        self.json()["ietf-restconf:errors"]["error"][0].clone()
    }
}

fn ring() -> Arc<rustls::crypto::CryptoProvider> {
    Arc::new(rustls::crypto::ring::default_provider())
}

fn login(user: &str, password: &str) -> String {
    format!("Authorization: Basic {}\r\n", STANDARD.encode(format!("{user}:{password}")))
}

impl Client {
    async fn connect(router: &Router) -> std::io::Result<Client> {
        let eyes = Arc::new(Eyes(Mutex::default()));
        let config = ClientConfig::builder_with_provider(ring())
            .with_safe_default_protocol_versions()
            .unwrap()
            .dangerous()
            .with_custom_certificate_verifier(eyes.clone())
            .with_no_client_auth();
        let stream = TcpStream::connect(router.https_address()).await?;
        let name = ServerName::from(router.https_address().ip());
        let stream = TlsConnector::from(Arc::new(config)).connect(name, stream).await?;
        let certificate = eyes.0.lock().unwrap().clone();
        let who = router.credentials();
        Ok(Client { stream: BufReader::new(stream), certificate, login: login(&who.username, &who.password) })
    }

    async fn send(&mut self, method: &str, path: &str, headers: &str) -> std::io::Result<Answer> {
        self.send_with(method, path, headers, "").await
    }

    async fn send_with(
        &mut self,
        method: &str,
        path: &str,
        headers: &str,
        body: &str,
    ) -> std::io::Result<Answer> {
        let request =
            format!("{method} {path} HTTP/1.1\r\nHost: router\r\n{}{headers}\r\n{body}", self.login);
        self.stream.write_all(request.as_bytes()).await?;
        let read = async {
            let mut head = String::new();
            while !head.ends_with("\r\n\r\n") {
                if self.stream.read_line(&mut head).await? == 0 {
                    return Err(std::io::ErrorKind::UnexpectedEof.into());
                }
            }
            let head = head.to_lowercase();
            let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")?.parse().ok());
            let mut body = vec![0; length.unwrap_or(0)];
            self.stream.read_exact(&mut body).await?;
            let status = head.split(' ').nth(1).unwrap().parse().unwrap();
            Ok(Answer { status, head, body: String::from_utf8(body).unwrap() })
        };
        tokio::time::timeout(PATIENCE, read).await.expect("an answer")
    }

    async fn get(&mut self, path: &str) -> Answer {
        let path = format!("/restconf/data/{path}");
        self.send("GET", &path, "Accept: application/yang-data+json\r\n").await.unwrap()
    }
}

async fn one() -> (Lab, Router) {
    let lab = Lab::start(LabPlan::one("R1")).await.unwrap();
    let router = lab.router("R1").unwrap();
    (lab, router)
}

async fn ask(router: &Router, path: &str) -> Answer {
    Client::connect(router).await.unwrap().get(path).await
}

/// The value under the one root key.
async fn read(router: &Router, path: &str) -> Value {
    let answer = ask(router, path).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    let whole = answer.json();
    assert_eq!(whole.as_object().unwrap().len(), 1);
    whole.as_object().unwrap().values().next().unwrap().clone()
}

async fn port(router: &Router, name: &str) -> Value {
    let found = read(router, &format!("{PORTS}={name}")).await;
    found[0].clone()
}

fn number(value: &Value) -> u64 {
    value.as_str().unwrap_or_else(|| panic!("{value} is no string")).parse().unwrap()
}

#[tokio::test]
async fn every_endpoint_answers_in_its_shape() {
    let (lab, router) = one().await;
    let keys = |value: &Value| value.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    assert_eq!(keys(&read(&router, CPU).await), ["five-minutes", "five-seconds", "one-minute"]);
    let whole = ask(&router, CPU.split('?').next().unwrap()).await.json();
    assert_eq!(keys(&whole), ["Cisco-IOS-XE-process-cpu-oper:cpu-utilization"]);
    let pools = read(&router, MEMORY).await["memory-statistic"].clone();
    assert_eq!(pools[0]["name"], "Processor");
    assert_eq!(
        number(&pools[0]["used-memory"]) + number(&pools[0]["free-memory"]),
        number(&pools[0]["total-memory"])
    );
    assert_eq!(pools[2]["name"], "lsmpi_io");
    let control = read(&router, CONTROL).await;
    assert_eq!(control[0]["memory-stats"]["memory-status"], "Healthy");
    assert!(number(&control[0]["memory-stats"]["used-percent"]) < 60);
    let one = port(&router, "GigabitEthernet1").await;
    assert_eq!(one["speed"], "1000000000");
    assert_eq!(
        (&one["admin-status"], &one["oper-status"]),
        (&json!("if-state-up"), &json!("if-oper-state-ready"))
    );
    assert_eq!(one["description"], "to ISP-A");
    assert!(one["statistics"]["out-octets"].is_u64() && one["statistics"]["in-octets"].is_string());
    let spare = port(&router, "GigabitEthernet4").await;
    assert_eq!(spare["admin-status"], "if-state-down");
    assert_eq!(number(&spare["statistics"]["in-octets"]), 0);
    let standard = read(&router, STANDARD_PORTS).await;
    assert_eq!(standard[0]["oper-status"], "up");
    assert!(standard[1]["statistics"]["out-octets"].is_string());
    let system = read(&router, SYSTEM).await;
    assert!(system["software-version"].as_str().unwrap().contains("Version 17.9.4a, RELEASE"));
    assert_eq!((&system["unsaved-config"], &system["reason-severity"]), (&json!(false), &json!("normal")));
    let native = ask(&router, "Cisco-IOS-XE-native:native/hostname").await;
    assert_eq!(native.json(), json!({ "Cisco-IOS-XE-native:hostname": "R1" }));
    assert!(read(&router, "ietf-yang-library:modules-state").await["module"].as_array().unwrap().len() > 2);
    let empty = ask(&router, "Cisco-IOS-XE-environment-oper:environment-sensors").await;
    assert_eq!((empty.status, empty.body.as_str()), (204, ""));
    let mut client = Client::connect(&router).await.unwrap();
    let meta = client.send("GET", "/.well-known/host-meta", "Accept: application/xrd+xml\r\n").await.unwrap();
    assert!(meta.status == 200 && meta.body.contains("<Link rel='restconf' href='/restconf'/>"), "{meta:?}");
    lab.stop().await.unwrap();
}

#[tokio::test]
async fn fields_in_both_forms_cut_the_answer() {
    let (lab, router) = one().await;
    let by_parenthesis = read(&router, &format!("{PORTS}?fields=name;statistics(in-octets;num-flaps)")).await;
    let by_slash =
        read(&router, &format!("{PORTS}?fields=name%3Bstatistics/in-octets%3Bstatistics%2Fnum-flaps")).await;
    for answer in [&by_parenthesis, &by_slash] {
        assert_eq!(answer.as_array().unwrap().len(), 5);
        let first = answer[0].as_object().unwrap();
        assert_eq!(first.keys().collect::<Vec<_>>(), ["name", "statistics"]);
        assert_eq!(first["statistics"].as_object().unwrap().len(), 2);
    }
    assert_eq!(ask(&router, &format!("{PORTS}?fields=nonsense")).await.status, 400);
    assert_eq!(ask(&router, &format!("{PORTS}?filter=name")).await.status, 400);
    router.fault(Fault::FieldsRefused).await;
    let refused = ask(&router, CPU).await;
    assert_eq!((refused.status, &refused.error()["error-tag"]), (400, &json!("unknown-element")));
    assert_eq!(ask(&router, PORTS).await.status, 200);
    lab.stop().await.unwrap();
}

#[tokio::test]
async fn refusals_have_their_errors() {
    let (lab, router) = one().await;
    let mut client = Client::connect(&router).await.unwrap();
    for path in [
        "Cisco-IOS-XE-interfaces-oper:interfaces/interface=GigabitEthernet0/0/1",
        "Cisco-IOS-XE-interfaces-oper:interfaces/interface=gigabitethernet1",
        "Cisco-IOS-XE-interfaces-oper:interfaces/interface=GigabitEthernet0%252F0",
        "Cisco-IOS-XE-bgp-oper:bgp-state-data",
        "interfaces",
    ] {
        let answer = client.get(path).await;
        assert_eq!(answer.status, 404, "{path}: {answer:?}");
        assert_eq!(answer.error()["error-message"], "uri keypath not found");
    }
    let accept = "Accept: application/yang-data+json\r\n";
    let post =
        client.send("POST", "/restconf/data/x:y", &format!("{accept}Content-Length: 0\r\n")).await.unwrap();
    assert_eq!((post.status, &post.error()["error-tag"]), (405, &json!("operation-not-supported")));
    assert_eq!(client.send("GET", &format!("/restconf/data/{CPU}"), "").await.unwrap().status, 406);
    let page = client.send("GET", "/", accept).await.unwrap();
    assert!(page.status == 404 && page.head.contains("text/html"), "{page:?}");
    let malformed = client.get(&format!("{PORTS}=%G1")).await;
    assert_eq!((malformed.status, &malformed.error()["error-tag"]), (400, &json!("malformed-message")));
    for header in [
        String::new(),
        login("admin", "wrong"),
        login("mallory", "lab-login-word"),
        "Authorization: Basic !\r\n".to_owned(),
    ] {
        client.login = header;
        let answer = client.get(CPU).await;
        assert_eq!((answer.status, &answer.error()["error-tag"]), (401, &json!("access-denied")));
        assert!(answer.head.contains("www-authenticate: basic"));
    }
    lab.stop().await.unwrap();
}

#[tokio::test]
async fn every_request_logs_in_and_one_connection_carries_many() {
    let (lab, router) = one().await;
    let mut client = Client::connect(&router).await.unwrap();
    for _ in 0..3 {
        assert_eq!(client.get(CPU).await.status, 200);
    }
    client.login = login("admin", "wrong");
    assert_eq!(client.get(MEMORY).await.status, 401);
    assert_eq!(router.tls_connections(), 1);
    assert_eq!(router.requests().len(), 4);
    assert_eq!(router.requests()[0], format!("GET /restconf/data/{CPU}"));
    let log = router.log_lines();
    let passed = "%DMI-5-AUTH_PASSED: R0/0: dmiauthd: User 'admin' authenticated successfully from IP:0 for rest over http. External groups: PRIV15";
    assert_eq!(log.iter().filter(|line| line.ends_with(passed)).count(), 3);
    assert_eq!(log.iter().filter(|line| line.contains("%DMI-5-AUTH_FAILED")).count(), 1);
    assert_eq!(router.most_requests_in_flight(), 1);
    lab.stop().await.unwrap();
}

#[tokio::test]
async fn a_hold_shows_how_many_wait_at_once() {
    let (lab, router) = one().await;
    let hold = router.hold(Point::AtRestconf("Cisco-IOS-XE-memory".to_owned()));
    let waiting: Vec<_> = (0..3)
        .map(|_| {
            let router = router.clone();
            tokio::spawn(async move { ask(&router, MEMORY).await.status })
        })
        .collect();
    hold.reached_by(3).await;
    assert_eq!(ask(&router, CPU).await.status, 200);
    assert_eq!(router.most_requests_in_flight(), 4);
    hold.release();
    for one in waiting {
        assert_eq!(one.await.unwrap(), 200);
    }
    lab.stop().await.unwrap();
}

#[tokio::test]
async fn counters_are_the_truth() {
    let (lab, router) = one().await;
    let mut client = Client::connect(&router).await.unwrap();
    let mut poll = async || {
        let before = Utc::now();
        let answer = client.get(PORTS).await.json();
        let found = answer["Cisco-IOS-XE-interfaces-oper:interface"].as_array().unwrap().clone();
        let one = found.into_iter().find(|port| port["name"] == "GigabitEthernet1").unwrap();
        (before, one["statistics"].clone(), Utc::now())
    };
    let octets = |from, to| traffic::octets_between("R1", "GigabitEthernet1", Direction::In, from, to);
    // Counted since the start, in closed form: months of it, true to the rate between two readings of the clock.
    let (before, first, after) = poll().await;
    let counted = number(&first["in-octets"]) as f64;
    let boot = router.boot_time();
    assert!((octets(boot, before) - 1.0..=octets(boot, after) + 1.0).contains(&counted));
    let sent = number(&first["out-octets-64"]);
    assert_eq!(first["out-octets"].as_u64(), Some(sent % (1 << 32)));
    let (_, second, last) = poll().await;
    assert!(number(&second["in-octets"]) >= number(&first["in-octets"]));
    assert!(octets(boot, last) + 1.0 >= number(&second["in-octets"]) as f64);
    let hour = TimeDelta::hours(1);
    let rate = router.true_rate("GigabitEthernet1", Direction::In, before - hour, before);
    assert!((rate - octets(before - hour, before) * 8.0 / 3600.0).abs() < 1.0 && rate > 200e6, "{rate}");
    assert!(router.true_rate("GigabitEthernet9", Direction::In, before - hour, before) == 0.0);
    lab.stop().await.unwrap();
}

#[tokio::test]
async fn what_ports_carry_can_be_ordered() {
    let (lab, router) = one().await;
    let name = "GigabitEthernet1".to_owned();
    let load = Fault::PortLoad { port: name.clone(), percent: 90 };
    router.fault(load.clone()).await;
    let begin = Utc::now();
    let end = begin + TimeDelta::hours(1);
    let rate = |router: &Router| router.true_rate("GigabitEthernet1", Direction::Out, begin, end);
    assert!((rate(&router) - 900e6).abs() < 1.0);
    let before = Utc::now();
    let first = number(&port(&router, &name).await["statistics"]["in-octets"]);
    let second = number(&port(&router, &name).await["statistics"]["in-octets"]);
    let most = (Utc::now() - before).as_seconds_f64() * 900e6 / 8.0;
    assert!(second > first && (second - first) as f64 <= most + 1.0);
    router.fault(Fault::PortDown(name.clone())).await;
    let down = port(&router, &name).await;
    assert_eq!(
        (&down["admin-status"], &down["oper-status"]),
        (&json!("if-state-up"), &json!("if-oper-state-no-pass"))
    );
    assert_eq!(down["statistics"]["num-flaps"], "1");
    assert_eq!(port(&router, &name).await["statistics"]["in-octets"], down["statistics"]["in-octets"]);
    router.clear_faults().await;
    router.fault(Fault::PortShut(name.clone())).await;
    assert_eq!(port(&router, &name).await["admin-status"], "if-state-down");
    let standard = read(&router, &format!("{STANDARD_PORTS}={name}")).await;
    assert_eq!((&standard[0]["admin-status"], &standard[0]["oper-status"]), (&json!("down"), &json!("down")));
    router.clear_faults().await;
    router.fault(Fault::PortGone(name.clone())).await;
    assert_eq!(ask(&router, &format!("{PORTS}={name}")).await.status, 404);
    assert_eq!(read(&router, PORTS).await.as_array().unwrap().len(), 4);
    router.clear_faults().await;
    assert_eq!(port(&router, &name).await["oper-status"], "if-oper-state-ready");
    let seen = router.ports().into_iter().find(|port| port.name == name).unwrap();
    assert_eq!(
        (seen.description.as_str(), seen.speed, seen.up, seen.shut),
        ("to ISP-A", 1_000_000_000, true, false)
    );
    router.edit("bob", &["interface GigabitEthernet1", "shutdown"]).unwrap();
    assert_eq!(port(&router, &name).await["admin-status"], "if-state-down");
    assert_eq!(read(&router, SYSTEM).await["unsaved-config"], true);
    lab.stop().await.unwrap();
}

fn time(value: &Value) -> DateTime<Utc> {
    value.as_str().unwrap().parse().unwrap()
}

#[tokio::test]
async fn counters_reset_jump_wrap_and_jitter() {
    let (lab, router) = one().await;
    let statistics = async || port(&router, "GigabitEthernet1").await["statistics"].clone();
    let first = statistics().await;
    router.fault(Fault::Discontinuity).await;
    let jumped = statistics().await;
    assert!(number(&jumped["in-octets"]) > number(&first["in-octets"]) + 900_000_000_000);
    assert!(time(&jumped["discontinuity-time"]) > time(&first["discontinuity-time"]) + TimeDelta::minutes(1));
    router.fault(Fault::CountersReset).await;
    let reset = statistics().await;
    assert!(number(&reset["in-octets"]) < 10_000_000_000);
    assert_eq!(reset["discontinuity-time"], jumped["discontinuity-time"]);
    router.fault(Fault::NarrowOutOctets).await;
    let narrow = statistics().await;
    assert!(narrow.get("out-octets-64").is_none() && narrow["out-octets"].as_u64().unwrap() < 1 << 32);
    let asked = read(&router, &format!("{PORTS}?fields=name;statistics(out-octets;out-octets-64)")).await;
    assert_eq!(asked[0]["statistics"].as_object().unwrap().len(), 1);
    router.clear_faults().await;
    router.fault(Fault::JitteringDiscontinuity).await;
    let mut seen = std::collections::BTreeSet::new();
    for _ in 0..50 {
        let at = time(&statistics().await["discontinuity-time"]);
        let moved = at - time(&jumped["discontinuity-time"]);
        assert!((TimeDelta::zero()..TimeDelta::seconds(1)).contains(&moved), "{moved}");
        seen.insert(at);
    }
    assert!(seen.len() > 1);
    lab.stop().await.unwrap();
}

#[tokio::test]
async fn shapes_differ_between_releases() {
    let (lab, router) = one().await;
    router.fault(Fault::ObjectForList).await;
    let bare = read(&router, &format!("{PORTS}=GigabitEthernet1")).await;
    assert_eq!(bare["name"], "GigabitEthernet1");
    assert_eq!(read(&router, CONTROL).await["fru"], "fru-rp");
    assert!(read(&router, PORTS).await.is_array());
    router.clear_faults().await;
    router.fault(Fault::NumbersAsStrings).await;
    assert!(port(&router, "GigabitEthernet1").await["statistics"]["out-octets"].is_string());
    assert!(read(&router, CPU).await["five-minutes"].is_string());
    router.clear_faults().await;
    router.fault(Fault::StringsAsNumbers).await;
    let one = port(&router, "GigabitEthernet1").await;
    assert!(one["statistics"]["in-octets"].is_u64() && one["speed"].is_u64() && one["name"].is_string());
    router.clear_faults().await;
    router.fault(Fault::ModelAbsent("Cisco-IOS-XE-interfaces-oper".to_owned())).await;
    router.fault(Fault::ModelEmpty("Cisco-IOS-XE-memory-oper".to_owned())).await;
    assert_eq!(ask(&router, PORTS).await.status, 404);
    assert_eq!(ask(&router, MEMORY).await.status, 204);
    assert_eq!(ask(&router, STANDARD_PORTS).await.status, 200);
    lab.stop().await.unwrap();
}

#[tokio::test]
async fn cpu_memory_clock_and_flag_are_what_they_are_told() {
    let (lab, router) = one().await;
    let own = traffic::cpu("R1", Utc::now());
    let told = read(&router, CPU).await["one-minute"].as_u64().unwrap() as f64;
    assert!((told - own).abs() <= 1.0, "{told} {own}");
    router.fault(Fault::Cpu(97)).await;
    assert_eq!(read(&router, CPU).await, json!({ "five-seconds": 97, "one-minute": 97, "five-minutes": 97 }));
    router.clear_faults().await;
    let climb = Fault::CpuClimb { from: 20, to: 90, over: Duration::from_secs(70) };
    router.fault(climb).await;
    let begin = Utc::now();
    assert!((20.0..22.0).contains(&router.true_cpu(begin)));
    assert!((router.true_cpu(begin + TimeDelta::seconds(30)) - 50.0).abs() < 2.0);
    assert!(router.true_cpu(begin + TimeDelta::seconds(100)) == 90.0);
    router.fault(Fault::MemoryPool(93)).await;
    router.fault(Fault::MemoryStatus("Critical".to_owned())).await;
    let pool = read(&router, MEMORY).await["memory-statistic"][0].clone();
    let share = number(&pool["used-memory"]) as f64 / number(&pool["total-memory"]) as f64;
    assert!((share - 0.93).abs() < 0.001, "{share}");
    assert_eq!(read(&router, CONTROL).await[0]["memory-stats"]["memory-status"], "Critical");
    router.fault(Fault::Unsaved).await;
    router.fault(Fault::ClockOff(-86_400)).await;
    let system = read(&router, SYSTEM).await;
    assert_eq!(system["unsaved-config"], true);
    let off = Utc::now() - time(&system["current-time"]);
    assert!((off - TimeDelta::days(1)).abs() < TimeDelta::minutes(1), "{off}");
    router.clear_faults().await;
    let system = read(&router, SYSTEM).await;
    assert!((Utc::now() - time(&system["current-time"])).abs() < TimeDelta::minutes(1));
    assert_eq!(system["unsaved-config"], false);
    lab.stop().await.unwrap();
}

#[tokio::test]
async fn a_reboot_starts_everything_anew() {
    let (lab, router) = one().await;
    router.edit("bob", &["hostname OTHER"]).unwrap();
    let mut before = Client::connect(&router).await.unwrap();
    assert_eq!(before.get(CPU).await.status, 200);
    let old = read(&router, SYSTEM).await;
    router.reboot("Critical process fman_fp_image fault", true).unwrap();
    assert!(before.send("GET", "/restconf/data/x", "").await.is_err(), "the connection was cut");
    let system = read(&router, SYSTEM).await;
    assert!(time(&system["boot-time"]) > time(&old["boot-time"]) + TimeDelta::hours(1));
    assert_eq!(system["last-reboot-reason"], "Critical process fman_fp_image fault");
    assert_eq!((&system["reason-severity"], &system["unsaved-config"]), (&json!("abnormal"), &json!(false)));
    let statistics = port(&router, "GigabitEthernet1").await["statistics"].clone();
    assert!(number(&statistics["in-octets"]) < 10_000_000_000);
    assert!(time(&statistics["discontinuity-time"]) > time(&old["boot-time"]) + TimeDelta::hours(1));
    assert!(router.running_configuration().contains("hostname R1"));
    lab.stop().await.unwrap();
}

#[tokio::test]
async fn answers_that_are_none() {
    let (lab, router) = one().await;
    for (status, tag) in
        [(401, "access-denied"), (403, "access-denied"), (500, "operation-failed"), (409, "in-use")]
    {
        let fault = Fault::RestconfStatus(status);
        router.fault(fault.clone()).await;
        let answer = ask(&router, CPU).await;
        assert_eq!((answer.status, &answer.error()["error-tag"]), (status, &json!(tag)));
        router.clear_fault(&fault).await;
    }
    router.fault(Fault::WrongPassword).await;
    assert_eq!(ask(&router, CPU).await.status, 401);
    router.clear_faults().await;
    router.fault(Fault::RestconfHtml).await;
    let page = ask(&router, CPU).await;
    assert!(
        page.status == 502 && page.head.contains("content-type: text/html") && page.body.contains("nginx")
    );
    router.clear_faults().await;
    router.fault(Fault::RestconfSlow(Duration::from_millis(200))).await;
    let begin = std::time::Instant::now();
    assert_eq!(ask(&router, CPU).await.status, 200);
    assert!(begin.elapsed() >= Duration::from_millis(200));
    router.clear_faults().await;
    router.fault(Fault::RestconfHang).await;
    let heard = tokio::time::timeout(Duration::from_millis(150), ask(&router, CPU)).await;
    assert!(heard.is_err(), "{heard:?}");
    router.clear_faults().await;
    router.fault(Fault::SilentAfterConnect).await;
    let heard = tokio::time::timeout(Duration::from_millis(150), Client::connect(&router)).await;
    assert!(heard.is_err());
    lab.stop().await.unwrap();
}

#[tokio::test]
async fn doors_close_alone_or_together() {
    let (lab, router) = one().await;
    let ssh = async || TcpStream::connect(router.address()).await.is_ok();
    let https = async || Client::connect(&router).await.is_ok();
    let mut open = Client::connect(&router).await.unwrap();
    router.fault(Fault::RestconfOff).await;
    assert_eq!((ssh().await, https().await), (true, false));
    assert!(open.send("GET", "/restconf/data/x", "").await.is_err(), "the connection was cut");
    router.fault(Fault::Unreachable).await;
    assert_eq!((ssh().await, https().await), (false, false));
    router.clear_fault(&Fault::Unreachable).await;
    assert_eq!((ssh().await, https().await), (true, false));
    router.clear_faults().await;
    assert_eq!((ssh().await, https().await), (true, true));
    lab.stop().await.unwrap();
}

#[tokio::test]
async fn a_restart_keeps_port_and_certificate() {
    let folder = tempfile::tempdir().unwrap();
    let plan = LabPlan { state: Some(folder.path().to_owned()), ..LabPlan::demo() };
    let lab = Lab::start(plan.clone()).await.unwrap();
    let router = lab.router("R2").unwrap();
    let client = Client::connect(&router).await.unwrap();
    let shown = format!("SHA256:{}", STANDARD_NO_PAD.encode(Sha256::digest(&client.certificate)));
    assert_eq!(shown, router.certificate_fingerprint());
    let text = String::from_utf8_lossy(&client.certificate).into_owned();
    assert!(text.contains("IOS-Self-Signed-Certificate-"), "{text}");
    let (address, other) = (router.https_address(), lab.router("R1").unwrap().certificate_fingerprint());
    assert_ne!(shown, other);
    assert_eq!(address.ip(), router.address().ip());
    assert!(lab.table().contains(&address.port().to_string()));
    lab.stop().await.unwrap();
    let lab = Lab::start(plan.clone()).await.unwrap();
    let router = lab.router("R2").unwrap();
    assert_eq!((router.https_address(), router.certificate_fingerprint()), (address, shown.clone()));
    router.replace_certificate().unwrap();
    let client = Client::connect(&router).await.unwrap();
    let replaced = format!("SHA256:{}", STANDARD_NO_PAD.encode(Sha256::digest(&client.certificate)));
    assert_ne!(replaced, shown);
    lab.stop().await.unwrap();
    let lab = Lab::start(plan).await.unwrap();
    assert_eq!(lab.router("R2").unwrap().certificate_fingerprint(), replaced);
    assert!(lab.ca_pem().is_none());
    lab.stop().await.unwrap();
}

/// Checked by rustls itself: whether this router's certificate is good under that CA.
async fn trusted(router: &Router, ca: &str) -> bool {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_slice(ca.as_bytes()).unwrap()).unwrap();
    let config = ClientConfig::builder_with_provider(ring())
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let stream = TcpStream::connect(router.https_address()).await.unwrap();
    let name = ServerName::from(router.https_address().ip());
    TlsConnector::from(Arc::new(config)).connect(name, stream).await.is_ok()
}

#[tokio::test]
async fn the_labs_ca_signs_for_the_address() {
    let folder = tempfile::tempdir().unwrap();
    let self_signed = LabPlan { state: Some(folder.path().to_owned()), ..LabPlan::one("R1") };
    let plan = LabPlan { certificates: Certificates::SignedByLab, ..self_signed.clone() };
    let lab = Lab::start(plan.clone()).await.unwrap();
    let ca = lab.ca_pem().unwrap().to_owned();
    let router = lab.router("R1").unwrap();
    assert!(trusted(&router, &ca).await);
    router.replace_certificate().unwrap();
    assert!(trusted(&router, &ca).await);
    lab.stop().await.unwrap();
    let lab = Lab::start(self_signed).await.unwrap();
    assert!(!trusted(&lab.router("R1").unwrap(), &ca).await, "it makes its own again");
    lab.stop().await.unwrap();
    let lab = Lab::start(plan).await.unwrap();
    assert_eq!(lab.ca_pem(), Some(ca.as_str()));
    assert!(trusted(&lab.router("R1").unwrap(), &ca).await);
    lab.stop().await.unwrap();
}

#[tokio::test]
async fn a_file_without_https_is_taken_up() {
    let folder = tempfile::tempdir().unwrap();
    let plan = LabPlan { state: Some(folder.path().to_owned()), ..LabPlan::one("R1") };
    Lab::start(plan.clone()).await.unwrap().stop().await.unwrap();
    let file = folder.path().join("R1.json");
    let mut saved: Value = serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
    let old = saved.as_object_mut().unwrap();
    old.remove("web").unwrap();
    old["state"].as_object_mut().unwrap().remove("reload_abnormal").unwrap();
    std::fs::write(&file, saved.to_string()).unwrap();
    let lab = Lab::start(plan).await.unwrap();
    assert_eq!(ask(&lab.router("R1").unwrap(), CPU).await.status, 200);
    lab.stop().await.unwrap();
}
