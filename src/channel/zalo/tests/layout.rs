//! What a message looks like there.

use super::*;
use proptest::prelude::*;

fn shown(message: &Message, in_group: bool) -> Vec<String> {
    page::texts(message, &texts(), in_group)
}

fn alert() -> Document {
    Document::open(Sign::Critical, said("R3 CPU 94 % for 5 min (limit 90 %)"))
        .with_detail(said("danang · edge · since 14:02 · #7"))
        .with_detail(said("held back: 3"))
        .with_button(button("Acknowledge", Action::Run { line: "/ack 7".to_owned() }))
}

#[test]
fn an_alert_is_its_first_line_and_a_short_one() {
    let message = message("4710000001", "alert/7", alert());
    assert_eq!(
        shown(&message, false),
        ["🔴 R3 CPU 94 % for 5 min (limit 90 %)\ndanang · edge · since 14:02 · #7"]
    );
}

#[test]
fn an_answer_is_whole_and_says_what_to_type() {
    let table = Table { head: vec![said("name"), said("site")], rows: vec![vec![said("R1"), said("hanoi")]] };
    let document = Document::open(Sign::Question, said("/bw needs an interface"))
        .with(Block::Table(table))
        .with(Block::Raw("Gi1 up\n  5 packets".to_owned()))
        .with(Block::File { name: "all.txt".to_owned(), attachment: AttachmentId(1), bytes: 3 })
        .with_button(button("Again", Action::Run { line: "/bw R1".to_owned() }))
        .with_button(button("Gi1", Action::Answer { dialog: DialogId(1), words: Some("Gi1".to_owned()) }))
        .with_button(button("Gi2", Action::Answer { dialog: DialogId(1), words: Some("Gi2".to_owned()) }))
        .with_button(button("Cancel", Action::Answer { dialog: DialogId(1), words: None }));
    let message = Message { files: vec![b"abc".to_vec()], ..message("4710000001", "a", document) };
    let texts = shown(&message, false);
    let [text] = texts.as_slice() else { panic!("{texts:?}") };
    assert_eq!(
        text,
        "❓ /bw needs an interface\nname  site\nR1    hanoi\nGi1 up\n  5 packets\n   The file all.txt (3 B) cannot \
         be sent here. Ask in another chat.\nAgain: /bw R1\nThere are no buttons here. Choose from: Gi1, Gi2, and \
         send the whole command again with it."
    );
}

#[test]
fn nothing_is_agreed_to_where_nobody_can_press() {
    let step = |word: &str| Action::Step { job: JobId(1), word: word.to_owned() };
    let document = Document::open(Sign::Question, said("Reboot R2?"))
        .with_button(button("Drop them, reboot", step("drop")))
        .with_button(button("Cancel", step("cancel")));
    let texts = shown(&message("4710000001", "a", document), false);
    assert_eq!(
        texts,
        [
            "❓ Reboot R2?\nThere are no buttons here to agree with (Drop them, reboot, Cancel), so nothing will be done. \
          Send the command in another chat."
        ]
    );
}

#[test]
fn vietnamese_is_composed_before_it_is_counted() {
    // Decomposed: each of these is three characters.
    let message = message("4710000001", "a", line(Sign::None, &"e\u{302}\u{301}".repeat(1_990)));
    let texts = shown(&message, false);
    assert_eq!(texts, ["ế".repeat(1_990)]);
}

#[test]
fn a_routers_words_ring_nobody_in_a_group() {
    for (words, expected) in [
        ("port [@4710000001] up", "port @4710000001] up"),
        ("[[@x]@y] [[[@z", "@x]@y] @z"),
        ("[a] @b [ @c", "[a] @b [ @c"),
    ] {
        let message = message("group:f414c8f76fa586fbdfb4", "a", line(Sign::None, words));
        assert_eq!(shown(&message, true), [expected]);
        assert_eq!(shown(&message, false), [words], "alone it is nothing");
    }
}

#[test]
fn what_is_longer_is_split_at_lines_and_cut_in_the_end() {
    let long = |count: usize| {
        let lines = (0..count).map(|at| said(&format!("line {at} {}", "x".repeat(90))));
        lines.fold(Document::open(Sign::None, said("first")), Document::with_detail)
    };
    let texts = shown(&message("4710000001", "a", long(40)), false);
    assert_eq!(texts.len(), 3);
    assert!(texts[1].starts_with("   line "), "{}", texts[1]);
    let texts = shown(&message("4710000001", "a", long(200)), false);
    assert_eq!(texts.len(), 4);
    assert!(texts[3].contains("… cut here, lines left out: "), "{}", texts[3]);
}

proptest! {
    #[test]
    fn every_text_is_one_that_the_service_takes(words in "(\\PC|\n|\u{301}|\\[@|🔴){0,80}", times in 1..200usize) {
        let document = Document::open(Sign::None, said(&words)).with(Block::Raw(words.repeat(times)));
        let message = Message { repeat: true, ..message("4710000001", "a", document) };
        for in_group in [false, true] {
            let texts = shown(&message, in_group);
            prop_assert!(!texts.is_empty() && texts.len() <= 4);
            for text in texts {
                prop_assert!(!text.trim().is_empty());
                prop_assert!(text.encode_utf16().count() <= page::TEXT);
                prop_assert!(!in_group || !text.contains("[@"));
            }
        }
    }
}
