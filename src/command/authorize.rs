//! The proof that this person may run this command here, now; and the sentence when not. The policy
//! itself is [`Authorized::prove`]; this file is the only one that calls it.

use super::named::one_of;
use super::split::retargeted;
use crate::model::invocation::Offer;
use crate::model::{
    Arg, Authorized, Device, DeviceId, Facts, Freeze, Person, Policy, Refusal, Resolved, Role, Text,
};

/// The proof, made anew each time it is needed: after a crash, at a press, before a step.
pub fn authorize(policy: &Policy, resolved: &Resolved, facts: &Facts) -> Result<Authorized, Refusal> {
    Authorized::prove(policy, resolved, facts, facts.now)
}

/// The first line of a refusal: what may not be done, which rule says so, who can change it.
pub fn refusal(refusal: &Refusal, resolved: &Resolved, facts: &Facts) -> Text {
    let command = resolved.permission.as_str();
    match refusal {
        Refusal::Stranger => text!("command.stranger", place = facts.place.to_string()),
        Refusal::Stale { age } => {
            text!("command.stale", line = &resolved.invocation.line, age = *age)
        }
        Refusal::Denied { rule, devices, .. } => {
            let (role, who) = (role(facts), who_grants(facts));
            match names(devices, facts) {
                None => text!("command.denied", command = command, rule = rule, role = role, who = who),
                Some(devices) => text!(
                    "command.denied_on",
                    command = command,
                    devices = devices,
                    rule = rule,
                    role = role,
                    who = who
                ),
            }
        }
        Refusal::NoRule { needs, devices, .. } => no_rule(command, *needs, devices, facts),
        Refusal::Frozen { freeze, devices, .. } => frozen(freeze, devices, facts),
    }
}

fn no_rule(command: &str, needs: Role, devices: &[DeviceId], facts: &Facts) -> Text {
    let (role, who) = (role(facts), who_grants(facts));
    let has_role = ROLES.iter().any(|known| known.name().eq_ignore_ascii_case(&role) && *known >= needs);
    let needs = needs.name();
    match (names(devices, facts), has_role) {
        (None, false) => text!("command.no_rule", command = command, needs = needs, role = role, who = who),
        (None, true) => text!("command.no_rule_here", command = command, who = who),
        (Some(devices), false) => text!(
            "command.no_rule_on",
            command = command,
            devices = devices,
            needs = needs,
            role = role,
            who = who
        ),
        (Some(devices), true) => {
            text!("command.no_rule_on_here", command = command, devices = devices, who = who)
        }
    }
}

/// What is frozen, by whom, until when and why, and who can end it.
fn frozen(freeze: &Freeze, devices: &[DeviceId], facts: &Facts) -> Text {
    let (devices, id) = (names(devices, facts).unwrap_or_else(|| text!("value.none")), freeze.id.to_string());
    let (by, since, until, who) =
        (facts.person_name(freeze.by), freeze.since, freeze.until, who_grants(facts));
    match &freeze.reason {
        None => {
            text!(
                "command.frozen",
                devices = devices,
                by = by,
                since = since,
                until = until,
                id = id,
                who = who
            )
        }
        Some(reason) => text!(
            "command.frozen_because",
            devices = devices,
            by = by,
            since = since,
            until = until,
            reason = reason,
            id = id,
            who = who
        ),
    }
}

const ROLES: [Role; 3] = [Role::Viewer, Role::Operator, Role::Admin];

fn role(facts: &Facts) -> String {
    facts.asker.as_ref().map_or_else(String::new, |person| person.role.clone())
}

/// `carol`, `carol or dave`, or `an admin` where nobody has that role yet or many have it.
fn who_grants(facts: &Facts) -> Arg {
    let is_admin = |person: &&Person| person.role.eq_ignore_ascii_case(Role::Admin.name());
    let admins: Vec<String> =
        facts.people.iter().filter(is_admin).map(|person| person.name.clone()).collect();
    match admins.len() {
        1..=3 => one_of(&admins),
        _ => text!("command.an_admin").into(),
    }
}

/// A few names, then how many more. None when the command speaks of no device.
fn names(devices: &[DeviceId], facts: &Facts) -> Option<Text> {
    let shown: Vec<String> = devices.iter().take(4).map(|id| facts.inventory.name(*id)).collect();
    match devices.len().saturating_sub(shown.len()) {
        _ if devices.is_empty() => None,
        0 => Some(Text::verbatim(shown.join(", "))),
        more => Some(text!("command.names_and_more", names = shown.join(", "), count = more)),
    }
}

/// The same line for the routers that are allowed, where some are: what a button may run instead.
pub fn partial(resolved: &Resolved, refusal: &Refusal, facts: &Facts) -> Option<Offer> {
    let names: Vec<&str> = allowed(refusal, facts).iter().map(|device| device.name.as_str()).collect();
    let instead = retargeted(resolved, &names.join(","));
    let label = match refusal {
        Refusal::Frozen { .. } => text!("command.not_frozen_part", count = names.len()),
        Refusal::Denied { .. } | Refusal::NoRule { .. } | Refusal::Stranger | Refusal::Stale { .. } => {
            text!("command.allowed_part", count = names.len())
        }
    };
    Some(Offer { label, line: instead.filter(|_| !names.is_empty())? })
}

/// The devices of a partial refusal.
pub fn allowed<'f>(refusal: &Refusal, facts: &'f Facts) -> Vec<&'f Device> {
    match refusal {
        Refusal::Denied { allowed, .. }
        | Refusal::NoRule { allowed, .. }
        | Refusal::Frozen { allowed, .. } => {
            allowed.iter().filter_map(|id| facts.inventory.device(*id)).collect()
        }
        Refusal::Stranger | Refusal::Stale { .. } => Vec::new(),
    }
}
