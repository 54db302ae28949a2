//! Settings files as people write them, with and without mistakes.

use super::*;
use crate::channel::{KINDS, Setup};
use expect_test::{Expect, expect};
use std::collections::{BTreeMap, BTreeSet};

/// A machine with one variable, one good file and one folder.
struct Here;

impl Outside for Here {
    fn variable(&self, name: &str) -> Option<Secret> {
        (name == MASTER_KEY_VARIABLE).then(|| Secret::new("made-up"))
    }

    fn secret(&self, file: &Path) -> Result<Secret, String> {
        match file.to_str() {
            Some("etc/good.key") => Ok(Secret::new("made-up")),
            Some("etc/page") => Ok(Secret::new("https://watch.example/ping/made-up")),
            Some("etc/empty.key") => Ok(Secret::new("")),
            _ => Err("does not exist".to_owned()),
        }
    }

    fn text(&self, file: &Path) -> Result<String, String> {
        match file.to_str() {
            Some("etc/ca.pem") => Ok(format!("the CA of the lab\n{}", ca())),
            Some("etc/empty.pem") => Ok(String::new()),
            Some("etc/cut.pem") => Ok(ca().lines().take(3).collect::<Vec<_>>().join("\n")),
            Some("etc/strange.pem") => {
                Ok("-----BEGIN CERTIFICATE-----\nMTIz\n-----END CERTIFICATE-----\n".to_owned())
            }
            _ => Err("does not exist".to_owned()),
        }
    }

    fn is_folder(&self, folder: &Path) -> bool {
        folder == Path::new("etc/mine")
    }

    fn languages(&self) -> Vec<String> {
        vec!["en".to_owned(), "vi".to_owned()]
    }

    fn door(&self, _: &ChannelTable) -> Vec<Problem> {
        Vec::new()
    }
}

/// A certificate that signs itself, made anew each time.
fn ca() -> String {
    rcgen::generate_simple_self_signed(vec!["ca.example".to_owned()]).unwrap().cert.pem()
}

fn read(text: &str) -> Result<Settings, Vec<Problem>> {
    Settings::checked(&Source::new("etc/bot.toml", text), &Here)
}

#[expect(clippy::needless_pass_by_value, reason = "cases read better without &")]
fn check(text: &str, expected: Expect) {
    let told = match read(text) {
        Ok(settings) => format!("{settings:?}"),
        Err(problems) => problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"),
    };
    expected.assert_eq(&told);
}

#[test]
fn an_empty_file_gives_every_default() {
    let settings = read("").unwrap();
    let defaults = Settings::defaults("etc/data", Secret::new("made-up"));
    assert_eq!(format!("{settings:?}"), format!("{defaults:?}"));
}

#[test]
fn what_is_said_is_taken() {
    let settings = read(
        "data = \"/var/lib/bot\"\nmaster_key_file = \"good.key\"\ncommands = \"mine\"\nlanguage = \"vi\"\n\
         time_zone = \"Asia/Ho_Chi_Minh\"\n[ssh]\nlogin = \"2m\"\nsessions = 5\n[restconf]\nanswer = \"1m\"\npolls = 7\n\
         ca_file = \"ca.pem\"\n[log]\nlevel = \"debug\"\n\
         [channel.chat]\nkind = \"terminal\"\ntoken_file = \"good.key\"\nprompt = \"me> \"\nca_file = \"ca.pem\"\n",
    )
    .unwrap();
    assert_eq!(settings.data, Path::new("/var/lib/bot"));
    assert_eq!(settings.commands.as_deref(), Some(Path::new("etc/mine")));
    assert_eq!(settings.time_zone, Tz::Asia__Ho_Chi_Minh);
    assert_eq!(settings.ssh, Ssh { login: Duration::from_secs(120), sessions: 5, ..Ssh::default() });
    let restconf = &settings.restconf;
    assert_eq!((restconf.answer, restconf.polls, restconf.ca.len()), (Duration::from_secs(60), 7, 1));
    assert_eq!(restconf.connect, Restconf::default().connect);
    assert_eq!(settings.log.level.name(), "debug");
    let [channel] = settings.channels.as_slice() else { panic!("one channel") };
    assert_eq!((channel.name.as_str(), channel.kind.as_str()), ("chat", "terminal"));
    assert!(channel.files.get("ca").is_some_and(|pem| pem.starts_with("the CA of the lab")));
    assert_eq!(channel.secrets.get("token").map(Secret::reveal), Some("made-up"));
    let (prompt, problems) = channel.read(|fields| fields.text("prompt"));
    assert_eq!((prompt.as_deref(), problems), (Some("me> "), Vec::new()));
    let (_, problems) = channel.read(|fields| fields.flag("quiet"));
    let told: Vec<String> = problems.iter().map(ToString::to_string).collect();
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(told.iter().all(|line| line.starts_with("etc/bot.toml:18: channel.chat.prompt is no key here")));
}

