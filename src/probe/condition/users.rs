//! `show users`: who else is logged in.

use serde::{Deserialize, Serialize};
use std::time::Duration;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct User {
    /// None where the line knows no name.
    pub name: Option<String>,
    /// `vty 0`, `con 0`
    pub line: String,
    pub idle: Option<Duration>,
    pub from: Option<String>,
}

/// Our own line is marked with `*` and left out.
pub(super) fn read(text: &str) -> Vec<User> {
    let mut lines = text.lines().skip_while(|line| !line.trim_start().starts_with("Line"));
    if lines.next().is_none() {
        return Vec::new();
    }
    lines.take_while(|line| !line.trim().is_empty()).filter_map(user).collect()
}

/// `  11 vty 1     bob        idle                 00:04:12 10.0.0.7`
fn user(line: &str) -> Option<User> {
    if line.trim_start().starts_with('*') {
        return None;
    }
    let words: Vec<&str> = line.split_whitespace().collect();
    let kind = words.iter().position(|word| matches!(*word, "vty" | "con" | "aux" | "tty"))?;
    let number = words.get(kind + 1)?;
    let rest = words.get(kind + 2..)?;
    let idle_at = rest.iter().position(|word| idle(word).is_some())?;
    let name = match idle_at {
        // The column of the name is empty: only what the line does stands before the idle time.
        0 | 1 => None,
        _ => rest.first().map(|name| (*name).to_owned()),
    };
    Some(User {
        name,
        line: format!("{} {number}", words.get(kind)?),
        idle: rest.get(idle_at).and_then(|word| idle(word)),
        from: rest.get(idle_at + 1).map(|from| (*from).to_owned()),
    })
}

/// `00:04:12`, `1d02h`, `3w0d`, `1y10w`
pub(super) fn idle(word: &str) -> Option<Duration> {
    if let [hours, minutes, seconds] = word.split(':').collect::<Vec<_>>().as_slice() {
        let number = |text: &str| text.parse::<u64>().ok();
        return Some(Duration::from_secs(number(hours)? * 3_600 + number(minutes)? * 60 + number(seconds)?));
    }
    let (mut total, mut digits) = (0u64, String::new());
    for c in word.chars() {
        if c.is_ascii_digit() {
            digits.push(c);
            continue;
        }
        let each = match c {
            'y' => 365 * 86_400,
            'w' => 7 * 86_400,
            'd' => 86_400,
            'h' => 3_600,
            _ => return None,
        };
        total = total.checked_add(digits.parse::<u64>().ok()?.checked_mul(each)?)?;
        digits.clear();
    }
    (digits.is_empty() && !word.is_empty()).then_some(Duration::from_secs(total))
}
