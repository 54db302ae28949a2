//! One router's observations against all rules, and all alerts against what still exists. Where nothing
//! is wrong nothing is built: a thousand routers with forty interfaces pass here each minute.

use super::step::{Input, Look, Step, closed, step};
use crate::model::rule::{Rule, Rules, Verdict};
use crate::model::{
    Alert, AlertKey, Closing, Device, Hold, Inventory, JobId, Lost, Metric, Observed, Phase, Reading,
    Silence, Timestamp,
};

/// What holds for every look of one round.
#[derive(Clone, Copy, Debug)]
pub struct Context<'a> {
    pub rules: &'a Rules,
    pub silences: &'a [Silence],
    pub now: Timestamp,
    /// The bot has only just started: new alerts of routers that do not answer wait.
    pub starting: bool,
    /// An open alert says that the router does not answer. [`observe`] finds that out itself where the
    /// alert is among those it is given.
    pub device_down: bool,
    /// The planned reboot that holds back what is told of this router.
    pub reboot: Option<JobId>,
    /// The boot that is seen now was asked for: it is no alert.
    pub boot_was_asked_for: bool,
}

/// Whether the router is known not to answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Down {
    No,
    /// The last look failed and more are on their way: what is new waits for them.
    Perhaps,
    Yes,
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
    let told = if ctx.device_down { Down::Yes } else { Down::No };
    let mut down = alerts.iter().map(down_by).max().map_or(told, |down| down.max(told));
    // Whether the router answers decides what is told of everything else; of several rules the worst counts.
    let mut reach = None;
    let is_reach = |one: &&Observed| one.metric == Metric::Unreachable;
    let counts = |one: &&Observed| one.metric != Metric::Rebooted || !ctx.boot_was_asked_for;
    for one in
        observed.iter().filter(is_reach).chain(observed.iter().filter(|one| !is_reach(one) && counts(one)))
    {
        for rule in ctx.rules.rules.iter().filter(|rule| rule.speaks_of(device, one.metric, &one.object)) {
            let alert = taken(&mut alerts, rule, &one.object);
            if alert.is_none() && !begins(rule, one.reading) {
                continue;
            }
            let gate = gate(ctx, device, rule, &one.object, alert.as_ref(), down);
            let look = Look { rule, device: device.id, object: &one.object, gate, now: ctx.now };
            let step = step(&look, alert, &Input::Observed(one.reading));
            if one.metric == Metric::Unreachable {
                reach = reach.max(Some(step.alert.as_ref().map_or(Down::No, down_by)));
                down = reach.unwrap_or(down);
            }
            steps.push(step);
        }
    }
    steps
}

/// What an input does to one alert of a rule that is still there. None: it changes nothing.
pub fn with(ctx: &Context<'_>, device: &Device, alert: Alert, input: &Input) -> Option<Step> {
    let rule = ctx.rules.rule(&alert.key.rule)?;
    let before = alert.clone();
    let down = if ctx.device_down { Down::Yes } else { Down::No };
    let gate = gate(ctx, device, rule, &before.key.object, Some(&before), down);
    let look = Look { rule, device: device.id, object: &before.key.object, gate, now: ctx.now };
    let step = step(&look, Some(alert), input);
    let same = step.notice.is_none() && step.transitions.is_empty() && step.alert.as_ref() == Some(&before);
    (!same).then_some(step)
}

/// A router that was told to reboot and did not come back: it fires at once, whatever the rule waits for,
/// and is critical. Only a silence holds it. None: no rule speaks of it.
pub fn lost(ctx: &Context<'_>, device: &Device, alerts: Vec<Alert>, lost: Lost) -> Option<Step> {
    let speak = |rule: &&Rule| device.monitored && rule.speaks_of(device, Metric::Unreachable, "");
    let mut known: Vec<Alert> =
        alerts.into_iter().filter(|alert| alert.metric == Metric::Unreachable).collect();
    // Of several rules the one that has told most already.
    known.sort_by_key(|alert| (!alert.announced, !alert.phase.is_open()));
    let of_known = known.iter().filter_map(|alert| ctx.rules.rule(&alert.key.rule));
    let rule = of_known.chain(&ctx.rules.rules).find(speak)?;
    let alert = known.into_iter().find(|alert| alert.key.rule == rule.name);
    let ctx = Context { starting: false, reboot: None, ..*ctx };
    let gate = gate(&ctx, device, rule, "", alert.as_ref(), Down::No);
    let look = Look { rule, device: device.id, object: "", gate, now: ctx.now };
    Some(step(&look, alert, &Input::Lost(lost)))
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

/// Whether an open alert says that the router does not answer.
pub fn is_down(alerts: &[Alert]) -> bool {
    alerts.iter().any(|alert| down_by(alert) == Down::Yes)
}

fn down_by(alert: &Alert) -> Down {
    match alert.phase {
        Phase::Pending if alert.metric == Metric::Unreachable => Down::Perhaps,
        Phase::Firing | Phase::Clearing if alert.metric == Metric::Unreachable => Down::Yes,
        Phase::Pending | Phase::Firing | Phase::Clearing | Phase::Resolved | Phase::Closed(_) => Down::No,
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
    down: Down,
) -> Option<Hold> {
    if !ctx.silences.is_empty() {
        let key = AlertKey { device: device.id, rule: rule.name.clone(), object: object.to_owned() };
        if let Some(silence) = ctx.silences.iter().find(|silence| silence.holds(&key, device, ctx.now)) {
            return Some(Hold::Silence(silence.id));
        }
    }
    if let Some(job) = ctx.reboot {
        return Some(Hold::Reboot(job));
    }
    let new = alert.is_none_or(|alert| !alert.announced);
    match rule.metric {
        Metric::Unreachable => (ctx.starting && new).then_some(Hold::Starting),
        // It is seen in one look, the first after the router was away, which is while that is told still.
        Metric::Rebooted => None,
        _ => (down == Down::Yes || (down == Down::Perhaps && new)).then_some(Hold::DeviceDown),
    }
}
