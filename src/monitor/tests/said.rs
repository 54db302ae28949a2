//! What people read: every metric and every kind of notice, and the answer to why.

use super::*;
use crate::model::board::{Reach, Seen, System, Vitals};
use crate::model::{AlertKey, Block, Reader, Silence, Text};

pub fn said(text: &Text, now: Timestamp) -> String {
    texts::load("en").unwrap().render(text, &Reader::default(), now)
}

pub fn people(id: PersonId) -> String {
    if id == BOB { "bob" } else { "carol" }.to_owned()
}

pub fn vitals() -> Vitals {
    let system = System { reload_reason: Some("Reload Command".to_owned()), ..System::default() };
    Vitals {
        reach: Reach::Down(Text::verbatim("R3 does not answer on SSH (timed out)")),
        system: Some(Seen { at: NOON, value: system }),
        ..Vitals::default()
    }
}

/// Signs, lines and buttons.
fn printed(notice: &Notice, now: Timestamp) -> String {
    let (device, vitals) = (router(3, "R3"), vitals());
    let about = About { device: &device, vitals: Some(&vitals), people: &people, now };
    let document = document(notice, &about);
    let mut lines = Vec::new();
    for block in &document.blocks {
        match block {
            Block::Line { sign, text } | Block::Detail { sign, text } => {
                lines.push(format!("{} {}", sign.glyph(), said(text, now)).trim().to_owned());
            }
            other => lines.push(format!("{other:?}")),
        }
    }
    let buttons: Vec<String> =
        document.buttons.iter().map(|button| format!("[{}]", said(&button.label, now))).collect();
    lines.extend((!buttons.is_empty()).then(|| buttons.join(" ")));
    lines.join("\n")
}

pub fn alert(metric: Metric, object: &str, value: f64, limit: f64) -> Alert {
    let key = AlertKey { device: DeviceId(3), rule: metric.name().to_owned(), object: object.to_owned() };
    let mut alert = Alert::pending(key, metric, Severity::Critical, value, NOON);
    (alert.phase, alert.limit, alert.incident) = (Phase::Firing, limit, Some(IncidentId(7)));
    (alert.value_at, alert.looked_at) = (at(300), at(300));
    alert
}

pub fn notice(kind: NoticeKind, alert: Alert) -> Notice {
    Notice { kind, alert, at: at(300) }
}

