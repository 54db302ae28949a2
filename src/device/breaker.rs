//! When a credential must not be tried any more: refusals on several devices within minutes mean that the credential
//! is wrong, and a thousand more tries would lock the account. A pure value, one a credential; the caller brings the time.

use crate::model::DeviceId;
use std::collections::VecDeque;
use std::time::Duration;
use tokio::time::Instant;

/// When a breaker opens.
#[derive(Clone, Copy, Debug)]
pub struct BreakerSettings {
    /// Refusals on so many different devices ...
    pub devices: usize,
    /// ... within this time.
    pub within: Duration,
}

impl Default for BreakerSettings {
    fn default() -> Self {
        BreakerSettings { devices: 3, within: Duration::from_secs(300) }
    }
}

#[derive(Debug, Default)]
pub(super) struct Breaker {
    refusals: VecDeque<(DeviceId, Instant)>,
    state: State,
    /// The last answer of a router was a yes.
    proven: bool,
}

/// Whether a login may be tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Admits {
    Yes,
    No,
    /// Another login decides in a moment.
    AfterTheCanary,
}

#[derive(Debug, Default, PartialEq)]
enum State {
    #[default]
    Closed,
    Open,
    /// A person said "try again": the next login goes through, alone.
    CanaryAllowed,
    CanaryFlying,
}

impl Breaker {
    /// Whether a login may be tried now; the canary is taken by asking.
    pub fn admits(&mut self) -> Admits {
        match self.state {
            State::Closed => Admits::Yes,
            State::CanaryAllowed => {
                self.state = State::CanaryFlying;
                Admits::Yes
            }
            State::CanaryFlying => Admits::AfterTheCanary,
            State::Open => Admits::No,
        }
    }

    /// Whether waiting for a turn makes sense; takes no canary.
    pub fn is_open(&self) -> bool {
        self.state == State::Open
    }

    pub fn is_proven(&self) -> bool {
        self.proven
    }

    /// A router took the login.
    pub fn accepted(&mut self) {
        if self.state == State::CanaryFlying {
            *self = Breaker::default();
        }
        self.proven = true;
    }

    /// The login ended without an answer about the credential.
    pub fn undecided(&mut self) {
        if self.state == State::CanaryFlying {
            self.state = State::CanaryAllowed;
        }
    }

    /// A router refused the login; says whether the breaker opened by it.
    pub fn refused(&mut self, device: DeviceId, now: Instant, settings: &BreakerSettings) -> bool {
        self.proven = false;
        if self.state != State::Closed {
            self.state = State::Open;
            return false;
        }
        self.refusals.retain(|(of, at)| *of != device && now.duration_since(*at) < settings.within);
        self.refusals.push_back((device, now));
        if self.refusals.len() < settings.devices {
            return false;
        }
        self.state = State::Open;
        true
    }

    pub fn allow_canary(&mut self) {
        if self.state == State::Open {
            self.state = State::CanaryAllowed;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refuse(breaker: &mut Breaker, start: Instant, device: i64, second: u64) -> bool {
        breaker.refused(DeviceId(device), start + Duration::from_secs(second), &BreakerSettings::default())
    }

    #[test]
    fn three_devices_within_five_minutes_open_it() {
        let (mut breaker, start) = (Breaker::default(), Instant::now());
        assert!(!refuse(&mut breaker, start, 1, 0));
        assert!(!refuse(&mut breaker, start, 1, 10), "the same device again does not count");
        assert!(!refuse(&mut breaker, start, 2, 20));
        assert_eq!(breaker.admits(), Admits::Yes);
        assert!(refuse(&mut breaker, start, 3, 309));
        assert!(breaker.admits() == Admits::No && breaker.is_open());
    }

    #[test]
    fn old_refusals_are_forgotten() {
        let (mut breaker, start) = (Breaker::default(), Instant::now());
        refuse(&mut breaker, start, 1, 0);
        refuse(&mut breaker, start, 2, 10);
        assert!(!refuse(&mut breaker, start, 3, 301));
        assert_eq!(breaker.admits(), Admits::Yes);
    }

    #[test]
    fn one_canary_decides() {
        let (mut breaker, start) = (Breaker::default(), Instant::now());
        for device in 1..=3 {
            refuse(&mut breaker, start, device, 0);
        }
        breaker.allow_canary();
        assert_eq!(
            (breaker.admits(), breaker.admits()),
            (Admits::Yes, Admits::AfterTheCanary),
            "one and no more"
        );
        refuse(&mut breaker, start, 4, 1);
        assert_eq!(breaker.admits(), Admits::No);
        breaker.allow_canary();
        assert_eq!(breaker.admits(), Admits::Yes);
        breaker.undecided();
        assert_eq!(breaker.admits(), Admits::Yes, "a canary that met a dead router decides nothing");
        breaker.accepted();
        assert_eq!((breaker.admits(), breaker.admits()), (Admits::Yes, Admits::Yes));
    }
}
