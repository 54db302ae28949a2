//! The command line beside the bot that runs: what it writes the bot sees without a restart, what it
//! reads is what the bot has done, and secrets stay where they are.

use super::{Home, Session};
use patchbay::lab::{Lab, LabPlan};
use std::os::unix::fs::PermissionsExt;

/// Asks until the answer holds these words: the bot notices others' writes within a second or so.
fn until(session: &mut Session, line: &str, words: &str) {
    let mut said = String::new();
    for _ in 0..200 {
        said = session.asks_whole(line);
        if said.contains(words) {
            return;
        }
        session.listens_a_while();
    }
    panic!("{line} never said {words:?}, last: {said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_bot_sees_what_the_command_line_writes() {
    let home = Home::new(LabPlan::fleet(2)).await;
    let new = Lab::start(LabPlan::one("R9")).await.unwrap();
    let address = new.router("R9").unwrap().address();
    let mut session = home.run();
    session.asks("/version R9", "There is no router R9");
    let pairs = [format!("host={}", address.ip()), format!("ssh-port={}", address.port())];
    home.cli(&["device", "add", "R9", &pairs[0], &pairs[1], "credential=lab"]).well();
    until(&mut session, "/version R9", "R9 uptime is");
    home.cli(&[
        "grant",
        "add",
        "no backups of R1",
        "--deny",
        "--role",
        "admin",
        "--command",
        "backup",
        "--devices",
        "R1",
    ])
    .well();
    session.asks("/backup R1", "no backups of R1");
    let rules = home.cli(&["grant", "list"]).well();
    let number = rules.out.lines().find(|line| line.contains("no backups of R1")).unwrap();
    home.cli(&["grant", "remove", number.split_whitespace().next().unwrap()]).well();
    session.asks("/backup R1", "Backup of R1");
    home.cli(&["person", "set", "ann", "--role", "viewer"]).well();
    session.asks("/backup R2", "You may not");
    home.cli(&["person", "remove", "ann"]).well();
    session.asks("/whoami", "don't know you");
    let said = session.ended().with(1);
    assert!(!said.err.contains("panicked"), "{said:?}");
    let audit = home.cli(&["audit", "--limit", "500"]).well().out;
    let row = |words: &[&str]| audit.lines().any(|line| words.iter().all(|word| line.contains(word)));
    for words in [
        ["ann", "terminal:you", "refused", "no backups of R1", "/backup R1"].as_slice(),
        &["ann", "allowed", "#", "/backup R1"],
        &["ann", "refused", "/backup R2"],
        &["-", "terminal:you", "refused", "/whoami"],
        &["command-line:", "done", "grant add no backups of R1"],
        &["command-line:", "done", "person set ann --role viewer"],
    ] {
        assert!(row(words), "{words:?} is not in the audit:\n{audit}");
    }
    assert_eq!(home.cli(&["audit", "--limit", "1"]).well().out.lines().count(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn people_and_chats_are_set_from_the_command_line() {
    let home = Home::new(LabPlan::one("R1")).await;
    let add = |language: &str| {
        let words = [
            "person",
            "add",
            "dora",
            "--role",
            "viewer",
            "--identity",
            "terminal:dora",
            "--language",
            language,
        ];
        home.cli(&words)
    };
    add("xx").with(2).complains("there are texts in en only");
    add("en").well();
    let listed = home.cli(&["person", "list"]).well().out;
    let row = |words: &[&str]| listed.lines().any(|line| words.iter().all(|word| line.contains(word)));
    assert!(row(&["dora", "viewer", "en", "UTC", "terminal:dora"]), "{listed}");
    assert!(home.cli(&["chat", "list"]).well().out.contains("none yet"));
    let mut session = home.run();
    session.asks("/whoami", "UTC");
    let chats = home.cli(&["chat", "list"]).well().out;
    assert!(chats.contains("ann"), "{chats}");
    let place = chats.lines().nth(1).unwrap().split_whitespace().next().unwrap().to_owned();
    home.cli(&["chat", "set", &place, "--time-zone", "Asia/Ho_Chi_Minh"])
        .with(2)
        .complains("patchbay person set ann");
    home.cli(&["chat", "set", "terminal:nowhere", "--language", "en"]).with(2).complains("there is no chat");
    home.cli(&["chat", "set", &place, "--language", "xx"]).with(2).complains("there are texts in en only");
    home.cli(&["person", "set", "ann", "--time-zone", "Asia/Ho_Chi_Minh"]).well();
    session.asks("/whoami", "Asia/Ho_Chi_Minh");
    session.asks("/link", "Send this from the other service: /link ");
    let removed = home.cli(&["person", "remove", "ann"]).well().out;
    for words in ["ann is removed", "1 identity", "1 link code", "subscriptions stay"] {
        assert!(removed.contains(words), "{words:?} in {removed}");
    }
    session.ended().well();
}

#[tokio::test(flavor = "multi_thread")]
async fn configurations_are_exported_redacted_or_with_the_key_raw() {
    let home = Home::new(LabPlan::fleet(2)).await;
    let mut session = home.run();
    session.asks("/backup R1", "first backup");
    // While the bot runs: R2 has no backup, which is told and is no success.
    let said = home.cli(&["config", "export", "all", "plain"]).with(1);
    assert!(said.out.contains("R2 has no such backup"), "{said:?}");
    let router = home.router("R1");
    let plain = std::fs::read_to_string(home.path("plain/R1.cfg")).unwrap();
    assert!(plain.contains("hostname R1"));
    for secret in router.secrets() {
        assert!(!plain.contains(&secret), "{secret} is in a redacted export");
    }
    home.cli(&["config", "export", "R1", "raw", "--raw"]).well();
    let raw = std::fs::read_to_string(home.path("raw/R1.cfg")).unwrap().replace("\r\n", "\n");
    for line in router.running_configuration().replace("\r\n", "\n").lines() {
        assert!(raw.contains(line), "{line:?} is not in the raw export");
    }
    for file in ["plain/R1.cfg", "raw/R1.cfg"] {
        let mode = home.path(file).metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o077, 0, "{file} is open to others");
    }
    let audit = home.cli(&["audit"]).well().out;
    assert!(audit.contains("config export --raw R1#"), "{audit}");
    // Another key opens nothing and leaves nothing.
    std::fs::remove_file(home.path("key")).unwrap();
    patchbay::device::MasterKey::create(&home.path("key")).unwrap();
    let said = home.cli(&["config", "export", "R1", "wrong", "--raw"]).with(2);
    said.complains("key");
    assert_eq!(said.out, "");
    assert!(!home.path("wrong").exists());
    assert_eq!(home.cli(&["audit"]).well().out, audit, "what was not taken is not in the audit");
    home.cli(&["config", "export", "R9", "wrong"]).with(2).complains("r9 names no router");
    session.ended().well();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_credential_is_taken_in_silence_and_never_given_back() {
    let home = Home::new(LabPlan::one("R1")).await;
    let mut session = home.run();
    let words = "plum-orchard-word\nfig-orchard-word\n";
    let said = home.cli_with(&["credential", "set", "orchard", "--username", "gardener"], words).well();
    let listed = home.cli(&["credential", "list"]).well();
    assert!(listed.out.contains("orchard") && listed.out.contains("lab"), "{listed:?}");
    for text in [&said.out, &said.err, &listed.out, &listed.err] {
        assert!(!text.contains("orchard-word"), "{text}");
    }
    home.cli_with(&["credential", "set", "orchard", "--username", "gardener"], "only\n")
        .with(2)
        .complains("enable");
    home.cli_with(&["credential", "set", "orchard", "--username", "gardener"], "\n\n")
        .with(2)
        .complains("password");
    home.cli(&["credential", "remove", "lab"]).with(2).complains("R1");
    // The bot takes the new words at the next login.
    until(&mut session, "/version R1", "R1 uptime is");
    home.cli_with(&["credential", "set", "lab", "--username", "admin"], "wrong\nwrong\n").well();
    until(&mut session, "/version R1", "refused the password");
    home.cli(&["credential", "remove", "orchard"]).well();
    session.ended().with(1);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_import_is_all_or_nothing() {
    let home = Home::new(LabPlan::fleet(2)).await;
    let before = home.cli(&["device", "export"]).well().out;
    let bad = "name,host,ssh-port,parents\n\
        R3,10.0.0.3,22,R1\n\
        R 4,10.0.0.4,22,\n\
        R5,,22,\n\
        R6,10.0.0.6,70000,\n\
        R7,10.0.0.7,22,R99\n\
        R3,10.0.0.8,22,\n";
    let said = home.cli_with(&["device", "import", "-"], bad).with(2);
    for problem in ["-:3: ", "-:4: ", "-:5: ", "70000", "R99", "twice"] {
        assert!(said.out.contains(problem), "{problem:?}: {said:?}");
    }
    said.complains("5 problems; nothing was imported");
    assert_eq!(home.cli(&["device", "export"]).well().out, before);
    let good = "name,host,site,parents\nR1,10.0.0.1,hue,\nR3,10.0.0.3,hue,R4\nR4,10.0.0.4,hue,R1\n";
    std::fs::write(home.path("good.csv"), good).unwrap();
    let said = home.cli(&["device", "import", "good.csv", "--dry-run"]).well();
    for line in ["~ R1", "+ R3", "+ R4", "dry run: nothing was changed"] {
        assert!(said.out.contains(line), "{line:?}: {said:?}");
    }
    assert_eq!(home.cli(&["device", "export"]).well().out, before);
    home.cli(&["device", "import", "good.csv"]).well();
    let after = home.cli(&["device", "export"]).well().out;
    assert!(
        after.contains("R3") && after.lines().any(|line| line.starts_with("R3,") && line.contains("R4")),
        "{after}"
    );
    // What was exported is what is there: importing it changes nothing, here and in an empty house.
    let again = home.cli_with(&["device", "import", "-"], &after).well();
    assert!(!again.out.contains('~') && !again.out.contains('+'), "{again:?}");
    let other = Home::new(LabPlan::one("R1")).await;
    other.cli_with(&["device", "import", "-"], &after).well();
    assert_eq!(other.cli(&["device", "export"]).well().out, after);
}

#[tokio::test(flavor = "multi_thread")]
async fn people_and_routers_are_changed_and_mistakes_are_told() {
    let home = Home::new(LabPlan::one("R1")).await;
    home.cli(&["person", "add", "bob", "--role", "viewer", "--identity", "terminal:bob"]).well();
    home.cli(&["person", "add", "Bob", "--role", "viewer"]).with(2).complains("bob");
    home.cli(&["person", "add", "eve", "--role", "viewer", "--identity", "terminal:bob"])
        .with(2)
        .complains("terminal:bob");
    home.cli(&["person", "add", "eve", "--role", "viewer", "--identity", "bob"])
        .with(2)
        .complains("channel:id");
    let list = home.cli(&["person", "list"]).well().out;
    assert!(list.contains("terminal:bob") && !list.contains("eve"), "{list}");
    home.cli(&["device", "add", "r1", "host=10.0.0.1"]).with(2).complains("R1");
    home.cli(&["device", "add", "R2"]).with(2);
    home.cli(&["device", "add", "R2", "site=hue"]).with(2).complains("host= is missing");
    home.cli(&["device", "set", "R1", "colour=red"]).with(2).complains("colour");
    let changed = home.cli(&["device", "set", "R1", "site=hue", "tags=core,edge"]).well().out;
    assert!(changed.contains("hue"), "{changed}");
    let port = ["device", "set", "R1", "interface=gi1", "description=to ISP-A", "speed=200m", "uplink=yes"];
    let noted = home.cli(&port).well().out;
    let written = "GigabitEthernet1 description=\"to ISP-A\" speed=200m uplink=yes";
    assert!(noted.contains(written), "{noted}");
    let export = home.cli(&["device", "export"]).well().out;
    assert!(export.contains(&written.replace('"', "\"\"")), "{export}");
    let again = home.cli_with(&["device", "import", "-", "--dry-run"], &export).well().out;
    assert!(!again.contains('~'), "{again}");
    home.cli(&["device", "set", "R1", "speed=200m"]).with(2).complains("interface=Gi1");
    home.cli(&["device", "list", "tag:edge"]).well().once("R1");
    home.cli(&["device", "list", "R9"]).with(2).complains("r9 names no router");
    home.cli(&["device", "remove", "R1"]).well();
    home.cli(&["device", "remove", "R1"]).with(2).complains("no router R1");
    home.cli(&["grant", "remove", "999"]).with(2).complains("no rule 999");
}
