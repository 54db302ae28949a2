//! The real program with an Official Account: the first tokens by the command line, a kill at the worst moment, and
//! no secret anywhere.

use crate::chats::{secret, soon};
use crate::process::{Home, Session};
use chrono::TimeDelta;
use patchbay::lab::zalo::{Call, Fault, Person, Plan, Zalo};
use patchbay::lab::{LabPlan, Point};
use patchbay::model::{Class, Destination, Document, Ending, Outbound, Sign, Slot, Text};
use patchbay::store::{Access, Store};
use std::path::Path;

const OAUTH: &str = "v4/oa/access_token";
const CS: &str = "v3.0/oa/message/cs";

struct Place {
    home: Home,
    service: Zalo,
    ann: Person,
}

impl Place {
    async fn new(plan: Plan, more: &str) -> Place {
        let (home, service) = (Home::new(LabPlan::fleet(1)).await, Zalo::start(plan).await.unwrap());
        let (plan, url) = (service.plan(), service.base_url());
        secret(&home.path("token"), &plan.token);
        secret(&home.path("app"), &plan.app_secret);
        home.set(&format!(
            "{more}[channel.zo]\nkind = \"zalo\"\napi = \"oa\"\napp_id = \"{}\"\napp_secret_file = \"app\"\n\
             api_url = \"{url}\"\noauth_url = \"{url}\"\n\
             [channel.zb]\nkind = \"zalo\"\ntoken_file = \"token\"\napi_url = \"{url}\"\n",
            plan.app_id
        ));
        let ann = service.person("Ann");
        ann.follows(TimeDelta::zero());
        ann.starts();
        Place { home, service, ann }
    }

    /// What the bot is to say to ann.
    async fn posts(&self, channel: &str, words: &str) {
        self.posts_to(&self.ann, channel, words).await;
    }

    /// The same to somebody else: whoever met trouble waits.
    async fn posts_to(&self, person: &Person, channel: &str, words: &str) {
        let notice = Outbound {
            slot: Slot(format!("test/{words}")),
            place: Destination { channel: channel.to_owned(), address: person.id().to_owned() },
            thread: None,
            reply_to: None,
            class: Class::Critical,
            only: None,
            document: Document::line(Sign::Done, Text::verbatim(words), Ending::Well),
            not_before: None,
            expires: None,
        };
        let store = Store::open(&self.home.data(), Access::Beside).unwrap();
        store.write(move |work| work.post(&notice, crate::world::now())).await.unwrap();
        store.close().await;
    }

    fn somebody(&self) -> Person {
        let person = self.service.person("Bob");
        person.follows(TimeDelta::zero());
        person.starts();
        person
    }

    fn seed(&self, refresh: &str) {
        let said = self.home.cli_with(&["channel", "tokens", "zo"], &format!("{refresh}\n")).well();
        said.once("zo has new tokens");
    }

