//! The wall clock jumps in the middle.

use super::*;

const HOUR: i64 = 3_600_000;

#[test]
fn a_jump_moves_what_counts_from_a_moment_and_makes_no_card_longer() {
    let mut away = Walk::accepted();
    away.step(20, Event::Gone);
    let Stage::Away { sent, gone, until } = away.reboot.stage.clone() else { panic!() };
    for drift in [HOUR, -HOUR] {
        let moved = shifted(away.reboot.clone(), drift);
        let by = |at: Timestamp| Timestamp(at.0 + drift);
        assert_eq!(moved.stage, Stage::Away { sent: by(sent), gone: by(gone), until: by(until) });
    }
    let mut asking = Walk::of(1, Start::Now);
    asking.step(0, Event::Read(vec![condition(0)]));
    assert_eq!(
        shifted(asking.reboot.clone(), HOUR).stage,
        asking.reboot.stage,
        "after a jump ahead it is over"
    );
    let back = Timestamp(now(120).wall.0 - HOUR);
    assert_eq!(shifted(asking.reboot, -HOUR).stage, Stage::Asking { until: back });
}

#[test]
fn a_router_that_came_back_while_the_clock_jumped_is_still_proven() {
    let mut walk = Walk::accepted();
    walk.step(20, Event::Gone);
    walk.reboot = shifted(walk.reboot.clone(), -HOUR);
    walk.step(200 - 3_600, tried(booted(200 - 3_600)));
    assert!(matches!(walk.verdict(), Verdict::Back { took, .. } if took.as_secs() == 188));
}
