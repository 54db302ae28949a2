//! One alert at every door: told once, taken in one chat and seen so in the others, over for all. And what
//! happens when one of the doors is in trouble.

use super::answers::Door;
use super::{Made, Town, Trio, ZALO, soon};
use crate::clock::{Clock, RULES, hasty, rules, window};
use patchbay::lab::telegram::{Fault as Trouble, Message};
use patchbay::lab::{Fault, Mail, SlackMessage, SlackTrouble, SlackWrong};
use patchbay::model::Source;
use std::time::Duration;

fn routed(to: &str) -> Source {
    rules(RULES.replace("[[route]]\nto = [\"desk\"]\n", to))
}

fn everywhere(town: &Town) -> Source {
    routed(&town.everywhere())
}

/// The same, and somebody who only reads.
fn everywhere_and_to_a_reader(town: &Town) -> Source {
    let last = "\"terminal:console\"]";
    let reader = format!("\"terminal:console\", \"{ZALO}:{}\"]", town.reader.id());
    routed(&town.everywhere().replace(last, &reader))
}

async fn watched(rules: fn(&Town) -> Source) -> Trio {
    let trio = Trio::new(Made { monitored: true, settings: hasty, rules, ..Made::default() }).await;
    trio.world.is_well().await;
    trio
}

const BUSY: Fault = Fault::Cpu(95);
const HIGH: &str = "R2 CPU 95 %";
const OVER: &str = "R2 CPU back to ";

impl Trio {
    /// The alert as it stands in the group.
    async fn in_group(&self, words: &str) -> Message {
        soon(words, self.town.group.answer(|message| message.text.contains(words))).await
    }

    async fn in_noc(&self, words: &str) -> SlackMessage {
        soon(words, self.town.slack.wait(&self.town.noc, |message| message.shown().contains(words))).await
    }

    async fn in_mail(&self, words: &str) -> Mail {
        let mut seen = 0;
        loop {
            let mail = soon(words, self.town.mail.next(seen)).await;
            if mail.subject.contains(words) {
                return mail;
            }
            seen += 1;
        }
    }

