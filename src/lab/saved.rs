//! What is kept of a router between two starts: one JSON file for each, replaced as a whole.

use std::io::Write;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::certificate::Identity;
use super::error::LabError;
use super::state::State;

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Saved {
    pub address: SocketAddr,
    pub host_key: String,
    /// None where a lab without HTTPS wrote the file.
    #[serde(default)]
    pub web: Option<SavedWeb>,
    pub state: State,
}

/// Where the router serves RESTCONF, and with what.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SavedWeb {
    pub address: SocketAddr,
    pub identity: Identity,
}

pub(crate) fn file(folder: &Path, router: &str) -> PathBuf {
    folder.join(format!("{router}.json"))
}

pub(crate) fn read(path: &Path) -> Result<Option<Saved>, LabError> {
    let text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(source) => return Err(LabError::File { path: path.to_owned(), source }),
    };
    let content =
        |error: serde_json::Error| LabError::Content { path: path.to_owned(), reason: error.to_string() };
    serde_json::from_str(&text).map(Some).map_err(content)
}

impl Saved {
    pub fn write(&self, path: &Path) -> Result<(), LabError> {
        let text = serde_json::to_vec(self).map_err(LabError::key)?;
        write(path, &text).map_err(|source| LabError::File { path: path.to_owned(), source })
    }
}

/// Writes beside and renames, so that a kill leaves the old file or the new one; only the owner may read it.
pub(crate) fn write(path: &Path, content: &[u8]) -> std::io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    file.write_all(content)?;
    file.persist(path).map(|_| ()).map_err(|error| error.error)
}
