use super::*;
use std::process::Command;
use tempfile::TempDir;

fn entry(path: &str, text: &str, at: i64) -> Entry {
    Entry {
        path: path.to_owned(),
        text: text.to_owned(),
        author: "anna".to_owned(),
        at: Timestamp(at * 1000),
        message: format!("{path}: backup #{at}"),
    }
}

/// What the real git says about the repository; None where there is no git.
fn git(folder: &TempDir, args: &[&str]) -> Option<String> {
    let ran = Command::new("git")
        .arg("--git-dir")
        .arg(folder.path().join("configs.git"))
        .args(args)
        .env_clear()
        .env("PATH", std::env::var_os("PATH")?)
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .output();
    let output = ran.inspect_err(|_| eprintln!("no git here: its own view is not asked")).ok()?;
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "git {args:?}: {told}");
    Some(String::from_utf8(output.stdout).unwrap() + &told)
}

fn check(folder: &TempDir, args: &[&str], expected: &str) {
    if let Some(said) = git(folder, args) {
        assert_eq!(said, expected, "git {args:?}");
    }
}

#[test]
fn git_reads_what_was_stored() {
    let folder = tempfile::tempdir().unwrap();
    let archive = Archive::open(folder.path()).unwrap();
    assert!(archive.is_empty().unwrap());
    let first = archive.store(&entry("R1.cfg", "hostname R1\n", 1_700_000_000)).unwrap();
    archive.store(&entry("R2.cfg", "hostname R2\n", 1_700_000_060)).unwrap();
    let odd = Entry {
        author: "<mallory>\n.".to_owned(),
        message: "R1: \0\nsecond line\n".to_owned(),
        ..entry("R1.cfg", "hostname R1\nend\n", 1_700_000_120)
    };
    archive.store(&odd).unwrap();
    archive.store(&Entry { author: String::new(), ..entry("lab/R3.cfg", "", -5) }).unwrap();

    check(&folder, &["fsck", "--strict", "--no-progress"], "");
    check(&folder, &["branch", "--show-current"], "main\n");
    check(&folder, &["show", "main:R1.cfg"], "hostname R1\nend\n");
    check(&folder, &["show", &format!("{first}:R1.cfg")], "hostname R1\n");
    check(&folder, &["ls-tree", "-r", "--name-only", "main"], "R1.cfg\nR2.cfg\nlab/R3.cfg\n");
    check(
        &folder,
        &["log", "--format=%an %at %s", "--", "R1.cfg"],
        "mallory 1700000120 R1: second line\nanna 1700000000 R1.cfg: backup #1700000000\n",
    );
    check(&folder, &["log", "-1", "--format=%an|%cn|%at"], "unknown|Patchbay|0\n");
    check(
        &folder,
        &["show", "--stat", "--format=", &first],
        " R1.cfg | 1 +\n 1 file changed, 1 insertion(+)\n",
    );
    assert!(!archive.is_empty().unwrap());
}

#[test]
fn the_same_text_again_makes_no_second_commit() {
    let folder = tempfile::tempdir().unwrap();
    let archive = Archive::open(folder.path()).unwrap();
    let entry = entry("R1.cfg", "hostname R1\n", 1);
    let commit = archive.store(&entry).unwrap();
    assert_eq!(archive.store(&entry).unwrap(), commit);
    let after_a_crash = Archive::open(folder.path()).unwrap();
    assert_eq!(after_a_crash.store(&entry).unwrap(), commit);
    check(&folder, &["rev-list", "--count", "main"], "1\n");
}

#[test]
fn a_deleted_repository_is_made_anew_alike() {
    let folder = tempfile::tempdir().unwrap();
    let entries = [entry("R1.cfg", "one\n", 1), entry("R2.cfg", "one\n", 2), entry("R1.cfg", "two\n", 3)];
    let store = || {
        let archive = Archive::open(folder.path()).unwrap();
        assert!(archive.is_empty().unwrap());
        entries.iter().map(|entry| archive.store(entry).unwrap()).collect::<Vec<_>>()
    };
    let before = store();
    std::fs::remove_dir_all(folder.path().join("configs.git")).unwrap();
    assert_eq!(store(), before, "the same rows make the same commits");
}

#[test]
fn what_a_killed_process_left_is_no_hindrance() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir_all(folder.path().join("configs.git.new/objects")).unwrap();
    let archive = Archive::open(folder.path()).unwrap();
    archive.store(&entry("R1.cfg", "one\n", 1)).unwrap();
    std::fs::write(folder.path().join("configs.git/refs/heads/main.lock"), "").unwrap();
    let archive = Archive::open(folder.path()).unwrap();
    archive.store(&entry("R1.cfg", "two\n", 2)).unwrap();
    check(&folder, &["rev-list", "--count", "main"], "2\n");
}

#[test]
fn a_path_never_leaves_the_repository() {
    let folder = tempfile::tempdir().unwrap();
    let archive = Archive::open(folder.path()).unwrap();
    for path in ["", "../x.cfg", "/x.cfg", "a//b", ".git/config", "a/.git", "a\nb", "a\\b", "git~1"] {
        let refused = archive.store(&entry(path, "x", 1));
        assert_eq!(refused, Err(ArchiveError::Path { path: path.to_owned() }), "{path:?}");
    }
    let name = crate::model::DeviceName::try_from("core-1.hanoi".to_owned()).unwrap();
    assert!(archive.store(&entry(&path_of(&name), "x", 1)).is_ok());
}

#[test]
fn a_damaged_repository_is_said_with_its_cure() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("configs.git")).unwrap();
    let error = Archive::open(folder.path()).err().unwrap().to_string();
    assert!(error.contains("delete it, and it is made anew"), "{error}");

    std::fs::remove_dir(folder.path().join("configs.git")).unwrap();
    let archive = Archive::open(folder.path()).unwrap();
    archive.store(&entry("R1.cfg", "one\n", 1)).unwrap();
    std::fs::remove_dir_all(folder.path().join("configs.git/objects")).unwrap();
    std::fs::create_dir(folder.path().join("configs.git/objects")).unwrap();
    let archive = Archive::open(folder.path()).unwrap();
    let error = archive.store(&entry("R1.cfg", "two\n", 2)).unwrap_err();
    assert!(matches!(error, ArchiveError::Damaged { .. }), "{error}");
}
