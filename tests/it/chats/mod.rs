//! One bot behind all its doors at once: the terminal, Telegram, Slack and mail, each over the real protocol,
//! with the lab's services on the other side.

mod alert;
mod answers;
mod canary;
mod cases;
mod count;
mod crash;
mod first;
mod look;
mod paper;
mod place;
mod readers;

use crate::world::{PATIENCE, Plan, World};
use paper::Paper;
use patchbay::builtin;
use patchbay::channel::port::Unkept;
use patchbay::channel::terminal::{Input, Options, Terminal, Words};
use patchbay::channel::{self, Channel, KINDS, Setup, Shared, slack};
use patchbay::command::Catalog;
use patchbay::lab::telegram::{self, Chat, Person, Telegram};
use patchbay::lab::zalo::{self, Zalo};
use patchbay::lab::{LabPlan, MailPlan, MailSink, Slack, SlackPlan};
use patchbay::model::{Command, Doors, Identity, Join, Source};
use patchbay::settings::Settings;
use serde_json::Value;
use std::io::Write;
use std::path::Path;
use std::sync::{Arc, Mutex};

pub const TG: &str = "tg";
pub const SLACK: &str = "slack";
pub const MAIL: &str = "mail";
pub const ZALO: &str = "zl";

/// The services, and who is there.
pub struct Town {
    pub telegram: Telegram,
    pub slack: Slack,
    pub mail: MailSink,
    pub zalo: Zalo,
    /// Reads alerts at Zalo and is known nowhere.
    pub reader: zalo::Person,
    /// Known everywhere, as an admin.
    pub ann: Citizen,
    /// Known everywhere, as a viewer.
    pub bob: Citizen,
    /// Known nowhere.
    pub eve: Citizen,
    /// A supergroup with all three.
    pub group: Chat,
    /// A channel of the workspace with all three and the app.
    pub noc: String,
}

/// Somebody with an account at both services.
pub struct Citizen {
    pub tg: Person,
    /// The id of a user.
    pub slack: String,
}

impl Town {
    pub async fn new() -> Town {
        Town::of(telegram::Plan::default(), workspace()).await
    }

    pub async fn of(telegram: telegram::Plan, slack: SlackPlan) -> Town {
        let telegram = Telegram::start(telegram).await.unwrap();
        let slack = Slack::start(slack).await.unwrap();
        let mail = MailSink::start(MailPlan::default()).await.unwrap();
        let zalo = Zalo::start(zalo::Plan::default()).await.unwrap();
        let reader = zalo.person("Rosa");
        reader.starts();
        let citizen =
            |name: &str| Citizen { tg: telegram.person(name), slack: slack.add_user(name, name, "Etc/UTC") };
        let (ann, bob, eve) = (citizen("ann"), citizen("bob"), citizen("eve"));
        let group = telegram.supergroup("NOC", &[&ann.tg, &bob.tg, &eve.tg]);
        let members = [ann.slack.as_str(), &bob.slack, &eve.slack, slack.bot_user()];
        let noc = slack.add_channel("noc", &members);
        Town { telegram, slack, mail, zalo, reader, ann, bob, eve, group, noc }
    }

    /// The settings of the doors to these services; what they name is put into the folder.
    pub fn settings(&self, folder: &Path) -> String {
        let secret = |name: &str, text: &str| secret(&folder.join(name), text);
        secret("tg-token", &self.telegram.token());
        secret("bot-token", &self.slack.plan().bot_token);
        secret("app-token", &self.slack.plan().app_token);
        secret("mail-password", &self.mail.plan().password);
        secret("zalo-token", &self.zalo.plan().token);
        std::fs::write(folder.join("ca.pem"), self.mail.certificate_pem()).unwrap();
        format!(
            "[channel.{TG}]\nkind = \"telegram\"\ntoken_file = \"tg-token\"\napi_url = \"{}\"\n\
             limited = false\nhome = [\"{}\"]\n\
             [channel.{SLACK}]\nkind = \"slack\"\nbot_token_file = \"bot-token\"\n\
             app_token_file = \"app-token\"\napi_url = \"{}\"\nhome = [\"{}\"]\n\
             [channel.{MAIL}]\nkind = \"email\"\nhost = \"localhost\"\nport = {}\ntls = \"starttls\"\n\
             ca_file = \"ca.pem\"\nuser = \"{}\"\npassword_file = \"mail-password\"\n\
             from = \"Patchbay <patchbay@example.net>\"\nto = [\"noc@example.net\"]\nleave = \"leave@example.net\"\n\
             [channel.{ZALO}]\nkind = \"zalo\"\ntoken_file = \"zalo-token\"\napi_url = \"{}\"\n",
            self.telegram.base_url(),
            self.group.id(),
            self.slack.api_url(),
            self.noc,
            self.mail.address().port(),
            self.mail.plan().user,
            self.zalo.base_url(),
        )
    }

    /// The group, the channel, the mailbox and the terminal, as a route of the rules names them.
    pub fn everywhere(&self) -> String {
        format!(
            "[[route]]\nto = [\"{TG}:{}\", \"{SLACK}:{}\", \"{MAIL}:noc@example.net\", \"terminal:console\"]\n",
            self.group.id(),
            self.noc
        )
    }
}

/// As the app's own description makes it, with time enough for a busy machine.
fn workspace() -> SlackPlan {
    let catalog = Catalog::new(&patchbay::embedded::commands(), &builtin::names()).unwrap();
    let commands: Vec<Command> = catalog.commands().iter().map(|command| (**command).clone()).collect();
    let manifest: Value = serde_json::from_str(&slack::manifest(&commands)).unwrap();
    SlackPlan::default().with_manifest(&manifest)
}

