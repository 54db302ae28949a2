//! A router's "no", found in what it printed (devices.md A4). Pure. Log lines and the text of a configuration also hold
//! `%` signs, so only the first lines of an answer count.

use super::clean::is_log_line;
use super::platform::Patterns;
use crate::model::outcome::Refused;

/// One text by which a router says no; matched at the start of a line, in any case.
pub(super) struct Mark {
    pub pattern: &'static str,
    pub reason: Refused,
}

pub(super) const fn mark(pattern: &'static str, reason: Refused) -> Mark {
    Mark { pattern, reason }
}

/// A refusal stands at the beginning of an answer; deeper lines are content.
const LOOKED_AT: usize = 4;

/// Why the router refused, when it did.
pub(super) fn refusal(patterns: &Patterns, said: &str) -> Option<Refused> {
    let lines = said.lines().map(str::trim).filter(|line| !line.is_empty() && *line != "^");
    let lines: Vec<&str> = lines.take(LOOKED_AT).collect();
    let known = lines.iter().find_map(|line| known(patterns, line));
    known.or_else(|| lines.first().filter(|line| is_complaint(line)).map(|_| Refused::Other))
}

/// A refusal that is known by its words, wherever it stands: for what a router says while it works.
pub(super) fn known_refusal(patterns: &Patterns, said: &str) -> Option<Refused> {
    said.lines().find_map(|line| known(patterns, line.trim()))
}

fn known(patterns: &Patterns, line: &str) -> Option<Refused> {
    patterns.marks.iter().find(|(mark, _)| mark.is_match(line)).map(|(_, reason)| *reason)
}

/// `% BGP not active`: a sentence after a percent sign, and no log line (`%SYS-5-CONFIG_I: ...`).
fn is_complaint(line: &str) -> bool {
    line.strip_prefix('%').is_some_and(|rest| {
        !is_log_line(line) && rest.trim_start().starts_with(|c: char| c.is_ascii_alphabetic())
    })
}

#[cfg(test)]
mod tests {
    use super::super::platform::patterns;
    use super::*;

    fn check(said: &str, expected: Option<Refused>) {
        assert_eq!(refusal(patterns("ios-xe"), said), expected, "{said:?}");
    }

    #[test]
    fn the_table_of_error_marks() {
        for (said, expected) in [
            ("               ^\n% Invalid input detected at '^' marker.\n", Refused::UnknownCommand),
            (
                "% Unknown command or computer name, or unable to find computer address",
                Refused::UnknownCommand,
            ),
            (
                "Translating \"shwo\"...domain server (255.255.255.255)\n% Bad IP address or host name",
                Refused::UnknownCommand,
            ),
            ("% Type \"show ?\" for a list of subcommands", Refused::UnknownCommand),
            ("% Ambiguous command:  \"sh i\"", Refused::Incomplete),
            ("% Incomplete command.\n", Refused::Incomplete),
            ("Command authorization failed.\n", Refused::NotAuthorized),
            ("% Authorization failed.", Refused::NotAuthorized),
            ("Line has invalid autocommand \"x\"", Refused::NotAuthorized),
            ("% Configuration buffer full, can't add command: x", Refused::Busy),
            ("Non-Volatile memory is in use", Refused::Busy),
            ("startup-config file open failed (Device or resource busy)", Refused::Busy),
            ("Configuration mode locked exclusively by user 'x'", Refused::Busy),
            ("Config session is locked by process '5'", Refused::Busy),
            ("%Error opening nvram:/x (Device or resource busy)", Refused::Busy),
            ("%Error opening flash:/x (No such file or directory)", Refused::Other),
            ("% BGP not active\n", Refused::Other),
            ("%Error: No such file", Refused::Other),
        ] {
            check(said, Some(expected));
        }
    }

    #[test]
    fn what_only_looks_like_a_no() {
        check("", None);
        check("hostname R1\n!\n!\n!\nbanner motd\n% Invalid input detected", None);
        check("%SYS-5-CONFIG_I: Configured from console by ops on vty0", None);
        check("%% 12 packets", None);
        check("Interface  IP-Address\nGi1  10.0.0.1\n", None);
    }
}
