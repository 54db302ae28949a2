//! The laws of the house that can be read from the sources: who may use whom, and what may be said
//! only where. Each law is a row of a table here; a message says which row and what to do instead.
//! `PATCHBAY_LAWS_ROOT` points them at another checkout.

use crate::scan::{Source, sources};
use std::path::PathBuf;

/// The checkout that is judged.
pub fn root() -> PathBuf {
    std::env::var_os("PATCHBAY_LAWS_ROOT").map_or_else(|| env!("CARGO_MANIFEST_DIR").into(), PathBuf::from)
}

/// Fails with every breach, one a line.
pub fn hold(law: &str, breaches: &[String]) {
    assert!(breaches.is_empty(), "\n{law}\n  {}\n", breaches.join("\n  "));
}

/// Who may use whom; everybody may use themselves. The order is that of the layers.
const LAYERS: &[(&str, &[&str])] = &[
    // 0: words, and the files that the program carries
    ("model", &[]),
    ("embedded", &["model"]),
    // 1: thought, pure
    ("probe", &["model"]),
    ("monitor", &["model"]),
    ("chart", &["model"]),
    ("command", &["model", "embedded", "probe"]),
    ("procedure", &["model", "probe"]),
    // 2: edges
    ("store", &["model"]),
    ("archive", &["model"]),
    ("device", &["model"]),
    ("channel", &["model"]),
    // 3: answers; from the store only what FROM_STORE names
    ("builtin", &["model", "embedded", "probe", "monitor", "chart", "command", "procedure", "store"]),
    // 4: corridors
    (
        "flow",
        &[
            "model",
            "embedded",
            "probe",
            "monitor",
            "chart",
            "command",
            "procedure",
            "store",
            "archive",
            "device",
            "channel",
            "builtin",
        ],
    ),
    // 5: wiring; app, main and lib know everybody
    // The settings name a language; which there are is known to the texts.
    ("settings", &["model", "texts"]),
    ("texts", &["model", "embedded"]),
    ("lab", &["model"]),
];

const KNOW_EVERYBODY: &[&str] = &["app", "cli", "main", "lib", "build"];

/// What an answer may see of the store: the transaction that it is part of, its rows and its refusals;
/// never the doors (`Store`, `Changes`).
const FROM_STORE: &[&str] = &[
    "Work",
    "StoreError",
    "Refused",
    "Attachment",
    "AuditFilter",
    "AuditRow",
    "Decision",
    "Chat",
    "Credential",
    "DeadLetter",
    "Dialog",
    "NewDialog",
    "Pin",
    "Held",
    "Incident",
    "Expiring",
    "HandLock",
    "KeptFreeze",
    "JobFilter",
    "PressRefused",
    "Procedure",
    "Added",
    "Version",
    "FreeWatch",
    "Link",
    "Tried",
];

fn wrong_uses(source: &Source) -> Vec<String> {
    let room = source.room();
    if KNOW_EVERYBODY.contains(&room) {
        return Vec::new();
    }
    let place = |at: usize| format!("{}:{}", source.path, source.line(at));
    let Some((_, allowed)) = LAYERS.iter().find(|(name, _)| *name == room) else {
        return vec![format!("{}: the room `{room}` has no layer yet; give it one in LAYERS", source.path)];
    };
    let mut wrong = Vec::new();
    for (at, path) in source.paths() {
        let used = path[0].as_str();
        let known = LAYERS.iter().any(|(name, _)| *name == used) || KNOW_EVERYBODY.contains(&used);
        if used == room || !known {
            continue;
        }
        if !allowed.contains(&used) {
            wrong.push(format!("{}: {room} uses crate::{}", place(at), path.join("::")));
        } else if room == "builtin" && used == "store" && !FROM_STORE.contains(&second(&path)) {
            wrong.push(format!(
                "{}: an answer may use only store::{FROM_STORE:?}, not {}",
                place(at),
                path.join("::")
            ));
        }
    }
    wrong
}

fn second(path: &[String]) -> &str {
    path.get(1).map_or("", String::as_str)
}

#[test]
fn every_room_uses_only_the_rooms_below_it() {
    let breaches: Vec<String> = sources(&root(), "src").iter().flat_map(wrong_uses).collect();
    hold(
        "Layers: a room may use only those that LAYERS gives it. Pass a value, or declare a port (a small trait) \
         that app.rs joins.",
        &breaches,
    );
}

