//! The configuration with which a router of the lab is born: `sample.cfg` with its places filled in from the router's
//! name, so that every router differs and nothing in the repository looks like a real secret.

use super::configuration::Configuration;
use super::topology::Place;

const TEMPLATE: &str = include_str!("sample.cfg");

/// A configuration and every secret value in it, for tests that search for leaks.
pub(crate) struct Sample {
    pub configuration: Configuration,
    pub secrets: Vec<String>,
}

pub(crate) fn sample(place: &Place) -> Sample {
    let mut filler = Filler { place, secrets: Vec::new() };
    let with_interfaces = TEMPLATE.replace("<interfaces>\n", &interfaces(place));
    let text: String = with_interfaces.lines().map(|line| filler.line(line) + "\n").collect();
    Sample { configuration: Configuration::parse(&text), secrets: filler.secrets }
}

/// A new secret of the given type made from a word, as the router would store it.
pub(crate) fn type9(seed: &str) -> String {
    format!("$9${}${}", letters(&format!("{seed} salt"), 14), letters(seed, 43))
}

struct Filler<'a> {
    place: &'a Place,
    secrets: Vec<String>,
}

impl Filler<'_> {
    fn line(&mut self, template: &str) -> String {
        let mut text = String::new();
        let mut rest = template;
        while let Some((before, after)) = rest.split_once('<') {
            let Some((place, after)) = after.split_once('>') else { break };
            text.push_str(before);
            text.push_str(&self.fill(place));
            rest = after;
        }
        text.push_str(rest);
        text
    }

    fn fill(&mut self, place: &str) -> String {
        let number = self.place.number;
        match place {
            "name" => self.place.name.clone(),
            "site" => self.place.site.clone(),
            "isp" => super::topology::provider(number).to_string(),
            "serial" => self.place.serial.clone(),
            "n" => (number % 250 + 1).to_string(),
            "n2" => format!("{:02}", number % 99 + 1),
            "as" => (65001 + number % 500).to_string(),
            "certificate" => certificate(&self.place.name),
            _ => self.secret(place),
        }
    }

    fn secret(&mut self, place: &str) -> String {
        let (kind, what) = place.split_once(' ').unwrap_or((place, ""));
        let seed = format!("{} {what}", self.place.name);
        let value = match kind {
            "type5" => format!("$1${}${}", letters(&format!("{seed} salt"), 4), letters(&seed, 22)),
            "type7" => format!("{:02}{}", draw(&seed).next().unwrap_or(3) % 16, hex(&seed, 22)),
            "type8" => format!("$8${}${}", letters(&format!("{seed} salt"), 14), letters(&seed, 43)),
            "type9" => type9(&seed),
            "hex" => {
                let (what, length) = what.split_once(' ').unwrap_or((what, "32"));
                hex(&format!("{} {what}", self.place.name), length.parse().unwrap_or(32))
            }
            _ => format!("lab-{what}-{}", self.place.name),
        };
        self.secrets.push(value.clone());
        value
    }
}

fn interfaces(place: &Place) -> String {
    let mut text = String::new();
    for port in &place.ports {
        text.push_str(&format!("interface {}\n", port.name));
        if !port.description.is_empty() {
            text.push_str(&format!(" description {}\n", port.description));
        }
        match port.address {
            Some((address, mask)) => text.push_str(&format!(" ip address {address} {mask}\n")),
            None => text.push_str(" no ip address\n"),
        }
        for line in extra(&port.name) {
            text.push_str(&format!(" {line}\n"));
        }
        if port.shut {
            text.push_str(" shutdown\n");
        }
        if port.name.starts_with("Gigabit") {
            text.push_str(" negotiation auto\n");
        }
        text.push_str("!\n");
    }
    text
}

/// Lines that only this interface has: the secrets that stand under interfaces.
fn extra(port: &str) -> &'static [&'static str] {
    match port {
        "GigabitEthernet1" => &[
            "ip access-group FROM-INTERNET in",
            "load-interval 30",
            "ppp chap hostname lab",
            "ppp chap password 7 <type7 ppp-chap>",
            "ppp pap sent-username lab password 7 <type7 ppp-pap>",
        ],
        "GigabitEthernet2" => &[
            "ip ospf authentication-key 7 <type7 ospf-simple>",
            "ip ospf message-digest-key 1 md5 7 <type7 ospf-md5>",
            "isis password <clear isis-interface>",
        ],
        "GigabitEthernet3" => &[
            "standby 1 ip 10.<n>.1.254",
            "standby 1 authentication md5 key-string 7 <type7 hsrp-md5>",
            "standby 2 authentication <clear hsrp-text>",
            "vrrp 3 authentication text <clear vrrp>",
            "glbp 4 authentication md5 key-string 7 <type7 glbp>",
        ],
        _ => &[],
    }
}

fn certificate(name: &str) -> String {
    let lines = (0..12).map(|row| {
        let words: Vec<String> =
            (0..8).map(|word| hex(&format!("{name} certificate {row} {word}"), 8)).collect();
        format!("  {}", words.join(" "))
    });
    lines.collect::<Vec<_>>().join("\n")
}

fn letters(seed: &str, length: usize) -> String {
    const ALPHABET: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789./";
    let letter =
        |value: u8| char::from(ALPHABET.get(usize::from(value) % ALPHABET.len()).copied().unwrap_or(b'A'));
    draw(seed).take(length).map(letter).collect()
}

fn hex(seed: &str, length: usize) -> String {
    draw(seed).take(length).map(|value| format!("{:X}", value % 16)).collect()
}

/// The same endless row of numbers for the same seed: a start afresh must not change a configuration. (FNV-1a, then
/// xorshift; nothing here protects anything.)
pub(crate) fn draw(seed: &str) -> impl Iterator<Item = u8> + use<> {
    let start = seed.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    let next = |value: &u64| {
        let mut value = *value;
        value ^= value << 13;
        value ^= value >> 7;
        value ^= value << 17;
        Some(value)
    };
    std::iter::successors(Some(start | 1), next)
        .skip(1)
        .map(|value| value.to_be_bytes().first().copied().unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::super::{LabPlan, topology::places};
    use super::*;

    #[test]
    fn every_router_has_its_own_two_hundred_lines_and_secrets() {
        let places = places(&LabPlan::demo().routers);
        let first = sample(&places[0]);
        let second = sample(&places[1]);
        let text = first.configuration.text();
        assert!((190..320).contains(&text.lines().count()), "{}", text.lines().count());
        assert!(text.ends_with("!\nend\n") && !text.contains('<'), "{text}");
        assert!(first.secrets.len() > 50);
        for secret in &first.secrets {
            assert!(text.contains(secret.as_str()));
            assert!(!second.secrets.contains(secret), "{secret}");
        }
        assert_eq!(sample(&places[0]).configuration, first.configuration);
    }
}
