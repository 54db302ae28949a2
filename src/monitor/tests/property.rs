//! Random histories with a virtual clock: values, lost and doubled polls, restarts, clock jumps,
//! acknowledgements, silences, a router that goes away. What must hold whatever happens is here.

use super::*;
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

#[derive(Clone, Debug)]
enum Event {
    /// A look after so many seconds: none apart is a doubled poll, many are lost ones.
    Poll(u64, Option<f64>),
    Ack(u64),
    Unack,
    /// A silence from now on, for so many seconds.
    Silence(u64),
    Away(bool),
    /// A planned reboot from now on, whose window is open for so many seconds.
    Reboot(u64),
    /// It went well: what it held waits for two values.
    Verified,
    /// The process is down for so long.
    Restart(u64),
    /// The wall clock jumps, in seconds.
    Jump(i64),
    Shut,
    /// Another level: 90 or 97.
    Reload(f64),
}

fn event() -> impl Strategy<Value = Event> {
    let gap = prop_oneof![12 => Just(60), 2 => Just(0), 2 => 61..400_u64, 1 => 1_000..20_000_u64];
    let value = prop_oneof![
        8 => Just(Some(93.0)),
        3 => Just(Some(96.0)),
        2 => Just(Some(85.0)),
        4 => Just(Some(50.0)),
        2 => Just(None),
    ];
    prop_oneof![
        40 => (gap, value).prop_map(|(gap, value)| Event::Poll(gap, value)),
        2 => (60..100_000_u64).prop_map(Event::Ack),
        1 => Just(Event::Unack),
        2 => (60..8_000_u64).prop_map(Event::Silence),
        1 => any::<bool>().prop_map(Event::Away),
        2 => (60..2_000_u64).prop_map(Event::Reboot),
        1 => Just(Event::Verified),
        2 => prop_oneof![1..170_u64, 200..10_000_u64].prop_map(Event::Restart),
        1 => (-100_000..100_000_i64).prop_map(Event::Jump),
        1 => Just(Event::Shut),
        1 => prop_oneof![Just(90.0), Just(97.0)].prop_map(Event::Reload),
    ]
}

/// Long runs of the same value, so that something fires and something ends.
fn history() -> impl Strategy<Value = Vec<Event>> {
    let run = (event(), 1..9_usize).prop_map(|(event, times)| match event {
        Event::Poll(60, value) => vec![Event::Poll(60, value); times],
        other => vec![other],
    });
    prop::collection::vec(run, 1..40).prop_map(|runs| runs.concat())
}

/// What a destination heard: when by the steady clock, of which incident, what.
type Heard = Vec<(u64, IncidentId, NoticeKind)>;

/// The world around one alert: clocks, silences, the store, three destinations.
struct Sim {
    rule: Rule,
    alert: Option<Alert>,
    /// Seconds that really passed.
    steady: u64,
    /// Wall seconds less steady ones.
    offset: i64,
    silenced_until: Option<Timestamp>,
    away: bool,
    quiet_until: Option<Timestamp>,
    obeys_holds: bool,
    restarts_always: bool,
    incidents: i64,
    notices: Vec<(u64, Notice)>,
    told: BTreeMap<&'static str, BTreeSet<IncidentId>>,
    heard: BTreeMap<&'static str, Heard>,
    phases: Vec<Option<Phase>>,
    /// Clear values in a row, and when the last look was.
    clears: (u32, Option<u64>),
}

impl Sim {
    fn new(obeys_holds: bool, restarts_always: bool) -> Sim {
        let rule = Rule { severity: Severity::Warning, critical_above: Some(95.0), ..rule("cpu") };
        Sim {
            rule,
            alert: None,
            steady: 0,
            offset: 0,
            silenced_until: None,
            away: false,
            quiet_until: None,
            obeys_holds,
            restarts_always,
            incidents: 0,
            notices: Vec::new(),
            told: BTreeMap::new(),
            heard: BTreeMap::new(),
            phases: Vec::new(),
            clears: (0, None),
        }
    }

