//! `host=10.0.0.1 site=hanoi tags=core,edge`: settings of a device as people type them, on a chat
//! line and on the command line alike.

use super::{field, port};
use crate::command;
use crate::model::device::Tls;
use crate::model::{Board, Device, DeviceId, DeviceName, Inventory, Profile, Text};

/// The keys that can be set, as help names them.
pub const KEYS: &str = "host ssh-port restconf-port platform site tags credential profile tls parents monitored note name; \
    and for an interface: interface=Gi1 with description, speed, uplink or clear";

/// All that is known of interfaces, as one value: for exports.
pub const INTERFACES: &str = "interfaces";

/// One setting that was typed, with its value still as text.
pub struct DeviceChange<'a> {
    pub key: &'a str,
    pub value: &'a str,
}

/// What a setting may name.
pub struct Known<'a> {
    pub inventory: &'a Inventory,
    /// The platforms that the device floor can talk to.
    pub platforms: &'a [String],
    /// What routers have, for names of interfaces.
    pub board: &'a Board,
}

/// What is wrong with what was typed.
#[derive(Debug, PartialEq)]
pub enum Problem {
    Name {
        why: String,
    },
    NoHost,
    Quote(Text),
    NoPair {
        word: String,
    },
    UnknownKey {
        key: String,
    },
    Value {
        key: String,
        value: String,
        wants: &'static str,
    },
    UnknownParent {
        name: String,
    },
    /// It means none of the router's interfaces, or several.
    Interface {
        name: String,
        known: Vec<String>,
    },
    /// A setting of an interface, and none was named before it.
    NoInterface {
        key: String,
    },
    UnknownPlatform {
        name: String,
        known: Vec<String>,
    },
}

impl Problem {
    pub fn text(&self) -> Text {
        match self {
            Problem::Name { why } => text!("device.bad_name", why = why),
            Problem::NoHost => text!("device.no_host"),
            Problem::Quote(text) => text.clone(),
            Problem::NoPair { word } => text!("device.no_pair", word = word),
            Problem::UnknownKey { key } => text!("device.unknown_key", key = key, keys = KEYS),
            Problem::Value { key, value, wants } => {
                text!("device.bad_value", key = key, value = value, wants = *wants)
            }
            Problem::UnknownPlatform { name, known } => {
                text!("device.unknown_platform", name = name, known = known.clone())
            }
            Problem::Interface { name, known } => {
                text!("device.unknown_interface", name = name, known = known.clone())
            }
            Problem::NoInterface { key } => text!("device.no_interface", key = key),
            Problem::UnknownParent { name } => text!("device.no_such_parent", device = name),
        }
    }
}

/// A device with nothing but a name; the host is still missing.
pub fn blank(name: &str) -> Result<Device, Problem> {
    let name = DeviceName::try_from(name.to_owned()).map_err(|why| Problem::Name { why })?;
    Ok(Device {
        id: DeviceId(0),
        name,
        host: String::new(),
        ssh_port: 22,
        restconf_port: 443,
        platform: DEFAULT_PLATFORM.to_owned(),
        site: String::new(),
        tags: Vec::new(),
        credential: DEFAULT_CREDENTIAL.to_owned(),
        profile: Profile::Modern,
        parents: Vec::new(),
        monitored: true,
        note: String::new(),
        interfaces: Vec::new(),
        tls: Tls::Pin,
    })
}

/// A new device: a host is needed (`host=` or the first word), all else has a default.
pub fn fresh(name: &str, words: &str, known: &Known<'_>) -> Result<Device, Problem> {
    let mut device = blank(name)?;
    apply(&mut device, words, known)?;
    match device.host.is_empty() {
        true => Err(Problem::NoHost),
        false => Ok(device),
    }
}

/// The same device with some settings changed.
pub fn changed(old: &Device, words: &str, known: &Known<'_>) -> Result<Device, Problem> {
    let mut device = old.clone();
    apply(&mut device, words, known)?;
    Ok(device)
}

pub const DEFAULT_PLATFORM: &str = crate::model::device::DEFAULT_PLATFORM;
pub const DEFAULT_CREDENTIAL: &str = "default";

