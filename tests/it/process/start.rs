//! Starts that fail: every problem of the settings at once, and a data folder that cannot be used.
//! Each ends with status 2, a sentence that says what to do, and nothing changed.

use super::{Home, Said, Session, program};
use patchbay::lab::LabPlan;
use std::path::Path;

/// A folder with a settings file of this text and a good key.
fn folder(text: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    patchbay::device::MasterKey::create(&folder.path().join("key")).unwrap();
    std::fs::write(folder.path().join("patchbay.toml"), text).unwrap();
    folder
}

fn patchbay(folder: &Path, words: &[&str]) -> Said {
    let mut command = program(folder);
    Session::start(command.args(["--settings", "patchbay.toml"]).args(words)).ended()
}

/// A bot whose data is at this path, with a chat in the terminal.
fn with_data(data: &str) -> tempfile::TempDir {
    folder(&format!("data = {data:?}\nmaster_key_file = \"key\"\n[channel.terminal]\nkind = \"terminal\"\n"))
}

#[test]
fn every_problem_of_the_settings_is_told_at_once_with_its_line() {
    let text = "master_key_file = \"nowhere/key\"\n\
        lenguage = \"en\"\n\
        time_zone = \"Asia/Hanoy\"\n\
        [ssh]\n\
        sessions = \"many\"\n\
        connect = \"0s\"\n\
        [channel.pager]\n\
        token = \"plain\"\n";
    let folder = folder(text);
    for words in [["run"].as_slice(), &["device", "list"], &["audit"]] {
        let said = patchbay(folder.path(), words).with(2);
        for problem in [
            "patchbay.toml:1: master_key_file: the file nowhere/key does not exist",
            "patchbay.toml:2: ",
            "lenguage",
            "did you mean language",
            "patchbay.toml:3: time_zone \"Asia/Hanoy\"",
            "patchbay.toml:5: ",
            "patchbay.toml:6: ssh.connect is zero",
            "kind = \"terminal\"",
            "patchbay.toml:8: channel.pager.token does not stand in this file",
        ] {
            said.complains(problem);
        }
        assert_eq!(said.out, "");
    }
    let checked = patchbay(folder.path(), &["check"]).with(1);
    assert!(checked.out.contains("patchbay.toml:8: "), "{checked:?}");
    assert!(!folder.path().join("data").exists(), "a start that failed left something");
}

#[test]
fn doors_are_told_together_too() {
    let text = "master_key_file = \"key\"\n\
        [channel.pigeon]\n\
        kind = \"pigeon\"\n\
        [channel.terminal]\n\
        kind = \"terminal\"\n\
        colour = true\n";
    let folder = folder(text);
    let said = patchbay(folder.path(), &["run"]).with(2);
    said.complains("patchbay.toml:3: kind \"pigeon\" is unknown");
    said.complains("patchbay.toml:6: ");
    said.complains("colour");
    let checked = patchbay(folder.path(), &["check"]).with(1);
    assert!(
        checked.out.contains("kind \"pigeon\" is unknown") && checked.out.contains("colour"),
        "{checked:?}"
    );
}

#[test]
fn a_route_to_an_address_that_nothing_reaches_is_told_before_an_alert_is_lost() {
    let text = "master_key_file = \"key\"\nrules = \"rules.toml\"\n\
        [channel.terminal]\nkind = \"terminal\"\n\
        [channel.post]\nkind = \"email\"\nhost = \"localhost\"\nfrom = \"bot@example.net\"\n\
        to = [\"noc@example.net\"]\n";
    let folder = folder(text);
    let write = |routes: &str| {
        let rules = "[[rule]]\nname = \"cpu\"\nmetric = \"cpu\"\nraise_above = 90\nseverity = \"critical\"\n";
        std::fs::write(folder.path().join("rules.toml"), format!("{rules}[[route]]\n{routes}")).unwrap();
    };
    write("to = [\"post:noc\", \"post:ann@example.net\"]\n[[route]]\nto = [\"terminal:room\"]\n");
    let checked = patchbay(folder.path(), &["check"]).with(1);
    for problem in [
        "rules.toml:6: route to \"post:noc\": \"noc\" is no address of post; \
         write it as \"post:noc@example.net\", or \"post\" for its own places",
        "rules.toml:8: route to \"terminal:room\": \"room\" is no address of terminal",
        "2 problems",
    ] {
        assert!(checked.out.contains(problem), "{checked:?}");
    }
    patchbay(folder.path(), &["run"]).with(2).complains("rules.toml:6: route to \"post:noc\"");
    write("to = [\"post:ann@example.net\", \"post\", \"terminal:console\", \"everywhere\"]\n");
    patchbay(folder.path(), &["check"]).with(0);
}

