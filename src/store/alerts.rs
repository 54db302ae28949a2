//! Tables `alerts`, `incidents`, `alert_events`, `told`: what is not OK now, every firing with its
//! number, the history of decisions, and which destinations were told of a firing.

use super::topic::Topic;
use super::work::{Result, View, Work, from_json, limit, to_json};
use crate::model::{Alert, AlertKey, Destination, DeviceId, IncidentId, PersonId, Timestamp, Transition};
use rusqlite::{Row, params};

/// One firing, as it is or as it ended.
#[derive(Clone, Debug, PartialEq)]
pub struct Incident {
    pub id: IncidentId,
    /// The alert as it was last.
    pub alert: Alert,
    /// The incident in whose thread it is told.
    pub root: Option<IncidentId>,
    pub began_at: Timestamp,
    pub ended_at: Option<Timestamp>,
}

const INCIDENTS: &str = "SELECT id, root, began_at, ended_at, state FROM incidents";

impl View<'_> {
    /// What people know by a number now, worst and newest first is the caller's matter.
    pub fn open_alerts(&self) -> Result<Vec<Alert>> {
        self.all("SELECT state FROM alerts WHERE incident IS NOT NULL ORDER BY incident", [], state)
    }

    /// Every row of a device, pending ones too.
    pub fn alerts_of(&self, device: DeviceId) -> Result<Vec<Alert>> {
        self.all("SELECT state FROM alerts WHERE device = ?1 ORDER BY rule, object", [device.0], state)
    }

    /// The devices that have any row.
    pub fn devices_with_alerts(&self) -> Result<Vec<DeviceId>> {
        self.all("SELECT DISTINCT device FROM alerts", [], |row| Ok(DeviceId(row.get(0)?)))
    }

    pub fn all_alerts(&self) -> Result<Vec<Alert>> {
        self.all("SELECT state FROM alerts ORDER BY device, rule, object", [], state)
    }

    /// Alerts about which time alone may change something now.
    pub fn alerts_due(&self, now: Timestamp, rows: usize) -> Result<Vec<Alert>> {
        self.all(
            "SELECT state FROM alerts WHERE due_at <= ?1 ORDER BY due_at LIMIT ?2",
            params![now.0, limit(rows)],
            state,
        )
    }

    /// The open alert behind a number; none when it is over.
    pub fn alert(&self, incident: IncidentId) -> Result<Option<Alert>> {
        self.one("SELECT state FROM alerts WHERE incident = ?1", [incident.0], state)
    }

    pub fn incident(&self, id: IncidentId) -> Result<Option<Incident>> {
        self.one(&format!("{INCIDENTS} WHERE id = ?1"), [id.0], incident)
    }

    /// The firings of one alert, newest first.
    pub fn incidents_of(&self, key: &AlertKey, rows: usize) -> Result<Vec<Incident>> {
        self.all(
            &format!("{INCIDENTS} WHERE device = ?1 AND rule = ?2 AND object = ?3 ORDER BY id DESC LIMIT ?4"),
            params![key.device.0, key.rule, key.object, limit(rows)],
            incident,
        )
    }

    /// Ended ones, newest first.
    pub fn ended_incidents(&self, rows: usize) -> Result<Vec<Incident>> {
        self.all(
            &format!("{INCIDENTS} WHERE ended_at IS NOT NULL ORDER BY ended_at DESC LIMIT ?1"),
            [limit(rows)],
            incident,
        )
    }

    /// What was decided about an incident, oldest first.
    pub fn transitions(&self, incident: IncidentId) -> Result<Vec<Transition>> {
        self.all(
            "SELECT device, rule, object, incident, at, cause, value, actor FROM alert_events
             WHERE incident = ?1 ORDER BY id",
            [incident.0],
            transition,
        )
    }

    /// The destinations that were told of its firing.
    pub fn told(&self, incident: IncidentId) -> Result<Vec<Destination>> {
        self.all(
            "SELECT channel, address FROM told WHERE incident = ?1 ORDER BY channel, address",
            [incident.0],
            |row| Ok(Destination { channel: row.get(0)?, address: row.get(1)? }),
        )
    }
}

