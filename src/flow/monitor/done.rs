//! What comes back to the desk when something that took time is over.

use super::judge::{Judged, Ticked};
use super::mind::Polled;
use crate::model::{DeviceId, Inventory, Timestamp};
use crate::store::StoreError;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Which routers of a batch have alert rows now.
pub type Rows = Vec<(DeviceId, bool)>;
/// A batch that could not be stored comes back.
pub type NotStored = (StoreError, Vec<Judged>);

/// Something that took time is over.
pub enum Done {
    Polled(Box<Polled>),
    Judged(Result<Rows, NotStored>),
    Ticked(Ticked),
    /// What has no router or no rule any more was ended.
    Swept,
    Kept(Result<(), StoreError>),
    Inventory(Result<Taken, StoreError>),
}

/// What the store knew when it was asked.
pub struct Taken {
    pub inventory: Arc<Inventory>,
    /// When each credential was last set.
    pub credentials: BTreeMap<String, Timestamp>,
    /// Routers with alert rows.
    pub rows: BTreeSet<DeviceId>,
}
