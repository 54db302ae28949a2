//! `/logs`: the newest lines of a router's log buffer.

use super::{Builtin, nothing_wanted, output, say};
use crate::model::{Ask, Authorized, Device, Facts, Failure, Kind, Plan, Resolved, Text};

/// What fits a phone without a file.
const LINES: usize = 20;

pub const LOGS: Builtin = Builtin {
    name: "logs",
    title,
    plan,
    wants: nothing_wanted,
    settle: |resolved, device, _, outcomes, _| {
        Ok(output::settle(device, outcomes, |text| newest(text, resolved.word("text"))))
    },
    answer: |resolved, facts, results, work| output::answer(title(resolved), resolved, facts, results, work),
};

fn title(resolved: &Resolved) -> Text {
    match resolved.word("text") {
        Some(words) => text!("logs.title_with", whom = say::whom(resolved), words = words),
        None => text!("logs.title", whom = say::whom(resolved)),
    }
}

fn plan(_: &Authorized, _: &Resolved, device: &Device, _: &Facts) -> Result<Option<Plan>, Failure> {
    let ask = Ask::Line { line: "show logging".to_owned(), deadline: None };
    Plan::reading(device.clone(), vec![ask])
        .map(Some)
        .map_err(|refused| Failure::new(Kind::Refused, text!("show.only_show")).with_detail(refused))
}

/// The last lines after the buffer's heading, those that hold `words` only, in any case.
fn newest(text: &str, words: Option<&str>) -> String {
    let after_heading = text
        .lines()
        .position(|line| line.trim_start().starts_with("Log Buffer"))
        .map_or(0, |heading| heading + 1);
    let words = words.map(str::to_lowercase);
    let lines: Vec<&str> = text
        .lines()
        .skip(after_heading)
        .filter(|line| !line.trim().is_empty())
        .filter(|line| words.as_ref().is_none_or(|words| line.to_lowercase().contains(words)))
        .collect();
    lines.get(lines.len().saturating_sub(LINES)..).unwrap_or_default().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    const PRINTED: &str = "Syslog logging: enabled\n    Buffer logging: level debugging\n\nLog Buffer (4096 bytes):\n\n\
        *Nov 23 13:00:01: %LINK-3-UPDOWN: Interface Gi2, changed state to down\n\
        *Nov 23 13:00:09: %SYS-5-CONFIG_I: Configured from console by bob on vty0\n";

    #[test]
    fn the_heading_is_no_log_line_and_words_choose() {
        assert_eq!(newest(PRINTED, None).lines().count(), 2);
        assert!(newest(PRINTED, Some("config_i")).contains("bob"));
        assert_eq!(newest(PRINTED, Some("buffer")), "");
    }
}
