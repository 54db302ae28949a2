use super::leave::Leave;
use super::letter::{Letter, written};
use super::words::header;
use super::*;
use proptest::prelude::*;

fn sender() -> Sender {
    Sender {
        from: "Patchbay <patchbay@example.net>".parse().unwrap(),
        installation: "here".to_owned(),
        homes: vec!["noc@example.net".to_owned()],
        leave: Leave::read("mailto:leave@example.net?subject=stop"),
    }
}

fn letter(message: &Message) -> Letter {
    written(message, &sender(), &texts()).unwrap()
}

fn raw(message: &Message) -> String {
    String::from_utf8(letter(message).bytes).unwrap()
}

/// The lines before the first empty one, folded ones joined.
fn headers(raw: &str) -> Vec<String> {
    let (head, _) = raw.split_once("\r\n\r\n").unwrap();
    head.replace("\r\n ", " ").split("\r\n").map(str::to_owned).collect()
}

#[test]
fn the_subject_says_how_bad_it_is_in_a_word() {
    for (class, sign, subject) in [
        (Class::Alert, Sign::Critical, "[Patchbay] critical: R3 CPU 94 %"),
        (Class::Critical, Sign::Warning, "[Patchbay] warning: R3 CPU 94 %"),
        (Class::Alert, Sign::Done, "[Patchbay] recovered: R3 CPU 94 %"),
        (Class::Result, Sign::Done, "[Patchbay] R3 CPU 94 %"),
        (Class::Alert, Sign::Held, "[Patchbay] R3 CPU 94 %"),
    ] {
        let message = Message { class, ..message("a", "noc@example.net", line(sign, "R3 CPU 94 %")) };
        let headers = headers(&raw(&message));
        assert!(headers.contains(&format!("Subject: {subject}")), "{headers:#?}");
    }
}

#[test]
fn every_try_and_version_has_one_name_and_others_have_others() {
    let first = message("a", "noc@example.net", line(Sign::Critical, "one"));
    let again = Message {
        version: 7,
        now: Timestamp(9),
        repeat: true,
        ..message("a", "noc@example.net", line(Sign::Done, "two"))
    };
    let id = letter(&first).id;
    assert_eq!(letter(&again).id, id);
    assert!(id.starts_with('<') && id.ends_with("@example.net>") && id.len() == 46, "{id}");
    let other = |slot, address| letter(&message(slot, address, line(Sign::Critical, "one"))).id;
    assert_ne!(other("b", "noc@example.net"), id);
    assert_ne!(other("a", "night@example.net"), id);
    let elsewhere = Sender { installation: "there".to_owned(), ..sender() };
    assert_ne!(written(&first, &elsewhere, &texts()).unwrap().id, id);
}

#[test]
fn an_address_that_is_none_is_final_and_only_its_own_fault() {
    for address in ["", "noc", "a@b@c", "a b@c.net", "a@c.net\r\nRCPT TO:<x@c.net>", "<a@c.net>"] {
        let refused = written(&message("a", address, line(Sign::None, "x")), &sender(), &texts());
        assert!(matches!(refused, Err(SendError::Never { .. })), "{address:?}");
    }
}

#[test]
fn a_reply_names_what_it_replies_to() {
    let mut message = message("a", "noc@example.net", line(Sign::Done, "x"));
    message.reply_to = Some(MessageRef("<root@example.net>\r\nBcc: x@example.net".to_owned()));
    let headers = headers(&raw(&message));
    let with = |name: &str| headers.iter().filter(|line| line.starts_with(name)).count();
    assert_eq!((with("In-Reply-To: <root@example.net>"), with("References: <root@example.net>")), (1, 1));
    assert_eq!(with("Bcc"), 0);
    assert_eq!(with("Auto-Submitted: auto-generated"), 1);
}

#[test]
fn what_is_not_drawn_is_still_named() {
    let picture = Picture {
        title: Text::verbatim("R1 Gi1"),
        name: "R1-Gi1".to_owned(),
        curves: Vec::new(),
        from: Timestamp(0),
        to: Timestamp(1),
        unit: Unit::Percent,
        capacity: None,
        marks: Vec::new(),
        simulated_until: None,
    };
    let document = line(Sign::Critical, "x").with(Block::Picture(picture));
    let mut message = message("a", "noc@example.net", document);
    for pictures in [Vec::new(), vec![Drawn::default()]] {
        message.pictures = pictures;
        let raw = raw(&message);
        assert!(!raw.contains("image/png") && !raw.contains("cid:") && raw.contains("R1 Gi1"), "{raw}");
    }
}

#[test]
fn whoever_only_reads_can_say_that_it_is_enough() {
    let whole = raw(&message("a", "ann@example.net", line(Sign::Critical, "x")));
    let header = "List-Unsubscribe: <mailto:leave@example.net?subject=stop>";
    assert!(headers(&whole).contains(&header.to_owned()), "{whole}");
    assert_eq!(whole.matches("To hear no more of this: leave@example.net").count(), 2, "{whole}");
    let own = raw(&message("a", "noc@example.net", line(Sign::Critical, "x")));
    assert!(!own.contains("leave@"), "{own}");
    for (typed, shown) in [
        ("leave@example.net", Some("leave@example.net")),
        ("https://example.net/leave?a=1", Some("https://example.net/leave?a=1")),
        ("http://example.net/leave", None),
        ("mailto:nobody", None),
        ("mailto:a@example.net>\r\nBcc: x@example.net", None),
        ("https://example.net/a,b", None),
        ("", None),
    ] {
        assert_eq!(Leave::read(typed).as_ref().map(Leave::shown), shown, "{typed:?}");
    }
}

proptest! {
    #[test]
    fn no_words_make_a_header_or_a_tag(words in any::<String>()) {
        let words = format!("{words}\r\nBcc: <x@example.net>\u{2028}\u{61c}<b>");
        let kept = header(&words);
        let cut = kept.contains(|c: char| c.is_control() || matches!(c, '\u{2028}' | '\u{61c}'));
        prop_assert!(!cut, "{kept:?}");
        prop_assert!(kept.chars().count() <= 151);
        let mut message = message("a", "noc@example.net", line(Sign::Critical, &words));
        message.document.blocks.push(Block::Raw(words.clone()));
        let names = ["Message-ID", "Date", "Auto-Submitted", "From", "To", "Subject", "MIME-Version", "Content-Type"];
        for line in headers(&raw(&message)) {
            prop_assert!(names.iter().any(|name| line.starts_with(&format!("{name}: "))), "{line:?}");
        }
        let page = html::body(&message.document, &words::Words::of(&message, &texts()), &[]);
        prop_assert!(!page.contains("<b>") && page.matches("<p ").count() == 1, "{page}");
    }
}
