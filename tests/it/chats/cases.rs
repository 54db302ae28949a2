//! Every command through every door, from one table: the same result, whatever its dress.

use super::answers::{Door, Room, Shown};
use super::{Made, Trio};
use crate::clock::{Clock, RULES, hasty, rules};
use patchbay::builtin;
use patchbay::command::Catalog;
use patchbay::lab::Fault;
use std::collections::BTreeSet;

const DOORS: [Door; 6] =
    [Door::Terminal, Door::Private, Door::Group, Door::Direct, Door::Slash, Door::Mention];

/// They have a name of their own in Slack.
const OWN: [&str; 2] = ["/backup", "/bw"];

/// They change nothing: typed everywhere at once.
const READING: [&str; 36] = [
    "/help",
    "/help backup",
    "/status",
    "/status all list",
    "/status R1",
    "/devices",
    "/devices tag:edge",
    "/device R2",
    "/alerts",
    "/alerts held",
    "/why 1",
    "/graph 1",
    "/top cpu",
    "/bw R2 Gi1",
    "/bw all",
    "/version R1",
    "/arp R1",
    "/interfaces R1",
    "/interfaces R1 Gi1",
    "/routes R1",
    "/neighbors R1",
    "/inventory R1",
    "/show R1 ip interface brief",
    "/show R1 running-config",
    "/logs R1 SYS",
    "/pending",
    "/backup all",
    "/config R1",
    "/diff R1",
    "/job 1",
    "/dlq",
    "/subscribers",
    "/subscribers test #99",
    "/frobnicate R1",
    "/show R9 version",
    // The last: whatever is no command answers a question.
    "/version",
];

/// What changes something is done and undone at one door after the other, so that each finds the same.
/// `{n}` is how many doors had their turn.
const CHANGING: [&[&str]; 15] = [
    &["/ack 1 new fan ordered", "/unack 1"],
    &["/silence R2 1h works", "/silences", "/unsilence {n}", "/silences"],
    &["/subscribe site:saigon critical", "/subscribers", "/unsubscribe", "/unsubscribe"],
    &[
        "/device add R7{n} host=127.0.0.7 credential=lab monitored=no",
        "/device set R7{n} site=hanoi note=\"rack 3\"",
        "/device show R7{n}",
        "/device remove R7{n}",
        "/device remove R7{n} yes",
    ],
    &["/freeze R4 2h works", "/freezes", "/freezes", "/unfreeze R4", "/freezes"],
    &["/lock R4 new card", "/lock", "/status R4", "/unlock R4", "/unlock R4"],
    &[
        "/subscribe mail carol{n}@example.net R1 07:00-22:00",
        "/subscribers",
        "/confirm carol{n}@example.net",
        "/unsubscribe mail carol{n}@example.net",
    ],
    // One more at each service would be shut.
    &["/confirm AAAA-AAAA"],
    &["/cancel 1"],
    &["/cancel 99"],
    &["/trust R1"],
    &["/jobs 1"],
    &["/save R1", "/save R1,R2"],
    &["/reboot R1 sometime", "/reboot R1 cancel"],
    &["/whoami"],
];

/// One busy router, so that there is an alert to speak of.
async fn troubled() -> Trio {
    let trio =
        Trio::new(Made { monitored: true, settings: hasty, rules: |_| rules(RULES), ..Made::default() })
            .await;
    trio.world.is_well().await;
    trio.world.router("R2").fault(Fault::Cpu(95)).await;
    trio.world.hears(&["R2 CPU 95 %", "#1"]).await;
    trio.world.ask("/backup all").await;
    trio.settled().await;
    trio
}