    /// How often something begins with this at each of the four.
    fn counts(&self, words: &str) -> [usize; 4] {
        let town = &self.town;
        let printed = self.paper.text();
        [
            town.group.from_bot().iter().filter(|message| message.text.contains(words)).count(),
            town.slack.messages(&town.noc).iter().filter(|message| message.shown().contains(words)).count(),
            town.mail.mails().iter().filter(|mail| mail.subject.contains(words)).count(),
            printed.lines().filter(|line| line.contains(words)).count(),
        ]
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_alert_is_told_everywhere_once_taken_in_one_chat_and_over_for_all() {
    let trio = watched(everywhere_and_to_a_reader).await;
    let town = &trio.town;
    trio.world.router("R2").fault(BUSY).await;
    soon("an alert", town.reader.receives(|text| text.contains(HIGH))).await;
    let first = trio.in_group(HIGH).await;
    let there = trio.in_noc(HIGH).await;
    let mail = trio.in_mail(HIGH).await;
    trio.paper.until(0, |printed| printed.contains(HIGH)).await;
    assert_eq!(mail.to, ["noc@example.net"]);
    assert_eq!(there.thread, None);

    let press = town.group.press(&town.ann.tg, first.id, "Acknowledge").unwrap();
    let toast = soon("a toast", press.answered()).await;
    assert!(!toast.alert, "{toast:?}");
    let taken = trio.in_group("taken by ann until ").await;
    assert_eq!(taken.id, first.id, "edited, not told again");
    assert!(!taken.labels().contains(&"Acknowledge"), "{:?}", taken.labels());
    let seen = trio.in_noc("taken by ann until ").await;
    assert_eq!(seen.ts, there.ts, "edited, not told again");
    assert_eq!(seen.element("Acknowledge"), None);
    // A pipe gets no edits; whoever asks there is told.
    let listed = trio.ask(&trio.room(Door::Terminal), "/alerts").await;
    assert!(listed.text().contains("ann"), "{listed:?}");

    trio.world.router("R2").clear_fault(&BUSY).await;
    let end = |message: &Message| message.reply_to == Some(first.id) && message.text.contains(OVER);
    soon("an end", town.group.answer(end)).await;
    let end =
        |message: &SlackMessage| message.thread.as_ref() == Some(&there.ts) && message.shown().contains(OVER);
    soon("an end", town.slack.wait(&town.noc, end)).await;
    let last = trio.in_mail(OVER).await;
    assert_eq!(last.header("In-Reply-To"), mail.header("Message-ID"));
    trio.paper.until(0, |printed| printed.contains(OVER)).await;

    soon("an end", town.reader.receives(|text| text.contains(OVER))).await;

    // Nothing comes after it, and nothing came twice.
    trio.world.looks("R2", 8).await;
    assert_eq!(town.mail.mails().len(), 2, "{:#?}", town.mail.mails());
    let read = town.reader.received();
    let told = |words: &str| read.iter().filter(|text| text.contains(words)).count();
    assert_eq!((told(HIGH), told(OVER)), (1, 1), "{read:#?}");
    // The alert, what the press did, the end.
    assert_eq!(town.group.from_bot().len(), 3, "{}", town.group.rendered());
    let words = town.slack.messages(&town.noc).into_iter().filter(|message| message.files.is_empty());
    assert_eq!(words.count(), 2, "{}", town.slack.rendering(&town.noc));
    // The head of the thread says it, too, and so does the head of the terminal's.
    assert_eq!(trio.counts(OVER)[..3], [2, 2, 1], "{}", town.group.rendered());
    assert_eq!(town.slack.breaches(), [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_chat_that_must_wait_leaves_the_others_alone() {
    let trio = watched(everywhere).await;
    let town = &trio.town;
    town.telegram.fault(Trouble::TooMany(30).in_chat(town.group.id()).times(1)).await;
    trio.world.router("R2").fault(BUSY).await;
    trio.in_noc(HIGH).await;
    trio.in_mail(HIGH).await;
    trio.paper.until(0, |printed| printed.contains(HIGH)).await;
    let limited = |call: &patchbay::lab::telegram::Call| call.status == Some(429);
    let limited = soon("a limit", town.telegram.call(limited)).await;
    assert_eq!(limited.chat, Some(town.group.id()));
    // Meanwhile somebody asks in another chat of the same service.
    let alone = town.ann.tg.private();
    for _ in 0..10 {
        let asked = alone.say(&town.ann.tg, "/whoami");
        let reply = soon("an answer", alone.reply(asked)).await;
        let waited = reply.at - alone.message(asked).unwrap().at;
        assert!(waited < chrono::TimeDelta::seconds(10), "{waited}");
    }
    assert!(town.group.from_bot().is_empty(), "{}", town.group.rendered());
    // And what had to wait is told after it.
    let late = trio.in_group(HIGH).await;
    let after = late.at - limited.at;
    assert!(after >= chrono::TimeDelta::seconds(29), "{after}");
    assert_eq!(town.group.from_bot().len(), 1, "{}", town.group.rendered());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_channel_of_slack_that_must_wait_leaves_the_others_alone() {
    let trio = watched(everywhere).await;
    let town = &trio.town;
    let other = town.slack.add_channel("other", &[&town.ann.slack, town.slack.bot_user()]);
    let limited = SlackTrouble::on("chat.postMessage", SlackWrong::RateLimited(30));
    town.slack.trouble(limited.in_channel(&town.noc).times(1)).await;
    trio.world.router("R2").fault(BUSY).await;
    trio.in_group(HIGH).await;
    trio.in_mail(HIGH).await;
    soon("a limit", town.slack.wait_call(|call| call.status == 429)).await;
    let begin = std::time::Instant::now();
    for line in ["whoami", "devices", "silences"] {
        let asked = town.slack.mention(&town.ann.slack, &other, None, line).ts.unwrap();
        let below = |message: &SlackMessage| message.thread.as_deref() == Some(asked.as_str());
        soon("an answer", town.slack.wait(&other, below)).await;
    }
    assert!(begin.elapsed() < Duration::from_secs(20), "{:?}", begin.elapsed());
    assert_eq!(town.slack.messages(&town.noc), []);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_channel_that_the_bot_was_taken_out_of_is_named_where_it_still_is() {
    let trio = watched(everywhere).await;
    let town = &trio.town;
    town.slack.remove(town.slack.bot_user(), &town.noc);
    trio.world.router("R2").fault(BUSY).await;
    trio.in_group(HIGH).await;
    trio.in_mail(HIGH).await;
    let refused = |call: &patchbay::lab::SlackCall| call.error.as_deref() == Some("not_in_channel");
    soon("a refusal", town.slack.wait_call(refused)).await;
    // Given up, told at the first other home, and listed; no loop.
    let named = trio.world.desk.until_any(|message| {
        let text = crate::world::plain(message);
        text.contains(&format!("slack:{}", town.noc))
    });
    let named = soon("a notice", named).await;
    assert!(named.text.contains("is failing since"), "{}", named.text);
    let listed = trio.world.ask("/dlq").await;
    assert!(listed.text.contains("not_in_channel"), "{}", listed.text);
    trio.world.looks("R2", 4).await;
    let tries = town.slack.calls_of("chat.postMessage").len();
    assert!(tries <= 3, "{tries} tries");
    assert_eq!(trio.counts(HIGH)[0], 1);
}

/// The ordinary way: each destination once, the end below it.
#[tokio::test(flavor = "multi_thread")]
async fn a_router_that_does_not_come_back_is_told_everywhere_once() {
    const LOST: &str = "R2 did not come back within 15 min after the reboot asked by ann";
    const BACK: &str = "R2 is back, ";
    let trio = watched(everywhere).await;
    let town = &trio.town;
    let (window, homes) = (window::opened(&trio.world, "R2").await, everywhere(town));
    trio.world.router("R2").fault(Fault::Unreachable).await;
    window::held(&trio.world, "R2", window.job).await;
    assert_eq!(trio.counts("R2 answers neither"), [0; 4]);
    assert!(window::ends(&trio.world, window, window::lost(window.by), homes).await);
    let first = trio.in_group(LOST).await;
    trio.in_noc(LOST).await;
    let mail = trio.in_mail(LOST).await;
    trio.paper.until(0, |printed| printed.contains(LOST)).await;
    trio.world.looks("R1", 12).await;
    assert_eq!(trio.counts(LOST), [1; 4], "{}", town.group.rendered());
    trio.world.router("R2").clear_faults().await;
    let end = |message: &Message| message.reply_to == Some(first.id) && message.text.contains(BACK);
    soon("an end", town.group.answer(end)).await;
    let last = trio.in_mail(BACK).await;
    assert_eq!(last.header("In-Reply-To"), mail.header("Message-ID"));
    assert_eq!(trio.counts("R2 answers neither"), [0; 4]);
}