#[test]
fn the_layer_law_sees_a_planted_breach() {
    for (path, text, breaches) in [
        ("src/model/a.rs", "use crate::device::Lanes;", 1),
        ("src/device/a.rs", "use crate::{model::Plan, store::Store, lab};", 2),
        ("src/channel/a/b.rs", "fn f() { crate::lab::start() }", 1),
        ("src/lab/a.rs", "use crate::device::ssh::prompt;", 1),
        ("src/lab/a.rs", "use crate::model::Secret; use crate::lab::keys;", 0),
        ("src/settings.rs", "use super::store::Store;", 1),
        ("src/builtin/a.rs", "use crate::store::Work;", 0),
        ("src/builtin/a.rs", "use crate::store::{Work, Store};", 1),
        ("src/builtin/a.rs", "use crate::store;", 1),
        ("src/flow/a.rs", "use crate::{builtin, store::Store, device::Lanes, channel};", 0),
        ("src/flow/a.rs", "use crate::app::App;", 1),
        ("src/helpers.rs", "fn f() {}", 1),
        ("src/device/a.rs", "#[cfg(test)]\nmod tests { use crate::lab::Lab; }", 0),
    ] {
        assert_eq!(wrong_uses(&Source::new(path, text)).len(), breaches, "{path}: {text}");
    }
}

/// Words that only some places may say, in code that is no test.
struct Fence {
    law: &'static str,
    says: &'static [&'static str],
    only: &'static [&'static str],
    instead: &'static str,
}

const FENCES: &[Fence] = &[
    Fence {
        law: "invariant 1: the proof",
        says: &["Authorized::prove"],
        only: &["src/command/authorize.rs"],
        instead: "call command::authorize, which proves it for this step, now",
    },
    Fence {
        law: "invariant 1: a plan that changes a router",
        says: &["Plan::changing"],
        only: &["src/builtin/", "src/procedure/"],
        instead: "make Plan::reading, or let the builtin plan it from its proof",
    },
    Fence {
        law: "invariant 2: what is sealed",
        // The definition; the rows that hold sealed bytes; the floor that seals.
        says: &["Sealed("],
        only: &["src/device/", "src/store/", "src/model/outcome.rs"],
        instead: "pass the Sealed that device/ made",
    },
    Fence {
        law: "invariant 3: sending",
        says: &[".deliver("],
        only: &["src/flow/deliver.rs", "src/channel/"],
        instead: "write an Outbound row; flow::deliver sends it",
    },
    Fence {
        law: "invariant 4: clocks",
        says: &["Utc::now", "Local::now", "Instant::now", "SystemTime::now"],
        only: &[
            "src/flow/",
            "src/device/",
            "src/channel/",
            "src/lab/",
            "src/app.rs",
            "src/app/",
            "src/main.rs",
        ],
        instead: "take a `Now` from whoever calls",
    },
    Fence {
        law: "tasks",
        // The lab is a world of its own: its routers live beside the program. A wait for a reader of the
        // store must not depend on whether its caller is polled.
        says: &["tokio::spawn", "task::spawn(", "JoinSet"],
        only: &[
            "src/app.rs",
            "src/app/",
            "src/device/lanes.rs",
            "src/device/lanes/",
            "src/channel/",
            "src/lab/",
            "src/store/readers.rs",
        ],
        instead: "return a future; app.rs, the lanes and the listen loops start tasks",
    },
    Fence {
        law: "threads",
        // One writer and its readers; git; pictures, which take a processor for a while.
        says: &["thread::spawn", "thread::Builder", "spawn_blocking"],
        only: &[
            "src/app.rs",
            "src/app/",
            "src/store/",
            "src/archive/",
            "src/channel/terminal",
            "src/flow/draw.rs",
        ],
        instead: "let the room that owns the blocking thing own the thread",
    },
    Fence {
        law: "the exit",
        says: &["process::exit", "process::abort"],
        only: &["src/main.rs"],
        instead: "return an error; main.rs prints it and ends the process",
    },
    Fence {
        law: "errors: anyhow",
        says: &["anyhow::", "anyhow!"],
        only: &["src/main.rs", "src/app.rs", "src/app/", "src/cli/", "src/build.rs"],
        instead: "give the edge its own enum; the operator acts on the variant",
    },
    Fence { law: "no unfinished code", says: &["todo!", "unimplemented!"], only: &[], instead: "finish it" },
];

fn outside(path: &str, only: &[&str]) -> bool {
    !only.iter().any(|place| path.starts_with(place))
}

