use super::*;
use crate::model::outbound::MessageRef;
use crate::store::Arrived;

fn receipt(parts: &[&str]) -> Receipt {
    Receipt { parts: parts.iter().map(|part| MessageRef((*part).to_owned())).collect() }
}

/// What may go now: the first words of each message.
fn due(bench: &Bench, now: i64) -> Vec<String> {
    bench.work().due(at(now), 99).unwrap().iter().map(words).collect()
}

fn words(message: &Message) -> String {
    match message.document.blocks.first() {
        Some(Block::Line { text, .. }) => match text.args.get("words") {
            Some(Arg::Word(words)) => words.clone(),
            other => panic!("{other:?}"),
        },
        other => panic!("{other:?}"),
    }
}

fn next(bench: &Bench, now: i64) -> Option<i64> {
    bench.work().next_due(at(now)).unwrap().map(|at| at.0)
}

/// As a new process finds it after a crash of the one before.
fn restart(bench: &Bench) {
    bench.work().doubt_what_was_in_flight().unwrap();
}

#[test]
fn the_newest_version_wins_and_becomes_an_edit() {
    let bench = Bench::new();
    let mut work = bench.work();
    work.post(&outbound("s:1", "one"), at(1)).unwrap();
    let two = work.post(&outbound("s:1", "two"), at(2)).unwrap();
    assert_eq!(due(&bench, 3), ["two"]);
    assert!(work.attempt(two, at(3)).unwrap());
    assert!(!work.attempt(two, at(3)).unwrap(), "it is in flight");
    let three = work.post(&outbound("s:1", "three"), at(4)).unwrap();
    assert_eq!(due(&bench, 5), [""; 0], "one of a message at a time");
    assert!(!work.attempt(three, at(5)).unwrap());
    assert_eq!(next(&bench, 5), None);
    work.delivered(two, &receipt(&["m1", "m2"]), at(6)).unwrap();
    let edit = work.due(at(6), 9).unwrap().remove(0);
    assert_eq!(
        (words(&edit), edit.version, edit.parts),
        ("three".to_owned(), 3, receipt(&["m1", "m2"]).parts)
    );
    work.attempt(three, at(6)).unwrap();
    work.delivered(three, &receipt(&["m1"]), at(7)).unwrap();
    assert_eq!(work.parts(&Slot("s:1".to_owned()), &place()).unwrap(), receipt(&["m1"]).parts);
    assert_eq!(due(&bench, 8), [""; 0]);
}

#[test]
fn critical_goes_first_and_a_pause_keeps_the_order_of_its_class() {
    let bench = Bench::new();
    let mut work = bench.work();
    let first = work.post(&outbound("a", "first"), at(1)).unwrap();
    work.post(&outbound("b", "second"), at(2)).unwrap();
    work.post(&Outbound { class: Class::Critical, ..outbound("c", "critical") }, at(3)).unwrap();
    let elsewhere = Destination { channel: "terminal".to_owned(), address: "there".to_owned() };
    work.post(&Outbound { place: elsewhere, ..outbound("a", "elsewhere") }, at(4)).unwrap();
    assert_eq!(due(&bench, 5), ["critical", "first", "second", "elsewhere"]);
    assert!(work.attempt(first, at(5)).unwrap());
    work.postponed(first, at(20), "too many", Arrived::No).unwrap();
    assert_eq!(due(&bench, 6), ["critical", "elsewhere"]);
    assert_eq!(due(&bench, 20), ["critical", "first", "second", "elsewhere"]);
    assert_eq!(work.due(at(20), 2).unwrap().len(), 2);
    assert_eq!(work.tries(first).unwrap(), 1);
}

const MINUTE: i64 = 60_000;

#[test]
fn one_that_fails_for_long_holds_up_nobody_also_when_it_changes() {
    let bench = Bench::new();
    let mut work = bench.work();
    let stuck = |words| Outbound { class: Class::Critical, ..outbound("stuck", words) };
    let critical = |slot| Outbound { class: Class::Critical, ..outbound(slot, slot) };
    for minute in 0..4 {
        let id = work.post(&stuck("stuck"), at(minute * MINUTE)).unwrap();
        work.attempt(id, at(minute * MINUTE)).unwrap();
        work.postponed(id, at(35 * MINUTE), "not you", Arrived::No).unwrap();
    }
    let behind = work.post(&critical("behind"), at(MINUTE)).unwrap();
    assert_eq!(due(&bench, 4 * MINUTE - 1), [""; 0], "for a moment the order is kept");
    assert_eq!(due(&bench, 4 * MINUTE), ["behind"]);
    work.attempt(behind, at(4 * MINUTE)).unwrap();
    work.dead(behind, "gone", at(4 * MINUTE)).unwrap();
    work.post(&critical("next"), at(6 * MINUTE)).unwrap();
    assert_eq!(due(&bench, 6 * MINUTE), ["next"], "one that is dead holds up nobody either");
    assert_eq!(due(&bench, 35 * MINUTE), ["stuck", "next"]);
}

