//! Table `meta`: the few values that the installation has once.

use super::work::{Result, View, Work};
use crate::model::Timestamp;
use rusqlite::params;

const INSTALLATION: &str = "installation";
const ALIVE_AT: &str = "alive_at";

impl View<'_> {
    /// The random name of this installation, made once.
    pub fn installation(&self) -> Result<String> {
        Ok(self.meta(INSTALLATION)?.unwrap_or_default())
    }

    /// When routers were last looked after. None before the first start.
    pub fn alive_at(&self) -> Result<Option<Timestamp>> {
        Ok(self.meta(ALIVE_AT)?.and_then(|millis| millis.parse().ok()).map(Timestamp))
    }

    pub fn meta(&self, key: &str) -> Result<Option<String>> {
        self.one("SELECT value FROM meta WHERE key = ?1", [key], |row| row.get(0))
    }
}

impl Work<'_> {
    pub fn set_alive_at(&mut self, now: Timestamp) -> Result<()> {
        self.set_meta(ALIVE_AT, &now.0.to_string())
    }

    pub fn set_meta(&mut self, key: &str, value: &str) -> Result<()> {
        self.run(
            "INSERT INTO meta (key, value) VALUES (?1, ?2)
             ON CONFLICT (key) DO UPDATE SET value = excluded.value",
            params![key, value],
        )?;
        Ok(())
    }

    pub(super) fn make_installation(&mut self) -> Result<()> {
        match self.meta(INSTALLATION)? {
            Some(_) => Ok(()),
            None => self.set_meta(INSTALLATION, &random_name()?),
        }
    }
}

/// 128 random bits as 32 hex digits.
pub(super) fn random_name() -> Result<String> {
    let mut bits = [0u8; 16];
    getrandom::fill(&mut bits).map_err(|error| super::StoreError::Sql { why: error.to_string() })?;
    Ok(format!("{:032x}", u128::from_be_bytes(bits)))
}
