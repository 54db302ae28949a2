//! A Slack workspace that lives in the lab: the Web API over HTTP, Socket Mode over WebSockets, and the people who type
//! and press. What the service refuses is refused here. For the demo, which shows it, and for tests, which make it
//! difficult. It shares no wire and no parsing code with the adapter: a mistake made on both sides would hide itself.

mod arguments;
mod blocks;
mod courier;
mod events;
mod fault;
mod form;
mod members;
mod message;
mod methods;
mod modals;
mod pace;
mod page;
mod payload;
mod people;
mod plan;
mod reading;
mod refusal;
mod seen;
mod socket;
mod table;
mod text;
mod typed;
mod web;
mod world;

use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;

use super::calls::{self, listen};
use super::door::Door;
use super::error::LabError;
use super::fault::Point;
use super::hold::{Gate, Hold};
use super::router::lock;
use courier::{Courier, Parcel};
use pace::Pace;
use socket::Sockets;
use world::World;

pub use blocks::SlackCalled;
pub use courier::SlackDelivery;
pub use fault::{SlackFault, SlackGoodbye, SlackTrouble, SlackWrong};
pub use message::{SlackFile, SlackMessage, SlackVersion};
pub use modals::{SlackModal, SlackSubmitted};
pub use people::SlackChoice;
pub use plan::SlackPlan;
pub use seen::{SlackAck, SlackCall, SlackFate};
pub use world::SlackUser;

/// A running workspace; it ends when this is dropped.
pub struct Slack {
    pub(crate) inner: Arc<Inner>,
    _tasks: JoinSet<()>,
}

pub(crate) struct Inner {
    pub plan: SlackPlan,
    pub web: Door,
    pub link: Door,
    pub world: Mutex<World>,
    /// Goes up with every change of the world.
    pub changed: watch::Sender<u64>,
    pub sockets: Sockets,
    pub courier: Courier,
    pub pace: Mutex<Pace>,
    faults: Mutex<Vec<SlackFault>>,
    gates: Mutex<Vec<Arc<Gate>>>,
}

impl std::fmt::Debug for Slack {
    fn fmt(&self, to: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(to, "workspace at {}", self.inner.web.address)
    }
}

impl Slack {
    /// Listens on 127.0.0.1, at ports that were free.
    pub async fn start(plan: SlackPlan) -> Result<Slack, LabError> {
        let (web_listener, web) = listen("The workspace", 0).await?;
        let (link_listener, link) = listen("The workspace's sockets", 0).await?;
        let (send, parcels) = mpsc::unbounded_channel::<Parcel>();
        let inner = Arc::new(Inner {
            world: Mutex::new(World::new(&plan.bot)),
            plan,
            web,
            link,
            changed: watch::Sender::default(),
            sockets: Sockets::default(),
            courier: Courier::new(send),
            pace: Mutex::default(),
            faults: Mutex::default(),
            gates: Mutex::default(),
        });
        let mut tasks = JoinSet::new();
        let (server, told) = (inner.clone(), inner.clone());
        tasks.spawn(async move {
            let answer = move |call, read| {
                let told = told.clone();
                async move { web::answer(&told, call, read).await }
            };
            calls::serve(&server.web, web_listener, answer).await;
        });
        let server = inner.clone();
        tasks.spawn(async move {
            server.link.serve(link_listener, |guest| socket::connection(server.clone(), guest)).await;
        });
        tasks.spawn(courier::carry_all(inner.clone(), parcels));
        Ok(Slack { inner, _tasks: tasks })
    }

    /// `http://127.0.0.1:PORT/api`: what a client takes instead of `https://slack.com/api`.
    pub fn api_url(&self) -> String {
        format!("http://{}/api", self.inner.web.address)
    }

    pub fn plan(&self) -> &SlackPlan {
        &self.inner.plan
    }

