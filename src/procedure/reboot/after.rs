//! After it was sent: gone, back, proven, compared with before.

use super::state::{Mark, Proof, Stage, Tried, Verdict, Way};
use super::step::{Effect, Event, Walk, due};
use super::wish::Start;
use crate::model::{Broken, Text, Timestamp};
use crate::probe::condition::{Condition, Links};
use std::time::Duration;

impl Walk<'_> {
    pub(super) fn leaving(&mut self, sent: Timestamp, until: Timestamp, event: Event) {
        match event {
            Event::Gone => {
                self.mark(Mark::Gone);
                self.reboot.stage = Stage::Away { sent, gone: self.now, until: self.limit(sent) };
            }
            Event::Tried(tried) => self.still_here(sent, until, *tried),
            _ => {}
        }
    }

    /// It was not seen to go, and a look was taken: it may have booted between two looks.
    pub(super) fn still_here(&mut self, sent: Timestamp, until: Timestamp, tried: Tried) {
        let late = self.now >= until;
        let Some(before) = self.reboot.before.clone() else {
            return self.verdict(Verdict::Unproven {
                why: text!("reboot.no_baseline"),
                new_certificate: false,
                new_key: false,
            });
        };
        match seen(&before, &tried) {
            (Some(true), _) => {
                let until = self.now.plus(self.limits.settle);
                self.reboot.stage = Stage::Answering { sent, gone: None, back: self.now, until };
                self.mark(Mark::Answers { way: way(&tried) });
                self.answering(sent, None, self.now, until, &tried);
            }
            (booted, Some(condition)) if late => {
                let pending = condition.timer.pending().cloned();
                match (pending, self.reboot.start, booted) {
                    (Some(pending), Start::In { .. } | Start::At { .. }, _)
                        if self.now < due_of(&pending, self.now) =>
                    {
                        self.mark(Mark::Scheduled);
                        self.effects.push(Effect::Release);
                        self.reboot.stage = Stage::Scheduled { sent, due: due_of(&pending, self.now) };
                    }
                    (Some(pending), _, _) => {
                        let who = pending.by.unwrap_or_default();
                        let why = text!("reboot.pending_now", who = who);
                        self.verdict(Verdict::Unproven { why, new_certificate: false, new_key: false });
                    }
                    (None, _, Some(_)) => self.verdict(Verdict::NotHappened),
                    (None, _, None) => self.verdict(Verdict::Unproven {
                        why: text!("reboot.no_uptime"),
                        new_certificate: false,
                        new_key: false,
                    }),
                }
            }
            (_, None) if late && self.now >= self.limit(sent) => {
                let why = broken_text(&tried);
                let (new_certificate, new_key) = changed(&tried);
                self.verdict(Verdict::Unproven { why, new_certificate, new_key });
            }
            _ => {}
        }
    }

    pub(super) fn away(&mut self, sent: Timestamp, gone: Timestamp, until: Timestamp, event: Event) {
        match event {
            Event::Tried(tried) if answers(&tried) => {
                self.mark(Mark::Answers { way: way(&tried) });
                if let Some(device) = self.reboot.device() {
                    self.effects.push(Effect::Answers { device, after: self.now.since(sent) });
                }
                let settled = self.now.plus(self.limits.settle);
                self.reboot.stage =
                    Stage::Answering { sent, gone: Some(gone), back: self.now, until: settled };
                self.answering(sent, Some(gone), self.now, settled, &tried);
            }
            _ if self.now >= until => {
                let limit = self.now.since(gone).min(self.back_limit());
                self.verdict(Verdict::Lost { limit, last_seen: gone });
            }
            _ => {}
        }
    }

    pub(super) fn answering(
        &mut self,
        sent: Timestamp,
        gone: Option<Timestamp>,
        back: Timestamp,
        until: Timestamp,
        tried: &Tried,
    ) {
        let Some(before) = self.reboot.before.clone() else { return };
        let late = self.now >= until;
        let (new_certificate, new_key) = changed(tried);
        if new_certificate && !self.has(&Mark::CertificateChanged) {
            self.mark(Mark::CertificateChanged);
        }
        if new_key && !self.has(&Mark::KeyChanged) {
            self.mark(Mark::KeyChanged);
        }
        let (booted, condition) = seen(&before, tried);
        match booted {
            Some(true) => {
                let proof = match is_newer(&before, tried) {
                    true => Proof::BootTime,
                    false => Proof::Uptime,
                };
                if !self.reboot.marks.iter().any(|one| matches!(one.mark, Mark::Proven { .. })) {
                    self.mark(Mark::Proven { proof });
                }
                let restconf =
                    before.boot_time.is_none() || new_certificate || matches!(tried.boot_time, Ok(Some(_)));
                let missing = condition.map(|now| before.links.missing_from(&now.links));
                let settled = restconf && missing.as_ref().is_some_and(Links::is_empty);
                if settled || late || (new_key && restconf) {
                    self.verdict(Verdict::Back {
                        took: back.since(sent),
                        proof,
                        booted: condition.and_then(Condition::booted_at),
                        reason: condition.and_then(|now| now.reason.clone()),
                        missing: missing.unwrap_or_default(),
                        before: before.links,
                        new_certificate,
                        new_key,
                    });
                }
            }
            Some(false) => {
                let away = gone.map_or(Duration::ZERO, |gone| back.since(gone));
                self.verdict(Verdict::NotAReboot { away });
            }
            None if late => {
                let why = match condition {
                    Some(_) => text!("reboot.no_uptime"),
                    None => broken_text(tried),
                };
                self.verdict(Verdict::Unproven { why, new_certificate, new_key });
            }
            None => {}
        }
    }
}

fn due_of(pending: &crate::probe::reload::Pending, now: Timestamp) -> Timestamp {
    due(now, pending.in_minutes.unwrap_or(1).max(1))
}

/// Whether it has booted, and how it stands, where a login told.
fn seen<'t>(before: &Condition, tried: &'t Tried) -> (Option<bool>, Option<&'t Condition>) {
    let condition = tried.condition.as_ref().ok();
    if is_newer(before, tried) {
        return (Some(true), condition);
    }
    (condition.and_then(|now| now.has_booted_since(before)), condition)
}

/// The boot time over RESTCONF is another one.
fn is_newer(before: &Condition, tried: &Tried) -> bool {
    match (&tried.boot_time, before.boot_time) {
        (Ok(Some(new)), Some(old)) => new.0 - old.0 > 60_000,
        _ => false,
    }
}

/// Somebody is there who can be asked, or who shows that the router is not the one that is trusted.
fn answers(tried: &Tried) -> bool {
    tried.condition.is_ok() || matches!(tried.condition, Err(Broken::HostKeyChanged { .. }))
}

fn way(tried: &Tried) -> Way {
    match (&tried.condition, &tried.boot_time) {
        (Err(_), Ok(Some(_))) => Way::Restconf,
        _ => Way::Ssh,
    }
}

fn changed(tried: &Tried) -> (bool, bool) {
    let certificate =
        matches!(tried.boot_time, Err(Broken::CertificateChanged { .. } | Broken::CertificateRefused { .. }));
    (certificate, matches!(tried.condition, Err(Broken::HostKeyChanged { .. })))
}

fn broken_text(tried: &Tried) -> Text {
    match &tried.condition {
        Err(broken) => broken.text(""),
        Ok(_) => text!("reboot.no_uptime"),
    }
}
