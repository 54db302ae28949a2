//! Who the bot does not know: one polite refusal a day with what an admin needs, then silence; and the
//! one door that is open to them, a code from `/link`.

use super::decide::{Audit, Ruling};
use super::enact::{own_slot, remember, row, say};
use super::gather::Gathered;
use super::recipient;
use crate::builtin;
use crate::command::{self, Catalog};
use crate::model::{Class, Document, Ending, Identity, Run, Sign, Text};
use crate::store::{StoreError, Work};

/// The words of the refusal, also as the instant answer to a button.
pub fn unknown(identity: &Identity) -> Text {
    text!("refuse.stranger", channel = identity.channel.as_str(), id = identity.external.as_str())
}

/// The code of `/link CODE`, whoever sends it.
pub fn code(catalog: &Catalog, typed: &str) -> Option<String> {
    let line = command::parse(typed).ok()?;
    let (first, rest) = line.words.split_first()?;
    let links = |run: &Run| *run == Run::Builtin(builtin::LINK.name.to_owned());
    let named = catalog.named(&first.text).iter().any(|command| links(&command.run));
    let code: String = rest.iter().map(|word| word.text.as_str()).collect();
    (named && !code.is_empty()).then_some(code)
}

/// The first word of a day is answered and stands in the audit, with the number of those that were not.
pub fn refuse(work: &mut Work, gathered: &Gathered, line: &str, why: Option<Text>) -> Result<(), StoreError> {
    let asker = &gathered.request.asker;
    let Some(unheard) = work.hear_stranger(asker, gathered.facts.now.wall)? else { return Ok(()) };
    let audit = Audit { line: line.to_owned(), ruling: Ruling::Stranger, ..Audit::default() };
    let mut row = row(gathered, &audit, None);
    row.outcome = (unheard > 0).then(|| format!("{unheard} more before this were not answered"));
    work.audit(&row)?;
    let document = match why {
        Some(why) => Document::line(Sign::Refused, why, Ending::Badly),
        None => Document::line(Sign::Refused, unknown(asker), Ending::Badly)
            .with_detail(text!("refuse.stranger_link")),
    };
    let class = if gathered.press.is_some() { Class::Ephemeral } else { Class::Result };
    say(work, gathered, own_slot(gathered), class, document)
}

/// A line as it may be shown to others: a code is nobody else's.
pub fn masked(catalog: &Catalog, typed: &str) -> String {
    match code(catalog, typed) {
        Some(_) => MASKED.to_owned(),
        None => recipient::masked(catalog, typed).unwrap_or(typed).to_owned(),
    }
}

const MASKED: &str = "/link ****-****";

/// What a code came to. The code itself stands in no audit row.
pub fn link(work: &mut Work, gathered: &Gathered, code: &str) -> Result<(), StoreError> {
    let claimed = builtin::claim(code, &gathered.request.asker, &gathered.facts, work)?;
    let Some(document) = claimed.document else { return Ok(()) };
    let ruling = if claimed.became.is_some() { Ruling::Allowed } else { Ruling::Refused };
    let audit = Audit { line: MASKED.to_owned(), permission: "link".to_owned(), ruling, rule: None };
    let mut row = row(gathered, &audit, None);
    row.person = row.person.or(claimed.became);
    work.audit(&row)?;
    let person = claimed.became.map(|id| work.person(id)).transpose()?.flatten();
    if let Some(person) = &person {
        remember(work, gathered, person)?;
    }
    say(work, gathered, own_slot(gathered), Class::Result, document)
}
