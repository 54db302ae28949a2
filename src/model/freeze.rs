//! A freeze: for a while nothing changes some routers. Reading goes on, and so does taking back what
//! waits on a router itself.

use super::device::Device;
use super::ids::{FreezeId, PersonId};
use super::selector::Selector;
use super::time::Timestamp;

#[derive(Clone, Debug, PartialEq)]
pub struct Freeze {
    pub id: FreezeId,
    pub selector: Selector,
    pub by: PersonId,
    pub reason: Option<String>,
    pub since: Timestamp,
    /// It ends by itself then.
    pub until: Timestamp,
}

impl Freeze {
    /// Its beginning is not asked: a calendar that is set back must not open what was frozen.
    pub fn is_on(&self, now: Timestamp) -> bool {
        now < self.until
    }

    pub fn holds(&self, device: &Device, now: Timestamp) -> bool {
        self.is_on(now) && self.selector.matches(device)
    }
}
