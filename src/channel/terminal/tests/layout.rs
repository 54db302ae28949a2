//! Documents as lines.

use super::super::files::Saved;
use super::super::layout::{Beside, Pictured, Sheet, Size, lay_out};
use super::*;
use expect_test::{Expect, expect};

fn lines(document: &Document, columns: Option<usize>, files: &[Saved]) -> String {
    with_pictures(document, columns, files, &[])
}

fn with_pictures(
    document: &Document,
    columns: Option<usize>,
    files: &[Saved],
    pictures: &[Pictured],
) -> String {
    let (texts, reader) = (texts(), Reader::default());
    let size = columns.map(|columns| Size { columns, rows: 24 });
    let sheet = Sheet { texts: &texts, reader: &reader, now: Timestamp(0), size };
    let keys: Vec<String> = (1..=document.buttons.len()).map(|number| number.to_string()).collect();
    let lines = lay_out(&sheet, document, &Beside { keys: &keys, files, pictures });
    lines.into_iter().map(|line| line.text + "\n").collect()
}

fn check(document: Document, columns: Option<usize>, expected: Expect) {
    expected.assert_eq(&lines(&document, columns, &[]));
}

fn head() -> Document {
    Document::open(Sign::Warning, said("Backup of 3 routers in 11 s: 1 changed, 1 failed"))
}

fn table() -> Block {
    let row = |cells: [&str; 3]| cells.iter().map(|cell| said(cell)).collect();
    Block::Table(Table {
        head: row(["name", "site", "note"]),
        rows: vec![row(["R1", "hanoi", "core router of the north"]), row(["R10", "danang", "edge"])],
    })
}

