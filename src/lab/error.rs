//! Why a lab did not start or could not be kept.

use std::fmt;
use std::net::SocketAddr;
use std::path::PathBuf;

#[derive(Debug)]
pub enum LabError {
    /// Another program holds the address that this router had before, or the system gave none.
    Listen { router: String, address: SocketAddr, source: std::io::Error },
    /// The state folder cannot be read or written.
    File { path: PathBuf, source: std::io::Error },
    /// A file in the state folder is not one of ours.
    Content { path: PathBuf, reason: String },
    /// A host key could not be made or read.
    Key(String),
    /// A certificate could not be made or read.
    Certificate(String),
    /// Two routers have the same name, or a name cannot be a file name.
    Name(String),
    /// A line of [`super::Router::edit`] is none that the router takes.
    Refused { line: String, said: String },
}

impl LabError {
    pub(crate) fn key(error: impl fmt::Display) -> LabError {
        LabError::Key(error.to_string())
    }

    pub(crate) fn certificate(error: impl fmt::Display) -> LabError {
        LabError::Certificate(error.to_string())
    }
}

impl fmt::Display for LabError {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            LabError::Listen { router, address, source } => write!(
                to,
                "{router} of the lab cannot listen on {address}: {source}. Is another lab with the same folder running?"
            ),
            LabError::File { path, source } => write!(to, "{}: {source}", path.display()),
            LabError::Content { path, reason } => {
                write!(
                    to,
                    "{} is not a router of the lab: {reason}. Delete it to start that router afresh.",
                    path.display()
                )
            }
            LabError::Key(reason) => write!(to, "host key of the lab: {reason}"),
            LabError::Certificate(reason) => write!(to, "certificate of the lab: {reason}"),
            LabError::Refused { line, said } => write!(to, "the router refused {line:?}: {}", said.trim()),
            LabError::Name(name) => {
                write!(to, "{name:?} cannot be the name of a router here, or is there twice")
            }
        }
    }
}

impl std::error::Error for LabError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            LabError::Listen { source, .. } | LabError::File { source, .. } => Some(source),
            LabError::Content { .. }
            | LabError::Key(_)
            | LabError::Certificate(_)
            | LabError::Name(_)
            | LabError::Refused { .. } => None,
        }
    }
}
