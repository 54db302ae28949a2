//! Repeats, acknowledgements, silences, and what else holds a notice back.

use super::*;

/// Fires at 300.
const FIRED: &str = "0 95, 100 95, 200 95, 300 95,";

fn after(script: &str, expected: Expect) {
    let mut world = World::new(rule("cpu"));
    world.play(FIRED);
    world.lines.clear();
    expected.assert_eq(&world.play(script));
}

#[test]
fn it_is_told_again_exactly_each_half_hour() {
    after(
        "2099 tick, 2100 tick, 2101 tick, 3899 95, 3900 95, 5700 tick",
        expect![[r#"
            2100 tick: RepeatDue -> Still { times: 1 }
            3900 95: RepeatDue -> Still { times: 2 }
            5700 tick: RepeatDue -> Still { times: 3 }"#]],
    );
}

#[test]
fn missed_repeats_are_one_and_never_a_burst() {
    after(
        "9000 tick, 9001 tick, 10799 tick, 10800 tick",
        expect![[r#"
        9000 tick: RepeatDue -> Still { times: 1 }
        10800 tick: RepeatDue -> Still { times: 2 }"#]],
    );
}

#[test]
fn it_is_not_told_again_while_it_clears() {
    after(
        "2040 50, 2100 tick, 2110 95, 2111 tick",
        expect![[r#"
        2040 50: FirstClear -> Edited
        2110 95: BreachedAgain RepeatDue -> Still { times: 1 }"#]],
    );
}

#[test]
fn it_is_not_told_again_while_its_value_is_old() {
    after(
        "1980 ?, 2040 ?, 2100 ?, 2160 ?, 2220 95, 4019 95, 4020 tick",
        expect![[r#"
        2100 ?: -> Edited
        2220 95: RepeatDue -> Still { times: 1 }
        4020 tick: RepeatDue -> Still { times: 2 }"#]],
    );
    // One look without a value does not hold it back.
    after("2100 ?", expect!["2100 ?: RepeatDue -> Still { times: 1 }"]);
}

#[test]
fn after_a_day_of_repeats_it_is_told_daily() {
    let mut world = World::new(rule("cpu"));
    world.play(FIRED);
    world.lines.clear();
    let mut pushes = Vec::new();
    for second in (360..5 * 86_400).step_by(60) {
        let step = world.step(second, &Input::Observed(Reading::Known(95.0)));
        pushes.extend(step.notice.filter(|notice| notice.kind.is_push()).map(|_| second));
    }
    let gaps: Vec<i64> = pushes.windows(2).map(|pair| pair[1] - pair[0]).collect();
    assert_eq!(gaps.iter().filter(|gap| **gap == 1_800).count(), 47);
    assert_eq!(&gaps[47..], [86_400, 86_400, 86_400]);
}

#[test]
fn whoever_takes_it_stops_the_repeats_and_not_the_end() {
    after(
        "360 ack, 2100 tick, 5000 95, 5100 50, 5160 50, 5220 50",
        expect![[r#"
        360 ack: Acknowledged -> Edited
        5100 50: FirstClear -> Edited
        5220 50: ClearLongEnough -> Recovered { lasted: 5100s }"#]],
    );
}

#[test]
fn an_acknowledgement_ends_with_a_word_and_the_clock_goes_on() {
    after(
        "360 ack, 14759 95, 14760 tick, 16559 95, 16560 tick",
        expect![[r#"
        360 ack: Acknowledged -> Edited
        14760 tick: AckExpired -> AckExpired { by: PersonId(1) }
        16560 tick: RepeatDue -> Still { times: 1 }"#]],
    );
    // While it clears nobody needs to know.
    after(
        "360 ack, 14700 50, 14760 tick",
        expect![[r#"
        360 ack: Acknowledged -> Edited
        14700 50: FirstClear -> Edited
        14760 tick: AckExpired -> Edited"#]],
    );
}

#[test]
fn an_acknowledgement_holds_a_day_at_most() {
    after(
        "360 ack-for-days, 43200 95, 86759 95, 86760 95",
        expect![[r#"
        360 ack-for-days: Acknowledged -> Edited
        86760 95: AckExpired -> AckExpired { by: PersonId(1) }"#]],
    );
}

#[test]
fn another_person_takes_over_and_it_can_be_given_back() {
    after(
        "360 ack, 420 carol-acks, 480 unack, 2100 tick, 2101 unack",
        expect![[r#"
        360 ack: Acknowledged -> Edited
        420 carol-acks: Acknowledged -> Edited
        480 unack: Unacknowledged -> Edited
        2100 tick: RepeatDue -> Still { times: 1 }"#]],
    );
}

#[test]
fn what_is_not_open_cannot_be_taken() {
    check("0 ack, 0 95, 10 ack, 20 unack", expect!["0 95: FirstBreach"]);
}

#[test]
fn what_fires_in_a_silence_is_told_at_its_end() {
    check(
        &format!("0 silence, {FIRED} 2100 95, 3000 free"),
        expect![[r#"
            0 95: FirstBreach
            300 95: HeldLongEnough Silenced
            3000 free: SilenceEnded ToldAfterHold -> SilenceEnded"#]],
    );
}

#[test]
fn what_fires_and_recovers_in_a_silence_is_never_told() {
    check(
        &format!("0 silence, {FIRED} 360 50, 420 50, 480 50, 600 free"),
        expect![[r#"
            0 95: FirstBreach
            300 95: HeldLongEnough Silenced
            360 50: FirstClear
            480 50: ClearLongEnough"#]],
    );
}

#[test]
fn what_was_told_before_recovers_in_a_silence_aloud() {
    after(
        "330 silence, 360 50, 420 50, 480 50",
        expect![[r#"
        330 silence: Silenced -> Edited
        360 50: FirstClear -> Edited
        480 50: ClearLongEnough -> Recovered { lasted: 360s }"#]],
    );
    after(
        "330 silence, 360 shut",
        expect![[r#"
        330 silence: Silenced -> Edited
        360 shut: Closed(Shut) -> Closed { cause: Shut }"#]],
    );
}

#[test]
fn a_silence_stops_the_repeats_and_its_end_is_told() {
    after(
        "330 silence, 2100 tick, 3000 another-silence, 4000 free, 5799 95, 5800 tick",
        expect![[r#"
            330 silence: Silenced -> Edited
            3000 another-silence: SilenceEnded Silenced
            4000 free: SilenceEnded -> SilenceEnded
            5800 tick: RepeatDue -> Still { times: 1 }"#]],
    );
    // Somebody is on it: the end of the silence rings for nobody.
    after(
        "330 silence, 400 ack, 4000 free",
        expect![[r#"
        330 silence: Silenced -> Edited
        400 ack: Acknowledged -> Edited
        4000 free: SilenceEnded -> Edited"#]],
    );
    // It clears: there is nothing to tell unless it comes back.
    check(
        &format!("0 silence, {FIRED} 360 50, 400 free, 420 95"),
        expect![[r#"
            0 95: FirstBreach
            300 95: HeldLongEnough Silenced
            360 50: FirstClear
            400 free: SilenceEnded
            420 95: BreachedAgain -> Firing"#]],
    );
}

#[test]
fn a_rise_in_a_silence_is_told_at_its_end_over_an_acknowledgement() {
    let rule = Rule { severity: Severity::Warning, critical_above: Some(95.0), ..rule("cpu") };
    check_under(
        rule,
        "0 91, 100 91, 200 91, 300 91, 310 ack, 330 silence, 360 99, 600 free",
        expect![[r#"
        0 91: FirstBreach
        300 91: HeldLongEnough -> Firing
        310 ack: Acknowledged -> Edited
        330 silence: Silenced -> Edited
        360 99: SeverityRose -> Edited
        600 free: SilenceEnded Unacknowledged -> SilenceEnded"#]],
    );
}

#[test]
fn what_fires_while_its_router_is_away_is_told_after_it_came_back_and_settled() {
    check(
        &format!("0 down, {FIRED} 900 free, 960 95, 1020 tick, 1080 95"),
        expect![[r#"
            0 95: FirstBreach
            300 95: HeldLongEnough HeldBack
            1080 95: HoldEnded ToldAfterHold -> Firing"#]],
    );
    // What was told before goes on as it was.
    after(
        "330 down, 2100 ?, 2200 free, 2230 95, 2290 95",
        expect![[r#"
            330 down: HeldBack
            2290 95: HoldEnded RepeatDue -> Still { times: 1 }"#]],
    );
}

#[test]
fn what_fires_as_the_bot_starts_waits() {
    check_under(
        rule("unreachable"),
        "0 starting, 10 1, 25 1, 40 1, 120 free",
        expect![[r#"
        10 1: FirstBreach
        40 1: HeldLongEnough HeldBack
        120 free: HoldEnded ToldAfterHold -> Firing"#]],
    );
}
