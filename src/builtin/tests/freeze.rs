//! Freezing and locking as they are answered and shown.

use super::*;

/// What the next command would find.
fn anew(bench: &mut Bench) {
    bench.facts.freezes = Arc::new(bench.work(|work| work.freezes()));
    bench.facts.people = Arc::new(bench.work(|work| work.people()));
}

/// Answers to alice, an admin.
fn bench() -> Bench {
    let mut bench = Bench::well();
    bench.work(|work| work.add_person("bob", "operator", &Reader::default(), &[], Timestamp(0)));
    anew(&mut bench);
    bench
}

fn first(answer: &str) -> &str {
    answer.lines().next().unwrap_or_default()
}

#[test]
fn a_freeze_reads_its_three_words_in_any_company() {
    for (line, expected) in [
        ("/freeze", "⏸ Nothing changes any router until Nov 24 14:02 (freeze #1)"),
        ("/freeze 2h", "⏸ Nothing changes any router until 16:02 (freeze #1)"),
        ("/freeze all 30m works", "⏸ Nothing changes any router until 14:32 (freeze #1)"),
        ("/freeze 1h30m works", "⏸ Nothing changes any router until 15:32 (freeze #1)"),
        ("/freeze r1", "⏸ Nothing changes R1 until Nov 24 14:02 (freeze #1)"),
        ("/freeze R1, R3 2h works", "⏸ Nothing changes r1,r3 (2 routers) until 16:02 (freeze #1)"),
        (
            "/freeze site:hanoi core works",
            "⏸ Nothing changes site:hanoi (2 routers) until Nov 24 14:02 (freeze #1)",
        ),
        (
            "/freeze R1 8d",
            "❓ A freeze needs a time of at most 7 d. Like this: /freeze site:hanoi 2h core migration",
        ),
        (
            "/freeze R1 0s",
            "❓ A freeze needs a time of at most 7 d. Like this: /freeze site:hanoi 2h core migration",
        ),
        ("/freeze R22 2h", "❓ There is no router R22. Did you mean R2? Nothing was done."),
        ("/freeze migration tonight", "❓ There is no router migration. Nothing was done."),
    ] {
        assert_eq!(first(&bench().ask(line)), expected, "{line}");
    }
    let slip = bench().ask("/freeze migration tonight");
    assert!(slip.contains("/freeze all migration tonight"), "{slip}");
    assert!(bench().work(|work| work.freezes()).is_empty());
}

