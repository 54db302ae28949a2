//! What the repository holds besides code: nothing of the machine it was written on, nothing that looks
//! like a key, no crate that was refused, and no list in the README that is not true.

use crate::laws::{hold, root};
use crate::scan::files;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;

/// What no tracked file may hold. The patterns are written so that they do not match themselves.
const FORBIDDEN: &[(&str, &str)] = &[
    (
        r"-----BEGIN [A-Z0-9 ]*PRIVATE[ ]KEY-----[\s\\nr]*[A-Za-z0-9+/=]{40}",
        "a private key; tests make theirs when they run",
    ),
    (r"\bxox[abeprs]-[A-Za-z0-9-]{10,}", "a Slack token; write one that nobody could take for real"),
    (r"\bxapp-[0-9]-[A-Za-z0-9-]{10,}", "a Slack token; write one that nobody could take for real"),
    (r"\b[0-9]{8,10}:[A-Za-z0-9_-]{35}\b", "a Telegram token; write one that nobody could take for real"),
    (r"\b(AKIA|ASIA)[0-9A-Z]{16}\b", "an AWS key"),
    (r"\bgh[pousr]_[A-Za-z0-9]{36}\b", "a GitHub token"),
    (r"(^|[^\w./~}\n-])/(work|root)/\w", "a path of one machine; take it from the environment"),
    (r"(^|[^\w./~}\n-])/(home|Users)/[a-z]\w*/", "a path of one machine; take it from the environment"),
    (
        r"sparse\+https?://|\bartifactory\b|\breplace-with\s*=|\bindex-url\b",
        "a package registry; that is a matter of the machine",
    ),
];

fn forbidden(path: &str, text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for (pattern, what) in FORBIDDEN {
        let pattern = regex::RegexBuilder::new(pattern).multi_line(true).build().unwrap();
        found.extend(pattern.find_iter(text).map(|hit| {
            let line = text[..hit.start()].matches('\n').count() + 1;
            format!("{path}:{line}: {what}")
        }));
    }
    found
}

/// What git would keep: tracked, or new and not ignored. None where this is no checkout.
fn kept(root: &Path) -> Option<Vec<String>> {
    let list = ["ls-files", "-z", "--cached", "--others", "--exclude-standard"];
    let listed = Command::new("git").arg("-C").arg(root).args(list).output().ok()?;
    let names = String::from_utf8_lossy(&listed.stdout).into_owned();
    listed.status.success().then(|| names.split_terminator('\0').map(str::to_owned).collect())
}

#[test]
fn nothing_of_one_machine_and_nothing_secret_is_kept() {
    let Some(kept) = kept(&root()) else { return };
    // A file may have been removed and not yet committed; one that is no text has no lines to judge.
    let read =
        |path: &String| std::fs::read_to_string(root().join(path)).ok().map(|text| forbidden(path, &text));
    let breaches: Vec<String> = kept.iter().filter_map(read).flatten().collect();
    hold("Hygiene: what the repository may not hold.", &breaches);
}

#[test]
fn the_hygiene_law_sees_planted_breaches() {
    let key = |label: &str| format!("-----BEGIN {label}PRIVATE {}-----\n{}", "KEY", "A".repeat(64));
    let planted = [
        key(""),
        key("OPENSSH "),
        key("").replace('\n', "\\n"),
        format!("token = \"xoxb-{}\"", "1234567890-abcdef"),
        format!("{}:{}", "1234567890", "A".repeat(35)),
        format!("AKIA{}", "A".repeat(16)),
        format!("cd /{}/main", "work"),
        format!("path = \"/{}/.ssh\"", "root").replace("/.ssh", "/ssh"),
        format!("/{}/alice/x", "home"),
        format!("sparse{}https://crates.example/", '+'),
    ];
    for text in planted {
        let found = forbidden("a", &format!("first\n{text}"));
        assert!(found.len() == 1 && found[0].starts_with("a:2:"), "{text}: {found:?}");
    }
    for text in
        ["https://example.org/work/item", "./work/x", "$HOME/work/x", "registry+https://github.com/", "10:35"]
    {
        assert_eq!(forbidden("a", text), [""; 0], "{text}");
    }
}

/// Crates that may not come in by any path. `ring` is the only crypto provider: with two of them rustls
/// does not choose and panics when the first connection opens; the others need a C library to be there.
const REFUSED: &[&str] = &[
    "aws-lc-rs",
    "aws-lc-sys",
    "aws-lc-fips-sys",
    "boring",
    "boring-sys",
    "libgit2-sys",
    "native-tls",
    "openssl",
    "openssl-sys",
    "rustls-graviola",
    "rustls-mbedcrypto-provider",
    "rustls-openssl",
    "rustls-rustcrypto",
    "rustls-symcrypt",
    "rustls-wolfcrypt-provider",
    "s2n-tls",
];

const REGISTRY: &str = "registry+https://github.com/rust-lang/crates.io-index";

