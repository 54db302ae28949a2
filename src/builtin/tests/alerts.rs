//! What is told of an alert while its messages wait or fail, and what of alerts may be seen.

use super::*;
use crate::builtin::{carry_out, warn_of_end};
use crate::model::outbound::MessageRef;
use crate::monitor::Step;
use crate::store::{Arrived, Expiring};

fn mail() -> Destination {
    Destination { channel: "mail".to_owned(), address: "noc@demo.example".to_owned() }
}

/// R3 is busy, which is told by mail.
fn told_by_mail() -> Bench {
    let mut bench = Bench::well();
    bench.facts.homes = Arc::new(vec![mail()]);
    bench
}

/// So many minutes after [`NOW`] this is told of the alert.
fn tells(bench: &Bench, minutes: u64, kind: NoticeKind) {
    let mut facts = bench.facts.clone();
    facts.now.wall = NOW.plus(Duration::from_secs(minutes * 60));
    let mut alert = alert(1, bench.id("R3"), Metric::Cpu, Severity::Critical, 94.0);
    (alert.since, alert.value_at) = (NOW, facts.now.wall);
    alert.phase = if kind.says_firing() { Phase::Firing } else { Phase::Resolved };
    let notice = Some(Notice { kind, alert: alert.clone(), at: facts.now.wall });
    let over = alert.phase.is_over();
    let (alert, ended) = if over { (None, Some(alert)) } else { (Some(alert), None) };
    let step = Step { alert, ended, transitions: Vec::new(), notice };
    bench.work(move |work| carry_out(step, &facts, work));
}

fn fires(bench: &Bench) {
    bench.alert(&alert(1, bench.id("R3"), Metric::Cpu, Severity::Critical, 94.0));
    tells(bench, 0, NoticeKind::Firing);
}

/// The alert of the table began now and was last seen at its end.
const END: &str = "✅ R3 CPU back to 94 % after 1 h 10 min, peak 94 % (#1)";
const STILL: NoticeKind = NoticeKind::Still { times: 1 };
const OVER: NoticeKind = NoticeKind::Recovered { lasted: Duration::from_secs(3_600) };

/// A day later the mail server takes all that waits; the first words of each mail, in order.
fn arrive(bench: &Bench) -> Vec<String> {
    bench.work(|work| {
        let mut words = Vec::new();
        let mut now = NOW.plus(Duration::from_secs(86_400));
        while let Some(message) = work.due(now, 1)?.pop() {
            now = now.plus(Duration::from_secs(60));
            work.attempt(message.id, now)?;
            let receipt = Receipt { parts: vec![MessageRef(message.slot.0.clone())] };
            work.delivered(message.id, &receipt, now)?;
            // Of a mail only the first version is sent.
            if message.parts.is_empty() {
                words.push(plain(&message.document).lines().next().unwrap_or_default().to_owned());
            }
        }
        Ok(words)
    })
}

/// The first try of what is due goes wrong.
fn fails(bench: &Bench, finally: bool) {
    bench.work(move |work| {
        let message = work.due(NOW, 1)?.pop().unwrap();
        work.attempt(message.id, NOW)?;
        match finally {
            true => work.dead(message.id, "the mailbox is full", NOW),
            false => work.postponed(message.id, NOW, "away", Arrived::No),
        }
    });
}

#[test]
fn a_mail_server_that_was_away_gets_no_repeats_and_none_after_the_end() {
    let bench = told_by_mail();
    fires(&bench);
    fails(&bench, false);
    tells(&bench, 30, STILL);
    tells(&bench, 60, STILL);
    tells(&bench, 70, OVER);
    assert_eq!(arrive(&bench), [END]);

    let bench = told_by_mail();
    fires(&bench);
    fails(&bench, false);
    tells(&bench, 30, STILL);
    tells(&bench, 60, STILL);
    assert_eq!(arrive(&bench).len(), 1, "one alert, told late once");
}

