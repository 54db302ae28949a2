//! Which devices are meant: `R1`, `R1,R2`, `R*`, `site:hanoi`, `tag:edge`, `all`, and `!R3` to leave
//! one out. Parts are joined by commas; exclusions are taken away last. Case never matters.

use super::device::{Device, Inventory};
use serde::{Deserialize, Serialize};
use std::fmt;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Selector {
    include: Vec<Part>,
    exclude: Vec<Part>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    All,
    Name(String),
    /// A name with `*` for any run of characters and `?` for one.
    Pattern(String),
    Site(String),
    Tag(String),
}

impl Selector {
    pub fn all() -> Selector {
        Selector { include: vec![Part::All], exclude: Vec::new() }
    }

    pub fn is_all(&self) -> bool {
        self.exclude.is_empty() && self.include.contains(&Part::All)
    }

    pub fn matches(&self, device: &Device) -> bool {
        let any = |parts: &[Part]| parts.iter().any(|part| part.matches(device));
        any(&self.include) && !any(&self.exclude)
    }

    /// The parts that name nothing in this inventory, as typed: a plain name, site, tag or pattern
    /// without a device. An unknown part refuses the whole command, also in an exclusion.
    pub fn unknown(&self, inventory: &Inventory) -> Vec<String> {
        self.include
            .iter()
            .chain(&self.exclude)
            .filter(|part| !matches!(part, Part::All))
            .filter(|part| !inventory.devices().iter().any(|device| part.matches(device)))
            .map(ToString::to_string)
            .collect()
    }

    /// The one plain name, when the selector is nothing else.
    pub fn single_name(&self) -> Option<&str> {
        match (self.include.as_slice(), self.exclude.as_slice()) {
            ([Part::Name(name)], []) => Some(name),
            _ => None,
        }
    }
}

impl Part {
    fn parse(typed: &str) -> Result<Part, String> {
        let (kind, value) = match typed.split_once(':') {
            Some((kind, value)) => (Some(kind.to_lowercase()), value),
            None => (None, typed),
        };
        let fits = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.' | '*' | '?');
        if value.is_empty() || !value.chars().all(fits) {
            return Err(format!("{typed:?} names no device"));
        }
        let value = value.to_lowercase();
        match kind.as_deref() {
            Some("site") => Ok(Part::Site(value)),
            Some("tag") => Ok(Part::Tag(value)),
            Some(kind) => Err(format!("{kind:?} is no kind of selector; use site: or tag:")),
            None if value == "all" || value == "*" => Ok(Part::All),
            None if value.contains(['*', '?']) => Ok(Part::Pattern(value)),
            None => Ok(Part::Name(value)),
        }
    }

    fn matches(&self, device: &Device) -> bool {
        match self {
            Part::All => true,
            Part::Name(name) => device.name.as_str().eq_ignore_ascii_case(name),
            Part::Pattern(pattern) => glob(pattern, &device.name.folded()),
            Part::Site(site) => glob(site, &device.site.to_lowercase()),
            Part::Tag(tag) => device.tags.iter().any(|has| glob(tag, &has.to_lowercase())),
        }
    }
}

/// `*` stands for any run of characters, `?` for one. Linear in practice: one step back at most.
pub fn glob(pattern: &str, text: &str) -> bool {
    let (pattern, text): (Vec<char>, Vec<char>) = (pattern.chars().collect(), text.chars().collect());
    let (mut p, mut t) = (0, 0);
    let mut retry: Option<(usize, usize)> = None;
    while t < text.len() {
        match pattern.get(p) {
            Some('*') => {
                retry = Some((p + 1, t));
                p += 1;
            }
            Some(c) if *c == '?' || text.get(t) == Some(c) => {
                p += 1;
                t += 1;
            }
            _ => match retry {
                Some((star, from)) => {
                    p = star;
                    t = from + 1;
                    retry = Some((star, from + 1));
                }
                None => return false,
            },
        }
    }
    pattern.get(p..).is_some_and(|rest| rest.iter().all(|c| *c == '*'))
}

impl TryFrom<String> for Selector {
    type Error = String;

