//! How an alert is said: what it is about, what is wrong, that it is well again. One sentence a
//! metric; numbers as engineers write them, spans as people say them.

use super::notice::About;
use crate::model::time::spoken;
use crate::model::{Alert, Cause, Closing, Hold, Lost, Metric, Phase, Text, Timestamp, Unit};
use std::time::Duration;

/// `R3 CPU`, `R1 Gi1 (to ISP-A) in`: what it is about, before any value.
pub fn what(alert: &Alert, about: &About<'_>) -> Text {
    let device = about.device.name.as_str();
    let object = alert.key.object.as_str();
    match alert.metric {
        Metric::Cpu => text!("alert.what_cpu", device = device),
        Metric::Memory => text!("alert.what_memory", device = device),
        Metric::MemoryStatus => text!("alert.what_memory_status", device = device),
        Metric::In => text!("alert.what_in", device = device, interface = interface(object, about)),
        Metric::Out => text!("alert.what_out", device = device, interface = interface(object, about)),
        Metric::Utilisation => {
            let name = interface(alert.metric.interface(object).unwrap_or(object), about);
            match object.ends_with(" out") {
                true => text!("alert.what_out", device = device, interface = name),
                false => text!("alert.what_in", device = device, interface = name),
            }
        }
        Metric::Link => text!("alert.what_link", device = device, interface = interface(object, about)),
        Metric::Unreachable => text!("alert.what_unreachable", device = device),
        Metric::Rebooted => text!("alert.what_rebooted", device = device),
        Metric::Refused => text!("alert.what_refused", device = device),
        Metric::Missing if object.is_empty() => text!("alert.what_silent", device = device),
        Metric::Missing => text!("alert.what_missing", device = device, probe = object),
        Metric::Clock => text!("alert.what_clock", device = device),
    }
}

/// `R3 CPU 94 % for 5 min (limit 90 %)`, `R1 Gi1 (to ISP-A) is down`: what is wrong, complete.
pub fn wrong(alert: &Alert, about: &About<'_>) -> Text {
    sentence(alert, about).unwrap_or_else(|| {
        let (what, value) = (what(alert, about), number(alert.metric, alert.value, alert.limit));
        let limit = number(alert.metric, alert.limit, alert.limit);
        match round(alert.value_at.since(alert.since)) {
            Duration::ZERO => text!("alert.level", what = what, value = value, limit = limit),
            span => text!("alert.level_for", what = what, value = value, span = span, limit = limit),
        }
    })
}

/// `R3 CPU 96 %, peak 98 %, since 14:02`: the same for a message that is brought up to date.
pub fn now(alert: &Alert, about: &About<'_>) -> Text {
    if let Some(lost) = &alert.lost {
        return not_back(lost, about);
    }
    if let Some(sentence) = sentence(alert, about) {
        return text!("alert.since", what = sentence, since = alert.since);
    }
    let what = what(alert, about);
    let value = number(alert.metric, alert.value, alert.limit);
    match alert.unknown_since {
        Some(_) => text!("alert.last", what = what, value = value, at = alert.value_at),
        None => {
            let peak = number(alert.metric, alert.peak, alert.limit);
            text!("alert.level_now", what = what, value = value, peak = peak, since = alert.since)
        }
    }
}

/// A metric whose value stands for a word.
fn sentence(alert: &Alert, about: &About<'_>) -> Option<Text> {
    let device = about.device.name.as_str();
    let object = alert.key.object.as_str();
    let worst = if alert.phase == Phase::Firing { alert.value } else { alert.peak } > 1.0;
    Some(match alert.metric {
        Metric::Cpu | Metric::Memory | Metric::In | Metric::Out | Metric::Utilisation | Metric::Clock => {
            return None;
        }
        Metric::MemoryStatus if worst => text!("alert.is_memory_critical", device = device),
        Metric::MemoryStatus => text!("alert.is_memory_short", device = device),
        Metric::Link => text!("alert.is_down", device = device, interface = interface(object, about)),
        Metric::Unreachable => match &alert.lost {
            Some(lost) => not_back(lost, about),
            None => text!("alert.is_unreachable", device = device),
        },
        Metric::Rebooted if matches!(alert.held, Some(Hold::Reboot(_))) => {
            text!("alert.rebooted_planned", device = device)
        }
        Metric::Rebooted => match (about.reload_reason(), worst) {
            (Some(reason), true) => text!("alert.crashed_because", device = device, reason = reason),
            (None, true) => text!("alert.crashed", device = device),
            (Some(reason), false) => text!("alert.rebooted_because", device = device, reason = reason),
            (None, false) => text!("alert.rebooted", device = device),
        },
        Metric::Refused => text!("alert.is_refused", device = device),
        Metric::Missing if object.is_empty() => text!("alert.is_silent", device = device),
        Metric::Missing => text!("alert.is_missing", device = device, probe = object),
    })
}

