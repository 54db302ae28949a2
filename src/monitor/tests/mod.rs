//! The life of an alert, proven: row by row in tables, and over random histories with a virtual clock.

use super::*;
use crate::model::device::{InterfaceNote, Tls};
use crate::model::metric::Why;
use crate::model::rule::{Interfaces, Rule, Rules};
use crate::model::{
    Alert, Closing, Device, DeviceId, DeviceName, Hold, IncidentId, JobId, Lost, Metric, Notice, NoticeKind,
    PersonId, Phase, Profile, Reading, Severity, SilenceId, Source, Timestamp, Transition,
};
use crate::{embedded, texts};
use expect_test::{Expect, expect};
use std::time::Duration;

mod files;
mod holds;
mod life;
mod many;
mod property;
mod reboot;
mod routes;
mod said;
mod time;

/// Monday 2026-11-23, 12:00 UTC.
const NOON: Timestamp = Timestamp(1_795_435_200_000);
const BOB: PersonId = PersonId(1);
const CAROL: PersonId = PersonId(2);

fn rules() -> Rules {
    Rules::checked(&embedded::rules()).unwrap()
}

fn rule(name: &str) -> Rule {
    rules().rule(name).unwrap().clone()
}

fn at(seconds: i64) -> Timestamp {
    Timestamp(NOON.0 + seconds * 1_000)
}

fn router(id: i64, name: &str) -> Device {
    Device {
        id: DeviceId(id),
        name: DeviceName::try_from(name.to_owned()).unwrap(),
        host: String::new(),
        ssh_port: 22,
        restconf_port: 443,
        platform: String::new(),
        site: "danang".to_owned(),
        tags: vec!["edge".to_owned()],
        credential: String::new(),
        profile: Profile::Modern,
        parents: Vec::new(),
        monitored: true,
        note: String::new(),
        interfaces: vec![InterfaceNote {
            name: "GigabitEthernet1".to_owned(),
            description: Some("to ISP-A".to_owned()),
            ..InterfaceNote::default()
        }],
        tls: Tls::Pin,
    }
}

/// Told to reboot at that second, and given up a quarter of an hour later.
fn given_up(second: i64) -> Lost {
    Lost {
        job: JobId(5),
        by: BOB,
        sent_at: at(second),
        limit: Duration::from_secs(900),
        last_seen: Some(at(second + 13)),
        backup: Some(at(second - 600)),
    }
}

/// One alert under one rule, and what became of it.
struct World {
    rule: Rule,
    alert: Option<Alert>,
    gate: Option<Hold>,
    lines: Vec<String>,
    incidents: i64,
}

impl World {
    fn new(rule: Rule) -> World {
        World { rule, alert: None, gate: None, lines: Vec::new(), incidents: 0 }
    }

    /// `60 95`: at that second that value; or a word from [`World::word`]. Steps are joined by `,`.
    fn play(&mut self, script: &str) -> String {
        for step in script.split(',').map(str::trim).filter(|step| !step.is_empty()) {
            let (second, word) = step.split_once(' ').unwrap();
            self.word(second.parse().unwrap(), word);
        }
        self.lines.join("\n")
    }

    fn word(&mut self, second: i64, word: &str) {
        let now = at(second);
        let input = match word {
            "?" => Input::Observed(Reading::Unknown(Why::NoAnswer)),
            "tick" => Input::Tick,
            "shut" => Input::Observed(Reading::Ended(Closing::Shut)),
            "removed" => Input::Close(Closing::Removed),
            "ack" => Input::Ack { by: BOB, note: None, until: now.plus(DEFAULT_ACK) },
            "ack-for-days" => Input::Ack { by: BOB, note: None, until: now.plus(LONGEST_ACK * 9) },
            "carol-acks" => Input::Ack { by: CAROL, note: None, until: now.plus(DEFAULT_ACK) },
            "unack" => Input::Unack { by: BOB },
            // The window is over with it.
            "lost" => {
                self.gate.take_if(|hold| matches!(hold, Hold::Reboot(_)));
                Input::Lost(given_up(second - 900))
            }
            // How a planned reboot ended: its router is back, or nothing came of it.
            "well" | "over" => {
                self.gate = None;
                if let Some(alert) = &mut self.alert {
                    alert.settle = if word == "well" { SETTLE } else { 0 };
                }
                Input::Tick
            }
            "silence" | "another-silence" | "down" | "starting" | "reboot" | "free" => {
                self.gate = match word {
                    "silence" => Some(Hold::Silence(SilenceId(1))),
                    "another-silence" => Some(Hold::Silence(SilenceId(2))),
                    "down" => Some(Hold::DeviceDown),
                    "reboot" => Some(Hold::Reboot(JobId(5))),
                    "starting" => Some(Hold::Starting),
                    _ => None,
                };
                Input::Tick
            }
            "reload" => {
                let period = Duration::from_secs(60);
                self.alert = self.alert.take().and_then(|alert| loaded(alert, now, &self.rule, period));
                return;
            }
            // Down since that long, up again now.
            "reload-after-20m" => {
                self.alert = self.alert.take().map(|alert| missed(alert, at(second - 1_200), now));
                return;
            }
            "raise-to-97" => {
                self.rule.raise_above = 97.0;
                return;
            }
            value => Input::Observed(Reading::Known(value.parse().unwrap())),
        };
        let step = self.step(second, &input);
        let mut causes: Vec<String> = step.transitions.iter().map(|t| format!("{:?}", t.cause)).collect();
        let late = |missed: crate::model::Missed| {
            let seconds = |at: Timestamp| (at.0 - NOON.0) / 1_000;
            format!(" missed {} to {}", seconds(missed.from), seconds(missed.until))
        };
        causes.extend(step.notice.map(|notice| {
            let pushed = notice.alert.missed.filter(|_| notice.kind.is_push());
            format!("-> {:?}{}", notice.kind, pushed.map(late).unwrap_or_default())
        }));
        if !causes.is_empty() {
            self.lines.push(format!("{second} {word}: {}", causes.join(" ")));
        }
    }

    fn step(&mut self, second: i64, input: &Input) -> Step {
        let look =
            Look { rule: &self.rule, device: DeviceId(1), object: "", gate: self.gate, now: at(second) };
        let mut step = step(&look, self.alert.take(), input);
        if step.opens_incident() {
            self.incidents += 1;
            step = step.with_incident(IncidentId(self.incidents), None);
        }
        self.alert.clone_from(&step.alert);
        step
    }
}

#[expect(clippy::needless_pass_by_value, reason = "cases read better without &")]
fn check_under(rule: Rule, script: &str, expected: Expect) {
    expected.assert_eq(&World::new(rule).play(script));
}

/// Under the rule for the CPU: over 90 for 5 min with 3 values, clear at 80 for 2 min, again each 30 min.
fn check(script: &str, expected: Expect) {
    check_under(rule("cpu"), script, expected);
}
