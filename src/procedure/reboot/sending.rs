//! What is said to the router: saved, sent, or held by its timer; each stored before it is sent.

use super::state::{End, Mark, Stage, Verdict};
use super::step::{Effect, Event, Walk, due};
use crate::model::{Asks, Conversation, DialogueEnd, Timestamp};

impl Walk<'_> {
    pub(super) fn saving(&mut self, event: Event) {
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
    pub(super) fn is_saved(&self) -> bool {
        self.reboot.marks.iter().any(|marked| marked.mark == Mark::Saved)
    }

    /// *Sending*: the quiet window of alerts opens with it, or at the time of the router's timer.
    pub(super) fn send(&mut self) {
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

    pub(super) fn sending(&mut self, sent: Timestamp, event: Event) {
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

    pub(super) fn said(&mut self, sent: Timestamp, conversation: Conversation) {
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

    pub(super) fn scheduled(&mut self, sent: Timestamp, due: Timestamp, event: Event) {
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
}
