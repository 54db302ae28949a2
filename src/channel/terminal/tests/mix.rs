//! Whatever versions come in whatever order, with lines typed between: the screen shows whole
//! messages only.

use super::super::layout::Size;
use super::super::page::{Page, Piece};
use super::screen::Screen;
use super::*;
use proptest::prelude::*;

const ROOM: Size = Size { columns: 40, rows: 9 };
const TYPED: &str = "you> typed";

/// A version whose rows each say which of how many they are.
fn piece(slot: usize, version: i64, rows: usize) -> Piece {
    let row = |number: usize| said(&format!("{slot} v{version} {number} of {rows}"));
    let first = Document::open(Sign::None, row(1));
    Piece {
        slot: Slot(slot.to_string()),
        version,
        document: (2..=rows).fold(first, |document, number| document.with_detail(row(number))),
        tokens: Vec::new(),
        files: Vec::new(),
        pictures: Vec::new(),
        reader: Reader::default(),
        now: Timestamp(0),
        repeat: false,
        resumed: false,
        edit: false,
    }
}

/// The row that must follow; None after the last of a message.
fn follower(row: &str) -> Option<String> {
    let [message, version, number, _, rows] = row.split(' ').collect::<Vec<_>>().try_into().unwrap();
    let next = number.parse::<usize>().unwrap() + 1;
    (number != rows).then(|| format!("{message} {version} {next} of {rows}"))
}

fn is_whole(shown: &str) -> bool {
    let mut expected: Option<String> = None;
    for row in shown.lines().map(str::trim) {
        if expected.is_some_and(|expected| expected != row) {
            return false;
        }
        expected = (!row.is_empty() && row != TYPED).then(|| follower(row)).flatten();
    }
    expected.is_none()
}

proptest! {
    #[test]
    fn only_whole_messages_are_on_the_screen(steps in prop::collection::vec((0..3_usize, 1..6_usize, prop::bool::weighted(0.2)), 1..40)) {
        let mut page = Page::new(texts(), false);
        let mut screen = Screen::new(ROOM.columns, ROOM.rows);
        for (version, (slot, rows, typed)) in (1..).zip(steps) {
            if typed {
                page.interrupted();
                screen.feed(format!("{TYPED}\n").as_bytes());
            }
            screen.feed(page.print(&piece(slot, version, rows), Some(ROOM), 1).as_bytes());
            let shown = screen.shown();
            prop_assert!(is_whole(&shown), "{}", shown);
        }
    }
}
