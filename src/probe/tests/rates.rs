//! One row for each rule by which two looks make a rate, or do not.

use super::super::rates::{Counted, Octets, next, rate};
use super::*;
use Octets::{Narrow, Wide};

const MINUTE: Duration = Duration::from_secs(60);
const GIGABIT: Option<u64> = Some(1_000_000_000);
const FAST: Option<u64> = Some(100_000_000);

fn counted(seconds: f64, octets: Octets, speed: Option<u64>) -> Counted {
    let at = Duration::from_secs_f64(1_000.0 + seconds);
    let (boot, discontinuity) = (Some(Timestamp(1_000_000)), Some(Timestamp(2_000_000)));
    Counted { at, octets, speed, boot, discontinuity }
}

fn wide(seconds: f64, octets: u64) -> Counted {
    counted(seconds, Wide(octets), GIGABIT)
}

fn after(millis: i64, mut counted: Counted, of: fn(&mut Counted) -> &mut Option<Timestamp>) -> Counted {
    let at = of(&mut counted);
    *at = at.map(|at| Timestamp(at.0 + millis));
    counted
}

#[test]
fn every_rule_has_its_row() {
    let first = wide(0.0, 1_000);
    let boot: fn(&mut Counted) -> &mut Option<Timestamp> = |c| &mut c.boot;
    let set: fn(&mut Counted) -> &mut Option<Timestamp> = |c| &mut c.discontinuity;
    let full = 7_500_000_000;
    for (rule, before, now, expected) in [
        ("two looks make a rate", first, wide(60.0, 751_000), Ok(100_000.0)),
        ("no traffic is zero, not unknown", first, wide(60.0, 1_000), Ok(0.0)),
        ("half a period is enough", first, wide(30.0, 376_000), Ok(100_000.0)),
        ("under half a period is too soon", first, wide(29.9, 376_000), Err(Why::TooSoon)),
        ("three periods are not too many", first, wide(180.0, 2_251_000), Ok(100_000.0)),
        ("over three periods is too late", first, wide(180.1, 2_251_000), Err(Why::TooLate)),
        ("the same instant", first, wide(0.0, 2_000), Err(Why::TooSoon)),
        ("a clock that went back", wide(60.0, 0), first, Err(Why::TooSoon)),
        ("64 bits that go down are a reset", first, wide(60.0, 999), Err(Why::CounterWentDown)),
        ("also near their end", wide(0.0, u64::MAX), wide(60.0, 5), Err(Why::CounterWentDown)),
        ("a boot time that moved", first, after(61_000, wide(60.0, 2_000), boot), Err(Why::Rebooted)),
        ("a boot time that moved back", first, after(-61_000, wide(60.0, 2_000), boot), Err(Why::Rebooted)),
        ("a boot time that jitters", first, after(60_000, wide(60.0, 751_000), boot), Ok(100_000.0)),
        (
            "a boot time told for the first time",
            Counted { boot: None, ..first },
            wide(60.0, 751_000),
            Ok(100_000.0),
        ),
        ("a discontinuity", first, after(5_001, wide(60.0, 2_000), set), Err(Why::Discontinuity)),
        ("a discontinuity that jitters", first, after(231, wide(60.0, 751_000), set), Ok(100_000.0)),
        (
            "the first discontinuity",
            Counted { discontinuity: None, ..first },
            wide(60.0, 2_000),
            Err(Why::Discontinuity),
        ),
        (
            "no word of discontinuities",
            first,
            Counted { discontinuity: None, ..wide(60.0, 751_000) },
            Ok(100_000.0),
        ),
        ("another speed", first, counted(60.0, Wide(2_000), FAST), Err(Why::SpeedChanged)),
        (
            "a speed that is not told any more",
            first,
            counted(60.0, Wide(2_000), None),
            Err(Why::SpeedChanged),
        ),
        ("no speed, and still a rate", counted(0.0, Wide(0), None), counted(60.0, Wide(full), None), Ok(1e9)),
        ("as fast as it goes", wide(0.0, 0), wide(60.0, full), Ok(1e9)),
        ("a little faster: two clocks", wide(0.0, 0), wide(60.0, full / 5 * 6), Ok(1.2e9)),
        ("faster than that", wide(0.0, 0), wide(60.0, full / 5 * 6 + 8), Err(Why::Implausible)),
        (
            "32 bits on a fast interface",
            counted(0.0, Narrow(0), GIGABIT),
            counted(60.0, Narrow(9), GIGABIT),
            Err(Why::NarrowCounter),
        ),
        (
            "32 bits without a speed",
            counted(0.0, Narrow(0), None),
            counted(60.0, Narrow(9), None),
            Err(Why::NarrowCounter),
        ),
        (
            "32 bits at 100 Mb/s",
            counted(0.0, Narrow(1_000), FAST),
            counted(60.0, Narrow(751_000), FAST),
            Ok(100_000.0),
        ),
        (
            "32 bits that wrap",
            counted(0.0, Narrow(4_294_967_000), FAST),
            counted(60.0, Narrow(749_704), FAST),
            Ok(100_000.0),
        ),
        (
            "a wrap just as fast as it may be",
            counted(0.0, Narrow(4_294_967_295), FAST),
            counted(60.0, Narrow(787_499_999), FAST),
            Ok(1.05e8),
        ),
        (
            "a wrap that would be too fast",
            counted(0.0, Narrow(4_294_967_295), FAST),
            counted(60.0, Narrow(787_500_007), FAST),
            Err(Why::CounterWentDown),
        ),
        (
            "32 bits set to zero",
            counted(0.0, Narrow(2_000_000_000), FAST),
            counted(60.0, Narrow(0), FAST),
            Err(Why::CounterWentDown),
        ),
        (
            "no 32-bit number at all",
            counted(0.0, Narrow(u64::MAX), FAST),
            counted(60.0, Narrow(0), FAST),
            Err(Why::CounterWentDown),
        ),
        ("another counter than before", counted(0.0, Narrow(0), GIGABIT), wide(60.0, 9), Err(Why::First)),
    ] {
        match (rate(Some(&before), &now, MINUTE), expected) {
            (Ok(bits), Ok(expected)) => assert!((bits - expected).abs() < 1.0, "{rule}: {bits}"),
            (told, expected) => assert_eq!(told, expected, "{rule}"),
        }
    }
    assert_eq!(rate(None, &first, MINUTE), Err(Why::First));
    // Looks so far apart that 32 bits may have wrapped in between, by a period of five minutes.
    let (before, now) = (counted(0.0, Narrow(0), FAST), counted(344.0, Narrow(9), FAST));
    assert_eq!(rate(Some(&before), &now, MINUTE * 5), Err(Why::NarrowCounter));
}

