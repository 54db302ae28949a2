//! Slack as people see it: the door against the lab's workspace, over real HTTP and real sockets.

mod answers;
mod blocks;
mod files;
mod limits;
mod manifest;
mod requests;
mod secrets;
mod sockets;
mod table;
mod whispers;

use super::*;
use crate::channel::Received;
use crate::lab::{self, SlackPlan};
use crate::model::*;
use serde_json::Value;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

/// The sentences of a chat and of this door, as their catalogue files have them.
fn texts() -> Arc<Texts> {
    let files = [
        ("chat", include_str!("../../../../config/texts/en/chat.toml")),
        ("slack", include_str!("../../../../config/texts/en/slack.toml")),
    ];
    let sentences = files.into_iter().flat_map(|(area, text)| {
        let file: std::collections::BTreeMap<String, text::Entry> = toml::from_str(text).unwrap();
        file.into_iter().map(move |(key, entry)| (format!("{area}.{key}"), entry))
    });
    Arc::new(Texts::new(sentences))
}

/// A workspace with a person and a channel in which both are, and the door to it.
struct Room {
    lab: lab::Slack,
    anna: String,
    noc: String,
    door: Arc<Slack>,
    next: std::sync::atomic::AtomicI64,
}

fn hurried() -> SlackPlan {
    SlackPlan {
        acknowledge_within: Duration::from_millis(300),
        retries: [0, 50, 50].map(Duration::from_millis).into(),
        ping_every: Duration::from_millis(100),
        ..SlackPlan::default().with_commands(["/net", "/backup"])
    }
}

fn short() -> Waits {
    Waits {
        deaf: Duration::from_millis(600),
        least: Duration::from_millis(20),
        most: Duration::from_millis(100),
        refused: Duration::from_millis(150),
        leaving: Duration::from_millis(200),
        good: Duration::from_millis(50),
    }
}

async fn room() -> Room {
    room_of(hurried(), short()).await
}

async fn room_of(plan: SlackPlan, waits: Waits) -> Room {
    let lab = lab::Slack::start(plan).await.unwrap();
    let anna = lab.add_user("anna", "Anna Lab", "Asia/Ho_Chi_Minh");
    let noc = lab.add_channel("noc", &[&anna, lab.bot_user()]);
    let door = door(&lab.api_url(), None, "xoxb-lab", "xapp-lab", waits);
    Room { lab, anna, noc, door, next: 0.into() }
}

fn door(api_url: &str, proxy: Option<&str>, bot: &str, app: &str, waits: Waits) -> Arc<Slack> {
    let proxy = proxy.map(|typed| road::Proxy::read(typed).unwrap());
    let road = road::road(proxy.as_ref()).unwrap();
    let url = Url::parse(api_url).unwrap();
    let api = Api::new(road.clone(), Some(&url), &Secret::new(bot), &Secret::new(app));
    Arc::new(Slack {
        name: "slack".to_owned(),
        home: vec!["C0123456789".to_owned()],
        texts: texts(),
        ours: vec!["/diff".to_owned()],
        presence: Presence::default(),
        fields: Instants::default(),
        api: api.with_answers_within(Duration::from_secs(5)),
        road,
        budgets: Budgets::default(),
        unfinished: Unfinished::default(),
        typed: Typed::default(),
        bot: OnceCell::new(),
        token_named: std::sync::Mutex::default(),
        waits,
    })
}

/// The door while it listens.
struct Ear {
    updates: mpsc::Receiver<Received>,
    stop: CancellationToken,
    listening: JoinHandle<Result<(), ChannelError>>,
}

impl Ear {
    async fn next(&mut self) -> Received {
        self.updates.recv().await.unwrap()
    }

    async fn stopped(self) {
        self.stop.cancel();
        self.listening.await.unwrap().unwrap();
    }
}

impl Room {
    fn listen(&self) -> Ear {
        let (intake, updates) = mpsc::channel(256);
        let stop = CancellationToken::new();
        let listening = tokio::spawn(Arc::clone(&self.door).listen(intake, stop.clone()));
        Ear { updates, stop, listening }
    }

    async fn heard(&self) -> Ear {
        let ear = self.listen();
        self.lab.greeted(1).await;
        ear
    }

    /// The first version of a message for the channel.
    fn message(&self, document: Document) -> Message {
        let number = self.next.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        Message { slot: Slot(format!("slot{number}")), ..message(&self.noc, document) }
    }

    async fn sent(&self, message: &Message) -> Receipt {
        self.door.deliver(message).await.unwrap()
    }

    fn standing(&self) -> Vec<lab::SlackMessage> {
        self.lab.messages(&self.noc)
    }
}

fn message(place: &str, document: Document) -> Message {
    Message {
        id: OutboundId(1),
        slot: Slot("a".to_owned()),
        version: 1,
        place: Destination { channel: "slack".to_owned(), address: place.to_owned() },
        thread: None,
        parts: Vec::new(),
        reply_to: None,
        class: Class::Result,
        only: None,
        tokens: document.buttons.iter().enumerate().map(|(at, _)| Token(format!("{at:032x}"))).collect(),
        document,
        files: Vec::new(),
        pictures: Vec::new(),
        reader: Reader::default(),
        repeat: false,
        now: Timestamp(0),
    }
}

fn said(words: &str) -> Text {
    Text::verbatim(words)
}

fn line(words: &str) -> Document {
    Document::line(Sign::Done, said(words), Ending::Well)
}

fn button(name: &str, label: &str, action: Action) -> Button {
    Button {
        name: name.to_owned(),
        label: said(label),
        action,
        who: Who::WhoeverMay,
        until: Timestamp(0),
        uses: Uses::Once,
    }
}

fn run(line: &str) -> Action {
    Action::Run { line: line.to_owned() }
}

fn answer(words: Option<&str>) -> Action {
    Action::Answer { dialog: DialogId(1), words: words.map(str::to_owned) }
}

#[test]
fn addresses_are_ids_of_channels() {
    for (address, fit) in [
        ("C0123456789", true),
        ("D01ABC", true),
        ("G01ABC", true),
        ("U01ABC", false),
        ("#noc", false),
        ("C01 2", false),
        ("c0123", false),
        ("C1", false),
    ] {
        assert_eq!(fits(address), fit, "{address}");
    }
}

#[test]
fn nothing_that_can_be_printed_holds_a_token_or_a_ticket() {
    let ticket = api::Ticket(Url::parse("wss://socket.example/link/?ticket=made-up").unwrap());
    assert_eq!(format!("{ticket:?}"), "***");
}
