//! A router as the inventory knows it, and the inventory as one value.

use super::ids::DeviceId;
use super::selector::Selector;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;

/// The platform of a router when nothing else is said.
pub const DEFAULT_PLATFORM: &str = "ios-xe";

/// A name that is safe everywhere: in a chat, a file name, a selector. One letter or digit first,
/// then letters, digits, `-`, `_` and `.`, at most 63. Compared without regard to case.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct DeviceName(String);

impl DeviceName {
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The form that is compared: without case.
    pub fn folded(&self) -> String {
        self.0.to_lowercase()
    }
}

impl TryFrom<String> for DeviceName {
    type Error = String;

    fn try_from(name: String) -> Result<Self, String> {
        let fits = name.len() <= 63
            && name.starts_with(|c: char| c.is_ascii_alphanumeric())
            && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'));
        match fits && !name.eq_ignore_ascii_case("all") {
            true => Ok(DeviceName(name)),
            false => Err(format!(
                "{name:?} is no device name; use letters, digits, '-', '_' and '.', a letter or digit first, at most 63, not \"all\""
            )),
        }
    }
}

impl From<DeviceName> for String {
    fn from(name: DeviceName) -> String {
        name.0
    }
}

impl fmt::Display for DeviceName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Which SSH algorithms are offered. `legacy` and `ancient` are an opt-in per device.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Profile {
    #[default]
    Modern,
    Legacy,
    Ancient,
}

impl Profile {
    pub const ALL: [Profile; 3] = [Profile::Modern, Profile::Legacy, Profile::Ancient];

    pub fn name(self) -> &'static str {
        match self {
            Profile::Modern => "modern",
            Profile::Legacy => "legacy",
            Profile::Ancient => "ancient",
        }
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Device {
    pub id: DeviceId,
    pub name: DeviceName,
    /// Address or DNS name; resolved anew at each login.
    pub host: String,
    pub ssh_port: u16,
    pub restconf_port: u16,
    /// A name in the registry of platforms; `ios-xe` when nothing else is said.
    pub platform: String,
    pub site: String,
    pub tags: Vec<String>,
    /// The name of a credential, never the credential.
    pub credential: String,
    pub profile: Profile,
    /// Devices through which this one is reached.
    pub parents: Vec<DeviceId>,
    pub monitored: bool,
    pub note: String,
    /// What the inventory says about single interfaces.
    #[serde(default)]
    pub interfaces: Vec<InterfaceNote>,
    /// How its certificate is judged.
    #[serde(default)]
    pub tls: Tls,
}

/// What people know about an interface and the router does not say.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct InterfaceNote {
    /// Full name: `GigabitEthernet1`.
    pub name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Bits per second.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub speed: Option<u64>,
    /// Watched like an uplink, or not at all; none leaves it to its description.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub uplink: Option<bool>,
}

/// By what a router shows who it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum PinKind {
    /// Over SSH; written `SHA256:` and base64 of the key's SHA-256, as OpenSSH does.
    HostKey,
    /// Over HTTPS; written `AB:CD:...`, the SHA-256 of the certificate's DER, as openssl does.
    Certificate,
}

/// How a router's certificate is judged. "Accept anything" does not exist.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Tls {
    /// The one that it showed first, until a person trusts another one.
    #[default]
    Pin,
    /// Signed by the CA of the settings, for the router's address.
    Ca,
}

impl Tls {
    pub const ALL: [Tls; 2] = [Tls::Pin, Tls::Ca];

    pub fn name(self) -> &'static str {
        match self {
            Tls::Pin => "pin",
            Tls::Ca => "ca",
        }
    }
}

/// Every device that is not removed, as one value.
#[derive(Clone, Debug, Default)]
pub struct Inventory {
    devices: Vec<Device>,
    by_name: BTreeMap<String, usize>,
    by_id: BTreeMap<DeviceId, usize>,
}

impl Inventory {
    pub fn new(mut devices: Vec<Device>) -> Inventory {
        devices.sort_by_cached_key(|device| natural(device.name.as_str()));
        let by_name = devices.iter().enumerate().map(|(at, d)| (d.name.folded(), at)).collect();
        let by_id = devices.iter().enumerate().map(|(at, d)| (d.id, at)).collect();
        Inventory { devices, by_name, by_id }
    }

    /// In the order people expect: R2 before R10.
    pub fn devices(&self) -> &[Device] {
        &self.devices
    }

    pub fn named(&self, name: &str) -> Option<&Device> {
        self.by_name.get(&name.to_lowercase()).and_then(|at| self.devices.get(*at))
    }

    pub fn device(&self, id: DeviceId) -> Option<&Device> {
        self.by_id.get(&id).and_then(|at| self.devices.get(*at))
    }

    /// What to call a device, also one that has been removed since.
    pub fn name(&self, id: DeviceId) -> String {
        self.device(id).map_or_else(|| format!("device {id}"), |device| device.name.to_string())
    }

    /// Every device that the selector names, in inventory order.
    pub fn matching<'a>(&'a self, selector: &'a Selector) -> impl Iterator<Item = &'a Device> {
        self.devices.iter().filter(|device| selector.matches(device))
    }
}

/// A key that sorts `R2` before `R10`: runs of digits are padded.
pub fn natural(name: &str) -> String {
    let mut key = String::with_capacity(name.len() + 16);
    let mut digits = String::new();
    for c in name.to_lowercase().chars() {
        if c.is_ascii_digit() {
            digits.push(c);
            continue;
        }
        if !digits.is_empty() {
            key.push_str(&format!("{digits:0>12}"));
            digits.clear();
        }
        key.push(c);
    }
    if !digits.is_empty() {
        key.push_str(&format!("{digits:0>12}"));
    }
    key
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_would_break_a_selector_or_a_file_are_refused() {
        for good in ["R1", "core-1.hanoi", "9k_a"] {
            assert!(DeviceName::try_from(good.to_owned()).is_ok(), "{good}");
        }
        for bad in ["", "-R1", "R 1", "R1,R2", "site:x", "R*", "!R1", "../x", "all", "ALL", "R1\n", "é"] {
            assert!(DeviceName::try_from(bad.to_owned()).is_err(), "{bad}");
        }
        assert!(DeviceName::try_from("x".repeat(64)).is_err());
    }

    #[test]
    fn r2_comes_before_r10() {
        assert!(natural("R2") < natural("r10"));
        assert!(natural("R10") < natural("R10a"));
    }
}
