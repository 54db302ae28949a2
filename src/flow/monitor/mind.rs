//! What the monitor remembers of one router between two looks: what its probes need, what was last
//! seen, and how the way to it is. Outcomes enter, observations for the rules leave.

use crate::model::{Device, Metric, Now, Observed, Outcome, Reach, Reading, Sample, Vitals, Why};
use crate::monitor::reach::{self, Verdict};
use crate::probe::{self, Probe};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

/// A group of values is missed when it did not come for three periods, and never before this.
const MISSED: Duration = Duration::from_secs(300);

/// One look, answered.
pub struct Polled {
    pub device: Device,
    /// The place of the probe in its registry.
    pub probe: usize,
    pub period: Duration,
    pub began: Now,
    pub ended: Now,
    pub outcomes: Vec<Outcome>,
    /// What the SSH port said, where it was asked.
    pub ssh: Option<Result<(), crate::model::Broken>>,
}

pub struct Mind {
    memory: probe::Memory,
    pub vitals: Vitals,
    /// When each probe last brought something; at first, when the monitor began to look.
    good: BTreeMap<&'static str, Duration>,
    /// Looks in a row that found it down.
    pub failures: u32,
    /// Good looks in a row since it was down.
    pub recovering: u32,
    /// It refused the login: not asked until a person has changed something.
    pub refused: bool,
    /// Since when it may be asked again: what a look from before says of the login is about the former password.
    forgiven: Duration,
    /// Watched links that were down at the last look.
    pub down: usize,
    /// There may be alert rows of it.
    pub rows: bool,
}

/// What one look came to.
pub struct Found {
    pub observed: Vec<Observed>,
    pub samples: Vec<Sample>,
    /// A watched link went down that was up before: worth a second look soon.
    pub link_went_down: bool,
}

impl Mind {
    pub fn new(vitals: Option<Arc<Vitals>>, rows: bool) -> Mind {
        let vitals = vitals.map(|vitals| (*vitals).clone()).unwrap_or_default();
        Mind {
            memory: probe::Memory::default(),
            vitals,
            good: BTreeMap::new(),
            failures: 0,
            recovering: 0,
            refused: false,
            forgiven: Duration::ZERO,
            down: 0,
            rows,
        }
    }

    pub fn memory(&self) -> &probe::Memory {
        &self.memory
    }

    /// A person has changed something about the login, or wants to see it tried again.
    pub fn forgive(&mut self, now: Now) {
        self.refused = false;
        self.forgiven = now.monotonic;
    }

    pub fn is_down(&self) -> bool {
        matches!(self.vitals.reach, Reach::Down(_))
    }

    /// Reads one look. None when it was broken off: nothing is known that was not before.
    pub fn take(&mut self, polled: &Polled, probe: &Probe, slack: Duration) -> Option<Found> {
        let verdict = reach::verdict(polled.device.name.as_str(), &polled.outcomes, polled.ssh.as_ref());
        if verdict == Verdict::Nothing {
            return None;
        }
        let look = probe::Look {
            device: &polled.device,
            outcomes: &polled.outcomes,
            at: polled.began,
            period: polled.period,
        };
        let mut found = probe.read(&look, &mut self.memory, &mut self.vitals);
        let brought = brought(&polled.outcomes, &found);
        self.note_reach(verdict, polled);
        self.note_missing(probe, brought, polled, slack, &mut found.observed);
        self.observe_reach(&mut found.observed);
        let down = found.observed.iter().filter(|one| is_down_link(one)).count();
        let before = match found.observed.iter().any(|one| one.metric == Metric::Link) {
            true => std::mem::replace(&mut self.down, down),
            false => down,
        };
        Some(Found { observed: found.observed, samples: found.samples, link_went_down: down > before })
    }

    /// What a probe that was not asked says: of all that it said before nothing is known. That the login
    /// is refused is known as long as nobody acts, or its alert would end after a day without a value.
    pub fn nothing_came(
        &mut self,
        device: &Device,
        probe: &Probe,
        at: Now,
        period: Duration,
    ) -> Vec<Observed> {
        let look = probe::Look { device, outcomes: &[], at, period };
        let mut observed = probe.read(&look, &mut self.memory, &mut self.vitals).observed;
        self.observe_reach(&mut observed);
        observed
    }

    fn note_reach(&mut self, verdict: Verdict, polled: &Polled) {
        let reach = match verdict {
            Verdict::Answered => {
                self.vitals.answered_at = Some(polled.ended.wall);
                self.vitals.took = Some(polled.ended.monotonic.saturating_sub(polled.began.monotonic));
                Reach::Up
            }
            Verdict::Failed(reach) => reach,
            Verdict::Nothing => return,
        };
        self.recovering = match (self.is_down(), &reach) {
            (_, Reach::Down(_)) => 0,
            (true, _) => 1,
            (false, _) => self.recovering.saturating_add(1),
        };
        self.failures = if matches!(reach, Reach::Down(_)) { self.failures.saturating_add(1) } else { 0 };
        self.refused = matches!(reach, Reach::Refused(_)) && polled.began.monotonic >= self.forgiven;
        if std::mem::discriminant(&reach) != std::mem::discriminant(&self.vitals.reach) {
            self.vitals.reach_since = Some(polled.ended.wall);
        }
        self.vitals.reach = reach;
    }

