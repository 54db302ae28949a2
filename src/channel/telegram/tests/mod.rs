//! The door against the lab's service, over the real protocol; what flow does is played by each test.

mod delivering;
mod layout;
mod listening;
mod reading;
mod tables;

use super::*;
use crate::channel::{Acknowledgement, Received};
use crate::lab::telegram as lab;
use crate::model::outbound::MessageRef;
use crate::model::written::{Section, Source};
use crate::model::*;
use std::collections::BTreeMap;
use tokio::sync::mpsc;

/// Nothing that a test waits for takes longer.
const SOON: Duration = Duration::from_secs(20);

async fn soon<T>(what: &str, wait: impl Future<Output = T>) -> T {
    tokio::time::timeout(SOON, wait).await.unwrap_or_else(|_| panic!("{what} did not come"))
}

/// The sentences that a chat itself says, as its catalogue file has them.
fn texts() -> Arc<Texts> {
    let file: toml::Table = include_str!("../../../../config/texts/en/chat.toml").parse().unwrap();
    Arc::new(Texts::new(file.into_iter().map(|(key, sentence)| {
        (format!("chat.{key}"), text::Entry::Plain(sentence.as_str().unwrap().to_owned()))
    })))
}

/// The channel of a settings table, or what is wrong with it.
fn open(text: &str, secrets: &[(&str, &str)]) -> (Option<Channel>, Vec<String>) {
    let section = Section::whole(&Source::new("bot.toml", text)).unwrap();
    let secrets = secrets.iter().map(|(key, word)| ((*key).to_owned(), Secret::new(*word))).collect();
    let shared = Shared {
        texts: texts(),
        words: vec!["/status".to_owned(), "R1".to_owned()],
        data: std::path::PathBuf::new(),
        installation: "here".to_owned(),
        vault: Arc::new(crate::channel::port::Unkept),
        reaches: Arc::new(crate::channel::port::Unkept),
    };
    let (opened, problems) = section.read(|fields| {
        for key in ["token_file", "token_env", "proxy_file", "proxy_env"] {
            fields.has(key);
        }
        opened(&Setup { name: "tg", fields, secrets: &secrets, files: &BTreeMap::new() }, &shared)
    });
    (opened.map(|opened| opened.channel), problems.iter().map(ToString::to_string).collect())
}

/// The service, the door to it, and what the door hands in.
struct Bench {
    service: lab::Telegram,
    door: Channel,
    updates: mpsc::Receiver<Received>,
    stop: CancellationToken,
    listening: tokio::task::JoinHandle<Result<(), ChannelError>>,
}

impl Bench {
    async fn new() -> Bench {
        Bench::with(lab::Plan::default()).await
    }

    async fn with(plan: lab::Plan) -> Bench {
        let service = lab::Telegram::start(plan).await.unwrap();
        let door = door(&service, &service.token());
        Bench::at(service, door)
    }

    #[expect(clippy::disallowed_methods, reason = "the test is the one who runs the loop")]
    fn at(service: lab::Telegram, door: Channel) -> Bench {
        let (intake, updates) = mpsc::channel(256);
        let stop = CancellationToken::new();
        let listening = tokio::spawn(door.listen.clone().unwrap().listen(intake, stop.clone()));
        Bench { service, door, updates, stop, listening }
    }

    async fn next(&mut self) -> Received {
        soon("an update", self.updates.recv()).await.unwrap()
    }

    /// The next update, acknowledged.
    async fn got(&mut self) -> Update {
        let received = self.next().await;
        (received.acknowledge)(Acknowledgement::Got);
        received.update
    }

    async fn send(&self, message: &Message) -> Result<Receipt, SendError> {
        soon("an answer", self.door.deliver.deliver(message)).await
    }

    /// Until the queue is empty, and the loop knows it.
    async fn drained(&self) {
        let waits = |call: &lab::Call| call.method == "getUpdates" && call.args["timeout"].as_u64() > Some(0);
        soon("a long poll", self.service.call(waits)).await;
    }
}

fn door(service: &lab::Telegram, token: &str) -> Channel {
    let table = format!("token_file = \"x\"\nhome = [\"-100\"]\napi_url = \"{}\"\n", service.base_url());
    let (door, problems) = open(&table, &[("token", token)]);
    assert_eq!(problems, [""; 0]);
    door.unwrap()
}

fn message(chat: i64, slot: &str, document: Document) -> Message {
    Message {
        id: OutboundId(1),
        slot: Slot(slot.to_owned()),
        version: 1,
        place: Destination { channel: "tg".to_owned(), address: chat.to_string() },
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

fn button(name: &str, label: &str) -> Button {
    Button {
        name: name.to_owned(),
        label: said(label),
        action: Action::Run { line: "/status".to_owned() },
        who: Who::WhoeverMay,
        until: Timestamp(0),
        uses: Uses::Many,
    }
}

fn picture() -> Block {
    Block::Picture(Picture {
        title: said("R1 Gi1 to ISP-A"),
        name: "R1-Gi1".to_owned(),
        curves: Vec::new(),
        from: Timestamp(0),
        to: Timestamp(0),
        unit: metric::Unit::Percent,
        capacity: None,
        marks: Vec::new(),
        simulated_until: None,
    })
}

/// A real picture of one colour.
fn drawn(colour: u8) -> Drawn {
    let mut png = std::io::Cursor::new(Vec::new());
    let image = image::GrayImage::from_pixel(90, 30, image::Luma([colour]));
    image.write_to(&mut png, image::ImageOutputFormat::Png).unwrap();
    Drawn { name: "R1-Gi1-1402.png".to_owned(), png: png.into_inner(), sparklines: Vec::new() }
}

fn file(name: &str, number: i64) -> Block {
    Block::File { name: name.to_owned(), attachment: AttachmentId(number), bytes: 3 }
}
