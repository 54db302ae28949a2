//! A strict fake of the Telegram Bot API, for the demo and the tests. A [`Plan`] enters, a running [`Telegram`] leaves:
//! the bot's side is HTTP as the service speaks it; the people's side is [`Person`] and [`Chat`], who write, press,
//! block and leave, and read what stands in a chat. What the service refuses is refused in its own words.

mod answer;
mod api;
mod check;
mod entity;
mod fault;
mod html;
mod log;
mod message;
mod methods;
mod pace;
mod page;
mod people;
mod press;
mod queue;
mod reading;
mod refusal;
mod rendered;
mod said;
mod wire;
mod world;

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::JoinSet;

use super::calls;
use super::door::Door;
use super::error::LabError;
use super::fault::Point;
use super::hold::{Gate, Hold};
use super::router::lock;
use world::{User, World};

pub use entity::Entity;
pub use fault::{Aimed, Fault};
pub use log::Call;
pub use message::{Asks, Author, Button, Media, MediaKind, Message, Version};
pub use pace::Pace;
pub use people::{Chat, Person};
pub use press::{Absent, Press, Pressed};
pub use said::Said;

/// What the service shall be.
#[derive(Clone, Debug)]
pub struct Plan {
    /// 0 takes one that is free.
    pub port: u16,
    /// `number:word`; the number is the id of the bot.
    pub token: String,
    pub name: String,
    pub username: String,
    /// Parameters and fields that the API does not know are refused. The service overlooks them; libraries of others
    /// rely on it.
    pub strict: bool,
    /// In groups the bot sees only what is meant for it, as bots do that nobody configured.
    pub privacy: bool,
    /// The budgets of the real service. None enforces none.
    pub pace: Option<Pace>,
    /// The number of the first update. A service that starts again must not begin with the same one.
    pub first_update: i64,
    /// Updates that are older are gone.
    pub update_life: Duration,
    /// A press that is older cannot be answered any more.
    pub press_life: Duration,
}

impl Default for Plan {
    fn default() -> Plan {
        Plan {
            port: 0,
            token: "123456:lab-token".to_owned(),
            name: "Patchbay".to_owned(),
            username: "patchbay_lab_bot".to_owned(),
            strict: true,
            privacy: true,
            pace: None,
            first_update: 850_000_001,
            update_life: Duration::from_secs(24 * 60 * 60),
            press_life: Duration::from_secs(15 * 60),
        }
    }
}

/// A running service; it ends when this is dropped.
#[derive(Debug)]
pub struct Telegram {
    inner: Arc<Inner>,
    _tasks: JoinSet<()>,
}

pub(crate) struct Inner {
    plan: Mutex<Plan>,
    door: Door,
    world: Mutex<World>,
    log: log::Log,
    faults: Mutex<Vec<Aimed>>,
    gates: Mutex<Vec<Arc<Gate>>>,
    /// Moves when there may be something new for a poll.
    news: watch::Sender<u64>,
}

impl std::fmt::Debug for Inner {
    fn fmt(&self, to: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(to, "Telegram of the lab at {}", self.door.address)
    }
}

impl Telegram {
    /// Listens on 127.0.0.1, without TLS.
    pub async fn start(plan: Plan) -> Result<Telegram, LabError> {
        let (listener, door) = calls::listen("The fake of Telegram", plan.port).await?;
        let id = plan.token.split(':').next().and_then(|id| id.parse().ok()).unwrap_or(1);
        let bot = User {
            id,
            name: plan.name.clone(),
            username: Some(plan.username.clone()),
            language: None,
            is_bot: true,
        };
        let mut world = World::new(bot);
        world.privacy = plan.privacy;
        world.queue.begin_at(plan.first_update);
        let inner = Arc::new(Inner {
            plan: Mutex::new(plan),
            door,
            world: Mutex::new(world),
            log: log::Log::default(),
            faults: Mutex::default(),
            gates: Mutex::default(),
            news: watch::Sender::default(),
        });
        let mut tasks = JoinSet::new();
        let (server, told) = (inner.clone(), inner.clone());
        tasks.spawn(async move {
            let answer = move |call, read| {
                let told = told.clone();
                async move { answer::answer(&told, call, read).await }
            };
            calls::serve(&server.door, listener, answer).await;
        });
        Ok(Telegram { inner, _tasks: tasks })
    }

    pub fn address(&self) -> SocketAddr {
        self.inner.door.address
    }

    /// What a bot has instead of `https://api.telegram.org`.
    pub fn base_url(&self) -> String {
        format!("http://{}", self.inner.door.address)
    }

    pub fn token(&self) -> String {
        lock(&self.inner.plan).token.clone()
    }

    pub fn bot_id(&self) -> i64 {
        lock(&self.inner.world).bot
    }

    pub fn bot_username(&self) -> String {
        lock(&self.inner.plan).username.clone()
    }

    /// How long an update waits for the bot before it is gone.
    pub fn set_update_life(&self, life: Duration) {
        lock(&self.inner.plan).update_life = life;
    }

