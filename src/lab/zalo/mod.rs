//! A strict fake of Zalo, for the demo and the tests: the Bot API, the API of an Official Account with its tokens and
//! its webhook, and the people on the other side. A [`Plan`] enters, a running [`Zalo`] leaves. What the pages refuse
//! is refused; what they leave open is said by the plan.

mod account;
mod answer;
mod bot;
mod fault;
mod hook;
mod log;
mod oauth;
mod page;
mod people;
mod plan;
mod world;

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use tokio::sync::watch;
use tokio::task::JoinSet;

use super::calls;
use super::clock;
use super::door::Door;
use super::error::LabError;
use super::fault::Point;
use super::hold::{Gate, Hold};
use super::router::lock;
use world::{Body, World};

pub use fault::{Aimed, Fault};
pub use hook::Event;
pub use log::Call;
pub use people::Person;
pub use plan::Plan;
pub use world::Message;

/// A running service; it ends when this is dropped.
#[derive(Debug)]
pub struct Zalo {
    inner: Arc<Inner>,
    _tasks: JoinSet<()>,
}

pub(crate) struct Inner {
    plan: Mutex<Plan>,
    door: Door,
    world: Mutex<World>,
    /// How many were forgotten, and the others.
    log: Mutex<(usize, VecDeque<Call>)>,
    faults: Mutex<Vec<Aimed>>,
    gates: Mutex<Vec<Arc<Gate>>>,
    /// Moves with everything that happens.
    news: watch::Sender<u64>,
}

impl std::fmt::Debug for Inner {
    fn fmt(&self, to: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(to, "Zalo of the lab at {}", self.door.address)
    }
}

impl Zalo {
    /// Listens on 127.0.0.1, without TLS.
    pub async fn start(plan: Plan) -> Result<Zalo, LabError> {
        let (listener, door) = calls::listen("The fake of Zalo", plan.port).await?;
        let mut world = World::default();
        world.quota = plan.quota;
        let inner = Arc::new(Inner {
            plan: Mutex::new(plan),
            door,
            world: Mutex::new(world),
            log: Mutex::default(),
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
        Ok(Zalo { inner, _tasks: tasks })
    }

    pub fn address(&self) -> SocketAddr {
        self.inner.door.address
    }

    /// What a bot has instead of the service's own addresses.
    pub fn base_url(&self) -> String {
        format!("http://{}", self.inner.door.address)
    }

    pub fn plan(&self) -> Plan {
        lock(&self.inner.plan).clone()
    }

    pub fn change(&self, change: impl FnOnce(&mut Plan)) {
        change(&mut lock(&self.inner.plan));
    }

    pub fn person(&self, name: &str) -> Person {
        let mut world = lock(&self.inner.world);
        let id = world.person_id();
        let body =
            Body { name: name.to_owned(), started: false, follows: false, restricts: false, shown_at: None };
        world.people.insert(id.clone(), body);
        Person { inner: self.inner.clone(), id }
    }

    /// A group of the account; its address for the bot is `group:<id>`.
    pub fn group(&self, id: &str) {
        lock(&self.inner.world).groups.insert(id.to_owned());
    }

    /// What stands in a group or with a person.
    pub fn said(&self, id: &str) -> Vec<Message> {
        lock(&self.inner.world).said.get(id).cloned().unwrap_or_default()
    }

    /// An admin makes a first pair in a browser: access token and refresh token.
    pub fn mint(&self) -> (String, String) {
        let plan = self.plan();
        let mut world = lock(&self.inner.world);
        world.tokens.renew(&plan, clock::now());
        (world.tokens.access.clone(), world.tokens.refresh.clone())
    }

    /// The token that is used runs out now.
    pub fn expire(&self) {
        lock(&self.inner.world).tokens.until = clock::now();
    }

    /// An admin takes the app's right away: no token is taken any more.
    pub fn revoke(&self) {
        lock(&self.inner.world).tokens = world::Tokens::default();
    }

    /// How many messages the account may still send.
    pub fn set_quota(&self, quota: Option<usize>) {
        lock(&self.inner.world).quota = quota;
    }

    /// All calls, in order.
    pub fn calls(&self) -> Vec<Call> {
        lock(&self.inner.log).1.iter().cloned().collect()
    }

    /// Calls of one method of the bot, or of one path of the account.
    pub fn calls_of(&self, method: &str) -> Vec<Call> {
        self.calls().into_iter().filter(|call| call.method == method).collect()
    }

    /// The first call that is so; waits for it.
    pub async fn call(&self, wanted: impl Fn(&Call) -> bool) -> Call {
        self.inner.until(|| self.calls().into_iter().find(|call| wanted(call))).await
    }

    /// Waits until the bot has fetched every update.
    pub async fn all_fetched(&self) {
        self.inner.until(|| lock(&self.inner.world).updates.is_empty().then_some(())).await;
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

    /// Calls wait before or after they are done ([`Point::BeforeCall`], [`Point::AfterCall`]) until the hold is
    /// released.
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

    /// Looks after everything that happens, until there is something.
    async fn until<T>(&self, find: impl Fn() -> Option<T>) -> T {
        let mut news = self.news.subscribe();
        loop {
            news.borrow_and_update();
            if let Some(found) = find() {
                return found;
            }
            if news.changed().await.is_err() {
                return std::future::pending().await;
            }
        }
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
