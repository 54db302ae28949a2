//! The prompt machine against replayed routers, whole, byte by byte and cut at random, and against recordings of real ones.

use super::replay::{Cut, Replay};
use super::session::{Limits, Said, Session, learn};
use super::wire::Wire;
use crate::device::key::MasterKey;
use crate::device::platform::patterns;
use crate::device::{Deadlines, Redactor, clean};
use crate::model::{Broken, Secret};
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

const LIMITS: Limits = Limits { silence: Duration::from_secs(3), whole: Duration::from_secs(10) };

fn deadlines() -> Deadlines {
    Deadlines { quiet: Duration::from_secs(3), ..Deadlines::default() }
}

async fn started(
    first: &str,
    cut: Cut,
    answer: impl FnMut(&str) -> String + Send + 'static,
) -> Session<Replay> {
    learn(Replay::new(first, cut, answer), patterns("ios-xe"), &deadlines()).await.unwrap()
}

async fn answered(session: &mut Session<Replay>, line: &str, end: Option<&str>) -> String {
    match session.ask(line, LIMITS, end, false).await.unwrap() {
        Said::Answer(raw) => clean::cleaned(&raw, false),
        Said::Question(asks) => panic!("asked {asks}"),
    }
}

/// A router `R1#` that knows these lines and echoes what is typed.
fn router(known: &'static [(&'static str, &'static str)]) -> impl FnMut(&str) -> String + Send + 'static {
    move |line| match known.iter().find(|(of, _)| *of == line) {
        Some((_, said)) => format!("{line}\n{said}R1#"),
        None => format!("{line}\nR1#"),
    }
}

const TRICKY: &str = "banner motd ^C\nR1#\nR2>\nunit 5#\n^C\nuser-1#\n R1#\nR1# show\nend\n";

/// However the bytes are cut, the answer is the same.
#[tokio::test]
async fn cutting_the_bytes_changes_nothing() {
    let mut cuts = vec![Cut::Whole, Cut::Every(1), Cut::Every(2), Cut::Every(3), Cut::Every(1000)];
    cuts.extend((1..12).map(|n| Cut::Sizes(vec![n, 13 % n + 1, n * 7 % 11 + 1])));
    for cut in cuts {
        let known = router(&[("show banner", TRICKY), ("show empty", ""), ("show one", "one\n")]);
        let mut session = started("\nWelcome to lab-box#\nR1#", cut.clone(), known).await;
        session.prepare().await.unwrap();
        assert_eq!(answered(&mut session, "show banner", None).await, TRICKY, "{cut:?}");
        assert_eq!(answered(&mut session, "show empty", None).await, "", "{cut:?}");
        assert_eq!(answered(&mut session, "show one", Some("one")).await, "one\n", "{cut:?}");
        assert!(session.is_privileged());
    }
}

#[tokio::test]
async fn messages_of_the_day_do_not_become_the_prompt() {
    for first in
        ["\nno entry #\nR1#", "\nno entry #R1#", "R1#", "\nhash#", "\n####\nlab#\n\nR1#", "\nR9#\nR8#R1#"]
    {
        let mut session = started(first, Cut::Whole, router(&[("show x", "x\n")])).await;
        assert_eq!(answered(&mut session, "show x", None).await, "x\n", "{first:?}");
    }
}

#[tokio::test]
async fn the_pager_is_answered_and_rubbed_out() {
    let rub = "\u{8}".repeat(10);
    let mut more = ["", "three\nR1#", "two\n --More-- "].map(str::to_owned).to_vec();
    let mut session = started("R1#", Cut::Every(1), move |line| match line {
        "show x" => "show x\none\n --More-- ".to_owned(),
        " " => format!("{rub}          {rub}{}", more.pop().unwrap()),
        line => format!("{line}\nR1#"),
    })
    .await;
    assert_eq!(answered(&mut session, "show x", None).await, "one\ntwo\nthree\n");
}

#[tokio::test]
async fn a_new_name_is_learned_again() {
    let mut name = "R1";
    let mut session = started("R1#", Cut::Whole, move |line| {
        if line == "rename" {
            name = "core-1";
        }
        format!("{line}\n{name}#")
    })
    .await;
    assert_eq!(answered(&mut session, "rename", None).await, "");
    assert_eq!(answered(&mut session, "show x", None).await, "");
    assert_eq!(session.into_wire().lines.last().unwrap(), "show x");
}

#[tokio::test]
async fn a_prompt_with_few_rights_is_noticed() {
    for (said, full) in [
        ("Current privilege level is 15\n", true),
        ("Current privilege level is 7\n", false),
        ("% Invalid input\n", true),
    ] {
        let mut session = started("R1#", Cut::Every(5), move |line| match line {
            "show privilege" => format!("{line}\n{said}R1#"),
            line => format!("{line}\nR1#"),
        })
        .await;
        assert_eq!(session.has_full_rights().await, Ok(full), "{said}");
    }
}

/// While a router is changed nothing is typed that was not asked for, not even a carriage return.
#[tokio::test]
async fn a_changing_line_is_followed_by_nothing() {
    let mut session = started("R1#", Cut::Whole, |line| match line {
        "hostname core-1" => format!("{line}\ncore-1(config)#"),
        line => format!("{line}\nR1#"),
    })
    .await;
    let limits = Limits { silence: Duration::from_secs(20), whole: Duration::from_secs(20) };
    assert!(
        matches!(session.ask("hostname core-1", limits, None, true).await.unwrap(), Said::Answer(raw) if raw.is_empty())
    );
    assert_eq!(session.into_wire().lines.last().unwrap(), "hostname core-1");
}

#[tokio::test]
async fn a_prompt_that_was_painted_over_is_woken() {
    let log = "*Nov 23 14:02:31.123: %SYS-5-CONFIG_I: Configured from console by ops\n";
    let mut session = started("R1#", Cut::Whole, move |line| match line {
        "show log-behind" => format!("{line}\nx\nR1#\n{log}"),
        "show noise" => format!("{line}\nx\nR1#some noise of another kind"),
        "show open" => format!("{line}\nno line end R1#"),
        line => format!("{line}\nR1#"),
    })
    .await;
    assert_eq!(answered(&mut session, "show log-behind", None).await, "x\n");
    assert_eq!(answered(&mut session, "show open", None).await, "no line end \n");
    assert!(answered(&mut session, "show noise", None).await.starts_with("x\n"));
    assert_eq!(answered(&mut session, "show after", None).await, "");
}

#[tokio::test]
async fn a_question_is_turned_down() {
    let mut session = started("R1#", Cut::Whole, |line| match line {
        "write memory" => format!("{line}\nOverwrite the previous NVRAM configuration?[confirm]"),
        "^C" => "\nR1#".to_owned(),
        line => format!("{line}\nR1#"),
    })
    .await;
    let limits = Limits { silence: Duration::from_secs(20), whole: Duration::from_secs(20) };
    let Said::Question(asks) = session.ask("write memory", limits, None, true).await.unwrap() else {
        panic!()
    };
    assert_eq!(asks, "Overwrite the previous NVRAM configuration?[confirm]");
    assert_eq!(answered(&mut session, "show x", None).await, "");
}

#[tokio::test]
async fn a_login_that_asks_for_more_is_for_a_person() {
    for (first, asks) in [
        ("\nEnter new password: ", "Enter new password:"),
        (
            "\nWould you like to enter the initial configuration dialog? [yes/no]: ",
            "initial configuration dialog",
        ),
        ("\nPassword required, but none set\n", ""),
        ("\nUsername: ", "Username:"),
    ] {
        let wire = Replay::new(first, Cut::Whole, |line| format!("{line}\n"));
        match learn(wire, patterns("ios-xe"), &deadlines()).await.map(|_| ()) {
            Err(Broken::LoginDialogue { asks: asked }) => assert!(asked.contains(asks), "{asked}"),
            Err(Broken::NoPrompt) if asks.is_empty() => {}
            other => panic!("{first:?}: {other:?}"),
        }
    }
}

/// The secret goes out only after a question for a password, and once.
#[tokio::test]
async fn the_enable_secret_is_typed_at_its_question_only() {
    let secret = Secret::new("made-up-word");
    let cases: [(&str, &[&str], &str); 5] = [
        ("Password: ", &["enable", "made-up-word"], "#"),
        ("Enter password for ops: ", &["enable", "made-up-word"], "#"),
        ("% No password set\nR1>", &["enable"], "refused"),
        ("R1#", &["enable"], "#"),
        ("Password:", &["enable", "made-up-word"], "again"),
    ];
    for (said, typed, then) in cases {
        let mut session = started("R1>", Cut::Every(1), move |line| match line {
            "enable" => format!("enable\n{said}"),
            "made-up-word" if then == "#" => "\nR1#".to_owned(),
            "made-up-word" => "\nPassword: ".to_owned(),
            line => format!("{line}\nR1>"),
        })
        .await;
        let result = session.enable(Some(&secret), "lab").await;
        match then {
            "#" => assert!(result.is_ok() && session.is_privileged(), "{said:?}: {result:?}"),
            _ => assert_eq!(result, Err(Broken::EnableRefused { credential: "lab".to_owned() })),
        }
        let lines = session.into_wire().lines;
        assert_eq!(lines.iter().filter(|line| !line.is_empty()).collect::<Vec<_>>(), typed, "{said:?}");
    }
}

#[tokio::test]
async fn no_prompt_and_no_line() {
    let short = Deadlines { quiet: Duration::from_millis(300), ..Deadlines::default() };
    let silent = Replay::new("", Cut::Whole, |_| String::new());
    assert_eq!(learn(silent, patterns("ios-xe"), &short).await.err(), Some(Broken::NoPrompt));
    let gone = Replay::new("<gone>", Cut::Whole, |_| String::new());
    assert_eq!(learn(gone, patterns("ios-xe"), &short).await.err(), Some(Broken::Dropped));
}

/// A router that answers every line and then never stops printing.
struct Flood(Replay);

impl Wire for Flood {
    async fn send(&mut self, bytes: &[u8]) -> Result<(), Broken> {
        self.0.send(bytes).await
    }

    async fn receive(&mut self) -> Option<Vec<u8>> {
        match self.0.lines.last().is_some_and(|line| line == "show flood") {
            true => Some(b"x\r\n".to_vec()),
            false => self.0.receive().await,
        }
    }
}

#[tokio::test]
async fn an_endless_output_meets_its_deadline() {
    let wire = Flood(Replay::new("R1#", Cut::Whole, router(&[])));
    let mut session = learn(wire, patterns("ios-xe"), &deadlines()).await.unwrap();
    let limits = Limits { silence: Duration::from_secs(9), whole: Duration::from_millis(100) };
    let said = session.ask("show flood", limits, None, false).await.err();
    assert_eq!(said, Some(Broken::Deadline { after: limits.whole }));
}

/// One recorded session: what came before the first prompt, and what each line brought.
struct Recording {
    first: String,
    answers: BTreeMap<String, String>,
}

/// The folder of recordings; tests that need it are skipped by name where it is missing, unless it is required.
fn shared(test: &str) -> Option<PathBuf> {
    let root = std::env::var_os("PATCHBAY_SHARED").map(PathBuf::from);
    let root = root.unwrap_or_else(|| PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../shared")));
    let folder = root.join("data/oxidized");
    if folder.is_dir() {
        return Some(folder);
    }
    assert!(std::env::var_os("PATCHBAY_REQUIRE_SHARED").is_none(), "{test} needs {}", folder.display());
    println!("skipped: {test}: no shared data");
    None
}

/// As much of the file format as the recordings use.
fn recording(folder: &std::path::Path, name: &str) -> Recording {
    let file = std::fs::read_to_string(folder.join(name)).unwrap();
    let mut recording = Recording { first: String::new(), answers: BTreeMap::new() };
    let (mut key, mut indent, mut body) = (String::new(), None, Vec::new());
    let mut close = |key: &str, body: &mut Vec<String>| {
        let text = std::mem::take(body).join("\n");
        match key {
            "" => {}
            "init_prompt" => recording.first = text,
            key => drop(recording.answers.insert(key.to_owned(), text)),
        }
    };
    for line in file.lines() {
        let name = line.trim().trim_start_matches("- ");
        if let Some(name) =
            name.strip_suffix(": |-").filter(|name| *name == "init_prompt" || name.ends_with("\\n\""))
        {
            close(&key, &mut body);
            key = name.trim_matches('"').trim_end_matches("\\n").to_owned();
            indent = None;
        } else if name != "commands:" {
            let indent = *indent.get_or_insert(line.len() - line.trim_start().len());
            let text = line.get(indent..).unwrap_or_default();
            body.push(text.replace("\\x20", " ").replace("\\\"", "\"").replace("\\\\", "\\"));
        }
    }
    close(&key, &mut body);
    recording
}

#[tokio::test]
async fn recordings_of_real_routers_play_the_same_however_they_are_cut() {
    let Some(folder) = shared("recordings_of_real_routers_play_the_same_however_they_are_cut") else {
        return;
    };
    for file in ["ios_C9200L-24P-4G_17.09.04a_simulation.yaml", "ios_asr920_16.8.1b_simulation.yaml"] {
        for cut in [Cut::Whole, Cut::Every(1), Cut::Sizes(vec![3, 61, 7, 1, 400])] {
            let played = recording(&folder, file);
            let asked: Vec<String> =
                played.answers.keys().filter(|line| line.starts_with("show")).cloned().collect();
            assert!(asked.len() > 3, "{file}");
            let prompt = played.first.lines().last().unwrap().to_owned();
            let answers = played.answers.clone();
            let mut session = started(&played.first, cut.clone(), move |line| match answers.get(line) {
                Some(said) => said.clone(),
                None => format!("{line}\n{prompt}"),
            })
            .await;
            session.prepare().await.unwrap();
            for line in asked {
                let end = (line == "show running-config").then_some("end");
                let text = answered(&mut session, &line, end).await;
                let recorded = &played.answers[&line];
                let body: Vec<&str> = recorded.lines().skip(1).collect();
                let body = body[..body.len() - 1].join("\n");
                assert_eq!(text.trim(), body.trim(), "{file} {line} {cut:?}");
            }
        }
    }
}

#[test]
fn nothing_secret_of_the_recordings_survives() {
    let Some(folder) = shared("nothing_secret_of_the_recordings_survives") else { return };
    let secrets = std::fs::read_to_string(folder.join("ios_C9200L-24P-4G_17.09.04a_secret.yaml")).unwrap();
    let secrets: Vec<&str> = secrets.lines().filter_map(|line| line.trim().strip_prefix("- ")).collect();
    assert!(secrets.len() >= 3);
    let redactor = Redactor::new(&MasterKey::random().unwrap());
    let played = recording(&folder, "ios_C9200L-24P-4G_17.09.04a_simulation.yaml");
    for (line, said) in &played.answers {
        let redacted = redactor.redact(said);
        for secret in &secrets {
            let at = redacted.lines().find(|line| line.contains(secret));
            assert_eq!(at, None, "{secret} in {line}");
        }
    }
    let config = redactor.redact(&played.answers["show running-config"]);
    assert!(
        config.contains("enable secret 9 <removed:") && config.contains("snmp-server community <removed:")
    );
}

#[test]
fn prompts_that_others_collected_are_prompts() {
    let Some(folder) = shared("prompts_that_others_collected_are_prompts") else { return };
    let file = std::fs::read_to_string(folder.join("ios_generic_prompt.yaml")).unwrap();
    let (pass, fail) = file.split_once("fail:").unwrap();
    let items = |part: &str| -> Vec<String> {
        part.lines().filter_map(|line| line.trim().strip_prefix("- ").map(str::to_owned)).collect()
    };
    for prompt in items(pass) {
        assert!(patterns("ios-xe").prompt.is_match(&prompt), "{prompt}");
    }
    for line in items(fail) {
        assert!(!patterns("ios-xe").prompt.is_match(&line), "{line}");
    }
}
