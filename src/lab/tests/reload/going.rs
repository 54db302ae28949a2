//! How a router goes, what is seen of it while it is away, and how it comes back.

use tokio::io::AsyncReadExt;
use tokio::net::TcpStream;

use super::*;

/// A router that goes in this manner, and a person who has just confirmed it.
async fn goes(manner: ReloadManner) -> (Lab, Router, Person) {
    let (lab, router, mut person) = unsaved().await;
    router.set_reload_manner(manner);
    person.ask("reload", SAVE).await;
    person.ask("no", PROCEED).await;
    person.press("\r").await;
    assert_eq!(person.until("\n").await.unwrap(), "\r\n");
    (lab, router, person)
}

async fn gone(router: &Router) {
    tokio::time::timeout(PATIENCE, router.gone()).await.expect("the router went");
}

/// How a plain connection ends: bytes after it, or the error.
async fn end_of(mut stream: TcpStream) -> Result<usize, std::io::ErrorKind> {
    let mut heard = Vec::new();
    let end = tokio::time::timeout(PATIENCE, stream.read_to_end(&mut heard)).await.expect("an end");
    end.map_err(|error| error.kind())
}

#[tokio::test]
async fn open_connections_see_an_end_a_reset_or_nothing() {
    for (parting, wanted) in [
        (Parting::Close, Ok(())),
        (Parting::Reset, Err(std::io::ErrorKind::ConnectionReset)),
        (Parting::Silence, Err(std::io::ErrorKind::ConnectionReset)),
    ] {
        let (lab, router, mut person) = unsaved().await;
        router.set_reload_manner(ReloadManner { parting, ..ReloadManner::quick(QUICK) });
        let mut streams = Vec::new();
        for address in [router.address(), router.https_address()] {
            streams.push(TcpStream::connect(address).await.unwrap());
        }
        // The ident of SSH has come: the router knows this connection.
        streams[0].read_exact(&mut [0; 4]).await.unwrap();
        person.ask("reload", SAVE).await;
        person.ask("no", PROCEED).await;
        person.press("\r").await;
        gone(&router).await;
        let ends = async {
            for stream in streams {
                assert_eq!(end_of(stream).await.map(|_| ()), wanted, "{parting:?}");
            }
        };
        if parting == Parting::Silence {
            // Silent as long as it is away: they end with the next start and not before.
            ends.await;
            assert_eq!(router.reloads().len(), 1);
        } else {
            ends.await;
        }
        reloaded(&router, 1).await;
        lab.stop().await.unwrap();
    }
}

#[tokio::test]
async fn who_knocks_while_it_is_away_is_refused_or_hears_nothing() {
    let never = ReloadManner { returns: Return::Never, ..ReloadManner::quick(QUICK) };
    let (lab, router, _person) = goes(never.clone()).await;
    gone(&router).await;
    for address in [router.address(), router.https_address()] {
        assert!(TcpStream::connect(address).await.is_err());
    }
    router.power_on();
    reloaded(&router, 1).await;
    router.set_reload_manner(ReloadManner { knock: Knock::Silent, ..never });
    let mut person = Person::privileged(&router).await;
    person.ask("reload", PROCEED).await;
    person.press("\r").await;
    gone(&router).await;
    for address in [router.address(), router.https_address()] {
        let mut stream = TcpStream::connect(address).await.unwrap();
        let heard = tokio::time::timeout(Duration::from_millis(100), stream.read(&mut [0])).await;
        assert!(heard.is_err(), "{heard:?}");
    }
    router.power_on();
    reloaded(&router, 2).await;
    Person::privileged(&router).await;
    lab.stop().await.unwrap();
}

#[tokio::test]
async fn a_router_that_was_only_away_has_lost_nothing() {
    let manner = ReloadManner { returns: Return::NotRebooted, ..ReloadManner::quick(QUICK) };
    let (lab, router, _person) = goes(manner).await;
    let before = router.boot_time();
    gone(&router).await;
    reloaded(&router, 0).await;
    assert!(router.reloads().is_empty());
    assert!(router.boot_time() == before && router.unsaved());
    lab.stop().await.unwrap();
}

