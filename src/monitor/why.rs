//! Why an alert is as it is, for `/why <n>`: its state, how it came to it, which timers run, what holds
//! it back and who took it.

use super::notice::About;
use super::timers::{is_stale, no_data_at};
use super::words;
use crate::model::rule::Rule;
use crate::model::{Alert, Hold, Phase, Severity, Silence, Text, Transition};
use std::time::Duration;

/// `rule` is none when it is gone; `transitions` are the incident's, oldest first. Lines in reading
/// order.
pub fn why(
    rule: Option<&Rule>,
    alert: &Alert,
    transitions: &[Transition],
    silences: &[Silence],
    planned: Option<Text>,
    about: &About<'_>,
) -> Vec<Text> {
    let mut lines = vec![state(alert, about), values(alert), levels(rule, alert)];
    lines.extend(alert.lost.map(|lost| words::not_back(&lost, about)));
    lines.extend(transitions.iter().map(|transition| decision(transition, alert, about)));
    if alert.phase.is_over() {
        return lines;
    }
    if let Some(rule) = rule {
        lines.extend(needs(rule, alert, about));
    }
    if alert.phase.is_open() {
        lines.push(repeat(alert, about));
        lines.extend(taken(alert, about));
        lines.push(held(alert, silences, planned, about));
    }
    if alert.unknown_since.is_some() {
        lines.push(text!("alert.why_no_value", at = alert.value_at, until = no_data_at(alert)));
    }
    lines
}

fn state(alert: &Alert, about: &About<'_>) -> Text {
    let what = words::what(alert, about);
    let since = alert.since;
    match (alert.phase, alert.severity) {
        (Phase::Pending, _) => text!("alert.why_pending", what = what, since = since),
        (Phase::Firing, Severity::Warning) => text!("alert.why_firing_warning", what = what, since = since),
        (Phase::Firing, Severity::Critical) => {
            text!("alert.why_firing_critical", what = what, since = since)
        }
        (Phase::Clearing, _) => text!("alert.why_clearing", what = what, since = since),
        (Phase::Resolved, _) => text!("alert.why_resolved", what = what, since = since),
        (Phase::Closed(why), _) => text!("alert.why_closed", what = what, cause = words::closing(why)),
    }
}

fn values(alert: &Alert) -> Text {
    let value = words::number(alert.metric, alert.value, alert.limit);
    let peak = words::number(alert.metric, alert.peak, alert.limit);
    text!("alert.why_values", value = value, at = alert.value_at, peak = peak)
}

fn levels(rule: Option<&Rule>, alert: &Alert) -> Text {
    let name = alert.key.rule.as_str();
    let Some(rule) = rule else { return text!("alert.why_rule_gone", rule = name) };
    let level = |value: f64| words::number(rule.metric, value, value);
    text!(
        "alert.why_rule",
        rule = name,
        raise = level(rule.raise_above),
        clear = level(rule.clear_at_or_below),
    )
}

fn decision(transition: &Transition, alert: &Alert, about: &About<'_>) -> Text {
    let (at, cause) = (transition.at, words::cause(transition.cause));
    let value = transition.value.map(|value| words::number(alert.metric, value, alert.limit));
    match (value, transition.actor) {
        (_, Some(actor)) => {
            text!("alert.why_decided_by", at = at, cause = cause, person = (about.people)(actor))
        }
        (Some(value), None) => text!("alert.why_decided_value", at = at, cause = cause, value = value),
        (None, None) => text!("alert.why_decided", at = at, cause = cause),
    }
}

/// What it still waits for.
fn needs(rule: &Rule, alert: &Alert, about: &About<'_>) -> Option<Text> {
    let left = |span: Duration, since| words::round(span.saturating_sub(about.now.since(since)));
    match alert.phase {
        Phase::Pending => Some(text!(
            "alert.why_needs",
            left = left(rule.held_for, alert.since),
            breaches = i64::from(alert.breaches),
            least = i64::from(rule.min_samples),
        )),
        Phase::Clearing => Some(match alert.clear_since {
            Some(since) => text!("alert.why_clears", left = left(rule.clear_for, since)),
            None => text!("alert.why_clears_not", span = rule.clear_for),
        }),
        Phase::Firing | Phase::Resolved | Phase::Closed(_) => None,
    }
}

fn repeat(alert: &Alert, about: &About<'_>) -> Text {
    match alert.next_repeat {
        None => text!("alert.why_not_told"),
        Some(_) if alert.phase == Phase::Clearing => text!("alert.why_no_repeat_clearing"),
        Some(_) if alert.ack.is_some() => text!("alert.why_no_repeat_taken"),
        Some(_) if alert.held.is_some() => text!("alert.why_no_repeat_held"),
        Some(_) if is_stale(alert) => text!("alert.why_no_repeat_stale"),
        Some(at) => {
            let (told, left) = (i64::from(alert.repeats), words::left(at, about.now));
            text!("alert.why_repeat", told = told, at = at, left = left)
        }
    }
}

fn taken(alert: &Alert, about: &About<'_>) -> Option<Text> {
    let ack = alert.ack.as_ref()?;
    let (person, until) = ((about.people)(ack.by), ack.until);
    Some(match &ack.note {
        Some(note) => {
            text!("alert.why_taken_note", person = person, at = ack.at, until = until, note = note)
        }
        None => text!("alert.why_taken", person = person, at = ack.at, until = until),
    })
}

fn held(alert: &Alert, silences: &[Silence], planned: Option<Text>, about: &About<'_>) -> Text {
    match alert.held {
        None => text!("alert.why_not_held"),
        Some(Hold::DeviceDown) => text!("alert.why_held_down", device = about.device.name.as_str()),
        Some(Hold::Starting) => text!("alert.why_held_starting"),
        Some(Hold::Reboot(_)) => match planned {
            Some(planned) => text!("alert.why_held_reboot", planned = planned),
            None => text!("alert.why_held_settles", values = i64::from(alert.settle)),
        },
        Some(Hold::Silence(id)) => match silences.iter().find(|silence| silence.id == id) {
            None => text!("alert.why_held_silence_gone", silence = id.to_string()),
            Some(silence) => {
                let (person, ends) = ((about.people)(silence.author), silence.ends);
                let reason = silence.reason.clone().unwrap_or_else(|| "-".to_owned());
                text!(
                    "alert.why_held_silence",
                    silence = id.to_string(),
                    person = person,
                    ends = ends,
                    reason = reason,
                )
            }
        },
    }
}
