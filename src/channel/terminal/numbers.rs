//! Numbers for buttons: what a person types to press one.
//!
//! Invariant: within a session a number means one button for ever. Numbers go on counting over all
//! messages, a button keeps its number in newer versions of its message, and no number is given
//! twice, not even when its button is gone: somebody may still read it on the screen. Pressing a
//! button that is used up or void is answered by the bot, which knows. A number that appeared only
//! after the person began to type stands for nothing in that line: they cannot have meant it.
//! Test: `a_number_means_one_button_for_ever`.

use crate::model::Token;
use std::collections::HashMap;

#[derive(Default)]
pub struct Numbers {
    by_token: HashMap<Token, usize>,
    tokens: Vec<Token>,
}

impl Numbers {
    /// The number of a button that is about to be shown.
    pub fn of(&mut self, token: &Token) -> usize {
        if let Some(number) = self.by_token.get(token) {
            return *number;
        }
        self.tokens.push(token.clone());
        self.by_token.insert(token.clone(), self.tokens.len());
        self.tokens.len()
    }

    pub fn is_shown(&self, token: &Token) -> bool {
        self.by_token.contains_key(token)
    }

    /// The highest number that is given.
    pub fn highest(&self) -> usize {
        self.tokens.len()
    }

    /// The button that a typed line presses. `asking` are the buttons of messages that wait for words now.
    pub fn pressed(&self, line: &str, seen: Seen, asking: &[usize]) -> Option<&Token> {
        let number = match seen.asks {
            true => letters(line).filter(|number| asking.contains(number)),
            false => number(line),
        }?;
        (number <= seen.highest).then(|| self.tokens.get(number.checked_sub(1)?)).flatten()
    }
}

/// What was on the screen when a line was begun.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Seen {
    /// The highest number.
    pub highest: usize,
    /// A message waited for words.
    /// Invariant: while a message waits for words no number presses anything: it is the answer. The buttons
    /// of that message have letters then (`b` is 2), so that nobody who wants to press one answers by
    /// accident, or the other way round; all others wait until it is answered.
    /// Test: `while_words_are_waited_for_a_number_is_no_button`.
    pub asks: bool,
}

/// A number as letters: a is 1, z 26, aa 27.
pub fn lettered(number: usize) -> String {
    let (mut rest, mut letters) = (number, Vec::new());
    while rest > 0 {
        let digit = u8::try_from((rest - 1) % 26).unwrap_or_default();
        letters.push(char::from(b'a' + digit));
        rest = (rest - 1) / 26;
    }
    letters.into_iter().rev().collect()
}

fn letters(line: &str) -> Option<usize> {
    let line = line.trim();
    let add = |sum: usize, byte: u8| {
        let digit = byte.is_ascii_lowercase().then(|| usize::from(byte - b'a') + 1)?;
        sum.checked_mul(26)?.checked_add(digit)
    };
    line.bytes().try_fold(0, add).filter(|number| *number > 0)
}

/// A line that is a number as it is shown: `7`, not `07`, `+7` or `7.`.
pub fn number(line: &str) -> Option<usize> {
    let line = line.trim();
    let digits = !line.starts_with('0') && line.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| line.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(word: &str) -> Token {
        Token(word.to_owned())
    }

    #[test]
    fn a_number_means_one_button_for_ever() {
        let mut numbers = Numbers::default();
        assert_eq!([numbers.of(&token("yes")), numbers.of(&token("no"))], [1, 2]);
        assert_eq!([numbers.of(&token("list")), numbers.of(&token("no"))], [3, 2]);
        let seen = |highest| Seen { highest, asks: false };
        let pressed =
            |line: &str, highest| numbers.pressed(line, seen(highest), &[]).map(|token| token.0.as_str());
        assert_eq!(pressed("1", 3), Some("yes"));
        assert_eq!(pressed(" 3 ", 3), Some("list"));
        // It appeared while the line was being typed.
        assert_eq!(pressed("3", 2), None);
        for line in ["0", "4", "01", "+1", "1.", "1 2", "", "x", "99999999999999999999999"] {
            assert_eq!(pressed(line, 3), None, "{line:?}");
        }
    }

    #[test]
    fn while_words_are_waited_for_a_number_is_no_button() {
        let mut numbers = Numbers::default();
        for word in ["list", "cancel", "other"] {
            numbers.of(&token(word));
        }
        let asks = Seen { highest: 3, asks: true };
        let pressed = |line: &str, seen| numbers.pressed(line, seen, &[2]).map(|token| token.0.as_str());
        for line in ["1", "2", "3", "a", "c", "B", "no", "", "zzzzzzzzzzzzzzzzzzzzzz"] {
            assert_eq!(pressed(line, asks), None, "{line:?}");
        }
        assert_eq!(pressed(" b ", asks), Some("cancel"));
        // The question came after the first key of the line.
        assert_eq!(pressed("2", Seen { asks: false, ..asks }), Some("cancel"));
        for (number, letters) in [(1, "a"), (26, "z"), (27, "aa"), (703, "aaa")] {
            assert_eq!((lettered(number), super::letters(letters)), (letters.to_owned(), Some(number)));
        }
    }
}
