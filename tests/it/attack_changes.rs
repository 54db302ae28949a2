//! What changes a router: old commands, confirmations, locks, crashes, rights that are gone.

use crate::attack::{ago, own, times};
use crate::world::{DESK, World, now};
use patchbay::lab::Point;
use patchbay::model::{Destination, Device, Invocation, JobState, PersonId, Timestamp, Update};
use std::time::Duration;

const ZERO: &str = "clear counters";
const WIPE: &str = "delete /force flash:old.cfg";

async fn device(world: &World, name: &'static str) -> Device {
    world.bot.store().read(move |view| view.device_by_name(name)).await.unwrap().unwrap()
}

async fn person(world: &World, name: &'static str) -> PersonId {
    world.bot.store().read(move |view| view.person_by_name(name)).await.unwrap().unwrap().id
}

#[tokio::test(flavor = "multi_thread")]
async fn an_old_change_asks_again_and_then_runs_once() {
    let world = own(|_| {}).await;
    let slot = world.desk.line_sent_at("/zero R1", ago(61)).await;
    let question = world.desk.question(&slot).await;
    assert!(question.first_line().contains("I did not run it"), "{}", question.text);
    assert_eq!(times(&world, "R1", ZERO), 0);
    let run = question.button("Run it now");
    world.desk.press("ann", &run).await;
    world.desk.press("ann", &run).await;
    assert!(world.desk.ended(&slot).await.went_well());
    world.bot.settled().await;
    assert_eq!(times(&world, "R1", ZERO), 1);

    let slot = world.desk.line_sent_at("/near R1", ago(6 * 3_600)).await;
    assert!(world.desk.ended(&slot).await.went_well(), "what only looks runs at any age");
    let slot = world.desk.line_sent_at("/zero R2", Timestamp(now().0 + 3_600_000)).await;
    assert!(world.desk.ended(&slot).await.went_well());
}

