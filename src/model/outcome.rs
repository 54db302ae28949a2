//! What came back from a device, one value per ask. "The device said no" and "the line broke" are
//! different: an operator acts differently on each. Nothing here holds a secret: text was redacted,
//! raw configurations are [`Sealed`].

use super::dialogue::Conversation;
use super::text::Text;
use serde::{Deserialize, Serialize};
use std::time::Duration;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// What the router printed, cleaned and redacted.
    Text(String),
    Config(Configuration),
    Dialogue(Conversation),
    /// What RESTCONF answered.
    Json(Json),
    /// The router understood the line and said no, or did not understand it.
    Refused {
        line: String,
        reason: Refused,
        said: String,
    },
    /// The answer never came, or not whole.
    Broken(Broken),
}

/// One answer of RESTCONF.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Json {
    /// The body; `None` when there is nothing there (204, 404).
    pub body: Option<String>,
    /// From the beginning of the plan until the answer was whole, by a clock that never jumps.
    pub answered: Duration,
}

/// A running configuration on its way to be a version.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Configuration {
    /// Values of secrets replaced by a keyed short hash, lines that change by themselves left out.
    pub redacted: String,
    /// The bytes as the router sent them, echo and prompt left out.
    pub sealed: Sealed,
    /// Size of what is sealed.
    pub bytes: u64,
    /// From the header: who changed it last, where the router says so.
    pub author: Option<String>,
    /// From the header, in the router's own words: `14:02:31 UTC Mon Nov 23 2026`.
    pub changed_at: Option<String>,
    /// The line `end` was seen before the prompt, enable was reached, and no error marker came.
    pub complete: bool,
}

/// Bytes that only the master key opens. Encrypted inside `device/`.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Sealed(pub Vec<u8>);

impl std::fmt::Debug for Sealed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Sealed({} bytes)", self.0.len())
    }
}

/// Why a router said no.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Refused {
    /// `% Invalid input`, `% Unknown command`
    UnknownCommand,
    /// `% Incomplete command.`, `% Ambiguous command`
    Incomplete,
    /// `Command authorization failed.`
    NotAuthorized,
    /// NVRAM or configuration locked by another session.
    Busy,
    /// Any other line that starts with `%`.
    Other,
}

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Broken {
    /// The name does not resolve.
    NoAddress,
    /// Connection refused, no route, network down.
    Unreachable {
        why: String,
    },
    ConnectTimeout {
        after: Duration,
    },
    /// TCP answers, SSH does not.
    NoIdentification {
        after: Duration,
    },
    /// Closed before login: often every VTY is taken.
    ClosedEarly,
    NoCommonAlgorithm {
        kind: String,
        ours: Vec<String>,
        theirs: Vec<String>,
        fits: Option<String>,
    },
    HostKeyChanged {
        pinned: String,
        offered: String,
    },
    LoginRefused {
        credential: String,
    },
    LoginTimeout {
        after: Duration,
    },
    /// The router wants something of a person: a new password, a set-up dialogue.
    LoginDialogue {
        asks: String,
    },
    CredentialMissing {
        credential: String,
    },
    /// The breaker is open: too many routers refused it.
    CredentialStopped {
        credential: String,
    },
    /// The master key does not open what is stored.
    KeyUnfit {
        credential: String,
    },
    EnableRefused {
        credential: String,
    },
    /// The credential has no enable password and the router wants one.
    EnableMissing {
        credential: String,
    },
    /// No prompt could be learned after login.
    NoPrompt,
    Silent {
        after: Duration,
    },
    Deadline {
        after: Duration,
    },
    /// The line went away in the middle.
    Dropped,
    /// RESTCONF: no TCP or no TLS within its time, or the connection was refused.
    NoRestconf {
        why: String,
    },
    /// RESTCONF: the certificate is not the pinned one.
    CertificateChanged {
        pinned: String,
        offered: String,
    },
    /// RESTCONF: the certificate is not one that the CA of the settings signed for this router.
    CertificateRefused {
        why: String,
    },
    /// RESTCONF: 401, or 403 where the login is known and may not read.
    RestconfRefused {
        credential: String,
        status: u16,
    },
    /// RESTCONF: any other status that is no success, or an answer that is no JSON.
    RestconfFailed {
        status: u16,
        why: String,
    },
    /// It was not asked: an ask before it in the same plan broke the line.
    NotAsked,
    /// The job was cancelled, or the bot is going down.
    Stopped,
}

