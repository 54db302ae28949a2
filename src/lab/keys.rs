//! The host keys of the routers: made from the system's randomness, kept as OpenSSH text.

use std::path::{Path, PathBuf};

use russh::keys::ssh_key::LineEnding;
use russh::keys::ssh_key::private::{Ed25519Keypair, KeypairData, RsaKeypair};
use russh::keys::{Algorithm, EcdsaCurve, HashAlg, PrivateKey};

use super::error::LabError;
use super::plan::HostKeyKind;

const RSA_BITS: usize = 2048;

/// A new host key; an RSA key is taken from the cache file when one is there.
pub(crate) fn new_key(kind: HostKeyKind, state: Option<&Path>) -> Result<PrivateKey, LabError> {
    match kind {
        HostKeyKind::Ed25519 => ed25519(),
        HostKeyKind::EcdsaP256 => {
            let algorithm = Algorithm::Ecdsa { curve: EcdsaCurve::NistP256 };
            PrivateKey::random(&mut russh::keys::key::safe_rng(), algorithm).map_err(LabError::key)
        }
        HostKeyKind::Rsa => cached_rsa(&rsa_cache(state)),
    }
}

pub(crate) fn to_text(key: &PrivateKey) -> Result<String, LabError> {
    key.to_openssh(LineEnding::LF).map(|text| text.to_string()).map_err(LabError::key)
}

pub(crate) fn from_text(text: &str) -> Result<PrivateKey, LabError> {
    PrivateKey::from_openssh(text).map_err(LabError::key)
}

pub(crate) fn fingerprint(key: &PrivateKey) -> String {
    key.public_key().fingerprint(HashAlg::Sha256).to_string()
}

fn ed25519() -> Result<PrivateKey, LabError> {
    let mut seed = [0; 32];
    getrandom::fill(&mut seed).map_err(LabError::key)?;
    PrivateKey::new(KeypairData::from(Ed25519Keypair::from_seed(&seed)), "lab").map_err(LabError::key)
}

fn rsa_cache(state: Option<&Path>) -> PathBuf {
    let folder = state.map_or_else(std::env::temp_dir, Path::to_path_buf);
    folder.join(format!("patchbay-lab-rsa-{RSA_BITS}.key"))
}

fn cached_rsa(file: &Path) -> Result<PrivateKey, LabError> {
    if let Some(key) = std::fs::read_to_string(file).ok().and_then(|text| from_text(&text).ok()) {
        return Ok(key);
    }
    let pair = RsaKeypair::random(&mut russh::keys::key::safe_rng(), RSA_BITS).map_err(LabError::key)?;
    let key = PrivateKey::new(KeypairData::from(pair), "lab").map_err(LabError::key)?;
    // A cache that cannot be written costs the next start some seconds and nothing else.
    if let Err(error) = super::saved::write(file, to_text(&key)?.as_bytes()) {
        tracing::debug!(%error, "the RSA key of the lab was not kept");
    }
    Ok(key)
}
