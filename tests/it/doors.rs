//! What the chats need of the house, whatever the service: quotes, pages, turns, places that move, instant
//! answers and manners.

use crate::world::{DESK, Plan, World};
use patchbay::channel::Acknowledgement;
use patchbay::lab::{LabPlan, RouterPlan};
use patchbay::model::{
    Class, Destination, Document, Effect, Ending, Grant, GrantId, Message, Outbound, SendError, Sign, Slot,
    Text, Timestamp, Token, person::Subject,
};
use serde_json::json;
use std::sync::Mutex;
use std::time::Duration;
use tokio::time::Instant;

fn place(address: &str) -> Destination {
    Destination { channel: DESK.to_owned(), address: address.to_owned() }
}

fn token(message: &Message, label: &str) -> Token {
    let at = message.document.buttons.iter().position(|button| button.label == Text::verbatim(label));
    let at = at.or_else(|| message.document.buttons.iter().position(|button| button.name.starts_with(label)));
    message.tokens[at.unwrap_or_else(|| panic!("no button {label}: {:?}", message.document.buttons))].clone()
}

fn said(got: &Acknowledgement) -> &str {
    match got {
        Acknowledgement::Said(text) => &text.key,
        Acknowledgement::Got => "got",
        Acknowledgement::Ask(_) => "asks",
        Acknowledgement::NotStored => "not stored",
    }
}

async fn press(world: &World, key: &str, who: &str, at: &str, token: &Token) -> Acknowledgement {
    world.desk.deliver_update(key, who, &json!({ "press": token.0, "place": at }), None).await
}

#[tokio::test(flavor = "multi_thread")]
async fn what_nobody_saw_typed_is_quoted_above_its_answer() {
    let world = World::demo().await;
    let typed = json!({ "line": "/backup R1", "unseen": true, "called": "Ann at night" });
    let slot = world.desk.say("ann", &typed, None).await;
    let answer = world.desk.ended(&slot).await;
    let sent = world.desk.all();
    assert_eq!(sent[0].slot, Slot(format!("{slot}/asked")));
    assert_eq!(crate::world::plain(&sent[0]), "ann: /backup R1");
    assert_eq!(answer.message.reply_to.unwrap().0, format!("{slot}/asked"));
    assert!(sent.iter().skip(1).all(|message| message.slot.0 == slot), "one living message below it");
    let stranger = json!({ "line": "/status all", "unseen": true, "called": "Mallory" });
    let slot = world.desk.say("mallory", &stranger, None).await;
    world.desk.ended(&slot).await;
    let quote = world.desk.until_any(|message| message.slot.0 == format!("{slot}/asked")).await;
    assert_eq!(quote.text, "Mallory: /status all");
    // What others could use is not shown to them.
    let code = json!({ "line": "/link ABCD-EFGH", "unseen": true, "called": "Mallory" });
    let slot = world.desk.say("mallory", &code, None).await;
    let quote = world.desk.until_any(|message| message.slot.0 == format!("{slot}/asked")).await;
    assert_eq!(quote.text, "Mallory: /link ****-****");
}

