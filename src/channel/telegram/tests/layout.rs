//! Messages as parts, and lines as pages of HTML.

use super::super::html::{self, Kind, Line};
use super::super::page::{self, Body};
use super::*;
use expect_test::{Expect, expect};
use proptest::prelude::*;

#[track_caller]
fn check(message: &Message, pictures: usize, expected: Expect) {
    let mut shown = String::new();
    for part in page::parts(message, &texts(), &[], pictures) {
        let body = match &part.body {
            Body::Text => "text".to_owned(),
            Body::Photo(None) => "the picture that stands there".to_owned(),
            Body::Photo(Some(file)) => format!("picture {}", file.name),
            Body::Document(file) => format!("file {} ({} bytes)", file.name, file.bytes.len()),
        };
        shown += &format!("--- {body}\n{}\n", part.html);
        for row in &part.keys {
            let labels: Vec<_> = row.iter().map(|key| format!("[{}]", key.label)).collect();
            shown += &format!("{}\n", labels.join(" "));
        }
    }
    // A joiner is shown, or nobody would see it here.
    expected.assert_eq(&shown.replace('\u{2060}', "^"));
}

fn table() -> Block {
    let row = |cells: [&str; 3]| cells.iter().map(|cell| said(cell)).collect();
    Block::Table(Table {
        head: row(["name", "site", "note"]),
        rows: vec![row(["R1", "hanoi", "<core>"]), row(["R10", "danang", "@edge"])],
    })
}

#[test]
fn the_verdict_is_bold_columns_are_code_and_a_router_can_neither_format_nor_call() {
    let document = Document::open(Sign::Warning, said("1 of 5 routers needs a <look>"))
        .with_detail(said("R3 \"to @noc & #isp\"\nmail a@b.net, alert #7"))
        .with_line(Sign::Done, said("3 others are well"))
        .with(table())
        .with(Block::Raw("<b>&amp; @all\n\n*x* `y`\n".to_owned()))
        .with(Block::Progress { done: 3, failed: 0, total: 4 })
        .with_button(button("a", "Ack"))
        .with_button(button("b", "1 h"))
        .with_button(button("c", "4 h"))
        .with_button(button("d", "Processes"))
        .with_button(button("e", "Show the 3 lines"))
        .with_button(button("f", "GigabitEthernet0/0/1 to ISP-A"));
    check(
        &message(1, "a", document),
        0,
        expect![[r#"
        --- text
        <b>⚠️ 1 of 5 routers needs a &lt;look&gt;</b>
           R3 "to @^noc &amp; #^isp"
           mail a@b.^net, alert #7
        ✅ 3 others are well
        <pre>name  site    note
        R1    hanoi   &lt;core&gt;
        R10   danang  @edge
        &lt;b&gt;&amp;amp; @all

        *x* `y`</pre>
           ━━━━━━━─── 3 of 4
        [Ack] [1 h] [4 h]
        [Processes] [Show the 3 lines]
        [GigabitEthernet0/0/1 to ISP-A]
    "#]],
    );
}

#[test]
fn a_picture_has_the_verdict_below_it_and_files_come_last() {
    let document = line(Sign::Critical, "R3 CPU 94 % for 5 min (limit 90 %)")
        .with(picture())
        .with(picture())
        .with(file("R3.txt", 1))
        .with_button(button("a", "Acknowledge"));
    let with = |document: &Document, pictures: Vec<Drawn>| Message {
        pictures,
        files: vec![b"one".to_vec()],
        ..message(1, "a", document.clone())
    };
    check(
        &with(&document, vec![drawn(1), Drawn::default()]),
        0,
        expect![[r#"
        --- picture R1-Gi1-1402.png
        <b>🔴 R3 CPU 94 % for 5 min (limit 90 %)</b>
           R1 Gi1 to ISP-A
        --- file R3.txt (3 bytes)

        [Acknowledge]
    "#]],
    );
    check(
        &with(&document, vec![Drawn::default(), Drawn::default()]),
        1,
        expect![[r#"
        --- the picture that stands there
        <b>🔴 R3 CPU 94 % for 5 min (limit 90 %)</b>
           R1 Gi1 to ISP-A
        --- file R3.txt (3 bytes)

        [Acknowledge]
    "#]],
    );
    let long = Document { blocks: vec![Block::Raw("0123456789\n".repeat(40))], ..document.clone() };
    let long = Document {
        blocks: [document.blocks, long.blocks, vec![Block::Raw("0123456789\n".repeat(60))]].concat(),
        ..long
    };
    let parts = page::parts(&with(&long, vec![drawn(1), drawn(2)]), &texts(), &[], 0);
    let kinds: Vec<String> =
        parts.iter().map(|part| format!("{:?} {}", part.kind(), html::units(&part.plain))).collect();
    expect!["Photo 1016, Text 120, Photo 15, Document 0"].assert_eq(&kinds.join(", "));
}

fn kind() -> impl Strategy<Value = Kind> {
    prop_oneof![Just(Kind::First), Just(Kind::Prose), Just(Kind::Code)]
}

/// What is shown of a page, as the service reads it: the text without its tags, or what is wrong with them.
fn shown(html: &str) -> Result<String, String> {
    let mut text = String::new();
    let mut open: Option<String> = None;
    let mut rest = html;
    while let Some(at) = rest.find(['<', '&', '>']) {
        text += &rest[..at];
        let (mark, after) =
            rest[at..].split_once(if rest[at..].starts_with('<') { '>' } else { ';' }).ok_or("cut")?;
        match (mark, &open) {
            ("&amp", _) => text.push('&'),
            ("&lt", _) => text.push('<'),
            ("&gt", _) => text.push('>'),
            ("<b" | "<pre", None) => open = Some(mark[1..].to_owned()),
            (close, Some(tag)) if *close == format!("</{tag}") => open = None,
            _ => return Err(format!("{mark} in {html}")),
        }
        rest = after;
    }
    match open {
        None => Ok(text + rest),
        Some(tag) => Err(format!("{tag} is open")),
    }
}

proptest! {
    #[test]
    fn pages_are_never_too_long_never_broken_and_nothing_is_lost(
        lines in proptest::collection::vec((kind(), "(\\PC|[<>&@# ]|👍|漢){0,90}"), 0..30),
        first in 20usize..200,
        limit in 20usize..200,
    ) {
        let lines: Vec<Line> = lines.iter().map(|(kind, text)| Line::new(*kind, text, &[])).collect();
        let pages = html::pages(&lines, first, limit);
        let mut said = String::new();
        for (at, page) in pages.iter().enumerate() {
            let plain = html::plain(page);
            let room = if at == 0 { first.max(limit) } else { limit };
            prop_assert!(html::units(&plain) <= room, "{} of {room}", html::units(&plain));
            prop_assert_eq!(shown(&html::html(page)), Ok(plain.clone()));
            said += &plain;
        }
        let words = |text: &str| text.split_whitespace().collect::<String>();
        let all: String = lines.iter().map(|line| line.text.as_str()).collect();
        prop_assert_eq!(words(&said), words(&all));
    }
}