#[test]
fn freezes_are_listed_shown_and_ended() {
    let mut bench = bench();
    bench.check("/freezes", expect![["Nothing is frozen\n"]]);
    bench.ask("/freeze R1 2h core works");
    bench.ask("/freeze site:hanoi 1h");
    anew(&mut bench);
    bench.check(
        "/freezes",
        expect![[r#"
        ⏸ 2 freezes: nothing changes their routers
           #1 R1 until 16:02, by alice: core works
           #2 site:hanoi until 15:02, by alice
        [End #1] /unfreeze 1
        [End #2] /unfreeze 2
    "#]],
    );
    let shows = |line: &str| {
        bench
            .ask(line)
            .lines()
            .filter(|line| line.contains("frozen"))
            .map(str::trim)
            .collect::<Vec<_>>()
            .join("\n")
    };
    expect![[r#"
        ⏸ frozen: #1 R1 until 16:02, by alice: core works
        ⏸ frozen: #2 site:hanoi until 15:02, by alice
        --

        --
        ⏸ frozen: #2 site:hanoi until 15:02, by alice
        --
        ⏸ frozen: #1 R1 until 16:02, by alice: core works
        ⏸ frozen: #2 site:hanoi until 15:02, by alice
        --
        ⏸ frozen: #1 R1 until 16:02, by alice: core works
        ⏸ frozen: #2 site:hanoi until 15:02, by alice"#]]
    .assert_eq(
        &["/status R1", "/status R3", "/device R2", "/devices", "/status all"].map(shows).join("\n--\n"),
    );
    bench.check(
        "/unfreeze R2",
        expect![[r#"
        ❓ No freeze speaks of exactly R2. Name it by its number.
        ⏸ 2 freezes: nothing changes their routers
           #1 R1 until 16:02, by alice: core works
           #2 site:hanoi until 15:02, by alice
        [End #1] /unfreeze 1
        [End #2] /unfreeze 2
    "#]],
    );
    bench.check(
        "/unfreeze",
        expect![[r#"
        ⏸ 2 freezes: nothing changes their routers
           #1 R1 until 16:02, by alice: core works
           #2 site:hanoi until 15:02, by alice
        [End #1] /unfreeze 1
        [End #2] /unfreeze 2
    "#]],
    );
    bench.check(
        "/unfreeze 9",
        expect![[r#"
        ❓ There is no freeze #9. /freezes lists them.
    "#]],
    );
    bench.check(
        "/unfreeze r1",
        expect![[r#"
        ⏸ Freeze #1 of R1 has ended, but another still holds there: #2 site:hanoi until 15:02, by alice
    "#]],
    );
    bench.check(
        "/unfreeze #1",
        expect![[r#"
        That freeze was over already
    "#]],
    );
    bench.check(
        "/unfreeze",
        expect![[r#"
        ✅ site:hanoi can be changed again (freeze #2 has ended)
    "#]],
    );
    bench.check(
        "/unfreeze",
        expect![[r#"
        Nothing is frozen
    "#]],
    );
}

#[test]
fn all_that_is_frozen_already_is_not_frozen_twice() {
    let bench = bench();
    bench.ask("/freeze 2h works");
    bench.check(
        "/freeze",
        expect![[r#"
        ⏸ 1 freeze: nothing changes its routers
           #1 all until 16:02, by alice: works
        [End #1] /unfreeze 1
    "#]],
    );
    assert_eq!(bench.work(|work| work.freezes()).len(), 1);
}

#[test]
fn a_lock_is_made_shown_and_opened() {
    let mut bench = bench();
    bench.check(
        "/lock",
        expect![[r#"
        No router is locked
    "#]],
    );
    bench.check(
        "/lock R1 new line card",
        expect![[r#"
        🔒 R1 is locked for you
           Your own commands go through, nobody else's do. It does not end by itself: /unlock R1
        [Unlock] /unlock R1
    "#]],
    );
    bench.check(
        "/lock R1",
        expect![[r#"
        🔒 R1 is locked for you, since 14:02
           Your own commands go through, nobody else's do. It does not end by itself: /unlock R1
        [Unlock] /unlock R1
    "#]],
    );
    bench.check(
        "/lock",
        expect![[r#"
        🔒 1 router is locked
           R1 is locked by alice since 14:02 (new line card)
    "#]],
    );
    let shows = |bench: &Bench, line: &str| {
        bench
            .ask(line)
            .lines()
            .filter(|line| line.contains("locked"))
            .map(str::trim)
            .collect::<Vec<_>>()
            .join("\n")
    };
    let all = |bench: &Bench| {
        ["/status R1", "/status R2", "/device R1", "/devices", "/status all"]
            .map(|line| shows(bench, line))
            .join("\n--\n")
    };
    expect![[r#"
        🔒 R1 is locked by alice since 14:02 (new line card)
        --

        --
        🔒 R1 is locked by alice since 14:02 (new line card)
        --
        🔒 R1 is locked by alice since 14:02 (new line card)
        --
    "#]]
    .assert_eq(&all(&bench));
    bench.facts.now.wall = NOW.plus(Duration::from_secs(13 * 3_600));
    expect!["🔒 R1 is locked by alice since 14:02 (new line card). Is it still needed? /unlock R1"]
        .assert_eq(&shows(&bench, "/status all"));
    bench.check(
        "/unlock R2",
        expect![[r#"
        R2 is not locked
    "#]],
    );
    bench.check(
        "/unlock R1",
        expect![[r#"
        ✅ R1 is open: whoever may change it can
    "#]],
    );
    bench.check(
        "/unlock R1",
        expect![[r#"
        R1 is not locked
    "#]],
    );
}
