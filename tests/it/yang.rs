//! What the lab's routers answer over HTTPS, judged by the modules that Cisco and the IETF publish and by a validator
//! that others wrote (yanglint). Needs both: the modules lie beside the checkout, `tests/run` installs the program.

use patchbay::lab::{Certificates, Lab, LabPlan, Router};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::process::Command;

/// A module, what it needs beside it, and the paths of its data with the containers above each.
struct Case {
    files: &'static [&'static str],
    /// Optional parts that IOS XE has.
    features: Option<&'static str>,
    paths: &'static [(&'static str, &'static [&'static str])],
}

const CASES: &[Case] = &[
    Case {
        files: &["Cisco-IOS-XE-process-cpu-oper.yang"],
        features: None,
        paths: &[
            ("Cisco-IOS-XE-process-cpu-oper:cpu-usage", &[]),
            ("Cisco-IOS-XE-process-cpu-oper:cpu-usage/cpu-utilization", &["cpu-usage"]),
            (
                "Cisco-IOS-XE-process-cpu-oper:cpu-usage/cpu-utilization?fields=five-seconds;one-minute;five-minutes",
                &["cpu-usage"],
            ),
        ],
    },
    Case {
        files: &["Cisco-IOS-XE-memory-oper.yang"],
        features: None,
        paths: &[
            ("Cisco-IOS-XE-memory-oper:memory-statistics", &[]),
            ("Cisco-IOS-XE-memory-oper:memory-statistics/memory-statistic=lsmpi_io", &["memory-statistics"]),
        ],
    },
    Case {
        files: &["ietf-interfaces.yang", "iana-if-type.yang"],
        features: Some("ietf-interfaces:if-mib"),
        paths: &[
            ("ietf-interfaces:interfaces-state", &[]),
            ("ietf-interfaces:interfaces-state/interface=GigabitEthernet1", &["interfaces-state"]),
            (
                "ietf-interfaces:interfaces-state/interface?fields=name;type;oper-status;speed;statistics",
                &["interfaces-state"],
            ),
        ],
    },
];

/// The folder of modules; a test that needs it is skipped by name where it is missing, unless it is required.
fn shared(test: &str) -> Option<PathBuf> {
    let root = std::env::var_os("PATCHBAY_SHARED").map(PathBuf::from);
    let root = root.unwrap_or_else(|| PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../shared")));
    let folder = root.join("yang");
    if folder.is_dir() {
        return Some(folder);
    }
    assert!(std::env::var_os("PATCHBAY_REQUIRE_SHARED").is_none(), "{test} needs {}", folder.display());
    println!("skipped: {test}: no shared data");
    None
}

/// None is valid; else what yanglint says is wrong.
fn wrong(folder: &Path, case: &Case, document: &Value) -> Option<String> {
    let file = tempfile::Builder::new().suffix(".json").tempfile().unwrap();
    std::fs::write(file.path(), document.to_string()).unwrap();
    let mut command = Command::new("yanglint");
    command.current_dir(folder).args(["-p", ".", "-t", "get"]);
    if let Some(features) = case.features {
        command.args(["-F", features]);
    }
    let ended = command.args(case.files).arg(file.path()).output();
    let ended = ended.expect("yanglint is here: tests/run installs it (Debian: libyang-tools)");
    let said = String::from_utf8_lossy(&ended.stderr).into_owned();
    match ended.status.code() {
        Some(0) => None,
        Some(7) => Some(said),
        other => panic!("yanglint did not judge ({other:?}): {said}"),
    }
}

/// A lab whose certificates a client of others can check.
async fn lab() -> (Lab, Router, reqwest::Client) {
    let lab =
        Lab::start(LabPlan { certificates: Certificates::SignedByLab, ..LabPlan::one("R1") }).await.unwrap();
    let router = lab.router("R1").unwrap();
    // Another test may have been faster; both mean ring.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let ca = reqwest::Certificate::from_pem(lab.ca_pem().unwrap().as_bytes()).unwrap();
    let client = reqwest::Client::builder().no_proxy().tls_certs_only([ca]).build().unwrap();
    (lab, router, client)
}

async fn read(client: &reqwest::Client, router: &Router, path: &str) -> Value {
    let who = router.credentials();
    let answer = client
        .get(format!("https://{}/restconf/data/{path}", router.https_address()))
        .basic_auth(&who.username, Some(&who.password))
        .header("Accept", "application/yang-data+json")
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), 200, "{path}");
    serde_json::from_str(&answer.text().await.unwrap()).unwrap()
}

/// Puts a part back into the containers above it: yanglint takes whole documents.
fn whole(answer: Value, above: &[&str]) -> Value {
    let (name, mut part) = answer.as_object().unwrap().clone().into_iter().next().unwrap();
    let (module, mut name) =
        name.split_once(':').map(|(module, name)| (module.to_owned(), name.to_owned())).unwrap();
    for container in above.iter().rev() {
        part = json!({ name: part });
        name = (*container).to_owned();
    }
    json!({ format!("{module}:{name}"): part })
}

#[tokio::test]
async fn what_routers_answer_is_valid_by_the_published_modules() {
    let Some(folder) = shared("what_routers_answer_is_valid_by_the_published_modules") else { return };
    let (lab, router, client) = lab().await;
    for case in CASES {
        for (path, above) in case.paths {
            let document = whole(read(&client, &router, path).await, above);
            let judged = wrong(&folder, case, &document);
            assert_eq!(judged, None, "{path}: {document:#}");
        }
    }
    lab.stop().await.unwrap();
}

#[tokio::test]
async fn a_planted_mistake_is_not_valid() {
    let Some(folder) = shared("a_planted_mistake_is_not_valid") else { return };
    let (lab, router, client) = lab().await;
    for (case, place, mistake) in [
        (&CASES[0], "/Cisco-IOS-XE-process-cpu-oper:cpu-usage/cpu-utilization/five-seconds", json!(300)),
        (&CASES[1], "/Cisco-IOS-XE-memory-oper:memory-statistics/memory-statistic/0/used-memory", json!(5)),
        (&CASES[2], "/ietf-interfaces:interfaces-state/interface/1/statistics/out-octets", json!(5)),
        (&CASES[2], "/ietf-interfaces:interfaces-state/interface/1/oper-status", json!("UP")),
    ] {
        let mut document = read(&client, &router, case.paths[0].0).await;
        assert_eq!(wrong(&folder, case, &document), None);
        *document.pointer_mut(place).unwrap() = mistake;
        assert!(wrong(&folder, case, &document).is_some(), "{place}");
    }
    lab.stop().await.unwrap();
}
