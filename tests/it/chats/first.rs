//! What other bots got wrong, tried here: strangers, by-ways around a rule, messages and places that are gone,
//! names that are too long for a button, routers that hang.

use super::answers::{Door, Shown};
use super::{Made, TG, Trio, soon};
use patchbay::lab::telegram::{Call, Fault as Trouble, Message, Said};
use patchbay::lab::{LabPlan, Point, RouterPlan, SlackFate, SlackMessage};
use patchbay::model::person::Subject;
use patchbay::model::{Effect, Grant, GrantId};
use patchbay::store::JobFilter;
use std::time::Duration;

const CHATS: [Door; 5] = [Door::Private, Door::Group, Door::Direct, Door::Slash, Door::Mention];

impl Trio {
    /// How often a router let somebody in, and how many jobs there were.
    async fn done(&self) -> (usize, usize) {
        let logins = self.world.lab.routers().map(|router| router.logins().accepted).sum();
        let jobs = self.world.bot.store().read(|view| view.recent_jobs(&JobFilter::default(), 99)).await;
        (logins, jobs.unwrap().len())
    }

    fn typed(&self, line: &str) -> bool {
        self.world.lab.routers().any(|router| router.typed().iter().any(|typed| typed == line))
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn for_a_stranger_nothing_runs_and_no_button_works() {
    let trio = Trio::new(Made::default()).await;
    let (town, eve) = (&trio.town, &trio.town.eve);
    for door in CHATS {
        let mut room = trio.room(door);
        if door == Door::Direct {
            room.channel = town.slack.direct(&eve.slack);
        }
        for line in ["/backup all", "/show R1 running-config", "/silence all 1h", "/device remove R1 yes"] {
            let shown = trio.ask_as(eve, &room, line).await;
            assert!(shown.lines.is_empty() || shown.first().starts_with("⛔ I don't know you"), "{shown:?}");
        }
    }
    // A question of ann's in the group, and in the channel.
    let asked = town.group.say(&town.ann.tg, "/version");
    let question = soon("a question", town.group.reply(asked)).await;
    let press = town.group.press(&eve.tg, question.id, "all").unwrap();
    let told = soon("a word", press.answered()).await;
    assert!(told.toast.as_ref().is_some_and(|toast| toast.starts_with("I don't know you")), "{told:?}");
    let asked = town.slack.mention(&town.ann.slack, &town.noc, None, "version").ts.unwrap();
    let below = |message: &SlackMessage| message.thread.as_ref() == Some(&asked);
    let question = soon("a question", town.slack.wait(&town.noc, below)).await;
    // Eve was told already; another stranger was not.
    let mallory = town.slack.add_user("mallory", "Mallory", "Etc/UTC");
    town.slack.invite(&mallory, &town.noc);
    town.slack.press(&mallory, &town.noc, &question.ts, "all").unwrap();
    let only = |message: &SlackMessage| message.only_for.as_ref() == Some(&mallory);
    let told = soon("a word", town.slack.wait(&town.noc, only)).await;
    assert!(told.shown().contains("I don't know you"), "{}", told.shown());
    trio.settled().await;
    assert_eq!(trio.done().await, (0, 0));
    assert!(trio.world.ask("/silences").await.text.contains("Nothing is silenced"));
    assert!(trio.world.ask("/devices").await.text.contains("R1"));
}

#[tokio::test(flavor = "multi_thread")]
async fn no_short_form_and_no_other_door_leads_around_a_rule() {
    let trio = Trio::new(Made::default()).await;
    trio.world
        .write(|work| {
            let ann = work.person_by_name("ann")?.unwrap().id;
            work.add_grant(&Grant {
                id: GrantId(0),
                name: "no backups on R1".to_owned(),
                subject: Subject::Person(ann),
                command: "backup".to_owned(),
                selector: "R1".parse().unwrap(),
                chat: "*".to_owned(),
                effect: Effect::Deny,
            })
        })
        .await;
    let ways = [
        "/backup R1",
        "/bk R1",
        "/BK R1",
        "/Backup r1",
        "/bk R*",
        "/bk all",
        "/backup site:danang",
        "/bac R1",
    ];
    for door in CHATS.iter().chain(&[Door::Terminal]) {
        for line in ways {
            let shown = trio.ask(&trio.room(*door), line).await;
            assert!(refused(&shown), "{door:?} {line}: {shown:?}");
        }
    }
    for line in ["/backup R1", "/backup R*"] {
        let shown = trio.ask(&trio.room(Door::Own), line).await;
        assert!(refused(&shown), "{line}: {shown:?}");
    }
    // A viewer may not read the configuration, however it is spelled.
    let ways = [
        "/show R1 running-config",
        "/sh R1 run",
        "/show R1 sh run",
        "/sh R1 runn | include user",
        "/show R1 conf",
    ];
    for door in [Door::Private, Door::Slash, Door::Mention] {
        for line in ways {
            let shown = trio.ask_as(&trio.town.bob, &trio.room(door), line).await;
            assert!(
                shown.files.is_empty() && !shown.text().contains("username"),
                "{door:?} {line}: {shown:?}"
            );
        }
    }
    assert!(!trio.typed("show running-config"));
    assert_eq!(trio.world.router("R1").logins().accepted, 0);
}

fn refused(shown: &Shown) -> bool {
    let first = shown.first();
    let known = ["⛔ You may not use backup", "❓ There is no command /bac", "❓ That is no command"];
    known.iter().any(|words| first.starts_with(words))
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_whose_message_is_gone_is_told_anew() {
    let trio = Trio::new(Made::default()).await;
    let town = &trio.town;
    let holds = ["R1", "R2"].map(|name| trio.world.router(name).hold(Point::AtLogin));
    let asked = town.group.say(&town.ann.tg, "/backup R1");
    let living = soon("a message", town.group.reply(asked)).await;
    let said = town.slack.mention(&town.ann.slack, &town.noc, None, "backup R2").ts.unwrap();
    let below = |message: &SlackMessage| message.thread.as_ref() == Some(&said);
    let there = soon("a message", town.slack.wait(&town.noc, below)).await;
    town.group.delete(living.id);
    town.slack.delete(&town.noc, &there.ts);
    drop(holds);
    let whole = soon("the end", town.group.answer(|message| message.text.contains("first backup"))).await;
    assert_ne!(whole.id, living.id);
    assert_eq!(whole.reply_to, Some(asked));
    let end = |message: &SlackMessage| below(message) && message.shown().contains("first backup");
    let whole = soon("the end", town.slack.wait(&town.noc, end)).await;
    assert_ne!(whole.ts, there.ts);
    trio.settled().await;
    assert_eq!(town.group.from_bot().len(), 1, "{}", town.group.rendered());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_modified_is_done() {
    let trio = Trio::new(Made::default()).await;
    let town = &trio.town;
    let same = "Bad Request: message is not modified: specified new message content and reply markup are exactly \
                the same as a current content and reply markup of the message";
    town.telegram.fault(Trouble::Refuse(400, same.to_owned()).on("editMessageText")).await;
    let hold = trio.world.router("R1").hold(Point::AtLogin);
    let asked = town.group.say(&town.ann.tg, "/backup R1");
    soon("a message", town.group.reply(asked)).await;
    hold.release();
    soon("an edit", town.telegram.call(|call| call.method == "editMessageText" && call.status == Some(400)))
        .await;
    trio.settled().await;
    let edits = town.telegram.calls_of("editMessageText").len();
    assert!((1..=3).contains(&edits), "{edits} edits");
    assert!(trio.world.ask("/dlq").await.text.contains("Everything was delivered"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_topic_or_a_group_that_is_gone_is_named_and_not_tried_for_ever() {
    let trio = Trio::new(Made::default()).await;
    let town = &trio.town;
    let forum = town.telegram.forum("Plans", &[&town.ann.tg]);
    forum.promote_bot(&town.ann.tg);
    let topic = forum.topic(&town.ann.tg, "works");
    let holds = ["R1", "R2"].map(|name| trio.world.router(name).hold(Point::AtLogin));
    let asked = forum.post(Said::by(&town.ann.tg, "/backup R1").in_topic(topic));
    soon("a message", forum.reply(asked)).await;
    let asked = town.group.say(&town.ann.tg, "/backup R2");
    soon("a message", town.group.reply(asked)).await;
    forum.delete_topic(topic);
    town.group.remove_bot(&town.ann.tg);
    drop(holds);
    // Who is still there reads it in the group's own topic.
    let end = |message: &Message| message.text.contains("first backup") && message.topic.is_none();
    soon("the end", forum.answer(end)).await;
    let place = format!("{TG}:{}", town.group.id());
    let named = trio.world.desk.until_any(|message| {
        let text = crate::world::plain(message);
        text.contains(&place) && text.contains("is failing since")
    });
    soon("where it could not be said", named).await;
    trio.settled().await;
    let refused = |call: &Call| call.status.is_some_and(|status| status >= 400);
    let calls = town.telegram.calls().into_iter().filter(refused);
    let calls: Vec<(String, Option<String>)> = calls.map(|call| (call.method, call.description)).collect();
    assert!((2..=8).contains(&calls.len()), "{calls:?}");
    assert!(!trio.world.ask("/dlq").await.text.contains("Everything was delivered"));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_longest_name_in_many_bytes_fits_a_button() {
    let long = "r".repeat(60);
    let routers = [long.as_str(), "R2"].map(|name| RouterPlan::new(name, "đà-nẵng"));
    let trio = Trio::new(Made { lab: LabPlan::new(routers.into()), ..Made::default() }).await;
    let town = &trio.town;
    let line = format!(
        "/device set {long} interface=Gi1 description=\"đường lên nhà cung cấp 東京 🛰️ số một của cả miền\""
    );
    trio.world.ask(&line).await;
    for line in ["/version", "/bw", "/config", "/interfaces"] {
        let asked = town.group.say(&town.ann.tg, line);
        let question = soon("a question", town.group.reply(asked)).await;
        let buttons: Vec<_> = question.buttons.iter().flatten().collect();
        assert!(buttons.len() >= 3, "{}", town.group.rendered());
        for button in buttons {
            assert!(!button.label.is_empty() && button.data.as_ref().unwrap().len() <= 64, "{button:?}");
        }
    }
    let asked = town.group.say(&town.ann.tg, "/version");
    let question = soon("a question", town.group.reply(asked)).await;
    let label = question.labels().into_iter().find(|label| label.starts_with("rrr")).unwrap().to_owned();
    town.group.press(&town.ann.tg, question.id, &label).unwrap();
    soon("an answer", town.group.answer(|message| message.text.contains("Cisco IOS XE Software"))).await;
    let asked = town.slack.mention(&town.ann.slack, &town.noc, None, "version").ts.unwrap();
    let below = |message: &SlackMessage| message.thread.as_ref() == Some(&asked);
    let question = soon("a question", town.slack.wait(&town.noc, below)).await;
    town.slack.press(&town.ann.slack, &town.noc, &question.ts, &long).unwrap();
    let end = |message: &SlackMessage| below(message) && message.shown().contains("Cisco IOS XE Software");
    soon("an answer", town.slack.wait(&town.noc, end)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_router_that_hangs_holds_up_no_acknowledgement_and_no_other_answer() {
    let trio = Trio::new(Made::default()).await;
    let town = &trio.town;
    let hold = trio.world.router("R1").hold(Point::AtLogin);
    for line in ["version R1", "backup R1", "show R1 clock"] {
        let delivery = town.slack.slash(&town.ann.slack, &town.noc, "/net", line).unwrap();
        match soon("an acknowledgement", delivery.settled()).await {
            SlackFate::Acknowledged { took, attempt: 0, .. } => {
                assert!(took < Duration::from_secs(3), "{took:?}")
            }
            other => panic!("{other:?}"),
        }
    }
    hold.reached().await;
    let asked = town.group.say(&town.ann.tg, "/version R2");
    soon("the other router", town.group.answer(|message| message.text.contains("R2 uptime is"))).await;
    assert!(town.group.message(asked).is_some());
    assert!(town.slack.acks().iter().all(|ack| !ack.late && ack.attempt == 0), "{:#?}", town.slack.acks());
    hold.release();
    trio.settled().await;
}
