//! Restarts, clock jumps, and when to look again.

use super::*;

const FIRED: &str = "0 95, 100 95, 200 95, 300 95,";

fn fired(script: &str) -> World {
    let mut world = World::new(rule("cpu"));
    world.play(FIRED);
    world.play(script);
    world.lines.clear();
    world
}

#[test]
fn pending_survives_a_short_gap_and_begins_anew_after_a_long_one() {
    check(
        "0 95, 60 95, 120 95, 300 reload, 300 95",
        expect![[r#"
        0 95: FirstBreach
        300 95: HeldLongEnough -> Firing"#]],
    );
    check(
        "0 95, 60 95, 120 95, 301 reload, 301 95, 420 95, 601 95",
        expect![[r#"
        0 95: FirstBreach
        301 95: FirstBreach
        601 95: HeldLongEnough -> Firing"#]],
    );
}

#[test]
fn a_repeat_that_fell_due_while_the_bot_was_down_is_told_once_with_a_new_value() {
    expect![[r#"
        9010 95: RepeatDue -> Still { times: 1 }
        10810 tick: RepeatDue -> Still { times: 2 }"#]]
    .assert_eq(&fired("").play("9000 reload, 9000 tick, 9010 95, 9070 95, 10810 tick"));
    // Found clear: the usual time, the usual end.
    expect![[r#"
        9010 50: FirstClear -> Edited
        9130 50: ClearLongEnough -> Recovered { lasted: 9010s }"#]]
    .assert_eq(&fired("").play("9000 reload, 9010 50, 9130 50"));
}

#[test]
fn clear_values_from_before_a_long_gap_count_no_more() {
    expect![[r#"
        8940 50: -> Edited
        9060 50: ClearLongEnough -> Recovered { lasted: 8940s }"#]]
    .assert_eq(&fired("360 50, 420 50").play("9000 reload, 8940 50, 9060 50"));
}

#[test]
fn a_day_of_downtime_is_no_day_without_a_value() {
    let day = 86_400;
    let script = format!("{0} reload, {0} tick, {1} tick, {2} tick", 2 * day, 3 * day - 1, 3 * day);
    expect![[r#"
        259200 tick: Closed(NoData) -> Closed { cause: NoData }"#]]
    .assert_eq(&fired("").play(&script));
}

#[test]
fn a_wrong_clock_costs_one_message_and_never_years() {
    let rule = rule("cpu");
    let mut alert = fired("360 ack").alert.unwrap();
    let years = Duration::from_secs(20 * 366 * 86_400);
    // Written while the clock was twenty years ahead.
    alert = shifted(alert, i64::try_from(years.as_millis()).unwrap());
    let now = at(400);
    let alert = loaded(alert, now, &rule, Duration::from_secs(60)).unwrap();
    assert_eq!(alert.next_repeat, Some(now.plus(rule.repeat)));
    assert_eq!(alert.ack.as_ref().unwrap().until, now.plus(LONGEST_ACK));
    for moment in [alert.since, alert.value_at, alert.looked_at, alert.ack.as_ref().unwrap().at] {
        assert!(moment <= now);
    }
    // Written while it was twenty years behind: too old to count, told once with the next value.
    let mut world = fired("");
    world.alert = world.alert.map(|alert| shifted(alert, -i64::try_from(years.as_millis()).unwrap()));
    expect!["430 95: RepeatDue -> Still { times: 1 }"]
        .assert_eq(&world.play("400 reload, 400 tick, 430 95, 490 95"));
}

#[test]
fn a_jump_of_the_clock_moves_what_is_counted() {
    let hour = 3_600_000;
    let mut world = fired("360 ack, 400 unack");
    world.alert = world.alert.map(|alert| shifted(alert, hour));
    expect!["5700 tick: RepeatDue -> Still { times: 1 }"].assert_eq(&world.play("5699 tick, 5700 tick"));
    let before = fired("360 ack").alert.unwrap();
    let after = shifted(before.clone(), hour);
    assert_eq!(after.ack.as_ref().unwrap().until.0, before.ack.as_ref().unwrap().until.0 + hour);
    assert_eq!((after.since.0, after.looked_at.0), (before.since.0 + hour, before.looked_at.0 + hour));
    assert_eq!(shifted(after, -hour), before);
}

#[test]
fn the_next_moment_to_look_is_known() {
    let seconds = |world: &World| due(world.alert.as_ref().unwrap()).map(|due| (due.0 - NOON.0) / 1_000);
    let day = 86_400;
    assert_eq!(seconds(&fired("")), Some(2_100));
    assert_eq!(seconds(&fired("360 ack")), Some(360 + 14_400));
    assert_eq!(seconds(&fired("360 50")), Some(360 + day));
    assert_eq!(seconds(&fired("330 silence")), Some(300 + day));
    assert_eq!(seconds(&fired("360 ?, 420 ?, 480 ?")), Some(360 + day));
    let mut pending = World::new(rule("cpu"));
    pending.play("0 95");
    assert_eq!(seconds(&pending), Some(day));
}

#[test]
fn a_repeat_that_should_have_come_while_the_bot_was_down_says_so_once() {
    expect![[r#"
        2410 95: RepeatDue -> Still { times: 1 } missed 1200 to 2400
        4210 95: RepeatDue -> Still { times: 2 }
        4270 50: FirstClear -> Edited
        4390 50: ClearLongEnough -> Recovered { lasted: 4270s }"#]]
    .assert_eq(&fired("").play("2400 reload, 2400 reload-after-20m, 2410 95, 4210 95, 4270 50, 4390 50"));
    // It is told as such also when it is held back at first.
    expect![[r#"
        2400 starting: HeldBack
        2410 95: -> Edited
        2470 free: HoldEnded RepeatDue -> Still { times: 1 } missed 1200 to 2400"#]]
    .assert_eq(&fired("").play("2400 reload, 2400 reload-after-20m, 2400 starting, 2410 95, 2470 free"));
    // This one falls due afterwards.
    expect![[r#"
        1610 95: -> Edited
        2100 95: RepeatDue -> Still { times: 1 }"#]]
    .assert_eq(&fired("").play("1600 reload, 1600 reload-after-20m, 1610 95, 2100 95"));
}

#[test]
fn what_recovered_while_the_bot_was_down_has_no_exact_end_unless_it_was_seen_since() {
    expect![[r#"
        2410 50: FirstClear -> Edited
        2530 50: ClearLongEnough -> Recovered { lasted: 2410s } missed 1200 to 2400"#]]
    .assert_eq(&fired("").play("2400 reload, 2400 reload-after-20m, 2410 50, 2530 50"));
    expect![[r#"
        1610 50: FirstClear -> Edited
        1730 50: ClearLongEnough -> Recovered { lasted: 1610s } missed 400 to 1600"#]]
    .assert_eq(&fired("").play("1600 reload, 1600 reload-after-20m, 1600 tick, 1605 ?, 1610 50, 1730 50"));
    let mut world = fired("");
    world.play("1600 reload, 1600 reload-after-20m, 1610 85, 1670 50");
    assert!(world.alert.as_ref().unwrap().missed.unwrap().still, "a value between the levels is not well");
    // Down again before any value came: one span. What nobody was told of is no downtime's matter.
    let mut world = fired("");
    world.play("1600 reload-after-20m, 3000 reload-after-20m");
    let missed = world.alert.unwrap().missed.unwrap();
    assert_eq!((missed.from, missed.until), (at(400), at(3_000)));
    let mut pending = World::new(rule("cpu"));
    pending.play("0 95, 1600 reload-after-20m");
    assert_eq!(pending.alert.unwrap().missed, None);
}
