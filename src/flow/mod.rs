//! The corridors: loops that walk values from the front doors to the back door. They read clocks,
//! wait, and hold the only references to store, floor and channels; what they decide is decided by
//! pure functions. Each loop fits a screen: [`intake`], [`command`], [`job`], [`deliver`],
//! [`archive`], [`housekeeping`].

use crate::channel::Channel;
use crate::device::Floor;
use crate::model::Destination;
use crate::store::Store;
use std::sync::Arc;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

pub mod archive;
pub mod clock;
pub mod command;
pub mod decide;
pub mod deliver;
pub mod enact;
pub mod gather;
pub mod housekeeping;
pub mod intake;
pub mod job;
pub mod live;
pub mod refuse;
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
    /// How long a changing command waits for a router that is in use.
    pub lock_patience: Duration,
}

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
    pub fn channel(&self, name: &str) -> Option<&Channel> {
        self.channels.iter().find(|channel| channel.name == name)
    }

    pub fn channel_of(&self, place: &Destination) -> Option<&Channel> {
        self.channel(&place.channel)
    }
}

/// After an error of the store: the disk may be full, and will not be freed by asking faster.
pub const AFTER_ERROR: Duration = Duration::from_secs(1);
