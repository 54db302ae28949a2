//! `/config`: a router's configuration as it was backed up, secrets left out, as a file.

use super::{Builtin, no_plan, nothing_to_settle, nothing_wanted, output};
use crate::model::invocation::When;
use crate::model::{Document, Ending, Facts, Resolved, Sign, TaskResult};
use crate::store::{StoreError, Work};

pub const CONFIG: Builtin = Builtin {
    name: "config",
    title: |resolved| text!("config.title", whom = super::say::whom(resolved)),
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
    let version = match resolved.when("when") {
        None => work.latest(device.id)?,
        Some(When::At(at)) => work.version_at(device.id, *at)?,
        Some(When::Version(id)) => work.version(*id)?.filter(|version| version.device == device.id),
    };
    let Some(version) = version else {
        let text = match resolved.when("when") {
            None => text!("diff.no_backup", device = name),
            Some(_) => text!("diff.no_backup_then", device = name),
        };
        return Ok(Document::line(Sign::Question, text, Ending::Badly));
    };
    let text = text!(
        "config.verdict",
        device = name,
        at = version.taken_at,
        version = version.id.to_string(),
        seen = version.last_seen_at
    );
    let stamp = version.taken_at.utc().format("%Y%m%d-%H%M%S");
    let text_of = work.redacted(version.id)?.unwrap_or_default();
    let file = output::attach(work, facts, format!("{name}_{stamp}.cfg"), &text_of)?;
    Ok(Document::line(Sign::Done, text, Ending::Well)
        .with_detail(text!("config.redacted", device = name))
        .with(file))
}