#[test]
fn a_file_of_rules_is_checked_as_one_by_its_name() {
    let folder = folder("master_key_file = \"key\"\n");
    let rules = concat!(env!("CARGO_MANIFEST_DIR"), "/config/rules.toml");
    let checked = patchbay(folder.path(), &["check", rules]).with(0);
    assert!(checked.out.contains("rules for alerts are fine"), "{checked:?}");
    let wrong = std::fs::read_to_string(rules).unwrap().replace("metric = \"clock\"", "metric = \"clocks\"");
    std::fs::write(folder.path().join("rules.toml"), wrong).unwrap();
    let checked = patchbay(folder.path(), &["check", "rules.toml"]).with(1);
    assert!(
        checked.out.contains("did you mean clock?") && checked.out.ends_with("1 problem\n"),
        "{checked:?}"
    );
}

#[test]
fn a_bot_without_a_door_or_without_settings_says_what_to_write() {
    let folder = folder("master_key_file = \"key\"\n");
    patchbay(folder.path(), &["run"]).with(2).complains("[channel.terminal]");
    std::fs::remove_file(folder.path().join("patchbay.toml")).unwrap();
    patchbay(folder.path(), &["run"]).with(2).complains("config/example.toml");
}

#[test]
fn a_key_that_others_can_read_or_that_is_no_key_is_refused() {
    use std::os::unix::fs::PermissionsExt;
    let folder = with_data("data");
    let key = folder.path().join("key");
    std::fs::set_permissions(&key, std::fs::Permissions::from_mode(0o644)).unwrap();
    patchbay(folder.path(), &["run"]).with(2).complains("chmod 600");
    std::fs::set_permissions(&key, std::fs::Permissions::from_mode(0o600)).unwrap();
    std::fs::write(&key, "not a key").unwrap();
    let said = patchbay(folder.path(), &["run"]).with(2);
    said.complains("the master key");
    assert!(!said.err.contains("not a key"), "{said:?}");
}

#[test]
fn a_data_folder_that_cannot_be_written_says_so() {
    for data in ["/proc/patchbay", "key", "key/data"] {
        let folder = with_data(data);
        let said = patchbay(folder.path(), &["run"]).with(2);
        said.complains(data);
        said.complains("folder");
        assert_eq!(said.err.lines().count(), 1, "{said:?}");
    }
}

#[test]
fn a_database_of_a_newer_program_is_left_alone() {
    let folder = with_data("data");
    patchbay(folder.path(), &["person", "list"]).well();
    let path = folder.path().join("data/patchbay.db");
    let db = rusqlite::Connection::open(&path).unwrap();
    db.pragma_update(None, "user_version", 99).unwrap();
    drop(db);
    for words in [["run"].as_slice(), &["device", "list"]] {
        patchbay(folder.path(), words).with(2).complains("version 99");
    }
}

#[test]
fn a_damaged_database_says_so() {
    let folder = with_data("data");
    patchbay(folder.path(), &["person", "list"]).well();
    std::fs::write(folder.path().join("data/patchbay.db"), "this was a database once ".repeat(400)).unwrap();
    for words in [["run"].as_slice(), &["device", "list"]] {
        patchbay(folder.path(), words).with(2).complains("damaged");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_bot_on_the_same_data_is_refused_and_the_first_goes_on() {
    let home = Home::new(LabPlan::one("R1")).await;
    let mut first = home.run();
    let pid = first.id();
    first.asks("/whoami", "You are");
    let second = home.run().ended().with(2);
    second.complains(&format!("another Patchbay (process {pid})"));
    first.asks("/backup R1", "first backup");
    // A kill leaves no lock behind.
    first.killed();
    home.run().ended().well();
}
