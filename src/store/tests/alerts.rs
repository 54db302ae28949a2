//! Alerts, incidents, the ledger and silences.

use super::*;

fn alert(device: DeviceId, phase: Phase) -> Alert {
    Alert {
        key: AlertKey { device, rule: "cpu".to_owned(), object: String::new() },
        metric: Metric::Cpu,
        phase,
        severity: Severity::Critical,
        incident: None,
        since: at(10),
        breaches: 3,
        unknowns: 0,
        value: 94.5,
        value_at: at(20),
        peak: 96.0,
        clear_since: None,
        clears: 0,
        looked_at: at(20),
        announced: false,
        held: None,
        next_repeat: None,
        repeats: 0,
        ack: None,
        limit: 90.0,
        unknown_since: None,
        settle: 0,
        told: None,
        again: None,
        missed: None,
        lost: None,
    }
}

fn transition(alert: &Alert, when: i64, cause: Cause) -> Transition {
    let (key, incident) = (alert.key.clone(), alert.incident);
    Transition { key, incident, at: at(when), cause, value: Some(94.5), actor: None }
}

#[test]
fn an_alert_gets_its_number_when_it_fires_and_its_history_begins_before() {
    let (bench, _, devices) = Bench::furnished(&["R1"]);
    let mut work = bench.work();
    let pending = work.put_alert(alert(devices[0], Phase::Pending), None, None, at(10)).unwrap();
    assert_eq!(pending.incident, None);
    work.note_transition(&transition(&pending, 10, Cause::FirstBreach)).unwrap();
    assert_eq!(work.open_alerts().unwrap(), []);

    let firing = Alert { phase: Phase::Firing, ..pending };
    let firing = work.put_alert(firing, Some(at(500)), None, at(20)).unwrap();
    let number = firing.incident.unwrap();
    work.note_transition(&transition(&firing, 20, Cause::HeldLongEnough)).unwrap();
    assert_eq!(work.open_alerts().unwrap(), std::slice::from_ref(&firing));
    assert_eq!(work.alert(number).unwrap().as_ref(), Some(&firing));
    assert_eq!(work.alerts_due(at(499), 9).unwrap(), []);
    assert_eq!(work.alerts_due(at(500), 9).unwrap(), std::slice::from_ref(&firing));
    let causes: Vec<Cause> = work.transitions(number).unwrap().iter().map(|t| t.cause).collect();
    assert_eq!(causes, [Cause::FirstBreach, Cause::HeldLongEnough]);

    let over = work.put_alert(Alert { phase: Phase::Resolved, ..firing }, None, None, at(90)).unwrap();
    assert_eq!(work.all_alerts().unwrap(), []);
    let incident = work.incident(number).unwrap().unwrap();
    assert_eq!((incident.alert, incident.began_at, incident.ended_at), (over, at(20), Some(at(90))));
}

#[test]
fn the_next_firing_has_another_number_and_may_hang_below_the_last() {
    let (bench, _, devices) = Bench::furnished(&["R1"]);
    let mut work = bench.work();
    let first = work.put_alert(alert(devices[0], Phase::Firing), None, None, at(20)).unwrap();
    work.put_alert(Alert { phase: Phase::Resolved, ..first.clone() }, None, None, at(30)).unwrap();
    let second = work.put_alert(alert(devices[0], Phase::Firing), None, first.incident, at(40)).unwrap();
    assert_ne!(first.incident, second.incident);
    let firings = work.incidents_of(&second.key, 9).unwrap();
    let numbers: Vec<_> = firings.iter().map(|firing| (firing.id, firing.root)).collect();
    assert_eq!(numbers, [(second.incident.unwrap(), first.incident), (first.incident.unwrap(), None)]);
}

#[test]
fn who_was_told_is_remembered_once() {
    let (bench, _, devices) = Bench::furnished(&["R1"]);
    let mut work = bench.work();
    let alert = work.put_alert(alert(devices[0], Phase::Firing), None, None, at(20)).unwrap();
    let number = alert.incident.unwrap();
    work.note_told(number, &place()).unwrap();
    work.note_told(number, &place()).unwrap();
    assert_eq!(work.told(number).unwrap(), [place()]);
}

#[test]
fn ended_alerts_go_when_they_are_old_and_open_ones_stay() {
    let (bench, _, devices) = Bench::furnished(&["R1", "R2"]);
    let mut work = bench.work();
    let ended = work.put_alert(alert(devices[0], Phase::Firing), None, None, at(20)).unwrap();
    work.note_transition(&transition(&ended, 20, Cause::HeldLongEnough)).unwrap();
    work.note_told(ended.incident.unwrap(), &place()).unwrap();
    work.put_alert(Alert { phase: Phase::Resolved, ..ended.clone() }, None, None, at(30)).unwrap();
    let open = work.put_alert(alert(devices[1], Phase::Firing), None, ended.incident, at(20)).unwrap();
    let year = 400 * 86_400_000;
    assert!(work.sweep_step(&Retention::default(), at(year)).unwrap() > 0);
    assert_eq!(work.incident(ended.incident.unwrap()).unwrap(), None);
    assert_eq!(work.open_alerts().unwrap(), [open]);
}

