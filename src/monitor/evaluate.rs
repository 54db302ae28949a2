//! One router's observations against all rules, and all alerts against what still exists. Where nothing
//! is wrong nothing is built: a thousand routers with forty interfaces pass here each minute.

use super::step::{Input, Look, Step, closed, step};
use crate::model::rule::{Rule, Rules, Verdict};
use crate::model::{
    Alert, AlertKey, Closing, Device, Hold, Inventory, Metric, Observed, Phase, Reading, Silence, Timestamp,
};

/// What holds for every look of one round.
#[derive(Clone, Copy, Debug)]
pub struct Context<'a> {
    pub rules: &'a Rules,
    pub silences: &'a [Silence],
    pub now: Timestamp,
    /// The bot has only just started: new alerts of routers that do not answer wait.
    pub starting: bool,
    /// The router has an open or pending alert that it does not answer. [`observe`] finds that out
    /// itself where the alert is among those it is given.
    pub device_down: bool,
}

/// What the observations of one poll come to. `alerts` are the router's rows; only those that are
/// spoken of come back, and only steps that change something.
pub fn observe(
    ctx: &Context<'_>,
    device: &Device,
    mut alerts: Vec<Alert>,
    observed: &[Observed],
) -> Vec<Step> {
    let mut steps = Vec::new();
    let mut down = ctx.device_down || alerts.iter().any(tells_down);
    // Whether the router answers decides what is told of everything else.
    let is_reach = |one: &&Observed| one.metric == Metric::Unreachable;
    for one in observed.iter().filter(is_reach).chain(observed.iter().filter(|one| !is_reach(one))) {
        for rule in ctx.rules.rules.iter().filter(|rule| rule.speaks_of(device, one.metric, &one.object)) {
            let alert = taken(&mut alerts, rule, &one.object);
            if alert.is_none() && !begins(rule, one.reading) {
                continue;
            }
            let was = alert.as_ref().is_some_and(tells_down);
            let gate = gate(ctx, device, rule, &one.object, alert.as_ref(), down);
            let look = Look { rule, device: device.id, object: &one.object, gate, now: ctx.now };
            let step = step(&look, alert, &Input::Observed(one.reading));
            if one.metric == Metric::Unreachable {
                let is = step.alert.as_ref().is_some_and(tells_down);
                down = is || (down && !was);
            }
            steps.push(step);
        }
    }
    steps
}

/// What time alone, or a silence that began or ended, does to one alert. None: nothing.
pub fn tick(ctx: &Context<'_>, device: &Device, alert: Alert) -> Option<Step> {
    with(ctx, device, alert, &Input::Tick)
}

/// What an input does to one alert of a rule that is still there. None: it changes nothing.
pub fn with(ctx: &Context<'_>, device: &Device, alert: Alert, input: &Input) -> Option<Step> {
    let rule = ctx.rules.rule(&alert.key.rule)?;
    let before = alert.clone();
    let gate = gate(ctx, device, rule, &before.key.object, Some(&before), ctx.device_down);
    let look = Look { rule, device: device.id, object: &before.key.object, gate, now: ctx.now };
    let step = step(&look, Some(alert), input);
    let same = step.notice.is_none() && step.transitions.is_empty() && step.alert.as_ref() == Some(&before);
    (!same).then_some(step)
}

/// Ends the alerts whose router was removed or is not monitored, and those of which no rule speaks now.
pub fn sweep(ctx: &Context<'_>, inventory: &Inventory, alerts: Vec<Alert>) -> Vec<Step> {
    let ended = |alert: Alert| ending(ctx.rules, inventory, &alert).map(|why| closed(alert, why, ctx.now));
    alerts.into_iter().filter_map(ended).collect()
}

fn ending(rules: &Rules, inventory: &Inventory, alert: &Alert) -> Option<Closing> {
    let Some(device) = inventory.device(alert.key.device) else { return Some(Closing::Removed) };
    if !device.monitored {
        return Some(Closing::NotMonitored);
    }
    let rule = rules.rule(&alert.key.rule);
    let spoken_of = rule.is_some_and(|rule| rule.speaks_of(device, alert.metric, &alert.key.object));
    (!spoken_of).then_some(Closing::RuleGone)
}

/// Whether a router has an alert, open or pending, that it does not answer.
pub fn is_down(alerts: &[Alert]) -> bool {
    alerts.iter().any(tells_down)
}

fn tells_down(alert: &Alert) -> bool {
    alert.metric == Metric::Unreachable
        && match alert.phase {
            Phase::Pending | Phase::Firing | Phase::Clearing => true,
            Phase::Resolved | Phase::Closed(_) => false,
        }
}

fn taken(alerts: &mut Vec<Alert>, rule: &Rule, object: &str) -> Option<Alert> {
    let at = alerts.iter().position(|alert| alert.key.rule == rule.name && alert.key.object == object)?;
    Some(alerts.swap_remove(at))
}

fn begins(rule: &Rule, reading: Reading) -> bool {
    matches!(rule.verdict(reading), Verdict::Breach(_))
}

/// What holds back the notices of one alert. A silence comes first: its end is told.
fn gate(
    ctx: &Context<'_>,
    device: &Device,
    rule: &Rule,
    object: &str,
    alert: Option<&Alert>,
    down: bool,
) -> Option<Hold> {
    if !ctx.silences.is_empty() {
        let key = AlertKey { device: device.id, rule: rule.name.clone(), object: object.to_owned() };
        if let Some(silence) = ctx.silences.iter().find(|silence| silence.holds(&key, device, ctx.now)) {
            return Some(Hold::Silence(silence.id));
        }
    }
    if rule.metric != Metric::Unreachable {
        return down.then_some(Hold::DeviceDown);
    }
    let new = alert.is_none_or(|alert| !alert.announced);
    (ctx.starting && new).then_some(Hold::Starting)
}
