//! Pictures are judged by their pixels: what is drawn, where, and what is left empty. With
//! `PATCHBAY_PICTURES=folder` the gallery is written there, to be looked at.

use super::*;
use image::RgbImage;
use proptest::prelude::*;

/// 2026-11-24 00:00 UTC.
const DAY: i64 = 1_795_478_400_000;
const MINUTE: i64 = 60_000;

fn at(minutes: i64) -> Timestamp {
    Timestamp(DAY + minutes * MINUTE)
}

fn point(minutes: i64, value: f64) -> Point {
    Point { at: at(minutes), value, peak: value }
}

fn line(label: &str, points: Vec<Point>) -> Line {
    Line { label: label.to_owned(), step: Duration::from_secs(60), points }
}

/// A day's traffic as a wave, a value a minute.
fn wave(minutes: std::ops::Range<i64>, low: f64, high: f64) -> Vec<Point> {
    let value = |minute: i64| {
        let noise = ((minute * 7_919) % 101) as f64 / 101.0 - 0.5;
        let share = 0.5 - (minute as f64 / 1_440.0 * std::f64::consts::TAU).cos() * 0.42 + noise * 0.12;
        low + (high - low) * share
    };
    minutes.map(|minute| point(minute, value(minute))).collect()
}

fn chart(lines: Vec<Line>, minutes: i64) -> Chart {
    Chart {
        title: vec!["R1 Gi1 to ISP-A".to_owned()],
        lines,
        from: at(0),
        to: at(minutes),
        unit: Unit::BitsPerSecond,
        capacity: None,
        marks: Vec::new(),
        zone: Tz::Asia__Ho_Chi_Minh,
        note: None,
        nothing: "no values in this time".to_owned(),
    }
}

fn capacity(value: f64) -> Option<Level> {
    Some(Level { value, label: format!("speed {}", text::rate(value)) })
}

fn flag(minutes: i64, label: &str) -> Flag {
    Flag { at: at(minutes), label: label.to_owned() }
}

fn both(minutes: std::ops::Range<i64>) -> Vec<Line> {
    vec![line("in", wave(minutes.clone(), 60e6, 640e6)), line("out", wave(minutes, 20e6, 210e6))]
}

fn with_gap() -> Vec<Line> {
    let rest = |points: Vec<Point>| -> Vec<Point> {
        points.into_iter().filter(|p| !(at(480)..=at(720)).contains(&p.at)).collect()
    };
    both(0..1_440).into_iter().map(|line| Line { points: rest(line.points), ..line }).collect()
}

fn gallery() -> Vec<(&'static str, Chart)> {
    let long = "core-router-with-a-very-long-name.hanoi TwentyFiveGigE1/0/24 \"Uplink to the provider with the long name, circuit 4711/0815, second floor, patch panel B, port 17, ordered in March\" last 24 h";
    let rolled = |line: Line| Line {
        step: Duration::from_secs(300),
        points: line.points.iter().step_by(5).map(|p| Point { peak: p.value * 1.3, ..*p }).collect(),
        ..line
    };
    vec![
        ("day", Chart { capacity: capacity(1e9), ..chart(both(0..1_440), 1_440) }),
        (
            "hours",
            Chart {
                capacity: capacity(1e9),
                note: Some("simulated until 09:40".to_owned()),
                ..chart(both(0..360), 360)
            },
        ),
        (
            "gap",
            Chart { marks: vec![flag(485, "reboot"), flag(1_200, "backup")], ..chart(with_gap(), 1_440) },
        ),
        (
            "marks",
            Chart {
                marks: vec![
                    flag(3, "B"),
                    flag(700, "reboot"),
                    flag(710, "backup"),
                    flag(760, "backup"),
                    flag(1_439, "backup"),
                ],
                ..chart(both(0..1_440), 1_440)
            },
        ),
        ("empty", chart(vec![line("in", Vec::new()), line("out", Vec::new())], 360)),
        ("one", chart(vec![line("in", vec![point(100, 4e6)]), line("out", vec![point(100, 2e6)])], 360)),
        (
            "flat",
            Chart {
                capacity: capacity(1e9),
                ..chart(
                    vec![
                        line("in", (0..360).map(|m| point(m, 0.0)).collect()),
                        line("out", (0..360).map(|m| point(m, 0.0)).collect()),
                    ],
                    360,
                )
            },
        ),
        ("far", Chart { capacity: capacity(10e9), ..chart(both(0..360), 360) }),
        ("long", Chart { title: vec![long.to_owned(), long.to_owned()], ..chart(both(0..1_440), 1_440) }),
        (
            "hanoi",
            Chart {
                title: vec![
                    "R1 Gi1 tới Hà Nội, đường truyền chính".to_owned(),
                    "đầy 91 % lúc 14:02".to_owned(),
                ],
                ..chart(both(0..360), 360)
            },
        ),
        (
            "cpu",
            Chart {
                title: vec!["R3 CPU".to_owned()],
                unit: Unit::Percent,
                capacity: Some(Level { value: 90.0, label: "alert over 90 %".to_owned() }),
                ..chart(vec![line("CPU", wave(0..360, 5.0, 99.0))], 360)
            },
        ),
        ("rolled", chart(both(0..1_440).into_iter().map(rolled).collect(), 1_440)),
        ("week", chart(both(0..10_080), 10_080)),
        ("half", chart(both(700..1_440), 1_440)),
        (
            "four",
            chart(
                (1..5).map(|n| line(&format!("R{n} Gi{n}"), wave(0..360, 1e6, f64::from(n) * 1e8))).collect(),
                360,
            ),
        ),
    ]
}

