//! `kill -9` at each stage of a conversation. The services live on inside the test: after the next start nothing is
//! lost, nothing ran twice, and at most one message stands there twice, marked.

use super::place::Place;
use super::soon;
use crate::process::asked;
use chrono::{TimeDelta, Utc};
use patchbay::lab::telegram::Said;
use patchbay::lab::{Point, SlackMessage};

/// The last call for updates is answered, and none came after it.
async fn fetched(place: &Place) {
    let telegram = &place.town.telegram;
    let polls = || telegram.calls_of("getUpdates");
    telegram.calls_by(1, |_| polls().last().is_some_and(|call| call.answered.is_some())).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_fetched_and_not_committed_is_fetched_again_and_runs_once() {
    let place = Place::new().await;
    let (group, ann) = (&place.town.group, &place.town.ann);
    let session = place.runs().await;
    let lock = place.locked();
    let said = group.say(&ann.tg, "/backup R1");
    let delivery = place.town.slack.mention(&ann.slack, &place.town.noc, None, "backup R2");
    soon("a fetch", fetched(&place)).await;
    session.killed();
    drop(lock);
    assert_eq!(place.town.telegram.pending_updates(), 1);
    assert_eq!(place.jobs().await, 0);
    let mut session = place.runs().await;
    soon("an answer", group.answer(|message| message.text.contains("first backup"))).await;
    let thread = delivery.ts.clone();
    let end = |message: &SlackMessage| message.thread == thread && message.shown().contains("first backup");
    soon("an answer", place.town.slack.wait(&place.town.noc, end)).await;
    place.all_is_said(&mut session).await;
    assert_eq!(place.below(said).len(), 1, "{}", group.rendered());
    assert_eq!(["R1", "R2"].map(|name| asked(&place.home.router(name))), [1, 1]);
    assert_eq!(place.jobs().await, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_committed_and_not_answered_is_answered_once() {
    let place = Place::new().await;
    let (group, ann) = (&place.town.group, &place.town.ann);
    let session = place.runs().await;
    let hold = place.town.telegram.hold(Point::BeforeCall("sendMessage".to_owned()));
    let said = group.say(&ann.tg, "/silence R1 1h works");
    soon("a try", hold.reached()).await;
    session.killed();
    hold.release();
    let mut session = place.runs().await;
    let answer = soon("an answer", group.reply(said)).await;
    assert!(answer.text.contains("R1 is quiet until "), "{}", answer.text);
    place.all_is_said(&mut session).await;
    assert_eq!(place.below(said).len(), 1, "{}", group.rendered());
    assert_eq!(place.silences().await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_sent_and_not_marked_stands_there_twice_at_most_and_says_so() {
    let place = Place::new().await;
    let (town, ann) = (&place.town, &place.town.ann);
    let session = place.runs().await;
    let held = town.telegram.hold(Point::AfterCall("sendMessage".to_owned()));
    let withheld = town.slack.hold(Point::AfterCall("chat.postMessage".to_owned()));
    let said = town.group.say(&ann.tg, "/whoami");
    let thread = town.slack.mention(&ann.slack, &town.noc, None, "whoami").ts;
    soon("an answer", held.reached()).await;
    soon("an answer", withheld.reached()).await;
    session.killed();
    drop((held, withheld));
    let mut session = place.runs().await;
    place.all_is_said(&mut session).await;
    let answers = place.below(said);
    assert_eq!(answers.len(), 2, "{}", town.group.rendered());
    assert!(!answers[0].text.contains("(repeat)") && answers[1].text.contains("(repeat)"), "{answers:?}");
    let all = town.slack.messages(&town.noc).into_iter();
    let answers: Vec<_> =
        all.filter(|message| message.thread == thread).map(|message| message.shown()).collect();
    assert!(
        answers.len() == 2 && answers[1].contains("(repeat)") && !answers[0].contains("(repeat)"),
        "{answers:?}"
    );
    // A third start has nothing left to say.
    session.killed();
    let (before, posts) = (place.below(said).len(), town.slack.posts());
    let mut session = place.runs().await;
    place.all_is_said(&mut session).await;
    assert_eq!((place.below(said).len(), town.slack.posts()), (before, posts));
}

#[tokio::test(flavor = "multi_thread")]
async fn between_what_was_typed_and_its_answer_the_thread_is_found_again() {
    let place = Place::new().await;
    let (town, ann) = (&place.town, &place.town.ann);
    let session = place.runs().await;
    let post = || Point::BeforeCall("chat.postMessage".to_owned());
    let first = town.slack.hold(post());
    town.slack.slash(&ann.slack, &town.noc, "/net", "silence R2 1h").unwrap();
    soon("the quote", first.reached()).await;
    let second = town.slack.hold(post());
    first.release();
    soon("the answer", second.reached()).await;
    session.killed();
    second.release();
    let quote = |message: &SlackMessage| message.thread.is_none();
    let quotes = town.slack.messages(&town.noc).into_iter().filter(quote).count();
    assert_eq!(quotes, 1, "{}", town.slack.rendering(&town.noc));
    let mut session = place.runs().await;
    let answered =
        |message: &SlackMessage| message.thread.is_some() && message.shown().contains("R2 is quiet until");
    let answer = soon("the answer", town.slack.wait(&town.noc, answered)).await;
    place.all_is_said(&mut session).await;
    let all = town.slack.messages(&town.noc);
    assert_eq!(all.len(), 2, "{}", town.slack.rendering(&town.noc));
    assert_eq!(answer.thread.as_ref(), Some(&all[0].ts));
    assert_eq!(place.silences().await, 1);
}

/// Whether the press was stored or not: it was pressed just now, so its effect is there, once.
#[tokio::test(flavor = "multi_thread")]
async fn a_press_that_a_crash_overtook_has_its_effect_once() {
    for is_stored in [true, false] {
        let place = Place::new().await;
        let (town, ann) = (&place.town, &place.town.ann);
        let session = place.runs().await;
        let said = town.group.say(&ann.tg, "/device remove R2");
        let question = soon("a question", town.group.reply(said)).await;
        let hold = town.telegram.hold(Point::AfterCall("answerCallbackQuery".to_owned()));
        let lock = (!is_stored).then(|| place.locked());
        let press = town.group.press(&ann.tg, question.id, "Remove R2").unwrap();
        match is_stored {
            true => soon("a toast", hold.reached()).await,
            false => soon("a fetch", fetched(&place)).await,
        }
        session.killed();
        drop((hold, lock));
        let mut session = place.runs().await;
        soon("all updates", town.telegram.all_confirmed()).await;
        place.all_is_said(&mut session).await;
        let is_there = place.home.read(|view| Ok(view.inventory()?.named("R2").is_some())).await;
        let shown = town.group.rendered();
        assert_eq!((is_there, shown.matches("R2 is removed").count()), (false, 1), "{is_stored} {shown}");
        soon("the end of the waiting", press.answered()).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn fifty_updates_of_six_hours_ago_change_nothing_and_ask() {
    let place = Place::new().await;
    let (town, ann) = (&place.town, &place.town.ann);
    let then = Utc::now() - TimeDelta::hours(6);
    let changing = ["/silence R1 1h", "/device set R1 note=old", "/device remove R2 yes", "/subscribe all"];
    let lines = changing.iter().cycle().take(48).chain(&["/whoami", "/version R1"]);
    let said: Vec<i64> = lines.map(|line| town.group.post(Said::by(&ann.tg, line).dated(then))).collect();
    let mut session = place.runs().await;
    soon("all updates", town.telegram.all_confirmed()).await;
    place.all_is_said(&mut session).await;
    let (reads, changes) = (&said[48..], &said[..48]);
    for said in changes {
        let answers = place.below(*said);
        let [answer] = answers.as_slice() else { panic!("{}", town.group.rendered()) };
        assert!(answer.text.contains(" 6 h ago while I was away. I did not run it."), "{}", answer.text);
        assert_eq!(answer.labels(), ["Run it now", "Forget it"]);
    }
    assert!(place.below(reads[0])[0].text.contains("You are ann"), "{}", town.group.rendered());
    assert!(place.below(reads[1])[0].text.contains("R1 uptime is"), "{}", town.group.rendered());
    assert_eq!(place.silences().await, 0);
    let r1 = place.home.read(|view| Ok(view.inventory()?.named("R1").unwrap().note.clone())).await;
    let count = place.home.read(|view| Ok(view.inventory()?.devices().len())).await;
    assert_eq!((r1.as_str(), count), ("", 2));
    // What is asked can be answered.
    let first = place.below(changes[0]).remove(0);
    town.group.press(&ann.tg, first.id, "Run it now").unwrap();
    soon("what was asked for", town.group.answer(|message| message.text.contains("R1 is quiet until"))).await;
    assert_eq!(place.silences().await, 1);
}
