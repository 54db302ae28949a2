//! Saving and reloading over RESTCONF, and what is answered while the router comes back.

use super::*;
use crate::lab::{ReloadManner, Return, RpcAnswer, SaveTrouble};

const SAVE: &str = "/restconf/operations/cisco-ia:save-config";
const RELOAD: &str = "/restconf/operations/Cisco-IOS-XE-rpc:reload";

impl Client {
    async fn post(&mut self, path: &str, body: &str) -> std::io::Result<Answer> {
        let kind = "Content-Type: application/yang-data+json\r\nAccept: application/yang-data+json\r\n";
        let headers = format!("{kind}Content-Length: {}\r\n", body.len());
        self.send_with("POST", path, &headers, body).await
    }
}

async fn quick(manner: impl Fn(ReloadManner) -> ReloadManner) -> (Lab, Router) {
    let mut plan = LabPlan::one("R1");
    plan.routers[0].reload = manner(ReloadManner::quick(Duration::from_millis(300)));
    let lab = Lab::start(plan).await.unwrap();
    let router = lab.router("R1").unwrap();
    router.edit("bob", &["snmp-server location attic"]).unwrap();
    (lab, router)
}

async fn post(router: &Router, path: &str, body: &str) -> Answer {
    Client::connect(router).await.unwrap().post(path, body).await.unwrap()
}

#[tokio::test]
async fn a_save_saves() {
    let (lab, router) = quick(|manner| manner).await;
    assert_eq!(read(&router, SYSTEM).await["unsaved-config"], true);
    for (trouble, status) in
        [(SaveTrouble::FileBusy, 409), (SaveTrouble::MemoryInUse, 409), (SaveTrouble::WithoutOk, 200)]
    {
        let fault = Fault::SaveFails(trouble);
        router.fault(fault.clone()).await;
        let answer = post(&router, SAVE, "").await;
        assert!(answer.status == status && !answer.body.contains("successful"), "{answer:?}");
        assert!(router.unsaved());
        router.clear_fault(&fault).await;
    }
    for body in ["", "{}"] {
        let answer = post(&router, SAVE, body).await;
        assert_eq!(
            answer.json(),
            json!({ "cisco-ia:output": { "result": "Save running-config successful" } })
        );
    }
    assert!(!router.unsaved() && router.startup_configuration().contains("attic"));
    assert_eq!(read(&router, SYSTEM).await["unsaved-config"], false);
    lab.stop().await.unwrap();
}

#[tokio::test]
async fn a_reload_needs_its_body_and_force_where_something_is_unsaved() {
    let (lab, router) = quick(|manner| manner).await;
    for (body, status) in [
        ("", 400),
        ("{}", 400),
        ("{\"Cisco-IOS-XE-rpc:input\":{}}", 400),
        ("{\"input\":{\"force\":\"yes\"}}", 400),
        ("{\"input\":{\"forced\":true}}", 400),
        ("{\"output\":{}}", 400),
    ] {
        let answer = post(&router, RELOAD, body).await;
        assert_eq!(answer.status, status, "{body} {answer:?}");
    }
    assert_eq!(post(&router, "/restconf/operations/cisco-ia:reset", "").await.status, 404);
    assert_eq!(Client::connect(&router).await.unwrap().send("GET", RELOAD, "").await.unwrap().status, 405);
    assert!(router.reloads().is_empty() && router.is_back());
    lab.stop().await.unwrap();
}

#[tokio::test]
async fn a_reload_by_restconf_tells_its_reason_after_it() {
    for (rpc, status) in
        [(RpcAnswer::Result, Some(200)), (RpcAnswer::NoContent, Some(204)), (RpcAnswer::Cut, None)]
    {
        let (lab, router) = quick(|manner| ReloadManner { rpc, ..manner }).await;
        let before = router.boot_time();
        let hold = router.hold(Point::AtRestconf("Cisco-IOS-XE-rpc:reload".to_owned()));
        let asked = tokio::spawn({
            let router = router.clone();
            async move {
                let body = "{\"Cisco-IOS-XE-rpc:input\":{\"force\":true,\"reason\":\"new image\"}}";
                Client::connect(&router).await.unwrap().post(RELOAD, body).await
            }
        });
        hold.reached().await;
        assert!(router.log_lines().iter().all(|line| !line.contains("%SYS-5-RELOAD")));
        hold.release();
        assert_eq!(asked.await.unwrap().ok().map(|answer| answer.status), status);
        back(&router, 1).await;
        let system = read(&router, SYSTEM).await;
        assert_eq!(system["last-reboot-reason"], "new image");
        assert!(router.boot_time() > before && router.reloads()[0].on.is_none());
        assert!(time(&system["boot-time"]) > time(&json!(before.to_rfc3339())));
        lab.stop().await.unwrap();
    }
}

async fn back(router: &Router, times: usize) {
    let back = async {
        while router.reloads().len() < times || !router.is_back() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(PATIENCE, back).await.expect("the router came back");
}

#[tokio::test]
async fn restconf_comes_after_ssh_and_in_steps() {
    let step = Duration::from_millis(300);
    let slow = |manner| ReloadManner {
        restconf_refused: step,
        restconf_starting: step * 2,
        returns: Return::Never,
        ..manner
    };
    let (lab, router) = quick(slow).await;
    let body = "{\"input\":{\"force\":true}}";
    assert_eq!(post(&router, RELOAD, body).await.status, 200);
    let mut seen: Vec<String> = Vec::new();
    let watched = async {
        while seen.len() < 7 {
            let ssh = TcpStream::connect(router.address()).await.is_ok();
            let answer = match Client::connect(&router).await {
                Ok(mut client) => client
                    .send(
                        "GET",
                        &format!("/restconf/data/{SYSTEM}"),
                        "Accept: application/yang-data+json\r\n",
                    )
                    .await
                    .map_or(0, |answer| answer.status),
                Err(_) => 0,
            };
            let now = format!("{} {answer}", if ssh { "ssh" } else { "-" });
            if now == "- 0" {
                router.power_on();
            }
            if seen.last() != Some(&now) {
                seen.push(now);
            }
            if seen.len() > 1 && seen.last().is_some_and(|last| last == "ssh 200") {
                break;
            }
        }
    };
    tokio::time::timeout(PATIENCE, watched).await.expect("it came back");
    let from = seen.iter().position(|now| now == "- 0").expect("it was away");
    let steps: Vec<&str> = seen[from..].iter().map(String::as_str).collect();
    assert_eq!(steps, ["- 0", "ssh 0", "ssh 503", "ssh 404", "ssh 200"], "{seen:?}");
    lab.stop().await.unwrap();
}
