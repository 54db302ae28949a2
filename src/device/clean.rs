//! What came over the line goes in, the text that a person would have read comes out (devices.md A3). Pure, and blind to
//! how the bytes were cut into packets: it sees whole answers only.

use regex::Regex;
use regex::bytes::Regex as BytesRegex;
use std::borrow::Cow;
use std::sync::LazyLock;

/// Colours, cursor moves, window titles and bells; `ESC[6n` asks for the cursor and is not answered.
static CONTROL: LazyLock<BytesRegex> = LazyLock::new(|| {
    BytesRegex::new(r"(?-u)\x1b(?:\[[0-9;?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[()][A-Z0-9]|[=>78cDEHM])|\x07|\x00")
        .expect("the pattern is a constant")
});

/// `*Nov 23 14:02:31.123: %LINK-3-UPDOWN: ...`, with all that may stand before the percent sign.
static LOG_LINE: LazyLock<Regex> = LazyLock::new(|| {
    let number = r"(?:\d+: )?";
    let date = r"(?:[A-Z][a-z]{2} +\d+ (?:\d{4} )?)?";
    let time = r"(?:[\dwdhy]+[:.\dwdhy]*(?: [A-Z]{2,5})?(?: \d{4})?: )?";
    Regex::new(&format!(r"^{number}[*.]?{date}{time}%[A-Z][A-Z0-9_]*(?:-[A-Z0-9_]+)*-[0-7]-[A-Z0-9_]+: "))
        .expect("the pattern is a constant")
});

/// `exec prompt timestamp` puts these two before every output.
static LOAD: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"^(?:Load for five secs: \d+%|Time source is )").expect("the pattern is a constant")
});

/// `***` / `*** --- SHUTDOWN in 0:05:00 ---` / `***`, sent to every terminal.
static BROADCAST: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"^\*\*\* --- .* ---$").expect("the pattern is a constant"));

pub(super) fn is_log_line(line: &str) -> bool {
    line.contains('%') && LOG_LINE.is_match(line)
}

/// Without control sequences.
pub(super) fn without_control(bytes: &[u8]) -> Cow<'_, [u8]> {
    match bytes.iter().any(|byte| matches!(byte, 0x1b | 0x07 | 0x00)) {
        true => CONTROL.replace_all(bytes, b"".as_slice()),
        false => Cow::Borrowed(bytes),
    }
}

/// The text of an answer: line ends as `\n`, repainting done, noise of the router left out.
pub(super) fn cleaned(raw: &[u8], keep_log_lines: bool) -> String {
    let bytes = without_control(raw);
    let text = String::from_utf8_lossy(&bytes);
    let mut lines: Vec<Cow<'_, str>> = text.split('\n').map(painted).collect();
    if !keep_log_lines {
        lines.retain(|line| !is_log_line(line));
    }
    lines.retain(|line| !LOAD.is_match(line));
    without_broadcasts(&mut lines);
    let first = lines.iter().position(|line| !line.trim().is_empty()).unwrap_or(lines.len());
    let last = lines.iter().rposition(|line| !line.trim().is_empty()).map_or(first, |last| last + 1);
    let mut cleaned = lines.get(first..last).unwrap_or_default().join("\n");
    if !cleaned.is_empty() {
        cleaned.push('\n');
    }
    cleaned
}

/// One line as it stands on the screen at last: backspaces rub out, a carriage return writes over.
pub(super) fn painted(line: &str) -> Cow<'_, str> {
    let line = line.trim_end_matches('\r');
    if !line.contains(['\u{8}', '\r']) {
        return Cow::Borrowed(line);
    }
    let mut screen: Vec<char> = Vec::with_capacity(line.len());
    let mut at: usize = 0;
    for c in line.chars() {
        match c {
            '\r' => at = 0,
            '\u{8}' => at = at.saturating_sub(1),
            c => {
                match screen.get_mut(at) {
                    Some(cell) => *cell = c,
                    None => screen.push(c),
                }
                at += 1;
            }
        }
    }
    // What was rubbed out by spaces (the pager's mark) leaves them behind.
    Cow::Owned(screen.into_iter().collect::<String>().trim_end_matches(' ').to_owned())
}

