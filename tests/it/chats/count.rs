//! How many routers go down: the number is asked for and typed, in a modal, in a reply, at a prompt.

use super::{Made, Trio, soon};
use crate::reboot::{hurry, manner, reloads};
use patchbay::lab::telegram::{Asks, Message, Said};
use patchbay::lab::{SlackMessage, SlackSubmitted, SlackTrouble, SlackWrong};

const MANY: &str = "Reboot 2 routers";
const ENTER: &str = "Enter the number";
const ASKS: &str = "How many routers go down?";

async fn trio() -> Trio {
    let trio = Trio::new(Made { settings: hurry, ..Made::default() }).await;
    for router in trio.world.lab.routers() {
        router.set_reload_manner(manner());
    }
    trio
}

impl Trio {
    fn untouched(&self) {
        assert_eq!(["R1", "R2"].map(|name| reloads(&self.world.router(name))), [0, 0]);
    }

    /// The message in which ann was asked, in the channel.
    async fn counts_in_slack(&self) -> SlackMessage {
        let (slack, ann, noc) = (&self.town.slack, &self.town.ann.slack, &self.town.noc);
        slack.mention(ann, noc, None, "reboot R1,R2");
        let card = self.slack_says(MANY).await;
        slack.press(ann, noc, &card.ts, MANY).unwrap();
        self.slack_says("Type their number").await
    }

    async fn slack_says(&self, words: &str) -> SlackMessage {
        soon(words, self.town.slack.wait(&self.town.noc, |message| message.shown().contains(words))).await
    }

    async fn counts_in_the_group(&self) -> Message {
        let (group, ann) = (&self.town.group, &self.town.ann.tg);
        group.say(ann, &format!("/reboot@{} R1,R2", self.town.telegram.bot_username()));
        let card = soon("a card", group.answer(|message| message.labels().contains(&MANY))).await;
        group.press(ann, card.id, MANY).unwrap();
        self.group_says(ASKS).await
    }

    async fn group_says(&self, words: &str) -> Message {
        soon(words, self.town.group.answer(|message| message.text.contains(words))).await
    }

