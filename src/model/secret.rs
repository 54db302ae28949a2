//! A word that must not be seen: a password, a key, a token.
//! It prints `***`, cannot be serialised, and is wiped from memory when dropped (the one thing that
//! `zeroize` does here which std cannot promise).

use std::fmt;
use zeroize::Zeroizing;

#[derive(Clone)]
pub struct Secret(Zeroizing<String>);

impl Secret {
    pub fn new(word: impl Into<String>) -> Self {
        Secret(Zeroizing::new(word.into()))
    }

    /// The word itself: for the wire and for sealing, never for a text.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

impl fmt::Display for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_secret_prints_stars() {
        let secret = super::Secret::new("made-up-word");
        assert_eq!(format!("{secret} {secret:?}"), "*** ***");
    }
}