    /// Puts a fault in force; returns when it is.
    pub async fn fault(&self, fault: SlackFault) {
        if let SlackFault::Reversed(count) = fault {
            return self.inner.courier.reverse(count);
        }
        lock(&self.inner.faults).push(fault);
        self.take_effect().await;
    }

    /// The same for a trouble with calls.
    pub async fn trouble(&self, trouble: SlackTrouble) {
        self.fault(SlackFault::Call(trouble)).await;
    }

    pub async fn clear_faults(&self) {
        lock(&self.inner.faults).clear();
        self.take_effect().await;
    }

    async fn take_effect(&self) {
        let away = self.inner.has(&SlackFault::Unreachable);
        let no_sockets = away || self.inner.has(&SlackFault::NoSockets);
        self.inner.web.set(!away).await;
        self.inner.link.set(!no_sockets).await;
        if no_sockets {
            self.inner.sockets.reset();
        }
    }

    /// Withholds calls: [`Point::BeforeCall`] and [`Point::AfterCall`] with the name of a method, until the hold is
    /// released. Other points are none of this.
    #[must_use]
    pub fn hold(&self, point: Point) -> Hold {
        let (hold, gate) = Hold::new(point);
        lock(&self.inner.gates).push(gate);
        hold
    }

    /// Waits until the world is so.
    pub(crate) async fn until<T>(&self, mut find: impl FnMut(&World) -> Option<T>) -> T {
        let mut changed = self.inner.changed.subscribe();
        loop {
            if let Some(found) = find(&lock(&self.inner.world)) {
                return found;
            }
            // The sender lives as long as this workspace, so the wait cannot end with an error.
            if changed.changed().await.is_err() {
                std::future::pending::<()>().await;
            }
        }
    }
}

impl Inner {
    pub fn has(&self, fault: &SlackFault) -> bool {
        lock(&self.faults).contains(fault)
    }

    /// The trouble that a call is in; one of its times is spent.
    pub fn trouble(&self, method: &str, channel: Option<&str>) -> Option<SlackWrong> {
        let mut faults = lock(&self.faults);
        let concerned = |fault: &SlackFault| match fault {
            SlackFault::Call(trouble) => trouble.concerns(method, channel),
            _ => false,
        };
        let at = faults.iter().position(concerned)?;
        let SlackFault::Call(trouble) = faults.get_mut(at)? else { return None };
        let what = trouble.what.clone();
        if let Some(times) = &mut trouble.times {
            *times = times.saturating_sub(1);
            if *times == 0 {
                faults.remove(at);
            }
        }
        Some(what)
    }

    pub async fn pause(&self, point: &Point) {
        let waits = |gate: &Arc<Gate>| match (&gate.point, point) {
            (Point::BeforeCall(wanted), Point::BeforeCall(name))
            | (Point::AfterCall(wanted), Point::AfterCall(name)) => wanted.is_empty() || wanted == name,
            _ => false,
        };
        let gates: Vec<Arc<Gate>> = {
            let mut gates = lock(&self.gates);
            gates.retain(|gate| !gate.released());
            gates.iter().filter(|gate| waits(gate)).cloned().collect()
        };
        for gate in gates {
            gate.wait().await;
        }
    }

    /// Changes the world, and wakes who waits for it.
    pub fn change<T>(&self, change: impl FnOnce(&mut World) -> T) -> T {
        let changed = change(&mut lock(&self.world));
        self.changed.send_modify(|count| *count += 1);
        changed
    }

    pub fn read<T>(&self, read: impl FnOnce(&World) -> T) -> T {
        read(&lock(&self.world))
    }

    /// Something that the service would not have taken in silence; a test may ask for all of them.
    pub fn breach(&self, what: String) {
        tracing::warn!(what, "lab: the app broke the rules of the workspace");
        self.change(|world| world.breaches.push(what));
    }

    /// A moment that a socket's end may take.
    pub const GRACE: Duration = Duration::from_secs(5);
}

#[cfg(test)]
mod tests;