#[test]
fn what_becomes_critical_does_not_wait_for_half_an_hour() {
    let bench = Bench::new();
    let mut work = bench.work();
    let warning = work.post(&outbound("a", "warning"), at(0)).unwrap();
    work.attempt(warning, at(1)).unwrap();
    work.postponed(warning, at(30 * MINUTE), "away", Arrived::No).unwrap();
    work.post(&outbound("a", "warning still"), at(2)).unwrap();
    assert_eq!(next(&bench, 3), Some(30 * MINUTE));
    work.post(&Outbound { class: Class::Critical, ..outbound("a", "critical") }, at(3)).unwrap();
    assert_eq!(next(&bench, 4), Some(4 * MINUTE + 3));
}

#[test]
fn a_newer_version_inherits_the_patience_of_the_one_it_replaces() {
    let bench = Bench::new();
    let mut work = bench.work();
    let one = work.post(&outbound("a", "one"), at(1)).unwrap();
    work.attempt(one, at(2)).unwrap();
    work.postponed(one, at(20), "too many", Arrived::No).unwrap();
    let two = work.post(&outbound("a", "two"), at(3)).unwrap();
    assert_eq!((due(&bench, 4), next(&bench, 4)), (vec![], Some(20)));
    work.attempt(two, at(20)).unwrap();
    let three = work.post(&outbound("a", "three"), at(21)).unwrap();
    work.postponed(two, at(60), "too many", Arrived::No).unwrap();
    assert_eq!((due(&bench, 22), next(&bench, 22)), (vec![], Some(60)));
    assert_eq!((due(&bench, 60), work.tries(three).unwrap()), (vec!["three".to_owned()], 2));
}

#[test]
fn a_reply_waits_until_what_it_hangs_below_is_there_or_dead() {
    let bench = Bench::new();
    let mut work = bench.work();
    let reply = |above: &str, words: &str| Outbound {
        reply_to: Some(Slot(above.to_owned())),
        ..outbound(&format!("below {above}"), words)
    };
    work.post(&reply("nobody", "to nothing"), at(1)).unwrap();
    let card = work.post(&outbound("card", "card"), at(2)).unwrap();
    work.post(&reply("card", "below"), at(3)).unwrap();
    assert_eq!(due(&bench, 4), ["to nothing", "card"]);
    work.attempt(card, at(4)).unwrap();
    assert_eq!(due(&bench, 5), ["to nothing"]);
    work.delivered(card, &receipt(&["m7", "m8"]), at(6)).unwrap();
    let below = work.due(at(7), 9).unwrap().pop().unwrap();
    assert_eq!((words(&below), below.reply_to), ("below".to_owned(), Some(MessageRef("m7".to_owned()))));

    let other = work.post(&outbound("other", "other"), at(8)).unwrap();
    work.post(&reply("other", "orphan"), at(9)).unwrap();
    assert_eq!(due(&bench, 10), ["to nothing", "below", "other"]);
    work.dead(other, "the chat is gone", at(11)).unwrap();
    assert_eq!(due(&bench, 12), ["to nothing", "below", "orphan"]);
    let letters = work.dead_letters(9).unwrap();
    assert_eq!((letters.len(), letters[0].why.as_str(), letters[0].id), (1, "the chat is gone", other));
}

#[test]
fn times_are_kept_and_said() {
    let bench = Bench::new();
    let mut work = bench.work();
    assert_eq!(next(&bench, 0), None);
    work.post(&Outbound { not_before: Some(at(50)), ..outbound("later", "later") }, at(1)).unwrap();
    work.post(&Outbound { expires: Some(at(30)), ..outbound("short", "short") }, at(2)).unwrap();
    work.hold_slot(&Slot("short".to_owned()), &place(), at(10)).unwrap();
    assert_eq!((due(&bench, 5), next(&bench, 5)), (vec![], Some(10)));
    assert_eq!(due(&bench, 10), ["short"]);
    assert_eq!((due(&bench, 30), next(&bench, 30)), (vec![], Some(50)));
    assert_eq!(work.expire_outbox(at(30)).unwrap(), 1);
    assert_eq!(work.dead_letters(9).unwrap()[0].why, "expired");
    assert_eq!(due(&bench, 50), ["later"]);
    assert_eq!(next(&bench, 50), Some(50));
}