    fn now(&self) -> Timestamp {
        at(i64::try_from(self.steady).unwrap() + self.offset)
    }

    fn gate(&self) -> Option<Hold> {
        let silenced = self.silenced_until.is_some_and(|until| self.now() < until);
        let gate = silenced.then_some(Hold::Silence(SilenceId(1)));
        let quiet = self.quiet_until.is_some_and(|until| self.now() < until);
        let gate = gate.or(quiet.then_some(Hold::Reboot(JobId(5))));
        gate.or(self.away.then_some(Hold::DeviceDown)).filter(|_| self.obeys_holds)
    }

    /// Time passes; whatever falls due on the way is looked at when it does.
    fn wait(&mut self, seconds: u64) {
        let end = self.steady + seconds;
        loop {
            let due = self.alert.as_ref().and_then(due);
            let silence = self.silenced_until.filter(|until| *until > self.now());
            let quiet = self.quiet_until.filter(|until| *until > self.now());
            let next = due.into_iter().chain(silence).chain(quiet).min().map(|at| at.since(self.now()));
            let Some(seconds) = next.map(|span| u64::try_from(span.as_millis().div_ceil(1_000)).unwrap())
            else {
                break;
            };
            if self.steady + seconds > end {
                break;
            }
            self.steady += seconds;
            self.step(&Input::Tick);
            if let Some(alert) = &self.alert {
                assert!(
                    due_later(alert, self.now()),
                    "a tick at its due time must not fall due again: {alert:?}"
                );
            }
        }
        self.steady = end;
    }

    fn step(&mut self, input: &Input) {
        let before = self.alert.clone();
        let look =
            Look { rule: &self.rule, device: DeviceId(1), object: "", gate: self.gate(), now: self.now() };
        let mut step = step(&look, self.alert.take(), input);
        if step.opens_incident() {
            self.incidents += 1;
            step = step.with_incident(IncidentId(self.incidents), None);
        }
        assert!(step.alert.is_none() || step.ended.is_none());
        if before.is_some() {
            assert!(step.key().is_some(), "an alert never vanishes without a word");
        }
        if let Some(notice) = step.notice {
            self.tell(notice);
        }
        self.alert = step.alert;
        if self.restarts_always {
            self.restart_at_once();
        }
        self.nothing_is_owed();
    }

    /// The ledger: what says that it fires goes to the routes, all else to those who were told.
    fn tell(&mut self, notice: Notice) {
        let id = notice.alert.incident.expect("only what fired is told");
        if matches!(notice.kind, NoticeKind::Recovered { .. }) {
            assert!(self.clears.0 >= 2, "recovered by {} clear values in a row", self.clears.0);
        }
        let critical = notice.alert.severity == Severity::Critical;
        let hour = (self.steady / 3_600) % 24;
        let routes = [("all", true), ("critical", critical), ("day", (7..22).contains(&hour))];
        for (place, open) in routes {
            let told = self.told.entry(place).or_default();
            let goes = if notice.kind.says_firing() { open } else { told.contains(&id) };
            if !goes {
                continue;
            }
            told.insert(id);
            let heard = self.heard.entry(place).or_default();
            heard.push((self.steady, id, notice.kind.clone()));
        }
        self.notices.push((self.steady, notice));
    }

    fn restart_at_once(&mut self) {
        let Some(alert) = self.alert.take() else { return };
        let fresh = self.now().since(alert.looked_at) <= Duration::from_secs(180);
        let stored: Alert = serde_json::from_str(&serde_json::to_string(&alert).unwrap()).unwrap();
        assert_eq!(stored, alert);
        self.alert = match fresh {
            true => loaded(stored, self.now(), &self.rule, Duration::from_secs(60)),
            false => Some(stored),
        };
        assert_eq!(self.alert, Some(alert), "a restart between two polls changes nothing");
    }

