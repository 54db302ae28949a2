//! The master key: 32 bytes that live outside the data folder, and the keys derived from it, one a purpose, so that
//! what seals can never be used to recognise and the other way round. It is never printed.

use base64::Engine;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use std::fmt::Write as _;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use zeroize::Zeroizing;

/// 32 bytes; wiped when dropped.
#[derive(Clone)]
pub struct MasterKey(Zeroizing<[u8; 32]>);

/// Why there is no master key.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    #[error("the master key {path} cannot be read: {why}")]
    Unreadable { path: PathBuf, why: io::Error },
    #[error("the master key {path} is open to others (mode {mode:o}); say: chmod 600 {path}")]
    Open { path: PathBuf, mode: u32 },
    #[error("the master key must be 32 bytes as 64 hex digits or as base64")]
    Malformed,
    #[error("the master key {path} cannot be made: {why}")]
    Unwritable { path: PathBuf, why: io::Error },
}

impl MasterKey {
    /// Reads the file; refuses one that others may read.
    pub fn load(path: &Path) -> Result<MasterKey, KeyError> {
        let unreadable = |why| KeyError::Unreadable { path: path.to_owned(), why };
        private(path, &std::fs::metadata(path).map_err(unreadable)?)?;
        let text = Zeroizing::new(std::fs::read_to_string(path).map_err(unreadable)?);
        MasterKey::from_text(&text)
    }

    /// Makes a new random key in a new file (0600); a file that is there is never written over.
    pub fn create(path: &Path) -> Result<MasterKey, KeyError> {
        let unwritable = |why| KeyError::Unwritable { path: path.to_owned(), why };
        let key = MasterKey::random().map_err(unwritable)?;
        let mut options = std::fs::OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(path).map_err(unwritable)?;
        let text = Zeroizing::new(hex(&*key.0) + "\n");
        file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).map_err(unwritable)?;
        Ok(key)
    }

    /// A key that no file knows: for `create` and for tests.
    pub fn random() -> io::Result<MasterKey> {
        let mut bytes = Zeroizing::new([0; 32]);
        getrandom::fill(&mut *bytes).map_err(io::Error::from)?;
        Ok(MasterKey(bytes))
    }

    /// From the text of a file or of an environment variable: 64 hex digits or base64.
    pub fn from_text(text: &str) -> Result<MasterKey, KeyError> {
        let text = text.trim();
        let bytes = match unhex(text) {
            Some(bytes) => bytes,
            None => Zeroizing::new(
                base64::engine::general_purpose::STANDARD.decode(text).map_err(|_| KeyError::Malformed)?,
            ),
        };
        let bytes: [u8; 32] = bytes.as_slice().try_into().map_err(|_| KeyError::Malformed)?;
        Ok(MasterKey(Zeroizing::new(bytes)))
    }

    /// The key for one purpose.
    pub(super) fn derived(&self, purpose: &str) -> Zeroizing<[u8; 32]> {
        Zeroizing::new(keyed(&*self.0, purpose.as_bytes()))
    }
}

impl std::fmt::Debug for MasterKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("MasterKey(***)")
    }
}

/// HMAC-SHA-256.
pub(super) fn keyed(key: &[u8], message: &[u8]) -> [u8; 32] {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes a key of any length");
    mac.update(message);
    mac.finalize().into_bytes().into()
}

/// Lower-case hex.
pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// Upper-case hex with colons: `AB:CD`.
pub(super) fn hex_pairs(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02X}")).collect::<Vec<_>>().join(":")
}

fn unhex(text: &str) -> Option<Zeroizing<Vec<u8>>> {
    if text.len() != 64 || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    let pair = |at| text.get(at..at + 2).and_then(|pair| u8::from_str_radix(pair, 16).ok());
    (0..64).step_by(2).map(pair).collect::<Option<Vec<u8>>>().map(Zeroizing::new)
}

#[cfg(unix)]
fn private(path: &Path, found: &std::fs::Metadata) -> Result<(), KeyError> {
    let mode = std::os::unix::fs::PermissionsExt::mode(&found.permissions()) & 0o777;
    match mode & 0o077 {
        0 => Ok(()),
        _ => Err(KeyError::Open { path: path.to_owned(), mode }),
    }
}

#[cfg(not(unix))]
fn private(_: &Path, _: &std::fs::Metadata) -> Result<(), KeyError> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_reads_back_from_its_file_and_no_file_is_written_over() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("master.key");
        let made = MasterKey::create(&path).unwrap();
        assert_eq!(*MasterKey::load(&path).unwrap().0, *made.0);
        assert!(matches!(MasterKey::create(&path), Err(KeyError::Unwritable { .. })));
    }

    #[cfg(unix)]
    #[test]
    fn a_file_that_others_may_read_is_refused() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("master.key");
        MasterKey::create(&path).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o640)).unwrap();
        let error = MasterKey::load(&path).unwrap_err().to_string();
        assert!(error.contains("mode 640") && error.contains("chmod 600"), "{error}");
    }

    #[test]
    fn hex_and_base64_are_both_understood_and_nothing_else() {
        let hex = MasterKey::from_text(&"0f".repeat(32)).unwrap();
        let base64 = base64::engine::general_purpose::STANDARD.encode([0x0f; 32]);
        assert_eq!(*MasterKey::from_text(&format!(" {base64}\n")).unwrap().0, *hex.0);
        for bad in ["", "0f", &"zz".repeat(32), "AAAA"] {
            assert!(matches!(MasterKey::from_text(bad), Err(KeyError::Malformed)), "{bad}");
        }
        assert_eq!(format!("{hex:?}"), "MasterKey(***)");
    }
}
