//! Mail as a server that others wrote sees it: TLS, login, refusals, lost answers, threads, pictures.

use crate::peer::{MailServer, PASSWORD, USER};
use crate::world::{PATIENCE, Plan, World, now};
use patchbay::channel::{Channel, Deliver, KINDS, Later, Setup, Shared};
use patchbay::lab::LabPlan;
use patchbay::model::outbound::{Fate, MessageRef};
use patchbay::model::picture::{Drawn, Picture, Sparkline};
use patchbay::model::{
    Action, Block, Button, Class, Destination, Document, Ending, Message, Outbound, OutboundId, Reader,
    Receipt, SendError, Sign, Slot, Text, Timestamp, Unit, Uses, Who,
};
use patchbay::settings::Settings;
use patchbay::store::{StoreError, Topic, View};
use serde_json::Value;
use std::sync::Arc;
use std::time::Duration;

/// The channel as settings open it, in more of a hurry than a mail server would like.
struct Hasty(Arc<dyn Deliver>);

impl Deliver for Hasty {
    fn pace(&self) -> Duration {
        self.0.pace()
    }

    fn deliver<'a>(&'a self, message: &'a Message) -> Later<'a, Result<Receipt, SendError>> {
        self.0.deliver(message)
    }

    fn patience(&self, attempts: u32) -> Duration {
        self.0.patience(attempts) / 1_000
    }

    fn homes(&self) -> Vec<Destination> {
        self.0.homes()
    }
}

/// The kind of the example settings that is no chat.
fn channel(name: &str, server: &MailServer, door: &str, authority: &str) -> Channel {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    std::fs::write(path("ca.pem"), authority).unwrap();
    for (name, text) in [("key", "made-up"), ("password", PASSWORD)] {
        use std::os::unix::fs::OpenOptionsExt;
        let mut options = std::fs::OpenOptions::new();
        let mut file = options.create(true).write(true).truncate(true).mode(0o600).open(path(name)).unwrap();
        std::io::Write::write_all(&mut file, text.as_bytes()).unwrap();
    }
    let tls = if door == "implicit" { "implicit" } else { "starttls" };
    let text = format!(
        "master_key_file = \"key\"\n[channel.{name}]\nkind = \"email\"\nhost = \"localhost\"\nport = {}\n\
         tls = \"{tls}\"\nca_file = \"ca.pem\"\nuser = \"{USER}\"\npassword_file = \"password\"\n\
         from = \"Patchbay <patchbay@example.net>\"\nto = [\"noc@example.net\", \"night@example.net\"]\n",
        server.port(door)
    );
    std::fs::write(path("patchbay.toml"), text).unwrap();
    let settings = Settings::load(&path("patchbay.toml"), |_| Vec::new()).unwrap();
    let [table] = settings.channels.as_slice() else { panic!("one channel") };
    let kind = KINDS.iter().find(|kind| kind.name == table.kind).unwrap();
    let shared = Shared {
        texts: crate::world::texts(),
        words: Vec::new(),
        data: path("data"),
        installation: "test".to_owned(),
        vault: Arc::new(patchbay::channel::port::Unkept),
        reaches: Arc::new(patchbay::channel::port::Unkept),
    };
    let (opened, problems) = table.read(|fields| {
        let table = Setup { name: &table.name, fields, secrets: &table.secrets, files: &table.files };
        (kind.open)(&table, &shared)
    });
    assert_eq!(problems, []);
    let channel = opened.unwrap().channel;
    Channel { deliver: Arc::new(Hasty(channel.deliver.clone())), ..channel }
}

async fn world(channels: Vec<Channel>) -> World {
    World::new(Plan { lab: LabPlan::one("R1"), channels, ..Plan::default() }).await
}

fn place(channel: &str, address: &str) -> Destination {
    Destination { channel: channel.to_owned(), address: address.to_owned() }
}

fn notice(slot: &str, place: Destination, sign: Sign, words: &str) -> Outbound {
    Outbound {
        slot: Slot(slot.to_owned()),
        place,
        thread: None,
        reply_to: None,
        class: Class::Alert,
        only: None,
        document: Document::line(sign, Text::verbatim(words), Ending::Well),
        not_before: None,
        expires: None,
    }
}

fn alert(slot: &str, place: Destination) -> Outbound {
    notice(slot, place, Sign::Critical, "R3 CPU 94 % (danang)")
}

async fn post(world: &World, outbound: Outbound) -> OutboundId {
    world.write(move |work| work.post(&outbound, now())).await
}

