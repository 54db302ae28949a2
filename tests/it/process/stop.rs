//! SIGTERM and SIGINT: what runs ends, what waits is not begun and runs after the next start, and a
//! router that hangs holds nobody up for long.

use super::{Home, asked};
use patchbay::lab::{LabPlan, Point};
use std::time::{Duration, Instant};

/// One router at a time, so that the second one waits; the log says when the doors are closed.
const ONE_BY_ONE: &str = "[ssh]\nsessions = 1\n[log]\nlevel = \"debug\"\n";

async fn what_runs_ends_and_the_rest_comes_later(signal: &str) {
    let home = Home::with(LabPlan::fleet(2), ONE_BY_ONE).await;
    let hold = home.router("R1").hold(Point::MiddleOf("show running-config".to_owned()));
    let mut session = home.run();
    session.types("/backup all\n");
    hold.reached().await;
    session.signal(signal);
    session.logs("no further router is asked");
    hold.release();
    let said = session.over().well();
    assert_eq!(said.times("Backup of 2 routers in"), 0, "{said:?}");
    assert_eq!(home.router("R2").logins().accepted, 0, "a router was begun after {signal}");
    let said = home.run().ended().well();
    said.once("Backup of 2 routers in");
    assert!(said.out.contains("2 first backups"), "{said:?}");
    assert_eq!((asked(&home.router("R1")), asked(&home.router("R2"))), (1, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn sigterm_lets_running_steps_end_and_the_rest_waits_for_the_next_start() {
    what_runs_ends_and_the_rest_comes_later("TERM").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sigint_does_the_same() {
    what_runs_ends_and_the_rest_comes_later("INT").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_router_that_hangs_holds_the_end_up_for_ten_seconds_at_most() {
    let home = Home::new(LabPlan::one("R1")).await;
    let hold = home.router("R1").hold(Point::AtCommand("show running-config".to_owned()));
    let mut session = home.run();
    session.types("/backup R1\n");
    hold.reached().await;
    let began = Instant::now();
    session.signal("TERM");
    session.over().well();
    assert!(began.elapsed() < Duration::from_secs(12), "it took {:?}", began.elapsed());
    hold.release();
    home.run().ended().well().once("Backup of R1: first backup");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_idle_bot_ends_at_once() {
    let home = Home::new(LabPlan::one("R1")).await;
    let mut session = home.run();
    session.asks("/whoami", "You are");
    let began = Instant::now();
    session.signal("TERM");
    session.over().well();
    assert!(began.elapsed() < Duration::from_secs(3), "it took {:?}", began.elapsed());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_output_that_nobody_reads_does_not_hold_the_end_up() {
    let home = Home::new(LabPlan::one("R1")).await;
    let (mut session, _unread) = home.run_unread();
    session.types("/backup R1\n");
    home.is_being_said(&mut session).await;
    let began = Instant::now();
    session.signal("TERM");
    session.over().well();
    assert!(began.elapsed() < Duration::from_secs(12), "it took {:?}", began.elapsed());
    let said = home.run().ended().well();
    said.once("(repeat)");
    said.once("Backup of R1: first backup");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_signal_ends_at_once_and_loses_nothing() {
    let home = Home::with(LabPlan::one("R1"), ONE_BY_ONE).await;
    let hold = home.router("R1").hold(Point::AtLogin);
    let mut session = home.run();
    session.types("/backup R1\n");
    hold.reached().await;
    session.signal("INT");
    session.logs("no further router is asked");
    let began = Instant::now();
    session.signal("INT");
    session.over().well();
    assert!(began.elapsed() < Duration::from_secs(5), "it took {:?}", began.elapsed());
    hold.release();
    home.run().ended().well().once("Backup of R1: first backup");
}

/// A router that saves is not left in the middle, however long after the signal; the next line is not begun.
#[tokio::test(flavor = "multi_thread")]
async fn a_router_that_saves_is_waited_for() {
    let home = Home::with(LabPlan::one("R1"), ONE_BY_ONE).await;
    let router = home.router("R1");
    router.edit("bob", &["snmp-server location attic"]).unwrap();
    let hold = router.hold(Point::AtCommand("write memory".to_owned()));
    let mut session = home.run();
    session.types("/save R1\n");
    hold.reached().await;
    session.signal("TERM");
    session.logs("a router is still saving");
    assert!(router.unsaved());
    hold.release();
    session.over().well().once("Saving on R1: saved");
    assert!(!router.unsaved());
}

/// Saving twice is as good as once: what was perhaps sent is sent again after the start.
#[tokio::test(flavor = "multi_thread")]
async fn a_second_signal_does_not_wait_for_a_save_and_the_next_start_repeats_it() {
    let home = Home::with(LabPlan::one("R1"), ONE_BY_ONE).await;
    let router = home.router("R1");
    router.edit("bob", &["snmp-server location attic"]).unwrap();
    let hold = router.hold(Point::AtCommand("write memory".to_owned()));
    let mut session = home.run();
    session.types("/save R1\n");
    hold.reached().await;
    session.signal("TERM");
    session.logs("no further router is asked");
    let began = Instant::now();
    session.signal("TERM");
    session.over().well();
    assert!(began.elapsed() < Duration::from_secs(5), "it took {:?}", began.elapsed());
    hold.release();
    home.run().ended().well().once("Saving on R1: saved");
    assert!(!router.unsaved());
}
