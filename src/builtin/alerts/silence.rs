//! `/silence <n|selector> <duration> [reason]` and `/unsilence <n>`: keeps alerts from being told for a
//! while. Their life goes on; what was told before is told to its end.

use super::super::{Builtin, no_plan, nothing_to_settle, nothing_wanted, say};
use super::one;
use super::silences::{ends_now, hidden};
use super::target::{routers, target};
use crate::model::{
    Document, Ending, Facts, IncidentId, Resolved, Selector, Sign, Silence, SilenceId, TaskResult, Text,
    Value,
};
use crate::monitor::Input;
use crate::store::{StoreError, Work};
use std::time::Duration;

pub const SILENCE: Builtin = Builtin {
    name: "silence",
    title: |_| text!("alerts.title"),
    plan: no_plan,
    wants: nothing_wanted,
    settle: nothing_to_settle,
    answer: silenced,
};

pub const UNSILENCE: Builtin = Builtin {
    name: "unsilence",
    title: |_| text!("alerts.title"),
    plan: no_plan,
    wants: nothing_wanted,
    settle: nothing_to_settle,
    answer: unsilenced,
};

/// No silence is longer: what is quiet for ever is forgotten.
const LONGEST: Duration = Duration::from_secs(7 * 86_400);

fn silenced(
    resolved: &Resolved,
    facts: &Facts,
    _: &[TaskResult],
    work: &mut Work,
) -> Result<Document, StoreError> {
    let span = match resolved.values.get("duration") {
        Some(Value::Span(span)) => *span,
        _ => Duration::ZERO,
    };
    if span.is_zero() || span > LONGEST {
        return Ok(one::refused(text!("alerts.silence_span", longest = LONGEST)));
    }
    let wanted = match wanted(resolved, facts, work)? {
        Ok(wanted) => wanted,
        Err(document) => return Ok(document),
    };
    let now = facts.now.wall;
    let silence = Silence {
        id: SilenceId(0),
        selector: wanted.selector,
        rule: wanted.rule,
        object: wanted.object,
        author: resolved.invocation.asker,
        reason: resolved.word("reason").map(str::to_owned),
        begins: now,
        ends: now.plus(span),
    };
    let id = work.add_silence(&silence, &facts.place)?;
    let silence = Silence { id, ..silence };
    let hidden = hidden(&silence, facts, work)?;
    for alert in hidden.clone() {
        super::carry::happens(alert, &Input::Tick, facts, work)?;
    }
    let (id_said, until) = (id.to_string(), silence.ends);
    let text = match wanted.alert {
        Some(alert) => text!(
            "alerts.silenced_alert",
            alert = alert.to_string(),
            id = id_said,
            what = wanted.named,
            until = until
        ),
        None => text!("alerts.silenced", id = id_said, what = wanted.named, until = until),
    };
    let document = Document::line(Sign::Quiet, text, Ending::Well).with_detail(match hidden.len() {
        0 => text!("alerts.silence_hides_none"),
        count => text!("alerts.silence_hides", count = count),
    });
    let button =
        say::looking(facts, "unsilence", text!("alerts.unsilence_button"), format!("/unsilence {}", id.0));
    Ok(document.with_button(button))
}

/// What shall be quiet.
struct Wanted {
    selector: Selector,
    rule: Option<String>,
    object: Option<String>,
    alert: Option<IncidentId>,
    named: Text,
}

/// A number is an alert, unless a router has that name; all else names routers.
fn wanted(resolved: &Resolved, facts: &Facts, work: &Work) -> Result<Result<Wanted, Document>, StoreError> {
    let typed = resolved.word("what").unwrap_or_default();
    let number = typed.strip_prefix('#').unwrap_or(typed).parse::<i64>().ok();
    match number.filter(|_| facts.inventory.named(typed).is_none()) {
        Some(number) => one_alert(IncidentId(number), resolved, facts, work),
        None => Ok(routers(typed, resolved, facts).map(|(selector, named)| Wanted {
            selector,
            rule: None,
            object: None,
            alert: None,
            named,
        })),
    }
}

fn one_alert(
    id: IncidentId,
    resolved: &Resolved,
    facts: &Facts,
    work: &Work,
) -> Result<Result<Wanted, Document>, StoreError> {
    let (alert, device) = match one::open(id, resolved, facts, work)? {
        Ok(found) => found,
        Err(document) => return Ok(Err(document)),
    };
    let Ok(selector) = device.name.as_str().parse::<Selector>() else { return Ok(Err(one::unknown(id))) };
    let people = |person| facts.person_name(person);
    let named = crate::monitor::line(&alert, &one::about(&device, facts, &people));
    let (rule, object) = (Some(alert.key.rule), Some(alert.key.object));
    Ok(Ok(Wanted { selector, rule, object, alert: Some(id), named }))
}

fn unsilenced(
    resolved: &Resolved,
    facts: &Facts,
    _: &[TaskResult],
    work: &mut Work,
) -> Result<Document, StoreError> {
    let id = SilenceId(resolved.number("silence").unwrap_or(0));
    let Some(silence) = work.silence(id)? else {
        return Ok(one::refused(text!("alerts.unknown_silence", id = id.to_string())));
    };
    let devices: Vec<_> = facts.inventory.matching(&silence.selector).cloned().collect();
    if let Err(refused) = one::may(resolved, devices, facts) {
        return Ok(refused);
    }
    let (id, selector) = (id.to_string(), target(&silence.selector, facts));
    Ok(match ends_now(&silence, facts, work)? {
        None => Document::line(Sign::None, text!("alerts.silence_was_over", id = id), Ending::Well),
        Some(0) => {
            Document::line(Sign::Done, text!("alerts.unsilenced", id = id, selector = selector), Ending::Well)
        }
        Some(count) => {
            let text = text!("alerts.unsilenced_firing", id = id, selector = selector, count = count);
            Document::line(Sign::Warning, text, Ending::Well)
        }
    })
}