    /// What fires and is not held back is told, and told again in time.
    fn nothing_is_owed(&self) {
        let Some(alert) = &self.alert else { return };
        if alert.phase != Phase::Firing || alert.held.is_some() {
            return;
        }
        assert!(alert.announced, "fires untold: {alert:?}");
        if alert.ack.is_none() && alert.unknowns < 3 {
            assert!(alert.next_repeat.unwrap() > self.now(), "a repeat is owed: {alert:?}");
        }
    }

    fn take(&mut self, event: &Event) {
        match event {
            Event::Poll(gap, value) => {
                self.wait(*gap);
                // What is delivered twice counts once, also when the calendar was set in between.
                if self.clears.1 != Some(self.steady) {
                    let clear = value.is_some_and(|value| value <= self.rule.clear_at_or_below);
                    self.clears = (if clear { self.clears.0 + 1 } else { 0 }, Some(self.steady));
                }
                let reading = value.map_or(Reading::Unknown(Why::NoAnswer), Reading::Known);
                self.step(&Input::Observed(reading));
            }
            Event::Ack(seconds) => {
                let until = self.now().plus(Duration::from_secs(*seconds));
                self.step(&Input::Ack { by: BOB, note: None, until });
            }
            Event::Unack => self.step(&Input::Unack { by: BOB }),
            Event::Silence(seconds) => {
                let until = self.now().plus(Duration::from_secs(*seconds));
                self.silenced_until = self.silenced_until.max(Some(until));
                self.step(&Input::Tick);
            }
            Event::Away(away) => {
                self.away = *away;
                self.step(&Input::Tick);
            }
            Event::Reboot(seconds) => {
                self.quiet_until = Some(self.now().plus(Duration::from_secs(*seconds)));
                self.step(&Input::Tick);
            }
            Event::Verified => {
                self.quiet_until = None;
                if let Some(alert) = &mut self.alert {
                    alert.settle = if matches!(alert.held, Some(Hold::Reboot(_))) { SETTLE } else { 0 };
                }
                self.step(&Input::Tick);
            }
            Event::Restart(seconds) => {
                self.steady += seconds;
                let stored = self.alert.take().map(|alert| serde_json::to_string(&alert).unwrap());
                let read = stored.map(|stored| serde_json::from_str(&stored).unwrap());
                let period = Duration::from_secs(60);
                self.alert = read.and_then(|alert| loaded(alert, self.now(), &self.rule, period));
                self.step(&Input::Tick);
            }
            Event::Jump(seconds) => {
                self.offset += seconds;
                self.alert = self.alert.take().map(|alert| shifted(alert, seconds * 1_000));
                self.quiet_until = self.quiet_until.map(|until| Timestamp(until.0 + seconds * 1_000));
                self.step(&Input::Tick);
            }
            Event::Shut => self.step(&Input::Close(Closing::Shut)),
            Event::Reload(level) => self.rule.raise_above = *level,
        }
        self.phases.push(self.alert.as_ref().map(|alert| alert.phase));
    }

    fn run(mut self, events: &[Event]) -> Sim {
        for event in events {
            self.take(event);
        }
        // The end: everything is well for long enough, and every silence runs out.
        self.away = false;
        for _ in 0..10 {
            self.take(&Event::Poll(60, Some(40.0)));
        }
        self
    }
}

fn due_later(alert: &Alert, now: Timestamp) -> bool {
    due(alert).is_some_and(|due| due > now)
}

fn ends(kind: &NoticeKind) -> bool {
    matches!(kind, NoticeKind::Recovered { .. } | NoticeKind::Closed { .. })
}

/// At each destination: first a firing, last one end, nothing after it.
fn whole_stories(heard: &Heard) -> Result<(), TestCaseError> {
    let incidents: BTreeSet<IncidentId> = heard.iter().map(|(_, id, _)| *id).collect();
    for id in incidents {
        let story: Vec<&NoticeKind> =
            heard.iter().filter(|(_, of, _)| *of == id).map(|(_, _, kind)| kind).collect();
        prop_assert!(story[0].says_firing(), "{id} does not begin with its firing: {story:?}");
        let over: Vec<usize> = (0..story.len()).filter(|at| ends(story[*at])).collect();
        prop_assert_eq!(over, vec![story.len() - 1], "{} does not end once, at its end: {:?}", id, story);
    }
    Ok(())
}

