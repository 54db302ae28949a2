//! The table of the life, row by row.

use super::*;

#[test]
fn a_breach_waits_until_it_lasted_and_was_seen_often_enough() {
    check(
        "0 95, 60 95, 120 95, 180 95, 240 95, 300 96",
        expect![[r#"
            0 95: FirstBreach
            300 96: HeldLongEnough -> Firing"#]],
    );
    // Long enough, and too few values.
    check(
        "0 95, 300 96, 360 96",
        expect![[r#"
        0 95: FirstBreach
        360 96: HeldLongEnough -> Firing"#]],
    );
    // Often enough, and not long enough.
    check("0 95, 60 95, 120 95, 180 95", expect!["0 95: FirstBreach"]);
}

#[test]
fn a_rule_that_does_not_wait_needs_one_value() {
    check_under(rule("refused"), "0 0, 60 1", expect!["60 1: FirstBreach HeldLongEnough -> Firing"]);
    check_under(
        rule("unreachable"),
        "0 1, 15 1, 30 1, 60 0, 70 0",
        expect![[r#"
            0 1: FirstBreach
            30 1: HeldLongEnough -> Firing
            60 0: FirstClear -> Edited
            70 0: ClearLongEnough -> Recovered { lasted: 60s }"#]],
    );
}

#[test]
fn the_level_itself_is_no_breach_and_the_clear_level_is_clear() {
    check("0 90, 60 90.0", expect![""]);
    check(
        "0 90.1, 60 80",
        expect![[r#"
        0 90.1: FirstBreach
        60 80: WentBack"#]],
    );
    check("0 NaN, 60 inf", expect![""]);
}

#[test]
fn pending_goes_back_on_a_clear_value_and_ignores_what_is_between() {
    check(
        "0 95, 60 85, 120 85, 300 95, 360 95",
        expect![[r#"
        0 95: FirstBreach
        360 95: HeldLongEnough -> Firing"#]],
    );
}

#[test]
fn pending_bears_one_look_without_a_value_and_not_two() {
    check(
        "0 95, 60 ?, 120 95, 180 ?, 240 95, 300 95",
        expect![[r#"
        0 95: FirstBreach
        300 95: HeldLongEnough -> Firing"#]],
    );
    check(
        "0 95, 60 ?, 120 ?, 180 95, 300 95",
        expect![[r#"
        0 95: FirstBreach
        120 ?: InsufficientData
        180 95: FirstBreach"#]],
    );
}

/// Fires at 300.
fn fired() -> String {
    "0 95, 100 95, 200 95, 300 95,".to_owned()
}

#[test]
fn firing_goes_on_over_breaches_and_what_is_between() {
    check(
        &format!("{} 360 95, 420 85, 480 84.9, 540 99", fired()),
        expect![[r#"
            0 95: FirstBreach
            300 95: HeldLongEnough -> Firing
            420 85: -> Edited
            540 99: -> Edited"#]],
    );
}

#[test]
fn it_clears_only_after_long_enough_and_two_values() {
    check(
        &format!("{} 360 50, 420 60, 480 40", fired()),
        expect![[r#"
            0 95: FirstBreach
            300 95: HeldLongEnough -> Firing
            360 50: FirstClear -> Edited
            420 60: -> Edited
            480 40: ClearLongEnough -> Recovered { lasted: 360s }"#]],
    );
    // No time is asked for, and still two values are.
    check_under(
        rule("refused"),
        "0 1, 60 0, 120 0",
        expect![[r#"
            0 1: FirstBreach HeldLongEnough -> Firing
            60 0: FirstClear -> Edited
            120 0: ClearLongEnough -> Recovered { lasted: 60s }"#]],
    );
}

#[test]
fn clearing_goes_back_without_a_word_and_its_clock_starts_anew_after_a_doubt() {
    check(
        &format!("{} 360 50, 420 95, 480 50, 540 85, 600 50, 660 ?, 720 50, 780 50, 840 50", fired()),
        expect![[r#"
            0 95: FirstBreach
            300 95: HeldLongEnough -> Firing
            360 50: FirstClear -> Edited
            420 95: BreachedAgain -> Edited
            480 50: FirstClear -> Edited
            540 85: -> Edited
            600 50: -> Edited
            840 50: ClearLongEnough -> Recovered { lasted: 720s }"#]],
    );
}

fn two_levels() -> Rule {
    Rule { severity: Severity::Warning, critical_above: Some(95.0), ..rule("cpu") }
}

#[test]
fn a_rise_is_told_at_once_and_a_fall_is_only_shown() {
    let script = "0 91, 100 91, 200 91, 300 91, 360 96, 420 92, 480 99, 2160 91, 2170 99, 2200 99";
    check_under(
        two_levels(),
        script,
        expect![[r#"
            0 91: FirstBreach
            300 91: HeldLongEnough -> Firing
            360 96: SeverityRose -> SeverityRose
            420 92: SeverityFell -> Edited
            480 99: SeverityRose -> Edited
            2160 91: SeverityFell RepeatDue -> Still { times: 1 }
            2170 99: SeverityRose -> SeverityRose"#]],
    );
}

#[test]
fn a_rise_ends_an_acknowledgement_and_restarts_the_clock() {
    check_under(
        two_levels(),
        "0 91, 100 91, 200 91, 300 91, 360 ack, 600 96, 2399 96, 2400 96",
        expect![[r#"
            0 91: FirstBreach
            300 91: HeldLongEnough -> Firing
            360 ack: Acknowledged -> Edited
            600 96: SeverityRose Unacknowledged -> SeverityRose
            2400 96: RepeatDue -> Still { times: 1 }"#]],
    );
}

#[test]
fn absence_never_resolves_and_a_day_of_it_closes() {
    let day = 86_400;
    let script = format!("{} 360 ?, 420 ?, 480 ?, 2200 ?, {} ?, {} ?", fired(), day + 359, day + 360);
    check(
        &script,
        expect![[r#"
            0 95: FirstBreach
            300 95: HeldLongEnough -> Firing
            480 ?: -> Edited
            86760 ?: Closed(NoData) -> Closed { cause: NoData }"#]],
    );
}

#[test]
fn what_is_not_there_any_more_is_closed_and_never_recovers() {
    check(
        &format!("{} 360 shut", fired()),
        expect![[r#"
        0 95: FirstBreach
        300 95: HeldLongEnough -> Firing
        360 shut: Closed(Shut) -> Closed { cause: Shut }"#]],
    );
    check(
        &format!("{} 360 50, 420 removed", fired()),
        expect![[r#"
        0 95: FirstBreach
        300 95: HeldLongEnough -> Firing
        360 50: FirstClear -> Edited
        420 removed: Closed(Removed) -> Closed { cause: Removed }"#]],
    );
    // Nobody heard of it.
    check(
        "0 95, 60 shut",
        expect![[r#"
        0 95: FirstBreach
        60 shut: Closed(Shut)"#]],
    );
}

#[test]
fn new_levels_close_what_is_no_breach_by_them() {
    check(
        &format!("{} 360 raise-to-97, 360 95", fired()),
        expect![[r#"
        0 95: FirstBreach
        300 95: HeldLongEnough -> Firing
        360 95: Closed(RuleChanged) -> Closed { cause: RuleChanged }"#]],
    );
    check(
        &format!("{} 360 raise-to-97, 360 99, 420 95, 480 95", fired()),
        expect![[r#"
        0 95: FirstBreach
        300 95: HeldLongEnough -> Firing
        360 99: -> Edited
        420 95: -> Edited"#]],
    );
}

#[test]
fn a_poll_that_is_delivered_twice_counts_once() {
    let rule = Rule { held_for: Duration::ZERO, ..rule("cpu") };
    check_under(
        rule,
        "0 95, 0 95, 0 95, 60 95, 60 95, 120 95, 120 50",
        expect![[r#"
        0 95: FirstBreach
        120 95: HeldLongEnough -> Firing"#]],
    );
}

#[test]
fn the_end_keeps_what_the_history_needs() {
    let mut world = World::new(rule("cpu"));
    world.play(&format!("{} 330 97, 360 ack, 400 50, 460 50", fired()));
    let step = world.step(520, &Input::Observed(Reading::Known(41.0)));
    assert_eq!(step.alert, None);
    let ended = step.ended.unwrap();
    assert_eq!((ended.phase, ended.incident, ended.peak), (Phase::Resolved, Some(IncidentId(1)), 97.0));
    assert_eq!(ended.ack.unwrap().by, BOB);
    assert_eq!(step.transitions[0].incident, Some(IncidentId(1)));
    assert_eq!(world.alert, None);
}
