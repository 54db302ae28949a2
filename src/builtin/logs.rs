//! `/logs`: the newest lines of a router's log buffer. What the bot's own polling left there would bury
//! the rest: it is counted and left out, unless it is asked for.

use super::{Builtin, nothing_wanted, output, say};
use crate::model::{
    Ask, Authorized, Device, Document, Facts, Failure, Kind, Outcome, Plan, Resolved, TaskResult, Text,
};
use crate::store::{StoreError, Work};
use std::cell::Cell;

/// What fits a phone without a file.
const LINES: usize = 20;

/// The word before the words to look for: also the lines that the bot's own polling left.
const ALL: &str = "all";

pub const LOGS: Builtin = Builtin { name: "logs", title, plan, wants: nothing_wanted, settle, answer };

/// What the lines must hold, and whether the bot's own are among them.
fn wanted(resolved: &Resolved) -> (Option<&str>, bool) {
    let Some(typed) = resolved.word("text") else { return (None, false) };
    match typed.split_once(' ').unwrap_or((typed, "")) {
        (first, rest) if first.eq_ignore_ascii_case(ALL) => {
            (Some(rest.trim()).filter(|rest| !rest.is_empty()), true)
        }
        _ => (Some(typed), false),
    }
}

fn title(resolved: &Resolved) -> Text {
    match wanted(resolved).0 {
        Some(words) => text!("logs.title_with", whom = say::whom(resolved), words = words),
        None => text!("logs.title", whom = say::whom(resolved)),
    }
}

fn settle(
    resolved: &Resolved,
    device: &Device,
    _: &Facts,
    outcomes: &[Outcome],
    work: &mut Work,
) -> Result<TaskResult, StoreError> {
    let (words, with_own) = wanted(resolved);
    let user = match with_own {
        true => None,
        false => work.credential(&device.credential)?.map(|credential| credential.username),
    };
    let own = Cell::new(0);
    let mut result = output::settle(device, outcomes, |text| {
        let newest = newest(text, words, user.as_deref());
        own.set(own.get() + newest.own);
        newest.lines
    });
    if own.get() > 0 && result.status.is_well() {
        let own = text!("logs.own", count = own.get());
        result.verdict = text!("logs.without_own", lines = result.verdict, own = own);
        result.data = serde_json::json!({ OWN: true });
    }
    Ok(result)
}

/// In a task's data: lines were left out.
const OWN: &str = "own_left_out";

fn answer(
    resolved: &Resolved,
    facts: &Facts,
    results: &[TaskResult],
    work: &mut Work,
) -> Result<Document, StoreError> {
    let document = output::answer(title(resolved), resolved, facts, results, work)?;
    let left_out: Vec<String> = results
        .iter()
        .filter(|result| result.data.get(OWN).is_some())
        .map(|result| facts.inventory.name(result.device))
        .collect();
    if left_out.is_empty() {
        return Ok(document);
    }
    let words = wanted(resolved).0.unwrap_or_default();
    let line = format!("/logs {} {ALL} {words}", left_out.join(",")).trim_end().to_owned();
    Ok(document.with_button(say::looking(facts, "own", text!("logs.with_own"), line)))
}

fn plan(_: &Authorized, _: &Resolved, device: &Device, _: &Facts) -> Result<Option<Plan>, Failure> {
    let ask = Ask::Line { line: "show logging".to_owned(), deadline: None };
    Plan::reading(device.clone(), vec![ask])
        .map(Some)
        .map_err(|refused| Failure::new(Kind::Refused, text!("show.only_show")).with_detail(refused))
}

/// What is shown of a log, and how many lines of the bot's own were left out.
#[derive(Debug, PartialEq)]
struct Newest {
    lines: String,
    own: usize,
}

/// The last lines after the buffer's heading, those that hold `words` only, in any case; without those
/// that the polling as `user` left.
fn newest(text: &str, words: Option<&str>, user: Option<&str>) -> Newest {
    let after_heading = text
        .lines()
        .position(|line| line.trim_start().starts_with("Log Buffer"))
        .map_or(0, |heading| heading + 1);
    let words = words.map(str::to_lowercase);
    let (own, lines): (Vec<&str>, Vec<&str>) = text
        .lines()
        .skip(after_heading)
        .filter(|line| !line.trim().is_empty())
        .filter(|line| words.as_ref().is_none_or(|words| line.to_lowercase().contains(words)))
        .partition(|line| user.is_some_and(|user| is_own(line, user)));
    let newest = lines.get(lines.len().saturating_sub(LINES)..).unwrap_or_default().join("\n");
    Newest { lines: newest, own: own.len() }
}

/// `%DMI-5-AUTH_PASSED: R0/0: dmiauthd: User 'ops' authenticated successfully from 10.0.0.5:48456 and
/// was authorized for rest over http. External groups: PRIV15`: each RESTCONF request leaves one. A
/// login of the same user by another way may be a person, and stays.
fn is_own(line: &str, user: &str) -> bool {
    let Some((_, said)) = line.split_once("%DMI-5-AUTH_PASSED:") else { return false };
    said.contains(&format!("User '{user}' ")) && said.contains("for rest over http")
}

#[cfg(test)]
mod tests {
    use super::*;

    const PRINTED: &str = "Syslog logging: enabled\n    Buffer logging: level debugging\n\nLog Buffer (4096 bytes):\n\n\
        *Nov 23 13:00:01: %LINK-3-UPDOWN: Interface Gi2, changed state to down\n\
        *Nov 23 13:00:09: %SYS-5-CONFIG_I: Configured from console by bob on vty0\n";

    #[test]
    fn the_heading_is_no_log_line_and_words_choose() {
        assert_eq!(newest(PRINTED, None, None).lines.lines().count(), 2);
        assert!(newest(PRINTED, Some("config_i"), None).lines.contains("bob"));
        assert_eq!(newest(PRINTED, Some("buffer"), None), Newest { lines: String::new(), own: 0 });
    }

    #[test]
    fn only_what_the_polling_left_is_the_bots_own() {
        let passed = "*Nov 23 13:00:01.123: %DMI-5-AUTH_PASSED: R0/0: dmiauthd: User 'ops' authenticated \
                      successfully from 192.0.2.9:0 for rest over http. External groups: PRIV15";
        for (line, own) in [
            (passed.to_owned(), true),
            (passed.replace("for rest", "and was authorized for rest"), true),
            (passed.replace("'ops'", "'bob'"), false),
            (passed.replace("'ops'", "'ops2'"), false),
            (passed.replace("rest over http", "netconf over ssh"), false),
            (passed.replace("AUTH_PASSED", "AUTHENTICATION_FAILED"), false),
            ("*Nov 23 13:00:01: %SEC_LOGIN-5-LOGIN_SUCCESS: Login Success [user: ops]".to_owned(), false),
        ] {
            assert_eq!(is_own(&line, "ops"), own, "{line}");
        }
        let log = format!("{PRINTED}{}", format!("{passed}\n").repeat(30));
        let shown = newest(&log, None, Some("ops"));
        assert_eq!((shown.lines.lines().count(), shown.own), (2, 30));
        assert_eq!(newest(&log, None, None).lines.lines().count(), LINES);
        assert_eq!(newest(&log, Some("bob"), Some("ops")).own, 0);
    }
}
