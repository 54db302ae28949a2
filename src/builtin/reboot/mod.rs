//! `/reboot`: the words of the procedure ([`crate::procedure::reboot`]): its card, its living message, its verdicts.
//! What is typed is read here; `/reboot R1 cancel` is an ordinary task that takes the router's timer back.

mod cancel;
mod card;
mod carry;
mod living;
mod verdict;

use super::{Builtin, nothing_wanted, say};
use crate::model::{
    Ask, Authorized, Device, Dialogue, Document, Ending, Facts, Failure, Kind, Plan, Resolved, Sign, Text,
};
use crate::procedure::reboot::{self, MOST, Reboot, Wish};

pub use card::unsaved_lines;
pub use carry::{Kept, Told, carry, kept, say};
pub use living::document;

pub const REBOOT: Builtin = Builtin {
    name: "reboot",
    title: |resolved| text!("reboot.title", whom = say::whom(resolved)),
    plan,
    wants: nothing_wanted,
    settle: cancel::settle,
    answer: cancel::answer,
};

/// The procedure that a command begins; None: it is no such command, or takes a reload back.
/// An error is what is said instead.
pub fn begin(resolved: &Resolved, facts: &Facts) -> Option<Result<Reboot, Document>> {
    if !is_ours(resolved) {
        return None;
    }
    match wish(resolved, facts) {
        Err(why) => Some(Err(Document::line(Sign::Question, why, Ending::Badly))),
        Ok(Wish::Cancel) => None,
        Ok(Wish::Reboot { save, start }) => {
            let routers: Vec<_> = resolved.devices.iter().map(|device| device.id).collect();
            let names = resolved.devices.iter().map(|device| device.name.to_string()).collect();
            Some(match refusal(resolved, facts) {
                Some(why) => Err(Document::line(Sign::Refused, why, Ending::Badly)),
                None => Ok(Reboot::new(routers, names, save, start)),
            })
        }
    }
}

/// Whether the command asks with a card of its own instead of the plain question.
pub fn asks_by_itself(resolved: &Resolved) -> bool {
    is_ours(resolved)
}

/// `/reboot R1 cancel`: nothing but taking back what the router's own timer would do.
pub fn takes_back(resolved: &Resolved, facts: &Facts) -> bool {
    is_ours(resolved) && matches!(wish(resolved, facts), Ok(Wish::Cancel))
}

fn is_ours(resolved: &Resolved) -> bool {
    matches!(&resolved.command.run, crate::model::Run::Builtin(name) if name == REBOOT.name)
}

fn wish(resolved: &Resolved, facts: &Facts) -> Result<Wish, Text> {
    let zone = facts.asker.as_ref().map_or(facts.zone, |person| person.time_zone);
    reboot::read(resolved.word("how").unwrap_or_default(), facts.now.wall, zone)
}

/// Lists that are never rebooted in one go.
fn refusal(resolved: &Resolved, facts: &Facts) -> Option<Text> {
    let routers: Vec<_> = resolved.devices.iter().map(|device| device.id).collect();
    if routers.len() > MOST {
        return Some(text!("reboot.too_many", count = routers.len(), most = MOST));
    }
    if routers.len() > 1 {
        let sites = reboot::only_ways(&routers, &facts.inventory);
        if !sites.is_empty() {
            return Some(text!("reboot.only_ways", sites = sites));
        }
    }
    None
}

fn plan(
    proof: &Authorized,
    resolved: &Resolved,
    device: &Device,
    facts: &Facts,
) -> Result<Option<Plan>, Failure> {
    match wish(resolved, facts) {
        Ok(Wish::Cancel) => {
            Plan::changing(proof, device.clone(), vec![Ask::Dialogue(Dialogue::CancelReload)])
                .map(Some)
                .map_err(|refused| {
                    Failure::new(Kind::Refused, text!("reboot.may_not_cancel")).with_detail(refused)
                })
        }
        Ok(Wish::Reboot { .. }) => Ok(None),
        Err(why) => Err(Failure::new(Kind::Input, why)),
    }
}