fn pixels(png: &[u8]) -> RgbImage {
    image::load_from_memory(png).unwrap().to_rgb8()
}

fn close(pixel: &image::Rgb<u8>, (r, g, b): (u8, u8, u8)) -> bool {
    let [x, y, z] = pixel.0;
    x.abs_diff(r) < 24 && y.abs_diff(g) < 24 && z.abs_diff(b) < 24
}

const BLUE: (u8, u8, u8) = (29, 78, 216);
const ORANGE: (u8, u8, u8) = (194, 65, 12);

/// How many columns between two shares of the width hold the colour, below the headings.
fn columns(picture: &RgbImage, from: f64, to: f64, colour: (u8, u8, u8)) -> usize {
    let column = |x: u32| (120..HEIGHT as u32 - 70).any(|y| close(picture.get_pixel(x, y), colour));
    ((from * WIDTH as f64) as u32..(to * WIDTH as f64) as u32).filter(|x| column(*x)).count()
}

#[test]
fn every_picture_of_the_gallery_has_its_size_and_is_not_blank() {
    let folder = std::env::var_os("PATCHBAY_PICTURES").map(std::path::PathBuf::from);
    for (name, chart) in gallery() {
        let png = png(&chart);
        if let Some(folder) = &folder {
            std::fs::write(folder.join(format!("{name}.png")), &png).unwrap();
        }
        let picture = pixels(&png);
        assert_eq!(picture.dimensions(), (WIDTH as u32, HEIGHT as u32), "{name}");
        let colours: std::collections::BTreeSet<[u8; 3]> = picture.pixels().map(|pixel| pixel.0).collect();
        assert!(colours.len() > 20, "{name}: {} colours", colours.len());
        assert!(png.len() < 250_000, "{name}: {} bytes; a chat takes it over a phone", png.len());
    }
}

#[test]
fn a_gap_leaves_no_pixel_of_a_line_and_is_shaded() {
    let without = Chart { marks: Vec::new(), ..chart(with_gap(), 1_440) };
    let picture = pixels(&png(&without));
    // The gap is from 08:00 to 12:00 of the day; the percentiles run through it, thin and dashed.
    let inside = |colour| {
        let column =
            |x: u32| (120..HEIGHT as u32 - 76).filter(|y| close(picture.get_pixel(x, *y), colour)).count();
        (450..530).map(column).max().unwrap_or(0)
    };
    assert!(inside(BLUE) <= 3 && inside(ORANGE) <= 3, "only the percentiles");
    assert!(close(picture.get_pixel(490, 300), (232, 235, 240)), "{:?}", picture.get_pixel(490, 300));
    let whole = pixels(&png(&chart(both(0..1_440), 1_440)));
    for (from, to) in [(0.15, 0.38), (0.6, 0.95)] {
        let width = ((to - from) * WIDTH as f64) as usize;
        assert!(columns(&picture, from, to, BLUE) > width * 9 / 10);
        assert!(columns(&picture, from, to, ORANGE) > width * 9 / 10);
    }
    assert!(!close(whole.get_pixel(490, 300), (232, 235, 240)));
    assert_eq!(columns(&whole, 0.15, 0.95, ORANGE), 800);
}