/// Nobody is rung twice within the repeat interval, but for a rise, the end of an acknowledgement or
/// of a silence, and the end.
fn no_noise(sim: &Sim) -> Result<(), TestCaseError> {
    let mut last: BTreeMap<IncidentId, (u64, Severity)> = BTreeMap::new();
    for (when, notice) in sim.notices.iter().filter(|(_, notice)| notice.kind.is_push()) {
        let id = notice.alert.incident.unwrap();
        let before = last.insert(id, (*when, notice.alert.severity));
        match (&notice.kind, before) {
            (NoticeKind::Firing, before) => prop_assert!(before.is_none(), "{id} fires twice"),
            (NoticeKind::Still { .. }, Some((then, _))) => {
                prop_assert!(when - then >= sim.rule.repeat.as_secs(), "{id} again after {} s", when - then);
                prop_assert!(notice.alert.ack.is_none() && notice.alert.phase == Phase::Firing);
            }
            (NoticeKind::SeverityRose, Some((_, severity))) => {
                prop_assert!(notice.alert.severity > severity);
            }
            (NoticeKind::SilenceEnded, _) | (NoticeKind::AckExpired { .. }, Some(_)) => (),
            (kind, Some(_)) if ends(kind) => (),
            (kind, before) => prop_assert!(false, "{id}: {kind:?} after {before:?}"),
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn every_history_is_told_whole_and_without_noise(events in history()) {
        let sim = Sim::new(true, false).run(&events);
        // A silence may outlast the end; what it hid was then never told.
        prop_assert!(sim.alert.is_none(), "still there: {:?}", sim.alert);
        for heard in sim.heard.values() {
            whole_stories(heard)?;
        }
        no_noise(&sim)?;
    }

    #[test]
    fn the_same_history_gives_the_same_messages(events in history()) {
        let (one, other) = (Sim::new(true, false).run(&events), Sim::new(true, false).run(&events));
        prop_assert_eq!(one.notices, other.notices);
        prop_assert_eq!(one.heard, other.heard);
    }

    #[test]
    fn a_restart_after_every_step_changes_no_message(events in history()) {
        let (one, other) = (Sim::new(true, false).run(&events), Sim::new(true, true).run(&events));
        prop_assert_eq!(one.notices, other.notices);
    }

    #[test]
    fn what_holds_notices_back_never_changes_the_life(events in history()) {
        let (free, held) = (Sim::new(false, false).run(&events), Sim::new(true, false).run(&events));
        prop_assert_eq!(free.phases, held.phases);
        prop_assert_eq!(free.incidents, held.incidents);
        // Without anything that holds, every incident is told.
        let firings = free.notices.iter().filter(|(_, notice)| notice.kind == NoticeKind::Firing).count();
        prop_assert_eq!(firings, usize::try_from(free.incidents).unwrap());
    }
}

/// The histories are no use when nothing happens in them.
#[test]
fn the_histories_reach_every_kind_of_notice() {
    use proptest::strategy::ValueTree;
    use proptest::test_runner::TestRunner;
    let mut runner = TestRunner::deterministic();
    let mut seen = BTreeSet::new();
    for _ in 0..400 {
        let events = history().new_tree(&mut runner).unwrap().current();
        let sim = Sim::new(true, false).run(&events);
        for (_, notice) in &sim.notices {
            let name = format!("{:?}", notice.kind);
            seen.insert(name.split([' ', '{']).next().unwrap().to_owned());
        }
    }
    let all = "AckExpired Closed Edited Firing Recovered SeverityRose SilenceEnded Still";
    assert_eq!(seen.into_iter().collect::<Vec<_>>().join(" "), all);
}