    /// What is typed to press a button that stands on the paper.
    pub fn key(&self, label: &str) -> String {
        let text = self.paper.text();
        let before =
            text.rsplit_once(&format!("] {label}")).unwrap_or_else(|| panic!("no {label}: {text}")).0;
        before.rsplit_once('[').unwrap().1.to_owned()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn slack_opens_a_modal_for_the_number() {
    let trio = trio().await;
    let (slack, ann, bob, noc) =
        (&trio.town.slack, &trio.town.ann.slack, &trio.town.bob.slack, &trio.town.noc);
    let counting = trio.counts_in_slack().await;
    slack.press(bob, noc, &counting.ts, ENTER).unwrap();
    let refused = trio.slack_says("Only ann may press this").await;
    assert_eq!(refused.only_for.as_ref(), Some(bob));
    assert_eq!(slack.modal(bob), None);
    slack.press(ann, noc, &counting.ts, ENTER).unwrap();
    let modal = soon("a modal", slack.next_modal(ann, "")).await;
    assert!(modal.view.to_string().contains("R1, R2"), "{:#}", modal.view);
    for typed in ["two", "-2", "2 routers"] {
        let answer = slack.submit(ann, &[("words", typed)]).await;
        let SlackSubmitted::Errors(errors) = answer else { panic!("{typed}: {answer:?}") };
        assert!(errors[0].1.contains("in digits"), "{errors:?}");
    }
    trio.untouched();
    assert_eq!(slack.submit(ann, &[("words", " 2 ")]).await, SlackSubmitted::Closed);
    let end = trio.slack_says("All 2 routers are back").await;
    assert_eq!(["R1", "R2"].map(|name| reloads(&trio.world.router(name))), [1, 1], "{}", end.shown());
    let all = slack.messages(noc);
    let whispers = all.iter().filter(|message| message.only_for.as_ref() == Some(ann)).count();
    assert_eq!((whispers, slack.breaches()), (0, Vec::new()), "{}", slack.rendering(noc));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_modal_that_comes_too_late_or_does_not_open_is_told() {
    let trio = trio().await;
    let (slack, ann, noc) = (&trio.town.slack, &trio.town.ann.slack, &trio.town.noc);
    let counting = trio.counts_in_slack().await;
    slack.press(ann, noc, &counting.ts, ENTER).unwrap();
    soon("a modal", slack.next_modal(ann, "")).await;
    slack.press(ann, noc, &counting.ts, "Cancel").unwrap();
    trio.slack_says("Cancelled: /reboot R1,R2").await;
    assert_eq!(slack.submit(ann, &[("words", "2")]).await, SlackSubmitted::Closed);
    let told = trio.slack_says("no longer part of the message").await;
    assert_eq!(told.only_for.as_ref(), Some(ann));
    trio.untouched();

    let expired = SlackWrong::Error("expired_trigger_id".to_owned());
    slack.trouble(SlackTrouble::on("views.open", expired).times(1)).await;
    let counting = trio.counts_in_slack().await;
    slack.press(ann, noc, &counting.ts, ENTER).unwrap();
    let told = trio.slack_says("Answer this with their number").await;
    assert_eq!((told.only_for.as_ref(), &told.thread), (Some(ann), &counting.thread));
    slack.write(&trio.town.bob.slack, noc, counting.thread.as_deref(), "2");
    slack.write(ann, noc, counting.thread.as_deref(), "3");
    trio.slack_says("You typed 3, and the list holds 2. Nothing was done.").await;
    trio.untouched();
}

#[tokio::test(flavor = "multi_thread")]
async fn telegram_opens_a_reply_for_the_number() {
    let trio = trio().await;
    let (group, ann, bob) = (&trio.town.group, &trio.town.ann.tg, &trio.town.bob.tg);
    let counting = trio.counts_in_the_group().await;
    let press = group.press(ann, counting.id, ENTER).unwrap();
    assert_eq!(soon("an answer", press.answered()).await.toast, None);
    let asks = soon("a question", group.answer(|message| message.asks == Some(Asks::Some))).await;
    // Of the asker alone: it hangs below the command.
    assert!(group.types_reply(bob, "2").is_err());
    let his = group.post(Said::by(bob, "2").reply_to(asks.id));
    let answer = soon("an answer", group.reply(his)).await;
    assert!(answer.text.contains("There is no button 2"), "{}", answer.text);
    trio.untouched();
    group.types_reply(ann, "3").unwrap();
    trio.group_says("You typed 3, and the list holds 2. Nothing was done.").await;
    let late = group.types_reply(ann, "2").unwrap();
    let answer = soon("an answer", group.reply(late)).await;
    assert!(answer.text.contains("Nothing waits for a number any more"), "{}", answer.text);
    trio.untouched();

    let counting = trio.counts_in_the_group().await;
    group.post(Said::by(ann, "2").reply_to(counting.id));
    trio.group_says("All 2 routers are back").await;
    assert_eq!(["R1", "R2"].map(|name| reloads(&trio.world.router(name))), [1, 1]);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_terminal_takes_a_number_for_the_answer_while_it_is_asked() {
    let trio = trio().await;
    let paper = &trio.paper;
    for (typed, words) in
        [("Cancel", "Cancelled: /reboot R1,R2"), ("3", "You typed 3"), ("2", "All 2 routers are back")]
    {
        trio.types("/reboot R1,R2");
        let before = paper.text().len();
        paper.until(before, |new| new.contains(MANY)).await;
        trio.types(&trio.key(MANY));
        let asked = paper.until(before, |new| new.contains("buttons have letters")).await;
        assert!(asked.contains(ASKS) && !asked.contains(ENTER), "{asked}");
        let key = if typed == "Cancel" { trio.key(typed) } else { typed.to_owned() };
        assert!(key.parse::<u32>().is_ok() == (typed != "Cancel"), "{key}");
        trio.untouched();
        trio.types(&key);
        paper.until(before, |new| new.contains(words)).await;
    }
    assert_eq!(["R1", "R2"].map(|name| reloads(&trio.world.router(name))), [1, 1]);
}
