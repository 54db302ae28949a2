//! The rules as tables: who may run what, where, on which routers, and how fresh it must be.

use super::*;

fn deny(name: &str, command: &str) -> Grant {
    Grant { effect: Effect::Deny, ..allow(name, command) }
}

fn role(grant: Grant, role: &str) -> Grant {
    Grant { subject: Subject::Role(role.to_owned()), ..grant }
}

fn on(grant: Grant, selector: &str) -> Grant {
    Grant { selector: selector.parse().unwrap(), ..grant }
}

fn in_chat(grant: Grant, chat: &str) -> Grant {
    Grant { chat: chat.to_owned(), ..grant }
}

/// The grants that a new database has.
fn seeded() -> Vec<Grant> {
    ["viewer", "operator", "admin"].map(|name| role(allow(name, &format!("@{name}")), name)).to_vec()
}

fn verdict(grants: Vec<Grant>, role: &str, line: &str) -> String {
    let catalog = catalog();
    let facts = Facts { asker: Some(person(role)), ..facts(&catalog) };
    let resolved = resolve(&catalog, invocation(line), &facts).unwrap();
    match authorize(&Policy { grants }, &resolved, &facts) {
        Ok(proof) => format!("yes {}", proof.permission()),
        Err(no) => format!("no: {}", said(&refusal(&no, &resolved, &facts))),
    }
}

#[expect(clippy::needless_pass_by_value, reason = "cases read better without &")]
fn check(grants: Vec<Grant>, role: &str, line: &str, expected: Expect) {
    expected.assert_eq(&verdict(grants, role, line));
}

#[test]
fn no_rule_is_a_no() {
    check(
        vec![],
        "admin",
        "/help",
        expect!["no: You may not use help here: no rule allows it. To change it, ask an admin."],
    );
    check(
        vec![],
        "admin",
        "/backup R1",
        expect!["no: You may not use backup on R1 here: no rule allows it. To change it, ask an admin."],
    );
    check(
        vec![allow("x", "arp")],
        "admin",
        "/backup all",
        expect![
            "no: You may not use backup on R1, R2, R3, R12 here: no rule allows it. To change it, ask an admin."
        ],
    );
}

#[test]
fn the_seeded_roles() {
    check(seeded(), "viewer", "/arp R1", expect!["yes arp"]);
    check(seeded(), "viewer", "/show R1 version", expect!["yes show"]);
    check(
        seeded(),
        "viewer",
        "/show R1 run",
        expect![
            "no: You may not use show.config on R1: it needs operator, and you are viewer. To change it, ask an admin."
        ],
    );
    check(
        seeded(),
        "viewer",
        "/backup R1",
        expect![
            "no: You may not use backup on R1: it needs operator, and you are viewer. To change it, ask an admin."
        ],
    );
    check(
        seeded(),
        "viewer",
        "/diff R1",
        expect![
            "no: You may not use diff on R1: it needs operator, and you are viewer. To change it, ask an admin."
        ],
    );
    check(seeded(), "viewer", "/cancel 1", expect!["yes cancel"]);
    check(seeded(), "operator", "/show R1 run", expect!["yes show.config"]);
    check(seeded(), "operator", "/backup all", expect!["yes backup"]);
    check(
        seeded(),
        "operator",
        "/trust R1",
        expect![
            "no: You may not use trust on R1: it needs admin, and you are operator. To change it, ask an admin."
        ],
    );
    check(seeded(), "operator", "/device R1", expect!["yes device.show"]);
    check(
        seeded(),
        "operator",
        "/device add R9 host=x",
        expect![
            "no: You may not use device.add: it needs admin, and you are operator. To change it, ask an admin."
        ],
    );
    check(seeded(), "admin", "/device add R9 host=x", expect!["yes device.add"]);
    check(seeded(), "Admin", "/trust R1", expect!["yes trust"]);
    check(
        seeded(),
        "boss",
        "/help",
        expect!["no: You may not use help: it needs viewer, and you are boss. To change it, ask an admin."],
    );
}

