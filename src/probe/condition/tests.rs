//! What real routers printed, and what it is read as.

use super::*;
use crate::model::Configuration;
use crate::model::outcome::Refused;
use std::collections::BTreeSet;

fn text(text: &str) -> Outcome {
    Outcome::Text(text.to_owned())
}

fn refused() -> Outcome {
    Outcome::Refused {
        line: "show".to_owned(),
        reason: Refused::UnknownCommand,
        said: "% Invalid".to_owned(),
    }
}

fn config(redacted: &str) -> Outcome {
    Outcome::Config(Configuration {
        redacted: redacted.to_owned(),
        sealed: crate::model::Sealed(Vec::new()),
        bytes: redacted.len() as u64,
        author: Some("bob".to_owned()),
        changed_at: Some("13:58:02 UTC Tue Nov 24 2026".to_owned()),
        complete: true,
    })
}

const VERSION: &str = "Cisco IOS XE Software, Version 17.09.04a\n\
    R1 uptime is 1 week, 2 days, 3 hours, 12 minutes\n\
    System returned to ROM by Reload Command at 22:09:11 UTC Wed May 1 2019\n\
    System restarted at 22:16:13 UTC Wed May 1 2019\n\
    System image file is \"bootflash:packages.conf\"\n\
    Last reload reason: Reload Command\n";

fn answers() -> Vec<Outcome> {
    vec![
        text(VERSION),
        config("hostname R1\nntp server 10.0.0.1\nend\n"),
        config("hostname R1\nend\n"),
        text("No reload is scheduled.\n"),
        text(
            "    Line       User       Host(s)              Idle       Location\n\
              * 10 vty 0     ops        idle                 00:00:00   10.0.0.5\n\
                11 vty 1     bob        idle                 00:04:12   10.0.0.9\n\n\
              Interface    User               Mode         Idle     Peer Address\n",
        ),
        refused(),
        text("BOOT variable = bootflash:packages.conf,12;\nConfiguration register is 0x2102\n"),
        text("Directory of bootflash:/\n\n   11  -rw-  5681 Mar 2 2015 08:48:31 +00:00  packages.conf\n"),
        refused(),
        text(
            "Interface                  IP-Address      OK? Method Status                Protocol\n\
              GigabitEthernet1           10.0.0.1        YES NVRAM  up                    up\n\
              GigabitEthernet2           unassigned      YES NVRAM  administratively down down\n",
        ),
        refused(),
        text(""),
    ]
}

#[test]
fn a_router_is_read_whole() {
    assert_eq!(answers().len(), before().len(), "one answer an ask");
    let read = read_before(&answers(), Timestamp(0)).unwrap();
    assert_eq!(read.uptime, Some(Duration::from_secs(9 * 86_400 + 3 * 3_600 + 12 * 60)));
    assert_eq!(read.version.as_deref(), Some("17.09.04a"));
    assert_eq!(read.reason.as_deref(), Some("Reload Command"));
    assert_eq!(read.timer, Timer::Idle);
    assert_eq!(read.unsaved.lines, ["+ ntp server 10.0.0.1"]);
    assert_eq!((read.unsaved.by.as_deref(), read.unsaved.known), (Some("bob"), true));
    let bob = User {
        name: Some("bob".to_owned()),
        line: "vty 1".to_owned(),
        idle: Some(Duration::from_secs(252)),
        from: Some("10.0.0.9".to_owned()),
    };
    assert_eq!(read.users, [bob]);
    assert_eq!((read.boot.found, read.boot.register.as_deref()), (Some(true), Some("0x2102")));
    assert_eq!(read.links.interfaces, BTreeSet::from(["GigabitEthernet1".to_owned()]));
    assert_eq!(read.members, 1);
}

#[test]
fn a_line_that_broke_makes_the_whole_worthless() {
    for at in [0, 3, 11] {
        let mut answers = answers();
        answers[at] = Outcome::Broken(Broken::Dropped);
        assert_eq!(read_before(&answers, Timestamp(0)), Err(Broken::Dropped), "{at}");
    }
    assert!(read_before(&[], Timestamp(0)).is_err());
}

#[test]
fn a_configuration_that_is_not_whole_is_not_compared() {
    let mut answers = answers();
    answers[2] = refused();
    let read = read_before(&answers, Timestamp(0)).unwrap();
    assert!(!read.unsaved.known && read.unsaved.lines.is_empty());
}

#[test]
fn uptimes_reasons_and_images_of_recorded_routers_are_read() {
    for (said, hours) in [
        ("x uptime is 2 years, 31 weeks, 6 days, 9 hours, 55 minutes", Some(24 * (2 * 365 + 31 * 7 + 6) + 9)),
        ("R1 uptime is 1 minute", Some(0)),
        ("R1 uptime is 5 hours, 1 minute", Some(5)),
        ("R1 uptime is unknown", None),
        ("", None),
    ] {
        assert_eq!(version::uptime(said).map(|up| up.as_secs() / 3_600), hours, "{said}");
    }
    assert_eq!(version::reason("System returned to ROM by reload\n").as_deref(), Some("reload"));
    assert_eq!(
        version::reason("System returned to ROM by power-on at 22:09:11 UTC Wed May 1 2019\n").as_deref(),
        Some("power-on")
    );
}

