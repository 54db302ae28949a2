//! Whose turn it is: one session a device, so many in all, and fair between groups (jobs). The order is a pure value
//! ([`Turns`]); around it a small shell in which tasks wait. A task whose device is busy holds no place of the limit.

use crate::model::DeviceId;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::oneshot;

/// Who runs, who waits, whose group is next.
#[derive(Debug)]
pub(super) struct Turns {
    limit: usize,
    running: BTreeSet<DeviceId>,
    /// Groups in the order in which they are served; the first was served longest ago.
    groups: VecDeque<(i64, VecDeque<(u64, DeviceId)>)>,
}

impl Turns {
    pub fn new(limit: usize) -> Turns {
        Turns { limit: limit.max(1), running: BTreeSet::new(), groups: VecDeque::new() }
    }

    pub fn wait(&mut self, group: i64, ticket: u64, device: DeviceId) {
        match self.groups.iter_mut().find(|(name, _)| *name == group) {
            Some((_, waiting)) => waiting.push_back((ticket, device)),
            None => self.groups.push_back((group, VecDeque::from([(ticket, device)]))),
        }
    }

    /// The next task that may start: from each group in turn the first whose device is free.
    pub fn next(&mut self) -> Option<(u64, DeviceId)> {
        if self.running.len() >= self.limit {
            return None;
        }
        let running = &self.running;
        let (group, at) = self.groups.iter().enumerate().find_map(|(group, (_, waiting))| {
            Some((group, waiting.iter().position(|(_, device)| !running.contains(device))?))
        })?;
        let (name, mut waiting) = self.groups.remove(group)?;
        let next = waiting.remove(at)?;
        if !waiting.is_empty() {
            self.groups.push_back((name, waiting));
        }
        self.running.insert(next.1);
        Some(next)
    }

    pub fn done(&mut self, device: DeviceId) {
        self.running.remove(&device);
    }

    /// A task that waits no longer.
    pub fn leave(&mut self, ticket: u64) {
        for (_, waiting) in &mut self.groups {
            waiting.retain(|(of, _)| *of != ticket);
        }
        self.groups.retain(|(_, waiting)| !waiting.is_empty());
    }
}

/// The lanes of a floor; clones share them.
#[derive(Clone)]
pub(super) struct Lanes(Arc<Mutex<Inner>>);

struct Inner {
    turns: Turns,
    waiting: BTreeMap<u64, oneshot::Sender<Turn>>,
    next_ticket: u64,
}

/// The right to one session with one device; dropping it lets the next one in.
pub struct Turn {
    lanes: Lanes,
    /// `None` when it was given back before its drop.
    device: Option<DeviceId>,
}

impl Lanes {
    pub fn new(sessions: usize) -> Lanes {
        let inner = Inner { turns: Turns::new(sessions), waiting: BTreeMap::new(), next_ticket: 0 };
        Lanes(Arc::new(Mutex::new(inner)))
    }

    /// Waits for a turn; dropping the wait gives the place in the queue up.
    pub async fn turn(&self, group: i64, device: DeviceId) -> Turn {
        loop {
            let (granted, turn) = oneshot::channel();
            let place = Place { lanes: self.clone(), ticket: self.wait(group, device, granted) };
            self.grant();
            let turn = turn.await;
            drop(place);
            // The sender is dropped without a word only when a panic took it; then the task waits anew.
            if let Ok(turn) = turn {
                return turn;
            }
        }
    }

    fn wait(&self, group: i64, device: DeviceId, granted: oneshot::Sender<Turn>) -> u64 {
        let mut inner = self.lock();
        let ticket = inner.next_ticket;
        inner.next_ticket += 1;
        inner.turns.wait(group, ticket, device);
        inner.waiting.insert(ticket, granted);
        ticket
    }

