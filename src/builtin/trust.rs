//! `/trust`: accept a router's new host key, after seeing old and new side by side.

use super::{Builtin, no_plan, nothing_to_settle, nothing_wanted, say};
use crate::model::{Action, Document, Ending, Facts, Resolved, Sign, TaskResult};
use crate::store::{StoreError, Work};

pub const TRUST: Builtin = Builtin {
    name: "trust",
    title: |resolved| text!("trust.title", whom = say::whom(resolved)),
    plan: no_plan,
    wants: nothing_wanted,
    settle: nothing_to_settle,
    answer,
};

fn answer(
    resolved: &Resolved,
    facts: &Facts,
    _: &[TaskResult],
    work: &mut Work,
) -> Result<Document, StoreError> {
    let Some(device) = resolved.devices.first() else { return Ok(Document::default()) };
    let name = device.name.as_str();
    let Some(pin) = work.pin(device.id)? else {
        let text = text!("trust.never_seen", device = name);
        return Ok(Document::line(Sign::None, text, Ending::Well));
    };
    let Some(offered) = pin.offered else {
        let text = text!("trust.nothing_new", device = name);
        return Ok(Document::line(Sign::Done, text, Ending::Well)
            .with_detail(text!("trust.pinned", key = pin.fingerprint)));
    };
    match resolved.word("fingerprint") {
        None => Ok(Document {
            ended: None,
            ..Document::line(Sign::Question, text!("trust.question", device = name), Ending::Well)
        }
        .with_detail(text!("trust.old", key = pin.fingerprint, at = pin.first_seen))
        .with_detail(text!("trust.new", key = &offered, at = pin.offered_at.unwrap_or(facts.now.wall)))
        .with_detail(text!("trust.check"))
        .with_button(say::deciding(
            facts,
            resolved.invocation.asker,
            "trust",
            text!("trust.button"),
            Action::Run { line: format!("/trust {name} {offered}") },
        ))),
        Some(typed) if typed == offered => {
            if !work.trust(device.id, &offered, facts.now.wall)? {
                let text = text!("trust.other_key", device = name, key = offered);
                return Ok(Document::line(Sign::Refused, text, Ending::Badly));
            }
            let text = text!("trust.trusted", device = name);
            Ok(Document::line(Sign::Done, text, Ending::Well)
                .with_detail(text!("trust.pinned", key = offered)))
        }
        Some(_) => Ok(Document::line(
            Sign::Refused,
            text!("trust.other_key", device = name, key = offered),
            Ending::Badly,
        )),
    }
}