#[test]
fn boot_variables_of_switches_and_routers_are_read() {
    let gibraltar = "Current Boot Variables:\nBOOT variable does not exist\n\nBoot Variables on next reload:\n\
        BOOT variable = flash:packages.conf      \nManual Boot = no\n";
    let listing = "Directory of flash:/\n\n 1 -rw- 5 Mar 2 2015 08:48:31 +00:00 packages.conf\n";
    for (shown, listing, variable, found) in [
        (gibraltar, Some(listing), Some("flash:packages.conf"), Some(true)),
        ("BOOT path-list      : flash:c3750e.bin\n", Some(listing), Some("flash:c3750e.bin"), Some(false)),
        ("BOOT path-list      : \n", Some(listing), None, None),
        ("BOOT variable = bootflash:a.bin,12;bootflash:b.bin,12;\n", None, Some("bootflash:a.bin"), None),
        ("BOOT variable = usb0:a.bin,12;\n", Some(listing), Some("usb0:a.bin"), None),
        ("BOOT variable does not exist\n", Some(listing), None, None),
    ] {
        let read = boot::read([Some(shown), None], listing, None);
        assert_eq!((read.variable.as_deref(), read.found), (variable, found), "{shown}");
    }
    let register = |text: &str| boot::read([Some(text), None], None, None);
    assert!(register("Configuration register is 0x2142\n").register_is_unsafe());
    assert!(
        register("Configuration register is 0x2102 (will be 0x2142 at next reload)\n").register_is_unsafe()
    );
    assert!(register("Configuration register is 0x2100\n").register_is_unsafe());
    assert!(!register("Configuration register is 0x102\n").register_is_unsafe());
}

#[test]
fn neighbours_that_stand_are_told_from_those_that_do_not() {
    let said = [
        text(""),
        text(
            "Neighbor        V           AS MsgRcvd MsgSent   TblVer  InQ OutQ Up/Down  State/PfxRcd\n\
              10.0.0.1        4        65000 2746767 2396274 512185206    0    0 3w0d       558720\n\
              10.0.0.2        4        65000 2746767 2396274 512185206    0    0 3w0d     Idle (Admin)\n\
              10.0.0.3        4        65000       0       0        1    0    0 never    Active\n\
              2001:DB8::1\n                4        65000      10      10        1    0    0 00:01:00        3\n",
        ),
        text(
            "Neighbor ID     Pri   State           Dead Time   Address         Interface\n\
              10.0.0.1          0   FULL/  -        00:00:32    10.0.1.1        Port-channel1\n\
              10.0.0.2          1   2WAY/DROTHER    00:00:33    10.0.2.1        Vlan10\n\
              10.0.0.3          1   EXSTART/DR      00:00:39    10.0.3.1        Vlan1000\n",
        ),
    ];
    let read = links::read(&Said(&said), 0);
    assert_eq!(read.bgp, BTreeSet::from(["10.0.0.1".to_owned(), "2001:DB8::1".to_owned()]));
    let expected = ["10.0.0.1 on Port-channel1".to_owned(), "10.0.0.2 on Vlan10".to_owned()];
    assert_eq!(read.ospf, BTreeSet::from(expected));
}

#[test]
fn stacks_are_counted_by_the_members_that_are_there() {
    let stack = "Switch#   Role    Mac Address     Priority Version  State\n\
        -----\n*1       Active   04bd.9715.5140     5      V02     Ready      \n 2       Standby  04bd.977f.f400     1      V02     Ready  \n";
    let alone = "*1       Active   643a.abcd.dacd     15     V03     Ready\n 2       Member   0000.0000.0000     0      V03     Unprovisioned\n";
    assert_eq!((version::members(stack), version::members(alone), version::members("")), (2, 1, 1));
}

#[test]
fn a_boot_is_told_from_a_clock_that_was_set() {
    let minutes = |count: u64| Some(Duration::from_secs(count * 60));
    let blank = |at: i64, uptime: Option<Duration>, restarted: &str, boot: Option<i64>| Condition {
        at: Timestamp(at * 1_000),
        uptime,
        restarted: Some(restarted.to_owned()).filter(|text| !text.is_empty()),
        boot_time: boot.map(|seconds| Timestamp(seconds * 1_000)),
        ..read_before(&answers(), Timestamp(0)).unwrap()
    };
    let old = blank(100_000, minutes(1_000), "A", Some(40_000));
    for (now, booted) in [
        (blank(100_300, minutes(2), "B", None), Some(true)),
        (blank(100_300, minutes(2), "", None), Some(true)),
        (blank(100_300, minutes(1_005), "A", None), Some(false)),
        // The clock was set by NTP: the line moved, the uptime went on.
        (blank(100_300, minutes(1_005), "B", None), Some(false)),
        (blank(100_300, None, "", Some(100_200)), Some(true)),
        (blank(100_300, None, "", Some(40_050)), None),
        (blank(100_300, None, "", None), None),
    ] {
        assert_eq!(now.has_booted_since(&old), booted, "{:?} {:?}", now.uptime, now.restarted);
    }
    // Twice within a minute or two: the uptime says nothing, the line about the restart does.
    let young = blank(100_000, minutes(0), "A", None);
    assert_eq!(blank(100_020, minutes(0), "B", None).has_booted_since(&young), Some(true));
    assert_eq!(blank(100_020, minutes(0), "A", None).has_booted_since(&young), Some(false));
}

proptest::proptest! {
    #[test]
    fn no_output_is_a_panic(texts in proptest::collection::vec("(?s).{0,200}", 12)) {
        let outcomes: Vec<Outcome> = texts.iter().map(|said| text(said)).collect();
        let _ = read_before(&outcomes, Timestamp(0));
        let _ = read_after(&outcomes, Timestamp(0));
    }
}
