//! One router's observations against all rules, and what is swept away.

use super::*;
use crate::model::{AlertKey, Inventory, NoticeKind, Observed, Selector, Silence};

fn seen(metric: Metric, object: &str, value: f64) -> Observed {
    Observed { metric, object: object.to_owned(), reading: Reading::Known(value) }
}

fn context<'a>(rules: &'a Rules, silences: &'a [Silence], now: i64) -> Context<'a> {
    Context {
        rules,
        silences,
        now: at(now),
        starting: false,
        device_down: false,
        reboot: None,
        boot_was_asked_for: false,
    }
}

/// Observes again and again; the rows are kept as a store would keep them.
fn rounds(ctx: impl Fn(i64) -> Context<'static>, rounds: &[(i64, Vec<Observed>)]) -> String {
    let device = router(1, "R1");
    let mut rows: Vec<Alert> = Vec::new();
    let mut lines = Vec::new();
    for (second, observed) in rounds {
        let steps = observe(&ctx(*second), &device, rows.clone(), observed);
        for (number, step) in steps.into_iter().enumerate() {
            let opens = step.opens_incident();
            let step = if opens { step.with_incident(IncidentId(number as i64), None) } else { step };
            let key = step.key().unwrap().clone();
            rows.retain(|row| row.key != key);
            rows.extend(step.alert);
            if let Some(notice) = step.notice.filter(|notice| notice.kind.is_push()) {
                lines.push(format!("{second} {} {:?} {:?}", key.rule, key.object, notice.kind));
            }
        }
    }
    lines.join("\n")
}

fn leaked() -> &'static Rules {
    Box::leak(Box::new(rules()))
}

#[test]
fn a_router_that_is_well_costs_nothing() {
    let rules = rules();
    let observed: Vec<Observed> = (0..40)
        .map(|number| seen(Metric::Utilisation, &format!("GigabitEthernet{number} in"), 12.0))
        .chain([seen(Metric::Cpu, "", 4.0), seen(Metric::Unreachable, "", 0.0)])
        .collect();
    let steps = observe(&context(&rules, &[], 0), &router(1, "R1"), Vec::new(), &observed);
    assert_eq!((steps.len(), steps.capacity()), (0, 0));
}

