//! Messages in the service's own form, and its limits.

use super::super::blocks::{Laid, lay_out};
use super::*;
use expect_test::{Expect, expect};
use proptest::prelude::*;
use serde_json::json;

fn laid(document: Document) -> Laid {
    lay_out(&message("C1", document), &texts(), &["/diff".to_owned(), "/status".to_owned()])
}

#[expect(clippy::needless_pass_by_value, reason = "cases read better without &")]
fn check(document: Document, expected: Expect) {
    let laid = laid(document);
    let blocks: Vec<String> = laid.said.blocks.iter().map(|block| json!(block).to_string()).collect();
    let files =
        laid.files.iter().map(|file| format!("<{}: {} bytes of {}>", file.name, file.bytes.len(), file.kind));
    let lines: Vec<String> = std::iter::once(laid.said.text).chain(blocks).chain(files).collect();
    expected.assert_eq(&lines.join("\n").replace('\u{200b}', "\\u{200b}"));
}

#[test]
fn sentences_share_a_section_and_code_has_its_own() {
    check(
        Document::open(Sign::Warning, said("1 of 5 routers needs a look"))
            .with_detail(said("R3  CPU 91 % & <rising>"))
            .with(Block::Raw("R3#show clock\n*14:02:07 UTC\n```".to_owned()))
            .with_line(Sign::Done, said("4 others are well"))
            .with_button(button("list", "List", run("/status all list"))),
        expect![[r#"
            ⚠️ 1 of 5 routers needs a look
            {"text":{"emoji":false,"text":"⚠️ 1 of 5 routers needs a look\nR3  CPU 91 % &amp; &lt;rising&gt;","type":"plain_text"},"type":"section"}
            {"text":{"text":"```\nR3#show clock\n*14:02:07 UTC\n`\u{200b}`\u{200b}`\n```","type":"mrkdwn","verbatim":true},"type":"section"}
            {"text":{"emoji":false,"text":"✅ 4 others are well","type":"plain_text"},"type":"section"}
            {"elements":[{"action_id":"list","text":{"emoji":false,"text":"List","type":"plain_text"},"type":"button","value":"00000000000000000000000000000000"}],"type":"actions"}"#]],
    );
}

/// Nobody can type `/diff` where the app has not registered it.
#[test]
fn commands_in_sentences_are_those_that_can_be_typed() {
    check(
        Document::open(Sign::Done, said("/diff R3 shows it (/status R3, not /bw R3 or /diffs)"))
            .with_detail(said("next time: /net diff R3 a/diff /diff/status"))
            .with(Block::Raw("R3#/diff R3".to_owned())),
        expect![[r#"
            ✅ /net diff R3 shows it (/net status R3, not /bw R3 or /diffs)
            {"text":{"emoji":false,"text":"✅ /net diff R3 shows it (/net status R3, not /bw R3 or /diffs)\nnext time: /net diff R3 a/diff /diff/status","type":"plain_text"},"type":"section"}
            {"text":{"text":"```\nR3#/diff R3\n```","type":"mrkdwn","verbatim":true},"type":"section"}"#]],
    );
}

#[test]
fn a_question_of_yes_or_no_shows_which_is_dangerous() {
    check(
        Document::open(Sign::Question, said("Reboot R2?"))
            .with_button(button("yes", "Run /reboot R2", answer(Some("/reboot R2"))))
            .with_button(button("no", "Cancel", answer(None))),
        expect![[r#"
            ❓ Reboot R2?
            {"text":{"emoji":false,"text":"❓ Reboot R2?","type":"plain_text"},"type":"section"}
            {"elements":[{"action_id":"yes","style":"danger","text":{"emoji":false,"text":"Run /reboot R2","type":"plain_text"},"type":"button","value":"00000000000000000000000000000000"},{"action_id":"no","text":{"emoji":false,"text":"Cancel","type":"plain_text"},"type":"button","value":"00000000000000000000000000000001"}],"type":"actions"}"#]],
    );
}

#[test]
fn many_answers_are_a_menu_with_cancel_beside_it() {
    let mut document = Document::open(Sign::Question, said("Which router?"));
    for number in 0..6 {
        document =
            document.with_button(button(&format!("a{number}"), &format!("R{number}"), answer(Some("/x"))));
    }
    check(
        document.with_button(button("no", "Cancel", answer(None))),
        expect![[r#"
        ❓ Which router?
        {"text":{"emoji":false,"text":"❓ Which router?","type":"plain_text"},"type":"section"}
        {"elements":[{"action_id":"menu","options":[{"text":{"emoji":false,"text":"R0","type":"plain_text"},"value":"00000000000000000000000000000000"},{"text":{"emoji":false,"text":"R1","type":"plain_text"},"value":"00000000000000000000000000000001"},{"text":{"emoji":false,"text":"R2","type":"plain_text"},"value":"00000000000000000000000000000002"},{"text":{"emoji":false,"text":"R3","type":"plain_text"},"value":"00000000000000000000000000000003"},{"text":{"emoji":false,"text":"R4","type":"plain_text"},"value":"00000000000000000000000000000004"},{"text":{"emoji":false,"text":"R5","type":"plain_text"},"value":"00000000000000000000000000000005"}],"placeholder":{"emoji":false,"text":"Choose one","type":"plain_text"},"type":"static_select"},{"action_id":"no","text":{"emoji":false,"text":"Cancel","type":"plain_text"},"type":"button","value":"00000000000000000000000000000006"}],"type":"actions"}"#]],
    );
}

#[test]
fn a_menu_takes_a_hundred_and_says_what_is_missing() {
    let mut document = Document::open(Sign::Question, said("Which router?"));
    for number in 0..150 {
        document = document.with_button(button(&format!("a{number}"), &"Đ".repeat(90), answer(Some("/x"))));
    }
    let laid = laid(document.with_button(button("no", "Cancel", answer(None))));
    let blocks = json!(laid.said.blocks);
    assert_eq!(blocks[1]["text"]["text"], "50 more would fit: type one here");
    assert_eq!(blocks[2]["elements"][0]["options"].as_array().unwrap().len(), 100);
    assert_eq!(blocks[2]["elements"][1]["text"]["text"], "Cancel");
    assert!(taken(&laid), "{blocks}");
}

#[test]
fn a_document_without_a_word_is_a_message_all_the_same() {
    check(Document::default(), expect![[r#"Patchbay"#]]);
}

/// Whether the service takes it, counted by its own documents.
fn taken(laid: &Laid) -> bool {
    let blocks = json!(laid.said.blocks);
    let blocks = blocks.as_array().unwrap();
    let mut all = 0;
    let mut good = blocks.len() <= 50 && (1..=4_000).contains(&laid.said.text.chars().count());
    for block in blocks {
        let text = |value: &Value| value["text"].as_str().map_or(0, |text| text.encode_utf16().count());
        let section = text(&block["text"]);
        good &= section <= 3_000 && (block["type"] != "section" || section > 0);
        all += section;
        for element in block["elements"].as_array().into_iter().flatten() {
            let options = element["options"].as_array();
            good &= text(&element["text"]) <= 75 && options.is_none_or(|options| options.len() <= 100);
            all += text(&element["text"]);
            for option in options.into_iter().flatten() {
                good &= (1..=75).contains(&text(&option["text"]));
                all += text(&option["text"]);
            }
        }
    }
    good && all <= 12_000
}

/// Every character that was to be said, blanks and line ends aside.
fn everything(laid: &Laid) -> String {
    let mut all = String::new();
    for block in &laid.said.blocks {
        let text = json!(block)["text"]["text"].as_str().unwrap_or_default().to_owned();
        if text.starts_with("… the rest is in") || text.contains("would fit: type ") {
            continue;
        }
        all.push_str(&text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&"));
    }
    for file in &laid.files {
        all.push_str(&String::from_utf8_lossy(&file.bytes));
    }
    all.chars().filter(|c| !c.is_whitespace() && *c != '\u{200b}').collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn no_message_is_over_a_limit_and_nothing_is_lost(
        sentences in prop::collection::vec("[a-z<>&Đ漢🔴`]{0,4}(word<&> ){0,400}", 1..40),
        raw in prop::collection::vec("[a-z<&>漢🔴` ]{0,120}", 0..80),
        buttons in 0_usize..130,
    ) {
        let mut document = Document::open(Sign::Warning, said(&sentences[0]));
        for (at, words) in sentences.iter().enumerate().skip(1) {
            document = document.with_line(Sign::None, said(words));
            if at == sentences.len() / 2 {
                document = document.with(Block::Raw(raw.join("\n")));
            }
        }
        for number in 0..buttons {
            document = document.with_button(button(&format!("b{number}"), "漢<&>🔴".repeat(9).as_str(), answer(Some("/x"))));
        }
        let laid = laid(document);
        prop_assert!(taken(&laid), "{}", json!(laid.said.blocks));
        let all = everything(&laid);
        for words in &sentences {
            let words: String = words.chars().filter(|c| !c.is_whitespace()).collect();
            prop_assert!(all.contains(&words), "{words} in {all}");
        }
    }
}
