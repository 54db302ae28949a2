//! A typed line becomes words. What phones and copied tables do to a line is undone here; what could
//! become a second line on a router is refused here. No word is given a meaning yet.

use crate::model::{Failure, Kind, Text};

/// Longer lines are pasted by mistake: no router takes more than 254 characters.
const LONGEST: usize = 2_000;

/// A line that begins with `/`, its inner white space as single blanks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    pub text: String,
    /// The first is the command's name, without `/` and without `@bot`.
    pub words: Vec<Word>,
}

/// One word, its quotes taken away, and where it stood in [`Line::text`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Word {
    pub text: String,
    pub start: usize,
    pub end: usize,
}

impl Line {
    /// Everything from the given word on, as typed.
    pub fn rest(&self, from: usize) -> &str {
        self.words.get(from).and_then(|word| self.text.get(word.start..)).unwrap_or_default()
    }

    /// The line with one part of it written differently.
    pub fn replaced(&self, start: usize, end: usize, by: &str) -> String {
        let before = self.text.get(..start).unwrap_or_default();
        let after = self.text.get(end..).unwrap_or_default();
        format!("{before}{by}{after}")
    }
}

/// Reads a line as a person typed it.
pub fn parse(typed: &str) -> Result<Line, Failure> {
    let input = |text: Text| Failure::new(Kind::Input, text);
    let length = typed.chars().count();
    if length > LONGEST {
        return Err(input(text!("command.too_long", count = length, most = LONGEST)));
    }
    let plain = plain(typed.trim());
    if plain.chars().any(is_unseen) {
        return Err(input(text!("command.control_character")));
    }
    let Some(typed) = plain.strip_prefix('/') else {
        return Err(input(match plain.is_empty() || !plain.chars().all(|c| c.is_ascii_digit()) {
            true => text!("command.no_slash"),
            false => text!("command.no_button", number = plain),
        }));
    };
    let (text, mut words) = words(&format!("/{typed}")).map_err(|()| input(text!("command.open_quote")))?;
    let Some(first) = words.first_mut() else { return Err(input(text!("command.empty"))) };
    let name = first.text.trim_start_matches('/');
    let name = name.split_once('@').map_or(name, |(name, _bot)| name).to_owned();
    if name.is_empty() {
        return Err(input(text!("command.empty")));
    }
    first.text = name;
    Ok(Line { text, words })
}

/// What phones write instead of plain quotes, dashes and blanks. An em dash was typed as `--`.
fn plain(typed: &str) -> String {
    let mut plain = String::with_capacity(typed.len());
    for c in typed.chars() {
        match c {
            '“' | '”' | '„' | '«' | '»' => plain.push('"'),
            '‘' | '’' | '‚' => plain.push('\''),
            '—' => plain.push_str("--"),
            '–' | '‐' | '‑' | '−' => plain.push('-'),
            '…' => plain.push_str("..."),
            '\t' => plain.push(' '),
            // Joiners and marks that chats put around copied words.
            '\u{200B}' | '\u{200E}' | '\u{200F}' | '\u{2060}' | '\u{FEFF}' => {}
            c if c.is_whitespace() && !c.is_control() && !matches!(c, '\u{2028}' | '\u{2029}') => {
                plain.push(' ');
            }
            c => plain.push(c),
        }
    }
    plain.trim().to_owned()
}

