//! A planned reboot in words, for whatever shows that alerts are held for it.

use crate::model::window::holding;
use crate::model::{Device, Facts, Text, Window};

/// `planned reboot by alice`, `behind the planned reboot of R2`; none when nothing holds this router.
/// `windows` are the open ones.
pub fn planned(device: &Device, windows: &[Window], facts: &Facts) -> Option<Text> {
    let window = holding(windows, device, &facts.inventory)?;
    Some(match window.device == device.id {
        true => text!("incident.planned", who = facts.person_name(window.by)),
        false => text!("incident.behind", device = facts.inventory.name(window.device)),
    })
}