impl Broken {
    /// Whether a person, not the network, must act before it can work.
    pub fn needs_a_person(&self) -> bool {
        matches!(
            self,
            Broken::NoCommonAlgorithm { .. }
                | Broken::HostKeyChanged { .. }
                | Broken::CertificateChanged { .. }
                | Broken::CertificateRefused { .. }
                | Broken::RestconfRefused { .. }
                | Broken::LoginRefused { .. }
                | Broken::LoginDialogue { .. }
                | Broken::CredentialMissing { .. }
                | Broken::CredentialStopped { .. }
                | Broken::KeyUnfit { .. }
                | Broken::EnableRefused { .. }
                | Broken::EnableMissing { .. }
        )
    }

    /// What the operator reads: what happened on which device, and what to do next.
    pub fn text(&self, device: &str) -> Text {
        match self {
            Broken::NoAddress => text!("broken.no_address", device = device),
            Broken::Unreachable { why } => text!("broken.unreachable", device = device, why = why),
            Broken::ConnectTimeout { after } => text!("broken.connect_timeout", after = *after),
            Broken::NoIdentification { after } => text!("broken.no_identification", after = *after),
            Broken::ClosedEarly => text!("broken.closed_early"),
            Broken::NoCommonAlgorithm { kind, ours, theirs, fits } => {
                let lists = text!(
                    "broken.no_common_algorithm",
                    kind = kind,
                    ours = ours.clone(),
                    theirs = theirs.clone()
                );
                match fits {
                    Some(profile) => {
                        text!("broken.profile_fits", lists = lists, device = device, profile = profile)
                    }
                    None => lists,
                }
            }
            Broken::HostKeyChanged { .. } => text!("broken.host_key_changed", device = device),
            Broken::LoginRefused { credential } => {
                text!("broken.login_refused", credential = credential)
            }
            Broken::LoginTimeout { after } => text!("broken.login_timeout", after = *after),
            Broken::LoginDialogue { asks } => text!("broken.login_dialogue", asks = asks),
            Broken::CredentialMissing { credential } => {
                text!("broken.credential_missing", credential = credential)
            }
            Broken::CredentialStopped { credential } => {
                text!("broken.credential_stopped", credential = credential)
            }
            Broken::KeyUnfit { credential } => text!("broken.key_unfit", credential = credential),
            Broken::EnableRefused { credential } => {
                text!("broken.enable_refused", credential = credential)
            }
            Broken::EnableMissing { credential } => {
                text!("broken.enable_missing", credential = credential)
            }
            Broken::NoPrompt => text!("broken.no_prompt"),
            Broken::Silent { after } => text!("broken.silent", after = *after),
            Broken::Deadline { after } => text!("broken.deadline", after = *after),
            Broken::NoRestconf { why } => text!("broken.no_restconf", why = why),
            Broken::CertificateChanged { .. } => text!("broken.certificate_changed", device = device),
            Broken::CertificateRefused { why } => {
                text!("broken.certificate_refused", device = device, why = why)
            }
            Broken::RestconfRefused { credential, status: 403 } => {
                text!("broken.restconf_forbidden", credential = credential)
            }
            Broken::RestconfRefused { credential, status } => {
                text!("broken.restconf_refused", credential = credential, status = *status)
            }
            Broken::RestconfFailed { status, why } => {
                text!("broken.restconf_failed", status = *status, why = why)
            }
            Broken::Dropped => text!("broken.dropped"),
            Broken::NotAsked => text!("broken.not_asked"),
            Broken::Stopped => text!("broken.stopped"),
        }
    }
}

impl Refused {
    pub fn text(self, line: &str) -> Text {
        match self {
            Refused::UnknownCommand => text!("refused.unknown_command", line = line),
            Refused::Incomplete => text!("refused.incomplete", line = line),
            Refused::NotAuthorized => text!("refused.not_authorized", line = line),
            Refused::Busy => text!("refused.busy", line = line),
            Refused::Other => text!("refused.other", line = line),
        }
    }
}