#[test]
fn every_mistake_is_told_at_once() {
    check(
        r#"data = 1
master_key_file = "gone.key"
comands = "mine"
commands = "nowhere"
language = "xx"
time_zone = "Asia/Ho_Chi_Min"

[ssh]
connect = "10"
login = 90
sessions = 0
silence = "0s"
conect = "1s"

[retention]
inbox = "1h"

[log]
level = "loud"
format = true

[channel.chat]
token = "made-up"
app_token_env = "NOT_SET"
other_file = "empty.key"
"#,
        expect![[r#"
            etc/bot.toml:1: data is no text; write it in quotes
            etc/bot.toml:2: master_key_file: the file gone.key does not exist; make one with: patchbay key FILE
            etc/bot.toml:3: comands is no key here; did you mean commands?
            etc/bot.toml:4: commands "nowhere" is no folder; make it, or take the key out
            etc/bot.toml:5: language "xx" is unknown; use en or vi
            etc/bot.toml:6: time_zone "Asia/Ho_Chi_Min" is unknown; did you mean Asia/Ho_Chi_Minh?
            etc/bot.toml:9: ssh.connect "10" is no duration; write it as 30s, 10m, 2h or 7d
            etc/bot.toml:10: ssh.login is no text; write it in quotes
            etc/bot.toml:11: ssh.sessions 0 is out of range; use 1 to 10000
            etc/bot.toml:12: ssh.silence is zero, so nothing could ever answer; write 10s or more
            etc/bot.toml:13: ssh.conect is no key here; did you mean connect?
            etc/bot.toml:16: retention.inbox is too short: services deliver again within a day; write 24h or more
            etc/bot.toml:19: log.level "loud" is unknown; use error, warn, info, debug or trace
            etc/bot.toml:20: log.format is no text; write it in quotes
            etc/bot.toml:22: channel.chat.kind is missing; say which service it is, such as kind = "terminal"
            etc/bot.toml:23: channel.chat.token does not stand in this file; say token_file or token_env
            etc/bot.toml:24: channel.chat.app_token_env: the variable NOT_SET is not set; put the secret there, for this user only
            etc/bot.toml:25: channel.chat.other_file: empty.key is empty; put the secret there"#]],
    );
    check(
        "master_key = \"made-up\"\nmaster_key_file = \"good.key\"\nmaster_key_env = \"X\"",
        expect![[r#"
        etc/bot.toml:1: master_key does not stand in this file; say master_key_file or master_key_env
        etc/bot.toml:3: master_key_file is there too; keep one of them"#]],
    );
    check(
        "[channel]\nchat = 1\n[channel.\"a b\"]\nkind = \"x\"",
        expect![[r#"
        etc/bot.toml:2: channel.chat is no table; write [channel.chat]
        etc/bot.toml:3: channel "a b" is no name; use small letters, digits, - and _"#]],
    );
    check(
        "data = \n",
        expect![
            "etc/bot.toml:1: string values must be quoted, expected literal string; see https://toml.io for how TOML is written"
        ],
    );
}

#[test]
fn a_ca_that_can_not_be_used_is_told() {
    check(
        "[restconf]\nca_file = \"gone.pem\"\nanswer = \"0s\"\npolls = 0\nca = \"x\"",
        expect![[r#"
            etc/bot.toml:2: restconf.ca_file: the file gone.pem does not exist; name a PEM file with the certificate of your CA
            etc/bot.toml:3: restconf.answer is zero, so nothing could ever answer; write 10s or more
            etc/bot.toml:4: restconf.polls 0 is out of range; use 1 to 10000
            etc/bot.toml:5: restconf.ca is no key here; did you mean ca_file?"#]],
    );
    for (file, why) in [
        ("empty", "holds no certificate"),
        ("cut", "is no whole PEM file"),
        ("strange", "holds a certificate that can't be used"),
    ] {
        let problems = read(&format!("[restconf]\nca_file = \"{file}.pem\"")).unwrap_err();
        assert!(problems[0].what.ends_with(why), "{problems:?}");
    }
}

#[test]
fn the_master_key_stands_outside_the_data_folder() {
    check(
        "master_key_file = \"data/x.key\"",
        expect![[r#"
            etc/bot.toml:1: master_key_file stands in the data folder data; keep it somewhere else
            etc/bot.toml:1: master_key_file: the file data/x.key does not exist; make one with: patchbay key FILE"#]],
    );
}

#[test]
fn a_missing_master_key_is_told() {
    struct Bare;
    impl Outside for Bare {
        fn variable(&self, _: &str) -> Option<Secret> {
            None
        }
        fn secret(&self, _: &Path) -> Result<Secret, String> {
            Err("does not exist".to_owned())
        }
        fn text(&self, _: &Path) -> Result<String, String> {
            Err("does not exist".to_owned())
        }
        fn is_folder(&self, _: &Path) -> bool {
            false
        }
        fn languages(&self) -> Vec<String> {
            Vec::new()
        }
        fn door(&self, _: &ChannelTable) -> Vec<Problem> {
            Vec::new()
        }
    }
    let problems = Settings::checked(&Source::new("bot.toml", ""), &Bare).unwrap_err();
    let told: Vec<String> = problems.iter().map(ToString::to_string).collect();
    assert_eq!(
        told,
        [
            "bot.toml:1: no master key: the variable PATCHBAY_MASTER_KEY is not set; set it, or say master_key_file = \"/path\""
        ]
    );
}

#[test]
fn a_file_that_is_not_there_is_told_with_the_cure() {
    let problems = Settings::load(Path::new("/nonexistent/bot.toml"), |_| Vec::new()).unwrap_err();
    assert!(problems.iter().all(|problem| problem.to_string().contains("config/example.toml")));
}

#[cfg(unix)]
#[test]
fn a_secret_that_others_can_read_is_refused() {
    use std::os::unix::fs::PermissionsExt;
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), " made-up\n").unwrap();
    assert_eq!(ThisMachine { doors: |_| Vec::new() }.secret(file.path()).unwrap().reveal(), "made-up");
    std::fs::set_permissions(file.path(), std::fs::Permissions::from_mode(0o644)).unwrap();
    assert!(ThisMachine { doors: |_| Vec::new() }.secret(file.path()).unwrap_err().contains("chmod 600"));
}

#[test]
fn a_user_s_folder_gives_its_command_files() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["b.toml", "a.toml", ".a.toml.swp", ".c.toml", "notes.txt"] {
        std::fs::write(folder.path().join(name), name).unwrap();
    }
    let texts: Vec<String> =
        user_commands(folder.path()).unwrap().into_iter().map(|source| source.text).collect();
    assert_eq!(texts, ["a.toml", "b.toml"]);
    assert_eq!(user_commands(&folder.path().join("gone")).unwrap_err().len(), 1);
}

#[test]
fn a_watchman_has_one_secret_address() {
    let settings = read("[heartbeat]\nurl_file = \"page\"\nevery = \"30s\"\n").unwrap();
    let heartbeat = settings.heartbeat.unwrap();
    assert_eq!(heartbeat.url.reveal(), "https://watch.example/ping/made-up");
    assert_eq!(heartbeat.every, Duration::from_secs(30));
    assert!(!format!("{heartbeat:?}").contains("made-up"));
    for (table, expected) in [
        (
            "",
            expect![[
                r#"etc/bot.toml:1: heartbeat has no address; name the file with it: url_file = "/path""#
            ]],
        ),
        (
            "url = \"https://watch.example\"",
            expect![
                "etc/bot.toml:2: heartbeat.url does not stand in this file: whoever knows it can keep the watchman quiet; say url_file or url_env"
            ],
        ),
        (
            "url_file = \"good.key\"",
            expect![
                "etc/bot.toml:2: heartbeat.url_file: that is no web address; put the whole address there, https://..."
            ],
        ),
        (
            "url_file = \"page\"\nurl_env = \"PATCHBAY_MASTER_KEY\"",
            expect!["etc/bot.toml:3: heartbeat.url_file is there too; keep one of them"],
        ),
        (
            "url_file = \"gone\"",
            expect![
                "etc/bot.toml:2: heartbeat.url_file: the file gone does not exist; put the secret there, for this user only"
            ],
        ),
        (
            "url_file = \"page\"\nevery = \"1s\"",
            expect!["etc/bot.toml:3: heartbeat.every is not between 10s and 1h; write 60s"],
        ),
    ] {
        check(&format!("[heartbeat]\n{table}\n"), expected);
    }
}

const EXAMPLE: &str = include_str!("../../config/example.toml");

#[test]
fn the_example_says_the_defaults() {
    let settings = Settings::checked(&Source::new("config/example.toml", EXAMPLE), &Here).unwrap();
    let defaults = Settings {
        channels: settings.channels.clone(),
        ..Settings::defaults("config/data", Secret::new("made-up"))
    };
    assert_eq!(format!("{settings:?}"), format!("{defaults:?}"));
}

/// Every key that the reader asks for stands in the example, some as a comment without a blank, and
/// each has its line of explanation above it.
#[test]
fn the_example_holds_every_key() {
    let whole = EXAMPLE.lines().map(uncommented).collect::<Vec<_>>().join("\n");
    let section = Section::whole(&Source::new("example.toml", whole.clone())).unwrap();
    let reading = Reading { outside: &Here, folder: PathBuf::new() };
    let mut asked = section.asked(|fields| {
        reading.settings(fields);
    });
    let (channels, _) = section.read(|fields| reading.channels(fields));
    assert_eq!(channels.len(), KINDS.len(), "one table of each kind");
    for table in &channels {
        let kind = KINDS.iter().find(|kind| kind.name == table.kind).unwrap();
        let none = (BTreeMap::new(), BTreeMap::new());
        asked.extend(table.section.asked(|fields| {
            (kind.check)(&Setup { name: &table.name, fields, secrets: &none.0, files: &none.1 });
        }));
    }
    let tables = [
        "ssh",
        "restconf",
        "monitor",
        "retention",
        "reboot",
        "subscribers",
        "heartbeat",
        "log",
        "channel",
        "channel.terminal",
        "channel.mail",
        "channel.telegram",
        "channel.slack",
    ];
    let asked: BTreeSet<String> = asked
        .into_iter()
        .filter(|key| {
            !tables.contains(&key.as_str()) && !["master_key", "heartbeat.url"].contains(&key.as_str())
        })
        .collect();
    let mut table = String::new();
    let mut held = BTreeSet::new();
    let mut above = "";
    for line in whole.lines() {
        if let Some(name) = line.strip_prefix('[') {
            table = format!("{}.", name.trim_end_matches(']'));
        } else if let Some((key, _)) = line.split_once(" = ").filter(|_| !line.starts_with('#')) {
            held.insert(format!("{table}{key}"));
            assert!(above.starts_with("# "), "{key} has no comment above it");
        }
        above = line;
    }
    assert_eq!(held, asked);
}

/// `#key = ...` is a key that has no default, `#[table]` a table that need not be; `# words` is a comment.
fn uncommented(line: &str) -> &str {
    let written = |rest: &&str| rest.starts_with(|c: char| c.is_ascii_lowercase() || c == '[');
    line.strip_prefix('#').filter(written).unwrap_or(line)
}