#[test]
fn each_object_lives_by_itself() {
    let rules = leaked();
    let both = |value| {
        vec![
            seen(Metric::Utilisation, "GigabitEthernet1 in", 90.0),
            seen(Metric::Utilisation, "GigabitEthernet1 out", value),
            seen(Metric::Link, "GigabitEthernet2", 1.0),
            seen(Metric::In, "GigabitEthernet1", 1e9),
        ]
    };
    let told = rounds(
        |now| context(rules, &[], now),
        &[(0, both(90.0)), (300, both(90.0)), (600, both(10.0)), (660, both(90.0))],
    );
    expect![[r#"
        300 link "GigabitEthernet2" Firing
        600 utilisation "GigabitEthernet1 in" Firing"#]]
    .assert_eq(&told);
}

#[test]
fn a_router_that_does_not_answer_is_told_alone() {
    let rules = leaked();
    let round = |down: f64| {
        // The order of a poll must not matter.
        vec![seen(Metric::Missing, "interfaces", 1.0), seen(Metric::Unreachable, "", down)]
    };
    let told = rounds(
        |now| context(rules, &[], now),
        &[
            (0, round(1.0)),
            (15, round(1.0)),
            (30, round(1.0)),
            (60, round(0.0)),
            (75, round(0.0)),
            (90, round(0.0)),
            (120, round(0.0)),
        ],
    );
    expect![[r#"
        30 unreachable "" Firing
        75 unreachable "" Recovered { lasted: 60s }
        90 missing "interfaces" Firing"#]]
    .assert_eq(&told);
}

#[test]
fn one_look_that_failed_holds_only_what_is_new() {
    let rules = leaked();
    let device = router(1, "R1");
    let ctx = context(rules, &[], 60);
    let failed = |metric, object| vec![seen(Metric::Unreachable, "", 1.0), seen(metric, object, 1.0)];
    let fresh = observe(&ctx, &device, Vec::new(), &failed(Metric::Missing, "system"));
    assert_eq!(fresh[1].notice, None);
    assert_eq!(fresh[1].alert.as_ref().unwrap().held, Some(Hold::DeviceDown));
    let told = row("missing", Metric::Missing, 1, "system");
    let known = observe(&ctx, &device, vec![told], &failed(Metric::Missing, "system"));
    assert_eq!(known[1].alert.as_ref().unwrap().held, None);
}

#[test]
fn a_reboot_is_told_while_the_router_is_still_said_to_be_away() {
    let (rules, device) = (leaked(), router(1, "R1"));
    let away = row("unreachable", Metric::Unreachable, 1, "");
    let round = [seen(Metric::Unreachable, "", 0.0), seen(Metric::Rebooted, "", 2.0)];
    let steps = observe(&context(rules, &[], 60), &device, vec![away], &round);
    let told = steps[1].notice.as_ref().unwrap();
    assert_eq!((told.alert.metric, &told.kind), (Metric::Rebooted, &NoticeKind::Firing));
}

#[test]
fn a_start_holds_back_only_what_does_not_answer() {
    let rules = leaked();
    let starting = |now| Context { starting: now < 120, ..context(rules, &[], now) };
    let round = || vec![seen(Metric::Unreachable, "", 1.0)];
    let told = rounds(starting, &[(0, round()), (15, round()), (30, round()), (130, round())]);
    assert_eq!(told, "130 unreachable \"\" Firing");
}

fn silence(rule: Option<&str>, begins: i64, ends: i64) -> Silence {
    Silence {
        id: SilenceId(3),
        selector: "site:danang".parse::<Selector>().unwrap(),
        rule: rule.map(str::to_owned),
        object: None,
        author: BOB,
        reason: None,
        begins: at(begins),
        ends: at(ends),
    }
}

#[test]
fn a_silence_holds_what_it_names_until_it_ends() {
    let rules = leaked();
    let silences: &'static [Silence] = Box::leak(Box::new([silence(Some("refused"), 0, 100)]));
    let ctx = |now| context(rules, silences, now);
    let round = || vec![seen(Metric::Refused, "", 1.0), seen(Metric::Missing, "system", 1.0)];
    let told = rounds(ctx, &[(0, round()), (60, round()), (100, round())]);
    expect![[r#"
        0 missing "system" Firing
        100 refused "" SilenceEnded"#]]
    .assert_eq(&told);
    // The tick at its end does the same, and nothing when there is nothing to do.
    let device = router(1, "R1");
    let first = observe(&ctx(0), &device, Vec::new(), &[seen(Metric::Refused, "", 1.0)]);
    let alert = first[0].alert.clone().unwrap();
    assert_eq!(with(&ctx(50), &device, alert.clone(), &Input::Tick), None);
    let told = with(&ctx(100), &device, alert, &Input::Tick).unwrap().notice.unwrap();
    assert_eq!(told.kind, NoticeKind::SilenceEnded);
}

fn row(rule: &str, metric: Metric, device: i64, object: &str) -> Alert {
    let key = AlertKey { device: DeviceId(device), rule: rule.to_owned(), object: object.to_owned() };
    Alert {
        announced: true,
        phase: Phase::Firing,
        ..Alert::pending(key, metric, Severity::Warning, 1.0, NOON)
    }
}

#[test]
fn what_no_rule_and_no_router_stands_for_is_swept_away() {
    let mut rules = rules();
    for rule in &mut rules.rules {
        match rule.name.as_str() {
            "memory" => rule.selector = "R9".parse().unwrap(),
            "link" => rule.interfaces = Interfaces::Named(vec!["gi1".to_owned()]),
            _ => (),
        }
    }
    let quiet = Device { monitored: false, ..router(2, "R2") };
    let inventory = Inventory::new(vec![router(1, "R1"), quiet]);
    let rows = vec![
        row("cpu", Metric::Cpu, 1, ""),
        row("cpu", Metric::Cpu, 2, ""),
        row("cpu", Metric::Cpu, 7, ""),
        row("gone", Metric::Cpu, 1, ""),
        row("cpu", Metric::Memory, 1, "Processor"),
        row("memory", Metric::Memory, 1, "Processor"),
        row("link", Metric::Link, 1, "GigabitEthernet1"),
        row("link", Metric::Link, 1, "GigabitEthernet2"),
    ];
    let steps = sweep(&context(&rules, &[], 60), &inventory, rows);
    let line = |step: &Step| {
        let notice = step.notice.as_ref().unwrap();
        let key = step.key().unwrap();
        format!("{} {} {:?} {:?}", key.device, key.rule, key.object, notice.kind)
    };
    expect![[r##"
        #2 cpu "" Closed { cause: NotMonitored }
        #7 cpu "" Closed { cause: Removed }
        #1 gone "" Closed { cause: RuleGone }
        #1 cpu "Processor" Closed { cause: RuleGone }
        #1 memory "Processor" Closed { cause: RuleGone }
        #1 link "GigabitEthernet2" Closed { cause: RuleGone }"##]]
    .assert_eq(&steps.iter().map(line).collect::<Vec<_>>().join("\n"));
    assert!(steps.iter().all(|step| step.alert.is_none() && step.ended.is_some()));
}

#[test]
fn a_boot_that_was_asked_for_is_no_alert() {
    let (rules, device) = (leaked(), router(1, "R1"));
    let asked = Context { boot_was_asked_for: true, ..context(rules, &[], 60) };
    let round = [seen(Metric::Rebooted, "", 2.0), seen(Metric::Link, "GigabitEthernet1", 1.0)];
    let of = |ctx: &Context<'_>| -> Vec<String> {
        let steps = observe(ctx, &device, Vec::new(), &round);
        steps.iter().map(|step| step.key().unwrap().rule.clone()).collect()
    };
    assert_eq!(of(&asked), ["link"]);
    assert_eq!(of(&context(rules, &[], 60)), ["rebooted", "link"]);
}

#[test]
fn in_the_window_of_a_reboot_nothing_is_told_and_states_go_on() {
    let rules = leaked();
    let ctx = |now| Context { reboot: (now < 100).then_some(JobId(5)), ..context(rules, &[], now) };
    let round = |down: f64| {
        vec![
            seen(Metric::Unreachable, "", down),
            seen(Metric::Rebooted, "", 1.0 - down),
            seen(Metric::Refused, "", 1.0),
        ]
    };
    let told = rounds(ctx, &[(0, round(1.0)), (15, round(1.0)), (30, round(1.0)), (60, round(0.0))]);
    assert_eq!(told, "");
    let told = rounds(ctx, &[(0, round(1.0)), (15, round(1.0)), (30, round(1.0)), (120, round(1.0))]);
    assert_eq!(told, "120 unreachable \"\" Firing");
}

#[test]
fn a_lost_router_is_told_by_one_rule_that_speaks_of_it() {
    let (mut rules, device) = (rules(), router(1, "R1"));
    let second = Rule { name: "gone".to_owned(), ..rule("unreachable") };
    rules.rules.push(second);
    let of = |rules: &Rules, device: &Device, rows: Vec<Alert>| {
        let ctx = Context { starting: true, reboot: Some(JobId(6)), ..context(rules, &[], 900) };
        lost(&ctx, device, rows, given_up(0)).map(|step| {
            let notice = step.notice.clone().map(|notice| notice.kind);
            (step.key().unwrap().rule.clone(), notice)
        })
    };
    let firing = Some(NoticeKind::Firing);
    assert_eq!(of(&rules, &device, Vec::new()), Some(("unreachable".to_owned(), firing.clone())));
    // Whatever was told more of goes on.
    let held = Alert { announced: false, ..row("gone", Metric::Unreachable, 1, "") };
    let pending =
        Alert { phase: Phase::Pending, announced: false, ..row("unreachable", Metric::Unreachable, 1, "") };
    let rows = vec![row("cpu", Metric::Cpu, 1, ""), pending, held];
    assert_eq!(of(&rules, &device, rows), Some(("gone".to_owned(), firing)));
    assert_eq!(of(&rules, &Device { monitored: false, ..device.clone() }, Vec::new()), None);
    rules.rules.retain(|rule| rule.metric != Metric::Unreachable);
    assert_eq!(of(&rules, &device, Vec::new()), None);
}
