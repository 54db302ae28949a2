//! The lab's Slack as bots see it that others made: slack_bolt and @slack/bolt run against it unchanged.

use crate::laws::root;
use crate::peer::{node, python};
use crate::script::Script;
use crate::world::PATIENCE;
use patchbay::lab::{
    Slack, SlackFate, SlackGoodbye, SlackMessage, SlackPlan, SlackSubmitted, SlackTrouble, SlackWrong,
};
use serde_json::Value;
use std::process::Command;

#[tokio::test]
async fn a_bot_of_slack_bolt_runs_against_the_lab_unchanged() {
    let Some(python) = python("a_bot_of_slack_bolt_runs_against_the_lab_unchanged") else { return };
    let mut command = Command::new(python);
    command.arg(root().join("tests/peers/slack_bolt_bot.py"));
    converses(command).await;
}

#[tokio::test]
async fn a_bot_of_bolt_for_node_runs_against_the_lab_unchanged() {
    let Some(folder) = node("a_bot_of_bolt_for_node_runs_against_the_lab_unchanged") else { return };
    let mut command = Command::new("node");
    command.arg(folder.join("bolt.js"));
    converses(command).await;
}

struct Room {
    slack: Slack,
    anna: String,
    noc: String,
}

impl Room {
    /// The first message that is so, before patience ends.
    async fn sees(&self, channel: &str, wanted: impl Fn(&SlackMessage) -> bool) -> SlackMessage {
        match tokio::time::timeout(PATIENCE, self.slack.wait(channel, wanted)).await {
            Ok(message) => message,
            Err(_) => panic!("not said:\n{}{:#?}", self.slack.rendering(channel), self.slack.calls()),
        }
    }

    async fn says(&self, text: &str) -> SlackMessage {
        self.sees(&self.noc, |message| message.text == text).await
    }

    /// Types a command, which is acknowledged in time.
    async fn types(&self, command: &str, words: &str) {
        let typed = self.slack.slash(&self.anna, &self.noc, command, words).unwrap();
        let fate = tokio::time::timeout(PATIENCE, typed.settled()).await.unwrap();
        assert!(matches!(fate, SlackFate::Acknowledged { .. }), "{command}: {fate:?}");
    }
}

async fn converses(mut command: Command) {
    let plan = SlackPlan::default().with_commands(["/bw", "/card", "/ask", "/file", "/again", "/oops"]);
    let slack = Slack::start(plan).await.unwrap();
    let anna = slack.add_user("anna", "Anna", "Asia/Ho_Chi_Minh");
    let noc = slack.add_channel("noc", &[&anna, slack.bot_user()]);
    command.args([slack.api_url().as_str(), &slack.plan().bot_token, &slack.plan().app_token]);
    for proxy in ["HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"] {
        command.env_remove(proxy);
    }
    let script = Script::start(command);
    script.until(|event| event["ready"] == slack.plan().bot.as_str()).await;
    let room = Room { slack, anna, noc };
    let (slack, anna, noc) = (&room.slack, &room.anna, &room.noc);

    // A command: an answer with the acknowledgement for one person, and one by its address for all.
    room.types("/bw", "Đà Nẵng <R1>").await;
    let only = room.says("looking at Đà Nẵng &lt;R1&gt;").await;
    assert_eq!(only.only_for.as_ref(), Some(anna));
    assert_eq!(room.says("Đà Nẵng &lt;R1&gt;: 5 Mb/s").await.only_for, None);

    // A mention is answered in its thread, also from inside of it.
    let mention = slack.mention(anna, noc, None, "status");
    let ts = mention.ts.clone();
    let heard = room.sees(noc, |message| message.thread == ts && message.text.ends_with("status")).await;
    assert_eq!(heard.author, slack.bot_user());
    slack.mention(anna, noc, ts.as_deref(), "and now");
    let text = format!("heard: <@{}> and now", slack.bot_user());
    assert_eq!(room.says(&text).await.thread, ts);

    // A card: a menu that is asked for, a choice, and a button that changes it.
    room.types("/card", "").await;
    let card = room.says("R1 is down").await;
    assert_eq!(card.shown(), "*R1* is down\n[Seen] [device v]");
    let options = slack.options(anna, noc, &card.ts, "device", "R");
    let options = tokio::time::timeout(PATIENCE, options).await.unwrap();
    assert_eq!(options.iter().map(|option| option.text.as_str()).collect::<Vec<_>>(), ["R1", "R2"]);
    slack.choose(anna, noc, &card.ts, "device", &options[1]).unwrap();
    assert_eq!(room.says("chosen: R2").await.only_for.as_ref(), Some(anna));
    let press = slack.press(anna, noc, &card.ts, "Seen").unwrap();
    let changed = room.says("seen by anna: 7").await;
    assert_eq!((changed.ts, changed.blocks.len(), changed.earlier.len()), (card.ts, 0, 1));
    assert!(matches!(press.settled().await, SlackFate::Acknowledged { .. }));

    // A modal: refused, then taken.
    room.types("/ask", "").await;
    tokio::time::timeout(PATIENCE, slack.next_modal(anna, "ask")).await.unwrap();
    let refused = slack.submit(anna, &[("reason", "short")]).await;
    assert_eq!(refused, SlackSubmitted::Errors(vec![("why".to_owned(), "say more".to_owned())]));
    assert_eq!(slack.submit(anna, &[("reason", "it hangs")]).await, SlackSubmitted::Closed);
    assert_eq!(slack.modal(anna), None);
    room.sees(&slack.direct(anna), |message| message.text == "because it hangs").await;

    // A file.
    room.types("/file", "").await;
    let file = room.says("the file").await;
    let [one] = file.files.as_slice() else { panic!("{file:#?}") };
    assert_eq!(
        (one.name.as_str(), one.title.as_str(), &*one.bytes),
        ("R1.cfg", "R1", b"hostname R1".as_slice())
    );

    // Told to wait, it waits.
    slack.trouble(SlackTrouble::on("chat.postMessage", SlackWrong::RateLimited(1)).times(1)).await;
    room.types("/again", "").await;
    room.says("again").await;
    let calls = slack.calls_of("chat.postMessage");
    let [.., limited, sent] = calls.as_slice() else { panic!("{calls:?}") };
    assert_eq!((limited.status, sent.status), (429, 200));
    assert!((sent.at - limited.at).num_milliseconds() >= 1_000);

    // A refusal is understood.
    room.types("/oops", "").await;
    script.until(|event| event["refused"] == "msg_blocks_too_long").await;

    // Told to go, it comes again by another socket.
    let greeted = slack.sockets() + 1;
    slack.goodbye(SlackGoodbye::RefreshRequested);
    tokio::time::timeout(PATIENCE, slack.greeted(greeted)).await.unwrap();
    // slack_sdk hears nothing on the new socket before it has let go of the old one.
    tokio::time::timeout(PATIENCE, slack.open_sockets(1)).await.unwrap();
    room.types("/bw", "R9").await;
    room.says("R9: 5 Mb/s").await;

    let told = script.end().await;
    let wrong: Vec<&Value> = told.iter().filter(|event| event.get("wrong").is_some()).collect();
    assert!(wrong.is_empty(), "{wrong:?}");
    assert_eq!(slack.breaches(), Vec::<String>::new());
    let refused: Vec<_> = slack.calls().into_iter().filter(|call| call.error.is_some()).collect();
    assert_eq!(refused.len(), 2, "{refused:#?}");
}