/// `R2 did not come back within 15 min after the reboot asked by alice`
pub fn not_back(lost: &Lost, about: &About<'_>) -> Text {
    let (device, person) = (about.device.name.as_str(), (about.people)(lost.by));
    text!("alert.not_back", device = device, limit = lost.limit, person = person)
}

/// `R2 is back, 22 min after the reboot asked by alice`
fn back(lost: &Lost, alert: &Alert, until: Timestamp, about: &About<'_>) -> Text {
    let (device, person) = (about.device.name.as_str(), (about.people)(lost.by));
    match alert.missed.filter(|missed| !missed.still) {
        Some(missed) => {
            let between = text!("alert.between", from = missed.from, until = until);
            text!("alert.is_back_between", device = device, when = between, person = person)
        }
        None => {
            let span = round(until.since(lost.sent_at));
            text!("alert.is_back", device = device, span = span, person = person)
        }
    }
}

/// What helps whoever goes there: when it was last seen, what it can be restored from, and what its note
/// says of its console and of whom to call.
pub fn left_behind(lost: &Lost, about: &About<'_>) -> Vec<Text> {
    let seen = lost.last_seen.map(|at| text!("alert.last_seen", at = at));
    let backup = match lost.backup {
        Some(at) => text!("alert.last_backup", at = at),
        None => text!("alert.no_backup", device = about.device.name.as_str()),
    };
    let note = Some(about.device.note.trim()).filter(|note| !note.is_empty()).map(Text::verbatim);
    seen.into_iter().chain([backup]).chain(note).collect()
}

/// One line for a list: what is wrong now, or what ended.
pub fn line(alert: &Alert, about: &About<'_>) -> Text {
    match alert.phase.is_over() {
        true => what(alert, about),
        false => now(alert, about),
    }
}

/// `R3 CPU back to 41 % after 11 min, peak 98 %`
pub fn well(alert: &Alert, about: &About<'_>) -> Text {
    let device = about.device.name.as_str();
    let object = alert.key.object.as_str();
    let until = alert.clear_since.unwrap_or(alert.value_at);
    let when = match alert.missed.filter(|missed| !missed.still) {
        Some(missed) => text!("alert.between", from = missed.from, until = until),
        None => text!("alert.after", span = round(until.since(alert.since))),
    };
    match alert.metric {
        Metric::Cpu | Metric::Memory | Metric::In | Metric::Out | Metric::Utilisation | Metric::Clock => {
            let value = number(alert.metric, alert.value, alert.limit);
            let peak = number(alert.metric, alert.peak, alert.limit);
            let what = what(alert, about);
            text!("alert.back", what = what, value = value, when = when, peak = peak)
        }
        Metric::MemoryStatus => text!("alert.back_memory", device = device, when = when),
        Metric::Link => {
            text!("alert.back_up", device = device, interface = interface(object, about), when = when)
        }
        Metric::Unreachable => match &alert.lost {
            Some(lost) => back(lost, alert, until, about),
            None => text!("alert.back_answers", device = device, when = when),
        },
        Metric::Rebooted => text!("alert.back_rebooted", device = device),
        Metric::Refused => text!("alert.back_accepted", device = device, when = when),
        Metric::Missing if object.is_empty() => text!("alert.back_silent", device = device, when = when),
        Metric::Missing => text!("alert.back_data", device = device, probe = object, when = when),
    }
}

pub fn closing(closing: Closing) -> Text {
    match closing {
        Closing::NotConfirmed => text!("alert.closed_not_confirmed"),
        Closing::Shut => text!("alert.closed_shut"),
        Closing::Gone => text!("alert.closed_gone"),
        Closing::Removed => text!("alert.closed_removed"),
        Closing::NotMonitored => text!("alert.closed_not_monitored"),
        Closing::RuleGone => text!("alert.closed_rule_gone"),
        Closing::RuleChanged => text!("alert.closed_rule_changed"),
        Closing::NoData => text!("alert.closed_no_data"),
        Closing::PlannedReboot => text!("alert.closed_planned_reboot"),
    }
}

