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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::device::{DeviceName, Profile, Tls};

    fn router(id: i64, parents: &[i64]) -> Device {
        Device {
            id: DeviceId(id),
            name: DeviceName::try_from(format!("R{id}")).unwrap(),
            host: String::new(),
            ssh_port: 22,
            restconf_port: 443,
            platform: String::new(),
            site: String::new(),
            tags: Vec::new(),
            credential: String::new(),
            profile: Profile::Modern,
            parents: parents.iter().copied().map(DeviceId).collect(),
            monitored: true,
            note: String::new(),
            interfaces: Vec::new(),
            tls: Tls::Pin,
        }
    }

    fn window(device: i64) -> Window {
        let (opens, ends) = (Timestamp(0), Timestamp(9));
        Window { job: JobId(device), device: DeviceId(device), by: PersonId(1), opens, ends }
    }

    /// The router whose window holds the first of these, R1.
    fn held_by(routers: &[(i64, &[i64])], open: &[i64]) -> Option<i64> {
        let routers: Vec<Device> = routers.iter().map(|(id, parents)| router(*id, parents)).collect();
        let (first, windows) = (routers[0].clone(), open.iter().copied().map(window).collect::<Vec<_>>());
        holding(&windows, &first, &Inventory::new(routers)).map(|window| window.device.0)
    }

    #[test]
    fn a_router_is_held_by_its_own_window_or_when_every_way_to_it_is() {
        for (routers, open, held) in [
            // It stands alone.
            (&[(1, &[] as &[i64])][..], &[] as &[i64], None),
            (&[(1, &[])], &[1], Some(1)),
            (&[(1, &[]), (2, &[])], &[2], None),
            // Behind one, and behind one of two.
            (&[(1, &[2]), (2, &[])], &[2], Some(2)),
            (&[(1, &[2]), (2, &[])], &[1, 2], Some(1)),
            (&[(1, &[2, 3]), (2, &[]), (3, &[])], &[2], None),
            (&[(1, &[2, 3]), (2, &[]), (3, &[])], &[2, 3], Some(2)),
            // Two ways that are one further on.
            (&[(1, &[2, 3]), (2, &[4]), (3, &[4]), (4, &[])], &[4], Some(4)),
            (&[(1, &[2, 3]), (2, &[4]), (3, &[]), (4, &[])], &[4], None),
            (&[(1, &[2, 3]), (2, &[4]), (3, &[]), (4, &[])], &[3, 4], Some(4)),
            // What lies before it is not behind it.
            (&[(1, &[]), (2, &[1])], &[2], None),
            // A parent that is gone is a way of which nothing is known.
            (&[(1, &[9])], &[9], None),
            // Circles, which the inventory refuses.
            (&[(1, &[1])], &[2], None),
            (&[(1, &[2]), (2, &[1])], &[], None),
            (&[(1, &[2]), (2, &[3]), (3, &[2])], &[4], None),
            (&[(1, &[2]), (2, &[3]), (3, &[2])], &[3], Some(3)),
        ] {
            assert_eq!(held_by(routers, open), held, "{routers:?} while {open:?} reboot");
        }
    }
}
