//! Typed lines against the real catalogue and a small inventory.

use super::*;

fn outcome(line: &str, facts: &Facts) -> String {
    match resolve(&catalog(), invocation(line), facts) {
        Ok(resolved) => understood(&resolved),
        Err(Unresolved::Refused(failure)) => format!("no: {}", said(&failure.public)),
        Err(Unresolved::Choose(choice)) => asked(&choice),
    }
}

fn understood(resolved: &Resolved) -> String {
    let devices: Vec<&str> = resolved.devices.iter().map(|device| device.name.as_str()).collect();
    let values: Vec<String> =
        resolved.values.iter().map(|(name, value)| format!("{name}={value:?}")).collect();
    let lines: Vec<String> = resolved
        .devices
        .first()
        .map(|device| asks(resolved, device).unwrap())
        .unwrap_or_default()
        .iter()
        .map(|ask| format!("{ask:?}"))
        .collect();
    format!(
        "{} {} {} on [{}] {} {}",
        resolved.permission,
        resolved.role,
        resolved.risk.name(),
        devices.join(" "),
        values.join(" "),
        lines.join(" ")
    )
    .trim()
    .to_owned()
}

fn asked(choice: &Choice) -> String {
    let kind = if choice.closed { "hint" } else { "ask" };
    let offers: Vec<&str> = choice.options.iter().map(|offer| offer.line.as_str()).collect();
    let shortcut = choice.shortcut.as_ref().map(|line| format!(" next time {line}")).unwrap_or_default();
    format!("{kind}: {} [{}]{shortcut}", said(&choice.question), offers.join("; "))
}

#[expect(clippy::needless_pass_by_value, reason = "cases read better without &")]
fn check(line: &str, expected: Expect) {
    expected.assert_eq(&outcome(line, &facts(&catalog())));
}

