//! A running configuration as it came over the line goes in; [`Configuration`] comes out: redacted text without the
//! lines that change by themselves (devices.md A7), sealed bytes, and who changed it when, read from its header. Pure.

use super::clean;
use super::redact::Redactor;
use super::seal::{SealError, Sealer};
use crate::model::Configuration;
use regex::Regex;
use std::sync::LazyLock;

/// What sealed configurations are bound to.
pub const PURPOSE: &str = "config";

/// What is known of an answer besides its bytes.
pub(super) struct Answer<'a> {
    pub raw: &'a [u8],
    /// The session stood at `#`, with the rights to see everything.
    pub privileged: bool,
    /// An error mark was found in it.
    pub refused: bool,
    /// The line that ends a whole configuration.
    pub end: &'a str,
}

pub(super) fn configuration(
    answer: &Answer<'_>,
    sealer: &Sealer,
    redactor: &Redactor,
) -> Result<Configuration, SealError> {
    let raw = clean::without_pager(answer.raw);
    let text = clean::cleaned(answer.raw, false);
    let (changed_at, author) = changed(&text);
    Ok(Configuration {
        redacted: redactor.redact(&lasting(&text)),
        sealed: sealer.seal(PURPOSE, &raw)?,
        bytes: u64::try_from(raw.len()).unwrap_or(u64::MAX),
        author: author.map(|author| redactor.redact(&author)),
        changed_at,
        complete: answer.privileged && !answer.refused && ends_with(&text, answer.end),
    })
}

/// Whether the last line that says anything is the end mark.
pub(super) fn ends_with(text: &str, end: &str) -> bool {
    text.lines().rev().find(|line| !line.trim().is_empty()).is_some_and(|line| line.trim_end() == end)
}

/// `! Last configuration change at 14:02:31 UTC Mon Nov 23 2026 by USER`
fn changed(text: &str) -> (Option<String>, Option<String>) {
    static CHANGED: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"(?m)^! Last configuration change at (.+?)(?: by (\S+))?\s*$")
            .expect("the pattern is a constant")
    });
    let Some(found) = CHANGED.captures(text) else { return (None, None) };
    let group = |at| found.get(at).map(|group| group.as_str().to_owned());
    (group(1), group(2))
}

/// Lines that differ between two readings though nobody changed anything.
static VOLATILE: LazyLock<Regex> = LazyLock::new(|| {
    let patterns = [
        r"Building configuration\.\.\.",
        r"Current configuration : \d+ bytes",
        r"Using \d+ out of \d+ bytes",
        r"! Last configuration change at ",
        r"! NVRAM config last updated at ",
        r"! No configuration change since last restart",
        r"ntp clock-period \d+",
        r"Cryptochecksum:",
        r"tftp-server flash",
        r"rogue ap classify ",
        r" +expression \d+\s*$",
        r" clockrate ",
        r" fair-queue individual-limit ",
        r" (?:rx|tx)speed ",
    ];
    Regex::new(&format!("^(?:{})", patterns.join("|"))).expect("the pattern is a constant")
});

/// The terminal lines report the size and speed of whoever is connected.
static TERMINAL: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"^ (?:length|width|speed) \d+\s*$").expect("the pattern is a constant"));

/// Only what somebody configured.
fn lasting(text: &str) -> String {
    let lines: Vec<&str> = text.lines().collect();
    let mut kept: Vec<&str> = Vec::with_capacity(lines.len());
    let mut in_terminal = false;
    for (at, line) in lines.iter().enumerate() {
        if !line.starts_with(' ') {
            in_terminal = line.starts_with("line ");
        }
        let volatile = VOLATILE.is_match(line)
            || (in_terminal && TERMINAL.is_match(line))
            || is_measured_bandwidth(line, lines.get(at + 1))
            || (kept.is_empty() && line.trim().is_empty())
            // Some releases print one lone `!` more or less from time to time.
            || (line.trim_end() == "!" && kept.last().is_some_and(|last| last.trim_end() == "!"));
        if !volatile {
            kept.push(line);
        }
    }
    let mut lasting = kept.join("\n");
    if !lasting.is_empty() {
        lasting.push('\n');
    }
    lasting
}

/// The router itself adjusts ` tunnel mpls traffic-eng bandwidth N` where `auto-bw` follows.
fn is_measured_bandwidth(line: &str, next: Option<&&str>) -> bool {
    line.starts_with(" tunnel mpls traffic-eng bandwidth ")
        && next.is_some_and(|next| next.starts_with(" tunnel mpls traffic-eng auto-bw"))
}

#[cfg(test)]
mod tests {
    use super::super::key::MasterKey;
    use super::*;

    const RAW: &str = "Building configuration...\r\n\r\nCurrent configuration : 100 bytes\r\n!\r\n! Last configuration change at 14:02:31 UTC Mon Nov 23 2026 by ops\r\n!\r\nversion 17.9\r\nenable secret 0 red\r\nbanner motd \x03hello\x03\r\nntp clock-period 17179\r\nline vty 0 4\r\n length 0\r\n!\r\nend\r\n\r\n";

    fn made(raw: &str, privileged: bool, refused: bool) -> Configuration {
        let key = MasterKey::from_text(&"1".repeat(64)).unwrap();
        let answer = Answer { raw: raw.as_bytes(), privileged, refused, end: "end" };
        configuration(&answer, &Sealer::new(&key), &Redactor::new(&key)).unwrap()
    }

    #[test]
    fn the_header_is_read_and_left_out_and_the_bytes_are_kept() {
        let made = made(RAW, true, false);
        assert_eq!(made.author.as_deref(), Some("ops"));
        assert_eq!(made.changed_at.as_deref(), Some("14:02:31 UTC Mon Nov 23 2026"));
        assert!(made.complete);
        assert!(made.redacted.starts_with("!\nversion 17.9\nenable secret 0 <removed:"), "{}", made.redacted);
        assert!(made.redacted.ends_with("line vty 0 4\n!\nend\n"), "{}", made.redacted);
        let key = MasterKey::from_text(&"1".repeat(64)).unwrap();
        assert_eq!(&*Sealer::new(&key).open(PURPOSE, &made.sealed).unwrap(), RAW.as_bytes());
        assert_eq!(made.bytes, RAW.len() as u64);
    }

    #[test]
    fn only_a_whole_configuration_is_complete() {
        assert!(!made(RAW, false, false).complete, "without enable");
        assert!(!made(RAW, true, true).complete, "with an error mark");
        assert!(!made("", true, false).complete, "an empty answer");
        assert!(!made("version 17.9\r\nhostname R1\r\n", true, false).complete, "cut");
        assert!(
            !made("version 17.9\r\nend\r\nhostname R1\r\n", true, false).complete,
            "an end in the middle"
        );
        assert!(!made("version 17.9\r\n end\r\n", true, false).complete, "an indented end");
    }

    #[test]
    fn what_changes_by_itself_changes_nothing() {
        let one = lasting(
            "!\n! NVRAM config last updated at 1 by x\nversion 17.9\n!\n!\ninterface Tunnel1\n tunnel mpls traffic-eng bandwidth 7\n tunnel mpls traffic-eng auto-bw\n!\nend\n",
        );
        let two = lasting(
            "\n\n!\nversion 17.9\n!\ninterface Tunnel1\n tunnel mpls traffic-eng bandwidth 9\n tunnel mpls traffic-eng auto-bw\n!\nend\n",
        );
        assert_eq!(one, two);
        assert!(lasting("interface Gi1\n speed 1000\n").contains("speed"), "a port's speed is configured");
    }
}
