//! Whether a router is reachable, from the answers of one look and, where they failed, from its SSH
//! port. A router that refuses a login or answers with an error lives; only one that answers neither
//! way is down (`alerting.md` 2.6).

use crate::model::{Broken, Outcome, Reach, Text};

/// What one look says about the way to the router.
#[derive(Clone, Debug, PartialEq)]
pub enum Verdict {
    /// An answer came.
    Answered,
    /// No values, and the router lives; or it refuses the login; or it is down.
    Failed(Reach),
    /// The look was broken off, or nobody can say: nothing changes.
    Nothing,
}

/// Whether the SSH port must be asked to know whether the router lives: no answer came and none says
/// that somebody is there.
pub fn needs_ssh(outcomes: &[Outcome]) -> bool {
    !outcomes.iter().any(lives) && outcomes.iter().any(|outcome| broken(outcome).is_some_and(says_nothing))
}

/// `ssh` is what the port said, where it was asked.
pub fn verdict(device: &str, outcomes: &[Outcome], ssh: Option<&Result<(), Broken>>) -> Verdict {
    if outcomes.iter().any(|outcome| matches!(outcome, Outcome::Json(_))) {
        return Verdict::Answered;
    }
    let Some(broken) = outcomes.iter().find_map(broken) else { return Verdict::Nothing };
    let why = broken.text(device);
    Verdict::Failed(match (broken, ssh) {
        (Broken::RestconfRefused { .. }, _) => Reach::Refused(why),
        (broken, None) if !says_nothing(broken) && *broken != Broken::Stopped => Reach::NoRestconf(why),
        (_, Some(Ok(()))) => Reach::NoRestconf(why),
        (_, Some(Err(no_ssh))) => Reach::Down(both(brief(broken), brief(no_ssh))),
        (_, None) => return Verdict::Nothing,
    })
}

fn both(restconf: Text, ssh: Text) -> Text {
    text!("reach.neither", restconf = restconf, ssh = ssh)
}

/// In a few words: an alert is told again and again, what to do about it stands in `/status` and `/why`.
fn brief(broken: &Broken) -> Text {
    match broken {
        Broken::NoAddress => text!("reach.no_address"),
        Broken::Unreachable { why } | Broken::NoRestconf { why } => Text::verbatim(why.as_str()),
        Broken::ConnectTimeout { after } | Broken::Silent { after } | Broken::Deadline { after } => {
            text!("reach.no_answer_within", after = *after)
        }
        Broken::NoIdentification { .. } => text!("reach.no_ssh"),
        Broken::ClosedEarly | Broken::Dropped => text!("reach.closed"),
        Broken::CredentialMissing { credential } => {
            text!("reach.no_credential", credential = credential.as_str())
        }
        Broken::CredentialStopped { credential } | Broken::KeyUnfit { credential } => {
            text!("reach.not_tried", credential = credential.as_str())
        }
        Broken::NoCommonAlgorithm { .. }
        | Broken::HostKeyChanged { .. }
        | Broken::LoginRefused { .. }
        | Broken::LoginTimeout { .. }
        | Broken::LoginDialogue { .. }
        | Broken::EnableRefused { .. }
        | Broken::EnableMissing { .. }
        | Broken::NoPrompt
        | Broken::CertificateChanged { .. }
        | Broken::CertificateRefused { .. }
        | Broken::RestconfRefused { .. }
        | Broken::RestconfFailed { .. }
        | Broken::NotAsked
        | Broken::Stopped => text!("reach.no_answer"),
    }
}

fn broken(outcome: &Outcome) -> Option<&Broken> {
    match outcome {
        // It stands behind the one that says why.
        Outcome::Broken(Broken::NotAsked) => None,
        Outcome::Broken(broken) => Some(broken),
        Outcome::Text(_)
        | Outcome::Config(_)
        | Outcome::Dialogue(_)
        | Outcome::Json(_)
        | Outcome::Refused { .. } => None,
    }
}

