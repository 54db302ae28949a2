//! What comes back from routers: secrets, escape codes, endless texts, refused passwords, crowds.

use crate::attack::own;
use crate::world::{World, plain};
use patchbay::lab::Fault;
use patchbay::model::Block;
use patchbay::store::JobFilter;
use std::process::Command;

fn leaks(secrets: &[String], text: &str) -> Vec<String> {
    secrets.iter().filter(|secret| text.contains(secret.as_str())).cloned().collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn no_secret_of_a_router_is_seen_anywhere() {
    let world = own(|_| {}).await;
    let mut secrets = world.router("R1").secrets();
    world
        .router("R1")
        .edit(
            "bob",
            &[
                "username eve privilege 15 secret 0 Plain-Made-Up-1",
                "tacacs server LATE",
                "key 7 0822455D0A16544541",
            ],
        )
        .unwrap();
    secrets.extend(["Plain-Made-Up-1".to_owned(), "0822455D0A16544541".to_owned()]);
    let lines = [
        "/show R1 run",
        "/show R1 running-config | include secret",
        "/show R1 run | section tacacs",
        "/show R1 run | include key",
        "/show R1 run | begin tacacs",
        "/show R1 start",
        "/show R1 logging",
        "/logs R1",
        "/logs R1 username",
        "/show R1 archive log config all",
        "/show R1 archive config differences",
        "/show R1 tech-support",
        "/show R1 key chain",
        "/show R1 snmp community",
        "/keys R1",
        "/backup R1",
        "/config R1",
    ];
    for line in lines {
        world.ask(line).await;
    }
    world
        .router("R1")
        .edit("bob", &["snmp-server community Another-Made-Up ro", "ntp authentication-key 9 md5 SomeMadeUp"])
        .unwrap();
    secrets.extend(["Another-Made-Up".to_owned(), "SomeMadeUp".to_owned()]);
    for line in
        ["/backup R1", "/diff R1", "/jobs", "/job 1 file", "/job 5 file", "/job 16 file", "/config R1"]
    {
        world.ask(line).await;
    }
    world.bot.settled().await;
    for message in world.desk.all() {
        let found = leaks(&secrets, &plain(&message));
        assert!(found.is_empty(), "{found:?} in {}: {}", message.slot, plain(&message));
    }
    let jobs = world.bot.store().read(|view| view.recent_jobs(&JobFilter::default(), 50)).await.unwrap();
    assert!(jobs.len() >= 16, "{}", jobs.len());
    for job in jobs {
        let results = world.bot.store().read(move |view| view.results(job.id)).await.unwrap();
        let stored = serde_json::to_string(&results).unwrap();
        assert!(leaks(&secrets, &stored).is_empty(), "{stored}");
    }
    let folder = world.folder.path().to_owned();
    world.bot.stop().await;
    nowhere(&folder, &secrets);
}

/// Neither in the database nor in git.
fn nowhere(folder: &std::path::Path, secrets: &[String]) {
    let mut seen = 0;
    for entry in std::fs::read_dir(folder.join("data")).unwrap() {
        let path = entry.unwrap().path();
        if path.is_file() {
            let text = String::from_utf8_lossy(&std::fs::read(&path).unwrap()).into_owned();
            seen += text.len();
            assert!(leaks(secrets, &text).is_empty(), "{:?} in {}", leaks(secrets, &text), path.display());
        }
    }
    let git = folder.join("data/configs.git");
    let log = Command::new("git").arg("-C").arg(&git).args(["log", "--all", "-p"]).output().unwrap();
    let log = String::from_utf8_lossy(&log.stdout).into_owned();
    assert!(seen > 10_000 && log.contains("hostname"), "{log}");
    assert!(leaks(secrets, &log).is_empty(), "{:?}", leaks(secrets, &log));
}

#[tokio::test(flavor = "multi_thread")]
async fn thirty_commands_at_once_find_one_session_a_router() {
    let world = own(|settings| settings.ssh.sessions = 3).await;
    let mut slots = Vec::new();
    for at in 0..30 {
        let router = at % 5 + 1;
        let line = ["/near", "/show", "/backup", "/logs", "/zero", "/version"][at % 6];
        let rest = if line == "/show" { " clock" } else { "" };
        slots.push(world.desk.line(&format!("{line} R{router}{rest}")).await);
    }
    for slot in &slots {
        let reply = world.desk.ended(slot).await;
        assert!(reply.went_well(), "{}", reply.text);
    }
    for name in ["R1", "R2", "R3", "R4", "R5"] {
        assert_eq!(world.router(name).max_sessions_seen(), 1, "{name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_password_stops_after_three_and_goes_on_by_one_press() {
    let world = own(|_| {}).await;
    let names = ["R1", "R2", "R3", "R4", "R5"];
    for name in names {
        world.router(name).fault(Fault::WrongPassword).await;
    }
    let failed = world.ask("/show all clock").await;
    let refused = |world: &World| names.iter().map(|name| world.router(name).logins().refused).sum::<usize>();
    let before = refused(&world);
    assert!(failed.text.contains("stopped using it"), "{}", failed.text);
    assert!(!failed.text.contains("[Try the"), "{}", failed.text);
    let once_more = failed.button("Try once more");

    // Still wrong: one canary, nobody else.
    let slot = world.desk.press("carol", &once_more).await;
    let again = world.desk.ended(&slot).await;
    assert!(!again.went_well());
    assert_eq!(refused(&world) - before, before / 3, "one router more: {}", again.text);

    for name in names {
        world.router(name).clear_faults().await;
    }
    let untried = world.ask("/show all clock").await;
    assert!(!untried.went_well(), "the breaker is still open: {}", untried.text);
    let slot = world.desk.press("bob", &untried.button("Try once more")).await;
    let well = world.desk.ended(&slot).await;
    assert!(well.went_well(), "{}", well.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn long_and_empty_outputs_are_useful() {
    let world = own(|_| {}).await;
    let routes: Vec<String> = (0..10_000)
        .map(|at| format!("ip route 10.{}.{}.0 255.255.255.0 Null0", at / 250, at % 250))
        .collect();
    let routes: Vec<&str> = routes.iter().map(String::as_str).collect();
    world.router("R1").edit("bob", &routes).unwrap();
    let long = world.ask("/show R1 run").await;
    assert!(long.went_well() && long.message.files.len() == 1, "{}", long.first_line());
    assert!(long.message.files[0].len() > 300_000);
    inline_is_short(&long.message.document.blocks);

    let wide = format!("alias exec wide {}", "x".repeat(1_000_000));
    world.router("R2").edit("bob", &[&wide]).unwrap();
    let wide = world.ask("/show R2 run | include alias exec wide").await;
    assert!(wide.went_well() && wide.message.files.len() == 1, "{}", wide.first_line());
    inline_is_short(&wide.message.document.blocks);
    let both = world.ask("/show R2,R3 run | include alias").await;
    inline_is_short(&both.message.document.blocks);

    let none = world.ask("/show R3 run | include nothing-like-this").await;
    assert!(none.went_well() && none.text.contains("0 lines"), "{}", none.text);
}

fn inline_is_short(blocks: &[Block]) {
    for block in blocks {
        if let Block::Raw(text) = block {
            assert!(text.len() <= 3_500, "{} characters inline", text.len());
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn escape_codes_and_braces_of_a_router_stay_text() {
    let world = own(|_| {}).await;
    world
        .router("R1")
        .edit(
            "bob",
            &["interface GigabitEthernet2", "description \u{1b}[31mred\u{1b}[0m {device} *bold* <b>x</b>"],
        )
        .unwrap();
    let reply = world.ask("/show R1 run | include description").await;
    assert!(reply.went_well(), "{}", reply.text);
    assert!(!reply.text.contains('\u{1b}'), "{:?}", reply.text);
    for block in &reply.message.document.blocks {
        match block {
            Block::Raw(text) => assert!(text.contains("{device}"), "{text}"),
            Block::Line { text, .. } | Block::Detail { text, .. } => {
                assert!(!format!("{text:?}").contains("bold"), "{text:?}");
            }
            _ => {}
        }
    }
}