/// The reason of a decision, as a word in a list.
pub fn cause(cause: Cause) -> Text {
    match cause {
        Cause::FirstBreach => text!("alert.cause_first_breach"),
        Cause::WentBack => text!("alert.cause_went_back"),
        Cause::InsufficientData => text!("alert.cause_insufficient_data"),
        Cause::HeldLongEnough => text!("alert.cause_held_long_enough"),
        Cause::SeverityRose => text!("alert.cause_severity_rose"),
        Cause::SeverityFell => text!("alert.cause_severity_fell"),
        Cause::FirstClear => text!("alert.cause_first_clear"),
        Cause::BreachedAgain => text!("alert.cause_breached_again"),
        Cause::ClearLongEnough => text!("alert.cause_clear_long_enough"),
        Cause::Closed(why) => text!("alert.cause_closed", cause = closing(why)),
        Cause::RepeatDue => text!("alert.cause_repeat_due"),
        Cause::Acknowledged => text!("alert.cause_acknowledged"),
        Cause::Unacknowledged => text!("alert.cause_unacknowledged"),
        Cause::AckExpired => text!("alert.cause_ack_expired"),
        Cause::Silenced => text!("alert.cause_silenced"),
        Cause::SilenceEnded => text!("alert.cause_silence_ended"),
        Cause::HeldBack => text!("alert.cause_held_back"),
        Cause::HeldForReboot => text!("alert.cause_held_for_reboot"),
        Cause::HoldEnded => text!("alert.cause_hold_ended"),
        Cause::ToldAfterHold => text!("alert.cause_told_after_hold"),
        Cause::NotBack => text!("alert.cause_not_back"),
    }
}

/// `Gi1 (to ISP-A)`, or the short name alone.
fn interface(name: &str, about: &About<'_>) -> Text {
    match about.description(name) {
        Some(description) => {
            text!("alert.interface", interface = short(name), description = description)
        }
        None => Text::verbatim(short(name)),
    }
}

/// `GigabitEthernet1` as engineers say it: `Gi1`.
fn short(name: &str) -> String {
    let Some((letters, number)) = name.find(|c: char| c.is_ascii_digit()).map(|at| name.split_at(at)) else {
        return name.to_owned();
    };
    // `Twe` is what tells TwentyFiveGigE from TwoGigabitEthernet.
    let kept = if letters.starts_with("Twe") { 3 } else { 2 };
    letters.chars().take(kept).chain(number.chars()).collect()
}

/// A value with its unit. Where whole numbers would hide that it is over the limit, with a tenth.
pub fn number(metric: Metric, value: f64, limit: f64) -> String {
    match metric.unit() {
        Unit::Percent => {
            let hidden = value.round() == limit.round() && value != limit;
            if hidden { format!("{value:.1} %") } else { format!("{value:.0} %") }
        }
        Unit::BitsPerSecond => crate::model::text::rate(value),
        Unit::Seconds if value < 0.5 => "0 s".to_owned(),
        Unit::Seconds => spoken(Duration::from_secs_f64(value.round().clamp(0.0, 1e12))),
        Unit::State => format!("{value:.0}"),
    }
}

/// Whole seconds, from a minute and a half on whole minutes.
pub fn round(span: Duration) -> Duration {
    let seconds = (span.as_millis() as f64 / 1_000.0).round().max(0.0);
    if seconds < 90.0 {
        return Duration::from_secs_f64(seconds);
    }
    Duration::from_secs_f64((seconds / 60.0).round() * 60.0)
}

/// How long until then, from now; a second when it is past already.
pub fn left(until: Timestamp, now: Timestamp) -> Duration {
    round(until.since(now)).max(Duration::from_secs(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_as_engineers_do() {
        for (metric, value, limit, said) in [
            (Metric::Cpu, 94.2, 90.0, "94 %"),
            (Metric::Cpu, 90.3, 90.0, "90.3 %"),
            (Metric::Cpu, 90.0, 90.0, "90 %"),
            (Metric::In, 412_400_000.0, 0.0, "412 Mb/s"),
            (Metric::Out, 1_300_000_000.0, 0.0, "1.3 Gb/s"),
            (Metric::In, 90.0, 0.0, "90 b/s"),
            (Metric::Clock, 75.4, 60.0, "1 min 15 s"),
        ] {
            assert_eq!(number(metric, value, limit), said);
        }
        assert_eq!(round(Duration::from_millis(299_700)), Duration::from_secs(300));
        assert_eq!(round(Duration::from_millis(10_400)), Duration::from_secs(10));
        assert_eq!((short("TwentyFiveGigE1/0/1"), short("Port-channel1")), ("Twe1/0/1".into(), "Po1".into()));
    }
}
