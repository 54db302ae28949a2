//! The quiet window of a planned reboot: while it is open, alerts of the router and of those behind it
//! live on and are not told. Its end is never open.

use super::device::{Device, Inventory};
use super::ids::{DeviceId, JobId, PersonId};
use super::time::Timestamp;
use std::time::Duration;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    pub job: JobId,
    pub device: DeviceId,
    /// Who asked for the reboot.
    pub by: PersonId,
    pub opens: Timestamp,
    pub ends: Timestamp,
}

/// How a window ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WindowEnd {
    /// The router is back, and that it rebooted is proven.
    Well,
    /// It did not reboot: whatever is wrong is wrong for another reason.
    NotHappened,
    /// It did not come back within `limit`.
    Lost {
        limit: Duration,
        last_seen: Option<Timestamp>,
        /// The last good backup.
        backup: Option<Timestamp>,
        asked_by: PersonId,
    },
    /// Nobody ended it: its time was over.
    TimeOver,
}

impl WindowEnd {
    pub fn name(self) -> &'static str {
        match self {
            WindowEnd::Well => "well",
            WindowEnd::NotHappened => "not_happened",
            WindowEnd::Lost { .. } => "lost",
            WindowEnd::TimeOver => "time_over",
        }
    }
}

/// The window that holds back what is told of a router: its own, or where it is reached only through
/// routers that are held, that of the first of those. `windows` are the open ones.
pub fn holding<'w>(windows: &'w [Window], device: &Device, inventory: &Inventory) -> Option<&'w Window> {
    if windows.is_empty() {
        return None;
    }
    held(windows, device, inventory, &mut vec![device.id])
}

/// `on_the_way` are the routers that are being looked at: a circle of parents holds nothing.
fn held<'w>(
    windows: &'w [Window],
    device: &Device,
    inventory: &Inventory,
    on_the_way: &mut Vec<DeviceId>,
) -> Option<&'w Window> {
    if let Some(own) = windows.iter().find(|window| window.device == device.id) {
        return Some(own);
    }
    let mut first = None;
    for parent in &device.parents {
        let window = match inventory.device(*parent).filter(|parent| !on_the_way.contains(&parent.id)) {
            Some(parent) => {
                on_the_way.push(parent.id);
                let window = held(windows, parent, inventory, on_the_way);
                on_the_way.pop();
                window?
            }
            None => return None,
        };
        first = first.or(Some(window));
    }
    first
}