#[test]
fn a_repeat_that_was_in_flight_with_its_alert_goes_with_the_end() {
    let bench = told_by_mail();
    fires(&bench);
    bench.work(|work| {
        let head = work.due(NOW, 1)?.pop().unwrap();
        work.attempt(head.id, NOW).map(drop)
    });
    tells(&bench, 30, STILL);
    bench.work(|work| {
        let head = OutboundId(1);
        work.postponed(head, NOW, "away", Arrived::No)
    });
    tells(&bench, 70, OVER);
    assert_eq!(arrive(&bench), [END]);
}

#[test]
fn where_a_repeat_arrives_its_end_arrives_also_when_the_first_message_was_refused() {
    let bench = told_by_mail();
    fires(&bench);
    fails(&bench, true);
    tells(&bench, 30, STILL);
    assert_eq!(arrive(&bench).len(), 1);
    tells(&bench, 70, OVER);
    assert_eq!(arrive(&bench), [END]);
}

#[test]
fn nobody_sees_alerts_of_routers_that_a_rule_denies() {
    let mut bench = Bench::well();
    for (number, name) in [(1, "R1"), (2, "R3")] {
        bench.alert(&alert(number, bench.id(name), Metric::Cpu, Severity::Critical, 94.0));
    }
    let grant = |name: &str, effect, selector: &str| Grant {
        id: GrantId(1),
        name: name.to_owned(),
        effect,
        subject: crate::model::person::Subject::Everyone,
        command: "@admin".to_owned(),
        selector: selector.parse().unwrap(),
        chat: "*".to_owned(),
    };
    let grants = vec![grant("all", Effect::Allow, "all"), grant("not-danang", Effect::Deny, "site:danang")];
    bench.facts.policy = Arc::new(Policy { grants });
    let shown = bench.ask("/alerts");
    assert!(shown.contains("#1 R1 CPU") && !shown.contains("R3"), "{shown}");
    assert!(shown.starts_with("🔴 1 alert is open"), "{shown}");
    assert!(shown.contains("1 more is of routers that you may not see"), "{shown}");
    assert!(!bench.ask("/alerts held").contains("R3"));
    bench.work(|work| {
        let silence = Silence {
            id: SilenceId(0),
            selector: "R3".parse().unwrap(),
            rule: None,
            object: None,
            author: PersonId(1),
            reason: Some("secret move".to_owned()),
            begins: NOW,
            ends: NOW.plus(Duration::from_secs(60)),
        };
        work.add_silence(&silence, &mail()).map(drop)
    });
    let silences = bench.ask("/silences");
    assert!(!silences.contains("secret move") && !silences.contains("R3"), "{silences}");
}

#[test]
fn more_of_a_silence_is_more_of_the_same_and_never_of_anything_else() {
    let bench = told_by_mail();
    fires(&bench);
    for (id, rule, button) in
        [(1, None, Some("/silence r3 1h")), (2, Some("cpu"), Some("/silence #1 1h")), (3, Some("link"), None)]
    {
        let silence = Silence {
            id: SilenceId(id),
            selector: "R3".parse().unwrap(),
            rule: rule.map(str::to_owned),
            object: rule.map(|_| String::new()),
            author: PersonId(1),
            reason: None,
            begins: NOW,
            ends: NOW.plus(Duration::from_secs(7_200)),
        };
        let facts = bench.facts.clone();
        let told = bench.work(move |work| {
            work.add_silence(&silence, &mail())?;
            warn_of_end(&Expiring { silence, place: mail() }, &facts, work)?;
            let due = work.due(NOW, 99)?;
            Ok(due.into_iter().find(|message| message.slot.0 == format!("silence/{id}/ends")).unwrap())
        });
        let buttons = format!("{:?}", told.document);
        match button {
            Some(line) => assert!(buttons.contains(&format!("{line:?}")), "{line}: {buttons}"),
            None => assert!(!buttons.contains("/silence"), "{buttons}"),
        }
    }
}
