//! Routers that are away, that only lost RESTCONF, that are slow, and that refuse the login.

use super::{Clock, RULES, alert_of, hasty, number_of, routers, rules, watched};
use crate::world::{PATIENCE, Plan, World, now};
use patchbay::device::{CREDENTIAL_PURPOSE, MasterKey, Sealer};
use patchbay::lab::{Fault, Hold, Point};
use patchbay::model::{Alert, Hold as Held, Phase};
use patchbay::settings::Settings;
use std::time::Duration;

#[tokio::test(flavor = "multi_thread")]
async fn a_router_that_is_away_is_told_once_and_holds_back_the_rest() {
    let world = World::new(watched(routers(&["R1", "R2"]))).await;
    world.is_well().await;
    world.router("R1").fault(Fault::Cpu(95)).await;
    world.hears(&["R1 CPU 95 %", "#1"]).await;
    world.router("R1").fault(Fault::Unreachable).await;
    let down = world.hears(&["🔴 R1 answers neither on RESTCONF nor on SSH"]).await;
    // Its number is not the next one when its values were missed before it was told: what is held back
    // takes a number too.
    let number = number_of(&down);
    assert!(down.text.contains(&format!("#{number}")), "{}", down.text);
    assert!(down.text.contains("RESTCONF: ") && down.text.contains(" · SSH: "), "{}", down.text);
    assert!(!down.text.contains("Check that"), "what to do stands elsewhere: {}", down.text);
    let why = world.ask(&format!("/why {number}")).await;
    assert!(why.text.contains(" · SSH: ") && why.text.contains("Check that it is up"), "{}", why.text);
    assert!(why.text.contains("first value over the limit") && why.text.contains("it fires"), "{}", why.text);
    for rule in ["cpu", "missing"] {
        let waits = |alert: Alert| alert.held == Some(Held::DeviceDown);
        world.stands(move |view| Ok(alert_of(view, rule)?.is_some_and(waits))).await;
    }
    let held = world.ask("/alerts held").await;
    for words in ["#1 R1 CPU", "R1 gives no values", "while the router is unreachable"] {
        assert!(held.text.contains(words), "{words:?} in {}", held.text);
    }
    let status = world.ask("/status all").await;
    assert!(status.text.contains("R1  does not answer since"), "{}", status.text);
    world.router("R1").clear_faults().await;
    let back = world.replies(number, &["✅ R1 answers again after ", &format!("(#{number})")]).await;
    assert_eq!(back.message.reply_to.unwrap().0, down.message.slot.0);
    world.hears(&["✅ R1 CPU back to ", "(#1)"]).await;
    world.looks("R1", 8).await;
    assert_eq!(world.told().len(), 4, "{:#?}", world.told());
    world.is_well().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_router_without_restconf_is_not_down_and_its_data_is_missed() {
    let world = World::new(watched(routers(&["R1", "R2"]))).await;
    world.is_well().await;
    let never = world.router("R2").hold(Point::AfterConnect);
    let door = world.router("R1").hold(Point::AfterConnect);
    assert!(!is_reached(&door).await, "RESTCONF answers, nobody needs SSH");
    world.router("R1").fault(Fault::RestconfOff).await;
    tokio::time::timeout(PATIENCE, door.reached()).await.expect("SSH was not asked");
    door.release();
    let missing = world.hears(&["⚠️ R1 gives no values over RESTCONF"]).await;
    let logins = world.router("R1").logins();
    assert_eq!((logins.accepted, logins.refused), (0, 0), "a look at the port is no login");
    let status = world.ask("/status all").await;
    assert!(
        status.text.contains("no RESTCONF since") && status.text.contains("SSH answers"),
        "{}",
        status.text
    );
    world.looks("R2", 16).await;
    assert_eq!(world.told().len(), 1, "missed once, not for each probe: {:#?}", world.told());
    world.router("R1").clear_faults().await;
    let back = world.replies(1, &["✅ R1 gives values again after "]).await;
    assert_eq!(back.message.reply_to.unwrap().0, missing.message.slot.0);
    world.is_well().await;
    assert!(!is_reached(&never).await, "RESTCONF answered, nobody needs SSH");
}

async fn is_reached(hold: &Hold) -> bool {
    tokio::time::timeout(Duration::ZERO, hold.reached()).await.is_ok()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_router_that_hangs_delays_no_other() {
    // It is not given up while the other one is looked at.
    let settings = |settings: &mut Settings| {
        hasty(settings);
        settings.restconf.answer = 3 * PATIENCE;
    };
    let world = World::new(Plan { settings, ..watched(routers(&["R1", "R2"])) }).await;
    world.is_well().await;
    let hangs = world.router("R1").hold(Point::AtRestconf(String::new()));
    hangs.reached_by(2).await;
    let before = world.router("R1").requests().len();
    world.looks("R2", 40).await;
    world.router("R2").fault(Fault::Cpu(95)).await;
    world.hears(&["R2 CPU 95 %"]).await;
    assert_eq!(world.router("R1").requests().len(), before, "two wait at a time, and no third");
    hangs.release();
    world.router("R2").clear_faults().await;
    world.is_well().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_router_that_hangs_is_given_up_and_is_not_down() {
    let settings = |settings: &mut Settings| {
        hasty(settings);
        settings.restconf.answer = Duration::from_secs(2);
    };
    let world = World::new(Plan { settings, ..watched(routers(&["R1"])) }).await;
    world.is_well().await;
    world.router("R1").fault(Fault::RestconfHang).await;
    world.hears(&["⚠️ R1 gives no values over RESTCONF"]).await;
    // Two look at a time: a third one comes only when one was given up.
    world.looks("R1", 6).await;
    world.router("R1").clear_faults().await;
    world.is_well().await;
    assert!(!world.told().iter().any(|(_, text)| text.contains("R1 answers neither")), "{:#?}", world.told());
}

fn set_password(world: &World, password: String) -> impl Future<Output = ()> {
    let key = MasterKey::load(&world.folder.path().join("key")).unwrap();
    let sealed = Sealer::new(&key).seal(CREDENTIAL_PURPOSE, password.as_bytes()).unwrap();
    world.write(move |work| {
        let mut credential = work.credential("lab")?.unwrap();
        credential.password = sealed;
        work.set_credential(&credential, now())
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_login_stops_the_looks_until_the_credential_is_set() {
    let world = World::new(watched(routers(&["R1", "R2"]))).await;
    world.is_well().await;
    world.router("R1").fault(Fault::RestconfStatus(401)).await;
    let refused = world.hears(&["⚠️ R1 refuses the bot's login over RESTCONF"]).await;
    world.looks("R2", 4).await;
    let asked = world.router("R1").requests().len();
    world.looks("R2", 24).await;
    assert_eq!(world.router("R1").requests().len(), asked, "{:#?}", world.router("R1").requests());
    assert_eq!(world.told().len(), 1, "{:#?}", world.told());
    assert!(world.ask("/status all").await.text.contains("R1  refuses the login over RESTCONF since"));
    world.router("R1").clear_faults().await;
    world.looks("R2", 8).await;
    assert_eq!(world.router("R1").requests().len(), asked, "nobody has changed anything");
    let password = world.router("R1").credentials().password.clone();
    set_password(&world, password).await;
    let back = world.replies(1, &["✅ R1 accepts the bot's login again after "]).await;
    assert_eq!(back.message.reply_to.unwrap().0, refused.message.slot.0);
    world.is_well().await;
}

/// Nobody knows its load any more, so nobody is told of it again and again.
#[tokio::test(flavor = "multi_thread")]
async fn a_router_that_is_not_asked_is_not_said_to_be_busy_still() {
    let often = RULES.replacen("severity = \"critical\"", "severity = \"critical\"\nrepeat = \"2s\"", 1);
    let world = World::new(Plan { rules: rules(often), ..watched(routers(&["R1", "R2"])) }).await;
    world.is_well().await;
    world.router("R1").fault(Fault::Cpu(95)).await;
    world.hears(&["R1 CPU 95 %", "#1"]).await;
    world.router("R1").fault(Fault::RestconfStatus(401)).await;
    world.hears(&["R1 refuses the bot's login"]).await;
    world.stands(|view| Ok(alert_of(view, "cpu")?.is_some_and(|alert| alert.unknowns >= 3))).await;
    let why = world.ask("/why 1").await;
    assert!(why.text.contains("not told again until there is a new value"), "{}", why.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn three_refusals_stop_the_credential_and_a_new_password_starts_it() {
    let names: Vec<String> = (1..=6).map(|n| format!("R{n}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let world = World::new(watched(routers(&names))).await;
    world.is_well().await;
    set_password(&world, "not the word".to_owned()).await;
    for _ in 0..3 {
        world.hears(&["refuses the bot's login over RESTCONF"]).await;
    }
    // Whoever was not refused is not asked either: the credential is stopped.
    let stopped = async {
        loop {
            let status = world.ask("/status all").await;
            if status.first_line().contains("6 of 6 routers need a look") {
                return status;
            }
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(PATIENCE, stopped).await.unwrap();
    let refusing = world
        .lab
        .routers()
        .map(|router| {
            router
                .log_lines()
                .iter()
                .filter(|line| line.contains("LOGIN_FAILED") || line.contains("failed"))
                .count()
        })
        .filter(|refused| *refused > 0)
        .count();
    assert!(refusing <= 4, "{refusing} routers saw the wrong password");
    let password = world.router("R1").credentials().password.clone();
    set_password(&world, password).await;
    world.is_well().await;
    world.stands(|view| Ok(!view.all_alerts()?.iter().any(|alert| alert.phase == Phase::Firing))).await;
}
