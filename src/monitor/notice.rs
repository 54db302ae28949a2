//! What a notice says, as a document: the verdict first, complete in a phone's notification, then where
//! and since when, then what can be done about it.

use super::words;
use crate::model::board::{Reach, Vitals};
use crate::model::{
    Action, Again, Alert, Block, Button, Device, Document, Ending, Hold, Metric, Notice, NoticeKind,
    PersonId, Phase, Severity, Sign, Text, Timestamp, Uses, Who,
};
use std::time::Duration;

/// What is known around an alert when it is told.
#[derive(Clone, Copy)]
pub struct About<'a> {
    pub device: &'a Device,
    /// What was last seen of the router, for descriptions and reasons.
    pub vitals: Option<&'a Vitals>,
    /// The name of a person.
    pub people: &'a dyn Fn(PersonId) -> String,
    pub now: Timestamp,
}

/// Firing again within this after its end is the same trouble, told in the same thread.
pub const REOPEN: Duration = Duration::from_secs(600);
/// How long the buttons of an alert may be pressed.
const BUTTONS: Duration = Duration::from_secs(7 * 86_400);
/// A longer description is cut: the line must stay complete on a phone.
const DESCRIPTION: usize = 30;

/// Whether an alert that first breached at `since` fires again: `earlier` are the incidents of its key,
/// newest first, each as its first breach and its end.
pub fn again(earlier: &[(Timestamp, Timestamp)], since: Timestamp, now: Timestamp) -> Option<Again> {
    let (mut count, mut first) = (1, since);
    for (began, ended) in earlier {
        if first.since(*ended) > REOPEN {
            break;
        }
        (count, first) = (count + 1, *began);
    }
    (count > 1).then(|| Again { count, span: now.since(first) })
}

/// What is told: a message of its own, or for `Edited` the first message as it reads now.
pub fn document(notice: &Notice, about: &About<'_>) -> Document {
    let alert = &notice.alert;
    let wrong = words::wrong(alert, about);
    let text = match &notice.kind {
        NoticeKind::Edited => return first_message(alert, about),
        NoticeKind::Recovered { .. } | NoticeKind::Closed { .. } => return over(alert, about),
        NoticeKind::Firing => match alert.again.filter(|_| alert.lost.is_none()) {
            Some(Again { count, span }) => {
                let count = usize::try_from(count).unwrap_or(usize::MAX);
                text!("alert.again", wrong = wrong, count = count, span = words::round(span))
            }
            None => wrong,
        },
        NoticeKind::Still { .. } => {
            let document = standing(alert, text!("alert.still", wrong = wrong), about);
            let document = match alert.missed {
                Some(missed) => {
                    document.with_detail(text!("alert.missed", from = missed.from, until = missed.until))
                }
                None => document,
            };
            return buttons(document, alert, about);
        }
        NoticeKind::SeverityRose => text!("alert.worse", wrong = wrong),
        NoticeKind::AckExpired { by } => {
            text!("alert.ack_over", wrong = wrong, person = (about.people)(*by))
        }
        NoticeKind::SilenceEnded => text!("alert.silence_over", wrong = wrong),
    };
    buttons(standing(alert, text, about), alert, about)
}

/// The first message of an incident as it reads now; without buttons when it is over.
pub fn first_message(alert: &Alert, about: &About<'_>) -> Document {
    if alert.phase.is_over() {
        return over(alert, about);
    }
    let mut text = words::now(alert, about);
    if let Some(clear) = alert.clear_since {
        text = text!("alert.clearing", state = text, at = clear);
    }
    if let Some(ack) = &alert.ack {
        let person = (about.people)(ack.by);
        text = text!("alert.taken", state = text, person = person, until = ack.until);
    }
    buttons(standing(alert, text, about), alert, about)
}

/// The end where nobody heard of the beginning: with the reason of a boot, which the end alone does not say.
pub fn late(notice: &Notice, about: &About<'_>) -> Document {
    let (alert, end) = (&notice.alert, document(notice, about));
    let end = match alert.metric == Metric::Rebooted {
        true => end.with_detail(words::wrong(alert, about)),
        false => end,
    };
    let late = Document::line(Sign::None, text!("alert.late"), Ending::Well);
    late.blocks.into_iter().fold(end, Document::with)
}

/// The verdict, the place, and what holds the rest back.
fn standing(alert: &Alert, text: Text, about: &About<'_>) -> Document {
    let sign = match alert.severity {
        Severity::Warning => Sign::Warning,
        Severity::Critical => Sign::Critical,
    };
    let mut document = Document::open(sign, text).with_detail(place(alert, about));
    match (alert.metric, about.reach()) {
        (Metric::Unreachable, Some(Reach::Down(reason)))
        | (Metric::Refused, Some(Reach::Refused(reason)))
        | (Metric::Missing, Some(Reach::NoRestconf(reason))) => {
            document = document.with_detail(reason.clone());
        }
        _ => {}
    }
    if let Some(lost) = &alert.lost {
        document = words::left_behind(lost, about).into_iter().fold(document, Document::with_detail);
    }
    if let Some(note) = alert.ack.as_ref().and_then(|ack| ack.note.as_deref()) {
        document = document.with_detail(text!("alert.note", note = note));
    }
    match alert.held {
        Some(Hold::Silence(silence)) => {
            let text = text!("alert.held_silence", silence = silence.to_string());
            document.with(Block::Detail { sign: Sign::Quiet, text })
        }
        Some(Hold::DeviceDown | Hold::Starting | Hold::Reboot(_)) | None => document,
    }
}

