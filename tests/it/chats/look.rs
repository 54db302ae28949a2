//! What people see: the same conversation in each dress, kept beside this file for whoever wants to look. As
//! pages they are written to `target/tmp/chats`.

use super::answers::{Door, Room};
use super::{Made, Trio, soon};
use crate::clock::{Clock, RULES, hasty, rules};
use expect_test::{ExpectFile, expect_file};
use patchbay::lab::Fault;
use patchbay::lab::telegram::Button;

#[tokio::test(flavor = "multi_thread")]
async fn a_conversation_looks_good_in_every_dress() {
    let trio = Trio::new(Made {
        monitored: true,
        settings: hasty,
        rules: |town| rules(RULES.replace("[[route]]\nto = [\"desk\"]\n", &town.everywhere())),
        ..Made::default()
    })
    .await;
    let town = &trio.town;
    trio.world.is_well().await;
    let room = |door| Room { door, channel: town.noc.clone() };
    let rooms = [Door::Terminal, Door::Group, Door::Slash].map(room);
    let all = async |line: &str| {
        for room in &rooms {
            trio.ask(room, line).await;
        }
    };
    for line in ["/status all", "/version", "/backup all", "/show R1 running-config", "/devices"] {
        all(line).await;
    }
    for door in [Door::Group, Door::Mention] {
        trio.ask_as(&town.bob, &room(door), "/backup R1").await;
        trio.ask_as(&town.eve, &room(door), "/status all").await;
    }
    for line in ["/frobnicate", "/show R9 version", "/interfaces R1", "/bw R1 Gi1"] {
        all(line).await;
    }
    trio.world.router("R2").fault(Fault::Cpu(95)).await;
    let told = soon("an alert", town.group.answer(|message| message.text.contains("CPU 95 %"))).await;
    trio.settled().await;
    town.group.press(&town.ann.tg, told.id, "Acknowledge").unwrap();
    soon("who took it", town.group.answer(|message| message.text.contains("taken by ann"))).await;
    trio.world.looks("R2", 2).await;
    trio.world.router("R2").clear_faults().await;
    soon("its end", town.group.answer(|message| message.text.contains("back to "))).await;
    trio.settled().await;
    let cards = cards(&trio, &rooms).await;

    page("telegram.html", &town.group.html());
    page("slack.html", &town.slack.page(&town.noc));
    let mails: Vec<String> = town.mail.mails().iter().map(|mail| mail.raw.clone()).collect();
    page("mail.txt", &mails.join("\n\n"));
    shows(&town.group.rendered(), &expect_file!["telegram.txt"]);
    shows(&town.slack.rendering(&town.noc), &expect_file!["slack.txt"]);
    shows(&trio.paper.text(), &expect_file!["terminal.txt"]);
    shows(&cards, &expect_file!["cards.txt"]);
}

/// The card of one router with somebody's unsaved lines, and that of two up to the question for their number.
/// They stand there no more when the conversation is over: what they said is returned.
async fn cards(trio: &Trio, rooms: &[Room; 3]) -> String {
    let lines = ["interface GigabitEthernet2", " description to the new hall", " shutdown"];
    trio.world.router("R2").edit("bob", &lines).unwrap();
    let mut said = String::new();
    for room in rooms {
        let one = trio.begin(room, "/reboot R2").await;
        said.push_str(&trio.says(room, &one));
        trio.answer(room, &one, "Cancel", "Cancelled: /reboot R2").await;
        let two = trio.begin(room, "/reboot R1,R2 save").await;
        said.push_str(&trio.says(room, &two));
        trio.answer(room, &two, "Save them, reboot 2 routers", "Type their number").await;
        said.push_str(&trio.says(room, &two));
        trio.answer(room, &two, "Cancel", "Cancelled: /reboot R1,R2").await;
    }
    said
}

/// Where a card stands: in Telegram a number, in Slack a time, in the terminal so many bytes.
struct Card(String);

