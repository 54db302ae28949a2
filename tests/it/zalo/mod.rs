//! A whole bot whose people sit at Zalo: alerts, answers, a window that is over, tokens that are refused. The service
//! is the lab's, over the real protocol.

mod process;

use crate::chats::soon;
use crate::clock::{Clock, RULES, routers, rules, watched};
use crate::world::{DESK, Plan as WorldPlan, World, texts};
use chrono::TimeDelta;
use patchbay::app::services::Services;
use patchbay::channel::port::{Pair, Reaches, Vault};
use patchbay::channel::{Channel, KINDS, Later, Setup, Shared};
use patchbay::device::MasterKey;
use patchbay::lab::Fault;
use patchbay::lab::zalo::{Person, Plan, Zalo};
use patchbay::model::written::{Section, Source};
use patchbay::model::{
    Class, Destination, Document, Ending, Identity, Message, Outbound, Secret, Sign, Slot, Text, Timestamp,
};
use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

const ZL: &str = "zl";

/// The ports of a house that comes to life after its doors.
#[derive(Default)]
struct Ports(OnceLock<Services>);

impl Ports {
    fn services(&self) -> Result<&Services, String> {
        self.0.get().ok_or_else(|| "not alive yet".to_owned())
    }
}

type Done<'a, T> = Later<'a, Result<T, String>>;

impl Vault for Ports {
    fn pair<'a>(&'a self, channel: &'a str) -> Done<'a, Option<Pair>> {
        Box::pin(async move { self.services()?.pair(channel).await })
    }

    fn renewing<'a>(&'a self, channel: &'a str) -> Done<'a, ()> {
        Box::pin(async move { self.services()?.renewing(channel).await })
    }

    fn keep<'a>(&'a self, channel: &'a str, pair: &'a Pair) -> Done<'a, ()> {
        Box::pin(async move { self.services()?.keep(channel, pair).await })
    }

    fn broken<'a>(&'a self, channel: &'a str, what: &'a Text) -> Done<'a, ()> {
        Box::pin(async move { self.services()?.broken(channel, what).await })
    }
}

impl Reaches for Ports {
    fn open_until<'a>(&'a self, channel: &'a str, address: &'a str, until: Timestamp) -> Done<'a, ()> {
        Box::pin(async move { self.services()?.open_until(channel, address, until).await })
    }

    fn refused<'a>(&'a self, channel: &'a str, address: &'a str, why: &'a Text) -> Done<'a, ()> {
        Box::pin(async move { self.services()?.refused(channel, address, why).await })
    }

    fn reached<'a>(&'a self, channel: &'a str, address: &'a str) -> Done<'a, ()> {
        Box::pin(async move { self.services()?.reached(channel, address).await })
    }
}

/// The service, one person with a phone, and the bot.
struct Scene {
    service: Zalo,
    ann: Person,
    world: World,
    ports: Arc<Ports>,
}

impl Scene {
    /// Ann wrote to the bot before.
    async fn bot(monitored: bool) -> Scene {
        let service = Zalo::start(Plan::default()).await.unwrap();
        let table = format!("token_file = \"x\"\napi_url = \"{}\"\n", service.base_url());
        let token = service.plan().token;
        let scene = Scene::new(service, &table, &[("token", &token)], monitored).await;
        scene.ann.starts();
        scene
    }

    /// Ann follows the account, and the first pair of tokens is there.
    async fn account(monitored: bool) -> Scene {
        let service = Zalo::start(Plan::default()).await.unwrap();
        let (plan, url) = (service.plan(), service.base_url());
        let table = format!(
            "api = \"oa\"\napp_id = \"{}\"\napp_secret_file = \"x\"\napi_url = \"{url}\"\noauth_url = \"{url}\"\n",
            plan.app_id
        );
        let scene = Scene::new(service, &table, &[("app_secret", &plan.app_secret)], monitored).await;
        scene.ann.follows(TimeDelta::zero());
        scene.seeds().await;
        scene
    }

