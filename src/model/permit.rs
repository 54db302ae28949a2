//! The policy, the proof that it said yes, and the plan that needs the proof.
//! Invariant 1: nothing changes a router without an [`Authorized`] made for exactly that step, now.
//! Invariant 10: deny by default; where no rule says yes, the answer is no and names what is missing.

use super::command::Role;
use super::danger::{Risk, danger};
use super::device::Device;
use super::facts::Facts;
use super::ids::{DeviceId, PersonId};
use super::invocation::Resolved;
use super::person::{Effect, Grant, Person, Subject};
use super::request::Destination;
use super::selector::glob;
use super::time::Now;
use serde::Serialize;
use std::time::Duration;

/// A command that changes something and is older than this asks again.
pub const FRESH: Duration = Duration::from_secs(60);

/// Every grant, as one value.
#[derive(Clone, Debug, Default)]
pub struct Policy {
    pub grants: Vec<Grant>,
}

/// The proof that this person may run this command on these devices, now.
/// Invariant: made by [`Authorized::prove`] only, which only `command/authorize.rs` calls
/// (`tests/it/laws.rs`). Not stored, not Deserialize, not Clone.
#[derive(Debug)]
pub struct Authorized {
    person: PersonId,
    permission: String,
    risk: Risk,
    devices: Vec<DeviceId>,
}

/// Why not.
#[derive(Clone, Debug, PartialEq)]
pub enum Refusal {
    /// The identity belongs to no person.
    Stranger,
    /// A rule denies it.
    Denied { rule: String, devices: Vec<DeviceId>, allowed: Vec<DeviceId> },
    /// No rule allows it.
    NoRule { needs: Role, devices: Vec<DeviceId>, allowed: Vec<DeviceId> },
    /// It changes something and was said too long ago.
    Stale { age: Duration },
}

impl Authorized {
    /// The policy itself: a pure function of the rules, the command, the facts and the time.
    pub fn prove(
        policy: &Policy,
        resolved: &Resolved,
        facts: &Facts,
        now: Now,
    ) -> Result<Authorized, Refusal> {
        let Some(person) = &facts.asker else { return Err(Refusal::Stranger) };
        policy.allows(person, &facts.place, resolved)?;
        let age = now.wall.since(resolved.invocation.said_at());
        if resolved.changes_something() && age > FRESH {
            return Err(Refusal::Stale { age });
        }
        Ok(Authorized {
            person: person.id,
            permission: resolved.permission.clone(),
            risk: resolved.risk,
            devices: resolved.devices.iter().map(|device| device.id).collect(),
        })
    }

    pub fn person(&self) -> PersonId {
        self.person
    }

    pub fn permission(&self) -> &str {
        &self.permission
    }
}

/// What the rules say about one device (or about a command without devices).
enum Verdict {
    Yes,
    No { rule: Option<String> },
}

impl Policy {
    /// Every device must be allowed, else the whole command is refused.
    pub fn allows(&self, person: &Person, place: &Destination, resolved: &Resolved) -> Result<(), Refusal> {
        // A command that speaks of routers and names none is judged like one that names no router.
        if !resolved.on_devices || resolved.devices.is_empty() {
            return match self.verdict(person, place, &resolved.permission, resolved.role, None) {
                Verdict::Yes => Ok(()),
                Verdict::No { rule } => Err(refusal(rule, resolved.role, Vec::new(), Vec::new())),
            };
        }
        let (mut allowed, mut refused, mut first_rule) = (Vec::new(), Vec::new(), None);
        for device in &resolved.devices {
            match self.verdict(person, place, &resolved.permission, resolved.role, Some(device)) {
                Verdict::Yes => allowed.push(device.id),
                Verdict::No { rule } => {
                    first_rule = first_rule.or(rule);
                    refused.push(device.id);
                }
            }
        }
        match refused.is_empty() {
            true => Ok(()),
            false => Err(refusal(first_rule, resolved.role, refused, allowed)),
        }
    }

    /// Whether the person could run the command on some device here: what help and pickers show.
    pub fn may_ever(&self, person: &Person, place: &Destination, permission: &str, role: Role) -> bool {
        let speaking = |effect: Effect| {
            self.grants
                .iter()
                .filter(move |grant| grant.effect == effect)
                .filter(move |grant| grant.speaks_of(person, place, permission, role))
        };
        speaking(Effect::Allow).next().is_some()
            && !speaking(Effect::Deny).any(|grant| grant.selector.is_all())
    }

