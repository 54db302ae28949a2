//! `patchbay audit`: who asked what, where, and what was said.

use super::beside::Beside;
use super::print::{say, table};
use crate::store::{AuditFilter, Decision};
use std::process::ExitCode;

#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// So many rows at most
    #[arg(long, default_value_t = 50)]
    limit: usize,
}

pub fn run(beside: &Beside, arguments: Arguments) -> anyhow::Result<ExitCode> {
    let limit = arguments.limit;
    let (rows, people) =
        beside.read(move |view| Ok((view.audit_rows(&AuditFilter::default(), limit)?, view.people()?)))?;
    let name = |id| {
        people.iter().find(|person| Some(person.id) == id).map_or_else(|| "-".to_owned(), |p| p.name.clone())
    };
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