#[test]
fn two_lost_looks_are_no_gap_and_three_are_one() {
    let holes = |lost: i64| {
        let points = (0..60).filter(|m| !(20..20 + lost).contains(m)).map(|m| point(m, 1.0)).collect();
        run::gaps(&[line("in", points)], at(0), at(59))
    };
    assert_eq!(holes(1), []);
    assert_eq!(holes(2), [(at(19), at(22))]);
    assert_eq!(holes(10), [(at(19), at(30))]);
}

#[test]
fn only_where_every_curve_is_silent_is_a_gap() {
    let early = line("in", (0..30).map(|m| point(m, 1.0)).collect());
    let late = line("out", (20..50).map(|m| point(m, 1.0)).collect());
    assert_eq!(run::gaps(&[early.clone(), late], at(0), at(60)), [(at(49), at(60))]);
    assert_eq!(run::gaps(&[early], at(-10), at(30)), [(at(-10), at(0))]);
    assert_eq!(run::gaps(&[line("in", Vec::new())], at(0), at(60)), [(at(0), at(60))]);
}

#[test]
fn many_points_are_thinned_and_keep_their_peaks() {
    let mut points = wave(0..10_080, 1.0, 100.0);
    points[5_000].peak = 4_711.0;
    let runs = run::runs(&line("in", points), at(0), at(10_080));
    assert_eq!(runs.len(), 1);
    assert!(runs[0].len() <= 440, "{}", runs[0].len());
    assert_eq!(runs[0].iter().map(|p| p.peak).fold(0.0, f64::max), 4_711.0);
}

#[test]
fn the_percentile_is_the_nearest_rank() {
    let points = |values: &[f64]| -> Vec<Point> { values.iter().map(|value| point(0, *value)).collect() };
    let hundred: Vec<f64> = (1..=100).rev().map(f64::from).collect();
    for (values, share, expected) in [
        (hundred.as_slice(), 95.0, Some(95.0)),
        (&hundred, 100.0, Some(100.0)),
        (&hundred, 0.0, Some(1.0)),
        (&hundred, 95.1, Some(96.0)),
        (&[15.0, 20.0, 35.0, 40.0, 50.0], 30.0, Some(20.0)),
        (&[7.0], 95.0, Some(7.0)),
        (&[f64::NAN, 3.0], 95.0, Some(3.0)),
        (&[], 95.0, None),
    ] {
        assert_eq!(percentile(&points(values), share), expected, "{share} of {values:?}");
    }
}

#[test]
fn the_capacity_is_drawn_where_it_fits_and_named_where_it_is_far() {
    let red = |value: f64| {
        let picture = pixels(&png(&Chart { capacity: capacity(value), ..chart(both(0..360), 360) }));
        columns(&picture, 0.2, 0.9, (153, 27, 27))
    };
    assert!(red(500e6) > 300, "a line across");
    assert_eq!(red(10e9), 0, "it would flatten the curves");
}

#[test]
fn axes_are_round() {
    let said_of = |highest: f64| -> Vec<String> {
        axis::values(highest, Unit::BitsPerSecond)
            .into_iter()
            .map(|value| said(value, Unit::BitsPerSecond))
            .collect()
    };
    assert_eq!(said_of(1e9).join(" "), "0 b/s 200 Mb/s 400 Mb/s 600 Mb/s 800 Mb/s 1 Gb/s");
    assert_eq!(said_of(658e6).join(" "), "0 b/s 200 Mb/s 400 Mb/s 600 Mb/s 800 Mb/s");
    assert_eq!(said_of(0.0).join(" "), "0 b/s 200 b/s 400 b/s 600 b/s 800 b/s 1 kb/s");
    assert_eq!(axis::values(3.0, Unit::Percent), [0.0, 20.0, 40.0, 60.0, 80.0, 100.0]);
    for highest in [f64::NAN, f64::INFINITY, -1.0, 1e-9, 1e300] {
        let values = axis::values(highest, Unit::Seconds);
        assert!((2..9).contains(&values.len()), "{highest}: {values:?}");
    }
}

