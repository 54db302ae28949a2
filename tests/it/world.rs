//! A whole bot with simulated routers and a chat that a test types into: real SSH, real database,
//! real back door.

use patchbay::app::{Bot, Parts};
use patchbay::builtin;
use patchbay::channel::{Acknowledgement, Channel, Deliver, Intake, Later, Listen, Received};
use patchbay::command::Catalog;
use patchbay::device::{CREDENTIAL_PURPOSE, MasterKey, Sealer};
use patchbay::flow::live::{Live, Load};
use patchbay::lab::{Lab, LabPlan, Router};
use patchbay::model::{
    Destination, Document, Doors, Ending, Identity, Menu, Message, Reader, Receipt, Request, Rules, Scene,
    SendError, Source, Text, Texts, Thread, Timestamp, Token, Unfit, Update, What, outbound::MessageRef,
};
use patchbay::settings::Settings;
use patchbay::store::{Access, Credential, Store};
use std::path::Path;
use std::sync::{Arc, LazyLock, Mutex};
use std::time::Duration;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

pub const DESK: &str = "desk";
/// Longer than anything here may take, so that a hang is a failure and not a stuck run.
pub const PATIENCE: Duration = Duration::from_secs(60);

pub struct World {
    pub lab: Lab,
    pub bot: Bot,
    pub desk: Arc<Desk>,
    pub folder: tempfile::TempDir,
    made: Made,
}

/// What a start needs again after a restart.
#[derive(Clone)]
struct Made {
    settings: fn(&mut Settings),
    commands: Vec<Source>,
    channels: Vec<Channel>,
    doors: Doors,
    rules: Source,
}

/// What a world is made of; tests change what they need.
pub struct Plan {
    pub lab: LabPlan,
    pub role: &'static str,
    pub settings: fn(&mut Settings),
    pub commands: Vec<Source>,
    /// Doors beside the desk.
    pub channels: Vec<Channel>,
    /// How places behind them come to hear of alerts.
    pub doors: Doors,
    /// Whether the clock looks at the routers.
    pub monitored: bool,
    pub rules: Source,
}

impl Default for Plan {
    fn default() -> Self {
        Plan {
            lab: LabPlan::demo(),
            role: "admin",
            settings: |_| {},
            commands: Vec::new(),
            channels: Vec::new(),
            doors: Doors::default(),
            monitored: false,
            rules: patchbay::embedded::rules(),
        }
    }
}

impl World {
    pub async fn new(plan: Plan) -> World {
        let folder = tempfile::tempdir().unwrap();
        let lab = Lab::start(plan.lab).await.unwrap();
        let store = open(folder.path());
        let key = MasterKey::create(&folder.path().join("key")).unwrap();
        furnish(&store, &key, &lab, plan.role, plan.monitored).await;
        let desk = Desk::new();
        let Plan { settings, commands, channels, doors, rules, .. } = plan;
        let made = Made { settings, commands, channels, doors, rules };
        let bot = start(folder.path(), store, key, &desk, made.clone());
        World { lab, bot, desk, folder, made }
    }

    pub async fn demo() -> World {
        World::new(Plan::default()).await
    }

    pub fn router(&self, name: &str) -> Router {
        self.lab.router(name).unwrap()
    }

    /// Types a line and gives the last version of what came back.
    pub async fn ask(&self, line: &str) -> Reply {
        let slot = self.desk.line(line).await;
        self.desk.ended(&slot).await
    }

    /// The same bot again on the same folder, as after a crash or a stop.
    pub async fn restarted(self) -> World {
        self.restarted_with(|_| Ok(())).await
    }

