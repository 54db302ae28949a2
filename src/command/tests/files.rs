//! Command files with and without mistakes, and laws that every embedded file keeps.

use super::*;

const GOOD: &str = "name = \"arp\"\nabout = \"ARP\"\nexample = \"/arp R1\"\nrisk = \"read\"\n\
args = [{ name = \"d\", type = \"selector\" }]\n[run.ssh]\ndefault = [\"show ip arp\"]\n";

fn told(sources: &[Source]) -> String {
    match Catalog::new(sources, &builtins()) {
        Ok(catalog) => format!("{} good", catalog.commands().len()),
        Err(problems) => problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"),
    }
}

#[expect(clippy::needless_pass_by_value, reason = "cases read better without &")]
fn check(text: &str, expected: Expect) {
    expected.assert_eq(&told(&[Source::new("commands/arp.toml", text)]));
}

#[test]
fn mistakes_are_told_with_line_and_cure() {
    check(GOOD, expect!["1 good"]);
    check(
        &GOOD.replace("\"read\"", "\"reed\""),
        expect![[r#"commands/arp.toml:4: risk "reed" is unknown; use read, change or disruptive"#]],
    );
    check(
        "",
        expect![[r#"
        commands/arp.toml:1: about is missing; say in one line what it does
        commands/arp.toml:1: example is missing; give a line that works, such as example = "/arp R1"
        commands/arp.toml:1: name is missing; use small letters, digits and _, a letter first, at most 32, such as name = "arp"
        commands/arp.toml:1: risk is missing; say risk = "read", "change" or "disruptive"
        commands/arp.toml:1: run is missing; say [run.ssh] default = ["show ..."], or run.builtin = "...""#]],
    );
    check(
        "nam = 1\nname = \"Arp\"\naliases = [\"A-B\"]\nabout = \"\"\nrisk = \"change\"\nrole = \"boss\"\nwrites = \"disk\"\n\
         args = [{ name = \"d\", type = \"selector\" }, { name = \"x\", type = \"wrd\" }, { name = \"x\", type = \"choice\" }]\n\
         deadline = \"soon\"\nshow = { as = \"picture\" }\n[run]\nbuiltin = \"arpp\"\nssh = 1\n",
        expect![[r#"
            commands/arp.toml:1: example is missing; give a line that works, such as example = "/arp R1"
            commands/arp.toml:1: nam is no key here; did you mean name?
            commands/arp.toml:2: name "Arp" is no name; use small letters, digits and _, a letter first, at most 32, such as name = "arp"
            commands/arp.toml:3: alias "A-B" is no name; use small letters, digits and _, a letter first, at most 32, such as name = "arp"
            commands/arp.toml:4: about is empty; say in one line what it does
            commands/arp.toml:6: role "boss" is unknown; use viewer, operator or admin
            commands/arp.toml:7: writes "disk" is unknown; use bot
            commands/arp.toml:8: args.choices is missing; say choices = ["in", "out"]
            commands/arp.toml:8: args.type "wrd" is unknown; use selector, device, interface, ipv4, word, number, job, duration, when, choice, rest or show
            commands/arp.toml:8: the argument "x" is there twice; keep one of them
            commands/arp.toml:9: deadline "soon" is no duration; write it as 30s, 10m, 2h or 7d
            commands/arp.toml:10: show.as "picture" is unknown; use text, table or file
            commands/arp.toml:12: run.builtin "arpp" is unknown; use ack, alerts, backup, bw, cancel, config, confirm, device, devices, diff, dlq, freeze, freezes, graph, help, job, jobs, link, lock, logs, pending, reboot, save, show, silence, silences, status, subscribe, subscribers, top, trust, unack, unfreeze, unlock, unsilence, unsubscribe, whoami or why
            commands/arp.toml:13: run.ssh is no table; write [run.ssh]"#]],
    );
    check(
        &GOOD.replace("show ip arp", "show ip arp {address}"),
        expect![[
            r#"commands/arp.toml:6: {address} in "show ip arp {address}" is no argument; add it to args"#
        ]],
    );
    check(
        &GOOD.replace("}]", "}, { name = \"vrf\", type = \"word\", optional = true }]"),
        expect![[
            r#"commands/arp.toml:5: the argument "vrf" is in no line; write {vrf} where it belongs, or take it out"#
        ]],
    );
    check(
        &GOOD.replace("}]", "}, { name = \"r\", type = \"rest\" }]").replace("ip arp", "ip arp {r}"),
        expect![[r#"
        commands/arp.toml:3: example "/arp R1" does not work: r is missing; write a line that can be typed
        commands/arp.toml:6: {r} in "show ip arp {r}" can not be put into a line; use an argument of type word, ipv4, interface, number, duration or choice"#]],
    );
    check(
        &GOOD.replace("[run.ssh]\ndefault = [\"show ip arp\"]", "[run]\nbuiltin = \"arpp\""),
        expect![[
            r#"commands/arp.toml:7: run.builtin "arpp" is unknown; use ack, alerts, backup, bw, cancel, config, confirm, device, devices, diff, dlq, freeze, freezes, graph, help, job, jobs, link, lock, logs, pending, reboot, save, show, silence, silences, status, subscribe, subscribers, top, trust, unack, unfreeze, unlock, unsilence, unsubscribe, whoami or why"#
        ]],
    );
    check(
        &GOOD.replace("/arp R1", "/arp R1 R2"),
        expect![[
            r#"commands/arp.toml:3: example "/arp R1 R2" does not work: "R2" is too much; write a line that can be typed"#
        ]],
    );
    check(
        &GOOD.replace("/arp R1", "/apr R1"),
        expect![[
            r#"commands/arp.toml:3: example "/apr R1" does not work: it begins with /apr; write a line that can be typed"#
        ]],
    );
    check(
        &GOOD.replace("args = [{ name = \"d\", type = \"selector\" }]\n", ""),
        expect![[r#"
        commands/arp.toml:1: no argument says which router; add { name = "devices", type = "selector" }
        commands/arp.toml:3: example "/arp R1" does not work: "R1" is too much; write a line that can be typed"#]],
    );
    check(
        "name = ",
        expect![
            "commands/arp.toml:1: string values must be quoted, expected literal string; see https://toml.io for how TOML is written"
        ],
    );
}

/// Invariant 12: danger is computed, not believed.
#[test]
fn a_file_that_understates_its_danger_is_refused() {
    check(
        &GOOD.replace("show ip arp", "clear arp-cache"),
        expect![[
            r#"commands/arp.toml:4: risk "read" is less than what "clear arp-cache" does; say risk = "change""#
        ]],
    );
    check(
        &GOOD.replace("show ip arp", "reload"),
        expect![[
            r#"commands/arp.toml:4: risk "read" is less than what "reload" does; say risk = "disruptive""#
        ]],
    );
    check(
        &GOOD.replace("\"read\"", "\"change\"").replace("show ip arp", "write erase"),
        expect![[
            r#"commands/arp.toml:4: risk "change" is less than what "write erase" does; say risk = "disruptive""#
        ]],
    );
    check(
        &GOOD.replace("show ip arp", "show run | redirect flash:x"),
        expect![[
            r#"commands/arp.toml:4: risk "read" is less than what "show run | redirect flash:x" does; say risk = "change""#
        ]],
    );
    check(
        &GOOD.replace("show ip arp", "show clock\\nreload"),
        expect![[r#"
            commands/arp.toml:4: risk "read" is less than what "show clock\nreload" does; say risk = "disruptive"
            commands/arp.toml:6: the line "show clock\nreload" holds more than plain letters, digits and signs; write one line for each step, without line breaks and accents"#]],
    );
}

#[test]
fn arguments_that_can_not_work_are_refused() {
    let args = |args: &str| GOOD.replace("{ name = \"d\", type = \"selector\" }", args);
    check(
        &args("{ name = \"d\", type = \"selector\" }, { name = \"e\", type = \"device\" }"),
        expect![[r#"
        commands/arp.toml:3: example "/arp R1" does not work: e is missing; write a line that can be typed
        commands/arp.toml:5: two arguments name routers; keep one selector or device"#]],
    );
    check(
        &args("{ name = \"d\", type = \"selector\", default = \"all\" }, { name = \"e\", type = \"word\" }"),
        expect![[r#"
        commands/arp.toml:3: example "/arp R1" does not work: e is missing; write a line that can be typed
        commands/arp.toml:5: "d" is optional and "e" after it is not; put optional arguments last
        commands/arp.toml:5: the argument "e" is in no line; write {e} where it belongs, or take it out"#]],
    );
    check(
        &args("{ name = \"s\", type = \"show\" }, { name = \"d\", type = \"selector\" }"),
        expect![[r#"
        commands/arp.toml:3: example "/arp R1" does not work: d is missing; write a line that can be typed
        commands/arp.toml:5: "s" takes the rest of the line, so "d" gets nothing; put it last
        commands/arp.toml:5: the argument "s" is in no line; write {s} where it belongs, or take it out"#]],
    );
}

#[test]
fn actions_share_a_name() {
    let file = "name = \"site\"\nabout = \"Sites\"\n[run]\nbuiltin = \"device\"\n\
                [[action]]\nname = \"list\"\nrisk = \"read\"\nabout = \"List\"\nexample = \"/site\"\ndefault = true\n\
                [[action]]\nname = \"add\"\nrisk = \"read\"\nwrites = \"bot\"\nabout = \"Add\"\nexample = \"/site add x\"\n\
                args = [{ name = \"name\", type = \"word\" }]\n";
    check(file, expect!["2 good"]);
    check(
        &file.replace("\"add\"", "\"list\""),
        expect![[r#"
        commands/arp.toml:5: the action "list" is there twice; keep one of them
        commands/arp.toml:16: example "/site add x" does not work: the word list is missing; write a line that can be typed"#]],
    );
    check(
        &file.replace("/site add x", "/site x"),
        expect![[
            r#"commands/arp.toml:16: example "/site x" does not work: the word add is missing; write a line that can be typed"#
        ]],
    );
}

#[test]
fn a_word_that_is_taken_names_both_files() {
    let one = Source::new("commands/arp.toml", GOOD);
    let two = Source::new("mine/arp.toml", GOOD.replace("about", "aliases = [\"a\", \"a\"]\nabout"));
    assert_eq!(
        told(&[one, two]),
        "mine/arp.toml:1: /arp is taken by commands/arp.toml; choose another name\n\
         mine/arp.toml:2: /a is there twice; choose another name"
    );
}

#[test]
fn every_embedded_file_is_sound_and_explains_itself() {
    let catalog = catalog();
    for command in catalog.commands().iter() {
        let (name, about) = (command.permission(), &command.about);
        assert!(!command.help.is_empty(), "{name} has no help");
        assert!(about.chars().count() <= 60 && !about.ends_with('.'), "{name}: {about}");
        assert!(
            command.args.iter().all(|arg| !arg.about.is_empty()),
            "{name} has an argument that says nothing"
        );
        let file = format!("commands/{}.toml", command.name);
        assert_eq!(command.source, file);
    }
    for builtin in builtins() {
        assert!(!catalog.named(builtin).is_empty(), "no file for {builtin}");
    }
    for (alias, name) in
        [("int", "interfaces"), ("ver", "version"), ("nei", "neighbors"), ("SH", "show"), ("cfg", "config")]
    {
        assert_eq!(catalog.named(alias).first().map(|command| command.name.as_str()), Some(name));
    }
}

/// Every example resolves on an inventory that has R1, R2, R3, R7 and hanoi.
#[test]
fn every_example_can_be_typed() {
    let catalog = catalog();
    let mut devices = vec![device(7, "R7", "hue", &["edge"])];
    devices.extend(facts(&catalog).inventory.devices().to_vec());
    let facts = Facts { inventory: Arc::new(Inventory::new(devices)), ..facts(&catalog) };
    for example in catalog.commands().iter().flat_map(|command| command.examples.clone()) {
        let resolved = resolve(&catalog, invocation(&example), &facts);
        assert!(resolved.is_ok(), "{example}: {resolved:?}");
    }
}

/// The texts that model and command speak in are all there, and say nothing that nobody gives them.
#[test]
fn broken_and_refused_have_their_sentences() {
    use crate::model::outcome::{Broken, Refused};
    let after = Duration::from_secs(10);
    let word = || "x1".to_owned();
    let broken = [
        Broken::NoAddress,
        Broken::Unreachable { why: word() },
        Broken::ConnectTimeout { after },
        Broken::NoIdentification { after },
        Broken::ClosedEarly,
        Broken::NoCommonAlgorithm { kind: word(), ours: vec![word()], theirs: vec![word()], fits: None },
        Broken::NoCommonAlgorithm {
            kind: word(),
            ours: vec![word()],
            theirs: vec![word()],
            fits: Some(word()),
        },
        Broken::HostKeyChanged { pinned: word(), offered: word() },
        Broken::LoginRefused { credential: word() },
        Broken::LoginTimeout { after },
        Broken::LoginDialogue { asks: word() },
        Broken::CredentialMissing { credential: word() },
        Broken::CredentialStopped { credential: word() },
        Broken::KeyUnfit { credential: word() },
        Broken::EnableRefused { credential: word() },
        Broken::EnableMissing { credential: word() },
        Broken::NoPrompt,
        Broken::Silent { after },
        Broken::Deadline { after },
        Broken::NoRestconf { why: word() },
        Broken::CertificateChanged { pinned: word(), offered: word() },
        Broken::CertificateRefused { why: word() },
        Broken::RestconfRefused { credential: word(), status: 401 },
        Broken::RestconfRefused { credential: word(), status: 403 },
        Broken::RestconfFailed { status: 500, why: word() },
        Broken::Dropped,
        Broken::NotAsked,
        Broken::Stopped,
    ];
    let refused =
        [Refused::UnknownCommand, Refused::Incomplete, Refused::NotAuthorized, Refused::Busy, Refused::Other];
    let sentences = broken.iter().map(|broken| said(&broken.text("R1")));
    for sentence in sentences.chain(refused.iter().map(|refused| said(&refused.text("show x")))) {
        assert!(!sentence.contains(['{', '}']), "{sentence}");
        assert!(
            sentence.contains(". ") && !sentence.starts_with("broken.") && !sentence.starts_with("refused."),
            "{sentence}"
        );
    }
}

proptest! {
    #[test]
    fn no_file_is_a_panic(text in any::<String>(), key in "[a-z_]{1,9}", value in "[\\[\\]{}\"a-z=, 0-9.]{0,20}") {
        let _ = told(&[Source::new("x.toml", text), Source::new("y.toml", format!("{GOOD}{key} = {value}"))]);
        let _ = told(&[Source::new("y.toml", format!("{key} = {value}\n{GOOD}"))]);
    }
}
