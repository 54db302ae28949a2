//! The bot's own settings: a file as written goes in, checked values with every default filled in
//! come out, or every mistake at once. Code after the start never sees the file. Secrets stand in
//! files or variables of their own and are read here.

use crate::model::written::{Fields, Section, nearest};
use crate::model::{Problem, Secret, Source};
use chrono_tz::Tz;
use std::path::{Path, PathBuf};
use std::time::Duration;

mod channel;
mod heartbeat;
mod monitor;
mod outside;
mod reboot;
mod restconf;
mod retention;
mod subscribers;
#[cfg(test)]
mod tests;

pub use channel::ChannelTable;
pub use heartbeat::Heartbeat;
pub use monitor::Monitor;
pub use outside::{Doors, Outside, ThisMachine, user_commands};
pub use reboot::Reboot;
pub use restconf::Restconf;
pub use retention::Retention;
pub use subscribers::Subscribers;

const HOUR: Duration = Duration::from_secs(3_600);
const DAY: Duration = Duration::from_secs(86_400);
const LOCK_PATIENCE: Duration = Duration::from_secs(60);
const NOTIFY_AFTER: Duration = Duration::from_secs(30);

/// Where the master key is looked for when the file says nothing.
pub const MASTER_KEY_VARIABLE: &str = "PATCHBAY_MASTER_KEY";

#[derive(Clone, Debug)]
pub struct Settings {
    /// The folder with the database and the git repository.
    pub data: PathBuf,
    /// As it stands in its file or variable, white space around it taken away.
    pub master_key: Secret,
    /// A folder with the user's own command files.
    pub commands: Option<PathBuf>,
    /// A file with the user's own rules for alerts.
    pub rules: Option<PathBuf>,
    pub language: String,
    /// The zone of people who set none.
    pub time_zone: Tz,
    pub ssh: Ssh,
    pub restconf: Restconf,
    /// How long what changes a router waits for one that somebody else is changing.
    pub lock_patience: Duration,
    /// Work that took longer ends with a message that a phone tells of.
    pub notify_after: Duration,
    pub monitor: Monitor,
    pub reboot: Reboot,
    pub retention: Retention,
    /// None: nobody outside watches.
    pub heartbeat: Option<Heartbeat>,
    pub log: Log,
    pub subscribers: Subscribers,
    pub channels: Vec<ChannelTable>,
}

/// Deadlines and limits of the way to a router.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ssh {
    pub connect: Duration,
    pub identification: Duration,
    pub login: Duration,
    pub silence: Duration,
    pub running_config: Duration,
    pub write_memory: Duration,
    /// Sessions at the same time, over all routers.
    pub sessions: usize,
    /// Logins at the same time with one credential: AAA servers count them.
    pub logins_per_credential: usize,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Log {
    pub level: Level,
    pub format: Format,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    Error,
    Warn,
    Info,
    Debug,
    Trace,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    Text,
    Json,
}

impl Default for Ssh {
    fn default() -> Self {
        Ssh {
            connect: Duration::from_secs(10),
            identification: Duration::from_secs(15),
            login: Duration::from_secs(90),
            silence: Duration::from_secs(30),
            running_config: Duration::from_secs(300),
            write_memory: Duration::from_secs(120),
            sessions: 50,
            logins_per_credential: 20,
        }
    }
}

impl Default for Log {
    fn default() -> Self {
        Log { level: Level::Info, format: Format::Text }
    }
}

impl Level {
    pub const ALL: [(&'static str, Level); 5] = [
        ("error", Level::Error),
        ("warn", Level::Warn),
        ("info", Level::Info),
        ("debug", Level::Debug),
        ("trace", Level::Trace),
    ];

    pub fn name(self) -> &'static str {
        Level::ALL.iter().find(|(_, level)| *level == self).map_or("info", |(name, _)| name)
    }
}

