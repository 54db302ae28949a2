//! The router about itself, and what is a reboot.

use super::*;

fn time(seconds: i64) -> String {
    Timestamp(START + seconds * 1_000).utc().to_rfc3339()
}

/// `clock` and `boot` in seconds from the first look, by the router's clock.
fn told(clock: i64, boot: i64, more: &str) -> Outcome {
    let (clock, boot) = (time(clock), time(boot));
    json(&format!(
        r#"{{"Cisco-IOS-XE-device-hardware-oper:device-system-data":{{"current-time":"{clock}","boot-time":"{boot}"{more}}}}}"#
    ))
}

#[test]
fn everything_that_is_told_is_seen() {
    let mut router = Router::asked("system");
    let found = router.look(&[json(SYSTEM)]);
    assert_eq!(found.of(Metric::Rebooted, ""), known(0.0));
    assert_eq!(found.of(Metric::Clock, ""), known(0.0));
    let system = router.vitals.system.unwrap().value;
    assert_eq!(system.version.as_deref(), Some("17.18.2"));
    assert_eq!(system.reload_reason.as_deref(), Some("Reload Command"));
    assert_eq!((system.unsaved, system.crashed, system.clock_off), (Some(true), false, Some(0)));
    assert_eq!(system.uptime, Some(Duration::from_secs(15 * 86_400 + 78_684)));
}

#[test]
fn the_version_is_found_in_what_surrounds_it() {
    for (told, version) in [
        (r"Cisco IOS Software [Cupertino], Version 17.9.4a, RELEASE SOFTWARE (fc3)", Some("17.9.4a")),
        (r"Cisco IOS Software,\nVersion\n17.3.1,\nRELEASE", Some("17.3.1")),
        (r"Version 16.12.5b", Some("16.12.5b")),
        (r"Version", None),
        (r"Version unknown", None),
        (r"17.9.4", None),
    ] {
        let mut router = Router::asked("system");
        router.look(&[told_version(told)]);
        assert_eq!(router.vitals.system.unwrap().value.version.as_deref(), version, "{told}");
    }
}

fn told_version(version: &str) -> Outcome {
    told(0, -1_000, &format!(r#","software-version":"{version}""#))
}

#[test]
fn a_reboot_is_a_boot_time_that_moved_and_an_uptime_that_fell_short() {
    // First look at 0, up for a day; second look 300 s later, or as said.
    for (what, second, at, value) in [
        ("it runs on", told(300, -86_400, ""), 300, 0.0),
        ("its boot time jitters", told(300, -86_345, ""), 300, 0.0),
        ("it rebooted 200 s ago", told(300, 100, r#","reason-severity":"normal""#), 300, 1.0),
        ("it crashed", told(300, 100, r#","reason-severity":"abnormal""#), 300, 2.0),
        ("it rebooted a week ago while nobody looked", told(864_000, 259_200, ""), 864_000, 1.0),
        ("NTP set its clock an hour forward", told(3_900, -82_800, ""), 300, 0.0),
        ("NTP set its clock an hour back", told(-3_300, -90_000, ""), 300, 0.0),
        ("it rebooted and its clock says 1993", told(-1_000_000_100, -1_000_000_200, ""), 300, 1.0),
    ] {
        let mut router = Router::asked("system");
        router.look(&[told(0, -86_400, "")]);
        router.seconds = at;
        assert_eq!(router.look(&[second]).of(Metric::Rebooted, ""), known(value), "{what}");
    }
}

#[test]
fn a_reboot_is_told_once_and_also_when_the_bot_was_down() {
    let mut router = Router::asked("system");
    router.look(&[told(0, -86_400, "")]);
    router.memory = Memory::default();
    router.seconds = 300;
    assert_eq!(router.look(&[told(300, 100, "")]).of(Metric::Rebooted, ""), known(1.0));
    assert_eq!(router.look(&[told(360, 100, "")]).of(Metric::Rebooted, ""), known(0.0));
    // Just booted, NTP sets the clock: no second reboot.
    assert_eq!(router.look(&[told(4_020, 3_700, "")]).of(Metric::Rebooted, ""), known(0.0));
    let first = Router::asked("system").look(&[told(0, -60, "")]);
    assert_eq!(first.of(Metric::Rebooted, ""), known(0.0), "nothing to compare with");
}

#[test]
fn a_boot_time_that_is_not_told_once_is_not_forgotten() {
    let mut router = Router::asked("system");
    router.look(&[told(0, -86_400, r#","software-version":"Version 17.9.4a,""#)]);
    let without = r#"{"Cisco-IOS-XE-device-hardware-oper:device-system-data":{"boot-time":"1970-01-01T00:00:00+00:00"}}"#;
    let found = router.look(&[json(without)]);
    assert_eq!(found.of(Metric::Rebooted, ""), unknown(Why::NotReported));
    assert_eq!(found.of(Metric::Clock, ""), unknown(Why::NotReported));
    router.seconds = 600;
    assert_eq!(router.look(&[told(600, 300, "")]).of(Metric::Rebooted, ""), known(1.0));
    assert_eq!(router.vitals.system.unwrap().value.version.as_deref(), Some("17.9.4a"));
}

#[test]
fn a_boot_before_a_look_that_did_not_tell_it_is_still_a_reboot() {
    let mut router = Router::asked("system");
    router.look(&[told(0, -86_400, "")]);
    router.seconds = 300;
    let without = r#"{"Cisco-IOS-XE-device-hardware-oper:device-system-data":{"boot-time":"1970-01-01T00:00:00+00:00"}}"#;
    router.look(&[json(without)]);
    router.seconds = 600;
    assert_eq!(router.look(&[told(600, 100, "")]).of(Metric::Rebooted, ""), known(1.0));
}

#[test]
fn the_severity_decides_and_words_only_where_it_is_missing() {
    for (more, crashed) in [
        (r#","reason-severity":"abnormal","last-reboot-reason":"Reload Command""#, true),
        (r#","reason-severity":"normal","last-reboot-reason":"Power Failure""#, false),
        (r#","last-reboot-reason":"Critical software exception, check bootflash:crashinfo_RP_00""#, true),
        (r#","last-reboot-reason":"Power Failure""#, true),
        (r#","last-reboot-reason":"LocalSoft, Watchdog timer""#, true),
        (r#","last-reboot-reason":"Reload Command""#, false),
        (r#","last-reboot-reason":"PowerOn""#, false),
        ("", false),
    ] {
        let mut router = Router::asked("system");
        router.look(&[told(0, -60, more)]);
        assert_eq!(router.vitals.system.unwrap().value.crashed, crashed, "{more}");
    }
}

#[test]
fn a_clock_that_is_off_is_measured_without_its_sign() {
    for (clock, off) in [(0, 0.0), (75, 75.0), (-75, 75.0)] {
        let mut router = Router::asked("system");
        let found = router.look(&[told(clock, -1_000, "")]);
        assert_eq!(found.of(Metric::Clock, ""), known(off));
        assert_eq!(router.vitals.system.unwrap().value.clock_off, Some(clock));
    }
}

#[test]
fn unsaved_is_a_flag_in_every_form() {
    for (written, flag) in [
        ("true", Some(true)),
        ("\"false\"", Some(false)),
        ("[null]", Some(true)),
        ("null", None),
        ("7", None),
    ] {
        let mut router = Router::asked("system");
        router.look(&[told(0, -60, &format!(r#","unsaved-config":{written}"#))]);
        assert_eq!(router.vitals.system.unwrap().value.unsaved, flag, "{written}");
    }
}
