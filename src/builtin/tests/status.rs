//! `/status`: the verdict, what is not well, and what nobody knows.

use super::*;

#[test]
fn all_well_is_one_line() {
    Bench::well().check(
        "/status",
        expect![[r#"
        ✅ All 5 routers are well
        [List] /status all list
    "#]],
    );
}

#[test]
fn the_worst_comes_first_and_the_well_are_counted() {
    let mut bench = Bench::well();
    let (r2, r3) = (bench.id("R2"), bench.id("R3"));
    bench.alert(&alert(7, r3, Metric::Cpu, Severity::Warning, 91.0));
    bench.change("R3", |vitals| vitals.cpu = Some(seen(91.0, 20)));
    bench.alert(&alert(9, r2, Metric::Unreachable, Severity::Critical, 1.0));
    bench.change("R2", |vitals| {
        vitals.reach = Reach::Down(Text::verbatim("did not answer within 10 s"));
        vitals.reach_since = Some(ago(1_320));
        vitals.answered_at = Some(ago(1_400));
    });
    bench.change("R5", |vitals| vitals.system.as_mut().unwrap().value.unsaved = Some(true));
    bench.check(
        "/status all",
        expect![[r#"
        🔴 2 of 5 routers need a look
        🔴 R2  does not answer since 13:40 (#9)
           did not answer within 10 s · last answer 23 min 20 s ago
        ⚠️ R3  CPU 91 % since 13:52 (#7)
           up 90 d · memory 44 % · Gi1 in 41 %
        ✏️ R5  changes not saved
        ✅ 2 others are well
        [List] /status all list
    "#]],
    );
    bench.check(
        "/status all list",
        expect![[r#"
            🔴 2 of 5 routers need a look
               router | state | CPU | mem | up
               R2 | down | - | - | -
               R3 | alert #7 | 91 % | 44 % | 90 d
               R5 | unsaved | 16 % | 44 % | 90 d
               R1 | well | 12 % | 44 % | 90 d
               R4 | well | 15 % | 44 % | 90 d
        "#]],
    );
}

#[test]
fn each_way_of_not_being_reached_has_its_words() {
    let mut bench = Bench::well();
    let why = |words: &str| Text::verbatim(words);
    bench.change("R1", |vitals| vitals.reach = Reach::Refused(why("the password is refused (401)")));
    bench.change("R2", |vitals| vitals.reach = Reach::NoRestconf(why("connection refused")));
    bench.change("R3", |vitals| {
        vitals.cpu = Some(seen(12.0, 700));
        vitals.interfaces = None;
        vitals.answered_at = Some(ago(700));
    });
    bench.check(
        "/status",
        expect![[r#"
            ⚠️ 3 of 5 routers need a look
            ⚠️ R1  refuses the login over RESTCONF since Nov 22 14:02
               the password is refused (401) · last answer 20 s ago
            ⚠️ R2  no RESTCONF since Nov 22 14:02, SSH answers
               connection refused · last answer 20 s ago
            ⚠️ R3  has values that are 11 min 40 s old
               up 90 d · CPU 12 % (11 min 40 s old) · memory 44 %
            ✅ 2 others are well
            [List] /status all list
        "#]],
    );
}

#[test]
fn the_unknown_and_the_unwatched_are_never_well() {
    let mut bench = Bench::well();
    let mut devices = bench.facts.inventory.devices().to_vec();
    devices[1].monitored = false;
    bench.facts.inventory = Arc::new(Inventory::new(devices));
    let r4 = bench.id("R4");
    let mut board = bench.facts.board.0.clone();
    board.remove(&r4);
    bench.facts.board = Arc::new(Board(board));
    bench.check(
        "/status",
        expect![[r#"
            ❓ None of 5 routers needs a look, but nothing fresh is known of 1
            ❓ R4 was not polled yet
            🔕 R2 is not monitored
            ✅ 3 others are well
            [List] /status all list
        "#]],
    );
    bench.check(
        "/status R2",
        expect![[r#"
            🔕 R2 is not monitored
               answered  20 s ago, in 0.1 s
               CPU  13 %
               memory  44 %
               up  90 d (Reload Command)
               version  17.9.4a
               configuration saved
               Gi1  in 412 Mb/s (41 %), out 96 Mb/s (9.6 %)
               Gi2  in 120 Mb/s (12 %), out 3 Mb/s (0.3 %)
               3 of 3 interfaces are up
               To watch it: /device set R2 monitored=yes
               last backup  none
            [Traffic] /bw R2
            [Log] /logs R2
        "#]],
    );
    bench.check(
        "/status R4",
        expect![[r#"
            ❓ R4 was not polled yet
               The first values come within about 1 min.
               last backup  none
            [Traffic] /bw R4
            [Log] /logs R4
        "#]],
    );
    Bench::new().check(
        "/status",
        expect![[r#"
        ❓ No values of 5 routers yet; the first ones come within about 1 min
        [List] /status all list
    "#]],
    );
}

#[test]
fn values_from_before_the_start_are_unknown_and_not_an_alarm() {
    let mut bench = Bench::well();
    bench.facts.now.boot = ago(10);
    bench.change("R1", |vitals| {
        vitals.cpu = Some(seen(12.0, 7_000));
        vitals.interfaces = Some(seen(Vec::new(), 7_000));
    });
    bench.check(
        "/status",
        expect![[r#"
            ❓ None of 5 routers needs a look, but nothing fresh is known of 1
            ❓ R1 has no fresh values yet
            ✅ 4 others are well
            [List] /status all list
        "#]],
    );
}

#[test]
fn one_router_shows_all_of_it() {
    let mut bench = Bench::well();
    bench.check(
        "/status R1",
        expect![[r#"
        ✅ R1 is well
           answered  20 s ago, in 0.1 s
           CPU  12 %
           memory  44 %
           up  90 d (Reload Command)
           version  17.9.4a
           configuration saved
           Gi1  in 412 Mb/s (41 %), out 96 Mb/s (9.6 %)
           Gi2  in 120 Mb/s (12 %), out 3 Mb/s (0.3 %)
           3 of 3 interfaces are up
           last backup  none
        [Traffic] /bw R1
        [Log] /logs R1
    "#]],
    );
    let r3 = bench.id("R3");
    let mut link = alert(12, r3, Metric::Link, Severity::Critical, 1.0);
    link.key.object = "GigabitEthernet1".to_owned();
    link.ack =
        Some(Ack { by: PersonId(1), at: ago(60), until: NOW.plus(Duration::from_secs(60)), note: None });
    bench.alert(&link);
    bench.alert(&alert(7, r3, Metric::Cpu, Severity::Warning, 91.0));
    bench.change("R3", |vitals| {
        let system = &mut vitals.system.as_mut().unwrap().value;
        system.crashed = true;
        system.reload_reason = Some("Critical process fault".to_owned());
        system.clock_off = Some(-190);
        vitals.memory_status = Some(seen(board::MemoryStatus::Warning, 10));
        vitals.interfaces.as_mut().unwrap().value[0].up = false;
        vitals.interfaces.as_mut().unwrap().value[0].received = Reading::Unknown(Why::NoSpeed);
    });
    bench.check(
        "/status R3",
        expect![[r#"
            🔴 R3 Gi1 is down since 13:52 (#12, taken by alice), CPU 91 % since 13:52 (#7)
               answered  20 s ago, in 0.1 s
               CPU  14 %
               memory  44 %
               ⚠️ memory short, says the router
               up  90 d, after a crash (Critical process fault)
               version  17.9.4a
               configuration saved
               ⚠️ its clock is 3 min 10 s behind mine
               Gi2  in 120 Mb/s (12 %), out 3 Mb/s (0.3 %)
               ⚠️ Gi1 is down since 12:02
               2 of 3 interfaces are up
               last backup  none
            [Traffic] /bw R3
            [Log] /logs R3
        "#]],
    );
}

#[test]
fn who_left_it_unsaved_is_said_only_where_a_backup_proves_it() {
    let mut bench = Bench::well();
    bench.change("R5", |vitals| vitals.system.as_mut().unwrap().value.unsaved = Some(true));
    let line = |bench: &Bench| {
        let answer = bench.ask("/status");
        answer.lines().find(|line| line.contains("R5")).unwrap().to_owned()
    };
    assert_eq!(line(&bench), "✏️ R5  changes not saved");
    let r5 = bench.id("R5");
    let version = |at: Timestamp, changed_at: &str, body: &str| {
        let configuration = Configuration {
            redacted: format!("{body}\nend\n"),
            sealed: Sealed(Vec::new()),
            bytes: 1_000,
            author: Some("bob".to_owned()),
            changed_at: Some(changed_at.to_owned()),
            complete: true,
        };
        bench.work(move |work| work.add_version(r5, &configuration, None, at).map(drop));
    };
    // Before the boot: somebody else may have changed it since.
    version(ago(91 * 86_400), "09:12:04 UTC Mon Aug 24 2026", "hostname a");
    assert_eq!(line(&bench), "✏️ R5  changes not saved");
    version(ago(3_600), "09:12:04 UTC Mon Nov 23 2026", "hostname b");
    assert_eq!(line(&bench), "✏️ R5  changes not saved (bob, 09:12)");
    version(ago(1_800), "09:12:04 ICT Mon Nov 23 2026", "hostname c");
    assert_eq!(line(&bench), "✏️ R5  changes not saved (bob, 09:12:04 ICT Mon Nov 23 2026)");
    assert!(bench.ask("/status R5").contains("changes not saved (bob"));
}

#[test]
fn many_are_cut_and_counted() {
    let mut bench = Bench::new();
    let devices: Vec<Device> = (1..=40)
        .map(|number| Device {
            id: DeviceId(number),
            ..crate::builtin::blank(&format!("N{number}")).unwrap()
        })
        .collect();
    bench.facts.inventory = Arc::new(Inventory::new(devices));
    for number in 1..=20 {
        bench.see(
            &format!("N{number}"),
            Vitals {
                reach: Reach::Down(Text::verbatim("no answer")),
                reach_since: Some(ago(300)),
                ..Vitals::default()
            },
        );
    }
    let answer = bench.ask("/status");
    assert!(answer.starts_with("🔴 20 of 40 routers need a look\n"), "{answer}");
    assert!(answer.contains("⚠️ 5 more need a look\n"), "{answer}");
    assert!(
        answer.contains("❓ 20 were not polled yet: N21, N22, N23, N24, N25, N26, N27, N28 and 12 more\n"),
        "{answer}"
    );
    let list = bench.ask("/status all list");
    assert!(list.contains("10 more lines are in the file"), "{list}");
    assert!(
        list.contains("file status_20261123-140200.txt\nN1  does not answer since 13:57 · no answer\n"),
        "{list}"
    );
}
