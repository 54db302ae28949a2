//! A state and an event enter; the next state and what is to be stored with it leave.

use super::state::{
    Agreed, Answer, Done, End, Held, Limits, Mark, Marked, Proof, Reboot, Stage, Tried, Verdict, Way,
};
use super::{compare, wish::Start};
use crate::model::{Asks, Broken, Conversation, DeviceId, DialogueEnd, Now, Status, Text, Timestamp};
use crate::probe::condition::{Condition, Links};
use std::time::Duration;

/// What happened.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// Every router that is left was read, for the card.
    Read(Vec<Condition>),
    /// Nothing can come of it: a router cannot be read, a rule says no now, a pending reload is in the way.
    Refused(Text),
    Pressed {
        answer: Answer,
        at: Timestamp,
    },
    Declined,
    Counted {
        typed: String,
        at: Timestamp,
    },
    /// One of the routers is in somebody else's hands.
    Locked(Held),
    /// It was agreed to too long ago.
    Stale,
    /// The router whose turn it is, once more.
    Looked(Box<Condition>),
    /// A step that changes the router is about to be sent.
    Begins,
    Saved(Result<Conversation, Text>),
    Sent(Result<Conversation, Text>),
    /// The process began anew while this was being sent.
    Resumed,
    /// The SSH port does not answer.
    Gone,
    /// The SSH port answers, and a look was taken.
    Tried(Box<Tried>),
    /// The reload that the timer held was taken back, or could not be.
    TakenBack(Result<Conversation, Text>),
    /// A person wants it stopped.
    Stopped,
    /// Nothing but time.
    Time,
}

/// What is written in the same transaction as the state.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    /// Alerts of this router are quiet from then until then.
    Quiet { device: DeviceId, opens: Timestamp, ends: Timestamp },
    /// They speak again.
    Loud { device: DeviceId, verdict: Verdict },
    /// The routers are nobody's any more.
    Release,
    /// The router's part has ended.
    Ends { device: DeviceId, status: Status, verdict: Verdict },
    /// A phone shall ring: the router answers.
    Answers { device: DeviceId, after: Duration },
}

/// What a step came to.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    pub reboot: Reboot,
    pub effects: Vec<Effect>,
}

pub fn step(reboot: Reboot, event: Event, now: Now, limits: &Limits) -> Step {
    let mut walk = Walk { reboot, effects: Vec::new(), now: now.wall, limits };
    walk.take(event);
    Step { reboot: walk.reboot, effects: walk.effects }
}

struct Walk<'a> {
    reboot: Reboot,
    effects: Vec<Effect>,
    now: Timestamp,
    limits: &'a Limits,
}

