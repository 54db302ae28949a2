//! Tables `people` and `identities`: who may ask, and who they are to each service. One who is
//! removed keeps the row, because history names it, and loses every identity.

use super::error::Refused;
use super::topic::Topic;
use super::work::{Result, View, Work, parsed};
use crate::model::{Identity, Person, PersonId, Reader, Timestamp};
use rusqlite::{Row, params};

/// What a person leaves behind no more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ended {
    pub identities: usize,
    pub grants: usize,
    pub codes: usize,
    pub questions: usize,
}

impl View<'_> {
    pub fn people(&self) -> Result<Vec<Person>> {
        self.all(
            "SELECT id, name, role, language, time_zone FROM people WHERE removed_at IS NULL ORDER BY id",
            [],
            person,
        )
    }

    /// Also one who was removed: history names people for ever.
    pub fn person(&self, id: PersonId) -> Result<Option<Person>> {
        self.one("SELECT id, name, role, language, time_zone FROM people WHERE id = ?1", [id.0], person)
    }

    pub fn person_by_name(&self, name: &str) -> Result<Option<Person>> {
        self.one(
            "SELECT id, name, role, language, time_zone FROM people WHERE name = ?1 AND removed_at IS NULL",
            [name],
            person,
        )
    }

    pub fn person_of(&self, identity: &Identity) -> Result<Option<Person>> {
        self.one(
            "SELECT id, name, role, language, time_zone FROM identities JOIN people ON people.id = person
             WHERE channel = ?1 AND external = ?2 AND removed_at IS NULL",
            [&identity.channel, &identity.external],
            person,
        )
    }

    /// Everybody's, for whoever must look at all.
    pub fn all_identities(&self) -> Result<Vec<(PersonId, Identity)>> {
        self.all(
            "SELECT person, channel, external FROM identities ORDER BY person, channel, external",
            [],
            |row| Ok((PersonId(row.get(0)?), Identity { channel: row.get(1)?, external: row.get(2)? })),
        )
    }

    pub fn identities(&self, person: PersonId) -> Result<Vec<Identity>> {
        self.all(
            "SELECT channel, external FROM identities WHERE person = ?1 ORDER BY channel, external",
            [person.0],
            |row| Ok(Identity { channel: row.get(0)?, external: row.get(1)? }),
        )
    }
}

impl Work<'_> {
    pub fn add_person(
        &mut self,
        name: &str,
        role: &str,
        reader: &Reader,
        identities: &[Identity],
        now: Timestamp,
    ) -> Result<PersonId> {
        self.check_person_name(name, None)?;
        for identity in identities {
            self.check_identity(identity, None)?;
        }
        let id = PersonId(self.insert(
            "INSERT INTO people (name, role, language, time_zone, added_at) VALUES (?1, ?2, ?3, ?4, ?5)",
            params![name, role, reader.language, reader.time_zone.name(), now.0],
        )?);
        for identity in identities {
            self.add_identity(id, identity)?;
        }
        self.touch(Topic::People);
        Ok(id)
    }

    pub fn set_person(&mut self, person: &Person) -> Result<()> {
        self.check_person_name(&person.name, Some(person.id))?;
        let changed = self.run(
            "UPDATE people SET name = ?2, role = ?3, language = ?4, time_zone = ?5
             WHERE id = ?1 AND removed_at IS NULL",
            params![person.id.0, person.name, person.role, person.language, person.time_zone.name()],
        )?;
        self.touch(Topic::People);
        known(changed, &person.name)
    }

    /// What the person was to services and what was granted to the person by name goes; roles stay, and
    /// so does what belongs to a chat.
    pub fn remove_person(&mut self, id: PersonId, now: Timestamp) -> Result<Ended> {
        let removed = self.run(
            "UPDATE people SET removed_at = ?2 WHERE id = ?1 AND removed_at IS NULL",
            params![id.0, now.0],
        )?;
        known(removed, &id.to_string())?;
        let ended = Ended {
            identities: self.run("DELETE FROM identities WHERE person = ?1", [id.0])?,
            grants: self.run("DELETE FROM grants WHERE person = ?1", [id.0])?,
            codes: self.end_links(id, now)? + self.end_confirmations(id)?,
            questions: self.end_dialogs(id, now)?,
        };
        self.touch(Topic::People);
        Ok(ended)
    }

    /// Giving the same identity to the same person again is no error.
    pub fn add_identity(&mut self, person: PersonId, identity: &Identity) -> Result<()> {
        self.check_identity(identity, Some(person))?;
        self.run(
            "INSERT INTO identities (channel, external, person) VALUES (?1, ?2, ?3)
             ON CONFLICT (channel, external) DO NOTHING",
            params![identity.channel, identity.external, person.0],
        )?;
        self.touch(Topic::People);
        Ok(())
    }

    pub fn remove_identity(&mut self, identity: &Identity) -> Result<bool> {
        let removed = self.run(
            "DELETE FROM identities WHERE channel = ?1 AND external = ?2",
            [&identity.channel, &identity.external],
        )?;
        self.touch(Topic::People);
        Ok(removed > 0)
    }

    fn check_person_name(&self, name: &str, own: Option<PersonId>) -> Result<()> {
        match self.person_by_name(name)? {
            Some(other) if Some(other.id) != own => {
                Err(Refused::NameTaken { noun: "person", name: other.name }.into())
            }
            _ => Ok(()),
        }
    }

    fn check_identity(&self, identity: &Identity, own: Option<PersonId>) -> Result<()> {
        match self.person_of(identity)? {
            Some(other) if Some(other.id) != own => Err(Refused::IdentityTaken {
                channel: identity.channel.clone(),
                external: identity.external.clone(),
                person: other.id,
            }
            .into()),
            _ => Ok(()),
        }
    }
}

fn known(changed: usize, name: &str) -> Result<()> {
    match changed {
        0 => Err(Refused::Unknown { noun: "person", name: name.to_owned() }.into()),
        _ => Ok(()),
    }
}

fn person(row: &Row<'_>) -> rusqlite::Result<Person> {
    Ok(Person {
        id: PersonId(row.get("id")?),
        name: row.get("name")?,
        role: row.get("role")?,
        language: row.get("language")?,
        time_zone: parsed(row, "time_zone")?,
    })
}
