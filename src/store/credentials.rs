//! Table `credentials`: names, user names and sealed passwords. Only the master key, which is not
//! here, opens what is sealed.

use super::error::Refused;
use super::topic::Topic;
use super::work::{Result, View, Work};
use crate::model::{Sealed, Timestamp};
use rusqlite::{Row, params};

#[derive(Clone, Debug, PartialEq)]
pub struct Credential {
    pub name: String,
    pub username: String,
    pub password: Sealed,
    pub enable: Option<Sealed>,
}

impl View<'_> {
    pub fn credential(&self, name: &str) -> Result<Option<Credential>> {
        self.one(
            "SELECT name, username, password, enable FROM credentials WHERE name = ?1",
            [name],
            credential,
        )
    }

    /// When each was last set, by its name in small letters.
    pub fn credentials_set_at(&self) -> Result<std::collections::BTreeMap<String, Timestamp>> {
        let rows = self.all("SELECT lower(name), set_at FROM credentials", [], |row| {
            Ok((row.get::<_, String>(0)?, Timestamp(row.get(1)?)))
        })?;
        Ok(rows.into_iter().collect())
    }

    pub fn credential_names(&self) -> Result<Vec<String>> {
        self.all("SELECT name FROM credentials ORDER BY name", [], |row| row.get(0))
    }
}

impl Work<'_> {
    pub fn set_credential(&mut self, credential: &Credential, now: Timestamp) -> Result<()> {
        self.run(
            "INSERT INTO credentials (name, username, password, enable, set_at) VALUES (?1, ?2, ?3, ?4, ?5)
             ON CONFLICT (name) DO UPDATE SET username = excluded.username, password = excluded.password,
                enable = excluded.enable, set_at = excluded.set_at",
            params![
                credential.name,
                credential.username,
                credential.password.0,
                credential.enable.as_ref().map(|sealed| sealed.0.as_slice()),
                now.0
            ],
        )?;
        self.touch(Topic::People);
        Ok(())
    }

    pub fn remove_credential(&mut self, name: &str) -> Result<()> {
        let devices = self.all(
            "SELECT name FROM devices WHERE credential = ?1 AND removed_at IS NULL ORDER BY name",
            [name],
            |row| row.get(0),
        )?;
        if !devices.is_empty() {
            return Err(Refused::CredentialInUse { name: name.to_owned(), devices }.into());
        }
        if self.run("DELETE FROM credentials WHERE name = ?1", [name])? == 0 {
            return Err(Refused::Unknown { noun: "credential", name: name.to_owned() }.into());
        }
        self.touch(Topic::People);
        Ok(())
    }
}

fn credential(row: &Row<'_>) -> rusqlite::Result<Credential> {
    Ok(Credential {
        name: row.get("name")?,
        username: row.get("username")?,
        password: Sealed(row.get("password")?),
        enable: row.get::<_, Option<Vec<u8>>>("enable")?.map(Sealed),
    })
}