/// Control characters, line ends, and marks that make a line read differently than it is.
fn is_unseen(c: char) -> bool {
    c.is_control() || matches!(c, '\u{2028}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

/// The line with single blanks, and its words. Err when a `"` never ends.
fn words(typed: &str) -> Result<(String, Vec<Word>), ()> {
    let mut line = String::with_capacity(typed.len());
    let mut words: Vec<Word> = Vec::new();
    let mut current: Option<Word> = None;
    let mut quote: Option<char> = None;
    let mut chars = typed.chars().peekable();
    while let Some(c) = chars.next() {
        if quote.is_none() && c == ' ' {
            if let Some(word) = current.take() {
                words.push(Word { end: line.len(), ..word });
            }
            if chars.peek().is_some_and(|next| *next != ' ') && !line.is_empty() {
                line.push(' ');
            }
            continue;
        }
        let word =
            current.get_or_insert_with(|| Word { text: String::new(), start: line.len(), end: line.len() });
        match quote {
            Some(open) if c == open => quote = None,
            Some(_) => word.text.push(c),
            None if opens(c, &word.text, chars.clone()) => quote = Some(c),
            None => word.text.push(c),
        }
        line.push(c);
    }
    if quote.is_some() {
        return Err(());
    }
    if let Some(word) = current.take() {
        words.push(Word { end: line.len(), ..word });
    }
    Ok((line, words))
}

/// A `"` always opens; a `'` only where a value begins and another one follows, or it is the
/// apostrophe of a word.
fn opens(c: char, so_far: &str, mut rest: impl Iterator<Item = char>) -> bool {
    match c {
        '"' => true,
        '\'' => (so_far.is_empty() || so_far.ends_with('=')) && rest.any(|later| later == '\''),
        _ => false,
    }
}

/// `10.0.0.7 site=hanoi note="rack 3"` as values, each with its key where it has one.
pub fn pairs(rest: &str) -> Result<Vec<(Option<String>, String)>, Text> {
    let (_, words) = words(rest).map_err(|()| text!("command.open_quote"))?;
    let pair = |word: Word| match word.text.split_once('=') {
        Some((key, value)) => (Some(key.to_lowercase()), value.to_owned()),
        None => (None, word.text),
    };
    Ok(words.into_iter().map(pair).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::{Expect, expect};
    use proptest::prelude::*;

    #[expect(clippy::needless_pass_by_value, reason = "cases read better without &")]
    fn check(typed: &str, expected: Expect) {
        let got = match parse(typed) {
            Ok(line) => {
                let words: Vec<&str> = line.words.iter().map(|word| word.text.as_str()).collect();
                format!("{} -> {}", line.text, words.join("|"))
            }
            Err(failure) => format!("{:?} {}", failure.kind, failure.public.key),
        };
        expected.assert_eq(&got);
    }

    #[test]
    fn lines_become_words() {
        check("/show R1 version", expect![["/show R1 version -> show|R1|version"]]);
        check("  /show   R1\tversion \n", expect![["/show R1 version -> show|R1|version"]]);
        check("/status@patchbay_bot all", expect![["/status@patchbay_bot all -> status|all"]]);
        check("/x \"a  b\" c", expect![[r#"/x "a  b" c -> x|a  b|c"#]]);
        check("/x note='a b'", expect![["/x note='a b' -> x|note=a b"]]);
        check("/x bob's log", expect![["/x bob's log -> x|bob's|log"]]);
        check("/x “a b” —x–y ’", expect![[r#"/x "a b" --x-y ' -> x|a b|--x-y|'"#]]);
        check("/x\u{a0}R1\u{200b}", expect![["/x R1 -> x|R1"]]);
        check("/x \"\"", expect![[r#"/x "" -> x|"#]]);
    }

    #[test]
    fn what_is_no_line_is_refused() {
        check("8", expect![["Input command.no_button"]]);
        check("show R1", expect![["Input command.no_slash"]]);
        check("", expect![["Input command.no_slash"]]);
        check("/", expect![["Input command.empty"]]);
        check("/ show", expect![["Input command.empty"]]);
        check("/@bot", expect![["Input command.empty"]]);
        check("/show R1 clock\nreload", expect![["Input command.control_character"]]);
        check("/show R1 clock\rreload", expect![["Input command.control_character"]]);
        check("/show R1 \u{1b}[A", expect![["Input command.control_character"]]);
        check("/show R1 \u{202e}x", expect![["Input command.control_character"]]);
        check("/show R1 \"x", expect![["Input command.open_quote"]]);
        check(&format!("/{}", "x".repeat(5_000)), expect![["Input command.too_long"]]);
    }

    #[test]
    fn pairs_are_read() {
        let got = pairs("10.0.0.7 Site=hanoi note=\"rack 3, a=b\"").unwrap();
        let shown: Vec<String> =
            got.into_iter().map(|(key, value)| format!("{}:{value}", key.unwrap_or_default())).collect();
        assert_eq!(shown, [":10.0.0.7", "site:hanoi", "note:rack 3, a=b"]);
    }

    proptest! {
        #[test]
        fn a_line_reads_back_as_it_was_stored(typed in "/\\PC{0,60}") {
            if let Ok(line) = parse(&typed) {
                prop_assert_eq!(parse(&line.text), Ok(line));
            }
        }

        #[test]
        fn no_string_is_a_panic(typed in any::<String>()) {
            let _ = parse(&typed);
            let _ = pairs(&typed);
        }
    }
}
