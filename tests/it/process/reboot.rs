//! `kill -9` at every stage of a reboot, the lab withholding the answer that fixes the moment; then the start after it:
//! the reload was sent at most once, the person gets the truth, the window closes, the lock is open.

use super::{Home, Session};
use patchbay::lab::{LabPlan, Point, ReloadManner};
use patchbay::model::{JobId, JobState};
use std::time::Duration;

const PACE: &str = "[reboot]\nwatch = \"1s\"\ngone = \"60s\"\nsettle = \"60s\"\n";

async fn home(routers: usize) -> Home {
    let home = Home::with(LabPlan::fleet(routers), PACE).await;
    for router in home.lab.routers() {
        router.set_reload_manner(ReloadManner::quick(Duration::from_secs(2)));
    }
    home
}

/// Waits until the reboot stands in this stage, in the words of its row.
async fn stands(home: &Home, session: &mut Session, stage: &'static str) {
    home.is_so_within(session, Duration::from_secs(120), move |view| {
        let row = view.procedure(JobId(1))?;
        Ok(row.is_some_and(|row| match &row.state["stage"] {
            serde_json::Value::String(word) => word == stage,
            other => other.get(stage).is_some(),
        }))
    })
    .await;
}

/// Agrees to the card that stands there; the first button reboots.
async fn agrees(home: &Home, session: &mut Session) {
    stands(home, session, "asking").await;
    session.says("[1] ");
    session.types("1\n");
}

/// Nothing is open any more, whatever happened.
async fn ends(home: &Home, mut session: Session, words: &str) {
    stands(home, &mut session, "ended").await;
    let open = home
        .read(|view| {
            let job = view.job(JobId(1))?.map(|job| job.state);
            let windows = view.windows(crate::world::now())?.len();
            Ok((job, windows, view.held()?.len()))
        })
        .await;
    assert_ne!(open.0, Some(JobState::Running));
    assert_eq!((open.1, open.2), (0, 0), "a window or a lock stayed open");
    let said = session.ended();
    assert!(said.out.contains(words), "{words:?} is not said: {said:#?}");
}

