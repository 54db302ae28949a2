//! The clock end to end: simulated routers over real RESTCONF, a whole bot that looks at them twice a
//! second, and a desk that hears of it. Faults of the routers go in, messages come out.

mod alert;
mod asked;
mod counters;
mod elsewhere;
mod ends;
mod quiet;
mod reach;
mod restart;
mod system;
pub mod window;

use crate::world::{DESK, PATIENCE, Plan, Reply, World, now, plain};
use patchbay::lab::{LabPlan, RouterPlan};
use patchbay::model::{Alert, Message, Metric, Series, Source, Timestamp, Track};
use patchbay::settings::{Monitor, Settings};
use patchbay::store::metrics::{Keep, Metrics};
use patchbay::store::{StoreError, Topic, View};
use std::time::Duration;

/// Every rule that there is, as short as two looks a second allow; told at the desk. An answer that comes
/// late on a busy machine makes one rate of half a second too high, so a load counts when it is seen
/// again; a router that is busy a single time is no test of this. A boot is over at the next look, and one
/// that is over before it was told is told with its end: there its message gets some time.
pub const RULES: &str = r#"
[[rule]]
name = "cpu"
metric = "cpu"
raise_above = 90
clear_at_or_below = 80
min_samples = 2
clear_for = "0s"
severity = "critical"
[[rule]]
name = "memory"
metric = "memory"
raise_above = 90
clear_at_or_below = 85
clear_for = "0s"
severity = "warning"
[[rule]]
name = "utilisation"
metric = "utilisation"
raise_above = 80
clear_at_or_below = 70
min_samples = 3
clear_for = "0s"
severity = "warning"
[[rule]]
name = "link"
metric = "link"
raise_above = 0
clear_at_or_below = 0
min_samples = 2
clear_for = "0s"
severity = "critical"
[[rule]]
name = "unreachable"
metric = "unreachable"
raise_above = 0
clear_at_or_below = 0
min_samples = 3
clear_for = "0s"
severity = "critical"
[[rule]]
name = "rebooted"
metric = "rebooted"
raise_above = 0
clear_at_or_below = 0
clear_for = "3s"
severity = "warning"
critical_above = 1
[[rule]]
name = "refused"
metric = "refused"
raise_above = 0
clear_at_or_below = 0
clear_for = "0s"
severity = "warning"
[[rule]]
name = "missing"
metric = "missing"
raise_above = 0
clear_at_or_below = 0
clear_for = "0s"
severity = "warning"
[[rule]]
name = "clock"
metric = "clock"
raise_above = 60
clear_at_or_below = 30
clear_for = "0s"
severity = "warning"
[[route]]
to = ["desk"]
"#;

pub fn rules(text: impl Into<String>) -> Source {
    Source::new("rules.toml", text)
}

/// Twice a second. The deadlines towards routers stay as long as they are: on a busy machine a router
/// that is well may take seconds, and must not pass for one that is away.
pub fn hasty(settings: &mut Settings) {
    settings.monitor = Monitor::each(Duration::from_millis(500));
}

pub fn watched(lab: LabPlan) -> Plan {
    Plan { lab, settings: hasty, monitored: true, rules: rules(RULES), ..Plan::default() }
}

pub fn routers(names: &[&str]) -> LabPlan {
    LabPlan::new(names.iter().map(|name| RouterPlan::new(name, "hanoi")).collect())
}

/// What the tests of the clock ask of a world.
pub trait Clock {
    /// A message whose words hold all of these.
    async fn hears(&self, words: &[&str]) -> Reply;
    /// A version of the first message of an incident whose words hold all of these.
    async fn head(&self, number: i64, words: &[&str]) -> Reply;
    /// A message below the first one of an incident.
    async fn replies(&self, number: i64, words: &[&str]) -> Reply;
    /// Types until the answer holds these words.
    async fn asks_until(&self, line: &str, words: &str) -> Reply;
    /// Waits until the store says so.
    async fn stands(&self, question: impl Fn(&View<'_>) -> Result<bool, StoreError> + Send + Clone + 'static);
    /// Every router has been seen whole.
    async fn is_well(&self);
    /// What was told of alerts, in order, without edits: the slot and the words.
    fn told(&self) -> Vec<(String, String)>;
    /// Waits until one router was asked so often more, and what came of it is stored.
    async fn looks(&self, router: &str, times: usize);
    async fn track(&self, router: &str, metric: Metric, object: &str) -> Track;
}

impl Clock for World {
    async fn hears(&self, words: &[&str]) -> Reply {
        self.desk.until_any(|message| holds(message, words)).await
    }