/// Waits until the store says so.
async fn until(
    world: &World,
    question: impl Fn(&View<'_>) -> Result<bool, StoreError> + Send + Clone + 'static,
) {
    let store = world.bot.store();
    let mut changes = store.changes();
    let asked = async {
        while !store.read(question.clone()).await.unwrap() {
            changes.of(&[Topic::Outbox]).await;
        }
    };
    tokio::time::timeout(PATIENCE, asked).await.expect("the store never said so");
}

async fn becomes(world: &World, outbound: &Outbound, fate: Fate) {
    let (slot, place) = (outbound.slot.clone(), outbound.place.clone());
    until(world, move |view| Ok(view.fate(&slot, &place)? == fate)).await;
}

async fn fate(world: &World, outbound: &Outbound) -> Fate {
    let (slot, place) = (outbound.slot.clone(), outbound.place.clone());
    world.bot.store().read(move |view| view.fate(&slot, &place)).await.unwrap()
}

fn header<'a>(mail: &'a Value, name: &str) -> &'a str {
    mail["headers"][name].as_str().unwrap_or_default()
}

fn part<'a>(mail: &'a Value, kind: &str) -> &'a Value {
    let parts = mail["parts"].as_array().unwrap();
    parts.iter().find(|part| part["type"] == kind).unwrap_or_else(|| panic!("no {kind} in {mail:#}"))
}

