//! What people know about interfaces, set and shown.

use super::*;

/// Sets it, and takes the inventory anew as the next command would.
fn set(bench: &mut Bench, line: &str) -> String {
    let answer = bench.ask(line);
    bench.facts.inventory = Arc::new(bench.work(|work| work.inventory()));
    answer
}

#[test]
fn an_interface_gets_a_description_a_speed_and_a_flag_and_loses_them_again() {
    let mut bench = Bench::well();
    let typed =
        "/device set R1 interface=gi1 description=\"to ISP-A\" speed=200m uplink=yes interface=Lo0 uplink=no";
    expect![[r#"
        ✅ R1 is changed
           interfaces  - → GigabitEthernet1 description="to ISP-A" speed=200m uplink=yes; Loopback0 uplink=no
    "#]]
    .assert_eq(&set(&mut bench, typed));
    let ports = |bench: &Bench| {
        let sheet = bench.ask("/device R1");
        let lines: Vec<&str> =
            sheet.lines().filter(|line| line.contains("Gi1  ") || line.contains("Lo0  ")).collect();
        lines.into_iter().map(str::trim).collect::<Vec<_>>().join("\n")
    };
    expect![[r#"
           Gi1  "to ISP-A", 200 Mb/s, uplink
           Lo0  not an uplink"#]]
    .assert_eq(&ports(&bench));
    set(&mut bench, "/device set R1 interface=Gi1 speed= uplink=");
    expect![[r#"
           Gi1  "to ISP-A"
           Lo0  not an uplink"#]]
    .assert_eq(&ports(&bench));
    set(&mut bench, "/device set R1 interface=Gi1 clear=yes interface=Lo0 uplink=");
    assert_eq!(ports(&bench), "");
    assert_eq!(bench.facts.inventory.named("R1").unwrap().interfaces, []);
}

#[test]
fn a_mistake_changes_nothing_and_is_named() {
    let bench = Bench::well();
    bench.check(
        "/device set R1 interface=Gi9 uplink=yes",
        expect![[r#"
            ❓ Gi9 is not one interface of this router. It has: Gi1, Gi2, Lo0
               Like this: /device set R1 interface=Gi1 description="to ISP-A" speed=200m uplink=yes
        "#]],
    );
    bench.check(
        "/device set R1 speed=200m",
        expect![[r#"
            ❓ speed= speaks of an interface; name it first: interface=Gi1 speed=...
               Like this: /device set R1 interface=Gi1 description="to ISP-A" speed=200m uplink=yes
        "#]],
    );
    bench.check(
        "/device set R1 interface=Gi1 speed=fast",
        expect![[r#"
            ❓ speed=fast does not fit: it must be a speed like 64k, 200m or 1g
               Like this: /device set R1 interface=Gi1 description="to ISP-A" speed=200m uplink=yes
        "#]],
    );
    bench.check(
        "/device set R1 interface=Gi1 clear=no",
        expect![[r#"
            ❓ clear=no does not fit: it must be yes
               Like this: /device set R1 interface=Gi1 description="to ISP-A" speed=200m uplink=yes
        "#]],
    );
    bench.check(
        "/device set R1 interface=Gi1 description='a \"b\"'",
        expect![[r#"
            ❓ description=a "b" does not fit: it must be up to 100 characters without " and ;
               Like this: /device set R1 interface=Gi1 description="to ISP-A" speed=200m uplink=yes
        "#]],
    );
    // Never polled: the usual names do.
    let mut unseen = Bench::new();
    assert!(
        set(&mut unseen, "/device set R1 interface=te1/0/1 uplink=yes").contains("TenGigabitEthernet1/0/1")
    );
    unseen.check(
        "/device set R1 interface=x uplink=yes",
        expect![[r#"
            ❓ interface=x does not fit: it must be a name like Gi1 or GigabitEthernet0/0/1
               Like this: /device set R1 interface=Gi1 description="to ISP-A" speed=200m uplink=yes
        "#]],
    );
}
