//! The door against the lab's service, over the real protocol; what flow and the store do is played by each test.

mod delivering;
mod hooks;
mod layout;
mod listening;
mod renewing;
mod tables;

use super::*;
use crate::channel::port::{Pair, Reaches, Vault};
use crate::channel::{Acknowledgement, Received};
use crate::lab::zalo as lab;
use crate::model::written::{Section, Source};
use crate::model::*;
use std::collections::BTreeMap;
use std::sync::Mutex;
use tokio::sync::mpsc;

/// Nothing that a test waits for takes longer.
const SOON: Duration = Duration::from_secs(20);

async fn soon<T>(what: &str, wait: impl Future<Output = T>) -> T {
    tokio::time::timeout(SOON, wait).await.unwrap_or_else(|_| panic!("{what} did not come"))
}

/// The sentences that this chat says, as their catalogue files have them.
fn texts() -> Arc<Texts> {
    let files = [
        ("chat", include_str!("../../../../config/texts/en/chat.toml")),
        ("zalo", include_str!("../../../../config/texts/en/zalo.toml")),
    ];
    let entries = files.into_iter().flat_map(|(area, file)| {
        let file: toml::Table = file.parse().unwrap();
        let entry = move |(key, sentence): (String, toml::Value)| {
            let sentence = sentence.as_str().unwrap().to_owned();
            (format!("{area}.{key}"), text::Entry::Plain(sentence))
        };
        file.into_iter().map(entry).collect::<Vec<_>>()
    });
    Arc::new(Texts::new(entries))
}

/// The house around the door: its vault and what it notes. Everything that happens is written down, in order.
#[derive(Default)]
struct House {
    pair: Mutex<Option<Pair>>,
    noted: Mutex<Vec<String>>,
    /// The disk takes nothing: before a renewal, or after it.
    full_before: std::sync::atomic::AtomicBool,
    full_after: std::sync::atomic::AtomicBool,
}

use std::sync::atomic::Ordering::SeqCst;

impl House {
    fn note(&self, what: String) {
        self.noted.lock().unwrap().push(what);
    }

    fn noted(&self) -> Vec<String> {
        self.noted.lock().unwrap().clone()
    }

    /// As an admin gives it.
    fn seed(&self, (access, refresh): (String, String), until: i64) {
        let (issued_at, until) = (Timestamp(now().0 - 3_600_000), Timestamp(now().0 + until));
        let pair =
            Pair { access: Some(Secret::new(access)), refresh: Secret::new(refresh), issued_at, until };
        *self.pair.lock().unwrap() = Some(pair);
    }

    fn refresh(&self) -> String {
        self.pair.lock().unwrap().as_ref().unwrap().refresh.reveal().to_owned()
    }
}

type Done<'a, T> = Later<'a, Result<T, String>>;

fn done<'a, T: Send + 'a>(result: Result<T, String>) -> Done<'a, T> {
    Box::pin(std::future::ready(result))
}

impl Vault for House {
    fn pair<'a>(&'a self, _: &'a str) -> Done<'a, Option<Pair>> {
        done(Ok(self.pair.lock().unwrap().clone()))
    }

    fn renewing<'a>(&'a self, _: &'a str) -> Done<'a, ()> {
        self.note("renewing".to_owned());
        done(if self.full_before.load(SeqCst) { Err("the disk is full".to_owned()) } else { Ok(()) })
    }

    fn keep<'a>(&'a self, _: &'a str, pair: &'a Pair) -> Done<'a, ()> {
        if self.full_after.load(SeqCst) {
            return done(Err("the disk is full".to_owned()));
        }
        self.note(format!("kept {}", pair.refresh.reveal()));
        *self.pair.lock().unwrap() = Some(pair.clone());
        done(Ok(()))
    }

    fn broken<'a>(&'a self, _: &'a str, what: &'a Text) -> Done<'a, ()> {
        self.note(texts().render(what, &Reader::default(), Timestamp(0)));
        done(Ok(()))
    }
}

impl Reaches for House {
    fn open_until<'a>(&'a self, _: &'a str, address: &'a str, until: Timestamp) -> Done<'a, ()> {
        let days = (until.0 - now().0) as f64 / 86_400_000.0;
        self.note(format!("{address} open for {days:.1} d"));
        done(Ok(()))
    }

    fn refused<'a>(&'a self, _: &'a str, address: &'a str, why: &'a Text) -> Done<'a, ()> {
        self.note(format!("{address} {}", why.key));
        done(Ok(()))
    }

    fn reached<'a>(&'a self, _: &'a str, _: &'a str) -> Done<'a, ()> {
        done(Ok(()))
    }
}