fn over(alert: &Alert, about: &About<'_>) -> Document {
    let (sign, text) = match alert.phase {
        Phase::Closed(why) => {
            let (what, cause) = (words::what(alert, about), words::closing(why));
            (Sign::Quiet, text!("alert.closed", what = what, cause = cause))
        }
        Phase::Pending | Phase::Firing | Phase::Clearing | Phase::Resolved => {
            (Sign::Done, words::well(alert, about))
        }
    };
    Document::line(sign, numbered(text, alert, about), Ending::Well)
}

/// `... (#7, bob)`
fn numbered(text: Text, alert: &Alert, about: &About<'_>) -> Text {
    let Some(incident) = alert.incident else { return text };
    let incident = incident.to_string();
    match &alert.ack {
        Some(ack) => {
            text!("alert.numbered_by", text = text, incident = incident, person = (about.people)(ack.by))
        }
        None => text!("alert.numbered", text = text, incident = incident),
    }
}

/// `danang · edge · since 14:02 · #7`
fn place(alert: &Alert, about: &About<'_>) -> Text {
    let site = Some(&about.device.site).filter(|site| !site.is_empty());
    let parts: Vec<&str> = site.into_iter().chain(&about.device.tags).map(String::as_str).collect();
    let incident = alert.incident.map(|incident| incident.to_string()).unwrap_or_default();
    match parts.is_empty() {
        true => text!("alert.place_bare", since = alert.since, incident = incident),
        false => {
            text!("alert.place", place = parts.join(" · "), since = alert.since, incident = incident)
        }
    }
}

fn buttons(document: Document, alert: &Alert, about: &About<'_>) -> Document {
    let Some(number) = alert.incident.map(|incident| incident.0) else { return document };
    let button = |name: &str, label: Text, line: String| Button {
        name: name.to_owned(),
        label,
        action: Action::Run { line },
        who: Who::WhoeverMay,
        until: about.now.plus(BUTTONS),
        uses: Uses::Many,
    };
    let mut buttons = vec![match alert.ack {
        None => button("ack", text!("alert.button_ack"), format!("/ack {number}")),
        Some(_) => button("unack", text!("alert.button_unack"), format!("/unack {number}")),
    }];
    match alert.held {
        Some(Hold::Silence(silence)) => {
            let line = format!("/unsilence {}", silence.0);
            buttons.push(button("unsilence", text!("alert.button_unsilence"), line));
        }
        Some(Hold::DeviceDown | Hold::Starting | Hold::Reboot(_)) | None => buttons.extend([
            button("silence_1h", text!("alert.button_silence"), format!("/silence {number} 1h")),
            button("silence_4h", text!("alert.button_longer"), format!("/silence {number} 4h")),
        ]),
    }
    let device = &about.device.name;
    let status = format!("/status {device}");
    let graph = |line: String| button("graph", text!("alert.button_graph"), line);
    match alert.metric.interface(&alert.key.object) {
        Some(interface) => buttons.push(graph(format!("/bw {device} {interface}"))),
        None => {
            if matches!(alert.metric, Metric::Cpu | Metric::Memory) {
                buttons.push(graph(format!("/graph {number}")));
            }
            buttons.push(button("status", text!("alert.button_status"), status.clone()));
        }
    }
    if alert.metric == Metric::Refused {
        let action =
            Action::TryCredential { credential: about.device.credential.clone(), line: status.clone() };
        buttons.push(Button { action, ..button("try", text!("alert.button_try"), status) });
    }
    buttons.into_iter().fold(document, Document::with_button)
}

impl About<'_> {
    /// The inventory's description of an interface, else the router's own.
    pub(super) fn description(&self, name: &str) -> Option<String> {
        let noted = self.device.interfaces.iter().find(|note| note.name.eq_ignore_ascii_case(name));
        let noted = noted.and_then(|note| note.description.as_deref());
        let seen = self.vitals.and_then(|vitals| vitals.interfaces.as_ref());
        let seen = seen.and_then(|seen| seen.value.iter().find(|interface| interface.name == name));
        let found = noted.or(seen.map(|interface| interface.description.as_str()))?.trim();
        let cut = found.chars().count() > DESCRIPTION;
        let kept: String = found.chars().take(DESCRIPTION).chain(cut.then_some('…')).collect();
        (!kept.is_empty()).then_some(kept)
    }

    pub(super) fn reload_reason(&self) -> Option<String> {
        self.vitals?.system.as_ref()?.value.reload_reason.clone().filter(|reason| !reason.trim().is_empty())
    }

    fn reach(&self) -> Option<&Reach> {
        self.vitals.map(|vitals| &vitals.reach)
    }
}