fn over(fence: &Fence, source: &Source) -> Vec<String> {
    if !outside(&source.path, fence.only) {
        return Vec::new();
    }
    let said = fence.says.iter().flat_map(|word| source.says(word).into_iter().map(move |at| (word, at)));
    said.map(|(word, at)| {
        format!("{}:{}: {}: `{word}`; {}", source.path, source.line(at), fence.law, fence.instead)
    })
    .collect()
}

#[test]
fn what_only_some_may_say_is_said_only_there() {
    let sources = sources(&root(), "src");
    let breaches: Vec<String> =
        FENCES.iter().flat_map(|fence| sources.iter().flat_map(move |source| over(fence, source))).collect();
    hold("Fences: tests/it/laws.rs lists who may say what.", &breaches);
}

#[test]
fn every_fence_sees_a_planted_breach_and_lets_its_owner_pass() {
    for fence in FENCES {
        for word in fence.says {
            let text = format!("fn f() {{ x({word} y }}");
            let count = |path: &str| over(fence, &Source::new(path, &text)).len();
            assert_eq!(count("src/monitor/planted.rs"), 1, "{}: {word}", fence.law);
            for place in fence.only {
                assert_eq!(count(place), 0, "{}: {word} in {place}", fence.law);
            }
        }
    }
}

/// Invariant 2: who may make sealed bytes clear again. The command line does it for the raw export, audited; a
/// channel's port gives it the tokens that it gave, which are sealed for nothing else.
const OPEN_SEALS: &[&str] = &["src/device/", "src/cli/config.rs", "src/app/services.rs"];

fn opened(source: &Source) -> Vec<String> {
    let knows = !source.says("Sealer").is_empty() || !source.says("sealer").is_empty();
    if !knows || !outside(&source.path, OPEN_SEALS) {
        return Vec::new();
    }
    let opens = source.says(".open(").into_iter().chain(source.says("Sealer::open"));
    opens.map(|at| format!("{}:{}: opens a seal", source.path, source.line(at))).collect()
}

#[test]
fn only_the_device_floor_and_the_raw_export_open_seals() {
    let breaches: Vec<String> = sources(&root(), "src").iter().flat_map(opened).collect();
    hold("Invariant 2: clear text leaves device/ only through redact; pass the Sealed on.", &breaches);
    for (path, text, count) in [
        ("src/builtin/config.rs", "fn f(sealer: &Sealer) { sealer.open(\"config\", x) }", 1),
        ("src/builtin/config.rs", "fn f(s: &Sealer) { Sealer::open(s, x) }", 1),
        ("src/device/lanes.rs", "fn f(sealer: &Sealer) { sealer.open(\"config\", x) }", 0),
        ("src/store/open.rs", "fn f() { OpenOptions::new().open(path) }", 0),
    ] {
        assert_eq!(opened(&Source::new(path, text)).len(), count, "{path}: {text}");
    }
}

/// Invariant 5: a name of a service or of a platform, as a whole string, and where it may stand.
/// `probe/`, `device/platform/` and the lab speak of platforms; `terminal` is a word of IOS too.
const NAMES: &[(&str, &[&str])] = &[
    ("slack", &["src/channel/slack", "src/channel/mod.rs"]),
    ("telegram", &["src/channel/telegram", "src/channel/mod.rs"]),
    ("zalo", &["src/channel/zalo", "src/channel/mod.rs"]),
    ("email", &["src/channel/email", "src/channel/mod.rs"]),
    // A key of a table, too.
    ("webhook", &["src/channel/webhook", "src/channel/mod.rs", "src/channel/zalo/settings.rs"]),
    ("terminal", &["src/channel/terminal", "src/channel/mod.rs", "src/device/", "src/lab/"]),
    // The inventory says what a router is when nobody said.
    ("ios-xe", &["src/probe/", "src/device/platform", "src/lab/", "src/model/device.rs"]),
    ("ios_xe", &["src/probe/", "src/device/platform", "src/lab/"]),
    ("iosxe", &["src/probe/", "src/device/platform", "src/lab/"]),
    ("ios", &["src/probe/", "src/device/platform", "src/lab/"]),
    ("nx-os", &["src/probe/", "src/device/platform", "src/lab/"]),
];