    /// How long a press can be answered.
    pub fn set_press_life(&self, life: Duration) {
        lock(&self.inner.plan).press_life = life;
    }

    pub fn set_pace(&self, pace: Option<Pace>) {
        lock(&self.inner.plan).pace = pace;
    }

    pub fn set_privacy(&self, privacy: bool) {
        lock(&self.inner.world).privacy = privacy;
    }

    /// Another program set a webhook: polls get 409 until it is deleted.
    pub fn set_webhook(&self, url: &str) {
        url.clone_into(&mut lock(&self.inner.world).webhook);
        self.inner.tell_news();
    }

    /// The last updates that the bot has confirmed come again, with their old numbers; `reversed` turns their order.
    pub fn redeliver(&self, count: usize, reversed: bool) {
        lock(&self.inner.world).queue.again(count, reversed);
        self.inner.tell_news();
    }

    /// How many updates the bot has not confirmed.
    pub fn pending_updates(&self) -> usize {
        lock(&self.inner.world).queue.waiting()
    }

    /// Waits until the bot has confirmed every update.
    pub async fn all_confirmed(&self) {
        let mut news = self.inner.news.subscribe();
        let done = |_: &u64| lock(&self.inner.world).queue.waiting() == 0;
        // The sender lives as long as this service, so the wait cannot end with an error.
        let _ = news.wait_for(done).await;
    }

    /// The menu of commands of a scope in a language, both as the API writes them; `""` is every language.
    pub fn commands(&self, scope: &serde_json::Value, language: &str) -> Vec<(String, String)> {
        let key = (methods::menu::scope_key(Some(scope)), language.to_owned());
        let world = lock(&self.inner.world);
        let kept = world.commands.get(&key).and_then(serde_json::Value::as_array);
        let word = |command: &serde_json::Value, name: &str| {
            command.get(name).and_then(serde_json::Value::as_str).unwrap_or_default().to_owned()
        };
        let pair = |command| (word(command, "command"), word(command, "description"));
        kept.map(|kept| kept.iter().map(pair).collect()).unwrap_or_default()
    }

    /// All calls of the bot, in order; of a very long life the last 20,000.
    pub fn calls(&self) -> Vec<Call> {
        self.inner.log.all()
    }

    /// Calls of one method.
    pub fn calls_of(&self, method: &str) -> Vec<Call> {
        self.calls().into_iter().filter(|call| call.method == method).collect()
    }

    /// The first call that is so; waits for it.
    pub async fn call(&self, wanted: impl Fn(&Call) -> bool) -> Call {
        let mut changed = self.inner.log.changed.subscribe();
        loop {
            changed.borrow_and_update();
            if let Some(call) = self.inner.log.find(&wanted) {
                return call;
            }
            if changed.changed().await.is_err() {
                return std::future::pending().await;
            }
        }
    }

    /// Calls that are so, when there are that many.
    pub async fn calls_by(&self, count: usize, wanted: impl Fn(&Call) -> bool) -> Vec<Call> {
        let mut changed = self.inner.log.changed.subscribe();
        loop {
            changed.borrow_and_update();
            let found: Vec<Call> = self.calls().into_iter().filter(|call| wanted(call)).collect();
            if found.len() >= count {
                return found;
            }
            if changed.changed().await.is_err() {
                return std::future::pending().await;
            }
        }
    }

    /// Puts a fault in force; returns when it is.
    pub async fn fault(&self, fault: impl Into<Aimed>) {
        lock(&self.inner.faults).push(fault.into());
        self.take_effect().await;
    }

    pub async fn clear_faults(&self) {
        lock(&self.inner.faults).clear();
        self.take_effect().await;
    }

    async fn take_effect(&self) {
        let away = lock(&self.inner.faults).iter().any(|aimed| aimed.fault == Fault::Unreachable);
        self.inner.door.set(!away).await;
    }

    /// Ends every connection that is open now; new ones are taken.
    pub fn cut_connections(&self) {
        self.inner.door.connections.cut_all();
    }

    /// Calls of the method wait before or after they are done ([`Point::BeforeCall`], [`Point::AfterCall`]) until the
    /// hold is released.
    #[must_use]
    pub fn hold(&self, point: Point) -> Hold {
        let (hold, gate) = Hold::new(point);
        lock(&self.inner.gates).push(gate);
        hold
    }
}

impl Inner {
    fn tell_news(&self) {
        self.news.send_modify(|version| *version += 1);
    }

    /// Waits at the gates of a point.
    async fn pause(&self, is_at: impl Fn(&Point) -> bool) {
        let gates: Vec<Arc<Gate>> = {
            let mut gates = lock(&self.gates);
            gates.retain(|gate| !gate.released());
            gates.iter().filter(|gate| is_at(&gate.point)).cloned().collect()
        };
        for gate in gates {
            gate.wait().await;
        }
    }
}

#[cfg(test)]
mod tests;
