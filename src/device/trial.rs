//! A credential's password on trial: who may send it while nobody knows whether it is right, and what each answer means.
//! A pure value, one a credential; the caller brings the time, and the password as it was read.
// Invariant: what is known is known of one word. An answer to a word that was replaced meanwhile proves, stops and
// resumes nothing (test `answers_to_the_former_word_say_nothing_of_the_new_one`).

use super::breaker::{Breaker, BreakerSettings, State};
use crate::model::{DeviceId, Sealed};
use std::collections::BTreeMap;
use std::time::Duration;
use tokio::time::Instant;

/// A username with its password as both are stored: whatever is set anew is another one, for it is sealed anew.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Word {
    pub username: String,
    pub password: Sealed,
}

/// Few go first while nobody knows whether the word is right: a wrong one must not be refused by 25 routers before the
/// first answer opens the breaker, or the login server locks the account.
/// One that is away for longer is replaced: routers that hang at login must not hold up the others.
const SCOUTING: Duration = Duration::from_secs(5);

#[derive(Debug, Default)]
pub(super) struct Trial {
    breaker: Breaker,
    /// As the keyring gave it last.
    newest: Option<Word>,
    /// The last answer of a router to the newest word was a yes.
    proven: bool,
    /// Who went first, and when.
    scouts: BTreeMap<u64, Instant>,
    next_scout: u64,
}

/// Whether a word may be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Admits {
    Yes(Leave),
    No,
    /// The answer to another login decides, or time does.
    Later(Option<Instant>),
}

/// As what a login goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Leave {
    /// The word is known to work.
    Known,
    Scout(u64),
    /// Alone, after the credential was stopped.
    Canary,
}

/// What became of a login.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Answer {
    Accepted,
    Refused(DeviceId),
    /// It ended without a word about the password.
    Undecided,
}

impl Trial {
    /// The keyring gave this word.
    pub fn read(&mut self, word: &Word) {
        if !self.is_newest(word) {
            self.newest = Some(word.clone());
            self.proven = false;
        }
    }

    fn is_newest(&self, word: &Word) -> bool {
        self.newest.as_ref() == Some(word)
    }

    pub fn is_proven(&self, word: &Word) -> bool {
        self.proven && self.is_newest(word)
    }

    /// Whether waiting for a turn makes sense; takes no leave.
    pub fn is_stopped(&self) -> bool {
        self.breaker.state() == State::Open
    }

    /// Whether the word may be sent now; the leave is taken by asking.
    pub fn admits(&mut self, word: &Word, now: Instant, settings: &BreakerSettings) -> Admits {
        match self.breaker.state() {
            State::Closed if self.is_proven(word) => Admits::Yes(Leave::Known),
            State::Closed => self.scout(now, settings),
            // A word that was replaced can't speak for the new one.
            State::CanaryAllowed if self.is_newest(word) => {
                self.breaker.canary_flies();
                Admits::Yes(Leave::Canary)
            }
            State::CanaryFlying => Admits::Later(None),
            State::CanaryAllowed | State::Open => Admits::No,
        }
    }

    /// So many at a time that the breaker is open when all of them were refused.
    fn scout(&mut self, now: Instant, settings: &BreakerSettings) -> Admits {
        let places = self.breaker.left(now, settings);
        let ends = self.scouts.values().map(|since| *since + SCOUTING).filter(|end| *end > now);
        if ends.clone().count() >= places {
            return Admits::Later(ends.min());
        }
        let scout = self.next_scout;
        self.next_scout += 1;
        self.scouts.insert(scout, now);
        Admits::Yes(Leave::Scout(scout))
    }