    /// The same, with something found in the database that was not there before.
    pub async fn restarted_with(
        self,
        change: impl FnOnce(&mut patchbay::store::Work<'_>) -> Result<(), patchbay::store::StoreError>
        + Send
        + 'static,
    ) -> World {
        let World { lab, bot, desk: _, folder, made } = self;
        bot.stop().await;
        let key = MasterKey::load(&folder.path().join("key")).unwrap();
        let store = open(folder.path());
        store.write(change).await.unwrap();
        let desk = Desk::new();
        let bot = start(folder.path(), store, key, &desk, made.clone());
        World { lab, bot, desk, folder, made }
    }

    /// Writes as the command line or another corridor would.
    pub async fn write<T: Send + 'static>(
        &self,
        change: impl FnOnce(&mut patchbay::store::Work<'_>) -> Result<T, patchbay::store::StoreError>
        + Send
        + 'static,
    ) -> T {
        self.bot.store().write(change).await.unwrap()
    }
}

fn open(folder: &Path) -> Store {
    Store::open(&folder.join("data"), Access::Bot).unwrap()
}

fn start(folder: &Path, store: Store, key: MasterKey, desk: &Arc<Desk>, made: Made) -> Bot {
    let mut channels =
        vec![Channel { name: DESK.to_owned(), listen: Some(desk.clone()), deliver: desk.clone() }];
    channels.extend(made.channels.iter().cloned());
    Bot::start(parts_of(folder, store, key, channels, made)).unwrap()
}

/// A bot with every default and these doors, not yet alive.
pub fn parts(folder: &Path, store: Store, key: MasterKey, channels: Vec<Channel>) -> Parts {
    let Plan { settings, commands, rules, .. } = Plan::default();
    let made = Made { settings, commands, channels: Vec::new(), doors: Doors::default(), rules };
    parts_of(folder, store, key, channels, made)
}

fn parts_of(folder: &Path, store: Store, key: MasterKey, channels: Vec<Channel>, made: Made) -> Parts {
    let Made { settings: change, commands, channels: _, doors, rules } = made;
    let mut settings = Settings::defaults(folder.join("data"), patchbay::model::Secret::new(""));
    change(&mut settings);
    let mut sources = patchbay::embedded::commands();
    sources.extend(commands);
    let load: Load = Box::new(move || {
        Ok(Live {
            catalog: Arc::new(Catalog::new(&sources, &builtin::names())?),
            rules: Arc::new(Rules::checked(&rules)?),
        })
    });
    let metrics = patchbay::app::metrics(&settings).unwrap();
    Parts { settings, key, store, texts: texts(), metrics, load, channels, doors, terminal: None }
}

async fn furnish(store: &Store, key: &MasterKey, lab: &Lab, role: &'static str, monitored: bool) {
    let sealer = Sealer::new(key);
    let routers: Vec<Router> = lab.routers().cloned().collect();
    let login = routers[0].credentials().clone();
    let credential = Credential {
        name: "lab".to_owned(),
        username: login.username.clone(),
        password: sealer.seal(CREDENTIAL_PURPOSE, login.password.as_bytes()).unwrap(),
        enable: Some(sealer.seal(CREDENTIAL_PURPOSE, login.enable.as_bytes()).unwrap()),
    };
    store
        .write(move |work| {
            let now = Timestamp(0);
            work.set_credential(&credential, now)?;
            for router in &routers {
                let mut device = builtin::blank(router.name()).unwrap();
                device.host = router.address().ip().to_string();
                device.ssh_port = router.address().port();
                device.restconf_port = router.https_address().port();
                device.monitored = monitored;
                device.site = router.plan().site.clone();
                device.tags = router.plan().tags.clone();
                device.credential = "lab".to_owned();
                work.add_device(&device, now)?;
            }
            let add = |work: &mut patchbay::store::Work<'_>, name: &str, role: &str| {
                let identity = Identity { channel: DESK.to_owned(), external: name.to_owned() };
                work.add_person(name, role, &Reader::default(), &[identity], now).map(drop)
            };
            add(work, "ann", role)?;
            add(work, "bob", "viewer")?;
            add(work, "carol", "admin")
        })
        .await
        .unwrap();
}

