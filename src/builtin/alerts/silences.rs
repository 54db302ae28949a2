//! `/silences`, and the end of one: its author is told before, and what still fires then is told at once.

use super::super::{Builtin, no_plan, nothing_to_settle, nothing_wanted, say};
use super::carry::happens;
use super::one;
use super::target::target;
use crate::model::{
    Alert, Block, Class, Document, Ending, Facts, Outbound, Resolved, Sign, Silence, Slot, TaskResult, Text,
};
use crate::monitor::Input;
use crate::store::{Expiring, StoreError, Work};
use std::time::Duration;

pub const SILENCES: Builtin = Builtin {
    name: "silences",
    title: |_| text!("alerts.title"),
    plan: no_plan,
    wants: nothing_wanted,
    settle: nothing_to_settle,
    answer,
};

/// Shorter ones end before anybody could be warned in time.
const SHORT: Duration = Duration::from_secs(1_800);
/// Buttons of one kind in a message.
const BUTTONS: usize = 5;

fn answer(
    resolved: &Resolved,
    facts: &Facts,
    _: &[TaskResult],
    work: &mut Work,
) -> Result<Document, StoreError> {
    let mut silences = work.silences(facts.now.wall)?;
    silences.retain(|silence| is_seen(silence, resolved, facts));
    let text = match silences.len() {
        0 => return Ok(Document::line(Sign::None, text!("alerts.no_silence"), Ending::Well)),
        count => text!("alerts.silences", count = count),
    };
    let mut document = Document::line(Sign::Quiet, text, Ending::Well);
    for silence in &silences {
        let count = hidden(silence, facts, work)?.len();
        let text = text!(
            "alerts.silence_line",
            silence = spoken(silence, facts),
            until = silence.ends,
            count = count
        );
        document = document.with(Block::Detail { sign: Sign::None, text });
    }
    Ok(silences.iter().take(BUTTONS).fold(document, |document, silence| {
        let label = text!("alerts.end_button", id = silence.id.to_string());
        let name = format!("end{}", silence.id.0);
        document.with_button(say::looking(facts, &name, label, format!("/unsilence {}", silence.id.0)))
    }))
}

/// Whether the asker may run this command on one of its routers; one of routers that are gone hides nothing.
fn is_seen(silence: &Silence, resolved: &Resolved, facts: &Facts) -> bool {
    let mut devices = facts.inventory.matching(&silence.selector).peekable();
    devices.peek().is_none() || devices.any(|device| one::may(resolved, vec![device.clone()], facts).is_ok())
}

/// `#3 site:hanoi, rule cpu, by bob: new fan`
fn spoken(silence: &Silence, facts: &Facts) -> Text {
    let (id, who) = (silence.id.to_string(), facts.person_name(silence.author));
    let what = match &silence.rule {
        Some(rule) => text!("alerts.silence_rule", selector = target(&silence.selector, facts), rule = rule),
        None => Text::verbatim(target(&silence.selector, facts)),
    };
    match &silence.reason {
        Some(reason) => text!("alerts.silence_because", id = id, what = what, who = who, reason = reason),
        None => text!("alerts.silence_by", id = id, what = what, who = who),
    }
}

/// The open alerts of which this silence speaks.
pub fn hidden(silence: &Silence, facts: &Facts, work: &Work) -> Result<Vec<Alert>, StoreError> {
    let speaks_of = |alert: &Alert| {
        let device = facts.inventory.device(alert.key.device);
        device.is_some_and(|device| silence.holds(&alert.key, device, silence.begins))
    };
    Ok(work.open_alerts()?.into_iter().filter(speaks_of).collect())
}

/// Ends it and tells what still fires; how many those are, or none when it was over already.
pub fn ends_now(silence: &Silence, facts: &Facts, work: &mut Work) -> Result<Option<usize>, StoreError> {
    if !work.end_silence(silence.id, facts.now.wall)? {
        return Ok(None);
    }
    let alerts = hidden(silence, facts, work)?;
    let count = alerts.len();
    for alert in alerts {
        happens(alert, &Input::Tick, facts, work)?;
    }
    Ok(Some(count))
}

/// Its time has come.
pub fn silence_over(ending: &Expiring, facts: &Facts, work: &mut Work) -> Result<(), StoreError> {
    let Some(firing) = ends_now(&ending.silence, facts, work)? else { return Ok(()) };
    let silence = spoken(&ending.silence, facts);
    let document = match firing {
        0 => Document::line(Sign::Done, text!("alerts.silence_over", silence = silence), Ending::Well),
        count => {
            let text = text!("alerts.silence_over_firing", silence = silence, count = count);
            Document::line(Sign::Warning, text, Ending::Well)
        }
    };
    tell_author(ending, "over", document, facts, work)
}

/// A while before its end its author may want more of it.
pub fn warn_of_end(ending: &Expiring, facts: &Facts, work: &mut Work) -> Result<(), StoreError> {
    work.note_warned(ending.silence.id)?;
    if ending.silence.ends.since(ending.silence.begins) < SHORT {
        return Ok(());
    }
    let text =
        text!("alerts.silence_ends", silence = spoken(&ending.silence, facts), at = ending.silence.ends);
    let document = Document::line(Sign::Quiet, text, Ending::Well);
    let document = match longer(&ending.silence, facts, work)? {
        Some(again) => {
            document.with_button(say::looking(facts, "longer", text!("alerts.longer_button"), again))
        }
        None => document,
    };
    tell_author(ending, "ends", document, facts, work)
}

/// The command that keeps the same quiet for longer, and nothing else. That of one alert names it by its
/// number; when it is over there is nothing to keep quiet.
fn longer(silence: &Silence, facts: &Facts, work: &Work) -> Result<Option<String>, StoreError> {
    let what = match (&silence.rule, &silence.object) {
        (None, None) => Some(silence.selector.to_string()),
        _ => {
            let alerts = hidden(silence, facts, work)?;
            alerts.first().and_then(|alert| alert.incident).map(|incident| incident.to_string())
        }
    };
    Ok(what.map(|what| format!("/silence {what} 1h")))
}

fn tell_author(
    ending: &Expiring,
    what: &str,
    document: Document,
    facts: &Facts,
    work: &mut Work,
) -> Result<(), StoreError> {
    let outbound = Outbound {
        slot: Slot(format!("silence/{}/{what}", ending.silence.id.0)),
        place: ending.place.clone(),
        thread: None,
        reply_to: None,
        class: Class::Alert,
        only: None,
        document,
        not_before: None,
        expires: None,
    };
    work.post(&outbound, facts.now.wall).map(drop)
}