/// A file that only its owner may read.
pub fn secret(path: &Path, text: &str) {
    use std::os::unix::fs::OpenOptionsExt;
    let mut options = std::fs::OpenOptions::new();
    let mut file = options.create(true).write(true).truncate(true).mode(0o600).open(path).unwrap();
    file.write_all(text.as_bytes()).unwrap();
}

/// A whole bot behind the doors of a town.
pub struct Trio {
    pub town: Town,
    pub world: World,
    pub paper: Paper,
    keyboard: Mutex<std::io::PipeWriter>,
    _folder: tempfile::TempDir,
}

/// What a trio is made of.
pub struct Made {
    pub lab: LabPlan,
    pub monitored: bool,
    pub settings: fn(&mut Settings),
    pub rules: fn(&Town) -> Source,
    /// How somebody in Telegram comes to hear of alerts.
    pub telegram: Join,
}

impl Default for Made {
    fn default() -> Made {
        Made {
            lab: LabPlan::fleet(2),
            monitored: false,
            settings: |_| {},
            rules: |_| patchbay::embedded::rules(),
            telegram: Join::Here,
        }
    }
}

impl Trio {
    pub async fn new(made: Made) -> Trio {
        let (town, folder) = (Town::new().await, tempfile::tempdir().unwrap());
        let shared = shared(&made.lab, folder.path());
        let mut channels = doors(&town, folder.path(), &shared);
        let (input, keyboard) = std::io::pipe().unwrap();
        let paper = Paper::default();
        let terminal = Terminal::new(Options {
            you: "you".to_owned(),
            texts: Arc::clone(&shared.texts),
            prompt: String::new(),
            files: folder.path().join("files"),
            charts: folder.path().join("charts"),
            history: None,
            words: Words::default(),
            colour: false,
            input: Input::Lines(Box::new(input)),
            in_turn: false,
            output: Box::new(paper.clone()),
        });
        channels.push(terminal.channel());
        let Made { lab, monitored, settings, rules, telegram } = made;
        let (rules, doors) = (rules(&town), joined(telegram));
        let world =
            World::new(Plan { lab, monitored, settings, channels, doors, rules, ..Plan::default() }).await;
        let trio = Trio { town, world, paper, keyboard: Mutex::new(keyboard), _folder: folder };
        trio.know_people().await;
        soon("a socket", trio.town.slack.open_sockets(1)).await;
        trio
    }

    async fn know_people(&self) {
        let mut known = vec![("ann", "terminal", "you".to_owned())];
        for (name, citizen) in [("ann", &self.town.ann), ("bob", &self.town.bob)] {
            known.push((name, TG, citizen.tg.id().to_string()));
            known.push((name, SLACK, citizen.slack.clone()));
        }
        self.world
            .write(move |work| {
                for (name, channel, external) in known {
                    let person = work.person_by_name(name)?.unwrap().id;
                    let identity = Identity { channel: channel.to_owned(), external };
                    work.add_identity(person, &identity)?;
                }
                Ok(())
            })
            .await;
    }

    /// Types into the terminal.
    pub fn types(&self, line: &str) {
        writeln!(self.keyboard.lock().unwrap(), "{line}").unwrap();
    }
}

fn shared(lab: &LabPlan, folder: &Path) -> Shared {
    let catalog = Catalog::new(&patchbay::embedded::commands(), &builtin::names()).unwrap();
    let mut words: Vec<String> =
        catalog.commands().iter().map(|command| format!("/{}", command.name)).collect();
    words.dedup();
    words.extend(lab.routers.iter().map(|router| router.name.clone()));
    let (texts, installation) = (crate::world::texts(), "test".to_owned());
    let (vault, reaches) = (Arc::new(Unkept), Arc::new(Unkept));
    Shared { texts, words, data: folder.join("data"), installation, vault, reaches }
}

/// The doors as commands see them.
fn joined(telegram: Join) -> Doors {
    let named = [(TG, "telegram"), (SLACK, "slack"), (MAIL, "email"), ("terminal", "terminal")];
    let door = |(name, kind): (&str, &str)| {
        channel::door(name, KINDS.iter().find(|known| known.name == kind).unwrap())
    };
    let mut all: Vec<_> = named.map(door).into();
    all[0].join = telegram;
    Doors { all, domains: Vec::new() }
}

/// The doors as the program opens them from its settings file.
fn doors(town: &Town, folder: &Path, shared: &Shared) -> Vec<Channel> {
    secret(&folder.join("key"), "made-up");
    let text = format!("master_key_file = \"key\"\n{}", town.settings(folder));
    std::fs::write(folder.join("patchbay.toml"), text).unwrap();
    let settings = Settings::load(&folder.join("patchbay.toml"), |_| Vec::new()).unwrap();
    let open = |table: &patchbay::settings::ChannelTable| {
        let kind = KINDS.iter().find(|kind| kind.name == table.kind).unwrap();
        let (opened, problems) = table.read(|fields| {
            let table = Setup { name: &table.name, fields, secrets: &table.secrets, files: &table.files };
            (kind.open)(&table, shared)
        });
        assert_eq!(problems, []);
        opened.unwrap().channel
    };
    settings.channels.iter().map(open).collect()
}

/// Nothing that is awaited takes longer.
pub async fn soon<T>(what: &str, wait: impl Future<Output = T>) -> T {
    tokio::time::timeout(PATIENCE, wait).await.unwrap_or_else(|_| panic!("{what} did not come"))
}
