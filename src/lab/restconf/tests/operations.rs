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
    tokio::time::timeout(PATIENCE, router.reloaded(times)).await.expect("the router came back");
}

/// What RESTCONF says, 0 for nothing, and whether SSH is there.
async fn glance(router: &Router) -> (u16, bool) {
    let path = format!("/restconf/data/{SYSTEM}");
    let answer = match Client::connect(router).await {
        Ok(mut client) => client.send("GET", &path, "Accept: application/yang-data+json\r\n").await,
        Err(error) => Err(error),
    };
    (answer.map_or(0, |answer| answer.status), TcpStream::connect(router.address()).await.is_ok())
}

#[tokio::test]
async fn restconf_comes_after_ssh_and_in_steps() {
    let step = Duration::from_millis(700);
    let slow = |manner| ReloadManner {
        restconf_refused: step,
        restconf_starting: step * 2,
        returns: Return::Never,
        ..manner
    };
    let (lab, router) = quick(slow).await;
    assert_eq!(post(&router, RELOAD, "{\"input\":{\"force\":true}}").await.status, 200);
    tokio::time::timeout(PATIENCE, router.gone()).await.expect("it went");
    let mut seen = vec![glance(&router).await];
    router.power_on();
    let watched = async {
        while seen.last() != Some(&(200, true)) {
            seen.push(glance(&router).await);
            seen.dedup();
        }
    };
    tokio::time::timeout(PATIENCE, watched).await.expect("it came back");
    // A slow machine may miss one of the steps, and sees none at another place.
    let mut steps = [(0, false), (0, true), (503, true), (404, true), (200, true)].into_iter();
    assert!(seen.iter().all(|now| steps.any(|step| step == *now)), "{seen:?}");
    assert!(seen[0] == (0, false) && seen.len() > 2, "{seen:?}");
    lab.stop().await.unwrap();
}
