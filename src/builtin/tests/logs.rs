//! `/logs`: what the bot's own polling left is counted, not shown.

use super::*;
use crate::builtin::logs::LOGS;
use crate::store::Credential;

fn log() -> String {
    let own = "*Nov 23 13:00:01.123: %DMI-5-AUTH_PASSED: R0/0: dmiauthd: User 'ops' authenticated successfully \
               from 192.0.2.9:0 for rest over http. External groups: PRIV15\n";
    let other = "*Nov 23 13:00:09: %LINK-3-UPDOWN: Interface GigabitEthernet2, changed state to down\n";
    format!(
        "Log Buffer (4096 bytes):\n\n{}{other}{}",
        own.repeat(10),
        own.repeat(2).replace("'ops'", "'eve'")
    )
}

/// The whole answer, as if the router had printed the log.
fn ask(bench: &Bench, line: &str) -> String {
    let resolved = bench.resolved(line).unwrap();
    let facts = bench.facts.clone();
    let document = bench.work(move |work| {
        let device = &resolved.devices[0];
        let result = (LOGS.settle)(&resolved, device, &facts, &[Outcome::Text(log())], work)?;
        (LOGS.answer)(&resolved, &facts, &[result], work)
    });
    let raw = document.blocks.iter().find_map(|block| match block {
        Block::Raw(text) => Some(text.lines().count()),
        _ => None,
    });
    format!("{}{} lines\n", plain(&document), raw.unwrap_or_default())
}

#[test]
fn own_lines_are_left_out_and_one_press_away() {
    let bench = Bench::new();
    bench.work(|work| {
        let sealed = || Sealed(Vec::new());
        let credential = Credential {
            name: "default".to_owned(),
            username: "ops".to_owned(),
            password: sealed(),
            enable: None,
        };
        work.set_credential(&credential, Timestamp(0))
    });
    expect![[r#"
        Log of R1: 3 lines, 10 lines of the bot's own polling left out (under 0.1 s)
        ?
        [With the bot's own] /logs R1 all
        3 lines
    "#]]
    .assert_eq(&ask(&bench, "/logs R1"));
    expect![[r#"
        Log of R1 with "dmi": 2 lines, 10 lines of the bot's own polling left out (under 0.1 s)
        ?
        [With the bot's own] /logs R1 all dmi
        2 lines
    "#]]
    .assert_eq(&ask(&bench, "/logs R1 dmi"));
    expect![[r#"
        Log of R1: 13 lines (under 0.1 s)
        ?
        13 lines
    "#]]
    .assert_eq(&ask(&bench, "/logs R1 all"));
    expect![[r#"
        Log of R1 with "link": 1 line (under 0.1 s)
        ?
        1 lines
    "#]]
    .assert_eq(&ask(&bench, "/logs R1 ALL link"));
    // Without its credential nobody can tell which lines are the bot's.
    expect![[r#"
        Log of R1: 13 lines (under 0.1 s)
        ?
        13 lines
    "#]]
    .assert_eq(&ask(&Bench::new(), "/logs R1"));
}