impl Settings {
    /// Every default, for a start without a file.
    pub fn defaults(data: impl Into<PathBuf>, master_key: Secret) -> Settings {
        Settings {
            data: data.into(),
            master_key,
            commands: None,
            rules: None,
            language: "en".to_owned(),
            time_zone: Tz::UTC,
            ssh: Ssh::default(),
            restconf: Restconf::default(),
            lock_patience: LOCK_PATIENCE,
            notify_after: NOTIFY_AFTER,
            monitor: Monitor::default(),
            reboot: Reboot::default(),
            retention: Retention::default(),
            heartbeat: None,
            log: Log::default(),
            subscribers: Subscribers::default(),
            channels: Vec::new(),
        }
    }

    /// Reads and checks a file of this machine.
    pub fn load(path: &Path, doors: Doors) -> Result<Settings, Vec<Problem>> {
        let file = path.display().to_string();
        let text = std::fs::read_to_string(path).map_err(|error| {
            vec![Problem {
                file: file.clone(),
                line: 1,
                what: format!("the file can not be read ({error})"),
                hint: "begin with a copy of config/example.toml".to_owned(),
            }]
        })?;
        Settings::checked(&Source { file, text }, &ThisMachine { doors })
    }

    /// Checks a file. Relative paths in it begin at its own folder.
    pub fn checked(source: &Source, outside: &dyn Outside) -> Result<Settings, Vec<Problem>> {
        let section = Section::whole(source)?;
        let folder = Path::new(&source.file).parent().unwrap_or(Path::new("")).to_owned();
        let reading = Reading { outside, folder };
        let (settings, mut problems) = section.read(|fields| reading.settings(fields));
        problems.extend(settings.channels.iter().flat_map(|table| outside.door(table)));
        problems.sort_by_key(|problem| problem.line);
        match problems.is_empty() {
            true => Ok(settings),
            false => Err(problems),
        }
    }
}

/// What is needed beside the file to read it.
struct Reading<'o> {
    outside: &'o dyn Outside,
    folder: PathBuf,
}

impl Reading<'_> {
    fn settings(&self, root: &Fields<'_>) -> Settings {
        let data = root.text("data").unwrap_or_else(|| "data".to_owned());
        let defaults = Settings::defaults(self.folder.join(&data), self.master_key(root, &data));
        Settings {
            commands: self.commands(root),
            rules: root.text("rules").map(|file| self.folder.join(file)),
            language: self.language(root).unwrap_or(defaults.language),
            time_zone: time_zone(root).unwrap_or(defaults.time_zone),
            ssh: ssh(root, defaults.ssh),
            restconf: self.restconf(root, defaults.restconf),
            lock_patience: root.span("lock_patience").unwrap_or(defaults.lock_patience),
            notify_after: root.span("notify_after").unwrap_or(defaults.notify_after),
            monitor: monitor::monitor(root, defaults.monitor),
            reboot: reboot::reboot(root, defaults.reboot),
            retention: retention::retention(root, defaults.retention),
            heartbeat: self.heartbeat(root),
            log: log(root, defaults.log),
            subscribers: subscribers::subscribers(root),
            channels: self.channels(root),
            ..defaults
        }
    }

    fn master_key(&self, root: &Fields<'_>, data: &str) -> Secret {
        let named = ["master_key_file", "master_key_env"].into_iter().find(|key| root.has(key));
        let secret = match named {
            Some(key) => self.secret(root, key),
            None => {
                let found = self.outside.variable(MASTER_KEY_VARIABLE);
                if found.is_none() {
                    let what = format!("no master key: the variable {MASTER_KEY_VARIABLE} is not set");
                    root.wrong("master_key_file", what, "set it, or say master_key_file = \"/path\"");
                }
                found
            }
        };
        // Whoever copies the data folder must not get the key with it.
        if root.text("master_key_file").is_some_and(|file| Path::new(&file).starts_with(data)) {
            let what = format!("master_key_file stands in the data folder {data}");
            root.wrong("master_key_file", what, "keep it somewhere else");
        }
        if root.has("master_key_file") && root.has("master_key_env") {
            root.wrong("master_key_env", "master_key_file is there too", "keep one of them");
        }
        if root.has("master_key") {
            root.wrong(
                "master_key",
                "master_key does not stand in this file",
                "say master_key_file or master_key_env",
            );
        }
        secret.unwrap_or_else(|| Secret::new(""))
    }

    /// The secret behind `<name>_file` or `<name>_env`.
    fn secret(&self, fields: &Fields<'_>, key: &str) -> Option<Secret> {
        let typed = fields.text(key)?;
        let found = match key.strip_suffix("_env") {
            Some(_) => {
                self.outside.variable(&typed).ok_or_else(|| format!("the variable {typed} is not set"))
            }
            None => self
                .outside
                .secret(&self.folder.join(&typed))
                .map_err(|why| format!("the file {typed} {why}")),
        };
        match found {
            Ok(secret) if secret.reveal().is_empty() => {
                fields.wrong(key, format!("{}: {typed} is empty", fields.name(key)), "put the secret there");
                None
            }
            Ok(secret) => Some(secret),
            Err(why) => {
                fields.wrong(
                    key,
                    format!("{}: {why}", fields.name(key)),
                    match key {
                        "master_key_file" => "make one with: patchbay key FILE",
                        _ => "put the secret there, for this user only",
                    },
                );
                None
            }
        }
    }

    fn commands(&self, root: &Fields<'_>) -> Option<PathBuf> {
        let typed = root.text("commands")?;
        let folder = self.folder.join(&typed);
        if !self.outside.is_folder(&folder) {
            root.wrong(
                "commands",
                format!("commands {typed:?} is no folder"),
                "make it, or take the key out",
            );
        }
        Some(folder)
    }

    fn language(&self, root: &Fields<'_>) -> Option<String> {
        let typed = root.text("language")?;
        let known = self.outside.languages();
        if !known.contains(&typed) {
            let known: Vec<&str> = known.iter().map(String::as_str).collect();
            let hint = format!("use {}", crate::model::written::either(&known));
            root.wrong("language", format!("language {typed:?} is unknown"), hint);
        }
        Some(typed)
    }
}