    fn try_from(typed: String) -> Result<Self, String> {
        let mut selector = Selector { include: Vec::new(), exclude: Vec::new() };
        for part in typed.split(',') {
            match part.trim_matches(' ').strip_prefix('!') {
                Some(excluded) => selector.exclude.push(Part::parse(excluded)?),
                None => selector.include.push(Part::parse(part.trim_matches(' '))?),
            }
        }
        // `!R3` alone means everything but R3.
        if selector.include.is_empty() {
            selector.include.push(Part::All);
        }
        Ok(selector)
    }
}

impl std::str::FromStr for Selector {
    type Err = String;

    fn from_str(typed: &str) -> Result<Self, String> {
        Selector::try_from(typed.to_owned())
    }
}

impl From<Selector> for String {
    fn from(selector: Selector) -> String {
        selector.to_string()
    }
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Part::All => f.write_str("all"),
            Part::Name(name) | Part::Pattern(name) => f.write_str(name),
            Part::Site(site) => write!(f, "site:{site}"),
            Part::Tag(tag) => write!(f, "tag:{tag}"),
        }
    }
}

impl fmt::Display for Selector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let include = self.include.iter().map(ToString::to_string);
        let exclude = self.exclude.iter().map(|part| format!("!{part}"));
        f.write_str(&include.chain(exclude).collect::<Vec<_>>().join(","))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{DeviceId, DeviceName, Profile};

    fn device(id: i64, name: &str, site: &str, tags: &[&str]) -> Device {
        Device {
            id: DeviceId(id),
            name: DeviceName::try_from(name.to_owned()).unwrap(),
            host: String::new(),
            ssh_port: 22,
            restconf_port: 443,
            platform: String::new(),
            site: site.to_owned(),
            tags: tags.iter().map(|tag| (*tag).to_owned()).collect(),
            credential: String::new(),
            profile: Profile::Modern,
            parents: Vec::new(),
            monitored: true,
            note: String::new(),
            interfaces: Vec::new(),
            tls: crate::model::device::Tls::Pin,
        }
    }

    fn check(typed: &str, expected: &str) {
        let inventory = Inventory::new(vec![
            device(1, "R1", "hanoi", &["core"]),
            device(2, "R2", "Hanoi", &["edge"]),
            device(3, "R3", "danang", &["edge", "core"]),
            device(4, "R10", "saigon", &[]),
        ]);
        let got = match typed.parse::<Selector>() {
            Err(_) => "error".to_owned(),
            Ok(selector) => match selector.unknown(&inventory).join(",") {
                unknown if !unknown.is_empty() => format!("unknown {unknown}"),
                _ => inventory.matching(&selector).map(|d| d.name.to_string()).collect::<Vec<_>>().join(" "),
            },
        };
        assert_eq!(got, expected, "{typed}");
    }

    #[test]
    fn selectors_name_devices() {
        check("r1", "R1");
        check("R1, r2", "R1 R2");
        check("R*", "R1 R2 R3 R10");
        check("R?", "R1 R2 R3");
        check("site:HANOI", "R1 R2");
        check("tag:edge,R10", "R2 R3 R10");
        check("all", "R1 R2 R3 R10");
        check("all,!R3", "R1 R2 R10");
        check("!tag:edge", "R1 R10");
        check("site:hanoi,!R1,!R2", "");
    }

    #[test]
    fn an_unknown_part_is_named_also_in_an_exclusion() {
        check("R1,R22", "unknown r22");
        check("all,!R33", "unknown r33");
        check("site:hue", "unknown site:hue");
    }

    #[test]
    fn what_is_no_selector_is_an_error() {
        for typed in ["", ",", "R1,,R2", "site:", "planet:mars", "R1;R2", "R1|x", "!", "R1\n"] {
            check(typed, "error");
        }
    }

    #[test]
    fn a_selector_reads_back_as_it_prints() {
        for typed in ["r1,r2,!r3", "site:hanoi,tag:x*", "all,!site:hue"] {
            let selector: Selector = typed.parse().unwrap();
            assert_eq!(selector.to_string(), typed);
        }
    }
}