    fn verdict(
        &self,
        person: &Person,
        place: &Destination,
        permission: &str,
        role: Role,
        device: Option<&Device>,
    ) -> Verdict {
        let speaking = |effect: Effect| {
            self.grants.iter().find(move |grant| {
                grant.effect == effect
                    && grant.speaks_of(person, place, permission, role)
                    && match (device, effect) {
                        (Some(device), _) => grant.selector.matches(device),
                        // Without a device a rule about some devices allows but does not deny.
                        (None, Effect::Allow) => true,
                        (None, Effect::Deny) => grant.selector.is_all(),
                    }
            })
        };
        match (speaking(Effect::Deny), speaking(Effect::Allow)) {
            (Some(rule), _) => Verdict::No { rule: Some(rule.name.clone()) },
            (None, Some(_)) => Verdict::Yes,
            (None, None) => Verdict::No { rule: None },
        }
    }
}

fn refusal(rule: Option<String>, needs: Role, devices: Vec<DeviceId>, allowed: Vec<DeviceId>) -> Refusal {
    match rule {
        Some(rule) => Refusal::Denied { rule, devices, allowed },
        None => Refusal::NoRule { needs, devices, allowed },
    }
}

impl Grant {
    fn speaks_of(&self, person: &Person, place: &Destination, permission: &str, role: Role) -> bool {
        let subject = match &self.subject {
            Subject::Person(id) => *id == person.id,
            Subject::Role(name) => name.eq_ignore_ascii_case(&person.role),
            Subject::Everyone => true,
        };
        let command = match self.command.as_str() {
            "@viewer" => role <= Role::Viewer,
            "@operator" => role <= Role::Operator,
            "@admin" => true,
            pattern => {
                // `show` speaks of `show.config` too only where it denies: more rights need more words.
                glob(pattern, permission)
                    || (self.effect == Effect::Deny && permission.split('.').next() == Some(pattern))
            }
        };
        subject && command && glob(&self.chat, &place.to_string())
    }
}

/// One device and what to ask it. It names a credential, never holds one.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Plan {
    device: Device,
    asks: Vec<Ask>,
    changing: bool,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Ask {
    /// A line for the router's prompt; `deadline` where the settings' value does not fit.
    Line { line: String, deadline: Option<Duration> },
    /// RESTCONF: a path below `/restconf/data/` of operational data. `plain` is the same without
    /// `fields`, for software that refuses them.
    Get { path: String, plain: Option<String> },
    /// The whole running configuration, redacted and sealed on its way out of the device floor.
    RunningConfig,
}

/// A plan that would do more than its proof allows.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("{line:?} is {}, more than this plan may do", .danger.name())]
pub struct TooDangerous {
    pub line: String,
    pub danger: Risk,
}

impl Plan {
    /// Only looks. Probes and reading commands make these; a line that does more is refused here.
    pub fn reading(device: Device, asks: Vec<Ask>) -> Result<Plan, TooDangerous> {
        within(Risk::Read, &asks)?;
        Ok(Plan { device, asks, changing: false })
    }

    /// May change the router, within what was proven.
    pub fn changing(proof: &Authorized, device: Device, asks: Vec<Ask>) -> Result<Plan, TooDangerous> {
        within(proof.risk, &asks)?;
        match proof.devices.contains(&device.id) {
            true => Ok(Plan { device, asks, changing: proof.risk > Risk::Read }),
            false => Err(TooDangerous { line: format!("anything on {}", device.name), danger: proof.risk }),
        }
    }

    pub fn device(&self) -> &Device {
        &self.device
    }

    pub fn asks(&self) -> &[Ask] {
        &self.asks
    }

    pub fn is_changing(&self) -> bool {
        self.changing
    }
}

/// Whether a RESTCONF path reads state and no configuration: only the numbers of what happens may
/// leave the device floor without the redactor (invariant 2).
fn is_operational(path: &str) -> bool {
    let top = path.split(['/', '?']).next().unwrap_or_default();
    let module = top.split(':').next().unwrap_or_default();
    (module.ends_with("-oper") || top == "ietf-interfaces:interfaces-state")
        && path.chars().all(|c| c.is_ascii_graphic())
}

fn within(risk: Risk, asks: &[Ask]) -> Result<(), TooDangerous> {
    for ask in asks {
        match ask {
            Ask::Line { line, .. } if danger(line) > risk => {
                return Err(TooDangerous { line: line.clone(), danger: danger(line) });
            }
            Ask::Get { path, plain } => {
                let asked = plain.iter().chain([path]).find(|path| !is_operational(path));
                if let Some(path) = asked {
                    return Err(TooDangerous { line: path.clone(), danger: Risk::Change });
                }
            }
            Ask::Line { .. } | Ask::RunningConfig => {}
        }
    }
    Ok(())
}
