//! Pictures are judged by their pixels: what is drawn, where, and what is left empty. With
//! `PATCHBAY_PICTURES=folder` the gallery is written there, to be looked at.

use super::*;
use image::RgbImage;

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
        assert!(png.len() < 200_000, "{name}: {} bytes; a chat takes it over a phone", png.len());
    }
}