fn refused(lock: &str) -> Vec<String> {
    let lock: toml::Table = lock.parse().unwrap();
    let mut wrong = Vec::new();
    for package in lock["package"].as_array().unwrap() {
        let name = package["name"].as_str().unwrap();
        if REFUSED.contains(&name) {
            wrong.push(format!("{name} is refused; `cargo tree -i {name}` says who brings it"));
        }
        if package.get("source").is_some_and(|source| source.as_str() != Some(REGISTRY)) {
            wrong.push(format!("{name} comes from {}, not from crates.io", package["source"]));
        }
    }
    wrong
}

#[test]
fn no_refused_crate_comes_in() {
    let lock = std::fs::read_to_string(root().join("Cargo.lock")).unwrap();
    hold("Crates: see .deny.toml.", &refused(&lock));
    for (lock, count) in [
        ("[[package]]\nname = \"aws-lc-rs\"\n", 1),
        ("[[package]]\nname = \"a\"\nsource = \"git+https://example.org/a\"\n", 1),
        ("[[package]]\nname = \"ring\"\n[[package]]\nname = \"rustls\"\n", 0),
    ] {
        assert_eq!(refused(lock).len(), count, "{lock}");
    }
}

#[test]
fn the_tool_for_crates_refuses_the_same_ones() {
    let settings = std::fs::read_to_string(root().join(".deny.toml")).unwrap();
    let settings: toml::Table = settings.parse().unwrap();
    let deny = settings["bans"]["deny"].as_array().unwrap();
    let banned: BTreeSet<&str> = deny.iter().map(|entry| entry["crate"].as_str().unwrap()).collect();
    assert_eq!(banned, REFUSED.iter().copied().collect(), ".deny.toml and REFUSED must list the same crates");
}

/// The commands that the README lists between its `<!-- commands -->` marks; None without such a table.
fn listed(readme: &str) -> Option<BTreeSet<String>> {
    let (_, after) = readme.split_once("<!-- commands -->")?;
    let table = after.split("<!--").next().unwrap_or_default();
    let command = regex::Regex::new(r"(?m)^\|\s*`/([a-z][a-z0-9_]*)").unwrap();
    Some(command.captures_iter(table).map(|found| found[1].to_owned()).collect())
}

#[test]
fn the_readme_lists_the_commands_that_there_are() {
    let read = std::fs::read_to_string(root().join("README.md")).unwrap_or_default();
    let Some(listed) = listed(&read) else { return };
    let name = |file: &std::path::PathBuf| {
        let command: toml::Table = std::fs::read_to_string(file).unwrap().parse().unwrap();
        command["name"].as_str().unwrap().to_owned()
    };
    let there: BTreeSet<String> = files(&root(), "commands", ".toml").iter().map(name).collect();
    assert_eq!(listed, there, "left: README.md between its <!-- commands --> marks; right: commands/*.toml");
}

#[test]
fn the_list_of_the_readme_is_read_between_its_marks() {
    let readme = "| `/no` |\n<!-- commands -->\n| command | what |\n| --- | --- |\n| `/arp <device>` | see `/show` |\n\
                  |`/show` | x |\n<!-- /commands -->\n| `/no` |";
    assert_eq!(listed(readme), Some(["arp", "show"].map(str::to_owned).into()));
    assert_eq!(listed("# Patchbay"), None);
}

/// Migrations are numbered from 0001 without a gap, and each opens with its reason.
fn wrong_migrations<'a>(migrations: impl Iterator<Item = (&'a str, &'a str)>) -> Vec<String> {
    let mut wrong = Vec::new();
    for (index, (name, sql)) in migrations.enumerate() {
        let number = format!("{:04}_", index + 1);
        if !name.starts_with(&number) {
            wrong.push(format!("migrations/{name}: the next number is {number}"));
        }
        if !sql.starts_with("-- Why: ") {
            wrong.push(format!("migrations/{name}: the first line says why, as `-- Why: ...`"));
        }
    }
    wrong
}

#[test]
fn migrations_only_go_forward_and_say_why() {
    // Each database has a folder of its own.
    let mut there: BTreeMap<std::path::PathBuf, Vec<(String, String)>> = BTreeMap::new();
    for file in files(&root(), "migrations", ".sql") {
        let name = file.file_name().unwrap().to_string_lossy().into_owned();
        let folder = file.parent().unwrap().to_owned();
        there.entry(folder).or_default().push((name, std::fs::read_to_string(&file).unwrap()));
    }
    assert!(there.len() > 1, "{there:?}");
    let wrong = |files: &Vec<(String, String)>| {
        wrong_migrations(files.iter().map(|(name, sql)| (name.as_str(), sql.as_str())))
    };
    let breaches: Vec<String> = there.values().flat_map(wrong).collect();
    hold("Migrations: a merged one is never edited, a new one follows the last.", &breaches);
    let planted = [("0001_first.sql", "-- Why: a start"), ("0003_third.sql", "CREATE TABLE a (b)")];
    assert_eq!(wrong_migrations(planted.into_iter()).len(), 2);
}
