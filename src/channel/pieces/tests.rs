//! Documents as pieces.

use super::*;
use crate::model::*;
use expect_test::{Expect, expect};
use proptest::prelude::*;

fn texts() -> Texts {
    let file: toml::Table = include_str!("../../../config/texts/en/chat.toml").parse().unwrap();
    Texts::new(file.into_iter().map(|(key, sentence)| {
        (format!("chat.{key}"), text::Entry::Plain(sentence.as_str().unwrap().to_owned()))
    }))
}

fn message(document: Document) -> Message {
    Message {
        id: OutboundId(1),
        slot: Slot("a".to_owned()),
        version: 1,
        place: Destination { channel: "chat".to_owned(), address: "1".to_owned() },
        thread: None,
        parts: Vec::new(),
        reply_to: None,
        class: Class::Result,
        only: None,
        tokens: document.buttons.iter().enumerate().map(|(at, _)| Token(at.to_string())).collect(),
        document,
        files: Vec::new(),
        pictures: Vec::new(),
        reader: Reader::default(),
        repeat: false,
        now: Timestamp(0),
    }
}

fn shown(pieces: &[Piece]) -> String {
    let mut shown = String::new();
    for piece in pieces {
        match piece {
            Piece::Sentence { rank, sign, lines } => {
                shown += &format!("{rank:?} {} {}\n", sign.glyph(), lines.join(" / "));
            }
            Piece::Code(lines) => {
                shown += &lines.iter().map(|line| format!("| {line}\n")).collect::<String>();
            }
            Piece::Picture { title, name, png } => {
                shown += &format!("[{title}: {name}, {} bytes]\n", png.len());
            }
            Piece::File { name, bytes } => shown += &format!("<{name}, {} bytes>\n", bytes.len()),
        }
    }
    shown
}

fn check(message: &Message, expected: Expect) {
    expected.assert_eq(&shown(&of(message, &texts())));
}

fn said(words: &str) -> Text {
    Text::verbatim(words)
}

fn head() -> Document {
    Document::open(Sign::Warning, said("Backup of 3 routers in 11 s: 1 changed, 1 failed"))
}

fn table(rows: usize, note: &str) -> Block {
    let row = |cells: [&str; 3]| cells.iter().map(|cell| said(cell)).collect::<Vec<_>>();
    let all = (1..=rows).map(|number| row([&format!("R{number}"), "hanoi", note]));
    Block::Table(Table { head: row(["name", "site", "note"]), rows: all.collect() })
}

