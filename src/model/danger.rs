//! How dangerous a line is to a router: computed from the line, never believed (invariant 12).
//! In doubt a line is a change. IOS accepts shortened words, so shortened words are understood here.

use serde::{Deserialize, Serialize};

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Risk {
    Read,
    Change,
    Disruptive,
}

impl Risk {
    pub const ALL: [Risk; 3] = [Risk::Read, Risk::Change, Risk::Disruptive];

    pub fn name(self) -> &'static str {
        match self {
            Risk::Read => "read",
            Risk::Change => "change",
            Risk::Disruptive => "disruptive",
        }
    }
}

/// First words that only look. The number is the shortest form that IOS takes for them alone.
const LOOKS: [(&str, usize); 4] = [("show", 2), ("ping", 2), ("traceroute", 2), ("dir", 3)];

/// Pipes that only filter; `redirect`, `tee` and `append` write files.
const FILTERS: [(&str, usize); 5] =
    [("include", 1), ("exclude", 1), ("section", 1), ("begin", 1), ("count", 1)];

/// First words that take a router or its files away.
const BREAKS: [(&str, usize); 5] =
    [("reload", 3), ("erase", 2), ("delete", 3), ("format", 3), ("factory-reset", 3)];

/// Words that do so wherever they stand.
const BREAKS_ANYWHERE: [&str; 4] = ["reload", "force-switchover", "factory-reset", "erase"];

/// What the line can do to the router that executes it.
pub fn danger(line: &str) -> Risk {
    // Consoles of 7 bits (`exec-character-bits 7`, IOS's default) drop the eighth: of the two bytes of `č` the second becomes
    // a carriage return, and what stands behind it a command of its own.
    if line.contains(|c: char| !matches!(c, ' '..='~')) {
        return Risk::Disruptive;
    }
    let mut words = line.split_whitespace().map(str::to_lowercase).peekable();
    // `do reload` inside configuration mode is `reload`.
    while words.peek().is_some_and(|word| word == "do") {
        words.next();
    }
    let words: Vec<String> = words.collect();
    let Some(first) = words.first() else { return Risk::Read };
    if LOOKS.iter().any(|look| shortens(first, *look)) && only_filters(line) {
        return Risk::Read;
    }
    let breaks = BREAKS.iter().any(|word| shortens(first, *word))
        || words.iter().any(|word| BREAKS_ANYWHERE.contains(&word.as_str()))
        || writes_erase(&words);
    match breaks {
        true => Risk::Disruptive,
        false => Risk::Change,
    }
}

/// `wr er`, `write erase`
fn writes_erase(words: &[String]) -> bool {
    match words {
        [first, second, ..] => shortens(first, ("write", 2)) && shortens(second, ("erase", 1)),
        _ => false,
    }
}

/// Every pipe of the line only filters.
fn only_filters(line: &str) -> bool {
    line.split('|').skip(1).all(|pipe| {
        let word = pipe.split_whitespace().next().unwrap_or_default().to_lowercase();
        FILTERS.iter().any(|filter| shortens(&word, *filter))
    })
}

/// Whether `typed` is `word` or a form of it that has at least `least` letters.
fn shortens(typed: &str, (word, least): (&str, usize)) -> bool {
    typed.len() >= least && word.starts_with(typed)
}

/// What `show` prints that holds keys or configuration: these need an operator.
const PRIVATE: [&[&str]; 18] = [
    &["running-config"],
    &["startup-config"],
    &["configuration"],
    &["derived-config"],
    &["archive", "config"],
    &["archive", "log"],
    &["tech-support"],
    &["key", "chain"],
    &["crypto", "key"],
    &["crypto", "pki"],
    &["crypto", "isakmp", "key"],
    &["crypto", "ikev2"],
    &["snmp", "community"],
    &["snmp", "user"],
    &["aaa", "local"],
    &["file"],
    &["parser", "dump"],
    &["history", "all"],
];

/// Whether a `show` line may print keys or configuration, its words possibly shortened.
pub fn prints_configuration(line: &str) -> bool {
    let words: Vec<String> = line
        .split('|')
        .next()
        .unwrap_or_default()
        .split_whitespace()
        .skip(1)
        .map(str::to_lowercase)
        .collect();
    PRIVATE.iter().any(|private| {
        words.len() >= private.len()
            && private.iter().zip(&words).all(|(word, typed)| word.starts_with(typed.as_str()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn danger_is_computed_from_the_line() {
        for (line, risk) in [
            ("show version", Risk::Read),
            ("sh ver", Risk::Read),
            ("SHOW ip route | include 10.0", Risk::Read),
            ("sh run | i snmp", Risk::Read),
            ("show reload", Risk::Read),
            ("ping 10.0.0.1", Risk::Read),
            ("traceroute 10.0.0.1", Risk::Read),
            ("dir flash:", Risk::Read),
            ("show run | redirect flash:x", Risk::Change),
            ("show run | tee flash:x", Risk::Change),
            ("show run | append flash:x", Risk::Change),
            ("show clock\rreload", Risk::Disruptive),
            ("show clock\u{10d}write erase", Risk::Disruptive),
            ("show\tclock", Risk::Disruptive),
            ("s", Risk::Change),
            ("clear counters", Risk::Change),
            ("write memory", Risk::Change),
            ("wr", Risk::Change),
            ("configure terminal", Risk::Change),
            ("debug ip packet", Risk::Change),
            ("reload", Risk::Disruptive),
            ("rel in 5", Risk::Disruptive),
            ("do reload", Risk::Disruptive),
            ("write erase", Risk::Disruptive),
            ("wr er", Risk::Disruptive),
            ("erase startup-config", Risk::Disruptive),
            ("del flash:x", Risk::Disruptive),
            ("format flash:", Risk::Disruptive),
            ("hw-module subslot 0/0 reload", Risk::Disruptive),
            ("redundancy force-switchover", Risk::Disruptive),
        ] {
            assert_eq!(danger(line), risk, "{line:?}");
        }
    }

    #[test]
    fn what_prints_configuration_is_known_also_when_shortened() {
        for line in [
            "show running-config",
            "sh run",
            "sh ru int gi1",
            "show start",
            "sh tech",
            "show key chain",
            "sh cry key",
            "show conf",
        ] {
            assert!(prints_configuration(line), "{line}");
        }
        for line in ["show version", "show ip route", "show interfaces", "show crypto session", "show arp"] {
            assert!(!prints_configuration(line), "{line}");
        }
    }
}
