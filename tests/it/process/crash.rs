//! `kill -9` at moments that the lab fixes by withholding an answer, and the start after it: what was
//! accepted finishes, what has a result is not asked again, nothing is answered twice unmarked.

use super::{Home, asked};
use patchbay::lab::{Fault, LabPlan, Point};
use patchbay::model::{JobId, JobState};
use std::io::Read;

fn running_config() -> String {
    "show running-config".to_owned()
}

/// Two routers are done and R2 waits at the point when the process is killed.
async fn killed_at(point: Point) -> Home {
    let home = Home::new(LabPlan::fleet(3)).await;
    let hold = home.router("R2").hold(point);
    let mut session = home.run();
    session.types("/backup all\n");
    hold.reached().await;
    home.has_results(&mut session, 1, 2).await;
    let said = session.killed();
    assert_eq!((said.status, said.out.as_str()), (None, ""), "{said:?}");
    home
}

/// The second session: the message is there again, the job ends, and only R2 is asked.
async fn resumes(home: &Home) {
    let before = ["R1", "R3"].map(|name| (home.router(name).logins(), asked(&home.router(name))));
    assert_eq!(before.map(|(logins, asked)| (logins.accepted, asked)), [(1, 1); 2]);
    let hold = home.router("R2").hold(Point::AtLogin);
    let mut session = home.run();
    hold.reached().await;
    session.says("2 of 3");
    hold.release();
    let said = session.ended().well();
    said.once("2 of 3");
    said.once("2 done");
    said.once("Backup of 3 routers in");
    assert!(said.out.contains("3 first backups"), "{said:?}");
    let after = ["R1", "R3"].map(|name| (home.router(name).logins(), asked(&home.router(name))));
    assert_eq!(before, after, "a router with a result was asked again");
    assert_eq!(home.read(|view| Ok(view.job(JobId(1))?.unwrap().state)).await, JobState::Done);
    // The third session has nothing left to say.
    assert_eq!(home.run().ended().well().out, "");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_kill_at_the_login_leaves_a_job_that_finishes() {
    resumes(&killed_at(Point::AtLogin).await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_kill_before_the_answer_leaves_a_job_that_finishes() {
    resumes(&killed_at(Point::AtCommand(running_config())).await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_kill_in_the_middle_of_the_answer_leaves_a_job_that_finishes() {
    let home = killed_at(Point::MiddleOf(running_config())).await;
    let half = home.read(|view| Ok(view.results(JobId(1))?.len())).await;
    assert_eq!(half, 2, "half a configuration became a result");
    resumes(&home).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_resumed_job_that_fails_is_seen_in_the_status() {
    let home = killed_at(Point::AtLogin).await;
    home.router("R2").fault(Fault::Unreachable).await;
    let said = home.run().ended().with(1);
    said.once("2 first backups, 1 failed");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_kill_on_the_way_leaves_the_same_end() {
    let home = Home::new(LabPlan::fleet(2)).await;
    for point in [Point::AfterConnect, Point::AtLogin, Point::AtCommand(running_config())] {
        let holds = ["R1", "R2"].map(|name| home.router(name).hold(point.clone()));
        let mut session = home.run();
        if point == Point::AfterConnect {
            session.types("/backup all\n");
        }
        for hold in &holds {
            hold.reached().await;
        }
        session.killed();
    }
    let said = home.run().ended().well();
    said.once("Backup of 2 routers in");
    assert!(said.out.contains("2 first backups"), "{said:?}");
    assert_eq!(home.read(|view| Ok(view.recent_jobs(&Default::default(), 9)?.len())).await, 1);
}

/// A pipe that nobody reads and that is full holds the answer of a job that is over.
#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_was_perhaps_printed_comes_again_and_is_marked() {
    let home = Home::new(LabPlan::one("R1")).await;
    let (mut session, mut unread) = home.run_unread();
    session.types("/backup R1\n");
    home.is_being_said(&mut session).await;
    session.killed();
    let mut printed = Vec::new();
    unread.read_to_end(&mut printed).unwrap();
    assert!(printed.iter().all(|byte| *byte == b'.'), "it was printed after all");
    let said = home.run().ended().well();
    said.once("(repeat)");
    said.once("Backup of R1: first backup");
    assert_eq!(home.router("R1").logins().accepted, 1, "a finished command asked again");
    assert_eq!(home.run().ended().well().out, "");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_question_is_asked_again_after_a_kill_and_can_be_answered() {
    let home = Home::new(LabPlan::fleet(2)).await;
    let mut session = home.run();
    session.asks("/version", "[1] all   [2] R1   [3] R2");
    session.killed();
    let mut session = home.run();
    session.says("[1] all   [2] R1   [3] R2");
    session.types("3\n");
    let said = session.ended().well();
    said.once("Which one?");
    said.once("R2 uptime is");
    // Nobody is there to answer: the next session says so, and the one after has nothing to say.
    let mut session = home.run();
    session.asks("/version", "[1] all   [2] R1   [3] R2");
    session.killed();
    let said = home.run().ended().well();
    said.once("Cancelled: nobody was there to answer");
    assert_eq!(home.run().ended().well().out, "");
}

/// Twice is as good as once; a save that was perhaps sent is sent again, with its rights and its age proven anew.
#[tokio::test(flavor = "multi_thread")]
async fn a_save_that_was_perhaps_sent_is_sent_again() {
    let home = Home::new(LabPlan::one("R1")).await;
    let router = home.router("R1");
    router.edit("bob", &["snmp-server location attic"]).unwrap();
    let hold = router.hold(Point::MiddleOf("write memory".to_owned()));
    let mut session = home.run();
    session.types("/save R1\n");
    hold.reached().await;
    session.killed();
    hold.release();
    home.run().ended().well().once("Saving on R1: saved");
    let typed = router.typed().iter().filter(|line| line.as_str() == "write memory").count();
    assert_eq!(typed, 2);
}