#[test]
fn deny_wins() {
    let with = |grant: Grant| [seeded(), vec![grant]].concat();
    check(
        with(deny("no backups", "backup")),
        "admin",
        "/backup R1",
        expect![[
            r#"no: You may not use backup on R1. Rule "no backups" decides; you are admin. To change it, ask an admin."#
        ]],
    );
    check(with(on(deny("core is off", "*"), "tag:core")), "admin", "/backup R2", expect!["yes backup"]);
    check(
        with(on(deny("core is off", "*"), "tag:core")),
        "admin",
        "/backup all",
        expect![[
            r#"no: You may not use backup on R1. Rule "core is off" decides; you are admin. To change it, ask an admin."#
        ]],
    );
    check(with(on(deny("core is off", "*"), "tag:core")), "admin", "/help", expect!["yes help"]);
    check(
        with(deny("no show", "show")),
        "admin",
        "/show R1 run",
        expect![[
            r#"no: You may not use show.config on R1. Rule "no show" decides; you are admin. To change it, ask an admin."#
        ]],
    );
    check(
        with(role(deny("not you", "*"), "operator")),
        "operator",
        "/help",
        expect![[
            r#"no: You may not use help. Rule "not you" decides; you are operator. To change it, ask an admin."#
        ]],
    );
    check(with(role(deny("not you", "*"), "operator")), "viewer", "/help", expect!["yes help"]);
}

#[test]
fn rules_speak_of_people_commands_routers_and_chats() {
    let only = |grant: Grant| vec![grant];
    let alice = |id| Grant { subject: Subject::Person(PersonId(id)), ..allow("alice", "*") };
    check(only(alice(1)), "x", "/backup R1", expect!["yes backup"]);
    check(
        only(alice(2)),
        "x",
        "/backup R1",
        expect![
            "no: You may not use backup on R1: it needs operator, and you are x. To change it, ask an admin."
        ],
    );
    check(only(allow("g", "device.*")), "x", "/device R1", expect!["yes device.show"]);
    check(
        only(allow("g", "show")),
        "x",
        "/show R1 run",
        expect![
            "no: You may not use show.config on R1: it needs operator, and you are x. To change it, ask an admin."
        ],
    );
    check(only(allow("g", "show*")), "x", "/show R1 run", expect!["yes show.config"]);
    check(
        only(on(allow("g", "*"), "site:hanoi")),
        "x",
        "/backup all",
        expect![
            "no: You may not use backup on R3, R12: it needs operator, and you are x. To change it, ask an admin."
        ],
    );
    check(only(on(allow("g", "*"), "site:hanoi")), "x", "/backup R1,R2", expect!["yes backup"]);
    check(only(on(allow("g", "*"), "site:hanoi")), "x", "/help", expect!["yes help"]);
    check(only(in_chat(allow("g", "*"), "terminal:*")), "x", "/help", expect!["yes help"]);
    check(
        only(in_chat(allow("g", "*"), "terminal:ops*")),
        "x",
        "/help",
        expect!["no: You may not use help: it needs viewer, and you are x. To change it, ask an admin."],
    );
}

#[test]
fn a_part_is_not_run_but_named() {
    let catalog = catalog();
    let facts = facts(&catalog);
    let resolved = resolve(&catalog, invocation("/backup all"), &facts).unwrap();
    let policy = Policy { grants: vec![on(allow("g", "*"), "site:hanoi")] };
    let no = authorize(&policy, &resolved, &facts).unwrap_err();
    let names: Vec<&str> =
        authorize::allowed(&no, &facts).iter().map(|device| device.name.as_str()).collect();
    assert_eq!(names, ["R1", "R2"]);
    let part = |line: &str| {
        let resolved = resolve(&catalog, invocation(line), &facts).unwrap();
        let no = authorize(&policy, &resolved, &facts).err()?;
        authorize::partial(&resolved, &no, &facts).map(|offer| offer.line)
    };
    assert_eq!(part("/backup all").as_deref(), Some("/backup R1,R2"));
    assert_eq!(part("/show R1, R3 version | include x").as_deref(), Some("/show R1 version | include x"));
    assert_eq!(part("/devices").as_deref(), Some("/devices R1,R2"));
    assert_eq!(part("/device show R3"), None);
}

#[test]
fn a_refusal_names_who_can_change_it() {
    let catalog = catalog();
    let carol = Person { name: "carol".to_owned(), ..person("admin") };
    let facts = Facts { people: Arc::new(vec![carol, person("operator")]), ..facts(&catalog) };
    let resolved = resolve(&catalog, invocation("/backup R1"), &facts).unwrap();
    let no = authorize(&Policy::default(), &resolved, &facts).unwrap_err();
    assert_eq!(
        said(&refusal(&no, &resolved, &facts)),
        "You may not use backup on R1 here: no rule allows it. To change it, ask carol."
    );
}

