//! `/reboot` through the whole house, to routers of the lab that really go away.

mod faults;
mod questions;
mod walk;

use crate::world::{Plan, Reply, World};
use patchbay::lab::{ReloadManner, Router};
use patchbay::model::Message;
use patchbay::settings::Settings;
use std::time::Duration;

/// A world in which routers are away for a moment only.
pub async fn quick() -> World {
    quick_with(Plan::default()).await
}

pub async fn quick_with(plan: Plan) -> World {
    let world = World::new(Plan { settings: hurry, ..plan }).await;
    for router in world.lab.routers() {
        router.set_reload_manner(manner());
    }
    world
}

pub fn manner() -> ReloadManner {
    ReloadManner::quick(Duration::from_millis(1_500))
}

pub fn hurry(settings: &mut Settings) {
    settings.reboot.watch = Duration::from_millis(150);
    settings.reboot.rest = Duration::from_millis(200);
    settings.reboot.gone = Duration::from_secs(6);
    settings.reboot.settle = Duration::from_secs(8);
    settings.reboot.back = Duration::from_secs(30);
}

/// The card of a reboot, complete.
pub async fn card(world: &World, line: &str) -> (String, Reply) {
    let slot = world.desk.line(line).await;
    let card = world.desk.question(&slot).await;
    (slot, card)
}

pub fn is_over(message: &Message) -> bool {
    message.document.ended.is_some()
}

pub fn reloads(router: &Router) -> usize {
    router.reloads().len()
}