/// The first word may stand without a key: it is the host.
fn apply(device: &mut Device, words: &str, known: &Known<'_>) -> Result<(), Problem> {
    let pairs = command::pairs(words).map_err(Problem::Quote)?;
    let mut keyed = Vec::with_capacity(pairs.len());
    for (at, (key, value)) in pairs.iter().enumerate() {
        let key = match (key, at, device.host.is_empty()) {
            (Some(key), _, _) => key,
            (None, 0, true) => "host",
            (None, _, _) => return Err(Problem::NoPair { word: value.clone() }),
        };
        keyed.push(DeviceChange { key, value });
    }
    change_all(device, &keyed, known)
}

/// Sets one key after the other. `interface=Gi1` names the one that the settings after it speak of.
pub fn change_all(
    device: &mut Device,
    changes: &[DeviceChange<'_>],
    known: &Known<'_>,
) -> Result<(), Problem> {
    let mut interface: Option<String> = None;
    for one in changes {
        let key = one.key.to_lowercase();
        match (&interface, port::KEYS.contains(&key.as_str())) {
            (_, false) if key == "interface" => {
                interface = Some(port::named(one.value, device, known.board)?);
            }
            (Some(name), true) => port::change(device, name, &key, one.value)?,
            (None, true) => return Err(Problem::NoInterface { key }),
            (_, false) => change(device, one, known)?,
        }
    }
    Ok(())
}

/// Sets one key. Values are checked here once, for chat, command line and import.
pub fn change(
    device: &mut Device,
    DeviceChange { key, value }: &DeviceChange<'_>,
    known: &Known<'_>,
) -> Result<(), Problem> {
    let wrong = |wants| Problem::Value { key: (*key).to_owned(), value: (*value).to_owned(), wants };
    let port =
        || value.parse::<u16>().ok().filter(|port| *port > 0).ok_or_else(|| wrong("a port from 1 to 65535"));
    match key.to_lowercase().replace('_', "-").as_str() {
        "name" => {
            device.name = DeviceName::try_from((*value).to_owned()).map_err(|why| Problem::Name { why })?;
        }
        "host" => device.host = host(value).ok_or_else(|| wrong("an address or a DNS name"))?,
        "ssh-port" | "port" => device.ssh_port = port()?,
        "restconf-port" => device.restconf_port = port()?,
        "platform" => device.platform = platform(value, known.platforms)?,
        "site" => device.site = label(value).ok_or_else(|| wrong("one word"))?,
        "tags" => {
            let tags = value.split([',', ' ']).filter(|tag| !tag.is_empty());
            device.tags =
                tags.map(label).collect::<Option<_>>().ok_or_else(|| wrong("words joined by commas"))?;
        }
        "credential" => device.credential = word(value).ok_or_else(|| wrong("a credential's name"))?,
        "profile" => {
            device.profile = Profile::ALL
                .into_iter()
                .find(|profile| profile.name().eq_ignore_ascii_case(value))
                .ok_or_else(|| wrong("modern, legacy or ancient"))?;
        }
        "tls" => {
            device.tls = Tls::ALL
                .into_iter()
                .find(|tls| tls.name().eq_ignore_ascii_case(value))
                .ok_or_else(|| wrong("pin or ca"))?;
        }
        "parents" => device.parents = parents(value, known.inventory)?,
        "monitored" => {
            device.monitored = flag(value).ok_or_else(|| wrong("yes or no"))?;
        }
        "note" => device.note = value.chars().filter(|c| !c.is_control()).take(500).collect(),
        INTERFACES => port::read(device, value, known.board)?,
        _ => return Err(Problem::UnknownKey { key: (*key).to_owned() }),
    }
    Ok(())
}

pub(super) fn flag(value: &str) -> Option<bool> {
    match value.to_lowercase().as_str() {
        "yes" | "true" | "on" | "1" => Some(true),
        "no" | "false" | "off" | "0" => Some(false),
        _ => None,
    }
}

/// An unknown one would be talked to as if it were another.
fn platform(value: &str, known: &[String]) -> Result<String, Problem> {
    let found = known.iter().find(|name| name.eq_ignore_ascii_case(value)).cloned();
    found.ok_or_else(|| Problem::UnknownPlatform { name: value.to_owned(), known: known.to_vec() })
}

fn host(value: &str) -> Option<String> {
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | ':' | '_' | '%');
    let fine = !value.is_empty() && value.len() <= 253 && !value.starts_with('-') && value.chars().all(fits);
    fine.then(|| value.to_owned())
}