#[tokio::test(flavor = "multi_thread")]
async fn words_between_people_answer_a_question_only_in_its_thread() {
    let world = World::demo().await;
    let group = |line: &str, thread: &str, addressed: bool| json!({ "line": line, "thread": thread, "addressed": addressed, "private": false, "place": "noc" });
    let asked = world.desk.say("ann", &group("/version", "t1", true), None).await;
    world.desk.until(&asked, |message| !message.document.buttons.is_empty()).await;
    for (who, line, thread) in [("ann", "R1", "t2"), ("bob", "R1", "t1")] {
        world.desk.say(who, &group(line, thread, false), None).await;
    }
    world.ask("/whoami").await;
    let noc = |message: &Message| message.place == place("noc");
    assert_eq!(world.desk.all().into_iter().filter(noc).count(), 1, "nobody spoke to the bot");
    let answer = world.desk.say("ann", &group("R1", "t1", false), None).await;
    assert!(world.desk.ended(&answer).await.text.contains("version on R1"));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_rule_says_of_a_chat_holds_in_its_topics_and_after_a_move() {
    let world = World::demo().await;
    let denied = async |at: &str| {
        let slot = world.desk.say("bob", &json!({ "line": "/version R1", "place": at }), None).await;
        world.desk.ended(&slot).await.text.contains("no versions here")
    };
    assert!(!denied("-100/7").await);
    world
        .write(|work| {
            work.add_grant(&Grant {
                id: GrantId(0),
                name: "no versions here".to_owned(),
                subject: Subject::Everyone,
                command: "version".to_owned(),
                selector: "all".parse().unwrap(),
                chat: format!("{DESK}:-100"),
                effect: Effect::Deny,
            })
            .map(drop)
        })
        .await;
    assert!(denied("-100").await && denied("-100/7").await && !denied("-200").await);
    world.desk.deliver_update("g1", "ann", &json!({ "moved": "-100", "place": "-1009" }), None).await;
    world.ask("/whoami").await;
    assert!(denied("-1009").await && denied("-1009/7").await);
    let all = patchbay::store::AuditFilter::default();
    let audit = world.bot.store().read(move |view| view.audit_rows(&all, 99)).await.unwrap();
    assert!(
        audit.iter().any(|row| row.line == "rules of desk:-100 hold at desk:-1009 now (1)"),
        "{audit:#?}"
    );
}

/// A topic that is gone leaves its messages in the chat, and its buttons work there.
#[tokio::test(flavor = "multi_thread")]
async fn a_button_of_a_topic_works_in_its_chat_and_in_no_other() {
    let world = World::demo().await;
    let typed = json!({ "line": "/diff", "place": "-100/7" });
    let slot = world.desk.say("ann", &typed, None).await;
    let asked = world.desk.until(&slot, |message| !message.document.buttons.is_empty()).await.message;
    let r1 = token(&asked, "R1");
    assert_eq!(said(&press(&world, "t1", "ann", "-200", &r1).await), "press.elsewhere");
    assert_eq!(said(&press(&world, "t2", "ann", "-100", &r1).await), "got");
    world.desk.until(&slot, |message| message.document.ended.is_some()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_shows_no_name_is_told_once_a_day_and_only_where_it_matters() {
    let world = World::demo().await;
    let anonymous = |line: &str| json!({ "edited": line, "anonymous": true, "addressed": false, "private": false, "place": "noc" });
    for line in ["/lunch", "/status all", "/status all", "/version R1"] {
        world.desk.say("-100", &anonymous(line), None).await;
    }
    world.ask("/whoami").await;
    let told: Vec<_> = world.desk.all().into_iter().filter(|message| message.place == place("noc")).collect();
    assert_eq!(told.len(), 1, "{told:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn long_lists_of_answers_have_pages() {
    let routers = (1..=20).map(|n| RouterPlan::new(&format!("R{n}"), "hanoi")).collect();
    let world = World::new(Plan { lab: LabPlan::new(routers), ..Plan::default() }).await;
    let slot = world.desk.line("/diff").await;
    let asked = world.desk.until(&slot, |message| !message.document.buttons.is_empty()).await.message;
    let shown = asked.with_page_of_buttons(8);
    let labels = |message: &Message| {
        let buttons = message.document.buttons.iter();
        buttons.map(|button| button.name.split('-').next().unwrap().to_owned()).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(
        labels(&shown),
        "answer0 answer1 answer2 answer3 answer4 answer5 answer6 answer7 page1 answer20"
    );
    let next = token(&shown, "page1");
    world.desk.press("ann", &next).await;
    let second = world.desk.until(&slot, |message| message.document.page == 1).await.message;
    let shown = second.with_page_of_buttons(8);
    assert_eq!(
        labels(&shown),
        "answer8 answer9 answer10 answer11 answer12 answer13 answer14 answer15 page0 page2 answer20"
    );
    assert_eq!(shown.tokens.len(), shown.document.buttons.len());
    world.desk.press("ann", &token(&shown, "R12")).await;
    let done = world.desk.until(&slot, |message| message.document.ended.is_some()).await;
    assert!(done.text.contains("R12"), "{}", done.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_press_that_does_nothing_is_told_so_at_once() {
    let world = World::demo().await;
    let slot = world.desk.line("/diff").await;
    let asked = world.desk.until(&slot, |message| !message.document.buttons.is_empty()).await.message;
    let r1 = token(&asked, "R1");
    assert_eq!(said(&press(&world, "b1", "bob", "room", &r1).await), "press.not_yours");
    assert_eq!(said(&press(&world, "b2", "ann", "hall", &r1).await), "press.elsewhere");
    assert_eq!(said(&press(&world, "b3", "ann", "room", &Token("0".repeat(32))).await), "press.void");
    assert_eq!(said(&press(&world, "b4", "ann", "room", &r1).await), "got");
    world.desk.until(&slot, |message| message.document.ended.is_some()).await;
    assert_eq!(said(&press(&world, "b5", "carol", "room", &r1).await), "press.not_yours");
    assert_eq!(said(&press(&world, "b6", "ann", "room", &r1).await), "press.used");
    assert_eq!(
        said(&press(&world, "b6", "ann", "room", &r1).await),
        "got",
        "a second delivery of the same press"
    );
    let refused = world.desk.until(&format!("{DESK}/b1"), |_| true).await.message;
    assert_eq!((refused.class, refused.only.unwrap().external.as_str()), (Class::Ephemeral, "bob"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_storm_that_must_wait_its_turn_starves_no_answer() {
    let world = World::demo().await;
    world.desk.manners.lock().unwrap().turn = |message| match message.class {
        Class::Alert | Class::Progress => Duration::from_secs(3_600),
        Class::Critical | Class::Result | Class::Ephemeral => Duration::ZERO,
    };
    let posted = world.write(storm).await;
    let answer = world.ask("/whoami").await;
    assert!(answer.text.starts_with("You are ann"), "{}", answer.text);
    assert!(world.desk.all().iter().all(|message| message.class != Class::Alert));
    world.desk.manners.lock().unwrap().turn = |_| Duration::ZERO;
    world.desk.until_count(posted, |message| message.class == Class::Alert).await;
}

/// However urgent the alerts are: every other message that the service lets through is for whoever asked.
#[tokio::test(flavor = "multi_thread")]
async fn a_storm_of_critical_alerts_starves_no_answer() {
    static NEXT: Mutex<Option<Instant>> = Mutex::new(None);
    const SPACED: Duration = Duration::from_millis(40);
    let world = World::demo().await;
    world.desk.manners.lock().unwrap().turn = |_| {
        let (mut next, now) = (NEXT.lock().unwrap(), Instant::now());
        let wait = next.map_or(Duration::ZERO, |next| next.saturating_duration_since(now));
        if wait.is_zero() {
            *next = Some(now + SPACED);
        }
        wait
    };
    world
        .write(|work| {
            for number in 0..300 {
                let text = Text::verbatim(format!("R{number} is gone"));
                let alert = alert(&format!("alert/{}", 900 + number), "room", text);
                work.post(&Outbound { class: Class::Critical, ..alert }, Timestamp(0))?;
            }
            Ok(())
        })
        .await;
    world.desk.until_count(3, |message| message.slot.is_alert()).await;
    for line in ["/whoami", "/devices", "/diff"] {
        let slot = world.desk.line(line).await;
        world.desk.until(&slot, |_| true).await;
    }
    let alerts = world.desk.all().iter().filter(|message| message.slot.is_alert()).count();
    assert!(alerts < 150, "{alerts} alerts were told before three people got their answers");
}

fn storm(work: &mut patchbay::store::Work<'_>) -> Result<usize, patchbay::store::StoreError> {
    const ALERTS: usize = 50;
    for number in 0..ALERTS {
        let text = Text::verbatim(format!("R{number} is gone"));
        work.post(&alert(&format!("alert/{}", 900 + number), "room", text), Timestamp(0))?;
    }
    Ok(ALERTS)
}

fn alert(slot: &str, at: &str, text: Text) -> Outbound {
    Outbound {
        slot: Slot(slot.to_owned()),
        place: place(at),
        thread: None,
        reply_to: None,
        class: Class::Alert,
        only: None,
        document: Document::line(Sign::Critical, text, Ending::Well),
        not_before: None,
        expires: None,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_place_that_moved_takes_everything_along() {
    let world = World::demo().await;
    let slot = world.desk.line("/diff").await;
    let asked = world.desk.until(&slot, |message| !message.document.buttons.is_empty()).await.message;
    world.desk.manners.lock().unwrap().fails =
        |message| (message.place.address == "room").then(|| SendError::Moved { to: place("hall") });
    // The service says so when something is sent there, and what a rule still calls `room` arrives, too.
    world
        .write(|work| work.post(&alert("alert/901", "room", Text::verbatim("one")), Timestamp(0)).map(drop))
        .await;
    let arrived = world.desk.until("alert/901", |_| true).await.message;
    assert_eq!(arrived.place, place("hall"));
    world
        .write(|work| work.post(&alert("alert/902", "room", Text::verbatim("two")), Timestamp(0)).map(drop))
        .await;
    assert_eq!(world.desk.until("alert/902", |_| true).await.message.place, place("hall"));
    assert_eq!(said(&press(&world, "m1", "ann", "hall", &token(&asked, "R1")).await), "got");
    let done = world.desk.until(&slot, |message| message.document.ended.is_some()).await;
    assert_eq!(done.message.place, place("hall"));
    // What stands at both places is told at the new one and never tried at the old one again.
    world.desk.manners.lock().unwrap().fails = |_| None;
    world
        .write(|work| work.post(&alert("alert/904", "hall", Text::verbatim("five")), Timestamp(0)).map(drop))
        .await;
    world.desk.until("alert/904", |_| true).await;
    // And back again, by a word of the service: never in a circle.
    world.desk.manners.lock().unwrap().fails = |_| None;
    world.desk.deliver_update("m2", "ann", &json!({ "moved": "hall", "place": "room" }), None).await;
    world.ask("/whoami").await;
    world
        .write(|work| work.post(&alert("alert/903", "hall", Text::verbatim("three")), Timestamp(0)).map(drop))
        .await;
    assert_eq!(world.desk.until("alert/903", |_| true).await.message.place, place("room"));
}

#[tokio::test(flavor = "multi_thread")]
async fn long_work_ends_with_a_reply_where_edits_are_silent() {
    let world =
        World::new(Plan { settings: |settings| settings.notify_after = Duration::ZERO, ..Plan::default() })
            .await;
    world.ask("/backup R1").await;
    assert_eq!(world.desk.all().iter().filter(|message| message.slot.0.ends_with("/end")).count(), 0);
    world.desk.manners.lock().unwrap().silent_edits = true;
    let slot = world.desk.line("/backup R1").await;
    let whole = world.desk.ended(&slot).await;
    let reply = world.desk.until(&format!("{slot}/end"), |_| true).await;
    assert_eq!(reply.message.reply_to.unwrap().0, slot);
    assert_eq!(reply.text, whole.first_line());
}

#[tokio::test(flavor = "multi_thread")]
async fn in_a_group_only_what_speaks_to_the_bot_is_answered() {
    let world = World::demo().await;
    let group = |line: &str, addressed: bool| json!({ "line": line, "addressed": addressed, "private": false, "title": "NOC", "place": "noc" });
    for (line, addressed) in [("/lunch", false), ("good morning", false), ("/lunch@other", false)] {
        world.desk.say("ann", &group(line, addressed), None).await;
    }
    let known = world.desk.say("ann", &group("/whoami", false), None).await;
    world.desk.ended(&known).await;
    assert_eq!(world.desk.all().len(), 1, "{:#?}", world.desk.all());
    let asked = world.desk.say("ann", &group("/lunch", true), None).await;
    assert!(world.desk.ended(&asked).await.text.contains("/lunch"), "whoever names the bot is told");
    let edited = json!({ "edited": "/status all", "place": "noc" });
    let edited = world.desk.say("ann", &edited, None).await;
    assert!(world.desk.ended(&edited).await.text.contains("An edited message is not run"));
    let chats = world.bot.store().read(|view| view.chats()).await.unwrap();
    let noc = chats.iter().find(|chat| chat.place == place("noc")).unwrap();
    assert_eq!(noc.title.as_deref(), Some("NOC"));
}

/// Redelivered and in any order: what counts is the key.
#[tokio::test(flavor = "multi_thread")]
async fn a_hundred_thousand_repeats_run_nothing_twice() {
    let world = World::demo().await;
    const UPDATES: usize = 100;
    const DELIVERIES: usize = 100_000;
    let deliver = |number: usize| {
        let desk = &world.desk;
        async move {
            // A walk through all keys in an order that is never twice the same.
            let key = (number * 37 + number / UPDATES) % UPDATES;
            let line = json!({ "line": format!("/silence R{} 1h", key % 5 + 1) });
            desk.deliver_update(&format!("u{key}"), "ann", &line, None).await
        }
    };
    use futures_util::StreamExt;
    let taken = futures_util::stream::iter(0..DELIVERIES).map(deliver).buffer_unordered(512);
    let got = taken.filter(|got| std::future::ready(*got == Acknowledgement::Got)).count().await;
    assert_eq!(got, DELIVERIES);
    world.bot.settled().await;
    let all = patchbay::store::AuditFilter::default();
    let audit = world.bot.store().read(move |view| view.audit_rows(&all, 1_000)).await.unwrap();
    assert_eq!(audit.len(), UPDATES, "one row for each update");
    let silences = world.bot.store().read(|view| view.silences(crate::world::now())).await.unwrap();
    assert_eq!(silences.len(), UPDATES, "and what each asks for was done once");
}