fn named(source: &Source) -> Vec<String> {
    let mut wrong = Vec::new();
    for literal in &source.literals {
        let name = NAMES.iter().find(|(name, _)| literal.text.eq_ignore_ascii_case(name));
        if name.is_some_and(|(_, only)| outside(&source.path, only)) {
            wrong.push(format!("{}:{}: {:?}", source.path, source.line(literal.at), literal.text));
        }
    }
    wrong
}

#[test]
fn services_and_platforms_are_named_only_at_home() {
    let breaches: Vec<String> = sources(&root(), "src").iter().flat_map(named).collect();
    hold("Invariant 5: use the constant of the channel or platform, or pass its name as a value.", &breaches);
    for (path, text, count) in [
        ("src/flow/command.rs", "fn f() { if channel == \"slack\" {} }", 1),
        ("src/flow/command.rs", "fn f() { g(r\"IOS-XE\") }", 1),
        ("src/channel/slack/mod.rs", "const NAME: &str = \"slack\";", 0),
        ("src/channel/telegram/mod.rs", "const NAME: &str = \"slack\";", 1),
        ("src/flow/command.rs", "// like \"slack\"\n#[cfg(test)]\nconst A: &str = \"slack\";", 0),
    ] {
        assert_eq!(named(&Source::new(path, text)).len(), count, "{path}: {text}");
    }
}

/// Invariant 7: SQL as it is written here, its keywords large.
const SQL: &str = r"\b(SELECT\s.*\bFROM|SELECT\s+[a-z0-9(*]|INSERT\s+(OR\s+\w+\s+)?INTO|UPDATE\s+\w+\s+SET|DELETE\s+FROM|(CREATE|DROP|ALTER)\s+(TABLE|INDEX|TRIGGER|VIEW)|PRAGMA\s+\w|BEGIN\s+IMMEDIATE|SAVEPOINT\s)";

fn asks_in_sql(source: &Source, sql: &regex::Regex) -> Vec<String> {
    if !outside(&source.path, &["src/store/"]) {
        return Vec::new();
    }
    let found = source.literals.iter().filter(|literal| sql.is_match(&literal.text));
    let mut wrong: Vec<String> = found
        .map(|literal| format!("{}:{}: {:?}", source.path, source.line(literal.at), literal.text))
        .collect();
    let crates = source.says("rusqlite");
    wrong.extend(crates.into_iter().map(|at| format!("{}:{}: rusqlite", source.path, source.line(at))));
    wrong
}

#[test]
fn all_sql_is_in_the_store() {
    let sql = regex::RegexBuilder::new(SQL).dot_matches_new_line(true).build().unwrap();
    let breaches: Vec<String> =
        sources(&root(), "src").iter().flat_map(|source| asks_in_sql(source, &sql)).collect();
    hold("Invariant 7: write it as a function of store/ that is named as the question.", &breaches);
    for (path, text, count) in [
        ("src/app.rs", "const A: &str = \"SELECT id FROM devices\";", 1),
        ("src/app.rs", "const A: &str = r#\"\n  INSERT OR IGNORE\n INTO inbox VALUES (1)\"#;", 1),
        ("src/app.rs", "const A: &str = \"PRAGMA data_version\";", 1),
        ("src/app.rs", "use rusqlite::Connection;", 1),
        ("src/app.rs", "const A: &str = \"Select one, then delete from the list\";", 0),
        ("src/store/inbox.rs", "const A: &str = \"SELECT id FROM devices\";", 0),
    ] {
        assert_eq!(asks_in_sql(&Source::new(path, text), &sql).len(), count, "{path}: {text}");
    }
}

#[test]
fn the_lab_and_the_edges_share_no_code() {
    let apart = |source: &Source| -> Vec<String> {
        let foreign = |used: &str| match source.room() {
            "lab" => !["model", "lab"].contains(&used) && LAYERS.iter().any(|(name, _)| *name == used),
            "device" | "channel" => used == "lab",
            _ => false,
        };
        let paths = source.paths().into_iter().filter(|(_, path)| foreign(&path[0]));
        paths.map(|(at, path)| format!("{}:{}: {}", source.path, source.line(at), path.join("::"))).collect()
    };
    let breaches: Vec<String> = sources(&root(), "src").iter().flat_map(apart).collect();
    hold("Invariant 11: write it twice; one mistake made on both sides would hide itself.", &breaches);
    assert_eq!(apart(&Source::new("src/lab/ssh.rs", "use crate::device::prompt;")).len(), 1);
    assert_eq!(apart(&Source::new("src/device/ssh.rs", "use crate::lab::ssh;")).len(), 1);
}