    /// A login ended; says whether the credential was stopped by it.
    pub fn ended(
        &mut self,
        word: &Word,
        leave: Leave,
        answer: Answer,
        now: Instant,
        settings: &BreakerSettings,
    ) -> bool {
        if let Leave::Scout(scout) = leave {
            self.scouts.remove(&scout);
        }
        let answer = if self.is_newest(word) { answer } else { Answer::Undecided };
        match answer {
            Answer::Accepted => self.proven = true,
            Answer::Refused(_) => self.proven = false,
            Answer::Undecided => {}
        }
        match (leave, answer) {
            (Leave::Canary, Answer::Accepted) => self.breaker.canary_accepted(),
            (Leave::Canary, Answer::Refused(_)) => self.breaker.canary_refused(),
            (Leave::Canary, Answer::Undecided) => self.breaker.canary_lost(),
            (Leave::Known | Leave::Scout(_), Answer::Refused(device)) => {
                return self.breaker.refused(device, now, settings);
            }
            (Leave::Known | Leave::Scout(_), Answer::Accepted | Answer::Undecided) => {}
        }
        false
    }

    pub fn allow_canary(&mut self) {
        self.breaker.allow_canary();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A trial at a time that stands still until a test moves it.
    struct Bench {
        trial: Trial,
        now: Instant,
    }

    fn word(byte: u8) -> Word {
        Word { username: "bot".to_owned(), password: Sealed(vec![byte]) }
    }

    impl Bench {
        fn new() -> Bench {
            let mut trial = Trial::default();
            trial.read(&word(1));
            Bench { trial, now: Instant::now() }
        }

        /// One whose first word is known to work.
        fn proven() -> Bench {
            let mut bench = Bench::new();
            let scout = bench.goes(1);
            assert!(!bench.ends(1, scout, Answer::Accepted));
            bench
        }

        fn asks(&mut self, byte: u8) -> Admits {
            self.trial.admits(&word(byte), self.now, &BreakerSettings::default())
        }

        fn goes(&mut self, byte: u8) -> Leave {
            match self.asks(byte) {
                Admits::Yes(leave) => leave,
                other => panic!("it may not go: {other:?}"),
            }
        }

        /// How many of 20 may go.
        fn all_that_go(&mut self, byte: u8) -> Vec<Leave> {
            let asked = (0..20).map(|_| self.asks(byte)).collect::<Vec<_>>();
            let gone = asked.into_iter().filter_map(|admits| match admits {
                Admits::Yes(leave) => Some(leave),
                Admits::No | Admits::Later(_) => None,
            });
            gone.collect()
        }

        fn ends(&mut self, byte: u8, leave: Leave, answer: Answer) -> bool {
            self.trial.ended(&word(byte), leave, answer, self.now, &BreakerSettings::default())
        }

        fn refuses(&mut self, byte: u8, leave: Leave, device: i64) -> bool {
            self.ends(byte, leave, Answer::Refused(DeviceId(device)))
        }

        /// Stopped by three refusals of the word, which the keyring gives now.
        fn stopped(byte: u8) -> Bench {
            let mut bench = Bench::new();
            bench.trial.read(&word(byte));
            let scouts = bench.all_that_go(byte);
            let stops: Vec<bool> = scouts
                .into_iter()
                .zip(1..)
                .map(|(scout, device)| bench.refuses(byte, scout, device))
                .collect();
            assert_eq!(stops, [false, false, true]);
            bench
        }
    }

    #[test]
    fn an_unknown_word_is_sent_by_three_until_one_was_accepted() {
        let mut bench = Bench::new();
        let scouts = bench.all_that_go(1);
        assert_eq!(scouts.len(), 3);
        assert!(!bench.ends(1, scouts[0], Answer::Undecided));
        assert_eq!(bench.all_that_go(1).len(), 1, "one that met a dead router is replaced");
        assert!(!bench.ends(1, scouts[1], Answer::Accepted));
        assert_eq!(bench.all_that_go(1), [Leave::Known; 20]);
    }

    #[test]
    fn a_new_word_is_unknown_whatever_is_known_of_the_former() {
        let mut bench = Bench::proven();
        assert_eq!(bench.goes(1), Leave::Known);
        bench.trial.read(&word(2));
        let scouts = bench.all_that_go(2);
        assert_eq!(scouts.len(), 3);
        for (scout, device) in scouts.into_iter().zip(1..) {
            bench.refuses(2, scout, device);
        }
        assert_eq!(bench.asks(2), Admits::No);
    }

    #[test]
    fn a_new_word_that_was_accepted_frees_all() {
        let mut bench = Bench::proven();
        bench.trial.read(&word(2));
        let scout = bench.goes(2);
        bench.ends(2, scout, Answer::Accepted);
        assert_eq!(bench.all_that_go(2), [Leave::Known; 20]);
    }

    #[test]
    fn answers_to_the_former_word_say_nothing_of_the_new_one() {
        let mut bench = Bench::proven();
        let former: Vec<Leave> = bench.all_that_go(1);
        bench.trial.read(&word(2));
        assert!(!bench.ends(1, former[0], Answer::Accepted));
        assert_eq!(bench.all_that_go(2).len(), 3, "not proven by it");
        for device in 1..=5 {
            assert!(!bench.refuses(1, former[1], device), "not stopped by it");
        }
        assert!(!bench.trial.is_stopped());
    }

    #[test]
    fn a_scout_that_hangs_is_replaced_and_not_by_all() {
        let mut bench = Bench::new();
        let scouts = bench.all_that_go(1);
        bench.now += SCOUTING / 2;
        let wakes = bench.now + SCOUTING / 2;
        assert_eq!(bench.asks(1), Admits::Later(Some(wakes)));
        bench.now = wakes;
        assert_eq!(bench.all_that_go(1).len(), 3);
        // Its answer still counts when it comes.
        bench.ends(1, scouts[0], Answer::Accepted);
        assert_eq!(bench.goes(1), Leave::Known);
    }

    /// A router with another password on it takes the places of the scouts for nobody.
    #[test]
    fn a_router_that_refuses_again_and_again_counts_once() {
        let mut bench = Bench::new();
        for _ in 0..10 {
            let scout = bench.goes(1);
            assert!(!bench.refuses(1, scout, 1));
        }
        assert_eq!(bench.all_that_go(1).len(), 2);
    }

    #[test]
    fn one_canary_decides() {
        let mut bench = Bench::stopped(1);
        bench.trial.allow_canary();
        assert_eq!((bench.goes(1), bench.asks(1)), (Leave::Canary, Admits::Later(None)), "one and no more");
        bench.refuses(1, Leave::Canary, 4);
        assert!(bench.trial.is_stopped());
        bench.trial.allow_canary();
        bench.goes(1);
        bench.ends(1, Leave::Canary, Answer::Undecided);
        assert_eq!(bench.goes(1), Leave::Canary, "one that met a dead router decides nothing");
        bench.ends(1, Leave::Canary, Answer::Accepted);
        assert_eq!(bench.all_that_go(1), [Leave::Known; 20]);
    }

    #[test]
    fn a_login_from_before_does_not_speak_for_the_canary() {
        let mut bench = Bench::proven();
        let early = bench.all_that_go(1);
        for (leave, device) in early.iter().take(3).zip(1..) {
            bench.refuses(1, *leave, device);
        }
        bench.trial.allow_canary();
        bench.refuses(1, early[3], 4);
        assert_eq!(bench.goes(1), Leave::Canary, "its leave is still there");
        bench.refuses(1, early[4], 5);
        bench.ends(1, early[5], Answer::Undecided);
        bench.ends(1, early[6], Answer::Accepted);
        assert_eq!(bench.asks(1), Admits::Later(None), "it still flies");
    }

    #[test]
    fn the_canary_carries_the_newest_word() {
        let mut bench = Bench::stopped(2);
        bench.trial.allow_canary();
        assert_eq!(bench.asks(1), Admits::No);
        assert_eq!(bench.goes(2), Leave::Canary);
        // It is set once more while the canary flies.
        bench.trial.read(&word(3));
        bench.refuses(2, Leave::Canary, 4);
        assert_eq!(bench.goes(3), Leave::Canary);
        bench.ends(3, Leave::Canary, Answer::Accepted);
        assert_eq!(bench.goes(3), Leave::Known);
    }
}
