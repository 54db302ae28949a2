//! The corridors: loops that walk values from the front doors to the back door. They read clocks,
//! wait, and hold the only references to store, floor and channels; what they decide is decided by
//! pure functions. Each loop fits a screen: [`intake`], [`command`], [`job`], [`monitor`], [`live`],
//! [`menus`], [`metrics`], [`deliver`], [`archive`], [`housekeeping`], [`heartbeat`].

use crate::channel::Channel;
use crate::device::Floor;
use crate::model::{Destination, Doors, Request, Texts, Update};
use crate::store::Store;
use crate::store::metrics::Metrics;
use std::sync::Arc;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

pub mod archive;
mod ask;
pub mod board;
pub mod clock;
pub mod command;
pub mod decide;
pub mod deliver;
pub mod draw;
pub mod enact;
pub mod fallback;
pub mod gather;
pub mod heartbeat;
pub mod housekeeping;
pub mod intake;
pub mod job;
pub mod live;
mod living;
pub mod menus;
pub mod metrics;
pub mod monitor;
mod offered;
pub mod reboot;
mod recipient;
mod refuse;
mod ruling;
mod step;
pub mod stranger;
pub mod task;
pub mod undelivered;

pub use clock::Clock;

/// Everything the loops share.
pub struct House {
    pub store: Store,
    pub floor: Floor,
    pub channels: Vec<Channel>,
    /// Commands and rules: what a reload swaps.
    pub live: live::Swap,
    pub clock: Clock,
    /// The platforms that the device floor can talk to.
    pub platforms: Arc<Vec<String>>,
    pub stops: Stops,
    pub gathered: gather::Cache,
    /// What channels say, for words inside pictures.
    pub texts: Arc<Texts>,
    pub metrics: Metrics,
    /// What was last seen of each router.
    pub board: board::Shown,
    /// How often each probe looks.
    pub periods: monitor::Periods,
    pub retries: monitor::Retries,
    /// What the clock has asked and heard.
    pub counts: monitor::Counts,
    /// The time zone of whoever has none, and of the routes' hours.
    pub zone: chrono_tz::Tz,
    /// How places behind each door come to hear of alerts.
    pub doors: Arc<Doors>,
    /// Where the channels' own notices go.
    pub homes: Arc<Vec<Destination>>,
    /// The routers through which the bot itself is connected, by name.
    pub bot_path: Arc<Vec<String>>,
    pub reboot: reboot::Pace,
    /// How long a changing command waits for a router that is in use.
    pub lock_patience: Duration,
    /// Work that took longer ends with a message that a phone tells of.
    pub notify_after: Duration,
}

/// Real routers are looked at no more often than this.
const REAL_PERIOD: Duration = Duration::from_secs(30);
const STARTING: Duration = Duration::from_secs(120);

/// The order in which the house goes dark on SIGTERM.
#[derive(Clone, Default)]
pub struct Stops {
    /// No update is taken in any more.
    pub intake: CancellationToken,
    /// No further router is asked; what runs may end.
    pub work: CancellationToken,
    /// What still runs is torn down; it runs again after the next start.
    pub force: CancellationToken,
    /// Nothing is sent any more.
    pub deliver: CancellationToken,
}

impl House {
    /// Whether the bot has only just begun to look at routers: for two polls, and two minutes where
    /// polls are as seldom as real routers want them.
    pub fn is_starting(&self) -> bool {
        let period = self.periods.shortest();
        let least = if period < REAL_PERIOD { Duration::ZERO } else { STARTING };
        self.clock.now().monotonic < (2 * period).max(least)
    }

    pub fn channel(&self, name: &str) -> Option<&Channel> {
        self.channels.iter().find(|channel| channel.name == name)
    }

    /// What an update asks for, as its channel reads it.
    pub fn request_of(&self, update: &Update) -> Option<Request> {
        let listen = self.channel(&update.channel).and_then(|channel| channel.listen.as_ref());
        listen.and_then(|listen| listen.request(update))
    }

    pub fn channel_of(&self, place: &Destination) -> Option<&Channel> {
        self.channel(&place.channel)
    }
}

/// After an error of the store: the disk may be full, and will not be freed by asking faster.
pub const AFTER_ERROR: Duration = Duration::from_secs(1);