    async fn head(&self, number: i64, words: &[&str]) -> Reply {
        self.desk.until(&format!("alert/{number}"), |message| holds(message, words)).await
    }

    async fn replies(&self, number: i64, words: &[&str]) -> Reply {
        let below = format!("alert/{number}/");
        self.desk.until_any(|message| message.slot.0.starts_with(&below) && holds(message, words)).await
    }

    async fn asks_until(&self, line: &str, words: &str) -> Reply {
        let asked = async {
            loop {
                let reply = self.ask(line).await;
                if reply.text.contains(words) {
                    return reply;
                }
                self.lab.routers().next().unwrap().requested(1).await;
            }
        };
        tokio::time::timeout(PATIENCE, asked).await.unwrap_or_else(|_| panic!("{line}: never {words:?}"))
    }

    async fn stands(
        &self,
        question: impl Fn(&View<'_>) -> Result<bool, StoreError> + Send + Clone + 'static,
    ) {
        let store = self.bot.store();
        let mut changes = store.changes();
        let asked = async {
            while !store.read(question.clone()).await.unwrap() {
                changes.of(&[Topic::Alerts]).await;
            }
        };
        tokio::time::timeout(PATIENCE, asked).await.expect("the store never said so");
    }

    async fn is_well(&self) {
        let count = self.lab.routers().count();
        let words =
            if count == 1 { "R1 is well".to_owned() } else { format!("All {count} routers are well") };
        self.asks_until("/status all", &words).await;
        for router in self.lab.routers() {
            self.asks_until(&format!("/status {}", router.name()), "17.9.4a").await;
        }
    }

    fn told(&self) -> Vec<(String, String)> {
        let pushed = self.desk.all().into_iter().filter(is_push);
        pushed.map(|message| (message.slot.0.clone(), plain(&message))).collect()
    }

    async fn looks(&self, router: &str, times: usize) {
        let router = self.router(router);
        let asked = router.requested(times);
        tokio::time::timeout(PATIENCE, asked).await.expect("nobody looks any more");
        self.bot.settled().await;
    }

    async fn track(&self, router: &str, metric: Metric, object: &str) -> Track {
        let name = router.to_owned();
        let inventory = self.bot.store().read(|view| view.inventory()).await.unwrap();
        let device = inventory.named(&name).unwrap().id;
        let (metrics, damaged) =
            Metrics::open(&self.folder.path().join("data"), Keep::default(), now()).unwrap();
        assert_eq!(damaged, None);
        let series = Series { device, metric, object: object.to_owned() };
        let (from, to) = (now().minus(Duration::from_secs(600)), now().plus(Duration::from_secs(1)));
        let tracks = metrics.tracks(vec![series], from, to, Duration::from_millis(500), now()).await.unwrap();
        tracks.into_iter().next().unwrap()
    }
}

/// A message of an alert that is no edit: nothing of it stands there yet. Its class does not tell, for a
/// version that was written while the first one was on its way is as urgent as that one.
pub fn is_push(message: &Message) -> bool {
    message.slot.0.starts_with("alert/") && message.parts.is_empty()
}

fn holds(message: &Message, words: &[&str]) -> bool {
    let text = plain(message);
    words.iter().all(|words| text.contains(words))
}

/// The number of the incident that this message is about.
pub fn number_of(reply: &Reply) -> i64 {
    let slot = &reply.message.slot.0;
    let number = slot.strip_prefix("alert/").and_then(|rest| rest.split('/').next()?.parse().ok());
    number.unwrap_or_else(|| panic!("{slot} is no message of an incident"))
}

/// The alert of a rule, while it has a row.
pub fn alert_of(view: &View<'_>, rule: &str) -> Result<Option<Alert>, StoreError> {
    Ok(view.all_alerts()?.into_iter().find(|alert| alert.key.rule == rule))
}

pub fn utc(at: Timestamp) -> chrono::DateTime<chrono::Utc> {
    at.utc()
}

pub fn home() -> patchbay::model::Destination {
    patchbay::model::Destination { channel: DESK.to_owned(), address: "room".to_owned() }
}
