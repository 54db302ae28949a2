//! What became of a router, in words: one line for a list, the whole for the message's end.

use super::super::say;
use super::card::detail;
use crate::model::{Arg, Block, DeviceId, Document, Ending, Facts, Sign, Text};
use crate::probe::condition::Links;
use crate::procedure::reboot::Verdict;
use crate::store::{StoreError, Work};
use std::time::Duration;

/// Only so many missing things are named.
const NAMED: usize = 6;

/// `R2 is back after 3 min 40 s, one BGP neighbour is missing`: the verdict, complete in a notification.
pub fn said(name: &str, verdict: &Verdict) -> (Sign, Text) {
    match verdict {
        Verdict::Back { took, missing, new_key, new_certificate, .. } => {
            let back = text!("reboot.back", device = name, span = round(*took));
            let mut but = counted(missing);
            but.extend(new_key.then(|| text!("reboot.but_key")));
            but.extend(new_certificate.then(|| text!("reboot.but_certificate")));
            match but.is_empty() {
                true => (Sign::Done, back),
                false => (Sign::Done, text!("reboot.back_but", back = back, but = but)),
            }
        }
        Verdict::Unproven { why, .. } => {
            (Sign::Warning, text!("reboot.unproven", device = name, why = why.clone()))
        }
        Verdict::NotAReboot { away } => {
            (Sign::Warning, text!("reboot.not_a_reboot", device = name, span = round(*away)))
        }
        Verdict::NotHappened => (Sign::Warning, text!("reboot.not_happened", device = name)),
        Verdict::Lost { limit, .. } => {
            (Sign::Critical, text!("reboot.lost", device = name, span = round(*limit)))
        }
        Verdict::NotSent { why } => {
            (Sign::Refused, text!("reboot.not_sent", device = name, why = why.clone()))
        }
        Verdict::TakenBack => (Sign::Done, text!("reboot.taken_back", device = name)),
    }
}

/// The end of the message of one router.
pub fn document(
    name: &str,
    device: DeviceId,
    verdict: &Verdict,
    facts: &Facts,
    work: &mut Work,
) -> Result<Document, StoreError> {
    let (sign, text) = said(name, verdict);
    let ending = match verdict {
        Verdict::Back { .. } | Verdict::TakenBack => Ending::Well,
        _ => Ending::Badly,
    };
    let document = Document::line(sign, text, ending);
    Ok(match verdict {
        Verdict::Back { booted, reason, missing, before, new_key, new_certificate, .. } => {
            let document = match (booted, reason) {
                (Some(at), Some(reason)) => {
                    detail(document, text!("reboot.booted", at = Arg::Time(*at), reason = reason.as_str()))
                }
                (Some(at), None) => detail(document, text!("reboot.booted_at", at = Arg::Time(*at))),
                (None, _) => document,
            };
            let document = named(compared(document, missing, before), missing);
            trust(document, name, facts, *new_key || *new_certificate)
        }
        Verdict::Unproven { new_key, new_certificate, .. } => {
            let document = detail(document, text!("reboot.look_yourself", device = name));
            trust(document, name, facts, *new_key || *new_certificate)
        }
        Verdict::Lost { last_seen, .. } => lost(document, device, Arg::Second(*last_seen), facts, work)?,
        Verdict::NotHappened => detail(document, text!("reboot.not_happened_next", device = name)),
        Verdict::NotAReboot { .. } => detail(document, text!("reboot.not_a_reboot_next", device = name)),
        Verdict::NotSent { .. } | Verdict::TakenBack => document,
    })
}

/// Whom to call, and what there is to restore from.
fn lost(
    document: Document,
    device: DeviceId,
    last_seen: Arg,
    facts: &Facts,
    work: &mut Work,
) -> Result<Document, StoreError> {
    let document = detail(document, text!("reboot.last_seen", at = last_seen));
    let note =
        facts.inventory.device(device).map(|device| device.note.trim()).filter(|note| !note.is_empty());
    let document = match note {
        Some(note) => detail(document, Text::verbatim(note)),
        None => detail(document, text!("reboot.no_note")),
    };
    Ok(match work.latest(device)? {
        Some(version) => detail(document, text!("reboot.last_backup", at = version.last_seen_at)),
        None => detail(document, text!("reboot.no_backup")),
    })
}

/// `interfaces 6 of 6, BGP 2 of 3, OSPF 1 of 1`
fn compared(document: Document, missing: &Links, before: &Links) -> Document {
    let pairs = [
        (before.interfaces.len(), missing.interfaces.len()),
        (before.bgp.len(), missing.bgp.len()),
        (before.ospf.len(), missing.ospf.len()),
    ];
    let [(interfaces, no_interfaces), (bgp, no_bgp), (ospf, no_ospf)] = pairs;
    let there = |total: usize, missing: usize| total.saturating_sub(missing);
    let mut words = Vec::new();
    if interfaces > 0 {
        words.push(text!("reboot.interfaces", there = there(interfaces, no_interfaces), total = interfaces));
    }
    if bgp > 0 {
        words.push(text!("reboot.bgp", there = there(bgp, no_bgp), total = bgp));
    }
    if ospf > 0 {
        words.push(text!("reboot.ospf", there = there(ospf, no_ospf), total = ospf));
    }
    match words.is_empty() {
        true => document,
        false => detail(document, text!("reboot.list", items = words)),
    }
}

/// Each thing that is missing by its name.
fn named(document: Document, missing: &Links) -> Document {
    let all = missing.interfaces.iter().chain(&missing.bgp).chain(&missing.ospf);
    let names: Vec<String> = all.take(NAMED).cloned().collect();
    let more =
        (missing.interfaces.len() + missing.bgp.len() + missing.ospf.len()).saturating_sub(names.len());
    match (names.is_empty(), more) {
        (true, _) => document,
        (false, 0) => warn(document, text!("reboot.missing", names = names)),
        (false, more) => warn(document, text!("reboot.missing_more", names = names, count = more)),
    }
}

fn warn(document: Document, text: Text) -> Document {
    document.with(Block::Detail { sign: Sign::Warning, text })
}

fn counted(missing: &Links) -> Vec<Text> {
    let mut words = Vec::new();
    if !missing.interfaces.is_empty() {
        words.push(text!("reboot.missing_interfaces", count = missing.interfaces.len()));
    }
    if !missing.bgp.is_empty() {
        words.push(text!("reboot.missing_bgp", count = missing.bgp.len()));
    }
    if !missing.ospf.is_empty() {
        words.push(text!("reboot.missing_ospf", count = missing.ospf.len()));
    }
    words
}

/// A new key or certificate is an admin's to accept.
fn trust(document: Document, name: &str, facts: &Facts, changed: bool) -> Document {
    match changed {
        true => document.with_button(say::looking(
            facts,
            "trust",
            text!("reboot.button_trust"),
            format!("/trust {name}"),
        )),
        false => document,
    }
}

/// Whole seconds are enough for what takes minutes.
pub fn round(span: Duration) -> Duration {
    match span.as_secs() {
        0..10 => span,
        seconds => Duration::from_secs(seconds),
    }
}
