//! A line typed at any door, and what came back there as people read it, freed from the dress of its door.

use super::{Citizen, Trio, soon};
use patchbay::lab::telegram::{Chat, MediaKind};
use patchbay::lab::{SlackDelivery, SlackMessage};
use serde_json::Value;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Door {
    Terminal,
    /// Alone with the bot in Telegram.
    Private,
    Group,
    /// Alone with the bot in Slack.
    Direct,
    /// `/net status all`, which nobody else sees.
    Slash,
    /// `/bw R1`, where the app has such a command of its own.
    Own,
    Mention,
}

/// What people read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Shown {
    pub lines: Vec<String>,
    pub files: Vec<(String, String)>,
    pub pictures: usize,
    pub buttons: Vec<String>,
}

impl Shown {
    pub fn first(&self) -> &str {
        self.lines.first().map_or("", String::as_str)
    }

    pub fn text(&self) -> String {
        self.lines.join("\n")
    }
}

/// Where somebody types.
#[derive(Clone, Debug)]
pub struct Room {
    pub door: Door,
    /// A channel of Slack.
    pub channel: String,
}

impl Trio {
    /// A place behind a door in which nobody has typed yet, where there is such a place.
    pub fn room(&self, door: Door) -> Room {
        let (slack, town) = (&self.town.slack, &self.town);
        let channel = match door {
            Door::Direct => slack.direct(&town.ann.slack),
            _ => slack
                .add_channel("room", &[&town.ann.slack, &town.bob.slack, &town.eve.slack, slack.bot_user()]),
        };
        Room { door, channel }
    }

    /// Types as ann and reads what came of it when everything is said.
    pub async fn ask(&self, room: &Room, line: &str) -> Shown {
        self.ask_as(&self.town.ann, room, line).await
    }

    /// At the terminal only ann can sit.
    pub async fn ask_as(&self, who: &Citizen, room: &Room, line: &str) -> Shown {
        let (bare, channel) = (line.trim_start_matches('/'), room.channel.as_str());
        let (command, rest) = line.split_once(' ').unwrap_or((line, ""));
        match room.door {
            Door::Terminal => {
                let before = self.paper.text().len();
                self.types(line);
                self.paper.until(before, |new| !new.is_empty()).await;
                self.settled().await;
                typed(&self.paper.text()[before..])
            }
            Door::Private => self.ask_telegram(&who.tg.private(), who, line).await,
            Door::Group => {
                let name = self.town.telegram.bot_username();
                self.ask_telegram(&self.town.group, who, format!("{command}@{name} {rest}").trim()).await
            }
            Door::Slash => self.ask_slash(who, channel, "/net", bare).await,
            Door::Own => self.ask_slash(who, channel, command, rest).await,
            Door::Mention => {
                let delivery = self.town.slack.mention(&who.slack, channel, None, bare);
                self.answer_below(channel, &delivery).await
            }
            Door::Direct => {
                let delivery = self.town.slack.write(&who.slack, channel, None, bare);
                self.answer_below(channel, &delivery).await
            }
        }
    }

    async fn answer_below(&self, channel: &str, delivery: &SlackDelivery) -> Shown {
        soon("an acknowledgement", delivery.settled()).await;
        self.settled().await;
        self.below(channel, delivery.ts.as_deref().unwrap())
    }

    pub async fn settled(&self) {
        soon("the end of everything", self.world.bot.settled()).await;
    }

    async fn ask_telegram(&self, chat: &Chat, who: &Citizen, line: &str) -> Shown {
        let asked = chat.say(&who.tg, line);
        soon("a confirmation", self.town.telegram.all_confirmed()).await;
        self.settled().await;
        let mut shown = Shown::default();
        for message in chat.from_bot().into_iter().filter(|message| message.id > asked) {
            // What cannot be touched there looks the same to the eye.
            shown.lines.extend(message.text.replace('\u{2060}', "").lines().map(str::to_owned));
            shown.buttons.extend(message.labels().into_iter().map(str::to_owned));
            match &message.file {
                Some(file) if file.kind == MediaKind::Photo => shown.pictures += 1,
                Some(file) => shown.files.push((file.name.clone(), words(&file.bytes))),
                None => {}
            }
        }
        shown
    }

    async fn ask_slash(&self, who: &Citizen, channel: &str, command: &str, text: &str) -> Shown {
        let slack = &self.town.slack;
        let before = slack.messages(channel).len();
        let delivery = slack.slash(&who.slack, channel, command, text).unwrap();
        soon("an acknowledgement", delivery.settled()).await;
        self.settled().await;
        let new = slack.messages(channel).split_off(before);
        // A stranger who was told so is not told again and again.
        let quote = new.iter().find(|message| message.thread.is_none());
        quote.map(|quote| self.below(channel, &quote.ts)).unwrap_or_default()
    }

    /// What the app said in a thread.
    fn below(&self, channel: &str, top: &str) -> Shown {
        let all = self.town.slack.messages(channel);
        let mut shown = Shown::default();
        for message in all.iter().filter(|message| message.thread.as_deref() == Some(top)) {
            if message.files.is_empty() {
                shown.lines.extend(sections(message));
            }
            for file in &message.files {
                match file.name.ends_with(".png") {
                    true => shown.pictures += 1,
                    false => shown.files.push((file.name.clone(), words(&file.bytes))),
                }
            }
            for (_, element) in message.elements() {
                let label = |at: &Value| at.pointer("/text/text").and_then(Value::as_str).map(str::to_owned);
                shown.buttons.extend(label(element));
                let options = element["options"].as_array().into_iter().flatten();
                shown.buttons.extend(options.filter_map(label));
            }
        }
        shown
    }
}

fn words(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// The words of the blocks, without the marks of code, and with commands named as at the other doors.
fn sections(message: &SlackMessage) -> Vec<String> {
    let texts = message.sections();
    let texts = texts.iter().map(|text| text.trim_start_matches("```\n").trim_end_matches("\n```"));
    texts.flat_map(str::lines).map(|line| line.replace("/net ", "/")).collect()
}

/// What was printed, with the numbered buttons, the files and the pictures taken out.
fn typed(printed: &str) -> Shown {
    let mut shown = Shown::default();
    for line in printed.lines() {
        let bare = line.trim();
        if let Some(rest) = bare.strip_prefix('[').filter(|rest| rest.contains("] ")) {
            let labels = rest.split("   [").filter_map(|button| Some(button.split_once("] ")?.1.to_owned()));
            shown.buttons.extend(labels);
        } else if let Some(path) = bare.strip_prefix("File: ") {
            let path = path.rsplit_once(" (").map_or(path, |(path, _)| path);
            let name = path.rsplit('/').next().unwrap_or(path).to_owned();
            shown.files.push((name, words(&std::fs::read(path).unwrap_or_default())));
        } else if bare.starts_with("picture: ") {
            shown.pictures += 1;
        } else if !bare.contains(['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█']) {
            shown.lines.push(line.to_owned());
        }
    }
    shown
}
