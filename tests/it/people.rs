//! Who somebody is, what the bot says to those whom it does not know, and what each is shown.

use crate::world::{DESK, Desk, Plan, World, now, plain};
use patchbay::channel::{Acknowledgement, Channel};
use patchbay::model::person::Subject;
use patchbay::model::{Audience, Destination, Effect, Grant, GrantId, Identity, Menu};
use patchbay::store::{AuditFilter, AuditRow, Link};
use std::sync::Arc;
use std::time::Duration;

const BENCH: &str = "bench";

/// A world with a second service beside the desk.
async fn two_services() -> (World, Arc<Desk>) {
    let bench = Desk::called(BENCH);
    let channel = Channel { name: BENCH.to_owned(), listen: Some(bench.clone()), deliver: bench.clone() };
    (World::new(Plan { channels: vec![channel], ..Plan::default() }).await, bench)
}

/// Everything is answered: what was not said by now is not said at all.
async fn said(world: &World, desk: &Desk) -> Vec<String> {
    world.bot.settled().await;
    desk.all().iter().map(plain).collect()
}

fn code_in(text: &str) -> String {
    let (_, rest) = text.split_once("/link ").unwrap_or_else(|| panic!("no code in {text}"));
    rest.split_whitespace().next().unwrap().to_owned()
}