#[test]
fn the_first_line_stands_alone_and_details_hang_below_it() {
    let document = head()
        .with_detail(said("R3   +4 −1 lines, by bob at 13:58            /diff R3"))
        .with(Block::Detail { sign: Sign::Critical, text: said("R31  does not answer\nwas up until 13:40") })
        .with(table())
        .with_button(answer("Try R31 again"))
        .with_button(answer("All results as a file"));
    check(
        document.clone(),
        None,
        expect![[r#"
        ⚠️ Backup of 3 routers in 11 s: 1 changed, 1 failed
           R3   +4 −1 lines, by bob at 13:58            /diff R3
           🔴 R31  does not answer
              was up until 13:40
           name  site    note
           R1    hanoi   core router of the north
           R10   danang  edge
           [1] Try R31 again   [2] All results as a file
    "#]],
    );
    check(
        document,
        Some(38),
        expect![[r#"
        ⚠️ Backup of 3 routers in 11 s: 1
           changed, 1 failed
           R3   +4 −1 lines, by bob at 13:58
           /diff R3
           🔴 R31  does not answer
              was up until 13:40
           name  site    note
           R1    hanoi   core router of the…
           R10   danang  edge
           [1] Try R31 again
           [2] All results as a file
    "#]],
    );
}

#[test]
fn what_a_router_printed_is_shown_as_it_is_and_can_do_nothing() {
    let printed = "line\tone\n\n*bold* `x` [1]\x1b[2J\x1b]0;owned\x07\n  two   \r\nlast\n\n";
    check(
        head().with(Block::Raw(printed.to_owned())),
        None,
        expect![[r#"
        ⚠️ Backup of 3 routers in 11 s: 1 changed, 1 failed
           line    one

           *bold* `x` [1][2J]0;owned
             two
           last
    "#]],
    );
}

#[test]
fn a_long_output_shows_its_ends_on_a_terminal_and_all_in_a_pipe() {
    let long = |count: usize| Document {
        blocks: vec![Block::Raw((1..=count).map(|n| format!("{n}\n")).collect())],
        ..Document::default()
    };
    assert_eq!(lines(&long(200), Some(80), &[]).lines().count(), 200);
    assert_eq!(lines(&long(5_000), None, &[]).lines().count(), 5_000);
    let shown = lines(&long(1_000), Some(80), &[]);
    let shown: Vec<&str> = shown.lines().map(str::trim).collect();
    assert_eq!(shown[119..122], ["120", "… 840 lines lie between …", "961"]);
    assert_eq!(shown.len(), 161);
}

#[test]
fn progress_is_a_bar_only_on_a_terminal() {
    let progress = |done, failed, total| head().with(Block::Progress { done, failed, total });
    check(
        progress(12, 0, 40),
        Some(80),
        expect![[r#"
        ⚠️ Backup of 3 routers in 11 s: 1 changed, 1 failed
           ━━━━━━────────────── 12 of 40
    "#]],
    );
    check(
        progress(26, 1, 40),
        Some(80),
        expect![[r#"
        ⚠️ Backup of 3 routers in 11 s: 1 changed, 1 failed
           ━━━━━━━━━━━━━─────── 27 of 40, 1 failed
    "#]],
    );
    check(
        progress(40, 0, 40),
        Some(20),
        expect![[r#"
        ⚠️ Backup of 3
           routers in 11
           s: 1 changed, 1
           failed
           ━━━━━━ 40 of 40
    "#]],
    );
    check(
        progress(0, 0, 0),
        None,
        expect![[r#"
        ⚠️ Backup of 3 routers in 11 s: 1 changed, 1 failed
           0 of 0
    "#]],
    );
}

#[test]
fn files_are_named_with_their_place() {
    let file = |name: &str| Block::File { name: name.to_owned(), attachment: AttachmentId(1), bytes: 7_300 };
    let document = head().with(file("R1.txt")).with(file("R2.txt")).with(file("R3.txt"));
    let saved =
        [Saved::At("data/demo/files/R1.txt".into()), Saved::Not { why: "permission denied".to_owned() }];
    expect![[r#"
        ⚠️ Backup of 3 routers in 11 s: 1 changed, 1 failed
           File: data/demo/files/R1.txt (7.3 KB)
           ⚠️ The file R2.txt could not be saved: permission denied. See that the folder can be written and has room, then ask again.
           File: R3.txt (7.3 KB)
    "#]]
    .assert_eq(&lines(&document, None, &saved));
}

fn picture() -> Picture {
    Picture {
        title: said("R1 Gi1 to ISP-A"),
        name: "R1-Gi1".to_owned(),
        curves: Vec::new(),
        from: Timestamp(0),
        to: Timestamp(6 * 3_600_000),
        unit: Unit::BitsPerSecond,
        capacity: None,
        marks: Vec::new(),
        simulated_until: None,
    }
}

fn sparklines() -> Vec<Sparkline> {
    let line =
        |label, bars: &str, note| Sparkline { label: said(label), bars: bars.to_owned(), note: said(note) };
    vec![
        line("in", "▂▃▃▄▅▅▆▇▆▅▅▄▄▃", "peak 640 Mb/s at 13:20"),
        line("out", "▁▁▁▂▂▂  ▂▂▁▁▁▁", "peak 120 Mb/s at 13:25"),
    ]
}

#[test]
fn a_picture_is_its_bars_and_its_path() {
    let document = head().with(Block::Picture(picture())).with_detail(said("below"));
    let check = |saved: Option<Saved>, columns, expected: Expect| {
        expected.assert_eq(&with_pictures(&document, columns, &[], &[(sparklines(), saved)]));
    };
    let at = || Some(Saved::At("data/demo/charts/R1-Gi1-1402.png".into()));
    check(
        at(),
        None,
        expect![[r#"
        ⚠️ Backup of 3 routers in 11 s: 1 changed, 1 failed
           in   ▂▃▃▄▅▅▆▇▆▅▅▄▄▃  peak 640 Mb/s at 13:20   last 6 h
           out  ▁▁▁▂▂▂  ▂▂▁▁▁▁  peak 120 Mb/s at 13:25
           picture: data/demo/charts/R1-Gi1-1402.png
           below
    "#]],
    );
    check(
        at(),
        Some(80),
        expect![[r#"
        ⚠️ Backup of 3 routers in 11 s: 1 changed, 1 failed
           in   ▂▃▃▄▅▅▆▇▆▅▅▄▄▃  peak 640 Mb/s at 13:20   last 6 h
           out  ▁▁▁▂▂▂  ▂▂▁▁▁▁  peak 120 Mb/s at 13:25
           picture: data/demo/charts/R1-Gi1-1402.png
           below
    "#]],
    );
    check(
        at(),
        Some(38),
        expect![[r#"
        ⚠️ Backup of 3 routers in 11 s: 1
           changed, 1 failed
           in   ▂▃▃▄▅▅▆▇▆▅▅▄▄▃
                peak 640 Mb/s at 13:20
                last 6 h
           out  ▁▁▁▂▂▂  ▂▂▁▁▁▁
                peak 120 Mb/s at 13:25
           picture: data/demo/charts/R1-Gi1-
           1402.png
           below
    "#]],
    );
    check(
        Some(Saved::Not { why: "permission denied".to_owned() }),
        None,
        expect![[r#"
        ⚠️ Backup of 3 routers in 11 s: 1 changed, 1 failed
           in   ▂▃▃▄▅▅▆▇▆▅▅▄▄▃  peak 640 Mb/s at 13:20   last 6 h
           out  ▁▁▁▂▂▂  ▂▂▁▁▁▁  peak 120 Mb/s at 13:25
           ⚠️ The picture could not be saved: permission denied. See that the data folder can be written and has room, then ask again.
           below
    "#]],
    );
    // It could not be drawn: what it would have shown is said all the same.
    check(
        None,
        None,
        expect![[r#"
        ⚠️ Backup of 3 routers in 11 s: 1 changed, 1 failed
           R1 Gi1 to ISP-A
           below
    "#]],
    );
    expect![[r#"
        ⚠️ Backup of 3 routers in 11 s: 1 changed, 1 failed
           R1 Gi1 to ISP-A
           below
    "#]]
    .assert_eq(&lines(&document, None, &[]));
}

#[test]
fn any_width_and_any_text_gives_lines() {
    let text = "⚠️ 漢字\u{200d}\x1b[31m ".repeat(30);
    let document = head()
        .with_detail(said(&text))
        .with(Block::Raw(text.clone()))
        .with(Block::Table(Table {
            head: vec![said(&text)],
            rows: vec![vec![], vec![said("a"), said(&text)]],
        }))
        .with(Block::Picture(picture()))
        .with(Block::Progress { done: 9, failed: 9, total: 1 });
    let spark = Sparkline { label: said(&text), bars: text.clone(), note: said(&text) };
    let pictures = [(vec![spark], Some(Saved::At(text.as_str().into())))];
    for columns in 0..40 {
        assert!(!with_pictures(&document, Some(columns), &[], &pictures).contains('\x1b'));
    }
}