fn lives(outcome: &Outcome) -> bool {
    match outcome {
        Outcome::Json(_) => true,
        outcome => broken(outcome).is_some_and(|broken| !says_nothing(broken)),
    }
}

/// Whether this failure leaves open that nobody is there at all.
fn says_nothing(broken: &Broken) -> bool {
    match broken {
        Broken::RestconfRefused { .. }
        | Broken::RestconfFailed { .. }
        | Broken::CertificateChanged { .. }
        | Broken::CertificateRefused { .. }
        | Broken::HostKeyChanged { .. }
        | Broken::Stopped => false,
        // The connection failed, or nothing was asked for a reason of our own.
        Broken::NoAddress
        | Broken::Unreachable { .. }
        | Broken::ConnectTimeout { .. }
        | Broken::NoIdentification { .. }
        | Broken::ClosedEarly
        | Broken::NoCommonAlgorithm { .. }
        | Broken::LoginRefused { .. }
        | Broken::LoginTimeout { .. }
        | Broken::LoginDialogue { .. }
        | Broken::CredentialMissing { .. }
        | Broken::CredentialStopped { .. }
        | Broken::KeyUnfit { .. }
        | Broken::EnableRefused { .. }
        | Broken::EnableMissing { .. }
        | Broken::NoPrompt
        | Broken::Silent { .. }
        | Broken::Deadline { .. }
        | Broken::NoRestconf { .. }
        | Broken::Dropped
        | Broken::NotAsked => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::outcome::Json;
    use std::time::Duration;

    fn no_restconf() -> Broken {
        Broken::NoRestconf { why: "connection refused".to_owned() }
    }

    fn refused(status: u16) -> Broken {
        Broken::RestconfRefused { credential: "lab".to_owned(), status }
    }

    fn failed(broken: Broken) -> Vec<Outcome> {
        vec![Outcome::Broken(broken), Outcome::Broken(Broken::NotAsked)]
    }

    /// `ssh`: what the port would say if it were asked.
    fn check(outcomes: &[Outcome], ssh: Result<(), Broken>) -> &'static str {
        let asked = needs_ssh(outcomes).then_some(ssh);
        match verdict("R1", outcomes, asked.as_ref()) {
            Verdict::Answered => "up",
            Verdict::Failed(Reach::NoRestconf(_)) if asked.is_none() => "lives, not asked",
            Verdict::Failed(Reach::NoRestconf(_)) => "lives by ssh",
            Verdict::Failed(Reach::Refused(_)) => "refused",
            Verdict::Failed(Reach::Down(_)) => "down",
            Verdict::Failed(Reach::Up | Reach::Unknown) => "never",
            Verdict::Nothing => "nothing",
        }
    }

    #[test]
    fn only_two_silent_doors_are_down() {
        let json = Outcome::Json(Json { body: None, answered: Duration::ZERO });
        let dead = || Err(Broken::ConnectTimeout { after: Duration::from_secs(10) });
        let error = Broken::RestconfFailed { status: 500, why: String::new() };
        let stopped = Broken::CredentialStopped { credential: "lab".to_owned() };
        let changed = Broken::CertificateChanged { pinned: String::new(), offered: String::new() };
        for (outcomes, ssh, said) in [
            (vec![json.clone()], dead(), "up"),
            (vec![json, Outcome::Broken(no_restconf())], dead(), "up"),
            (failed(no_restconf()), Ok(()), "lives by ssh"),
            (failed(no_restconf()), dead(), "down"),
            (failed(Broken::NoAddress), Err(Broken::NoAddress), "down"),
            (failed(refused(401)), dead(), "refused"),
            (failed(refused(403)), dead(), "refused"),
            (failed(error), dead(), "lives, not asked"),
            (failed(changed), dead(), "lives, not asked"),
            (failed(stopped.clone()), Ok(()), "lives by ssh"),
            (failed(stopped), dead(), "down"),
            (failed(Broken::Stopped), dead(), "nothing"),
            (Vec::new(), dead(), "nothing"),
        ] {
            assert_eq!(check(&outcomes, ssh), said, "{outcomes:?}");
        }
    }
}