/// A chat service inside the test. An update may say `place`, and of its scene `private` and `addressed`.
pub struct Desk {
    name: &'static str,
    menus: watch::Sender<Vec<Vec<Menu>>>,
    intake: watch::Sender<Option<Intake>>,
    sent: watch::Sender<Vec<Message>>,
    count: Mutex<u64>,
    session: String,
    /// How the service behaves; tests change what they need.
    pub manners: Mutex<Manners>,
}

/// How a chat service takes messages.
pub struct Manners {
    pub turn: fn(&Message) -> Duration,
    pub fails: fn(&Message) -> Option<SendError>,
    pub silent_edits: bool,
}

impl Default for Manners {
    fn default() -> Self {
        Manners { turn: |_| Duration::ZERO, fails: |_| None, silent_edits: false }
    }
}

/// A message as it stood when it ended.
#[derive(Clone, Debug)]
pub struct Reply {
    pub message: Message,
    pub text: String,
}

impl Desk {
    pub fn new() -> Arc<Desk> {
        Desk::called(DESK)
    }

    /// Another service of the same kind.
    pub fn called(name: &'static str) -> Arc<Desk> {
        let mut random = [0; 8];
        getrandom::fill(&mut random).unwrap();
        Arc::new(Desk {
            name,
            menus: watch::Sender::new(Vec::new()),
            intake: watch::Sender::new(None),
            sent: watch::Sender::new(Vec::new()),
            count: Mutex::new(0),
            manners: Mutex::default(),
            session: format!("{:x}", u64::from_le_bytes(random)),
        })
    }

    /// Types as ann; the slot of the answer.
    pub async fn line(&self, line: &str) -> String {
        self.say("ann", &serde_json::json!({ "line": line }), None).await
    }

    pub async fn line_as(&self, who: &str, line: &str) -> String {
        self.say(who, &serde_json::json!({ "line": line }), None).await
    }

    /// A line that was sent at another time than now.
    pub async fn line_sent_at(&self, line: &str, sent_at: Timestamp) -> String {
        self.say("ann", &serde_json::json!({ "line": line }), Some(sent_at)).await
    }

    pub async fn press(&self, who: &str, token: &Token) -> String {
        self.say(who, &serde_json::json!({ "press": token.0 }), None).await
    }

    pub async fn say(&self, who: &str, what: &serde_json::Value, sent_at: Option<Timestamp>) -> String {
        let key = {
            let mut count = self.count.lock().unwrap();
            *count += 1;
            format!("{}-{}", self.session, *count)
        };
        self.deliver_update(&key, who, what, sent_at).await;
        format!("{}/{key}", self.name)
    }

    /// A line in a chat that others read, too, with the bot's name or without.
    pub async fn line_in(&self, who: &str, place: &str, line: &str, addressed: bool) -> String {
        let raw =
            serde_json::json!({ "line": line, "place": place, "private": false, "addressed": addressed });
        self.say(who, &raw, None).await
    }

    /// A press in another place than the room.
    pub async fn press_in(&self, who: &str, place: &str, token: &Token) -> String {
        self.say(who, &serde_json::json!({ "press": token.0, "place": place, "private": false }), None).await
    }

    /// Waits for menus that satisfy the test, as they were shown last.
    pub async fn menus(&self, wanted: impl Fn(&[Menu]) -> bool) -> Vec<Menu> {
        let mut shown = self.menus.subscribe();
        let fits = |shown: &Vec<Vec<Menu>>| shown.last().is_some_and(|menus| wanted(menus));
        let found = tokio::time::timeout(PATIENCE, shown.wait_for(fits)).await;
        let Ok(found) = found else { panic!("no such menus: {:#?}", self.menus.borrow().last()) };
        found.unwrap().last().unwrap().clone()
    }

