//! The quiet window of a planned reboot, by real rows: what looks see inside it, and how each end speaks.

use super::*;
use crate::builtin::{carry_out, context, time_passes, window_over};
use crate::model::outbound::MessageRef;
use crate::monitor::{self, Context};

fn mail() -> Destination {
    Destination { channel: "mail".to_owned(), address: "noc@demo.example".to_owned() }
}

fn desk() -> Destination {
    Destination { channel: "desk".to_owned(), address: "room".to_owned() }
}

const LOST: WindowEnd = WindowEnd::Lost {
    limit: Duration::from_secs(900),
    last_seen: Some(Timestamp(NOW.0 + 13_000)),
    backup: Some(Timestamp(NOW.0 - 720_000)),
    asked_by: PersonId(1),
};

/// R2 is rebooted from [`NOW`] on by alice; R3 lies behind it. Told at the desk and by mail.
struct Night {
    bench: Bench,
    window: Window,
}

impl Night {
    fn new() -> Night {
        let mut bench = Bench::well();
        bench.facts.homes = Arc::new(vec![mail(), desk()]);
        let mut devices = bench.facts.inventory.devices().to_vec();
        let r2 = bench.id("R2");
        for device in &mut devices {
            match device.name.as_str() {
                "R2" => device.note = "Console: ts1 port 12".to_owned(),
                "R3" => device.parents = vec![r2],
                _ => {}
            }
        }
        bench.facts.inventory = Arc::new(Inventory::new(devices));
        let invocation = bench.resolved("/status R2").unwrap().invocation;
        let window = bench.work(move |work| {
            let job = work.add_job(&invocation, "reboot", &[r2], NOW)?;
            let ends = NOW.plus(Duration::from_secs(1_200));
            let window = Window { job, device: r2, by: PersonId(1), opens: NOW, ends };
            work.open_window(&window)?;
            Ok(window)
        });
        Night { bench, window }
    }

    fn at(&mut self, second: u64) {
        self.bench.facts.now.wall = NOW.plus(Duration::from_secs(second));
    }

    /// What a look at a router sees at that second.
    fn look(&mut self, second: u64, name: &str, seen: &[(Metric, &str, f64)]) {
        self.at(second);
        let device = self.bench.facts.inventory.named(name).unwrap().clone();
        let observed: Vec<Observed> = seen
            .iter()
            .map(|(metric, object, value)| Observed {
                metric: *metric,
                object: (*object).to_owned(),
                reading: Reading::Known(*value),
            })
            .collect();
        let facts = self.bench.facts.clone();
        self.bench.work(move |work| {
            let alerts = work.alerts_of(device.id)?;
            let context: Context<'_> = context(&device, &[], &facts, work)?;
            for step in monitor::observe(&context, &device, alerts, &observed) {
                carry_out(step, &facts, work)?;
            }
            Ok(())
        });
    }

    fn away(&mut self, name: &str, seconds: [u64; 3]) {
        for second in seconds {
            self.look(second, name, &[(Metric::Unreachable, "", 1.0)]);
        }
    }

    fn over(&mut self, second: u64, how: WindowEnd) -> bool {
        self.at(second);
        let (window, facts) = (self.window, self.bench.facts.clone());
        self.bench.work(move |work| window_over(&window, how, &facts, work))
    }

    /// Delivers what waits: where each message goes, and its words.
    fn hears(&self) -> Vec<(String, String)> {
        let now = self.bench.facts.now.wall;
        self.bench.work(move |work| {
            let mut heard = Vec::new();
            while let Some(message) = work.due(now, 1)?.pop() {
                work.attempt(message.id, now)?;
                let receipt = Receipt { parts: vec![MessageRef(message.slot.0.clone())] };
                work.delivered(message.id, &receipt, now)?;
                if message.parts.is_empty() {
                    heard.push((message.place.channel.clone(), plain(&message.document)));
                }
            }
            Ok(heard)
        })
    }

    /// The first lines alone, each with how often.
    fn first_lines(&self) -> Vec<String> {
        let mut lines: Vec<String> = Vec::new();
        for (channel, words) in self.hears() {
            lines.push(format!("{channel} {}", words.lines().next().unwrap_or_default()));
        }
        lines.sort();
        lines
    }

    /// What became of an alert that ended: the phase of the newest incident of that metric.
    fn ended(&self, metric: Metric) -> Option<Phase> {
        let ended = self.bench.work(|work| work.ended_incidents(20));
        ended.into_iter().find(|incident| incident.alert.metric == metric).map(|one| one.alert.phase)
    }

    fn open(&self) -> Vec<(String, Option<Hold>)> {
        let alerts = self.bench.work(|work| work.open_alerts());
        alerts.into_iter().map(|alert| (alert.key.rule, alert.held)).collect()
    }
}

const DOWN: (Metric, &str, f64) = (Metric::Unreachable, "", 1.0);
const UP: (Metric, &str, f64) = (Metric::Unreachable, "", 0.0);
const LINK: (Metric, &str, f64) = (Metric::Link, "GigabitEthernet1", 1.0);

