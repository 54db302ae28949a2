//! What is typed behind the router.

use super::*;

#[test]
fn what_was_typed_is_read_in_any_order_and_mistakes_are_told() {
    let zone = chrono_tz::Asia::Ho_Chi_Minh;
    let at = now(0).wall; // 14:00 UTC, 21:00 there
    let read = |typed: &str| read(typed, at, zone);
    let reboot = |save, start| Ok(Wish::Reboot { save, start });
    assert_eq!(read(""), reboot(None, Start::Now));
    assert_eq!(read("save"), reboot(Some(true), Start::Now));
    assert_eq!(read("in 10m nosave"), reboot(Some(false), Start::In { minutes: 10 }));
    assert_eq!(read("SAVE in 90s"), reboot(Some(true), Start::In { minutes: 2 }));
    let tonight = Timestamp(T0 + 9_000_000);
    assert_eq!(read("at 23:30"), reboot(None, Start::At { at: tonight }));
    assert_eq!(read("at 20:00"), reboot(None, Start::At { at: Timestamp(T0 + 23 * 3_600_000) }));
    assert_eq!(read("cancel"), Ok(Wish::Cancel));
    for (typed, key) in [
        ("now", "reboot.unknown_word"),
        ("in", "reboot.not_a_span"),
        ("in soon", "reboot.not_a_span"),
        ("in 30s", "reboot.span_out_of_range"),
        ("in 8d", "reboot.span_out_of_range"),
        ("at 25:00", "reboot.not_a_time"),
        ("at", "reboot.not_a_time"),
        ("save nosave", "reboot.both"),
        ("nosave save", "reboot.both"),
        ("save save", "reboot.twice"),
        ("in 1h at 10:00", "reboot.twice"),
        ("cancel save", "reboot.cancel_alone"),
    ] {
        assert_eq!(read(typed).map_err(|why| why.key), Err(key.to_owned()), "{typed}");
    }
    assert_eq!(Start::At { at: tonight }.minutes(at), Some(150));
    assert!(Start::At { at: tonight }.is_over(tonight) && !Start::Now.is_over(tonight));
}
