//! `/whoami`: who the bot takes one for, and what that allows.

use super::{Builtin, no_plan, nothing_to_settle, nothing_wanted};
use crate::model::{Document, Ending, Facts, Resolved, Sign, TaskResult};
use crate::store::{StoreError, Work};

pub const WHOAMI: Builtin = Builtin {
    name: "whoami",
    title: |_| text!("whoami.title"),
    plan: no_plan,
    wants: nothing_wanted,
    settle: nothing_to_settle,
    answer,
};

fn answer(_: &Resolved, facts: &Facts, _: &[TaskResult], work: &mut Work) -> Result<Document, StoreError> {
    let Some(person) = &facts.asker else { return Ok(Document::default()) };
    let identities = work.identities(person.id)?;
    let known_as: Vec<String> =
        identities.iter().map(|identity| format!("{}:{}", identity.channel, identity.external)).collect();
    let rules: Vec<String> = facts
        .policy
        .grants
        .iter()
        .filter(|grant| match &grant.subject {
            crate::model::person::Subject::Person(id) => *id == person.id,
            crate::model::person::Subject::Role(role) => role.eq_ignore_ascii_case(&person.role),
            crate::model::person::Subject::Everyone => true,
        })
        .map(|grant| grant.name.clone())
        .collect();
    let verdict = text!("whoami.verdict", name = person.name.as_str(), role = person.role.as_str());
    Ok(Document::line(Sign::None, verdict, Ending::Well)
        .with_detail(text!("whoami.known_as", identities = known_as))
        .with_detail(text!("whoami.rules", rules = rules))
        .with_detail(text!("whoami.here", place = facts.place.to_string(), zone = person.time_zone.name())))
}