#[test]
fn what_a_reboot_explains_is_closed_silently_and_what_is_wrong_after_it_speaks() {
    let mut night = Night::new();
    night.away("R2", [20, 35, 50]);
    night.look(60, "R2", &[(Metric::Missing, "system", 1.0)]);
    night.look(200, "R2", &[UP, (Metric::Rebooted, "", 1.0), LINK]);
    night.look(215, "R2", &[LINK, (Metric::MemoryStatus, "", 1.0)]);
    assert_eq!(night.first_lines(), [] as [&str; 0], "told inside the window");
    let held = night.bench.ask("/alerts held");
    assert!(held.contains("R2 rebooted") && held.contains("held: planned reboot by alice"), "{held}");
    assert!(night.over(220, WindowEnd::Well));
    assert_eq!(
        night.first_lines(),
        [
            "desk ⚠️ R2 says that its memory runs short",
            "desk 🔴 R2 Gi1 (to ISP-A) is down",
            "mail ⚠️ R2 says that its memory runs short",
            "mail 🔴 R2 Gi1 (to ISP-A) is down",
        ]
    );
    for metric in [Metric::Unreachable, Metric::Missing, Metric::Rebooted] {
        assert_eq!(night.ended(metric), Some(Phase::Closed(Closing::PlannedReboot)), "{metric:?}");
    }
    let ended = night.bench.ask("/alerts ended");
    assert!(ended.contains("R2 reboot"), "{ended}");
    night.look(300, "R2", &[UP]);
    assert_eq!(night.first_lines(), [] as [&str; 0]);
}

#[test]
fn rates_after_a_reboot_wait_for_two_values_and_those_behind_it_too() {
    let mut night = Night::new();
    let busy = (Metric::Utilisation, "GigabitEthernet1 in", 95.0);
    for second in [10, 310, 620] {
        night.look(second, "R2", &[busy]);
    }
    night.away("R3", [600, 615, 630]);
    assert_eq!(night.open().len(), 2);
    night.over(640, WindowEnd::Well);
    assert_eq!(night.first_lines(), [] as [&str; 0]);
    let held = night.bench.ask("/alerts held");
    assert!(held.contains("held for a moment after the planned reboot"), "{held}");
    night.look(700, "R2", &[busy]);
    night.look(701, "R3", &[DOWN]);
    assert_eq!(night.first_lines(), [] as [&str; 0]);
    night.look(760, "R2", &[busy]);
    night.look(761, "R3", &[DOWN]);
    let lines = night.first_lines();
    assert_eq!(lines.len(), 4, "{lines:?}");
    assert!(
        lines[0].contains("desk ⚠️ R2 Gi1 (to ISP-A) in 95 %") && lines[1].contains("R3 answers neither"),
        "{lines:?}"
    );
}

#[test]
fn a_reboot_that_did_not_happen_explains_nothing() {
    for how in [WindowEnd::NotHappened, WindowEnd::TimeOver] {
        let mut night = Night::new();
        night.away("R2", [20, 35, 50]);
        night.away("R3", [60, 75, 90]);
        assert_eq!(night.first_lines(), [] as [&str; 0]);
        assert!(night.over(180, how));
        let lines = night.first_lines();
        assert_eq!(lines.len(), 4, "{lines:?}");
        assert!(lines[0].starts_with("desk 🔴 R2 answers neither"), "{lines:?}");
        assert!(lines[1].starts_with("desk 🔴 R3 answers neither"), "{lines:?}");
        // Once is enough.
        night.over(190, how);
        assert_eq!(night.first_lines(), [] as [&str; 0]);
    }
}

#[test]
fn a_router_that_does_not_come_back_is_told_once_whatever_the_looks_have_seen() {
    let looks: [&[u64]; 4] = [&[], &[890], &[20, 35, 50], &[20, 35, 50, 65]];
    for seen in looks {
        let mut night = Night::new();
        for second in seen {
            night.look(*second, "R2", &[DOWN]);
        }
        assert_eq!(night.first_lines(), [] as [&str; 0]);
        assert!(night.over(900, LOST), "{seen:?}");
        let heard = night.hears();
        let places: Vec<&str> = heard.iter().map(|(place, _)| place.as_str()).collect();
        assert_eq!(places.len(), 2, "{seen:?}: {heard:?}");
        assert!(places.contains(&"mail") && places.contains(&"desk"), "{heard:?}");
        let words = &heard[0].1;
        assert_eq!(
            words.lines().next().unwrap(),
            "🔴 R2 did not come back within 15 min after the reboot asked by alice"
        );
        for part in ["last seen 14:02", "last good backup 13:50", "Console: ts1 port 12"] {
            assert!(words.contains(part), "{part} in {words}");
        }
        // Looks go on, and it is one incident.
        night.look(930, "R2", &[DOWN]);
        night.over(940, LOST);
        assert_eq!(night.first_lines(), [] as [&str; 0]);
        let repeats = night.bench.work(|work| work.alerts_due(NOW.plus(Duration::from_secs(3_000)), 9));
        assert_eq!(repeats.len(), 1);
        night.at(2_700);
        let facts = night.bench.facts.clone();
        night.bench.work(move |work| time_passes(repeats[0].clone(), &facts, work));
        let still = night.first_lines();
        assert!(
            still[0].contains("Still: R2 did not come back within 15 min after the reboot asked by alice"),
            "{still:?}"
        );
        night.look(2_760, "R2", &[UP]);
        night.look(2_780, "R2", &[UP]);
        let back = night.first_lines();
        assert_eq!(
            back,
            [
                "desk ✅ R2 is back, 46 min after the reboot asked by alice (#1)",
                "mail ✅ R2 is back, 46 min after the reboot asked by alice (#1)"
            ]
        );
    }
}