#[tokio::test]
async fn keys_and_certificates_may_be_new_and_neighbours_missing() {
    let manner = ReloadManner {
        new_certificate: true,
        new_host_key: true,
        afterwards: vec![
            Fault::PortDown("GigabitEthernet3".to_owned()),
            Fault::NeighbourGone("R2".to_owned()),
        ],
        ..ReloadManner::quick(QUICK)
    };
    let mut plan = LabPlan::demo();
    plan.routers[0].reload = manner;
    let lab = Lab::start(plan).await.unwrap();
    let router = lab.router("R1").unwrap();
    let before = (router.host_key_fingerprint(), router.certificate_fingerprint());
    let mut person = Person::privileged(&router).await;
    assert!(person.ask("show cdp neighbors", "R1#").await.contains("displayed : 2"));
    person.ask("reload", PROCEED).await;
    person.press("\r").await;
    reloaded(&router, 1).await;
    assert_ne!(before.0, router.host_key_fingerprint());
    assert_ne!(before.1, router.certificate_fingerprint());
    let mut person = Person::privileged(&router).await;
    let back = async {
        while !person.ask("show ip bgp summary | include 64999", "R1#").await.ends_with("        5\r\nR1#") {}
    };
    tokio::time::timeout(PATIENCE, back).await.expect("the neighbour came back");
    let seen = person.ask("show cdp neighbors", "R1#").await;
    assert!(seen.contains("displayed : 1") && seen.contains("R4") && !seen.contains("\nR2 "), "{seen}");
    assert!(router.ports().iter().any(|port| port.name == "GigabitEthernet3" && !port.up));
    lab.stop().await.unwrap();
}

#[tokio::test]
async fn neighbours_are_missing_until_the_protocols_found_them() {
    let manner = ReloadManner { neighbours_after: Duration::from_secs(3600), ..ReloadManner::quick(QUICK) };
    let mut plan = LabPlan::demo();
    plan.routers[0].reload = manner;
    let lab = Lab::start(plan).await.unwrap();
    let router = lab.router("R1").unwrap();
    let mut person = Person::privileged(&router).await;
    assert!(person.ask("show ip ospf neighbor", "R1#").await.contains("FULL/"));
    person.ask("reload", PROCEED).await;
    person.press("\r").await;
    reloaded(&router, 1).await;
    let mut person = Person::privileged(&router).await;
    assert!(!person.ask("show ip ospf neighbor", "R1#").await.contains("FULL/"));
    let bgp = person.ask("show ip bgp summary | include 64999", "R1#").await;
    assert!(bgp.ends_with("never    Idle\r\nR1#"), "{bgp}");
    lab.stop().await.unwrap();
}

#[tokio::test]
async fn each_question_can_be_held_before_and_after_it_is_acted_upon() {
    let (lab, router, mut person) = unsaved().await;
    person.ask("reload", SAVE).await;
    let at = router.hold(Point::AtQuestion("System configuration".to_owned()));
    let after = router.hold(Point::AfterQuestion("System configuration".to_owned()));
    person.press("yes\r").await;
    at.reached().await;
    assert!(router.unsaved() && router.questions_answered().is_empty());
    at.release();
    after.reached().await;
    assert!(!router.unsaved() && router.questions_answered().len() == 1);
    after.release();
    person.until(PROCEED).await.unwrap();
    // Who is gone before the key was acted upon has not reloaded anything.
    let at = router.hold(Point::AtQuestion("Proceed".to_owned()));
    person.press("\r").await;
    at.reached().await;
    drop(person);
    tokio::time::timeout(PATIENCE, router.emptied()).await.expect("the session ended");
    at.release();
    assert!(router.reloads().is_empty() && router.is_back());
    let mut person = Person::privileged(&router).await;
    person.ask("reload", PROCEED).await;
    let after = router.hold(Point::AfterQuestion("Proceed".to_owned()));
    person.press("\r").await;
    after.reached().await;
    drop(person);
    reloaded(&router, 1).await;
    lab.stop().await.unwrap();
}