/// The channel of a settings table, or what is wrong with it.
fn open(text: &str, secrets: &[(&str, &str)], house: &Arc<House>) -> (Option<Channel>, Vec<String>) {
    let section = Section::whole(&Source::new("bot.toml", text)).unwrap();
    let secrets = secrets.iter().map(|(key, word)| ((*key).to_owned(), Secret::new(*word))).collect();
    let shared = Shared {
        texts: texts(),
        words: Vec::new(),
        data: std::path::PathBuf::new(),
        installation: "here".to_owned(),
        vault: house.clone(),
        reaches: house.clone(),
    };
    let (opened, problems) = section.read(|fields| {
        for key in fields.keys().iter().filter(|key| key.ends_with("_file") || key.ends_with("_env")) {
            fields.has(key);
        }
        opened(&Setup { name: "zl", fields, secrets: &secrets, files: &BTreeMap::new() }, &shared)
    });
    (opened.map(|opened| opened.channel), problems.iter().map(ToString::to_string).collect())
}

/// The service, the door to it, and the house behind.
struct Bench {
    service: lab::Zalo,
    house: Arc<House>,
    door: Channel,
}

impl Bench {
    /// A bot.
    async fn bot() -> Bench {
        let (service, house) = (lab::Zalo::start(lab::Plan::default()).await.unwrap(), Arc::default());
        let table = format!("token_file = \"x\"\napi_url = \"{}\"\n", service.base_url());
        let (door, problems) = open(&table, &[("token", &service.plan().token)], &house);
        assert_eq!(problems, [""; 0]);
        Bench { service, house, door: door.unwrap() }
    }

    /// An Official Account with a first pair that holds for a day.
    async fn account(plan: lab::Plan, more: &str) -> Bench {
        let (service, house) = (lab::Zalo::start(plan).await.unwrap(), Arc::<House>::default());
        house.seed(service.mint(), 24 * 3_600_000);
        let (plan, url) = (service.plan(), service.base_url());
        let table = format!(
            "api = \"oa\"\napp_id = \"{}\"\napp_secret_file = \"x\"\nwebhook_secret_file = \"y\"\n\
             api_url = \"{url}\"\noauth_url = \"{url}\"\n{more}",
            plan.app_id
        );
        let secrets =
            [("app_secret", plan.app_secret.as_str()), ("webhook_secret", plan.webhook_secret.as_str())];
        let (door, problems) = open(&table, &secrets, &house);
        assert_eq!(problems, [""; 0]);
        Bench { service, house, door: door.unwrap() }
    }

    #[expect(clippy::disallowed_methods, reason = "the test is the one who runs the loop")]
    fn listens(&self) -> Ears {
        let (intake, updates) = mpsc::channel(256);
        let stop = CancellationToken::new();
        let listening = tokio::spawn(self.door.listen.clone().unwrap().listen(intake, stop.clone()));
        Ears { updates, stop, listening }
    }

    async fn send(&self, message: &Message) -> Result<Receipt, SendError> {
        soon("an answer", self.door.deliver.deliver(message)).await
    }
}

/// What the door hands in.
struct Ears {
    updates: mpsc::Receiver<Received>,
    stop: CancellationToken,
    listening: tokio::task::JoinHandle<Result<(), ChannelError>>,
}

impl Ears {
    async fn next(&mut self) -> Received {
        soon("an update", self.updates.recv()).await.unwrap()
    }

    /// The next update, acknowledged.
    async fn got(&mut self) -> Update {
        let received = self.next().await;
        (received.acknowledge)(Acknowledgement::Got);
        received.update
    }

    async fn ends(self) {
        self.stop.cancel();
        soon("its end", self.listening).await.unwrap().unwrap();
    }
}

fn message(to: &str, slot: &str, document: Document) -> Message {
    Message {
        id: OutboundId(1),
        slot: Slot(slot.to_owned()),
        version: 1,
        place: Destination { channel: "zl".to_owned(), address: to.to_owned() },
        thread: None,
        parts: Vec::new(),
        reply_to: None,
        class: Class::Result,
        only: None,
        tokens: (0..document.buttons.len()).map(|at| Token(format!("{at:032x}"))).collect(),
        document,
        files: Vec::new(),
        pictures: Vec::new(),
        reader: Reader::default(),
        repeat: false,
        now: Timestamp(1_700_000_000_000),
    }
}

fn said(words: &str) -> Text {
    Text::verbatim(words)
}

fn line(sign: Sign, words: &str) -> Document {
    Document::line(sign, said(words), Ending::Well)
}

fn button(label: &str, action: Action) -> Button {
    Button {
        name: label.to_owned(),
        label: said(label),
        action,
        who: Who::WhoeverMay,
        until: Timestamp(0),
        uses: Uses::Many,
    }
}