async fn audit(world: &World) -> Vec<AuditRow> {
    world.bot.store().read(|view| view.audit_rows(&AuditFilter::default(), 1_000)).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_says_from_another_service_who_one_is() {
    let (world, bench) = two_services().await;
    let asked = world.desk.line_in("ann", "hall", "/link", true).await;
    let refused = world.desk.ended(&asked).await;
    assert!(refused.text.contains("in a chat with me alone"), "{}", refused.text);

    let first = code_in(&world.ask("/link").await.text);
    let answer = world.ask("/link").await;
    let code = code_in(&answer.text);
    let (left, right) = code.split_once('-').unwrap();
    assert_eq!((left.len(), right.len()), (4, 4), "{code}");
    assert!(answer.text.contains("It works once, until "), "{}", answer.text);
    // A newer code takes the place of the older one.
    let tried = bench.line_as("a1", &format!("/link {first}")).await;
    let wrong = bench.ended(&tried).await.text;
    assert!(wrong.contains("This code does not work"), "{wrong}");

    let small = format!("{}{}", left.to_lowercase(), right);
    let tried = bench.line_as("a1", &format!("/link@patchbay {small}")).await;
    let linked = bench.ended(&tried).await;
    assert_eq!(linked.first_line(), "✅ You are ann here now");
    let told = world.desk.until_any(|message| plain(message).contains("bench:a1 is you as well now")).await;
    assert!(told.text.contains("patchbay person set ann --no-identity bench:a1"), "{}", told.text);
    assert_eq!(told.message.place.to_string(), "desk:room");
    let me = bench.line_as("a1", "/whoami").await;
    let me = bench.ended(&me).await.text;
    assert!(me.contains("ann") && me.contains("bench:a1") && me.contains("desk:ann"), "{me}");

    // Used, and said exactly as if it had never been.
    let tried = bench.line_as("eve", &format!("/link {code}")).await;
    assert_eq!(bench.ended(&tried).await.text, wrong);
    let tried = bench.line_as("eve", "/link ABCD-EFGH").await;
    assert_eq!(bench.ended(&tried).await.text, wrong);
    let again = bench.line_as("a1", &format!("/link {code}")).await;
    assert!(bench.ended(&again).await.text.contains("You are ann here already"));

    let rows = audit(&world).await;
    assert!(rows.iter().all(|row| !row.line.to_uppercase().contains(left)), "a code is in the audit");
    assert!(rows.iter().any(|row| row.person.is_some() && row.line == "/link ****-****"), "{rows:#?}");
    world.bot.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_that_somebody_known_or_somebody_late_sends_links_nothing() {
    let (world, bench) = two_services().await;
    let code = code_in(&world.ask("/link").await.text);
    let bob = world.desk.line_as("bob", &format!("/link {code}")).await;
    assert!(world.desk.ended(&bob).await.text.contains("You are bob here already"));
    world.desk.until_any(|message| plain(message).contains("bob sent your code in desk:room")).await;
    let tried = bench.line_as("a1", &format!("/link {code}")).await;
    assert!(bench.ended(&tried).await.text.contains("This code does not work"));

    let late = world
        .write(|work| {
            let person = work.person_by_name("ann")?.unwrap().id;
            let place = Destination { channel: DESK.to_owned(), address: "room".to_owned() };
            work.make_link(&Link { person, place }, now().minus(Duration::from_secs(1)))
        })
        .await;
    let tried = bench.line_as("a2", &format!("/link {late}")).await;
    assert!(bench.ended(&tried).await.text.contains("This code does not work"));
    let unknown = Identity { channel: BENCH.to_owned(), external: "a2".to_owned() };
    assert_eq!(world.bot.store().read(move |view| view.person_of(&unknown)).await.unwrap(), None);
    world.bot.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn five_wrong_codes_are_enough_for_a_while() {
    let (world, bench) = two_services().await;
    let good = code_in(&world.ask("/link").await.text);
    for _ in 0..4 {
        let tried = bench.line_as("eve", "/link ABCD-EFGH").await;
        assert!(bench.ended(&tried).await.text.contains("This code does not work"));
    }
    let tried = bench.line_as("eve", "/link ABCD-EFGH").await;
    assert!(bench.ended(&tried).await.text.contains("I try none until "));
    let tried = bench.line_as("eve", &format!("/link {good}")).await;
    assert!(bench.ended(&tried).await.text.contains("I try none until "));
    let before = said(&world, &bench).await.len();
    bench.line_as("eve", &format!("/link {good}")).await;
    assert_eq!(said(&world, &bench).await.len(), before);
    // Whoever read it there gets nothing by it; with a code of their own nobody is held up.
    let tried = bench.line_as("a1", &format!("/link {good}")).await;
    assert!(bench.ended(&tried).await.text.contains("This code does not work"));
    let fresh = code_in(&world.ask("/link").await.text);
    let tried = bench.line_as("a1", &format!("/link {fresh}")).await;
    assert!(bench.ended(&tried).await.went_well());
    world.bot.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stranger_is_refused_once_a_day_and_hears_nothing_in_a_group_that_is_not_for_the_bot() {
    let (world, bench) = two_services().await;
    for line in ["/stats", "hello", "/backupp R1"] {
        bench.line_in("eve", "hall", line, false).await;
    }
    assert_eq!(said(&world, &bench).await, Vec::<String>::new());
    assert_eq!(audit(&world).await.len(), 0);
    let slot = bench.line_in("eve", "hall", "/status", false).await;
    let refused = bench.ended(&slot).await;
    assert!(refused.text.contains("patchbay person add NAME --identity bench:eve"), "{}", refused.text);
    assert!(refused.text.contains("/link"), "{}", refused.text);
    for _ in 0..20 {
        bench.line_as("eve", "/backup all").await;
    }
    let forged = serde_json::json!({ "press": "00000000000000000000000000000000" });
    let heard = bench.deliver_update("forged", "eve", &forged, None).await;
    assert!(matches!(heard, Acknowledgement::Said(_)), "{heard:?}");
    assert_eq!(said(&world, &bench).await.len(), 1);
    assert_eq!(audit(&world).await.len(), 1, "{:#?}", audit(&world).await);
    // Another one is another one.
    let slot = bench.line_as("mallory", "/status").await;
    assert!(bench.ended(&slot).await.text.contains("bench:mallory"));

    // A day later it is said again, and the audit knows what was not answered.
    world
        .write(|work| {
            let eve = Identity { channel: BENCH.to_owned(), external: "eve".to_owned() };
            work.forget_stranger(&eve)?;
            let yesterday = now().minus(Duration::from_secs(25 * 3_600));
            work.hear_stranger(&eve, yesterday)?;
            work.hear_stranger(&eve, yesterday).map(drop)
        })
        .await;
    let slot = bench.line_as("eve", "/status").await;
    assert!(bench.ended(&slot).await.text.contains("bench:eve"));
    let newest = audit(&world).await.remove(0);
    assert_eq!(newest.outcome.as_deref(), Some("1 more before this were not answered"));
    world.bot.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn in_a_group_only_a_command_is_answered_where_the_bot_was_not_called() {
    let world = World::demo().await;
    for line in ["/backupp R1", "/nosuch", "good morning"] {
        world.desk.line_in("ann", "hall", line, false).await;
    }
    assert_eq!(said(&world, &world.desk).await, Vec::<String>::new());
    let slot = world.desk.line_in("ann", "hall", "/backupp R1", true).await;
    assert!(world.desk.ended(&slot).await.text.contains("There is no command /backupp"));
    let slot = world.desk.line_in("ann", "hall", "/whoami", false).await;
    assert!(world.desk.ended(&slot).await.text.contains("desk:hall"));
    world.bot.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_removed_leaves_no_code_and_no_question_behind() {
    let (world, bench) = two_services().await;
    let code = code_in(&world.ask("/link").await.text);
    let asked = world.desk.line("/backup").await;
    world.desk.question(&asked).await;
    let ended = world
        .write(|work| {
            let ann = work.person_by_name("ann")?.unwrap();
            work.remove_person(ann.id, now())
        })
        .await;
    assert_eq!((ended.identities, ended.codes, ended.questions), (1, 1, 1));
    let over = world.desk.ended(&asked).await;
    assert!(over.text.contains("was not run") && over.message.tokens.is_empty(), "{}", over.text);
    let tried = bench.line_as("a1", &format!("/link {code}")).await;
    assert!(bench.ended(&tried).await.text.contains("This code does not work"));
    let slot = world.desk.line("/whoami").await;
    assert!(world.desk.ended(&slot).await.text.contains("I don't know you"));
    world.bot.stop().await;
}

fn commands<'m>(menus: &'m [Menu], wanted: &Audience) -> Vec<&'m str> {
    let menu = menus.iter().find(|menu| menu.audience == *wanted);
    let entries = menu.map(|menu| menu.entries.as_slice()).unwrap_or_default();
    entries.iter().map(|entry| entry.command.as_str()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_menu_shows_what_may_be_run_and_follows_the_rules() {
    let world = World::demo().await;
    let everybody = Audience::Everybody;
    let shown = world.desk.menus(|menus| !menus.is_empty()).await;
    assert_eq!(commands(&shown, &everybody), ["link"]);
    let hall = Audience::Place(Destination { channel: DESK.to_owned(), address: "hall".to_owned() });
    let ann = Audience::Person {
        place: Destination { channel: DESK.to_owned(), address: "room".to_owned() },
        who: Identity { channel: DESK.to_owned(), external: "ann".to_owned() },
    };
    let slot = world.desk.line_in("ann", "hall", "/whoami", true).await;
    world.desk.ended(&slot).await;
    world.ask("/whoami").await;
    let shown = world.desk.menus(|menus| !commands(menus, &ann).is_empty()).await;
    assert!(commands(&shown, &hall).contains(&"status") && !commands(&shown, &hall).contains(&"backup"));
    assert!(commands(&shown, &ann).contains(&"backup"), "{shown:#?}");
    assert_eq!(commands(&shown, &ann).first(), Some(&"whoami"), "the most used stand first");
    world
        .write(|work| {
            let ann = work.person_by_name("ann")?.unwrap();
            work.set_person(&patchbay::model::Person { role: "viewer".to_owned(), ..ann })
        })
        .await;
    world.desk.menus(|menus| !commands(menus, &ann).contains(&"backup")).await;
    world.bot.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_shown_what_they_may_not_run() {
    let world = World::demo().await;
    let bob = async |line: &str| {
        let slot = world.desk.line_as("bob", line).await;
        world.desk.ended(&slot).await
    };
    let help = bob("/help backup").await;
    assert!(help.text.contains("/backup is none of the commands that you may use here"), "{}", help.text);
    assert!(!bob("/help").await.text.contains("/backup"));
    let mistyped = bob("/bakcup R1").await;
    assert!(mistyped.text.contains("There is no command /bakcup. Nothing"), "{}", mistyped.text);
    assert!(world.ask("/bakcup R1").await.text.contains("Did you mean /backup"));
    let forms = bob("/help device").await.text;
    assert!(forms.contains("/device show") && !forms.contains("/device add"), "{forms}");

    let silenced = world.ask("/silence R1 1h").await;
    silenced.button("End the silence");
    world.ask("/silences").await.button("End #1");
    let listed = bob("/silences").await;
    assert!(listed.message.document.buttons.is_empty(), "{}", listed.text);

    world
        .write(|work| {
            work.add_grant(&Grant {
                id: GrantId(0),
                name: "R1 is not for viewers".to_owned(),
                subject: Subject::Role("viewer".to_owned()),
                command: "*".to_owned(),
                selector: "R1".parse().unwrap(),
                chat: "*".to_owned(),
                effect: Effect::Deny,
            })
        })
        .await;
    let asked = world.desk.line_as("bob", "/version").await;
    let picker = world.desk.question(&asked).await;
    assert!(picker.text.contains("[R2]") && !picker.text.contains("[R1]"), "{}", picker.text);
    let one_of_several = world.desk.line_as("bob", "/device site:hanoi").await;
    let picker = world.desk.question(&one_of_several).await;
    assert!(picker.text.contains("[R2]") && !picker.text.contains("[R1]"), "{}", picker.text);
    let mistyped = bob("/version R11").await.text;
    assert!(!mistyped.contains("R1?") && !mistyped.contains("R1 or"), "{mistyped}");
    let refused = bob("/bw R1 Gi9").await.text;
    assert!(refused.contains("R1 is not for viewers") && !refused.contains("It has"), "{refused}");
    world.bot.stop().await;
}
