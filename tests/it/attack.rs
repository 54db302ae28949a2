//! What comes in at the front door: repeated, reordered, forged, pressed by the wrong hand.

use crate::world::{DESK, PATIENCE, Plan, World, now, plain};
use patchbay::model::{Source, Token, Update};
use patchbay::store::{Arrival, AuditFilter};
use serde_json::json;

pub fn ago(seconds: u64) -> patchbay::model::Timestamp {
    patchbay::model::Timestamp(now().0 - i64::try_from(seconds * 1_000).unwrap())
}

/// Commands of a user's own file: one that changes, one that takes away, one that looks.
pub fn own_commands() -> Vec<Source> {
    let file = |name: &str, risk: &str, line: &str| {
        let text = format!(
            "name = \"{name}\"\nabout = \"made up\"\nexamples = [\"/{name} R1\"]\nrisk = \"{risk}\"\n\
             args = [ {{ name = \"devices\", type = \"selector\" }} ]\n[run.ssh]\ndefault = [\"{line}\"]\n"
        );
        Source::new(format!("{name}.toml"), text)
    };
    vec![
        file("zero", "change", "clear counters"),
        file("calm", "disruptive", "clear counters"),
        file("tune", "change", "clear counters\", \"made-up words\", \"clear logging"),
        file("wipe", "disruptive", "delete /force flash:old.cfg"),
        file("keys", "read", "show running-config | include key"),
        file("near", "read", "show clock"),
    ]
}

pub async fn own(settings: fn(&mut patchbay::settings::Settings)) -> World {
    World::new(Plan { commands: own_commands(), settings, ..Plan::default() }).await
}

/// How often a router was told exactly this.
pub fn times(world: &World, router: &str, line: &str) -> usize {
    world.router(router).typed().iter().filter(|typed| typed.trim() == line).count()
}

