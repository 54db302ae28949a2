//! `/trust`: accept what a router shows anew, its host key (SSH) or its certificate (RESTCONF), after seeing old and new
//! side by side. Each is decided for itself; a typed fingerprint says which one is meant.

use super::{Builtin, no_plan, nothing_to_settle, nothing_wanted, say};
use crate::model::{
    Action, Button, Device, Document, Ending, Facts, PinKind, Resolved, Sign, TaskResult, Text,
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

/// Typed instead of a fingerprint, which is never so short.
const NO: &str = "no";

/// What was pinned, each with its kind; a router may not have shown both yet.
type Known = Vec<(PinKind, Pin)>;

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
        (Some(NO), _) => Ok(Document::line(Sign::None, kept(device), Ending::Well)),
        (Some(typed), changed) => decided(device, typed, changed, facts, work),
    }
}

fn known(device: &Device, work: &Work) -> Result<Known, StoreError> {
    let key = work.pin(device.id, PinKind::HostKey)?.map(|pin| (PinKind::HostKey, pin));
    let certificate = work.pin(device.id, PinKind::Certificate)?.map(|pin| (PinKind::Certificate, pin));
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
        .fold(document, |document, (kind, pin)| document.with_detail(pinned(kind, pin.fingerprint)))
}

/// Old and new side by side, how to check, and a button for each that changed.
fn question(device: &Device, changed: &[(PinKind, Pin)], resolved: &Resolved, facts: &Facts) -> Document {
    let name = device.name.as_str();
    let verdict = match changed {
        [(PinKind::HostKey, _)] => text!("trust.question", device = name),
        [(PinKind::Certificate, _)] => text!("trust.question_certificate", device = name),
        _ => text!("trust.question_both", device = name),
    };
    let mut document = Document::open(Sign::Question, verdict);
    for (kind, pin) in changed {
        let offered = pin.offered.as_deref().unwrap_or_default();
        document = document
            .with_detail(text!("trust.old", key = pin.fingerprint.as_str(), at = pin.first_seen))
            .with_detail(text!("trust.new", key = offered, at = pin.offered_at.unwrap_or(facts.now.wall)))
            .with_detail(check(*kind))
            .with_button(button(*kind, facts, resolved, format!("/trust {name} {offered}")));
    }
    let (keep, no) = (text!("trust.keep_button"), format!("/trust {name} {NO}"));
    document.with_button(say::declining(facts, resolved.invocation.asker, keep, no))
}

fn kept(device: &Device) -> Text {
    text!("trust.kept", device = device.name.as_str())
}

fn decided(
    device: &Device,
    typed: &str,
    changed: &[(PinKind, Pin)],
    facts: &Facts,
    work: &mut Work,
) -> Result<Document, StoreError> {
    let name = device.name.as_str();
    let other = || Document::line(Sign::Refused, text!("trust.other", device = name), Ending::Badly);
    let meant = changed.iter().find(|(_, pin)| pin.offered.as_deref() == Some(typed));
    let Some((kind, _)) = meant else { return Ok(other()) };
    if !work.trust(device.id, *kind, typed, facts.now.wall)? {
        return Ok(other());
    }
    let document = Document::line(Sign::Done, trusted(*kind, name), Ending::Well)
        .with_detail(pinned(*kind, typed.to_owned()));
    Ok(match changed.len() {
        1 => document,
        _ => document.with_detail(text!("trust.still", device = name)),
    })
}

fn pinned(kind: PinKind, key: String) -> Text {
    match kind {
        PinKind::HostKey => text!("trust.pinned", key = key),
        PinKind::Certificate => text!("trust.pinned_certificate", key = key),
    }
}

fn check(kind: PinKind) -> Text {
    match kind {
        PinKind::HostKey => text!("trust.check"),
        PinKind::Certificate => text!("trust.check_certificate"),
    }
}

fn trusted(kind: PinKind, name: &str) -> Text {
    match kind {
        PinKind::HostKey => text!("trust.trusted", device = name),
        PinKind::Certificate => text!("trust.trusted_certificate", device = name),
    }
}

fn button(kind: PinKind, facts: &Facts, resolved: &Resolved, line: String) -> Button {
    let (name, label) = match kind {
        PinKind::HostKey => ("trust", text!("trust.button")),
        PinKind::Certificate => ("trust-certificate", text!("trust.button_certificate")),
    };
    say::deciding(facts, resolved.invocation.asker, name, label, Action::Run { line })
}
