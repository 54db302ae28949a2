//! Interfaces over time: rates, links, what is watched, what is shut or gone.

use super::super::interfaces::{is_logical, is_uplink};
use super::*;
use crate::model::alert::Closing;

const GI1: &str = "GigabitEthernet1";

/// One interface of an answer.
#[derive(Clone)]
struct Told {
    name: &'static str,
    description: &'static str,
    admin: &'static str,
    oper: &'static str,
    speed: &'static str,
    octets: u64,
}

const UP: Told = Told {
    name: GI1,
    description: "Uplink to ISP-A",
    admin: "if-state-up",
    oper: "if-oper-state-ready",
    speed: "\"1000000000\"",
    octets: 0,
};

impl Told {
    fn written(&self) -> String {
        let Told { name, description, admin, oper, speed, octets } = self;
        let twice = octets * 2;
        format!(
            r#"{{"name":"{name}","description":"{description}","admin-status":"{admin}","oper-status":"{oper}","speed":{speed},"statistics":{{"discontinuity-time":"2026-03-28T00:37:20.565+00:00","in-octets":"{octets}","out-octets":7,"out-octets-64":"{twice}"}}}}"#
        )
    }
}

fn all(told: &[Told]) -> Outcome {
    let list: Vec<String> = told.iter().map(Told::written).collect();
    json(&format!(r#"{{"Cisco-IOS-XE-interfaces-oper:interface":[{}]}}"#, list.join(",")))
}

fn one(told: Told) -> Outcome {
    all(&[told])
}

fn note(name: &str) -> InterfaceNote {
    InterfaceNote { name: name.to_owned(), ..InterfaceNote::default() }
}

/// 100 kb/s received, 200 kb/s sent.
const MINUTE_OF_OCTETS: u64 = 750_000;

#[test]
fn two_looks_make_rates_and_shares() {
    let mut router = Router::asked("interfaces");
    let first = router.look(&[one(UP)]);
    assert_eq!(first.of(Metric::Utilisation, "GigabitEthernet1 in"), unknown(Why::First));
    assert_eq!(first.of(Metric::Link, GI1), known(0.0));
    assert!(first.samples.is_empty());
    let found = router.look(&[one(Told { octets: 1_000 * MINUTE_OF_OCTETS, ..UP })]);
    assert_eq!(found.sample(Metric::In, GI1), Some(100e6));
    assert_eq!(found.sample(Metric::Out, GI1), Some(200e6));
    assert_eq!(found.of(Metric::Utilisation, "GigabitEthernet1 in"), known(10.0));
    assert_eq!(found.of(Metric::Utilisation, "GigabitEthernet1 out"), known(20.0));
    let seen = router.interface(GI1);
    assert_eq!((seen.received, seen.sent), (Reading::Known(100e6), Reading::Known(200e6)));
    assert_eq!((seen.speed, seen.watched, seen.up, seen.enabled), (Some(1_000_000_000), true, true, true));
    assert_eq!(seen.busy(), Some(20.0));
}

#[test]
fn the_time_between_is_that_of_the_answers() {
    let mut router = Router::asked("interfaces");
    router.look(&[one(UP)]);
    let Outcome::Json(answer) = one(Told { octets: MINUTE_OF_OCTETS, ..UP }) else { panic!() };
    let slow = Outcome::Json(Json { answered: Duration::from_secs(15), ..answer });
    assert_eq!(router.look(&[slow]).sample(Metric::In, GI1), Some(80_000.0));
}

#[test]
fn a_reboot_that_another_probe_saw_costs_one_rate() {
    let mut router = Router::asked("interfaces");
    router.memory.boot_time = Some(Timestamp(0));
    router.look(&[one(UP)]);
    router.memory.boot_time = Some(Timestamp(61_000));
    router.look(&[one(Told { octets: MINUTE_OF_OCTETS, ..UP })]);
    assert_eq!(router.interface(GI1).received, Reading::Unknown(Why::Rebooted));
}

#[test]
fn above_the_speed_is_shown_as_full_and_far_above_is_unknown() {
    for (megabits, shown) in [(1_150, known(100.0)), (1_210, unknown(Why::Implausible))] {
        let mut router = Router::asked("interfaces");
        router.look(&[one(UP)]);
        let found = router.look(&[one(Told { octets: megabits * 7_500_000, ..UP })]);
        assert_eq!(found.of(Metric::Utilisation, "GigabitEthernet1 in"), shown);
    }
}

#[test]
fn without_a_speed_the_rate_is_known_and_the_share_is_not() {
    for speed in ["0", "\"0\"", "null", "[null]"] {
        let mut router = Router::asked("interfaces");
        router.look(&[one(Told { speed, ..UP })]);
        let found = router.look(&[one(Told { speed, octets: MINUTE_OF_OCTETS, ..UP })]);
        assert_eq!(found.sample(Metric::In, GI1), Some(100_000.0), "{speed}");
        assert_eq!(found.of(Metric::Utilisation, "GigabitEthernet1 in"), unknown(Why::NoSpeed), "{speed}");
    }
}

#[test]
fn the_inventory_overrules_speed_description_and_watching() {
    let own = InterfaceNote { speed: Some(10_000_000), description: Some("printer".to_owned()), ..note(GI1) };
    let mut router = Router::asked("interfaces").note(own.clone());
    router.look(&[one(UP)]);
    // Another speed of the router's is nothing to the one of the inventory.
    let found = router.look(&[one(Told { octets: MINUTE_OF_OCTETS, speed: "100000000", ..UP })]);
    assert!(found.observed.is_empty(), "described as a printer: {found:?}");
    let seen = router.interface(GI1);
    assert_eq!(
        (seen.speed, seen.description.as_str(), seen.busy()),
        (Some(10_000_000), "printer", Some(2.0))
    );
    let watched = InterfaceNote { uplink: Some(true), ..own };
    let found = Router::asked("interfaces").note(watched).look(&[one(UP)]);
    assert_eq!(found.of(Metric::Link, GI1), known(0.0));
    let ignored = InterfaceNote { uplink: Some(false), ..note(GI1) };
    assert!(Router::asked("interfaces").note(ignored).look(&[one(UP)]).observed.is_empty());
}

#[test]
fn a_link_is_down_only_when_it_should_be_up() {
    for (admin, oper, link) in [
        ("if-state-up", "if-oper-state-ready", known(0.0)),
        ("if-state-up", "if-oper-state-no-pass", known(1.0)),
        ("if-state-up", "if-oper-state-lower-layer-down", known(1.0)),
        ("if-state-up", "if-oper-state-not-present", known(1.0)),
        ("if-state-up", "if-oper-state-test", unknown(Why::NotReported)),
        ("if-state-up", "if-oper-state-dormant", unknown(Why::NotReported)),
        ("if-state-up", "if-oper-state-unknown", unknown(Why::NotReported)),
        ("if-state-unknown", "if-oper-state-no-pass", unknown(Why::NotReported)),
        ("if-state-unknown", "if-oper-state-ready", known(0.0)),
        ("up", "down", known(1.0)),
        ("if-state-down", "if-oper-state-no-pass", Some(Reading::Ended(Closing::Shut))),
    ] {
        let found = Router::asked("interfaces").look(&[one(Told { admin, oper, ..UP })]);
        assert_eq!(found.of(Metric::Link, GI1), link, "{admin} {oper}");
    }
}

#[test]
fn shut_ends_everything_about_an_interface_and_is_told_again_when_it_is_back() {
    let mut router = Router::asked("interfaces");
    router.look(&[one(UP)]);
    let shut = Told { admin: "if-state-down", oper: "if-oper-state-no-pass", ..UP };
    let found = router.look(&[one(shut)]);
    for (metric, object) in [
        (Metric::Link, GI1),
        (Metric::Utilisation, "GigabitEthernet1 in"),
        (Metric::Utilisation, "GigabitEthernet1 out"),
    ] {
        assert_eq!(found.of(metric, object), Some(Reading::Ended(Closing::Shut)));
    }
    assert!(found.samples.is_empty(), "what is down has no rate worth keeping");
    assert!(router.look(&[broken()]).observed.is_empty(), "what ended is not waited for");
    assert_eq!(router.look(&[one(UP)]).of(Metric::Link, GI1), known(0.0));
}

#[test]
fn missing_once_is_unknown_and_missing_twice_is_gone() {
    let other = Told { name: "GigabitEthernet2", description: "", ..UP };
    for restarted in [false, true] {
        let mut router = Router::asked("interfaces");
        router.look(&[all(&[UP, other.clone()])]);
        if restarted {
            router.memory = Memory::default();
        }
        assert_eq!(router.look(&[one(other.clone())]).of(Metric::Link, GI1), unknown(Why::NotReported));
        assert!(!router.interface(GI1).up);
        assert_eq!(router.look(&[broken()]).of(Metric::Link, GI1), unknown(Why::NoAnswer));
        let found = router.look(&[one(other.clone())]);
        assert_eq!(found.of(Metric::Link, GI1), Some(Reading::Ended(Closing::Gone)));
        assert_eq!(found.of(Metric::Utilisation, "GigabitEthernet1 in"), Some(Reading::Ended(Closing::Gone)));
        assert_eq!(router.vitals.interfaces.as_ref().unwrap().value.len(), 1);
        assert!(router.look(&[one(other.clone())]).observed.is_empty());
        assert_eq!(router.look(&[all(&[UP, other.clone()])]).of(Metric::Link, GI1), known(0.0));
    }
}

#[test]
fn missing_once_and_back_is_not_half_gone() {
    let other = Told { name: "GigabitEthernet2", description: "", ..UP };
    let mut router = Router::asked("interfaces");
    for _ in 0..3 {
        router.look(&[all(&[UP, other.clone()])]);
        assert_eq!(router.look(&[one(other.clone())]).of(Metric::Link, GI1), unknown(Why::NotReported));
    }
}

#[test]
fn what_is_no_uplink_any_more_ends() {
    let mut router = Router::asked("interfaces");
    router.look(&[one(UP)]);
    let found = router.look(&[one(Told { description: "spare", ..UP })]);
    assert_eq!(found.of(Metric::Link, GI1), Some(Reading::Ended(Closing::RuleGone)));
    assert!(router.look(&[one(Told { description: "spare", ..UP })]).observed.is_empty());
}

#[test]
fn logical_interfaces_are_skipped_unless_the_inventory_names_them() {
    let tunnel = |octets| Told { name: "Tunnel0", speed: "100000", octets, ..UP };
    let mut router = Router::asked("interfaces");
    router.look(&[one(tunnel(0))]);
    let found = router.look(&[one(tunnel(1_000 * MINUTE_OF_OCTETS))]);
    assert_eq!(found, Found::default());
    assert_eq!(router.interface("Tunnel0").speed, None, "100 kb/s is a convention");
    let mut router =
        Router::asked("interfaces").note(InterfaceNote { speed: Some(1_000_000_000), ..note("Tunnel0") });
    router.look(&[one(tunnel(0))]);
    let found = router.look(&[one(tunnel(1_000 * MINUTE_OF_OCTETS))]);
    assert_eq!(found.sample(Metric::In, "Tunnel0"), Some(100e6));
    assert_eq!(found.of(Metric::Utilisation, "Tunnel0 in"), known(10.0));
}

#[test]
fn what_is_down_or_watched_by_nobody_gives_samples_only_when_up() {
    let access = |octets, oper| Told { name: "GigabitEthernet3", description: "printer", octets, oper, ..UP };
    let mut router = Router::asked("interfaces");
    router.look(&[one(access(0, "if-oper-state-ready"))]);
    let found = router.look(&[one(access(MINUTE_OF_OCTETS, "if-oper-state-ready"))]);
    assert_eq!((found.observed.len(), found.samples.len()), (0, 2));
    let found = router.look(&[one(access(MINUTE_OF_OCTETS, "if-oper-state-no-pass"))]);
    assert!(found.samples.is_empty());
}

#[test]
fn a_router_without_the_first_model_is_asked_for_the_second() {
    let mut router = Router::asked("interfaces");
    assert!(router.paths()[0].starts_with("Cisco-IOS-XE-interfaces-oper:interfaces/interface?fields="));
    assert_eq!(router.look(&[nothing()]), Found::default());
    for octets in [200, 750_200] {
        assert!(router.paths()[0].starts_with("ietf-interfaces:interfaces-state/interface?fields="));
        let body = IETF.replace("\"out-octets\":\"200\"", &format!("\"out-octets\":\"{octets}\""));
        router.look(&[json(&body)]);
    }
    assert_eq!(router.interface(GI1).sent, Reading::Known(100_000.0), "its counters have 64 bits");
    assert_eq!(router.look(&[nothing()]), Found::default());
    assert!(router.paths()[0].starts_with("Cisco"), "the second is not there either");
}

#[test]
fn the_first_model_is_tried_again_after_a_while_and_descriptions_are_kept() {
    let mut router = Router::asked("interfaces");
    router.look(&[one(UP)]);
    router.look(&[nothing()]);
    let mut looks = 0;
    while router.paths()[0].starts_with("ietf") {
        let found = router.look(&[json(IETF)]);
        assert_eq!(found.of(Metric::Link, GI1), known(0.0), "the second model has no descriptions");
        looks += 1;
    }
    assert_eq!(looks, 60);
}

#[test]
fn a_narrow_counter_on_a_fast_interface_leads_to_the_second_model_while_it_is_there() {
    let narrow = |octets: u64| {
        json(
            &INTERFACES
                .replace("out-octets-64", "out-octets-old")
                .replace("1044100730,", &format!("{octets},")),
        )
    };
    let mut router = Router::asked("interfaces");
    router.look(&[narrow(1)]);
    assert!(router.paths()[0].starts_with("ietf"));
    router.look(&[nothing()]);
    for _ in 0..2 {
        assert!(router.paths()[0].starts_with("Cisco"));
        router.look(&[narrow(2)]);
    }
    assert_eq!(router.interface(GI1).sent, Reading::Unknown(Why::NarrowCounter));
    assert!(matches!(router.interface(GI1).received, Reading::Known(_)), "what comes in has 64 bits");
}

#[test]
fn one_bare_object_and_numbers_for_strings_are_read() {
    let bare = INTERFACES
        .replace(":[{", ":{")
        .replace("}]}", "}}")
        .replace("\"22839709\"", "22839709")
        .replace("\"1000000000\"", "1000000000");
    assert_ne!(bare, INTERFACES);
    let mut router = Router::asked("interfaces");
    router.look(&[json(INTERFACES)]);
    let found = router.look(&[json(&bare)]);
    assert_eq!(found.sample(Metric::In, GI1), Some(0.0));
    assert_eq!(router.interface(GI1).last_change, Some(Timestamp(1_774_658_372_909)));
}

#[test]
fn missing_leaves_are_not_reported_and_double_names_count_once() {
    let mut router = Router::asked("interfaces").note(InterfaceNote { uplink: Some(true), ..note(GI1) });
    let found = router.look(&[json(&format!(r#"{{"x:interface":[{{"name":"{GI1}"}},{{"name":"{GI1}","oper-status":"up"}},{{}},{{"name":""}},null,7]}}"#))]);
    assert_eq!(found.of(Metric::Link, GI1), unknown(Why::NotReported));
    assert_eq!(found.of(Metric::Utilisation, "GigabitEthernet1 out"), unknown(Why::NotReported));
    assert_eq!(router.vitals.interfaces.unwrap().value.len(), 1);
}

#[test]
fn an_empty_list_is_no_sign_that_all_are_gone() {
    let mut router = Router::asked("interfaces");
    router.look(&[one(UP)]);
    for _ in 0..3 {
        assert_eq!(router.look(&[all(&[])]).of(Metric::Link, GI1), unknown(Why::NotReported));
    }
}

#[test]
fn uplinks_are_known_by_their_words() {
    for (description, uplink) in [
        ("Uplink to ISP-A", true),
        ("UPLINK_HANOI", true),
        ("WAN2", true),
        ("isp", true),
        ("to core1 Gi0/1", true),
        ("R1 TO R2", true),
        ("[trunk]", true),
        ("*** Internet ***", true),
        ("", false),
        ("printer room 4", false),
        ("swan lake", false),
        ("encore", false),
        ("up to", false),
        ("tower", false),
        ("Hà Nội", false),
    ] {
        assert_eq!(is_uplink(description), uplink, "{description:?}");
    }
}

#[test]
fn logical_interfaces_are_known_by_name_or_type() {
    for (name, kind, logical) in [
        ("Loopback0", "iana-iftype-sw-loopback", true),
        ("loopback0", "", true),
        ("Tunnel10", "", true),
        ("Vlan1", "", true),
        ("BDI5", "", true),
        ("Null0", "", true),
        ("AppGigabitEthernet1/0/1", "iana-iftype-ethernet-csmacd", true),
        ("GigabitEthernet1.100", "", true),
        ("Something7", "softwareLoopback", true),
        ("Something7", "iana-iftype-l3ipvlan", true),
        ("Port-channel1", "iana-iftype-prop-virtual", false),
        ("GigabitEthernet0/0/0", "iana-iftype-ethernet-csmacd", false),
        ("TenGigabitEthernet1/1/1", "ethernetCsmacd", false),
        ("Serial0/1/0:0", "", false),
        ("Ví dụ", "", false),
    ] {
        assert_eq!(is_logical(name, kind), logical, "{name} {kind}");
    }
}
