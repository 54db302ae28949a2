//! A router's configuration as lines with sections: what is typed in configuration mode enters, the text of
//! `show running-config` leaves. It knows where a new line belongs, not what a line means to the router.

use serde::{Deserialize, Serialize};

/// One line of the top level with the indented lines below it. A banner keeps its line breaks inside `line`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Entry {
    pub line: String,
    pub below: Vec<String>,
}

/// The whole configuration in the order in which the router prints it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Configuration {
    entries: Vec<Entry>,
}

/// Commands of which a section holds only one: a second one takes the place of the first.
const SINGLE: &[&str] = &[
    "hostname",
    "description",
    "bandwidth",
    "mtu",
    "load-interval",
    "encapsulation",
    "speed",
    "duplex",
    "enable secret",
    "enable password",
    "banner motd",
    "banner login",
    "banner exec",
    "snmp-server location",
    "snmp-server contact",
    "logging buffered",
    "ip domain name",
    "exec-timeout",
    "router-id",
    "ip ssh version",
    "clock timezone",
    "key-string",
    "ip ospf cost",
    "ip mtu",
    "delay",
    "version",
    "bgp router-id",
];

impl Configuration {
    /// Reads the indented text that [`Configuration::text`] writes. Lines of a banner are kept together.
    pub fn parse(text: &str) -> Configuration {
        let mut entries: Vec<Entry> = Vec::new();
        let mut lines = text.lines();
        while let Some(line) = lines.next() {
            let open = line.starts_with("banner ") && line.matches("^C").count() == 1;
            match entries.last_mut() {
                Some(last) if line.starts_with([' ', '\t']) || is_certificate_line(last, line) => {
                    last.below.push(line.to_owned());
                }
                _ if open => entries.push(Entry::alone(banner(line, &mut lines))),
                _ => entries.push(Entry::alone(line.to_owned())),
            }
        }
        Configuration { entries }
    }

    pub fn text(&self) -> String {
        let mut text = String::new();
        for entry in &self.entries {
            text.push_str(&entry.line);
            text.push('\n');
            for line in &entry.below {
                text.push_str(line);
                text.push('\n');
            }
        }
        text
    }

    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The section that begins with exactly this line.
    pub fn section(&self, line: &str) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.line == line)
    }

    /// The value after `key` on the first line of the top level that begins with it.
    pub fn value(&self, key: &str) -> Option<&str> {
        self.entries.iter().find_map(|entry| entry.line.strip_prefix(key)?.strip_prefix(' '))
    }

    /// Makes sure that the section is there, and says whether it is new.
    pub fn open(&mut self, path: &[String]) -> bool {
        let Some((top, deeper)) = path.split_first() else { return false };
        let before = self.entries.len();
        let at = self.place(top);
        let mut new = self.entries.len() != before;
        if let (Some(inner), Some(entry)) = (deeper.first(), self.entries.get_mut(at)) {
            let wanted = format!(" {inner}");
            if !entry.below.contains(&wanted) {
                entry.below.push(wanted);
                new = true;
            }
        }
        new
    }

    /// Adds a line to a section (`path` is empty for the top level); says whether anything changed.
    pub fn set(&mut self, path: &[String], line: &str) -> bool {
        let Some((top, deeper)) = path.split_first() else { return self.set_top(line) };
        let at = self.place(top);
        let Some(entry) = self.entries.get_mut(at) else { return false };
        set_below(&mut entry.below, deeper.first(), line)
    }

    /// Takes the lines that begin with these words out of a section; says whether any was there.
    pub fn unset(&mut self, path: &[String], words: &str) -> bool {
        let Some((top, deeper)) = path.split_first() else { return self.unset_top(words) };
        let Some(entry) = self.entries.iter_mut().find(|entry| entry.line == *top) else { return false };
        let before = entry.below.len();
        let (from, to, indent) = span(&entry.below, deeper.first());
        let mut index = 0;
        entry.below.retain(|line| {
            let inside = index >= from && index < to;
            index += 1;
            !(inside && line.strip_prefix(indent).is_some_and(|line| begins_with_words(line, words)))
        });
        entry.below.len() != before
    }

    fn set_top(&mut self, line: &str) -> bool {
        if self.entries.iter().any(|entry| entry.line == line) {
            return false;
        }
        let old = single(line)
            .and_then(|key| self.entries.iter_mut().find(|entry| begins_with_words(&entry.line, &key)));
        if let Some(entry) = old {
            line.clone_into(&mut entry.line);
            return true;
        }
        self.place(line);
        true
    }

    fn unset_top(&mut self, words: &str) -> bool {
        let before = self.entries.len();
        self.entries.retain(|entry| !begins_with_words(&entry.line, words));
        self.entries.len() != before
    }

    /// The index of this line, put in when it is not there: after the last line that begins alike.
    fn place(&mut self, line: &str) -> usize {
        if let Some(at) = self.entries.iter().position(|entry| entry.line == line) {
            return at;
        }
        let at = self.neighbour(line);
        self.entries.insert(at, Entry::alone(line.to_owned()));
        if at > 0 && self.entries.get(at - 1).is_some_and(|entry| !entry.below.is_empty()) {
            self.entries.insert(at, Entry::alone("!".to_owned()));
            return at + 1;
        }
        at
    }

    fn neighbour(&self, line: &str) -> usize {
        let words: Vec<&str> = line.split(' ').collect();
        for take in (1..=words.len().min(2)).rev() {
            let key = words.get(..take).unwrap_or_default().join(" ");
            if let Some(at) = self.entries.iter().rposition(|entry| begins_with_words(&entry.line, &key)) {
                return at + 1;
            }
        }
        let last = self.entries.iter().position(|entry| begins_with_words(&entry.line, "control-plane"));
        last.unwrap_or_else(|| self.entries.len().saturating_sub(1))
    }
}

