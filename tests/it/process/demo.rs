//! `patchbay demo` as a script uses it: lines in by a pipe, plain lines out, and a status.

use super::{Said, Session, program};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

fn demo(folder: &Path, words: &[&str]) -> Command {
    let mut command = program(folder);
    command.arg("demo").args(words);
    command
}

/// `printf LINES | patchbay demo`
fn piped(folder: &Path, words: &[&str], lines: &str) -> Said {
    let mut session = Session::start(&mut demo(folder, words));
    session.types(lines);
    session.ended()
}

fn devices(folder: &Path) -> String {
    let mut command = program(folder);
    command.args(["--settings", ".demo/patchbay.toml", "device", "list"]);
    Session::start(&mut command).ended().well().out
}

#[test]
fn a_second_start_finds_its_lab_as_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let first = piped(folder.path(), &[], "/backup all\n").well();
    first.once("Backup of 5 routers in");
    assert!(first.out.contains("5 first backups"), "{first:?}");
    assert!(!first.out.contains('\u{1b}') && !first.out.contains('\r'), "{first:?}");
    assert_eq!(first.err, "");
    let key = folder.path().join(".demo/master.key").metadata().unwrap();
    assert_eq!(key.permissions().mode() & 0o777, 0o600);
    let before = devices(folder.path());
    // Not even a kill makes it another lab.
    let mut session = Session::start(&mut demo(folder.path(), &[]));
    session.asks("/whoami", "You are");
    session.killed();
    let second = piped(folder.path(), &[], "/backup all\n/version R1\n").well();
    assert!(second.out.contains("5 unchanged"), "{second:?}");
    assert!(second.out.contains("R1 uptime is"), "{second:?}");
    assert_eq!(before, devices(folder.path()));
    assert!(before.lines().count() == 6 && before.contains("127."), "{before}");
}

#[test]
fn the_status_tells_a_script_that_something_was_not_done() {
    let folder = tempfile::tempdir().unwrap();
    for (words, lines, says) in [
        (vec![], "/backup R22\n/whoami\n", "There is no router R22"),
        (vec![], "/bakup R1\n/whoami\n", "Did you mean"),
        (vec![], "hello\n/whoami\n", "commands begin with /"),
        (vec!["--as", "viewer"], "/backup R1\n/whoami\n", "You may not use backup on R1"),
        (vec![], "/device set R1 ssh-port=1\n/backup R1\n", "R1"),
    ] {
        let said = piped(folder.path(), &words, lines).with(1);
        assert!(said.out.contains(says), "{lines:?}: {said:?}");
        assert!(!said.out.contains('\u{1b}'), "{said:?}");
    }
    // One bad line does not stop the others, and a good session is a good session again.
    piped(folder.path(), &[], "/whoami\n/backup R1\n").well().once("You are you, admin");
}

#[test]
fn a_question_at_the_end_of_the_input_is_answered_cancel() {
    let folder = tempfile::tempdir().unwrap();
    let said = piped(folder.path(), &[], "/version\n").well();
    said.once("Which one?");
    said.once("Cancelled: nobody was there to answer");
}

#[test]
fn a_number_in_a_pipe_presses_the_button_that_was_printed() {
    let folder = tempfile::tempdir().unwrap();
    let said = piped(folder.path(), &[], "/version\n3\n").well();
    assert!(said.out.contains("R2 uptime is"), "{said:?}");
}

#[test]
fn a_lost_key_is_told_and_nothing_is_touched() {
    let folder = tempfile::tempdir().unwrap();
    piped(folder.path(), &[], "/whoami\n").well();
    std::fs::remove_file(folder.path().join(".demo/master.key")).unwrap();
    let said = piped(folder.path(), &[], "/whoami\n").with(2);
    said.complains("delete data/demo");
    assert_eq!(said.out, "");
    assert!(!folder.path().join(".demo/master.key").exists(), "a new key cannot open what is there");
    std::fs::remove_dir_all(folder.path().join("data/demo")).unwrap();
    piped(folder.path(), &[], "/whoami\n").well();
}

#[test]
fn a_second_demo_beside_the_first_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let mut first = Session::start(&mut demo(folder.path(), &[]));
    first.asks("/whoami", "You are");
    piped(folder.path(), &[], "").with(2).complains("another Patchbay");
    first.ended().well();
}