    async fn new(service: Zalo, table: &str, secrets: &[(&str, &str)], monitored: bool) -> Scene {
        let (ann, ports) = (service.person("Ann"), Arc::<Ports>::default());
        let channel = door(table, secrets, &ports);
        let place = format!("to = [\"{ZL}:{}\"]", ann.id());
        let plan = WorldPlan {
            rules: rules(RULES.replace("to = [\"desk\"]", &place)),
            channels: vec![channel],
            ..watched(routers(&["R1"]))
        };
        let world = World::new(WorldPlan { monitored, ..plan }).await;
        let key = MasterKey::load(&world.folder.path().join("key")).unwrap();
        let services = Services::new(world.bot.store().clone(), &key);
        assert!(ports.0.set(services).is_ok());
        let identity = Identity { channel: ZL.to_owned(), external: ann.id().to_owned() };
        world
            .write(move |work| {
                let person = work.person_by_name("ann")?.unwrap().id;
                work.add_identity(person, &identity)
            })
            .await;
        Scene { service, ann, world, ports }
    }

    /// A new pair of an hour's age, as the command line gives it.
    async fn seeds(&self) {
        let (access, refresh) = self.service.mint();
        let issued_at = Timestamp(crate::world::now().0 - 3_600_000);
        let pair = Pair {
            access: Some(Secret::new(access)),
            refresh: Secret::new(refresh),
            issued_at,
            until: Timestamp(issued_at.0 + 90_000_000),
        };
        self.ports.keep(ZL, &pair).await.unwrap();
    }

    fn place(&self) -> Destination {
        Destination { channel: ZL.to_owned(), address: self.ann.id().to_owned() }
    }

    /// Somebody else who follows the account.
    fn follower(&self, name: &str) -> Person {
        let person = self.service.person(name);
        person.follows(TimeDelta::zero());
        person
    }

    /// Something that is to be told there.
    async fn posts(&self, to: &Person, words: &str) {
        let notice = Outbound {
            slot: Slot(format!("test/{words}")),
            place: Destination { channel: ZL.to_owned(), address: to.id().to_owned() },
            thread: None,
            reply_to: None,
            class: Class::Alert,
            only: None,
            document: Document::line(Sign::Warning, Text::verbatim(words), Ending::Well),
            not_before: None,
            expires: None,
        };
        self.world.write(move |work| work.post(&notice, crate::world::now()).map(drop)).await;
    }
}

fn door(table: &str, secrets: &[(&str, &str)], ports: &Arc<Ports>) -> Channel {
    let section = Section::whole(&Source::new("bot.toml", table)).unwrap();
    let secrets = secrets.iter().map(|(key, word)| ((*key).to_owned(), Secret::new(*word))).collect();
    let kind = KINDS.iter().find(|kind| kind.name == "zalo").unwrap();
    let shared = Shared {
        texts: texts(),
        words: Vec::new(),
        data: std::path::PathBuf::new(),
        installation: "test".to_owned(),
        vault: ports.clone(),
        reaches: ports.clone(),
    };
    let (opened, problems) = section.read(|fields| {
        (kind.open)(&Setup { name: ZL, fields, secrets: &secrets, files: &BTreeMap::new() }, &shared)
    });
    assert_eq!(problems, []);
    opened.unwrap().channel
}

const BUSY: Fault = Fault::Cpu(95);