#[tokio::test]
async fn a_reload_is_kept_for_the_next_start_of_the_lab() {
    let folder = tempfile::tempdir().unwrap();
    let plan = LabPlan { state: Some(folder.path().to_owned()), ..LabPlan::one("R1") };
    let lab = Lab::start(plan.clone()).await.unwrap();
    let router = lab.router("R1").unwrap();
    let mut person = Person::privileged(&router).await;
    person.ask("reload in 30", PROCEED).await;
    person.press("\r").await;
    person.until("***\r\n\r\nR1#").await.unwrap();
    let pending = router.pending_reload();
    lab.stop().await.unwrap();
    let lab = Lab::start(plan).await.unwrap();
    assert!(pending.is_some() && lab.router("R1").unwrap().pending_reload() == pending);
    lab.stop().await.unwrap();
}

#[tokio::test]
async fn routers_behind_one_that_is_away_are_cut_off() {
    let mut plan = LabPlan { through: true, ..LabPlan::demo() };
    plan.routers[1].reload = ReloadManner { returns: Return::Never, ..ReloadManner::quick(QUICK) };
    plan.routers[1].privilege = 15;
    let lab = Lab::start(plan).await.unwrap();
    let [first, away, behind] = ["R1", "R2", "R3"].map(|name| lab.router(name).unwrap());
    let mut person = log_in(&away, 0).await;
    person.until("R2#").await.unwrap();
    person.ask("reload", PROCEED).await;
    person.press("\r").await;
    gone(&away).await;
    for address in [behind.address(), behind.https_address()] {
        assert!(TcpStream::connect(address).await.is_err(), "R3 is cut off");
    }
    let mut person = Person::privileged(&first).await;
    let seen = person.ask("show cdp neighbors", "R1#").await;
    assert!(!seen.contains("\nR2 ") && seen.contains("\nR4 "), "{seen}");
    away.power_on();
    reloaded(&away, 1).await;
    let mut back = log_in(&behind, 0).await;
    back.until("R3>").await.unwrap();
    assert!(person.ask("show cdp neighbors", "R1#").await.contains("\nR2 "));
    assert!(behind.reloads().is_empty());
    lab.stop().await.unwrap();
}

#[tokio::test]
async fn a_lab_that_ends_while_a_router_is_away_finds_it_booted() {
    let folder = tempfile::tempdir().unwrap();
    let mut plan = LabPlan { state: Some(folder.path().to_owned()), ..LabPlan::one("R1") };
    plan.routers[0].reload = ReloadManner { returns: Return::Never, ..ReloadManner::quick(QUICK) };
    let lab = Lab::start(plan.clone()).await.unwrap();
    let router = lab.router("R1").unwrap();
    router.edit("bob", &["snmp-server location attic"]).unwrap();
    let mut person = Person::privileged(&router).await;
    person.ask("reload reason new image", SAVE).await;
    person.ask("no", PROCEED).await;
    person.press("\r").await;
    gone(&router).await;
    let before = router.boot_time();
    lab.stop().await.unwrap();
    let lab = Lab::start(plan).await.unwrap();
    let router = lab.router("R1").unwrap();
    assert!(router.boot_time() > before && !router.running_configuration().contains("attic"));
    lab.stop().await.unwrap();
}

#[tokio::test]
async fn whoever_watches_the_log_sees_the_last_lines() {
    let (lab, router, mut person) = unsaved().await;
    person.ask("terminal monitor", "R1#").await;
    person.ask("reload", SAVE).await;
    person.ask("no", PROCEED).await;
    person.press("\r").await;
    let last = person.until("never").await.unwrap_err();
    let wanted =
        "%SYS-5-RELOAD: Reload requested by admin on vty0 (127.0.0.1). Reload Reason: Reload Command.\r\n";
    assert!(last.contains(wanted) && last.contains("%PMAN-5-EXITACTION"), "{last}");
    reloaded(&router, 1).await;
    lab.stop().await.unwrap();
}
