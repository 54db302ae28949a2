//! The tolerant reader, and that nothing a router sends is a panic.

use super::super::leaf::{Entries, Leaf, root};
use super::*;
use proptest::prelude::*;

fn leaf(written: &str) -> Leaf<'_> {
    serde_json::from_str(written).unwrap()
}

#[test]
fn a_leaf_in_every_form() {
    for (written, whole, real, flag, text) in [
        ("7", Some(7), Some(7.0), None, None),
        ("\"7\"", Some(7), Some(7.0), None, Some("7")),
        (
            "\"18446744073709551615\"",
            Some(u64::MAX),
            Some(u64::MAX as f64),
            None,
            Some("18446744073709551615"),
        ),
        ("18446744073709551615", Some(u64::MAX), Some(u64::MAX as f64), None, None),
        (
            "\"18446744073709551616\"",
            None,
            Some(18_446_744_073_709_551_616.0),
            None,
            Some("18446744073709551616"),
        ),
        ("1.5", None, Some(1.5), None, None),
        ("-1", None, None, None, None),
        ("\"NaN\"", None, None, None, Some("NaN")),
        ("1e999999", None, None, None, None),
        ("true", None, None, Some(true), None),
        ("\"true\"", None, None, Some(true), Some("true")),
        ("[null]", None, None, Some(true), None),
        ("[null,null]", None, None, None, None),
        ("[]", None, None, None, None),
        ("[[[1]]]", None, None, None, None),
        ("null", None, None, None, None),
        ("{\"a\":[1]}", None, None, None, None),
        ("\"\"", None, None, None, Some("")),
    ] {
        let Ok(leaf) = serde_json::from_str::<Leaf<'_>>(written) else {
            assert_eq!(written, "1e999999");
            continue;
        };
        assert_eq!(
            (leaf.whole(), leaf.real(), leaf.flag(), leaf.text()),
            (whole, real, flag, text),
            "{written}"
        );
    }
}

#[test]
fn words_lose_their_module_and_the_epoch_is_never() {
    assert_eq!(leaf("\"iana-if-type:tunnel\"").word(), Some("tunnel"));
    assert_eq!(leaf("\" up \"").word(), Some("up"));
    assert_eq!(leaf("\"\"").word(), None);
    for (written, millis) in [
        ("\"2026-04-12T22:30:22+00:00\"", Some(START)),
        ("\"2026-04-12T22:30:22.5Z\"", Some(START + 500)),
        ("\"2026-04-13T05:30:22+07:00\"", Some(START)),
        ("\"1970-01-01T00:00:00+00:00\"", None),
        ("\"soon\"", None),
        ("5", None),
    ] {
        assert_eq!(leaf(written).time(), millis.map(Timestamp), "{written}");
    }
}

#[test]
fn a_name_with_a_colon_in_it_is_no_module() {
    let mut router = Router::asked("interfaces");
    router.look(&[json(&INTERFACES.replace("GigabitEthernet1", "Serial0/1/0:0"))]);
    assert_eq!(router.interface("Serial0/1/0:0").name, "Serial0/1/0:0");
}

#[test]
fn a_list_is_read_as_list_and_as_one_entry() {
    let read = |body: &'static str| {
        root::<BTreeMap<String, Leaf<'static>>>(body, "x").map(|e: Entries<_>| e.0.len())
    };
    for (body, entries) in [
        (r#"{"m:x":[{"a":1},{"a":2}]}"#, Some(2)),
        (r#"{"m:x":{"a":1}}"#, Some(1)),
        (r#"{"x":{"a":1}}"#, Some(1)),
        (r#"{"other":5,"m:x":[null,{"a":1},"s",true,-1,1.5]}"#, Some(1)),
        (r#"{"m:x":null}"#, Some(0)),
        (r#"{"m:y":[]}"#, None),
        (r#"[]"#, None),
        (r#"{"m:x":[{"a":1}"#, None),
    ] {
        assert_eq!(read(body), entries, "{body}");
    }
}

fn looks_at(outcomes: &[Outcome]) {
    for probe in PROBES {
        let mut router = Router::asked(probe.name);
        router.device.interfaces.push(InterfaceNote { name: "a".to_owned(), ..InterfaceNote::default() });
        for outcome in outcomes {
            let found = router.look(&[outcome.clone(), outcome.clone()]);
            assert!(found.samples.iter().all(|sample| sample.value.is_finite() && sample.value >= 0.0));
            let known = |o: &Observed| match o.reading {
                Reading::Known(value) => value.is_finite() && value >= 0.0,
                Reading::Unknown(_) | Reading::Ended(_) => true,
            };
            assert!(found.observed.iter().all(known), "{found:?}");
        }
    }
}

/// A body with one stretch of it replaced.
fn mutated() -> impl Strategy<Value = String> {
    let bodies = proptest::sample::select(vec![CPU, POOLS, PROCESSES, INTERFACES, IETF, SYSTEM]);
    let junk = proptest::sample::select(vec![
        "",
        "null",
        "[null]",
        "\"\"",
        "0",
        "-1",
        "1e308",
        "18446744073709551615",
        "{}",
        "[]",
        "[[]]",
        ",",
        "\"",
        "}",
        "NaN",
        "\\u0000",
        "ộ",
    ]);
    (bodies, any::<proptest::sample::Index>(), 0usize..40, junk).prop_map(|(body, at, length, junk)| {
        let chars: Vec<char> = body.chars().collect();
        let from = at.index(chars.len());
        let to = (from + length).min(chars.len());
        let (before, after) = (&chars[..from], &chars[to..]);
        format!("{}{junk}{}", before.iter().collect::<String>(), after.iter().collect::<String>())
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn any_bytes_are_read_without_a_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        looks_at(&[json(&String::from_utf8_lossy(&bytes))]);
    }

    #[test]
    fn any_answer_is_read_without_a_panic(bodies in proptest::collection::vec(mutated(), 1..5)) {
        let outcomes: Vec<Outcome> = bodies.iter().map(|body| json(body)).collect();
        looks_at(&outcomes);
    }
}