impl Entry {
    fn alone(line: String) -> Entry {
        Entry { line, below: Vec::new() }
    }
}

/// The first words of `line` when only one such line may stand in a section.
fn single(line: &str) -> Option<String> {
    let listed = SINGLE.iter().find(|key| begins_with_words(line, key)).map(|key| (*key).to_owned());
    listed.or_else(|| {
        let mut words = line.split(' ');
        match (words.next(), words.next(), words.next_back()) {
            (Some("username"), Some(name), _) => Some(format!("username {name}")),
            (Some("ip"), Some("address"), last) if last != Some("secondary") => Some("ip address".to_owned()),
            _ => None,
        }
    })
}

fn set_below(below: &mut Vec<String>, inner: Option<&String>, line: &str) -> bool {
    if let Some(inner) = inner {
        let head = format!(" {inner}");
        if !below.contains(&head) {
            below.push(head);
        }
    }
    let (from, to, indent) = span(below, inner);
    let wanted = format!("{indent}{line}");
    let inside = below.get_mut(from..to).unwrap_or_default();
    if inside.contains(&wanted) {
        return false;
    }
    if let Some(key) = single(line) {
        let same =
            |old: &&mut String| old.strip_prefix(indent).is_some_and(|old| begins_with_words(old, &key));
        if let Some(old) = inside.iter_mut().find(same) {
            *old = wanted;
            return true;
        }
    }
    // A description opens the section, as on a router; everything else goes to its end.
    let at = if line.starts_with("description ") { from } else { to };
    below.insert(at.min(below.len()), wanted);
    true
}

/// Where the lines of a section, or of a section inside it, stand, and how far they are indented.
fn span(below: &[String], inner: Option<&String>) -> (usize, usize, &'static str) {
    let Some(inner) = inner else { return (0, below.len(), " ") };
    let head = format!(" {inner}");
    let Some(from) = below.iter().position(|line| *line == head) else {
        return (below.len(), below.len(), "  ");
    };
    let length = below.iter().skip(from + 1).take_while(|line| line.starts_with("  ")).count();
    (from + 1, from + 1 + length, "  ")
}

pub(crate) fn begins_with_words(line: &str, words: &str) -> bool {
    line.strip_prefix(words).is_some_and(|rest| rest.is_empty() || rest.starts_with(' '))
}

fn is_certificate_line(last: &Entry, line: &str) -> bool {
    last.line.starts_with("crypto pki certificate chain") && line.trim() == "quit"
}

fn banner<'a>(first: &str, lines: &mut impl Iterator<Item = &'a str>) -> String {
    let mut text = first.to_owned();
    for line in lines {
        text.push('\n');
        text.push_str(line);
        if line.contains("^C") {
            break;
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> Configuration {
        Configuration::parse(
            "hostname R1\n!\ninterface GigabitEthernet1\n ip address 10.0.0.1 255.255.255.0\n!\n\
             router bgp 65001\n address-family ipv4\n  network 10.0.0.0\n exit-address-family\n!\n\
             banner motd ^C\nhello\n there ^C\n!\ncontrol-plane\n!\nend\n",
        )
    }

    #[test]
    fn text_and_parse_are_each_others_opposite() {
        let text = sample().text();
        assert_eq!(Configuration::parse(&text), sample());
        assert_eq!(sample().value("hostname"), Some("R1"));
        assert!(sample().entries().iter().any(|entry| entry.line == "banner motd ^C\nhello\n there ^C"));
    }

    #[test]
    fn a_line_goes_where_a_router_would_put_it() {
        let mut configuration = sample();
        let interface = ["interface GigabitEthernet1".to_owned()];
        assert!(configuration.set(&interface, "shutdown"));
        assert!(!configuration.set(&interface, "shutdown"));
        assert!(configuration.set(&interface, "ip address 10.0.0.9 255.255.255.0"));
        assert!(configuration.set(&interface, "description one"));
        assert!(
            configuration.set(&["interface Loopback7".to_owned()], "ip address 10.7.7.7 255.255.255.255")
        );
        assert!(
            configuration
                .set(&["router bgp 65001".to_owned(), "address-family ipv4".to_owned()], "maximum-paths 2")
        );
        assert!(configuration.set(&[], "hostname R9"));
        assert!(configuration.set(&[], "ip route 0.0.0.0 0.0.0.0 10.0.0.2"));
        let text = configuration.text();
        assert_eq!(
            text,
            "hostname R9\n!\ninterface GigabitEthernet1\n description one\n ip address 10.0.0.9 255.255.255.0\n shutdown\n!\n\
             interface Loopback7\n ip address 10.7.7.7 255.255.255.255\n!\n\
             router bgp 65001\n address-family ipv4\n  network 10.0.0.0\n  maximum-paths 2\n exit-address-family\n!\n\
             banner motd ^C\nhello\n there ^C\n!\nip route 0.0.0.0 0.0.0.0 10.0.0.2\ncontrol-plane\n!\nend\n"
        );
        assert!(configuration.unset(&interface, "shutdown"));
        assert!(!configuration.unset(&interface, "shutdown"));
        assert!(configuration.unset(&[], "interface Loopback7"));
        assert!(!configuration.text().contains("Loopback7"));
    }
}