#[test]
fn lines_are_understood() {
    check("/backup r1", expect!["backup operator read on [R1]"]);
    check("/backup all,!R3", expect!["backup operator read on [R1 R2 R12]"]);
    check("/backup R2, R1", expect!["backup operator read on [R1 R2]"]);
    check("/BK site:hanoi", expect!["backup operator read on [R1 R2]"]);
    check("/backup@patchbay_bot R1", expect!["backup operator read on [R1]"]);
    check(
        "/show R1 version",
        expect![[r#"show viewer read on [R1] command=Show(ShowLine { line: "show version", pipes: [] })"#]],
    );
    check(
        "/sh R1 sh ip int br | ex unassigned",
        expect![[
            r#"show viewer read on [R1] command=Show(ShowLine { line: "show ip int br", pipes: [Exclude("unassigned")] })"#
        ]],
    );
    check(
        "/show R1 run",
        expect![[
            r#"show.config operator read on [R1] command=Show(ShowLine { line: "show run", pipes: [] })"#
        ]],
    );
    check(
        "/show tag:edge running-config | section bgp",
        expect![[
            r#"show.config operator read on [R2 R3] command=Show(ShowLine { line: "show running-config", pipes: [Section("bgp")] })"#
        ]],
    );
    check("/arp R1", expect![[r#"arp viewer read on [R1]  Line { line: "show ip arp", deadline: None }"#]]);
    check(
        "/arp R1 10.0.0.1",
        expect![[
            r#"arp viewer read on [R1] address=Ipv4(10.0.0.1) Line { line: "show ip arp 10.0.0.1", deadline: None }"#
        ]],
    );
    check(
        "/int R1 gig 1",
        expect![[
            r#"interfaces viewer read on [R1] interface=Interface("GigabitEthernet1") Line { line: "show ip interface brief GigabitEthernet1", deadline: None }"#
        ]],
    );
    check(
        "/inter R1",
        expect![[
            r#"interfaces viewer read on [R1]  Line { line: "show ip interface brief", deadline: None }"#
        ]],
    );
    check(
        "/rou R1",
        expect![
            "hint: There is no command /rou. Did you mean /routes, /device or /devices? Nothing was done. [/routes R1; /devices R1]"
        ],
    );
    check("/diff R1", expect!["diff operator read on [R1]"]);
    check(
        "/diff R1 yesterday 14:02",
        expect!["diff operator read on [R1] when=When(At(Timestamp(1795330920000)))"],
    );
    check("/config R1 #12", expect!["config operator read on [R1] when=When(Version(VersionId(12)))"]);
    check("/devices", expect!["devices viewer read on [R1 R2 R3 R12]"]);
    check("/device R1", expect!["device.show viewer read on [R1]"]);
    check("/device show R1", expect!["device.show viewer read on [R1]"]);
    check(
        "/device set R1 note=\"rack  3\" site=hue",
        expect![[r#"device.set admin read on [R1] fields=Word("note=\"rack  3\" site=hue")"#]],
    );
    check(
        "/device add R7 host=10.0.0.7",
        expect![[r#"device.add admin read on [] fields=Word("host=10.0.0.7") name=Word("R7")"#]],
    );
    check("/logs R1 BGP down", expect![[r#"logs viewer read on [R1] text=Word("BGP down")"#]]);
    check("/jobs", expect!["jobs viewer read on [] count=Number(10)"]);
    check("/job #17", expect!["job viewer read on [] job=Job(JobId(17))"]);
    check("/cancel 17", expect!["cancel viewer read on [] job=Job(JobId(17))"]);
    check("/trust R*,!R1,!R2,!R3", expect!["trust admin read on [R12]"]);
    check("/help", expect!["help viewer read on []"]);
    check("/whoami", expect!["whoami viewer read on []"]);
}

#[test]
fn what_is_missing_is_asked() {
    check(
        "/backup",
        expect![
            "ask: /backup needs a router. Which one? [/backup all; /backup R1; /backup R2; /backup R3; /backup R12] next time /backup R1"
        ],
    );
    check(
        "/show",
        expect![
            "ask: /show needs a router. Which one? [/show all; /show R1; /show R2; /show R3; /show R12] next time /show R1 version"
        ],
    );
    check(
        "/show R1",
        expect!["no: /show needs one thing more: what comes after show. For example: /show R1 version"],
    );
    check("/show R1 show", expect!["no: Say what to show. For example: /show R1 version"]);
    check(
        "/trust",
        expect![
            "ask: /trust needs a router. Which one? [/trust R1; /trust R2; /trust R3; /trust R12] next time /trust R1"
        ],
    );
    check(
        "/trust R*",
        expect![[
            r#"ask: /trust takes one router, and "R*" names 4. Which one? [/trust R1; /trust R2; /trust R3; /trust R12]"#
        ]],
    );
    check(
        "/device",
        expect![
            "ask: /device needs a router. Which one? [/device R1; /device R2; /device R3; /device R12] next time /device R1"
        ],
    );
    check(
        "/device set R1",
        expect![[
            r#"no: /device set needs one thing more: key=value, one or more. For example: /device set R1 note="rack 3""#
        ]],
    );
    check("/job", expect!["no: /job needs a job, and there is none yet. Nothing was done."]);
}

/// Also where there is one only: what changes something is never guessed.
#[test]
fn what_has_a_number_is_offered() {
    let numbered = |number, device: i64, label: &str| crate::model::Numbered {
        number,
        devices: vec![DeviceId(device)],
        label: Text::verbatim(label),
    };
    let offered = Arc::new(vec![numbered(3, 3, "#3 R3 CPU 94 %"), numbered(9, 1, "#9 R1 Gi1 is down")]);
    let facts = Facts { offered, ..facts(&catalog()) };
    let check = |line: &str, expected: Expect| expected.assert_eq(&outcome(line, &facts));
    check("/ack", expect!["ask: /ack needs an alert. Which one? [/ack 3; /ack 9] next time /ack 3"]);
    check("/why", expect!["ask: /why needs an alert. Which one? [/why 3; /why 9] next time /why 3"]);
    check(
        "/cancel",
        expect!["ask: /cancel needs a job. Which one? [/cancel 3; /cancel 9] next time /cancel 3"],
    );
    check(
        "/unsilence",
        expect![
            "ask: /unsilence needs a silence. Which one? [/unsilence 3; /unsilence 9] next time /unsilence 3"
        ],
    );
    // 12:00 UTC is 19:00 in Hanoi: thirteen hours are left until eight.
    check(
        "/silence 3",
        expect![
            "ask: /silence needs a time. How long? [/silence 3 1h; /silence 3 4h; /silence 3 1d; /silence 3 781m] next time /silence 3 1h"
        ],
    );
    let only = Grant { selector: "R1".parse().unwrap(), ..allow("one", "ack") };
    let narrow = Facts { policy: Arc::new(Policy { grants: vec![only] }), ..facts.clone() };
    let got = outcome("/ack", &narrow);
    assert!(got.contains("[/ack 9]"), "what one may not act on is not shown: {got}");
}

#[test]
fn what_is_read_for_a_question_is_what_the_line_lacks() {
    let (catalog, facts) = (catalog(), facts(&catalog()));
    for (line, lack) in [
        ("/ack", Some(Lack::OpenAlert)),
        ("/unack", Some(Lack::TakenAlert)),
        ("/graph", Some(Lack::AnyAlert)),
        ("/silence", Some(Lack::OpenAlert)),
        ("/silence 3", None),
        ("/unsilence", Some(Lack::Silence)),
        ("/job", Some(Lack::AnyJob)),
        ("/cancel", Some(Lack::RunningJob)),
        ("/ack 3", None),
        ("/status all", None),
        ("/xyzzy", None),
    ] {
        assert_eq!(lacking(&catalog, line, &facts), lack, "{line}");
    }
}

#[test]
fn nothing_is_guessed() {
    check(
        "/bakup R1",
        expect!["hint: There is no command /bakup. Did you mean /backup? Nothing was done. [/backup R1]"],
    );
    check(
        "/cancle 17",
        expect!["hint: There is no command /cancle. Did you mean /cancel? Nothing was done. []"],
    );
    check("/canc 17", expect!["hint: There is no command /canc. Did you mean /cancel? Nothing was done. []"]);
    check("/xyzzy", expect!["no: There is no command /xyzzy. Nothing was done. See /help"]);
    check(
        "/hepl all",
        expect!["hint: There is no command /hepl. Did you mean /help? Nothing was done. [/help]"],
    );
    check(
        "/hepl backup",
        expect!["hint: There is no command /hepl. Did you mean /help? Nothing was done. [/help backup]"],
    );
    check(
        "/backup hanoy",
        expect![
            "hint: There is no router hanoy. Did you mean site:hanoi? Nothing was done. [/backup site:hanoi]"
        ],
    );
    check(
        "/b R1",
        expect![
            "hint: There is no command /b. Did you mean /backup or /bw? Nothing was done. [/backup R1; /bw R1]"
        ],
    );
    check(
        "/devi",
        expect![
            "hint: There is no command /devi. Did you mean /device or /devices? Nothing was done. [/devices]"
        ],
    );
    check(
        "/backup R22",
        expect![
            "hint: There is no router R22. Did you mean R2 or R12? Nothing was done. [/backup R2; /backup R12]"
        ],
    );
    check(
        "/backup all,!R22",
        expect![
            "hint: There is no router R22. Did you mean R2 or R12? Nothing was done. [/backup all,!R2; /backup all,!R12]"
        ],
    );
    check(
        "/backup R12,!R1x",
        expect![
            "hint: There is no router R1x. Did you mean R1 or R12? Nothing was done. [/backup R12,!R1; /backup R12,!R12]"
        ],
    );
    check(
        "/backup R12,R11",
        expect![
            "hint: There is no router R11. Did you mean R1 or R12? Nothing was done. [/backup R12,R1; /backup R12,R12]"
        ],
    );
    check("/backup R1,R22,X9", expect!["no: There are no routers R22, X9. Nothing was done. See /devices"]);
    check(
        "/backup site:hano",
        expect![
            "hint: There is no router site:hano. Did you mean site:hanoi? Nothing was done. [/backup site:hanoi]"
        ],
    );
    check(
        "/backup tag:nothing",
        expect!["no: There is no router tag:nothing. Nothing was done. See /devices"],
    );
    check(
        "/trust R22",
        expect!["hint: There is no router R22. Did you mean R2 or R12? Nothing was done. []"],
    );
    check(
        "/device remove R22",
        expect!["hint: There is no router R22. Did you mean R2 or R12? Nothing was done. []"],
    );
    check(
        "/device sett R1 note=x",
        expect!["no: /device can not sett. Nothing was done. Use show, add, set or remove: /help device"],
    );
    check("/backup R1,!R1", expect![[r#"no: "R1,!R1" leaves no router. Nothing was done. See /devices"#]]);
    check(
        "/backup R1;R2",
        expect![[
            r#"no: "R1;R2" names no router. Write R1, R1,R2, R*, site:hanoi, tag:edge, all, or !R3 to leave one out."#
        ]],
    );
    check(
        "/backup R1 R2",
        expect!["hint: Routers are joined by commas: /backup R1,R2. Nothing was done. [/backup R1,R2]"],
    );
    check(
        "/backup R1 please",
        expect![[r#"no: "please" is one word too many. Nothing was done. Write it as /backup <devices>"#]],
    );
    check(
        "/version R1 R2 x",
        expect![[r#"no: "R2" is one word too many. Nothing was done. Write it as /version <devices>"#]],
    );
}

#[test]
fn wrong_values_are_told() {
    check("/arp R1 10.0.0.256", expect![[r#"no: "10.0.0.256" is no IPv4 address. Write it as 10.0.0.1."#]]);
    check(
        "/arp R1 10.0.0.1|reload",
        expect![[r#"no: "10.0.0.1|reload" is no IPv4 address. Write it as 10.0.0.1."#]],
    );
    check(
        "/interfaces R1 xyz",
        expect![[r#"no: "xyz" is no name of an interface. Write it as Gi1 or GigabitEthernet0/0/1."#]],
    );
    check(
        "/interfaces R1 Gi1|x",
        expect![[r#"no: "Gi1|x" is no name of an interface. Write it as Gi1 or GigabitEthernet0/0/1."#]],
    );
    check("/job x", expect![[r#"no: "x" is no number of a job. Write it as 17 or #17; /jobs lists them."#]]);
    check("/job 0", expect![[r#"no: "0" is no number of a job. Write it as 17 or #17; /jobs lists them."#]]);
    check("/jobs -1", expect![[r#"no: count is a whole number, not "-1". Write it as 10."#]]);
    check(
        "/diff R1 soon",
        expect![[
            r#"no: "soon" is no moment that I know. Write 14:02, yesterday 14:02, 2026-11-20 14:02, 3h ago, or #12."#
        ]],
    );
    check(
        "/diff R1 2027-01-01",
        expect![[r#"no: "2027-01-01" has not come yet. Give a moment in the past."#]],
    );
    check(
        "/show R1 run | redirect flash:x",
        expect![[
            r#"no: The pipe "redirect" is not allowed: nothing is written on a router. Use include, exclude, section, begin or count; an "or" has no blanks: include up|down"#
        ]],
    );
    check(
        "/show R1 run | include (",
        expect![[r#"no: "(" is no regular expression. Put a \ before ( ) [ ] * + ? to look for them."#]],
    );
    check(
        "/show R1 ip ?",
        expect![
            "no: ? asks a router's console for help and does not work here. Write the words, or /help show"
        ],
    );
    check(
        "/show R1 version\nreload",
        expect![
            "no: The line holds a line break or an invisible character, so nothing was done. Type it anew, on one line."
        ],
    );
    check("show R1 version", expect!["no: That is no command: commands begin with /. Try /help"]);
    check(
        "/help \"a b\"",
        expect![[
            r#"no: "a b" can not be command: one word of plain letters, digits and signs, without | and ?. Write it anew."#
        ]],
    );
    check(
        "/help a|b",
        expect![[
            r#"no: "a|b" can not be command: one word of plain letters, digits and signs, without | and ?. Write it anew."#
        ]],
    );
}

#[test]
fn an_empty_inventory_says_how_to_begin() {
    let facts = Facts { inventory: Arc::new(Inventory::default()), ..facts(&catalog()) };
    for line in ["/backup all", "/backup", "/devices"] {
        assert_eq!(
            outcome(line, &facts),
            "no: I know no router yet. An admin adds one: /device add R1 host=10.0.0.1",
            "{line}"
        );
    }
}

#[test]
fn only_routers_that_the_person_may_use_are_offered() {
    let mut grant = allow("hanoi only", "backup");
    grant.selector = "site:hanoi".parse().unwrap();
    let facts = Facts { policy: Arc::new(Policy { grants: vec![grant] }), ..facts(&catalog()) };
    let got = outcome("/backup", &facts);
    assert_eq!(got, "ask: /backup needs a router. Which one? [/backup R1; /backup R2] next time /backup R1");
}

#[test]
fn a_large_inventory_offers_its_first_routers_and_says_how_many_are_left() {
    let devices = (1..=120).map(|n| device(n, &format!("core-{n}"), "hue", &[])).collect();
    let facts = Facts { inventory: Arc::new(Inventory::new(devices)), ..facts(&catalog()) };
    let Err(Unresolved::Choose(choice)) = resolve(&catalog(), invocation("/diff"), &facts) else {
        panic!("no question")
    };
    assert_eq!(choice.options.len(), 96);
    assert_eq!(said(&choice.question), "/diff needs a router. Which one? 24 more are in /devices");
}

#[test]
fn a_platform_without_lines_is_told() {
    let mut sources = embedded::commands();
    sources.push(Source::new(
        "mine/bgp.toml",
        "name = \"bgp\"\nabout = \"BGP\"\nexample = \"/bgp R1\"\nrisk = \"read\"\n\
         args = [{ name = \"d\", type = \"selector\" }]\n[run.ssh]\nnx-os = [\"show bgp\"]\n",
    ));
    let catalog = Catalog::new(&sources, &builtins()).unwrap();
    let facts = facts(&catalog);
    let resolved = resolve(&catalog, invocation("/bgp R1"), &facts).unwrap();
    let refused = asks(&resolved, &resolved.devices[0]).unwrap_err();
    assert_eq!(
        said(&refused),
        "/bgp has no line for the platform ios-xe. Add one to its file, or use /show."
    );
}

/// Invariant 12, at run time: a value can make a line worse than its file says.
#[test]
fn a_value_never_makes_a_line_more_dangerous_than_its_file_says() {
    let source = Source::new(
        "mine/clear.toml",
        "name = \"clear\"\nabout = \"Clear\"\nexample = \"/clear R1 counters\"\nrisk = \"change\"\n\
         args = [{ name = \"d\", type = \"device\" }, { name = \"what\", type = \"word\" }]\n\
         [run.ssh]\ndefault = [\"clear {what}\"]\n",
    );
    let catalog = Catalog::new(&[source], &builtins()).unwrap();
    let facts = facts(&catalog);
    assert_eq!(
        resolve(&catalog, invocation("/clear R1 counters"), &facts).unwrap().risk,
        crate::model::Risk::Change
    );
    let Err(Unresolved::Refused(failure)) = resolve(&catalog, invocation("/clear R1 reload"), &facts) else {
        panic!("not refused")
    };
    assert_eq!(failure.public.key, "command.too_dangerous");
}

#[test]
fn values_have_their_types() {
    let catalog = catalog();
    let facts = facts(&catalog);
    let resolved = |line: &str| resolve(&catalog, invocation(line), &facts).unwrap();
    assert_eq!(resolved("/job #17").values.get("job"), Some(&Value::Job(JobId(17))));
    assert_eq!(resolved("/jobs").number("count"), Some(10));
    assert!(matches!(resolved("/diff R1 3h ago").when("when"), Some(When::At(_))));
    assert!(!resolved("/jobs").on_devices);
    assert!(resolved("/devices").on_devices);
    assert!(resolved("/cancel 1").changes_something());
    assert!(!resolved("/backup all").changes_something());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn no_line_is_a_panic(
        typed in any::<String>(),
        rest in "(show|diff|device|arp|jobs|trust|int|backup) [a-zR0-9,!*:|#\"' _.?-]{0,30}",
    ) {
        let catalog = CATALOG.with(Clone::clone);
        let facts = facts(&catalog);
        for line in [typed.clone(), format!("/{typed}"), format!("/{rest}")] {
            let _ = resolve(&catalog, invocation(&line), &facts);
        }
    }
}

thread_local! {
    static CATALOG: Catalog = catalog();
}