#[test]
fn the_verdict_stands_first_and_the_rest_below_it() {
    let document = head()
        .with_detail(said("R3   +4 −1 lines, by bob at 13:58 \n/diff R3\n"))
        .with_line(Sign::Critical, said("R31 does\u{1b}[2J not answer\u{202e}"))
        .with(table(2, "edge"))
        .with(Block::Progress { done: 26, failed: 1, total: 40 })
        .with(Block::Progress { done: 0, failed: 0, total: 0 });
    let message = Message { repeat: true, ..message(document) };
    check(
        &message,
        expect![[r#"
            First ⚠️ (repeat) Backup of 3 routers in 11 s: 1 changed, 1 failed
            Detail  R3   +4 −1 lines, by bob at 13:58 / /diff R3
            Line 🔴 R31 does[2J not answer
            | name  site   note
            | R1    hanoi  edge
            | R2    hanoi  edge
            Detail  ━━━━━━──── 27 of 40, 1 failed
            Detail  ────────── 0 of 0
        "#]],
    );
}

#[test]
fn a_wide_list_without_heads_is_read_as_prose() {
    let row = |cells: [&str; 2]| cells.iter().map(|cell| said(cell)).collect::<Vec<_>>();
    let rows = vec![row(["/dlq", "Messages that could not be delivered"]), row(["/ack", "Take an alert"])];
    let table = Block::Table(Table { head: Vec::new(), rows });
    let lines = ["/dlq  Messages that could not be delivered", "/ack  Take an alert"].map(str::to_owned);
    let prose = Piece::Sentence { rank: Rank::Line, sign: Sign::None, lines: lines.to_vec() };
    assert_eq!(of(&message(head().with(table)), &texts())[1..], [prose]);
}

#[test]
fn a_wide_table_is_stacked_or_cut_and_comes_whole_as_a_file() {
    let wide = "core router of the north, behind the lake";
    check(
        &message(head().with(table(2, wide))),
        expect![[r#"
        First ⚠️ Backup of 3 routers in 11 s: 1 changed, 1 failed
        | R1
        |   site: hanoi
        |   note: core router of the north, behind the lake
        | R2
        |   site: hanoi
        |   note: core router of the north, behind the lake
    "#]],
    );
    check(
        &message(head().with(table(8, wide))),
        expect![[r#"
        First ⚠️ Backup of 3 routers in 11 s: 1 changed, 1 failed
        | name  site   note
        | R1    hanoi  core router of the north…
        | R2    hanoi  core router of the north…
        | R3    hanoi  core router of the north…
        | R4    hanoi  core router of the north…
        | R5    hanoi  core router of the north…
        | R6    hanoi  core router of the north…
        | R7    hanoi  core router of the north…
        | R8    hanoi  core router of the north…
        Detail  Uncut, all of it is in table.txt.
        <table.txt, 458 bytes>
    "#]],
    );
}

#[test]
fn a_long_output_shows_its_ends_and_comes_whole_as_a_file() {
    let printed: String = (1..=500).map(|number| format!("line {number}\n")).collect();
    let long = message(head().with(Block::Raw(printed.clone())).with(Block::Raw("x".repeat(5_000))));
    let pieces = of(&long, &texts());
    let shown = shown(&pieces);
    for line in [
        "| line 25\nDetail",
        "… 465 lines lie between; all of it is in output.txt …\n| line 491\n",
        "| line 500\n",
    ] {
        assert!(shown.contains(line), "{line} in {shown}");
    }
    assert!(shown.contains(&format!("| {}…\n", "x".repeat(199))), "{shown}");
    assert!(pieces.contains(&Piece::File { name: "output.txt".to_owned(), bytes: printed.into_bytes() }));
    assert!(shown.ends_with("<output.txt, 4392 bytes>\n<output-2.txt, 5001 bytes>\n"), "{shown}");
}

#[test]
fn files_come_last_under_names_that_can_be_saved_and_pictures_where_they_stand() {
    let picture = Picture {
        title: said("R1 Gi1 to ISP-A"),
        name: "R1-Gi1".to_owned(),
        curves: Vec::new(),
        from: Timestamp(0),
        to: Timestamp(0),
        unit: metric::Unit::Percent,
        capacity: None,
        marks: Vec::new(),
        simulated_until: None,
    };
    let file =
        |number| Block::File { name: "../R1\n.txt".to_owned(), attachment: AttachmentId(number), bytes: 3 };
    let listing = Block::Listing { name: "all.csv".to_owned(), lines: vec![said("a,b"), said("c\nd\n")] };
    let document = head().with(file(1)).with(Block::Picture(picture)).with(listing).with(file(2));
    let drawn = Drawn { name: "R1-Gi1-1402.png".to_owned(), png: vec![1, 2, 3], sparklines: Vec::new() };
    check(
        &Message { files: vec![b"one".to_vec()], pictures: vec![drawn], ..message(document) },
        expect![[r#"
            First ⚠️ Backup of 3 routers in 11 s: 1 changed, 1 failed
            [R1 Gi1 to ISP-A: R1-Gi1-1402.png, 3 bytes]
            Detail ⚠️ The file _R1_.txt is not there any more. Ask again.
            <_R1_.txt, 3 bytes>
            <all.csv, 8 bytes>
        "#]],
    );
}

#[test]
fn keys_are_those_of_the_page_in_one_line_each() {
    let button = |number: usize| Button {
        name: number.to_string(),
        label: said(&format!("Gi{number}\nto ISP")),
        action: Action::Run { line: "/bw".to_owned() },
        who: Who::WhoeverMay,
        until: Timestamp(0),
        uses: Uses::Many,
    };
    let more = Button { action: Action::More { page: 1 }, label: said("more"), ..button(9) };
    let document = (0..10).map(button).chain([more]).fold(head(), Document::with_button);
    let keys = keys(&message(document), &texts(), 8);
    let shown: Vec<_> = keys.iter().map(|key| format!("{} {}", key.token, key.label)).collect();
    assert_eq!(shown[0], "0 Gi0 to ISP");
    assert_eq!(shown[8..], ["10 more"]);
}

/// Whatever a router or a person writes, no more than this is said inline.
const INLINE: usize = 4_000;

proptest! {
    #[test]
    fn whatever_is_printed_is_clean_short_and_whole(printed in "(\\PC|[\u{0}-\u{1f}]|\u{1b}\\[2J|\n){0,200}", times in 1usize..60) {
        let printed = printed.repeat(times);
        let pieces = of(&message(head().with(Block::Raw(printed.clone()))), &texts());
        let mut characters = 0;
        let mut lines = Vec::new();
        for piece in &pieces {
            if let Piece::Code(some) = piece {
                characters += some.iter().map(|line| line.chars().count() + 1).sum::<usize>();
                lines.extend(some.clone());
            }
        }
        prop_assert!(characters <= INLINE);
        prop_assert!(lines.iter().all(|line| !line.chars().any(char::is_control)));
        let whole = format!("{}\n", printed.trim_end());
        let filed = pieces.iter().any(|piece| matches!(piece, Piece::File { bytes, .. } if *bytes == whole.as_bytes()));
        let trimmed: Vec<String> = clean(printed.trim_end()).iter().map(|line| line.trim_end().to_owned()).collect();
        prop_assert!(filed || lines == trimmed || trimmed.iter().all(String::is_empty));
    }

    #[test]
    fn no_table_is_wider_than_a_phone(cells in proptest::collection::vec(proptest::collection::vec("\\PC{0,30}", 1..6), 0..30)) {
        let texts = texts();
        let row = |cells: &Vec<String>| cells.iter().map(|cell| said(cell)).collect();
        let table = Block::Table(Table { head: Vec::new(), rows: cells.iter().map(row).collect() });
        let pieces = of(&message(head().with(table)), &texts);
        let stacks = cells.len() <= STACKED;
        for piece in &pieces {
            if let Piece::Code(lines) = piece {
                let widest = lines.iter().map(|line| line.width()).max().unwrap_or(0);
                prop_assert!(stacks || widest <= COLUMNS, "{widest}");
            }
        }
    }
}
