//! What every file of the sources looks like: it says first what it is for, it stays short enough to
//! be read at one sitting, its tests wait for events and none is put aside.

use crate::laws::{hold, root};
use crate::scan::{Source, sources};

/// Longer than this, tests aside, a file is asking to be two.
const LONGEST: usize = 400;

/// Files that may be longer, each with its reason.
const LONG: &[(&str, &str)] = &[];

/// Files whose opening may be longer, each with its reason.
const LONG_OPENINGS: &[(&str, &str)] =
    &[("src/lib.rs", "the map of the house and its invariants, which stand nowhere else in the code")];

/// Tests that may wait by the clock, each with its reason. Elsewhere a test awaits the event.
const SLEEPERS: &[(&str, &str)] = &[];

fn excused(path: &str, list: &[(&str, &str)]) -> bool {
    list.iter().any(|(excused, _)| *excused == path)
}

fn wrong_page(source: &Source) -> Vec<String> {
    let mut wrong = Vec::new();
    let opening = source.text.lines().take_while(|line| line.starts_with("//!")).count();
    let is_page = source.text.lines().count() > 1 && !source.code.trim().is_empty();
    if is_page && !(1..=8).contains(&opening) && !excused(&source.path, LONG_OPENINGS) {
        wrong.push(format!(
            "{opening} lines of `//!` at the top; say in 2 to 6 what enters, what leaves, what it never does"
        ));
    }
    if source.lines > LONGEST && !excused(&source.path, LONG) {
        wrong.push(format!(
            "{} lines without tests, more than {LONGEST}; make it two, or excuse it in LONG",
            source.lines
        ));
    }
    wrong.into_iter().map(|what| format!("{}: {what}", source.path)).collect()
}

#[test]
fn every_file_opens_with_what_it_is_for_and_stays_short() {
    let breaches: Vec<String> = sources(&root(), "src").iter().flat_map(wrong_page).collect();
    hold("Pages: one noun a file.", &breaches);
}

#[test]
fn the_page_law_sees_planted_breaches() {
    let long = |lines: usize| format!("//! A.\n{}", "fn f() {}\n".repeat(lines));
    for (text, count) in [
        ("use std::fmt;\nfn f() {}\n".to_owned(), 1),
        (format!("{}fn f() {{}}\n", "//! A.\n".repeat(9)), 1),
        (long(LONGEST), 1),
        (long(LONGEST - 1), 0),
        (format!("{}#[cfg(test)]\nmod tests {{\n{}}}\n", long(9), "fn f() {}\n\n".repeat(LONGEST)), 0),
    ] {
        assert_eq!(wrong_page(&Source::new("src/app.rs", &text)).len(), count, "{text:.60}");
    }
}

/// The tests that the map names, and the numbers of the invariants that it lists.
fn guards(map: &str) -> (Vec<String>, Vec<String>) {
    let find = |pattern: &str, text: &str| -> Vec<String> {
        let pattern = regex::Regex::new(pattern).unwrap();
        pattern.captures_iter(text).map(|found| found[1].to_owned()).collect()
    };
    let (_, invariants) = map.split_once("# Invariants").unwrap_or_default();
    // A test's name is a sentence; three words at least tell it from a module's.
    (find(r"`([a-z]+(?:_[a-z]+){2,})`", invariants), find(r"(?m)^//! ([0-9]+)\. ", invariants))
}

#[test]
fn every_test_that_the_map_of_the_house_names_is_there() {
    let map = std::fs::read_to_string(root().join("src/lib.rs")).unwrap();
    let (tests, numbers) = guards(&map);
    assert_eq!(numbers, (1..=13).map(|number| number.to_string()).collect::<Vec<_>>());
    let all: Vec<Source> = ["src", "tests"].into_iter().flat_map(|folder| sources(&root(), folder)).collect();
    let there = |test: &String| all.iter().any(|source| source.text.contains(&format!("fn {test}(")));
    let gone: Vec<String> = tests.into_iter().filter(|test| !there(test)).collect();
    hold("The map in src/lib.rs names tests that are not there.", &gone);
    let planted = "# Invariants\n//! 1. `Plan` of [`store`].\n//!    Test: `no_rule_is_a_no`.\n";
    assert_eq!(guards(planted), (vec!["no_rule_is_a_no".to_owned()], vec!["1".to_owned()]));
}

/// What stands in tests, wherever they are.
fn wrong_tests(source: &Source) -> Vec<String> {
    let mut wrong = Vec::new();
    let is_all_test = source.path.starts_with("tests/");
    let says = |word: &str| match is_all_test {
        true => source.says(word).into_iter().chain(source.tests_say(word)).collect::<Vec<_>>(),
        false => source.tests_say(word),
    };
    for at in says("#[ignore") {
        wrong.push(format!("{}:{}: an ignored test; it runs, or it goes", source.path, source.line(at)));
    }
    if !excused(&source.path, SLEEPERS) {
        for at in says("sleep(") {
            wrong.push(format!("{}:{}: a test sleeps; await the event", source.path, source.line(at)));
        }
    }
    wrong
}

