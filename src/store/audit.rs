//! Table `audit`: every command and every refusal, for ever. Triggers refuse to change or delete a
//! row; what became of something is a row of its own.

use super::work::{Result, View, Work, counted, from_word, limit, to_word};
use crate::model::{Destination, Identity, JobId, PersonId, Timestamp};
use rusqlite::{Row, params};
use serde::{Deserialize, Serialize};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Decision {
    Allowed,
    Refused,
    /// A question was asked back instead.
    Asked,
    /// What became of something that was allowed before.
    Done,
}

#[derive(Clone, Debug, PartialEq)]
pub struct AuditRow {
    pub at: Timestamp,
    /// None for a stranger.
    pub person: Option<PersonId>,
    pub identity: Identity,
    pub place: Destination,
    pub line: String,
    pub permission: Option<String>,
    pub decision: Decision,
    /// The grant that said no, or why else.
    pub rule: Option<String>,
    pub job: Option<JobId>,
    pub outcome: Option<String>,
}

/// Which rows are asked for; what is `None` does not matter.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct AuditFilter {
    pub person: Option<PersonId>,
    pub job: Option<JobId>,
    pub since: Option<Timestamp>,
}

impl View<'_> {
    /// Newest first.
    pub fn audit_rows(&self, filter: &AuditFilter, rows: usize) -> Result<Vec<AuditRow>> {
        self.all(
            "SELECT at, person, identity_channel, identity_external, channel, address, line, permission, decision,
                rule, job, outcome
             FROM audit WHERE (?1 IS NULL OR person = ?1) AND (?2 IS NULL OR job = ?2) AND (?3 IS NULL OR at >= ?3)
             ORDER BY id DESC LIMIT ?4",
            params![
                filter.person.map(|id| id.0),
                filter.job.map(|id| id.0),
                filter.since.map(|at| at.0),
                limit(rows)
            ],
            audit_row,
        )
    }
}

impl View<'_> {
    /// How often each permission was asked for and given, by the newest so many rows.
    pub fn most_used(&self, rows: usize) -> Result<Vec<(String, usize)>> {
        self.all(
            "SELECT permission, count(*) AS used FROM (SELECT permission, decision FROM audit ORDER BY id DESC LIMIT ?1)
             WHERE decision = 'allowed' AND permission IS NOT NULL GROUP BY permission ORDER BY used DESC, permission",
            [limit(rows)],
            |row| Ok((row.get("permission")?, counted(row, "used")?)),
        )
    }
}

impl Work<'_> {
    pub fn audit(&mut self, row: &AuditRow) -> Result<()> {
        self.run(
            "INSERT INTO audit (at, person, identity_channel, identity_external, channel, address, line,
                permission, decision, rule, job, outcome)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
            params![
                row.at.0,
                row.person.map(|id| id.0),
                row.identity.channel,
                row.identity.external,
                row.place.channel,
                row.place.address,
                row.line,
                row.permission,
                to_word(&row.decision)?,
                row.rule,
                row.job.map(|id| id.0),
                row.outcome
            ],
        )?;
        Ok(())
    }
}

fn audit_row(row: &Row<'_>) -> rusqlite::Result<AuditRow> {
    Ok(AuditRow {
        at: Timestamp(row.get("at")?),
        person: row.get::<_, Option<i64>>("person")?.map(PersonId),
        identity: Identity { channel: row.get("identity_channel")?, external: row.get("identity_external")? },
        place: Destination { channel: row.get("channel")?, address: row.get("address")? },
        line: row.get("line")?,
        permission: row.get("permission")?,
        decision: from_word(row, "decision")?,
        rule: row.get("rule")?,
        job: row.get::<_, Option<i64>>("job")?.map(JobId),
        outcome: row.get("outcome")?,
    })
}