fn without_broadcasts(lines: &mut Vec<Cow<'_, str>>) {
    while let Some(at) = lines.iter().position(|line| BROADCAST.is_match(line)) {
        let stars = |line: Option<&Cow<'_, str>>| line.is_some_and(|line| line.trim() == "***");
        let from = if at > 0 && stars(lines.get(at - 1)) { at - 1 } else { at };
        let to = if stars(lines.get(at + 1)) { at + 1 } else { at };
        lines.drain(from..=to);
    }
}

/// The bytes of an answer without what the pager painted and rubbed out; everything else stays as it came.
pub(super) fn without_pager(raw: &[u8]) -> Cow<'_, [u8]> {
    if !raw.contains(&0x08) {
        return Cow::Borrowed(raw);
    }
    static RUBBED: LazyLock<BytesRegex> =
        LazyLock::new(|| BytesRegex::new(r"(?-u) ?\x08+ *\x08*").expect("the pattern is a constant"));
    RUBBED.replace_all(raw, b"".as_slice())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(raw: &str, expected: &str) {
        assert_eq!(cleaned(raw.as_bytes(), false), expected, "{raw:?}");
    }

    #[test]
    fn line_ends_and_control_sequences() {
        check("\r\nhostname R1\r\r\n!\r\n", "hostname R1\n!\n");
        check("\x1b[2Jshow\x1b[0m \x1b[1;31mred\x1b[m\x07\r\n", "show red\n");
        check("a\x1b[6nb\r\n", "ab\n");
        check("", "");
        check("\r\n\r\n", "");
        check("  indented\r\n\r\n  more  \r\n", "  indented\n\n  more  \n");
    }

    #[test]
    fn what_the_pager_painted_is_gone() {
        let rub = "\u{8}".repeat(9);
        check(&format!("one\r\n{rub}         {rub}two\r\n"), "one\ntwo\n");
        check(&format!("one\r\n {rub}         {rub} two\r\n"), "one\n two\n");
        check("one\r\n\r          \r two\r\n", "one\n two\n");
        let raw = format!("one\r\n {rub}         {rub} two\r\n");
        assert_eq!(&*without_pager(raw.as_bytes()), b"one\r\n two\r\n");
    }

    #[test]
    fn noise_of_the_router_is_dropped() {
        check(
            "Load for five secs: 1%/0%; one minute: 1%; five minutes: 1%\r\nTime source is NTP, 14:02:31 UTC Mon Nov 23 2026\r\nx\r\n",
            "x\n",
        );
        check("one\r\n***\r\n*** --- SHUTDOWN in 0:05:00 ---\r\n***\r\ntwo\r\n", "one\ntwo\n");
        check(
            "one\r\n*Nov 23 14:02:31.123: %LINK-3-UPDOWN: Interface Gi2, changed state to down\r\ntwo\r\n",
            "one\ntwo\n",
        );
    }

    #[test]
    fn log_lines_in_all_their_dress() {
        for line in [
            "*Nov 23 14:02:31.123: %LINK-3-UPDOWN: x",
            ".Nov 23 14:02:31: %SYS-5-CONFIG_I: x",
            "Nov  3 14:02:31.123 UTC: %DMI-5-AUTH_PASSED: x",
            "Nov  3 2026 14:02:31.123 UTC: %DMI-5-AUTH_PASSED: x",
            "000123: *Nov 23 14:02:31.123: %LINEPROTO-5-UPDOWN: x",
            "00:00:12: %SYS-5-RESTART: x",
            "1w2d: %SYS-5-RESTART: x",
            "%SYS-5-CONFIG_I: x",
            "*Nov 23 14:02:31.123: %PLATFORM_ENV-SUB-1-FAN: x",
        ] {
            assert!(is_log_line(line), "{line}");
        }
        for line in ["% Invalid input", "CPU 1%: x", "  5 minute rate 10%", "100% of 5-3-A: x", "%Error: x"] {
            assert!(!is_log_line(line), "{line}");
        }
        assert_eq!(
            cleaned(b"*Nov 23 14:02:31.123: %SYS-5-X: y\r\n", true),
            "*Nov 23 14:02:31.123: %SYS-5-X: y\n"
        );
    }

    proptest::proptest! {
        #[test]
        fn any_bytes_are_cleaned_without_a_panic(raw: Vec<u8>) {
            cleaned(&raw, false);
            without_pager(&raw);
        }
    }
}
