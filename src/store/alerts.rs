//! Table `alerts`: what is not OK now, one row a key. No row means OK.

use super::work::{Result, View, from_json};
use crate::model::Alert;

impl View<'_> {
    /// Every alert that people know by a number and that is not over.
    pub fn open_alerts(&self) -> Result<Vec<Alert>> {
        let alerts: Vec<Alert> =
            self.all("SELECT state FROM alerts WHERE incident IS NOT NULL ORDER BY incident", [], |row| {
                from_json(row, "state")
            })?;
        Ok(alerts.into_iter().filter(|alert| alert.phase.is_open()).collect())
    }
}