    /// Hands in an update under a key of the test's own; returns when it was acknowledged.
    pub async fn deliver_update(
        &self,
        key: &str,
        who: &str,
        what: &serde_json::Value,
        sent_at: Option<Timestamp>,
    ) -> Acknowledgement {
        let mut ready = self.intake.subscribe();
        let intake = ready.wait_for(Option::is_some).await.unwrap().clone().unwrap();
        let mut raw = what.clone();
        raw["who"] = who.into();
        let update = Update {
            key: key.to_owned(),
            channel: self.name.to_owned(),
            sent_at,
            received_at: now(),
            raw: raw.to_string(),
        };
        let (said, heard) = tokio::sync::oneshot::channel();
        let acknowledge = Box::new(move |acknowledgement| drop(said.send(acknowledgement)));
        intake.send(Received { update, acknowledge }).await.unwrap();
        tokio::time::timeout(PATIENCE, heard).await.unwrap().unwrap()
    }

    /// Waits for a version that satisfies the test.
    pub async fn until(&self, slot: &str, wanted: impl Fn(&Message) -> bool) -> Reply {
        self.until_any(|message| message.slot.0 == slot && wanted(message)).await
    }

    /// The same, in whatever message.
    pub async fn until_any(&self, wanted: impl Fn(&Message) -> bool) -> Reply {
        let mut sent = self.sent.subscribe();
        let find = |sent: &Vec<Message>| sent.iter().rev().find(|message| wanted(message)).cloned();
        let found = tokio::time::timeout(PATIENCE, sent.wait_for(|sent| find(sent).is_some())).await;
        let Ok(found) = found else {
            let all: Vec<String> = self.all().iter().map(|m| format!("{}: {}", m.slot, plain(m))).collect();
            panic!("nothing became what was awaited; sent so far: {all:#?}");
        };
        let message = find(&found.unwrap()).unwrap();
        Reply { text: plain(&message), message }
    }

    /// Waits until so many such messages have come.
    pub async fn until_count(&self, count: usize, wanted: impl Fn(&Message) -> bool) {
        let mut sent = self.sent.subscribe();
        let enough = sent.wait_for(|sent| sent.iter().filter(|message| wanted(message)).count() >= count);
        tokio::time::timeout(PATIENCE, enough).await.expect("so many never came").unwrap();
    }

    pub async fn ended(&self, slot: &str) -> Reply {
        self.until(slot, |message| message.document.ended.is_some()).await
    }

    /// A version that asks something.
    pub async fn question(&self, slot: &str) -> Reply {
        self.until(slot, |message| !message.tokens.is_empty()).await
    }

    pub fn all(&self) -> Vec<Message> {
        self.sent.borrow().clone()
    }
}

pub fn now() -> Timestamp {
    chrono::Utc::now().into()
}

impl Reply {
    pub fn first_line(&self) -> &str {
        self.text.lines().next().unwrap_or_default()
    }

    pub fn went_well(&self) -> bool {
        self.message.document.ended == Some(Ending::Well)
    }

    /// The token of the button with this label.
    pub fn button(&self, label: &str) -> Token {
        let labels: Vec<String> =
            self.message.document.buttons.iter().map(|button| say(&button.label)).collect();
        let at = labels.iter().position(|said| said == label);
        self.message.tokens[at.unwrap_or_else(|| panic!("no button {label:?} among {labels:?}"))].clone()
    }
}

/// Read once: whoever waits for words renders all messages at each new one, and holds the door meanwhile.
static TEXTS: LazyLock<Arc<Texts>> = LazyLock::new(|| patchbay::texts::load("en").unwrap().into());

pub fn texts() -> Arc<Texts> {
    TEXTS.clone()
}

fn say(text: &Text) -> String {
    TEXTS.render(text, &Reader::default(), now())
}

/// The message in words, one block a line.
pub fn plain(message: &Message) -> String {
    document(&message.document, &message.files)
}

