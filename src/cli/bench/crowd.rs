//! The people of `bench chat`, in a process of their own: a simulated chat service, groups in it, and one
//! person who types. It is told by lines of JSON what to type, and tells what came back.

use super::super::print::say;
use super::super::run as start;
use super::truth::percentile;
use crate::flow::Clock;
use crate::lab::telegram::{Call, Chat, Person, Plan, Telegram};
use anyhow::{Context, bail};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::process::ExitCode;
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, BufReader};

/// What the bot must know of the service.
#[derive(Debug, Serialize, Deserialize)]
pub struct Service {
    pub url: String,
    pub token: String,
    /// The person's id.
    pub person: String,
}

/// What shall be typed: commands, in each of the groups in turn.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct Typing {
    pub commands: usize,
    pub chats: usize,
    /// 0 types them all at once.
    pub per_second: u32,
}

/// What came back. The time of a command runs from the moment in which its update can be fetched to the call
/// with its first answer.
#[derive(Debug, Serialize, Deserialize)]
pub struct Heard {
    pub commands: usize,
    pub seconds: f64,
    pub median_ms: f64,
    pub p99_ms: f64,
    pub worst_ms: f64,
    /// Answers that came before the one to what was typed earlier in the same group.
    pub out_of_order: usize,
    /// Answers beyond one a command.
    pub too_many: usize,
}

/// So long it is waited for the answers to everything.
const PATIENCE: Duration = Duration::from_secs(600);

/// Serves until its input ends.
pub fn run() -> anyhow::Result<ExitCode> {
    start::to_its_end(async {
        let mut crowd = Crowd::start().await?;
        say(&serde_json::to_string(&crowd.known())?);
        let mut lines = BufReader::new(tokio::io::stdin()).lines();
        while let Some(line) = lines.next_line().await? {
            let typing = serde_json::from_str(&line).context("what shall be typed is not understood")?;
            say(&serde_json::to_string(&crowd.types(typing).await?)?);
        }
        Ok(ExitCode::SUCCESS)
    })
}

struct Crowd {
    service: Telegram,
    person: Person,
    groups: Vec<Chat>,
    /// Calls before what is typed now.
    seen: usize,
}

/// A group and a message in it.
type Said = (i64, i64);

impl Crowd {
    async fn start() -> anyhow::Result<Crowd> {
        let service = Telegram::start(Plan::default()).await?;
        let person = service.person("Ann");
        Ok(Crowd { service, person, groups: Vec::new(), seen: 0 })
    }

    fn known(&self) -> Service {
        let Crowd { service, person, .. } = self;
        Service { url: service.base_url(), token: service.token(), person: person.id().to_string() }
    }

    async fn types(&mut self, typing: Typing) -> anyhow::Result<Heard> {
        while self.groups.len() < typing.chats {
            let title = format!("Group {}", self.groups.len() + 1);
            self.groups.push(self.service.group(&title, &[&self.person]));
        }
        let groups = self.groups.get(..typing.chats).unwrap_or_default();
        let before: Vec<usize> = groups.iter().map(|group| group.from_bot().len()).collect();
        let line = format!("/whoami@{}", self.service.bot_username());
        let clock = Clock::start();
        let since = || clock.now().monotonic;
        let began = since();
        let mut typed: Vec<(&Chat, i64)> = Vec::with_capacity(typing.commands);
        for (number, group) in groups.iter().cycle().take(typing.commands).enumerate() {
            if typing.per_second > 0 {
                let due = began + Duration::from_secs_f64(number as f64 / f64::from(typing.per_second));
                tokio::time::sleep(due.saturating_sub(since())).await;
            }
            typed.push((group, group.say(&self.person, &line)));
        }
        let answered = async {
            for (number, (group, before)) in groups.iter().zip(&before).enumerate() {
                let more =
                    typing.commands / typing.chats + usize::from(number < typing.commands % typing.chats);
                let bot = self.service.bot_id();
                let enough = |all: &[&crate::lab::telegram::Message]| {
                    all.iter().filter(|message| message.author.id == bot).count() >= before + more
                };
                group.until(enough).await;
            }
        };
        if tokio::time::timeout(PATIENCE, answered).await.is_err() {
            bail!("not all of {} commands were answered in {} s", typing.commands, PATIENCE.as_secs());
        }
        let seconds = (since() - began).as_secs_f64();
        let when = |(group, message): &(&Chat, i64)| {
            group.message(*message).map(|said| ((group.id(), *message), said.at))
        };
        let said = typed.iter().filter_map(when).collect();
        let calls = self.service.calls();
        let new = calls.get(self.seen..).unwrap_or_default();
        let answers: Vec<(Said, DateTime<Utc>)> = new.iter().filter_map(answer).collect();
        self.seen = calls.len();
        Ok(heard(&said, &answers, seconds))
    }
}

/// What a call answers, and when it came.
fn answer(call: &Call) -> Option<(Said, DateTime<Utc>)> {
    let to = call.args.pointer("/reply_parameters/message_id").filter(|_| call.method == "sendMessage")?;
    Some(((call.chat?, to.as_i64()?), call.at))
}

fn heard(said: &HashMap<Said, DateTime<Utc>>, answers: &[(Said, DateTime<Utc>)], seconds: f64) -> Heard {
    let mut took: HashMap<Said, f64> = HashMap::with_capacity(said.len());
    let mut last: HashMap<i64, i64> = HashMap::new();
    let (mut out_of_order, mut too_many) = (0, 0);
    for (to, at) in answers {
        let Some(typed) = said.get(to) else { continue };
        match took.contains_key(to) {
            true => too_many += 1,
            false => {
                took.insert(*to, (*at - *typed).as_seconds_f64() * 1_000.0);
                let newest = last.entry(to.0).or_insert(to.1);
                out_of_order += usize::from(to.1 < *newest);
                *newest = to.1.max(*newest);
            }
        }
    }
    let mut took: Vec<f64> = took.into_values().collect();
    took.sort_by(f64::total_cmp);
    let at = |place| percentile(&took, place).unwrap_or(f64::NAN);
    Heard {
        commands: took.len(),
        seconds,
        median_ms: at(50),
        p99_ms: at(99),
        worst_ms: at(100),
        out_of_order,
        too_many,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn order_is_per_group_and_the_first_answer_counts() {
        let at = |milliseconds| DateTime::from_timestamp_millis(milliseconds).unwrap();
        let said = HashMap::from([((1, 10), at(0)), ((1, 11), at(0)), ((2, 10), at(0))]);
        let answers = [((1, 11), 4), ((2, 10), 6), ((1, 10), 8), ((1, 10), 9), ((3, 1), 9)];
        let answers = answers.map(|(to, after)| (to, at(after)));
        let heard = heard(&said, &answers, 1.0);
        assert_eq!((heard.commands, heard.out_of_order, heard.too_many), (3, 1, 1));
        assert_eq!((heard.median_ms, heard.worst_ms), (6.0, 8.0));
    }

    #[tokio::test]
    async fn the_service_is_told_to_the_bot_as_it_reads_it() {
        let crowd = Crowd::start().await.unwrap();
        let told = serde_json::to_string(&crowd.known()).unwrap();
        let known: Service = serde_json::from_str(&told).unwrap();
        assert_eq!((known.url, known.token), (crowd.service.base_url(), crowd.service.token()));
    }
}
