//! What an order or the timer changes in a router's state.

use chrono::{DateTime, Utc};

use super::{Order, PendingReload, ReloadStep};
use crate::lab::fault::{Fault, InForce};
use crate::lab::state::State;

/// The register with which the saved configuration is passed over.
const NO_CONFIGURATION: u16 = 0x2142;

impl State {
    /// It goes as soon as whoever serves it hears of it.
    pub(crate) fn order(&mut self, order: Order, now: DateTime<Utc>) -> Vec<String> {
        let lines = self.log_reload(&order, now);
        self.going = Some(order);
        self.unkept = true;
        lines
    }

    /// The lines that it logs before it goes.
    pub(crate) fn log_reload(&mut self, order: &Order, now: DateTime<Utc>) -> Vec<String> {
        let line = format!(
            "%SYS-5-RELOAD: Reload requested by {}. Reload Reason: {}.",
            order.who(),
            order.reason.trim_end_matches('.')
        );
        let members = if self.members > 1 { self.members } else { 0 };
        let chassis =
            (1..=members).map(|member| format!("Chassis {member} reloading, reason - {}", order.reason));
        let last =
            "%PMAN-5-EXITACTION: R0/0: pvp: Process manager is exiting: reload action requested".to_owned();
        let lines: Vec<String> = [line].into_iter().chain(chassis).chain([last]).collect();
        lines.iter().map(|line| self.log(now, line)).collect()
    }

    pub(crate) fn schedule(&mut self, pending: PendingReload, now: DateTime<Utc>) -> Vec<String> {
        let (said, at) = (self.long_time(pending.said), self.long_time(self.clock(now)));
        let reason = pending.order().reason;
        let line = format!(
            "%SYS-5-SCHEDULED_RELOAD: Reload requested for {said} at {at} by {}. Reload Reason: {}.",
            pending.who(),
            reason.trim_end_matches('.')
        );
        let line = self.log(now, &line);
        self.announce(&PendingReload::banner(pending.minutes));
        self.pending = Some(pending);
        self.unkept = true;
        vec![line]
    }

    /// Everybody who is logged in will see this between two lines of stars.
    pub(crate) fn announce(&mut self, text: &str) {
        self.announcements.push(format!("\n\n***\n*** --- {text} ---\n***\n\n"));
    }

    /// What this router asks when no fault says otherwise.
    pub(crate) fn usual_questions(&self) -> Vec<ReloadStep> {
        let blind = self.has(&Fault::NoBootVariable) || self.register() == NO_CONFIGURATION;
        match (blind, self.members) {
            (true, _) => ReloadStep::with_boot_warning(),
            (false, 0..=1) => ReloadStep::usual(),
            (false, _) => ReloadStep::of_stack(),
        }
    }

    pub(crate) fn register(&self) -> u16 {
        let told = self.faults.iter().rev().find_map(|in_force| match in_force.fault {
            Fault::ConfigRegister(register) => Some(register),
            _ => None,
        });
        told.unwrap_or(0x2102)
    }

    pub(crate) fn add_faults(&mut self, faults: &[Fault], now: DateTime<Utc>) {
        for fault in faults {
            self.faults.retain(|other| other.fault != *fault);
            self.faults.push(InForce { fault: fault.clone(), since: now });
        }
    }
}
