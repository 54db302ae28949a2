//! `/top`: the highest values.

use super::*;

#[test]
fn the_highest_come_first_and_the_unknown_are_named() {
    let mut bench = Bench::well();
    bench.change("R2", |vitals| vitals.cpu = Some(seen(91.0, 20)));
    bench.change("R3", |vitals| vitals.cpu = Some(seen(40.0, 900)));
    bench.change("R4", |vitals| {
        vitals.cpu = None;
        vitals.reach = Reach::NoRestconf(Text::verbatim("x"));
    });
    bench.check(
        "/top cpu",
        expect![[r#"
            Highest CPU: R2 91 %
               router | CPU | site
               R2 | 91 % | hanoi
               R5 | 16 % | saigon
               R1 | 12 % | hanoi
               ❓ No values: R3 (values 15 min old) · R4 (no RESTCONF)
        "#]],
    );
    bench.check(
        "/top memory site:hanoi",
        expect![[r#"
        Highest memory: R1 44 %
           router | memory | site
           R1 | 44 % | hanoi
           R2 | 44 % | hanoi
    "#]],
    );
    bench.check(
        "/top bw site:hanoi",
        expect![[r#"
            Busiest is R1 Gi1: in 412 Mb/s (41 %), out 96 Mb/s (9.6 %) of 1 Gb/s
               port | in | out | use
               R1 Gi1 | 412 Mb/s | 96 Mb/s | 41 %
               R2 Gi1 | 412 Mb/s | 96 Mb/s | 41 %
               R1 Gi2 | 120 Mb/s | 3 Mb/s | 12 %
               R2 Gi2 | 120 Mb/s | 3 Mb/s | 12 %
            [R1 Gi1] /bw R1 Gi1
            [R2 Gi1] /bw R2 Gi1
            [R1 Gi2] /bw R1 Gi2
        "#]],
    );
    bench.check(
        "/top heat",
        expect![[r#"
        refused: "heat" does not fit there. Use one of: cpu, memory, bw.
    "#]],
    );
    Bench::new().check(
        "/top memory",
        expect![[r#"
            ❓ No memory of these routers is known yet; the next poll may bring it. See /status
               ❓ No values: R1, R2, R3, R4, R5 (not polled yet)
        "#]],
    );
}
