//! Any order of posting, trying, failing, crashing and pressing keeps the laws of the outbox.

use super::*;
use crate::model::outbound::MessageRef;
use crate::store::Arrived;
use proptest::collection::vec;
use proptest::prelude::*;
use std::collections::BTreeMap;

const BUTTONS: [&str; 3] = ["a", "b", "c"];

#[derive(Clone, Debug)]
enum Step {
    /// A slot, and which of the buttons its new version has.
    Post(usize, [bool; 3]),
    /// The first that is due is tried, and then this becomes of it.
    Try(Fate),
    Crash,
    Press(usize, usize),
}

#[derive(Clone, Copy, Debug)]
enum Fate {
    Delivered,
    Postponed,
    Unanswered,
    Dead,
    /// The answer never comes: it stays in flight.
    Nothing,
}

fn step() -> impl Strategy<Value = Step> {
    let fate = prop_oneof![
        Just(Fate::Delivered),
        Just(Fate::Postponed),
        Just(Fate::Unanswered),
        Just(Fate::Dead),
        Just(Fate::Nothing)
    ];
    prop_oneof![
        4 => (0..3usize, any::<[bool; 3]>()).prop_map(|(slot, buttons)| Step::Post(slot, buttons)),
        4 => fate.prop_map(Step::Try),
        1 => Just(Step::Crash),
        2 => (0..3usize, 0..3usize).prop_map(|(slot, button)| Step::Press(slot, button)),
    ]
}

/// What the laws say must be so of one slot.
#[derive(Clone, Debug, Default)]
struct Expected {
    version: i64,
    buttons: [bool; 3],
    tokens: BTreeMap<&'static str, Token>,
    used: [bool; 3],
    doubt: bool,
    flying: bool,
    /// The newest version was neither delivered nor given up.
    owed: bool,
}

struct Run {
    bench: Bench,
    you: PersonId,
    now: i64,
    slots: [Expected; 3],
}

fn name(slot: usize) -> Slot {
    Slot(format!("slot {slot}"))
}

fn index(message: &Message) -> usize {
    (0..3).find(|slot| name(*slot) == message.slot).unwrap()
}

impl Run {
    fn take(&mut self, step: &Step) {
        self.now += 10;
        match step {
            Step::Post(slot, buttons) => self.post(*slot, *buttons),
            Step::Try(fate) => {
                let due = self.bench.work().due(at(self.now), 9).unwrap();
                if let Some(message) = due.first() {
                    self.attempt(message, *fate);
                }
            }
            Step::Crash => {
                self.bench.work().doubt_what_was_in_flight().unwrap();
                for slot in &mut self.slots {
                    slot.doubt |= std::mem::take(&mut slot.flying);
                }
            }
            Step::Press(slot, button) => self.press(*slot, *button),
        }
        self.check();
    }

    fn post(&mut self, slot: usize, buttons: [bool; 3]) {
        let mut message = outbound(&name(slot).0, "words");
        for (button, _) in BUTTONS.iter().zip(buttons).filter(|(_, has)| *has) {
            message.document.buttons.push(super::button(button, Uses::Once, i64::MAX));
        }
        self.bench.work().post(&message, at(self.now)).unwrap();
        let expected = &mut self.slots[slot];
        *expected = Expected { version: expected.version + 1, buttons, owed: true, ..expected.clone() };
    }

    fn attempt(&mut self, message: &Message, fate: Fate) {
        let mut work = self.bench.work();
        let expected = &mut self.slots[index(message)];
        assert!(work.attempt(message.id, at(self.now)).unwrap());
        assert!(!work.attempt(message.id, at(self.now)).unwrap());
        match fate {
            Fate::Delivered => {
                let receipt = Receipt { parts: vec![MessageRef("m".to_owned())] };
                work.delivered(message.id, &receipt, at(self.now)).unwrap();
                (expected.doubt, expected.owed) = (false, false);
            }
            Fate::Postponed => work.postponed(message.id, at(self.now + 5), "busy", Arrived::No).unwrap(),
            Fate::Unanswered => {
                work.postponed(message.id, at(self.now + 25), "no answer", Arrived::Unknown).unwrap();
                expected.doubt = true;
            }
            Fate::Dead => {
                work.dead(message.id, "gone", at(self.now)).unwrap();
                expected.owed = false;
            }
            Fate::Nothing => expected.flying = true,
        }
    }

    fn press(&mut self, slot: usize, button: usize) {
        let expected = &mut self.slots[slot];
        let Some(token) = expected.tokens.get(BUTTONS[button]) else { return };
        let pressed = self.bench.work().use_press(token, self.you, at(self.now)).unwrap();
        match (expected.used[button], expected.buttons[button]) {
            (true, _) => assert!(matches!(pressed, Err(PressRefused::Used { .. })), "{pressed:?}"),
            (false, false) => assert_eq!(pressed, Err(PressRefused::Void)),
            (false, true) => {
                assert_eq!(pressed, Ok(()));
                expected.used[button] = true;
            }
        }
    }

    fn check(&mut self) {
        let due = self.bench.work().due(at(self.now + 1_000), 9).unwrap();
        let mut seen = Vec::new();
        for message in &due {
            let slot = index(message);
            assert!(!seen.contains(&slot), "one of a message at a time");
            seen.push(slot);
            let expected = &mut self.slots[slot];
            assert_eq!((message.version, message.repeat), (expected.version, expected.doubt));
            let names = BUTTONS.iter().zip(expected.buttons).filter(|(_, has)| *has).map(|(name, _)| *name);
            for (name, token) in names.zip(&message.tokens) {
                assert_eq!(expected.tokens.entry(name).or_insert_with(|| token.clone()), token);
            }
        }
        for (slot, expected) in self.slots.iter().enumerate() {
            assert_eq!(seen.contains(&slot), expected.owed && !expected.flying, "slot {slot}");
        }
    }

    /// Whatever happened before: after a restart with a service that works, the newest is there.
    fn settle(&mut self) {
        self.take(&Step::Crash);
        for _ in 0..3 {
            self.now += 1_000;
            self.take(&Step::Try(Fate::Delivered));
        }
        assert!(self.slots.iter().all(|slot| !slot.owed));
        assert_eq!(self.bench.work().next_due(at(self.now)).unwrap(), None);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]
    #[test]
    fn the_newest_version_is_delivered_and_nothing_else_is_promised(steps in vec(step(), 1..40)) {
        let (bench, you, _) = Bench::furnished(&[]);
        let mut run = Run { bench, you, now: 0, slots: Default::default() };
        steps.iter().for_each(|step| run.take(step));
        run.settle();
        let tokens: Vec<_> = run.slots.iter().flat_map(|slot| slot.tokens.values()).collect();
        let mut unique = tokens.clone();
        unique.sort_by_key(|token| &token.0);
        unique.dedup();
        prop_assert_eq!(tokens.len(), unique.len());
    }
}
