//! Those who only read, over the real protocols: a code goes by mail and comes back by chat, or is sent to the bot by
//! somebody whom it does not know; what they get, what they may not, and how they leave.

use super::answers::Door;
use super::{MAIL, Made, TG, Trio, soon};
use crate::clock::{Clock, RULES, hasty, rules};
use crate::world::plain;
use patchbay::lab::{Fault, Mail, MailFault};
use patchbay::model::{Join, Message};
use patchbay::store::AuditFilter;

const CAROL: &str = "carol@example.net";

async fn watched(telegram: Join) -> Trio {
    let rules = |_: &super::Town| rules(RULES);
    let trio = Trio::new(Made { monitored: true, settings: hasty, rules, telegram, ..Made::default() }).await;
    trio.world.is_well().await;
    trio
}

impl Trio {
    /// Mails to carol so far.
    fn mails(&self) -> Vec<Mail> {
        self.town.mail.mails().into_iter().filter(|mail| mail.to == [CAROL]).collect()
    }

    async fn mail_that(&self, wanted: impl Fn(&Mail) -> bool) -> Mail {
        let mut seen = 0;
        loop {
            let mail = soon("a mail", self.town.mail.next(seen)).await;
            if wanted(&mail) {
                return mail;
            }
            seen += 1;
        }
    }

    async fn code(&self) -> String {
        let mail = self.mail_that(|mail| mail.to == [CAROL] && mail.raw.contains("/confirm ")).await;
        mail.raw.split("/confirm ").nth(1).unwrap().chars().take(9).collect()
    }

    /// R1 is busy, which is told at the desk; then it is not.
    async fn is_busy(&self, share: u8, while_it_is: impl AsyncFnOnce()) {
        self.world.router("R1").fault(Fault::Cpu(share)).await;
        self.world.hears(&[&format!("R1 CPU {share} %")]).await;
        self.settled().await;
        while_it_is().await;
        self.world.router("R1").clear_faults().await;
        self.world.hears(&["✅ R1 CPU back to ", &format!("peak {share} %")]).await;
        self.settled().await;
    }

    async fn audited(&self) -> String {
        let rows = self.world.bot.store().read(|view| view.audit_rows(&AuditFilter::default(), 99)).await;
        format!("{:#?}", rows.unwrap())
    }
}

