//! `/trust`: accept what a router shows anew, its host key (SSH) or its certificate (RESTCONF), after seeing old and new
//! side by side. Each is decided for itself; a typed fingerprint says which one is meant.

use super::{Builtin, no_plan, nothing_to_settle, nothing_wanted, say};
use crate::model::{
    Action, Button, Device, Document, Ending, Facts, Resolved, Sign, TaskResult, Text, Timestamp,
};
use crate::store::{Pin, StoreError, Work};

pub const TRUST: Builtin = Builtin {
    name: "trust",
    title: |resolved| text!("trust.title", whom = say::whom(resolved)),
    plan: no_plan,
    wants: nothing_wanted,
    settle: nothing_to_settle,
    answer,
};

/// By what a router shows who it is.
#[derive(Clone, Copy, PartialEq)]
enum Kind {
    HostKey,
    Certificate,
}

/// What was pinned, each with its kind; a router may not have shown both yet.
type Known = Vec<(Kind, Pin)>;

fn answer(
    resolved: &Resolved,
    facts: &Facts,
    _: &[TaskResult],
    work: &mut Work,
) -> Result<Document, StoreError> {
    let Some(device) = resolved.devices.first() else { return Ok(Document::default()) };
    let known = known(device, work)?;
    let offered: Known = known.iter().filter(|(_, pin)| pin.offered.is_some()).cloned().collect();
    match (resolved.word("fingerprint"), offered.as_slice()) {
        (_, []) => Ok(nothing_to_decide(device, known)),
        (None, changed) => Ok(question(device, changed, resolved, facts)),
        (Some(typed), changed) => decided(device, typed, changed, facts, work),
    }
}

fn known(device: &Device, work: &Work) -> Result<Known, StoreError> {
    let key = work.pin(device.id)?.map(|pin| (Kind::HostKey, pin));
    let certificate = work.certificate(device.id)?.map(|pin| (Kind::Certificate, pin));
    Ok(key.into_iter().chain(certificate).collect())
}

fn nothing_to_decide(device: &Device, known: Known) -> Document {
    let name = device.name.as_str();
    if known.is_empty() {
        return Document::line(Sign::None, text!("trust.never_seen", device = name), Ending::Well);
    }
    let document = Document::line(Sign::Done, text!("trust.nothing_new", device = name), Ending::Well);
    known
        .into_iter()
        .fold(document, |document, (kind, pin)| document.with_detail(kind.pinned(pin.fingerprint)))
}

/// Old and new side by side, how to check, and a button for each that changed.
fn question(device: &Device, changed: &[(Kind, Pin)], resolved: &Resolved, facts: &Facts) -> Document {
    let name = device.name.as_str();
    let verdict = match changed {
        [(Kind::HostKey, _)] => text!("trust.question", device = name),
        [(Kind::Certificate, _)] => text!("trust.question_certificate", device = name),
        _ => text!("trust.question_both", device = name),
    };
    let mut document = Document::open(Sign::Question, verdict);
    for (kind, pin) in changed {
        let offered = pin.offered.as_deref().unwrap_or_default();
        document = document
            .with_detail(text!("trust.old", key = pin.fingerprint.as_str(), at = pin.first_seen))
            .with_detail(text!("trust.new", key = offered, at = pin.offered_at.unwrap_or(facts.now.wall)))
            .with_detail(kind.check())
            .with_button(kind.button(facts, resolved, format!("/trust {name} {offered}")));
    }
    document
}

fn decided(
    device: &Device,
    typed: &str,
    changed: &[(Kind, Pin)],
    facts: &Facts,
    work: &mut Work,
) -> Result<Document, StoreError> {
    let name = device.name.as_str();
    let other = || Document::line(Sign::Refused, text!("trust.other", device = name), Ending::Badly);
    let meant = changed.iter().find(|(_, pin)| pin.offered.as_deref() == Some(typed));
    let Some((kind, _)) = meant else { return Ok(other()) };
    if !kind.trust(device, typed, facts.now.wall, work)? {
        return Ok(other());
    }
    let document = Document::line(Sign::Done, kind.trusted(name), Ending::Well)
        .with_detail(kind.pinned(typed.to_owned()));
    Ok(match changed.len() {
        1 => document,
        _ => document.with_detail(text!("trust.still", device = name)),
    })
}

impl Kind {
    /// False when another one was shown meanwhile.
    fn trust(
        self,
        device: &Device,
        fingerprint: &str,
        now: Timestamp,
        work: &mut Work,
    ) -> Result<bool, StoreError> {
        match self {
            Kind::HostKey => work.trust(device.id, fingerprint, now),
            Kind::Certificate => work.trust_certificate(device.id, fingerprint, now),
        }
    }

    fn pinned(self, key: String) -> Text {
        match self {
            Kind::HostKey => text!("trust.pinned", key = key),
            Kind::Certificate => text!("trust.pinned_certificate", key = key),
        }
    }

    fn check(self) -> Text {
        match self {
            Kind::HostKey => text!("trust.check"),
            Kind::Certificate => text!("trust.check_certificate"),
        }
    }

    fn trusted(self, name: &str) -> Text {
        match self {
            Kind::HostKey => text!("trust.trusted", device = name),
            Kind::Certificate => text!("trust.trusted_certificate", device = name),
        }
    }

    fn button(self, facts: &Facts, resolved: &Resolved, line: String) -> Button {
        let (name, label) = match self {
            Kind::HostKey => ("trust", text!("trust.button")),
            Kind::Certificate => ("trust-certificate", text!("trust.button_certificate")),
        };
        say::deciding(facts, resolved.invocation.asker, name, label, Action::Run { line })
    }
}
