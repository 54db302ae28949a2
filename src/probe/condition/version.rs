//! `show version`, as far as a reload cares; and `show switch`.

use regex::Regex;
use std::sync::LazyLock;
use std::time::Duration;

static UPTIME: LazyLock<Regex> = LazyLock::new(|| pattern(r"(?m)^\S+ uptime is (.+?)\s*$"));
static NAME: LazyLock<Regex> = LazyLock::new(|| pattern(r"(?m)^(\S+) uptime is "));
static BOARD: LazyLock<Regex> = LazyLock::new(|| pattern(r"(?mi)^Processor board ID (\S+)\s*$"));
static RESTARTED: LazyLock<Regex> = LazyLock::new(|| pattern(r"(?m)^System restarted at (.+?)\s*$"));
static RETURNED: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?m)^System returned to ROM by (.+?)(?: at \d\d:\d\d:\d\d .*)?\s*$"));
static REASON: LazyLock<Regex> = LazyLock::new(|| pattern(r"(?mi)^Last reload reason:\s*(.+?)\s*$"));
static NUMBER: LazyLock<Regex> = LazyLock::new(|| pattern(r"(?i)\bversion ([0-9][^\s,]*)"));
static IMAGE: LazyLock<Regex> = LazyLock::new(|| pattern(r#"(?m)^System image file is "([^"]+)""#));
static MEMBER: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?mi)^[* ]\s*\d+\s+(?:active|standby|member|master)\s.*\s(\S+)\s*$"));

pub(super) fn pattern(pattern: &str) -> Regex {
    Regex::new(pattern).expect("the pattern is a constant")
}

fn found(pattern: &Regex, text: &str) -> Option<String> {
    pattern.captures(text)?.get(1).map(|group| group.as_str().to_owned())
}

/// `2 years, 31 weeks, 6 days, 9 hours, 55 minutes`
pub(super) fn uptime(text: &str) -> Option<Duration> {
    let said = found(&UPTIME, text)?;
    let mut seconds = 0u64;
    for part in said.split(',') {
        let (number, unit) = part.trim().split_once(' ')?;
        let each = match unit.trim().trim_end_matches('s') {
            "year" => 365 * 86_400,
            "week" => 7 * 86_400,
            "day" => 86_400,
            "hour" => 3_600,
            "minute" => 60,
            "second" => 1,
            _ => return None,
        };
        seconds = seconds.checked_add(number.parse::<u64>().ok()?.checked_mul(each)?)?;
    }
    Some(Duration::from_secs(seconds))
}

pub(super) fn name(text: &str) -> Option<String> {
    found(&NAME, text)
}

pub(super) fn board(text: &str) -> Option<String> {
    found(&BOARD, text)
}

pub(super) fn restarted(text: &str) -> Option<String> {
    found(&RESTARTED, text)
}

pub(super) fn reason(text: &str) -> Option<String> {
    found(&REASON, text).or_else(|| found(&RETURNED, text))
}

pub(super) fn number(text: &str) -> Option<String> {
    found(&NUMBER, text)
}

pub(super) fn image(text: &str) -> Option<String> {
    found(&IMAGE, text)
}

/// Members of a stack that are there.
pub(super) fn members(text: &str) -> usize {
    let there = MEMBER.captures_iter(text).filter(|member| {
        member.get(1).is_none_or(|state| !state.as_str().eq_ignore_ascii_case("unprovisioned"))
    });
    there.count().max(1)
}