    /// A router that never brought anything is not missed: it may not be set up yet. One that brings
    /// nothing at all is missed once, not once for each probe.
    fn note_missing(
        &mut self,
        probe: &Probe,
        brought: bool,
        polled: &Polled,
        slack: Duration,
        observed: &mut Vec<Observed>,
    ) {
        let now = polled.ended.monotonic;
        let good = self.good.entry(probe.name).or_insert(polled.began.monotonic);
        if brought {
            *good = now;
        }
        if self.vitals.answered_at.is_none() {
            return;
        }
        let missed = now.saturating_sub(*good) > (3 * polled.period).max(slack);
        let nothing_at_all = !matches!(self.vitals.reach, Reach::Up);
        let flag = |yes: bool| Reading::Known(f64::from(u8::from(yes)));
        let mut note = |object: &str, reading| {
            observed.push(Observed { metric: Metric::Missing, object: object.to_owned(), reading });
        };
        match nothing_at_all {
            true if polled.probe == 0 => note("", flag(missed)),
            true => {}
            false => {
                note("", flag(false));
                note(probe.name, flag(missed));
            }
        }
    }

    fn observe_reach(&self, observed: &mut Vec<Observed>) {
        let (down, refused) = match self.vitals.reach {
            Reach::Up | Reach::NoRestconf(_) => (0.0, 0.0),
            Reach::Refused(_) => (0.0, 1.0),
            Reach::Down(_) => (1.0, 0.0),
            Reach::Unknown => return,
        };
        let mut note = |metric, value| {
            observed.push(Observed { metric, object: String::new(), reading: Reading::Known(value) });
        };
        note(Metric::Unreachable, down);
        // While nobody answers nobody knows whether the login would be refused still.
        if !self.is_down() {
            note(Metric::Refused, refused);
        }
    }
}

/// Whether an answer could be read. "Nothing there" is an answer: not every router has every model.
fn brought(outcomes: &[Outcome], found: &probe::Found) -> bool {
    let json = |outcome: &Outcome| match outcome {
        Outcome::Json(json) => Some(json.body.is_none()),
        Outcome::Text(_)
        | Outcome::Config(_)
        | Outcome::Dialogue(_)
        | Outcome::Refused { .. }
        | Outcome::Broken(_) => None,
    };
    let unread = |one: &Observed| matches!(one.reading, Reading::Unknown(Why::NotReported | Why::NoAnswer));
    let nothing_read = !found.observed.is_empty() && found.observed.iter().all(unread);
    outcomes.iter().any(|outcome| json(outcome) == Some(true))
        || (outcomes.iter().any(|outcome| json(outcome).is_some()) && !nothing_read)
}

fn is_down_link(one: &Observed) -> bool {
    one.metric == Metric::Link && matches!(one.reading, Reading::Known(value) if value > 0.0)
}

/// The least time after which a group of values is missed: shorter where every period is short.
pub fn slack(periods: impl Iterator<Item = Duration>) -> Duration {
    periods.min().map_or(MISSED, |period| MISSED.min(period * 5))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::outcome::Json;
    use crate::model::{Broken, Timestamp};
    use crate::probe::Found as Read;

    /// Nobody asks such a router before a person acts, so nothing else would keep its alert from ending
    /// after a day without a value.
    #[test]
    fn a_login_that_was_refused_is_refused_until_somebody_acts() {
        let device = crate::builtin::blank("R1").unwrap();
        let mut mind = Mind::new(None, true);
        mind.vitals.reach = Reach::Refused(crate::model::Text::verbatim("401"));
        mind.refused = true;
        let boot = Timestamp(0);
        let now = Now { wall: boot, monotonic: Duration::ZERO, boot };
        let observed = mind.nothing_came(&device, probe::PROBES.first().unwrap(), now, MISSED);
        let refused = observed.iter().find(|one| one.metric == Metric::Refused).unwrap();
        assert_eq!(refused.reading, Reading::Known(1.0));
    }

    /// Or nobody would ever ask again with the new password.
    #[test]
    fn a_look_that_began_before_the_password_was_set_is_not_the_last_one() {
        let mut mind = Mind::new(None, true);
        let at =
            |second| Now { wall: Timestamp(0), monotonic: Duration::from_secs(second), boot: Timestamp(0) };
        let refused = |began, ended| Polled {
            device: crate::builtin::blank("R1").unwrap(),
            probe: 0,
            period: MISSED,
            began: at(began),
            ended: at(ended),
            outcomes: vec![Outcome::Broken(Broken::RestconfRefused {
                credential: "lab".to_owned(),
                status: 401,
            })],
            ssh: None,
        };
        mind.forgive(at(10));
        for (began, is) in [(9, false), (11, true)] {
            let found = mind.take(&refused(began, 12), probe::PROBES.first().unwrap(), MISSED).unwrap();
            assert_eq!(mind.refused, is, "began at {began}");
            assert!(found.observed.iter().any(|one| one.metric == Metric::Refused));
        }
    }

    fn json(body: Option<&str>) -> Outcome {
        Outcome::Json(Json { body: body.map(str::to_owned), answered: Duration::ZERO })
    }

    fn read(reading: Reading) -> Read {
        let observed = vec![Observed { metric: Metric::Cpu, object: String::new(), reading }];
        Read { observed, samples: Vec::new() }
    }

    /// A body that cannot be read is as good as none: values that never come must be missed.
    #[test]
    fn an_answer_that_cannot_be_read_brings_nothing() {
        let not_reported = || read(Reading::Unknown(Why::NotReported));
        for (outcomes, found, is) in [
            (vec![json(Some("{}"))], not_reported(), false),
            (vec![json(Some("{}"))], read(Reading::Known(5.0)), true),
            (vec![json(Some("{}"))], read(Reading::Unknown(Why::First)), true),
            (vec![json(Some("{}"))], Read::default(), true),
            (vec![json(None)], not_reported(), true),
            (vec![json(Some("{}")), json(None)], not_reported(), true),
            (vec![Outcome::Broken(Broken::Dropped)], not_reported(), false),
            (Vec::new(), Read::default(), false),
        ] {
            assert_eq!(brought(&outcomes, &found), is, "{outcomes:?} {found:?}");
        }
    }
}