#[tokio::test(flavor = "multi_thread")]
async fn an_alert_is_told_once_and_its_end_once() {
    let scene = Scene::bot(true).await;
    scene.world.is_well().await;
    scene.world.router("R1").fault(BUSY).await;
    let first = soon("an alert", scene.ann.receives(|text| text.contains("R1 CPU 95 %"))).await;
    assert_eq!(first.lines().count(), 2, "{first}");
    assert!(first.starts_with("🔴 R1 CPU 95 %") && first.ends_with("#1"), "{first}");
    // Taken there, by a line.
    scene.ann.says("/ack 1");
    soon("an answer", scene.ann.receives(|text| text.contains("You are on #1"))).await;
    scene.world.looks("R1", 6).await;
    scene.world.router("R1").clear_fault(&BUSY).await;
    let end = soon("an end", scene.ann.receives(|text| text.contains("R1 CPU back to "))).await;
    assert!(end.starts_with("✅ "), "{end}");
    scene.world.looks("R1", 6).await;
    let count = |words: &str| scene.ann.received().iter().filter(|text| text.contains(words)).count();
    assert_eq!((count("🔴"), count("R1 CPU back to ")), (1, 1), "{:#?}", scene.ann.received());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_people_write_there_is_answered_there() {
    let scene = Scene::bot(false).await;
    scene.ann.says("/whoami");
    let answer = soon("an answer", scene.ann.receives(|text| text.contains("ann"))).await;
    assert!(answer.contains("admin"), "{answer}");
    // The end of work on a router, and no step of it.
    scene.ann.says("/version R1");
    soon("an answer", scene.ann.receives(|text| text.contains("R1 uptime is"))).await;
    assert_eq!(scene.ann.received().len(), 2, "{:#?}", scene.ann.received());
    // A stranger gets the words that an admin needs.
    let eve = scene.service.person("Eve");
    eve.says("/devices");
    let told = soon("an answer", eve.receives(|_| true)).await;
    assert!(told.contains(&format!("{ZL}:{}", eve.id())), "{told}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_of_link_that_is_sent_there_makes_its_sender_known() {
    let scene = Scene::bot(false).await;
    let code = scene.world.ask("/link").await.text;
    let code = regex::Regex::new(r"/link [0-9A-Z-]+").unwrap().find(&code).unwrap().as_str().to_owned();
    let phone = scene.service.person("Ann's other phone");
    phone.says(&code);
    soon("a welcome", phone.receives(|text| text.contains("ann"))).await;
    phone.says("/whoami");
    soon("an answer", phone.receives(|text| text.contains("admin"))).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_alert_for_somebody_whose_window_is_over_is_told_elsewhere_at_once() {
    let scene = Scene::account(true).await;
    scene.world.is_well().await;
    scene.ann.follows(TimeDelta::days(8));
    scene.world.router("R1").fault(BUSY).await;
    let begin = std::time::Instant::now();
    let place = format!("Told here because it could not be delivered to {ZL}:{}", scene.ann.id());
    scene.world.hears(&["R1 CPU 95 %", &place]).await;
    assert!(begin.elapsed().as_secs() < 60, "not after two minutes");
    let refused = scene.service.calls_of("v3.0/oa/message/cs");
    assert_eq!(refused.iter().filter_map(|call| call.code()).collect::<Vec<_>>(), [-230], "once");
    // Whoever asks who hears of what can be told so.
    let asked = scene.place();
    let reach = scene.world.bot.store().read(move |view| view.reach_of(&asked)).await.unwrap();
    assert_eq!(reach.refused.unwrap().key, "zalo.window_over");
    // They show themselves: what is said reaches them, and nothing is refused any more.
    scene.ann.follows(TimeDelta::days(5));
    scene.posts(&scene.ann, "one more").await;
    soon("a message", scene.ann.receives(|text| text.contains("one more"))).await;
    let asked = scene.place();
    scene
        .world
        .stands(move |view| {
            let reach = view.reach_of(&asked)?;
            let days =
                reach.window_ends.map(|ends| (ends.0 - crate::world::now().0 + 43_200_000) / 86_400_000);
            Ok(reach.refused.is_none() && days == Some(2))
        })
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_renewal_is_told_at_another_channel_once_with_the_steps() {
    let scene = Scene::account(false).await;
    scene.service.revoke();
    scene.posts(&scene.ann, "one").await;
    let told = scene.world.hears(&["zl will fall silent", "(-14020)", "patchbay channel tokens zl"]).await;
    assert_eq!(told.message.place.channel, DESK);
    // Whoever is next in line meets the same, and nobody is told again.
    scene.posts(&scene.follower("Bob"), "two").await;
    let tries = |count: usize| scene.service.calls_of("v3.0/oa/message/cs").len() >= count;
    soon("another try", scene.service.call(|_| tries(2))).await;
    let silent = |message: &Message| crate::world::plain(message).contains("fall silent");
    let told = scene.world.desk.all().into_iter().filter(silent);
    assert_eq!(told.count(), 1);
    // New tokens, as the command line gives them: what waited goes out.
    scene.seeds().await;
    let carol = scene.follower("Carol");
    scene.posts(&carol, "three").await;
    soon("a message", carol.receives(|text| text.contains("three"))).await;
    let none = scene.world.bot.store().read(|view| view.untold_troubles(Timestamp(i64::MAX))).await.unwrap();
    assert_eq!(none, []);
}
