use super::*;
use crate::model::outbound::{Fate, MessageRef};
use crate::store::{Arrived, Failing};

fn slot(name: &str) -> Slot {
    Slot(name.to_owned())
}

fn fate(bench: &Bench) -> Fate {
    bench.work().fate(&slot("a"), &place()).unwrap()
}

fn receipt() -> Receipt {
    Receipt { parts: vec![MessageRef("m1".to_owned())] }
}

#[test]
fn the_fate_of_a_message_is_what_its_reader_may_have_seen() {
    let bench = Bench::new();
    let mut work = bench.work();
    assert_eq!(fate(&bench), Fate::Unknown);
    let one = work.post(&outbound("a", "one"), at(1)).unwrap();
    assert_eq!(fate(&bench), Fate::Waiting);
    work.attempt(one, at(2)).unwrap();
    assert_eq!(fate(&bench), Fate::InFlight);
    work.postponed(one, at(3), "busy", Arrived::No).unwrap();
    assert_eq!(fate(&bench), Fate::Waiting, "the service said that it did not take it");
    work.dead(one, "gone", at(4)).unwrap();
    assert_eq!(fate(&bench), Fate::Dead);
    let two = work.post(&outbound("a", "two"), at(5)).unwrap();
    assert_eq!(fate(&bench), Fate::Waiting);
    work.attempt(two, at(6)).unwrap();
    work.postponed(two, at(7), "no answer in time", Arrived::Unknown).unwrap();
    assert_eq!(fate(&bench), Fate::InFlight, "it may stand there");
    work.attempt(two, at(8)).unwrap();
    work.delivered(two, &receipt(), at(9)).unwrap();
    work.post(&outbound("a", "three"), at(10)).unwrap();
    assert_eq!(fate(&bench), Fate::Delivered, "an older version stands there");
    let elsewhere = Destination { channel: "terminal".to_owned(), address: "there".to_owned() };
    assert_eq!(work.fate(&slot("a"), &elsewhere).unwrap(), Fate::Unknown);
}

#[test]
fn a_dead_letter_is_put_back_unless_a_newer_version_took_its_place() {
    let bench = Bench::new();
    let mut work = bench.work();
    let one = work.post(&Outbound { expires: Some(at(9)), ..outbound("a", "one") }, at(1)).unwrap();
    work.attempt(one, at(2)).unwrap();
    assert!(!work.try_again(one, at(3)).unwrap(), "it is in flight");
    work.dead(one, "gone", at(3)).unwrap();
    let letter = work.dead_letter(one).unwrap().unwrap();
    assert_eq!((letter.posted_at, letter.at, letter.tries, letter.why.as_str()), (at(1), at(3), 1, "gone"));
    assert!(work.try_again(one, at(20)).unwrap());
    assert!(!work.try_again(one, at(20)).unwrap(), "once");
    assert_eq!((work.dead_letter(one).unwrap(), work.tries(one).unwrap()), (None, 0));
    assert_eq!(work.owed_since(one).unwrap(), Some(at(20)), "its day begins anew");
    assert_eq!(work.due(at(21), 9).unwrap().len(), 1, "it does not expire a second time");
    work.attempt(one, at(21)).unwrap();
    work.dead(one, "gone", at(22)).unwrap();
    let two = work.post(&outbound("a", "two"), at(23)).unwrap();
    assert!(!work.try_again(one, at(24)).unwrap());
    assert_eq!(work.owed_since(one).unwrap(), Some(at(23)));
    work.attempt(two, at(25)).unwrap();
    work.delivered(two, &receipt(), at(26)).unwrap();
    assert_eq!(work.owed_since(one).unwrap(), None);
}

#[test]
fn a_place_fails_since_the_first_that_did_not_arrive() {
    let bench = Bench::new();
    let mut work = bench.work();
    let failing = |now| bench.work().failing(&place(), at(now)).unwrap();
    let told = |since, undelivered| Some(Failing { since: at(since), undelivered });
    assert_eq!(failing(1), None);
    let mut send = |name: &str, when: i64, arrives: bool| {
        let id = work.post(&outbound(name, name), at(when)).unwrap();
        work.attempt(id, at(when + 1)).unwrap();
        match arrives {
            true => work.delivered(id, &receipt(), at(when + 2)).unwrap(),
            false => work.dead(id, "gone", at(when + 2)).unwrap(),
        }
    };
    send("a", 10, false);
    assert_eq!(failing(20), told(10, 1));
    send("b", 20, true);
    assert_eq!(failing(30), None, "it works again");
    send("c", 30, false);
    send("d", 40, false);
    let mut work = bench.work();
    work.post(&Outbound { class: Class::Progress, ..outbound("e", "e") }, at(41)).unwrap();
    work.post(&Outbound { not_before: Some(at(90)), ..outbound("f", "f") }, at(42)).unwrap();
    work.post(&outbound("g", "g"), at(43)).unwrap();
    assert_eq!(failing(50), told(30, 3));
}

#[test]
fn a_recent_message_is_found_by_how_its_slot_begins() {
    let bench = Bench::new();
    let mut work = bench.work();
    work.post(&outbound("x/50%/1", "one"), at(10)).unwrap();
    work.post(&outbound("x/50%/1", "newer"), at(40)).unwrap();
    work.post(&outbound("x/50a/2", "other"), at(20)).unwrap();
    let recent = |after| bench.work().recent_slot("x/50%/", &place(), at(after)).unwrap();
    assert_eq!(recent(5), Some(slot("x/50%/1")));
    assert_eq!(recent(10), None, "its first version is what counts");
}

#[test]
fn a_place_that_fails_keeps_nobody_waiting() {
    let bench = Bench::new();
    let mut work = bench.work();
    let one = work.post(&outbound("a", "one"), at(1)).unwrap();
    work.post(&outbound("b", "two"), at(2)).unwrap();
    assert_eq!(work.unsent().unwrap(), 2);
    work.attempt(one, at(3)).unwrap();
    assert_eq!(work.unsent().unwrap(), 2);
    work.postponed(one, at(99), "away", Arrived::No).unwrap();
    assert_eq!(work.unsent().unwrap(), 0);
    let elsewhere = Destination { channel: "terminal".to_owned(), address: "there".to_owned() };
    work.post(&Outbound { place: elsewhere, ..outbound("a", "three") }, at(4)).unwrap();
    assert_eq!(work.unsent().unwrap(), 1);
}