#[test]
fn a_stranger_gets_nothing() {
    let catalog = catalog();
    let facts = Facts { asker: None, ..facts(&catalog) };
    let resolved = resolve(&catalog, invocation("/help"), &facts).unwrap();
    let no = authorize(&Policy { grants: vec![allow("all", "*")] }, &resolved, &facts).unwrap_err();
    assert_eq!(no, Refusal::Stranger);
}

#[test]
fn what_changes_something_must_be_fresh() {
    let old = |seconds: u64| Some(NOW.minus(Duration::from_secs(seconds)));
    for (line, sent_at, confirmed_at, fresh) in [
        ("/backup R1", old(9_000), None, true),
        ("/trust R1", old(60), None, true),
        ("/trust R1", old(61), None, false),
        ("/trust R1", old(9_000), old(10), true),
        ("/trust R1", old(10), old(9_000), false),
        ("/cancel 1", old(61), None, false),
        ("/device set R1 note=x", None, None, true),
    ] {
        let catalog = catalog();
        let facts = facts(&catalog);
        let invocation = Invocation { sent_at, confirmed_at, ..invocation(line) };
        let resolved = resolve(&catalog, invocation, &facts).unwrap();
        let verdict = authorize(&facts.policy, &resolved, &facts);
        assert_eq!(
            !matches!(verdict, Err(Refusal::Stale { .. })),
            fresh,
            "{line} {sent_at:?} {confirmed_at:?}"
        );
    }
}

/// A freeze that alice wrote an hour ago; it ends so many minutes from now.
fn freeze(id: i64, selector: &str, minutes: i64, reason: Option<&str>) -> Freeze {
    Freeze {
        id: FreezeId(id),
        selector: selector.parse().unwrap(),
        by: PersonId(1),
        reason: reason.map(str::to_owned),
        since: NOW.minus(Duration::from_secs(3_600)),
        until: Timestamp(NOW.0 + minutes * 60_000),
    }
}

/// What is proven while these freezes hold; else the freeze, and the routers it names and spares.
fn under(freezes: Vec<Freeze>, line: &str, takes_back: bool) -> String {
    let catalog = catalog();
    let facts = Facts { freezes: Arc::new(freezes), ..facts(&catalog) };
    let resolved = Resolved { takes_back, ..resolve(&catalog, invocation(line), &facts).unwrap() };
    let names =
        |ids: &[DeviceId]| ids.iter().map(|id| facts.inventory.name(*id)).collect::<Vec<_>>().join(",");
    match authorize(&facts.policy, &resolved, &facts) {
        Ok(_) => "yes".to_owned(),
        Err(Refusal::Frozen { freeze, devices, allowed }) => {
            format!("{} {} not {}", freeze.id, names(&devices), names(&allowed))
        }
        Err(other) => format!("{other:?}"),
    }
}

#[test]
fn while_it_is_frozen_nothing_that_changes_it_is_proven() {
    for (selector, minutes, line, expected) in [
        ("all", 60, "/save R1", "#1 R1 not "),
        ("all", 60, "/reboot R1", "#1 R1 not "),
        ("all", 60, "/reboot R1,R2", "#1 R1,R2 not "),
        ("all", 60, "/save all", "#1 R1,R2,R3,R12 not "),
        ("site:hanoi", 60, "/save all", "#1 R1,R2 not R3,R12"),
        ("all,!r3", 60, "/save R3", "yes"),
        ("all,!r3", 60, "/save R2,R3", "#1 R2 not R3"),
        ("tag:edge", 60, "/save R1", "yes"),
        ("r1", 60, "/save R2", "yes"),
        // Its time is over, though nobody has closed it.
        ("all", 0, "/save R1", "yes"),
        ("all", -1, "/reboot R1", "yes"),
        // Reading goes on, and so does what writes the bot's own state.
        ("all", 60, "/show R1 version", "yes"),
        ("all", 60, "/show R1 run", "yes"),
        ("all", 60, "/backup all", "yes"),
        ("all", 60, "/pending all", "yes"),
        ("all", 60, "/trust R1", "yes"),
        ("all", 60, "/device set R1 note=x", "yes"),
        ("all", 60, "/freeze R1 1h", "yes"),
        ("all", 60, "/unfreeze", "yes"),
        ("all", 60, "/lock R1", "yes"),
    ] {
        let got = under(vec![freeze(1, selector, minutes, None)], line, false);
        assert_eq!(got, expected, "{line} under {selector} for {minutes} min");
    }
    // Of several, the one that has to be waited for longest is named.
    let several =
        vec![freeze(1, "r1", 30, None), freeze(2, "site:hanoi", 90, None), freeze(3, "r2", 60, None)];
    assert_eq!(under(several.clone(), "/save R1", false), "#2 R1 not ");
    assert_eq!(under(several, "/save R1,R2,R3", false), "#2 R1,R2 not R3");
}