#[test]
fn the_boot_that_was_asked_for_is_known_until_the_router_is_back() {
    let booted = |night: &Night, second: u64| {
        let (device, at) = (night.window.device, NOW.plus(Duration::from_secs(second)));
        night.bench.work(move |work| work.boot_was_asked_for(device, at, Duration::from_secs(60)))
    };
    let mut night = Night::new();
    assert!(!booted(&night, 100), "the window is open: what is seen is held");
    night.over(300, WindowEnd::Well);
    assert_eq!([100, 300, 301].map(|second| booted(&night, second)), [true, true, false]);
    let mut night = Night::new();
    night.over(300, WindowEnd::NotHappened);
    assert!(!booted(&night, 100));
    let mut night = Night::new();
    night.over(900, LOST);
    assert!(booted(&night, 4_000), "somebody turned it on again");
    night.look(4_100, "R2", &[UP]);
    night.look(4_120, "R2", &[UP]);
    assert_eq!([4_000, 4_121].map(|second| booted(&night, second)), [true, false]);
}

#[test]
fn a_lost_router_that_no_rule_speaks_of_is_told_by_whoever_asks() {
    let mut night = Night::new();
    let mut rules = (*night.bench.facts.rules).clone();
    rules.rules.retain(|rule| rule.metric != Metric::Unreachable);
    night.bench.facts.rules = Arc::new(rules);
    assert!(!night.over(900, LOST));

    let mut night = Night::new();
    night.bench.facts.homes = Arc::default();
    assert!(!night.over(900, LOST), "no route leads anywhere");

    let mut night = Night::new();
    let mut devices = night.bench.facts.inventory.devices().to_vec();
    devices.iter_mut().for_each(|device| device.monitored = false);
    night.bench.facts.inventory = Arc::new(Inventory::new(devices));
    assert!(!night.over(900, LOST));
    assert_eq!(night.first_lines(), [] as [&str; 0]);
}

#[test]
fn the_router_and_those_behind_it_say_why_they_are_quiet() {
    let mut night = Night::new();
    night.away("R2", [20, 35, 50]);
    night.away("R3", [60, 75, 90]);
    for name in ["R2", "R3"] {
        night.bench.change(name, |vitals| {
            vitals.reach = Reach::Down(Text::verbatim("no answer"));
            vitals.reach_since = Some(NOW);
        });
    }
    night.bench.check(
        "/status all",
        expect![[r#"
            🔕 None of 5 routers needs a look
            🔕 R2  planned reboot by alice, does not answer since 14:02 (#1)
            🔕 R3  behind the planned reboot of R2, does not answer since 14:02 (#2)
            ✅ 3 others are well
            [List] /status all list
        "#]],
    );
    night.bench.check(
        "/status all list",
        expect![[r#"
            🔕 None of 5 routers needs a look
               router | state | CPU | mem | up
               R2 | reboot | - | - | -
               R3 | reboot | - | - | -
               R1 | well | 12 % | 44 % | 90 d
               R4 | well | 15 % | 44 % | 90 d
               R5 | well | 16 % | 44 % | 90 d
        "#]],
    );
    night.bench.check("/alerts", expect![[r#"
        🔴 2 alerts are open, all critical
           🔕 #2 R3 answers neither on RESTCONF nor on SSH, since 14:03 · held: behind the planned reboot of R2
           🔕 #1 R2 answers neither on RESTCONF nor on SSH, since 14:02 · held: planned reboot by alice
           2 of them are held back
        [Held back] /alerts held
    "#]]);
    let why = |number: u32| night.bench.ask(&format!("/why {number}"));
    assert!(why(1).contains("held back: planned reboot by alice"), "{}", why(1));
    assert!(why(2).contains("held back: behind the planned reboot of R2"), "{}", why(2));
    let sheet = night.bench.ask("/status R2");
    assert!(sheet.starts_with("🔕 R2 planned reboot by alice"), "{sheet}");
    night.over(900, LOST);
    let status = night.bench.ask("/status all");
    assert!(status.contains("R2  did not come back after the reboot asked by alice (#1)"), "{status}");
}