#[tokio::test(flavor = "multi_thread")]
async fn ten_thousand_deliveries_of_three_hundred_lines_run_three_hundred() {
    let world = World::demo().await;
    let mut order: Vec<usize> = (0..10_000).collect();
    // The same disorder each time.
    order.sort_by_key(|at| (at * 7_919) % 10_007);
    for batch in order.chunks(250) {
        let deliveries = batch.iter().map(|at| {
            let key = format!("again-{}", at % 300);
            let desk = &world.desk;
            async move { desk.deliver_update(&key, "ann", &json!({ "line": "/whoami" }), None).await }
        });
        futures_util::future::join_all(deliveries).await;
    }
    world.bot.settled().await;
    let rows = world.bot.store().read(|view| view.audit_rows(&AuditFilter::default(), 20_000)).await.unwrap();
    assert_eq!(rows.len(), 300);
    assert_eq!(world.desk.all().len(), 300);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_key_from_two_channels_is_two_updates() {
    let world = World::demo().await;
    let update = |channel: &str| Update {
        key: "7".to_owned(),
        channel: channel.to_owned(),
        sent_at: None,
        received_at: now(),
        raw: "{}".to_owned(),
    };
    let (first, second) = (update(DESK), update("elsewhere"));
    let seen = world
        .write(move |work| Ok((work.receive(&first)?, work.receive(&second)?, work.receive(&first)?)))
        .await;
    assert!(matches!(seen, (Arrival::New(_), Arrival::New(_), Arrival::Repeat)), "{seen:?}");
    world.bot.settled().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_press_is_answered_and_only_the_right_one_counts() {
    let world = World::demo().await;
    let slot = world.desk.line_sent_at("/device set R1 note=pressed", ago(61)).await;
    let question = world.desk.question(&slot).await;
    assert!(question.text.contains("1 min 1 s ago"), "{}", question.text);
    let (run, forget) = (question.button("Run it now"), question.button("Forget it"));

    let desk = &world.desk;
    let said = |slot: String| async move { desk.ended(&slot).await.text };
    let stranger = said(world.desk.press("mallory", &run).await).await;
    assert!(stranger.contains("I don't know you"), "{stranger}");
    let bob = said(world.desk.press("bob", &run).await).await;
    assert!(bob.contains("Only ann may press this"), "{bob}");
    let elsewhere = json!({ "press": run.0, "place": "another room" });
    let elsewhere = said(world.desk.say("ann", &elsewhere, None).await).await;
    assert!(elsewhere.contains("another chat"), "{elsewhere}");
    let forged = said(world.desk.press("ann", &Token("0".repeat(32))).await).await;
    assert!(forged.contains("no longer part of the message"), "{forged}");
    assert!(!note(&world, "R1").await.contains("pressed"));

    let twice = [world.desk.press("ann", &run).await, world.desk.press("ann", &run).await];
    let done = world.desk.ended(&slot).await;
    assert!(done.went_well(), "{}", done.text);
    let [first, second] = twice;
    let again = said(second).await;
    assert!(again.contains("pressed already, by ann"), "{again}");
    assert!(
        world.desk.all().iter().all(|message| message.slot.0 != first),
        "the first answers in its message"
    );
    let other = said(world.desk.press("ann", &forget).await).await;
    assert!(other.contains("answered already"), "{other}");
    assert!(note(&world, "R1").await.contains("pressed"));
}

async fn note(world: &World, router: &str) -> String {
    world.ask(&format!("/device show {router}")).await.text
}

#[tokio::test(flavor = "multi_thread")]
async fn a_button_outlives_a_restart() {
    let world = World::demo().await;
    let slot = world.desk.line_sent_at("/device set R1 note=later", ago(61)).await;
    let run = world.desk.question(&slot).await.button("Run it now");
    let world = world.restarted().await;
    world.desk.press("ann", &run).await;
    assert!(world.desk.ended(&slot).await.went_well());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_question_is_answered_once_by_a_word_or_by_a_button() {
    let world = World::demo().await;
    let slot = world.desk.line("/diff").await;
    let question = world.desk.question(&slot).await;
    let token = question.button("R2");
    let typed = world.ask("R1").await;
    assert!(typed.text.contains("R1"), "{}", typed.text);
    let closed = world.desk.ended(&slot).await;
    assert!(closed.text.contains("answered below"), "{}", closed.text);
    let late = world.desk.press("ann", &token).await;
    let late = world.desk.ended(&late).await.text;
    assert!(late.contains("older version") || late.contains("answered already"), "{late}");
}

#[tokio::test(flavor = "multi_thread")]
async fn strange_lines_are_answered_and_reach_no_router() {
    let world = own(|_| {}).await;
    let lines = [
        "/show R1 clock\rreload".to_owned(),
        "/show R1 clock\nreload".to_owned(),
        "/show R1 clock \u{10d}reload".to_owned(),
        "/show R1 clock ?".to_owned(),
        "/show R1 version | redirect flash:x".to_owned(),
        "/show R1 version | tee flash:x".to_owned(),
        "/show R1 version | append flash:x".to_owned(),
        format!("/show R1 {}", "x".repeat(5_000)),
        format!("/show R1 {}", "x".repeat(300)),
        "/arp R1 10.0.0.1|reload".to_owned(),
        "/arp R1 10.0.0.1?".to_owned(),
        "/interfaces R1 Gi1|x".to_owned(),
        "/show R1 \u{1b}[A".to_owned(),
        "/show R1 \"clock".to_owned(),
        "/shоw R1 clock".to_owned(),
        "/\u{202e}show R1 clock".to_owned(),
        "/show \"R1\n\" clock".to_owned(),
        "/show R1;reload clock".to_owned(),
        "/ show R1 clock".to_owned(),
        "\u{0}".to_owned(),
        String::new(),
    ];
    for line in lines {
        let reply = world.ask(&line).await;
        assert!(!reply.went_well(), "{line:?}: {}", reply.text);
    }
    let typed = world.router("R1").typed();
    assert!(typed.is_empty(), "{typed:?}");
    // What follows /logs is looked for by the bot and never typed.
    let logs = world.ask("/logs R1 | ? {device} \"$(reload)").await;
    assert!(!logs.text.is_empty());
    let ok = world.ask("/logs R1 zzz|reload?").await;
    assert!(ok.went_well(), "{}", ok.text);
    assert!(
        world.router("R1").typed().iter().all(|typed| !typed.contains("reload") && !typed.contains("zzz"))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn words_with_braces_stay_as_they_are() {
    let world = World::demo().await;
    let reply = world.ask("/show {device} version").await;
    assert!(reply.text.contains("{device}"), "{}", reply.text);
    let set = world.ask("/device set R1 note=\"{device} {count}\"").await;
    assert!(set.went_well(), "{}", set.text);
    assert!(note(&world, "R1").await.contains("{device} {count}"));
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_goes_through_the_policy() {
    let world = World::demo().await;
    let grants = world.bot.store().read(|view| view.policy()).await.unwrap().grants;
    world.write(move |work| grants.iter().try_for_each(|grant| work.remove_grant(grant.id).map(drop))).await;
    for command in patchbay::embedded::commands() {
        let table: toml::Table = command.text.parse().unwrap();
        let examples = examples(&toml::Value::Table(table));
        for line in examples {
            let reply = world.ask(&line).await;
            assert!(!reply.went_well(), "{line}: {}", reply.text);
        }
    }
    for line in ["/Backup@bot R1", "/sh \"R1\" version", "/bac R1", "/devices", "/device R1", "/log R1"] {
        let reply = world.ask(line).await;
        assert!(!reply.went_well(), "{line}: {}", reply.text);
    }
    assert!(world.router("R1").typed().is_empty());
    assert_eq!(world.router("R1").logins().accepted, 0);
}

fn examples(value: &toml::Value) -> Vec<String> {
    match value {
        toml::Value::Table(table) => table
            .iter()
            .flat_map(|(key, value)| match (key.as_str(), value) {
                ("examples", toml::Value::Array(lines)) => {
                    lines.iter().filter_map(|line| line.as_str().map(str::to_owned)).collect()
                }
                (_, value) => examples(value),
            })
            .collect(),
        toml::Value::Array(values) => values.iter().flat_map(examples).collect(),
        _ => Vec::new(),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_denial_of_show_denies_its_configuration_too() {
    use patchbay::model::{
        Grant,
        person::{Effect, Subject},
    };
    let world = World::demo().await;
    let grant = Grant {
        id: patchbay::model::GrantId(0),
        name: "no looking".to_owned(),
        subject: Subject::Role("admin".to_owned()),
        command: "show".to_owned(),
        selector: "R1".parse().unwrap(),
        chat: "*".to_owned(),
        effect: Effect::Deny,
    };
    world.write(move |work| work.add_grant(&grant).map(drop)).await;
    for line in ["/show R1 version", "/sh R1 run", "/SHOW@bot \"R1\" running-config"] {
        let reply = world.ask(line).await;
        assert!(reply.text.contains("no looking"), "{line}: {}", reply.text);
    }
    let part = world.ask("/show R1, R2 clock").await;
    let token = part.button("Run it on the one that you may");
    let _ = token;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_button_gives_nobody_more_rights() {
    let world = World::new(Plan { role: "admin", ..Plan::default() }).await;
    // ann's mistyped command offers a button that anybody may press who may run it.
    let offer = world.ask("/show R11 running-config").await;
    let button = offer.message.tokens.first().expect("an offer").clone();
    let slot = world.desk.press("bob", &button).await;
    let reply = world.desk.ended(&slot).await;
    assert!(reply.text.contains("bob") || reply.first_line().contains("may not"), "{}", reply.text);
    assert!(world.router("R1").typed().is_empty());
    tokio::time::timeout(PATIENCE, world.bot.settled()).await.unwrap();
    assert!(world.desk.all().iter().any(|message| plain(message).contains("may not")));
}
