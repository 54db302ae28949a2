//! The policy, the proof that it said yes, and the plan that needs the proof.
//! Invariant 1: nothing changes a router without an [`Authorized`] made for exactly that step, now.
//! Invariant 10: deny by default; where no rule says yes, the answer is no and names what is missing.

use super::command::Role;
use super::danger::{Risk, danger};
use super::device::Device;
use super::dialogue::Dialogue;
use super::facts::Facts;
use super::freeze::Freeze;
use super::ids::{DeviceId, PersonId};
use super::invocation::Resolved;
use super::person::{Effect, Grant, Person, Subject};
use super::request::Destination;
use super::selector::glob;
use super::time::{Now, Timestamp};
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
    takes_back: bool,
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
    /// It would change routers that are frozen.
    Frozen { freeze: Box<Freeze>, devices: Vec<DeviceId>, allowed: Vec<DeviceId> },
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
        not_frozen(resolved, facts, now.wall)?;
        let age = now.wall.since(resolved.invocation.said_at());
        if resolved.changes_something() && age > FRESH {
            return Err(Refusal::Stale { age });
        }
        Ok(Authorized {
            person: person.id,
            permission: resolved.permission.clone(),
            risk: resolved.risk,
            takes_back: resolved.takes_back,
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

/// While a freeze holds, nothing is proven that changes its routers. Reading goes on, and so does taking back what
/// a router's own timer would do.
fn not_frozen(resolved: &Resolved, facts: &Facts, now: Timestamp) -> Result<(), Refusal> {
    if resolved.risk == Risk::Read || resolved.takes_back {
        return Ok(());
    }
    let (frozen, free): (Vec<&Device>, Vec<&Device>) =
        resolved.devices.iter().partition(|device| facts.freeze_of(device, now).is_some());
    // The one that ends last is the one to wait for.
    let last =
        frozen.iter().filter_map(|device| facts.freeze_of(device, now)).max_by_key(|freeze| freeze.until);
    match last {
        None => Ok(()),
        Some(freeze) => Err(Refusal::Frozen {
            freeze: Box::new(freeze.clone()),
            devices: frozen.iter().map(|device| device.id).collect(),
            allowed: free.iter().map(|device| device.id).collect(),
        }),
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
        // What is said of a chat holds in its topics, too.
        let here = glob(&self.chat, &place.to_string()) || glob(&self.chat, &place.chat().to_string());
        subject && command && here
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
    /// The configuration that the router starts with, in the same form.
    StartupConfig,
    /// A conversation in which the router asks back. The last ask of its plan.
    Dialogue(Dialogue),
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
        if proof.takes_back {
            only_takes_back(&asks)?;
        }
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

    /// Whether all of it may be sent again after a crash: twice is as good as once (invariant 6).
    pub fn may_repeat(&self) -> bool {
        self.asks.iter().all(|ask| match ask {
            Ask::Dialogue(dialogue) => dialogue.may_repeat(),
            // A line of a changing plan is a change, whatever it says.
            Ask::Line { .. } => !self.changing,
            Ask::Get { .. } | Ask::RunningConfig | Ask::StartupConfig => true,
        })
    }
}

/// Whether a RESTCONF path reads state and no configuration: only the numbers of what happens may
/// leave the device floor without the redactor (invariant 2).
fn is_operational(path: &str) -> bool {
    let (tree, query) = path.split_once('?').unwrap_or((path, ""));
    let mut steps = tree.split('/');
    let top = steps.next().unwrap_or_default();
    let module = top.split_once(':').map_or("", |(module, _)| module);
    // A URL is tidied before it is sent: `..`, also as `%2e%2e`, would lead out of the tree of state.
    let leads_away =
        |step: &str| matches!(step.to_ascii_lowercase().replace("%2e", ".").as_str(), "." | "..");
    (module.ends_with("-oper") || top == "ietf-interfaces:interfaces-state")
        && path.chars().all(|c| c.is_ascii_graphic() && !matches!(c, '\\' | '#'))
        && !steps.any(leads_away)
        // The query may choose among the numbers; it may not ask for configuration.
        && query.split('&').all(|part| part.is_empty() || part.starts_with("fields=") || part.starts_with("depth="))
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
            Ask::Dialogue(dialogue) if dialogue.risk() > risk => {
                return Err(TooDangerous { line: format!("{dialogue:?}"), danger: dialogue.risk() });
            }
            Ask::Line { .. } | Ask::RunningConfig | Ask::StartupConfig | Ask::Dialogue(_) => {}
        }
    }
    Ok(())
}

/// A proof that a freeze did not stop is good for nothing else.
fn only_takes_back(asks: &[Ask]) -> Result<(), TooDangerous> {
    match asks.iter().find(|ask| !matches!(ask, Ask::Dialogue(Dialogue::CancelReload))) {
        None => Ok(()),
        Some(more) => Err(TooDangerous { line: format!("{more:?}"), danger: Risk::Change }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Invariant 2: what RESTCONF answers is not redacted, so only state may be asked, never configuration.
    #[test]
    fn only_the_numbers_of_state_may_be_asked_over_restconf() {
        for good in [
            "Cisco-IOS-XE-process-cpu-oper:cpu-usage/cpu-utilization?fields=five-seconds;one-minute",
            "Cisco-IOS-XE-memory-oper:memory-statistics",
            "Cisco-IOS-XE-interfaces-oper:interfaces/interface=GigabitEthernet0%2F0%2F1",
            "ietf-interfaces:interfaces-state/interface?fields=name;statistics",
            "Cisco-IOS-XE-device-hardware-oper:device-hardware-data?depth=3",
        ] {
            assert!(is_operational(good), "{good}");
        }
        for bad in [
            "",
            "-oper",
            "Cisco-IOS-XE-native:native",
            "Cisco-IOS-XE-native:native/snmp-server?fields=x-oper:y",
            "Cisco-IOS-XE-native:native/x-oper:y",
            "ietf-interfaces:interfaces",
            "ietf-interfaces:interfaces-state-oper",
            "openconfig-interfaces:interfaces",
            "x-oper:a/../../data/Cisco-IOS-XE-native:native",
            "x-oper:a/%2e%2E/Cisco-IOS-XE-native:native",
            "x-oper:a/.%2e/Cisco-IOS-XE-native:native",
            "x-oper:a\\..\\Cisco-IOS-XE-native:native",
            "x-oper:a#b",
            "x-oper:a b",
            "x-oper:a\n",
            "x-oper:a?content=config",
            "x-oper:a?with-defaults=report-all",
            "x-oper:a?depth=1&content=config",
        ] {
            assert!(!is_operational(bad), "{bad}");
        }
    }

    #[test]
    fn a_plan_that_asks_for_configuration_is_refused_also_where_only_its_plain_form_does() {
        let device: Device = serde_json::from_value(serde_json::json!({
            "id": 1, "name": "R1", "host": "r1", "ssh_port": 22, "restconf_port": 443, "platform": "", "site": "",
            "tags": [], "credential": "lab", "profile": "modern", "parents": [], "monitored": true, "note": ""
        }))
        .unwrap();
        let get = |path: &str, plain: Option<&str>| Ask::Get {
            path: path.to_owned(),
            plain: plain.map(str::to_owned),
        };
        let (state, config) = ("x-oper:a", "Cisco-IOS-XE-native:native");
        assert!(Plan::reading(device.clone(), vec![get(state, Some(state)), get(state, None)]).is_ok());
        for ask in [get(config, None), get(state, Some(config)), get(config, Some(state))] {
            let refused = Plan::reading(device.clone(), vec![get(state, None), ask]).unwrap_err();
            assert_eq!(refused.line, config);
        }
    }
}
