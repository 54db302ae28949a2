//! A state and an event enter; the next state and what is to be stored with it leave.

use super::state::{Answer, Done, End, Held, Limits, Mark, Marked, Reboot, Stage, Tried, Verdict};
use crate::model::{Conversation, DeviceId, Now, Status, Text, Timestamp};
use crate::probe::condition::Condition;
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

pub(super) struct Walk<'a> {
    pub reboot: Reboot,
    pub effects: Vec<Effect>,
    pub now: Timestamp,
    pub limits: &'a Limits,
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

    pub(super) fn has(&self, mark: &Mark) -> bool {
        self.reboot.marks.iter().any(|marked| marked.mark == *mark)
    }

    /// When a router that was sent off at this time must be back.
    pub(super) fn limit(&self, sent: Timestamp) -> Timestamp {
        sent.plus(self.back_limit())
    }

    pub(super) fn back_limit(&self) -> Duration {
        match self.reboot.before.as_ref().or_else(|| self.reboot.left_of_card().first()) {
            Some(condition) if condition.members > 1 => self.limits.back_stack,
            _ => self.limits.back,
        }
    }

    pub(super) fn mark(&mut self, mark: Mark) {
        self.mark_at(self.now, mark);
    }

    pub(super) fn mark_at(&mut self, at: Timestamp, mark: Mark) {
        self.reboot.marks.push(Marked { at, mark });
    }

    /// One router is through; the next one follows only a router that is well.
    pub(super) fn verdict(&mut self, verdict: Verdict) {
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

    pub(super) fn end(&mut self, end: End) {
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

pub(super) fn due(from: Timestamp, minutes: u32) -> Timestamp {
    from.plus(Duration::from_secs(u64::from(minutes) * 60))
}
