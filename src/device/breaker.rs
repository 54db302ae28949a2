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
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum State {
    #[default]
    Closed,
    Open,
    /// A person said "try again": the next login goes through, alone.
    CanaryAllowed,
    CanaryFlying,
}

impl Breaker {
    pub fn state(&self) -> State {
        self.state
    }

    /// How many more devices must refuse until it opens; one at least.
    pub fn left(&mut self, now: Instant, settings: &BreakerSettings) -> usize {
        self.refusals.retain(|(_, at)| now.duration_since(*at) < settings.within);
        settings.devices.saturating_sub(self.refusals.len()).max(1)
    }

    /// A router refused the login; says whether the breaker opened by it. Where it is not closed only the canary decides:
    /// a login that was under way before must not take the canary's leave away.
    pub fn refused(&mut self, device: DeviceId, now: Instant, settings: &BreakerSettings) -> bool {
        if self.state != State::Closed {
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

    pub fn canary_flies(&mut self) {
        self.state = State::CanaryFlying;
    }

    /// A router took the canary: all is as it was in the beginning.
    pub fn canary_accepted(&mut self) {
        *self = Breaker::default();
    }

    pub fn canary_refused(&mut self) {
        self.state = State::Open;
    }

    /// The canary brought no answer about the password: the next one goes.
    pub fn canary_lost(&mut self) {
        self.state = State::CanaryAllowed;
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
        assert_eq!(breaker.state(), State::Closed);
        assert!(refuse(&mut breaker, start, 3, 309));
        assert_eq!(breaker.state(), State::Open);
    }

    #[test]
    fn old_refusals_are_forgotten() {
        let (mut breaker, start) = (Breaker::default(), Instant::now());
        let left = |breaker: &mut Breaker, second| {
            breaker.left(start + Duration::from_secs(second), &BreakerSettings::default())
        };
        refuse(&mut breaker, start, 1, 0);
        refuse(&mut breaker, start, 2, 10);
        assert_eq!((left(&mut breaker, 299), left(&mut breaker, 300)), (1, 2));
        assert!(!refuse(&mut breaker, start, 3, 301));
        assert_eq!(breaker.state(), State::Closed);
    }
}
