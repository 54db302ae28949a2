//! No token and no password comes out, however things fail: not to a chat, not into the log, not into a file. Both
//! services and the routers go wrong in every way that has words of its own, at the lowest level of the log.

use super::place::Place;
use super::{Town, soon};
use crate::process::Home;
use patchbay::lab::telegram::{self, Call, Fault as Trouble};
use patchbay::lab::{Fault, LabPlan, SlackCall, SlackFault, SlackTrouble, SlackWrong};
use std::path::Path;

const TG_TOKEN: &str = "123456:planted-plum-word";
const BOT_TOKEN: &str = "xoxb-figword7";
const APP_TOKEN: &str = "xapp-kiwiword7";
const CANARIES: [&str; 4] = ["planted-plum-word", "figword7", "kiwiword7", "planted-pear-word"];

#[tokio::test(flavor = "multi_thread")]
async fn no_token_and_no_password_comes_out_whatever_fails() {
    let telegram = telegram::Plan { token: TG_TOKEN.to_owned(), ..telegram::Plan::default() };
    let mut slack = super::workspace();
    slack.bot_token = BOT_TOKEN.to_owned();
    slack.app_token = APP_TOKEN.to_owned();
    let mut plan = LabPlan::fleet(2);
    plan.credentials.password = "planted-pear-word".to_owned();
    let place = Place::of(Home::new(plan).await, Town::of(telegram, slack).await).await;
    let (town, ann, home) = (&place.town, &place.town.ann, &place.home);
    home.set(&format!("{}[log]\nlevel = \"trace\"\n", town.settings(home.path("key").parent().unwrap())));
    let session = place.runs().await;
    let tells = async |line: &str, words: &str| {
        town.group.say(&ann.tg, line);
        soon(words, town.group.answer(|message| message.text.contains(words))).await;
    };
    tells("/show R1 running-config", "show running-config on R1").await;
    home.router("R1").fault(Fault::WrongPassword).await;
    tells("/backup R1", "refused the password").await;
    home.router("R2").fault(Fault::DropInTheMiddle(3_000)).await;
    tells("/backup R2", "dropped").await;
    // Each trouble once, at calls that the next line makes.
    for trouble in [
        Trouble::Html(502),
        Trouble::CutBefore,
        Trouble::CutAfter,
        Trouble::TooMany(1),
        Trouble::Refuse(400, "Bad Request: odd".to_owned()),
        Trouble::Refuse(401, "Unauthorized".to_owned()),
    ] {
        // A place of its own: whoever failed before waits longer each time.
        let chat = town.telegram.supergroup("troubled", &[&ann.tg]);
        town.telegram.fault(trouble.on("sendMessage").in_chat(chat.id()).times(1)).await;
        chat.say(&ann.tg, "/whoami");
        let sends = |call: &Call| call.method == "sendMessage" && call.chat == Some(chat.id());
        soon("a try", town.telegram.call(sends)).await;
    }
    for wrong in [
        SlackWrong::Html(503),
        SlackWrong::CutBefore,
        SlackWrong::CutAfter,
        SlackWrong::RateLimited(1),
        SlackWrong::Error("invalid_blocks".to_owned()),
    ] {
        let channel = town.slack.add_channel("troubled", &[&ann.slack, town.slack.bot_user()]);
        let trouble = SlackTrouble::on("chat.postMessage", wrong).in_channel(&channel).times(1);
        town.slack.trouble(trouble).await;
        town.slack.mention(&ann.slack, &channel, None, "whoami");
        let posts = |call: &SlackCall| {
            call.method == "chat.postMessage" && call.arguments["channel"] == channel.as_str()
        };
        soon("a try", town.slack.wait_call(posts)).await;
    }
    town.slack.fault(SlackFault::TokenRevoked).await;
    town.slack.mention(&ann.slack, &town.noc, None, "whoami");
    let revoked = |call: &SlackCall| call.error.as_deref() == Some("token_revoked");
    soon("a refusal", town.slack.wait_call(revoked)).await;
    town.telegram.fault(Trouble::Unreachable).await;
    town.slack.fault(SlackFault::Unreachable).await;
    let mut session = session;
    session.logs("updates could not be fetched");
    let said = session.killed();
    assert!(said.err.lines().count() > 100 && said.err.contains("TRACE"), "{}", said.err.lines().count());

    assert!(finds(said.err.as_bytes(), "the socket is open").is_some(), "the search itself finds nothing");
    hides("what was logged", said.err.as_bytes());
    hides("what was printed", said.out.as_bytes());
    hides("the audit", home.cli(&["audit"]).well().out.as_bytes());
    hides("a chat of Telegram", town.group.rendered().as_bytes());
    hides("a channel of Slack", town.slack.rendering(&town.noc).as_bytes());
    hides("what Telegram was sent", format!("{:?}", town.telegram.calls()).as_bytes());
    hides("what Slack was sent", format!("{:?}", town.slack.calls()).as_bytes());
    folder(&home.data());
}

fn folder(folder: &Path) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        match path.is_dir() {
            true => self::folder(&path),
            false => hides(&path.display().to_string(), &std::fs::read(&path).unwrap()),
        }
    }
}

#[track_caller]
fn hides(name: &str, bytes: &[u8]) {
    for canary in CANARIES {
        let around =
            finds(bytes, canary).map(|at| String::from_utf8_lossy(&bytes[at.saturating_sub(120)..at]));
        assert_eq!(around, None, "{canary} stands in {name}");
    }
}

fn finds(bytes: &[u8], wanted: &str) -> Option<usize> {
    bytes.windows(wanted.len()).position(|words| words == wanted.as_bytes())
}
