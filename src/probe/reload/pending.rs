//! `show reload`, in all forms in which routers answer it.

use regex::Regex;
use serde::{Deserialize, Serialize};
use std::sync::LazyLock;

/// What is asked.
pub const LINE: &str = "show reload";

/// A reload that the router will do by itself, in its own words.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pending {
    /// Whole minutes, rounded down as the router does it.
    pub in_minutes: Option<u32>,
    /// `12:03:40 UTC Mon May 25 2020`, by the router's clock.
    pub at: Option<String>,
    /// `console`, `bob on vty0 (10.0.0.9)`
    pub by: Option<String>,
    pub reason: Option<String>,
}

static NONE: LazyLock<Regex> = LazyLock::new(|| pattern(r"(?im)^\W*no reload (?:is )?scheduled\b"));
static SCHEDULED: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?im)^\W*reload (?:is )?scheduled(?: (?:for|at) (.+?))??(?: \(?in ([^()]+?)\)?)?(?: by (\S.*?))?\.?\s*$",
    )
});
static REASON: LazyLock<Regex> = LazyLock::new(|| pattern(r"(?im)^\W*reload reason: *(\S.*?)\s*$"));
static PART: LazyLock<Regex> = LazyLock::new(|| pattern(r"(?i)(\d+) *(day|hour|minute|second|week)"));

fn pattern(pattern: &str) -> Regex {
    Regex::new(pattern).expect("the pattern is a constant")
}

/// What is scheduled, or that nothing is; None where the router says neither.
#[must_use]
pub fn pending(said: &str) -> Option<Option<Pending>> {
    if NONE.is_match(said) {
        return Some(None);
    }
    let found = SCHEDULED.captures(said)?;
    let part = |at: usize| found.get(at).map(|part| part.as_str().trim().to_owned());
    Some(Some(Pending {
        in_minutes: part(2).and_then(|span| minutes(&span)),
        at: part(1),
        by: part(3),
        reason: REASON.captures(said).and_then(|found| Some(found.get(1)?.as_str().to_owned())),
    }))
}

/// `9 minutes`, `2 hours and 5 minutes`, `40 seconds`.
fn minutes(span: &str) -> Option<u32> {
    let mut seconds: Option<u64> = None;
    for found in PART.captures_iter(span) {
        let count: u64 = found.get(1)?.as_str().parse().ok()?;
        let unit = match found.get(2)?.as_str().to_ascii_lowercase().as_str() {
            "week" => 7 * 86_400,
            "day" => 86_400,
            "hour" => 3_600,
            "minute" => 60,
            _ => 1,
        };
        seconds = Some(seconds.unwrap_or(0).saturating_add(count.saturating_mul(unit)));
    }
    u32::try_from(seconds? / 60).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scheduled(
        in_minutes: Option<u32>,
        at: Option<&str>,
        by: Option<&str>,
        reason: Option<&str>,
    ) -> Pending {
        let owned = |word: Option<&str>| word.map(str::to_owned);
        Pending { in_minutes, at: owned(at), by: owned(by), reason: owned(reason) }
    }

    #[test]
    fn every_form_of_a_scheduled_reload_is_read() {
        let date = "12:03:40 UTC Mon May 25 2020";
        for (said, expected) in [
            ("Reload scheduled in 9 minutes by console\n", scheduled(Some(9), None, Some("console"), None)),
            (
                "Reload scheduled for 12:03:40 UTC Mon May 25 2020 (in 10 minutes) by bob on vty0 (10.0.0.9)\n",
                scheduled(Some(10), Some(date), Some("bob on vty0 (10.0.0.9)"), None),
            ),
            (
                "Reload scheduled for 12:03:40 UTC Mon May 25 2020 (in 2 hours and 5 minutes) by console\nReload reason: new image, step 2\n",
                scheduled(Some(125), Some(date), Some("console"), Some("new image, step 2")),
            ),
            (
                "Reload scheduled in 1 hour by bob on vty1 (10.0.0.9)",
                scheduled(Some(60), None, Some("bob on vty1 (10.0.0.9)"), None),
            ),
            (
                "Reload scheduled in 1 hour and 1 minute by console",
                scheduled(Some(61), None, Some("console"), None),
            ),
            ("Reload scheduled in 40 seconds by console", scheduled(Some(0), None, Some("console"), None)),
            (
                "Reload scheduled in 3 days 4 hours by console",
                scheduled(Some(4560), None, Some("console"), None),
            ),
            ("Reload scheduled in 9 minutes", scheduled(Some(9), None, None, None)),
            ("Reload scheduled for 12:03:40 UTC Mon May 25 2020", scheduled(None, Some(date), None, None)),
            (
                "Reload scheduled for 12:03:40 UTC Mon May 25 2020 by bob",
                scheduled(None, Some(date), Some("bob"), None),
            ),
            ("Reload scheduled by console", scheduled(None, None, Some("console"), None)),
            ("Reload scheduled", scheduled(None, None, None, None)),
        ] {
            assert_eq!(pending(said), Some(Some(expected)), "{said:?}");
        }
    }

    #[test]
    fn nothing_and_no_answer_are_different() {
        for said in ["No reload is scheduled.\n", "% No reload is scheduled\n", "no reload scheduled"] {
            assert_eq!(pending(said), Some(None), "{said:?}");
        }
        for said in ["", "% Invalid input detected at '^' marker.\n", "Reload is not supported\n"] {
            assert_eq!(pending(said), None, "{said:?}");
        }
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_read_without_harm(said in ".{0,80}", words in "(Reload scheduled|for|in|by|[0-9]{1,20}|minutes| |\\(|\\)){0,12}") {
            let _ = pending(&said);
            let _ = pending(&words);
        }
    }
}