impl Work<'_> {
    /// The alert as it is from now on. From its first firing on it has a number; one that is over
    /// leaves its row. Gives back the alert with its number.
    pub fn put_alert(
        &mut self,
        mut alert: Alert,
        due: Option<Timestamp>,
        root: Option<IncidentId>,
        now: Timestamp,
    ) -> Result<Alert> {
        if alert.incident.is_none() && alert.phase.is_open() {
            alert.incident = Some(self.open_incident(&alert, root, now)?);
        }
        if let Some(incident) = alert.incident {
            let ended = alert.phase.is_over().then_some(now.0);
            self.run(
                "UPDATE incidents SET state = ?2, ended_at = coalesce(ended_at, ?3) WHERE id = ?1",
                params![incident.0, to_json(&alert)?, ended],
            )?;
        }
        match alert.phase.is_over() {
            true => self.drop_alert(&alert.key)?,
            false => {
                self.run(
                    "INSERT INTO alerts (device, rule, object, incident, due_at, state)
                     VALUES (?1, ?2, ?3, ?4, ?5, ?6)
                     ON CONFLICT (device, rule, object) DO UPDATE
                        SET incident = excluded.incident, due_at = excluded.due_at, state = excluded.state",
                    params![
                        alert.key.device.0,
                        alert.key.rule,
                        alert.key.object,
                        alert.incident.map(|incident| incident.0),
                        due.map(|at| at.0),
                        to_json(&alert)?
                    ],
                )?;
            }
        }
        self.touch(Topic::Alerts);
        Ok(alert)
    }

    fn open_incident(
        &mut self,
        alert: &Alert,
        root: Option<IncidentId>,
        now: Timestamp,
    ) -> Result<IncidentId> {
        let id = self.insert(
            "INSERT INTO incidents (device, rule, object, root, began_at, state) VALUES (?1, ?2, ?3, ?4, ?5, '')",
            params![alert.key.device.0, alert.key.rule, alert.key.object, root.map(|root| root.0), now.0],
        )?;
        // What was decided while it was pending belongs to it: its history begins at the first breach.
        self.run(
            "UPDATE alert_events SET incident = ?4
             WHERE device = ?1 AND rule = ?2 AND object = ?3 AND incident IS NULL AND at >= ?5",
            params![alert.key.device.0, alert.key.rule, alert.key.object, id, alert.since.0],
        )?;
        Ok(IncidentId(id))
    }

    /// Back to OK: no row.
    pub fn drop_alert(&mut self, key: &AlertKey) -> Result<()> {
        self.run(
            "DELETE FROM alerts WHERE device = ?1 AND rule = ?2 AND object = ?3",
            params![key.device.0, key.rule, key.object],
        )?;
        self.touch(Topic::Alerts);
        Ok(())
    }

    pub fn note_transition(&mut self, transition: &Transition) -> Result<()> {
        self.run(
            "INSERT INTO alert_events (device, rule, object, incident, at, cause, value, actor)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
            params![
                transition.key.device.0,
                transition.key.rule,
                transition.key.object,
                transition.incident.map(|incident| incident.0),
                transition.at.0,
                to_json(&transition.cause)?,
                transition.value,
                transition.actor.map(|person| person.0)
            ],
        )?;
        Ok(())
    }

    /// The ledger: this destination is told of the firing, in the same transaction as its message.
    pub fn note_told(&mut self, incident: IncidentId, place: &Destination) -> Result<()> {
        self.run(
            "INSERT OR IGNORE INTO told (incident, channel, address) VALUES (?1, ?2, ?3)",
            params![incident.0, place.channel, place.address],
        )?;
        Ok(())
    }
}

fn state(row: &Row<'_>) -> rusqlite::Result<Alert> {
    from_json(row, "state")
}

fn incident(row: &Row<'_>) -> rusqlite::Result<Incident> {
    Ok(Incident {
        id: IncidentId(row.get("id")?),
        alert: from_json(row, "state")?,
        root: row.get::<_, Option<i64>>("root")?.map(IncidentId),
        began_at: Timestamp(row.get("began_at")?),
        ended_at: row.get::<_, Option<i64>>("ended_at")?.map(Timestamp),
    })
}

fn transition(row: &Row<'_>) -> rusqlite::Result<Transition> {
    Ok(Transition {
        key: AlertKey {
            device: DeviceId(row.get("device")?),
            rule: row.get("rule")?,
            object: row.get("object")?,
        },
        incident: row.get::<_, Option<i64>>("incident")?.map(IncidentId),
        at: Timestamp(row.get("at")?),
        cause: from_json(row, "cause")?,
        value: row.get("value")?,
        actor: row.get::<_, Option<i64>>("actor")?.map(PersonId),
    })
}
