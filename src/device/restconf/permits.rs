//! How many requests run: two a device, so many in all. A poll holds one permit of each from its first ask to its last.
//! The device's permit comes first, so that a slow router never holds places of the others.

use crate::model::DeviceId;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Routers have few sessions for this (devices.md B7); a poll and a person's question fit beside each other.
const A_DEVICE: usize = 2;

pub(super) struct Permits {
    devices: Mutex<BTreeMap<DeviceId, Arc<Semaphore>>>,
    all: Arc<Semaphore>,
}

/// The right to ask; dropping it lets the next one in.
pub(super) struct Permit {
    _device: Option<OwnedSemaphorePermit>,
    _all: Option<OwnedSemaphorePermit>,
}

impl Permits {
    pub fn new(polls: usize) -> Permits {
        Permits { devices: Mutex::default(), all: Arc::new(Semaphore::new(polls.max(1))) }
    }

    /// Waits behind polls that all have deadlines. Dropping the wait gives the place up.
    pub async fn permit(&self, device: DeviceId) -> Permit {
        // The semaphores are never closed, so there is always a permit in the end.
        let own = self.device(device).acquire_owned().await.ok();
        let all = self.all.clone().acquire_owned().await.ok();
        Permit { _device: own, _all: all }
    }

    fn device(&self, device: DeviceId) -> Arc<Semaphore> {
        let mut devices = self.devices.lock().unwrap_or_else(PoisonError::into_inner);
        devices.entry(device).or_insert_with(|| Arc::new(Semaphore::new(A_DEVICE))).clone()
    }
}
