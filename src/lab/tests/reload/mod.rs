//! Reloads from outside: what a person is asked, what the router does, and how it comes back.

use super::*;

mod dialogue;
mod faults;
mod going;
mod timer;

const QUICK: Duration = Duration::from_millis(300);

/// R1 with changes that bob did not save, and somebody privileged at it.
async fn unsaved() -> (Lab, Router, Person) {
    let mut plan = LabPlan::one("R1");
    plan.routers[0].reload = ReloadManner::quick(QUICK);
    let lab = Lab::start(plan).await.unwrap();
    let router = lab.router("R1").unwrap();
    router.edit("bob", &["snmp-server location attic"]).unwrap();
    let person = Person::privileged(&router).await;
    (lab, router, person)
}

/// Returns when the router has reloaded this often and everything of it serves again.
async fn reloaded(router: &Router, times: usize) {
    tokio::time::timeout(PATIENCE, router.reloaded(times)).await.expect("the router came back");
}

const SAVE: &str = "System configuration has been modified. Save? [yes/no]: ";
const PROCEED: &str = "Proceed with reload? [confirm]";

#[tokio::test]
async fn unsaved_lines_are_lost_and_everything_begins_anew() {
    let (lab, router, mut person) = unsaved().await;
    let before = router.boot_time();
    assert_eq!(person.ask("reload", SAVE).await, format!("reload\r\n\r\n{SAVE}"));
    assert_eq!(person.ask("no", PROCEED).await, format!("no\r\n{PROCEED}"));
    person.press("\r").await;
    assert_eq!(person.until("never").await.unwrap_err(), "\r\n");
    reloaded(&router, 1).await;
    assert!(router.boot_time() > before && !router.unsaved());
    assert!(!router.running_configuration().contains("attic"));
    let went = &router.reloads()[0];
    assert_eq!((went.by.as_str(), went.on.as_deref()), ("admin", Some("vty0 (127.0.0.1)")));
    assert_eq!((went.reason.as_str(), went.booted_at), ("Reload Command", router.boot_time()));
    let mut person = Person::privileged(&router).await;
    let version = person.ask("show version | include uptime|returned|reason", "R1#").await;
    assert!(version.contains("R1 uptime is 0 minutes\r\n"), "{version}");
    assert!(version.contains("System returned to ROM by reload at "), "{version}");
    assert!(version.contains("Last reload reason: Reload Command\r\n"), "{version}");
    lab.stop().await.unwrap();
}

#[tokio::test]
async fn saved_lines_are_kept() {
    let (lab, router, mut person) = unsaved().await;
    person.ask("reload reason new image", SAVE).await;
    let saved = person.ask("yes", PROCEED).await;
    assert_eq!(
        saved,
        format!("yes\r\nBuilding configuration...\r\n[OK]\r\nReload reason: new image\r\n{PROCEED}")
    );
    person.press("y").await;
    person.until("never").await.unwrap_err();
    reloaded(&router, 1).await;
    assert!(router.running_configuration().contains("attic"));
    assert_eq!(router.reloads()[0].reason, "new image");
    let answers: Vec<(String, String)> =
        router.questions_answered().into_iter().map(|one| (one.question, one.answer)).collect();
    let wanted = [(SAVE.trim(), "yes"), (PROCEED, "y")];
    assert_eq!(answers, wanted.map(|(question, answer)| (question.to_owned(), answer.to_owned())));
    lab.stop().await.unwrap();
}