#[test]
fn every_command_has_a_case() {
    let catalog = Catalog::new(&patchbay::embedded::commands(), &builtin::names()).unwrap();
    let lines = READING.iter().chain(CHANGING.iter().copied().flatten()).chain(&["/link"]);
    let typed: BTreeSet<&str> = lines.map(|line| line[1..].split(' ').next().unwrap()).collect();
    for command in catalog.commands().iter() {
        assert!(typed.contains(command.name.as_str()), "/{} has no case", command.name);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_asked_is_answered_alike_at_every_door() {
    let trio = troubled().await;
    let mut wrong = Vec::new();
    for line in READING {
        let rooms = DOORS.map(|door| trio.room(door));
        let asked = rooms.iter().map(|room| trio.ask(room, line));
        let mut shown = futures_util::future::join_all(asked).await;
        let mut rooms = rooms.to_vec();
        // In Slack, alone with the bot, a word that is no command may be an answer.
        if line.starts_with("/frobnicate") {
            let at = rooms.iter().position(|room| room.door == Door::Direct).unwrap();
            rooms.remove(at);
            assert!(shown.remove(at).first().starts_with("❓ That is no command"));
        }
        if OWN.iter().any(|own| line.starts_with(own)) {
            rooms.push(trio.room(Door::Own));
            shown.push(trio.ask(rooms.last().unwrap(), line).await);
        }
        wrong.extend(different(line, &rooms, &shown));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_changed_is_changed_alike_at_every_door() {
    let trio = troubled().await;
    let mut wrong = Vec::new();
    for steps in CHANGING {
        let rooms = DOORS.map(|door| trio.room(door));
        let mut shown = vec![Vec::new(); steps.len()];
        for (at, room) in rooms.iter().enumerate() {
            for (step, shown) in steps.iter().zip(&mut shown) {
                shown.push(trio.ask(room, &step.replace("{n}", &(at + 1).to_string())).await);
            }
        }
        wrong.extend(steps.iter().zip(&shown).flat_map(|(step, shown)| different(step, &rooms, shown)));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

/// A code is shown to one person only, so a chat that others read gets none.
#[tokio::test(flavor = "multi_thread")]
async fn a_code_is_given_alone_and_refused_in_company() {
    let trio = Trio::new(Made::default()).await;
    for (doors, words) in [
        (vec![Door::Terminal, Door::Private, Door::Direct], "It works once, until "),
        (vec![Door::Group, Door::Slash, Door::Mention], "in a chat with me alone"),
    ] {
        for door in doors {
            let shown = trio.ask(&trio.room(door), "/link").await;
            assert!(shown.text().contains(words), "{door:?}: {shown:?}");
        }
    }
}

/// What differs from the terminal.
fn different(line: &str, rooms: &[Room], shown: &[Shown]) -> Vec<String> {
    let told: Vec<Shown> = shown.iter().map(bare).collect();
    let (first, others) = told.split_first().unwrap();
    assert!(!first.lines.is_empty(), "{line}: {first:?}");
    let others = rooms.iter().skip(1).zip(others).filter(|(_, other)| *other != first);
    others.map(|(room, other)| format!("{:?} {line}: {other:#?} instead of {first:#?}", room.door)).collect()
}

/// Without margins, numbers, empty lines and the name of the place: what is counted and timed goes on meanwhile.
fn bare(shown: &Shown) -> Shown {
    let line = |line: &String| {
        let words: Vec<&str> = line.split_whitespace().collect();
        numberless(&words.join(" ")).replace("0.0 s", "0 s").replace("under 0 s", "0 s")
    };
    let here = |line: &String| !line.is_empty() && !line.starts_with("here: ");
    Shown {
        lines: shown.lines.iter().map(line).filter(here).collect(),
        files: shown.files.iter().map(|(name, text)| (numberless(name), line(text))).collect(),
        pictures: shown.pictures,
        buttons: shown.buttons.iter().map(line).collect(),
    }
}

/// `17:03` and `4:15` are both `0:0`, `0.5 Mb/s` and `12 kb/s` both `0 b/s`.
fn numberless(words: &str) -> String {
    let mut said = String::new();
    for c in words.chars() {
        match c.is_ascii_digit() {
            true if said.ends_with('0') => {}
            true => said.push('0'),
            false => said.push(c),
        }
    }
    // A rate that moves is now `98.4 Mb/s` and now `101 Mb/s`, `1.2 Gb/s` a moment later; an address keeps its dots.
    let fraction = regex::Regex::new(r"(^|[^0-9.])0\.0($|[^0-9.])").unwrap();
    let whole = fraction.replace_all(&said, "${1}0${2}");
    regex::Regex::new(r"\b[kMG]b/s").unwrap().replace_all(&whole, "b/s").into_owned()
}