impl Walk<'_> {
    fn take(&mut self, event: Event) {
        let stage = self.reboot.stage.clone();
        match (stage, event) {
            (Stage::Ended(_), _) => {}
            (_, Event::Stopped) if self.reboot.can_be_stopped() => self.end(End::Cancelled),
            (Stage::Checking, Event::Read(conditions)) => self.ask(conditions),
            (
                Stage::Checking | Stage::Asking { .. } | Stage::Counting { .. } | Stage::Rechecking,
                Event::Refused(why),
            ) => self.refused(why),
            (
                Stage::Checking | Stage::Asking { .. } | Stage::Counting { .. } | Stage::Rechecking,
                Event::Locked(held),
            ) => self.end(End::Locked(held)),
            (Stage::Asking { until }, event) => self.asking(until, event),
            (Stage::Counting { answer, until }, event) => self.counting(answer, until, event),
            (Stage::Rechecking, event) => self.rechecking(event),
            (Stage::Saving, event) => self.saving(event),
            (Stage::Sending { sent }, event) => self.sending(sent, event),
            (Stage::Scheduled { sent, due }, event) => self.scheduled(sent, due, event),
            (Stage::Leaving { sent, until }, event) => self.leaving(sent, until, event),
            (Stage::Away { sent, gone, until }, event) => self.away(sent, gone, until, event),
            (Stage::Answering { sent, gone, back, until }, Event::Tried(tried)) => {
                self.answering(sent, gone, back, until, &tried);
            }
            (Stage::Answering { gone, until, .. }, Event::Gone) => {
                // It boots twice where it takes new software: away once more, within the same limit.
                let limit = until.max(self.now.plus(self.limits.settle));
                if let Stage::Answering { sent, .. } = self.reboot.stage {
                    let gone = gone.unwrap_or(self.now);
                    self.reboot.stage = Stage::Away { sent, gone, until: limit.max(self.limit(sent)) };
                }
            }
            (Stage::Resting { until }, Event::Time) if self.now >= until => {
                self.reboot.stage = Stage::Rechecking;
            }
            (_, _) => {}
        }
    }

    /// The card is complete: its time begins.
    fn ask(&mut self, conditions: Vec<Condition>) {
        let before = self.reboot.card.iter().take(self.reboot.turn).cloned();
        self.reboot.card = before.chain(conditions).collect();
        if let Some(why) = self.pending() {
            return self.refused(why);
        }
        self.reboot.cards += 1;
        self.reboot.agreed = None;
        self.reboot.before = None;
        self.reboot.stage = Stage::Asking { until: self.now.plus(self.limits.card) };
    }

    /// What a router's timer holds already is somebody's, and blocks.
    fn pending(&self) -> Option<Text> {
        let left = self.reboot.left().iter().zip(self.reboot.left_of_card());
        let mut pending = left.filter_map(|(device, one)| Some((device, one.pending.as_ref()?.as_ref()?)));
        let (device, pending) = pending.next()?;
        let name = self.reboot.name(*device);
        let when = match (pending.in_minutes, &pending.at) {
            (Some(minutes), _) => {
                text!("reboot.pending_in", span = Duration::from_secs(u64::from(minutes) * 60))
            }
            (None, Some(at)) => text!("reboot.pending_at", at = at.as_str()),
            (None, None) => text!("reboot.pending_some_time"),
        };
        Some(match &pending.by {
            Some(by) => text!("reboot.blocked_by", device = name, when = when, who = by.as_str()),
            None => text!("reboot.blocked", device = name, when = when),
        })
    }

    /// A new card, with what is different from the one before; the router is free meanwhile.
    fn ask_again(&mut self, condition: Condition, why: Vec<Text>) {
        self.reboot.why = why;
        let mut left: Vec<Condition> = self.reboot.left_of_card().to_vec();
        if let Some(first) = left.first_mut() {
            *first = condition;
        }
        self.effects.push(Effect::Release);
        self.ask(left);
    }

    fn refused(&mut self, why: Text) {
        match self.reboot.done.is_empty() {
            true => self.end(End::Refused(why)),
            // Some routers of the list are done: what follows is told beside them.
            false => self.verdict(Verdict::NotSent { why }),
        }
    }

    fn asking(&mut self, until: Timestamp, event: Event) {
        match event {
            Event::Declined => self.end(End::Cancelled),
            Event::Pressed { answer, at } if self.now <= until => match self.reboot.left().len() {
                0 | 1 => self.agree(answer, at),
                _ => {
                    let until = self.now.plus(self.limits.card);
                    self.reboot.stage = Stage::Counting { answer, until };
                }
            },
            _ if self.now > until => self.end(End::Expired),
            _ => {}
        }
    }

    fn counting(&mut self, answer: Answer, until: Timestamp, event: Event) {
        match event {
            Event::Declined => self.end(End::Cancelled),
            Event::Counted { typed, at } if self.now <= until => {
                match typed.trim() == self.reboot.left().len().to_string() {
                    true => self.agree(answer, at),
                    false => self.end(End::Miscounted { typed }),
                }
            }
            _ if self.now > until => self.end(End::Expired),
            _ => {}
        }
    }

    fn agree(&mut self, answer: Answer, at: Timestamp) {
        self.reboot.agreed = Some(Agreed { answer, at });
        self.reboot.why = Vec::new();
        self.reboot.stage = Stage::Rechecking;
    }

    fn rechecking(&mut self, event: Event) {
        match event {
            Event::Stale => {
                let why = vec![text!("reboot.again_stale")];
                match self.reboot.left_of_card().first().cloned() {
                    Some(condition) => self.ask_again(condition, why),
                    None => self.end(End::Expired),
                }
            }
            Event::Looked(condition) => {
                let condition = *condition;
                let worse = match self.reboot.left_of_card().first() {
                    Some(card) => compare::worse(card, &condition),
                    None => Vec::new(),
                };
                match worse.is_empty() {
                    true => self.reboot.before = Some(condition),
                    false => self.ask_again(condition, worse),
                }
            }
            // Proven once more, the step is stored before it is sent.
            Event::Begins if self.reboot.before.is_some() => {
                match self.reboot.agreed.map(|agreed| agreed.answer) {
                    Some(Answer::Save) => self.reboot.stage = Stage::Saving,
                    Some(Answer::Plain | Answer::Drop) => self.send(),
                    None => self.end(End::Expired),
                }
            }
            _ => {}
        }
    }

    fn saving(&mut self, event: Event) {
        match event {
            Event::Saved(Ok(Conversation { end: DialogueEnd::Done, .. })) => {
                self.mark(Mark::Saved);
                if let Some(before) = &mut self.reboot.before {
                    before.unsaved.lines.clear();
                    before.unsaved.flag = before.unsaved.flag.map(|_| false);
                }
            }
            Event::Saved(Ok(conversation)) => {
                let why = match conversation.end {
                    DialogueEnd::NotDone { busy: true, .. } => text!("reboot.save_busy"),
                    DialogueEnd::NotDone { said, .. } => text!("reboot.save_refused", said = said),
                    DialogueEnd::Unsettled { text, .. } => text!("reboot.save_asked", asks = text),
                    DialogueEnd::Done | DialogueEnd::Accepted | DialogueEnd::Unclear { .. } => {
                        text!("reboot.save_unclear")
                    }
                };
                self.verdict(Verdict::NotSent { why });
            }
            Event::Saved(Err(why)) | Event::Refused(why) => self.verdict(Verdict::NotSent { why }),
            Event::Begins if self.is_saved() => self.send(),
            // Harmless to repeat, but what was agreed to is old by now: everything is looked at again.
            Event::Resumed => {
                self.reboot.stage = Stage::Rechecking;
            }
            Event::Stale => {
                self.reboot.stage = Stage::Rechecking;
                self.rechecking(Event::Stale);
            }
            _ => {}
        }
    }

    #[must_use]
    fn is_saved(&self) -> bool {
        self.reboot.marks.iter().any(|marked| marked.mark == Mark::Saved)
    }

    /// *Sending*: the quiet window of alerts opens with it, or at the time of the router's timer.
    fn send(&mut self) {
        let Some(device) = self.reboot.device() else { return };
        if self.reboot.start.is_over(self.now) {
            return self.verdict(Verdict::NotSent { why: text!("reboot.moment_over") });
        }
        let opens = match self.reboot.start.minutes(self.now) {
            None => self.now,
            Some(minutes) => due(self.now, minutes),
        };
        let ends = opens.plus(self.limits.gone + self.back_limit() + self.limits.settle);
        self.effects.push(Effect::Quiet { device, opens, ends });
        self.reboot.stage = Stage::Sending { sent: self.now };
    }

    fn sending(&mut self, sent: Timestamp, event: Event) {
        match event {
            Event::Sent(Err(why)) | Event::Refused(why) => self.verdict(Verdict::NotSent { why }),
            Event::Sent(Ok(conversation)) => self.said(sent, conversation),
            Event::Resumed => {
                self.mark_at(sent, Mark::SentInDoubt);
                let until = sent.plus(self.limits.gone).max(self.now.plus(self.limits.doubt));
                self.reboot.stage = Stage::Leaving { sent, until };
            }
            _ => {}
        }
    }

    fn said(&mut self, sent: Timestamp, conversation: Conversation) {
        let until = self.now.plus(self.limits.gone);
        match conversation.end {
            DialogueEnd::Accepted => {
                self.mark(Mark::Accepted);
                self.reboot.stage = Stage::Leaving { sent, until };
            }
            DialogueEnd::Done => match self.reboot.start.minutes(sent) {
                Some(minutes) => {
                    self.mark(Mark::Scheduled);
                    self.effects.push(Effect::Release);
                    self.reboot.stage = Stage::Scheduled { sent, due: due(sent, minutes) };
                }
                None => self.reboot.stage = Stage::Leaving { sent, until },
            },
            DialogueEnd::Unclear { .. } => {
                self.mark(Mark::SentInDoubt);
                self.reboot.stage = Stage::Leaving { sent, until };
            }
            DialogueEnd::Unsettled { asks, text } => {
                let Some(device) = self.reboot.device() else { return };
                self.effects.push(Effect::Loud { device, verdict: Verdict::NotHappened });
                let mut condition =
                    self.reboot.before.clone().or_else(|| self.reboot.left_of_card().first().cloned());
                if let (Asks::Save, Some(condition)) = (asks, &mut condition) {
                    condition.unsaved.asked = true;
                }
                let why = match asks {
                    Asks::Save => text!("reboot.again_save"),
                    Asks::BootVariable => text!("reboot.again_boot", asks = text),
                    Asks::Other => text!("reboot.again_asks", asks = text),
                };
                self.reboot.marks.clear();
                match condition {
                    Some(condition) => self.ask_again(condition, vec![why]),
                    None => self.end(End::Refused(why)),
                }
            }
            DialogueEnd::NotDone { busy: true, .. } => {
                self.verdict(Verdict::NotSent { why: text!("reboot.busy") });
            }
            DialogueEnd::NotDone { said, .. } => {
                self.verdict(Verdict::NotSent { why: text!("reboot.router_refused", said = said) });
            }
        }
    }

    fn scheduled(&mut self, sent: Timestamp, due: Timestamp, event: Event) {
        match event {
            Event::TakenBack(Ok(Conversation { end: DialogueEnd::Done, .. })) => {
                self.verdict(Verdict::TakenBack);
            }
            Event::TakenBack(Ok(conversation)) => {
                let why = match conversation.end {
                    DialogueEnd::NotDone { said, .. } => text!("reboot.cancel_said", said = said),
                    DialogueEnd::Unsettled { text, .. } => text!("reboot.cancel_said", said = text),
                    _ => text!("reboot.cancel_unclear"),
                };
                self.mark(Mark::CancelRefused { why });
            }
            Event::TakenBack(Err(why)) => self.mark(Mark::CancelRefused { why }),
            // The router's clock and ours need not agree to the second.
            Event::Gone => {
                self.mark(Mark::Gone);
                self.reboot.stage =
                    Stage::Away { sent: due.min(self.now), gone: self.now, until: self.limit(self.now) };
            }
            Event::Time if self.now >= due => {
                self.reboot.stage = Stage::Leaving { sent: due, until: due.plus(self.limits.gone) };
            }
            _ => {}
        }
        let _ = sent;
    }

    fn leaving(&mut self, sent: Timestamp, until: Timestamp, event: Event) {
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
    fn still_here(&mut self, sent: Timestamp, until: Timestamp, tried: Tried) {
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
                let pending = condition.pending.clone().flatten();
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

    fn away(&mut self, sent: Timestamp, gone: Timestamp, until: Timestamp, event: Event) {
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

    fn answering(
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

    fn has(&self, mark: &Mark) -> bool {
        self.reboot.marks.iter().any(|marked| marked.mark == *mark)
    }

    /// When a router that was sent off at this time must be back.
    fn limit(&self, sent: Timestamp) -> Timestamp {
        sent.plus(self.back_limit())
    }

    fn back_limit(&self) -> Duration {
        match self.reboot.before.as_ref().or_else(|| self.reboot.left_of_card().first()) {
            Some(condition) if condition.members > 1 => self.limits.back_stack,
            _ => self.limits.back,
        }
    }

    fn mark(&mut self, mark: Mark) {
        self.mark_at(self.now, mark);
    }

    fn mark_at(&mut self, at: Timestamp, mark: Mark) {
        self.reboot.marks.push(Marked { at, mark });
    }

    /// One router is through; the next one follows only a router that is well.
    fn verdict(&mut self, verdict: Verdict) {
        let Some(device) = self.reboot.device() else { return };
        let opened = matches!(
            self.reboot.stage,
            Stage::Sending { .. }
                | Stage::Scheduled { .. }
                | Stage::Leaving { .. }
                | Stage::Away { .. }
                | Stage::Answering { .. }
        );
        if opened {
            self.effects.push(Effect::Loud { device, verdict: verdict.clone() });
        }
        let (well, status) = (verdict.is_well(), status(&verdict));
        self.effects.push(Effect::Ends { device, status, verdict: verdict.clone() });
        let marks = std::mem::take(&mut self.reboot.marks);
        self.reboot.done.push(Done { device, verdict, marks });
        self.reboot.before = None;
        self.reboot.turn += 1;
        match well && self.reboot.device().is_some() {
            true => self.reboot.stage = Stage::Resting { until: self.now.plus(self.limits.rest) },
            false => self.end(End::Finished),
        }
    }

    fn end(&mut self, end: End) {
        self.reboot.stage = Stage::Ended(end);
        self.effects.push(Effect::Release);
    }
}

fn status(verdict: &Verdict) -> Status {
    match verdict {
        Verdict::Back { .. } => Status::Done,
        Verdict::Unproven { .. } => Status::Unclear,
        Verdict::TakenBack => Status::Cancelled,
        Verdict::NotAReboot { .. }
        | Verdict::NotHappened
        | Verdict::Lost { .. }
        | Verdict::NotSent { .. } => Status::Failed,
    }
}

fn due(from: Timestamp, minutes: u32) -> Timestamp {
    from.plus(Duration::from_secs(u64::from(minutes) * 60))
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