#[test]
fn times_are_round_in_the_readers_zone() {
    let labels = |from: i64, to: i64, zone| -> String {
        axis::times(at(from), at(to), zone).into_iter().map(|(_, label)| label).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(labels(1, 361, Tz::UTC), "01:00 02:00 03:00 04:00 05:00 06:00");
    assert_eq!(labels(1, 361, Tz::Asia__Kolkata), "06:00 07:00 08:00 09:00 10:00 11:00");
    assert_eq!(labels(720, 2_160, Tz::UTC), "12:00 16:00 20:00 Nov 25 04:00 08:00 12:00");
    assert_eq!(labels(0, 7 * 1_440, Tz::UTC), "Nov 24 Nov 25 Nov 26 Nov 27 Nov 28 Nov 29 Nov 30 Dec 1");
    assert_eq!(labels(0, 5, Tz::UTC), "Nov 24 00:01 00:02 00:03 00:04 00:05");
    // Summer time ended in Berlin on 2026-10-25 at 03:00: the labels stay on round hours.
    let autumn = (Timestamp(1_792_872_000_000), Timestamp(1_792_958_400_000));
    let berlin: Vec<String> =
        axis::times(autumn.0, autumn.1, Tz::Europe__Berlin).into_iter().map(|(_, l)| l).collect();
    assert!(berlin.iter().all(|label| label.ends_with(":00") || label.starts_with("Oct")), "{berlin:?}");
    assert_eq!(axis::days(at(0), at(60), Tz::UTC), "2026-11-24, UTC");
    assert_eq!(axis::days(at(0), at(1_440), Tz::UTC), "2026-11-24 to 2026-11-25, UTC");
}

#[test]
fn sparklines_show_levels_and_leave_holes_blank() {
    let draw = |points: &[Point], minutes: i64, width: usize, max: Option<f64>| {
        sparkline(points, Duration::from_secs(60), at(0), at(minutes), width, max)
    };
    let climb: Vec<Point> = (0..8).map(|m| point(m, m as f64)).collect();
    assert_eq!(draw(&climb, 8, 8, None), "▁▂▃▄▅▆▇█");
    assert_eq!(draw(&climb, 8, 8, Some(14.0)), "▁▂▂▃▃▄▄▅");
    assert_eq!(draw(&climb, 8, 4, Some(7.0)), "▂▄▆█");
    assert_eq!(draw(&climb, 16, 16, None), "▁▂▃▄▅▆▇█        ");
    let sparse: Vec<Point> = [0, 1, 2, 6, 7].map(|m| point(m, 7.0)).to_vec();
    assert_eq!(draw(&sparse, 8, 16, None), "██████      ████", "between two looks the value holds");
    assert_eq!(draw(&[], 8, 4, None), "    ");
    assert_eq!(draw(&[point(0, 0.0), point(1, 0.0)], 2, 2, None), "▁▁");
    assert_eq!(draw(&climb, 8, 0, None), "");
}

fn any_points() -> impl Strategy<Value = Vec<Point>> {
    let at = prop_oneof![any::<i64>(), DAY..DAY + 1_440 * MINUTE];
    let value = prop_oneof![any::<f64>(), 0.0..1e10];
    let one =
        (at, value, any::<f64>()).prop_map(|(at, value, peak)| Point { at: Timestamp(at), value, peak });
    proptest::collection::vec(one, 0..40)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(8))]

    #[test]
    fn any_points_are_drawn_without_a_panic(
        points in any_points(), others in any_points(), from in any::<i64>(), span in any::<i64>(),
        step in 0u64..100_000, capacity in any::<f64>(), words in ".{0,80}", near in any::<bool>(),
    ) {
        let (from, to) = if near { (at(0), at(1_440)) } else { (Timestamp(from), Timestamp(from.saturating_add(span))) };
        let mut lines = vec![line(&words, points.clone()), line(&words, others)];
        lines.iter_mut().for_each(|line| line.step = Duration::from_millis(step));
        let chart = Chart {
            title: vec![words.clone(), words.clone()],
            from,
            to,
            capacity: Some(Level { value: capacity, label: words.clone() }),
            marks: vec![Flag { at: from, label: words.clone() }, Flag { at: to, label: words.clone() }],
            note: Some(words.clone()),
            nothing: words,
            ..chart(lines, 0)
        };
        prop_assert!(!png(&chart).is_empty());
        let bars = sparkline(&points, Duration::from_millis(step), from, to, 20, Some(capacity));
        prop_assert_eq!(bars.chars().count(), 20);
    }
}