fn with(words: &str) -> impl Fn(&Message) -> bool {
    move |message| plain(message).contains(words)
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_says_yes_by_a_code_and_hears_all_of_what_began_before_it_left() {
    let trio = watched(Join::Here).await;
    let (slack, private) = (trio.room(Door::Direct), trio.room(Door::Private));
    let asked = trio.ask(&slack, &format!("/subscribe mail {CAROL} R1 critical")).await;
    assert!(asked.first().contains("I sent a code to carol@example.net"), "{asked:?}");
    let code = trio.code().await;
    trio.is_busy(95, async || {}).await;
    assert_eq!(trio.mails().len(), 1, "only the code: {:#?}", trio.mails());

    // Bob may only look; the code is enough. Its letters are in nobody's log.
    let wrong = trio.ask_as(&trio.town.bob, &private, "/confirm AAAA-AAAA").await;
    assert!(wrong.first().contains("This code does not work"), "{wrong:?}");
    let shown = trio.ask_as(&trio.town.bob, &private, &format!("/confirm {code}")).await;
    assert!(shown.first().contains("mail:c…@example.net hears of alerts from now on"), "{shown:?}");
    let told = trio.town.slack.messages(&slack.channel);
    assert!(told.iter().any(|message| message.shown().contains("carol@example.net said yes")), "{told:#?}");
    let audit = trio.audited().await;
    assert!(audit.contains("mail:carol@example.net hears of alerts") && !audit.contains(&code), "{audit}");

    let listed = trio.ask_as(&trio.town.bob, &private, "/subscribers").await;
    assert!(listed.text().contains("mail:c…@example.net: R1, critical only, by ann"), "{listed:?}");
    assert!(!listed.text().contains(CAROL), "{listed:?}");
    let listed = trio.ask(&trio.room(Door::Terminal), "/subscribers").await;
    assert!(listed.text().contains("carol@example.net: R1, critical only, by ann"), "{listed:?}");

    trio.is_busy(96, async || {
        let alert = trio.mail_that(|mail| mail.to == [CAROL] && mail.subject.contains("R1 CPU 96 %")).await;
        assert_eq!(alert.header("List-Unsubscribe").as_deref(), Some("<mailto:leave@example.net>"));
        assert!(alert.raw.contains("To hear no more of this: leave@example.net"), "{}", alert.raw);
        let left = trio.ask(&trio.room(Door::Terminal), &format!("/unsubscribe mail {CAROL}")).await;
        assert!(left.first().contains("1 subscription of carol@example.net is over"), "{left:?}");
    })
    .await;
    trio.mail_that(|mail| mail.to == [CAROL] && mail.subject.contains("recovered: R1 CPU back to ")).await;
    trio.is_busy(97, async || {}).await;
    assert!(trio.mails().iter().all(|mail| !mail.subject.contains("97")), "{:#?}", trio.mails());
    trio.world.bot.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_test_says_whether_it_arrived_and_a_code_that_does_not_arrive_is_told() {
    let trio = Trio::new(Made::default()).await;
    let desk = &trio.world.desk;
    trio.world.ask(&format!("/subscribe {CAROL} R1")).await;
    let refused = trio.world.ask(&format!("/subscribers test mail {CAROL}")).await;
    assert!(refused.text.contains("It did not say yes yet"), "{}", refused.text);
    trio.world.ask(&format!("/confirm {CAROL}")).await;
    let running = trio.world.ask("/subscribers test #1").await;
    assert!(
        running.text.contains("to #1, carol@example.net") || running.text.contains("arrived"),
        "{}",
        running.text
    );
    desk.until_any(with("✅ The test arrived at #1")).await;
    trio.mail_that(|mail| mail.subject.contains("This is a test from Patchbay, sent by ann")).await;
    let again = trio.world.ask("/subscribers test #1").await;
    assert!(again.text.contains("A test went there less than a minute ago"), "{}", again.text);

    let nobody = "nobody@example.net";
    trio.town.mail.fault(MailFault::RefuseRecipient(nobody.to_owned())).await;
    trio.world.ask(&format!("/subscribe mail {nobody}")).await;
    let told = desk.until_any(with("No code arrived at nobody@example.net: ")).await;
    assert!(told.text.contains("does not take mail for this address (550)"), "{}", told.text);
    let listed = trio.world.ask("/subscribers").await;
    assert!(
        listed.text.contains("nobody@example.net: all, warnings and worse, by ann since "),
        "{}",
        listed.text
    );
    assert!(listed.text.contains("nothing arrives: the mail server does not take mail"), "{}", listed.text);
    trio.world.ask(&format!("/confirm {nobody}")).await;
    trio.world.ask("/subscribers test #2").await;
    desk.until_any(with("⚠️ The test does not arrive at #2: the mail server does not take")).await;
    assert!(trio.world.ask("/dlq").await.text.contains("to mail:nobody@example.net"));
    trio.world.bot.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn no_address_smuggles_another_one_in() {
    let trio = Trio::new(Made::default()).await;
    let room = trio.room(Door::Private);
    for line in [
        "/subscribe mail ann@example.net\r\nBcc: x@example.net",
        "/subscribe mail ann@example.net,x@example.net",
        "/subscribe mail <ann@example.net>",
        "/subscribe mail Ann<ann@example.net>",
        "/subscribe mail ann@example.net>\u{2028}x@example.net",
        "/subscribe mail \"ann x\"@example.net",
    ] {
        let shown = trio.ask(&room, line).await;
        assert!(shown.first().starts_with('❓'), "{line:?}: {shown:?}");
    }
    assert_eq!(trio.town.mail.mails(), []);
    assert_eq!(trio.world.bot.store().read(|view| view.subscriptions()).await.unwrap(), []);
    trio.world.bot.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stranger_with_a_code_hears_can_do_nothing_else_and_leaves_by_a_word() {
    let trio = watched(Join::Sent).await;
    let (room, eve) = (trio.room(Door::Private), &trio.town.eve);
    let shown = trio.ask(&trio.room(Door::Direct), &format!("/subscribe {TG} R1")).await;
    let code = shown.text().split("alone: ").nth(1).unwrap().chars().take(9).collect::<String>();
    let joined = trio.ask_as(eve, &room, &code.to_lowercase()).await;
    assert!(joined.first().contains("You hear of alerts here from now on"), "{joined:?}");
    assert!(joined.text().contains("R1, warnings and worse"), "{joined:?}");
    let again = trio.ask_as(eve, &room, &code).await;
    assert!(again.first().contains("This code does not work"), "{again:?}");
    let refused = trio.ask_as(eve, &room, "/backup all").await;
    assert!(refused.first().contains("You hear of alerts here, and can do nothing else"), "{refused:?}");
    let chat = eve.tg.private();
    trio.is_busy(95, async || {
        soon("an alert", chat.answer(|message| message.text.contains("R1 CPU 95 %"))).await;
        let left = trio.ask_as(eve, &room, "STOP").await;
        assert!(left.first().contains("You hear of no further alerts here"), "{left:?}");
    })
    .await;
    soon("its end", chat.answer(|message| message.text.contains("R1 CPU back to "))).await;
    trio.is_busy(96, async || {}).await;
    assert!(chat.from_bot().iter().all(|message| !message.text.contains("96 %")));
    let silent = trio.ask_as(eve, &room, "stop").await;
    assert_eq!(silent.lines, Vec::<String>::new(), "a stranger again, who was answered today");
    let audit = trio.audited().await;
    assert!(
        audit.contains("STOP") && !audit.contains(&code) && !audit.contains(&code.to_lowercase()),
        "{audit}"
    );
    assert!(!trio.ask(&trio.room(Door::Terminal), "/subscribers").await.text().contains(MAIL));
    trio.world.bot.stop().await;
}