/// A word that a selector can name: no comma, colon, star or blank. Empty clears it.
fn label(value: &str) -> Option<String> {
    let fits = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.');
    (value.len() <= 63 && value.chars().all(fits)).then(|| value.to_owned())
}

fn word(value: &str) -> Option<String> {
    label(value).filter(|value| !value.is_empty())
}

fn parents(value: &str, inventory: &Inventory) -> Result<Vec<DeviceId>, Problem> {
    value
        .split([',', ' '])
        .filter(|name| !name.is_empty())
        .map(|name| match inventory.named(name) {
            Some(parent) => Ok(parent.id),
            None => Err(Problem::UnknownParent { name: name.to_owned() }),
        })
        .collect()
}

/// What a change comes to, line by line.
pub fn differences(old: &Device, new: &Device, inventory: &Inventory) -> Vec<Text> {
    let old_values = values(old, inventory);
    values(new, inventory)
        .into_iter()
        .zip(old_values)
        .filter(|((_, new), (_, old))| new != old)
        .map(|((key, new), (_, old))| {
            let old = if old.is_empty() { "-".to_owned() } else { old };
            field(Text::verbatim(key), format!("{old} → {new}"))
        })
        .collect()
}

/// Every setting as it would be typed: for sheets, differences and exports.
pub fn values(device: &Device, inventory: &Inventory) -> Vec<(&'static str, String)> {
    let parents: Vec<String> = device.parents.iter().map(|id| inventory.name(*id)).collect();
    vec![
        ("name", device.name.to_string()),
        ("host", device.host.clone()),
        ("ssh-port", device.ssh_port.to_string()),
        ("restconf-port", device.restconf_port.to_string()),
        ("platform", device.platform.clone()),
        ("site", device.site.clone()),
        ("tags", device.tags.join(",")),
        ("credential", device.credential.clone()),
        ("profile", device.profile.name().to_owned()),
        ("tls", device.tls.name().to_owned()),
        ("parents", parents.join(",")),
        ("monitored", if device.monitored { "yes" } else { "no" }.to_owned()),
        ("note", device.note.clone()),
        (INTERFACES, port::written(&device.interfaces)),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(words: &str) -> Result<Device, Problem> {
        fresh(
            "R1",
            words,
            &Known {
                inventory: &Inventory::default(),
                platforms: &[DEFAULT_PLATFORM.to_owned()],
                board: &Board::default(),
            },
        )
    }

    #[test]
    fn settings_are_pairs_and_the_host_may_stand_alone() {
        let device =
            check("10.0.0.1 site=hanoi tags=core,edge ssh_port=2222 note=\"ts1 port 12, call bob\"").unwrap();
        assert_eq!(device.host, "10.0.0.1");
        assert_eq!(device.tags, ["core", "edge"]);
        assert_eq!(device.ssh_port, 2222);
        assert_eq!(device.note, "ts1 port 12, call bob");
        assert_eq!(device.tls, Tls::Pin);
        assert_eq!(check("10.0.0.1 tls=CA").unwrap().tls, Tls::Ca);
        assert_eq!(check("host=r1.example.net").unwrap().host, "r1.example.net");
    }

    #[test]
    fn what_is_wrong_is_named() {
        assert_eq!(check("").unwrap_err(), Problem::NoHost);
        assert_eq!(check("10.0.0.1 site").unwrap_err(), Problem::NoPair { word: "site".to_owned() });
        assert!(matches!(check("10.0.0.1 colour=red"), Err(Problem::UnknownKey { .. })));
        for bad in [
            "10.0.0.1 ssh-port=0",
            "10.0.0.1 ssh-port=70000",
            "10.0.0.1 site=a,b",
            "-oProxyCommand=x",
            "10.0.0.1 profile=old",
            "10.0.0.1 tls=any",
            "10.0.0.1 tls=off",
        ] {
            assert!(check(bad).is_err(), "{bad}");
        }
        assert!(matches!(check("10.0.0.1 platform=junos"), Err(Problem::UnknownPlatform { .. })));
        assert!(matches!(check("10.0.0.1 parents=R9"), Err(Problem::UnknownParent { .. })));
    }
}