fn reloads(home: &Home, router: &str) -> usize {
    home.router(router).reloads().len()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_kill_while_the_card_is_made_or_waits_leaves_a_card_that_can_be_answered() {
    let home = home(1).await;
    let hold = home.router("R1").hold(Point::AtCommand("show version".to_owned()));
    let mut session = home.run();
    session.types("/reboot R1\n");
    hold.reached().await;
    session.killed();
    hold.release();
    let mut session = home.run();
    stands(&home, &mut session, "asking").await;
    session.says("Reboot R1?");
    session.killed();
    let mut session = home.run();
    agrees(&home, &mut session).await;
    ends(&home, session, "R1 is back after").await;
    assert_eq!(reloads(&home, "R1"), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_kill_after_the_press_goes_on_once() {
    let home = home(1).await;
    let mut session = home.run();
    session.types("/reboot R1\n");
    stands(&home, &mut session, "asking").await;
    let hold = home.router("R1").hold(Point::AtCommand("show version".to_owned()));
    session.says("[1] ");
    session.types("1\n");
    hold.reached().await;
    session.killed();
    hold.release();
    ends(&home, home.run(), "R1 is back after").await;
    assert_eq!(reloads(&home, "R1"), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_kill_while_it_saves_looks_again_saves_again_and_reboots_once() {
    let home = home(1).await;
    home.router("R1").edit("bob", &["snmp-server location attic"]).unwrap();
    let hold = home.router("R1").hold(Point::AtCommand("write memory".to_owned()));
    let mut session = home.run();
    session.types("/reboot R1 save\n");
    stands(&home, &mut session, "asking").await;
    session.says("[2] ");
    // The first button shows the lines.
    session.types("2\n");
    hold.reached().await;
    session.killed();
    hold.release();
    ends(&home, home.run(), "R1 is back after").await;
    assert_eq!(reloads(&home, "R1"), 1);
    assert!(home.router("R1").running_configuration().contains("attic"));
}

/// The router did not act on a last key: the session that closes at a question has answered no.
#[tokio::test(flavor = "multi_thread")]
async fn a_kill_before_the_last_key_is_a_reload_that_did_not_happen() {
    let (line, question) = tokio::join!(home(1), home(1));
    question.router("R1").edit("bob", &["ntp server 10.9.9.9"]).unwrap();
    let save = "System configuration has been modified".to_owned();
    let walks =
        [(&line, Point::AtCommand("reload".to_owned()), "1\n"), (&question, Point::AtQuestion(save), "2\n")];
    let walks = walks.map(|(home, point, press)| async move {
        let hold = home.router("R1").hold(point);
        let mut session = home.run();
        session.types("/reboot R1 nosave\n");
        stands(home, &mut session, "asking").await;
        session.says("[2] ");
        session.types(press);
        hold.reached().await;
        session.killed();
        hold.release();
        ends(home, home.run(), "The reload of R1 did not happen").await;
        assert_eq!(reloads(home, "R1"), 0);
    });
    futures_util::future::join_all(walks).await;
}

/// The key may arrive before the line breaks, or not: whatever the router did is what is told.
#[tokio::test(flavor = "multi_thread")]
async fn a_kill_while_the_last_key_is_on_its_way_tells_what_the_router_did() {
    let home = home(1).await;
    let hold = home.router("R1").hold(Point::AtQuestion("Proceed with reload".to_owned()));
    let mut session = home.run();
    session.types("/reboot R1\n");
    agrees(&home, &mut session).await;
    hold.reached().await;
    session.killed();
    hold.release();
    let mut session = home.run();
    stands(&home, &mut session, "ended").await;
    match reloads(&home, "R1") {
        0 => ends(&home, session, "The reload of R1 did not happen").await,
        _ => ends(&home, session, "R1 is back after").await,
    }
    assert!(reloads(&home, "R1") <= 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_kill_after_the_last_key_is_a_reload_that_is_found_out() {
    let home = home(1).await;
    let hold = home.router("R1").hold(Point::AfterQuestion("Proceed with reload".to_owned()));
    let mut session = home.run();
    session.types("/reboot R1\n");
    agrees(&home, &mut session).await;
    hold.reached().await;
    session.killed();
    hold.release();
    ends(&home, home.run(), "R1 is back after").await;
    assert_eq!(reloads(&home, "R1"), 1);
    let typed = home.router("R1").typed().iter().filter(|line| line.as_str() == "reload").count();
    assert_eq!(typed, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_kill_while_it_goes_is_away_or_comes_back_is_followed_to_the_proof() {
    for stage in ["leaving", "away", "answering"] {
        let home = home(1).await;
        let quick = ReloadManner::quick(Duration::from_secs(2));
        let manner = match stage {
            "leaving" => ReloadManner { lingers: Duration::from_secs(4), ..quick },
            "away" => ReloadManner { away: Duration::from_secs(5), ..quick },
            _ => ReloadManner { neighbours_after: Duration::from_secs(5), ..quick },
        };
        home.router("R1").set_reload_manner(manner);
        let mut session = home.run();
        session.types("/reboot R1\n");
        agrees(&home, &mut session).await;
        stands(&home, &mut session, stage).await;
        session.killed();
        ends(&home, home.run(), "R1 is back after").await;
        assert_eq!(reloads(&home, "R1"), 1, "{stage}");
    }
}

/// What was agreed to is old by then: the rest of the list is shown and agreed to once more.
#[tokio::test(flavor = "multi_thread")]
async fn a_kill_between_two_routers_asks_again_before_the_second() {
    let home = home(2).await;
    let mut session = home.run();
    session.types("/reboot R1,R2\n");
    agrees(&home, &mut session).await;
    stands(&home, &mut session, "counting").await;
    session.types("2\n");
    stands(&home, &mut session, "resting").await;
    session.killed();
    let mut session = home.run();
    stands(&home, &mut session, "asking").await;
    assert_eq!((reloads(&home, "R1"), reloads(&home, "R2")), (1, 0));
    session.says("Reboot R2?");
    session.types("1\n");
    ends(&home, session, "All 2 routers are back").await;
    assert_eq!((reloads(&home, "R1"), reloads(&home, "R2")), (1, 1));
}
