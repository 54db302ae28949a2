//! Text in columns, for every door that shows it in a fixed width: it was cleaned (nothing in it moves a
//! cursor or turns the reading around), it has a width, and it can be wrapped or cut to one. And what the
//! name of a file may be, whoever saves it.

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// Lines that cannot do anything to whoever shows them: control characters are gone (a tab became blanks),
/// and so are the marks that turn the direction of reading, which make a text look like another.
pub fn clean(text: &str) -> Vec<String> {
    text.split('\n').map(clean_line).collect()
}

fn clean_line(line: &str) -> String {
    let mut cleaned = String::with_capacity(line.len());
    for c in line.chars() {
        match c {
            '\t' => {
                let blanks = 8 - cleaned.width() % 8;
                cleaned.extend(std::iter::repeat_n(' ', blanks));
            }
            _ if c.is_control() || turns_or_breaks(c) => {}
            _ => cleaned.push(c),
        }
    }
    cleaned
}

/// Unicode's bidirectional controls and its own line ends.
fn turns_or_breaks(c: char) -> bool {
    matches!(c, '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{061c}')
}

/// Breaks at blanks where there are some, else anywhere. Blanks inside a line stay: they align.
pub fn wrapped(text: &str, columns: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut rest = text;
    while let Some(end) = overflow(rest, columns.max(1)) {
        let (fits, beyond) = rest.split_at(end);
        let at = match beyond.starts_with(' ') {
            true => end,
            // A blank in the first half would leave a ragged stump; then the word is broken instead.
            false => fits.rfind(' ').filter(|at| *at * 2 > end).unwrap_or(end),
        };
        let (line, tail) = rest.split_at(at);
        lines.push(line.trim_end().to_owned());
        rest = tail.trim_start();
    }
    if !rest.is_empty() || lines.is_empty() {
        lines.push(rest.to_owned());
    }
    lines
}

/// The byte at which the text no longer fits; None when all of it does. At least one character fits.
fn overflow(text: &str, columns: usize) -> Option<usize> {
    let mut width = 0;
    for (at, c) in text.char_indices() {
        width += c.width().unwrap_or(0);
        if width > columns && at > 0 {
            return Some(at);
        }
    }
    None
}

/// The text in exactly that many columns: filled up with blanks, or cut with `…`.
pub fn fitted(text: &str, columns: usize) -> String {
    let width = text.width();
    if width <= columns {
        return format!("{text}{}", " ".repeat(columns - width));
    }
    let end = overflow(text, columns.saturating_sub(1)).unwrap_or(text.len());
    let (kept, _) = text.split_at(end);
    let cut = format!("{kept}…");
    let missing = columns.saturating_sub(cut.width());
    format!("{cut}{}", " ".repeat(missing))
}

/// A file's name from any words: letters, digits, `-`, `_` and `.`; no dot in front, at most 100.
pub fn file_name(name: &str) -> String {
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    let kept: String = name.chars().map(|c| if fits(c) { c } else { '_' }).take(100).collect();
    match kept.trim_start_matches('.') {
        "" => "file".to_owned(),
        kept => kept.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_a_text_moves_the_cursor() {
        for (text, cleaned) in [
            ("a\x1b[2Jb", vec!["a[2Jb"]),
            ("a\r\nb\x07\x08", vec!["a", "b"]),
            ("a\tb", vec!["a       b"]),
            ("\u{9b}2J\u{202e}evil\u{2028}x", vec!["2Jevilx"]),
            ("⚠️ 100 %", vec!["⚠️ 100 %"]),
        ] {
            assert_eq!(clean(text), cleaned, "{text:?}");
        }
    }

    #[test]
    fn texts_wrap_at_blanks_and_long_words_break() {
        for (text, lines) in [
            ("one two three", vec!["one two", "three"]),
            ("one four   x", vec!["one four", "x"]),
            ("R3   +4  x", vec!["R3   +4", "x"]),
            ("abcdefghijkl", vec!["abcdefgh", "ijkl"]),
            ("a bcdefghijkl", vec!["a bcdefg", "hijkl"]),
            ("", vec![""]),
        ] {
            assert_eq!(wrapped(text, 8), lines, "{text:?}");
        }
    }

    #[test]
    fn cells_are_cut_to_their_columns() {
        for (text, cell) in [("ab", "ab   "), ("abcde", "abcde"), ("abcdef", "abcd…"), ("漢字漢字", "漢字…")]
        {
            assert_eq!(fitted(text, 5), cell, "{text:?}");
        }
    }

    #[test]
    fn a_name_cannot_leave_the_folder() {
        for (name, kept) in [
            ("R1-running.txt", "R1-running.txt"),
            ("../../etc/passwd", "_.._etc_passwd"),
            ("/etc/passwd", "_etc_passwd"),
            ("..", "file"),
            ("a\nb\u{1b}", "a_b_"),
            ("", "file"),
        ] {
            assert_eq!(file_name(name), kept, "{name:?}");
        }
    }
}
