//! From the first look to the press: the card, the number, the look after it. Nothing here changes a router.

use super::compare;
use super::state::{Agreed, Answer, End, Stage, Verdict};
use super::step::{Effect, Event, Walk};
use crate::model::{Text, Timestamp};
use crate::probe::condition::Condition;
use std::time::Duration;

impl Walk<'_> {
    /// The card is complete: its time begins.
    pub(super) fn ask(&mut self, conditions: Vec<Condition>) {
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
    pub(super) fn pending(&self) -> Option<Text> {
        let left = self.reboot.left().iter().zip(self.reboot.left_of_card());
        let mut pending = left.filter_map(|(device, one)| Some((device, one.timer.pending()?)));
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
    pub(super) fn ask_again(&mut self, condition: Condition, why: Vec<Text>) {
        self.reboot.why = why;
        let mut left: Vec<Condition> = self.reboot.left_of_card().to_vec();
        if let Some(first) = left.first_mut() {
            *first = condition;
        }
        self.effects.push(Effect::Release);
        self.ask(left);
    }

    pub(super) fn refused(&mut self, why: Text) {
        match self.reboot.done.is_empty() {
            true => self.end(End::Refused(why)),
            // Some routers of the list are done: what follows is told beside them.
            false => self.verdict(Verdict::NotSent { why }),
        }
    }

    pub(super) fn asking(&mut self, until: Timestamp, event: Event) {
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

    pub(super) fn counting(&mut self, answer: Answer, until: Timestamp, event: Event) {
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

    pub(super) fn agree(&mut self, answer: Answer, at: Timestamp) {
        self.reboot.agreed = Some(Agreed { answer, at });
        self.reboot.why = Vec::new();
        self.reboot.stage = Stage::Rechecking;
    }

    pub(super) fn rechecking(&mut self, event: Event) {
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
}
