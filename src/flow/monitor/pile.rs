//! Observations that wait to be held against the rules: of each router the newest reading of each thing.
//! A store that takes nothing for a night must fill no memory, and what is decided afterwards must be
//! decided about what is true then.

use super::judge::Judged;
use crate::model::{DeviceId, Metric, Observed, Reading};
use std::collections::BTreeMap;

#[derive(Default)]
pub struct Pile(BTreeMap<DeviceId, Judged>);

impl Pile {
    pub fn put(&mut self, newer: Judged) {
        match self.0.get_mut(&newer.device.id) {
            Some(waiting) => over(waiting, newer),
            None => drop(self.0.insert(newer.device.id, newer)),
        }
    }

    /// Comes back from a store that did not take it, below what came in meanwhile.
    pub fn put_back(&mut self, older: Vec<Judged>) {
        let newer = std::mem::take(self);
        older.into_iter().chain(newer.take()).for_each(|one| self.put(one));
    }

    pub fn take(self) -> Vec<Judged> {
        self.0.into_values().collect()
    }

    pub fn holds(&self, device: DeviceId) -> bool {
        self.0.contains_key(&device)
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

fn over(waiting: &mut Judged, newer: Judged) {
    let older = std::mem::replace(waiting, newer);
    for one in older.observed {
        let again = waiting.observed.iter_mut().find(|it| it.metric == one.metric && it.object == one.object);
        match again {
            // A reboot is seen in one look only.
            Some(again) if is_reboot(&one) => *again = one,
            Some(_) => {}
            None => waiting.observed.push(one),
        }
    }
}

/// It booted since it was looked at before.
pub fn is_reboot(one: &Observed) -> bool {
    one.metric == Metric::Rebooted && matches!(one.reading, Reading::Known(value) if value > 0.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;

    fn look(device: i64, observed: &[(Metric, f64)]) -> Judged {
        let device = crate::model::Device { id: DeviceId(device), ..crate::builtin::blank("R1").unwrap() };
        let observed = observed.iter().map(|(metric, value)| Observed {
            metric: *metric,
            object: String::new(),
            reading: Reading::Known(*value),
        });
        Judged { device, observed: observed.collect(), vitals: Arc::default() }
    }

    fn waits(pile: Pile) -> Vec<(i64, Vec<(Metric, Reading)>)> {
        let of =
            |one: Judged| (one.device.id.0, one.observed.iter().map(|o| (o.metric, o.reading)).collect());
        pile.take().into_iter().map(of).collect()
    }

    #[test]
    fn the_newest_reading_of_each_thing_waits_and_a_reboot_is_kept() {
        let mut pile = Pile::default();
        pile.put(look(1, &[(Metric::Cpu, 95.0), (Metric::Rebooted, 2.0)]));
        for value in 0..1_000 {
            pile.put(look(1, &[(Metric::Cpu, f64::from(value % 90)), (Metric::Rebooted, 0.0)]));
            pile.put(look(1, &[(Metric::Memory, 40.0)]));
        }
        pile.put(look(2, &[(Metric::Cpu, 1.0)]));
        assert!(pile.holds(DeviceId(1)) && !pile.holds(DeviceId(3)));
        let known = Reading::Known;
        let first =
            vec![(Metric::Memory, known(40.0)), (Metric::Cpu, known(9.0)), (Metric::Rebooted, known(2.0))];
        assert_eq!(waits(pile), [(1, first), (2, vec![(Metric::Cpu, known(1.0))])]);
    }

    #[test]
    fn what_was_not_stored_lies_below_what_came_meanwhile() {
        let mut pile = Pile::default();
        pile.put(look(1, &[(Metric::Cpu, 20.0)]));
        pile.put_back(vec![look(1, &[(Metric::Cpu, 95.0), (Metric::Clock, 9.0)]), look(2, &[])]);
        let known = Reading::Known;
        let first = vec![(Metric::Cpu, known(20.0)), (Metric::Clock, known(9.0))];
        assert_eq!(waits(pile), [(1, first), (2, Vec::new())]);
    }
}