#[tokio::test(flavor = "multi_thread")]
async fn six_hours_of_waiting_updates_change_nothing() {
    let world = own(|_| {}).await;
    let world = world
        .restarted_with(|work| {
            for at in 0..50 {
                let line =
                    ["/zero R1", "/wipe R2", "/device set R1 note=old", "/near R3", "/device remove R5"]
                        [at % 5];
                // A clock of the service that is ahead does not make an old update fresh.
                let sent_at = (at % 2 == 0).then(|| Timestamp(now().0 + 7_200_000));
                work.receive(&Update {
                    key: format!("old-{at}"),
                    channel: DESK.to_owned(),
                    sent_at,
                    received_at: ago(6 * 3_600),
                    raw: serde_json::json!({ "who": "ann", "line": line }).to_string(),
                })?;
            }
            Ok(())
        })
        .await;
    for at in 0..50 {
        let slot = format!("{DESK}/old-{at}");
        match at % 5 {
            3 => assert!(world.desk.ended(&slot).await.went_well()),
            _ => assert!(world.desk.question(&slot).await.text.contains("[Run it now]")),
        }
    }
    assert_eq!((times(&world, "R1", ZERO), times(&world, "R2", WIPE)), (0, 0));
    let shown = world.ask("/device R1").await;
    assert!(!shown.text.contains("old"), "{}", shown.text);
    assert!(world.ask("/device R5").await.went_well());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_confirmation_is_a_press_and_speaks_of_what_it_showed() {
    let world = own(|_| {}).await;
    // Choosing the router is no confirmation, and neither is a word.
    let slot = world.desk.line("/wipe").await;
    let which = world.desk.question(&slot).await;
    let slot = world.desk.line("R1").await;
    drop(which);
    let confirm = world.desk.question(&slot).await;
    assert!(confirm.text.contains("R1") && confirm.text.contains("[Cancel]"), "{}", confirm.text);
    for word in ["yes", "R1", "ok"] {
        let said = world.ask(word).await;
        assert!(said.text.contains("waits for a button"), "{}", said.text);
    }
    assert_eq!(times(&world, "R1", WIPE), 0);
    world.desk.press("ann", &confirm.button("Run /wipe R1")).await;
    world.desk.ended(&slot).await;
    world.bot.settled().await;
    assert_eq!(times(&world, "R1", WIPE), 1);

    // A router that is there since the question was asked is not meant.
    let slot = world.desk.line("/wipe site:hanoi").await;
    let confirm = world.desk.question(&slot).await;
    let mut moved = device(&world, "R5").await;
    moved.site = "hanoi".to_owned();
    world.write(move |work| work.set_device(&moved)).await;
    let token = confirm.button("Run /wipe site:hanoi");
    world.desk.press("ann", &token).await;
    let again =
        world.desk.until(&slot, |message| message.tokens.first().is_some_and(|first| *first != token)).await;
    assert!(again.text.contains("R5"), "{}", again.text);
    assert_eq!(times(&world, "R5", WIPE), 0);
    // And the right may be lost before the press.
    let ann = person(&world, "ann").await;
    world
        .write(move |work| {
            let ann = work.person(ann)?.unwrap();
            work.set_person(&patchbay::model::Person { role: "viewer".to_owned(), ..ann })
        })
        .await;
    world.desk.press("ann", &again.button("Run /wipe site:hanoi")).await;
    let refused = world.desk.ended(&slot).await;
    assert!(refused.first_line().contains("may not"), "{}", refused.text);
    assert_eq!((times(&world, "R2", WIPE), times(&world, "R5", WIPE)), (0, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_calls_itself_disruptive_is_believed() {
    let world = own(|_| {}).await;
    let slot = world.desk.line("/calm R1").await;
    let confirm = world.desk.question(&slot).await;
    assert!(confirm.text.contains("[Run /calm R1]"), "{}", confirm.text);
    assert_eq!(times(&world, "R1", ZERO), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_line_ends_a_change() {
    let world = own(|_| {}).await;
    let failed = world.ask("/tune R1").await;
    assert!(!failed.went_well() && failed.text.contains("made-up words"), "{}", failed.text);
    assert_eq!(times(&world, "R1", "made-up words"), 1, "{:?}", world.router("R1").typed());
    assert_eq!(times(&world, "R1", "clear logging"), 0, "{:?}", world.router("R1").typed());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_that_fails_holds_nobody_up() {
    let world = own(|_| {}).await;
    let sql = |sql: &str| {
        let db = rusqlite::Connection::open(world.folder.path().join("data/patchbay.db")).unwrap();
        db.busy_timeout(Duration::from_secs(10)).unwrap();
        db.execute_batch(sql).unwrap();
    };
    sql("CREATE TRIGGER broken BEFORE INSERT ON jobs BEGIN SELECT RAISE(ABORT, 'made up'); END");
    let aside = world.ask("/near R1").await;
    assert!(aside.text.contains("Nothing was done"), "{}", aside.text);
    assert!(world.ask("/whoami").await.went_well(), "who comes next does not wait");
    sql("DROP TRIGGER broken;
         CREATE TRIGGER broken BEFORE UPDATE ON tasks WHEN NEW.state = 'ended' AND NEW.device = 1
         BEGIN SELECT RAISE(ABORT, 'made up'); END");
    let hold = world.router("R1").hold(Point::AtCommand(ZERO.to_owned()));
    let slot = world.desk.line("/near all").await;
    let gone = world.desk.line("/zero R1").await;
    // Its session begins when the one of the line before is over, whose result can not be stored.
    hold.reached().await;
    hold.release();
    sql("DROP TRIGGER broken");
    let reply = world.desk.ended(&slot).await;
    assert!(reply.text.contains("R5") || reply.text.contains("could not go on"), "{}", reply.text);
    assert_eq!(times(&world, "R5", "show clock"), 1, "the others are not asked again");
    let changed = world.desk.ended(&gone).await;
    assert_eq!(times(&world, "R1", ZERO), 1, "{}", changed.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_locked_router_is_waited_for_then_left_alone() {
    let world = own(|settings| settings.lock_patience = Duration::from_millis(600)).await;
    let hold = world.router("R1").hold(Point::AtCommand(ZERO.to_owned()));
    let first = world.desk.line("/zero R1").await;
    hold.reached().await;
    let second = world.desk.line_as("carol", "/zero R1").await;
    let waiting =
        world.desk.until(&second, |message| crate::world::plain(message).contains("being changed")).await;
    assert!(waiting.text.contains("by ann"), "{}", waiting.text);
    let left = world.desk.ended(&second).await;
    assert!(left.first_line().contains("ann has been changing this router"), "{}", left.text);
    let watch = world.desk.press("carol", &left.button("Watch")).await;
    assert!(world.desk.ended(&watch).await.text.contains("/zero R1, by ann"));
    let tell = left.button("Tell me when it is free");
    let told = world.desk.press("carol", &tell).await;
    assert!(world.desk.ended(&told).await.text.contains("I'll tell you"));
    hold.release();
    assert!(world.desk.ended(&first).await.went_well());
    let free = world.desk.until_any(|message| message.slot.0.starts_with("free/")).await;
    assert!(free.text.contains("R1 is free now"), "{}", free.text);
    world.bot.settled().await;
    assert_eq!(times(&world, "R1", ZERO), 1, "nothing runs by itself later");
}

#[tokio::test(flavor = "multi_thread")]
async fn two_changes_of_all_routers_do_not_lock_each_other_out() {
    let world = own(|settings| settings.lock_patience = Duration::from_secs(30)).await;
    let (first, second) =
        (world.desk.line("/zero all").await, world.desk.line_as("carol", "/zero all").await);
    let (first, second) = (world.desk.ended(&first).await, world.desk.ended(&second).await);
    assert!(first.went_well() && second.went_well(), "{}\n{}", first.text, second.text);
    assert_eq!(times(&world, "R3", ZERO), 2);
    assert!(world.bot.store().read(|view| view.held()).await.unwrap().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stop_does_not_wait_for_a_lock() {
    let world = own(|_| {}).await;
    let (r1, carol) = (device(&world, "R1").await.id, person(&world, "carol").await);
    let invocation = Invocation {
        line: "/zero R1".to_owned(),
        asker: carol,
        place: Destination { channel: DESK.to_owned(), address: "room".to_owned() },
        thread: None,
        key: "never".to_owned(),
        sent_at: None,
        received_at: now(),
        confirmed_at: None,
        quoted: false,
    };
    // A job that nobody works on, so that its lock stays.
    let job = world
        .write(move |work| {
            let job = work.add_job(&invocation, "zero", &[r1], now())?;
            work.take_locks(&[r1], job, carol, now())?.unwrap();
            work.end_job(job, JobState::Failed, now())?;
            Ok(job)
        })
        .await;
    let slot = world.desk.line("/zero R1").await;
    world.desk.until(&slot, |message| crate::world::plain(message).contains("being changed")).await;
    let begun = std::time::Instant::now();
    let world = world.restarted_with(move |work| work.release(job).map(drop)).await;
    assert!(begun.elapsed() < Duration::from_secs(8), "{:?}", begun.elapsed());
    world.desk.ended(&slot).await;
    assert!(times(&world, "R1", ZERO) <= 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_being_sent_when_it_crashed_is_unclear() {
    let world = own(|_| {}).await;
    let (r1, r2, ann) =
        (device(&world, "R1").await.id, device(&world, "R2").await.id, person(&world, "ann").await);
    let invocation = |line: &str, key: &str, at| Invocation {
        line: line.to_owned(),
        asker: ann,
        place: Destination { channel: DESK.to_owned(), address: "room".to_owned() },
        thread: None,
        key: format!("{DESK}/{key}"),
        sent_at: None,
        received_at: at,
        confirmed_at: None,
        quoted: false,
    };
    let (sent, old, unconfirmed) = (
        invocation("/zero R1,R2", "sent", ago(30)),
        invocation("/zero R2", "old", ago(120)),
        invocation("/wipe R2", "unconfirmed", now()),
    );
    let lost = invocation("/gone R2", "lost", now());
    let world = world
        .restarted_with(move |work| {
            let job = work.add_job(&sent, "zero", &[r1, r2], ago(30))?;
            assert!(work.begin_sending(job, r1, ago(30))?);
            work.add_job(&old, "zero", &[r2], ago(120))?;
            work.add_job(&lost, "gone", &[r2], now())?;
            work.add_job(&unconfirmed, "wipe", &[r2], now()).map(drop)
        })
        .await;
    let told = world.desk.ended(&format!("{DESK}/sent")).await;
    assert!(told.text.contains("It may have happened"), "{}", told.text);
    assert_eq!(times(&world, "R1", ZERO), 0, "never sent twice");
    assert_eq!(times(&world, "R2", ZERO), 1, "the rest goes on");
    let old = world.desk.ended(&format!("{DESK}/old")).await;
    assert!(old.text.contains("2 min"), "{}", old.text);
    let lost = world.desk.ended(&format!("{DESK}/lost")).await;
    assert!(lost.text.contains("can't go on"), "{}", lost.text);
    let never = world.desk.ended(&format!("{DESK}/unconfirmed")).await;
    assert!(never.text.contains("can't go on"), "{}", never.text);
    assert_eq!(times(&world, "R2", WIPE), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn rights_and_routers_that_are_gone_while_it_waits() {
    let world = own(|_| {}).await;
    let (ann, r2) = (person(&world, "ann").await, device(&world, "R2").await.id);
    let holds = [
        world.router("R1").hold(Point::AtCommand("show clock".to_owned())),
        world.router("R2").hold(Point::AtCommand("show clock".to_owned())),
    ];
    let (one, two) =
        (world.desk.line_as("carol", "/near R1").await, world.desk.line_as("carol", "/near R2").await);
    for hold in &holds {
        hold.reached().await;
    }
    let waiting = world.desk.line("/show R1 version").await;
    let gone = world.desk.line_as("carol", "/show R2 version").await;
    world.desk.until(&waiting, |_| true).await;
    world.desk.until(&gone, |_| true).await;
    world.write(move |work| work.remove_person(ann, now())).await;
    world.write(move |work| work.remove_device(r2, now())).await;
    holds.into_iter().for_each(patchbay::lab::Hold::release);
    let refused = world.desk.ended(&waiting).await;
    assert!(!refused.went_well(), "{}", refused.text);
    let refused = world.desk.ended(&gone).await;
    assert!(refused.text.contains("not in the inventory"), "{}", refused.text);
    assert_eq!((times(&world, "R1", "show version"), times(&world, "R2", "show version")), (0, 0));
    assert!(world.desk.ended(&one).await.went_well());
    world.desk.ended(&two).await;
}