    async fn receives(&self, words: &str) {
        soon(words, self.ann.receives(|text| text.contains(words))).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_kill_between_the_disk_and_the_first_use_costs_nothing() {
    let place = Place::new(Plan::default(), "").await;
    let (_, refresh) = place.service.mint();
    place.seed(&refresh);
    let before = place.service.hold(Point::BeforeCall(CS.to_owned()));
    place.posts("zo", "after the kill").await;
    let session = place.home.run();
    soon("a first use", before.reached()).await;
    assert_eq!(place.service.calls_of(OAUTH).len(), 1, "renewed, and kept");
    session.killed();
    before.release();
    let session = place.home.run();
    place.receives("after the kill").await;
    assert_eq!(place.service.calls_of(OAUTH).len(), 1, "what was kept is used");
    session.ended();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_kill_before_the_disk_is_told_with_the_steps() {
    let place = Place::new(Plan::default(), "").await;
    let (_, refresh) = place.service.mint();
    place.seed(&refresh);
    // The service has given the new pair, and its answer never arrives.
    let after = place.service.hold(Point::AfterCall(OAUTH.to_owned()));
    let session = place.home.run();
    soon("a renewal", after.reached()).await;
    session.killed();
    drop(after);
    let mut session = place.home.run();
    session.says("zo will fall silent: the service refuses to renew its tokens (-14020)");
    let (_, refresh) = place.service.mint();
    place.seed(&refresh);
    place.posts("zo", "well again").await;
    place.receives("well again").await;
    session.ended();
}

#[tokio::test]
async fn tokens_are_given_only_to_a_channel_that_rotates_them() {
    let place = Place::new(Plan::default(), "").await;
    for (words, input, complaint) in [
        (["channel", "tokens", "zb"], "x\n", "zb keeps no tokens that are renewed; use zo"),
        (["channel", "tokens", "nobody"], "x\n", "nobody keeps no tokens that are renewed; use zo"),
        (["channel", "tokens", "zo"], "", "standard input ended before \"refresh token\""),
        (["channel", "tokens", "zo"], "two words\n", "a refresh token is one word"),
        (["channel", "tokens", "zo"], "\n", "a refresh token is one word"),
    ] {
        place.home.cli_with(&words, input).with(2).complains(complaint);
    }
    // In the audit stands that it was done, and nothing of what was given.
    place.seed("planted-quince-word");
    let audit = place.home.cli(&["audit"]).well().out;
    assert!(audit.contains("channel tokens zo") && !audit.contains("quince"), "{audit}");
}

const CANARIES: [&str; 4] = ["planted-lime-word", "planted-date-word", "lab-access-word", "lab-refresh-word"];

#[tokio::test(flavor = "multi_thread")]
async fn no_token_comes_out_whatever_fails() {
    let plan = Plan {
        token: "123456:planted-lime-word".to_owned(),
        app_secret: "planted-date-word".to_owned(),
        ..Plan::default()
    };
    let place = Place::new(plan, "[log]\nlevel = \"trace\"\n").await;
    let (access, refresh) = place.service.mint();
    let both = format!("{refresh}\n{access}\n");
    place.home.cli_with(&["channel", "tokens", "zo"], &both).well();
    let session = place.home.run();
    let quotes = "at /bot123456:planted-lime-word/sendMessage".to_owned();
    let of_renewal = format!("{refresh} is spent, and so is {access}");
    let tries = async |method: &str, fault: Fault, channel: &str, words: &str| {
        let wanted = |call: &Call| call.method == method && call.args.to_string().contains(words);
        place.service.fault(fault.on(method).times(1)).await;
        place.posts_to(&place.somebody(), channel, words).await;
        soon(words, place.service.call(wanted)).await;
    };
    for (at, fault) in [Fault::Html(502), Fault::CutBefore, Fault::CutAfter].into_iter().enumerate() {
        tries("sendMessage", fault.clone(), "zb", &format!("bot {at}")).await;
        tries(CS, fault, "zo", &format!("account {at}")).await;
    }
    for (at, code) in [400, 401, 403, 429, 500].into_iter().enumerate() {
        tries("sendMessage", Fault::Refuse(code, quotes.clone()), "zb", &format!("refused {at}")).await;
    }
    // A token that is not taken, a renewal that breaks off, one that is refused with the token's own words.
    for fault in [Fault::Html(503), Fault::CutBefore, Fault::Refuse(-14_020, of_renewal)] {
        place.service.expire();
        place.service.fault(fault.on(OAUTH).times(1)).await;
        let before = place.service.calls_of(OAUTH).len();
        place.posts_to(&place.somebody(), "zo", &format!("stale {before}")).await;
        soon("a renewal", place.service.call(|_| place.service.calls_of(OAUTH).len() > before)).await;
    }
    let mut session: Session = session;
    session.says("zo will fall silent");
    place.service.fault(Fault::Unreachable).await;
    session.logs("updates could not be fetched");
    let said = session.killed();
    assert!(said.err.lines().count() > 100 && said.err.contains("TRACE"), "{}", said.err.lines().count());
    hides("what was logged", said.err.as_bytes());
    hides("what was printed", said.out.as_bytes());
    hides("the audit", place.home.cli(&["audit"]).well().out.as_bytes());
    hides("what ann read", place.ann.received().join("\n").as_bytes());
    folder(&place.home.data());
}

fn folder(folder: &Path) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        match path.is_dir() {
            true => self::folder(&path),
            false => hides(&path.display().to_string(), &std::fs::read(&path).unwrap()),
        }
    }
}

#[track_caller]
fn hides(name: &str, bytes: &[u8]) {
    for canary in CANARIES {
        let at = bytes.windows(canary.len()).position(|words| words == canary.as_bytes());
        let around = at.map(|at| String::from_utf8_lossy(&bytes[at.saturating_sub(160)..at]));
        assert_eq!(around, None, "{canary} stands in {name}");
    }
}