    /// Wakes all whose turn it is. A turn that nobody takes any more comes back by its drop.
    fn grant(&self) {
        loop {
            let next = {
                let mut inner = self.lock();
                let next = inner.turns.next();
                next.map(|(ticket, device)| (inner.waiting.remove(&ticket), device))
            };
            let Some((waiting, device)) = next else { return };
            let turn = Turn { lanes: self.clone(), device: Some(device) };
            let untaken = match waiting {
                Some(waiting) => waiting.send(turn).err(),
                None => Some(turn),
            };
            if let Some(mut turn) = untaken {
                // Given back here and not by drop, which would call us again, deeper each time.
                turn.give_back();
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A place in the queue.
struct Place {
    lanes: Lanes,
    ticket: u64,
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut inner = self.lanes.lock();
        inner.turns.leave(self.ticket);
        // Dropped outside the lock: a granted turn may lie in it.
        let waiting = inner.waiting.remove(&self.ticket);
        drop(inner);
        drop(waiting);
    }
}

impl Turn {
    /// Ends the session in the background so that the answer need not wait; the turn ends with it, so that no second
    /// session begins before the first is gone.
    #[expect(clippy::disallowed_methods, reason = "the lanes are where the device floor may start tasks")]
    pub fn close(self, within: Duration, closing: impl Future<Output = ()> + Send + 'static) {
        tokio::spawn(async move {
            let polite = tokio::time::timeout(within, closing).await;
            tracing::trace!(polite = polite.is_ok(), "a session ended");
            drop(self);
        });
    }

    /// Says whether there was anything to give back.
    fn give_back(&mut self) -> bool {
        let device = self.device.take();
        device.inspect(|device| self.lanes.lock().turns.done(*device)).is_some()
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        if self.give_back() {
            self.lanes.grant();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_quick_question_does_not_wait_behind_a_thousand() {
        let mut turns = Turns::new(2);
        (0..1000).for_each(|n| turns.wait(1, n, DeviceId(n as i64)));
        assert_eq!(turns.next().unwrap().0, 0);
        assert_eq!(turns.next().unwrap().0, 1);
        turns.wait(2, 5000, DeviceId(7000));
        turns.wait(2, 5001, DeviceId(7001));
        assert_eq!(turns.next(), None, "the limit holds");
        turns.done(DeviceId(0));
        assert_eq!(turns.next().unwrap().0, 2, "the first group was here before");
        turns.done(DeviceId(1));
        assert_eq!(turns.next().unwrap().0, 5000, "then the second group at once");
        turns.done(DeviceId(2));
        assert_eq!(turns.next().unwrap().0, 3, "and in turn");
    }

    #[test]
    fn a_busy_device_holds_nobody_up_but_its_own() {
        let mut turns = Turns::new(10);
        turns.wait(1, 1, DeviceId(1));
        turns.wait(1, 2, DeviceId(1));
        turns.wait(1, 3, DeviceId(2));
        assert_eq!(turns.next().unwrap().0, 1);
        assert_eq!(turns.next().unwrap().0, 3);
        assert_eq!(turns.next(), None);
        turns.done(DeviceId(1));
        assert_eq!(turns.next().unwrap().0, 2);
    }

    proptest! {
        /// Whatever happens: never two on a device, never more than the limit, and nobody is forgotten.
        #[test]
        fn turns_are_safe_and_complete(
            limit in 1usize..5,
            steps in prop::collection::vec((0i64..4, 0i64..6, 0u8..4), 1..80),
        ) {
            let mut turns = Turns::new(limit);
            let mut running: Vec<DeviceId> = Vec::new();
            let mut waiting: BTreeSet<u64> = BTreeSet::new();
            for (ticket, (group, device, act)) in steps.into_iter().enumerate() {
                let ticket = ticket as u64;
                match act {
                    0 if !running.is_empty() => turns.done(running.remove(0)),
                    1 if !waiting.is_empty() => {
                        let gone = *waiting.iter().next().unwrap();
                        waiting.remove(&gone);
                        turns.leave(gone);
                    }
                    _ => {
                        turns.wait(group, ticket, DeviceId(device));
                        waiting.insert(ticket);
                    }
                }
                while let Some((ticket, device)) = turns.next() {
                    prop_assert!(!running.contains(&device));
                    prop_assert!(waiting.remove(&ticket));
                    running.push(device);
                    prop_assert!(running.len() <= limit);
                }
            }
            while !running.is_empty() {
                turns.done(running.remove(0));
                while let Some((ticket, device)) = turns.next() {
                    waiting.remove(&ticket);
                    running.push(device);
                }
            }
            prop_assert!(waiting.is_empty(), "forgotten: {:?}", waiting);
        }
    }

    #[tokio::test]
    async fn a_wait_that_is_dropped_leaves_no_hole() {
        let lanes = Lanes::new(1);
        let first = lanes.turn(1, DeviceId(1)).await;
        let waiting = lanes.turn(1, DeviceId(2));
        tokio::select! {
            biased;
            _ = waiting => panic!("the limit is one"),
            () = tokio::task::yield_now() => {}
        }
        drop(first);
        drop(lanes.turn(2, DeviceId(3)).await);
        assert_eq!(lanes.lock().waiting.len(), 0);
    }
}
