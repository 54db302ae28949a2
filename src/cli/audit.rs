//! `patchbay audit`: who asked what, where, and what was said.

use super::beside::Beside;
use super::print::{say, table};
use crate::model::PersonId;
use crate::store::{AuditFilter, Decision};
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::process::ExitCode;

#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// So many rows at most
    #[arg(long, default_value_t = 50)]
    limit: usize,
}

pub fn run(beside: &Beside, arguments: Arguments) -> anyhow::Result<ExitCode> {
    let limit = arguments.limit;
    let (rows, names) = beside.read(move |view| {
        let rows = view.audit_rows(&AuditFilter::default(), limit)?;
        let mut names = BTreeMap::new();
        // One by one, because the list of people lacks those who were removed.
        for id in rows.iter().filter_map(|row| row.person) {
            if let Entry::Vacant(unknown) = names.entry(id) {
                unknown.insert(view.person(id)?.map_or_else(|| id.to_string(), |person| person.name));
            }
        }
        Ok((rows, names))
    })?;
    let name = |id: Option<PersonId>| id.and_then(|id| names.get(&id)).map_or("-", String::as_str).to_owned();
    let lines: Vec<Vec<String>> = rows
        .into_iter()
        .map(|row| {
            let at = row.at.utc().with_timezone(&beside.settings.time_zone);
            let decision = match row.decision {
                Decision::Allowed => "allowed",
                Decision::Refused => "refused",
                Decision::Asked => "asked",
                Decision::Done => "done",
            };
            vec![
                at.format("%Y-%m-%d %H:%M:%S").to_string(),
                name(row.person),
                format!("{}:{}", row.identity.channel, row.identity.external),
                decision.to_owned(),
                row.rule.unwrap_or_default(),
                row.job.map(|job| job.to_string()).unwrap_or_default(),
                row.line,
            ]
        })
        .collect();
    match lines.is_empty() {
        true => say("nothing yet"),
        false => table(&["when", "who", "identity", "decision", "rule", "job", "line"], &lines),
    }
    Ok(ExitCode::SUCCESS)
}