impl Trio {
    /// Types what brings a card, and waits until it is complete.
    async fn begin(&self, room: &Room, line: &str) -> Card {
        let (town, card) = (&self.town, "Nothing happens without a press");
        match room.door {
            Door::Terminal => {
                let before = self.paper.text().len();
                self.types(line);
                self.paper.until(before, |new| new.contains(card) && new.contains("] Cancel")).await;
                Card(before.to_string())
            }
            Door::Group => {
                let (command, rest) = line.split_once(' ').unwrap();
                let name = town.telegram.bot_username();
                town.group.say(&town.ann.tg, &format!("{command}@{name} {rest}"));
                Card(soon(card, town.group.answer(|one| one.text.contains(card))).await.id.to_string())
            }
            _ => {
                town.slack
                    .slash(&town.ann.slack, &room.channel, "/net", line.trim_start_matches('/'))
                    .unwrap();
                Card(soon(card, town.slack.wait(&room.channel, |one| one.shown().contains(card))).await.ts)
            }
        }
    }

    /// What a card says now, with its rows of buttons. What the terminal printed stays there.
    fn says(&self, room: &Room, card: &Card) -> String {
        let (town, at) = (&self.town, card.0.as_str());
        match room.door {
            Door::Terminal => String::new(),
            Door::Group => {
                let message = town.group.message(at.parse().unwrap()).unwrap();
                let row = |row: &Vec<Button>| {
                    row.iter().map(|button| format!("[{}]", button.label)).collect::<Vec<_>>().join(" ")
                };
                let rows: Vec<String> = message.buttons.iter().map(row).collect();
                format!("-- Telegram\n{}\n{}\n", message.text, rows.join("\n"))
            }
            _ => format!("-- Slack\n{}\n", town.slack.message(&room.channel, at).unwrap().shown()),
        }
    }

    async fn answer(&self, room: &Room, card: &Card, label: &str, words: &str) {
        let (town, at) = (&self.town, card.0.as_str());
        match room.door {
            Door::Terminal => {
                let before = at.parse().unwrap();
                self.types(&self.key(label));
                self.paper.until(before, |new| new.contains(words)).await;
            }
            Door::Group => {
                let id = at.parse().unwrap();
                town.group.press(&town.ann.tg, id, label).unwrap();
                soon(words, town.group.answer(|one| one.id == id && one.text.contains(words))).await;
            }
            _ => {
                town.slack.press(&town.ann.slack, &room.channel, at, label).unwrap();
                let wanted = |one: &patchbay::lab::SlackMessage| one.ts == at && one.shown().contains(words);
                soon(words, town.slack.wait(&room.channel, wanted)).await;
            }
        }
    }
}

fn page(name: &str, text: &str) {
    let folder = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("chats");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join(name), text).unwrap();
}

fn shows(text: &str, expected: &ExpectFile) {
    expected.assert_eq(&timeless(text));
}

/// What time, chance and the speed of the machine made differ.
const CHANGING: [(&str, &str); 13] = [
    (r"\d+:\d+:\d+ UTC \w+ \w+ +\d+ \d+", "<date>"),
    (r"\d{8}-\d{6}", "<moment>"),
    (r"\d\d:\d\d(:\d\d)?", "00:00"),
    (r"up \d+ d( \d+ h)?", "up 0 d"),
    (r"127\.\d+\.\d+\.", "127.0.0."),
    (r"(under )?\d+(\.\d+)? [MGk]?(s|min|b/s|kB|KB|bytes)\b", "0 $3"),
    (r"\d+(\.\d+)? %", "0 %"),
    (r"(tg:|slack:U0LAB)\d+", "$1<number>"),
    (r"/tmp/\S+/", "<folder>/"),
    (r"-\d+\.png", "-<moment>.png"),
    (r" +[▁▂▃▄▅▆▇█]+", "  ▅"),
    // A quick answer needs no edit, and a quote ends somewhere.
    (r" \(edited\)", ""),
    (r"(Patchbay > .{10}).*\.\.\.", "$1..."),
];

fn timeless(text: &str) -> String {
    let text = text.lines().map(|line| format!("{}\n", line.trim_end())).collect::<String>();
    CHANGING.iter().fold(text, |text, (what, instead)| {
        regex::Regex::new(what).unwrap().replace_all(&text, *instead).into_owned()
    })
}
