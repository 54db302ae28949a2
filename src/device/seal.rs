//! Clear bytes go in, [`Sealed`] comes out, and back. XChaCha20-Poly1305 with a random nonce; the purpose is bound to
//! the bytes, so a sealed password can never be passed off as a configuration.
//! What is stored: one byte version, four bytes key id, 24 bytes nonce, the rest.

use super::key::{MasterKey, keyed};
use crate::model::Sealed;
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{Key, XChaCha20Poly1305, XNonce};
use std::sync::Arc;
use zeroize::Zeroizing;

const VERSION: u8 = 1;
const KEY_ID: usize = 4;
const NONCE: usize = 24;

/// Seals and opens under one master key; clones share it.
#[derive(Clone)]
pub struct Sealer(Arc<Keys>);

struct Keys {
    cipher: XChaCha20Poly1305,
    id: [u8; KEY_ID],
}

/// Why sealed bytes stay shut.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SealError {
    /// They were sealed under another master key.
    #[error("it was sealed under another master key")]
    WrongKey,
    /// They were changed, cut, or sealed for another purpose.
    #[error("what is stored is damaged")]
    Damaged,
    /// A newer Patchbay wrote them.
    #[error("it was sealed by a newer version")]
    Newer,
    /// The operating system gives no random bytes.
    #[error("the system gives no random bytes")]
    NoRandom,
}

impl Sealer {
    pub fn new(master: &MasterKey) -> Sealer {
        let key = master.derived("patchbay seal 1");
        let mut id = [0; KEY_ID];
        id.iter_mut().zip(keyed(&*key, b"key id")).for_each(|(to, from)| *to = from);
        Sealer(Arc::new(Keys { cipher: XChaCha20Poly1305::new(&Key::from(*key)), id }))
    }

    pub fn seal(&self, purpose: &str, bytes: &[u8]) -> Result<Sealed, SealError> {
        let mut nonce = [0; NONCE];
        getrandom::fill(&mut nonce).map_err(|_| SealError::NoRandom)?;
        let payload = Payload { msg: bytes, aad: &self.bound(purpose) };
        let hidden = self.0.cipher.encrypt(&XNonce::from(nonce), payload).map_err(|_| SealError::Damaged)?;
        Ok(Sealed([[VERSION].as_slice(), &self.0.id, &nonce, &hidden].concat()))
    }

    pub fn open(&self, purpose: &str, sealed: &Sealed) -> Result<Zeroizing<Vec<u8>>, SealError> {
        let (version, rest) = sealed.0.split_first().ok_or(SealError::Damaged)?;
        if *version != VERSION {
            return Err(if *version > VERSION { SealError::Newer } else { SealError::Damaged });
        }
        let (id, rest) = rest.split_first_chunk::<KEY_ID>().ok_or(SealError::Damaged)?;
        if *id != self.0.id {
            return Err(SealError::WrongKey);
        }
        let (nonce, hidden) = rest.split_first_chunk::<NONCE>().ok_or(SealError::Damaged)?;
        let payload = Payload { msg: hidden, aad: &self.bound(purpose) };
        let opened = self.0.cipher.decrypt(&XNonce::from(*nonce), payload);
        opened.map(Zeroizing::new).map_err(|_| SealError::Damaged)
    }

    /// What the bytes are bound to besides the key.
    fn bound(&self, purpose: &str) -> Vec<u8> {
        [[VERSION].as_slice(), &self.0.id, purpose.as_bytes()].concat()
    }
}

impl std::fmt::Debug for Sealer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Sealer(***)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sealer(digit: &str) -> Sealer {
        Sealer::new(&MasterKey::from_text(&digit.repeat(64)).unwrap())
    }

    #[test]
    fn what_was_sealed_opens_for_the_same_purpose_and_key_only() {
        let sealed = sealer("1").seal("config", b"hostname R1").unwrap();
        assert_eq!(*sealer("1").open("config", &sealed).unwrap(), b"hostname R1");
        assert_eq!(sealer("1").open("password", &sealed), Err(SealError::Damaged));
        assert_eq!(sealer("2").open("config", &sealed), Err(SealError::WrongKey));
        assert_ne!(sealer("1").seal("config", b"hostname R1").unwrap(), sealed, "the nonce is random");
    }

    #[test]
    fn every_changed_byte_is_noticed() {
        let sealed = sealer("1").seal("config", b"x").unwrap();
        for at in 0..sealed.0.len() {
            let mut changed = sealed.clone();
            changed.0[at] ^= 0x80;
            assert!(sealer("1").open("config", &changed).is_err(), "byte {at}");
            assert!(sealer("1").open("config", &Sealed(sealed.0[..at].to_vec())).is_err(), "cut at {at}");
        }
    }
}
