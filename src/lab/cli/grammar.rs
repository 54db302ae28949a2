//! How a typed line finds its command: words may be abbreviated while they stay clear, capital words of a pattern are
//! arguments. What goes wrong is told as the router tells it, with the column of the wrong word.

use std::net::Ipv4Addr;

/// A line that found its pattern: which one, in full words, and the arguments in order.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Found {
    pub index: usize,
    pub full: String,
    pub arguments: Vec<String>,
}

#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Mistake {
    /// No command has such a word there; the offset of the word in the line.
    Invalid(usize),
    Ambiguous,
    Incomplete,
}

impl Mistake {
    /// What the router prints under the typed line; the caret counts the prompt too.
    pub fn text(&self, prompt: &str, line: &str) -> String {
        match self {
            Mistake::Invalid(offset) => {
                let column = prompt.chars().count() + offset;
                format!("{}^\n% Invalid input detected at '^' marker.\n\n", " ".repeat(column))
            }
            Mistake::Ambiguous => format!("% Ambiguous command:  \"{}\"\n", line.trim()),
            Mistake::Incomplete => "% Incomplete command.\n\n".to_owned(),
        }
    }
}

/// A pattern on the way through the words of a line.
struct Candidate<'a> {
    index: usize,
    left: Vec<&'a str>,
    full: String,
    arguments: Vec<String>,
    /// `gi` was typed as an interface and its number must follow.
    half: Option<String>,
}

/// Finds the one pattern that the line means, among `(index, pattern)`.
pub(crate) fn find<'a>(
    patterns: impl Iterator<Item = (usize, &'a str)>,
    line: &str,
) -> Result<Found, Mistake> {
    let mut candidates = left_over(patterns, line)?;
    let at = candidates.iter().position(Candidate::complete).ok_or(Mistake::Incomplete)?;
    Ok(done(candidates.swap_remove(at)))
}

/// The same for a line that may stop before its pattern does, as `no description` may.
pub(crate) fn find_beginning<'a>(
    patterns: impl Iterator<Item = (usize, &'a str)>,
    line: &str,
) -> Result<Found, Mistake> {
    let mut candidates = left_over(patterns, line)?;
    if candidates.is_empty() || candidates.iter().all(|candidate| candidate.half.is_some()) {
        return Err(Mistake::Incomplete);
    }
    let at = candidates.iter().position(Candidate::complete).unwrap_or(0);
    Ok(done(candidates.swap_remove(at)))
}

/// The patterns that fit all words of the line.
fn left_over<'a>(
    patterns: impl Iterator<Item = (usize, &'a str)>,
    line: &str,
) -> Result<Vec<Candidate<'a>>, Mistake> {
    let start = |(index, pattern): (usize, &'a str)| Candidate {
        index,
        left: pattern.split(' ').collect(),
        full: String::new(),
        arguments: Vec::new(),
        half: None,
    };
    let mut candidates: Vec<Candidate<'a>> = patterns.map(start).collect();
    for (offset, word) in words(line) {
        let rest = line.get(offset..).unwrap_or_default().trim_end();
        candidates = narrow(candidates, word, rest).map_err(|mistake| match mistake {
            Mistake::Invalid(_) => Mistake::Invalid(offset),
            other => other,
        })?;
        if let Some(at) = candidates.iter().position(|candidate| candidate.left.first() == Some(&"...")) {
            return Ok(vec![candidates.swap_remove(at)]);
        }
    }
    Ok(candidates)
}

/// The words of a line with their offsets.
pub(crate) fn words(line: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut next = 0;
    let placed = line.split([' ', '\t']).map(move |word| {
        let at = next;
        next += word.len() + 1;
        (at, word)
    });
    placed.filter(|(_, word)| !word.is_empty())
}

fn done(candidate: Candidate) -> Found {
    Found { index: candidate.index, full: candidate.full.trim().to_owned(), arguments: candidate.arguments }
}

fn narrow<'a>(candidates: Vec<Candidate<'a>>, word: &str, rest: &str) -> Result<Vec<Candidate<'a>>, Mistake> {
    let lower = word.to_ascii_lowercase();
    let mut keywords: Vec<&str> = candidates
        .iter()
        .filter(|candidate| candidate.half.is_none())
        .filter_map(|candidate| candidate.left.first().copied())
        .filter(|keyword| is_keyword(keyword) && keyword.starts_with(&lower))
        .collect();
    keywords.sort_unstable();
    keywords.dedup();
    let keyword = match keywords.as_slice() {
        [] => None,
        [one] => Some(*one),
        several if several.contains(&lower.as_str()) => {
            several.iter().find(|keyword| **keyword == lower).copied()
        }
        _ => return Err(Mistake::Ambiguous),
    };
    let step = |candidate: Candidate<'a>| match keyword {
        Some(keyword) => candidate.keyword(keyword),
        None => candidate.argument(word, rest),
    };
    let left: Vec<Candidate<'a>> = candidates.into_iter().filter_map(step).collect();
    if left.is_empty() { Err(Mistake::Invalid(0)) } else { Ok(left) }
}