fn decoded(part: &Value) -> Vec<u8> {
    use base64::Engine;
    base64::engine::general_purpose::STANDARD.decode(part["base64"].as_str().unwrap()).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_alert_arrives_whole_over_starttls_with_a_login() {
    let Some(server) = MailServer::start("an_alert_arrives_whole_over_starttls_with_a_login").await else {
        return;
    };
    let world = world(vec![channel("mail", &server, "starttls", &server.authority)]).await;
    let mut message = alert("incident/1", place("mail", "noc@example.net"));
    message.document = message
        .document
        .with_detail(Text::verbatim("5 min over 90 % <script>alert(1)</script> & more\r\nBcc: x@example.net"))
        .with(Block::Listing { name: "top.txt".to_owned(), lines: vec![Text::verbatim("process 1: 80 %")] })
        .with_button(Button {
            name: "ack".to_owned(),
            label: Text::verbatim("Acknowledge"),
            action: Action::Run { line: "/ack 7".to_owned() },
            who: Who::WhoeverMay,
            until: Timestamp(i64::MAX),
            uses: Uses::Once,
        });
    post(&world, message.clone()).await;
    let mail = server.mail_to("noc@example.net").await;
    assert_eq!((&mail["door"], &mail["tls"]), (&"starttls".into(), &true.into()));
    let logins: Vec<Value> = server.all().into_iter().filter(|event| event.get("login").is_some()).collect();
    assert_eq!(logins.len(), 1);
    assert_eq!((&logins[0]["login"], &logins[0]["tls"]), (&true.into(), &true.into()), "inside TLS only");
    assert_eq!(header(&mail, "subject"), "[Patchbay] critical: R3 CPU 94 % (danang)");
    assert_eq!(header(&mail, "from"), "Patchbay <patchbay@example.net>");
    assert_eq!(header(&mail, "to"), "noc@example.net");
    assert_eq!(header(&mail, "auto-submitted"), "auto-generated");
    assert_eq!((header(&mail, "bcc"), &mail["defects"]), ("", &Value::Array(Vec::new())));
    let kinds: Vec<&str> =
        mail["parts"].as_array().unwrap().iter().map(|part| part["type"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["text/plain", "text/html", "text/plain"], "text first");
    let text = part(&mail, "text/plain")["text"].as_str().unwrap().to_owned();
    assert!(text.starts_with("🔴 R3 CPU 94 % (danang)\n   5 min over 90 % <script>"), "{text}");
    assert!(text.trim_end().ends_with("\n\nAcknowledge in chat: /ack 7"), "{text}");
    let html = part(&mail, "text/html")["text"].as_str().unwrap().to_owned();
    assert!(html.contains("&lt;script&gt;alert(1)&lt;/script&gt; &amp; more<br>Bcc"), "{html}");
    assert!(!html.contains("<script") && !html.contains("http"), "{html}");
    let file = &mail["parts"][2];
    assert_eq!((&file["name"], &file["disposition"]), (&"top.txt".into(), &"attachment".into()));
    assert_eq!(String::from_utf8(decoded(file)).unwrap().trim_end(), "process 1: 80 %");
    becomes(&world, &message, Fate::Delivered).await;
    let (slot, place) = (message.slot.clone(), message.place.clone());
    let parts = world.bot.store().read(move |view| view.parts(&slot, &place)).await.unwrap();
    assert_eq!(parts, [MessageRef(header(&mail, "message-id").to_owned())]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_recovery_is_a_reply_and_a_newer_version_is_no_second_mail() {
    let Some(server) = MailServer::start("a_recovery_is_a_reply_and_a_newer_version_is_no_second_mail").await
    else {
        return;
    };
    let world = world(vec![channel("post", &server, "implicit", &server.authority)]).await;
    let firing = alert("incident/1", place("post", "noc@example.net"));
    post(&world, firing.clone()).await;
    becomes(&world, &firing, Fate::Delivered).await;
    post(&world, notice("incident/1", firing.place.clone(), Sign::Critical, "R3 CPU 97 % (danang)")).await;
    let mut over = notice("incident/1/end", firing.place.clone(), Sign::Done, "R3 CPU 41 % (danang)");
    over.reply_to = Some(firing.slot.clone());
    post(&world, over.clone()).await;
    becomes(&world, &over, Fate::Delivered).await;
    until(&world, |view| Ok(view.unsent()? == 0)).await;
    server.many(2, |event| event.get("headers").is_some()).await;
    let mails = server.mails();
    let [first, second] = mails.as_slice() else { panic!("two mails, not {mails:#?}") };
    assert_eq!((&first["door"], &first["tls"]), (&"implicit".into(), &true.into()));
    assert_eq!(header(second, "subject"), "[Patchbay] recovered: R3 CPU 41 % (danang)");
    let id = header(first, "message-id");
    assert!(id.starts_with('<') && id.ends_with("@example.net>"), "{id}");
    assert_eq!((header(second, "in-reply-to"), header(second, "references")), (id, id));
    assert_ne!(header(second, "message-id"), id);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_trust_or_tls_nothing_is_sent_and_nothing_is_lost() {
    let Some(server) = MailServer::start("without_trust_or_tls_nothing_is_sent_and_nothing_is_lost").await
    else {
        return;
    };
    let world = world(vec![
        channel("wrong", &server, "starttls", &server.stranger),
        channel("wrong2", &server, "implicit", &server.stranger),
        channel("clear", &server, "plain", &server.authority),
        channel("good", &server, "starttls", &server.authority),
    ])
    .await;
    for (name, why) in [("wrong", "not trusted"), ("wrong2", "not trusted"), ("clear", "no STARTTLS")] {
        let message = alert(name, place(name, "noc@example.net"));
        let id = post(&world, message.clone()).await;
        until(&world, move |view| Ok(view.tries(id)? >= 2 && view.why(id)?.is_some())).await;
        assert_ne!(fate(&world, &message).await, Fate::Dead, "{name}");
        let told = world.bot.store().read(move |view| view.why(id)).await.unwrap().unwrap();
        assert!(told.contains(why) && told.contains("nothing was sent"), "{name}: {told}");
    }
    post(&world, alert("good", place("good", "good@example.net"))).await;
    server.mail_to("good@example.net").await;
    assert_eq!(server.mails().len(), 1);
    let logins = server.all().into_iter().filter(|event| event.get("login").is_some());
    assert!(logins.clone().all(|login| login["door"] == "starttls"), "{:?}", logins.collect::<Vec<_>>());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_try_carries_the_same_name() {
    let Some(server) = MailServer::start("a_second_try_carries_the_same_name").await else { return };
    let world = world(vec![channel("mail", &server, "starttls", &server.authority)]).await;
    let later = alert("a", place("mail", "later@example.net"));
    post(&world, later.clone()).await;
    let mail = server.mail_to("later@example.net").await;
    let put_off = server.until(|event| event.get("put_off").is_some()).await;
    assert_eq!(put_off["put_off"], header(&mail, "message-id"), "451, then taken");
    becomes(&world, &later, Fate::Delivered).await;

    let dropped = alert("b", place("mail", "drop@example.net"));
    post(&world, dropped.clone()).await;
    becomes(&world, &dropped, Fate::Delivered).await;
    // It was taken, the answer was lost, and it was sent again.
    let mails = server.many(2, |event| event["to"][0] == "drop@example.net").await;
    assert_eq!(header(&mails[0], "message-id"), header(&mails[1], "message-id"));

    let slow = alert("c", place("mail", "slow@example.net"));
    post(&world, slow.clone()).await;
    becomes(&world, &slow, Fate::Delivered).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_refused_for_good_is_told_elsewhere_and_can_be_tried_again() {
    let Some(server) =
        MailServer::start("what_is_refused_for_good_is_told_elsewhere_and_can_be_tried_again").await
    else {
        return;
    };
    let world = world(vec![channel("mail", &server, "starttls", &server.authority)]).await;
    assert_eq!(world.ask("/dlq").await.text, "✅ Everything was delivered");
    let refused = alert("incident/1", place("mail", "refuse@example.net"));
    let id = post(&world, refused.clone()).await;
    let beside = alert("incident/1", place("mail", "noc@example.net"));
    post(&world, beside.clone()).await;
    becomes(&world, &refused, Fate::Dead).await;
    becomes(&world, &beside, Fate::Delivered).await;

    let told = world.desk.until_any(|message| message.slot.0.starts_with("undelivered/")).await;
    assert!(told.text.starts_with("⚠️ mail:refuse@example.net is failing since "), "{}", told.text);
    assert!(told.text.ends_with("undelivered: 1. /dlq shows why."), "{}", told.text);
    let second = alert("incident/2", place("mail", "refuse@example.net"));
    post(&world, second.clone()).await;
    let slot = told.message.slot.0.clone();
    let again = world.desk.until(&slot, |message| message.version == 2).await;
    assert!(again.text.ends_with("undelivered: 2. /dlq shows why."), "one message, edited: {}", again.text);

    let list = world.ask("/dlq").await;
    assert_eq!(list.first_line(), "⚠️ 2 messages could not be delivered");
    let why = "R3 CPU 94 % (danang). Why: the mail server does not take mail for this address (550)";
    assert!(list.text.contains(why), "{}", list.text);
    let one = world.ask(&format!("/dlq {}", id.0)).await;
    assert_eq!(one.first_line(), format!("⚠️ {id} to mail:refuse@example.net was not delivered"));
    assert!(one.text.contains("tries: 1"), "{}", one.text);
    let viewer = world.desk.line_as("bob", &format!("/dlq {} retry", id.0)).await;
    let viewer = world.desk.ended(&viewer).await;
    assert_eq!(viewer.first_line(), format!("⛔ Only an operator sends {id} again"));
    assert_eq!(fate(&world, &refused).await, Fate::Dead);
    world.desk.press("ann", &list.button(&format!("Try {id} again"))).await;
    let again = format!("✅ {id} is on its way to mail:refuse@example.net again");
    world.desk.until_any(|message| crate::world::plain(message) == again).await;
    server.many(3, |event| event.get("refused").is_some()).await;
    becomes(&world, &refused, Fate::Dead).await;
}

/// Pictures are drawn by the corridor; here one is given.
fn with_a_picture(place: Destination) -> (Message, Vec<u8>) {
    let mut png = std::io::Cursor::new(Vec::new());
    let image = image::RgbImage::from_pixel(4, 3, image::Rgb([10, 200, 30]));
    image::DynamicImage::ImageRgb8(image).write_to(&mut png, image::ImageOutputFormat::Png).unwrap();
    let png = png.into_inner();
    let picture = Picture {
        title: Text::verbatim("R1 Gi1 <to> \"ISP-A\""),
        name: "R1-Gi1".to_owned(),
        curves: Vec::new(),
        from: Timestamp(0),
        to: now(),
        unit: Unit::BitsPerSecond,
        capacity: None,
        marks: Vec::new(),
        simulated_until: None,
    };
    let outbound = alert("incident/1", place);
    let message = Message {
        id: OutboundId(1),
        slot: outbound.slot,
        version: 1,
        place: outbound.place,
        thread: None,
        parts: Vec::new(),
        reply_to: None,
        class: outbound.class,
        only: None,
        document: outbound.document.with(Block::Picture(picture)),
        tokens: Vec::new(),
        files: Vec::new(),
        pictures: vec![Drawn {
            name: "R1-Gi1.png".to_owned(),
            png: png.clone(),
            sparklines: vec![Sparkline {
                label: Text::verbatim("in"),
                bars: "▂▃▅▇▅".to_owned(),
                note: Text::verbatim("peak 640 Mb/s at 13:20"),
            }],
        }],
        reader: Reader::default(),
        repeat: false,
        now: now(),
    };
    (message, png)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_picture_stands_in_the_page_and_comes_with_it() {
    let Some(server) = MailServer::start("a_picture_stands_in_the_page_and_comes_with_it").await else {
        return;
    };
    let channel = channel("mail", &server, "starttls", &server.authority);
    assert_eq!(channel.deliver.homes().len(), 2);
    let (message, png) = with_a_picture(place("mail", "noc@example.net"));
    channel.deliver.deliver(&message).await.unwrap();
    let mail = server.mail_to("noc@example.net").await;
    assert_eq!(mail["kind"], "multipart/alternative");
    let picture = part(&mail, "image/png");
    assert_eq!(decoded(picture), png);
    assert_eq!(picture["disposition"], "inline");
    let cid = picture["cid"].as_str().unwrap().trim_matches(['<', '>']);
    let html = part(&mail, "text/html")["text"].as_str().unwrap().to_owned();
    assert!(
        html.contains(&format!("<img src=\"cid:{cid}\" alt=\"R1 Gi1 &lt;to&gt; &quot;ISP-A&quot;\"")),
        "{html}"
    );
    let text = part(&mail, "text/plain")["text"].as_str().unwrap().to_owned();
    assert!(text.contains("in  ▂▃▅▇▅  peak 640 Mb/s at 13:20"), "{text}");
    let shown = image::load_from_memory(&decoded(picture)).unwrap();
    assert_eq!((shown.width(), shown.height()), (4, 3));
}
