//! Where notices go: severity, selector, hours, days, zones.

use super::*;
use chrono::{TimeZone, Utc};
use chrono_tz::Tz;

fn routed(toml: &str) -> Rules {
    let rule = "[[rule]]\nname = \"cpu\"\nmetric = \"cpu\"\nraise_above = 90\nseverity = \"warning\"\n";
    Rules::checked(&Source::new("rules.toml", format!("{rule}{toml}"))).unwrap()
}

fn goes(rules: &Rules, severity: Severity, utc: &str, zone: Tz) -> String {
    let naive = chrono::NaiveDateTime::parse_from_str(utc, "%Y-%m-%d %H:%M").unwrap();
    let now = Timestamp(Utc.from_utc_datetime(&naive).timestamp_millis());
    let all = destinations(rules, severity, &router(1, "R1"), now, zone);
    all.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
}

#[test]
fn a_notice_goes_once_to_each_of_the_union() {
    let rules = routed(
        "[[route]]\nto = [\"a:1\", \"b\"]\n[[route]]\nseverity = \"critical\"\nto = [\"b\", \"c:x@y:z\"]\n\
         [[route]]\nselector = \"R9\"\nto = [\"d\"]\n",
    );
    assert_eq!(goes(&rules, Severity::Warning, "2026-11-23 12:00", Tz::UTC), "a:1 b");
    assert_eq!(goes(&rules, Severity::Critical, "2026-11-23 12:00", Tz::UTC), "a:1 b c:x@y:z");
}

#[test]
fn hours_and_days_are_those_of_the_zone() {
    let day = routed("[[route]]\nhours = \"07:00-22:00\"\ndays = \"mon-fri\"\nto = [\"day\"]\n");
    let hanoi = chrono_tz::Asia::Ho_Chi_Minh;
    for (utc, zone, told) in [
        // Monday 07:00 in Hanoi is midnight UTC.
        ("2026-11-23 00:00", hanoi, "day"),
        ("2026-11-22 23:59", hanoi, ""),
        ("2026-11-23 15:00", hanoi, ""),
        ("2026-11-23 15:00", Tz::UTC, "day"),
        ("2026-11-28 12:00", Tz::UTC, ""),
    ] {
        assert_eq!(goes(&day, Severity::Critical, utc, zone), told, "{utc} {zone}");
    }
}

#[test]
fn a_night_belongs_to_the_day_on_which_it_begins() {
    let night = routed("[[route]]\nhours = \"22:00-07:00\"\ndays = \"fri\"\nto = [\"night\"]\n");
    for (utc, told) in [
        ("2026-11-27 21:59", ""),
        ("2026-11-27 22:00", "night"),
        ("2026-11-28 06:59", "night"),
        ("2026-11-28 07:00", ""),
        ("2026-11-27 06:59", ""),
        ("2026-11-28 22:00", ""),
    ] {
        assert_eq!(goes(&night, Severity::Warning, utc, Tz::UTC), told, "{utc}");
    }
}

#[test]
fn hours_that_clocks_skip_or_double_are_no_trouble() {
    let berlin = chrono_tz::Europe::Berlin;
    let early = routed("[[route]]\nhours = \"02:00-03:00\"\nto = [\"early\"]\n");
    // 2026-03-29: 01:59 is followed by 03:00.
    assert_eq!(goes(&early, Severity::Warning, "2026-03-29 00:59", berlin), "");
    assert_eq!(goes(&early, Severity::Warning, "2026-03-29 01:00", berlin), "");
    // 2026-10-25: the hour from 02:00 comes twice.
    assert_eq!(goes(&early, Severity::Warning, "2026-10-25 00:30", berlin), "early");
    assert_eq!(goes(&early, Severity::Warning, "2026-10-25 01:30", berlin), "early");
}

#[test]
fn a_route_to_a_channel_that_does_not_exist_is_told() {
    let source = Source::new("rules.toml", "");
    let rules = routed("[[route]]\nto = [\"here\", \"nowhere:1\"]\n");
    let told: Vec<String> = rules.lost_routes(&source, &["here"]).iter().map(ToString::to_string).collect();
    assert_eq!(
        told,
        [
            "rules.toml:6: route to \"nowhere:1\": there is no channel nowhere; use here, or add the channel to the settings"
        ]
    );
}

#[test]
fn a_route_to_an_address_that_is_none_is_told() {
    let source = Source::new("rules.toml", "");
    let rules = routed("[[route]]\nto = [\"here\", \"here:1\", \"here:one\", \"there:one\"]\n");
    let number =
        |channel: &str, address: &str| (channel == "here" && address.parse::<u8>().is_err()).then_some("1");
    let told: Vec<String> = rules.bad_addresses(&source, number).iter().map(ToString::to_string).collect();
    assert_eq!(
        told,
        [
            "rules.toml:6: route to \"here:one\": \"one\" is no address of here; write it as \"here:1\", or \"here\" for its own places"
        ]
    );
}