fn is_keyword(word: &str) -> bool {
    word.starts_with(|first: char| first.is_ascii_lowercase())
}

impl Candidate<'_> {
    /// Nothing is left of the pattern; three dots stand for an argument that took the rest of the line.
    fn complete(&self) -> bool {
        self.half.is_none() && (self.left.is_empty() || self.left.first() == Some(&"..."))
    }

    fn keyword(mut self, keyword: &str) -> Option<Self> {
        if self.half.is_some() || self.left.first() != Some(&keyword) {
            return None;
        }
        self.left.remove(0);
        self.full.push_str(keyword);
        self.full.push(' ');
        Some(self)
    }

    fn argument(mut self, word: &str, rest: &str) -> Option<Self> {
        let joined = match self.half.take() {
            Some(half) => format!("{half}{word}"),
            None => word.to_owned(),
        };
        let value = match self.left.first().copied()? {
            "WORD" => joined,
            "LINE" => {
                self.left = vec!["..."];
                self.take(rest.to_owned());
                return Some(self);
            }
            "NUMBER" => joined.parse::<u32>().ok()?.to_string(),
            "A.B.C.D" => joined.parse::<Ipv4Addr>().ok()?.to_string(),
            "INTERFACE" => match interface(&joined) {
                Some(name) => name,
                None if joined.chars().all(|letter| letter.is_ascii_alphabetic()) => {
                    interface(&format!("{joined}0"))?;
                    self.half = Some(joined);
                    return Some(self);
                }
                None => return None,
            },
            _ => return None,
        };
        self.left.remove(0);
        self.take(value);
        Some(self)
    }

    fn take(&mut self, value: String) {
        self.full.push_str(&value);
        self.full.push(' ');
        self.arguments.push(value);
    }
}

/// `gi1`, `Gi 1` and `gigabitethernet1` are all GigabitEthernet1.
pub(crate) fn interface(word: &str) -> Option<String> {
    const TYPES: [&str; 9] = [
        "GigabitEthernet",
        "TenGigabitEthernet",
        "FastEthernet",
        "Loopback",
        "Tunnel",
        "Vlan",
        "Port-channel",
        "BDI",
        "Serial",
    ];
    let digit = word.find(|letter: char| letter.is_ascii_digit())?;
    let (kind, number) = word.split_at_checked(digit)?;
    let clean = number.chars().all(|letter| letter.is_ascii_digit() || matches!(letter, '/' | '.' | ':'));
    let lower = kind.to_ascii_lowercase();
    let mut fits = TYPES.iter().filter(|name| name.to_ascii_lowercase().starts_with(&lower));
    match (fits.next(), fits.next()) {
        (Some(name), None) if clean && !kind.is_empty() => Some(format!("{name}{number}")),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PATTERNS: [&str; 8] = [
        "show version",
        "show inventory",
        "show interfaces",
        "show interfaces INTERFACE",
        "show interfaces description",
        "show ip arp A.B.C.D",
        "description LINE",
        "terminal length NUMBER",
    ];

    fn check(line: &str, wanted: Result<&str, Mistake>) {
        let found = find(PATTERNS.iter().copied().enumerate(), line);
        assert_eq!(found.map(|found| found.full), wanted.map(str::to_owned), "{line}");
    }

    #[test]
    fn lines_find_their_command() {
        check("sh ver", Ok("show version"));
        check("SHOW  Version ", Ok("show version"));
        check("sh int gi1", Ok("show interfaces GigabitEthernet1"));
        check("sh int Gi 2.100", Ok("show interfaces GigabitEthernet2.100"));
        check("sh int desc", Ok("show interfaces description"));
        check("sh ip arp 10.0.0.1", Ok("show ip arp 10.0.0.1"));
        check("desc a  b c ", Ok("description a  b c"));
        check("term len 0", Ok("terminal length 0"));
    }

    #[test]
    fn mistakes_are_told_apart() {
        check("sh in", Err(Mistake::Ambiguous));
        check("sh", Err(Mistake::Incomplete));
        check("sh int gi", Err(Mistake::Incomplete));
        check("show foo", Err(Mistake::Invalid(5)));
        check("sh ip arp 10.0.0.1234", Err(Mistake::Invalid(10)));
        check("sh ver x", Err(Mistake::Invalid(7)));
        check("term len many", Err(Mistake::Invalid(9)));
    }
}