#[test]
fn a_freeze_comes_after_the_rules_and_before_the_age() {
    let catalog = catalog();
    let facts = Facts { freezes: Arc::new(vec![freeze(1, "all", 60, None)]), ..facts(&catalog) };
    let old = Invocation { sent_at: Some(NOW.minus(Duration::from_secs(900))), ..invocation("/save R1") };
    let resolved = resolve(&catalog, old, &facts).unwrap();
    let no = |policy: &Policy| authorize(policy, &resolved, &facts).unwrap_err();
    assert!(matches!(no(&Policy::default()), Refusal::NoRule { .. }));
    assert!(matches!(no(&facts.policy), Refusal::Frozen { .. }), "it is not asked whether it shall run");
}

#[test]
fn what_a_freeze_lets_through_only_takes_back() {
    use crate::model::{Ask, Dialogue, Plan, Reload};
    assert_eq!(under(vec![freeze(1, "all", 60, None)], "/reboot R1 cancel", true), "yes");
    let catalog = catalog();
    let facts = facts(&catalog);
    let resolved =
        Resolved { takes_back: true, ..resolve(&catalog, invocation("/reboot R1 cancel"), &facts).unwrap() };
    let proof = authorize(&facts.policy, &resolved, &facts).unwrap();
    let r1 = resolved.devices[0].clone();
    let plan = |asks: Vec<Ask>| Plan::changing(&proof, r1.clone(), asks).is_ok();
    assert!(plan(vec![Ask::Dialogue(Dialogue::CancelReload)]));
    for more in [
        Ask::Dialogue(Dialogue::Save),
        Ask::Dialogue(Dialogue::Reload(Reload { in_minutes: None, drop_changes: true })),
        Ask::Line { line: "clear counters".to_owned(), deadline: None },
    ] {
        assert!(!plan(vec![more.clone()]), "{more:?}");
        assert!(!plan(vec![more, Ask::Dialogue(Dialogue::CancelReload)]));
    }
}

#[test]
fn the_refusal_of_a_freeze_says_everything_and_offers_the_rest() {
    let catalog = catalog();
    let carol = Person { id: PersonId(2), name: "carol".to_owned(), ..person("admin") };
    let freezes = |reason| Arc::new(vec![freeze(3, "site:hanoi", 120, reason)]);
    let facts = Facts {
        people: Arc::new(vec![carol, person("operator")]),
        freezes: freezes(Some("core migration")),
        ..facts(&catalog)
    };
    let resolved = resolve(&catalog, invocation("/save all"), &facts).unwrap();
    let no = authorize(&facts.policy, &resolved, &facts).unwrap_err();
    expect!["Frozen: R1, R2, by alice since 11:00, until 14:00: core migration. Nothing was sent; reading goes on. To end it: /unfreeze #3 (carol)"]
        .assert_eq(&said(&refusal(&no, &resolved, &facts)));
    let offer = authorize::partial(&resolved, &no, &facts).unwrap();
    assert_eq!(
        (said(&offer.label).as_str(), offer.line.as_str()),
        ("Run it on the 2 that are not frozen", "/save R3,R12")
    );
    let facts = Facts { freezes: freezes(None), ..facts };
    let no = authorize(&facts.policy, &resolved, &facts).unwrap_err();
    expect!["Frozen: R1, R2, by alice since 11:00, until 14:00. Nothing was sent; reading goes on. To end it: /unfreeze #3 (carol)"]
        .assert_eq(&said(&refusal(&no, &resolved, &facts)));
}
