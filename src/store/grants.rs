//! Table `grants`: the rules of the policy. Three are seeded by the first migration, so that the
//! roles mean something from the start; they can be removed like any other.

use super::error::Refused;
use super::topic::Topic;
use super::work::{Result, View, Work, from_word, to_word};
use crate::model::person::Subject;
use crate::model::{Grant, GrantId, PersonId, Policy};
use rusqlite::{Row, params};

impl View<'_> {
    /// Every rule, oldest first: a refusal names the first that fits.
    pub fn policy(&self) -> Result<Policy> {
        let grants = self.all(
            "SELECT id, name, subject, person, role, command, selector, chat, effect FROM grants ORDER BY id",
            [],
            grant,
        )?;
        Ok(Policy { grants })
    }
}

impl Work<'_> {
    /// The id of the given value is not looked at.
    pub fn add_grant(&mut self, grant: &Grant) -> Result<GrantId> {
        if self.any("SELECT 1 FROM grants WHERE name = ?1", [&grant.name])? {
            return Err(Refused::NameTaken { noun: "grant", name: grant.name.clone() }.into());
        }
        let (subject, person, role) = match &grant.subject {
            Subject::Person(id) => ("person", Some(id.0), None),
            Subject::Role(role) => ("role", None, Some(role.as_str())),
            Subject::Everyone => ("everyone", None, None),
        };
        let id = self.insert(
            "INSERT INTO grants (name, subject, person, role, command, selector, chat, effect)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
            params![
                grant.name,
                subject,
                person,
                role,
                grant.command,
                grant.selector.to_string(),
                grant.chat,
                to_word(&grant.effect)?
            ],
        )?;
        self.touch(Topic::People);
        Ok(GrantId(id))
    }

    pub fn remove_grant(&mut self, id: GrantId) -> Result<bool> {
        let removed = self.run("DELETE FROM grants WHERE id = ?1", [id.0])?;
        self.touch(Topic::People);
        Ok(removed > 0)
    }
}

fn grant(row: &Row<'_>) -> rusqlite::Result<Grant> {
    let person: Option<i64> = row.get("person")?;
    let role: Option<String> = row.get("role")?;
    // The checks of the table leave no fourth case.
    let subject = match (person, role) {
        (Some(id), _) => Subject::Person(PersonId(id)),
        (None, Some(role)) => Subject::Role(role),
        (None, None) => Subject::Everyone,
    };
    Ok(Grant {
        id: GrantId(row.get("id")?),
        name: row.get("name")?,
        subject,
        command: row.get("command")?,
        selector: from_word(row, "selector")?,
        chat: row.get("chat")?,
        effect: from_word(row, "effect")?,
    })
}
