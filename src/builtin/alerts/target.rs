//! Which routers a word means, where what follows does not ask them: a silence, a subscription.

use super::one;
use crate::model::written::nearest;
use crate::model::{Document, Facts, Resolved, Selector, Text};

/// The selector and how to call it; else what to answer: it names nothing, or somebody else's routers.
pub fn routers(typed: &str, resolved: &Resolved, facts: &Facts) -> Result<(Selector, Text), Document> {
    let Ok(selector) = typed.parse::<Selector>() else {
        return Err(one::refused(text!("alerts.not_a_target", typed = typed)));
    };
    let unknown = selector.unknown(&facts.inventory);
    // As it was typed: what is compared is in small letters.
    let as_typed = |part: &String| {
        typed.split(',').find(|typed| typed.eq_ignore_ascii_case(part)).unwrap_or(part).to_owned()
    };
    if let Some(first) = unknown.first().map(as_typed) {
        let first = first.as_str();
        let shown = facts.inventory.devices().iter();
        let shown = shown.filter(|device| one::may(resolved, vec![(*device).clone()], facts).is_ok());
        let names = shown.map(|device| device.name.as_str());
        return Err(one::refused(match nearest(first, names).first() {
            Some(near) => text!("alerts.unknown_router_near", name = first, near = *near),
            None => text!("alerts.unknown_router", name = first),
        }));
    }
    let devices: Vec<_> = facts.inventory.matching(&selector).cloned().collect();
    let count = devices.len();
    one::may(resolved, devices, facts)?;
    let named = match count {
        1 => Text::verbatim(target(&selector, facts)),
        count => text!("alerts.routers", selector = selector.to_string(), count = count),
    };
    Ok((selector, named))
}

/// A selector as people write it: a router by its own name.
pub fn target(selector: &Selector, facts: &Facts) -> String {
    let typed = selector.to_string();
    facts.inventory.named(&typed).map_or(typed, |device| device.name.to_string())
}