fn document(document: &Document, files: &[Vec<u8>]) -> String {
    use patchbay::model::Block;
    let mut files = files.iter();
    let mut lines = Vec::new();
    for block in &document.blocks {
        match block {
            Block::Line { sign, text } => {
                lines.push(format!("{} {}", sign.glyph(), say(text)).trim().to_owned())
            }
            Block::Detail { sign, text } => {
                lines.push(format!("   {} {}", sign.glyph(), say(text)).trim_end().to_owned());
            }
            Block::Table(table) => {
                for row in &table.rows {
                    lines.push(row.iter().map(say).collect::<Vec<_>>().join(" | "));
                }
            }
            Block::Raw(text) => lines.push(text.clone()),
            Block::File { name, .. } => {
                let bytes = files.next().cloned().unwrap_or_default();
                lines.push(format!("file {name}\n{}", String::from_utf8_lossy(&bytes)));
            }
            Block::Listing { name, lines: listed } => {
                lines.push(format!("file {name}"));
                lines.extend(listed.iter().map(say));
            }
            Block::Picture(picture) => lines.push(format!("picture {}", say(&picture.title))),
            Block::Progress { done, failed, total } => lines.push(format!("[{done} {failed} {total}]")),
        }
    }
    for button in &document.buttons {
        lines.push(format!("[{}]", say(&button.label)));
    }
    lines.join("\n")
}

impl Listen for Desk {
    fn listen(
        self: Arc<Self>,
        intake: Intake,
        stop: CancellationToken,
    ) -> Later<'static, Result<(), patchbay::channel::ChannelError>> {
        Box::pin(async move {
            self.intake.send_replace(Some(intake));
            stop.cancelled().await;
            self.intake.send_replace(None);
            Ok(())
        })
    }

    fn request(&self, update: &Update) -> Option<Request> {
        let raw: serde_json::Value = serde_json::from_str(&update.raw).ok()?;
        let word = |name: &str| raw.get(name).and_then(|word| word.as_str()).map(str::to_owned);
        let place = |address| Destination { channel: self.name.to_owned(), address };
        let what = match (word("line"), word("press"), word("moved"), raw.get("edited")) {
            (Some(line), ..) => What::Line(line),
            (None, Some(token), ..) => What::Press(Token(token)),
            (None, None, Some(from), _) => What::Moved { from: place(from) },
            (None, None, None, Some(line)) => {
                let why = if raw.get("anonymous").is_some() { Unfit::Anonymous } else { Unfit::Edited };
                What::Unfit { why, line: line.as_str().unwrap_or_default().to_owned() }
            }
            (None, None, None, None) => What::Leave,
        };
        let said = |name: &str, default| raw.get(name).and_then(|said| said.as_bool()).unwrap_or(default);
        let scene = Scene {
            called: word("called"),
            title: word("title"),
            addressed: said("addressed", true),
            private: said("private", true),
            unseen: said("unseen", false),
        };
        Some(Request {
            asker: Identity { channel: self.name.to_owned(), external: raw.get("who")?.as_str()?.to_owned() },
            place: place(word("place").unwrap_or_else(|| "room".to_owned())),
            thread: word("thread").map(Thread),
            what,
            scene,
        })
    }
}

impl Deliver for Desk {
    fn pace(&self) -> Duration {
        Duration::from_millis(10)
    }

    fn deliver<'a>(&'a self, message: &'a Message) -> Later<'a, Result<Receipt, SendError>> {
        Box::pin(async move {
            let fails = self.manners.lock().unwrap().fails;
            if let Some(error) = fails(message) {
                return Err(error);
            }
            self.sent.send_modify(|sent| sent.push(message.clone()));
            Ok(Receipt { parts: vec![MessageRef(message.slot.0.clone())] })
        })
    }

    fn turn(&self, message: &Message) -> Duration {
        (self.manners.lock().unwrap().turn)(message)
    }

    fn edits_are_silent(&self) -> bool {
        self.manners.lock().unwrap().silent_edits
    }

    fn show_menus<'a>(&'a self, menus: &'a [Menu]) -> Later<'a, Result<(), SendError>> {
        Box::pin(async move {
            self.menus.send_modify(|shown| shown.push(menus.to_vec()));
            Ok(())
        })
    }

    /// Only the first desk is one that alerts go to by themselves.
    fn homes(&self) -> Vec<Destination> {
        let room = Destination { channel: DESK.to_owned(), address: "room".to_owned() };
        if self.name == DESK { vec![room] } else { Vec::new() }
    }
}