fn time_zone(root: &Fields<'_>) -> Option<Tz> {
    let typed = root.text("time_zone")?;
    let zone = typed.parse().ok();
    if zone.is_none() {
        let near = nearest(&typed, chrono_tz::TZ_VARIANTS.iter().map(|zone| zone.name()));
        let hint = match near.first() {
            Some(near) => format!("did you mean {near}?"),
            None => "write it as Asia/Ho_Chi_Minh".to_owned(),
        };
        root.wrong("time_zone", format!("time_zone {typed:?} is unknown"), hint);
    }
    zone
}

fn ssh(root: &Fields<'_>, defaults: Ssh) -> Ssh {
    let Some(table) = root.table("ssh") else { return defaults };
    let span = |key, default| above_zero(&table, key).unwrap_or(default);
    let count = |key, default: usize| {
        table.number(key, 1..=10_000).and_then(|number| usize::try_from(number).ok()).unwrap_or(default)
    };
    let ssh = Ssh {
        connect: span("connect", defaults.connect),
        identification: span("identification", defaults.identification),
        login: span("login", defaults.login),
        silence: span("silence", defaults.silence),
        running_config: span("running_config", defaults.running_config),
        write_memory: span("write_memory", defaults.write_memory),
        sessions: count("sessions", defaults.sessions),
        logins_per_credential: count("logins_per_credential", defaults.logins_per_credential),
    };
    table.done();
    ssh
}

fn above_zero(table: &Fields<'_>, key: &str) -> Option<Duration> {
    let span = table.span(key)?;
    if span.is_zero() {
        table.wrong(
            key,
            format!("{} is zero, so nothing could ever answer", table.name(key)),
            "write 10s or more",
        );
    }
    Some(span)
}

fn log(root: &Fields<'_>, defaults: Log) -> Log {
    let Some(table) = root.table("log") else { return defaults };
    let formats = [("text", Format::Text), ("json", Format::Json)];
    let log = Log {
        level: table.choice("level", &Level::ALL).unwrap_or(defaults.level),
        format: table.choice("format", &formats).unwrap_or(defaults.format),
    };
    table.done();
    log
}