#[test]
fn a_silence_ends_at_its_time_or_before() {
    let (bench, person, _) = Bench::furnished(&["R1"]);
    let mut work = bench.work();
    let silence = Silence {
        id: SilenceId(0),
        selector: "site:hanoi".parse().unwrap(),
        rule: Some("cpu".to_owned()),
        object: None,
        author: person,
        reason: Some("new fan".to_owned()),
        begins: at(10),
        ends: at(100),
    };
    let id = work.add_silence(&silence, &place()).unwrap();
    let silence = Silence { id, ..silence };
    assert_eq!(work.silences(at(9)).unwrap(), []);
    assert_eq!(work.silences(at(10)).unwrap(), std::slice::from_ref(&silence));
    assert_eq!(work.silences(at(100)).unwrap(), []);
    let device = device("R1");
    let mut key = AlertKey { device: device.id, rule: "cpu".to_owned(), object: String::new() };
    assert!(silence.holds(&key, &device, at(99)) && !silence.holds(&key, &device, at(100)));
    key.rule = "memory".to_owned();
    assert!(!silence.holds(&key, &device, at(99)));

    assert_eq!(work.silences_to_warn(at(99)).unwrap(), []);
    assert_eq!(work.silences_to_warn(at(100)).unwrap().len(), 1);
    work.note_warned(id).unwrap();
    assert_eq!(work.silences_to_warn(at(100)).unwrap(), []);
    assert_eq!(work.silences_over(at(100)).unwrap()[0].place, place());
    assert!(work.end_silence(id, at(50)).unwrap());
    assert!(!work.end_silence(id, at(60)).unwrap(), "once");
    assert_eq!(work.silences(at(40)).unwrap(), []);
    assert_eq!(work.silence(id).unwrap().unwrap().ends, at(50));
}

#[test]
fn a_window_holds_from_its_opening_until_its_end_or_before() {
    let (bench, person, devices) = Bench::furnished(&["R1", "R2"]);
    let mut work = bench.work();
    let job = work.add_job(&invocation(person), "reboot", &devices, at(5)).unwrap();
    let window = |device, opens, ends| Window { job, device, by: person, opens: at(opens), ends: at(ends) };
    let (first, second) = (window(devices[0], 10, 100), window(devices[1], 50, 200));
    work.open_window(&first).unwrap();
    work.open_window(&second).unwrap();
    work.open_window(&window(devices[0], 10, 9_000)).unwrap();
    for (now, open) in [
        (9, vec![]),
        (10, vec![first]),
        (50, vec![first, second]),
        (99, vec![first, second]),
        (100, vec![second]),
        (200, vec![]),
    ] {
        assert_eq!(work.windows(at(now)).unwrap(), open, "at {now}");
    }
    assert_eq!(work.windows_over(at(99)).unwrap(), []);
    assert_eq!(work.windows_over(at(100)).unwrap(), [first]);
    assert!(work.end_window(job, devices[0], at(60)).unwrap());
    assert!(!work.end_window(job, devices[0], at(61)).unwrap(), "it had ended");
    assert_eq!(work.windows(at(60)).unwrap(), [second]);
    assert_eq!(work.windows_over(at(100)).unwrap(), []);
    assert_eq!(work.window(job, devices[0]).unwrap(), Some(first), "history stays");

    // The calendar was set forward by a minute, and the router's timer was not.
    work.shift_windows(60).unwrap();
    assert_eq!(work.windows(at(200)).unwrap(), [window(devices[1], 110, 260)]);
    assert_eq!(work.window(job, devices[0]).unwrap(), Some(first));
    work.note_window_end(&first, WindowEnd::Well, Some(at(60))).unwrap();
    let asked = |work: &Work<'_>, device, when| {
        work.boot_was_asked_for(device, at(when), std::time::Duration::from_millis(3)).unwrap()
    };
    let expected = [(6, false), (7, true), (60, true), (61, false)];
    assert_eq!(expected.map(|(when, _)| (when, asked(&work, devices[0], when))), expected);
    assert!(!asked(&work, devices[1], 60));
    work.note_back(job, devices[0], at(40)).unwrap();
    assert!(asked(&work, devices[0], 40) && !asked(&work, devices[0], 41));
}
