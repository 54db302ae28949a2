//! `/bw`: one interface over time, and the busiest ones.

use super::*;

const GI1: &str = "GigabitEthernet1";

/// Six hours of a value each five minutes, the highest one at 13:20.
fn track(device: DeviceId, metric: Metric, least: f64, most: f64) -> Track {
    let points = (0..72).map(|at| {
        let at = ago((72 - at) * 300);
        let value = if at == ago(42 * 60) { most } else { least };
        Point { at, value, peak: value }
    });
    let series = Series { device, metric, object: GI1.to_owned() };
    Track { series, step: Duration::from_secs(300), points: points.collect() }
}

fn history(bench: &mut Bench) {
    let id = bench.id("R1");
    let at = ago(42 * 60);
    let mut tracks = vec![track(id, Metric::In, 300e6, 300e6), track(id, Metric::Out, 80e6, 80e6)];
    tracks[0].points.push(Point { at, value: 500e6, peak: 640e6 });
    tracks[1].points.push(Point { at: ago(37 * 60), value: 110e6, peak: 120e6 });
    bench.facts.tracks = Arc::new(tracks);
}

#[test]
fn one_interface_says_now_peak_and_percentile_and_has_a_picture() {
    let mut bench = Bench::well();
    history(&mut bench);
    bench.check(
        "/bw r1 gi1",
        expect![[r#"
            R1 Gi1 "to ISP-A": in 412 Mb/s (41 %), out 96 Mb/s (9.6 %) of 1 Gb/s
               95th percentile: in 300 Mb/s, out 80 Mb/s
            picture R1-Gi1: R1 Gi1 to ISP-A
            [24h] /bw R1 Gi1 24h
            [7d] /bw R1 Gi1 7d
        "#]],
    );
}

#[test]
fn the_picture_asks_for_both_directions_and_marks_what_happened() {
    let mut bench = Bench::well();
    history(&mut bench);
    bench.change("R1", |vitals| {
        let system = &mut vitals.system.as_mut().unwrap().value;
        system.boot_time = Some(ago(3_600 - 30));
        system.clock_off = Some(30);
    });
    let r1 = bench.id("R1");
    bench.work(move |work| {
        let configuration = Configuration {
            redacted: "end\n".to_owned(),
            sealed: Sealed(Vec::new()),
            bytes: 4,
            author: None,
            changed_at: None,
            complete: true,
        };
        work.add_version(r1, &configuration, None, ago(7_200))?;
        work.add_version(r1, &configuration, None, ago(600))
    });
    bench.facts.simulated_until = Some(ago(900));
    let document = bench.document("/bw R1 Gi1 2h").unwrap();
    assert!(plain(&document).contains("Values before 13:47 are simulated."));
    let picture = document.blocks.iter().find_map(|block| match block {
        Block::Picture(picture) => Some(picture.clone()),
        _ => None,
    });
    let picture = picture.unwrap();
    let series = |metric| Series { device: r1, metric, object: GI1.to_owned() };
    let drawn: Vec<Series> = picture.curves.iter().map(|curve| curve.series.clone()).collect();
    assert_eq!(drawn, [series(Metric::In), series(Metric::Out)]);
    assert_eq!((picture.from, picture.to), (ago(7_200), NOW));
    assert_eq!(picture.capacity, Some(1e9));
    assert_eq!(picture.simulated_until, Some(ago(900)));
    let mark = |seconds, what| Mark { at: ago(seconds), what };
    let marks = [mark(7_200, Marked::Backup), mark(3_600, Marked::Reboot), mark(600, Marked::Backup)];
    assert_eq!(picture.marks, marks);
    let resolved = bench.resolved("/bw R1 Gi1 2h").unwrap();
    let wanted = (crate::builtin::bw::BW.wants)(&resolved, &bench.facts);
    assert_eq!(wanted, Wanted { series: drawn, from: ago(7_200), to: NOW });
    let none = bench.resolved("/bw R1").unwrap();
    assert!((crate::builtin::bw::BW.wants)(&none, &bench.facts).series.is_empty());
}

#[test]
fn without_values_it_is_said_why() {
    let mut bench = Bench::well();
    bench.check(
        "/bw R1 Gi1",
        expect![[r#"
        R1 Gi1 "to ISP-A": in 412 Mb/s (41 %), out 96 Mb/s (9.6 %) of 1 Gb/s
           Nothing was measured in the last 6 h.
        [24h] /bw R1 Gi1 24h
        [7d] /bw R1 Gi1 7d
    "#]],
    );
    let change = |bench: &mut Bench, change: fn(&mut Interface)| {
        bench.change("R1", |vitals| change(&mut vitals.interfaces.as_mut().unwrap().value[0]));
        bench.ask("/bw R1 Gi1 6h").lines().take(2).collect::<Vec<_>>().join("\n")
    };
    let unknown = change(&mut bench, |interface| {
        interface.received = Reading::Unknown(Why::First);
        interface.sent = Reading::Unknown(Why::First);
    });
    expect![[r#"
        ❓ R1 Gi1 "to ISP-A": no rates: there is nothing to compare with yet; the next poll brings a value
           Nothing was measured in the last 6 h."#]]
    .assert_eq(&unknown);
    let half = change(&mut bench, |interface| {
        interface.received = Reading::Known(5e6);
        interface.sent = Reading::Unknown(Why::NarrowCounter);
        interface.speed = None;
    });
    expect![[r#"
        R1 Gi1 "to ISP-A": in 5 Mb/s, out unknown
           ❓ out: the router counts it with 32 bits only, too few at this speed"#]]
    .assert_eq(&half);
    expect![[r#"
        ⚠️ R1 Gi1 "to ISP-A" is down since 12:02
           Nothing was measured in the last 6 h."#]]
    .assert_eq(&change(&mut bench, |interface| interface.up = false));
    expect![[r#"
        🔕 R1 Gi1 "to ISP-A" is shut
           Nothing was measured in the last 6 h."#]]
    .assert_eq(&change(&mut bench, |interface| interface.enabled = false));
    Bench::new().check(
        "/bw R1 Gi1",
        expect![[r#"
            ❓ R1 Gi1 is not known: not polled yet. See /status R1
        "#]],
    );
    bench.change("R2", |vitals| vitals.interfaces.as_mut().unwrap().at = ago(200));
    expect![[r#"R2 Gi1 "to ISP-A": in 412 Mb/s (41 %), out 96 Mb/s (9.6 %) of 1 Gb/s, 3 min 20 s ago"#]]
        .assert_eq(bench.ask("/bw R2 Gi1").lines().next().unwrap_or_default());
}

#[test]
fn each_reason_has_its_words() {
    let mut bench = Bench::well();
    let all = [
        Why::First,
        Why::CounterWentDown,
        Why::Rebooted,
        Why::Discontinuity,
        Why::SpeedChanged,
        Why::NoSpeed,
        Why::TooSoon,
        Why::TooLate,
        Why::Implausible,
        Why::NarrowCounter,
        Why::NotReported,
        Why::NoAnswer,
    ];
    let mut told = Vec::new();
    for why in all {
        bench.change("R1", |vitals| {
            let interface = &mut vitals.interfaces.as_mut().unwrap().value[0];
            (interface.received, interface.sent) = (Reading::Unknown(why), Reading::Unknown(why));
        });
        let answer = bench.ask("/bw R1 Gi1");
        let line = answer.lines().find(|line| line.contains("no rates: ")).unwrap().to_owned();
        assert!(!told.contains(&line), "{line}");
        told.push(line);
    }
}

#[test]
fn an_interface_is_found_in_the_routers_own_list() {
    let mut bench = Bench::well();
    assert!(bench.ask("/bw R1 gigabitethernet1").starts_with("R1 Gi1 \"to ISP-A\": "));
    assert!(bench.ask("/bw R1 gig 2").starts_with("R1 Gi2: "));
    assert!(bench.ask("/bw R1 2").starts_with("R1 Gi2: "));
    bench.check(
        "/bw R1 Gi9",
        expect![[r#"
            refused: R1 has no interface Gi9. It has Gi1, Gi2, Lo0. Nothing was done.
        "#]],
    );
    // What is sent to the router is for the router to judge: it may have got one since.
    let resolved = bench.resolved("/interfaces R1 gi9").unwrap();
    assert_eq!(resolved.word("interface"), Some("GigabitEthernet9"));
    bench.change("R1", |vitals| {
        vitals.interfaces.as_mut().unwrap().value.push(interface("Tunnel1", "", 0.0, 0.0));
    });
    bench.check(
        "/bw R1 1",
        expect![[r#"
            refused: 1 can be Gi1 or Tu1 of R1. Which one?
        "#]],
    );
    bench.check(
        "/bw R1 Gi1 30s",
        expect![[r#"
        ❓ A span from 1m to 2 years (730d) can be shown. For example: /bw R1 Gi1 24h
    "#]],
    );
    bench.check(
        "/bw R1 Gi1 999d",
        expect![[r#"
        ❓ A span from 1m to 2 years (730d) can be shown. For example: /bw R1 Gi1 24h
    "#]],
    );
}

#[test]
fn the_busiest_are_a_table() {
    let mut bench = Bench::well();
    bench.check(
        "/bw R1",
        expect![[r#"
            R1: busiest is Gi1, in 412 Mb/s (41 %), out 96 Mb/s (9.6 %) of 1 Gb/s
               port | in | out | use
               Gi1 | 412 Mb/s | 96 Mb/s | 41 %
               Gi2 | 120 Mb/s | 3 Mb/s | 12 %
            [Gi1] /bw R1 Gi1
            [Gi2] /bw R1 Gi2
        "#]],
    );
    bench.change("R3", |vitals| {
        vitals.interfaces.as_mut().unwrap().value[1] = interface("GigabitEthernet2", "core", 1e6, 930e6);
        vitals.interfaces.as_mut().unwrap().at = ago(600);
    });
    bench.change("R4", |vitals| vitals.interfaces = None);
    bench.see("R5", Vitals { reach: Reach::Down(Text::verbatim("x")), ..Vitals::default() });
    bench.check(
        "/bw all",
        expect![[r#"
            Busiest is R1 Gi1: in 412 Mb/s (41 %), out 96 Mb/s (9.6 %) of 1 Gb/s
               port | in | out | use
               R1 Gi1 | 412 Mb/s | 96 Mb/s | 41 %
               R2 Gi1 | 412 Mb/s | 96 Mb/s | 41 %
               R1 Gi2 | 120 Mb/s | 3 Mb/s | 12 %
               R2 Gi2 | 120 Mb/s | 3 Mb/s | 12 %
               ❓ No values: R3 (values 10 min old) · R4 (not read yet) · R5 (it does not answer)
            [R1 Gi1] /bw R1 Gi1
            [R2 Gi1] /bw R2 Gi1
            [R1 Gi2] /bw R1 Gi2
        "#]],
    );
    bench.check(
        "/bw site:saigon",
        expect![[r#"
            ❓ No interfaces of 2 routers are known yet
               No values: R4 (not read yet) · R5 (it does not answer)
        "#]],
    );
    bench.check(
        "/bw all Gi2",
        expect![[r#"
            Busiest is R1 Gi2: in 120 Mb/s (12 %), out 3 Mb/s (0.3 %) of 1 Gb/s
               port | in | out | use
               R1 Gi2 | 120 Mb/s | 3 Mb/s | 12 %
               R2 Gi2 | 120 Mb/s | 3 Mb/s | 12 %
               ❓ No values: R3 (values 10 min old) · R4 (not read yet) · R5 (it does not answer)
            [R1 Gi2] /bw R1 Gi2
            [R2 Gi2] /bw R2 Gi2
        "#]],
    );
    assert!(bench.ask("/bw all Gi9").starts_with("❓ No rates of 5 routers are known yet"));
    bench.check(
        "/bw R5",
        expect![[r#"
        ❓ R5 has no rates: it does not answer. See /status R5
    "#]],
    );
}
