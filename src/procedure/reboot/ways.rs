//! Who is reached only through a router, and which lists would cut a site off.

use crate::model::{Device, DeviceId, Inventory};
use std::collections::BTreeSet;

/// The routers whose every way leads through one of these, by what the inventory says of parents; themselves left out.
pub fn cut_off(through: &[DeviceId], inventory: &Inventory) -> Vec<DeviceId> {
    let mut gone: BTreeSet<DeviceId> = through.iter().copied().collect();
    loop {
        let behind = |device: &&Device| {
            !gone.contains(&device.id)
                && !device.parents.is_empty()
                && device.parents.iter().all(|parent| gone.contains(parent))
        };
        let more: Vec<DeviceId> = inventory.devices().iter().filter(behind).map(|device| device.id).collect();
        if more.is_empty() {
            break;
        }
        gone.extend(more);
    }
    gone.into_iter().filter(|id| !through.contains(id)).collect()
}

/// The sites that are reached through routers of this list alone: every parent of theirs that stands elsewhere is in it.
pub fn only_ways(list: &[DeviceId], inventory: &Inventory) -> Vec<String> {
    let sites: BTreeSet<&str> = inventory.devices().iter().map(|device| device.site.as_str()).collect();
    let shut = |site: &&str| {
        let parents: BTreeSet<DeviceId> = inventory
            .devices()
            .iter()
            .filter(|device| device.site == **site)
            .flat_map(|device| device.parents.iter().copied())
            .collect();
        !site.is_empty() && !parents.is_empty() && parents.iter().all(|parent| list.contains(parent))
    };
    sites.into_iter().filter(shut).map(str::to_owned).collect()
}