#[test]
fn a_bad_look_is_the_beginning_of_the_next_rate() {
    let mut slot = None;
    let mut look =
        |seconds: f64, octets: u64, speed| next(&mut slot, counted(seconds, Wide(octets), speed), MINUTE);
    assert_eq!(look(0.0, 5_000_000, GIGABIT), Reading::Unknown(Why::First));
    assert_eq!(look(60.0, 0, GIGABIT), Reading::Unknown(Why::CounterWentDown));
    assert_eq!(look(120.0, 750_000, GIGABIT), Reading::Known(100_000.0));
    assert_eq!(look(180.0, 1_500_000, FAST), Reading::Unknown(Why::SpeedChanged));
    assert_eq!(look(240.0, 2_250_000, FAST), Reading::Known(100_000.0));
    assert_eq!(look(600.0, 2_250_000, FAST), Reading::Unknown(Why::TooLate));
    assert_eq!(look(660.0, 3_000_000, FAST), Reading::Known(100_000.0));
}

#[test]
fn an_extra_look_costs_no_value_and_hides_no_reset() {
    let mut slot = None;
    let mut look = |seconds: f64, octets: u64| next(&mut slot, wide(seconds, octets), MINUTE);
    look(0.0, 0);
    assert_eq!(look(20.0, 250_000), Reading::Unknown(Why::TooSoon));
    assert_eq!(look(60.0, 750_000), Reading::Known(100_000.0));
    assert_eq!(look(70.0, 10), Reading::Unknown(Why::CounterWentDown));
    assert_eq!(look(130.0, 750_010), Reading::Known(100_000.0));
}

#[test]
fn a_discontinuity_time_that_is_missing_once_is_none() {
    let mut slot = None;
    next(&mut slot, wide(0.0, 0), MINUTE);
    let silent = Counted { discontinuity: None, ..wide(60.0, 750_000) };
    assert_eq!(next(&mut slot, silent, MINUTE), Reading::Known(100_000.0));
    assert_eq!(next(&mut slot, wide(120.0, 1_500_000), MINUTE), Reading::Known(100_000.0));
}