#[test]
fn what_was_in_flight_at_a_crash_is_a_repeat_until_a_receipt_comes() {
    let bench = Bench::new();
    let mut work = bench.work();
    let repeat = |now| bench.work().due(at(now), 9).unwrap().iter().map(|m| m.repeat).collect::<Vec<_>>();
    let one = work.post(&outbound("a", "one"), at(1)).unwrap();
    assert_eq!(repeat(2), [false]);
    restart(&bench);
    assert_eq!(repeat(2), [false], "it was never tried");
    work.attempt(one, at(2)).unwrap();
    restart(&bench);
    assert_eq!(repeat(3), [true]);
    work.attempt(one, at(3)).unwrap();
    work.postponed(one, at(4), "busy", Arrived::No).unwrap();
    assert_eq!(repeat(4), [true], "the older try may have arrived all the same");
    work.attempt(one, at(4)).unwrap();
    let two = work.post(&outbound("a", "two"), at(5)).unwrap();
    restart(&bench);
    assert_eq!((due(&bench, 6), repeat(6)), (vec!["two".to_owned()], vec![true]));
    work.attempt(two, at(6)).unwrap();
    work.delivered(two, &receipt(&["m1"]), at(7)).unwrap();
    let three = work.post(&outbound("a", "three"), at(8)).unwrap();
    assert_eq!(repeat(8), [false]);
    work.attempt(three, at(8)).unwrap();
    work.postponed(three, at(9), "no answer in time", Arrived::Unknown).unwrap();
    assert_eq!(repeat(9), [true]);
}

#[test]
fn a_message_comes_complete() {
    let bench = Bench::new();
    let mut work = bench.work();
    let file = work.attach("R1.cfg", b"hostname R1", at(1)).unwrap();
    let reader = Reader { language: "vi".to_owned(), time_zone: "Asia/Ho_Chi_Minh".parse().unwrap() };
    work.ensure_chat(&place(), None, &reader, at(1)).unwrap();
    let mut message = outbound("a", "see the file");
    message.thread = Some(Thread("7".to_owned()));
    message.document.blocks.push(Block::File { name: "R1.cfg".to_owned(), attachment: file, bytes: 11 });
    work.post(&message, at(2)).unwrap();
    let due = work.due(at(3), 9).unwrap().remove(0);
    assert_eq!(
        (due.files, due.reader, due.thread),
        (vec![b"hostname R1".to_vec()], reader, message.thread.clone())
    );
    assert_eq!((due.document, due.now), (message.document.clone(), at(3)));
    assert_eq!(work.attachment(file).unwrap().unwrap().name, "R1.cfg");
    assert_eq!(work.open_messages(&place()).unwrap(), [message]);
    let mut over = outbound("a", "done");
    over.document.ended = Some(Ending::Well);
    work.post(&over, at(4)).unwrap();
    assert_eq!(work.open_messages(&place()).unwrap(), []);
}

#[test]
fn a_place_that_is_slow_keeps_no_other_place_waiting() {
    let bench = Bench::new();
    let mut work = bench.work();
    let slow = Destination { channel: "mail".to_owned(), address: "noc".to_owned() };
    for number in 0..200 {
        let alert = outbound(&format!("alert/{number}"), "an alert");
        work.post(&Outbound { class: Class::Critical, place: slow.clone(), ..alert }, at(1)).unwrap();
    }
    work.post(&outbound("answer", "the answer"), at(2)).unwrap();
    let due: Vec<String> = work.due_in_each_lane(at(3), 64).unwrap().iter().map(words).collect();
    assert_eq!(due, ["an alert", "the answer"]);
    // In its own chat the storm holds up no answer either.
    for (slot, class) in
        [("question", Class::Critical), ("second", Class::Critical), ("answer", Class::Result)]
    {
        work.post(&Outbound { class, place: slow.clone(), ..outbound(slot, slot) }, at(2)).unwrap();
    }
    let due: Vec<String> = work.due_in_each_lane(at(3), 64).unwrap().iter().map(words).collect();
    assert_eq!(due, ["an alert", "question", "the answer", "answer"]);
}

#[test]
fn what_waits_behind_a_message_in_flight_wakes_nobody() {
    let bench = Bench::new();
    let mut work = bench.work();
    let first = work.post(&outbound("a", "first"), at(1)).unwrap();
    work.post(&outbound("b", "second"), at(1)).unwrap();
    assert_eq!(next(&bench, 5), Some(0));
    assert!(work.attempt(first, at(5)).unwrap());
    assert_eq!(next(&bench, 6), None);
    let elsewhere = Destination { channel: "terminal".to_owned(), address: "there".to_owned() };
    let later = Outbound { place: elsewhere, not_before: Some(at(50)), ..outbound("c", "third") };
    work.post(&later, at(6)).unwrap();
    assert_eq!(next(&bench, 7), Some(50));
    work.delivered(first, &receipt(&["m1"]), at(8)).unwrap();
    assert_eq!(next(&bench, 9), Some(0));
}
