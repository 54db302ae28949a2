//! The rules' file: the defaults are as they are described, and every mistake is told.

use super::*;
use proptest::prelude::*;

#[expect(clippy::needless_pass_by_value, reason = "cases read better without &")]
fn told(text: &str, expected: Expect) {
    let problems = match Rules::checked(&Source::new("rules.toml", text)) {
        Ok(_) => vec!["fine".to_owned()],
        Err(problems) => problems.iter().map(ToString::to_string).collect(),
    };
    expected.assert_eq(&problems.join("\n"));
}

#[test]
fn the_defaults_do_not_cry_wolf() {
    let line = |rule: &Rule| {
        let level = rule.critical_above.map(|level| format!(" critical > {level}")).unwrap_or_default();
        format!(
            "{} > {} for {:?} x{}, clear <= {} for {:?}, {}{level}, again {:?}",
            rule.name,
            rule.raise_above,
            rule.held_for,
            rule.min_samples,
            rule.clear_at_or_below,
            rule.clear_for,
            rule.severity.name(),
            rule.repeat
        )
    };
    let lines: Vec<String> = rules().rules.iter().map(line).collect();
    expect![[r#"
        cpu > 90 for 300s x3, clear <= 80 for 120s, critical, again 1800s
        memory > 90 for 300s x2, clear <= 85 for 300s, warning critical > 97, again 1800s
        memory_status > 0 for 0ns x1, clear <= 0 for 300s, warning critical > 1, again 1800s
        utilisation > 80 for 600s x3, clear <= 70 for 180s, warning, again 1800s
        link > 0 for 0ns x2, clear <= 0 for 60s, critical, again 1800s
        unreachable > 0 for 0ns x3, clear <= 0 for 10s, critical, again 1800s
        rebooted > 0 for 0ns x1, clear <= 0 for 600s, warning critical > 1, again 1800s
        refused > 0 for 0ns x1, clear <= 0 for 0ns, warning, again 1800s
        missing > 0 for 0ns x1, clear <= 0 for 0ns, warning, again 1800s
        clock > 60 for 0ns x2, clear <= 30 for 300s, warning, again 1800s"#]]
    .assert_eq(&lines.join("\n"));
}

#[test]
fn every_mistake_is_told_at_once() {
    told(
        r#"
[[rule]]
name = "CPU load"
metric = "cppu"
raise_abov = 90
severity = "bad"
for = "5"

[[rule]]
name = "cpu"
metric = "cpu"
raise_above = 80
clear_at_or_below = 90
min_samples = 0
severity = "critical"
critical_above = 70
interfaces = "watched"

[[rule]]
name = "cpu"
metric = "memory"
raise_above = 100
severity = "warning"
repeat = "0s"

[[rule]]
name = "link"
metric = "link"
raise_above = 1
clear_at_or_below = -1
severity = "warning"
interfaces = []
selector = "planet:mars"

[[route]]
severity = "loud"
hours = "7-22"
days = "mon-fry"
to = ["mail:", "X"]

[[route]]
to = []
"#,
        expect![[r#"
            rules.toml:2: rule.raise_above is missing; say above which value it raises, such as raise_above = 90
            rules.toml:3: rule.name "CPU load" is no name; use small letters, digits, '_' and '-', a letter first, at most 40
            rules.toml:4: rule.metric "cppu" is unknown; did you mean cpu?
            rules.toml:5: rule.raise_abov is no key here; did you mean raise_above?
            rules.toml:6: rule.severity "bad" is unknown; use warning or critical
            rules.toml:7: rule.for "5" is no duration; write it as 30s, 10m, 2h or 7d
            rules.toml:13: rule.clear_at_or_below 90 is above raise_above; use at most 80
            rules.toml:14: rule.min_samples 0 is out of range; use 1 to 1000
            rules.toml:16: rule.critical_above is under raise_above; use raise_above or more, or severity = "critical"
            rules.toml:16: rule.critical_above: it is always critical; say severity = "warning", or take it out
            rules.toml:17: rule.interfaces: cpu has no interfaces; take it out
            rules.toml:20: rule.name "cpu" is there twice; give each rule a name of its own
            rules.toml:22: rule.raise_above: memory is never above 100; use less than 100
            rules.toml:24: rule.repeat is zero: it would never stop ringing; use 30m
            rules.toml:29: rule.raise_above: link is never above 1; use less than 1
            rules.toml:30: rule.clear_at_or_below is under 0: it could never clear; no value is under 0; use 0 or more
            rules.toml:32: rule.interfaces names none; say "watched", or names as ["Gi1", "Te*"]
            rules.toml:33: rule.selector: "planet" is no kind of selector; use site: or tag:; write it as all, R1, R*, site:hanoi, tag:edge or !R3, joined by commas
            rules.toml:36: route.severity "loud" is unknown; use warning or critical
            rules.toml:37: route.hours "7-22" are no hours; write them as 07:00-22:00, or 22:00-07:00 over midnight; leave them out for always
            rules.toml:38: route.days "mon-fry" are no days; write them as mon-fri or sat,sun; leave them out for every day
            rules.toml:39: route.to "X" is no destination; write to = ["channel:address"], or ["channel"] for its own place
            rules.toml:39: route.to "mail:" is no destination; write to = ["channel:address"], or ["channel"] for its own place
            rules.toml:42: route.to names nobody; write to = ["channel:address"], or ["channel"] for its own place"#]],
    );
}

#[test]
fn a_file_that_could_tell_nothing_is_refused() {
    told(
        "",
        expect![[r#"
        rules.toml:1: no route: nobody would be told of any alert; add [[route]] with to = ["channel:address"]
        rules.toml:1: no rule: nothing would ever be told; add [[rule]] tables"#]],
    );
    told(
        "[[rules]]\n",
        expect![[r#"
        rules.toml:1: no route: nobody would be told of any alert; add [[route]] with to = ["channel:address"]
        rules.toml:1: no rule: nothing would ever be told; add [[rule]] tables
        rules.toml:1: rules is no key here; did you mean rule?"#]],
    );
    told(
        "rule = 1\n",
        expect![[r#"
        rules.toml:1: no route: nobody would be told of any alert; add [[route]] with to = ["channel:address"]
        rules.toml:1: no rule: nothing would ever be told; add [[rule]] tables
        rules.toml:1: rule is no list of tables; write rule = [{ ... }]"#]],
    );
}

#[test]
fn what_is_left_out_has_a_default() {
    let text = "[[rule]]\nname = \"x\"\nmetric = \"cpu\"\nraise_above = 90.5\nseverity = \"warning\"\n\
                [[rule]]\nname = \"y\"\nmetric = \"in\"\nraise_above = 800_000_000\nseverity = \"warning\"\n\
                interfaces = [\"Gi1\"]\n[[route]]\nto = [\"a\"]\n";
    let rules = Rules::checked(&Source::new("rules.toml", text)).unwrap();
    let x = rules.rule("x").unwrap();
    assert_eq!((x.raise_above, x.clear_at_or_below, x.min_samples), (90.5, 80.5, 1));
    assert_eq!((x.held_for.as_secs(), x.clear_for.as_secs(), x.repeat.as_secs()), (0, 120, 1_800));
    assert_eq!(x.interfaces, Interfaces::Watched);
    let y = rules.rule("y").unwrap();
    assert_eq!((y.raise_above, y.clear_at_or_below), (8e8, 8e8));
    assert_eq!(y.interfaces, Interfaces::Named(vec!["gi1".to_owned()]));
    assert_eq!(rules.routes[0].line, 12);
}

proptest! {
    #[test]
    fn no_rules_file_is_a_panic(text in any::<String>(), key in "[a-z_]{1,18}", value in "[\\[\\]{}\"a-z=, 0-9.:-]{0,20}") {
        let _ = Rules::checked(&Source::new("x.toml", text));
        for table in ["rule", "route"] {
            let _ = Rules::checked(&Source::new("x.toml", format!("[[{table}]]\n{key} = {value}\n")));
            for key in ["raise_above", "hours", "days", "to", "interfaces", "selector", "for", "name"] {
                let _ = Rules::checked(&Source::new("x.toml", format!("[[{table}]]\n{key} = \"{value}\"\n")));
                let _ = Rules::checked(&Source::new("x.toml", format!("[[{table}]]\n{key} = {value}\n")));
            }
        }
    }
}