#[test]
fn the_first_line_is_the_verdict_for_every_metric() {
    let mut lines = Vec::new();
    for (metric, object, value, limit) in [
        (Metric::Cpu, "", 94.0, 90.0),
        (Metric::Memory, "Processor", 90.4, 90.0),
        (Metric::MemoryStatus, "", 1.0, 0.0),
        (Metric::MemoryStatus, "", 2.0, 0.0),
        (Metric::In, "GigabitEthernet2", 8.5e8, 8e8),
        (Metric::Out, "GigabitEthernet1", 8.5e8, 8e8),
        (Metric::Utilisation, "GigabitEthernet1 in", 86.0, 80.0),
        (Metric::Utilisation, "TenGigabitEthernet0/0/1 out", 86.0, 80.0),
        (Metric::Link, "GigabitEthernet1", 1.0, 0.0),
        (Metric::Unreachable, "", 1.0, 0.0),
        (Metric::Rebooted, "", 1.0, 0.0),
        (Metric::Rebooted, "", 2.0, 0.0),
        (Metric::Refused, "", 1.0, 0.0),
        (Metric::Missing, "interfaces", 1.0, 0.0),
        (Metric::Clock, "", 75.0, 60.0),
    ] {
        let firing = printed(&notice(NoticeKind::Firing, alert(metric, object, value, limit)), at(300));
        let mut over = alert(metric, object, value, limit);
        (over.phase, over.value, over.clear_since) = (Phase::Resolved, 0.0, Some(at(660)));
        let kind = NoticeKind::Recovered { lasted: Duration::from_secs(660) };
        let recovered = printed(&notice(kind, over.clone()), at(700));
        over.phase = Phase::Closed(Closing::Shut);
        let closed = printed(&notice(NoticeKind::Closed { cause: Closing::Shut }, over), at(700));
        let first = |text: String| text.lines().next().unwrap().to_owned();
        lines.push([first(firing), recovered, closed].join("\n"));
    }
    expect![[r#"
        🔴 R3 CPU 94 % for 5 min (limit 90 %)
        ✅ R3 CPU back to 0 % after 11 min, peak 94 % (#7)
        🔕 R3 CPU closed: shut by admin (#7)
        🔴 R3 memory 90.4 % for 5 min (limit 90 %)
        ✅ R3 memory back to 0 % after 11 min, peak 90.4 % (#7)
        🔕 R3 memory closed: shut by admin (#7)
        🔴 R3 says that its memory runs short
        ✅ R3 says that its memory is healthy after 11 min (#7)
        🔕 R3 memory status closed: shut by admin (#7)
        🔴 R3 says that its memory is critically short
        ✅ R3 says that its memory is healthy after 11 min (#7)
        🔕 R3 memory status closed: shut by admin (#7)
        🔴 R3 Gi2 in 850 Mb/s for 5 min (limit 800 Mb/s)
        ✅ R3 Gi2 in back to 0 b/s after 11 min, peak 850 Mb/s (#7)
        🔕 R3 Gi2 in closed: shut by admin (#7)
        🔴 R3 Gi1 (to ISP-A) out 850 Mb/s for 5 min (limit 800 Mb/s)
        ✅ R3 Gi1 (to ISP-A) out back to 0 b/s after 11 min, peak 850 Mb/s (#7)
        🔕 R3 Gi1 (to ISP-A) out closed: shut by admin (#7)
        🔴 R3 Gi1 (to ISP-A) in 86 % for 5 min (limit 80 %)
        ✅ R3 Gi1 (to ISP-A) in back to 0 % after 11 min, peak 86 % (#7)
        🔕 R3 Gi1 (to ISP-A) in closed: shut by admin (#7)
        🔴 R3 Te0/0/1 out 86 % for 5 min (limit 80 %)
        ✅ R3 Te0/0/1 out back to 0 % after 11 min, peak 86 % (#7)
        🔕 R3 Te0/0/1 out closed: shut by admin (#7)
        🔴 R3 Gi1 (to ISP-A) is down
        ✅ R3 Gi1 (to ISP-A) is up after 11 min (#7)
        🔕 R3 Gi1 (to ISP-A) link closed: shut by admin (#7)
        🔴 R3 answers neither on RESTCONF nor on SSH
        ✅ R3 answers again after 11 min (#7)
        🔕 R3 unreachable closed: shut by admin (#7)
        🔴 R3 rebooted, and not through Patchbay: Reload Command
        ✅ R3 has stayed up since its reboot (#7)
        🔕 R3 reboot closed: shut by admin (#7)
        🔴 R3 crashed and rebooted: Reload Command
        ✅ R3 has stayed up since its reboot (#7)
        🔕 R3 reboot closed: shut by admin (#7)
        🔴 R3 refuses the bot's login over RESTCONF and is not asked again
        ✅ R3 accepts the bot's login again after 11 min (#7)
        🔕 R3 login refused closed: shut by admin (#7)
        🔴 R3 gives no interfaces data
        ✅ R3 gives interfaces data again after 11 min (#7)
        🔕 R3 interfaces data closed: shut by admin (#7)
        🔴 R3 clock error 1 min 15 s for 5 min (limit 1 min)
        ✅ R3 clock error back to 0 s after 11 min, peak 1 min 15 s (#7)
        🔕 R3 clock error closed: shut by admin (#7)"#]]
    .assert_eq(&lines.join("\n"));
}

#[test]
fn every_kind_says_what_it_is() {
    let kinds = [
        NoticeKind::Firing,
        NoticeKind::Still { times: 2 },
        NoticeKind::SeverityRose,
        NoticeKind::AckExpired { by: BOB },
        NoticeKind::SilenceEnded,
        NoticeKind::Edited,
    ];
    let mut lines: Vec<String> = kinds
        .into_iter()
        .map(|kind| printed(&notice(kind, alert(Metric::Cpu, "", 94.0, 90.0)), at(300)))
        .collect();
    let mut taken = alert(Metric::Cpu, "", 96.0, 90.0);
    taken.peak = 98.0;
    taken.ack =
        Some(crate::model::Ack { by: BOB, at: at(310), until: at(14_710), note: Some("cable".into()) });
    taken.held = Some(Hold::Silence(SilenceId(3)));
    lines.push(printed(&notice(NoticeKind::Edited, taken.clone()), at(320)));
    taken.unknown_since = Some(at(360));
    lines.push(printed(&notice(NoticeKind::Edited, taken.clone()), at(360)));
    (taken.unknown_since, taken.clear_since, taken.value) = (None, Some(at(660)), 41.0);
    (taken.phase, taken.held) = (Phase::Clearing, None);
    lines.push(printed(&notice(NoticeKind::Edited, taken.clone()), at(700)));
    taken.phase = Phase::Resolved;
    let kind = NoticeKind::Recovered { lasted: Duration::from_secs(660) };
    lines.push(printed(&notice(kind, taken), at(700)));
    let mut again = alert(Metric::Cpu, "", 94.0, 90.0);
    again.again = Some(crate::model::Again { count: 2, span: Duration::from_secs(720) });
    lines.push(printed(&notice(NoticeKind::Firing, again), at(300)));
    lines.push(printed(&notice(NoticeKind::Firing, alert(Metric::Unreachable, "", 1.0, 0.0)), at(300)));
    expect![[r#"
        🔴 R3 CPU 94 % for 5 min (limit 90 %)
        danang · edge · since 12:00 · #7
        [Acknowledge] [Silence 1 h] [Silence 4 h] [Graph] [Status]

        🔴 Still: R3 CPU 94 % for 5 min (limit 90 %)
        danang · edge · since 12:00 · #7
        [Acknowledge] [Silence 1 h] [Silence 4 h] [Graph] [Status]

        🔴 Now critical: R3 CPU 94 % for 5 min (limit 90 %)
        danang · edge · since 12:00 · #7
        [Acknowledge] [Silence 1 h] [Silence 4 h] [Graph] [Status]

        🔴 R3 CPU 94 % for 5 min (limit 90 %); the time that bob took for it is over
        danang · edge · since 12:00 · #7
        [Acknowledge] [Silence 1 h] [Silence 4 h] [Graph] [Status]

        🔴 R3 CPU 94 % for 5 min (limit 90 %); its silence is over
        danang · edge · since 12:00 · #7
        [Acknowledge] [Silence 1 h] [Silence 4 h] [Graph] [Status]

        🔴 R3 CPU 94 %, peak 94 %, since 12:00
        danang · edge · since 12:00 · #7
        [Acknowledge] [Silence 1 h] [Silence 4 h] [Graph] [Status]

        🔴 R3 CPU 96 %, peak 98 %, since 12:00 · taken by bob until 16:05
        danang · edge · since 12:00 · #7
        note: cable
        🔕 silenced (#3)
        [Give it back] [End the silence] [Graph] [Status]

        🔴 R3 CPU last 96 % at 12:05, no data since · taken by bob until 16:05
        danang · edge · since 12:00 · #7
        note: cable
        🔕 silenced (#3)
        [Give it back] [End the silence] [Graph] [Status]

        🔴 R3 CPU 41 %, peak 98 %, since 12:00 · clear since 12:11 · taken by bob until 16:05
        danang · edge · since 12:00 · #7
        note: cable
        [Give it back] [Silence 1 h] [Silence 4 h] [Graph] [Status]

        ✅ R3 CPU back to 41 % after 11 min, peak 98 % (#7, bob)

        🔴 R3 CPU 94 % for 5 min (limit 90 %): again, 2 times in 12 min
        danang · edge · since 12:00 · #7
        [Acknowledge] [Silence 1 h] [Silence 4 h] [Graph] [Status]

        🔴 R3 answers neither on RESTCONF nor on SSH
        danang · edge · since 12:00 · #7
        R3 does not answer on SSH (timed out)
        [Acknowledge] [Silence 1 h] [Silence 4 h] [Status]"#]]
    .assert_eq(&lines.join("\n\n"));
}

#[test]
fn it_fires_again_when_it_ended_not_long_ago() {
    let earlier = [(at(0), at(300)), (at(-900), at(-600)), (at(-5_000), at(-4_000))];
    let count = |since: i64, earlier: &[(Timestamp, Timestamp)]| {
        again(earlier, at(since), at(since + 300)).map(|again| (again.count, again.span.as_secs()))
    };
    assert_eq!(count(420, &earlier), Some((3, 1_620)));
    assert_eq!(count(420, &earlier[..1]), Some((2, 720)));
    assert_eq!(count(901, &earlier), None);
    assert_eq!(count(420, &[]), None);
}

#[test]
fn why_says_state_reasons_timers_and_what_holds() {
    let device = router(3, "R3");
    let mut world = World::new(rule("cpu"));
    let mut history: Vec<Transition> = Vec::new();
    let silences = [Silence {
        id: SilenceId(1),
        selector: crate::model::Selector::all(),
        rule: None,
        object: None,
        author: CAROL,
        reason: Some("line work".to_owned()),
        begins: at(0),
        ends: at(3_600),
    }];
    let mut parts = Vec::new();
    let observed = |value| Input::Observed(Reading::Known(value));
    let ack = Input::Ack { by: BOB, note: Some("on it".to_owned()), until: at(9_000) };
    let unknown = Input::Observed(Reading::Unknown(Why::NoAnswer));
    for (second, silenced, input) in [
        (0, false, observed(95.0)),
        (150, false, observed(95.0)),
        (300, false, observed(95.0)),
        (360, true, ack),
        (400, false, Input::Unack { by: CAROL }),
        (420, false, unknown),
        (480, false, observed(50.0)),
    ] {
        world.gate = silenced.then_some(Hold::Silence(SilenceId(1)));
        history.extend(world.step(second, &input).transitions);
        if [0, 300, 360, 420, 480].contains(&second) {
            let about = About { device: &device, vitals: None, people: &people, now: at(second) };
            let rule = rule("cpu");
            let lines = why(Some(&rule), world.alert.as_ref().unwrap(), &history, &silences, None, &about);
            parts.push(lines.iter().map(|line| said(line, at(second))).collect::<Vec<_>>().join("\n"));
        }
    }
    expect![[r#"
        R3 CPU: pending since 12:00, nobody was told
        last value 95 % at 12:00, peak 95 %
        rule cpu: raises above 90 %, clears at or below 80 %
        12:00 first value over the limit (95 %)
        fires after 5 min more over the limit; 1 of 3 values so far

        R3 CPU: firing since 12:00, critical
        last value 95 % at 12:05, peak 95 %
        rule cpu: raises above 90 %, clears at or below 80 %
        12:00 first value over the limit (95 %)
        12:05 over the limit for long enough: it fires (95 %)
        told again at 12:35, in 30 min; 0 repeats so far
        nothing holds it back

        R3 CPU: firing since 12:00, critical
        last value 95 % at 12:05, peak 95 %
        rule cpu: raises above 90 %, clears at or below 80 %
        12:00 first value over the limit (95 %)
        12:05 over the limit for long enough: it fires (95 %)
        12:06 acknowledged (bob)
        12:06 a silence began (95 %)
        not told again while somebody is on it
        bob took it at 12:06, until 14:30: on it
        held back by silence #1 of carol until 13:00 (line work)

        R3 CPU: firing since 12:00, critical
        last value 95 % at 12:05, peak 95 %
        rule cpu: raises above 90 %, clears at or below 80 %
        12:00 first value over the limit (95 %)
        12:05 over the limit for long enough: it fires (95 %)
        12:06 acknowledged (bob)
        12:06 a silence began (95 %)
        12:06 acknowledgement taken back (carol)
        12:06 its silence ended (95 %)
        told again at 12:36, in 30 min; 0 repeats so far
        nothing holds it back
        no value since 12:05; closed as not confirmed at Nov 24 12:07

        R3 CPU: fired, clearing; since 12:00
        last value 50 % at 12:08, peak 95 %
        rule cpu: raises above 90 %, clears at or below 80 %
        12:00 first value over the limit (95 %)
        12:05 over the limit for long enough: it fires (95 %)
        12:06 acknowledged (bob)
        12:06 a silence began (95 %)
        12:06 acknowledgement taken back (carol)
        12:06 its silence ended (95 %)
        12:08 first value that is well (50 %)
        is over after 2 min more of values that are well, at least two
        not told again while it clears
        nothing holds it back"#]]
    .assert_eq(&parts.join("\n\n"));
}

#[test]
fn a_downtime_of_the_bot_is_told() {
    let mut cpu = alert(Metric::Cpu, "", 95.0, 90.0);
    let missed = crate::model::Missed { from: at(120), until: at(1_200), still: true };
    cpu.missed = Some(missed);
    expect![[r#"
        🔴 Still: R3 CPU 95 % for 5 min (limit 90 %)
        danang · edge · since 12:00 · #7
        this was due while the bot was down, 12:02 to 12:20
        [Acknowledge] [Silence 1 h] [Silence 4 h] [Graph] [Status]"#]]
    .assert_eq(&printed(&notice(NoticeKind::Still { times: 1 }, cpu.clone()), at(1_300)));
    cpu.phase = Phase::Resolved;
    (cpu.value, cpu.clear_since) = (41.0, Some(at(1_260)));
    let kind = NoticeKind::Recovered { lasted: Duration::from_secs(1_260) };
    expect!["✅ R3 CPU back to 41 % after 21 min, peak 95 % (#7)"]
        .assert_eq(&printed(&notice(kind.clone(), cpu.clone()), at(1_300)));
    cpu.missed = Some(crate::model::Missed { still: false, ..missed });
    expect!["✅ R3 CPU back to 41 % at some time between 12:02 and 12:21, peak 95 % (#7)"]
        .assert_eq(&printed(&notice(kind, cpu), at(1_300)));
}
