//! The router's own timer: scheduled, shown, cancelled, and what everybody who is logged in hears of it.

use super::*;

async fn with_short_minutes(minute: Duration) -> (Lab, Router, Person) {
    let mut plan = LabPlan::one("R1");
    plan.routers[0].reload = ReloadManner { minute, ..ReloadManner::quick(QUICK) };
    let lab = Lab::start(plan).await.unwrap();
    let router = lab.router("R1").unwrap();
    let person = Person::privileged(&router).await;
    (lab, router, person)
}

const WHO: &str = "admin on vty0 (127.0.0.1)";

fn banner(text: &str) -> String {
    format!("R1#\r\n\r\n***\r\n*** --- {text} ---\r\n***\r\n\r\nR1#")
}

#[tokio::test]
async fn a_scheduled_reload_is_shown_and_cancelled() {
    let (lab, router, mut person) = with_short_minutes(Duration::from_secs(60)).await;
    let asked = person.ask("reload in 10 new image", PROCEED).await;
    let said = format!("Reload scheduled in 10 minutes by {WHO}\r\nReload reason: new image\r\n");
    assert_eq!(asked, format!("reload in 10 new image\r\n{said}{PROCEED}"));
    person.press("\r").await;
    let told = person.until("***\r\n\r\nR1#").await.unwrap();
    assert_eq!(told, format!("\r\n{}", banner("SHUTDOWN in 0:10:00")));
    let pending = router.pending_reload().unwrap();
    assert_eq!((pending.by.as_str(), pending.minutes), ("admin", 10));
    let shown = person.ask("show reload", "R1#").await;
    let said = format!("Reload scheduled in 9 minutes by {WHO}\r\nReload reason: new image\r\n");
    assert_eq!(shown, format!("show reload\r\n{said}R1#"));
    person.press("reload cancel\r").await;
    let aborted = person.until("***\r\n\r\nR1#").await.unwrap();
    assert_eq!(aborted, format!("reload cancel\r\n{}", banner("SHUTDOWN ABORTED")));
    assert_eq!(person.ask("show reload", "R1#").await, "show reload\r\nNo reload is scheduled.\r\nR1#");
    assert_eq!(person.ask("reload cancel", "R1#").await, "reload cancel\r\nNo reload is scheduled.\r\nR1#");
    let log = router.log_lines();
    assert!(
        log.iter().any(|line| line.contains("%SYS-5-SCHEDULED_RELOAD: Reload requested for ")),
        "{log:?}"
    );
    assert!(log.last().unwrap().contains("%SYS-5-SCHEDULED_RELOAD_CANCELLED: "), "{log:?}");
    assert!(router.reloads().is_empty());
    lab.stop().await.unwrap();
}

#[tokio::test]
async fn a_timer_that_runs_out_takes_the_router_away() {
    let (lab, router, mut person) = with_short_minutes(Duration::from_millis(200)).await;
    router.edit("bob", &["snmp-server location attic"]).unwrap();
    let mut other = Person::privileged(&router).await;
    person.ask("reload in 2", SAVE).await;
    person.ask("no", PROCEED).await;
    person.press("\r").await;
    let heard = other.until("SHUTDOWN NOW ---\r\n***\r\n\r\nR1#").await.unwrap();
    assert!(heard.contains("*** --- SHUTDOWN in 0:02:00 ---\r\n***\r\n\r\nR1#"), "{heard}");
    assert!(heard.contains("*** --- SHUTDOWN in 0:01:00 ---"), "{heard}");
    reloaded(&router, 1).await;
    assert_eq!(router.reloads()[0].by, "admin");
    assert!(router.pending_reload().is_none() && !router.running_configuration().contains("attic"));
    lab.stop().await.unwrap();
}

#[tokio::test]
async fn a_time_of_day_is_read_by_the_routers_clock_and_zone() {
    let (lab, router, mut person) = with_short_minutes(Duration::from_secs(60)).await;
    router.edit("bob", &["clock timezone ICT 7 0"]).unwrap();
    person.ask("write memory", "R1#").await;
    let at = chrono::Utc::now() + chrono::TimeDelta::hours(7 + 30);
    let asked = person.ask(&format!("reload at {}", at.format("%H:%M %b %-d")), PROCEED).await;
    let wanted = at.format("Reload scheduled for %H:%M:00 ICT %a %b %-d %Y (in 29 hours").to_string();
    assert!(asked.contains("for ") && !asked.contains("UTC"), "{asked}");
    let wanted = wanted.split(" (in").next().unwrap();
    assert!(asked.contains(wanted) && asked.contains(&format!(") by {WHO}\r\n")), "{wanted} {asked}");
    person.press("\r").await;
    person.until("***\r\n\r\nR1#").await.unwrap();
    let pending = router.pending_reload().unwrap();
    assert!((1799..=1800).contains(&pending.minutes), "{pending:?}");
    assert!(person.ask("show clock", "R1#").await.contains(" ICT "));
    for wrong in ["reload at 25:00", "reload at 10:00 nov 99", "reload in 0", "reload in soon"] {
        assert!(person.ask(wrong, "R1#").await.contains("% Invalid"), "{wrong}");
    }
    lab.stop().await.unwrap();
}

#[tokio::test]
async fn somebody_elses_reload_names_him() {
    let (lab, router, mut person) = with_short_minutes(Duration::from_secs(60)).await;
    router.schedule_reload("bob", Some("192.0.2.7"), 125, None);
    let shown = person.until("***\r\n\r\nR1#").await.unwrap();
    assert!(shown.contains("SHUTDOWN in 2:05:00"), "{shown}");
    let shown = person.ask("show reload", "R1#").await;
    assert_eq!(
        shown,
        "show reload\r\nReload scheduled in 2 hours and 4 minutes by bob on vty0 (192.0.2.7)\r\nR1#"
    );
    router.schedule_reload("console", None, 1, Some("why not"));
    person.until("***\r\n\r\nR1#").await.unwrap();
    let shown = person.ask("show reload", "R1#").await;
    assert!(shown.contains(" seconds by console\r\nReload reason: why not\r\n"), "{shown}");
    let visitor = Visitor {
        user: "bob".to_owned(),
        line: 4,
        from: "192.0.2.7".to_owned(),
        idle: Duration::from_secs(245),
    };
    router.sign_in(&visitor);
    let users = person.ask("show users", "R1#").await;
    assert!(users.contains("\r\n 438 vty 4   bob        idle                 00:04:0"), "{users}");
    router.sign_off("bob");
    assert!(!person.ask("show users", "R1#").await.contains("bob"));
    lab.stop().await.unwrap();
}
