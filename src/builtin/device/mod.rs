//! `/device`: one router of the inventory: shown, added, changed, removed.

use super::{Builtin, no_plan, nothing_to_settle, nothing_wanted, say};
use crate::model::{Action, Document, Ending, Facts, Resolved, Sign, TaskResult, Text};
use crate::store::{StoreError, Work};

mod pairs;
mod port;
mod sheet;

pub use pairs::{DeviceChange, Known, Problem, blank, change, change_all, differences, values};

pub const DEVICE: Builtin = Builtin {
    name: "device",
    title: |_| text!("device.title"),
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
    match resolved.command.action.as_deref() {
        Some("add") => add(resolved, facts, work),
        Some("set") => set(resolved, facts, work),
        Some("remove") => remove(resolved, facts, work),
        _ => match resolved.devices.first() {
            Some(device) => sheet::sheet(device, facts, work),
            None => Ok(Document::default()),
        },
    }
}

fn add(resolved: &Resolved, facts: &Facts, work: &mut Work) -> Result<Document, StoreError> {
    let name = resolved.word("name").unwrap_or_default();
    let words = resolved.word("fields").unwrap_or_default();
    let device = match pairs::fresh(name, words, &known(facts)) {
        Ok(device) => device,
        Err(problem) => return Ok(bad(problem, text!("device.add_hint"))),
    };
    match tried(work, facts, |work| work.add_device(&device, facts.now.wall))? {
        Err(document) => Ok(document),
        Ok(_) => {
            let text = text!("device.added", device = name, host = device.host.as_str());
            let document = Document::line(Sign::Done, text, Ending::Well)
                .with_detail(text!("device.credential_hint", credential = device.credential.as_str()));
            Ok(document.with_button(say::looking(
                facts,
                "version",
                text!("device.try", device = name),
                format!("/version {name}"),
            )))
        }
    }
}

fn set(resolved: &Resolved, facts: &Facts, work: &mut Work) -> Result<Document, StoreError> {
    let Some(old) = resolved.devices.first() else { return Ok(Document::default()) };
    let words = resolved.word("fields").unwrap_or_default();
    let new = match pairs::changed(old, words, &known(facts)) {
        Ok(new) => new,
        Err(problem) => {
            let device = old.name.as_str();
            let hint = match words.contains("interface=") || matches!(problem, Problem::NoInterface { .. }) {
                true => text!("device.port_hint", device = device),
                false => text!("device.set_hint", device = device),
            };
            return Ok(bad(problem, hint));
        }
    };
    let differences = pairs::differences(old, &new, &facts.inventory);
    if differences.is_empty() {
        let text = text!("device.same", device = old.name.as_str());
        return Ok(Document::line(Sign::Done, text, Ending::Well));
    }
    match tried(work, facts, |work| work.set_device(&new))? {
        Err(document) => Ok(document),
        Ok(()) => {
            let text = text!("device.changed", device = new.name.as_str());
            let document = Document::line(Sign::Done, text, Ending::Well);
            Ok(differences.into_iter().fold(document, Document::with_detail))
        }
    }
}

/// Asks once, because a removed router is no longer watched or backed up; its history stays.
fn remove(resolved: &Resolved, facts: &Facts, work: &mut Work) -> Result<Document, StoreError> {
    let Some(device) = resolved.devices.first() else { return Ok(Document::default()) };
    let name = device.name.as_str();
    if resolved.word("sure") == Some("no") {
        return Ok(Document::line(Sign::None, text!("device.kept", device = name), Ending::Well));
    }
    if resolved.word("sure") == Some("yes") {
        return match tried(work, facts, |work| work.remove_device(device.id, facts.now.wall))? {
            Err(document) => Ok(document),
            Ok(()) => {
                let text = text!("device.removed", device = name);
                Ok(Document::line(Sign::Done, text, Ending::Well).with_detail(text!("device.history_stays")))
            }
        };
    }
    let question = Document::open(
        Sign::Question,
        text!("device.remove_question", device = name, host = device.host.as_str()),
    );
    let (asker, label) = (resolved.invocation.asker, text!("device.remove_button", device = name));
    let action = Action::Run { line: format!("/device remove {name} yes") };
    let (keep, no) = (text!("device.keep_button"), format!("/device remove {name} no"));
    Ok(question
        .with_detail(text!("device.history_stays"))
        .with_button(say::deciding(facts, asker, "remove", label, action))
        .with_button(say::declining(facts, asker, keep, no)))
}

fn known(facts: &Facts) -> Known<'_> {
    Known { inventory: &facts.inventory, platforms: &facts.platforms, board: &facts.board }
}

fn bad(problem: Problem, hint: Text) -> Document {
    Document::line(Sign::Question, problem.text(), Ending::Badly).with_detail(hint)
}

fn refused(why: &crate::store::Refused, facts: &Facts) -> Document {
    use crate::store::Refused;
    let text = match why {
        Refused::ParentCircle { parent } => {
            text!("device.parent_circle", parent = facts.inventory.name(*parent))
        }
        Refused::UnknownParent { parent } => {
            text!("device.parent_gone", parent = facts.inventory.name(*parent))
        }
        Refused::NameTaken { .. }
        | Refused::Unknown { .. }
        | Refused::DeviceLocked { .. }
        | Refused::CredentialInUse { .. }
        | Refused::IdentityTaken { .. }
        | Refused::Incomplete => text!("device.refused", why = why.to_string()),
    };
    Document::line(Sign::Refused, text, Ending::Badly)
}

/// What the rules of the inventory forbid becomes an answer; what the disk forbids stays an error.
fn tried<'c, T>(
    work: &mut Work<'c>,
    facts: &Facts,
    step: impl FnOnce(&mut Work<'c>) -> Result<T, StoreError>,
) -> Result<Result<T, Document>, StoreError> {
    match work.apart(step) {
        Ok(value) => Ok(Ok(value)),
        Err(StoreError::Refused(why)) => Ok(Err(refused(&why, facts))),
        Err(error) => Err(error),
    }
}

/// A label and its value, for sheets.
pub(super) fn field(label: Text, value: impl Into<crate::model::Arg>) -> Text {
    text!("device.field", label = label, value = value.into())
}
