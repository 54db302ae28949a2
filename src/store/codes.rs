//! Codes that somebody sends back to prove something. They stand in other files' tables, as their SHA-256.

use super::error::StoreError;
use super::work::Result;
use sha2::{Digest, Sha256};

/// No letter that is taken for another one on a phone: no I, L, O, 0, 1.
const LETTERS: &[u8; 31] = b"ABCDEFGHJKMNPQRSTUVWXYZ23456789";
const LENGTH: usize = 8;

/// A code as it is compared: in any case, with or without dash and blanks.
pub fn spelled(typed: &str) -> String {
    typed.chars().filter(|c| !c.is_whitespace() && *c != '-').map(|c| c.to_ascii_uppercase()).collect()
}

/// A new one as it is shown, `ABCD-EFGH`.
pub(super) fn new_code() -> Result<String> {
    let code = random_code()?;
    let (first, last) = code.split_at(LENGTH / 2);
    Ok(format!("{first}-{last}"))
}

/// What is kept of a code, however it was typed.
pub(super) fn hash(typed: &str) -> String {
    Sha256::digest(spelled(typed).as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Each letter as likely as any other: a byte that would favour some is thrown again.
fn random_code() -> Result<String> {
    let fair = u8::MAX - u8::MAX % LETTERS.len() as u8;
    let mut code = String::with_capacity(LENGTH);
    while code.len() < LENGTH {
        let mut bytes = [0u8; 16];
        getrandom::fill(&mut bytes).map_err(|error| StoreError::Sql { why: error.to_string() })?;
        let letters = bytes.iter().filter(|byte| **byte < fair);
        let letters = letters.filter_map(|byte| LETTERS.get(usize::from(*byte) % LETTERS.len()));
        let missing = LENGTH - code.len();
        code.extend(letters.take(missing).map(|letter| char::from(*letter)));
    }
    Ok(code)
}