#[test]
fn tests_await_events_and_none_is_ignored() {
    let all = ["src", "tests"].into_iter().flat_map(|folder| sources(&root(), folder));
    let breaches: Vec<String> = all.flat_map(|source| wrong_tests(&source)).collect();
    hold("Tests: no `#[ignore]`, no sleeps that are not in SLEEPERS.", &breaches);
    for (path, text, count) in [
        ("src/a.rs", "#[cfg(test)]\nmod tests { #[test]\n#[ignore]\nfn f() { sleep(x) } }", 2),
        ("src/a.rs", "fn f() { tokio::time::sleep(backoff) }", 0),
        ("tests/it/a.rs", "fn f() { std::thread::sleep(x) }", 1),
        ("src/lab/tests.rs", "fn f() { tokio::time::sleep(x).await }", 1),
    ] {
        assert_eq!(wrong_tests(&Source::new(path, text)).len(), count, "{path}: {text}");
    }
}

/// `expect` says why it cannot fail: a sentence of at least four words.
fn wrong_expectations(source: &Source) -> Vec<String> {
    let mut wrong = Vec::new();
    for at in source.says(".expect(") {
        let inside = at + ".expect(".len();
        let end = inside + source.code[inside..].find(')').unwrap_or_default();
        let sentence = source.literals.iter().find(|literal| (inside..end).contains(&literal.at));
        if sentence.is_none_or(|sentence| sentence.text.split_whitespace().count() < 4) {
            wrong.push(format!("{}:{}", source.path, source.line(at)));
        }
    }
    wrong
}

#[test]
fn every_expect_says_why_it_cannot_fail() {
    let breaches: Vec<String> = sources(&root(), "src").iter().flat_map(wrong_expectations).collect();
    hold(
        "`expect` outside tests holds the sentence that proves that it cannot fail; else return an error.",
        &breaches,
    );
    for (text, count) in [
        ("fn f() { x.expect(\"it works\") }", 1),
        ("fn f() { x.expect(message) }", 1),
        ("fn f() { x.expect(\"the pattern is a constant and compiles\") }", 0),
        ("#[cfg(test)]\nfn f() { x.expect(\"ok\") }", 0),
    ] {
        assert_eq!(wrong_expectations(&Source::new("src/a.rs", text)).len(), count, "{text}");
    }
}

/// What a test needs from outside may be absent: recorded data, programs that others wrote. Then the
/// test says so by name, or fails where it was required.
const OUTSIDE: [(&str, [&str; 3]); 2] = [
    ("\"PATCHBAY_SHARED\"", ["\"PATCHBAY_REQUIRE_SHARED\"", "skipped: {", "}: no shared data"]),
    ("join(\".venv", ["\"PATCHBAY_REQUIRE_PEERS\"", "skipped: {", "}: no peers"]),
];

fn wrong_skips(source: &Source) -> Option<String> {
    OUTSIDE.iter().find_map(|(asks, answers)| {
        let missing = answers.iter().find(|answer| !source.text.contains(*answer))?;
        let told = || format!("{}: says {asks} but has no `{missing}`", source.path);
        source.text.contains(asks).then(told)
    })
}

#[test]
fn tests_without_their_recorded_data_say_so_by_name() {
    let all = ["src", "tests"].into_iter().flat_map(|folder| sources(&root(), folder));
    let breaches: Vec<String> = all.filter_map(|source| wrong_skips(&source)).collect();
    hold(
        "What is needed from outside: where it is missing, fail if PATCHBAY_REQUIRE_SHARED (or _PEERS) is set, \
         else print `skipped: <name>: no shared data` (or peers) and return; tests/run collects these lines.",
        &breaches,
    );
    let peers = "let python = root().join(\".venv/bin/python\");";
    assert!(wrong_skips(&Source::new("tests/it/a.rs", peers)).is_some());
    let asks = "let root = std::env::var_os(\"PATCHBAY_SHARED\");";
    let says = "println!(\"skipped: {name}: no shared data\");";
    let requires = "assert!(std::env::var_os(\"PATCHBAY_REQUIRE_SHARED\").is_none());";
    for (text, wrong) in
        [(asks.to_owned(), true), (format!("{asks}{says}"), true), (format!("{asks}{says}{requires}"), false)]
    {
        assert_eq!(wrong_skips(&Source::new("src/a/tests.rs", &text)).is_some(), wrong, "{text}");
    }
}
