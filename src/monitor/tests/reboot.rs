//! A planned reboot: what is held in its window, what speaks after it, and a router that does not come back.

use super::said::{alert, notice, people, said, vitals};
use super::*;
use crate::model::{Again, Block, Document, Missed};

const FIRED: &str = "0 95, 100 95, 200 95, 300 95,";

#[test]
fn what_fires_in_the_window_is_told_at_its_end_or_after_two_values() {
    check(
        &format!("0 reboot, {FIRED} 900 over"),
        expect![[r#"
        0 95: FirstBreach
        300 95: HeldLongEnough HeldForReboot
        900 over: HoldEnded ToldAfterHold -> Firing"#]],
    );
    check(
        &format!("0 reboot, {FIRED} 900 well, 960 95, 1000 tick, 1020 95"),
        expect![[r#"
        0 95: FirstBreach
        300 95: HeldLongEnough HeldForReboot
        1020 95: HoldEnded ToldAfterHold -> Firing"#]],
    );
    // Well again before two values have come.
    check(
        &format!("0 reboot, {FIRED} 900 well, 960 50, 1020 50, 1080 50"),
        expect![[r#"
        0 95: FirstBreach
        300 95: HeldLongEnough HeldForReboot
        960 50: FirstClear
        1020 50: HoldEnded
        1080 50: ClearLongEnough"#]],
    );
}

#[test]
fn what_was_told_before_the_window_is_not_told_again_and_ends_aloud() {
    check(
        &format!("{FIRED} 330 reboot, 360 95, 2100 tick, 2200 over, 4000 tick"),
        expect![[r#"
        0 95: FirstBreach
        300 95: HeldLongEnough -> Firing
        330 reboot: HeldForReboot
        2200 over: HoldEnded RepeatDue -> Still { times: 1 }
        4000 tick: RepeatDue -> Still { times: 2 }"#]],
    );
    check(
        &format!("{FIRED} 330 reboot, 360 50, 420 50, 480 50"),
        expect![[r#"
        0 95: FirstBreach
        300 95: HeldLongEnough -> Firing
        330 reboot: HeldForReboot
        360 50: FirstClear -> Edited
        480 50: ClearLongEnough -> Recovered { lasted: 360s }"#]],
    );
}

#[test]
fn a_silence_inside_the_window_keeps_its_word() {
    check(
        &format!("0 silence, {FIRED} 400 reboot, 500 95, 600 silence, 700 free"),
        expect![[r#"
        0 95: FirstBreach
        300 95: HeldLongEnough Silenced
        400 reboot: SilenceEnded HeldForReboot
        600 silence: HoldEnded Silenced
        700 free: SilenceEnded ToldAfterHold -> SilenceEnded"#]],
    );
}

#[test]
fn a_router_that_does_not_come_back_fires_at_once() {
    let unreachable = || rule("unreachable");
    // No look has noticed.
    check_under(
        unreachable(),
        "900 lost, 930 1, 2700 tick",
        expect![[r#"
        900 lost: FirstBreach NotBack -> Firing
        2700 tick: RepeatDue -> Still { times: 1 }"#]],
    );
    // It was pending, and it fired held.
    check_under(
        unreachable(),
        "880 reboot, 890 1, 900 lost, 915 1, 930 1",
        expect![[r#"
            890 1: FirstBreach
            900 lost: NotBack -> Firing"#]],
    );
    check_under(
        unreachable(),
        "0 reboot, 10 1, 25 1, 40 1, 900 lost, 901 1",
        expect![[r#"
            10 1: FirstBreach
            40 1: HeldLongEnough HeldForReboot
            900 lost: NotBack HoldEnded ToldAfterHold -> Firing"#]],
    );
    check_under(
        unreachable(),
        "0 reboot, 10 1, 25 1, 40 1, 880 0, 900 lost, 930 0, 945 0",
        expect![[r#"
            10 1: FirstBreach
            40 1: HeldLongEnough HeldForReboot
            880 0: FirstClear
            900 lost: NotBack HoldEnded ToldAfterHold -> Firing
            930 0: FirstClear -> Edited
            945 0: ClearLongEnough -> Recovered { lasted: 920s }"#]],
    );
    // It was told already: that message says it from now on, and nobody is rung twice.
    check_under(
        unreachable(),
        "10 1, 25 1, 40 1, 900 lost, 960 0, 980 0",
        expect![[r#"
        10 1: FirstBreach
        40 1: HeldLongEnough -> Firing
        900 lost: NotBack -> Edited
        960 0: FirstClear -> Edited
        980 0: ClearLongEnough -> Recovered { lasted: 950s }"#]],
    );
    // Somebody wants quiet.
    check_under(
        unreachable(),
        "0 silence, 900 lost, 950 1, 1000 free",
        expect![[r#"
        900 lost: FirstBreach NotBack Silenced
        1000 free: SilenceEnded ToldAfterHold -> SilenceEnded"#]],
    );
    let mut warning = World::new(Rule { severity: Severity::Warning, ..unreachable() });
    warning.play("900 lost, 960 1, 1020 1");
    assert_eq!(warning.alert.unwrap().severity, Severity::Critical);
}

#[test]
fn only_a_router_that_does_not_answer_is_lost() {
    check("900 lost", expect![[""]]);
}

#[test]
fn a_router_that_did_not_come_back_says_so_to_its_end() {
    let mut lost = alert(Metric::Unreachable, "", 1.0, 0.0);
    lost.lost = Some(given_up(-900));
    let mut back = Alert { phase: Phase::Resolved, clear_since: Some(at(440)), ..lost.clone() };
    let mut device = router(3, "R3");
    device.note = "Console: ts1 port 12. Site contact: 0900 000 000.".to_owned();
    let vitals = vitals();
    let about = About { device: &device, vitals: Some(&vitals), people: &people, now: at(300) };
    let words = |document: &Document| {
        let texts = document.blocks.iter().filter_map(|block| match block {
            Block::Line { text, .. } | Block::Detail { text, .. } => Some(said(text, at(300))),
            _ => None,
        });
        texts.collect::<Vec<_>>().join("\n")
    };
    let told = |kind: NoticeKind, alert: &Alert| words(&document(&notice(kind, alert.clone()), &about));
    expect![[r#"
        R3 did not come back within 15 min after the reboot asked by bob
        danang · edge · since 12:00 · #7
        R3 does not answer on SSH (timed out)
        last seen 11:45
        last good backup 11:35
        Console: ts1 port 12. Site contact: 0900 000 000."#]]
    .assert_eq(&told(NoticeKind::Firing, &lost));
    let again = Alert { again: Some(Again { count: 2, span: Duration::from_secs(60) }), ..lost.clone() };
    assert_eq!(told(NoticeKind::Firing, &again), told(NoticeKind::Firing, &lost));
    expect!["Still: R3 did not come back within 15 min after the reboot asked by bob"]
        .assert_eq(told(NoticeKind::Still { times: 1 }, &lost).lines().next().unwrap());
    expect!["R3 did not come back within 15 min after the reboot asked by bob"]
        .assert_eq(told(NoticeKind::Edited, &lost).lines().next().unwrap());
    let over = NoticeKind::Recovered { lasted: Duration::from_secs(440) };
    expect!["R3 is back, 22 min after the reboot asked by bob (#7)"].assert_eq(&told(over.clone(), &back));
    back.missed = Some(Missed { from: at(310), until: at(420), still: false });
    expect!["R3 is back at some time between 12:05 and 12:07; it had not come back in time after the reboot asked by bob (#7)"].assert_eq(&told(over, &back));
    let lines = why(None, &lost, &[], &[], None, &about);
    assert!(lines.iter().any(|line| said(line, at(300)).contains("did not come back within 15 min")));
    lost.lost = lost.lost.map(|lost| Lost { backup: None, last_seen: None, ..lost });
    expect![[r#"
        R3 did not come back within 15 min after the reboot asked by bob
        danang · edge · since 12:00 · #7
        R3 does not answer on SSH (timed out)
        no backup of R3 is known
        Console: ts1 port 12. Site contact: 0900 000 000."#]]
    .assert_eq(&told(NoticeKind::Firing, &lost));
}
