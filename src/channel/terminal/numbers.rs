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

    /// The button that a typed line presses, when numbers up to `seen` were on the screen.
    pub fn pressed(&self, line: &str, seen: usize) -> Option<&Token> {
        let number = number(line)?;
        (number <= seen).then(|| self.tokens.get(number - 1)).flatten()
    }
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
        let pressed = |line: &str, seen| numbers.pressed(line, seen).map(|token| token.0.as_str());
        assert_eq!(pressed("1", 3), Some("yes"));
        assert_eq!(pressed(" 3 ", 3), Some("list"));
        // It appeared while the line was being typed.
        assert_eq!(pressed("3", 2), None);
        for line in ["0", "4", "01", "+1", "1.", "1 2", "", "x", "99999999999999999999999"] {
            assert_eq!(pressed(line, 3), None, "{line:?}");
        }
    }
}
