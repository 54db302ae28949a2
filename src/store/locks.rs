//! Table `locks`: who holds a router for changes. One row a device: a job, or a person by hand.

use super::topic::Topic;
use super::work::{Result, View, Work};
use crate::model::{DeviceId, JobId, PersonId, Timestamp};
use rusqlite::{Row, params};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Held {
    pub device: DeviceId,
    pub person: PersonId,
    /// None when the person locked it by hand.
    pub job: Option<JobId>,
    pub since: Timestamp,
}

impl View<'_> {
    pub fn held(&self) -> Result<Vec<Held>> {
        self.all("SELECT device, person, job, since FROM locks ORDER BY device", [], held)
    }

    pub fn held_by(&self, device: DeviceId) -> Result<Option<Held>> {
        self.one("SELECT device, person, job, since FROM locks WHERE device = ?1", [device.0], held)
    }
}

impl Work<'_> {
    /// All of them or none; who holds the first that is taken is named. A job that asks again for
    /// what it holds gets it.
    pub fn take_locks(
        &mut self,
        devices: &[DeviceId],
        job: Option<JobId>,
        person: PersonId,
        now: Timestamp,
    ) -> Result<Result<(), Held>> {
        for device in devices {
            match self.held_by(*device)? {
                Some(other) if other.job.is_none() || other.job != job => return Ok(Err(other)),
                _ => {}
            }
        }
        for device in devices {
            self.run(
                "INSERT INTO locks (device, job, person, since) VALUES (?1, ?2, ?3, ?4)
                 ON CONFLICT (device) DO NOTHING",
                params![device.0, job.map(|job| job.0), person.0, now.0],
            )?;
        }
        self.touch(Topic::Locks);
        Ok(Ok(()))
    }

    /// The devices that are free now.
    pub fn release(&mut self, job: JobId) -> Result<Vec<DeviceId>> {
        let freed = self.all("SELECT device FROM locks WHERE job = ?1 ORDER BY device", [job.0], |row| {
            Ok(DeviceId(row.get(0)?))
        })?;
        self.run("DELETE FROM locks WHERE job = ?1", [job.0])?;
        if !freed.is_empty() {
            self.touch(Topic::Locks);
        }
        Ok(freed)
    }

    /// One device's work is over, while the job goes on with others.
    pub fn release_device(&mut self, job: JobId, device: DeviceId) -> Result<()> {
        let freed = self.run("DELETE FROM locks WHERE job = ?1 AND device = ?2", [job.0, device.0])?;
        if freed > 0 {
            self.touch(Topic::Locks);
        }
        Ok(())
    }

    /// Opens what a person locked by hand. False when no hand lock was there.
    pub fn unlock(&mut self, device: DeviceId) -> Result<bool> {
        let opened = self.run("DELETE FROM locks WHERE device = ?1 AND job IS NULL", [device.0])?;
        self.touch(Topic::Locks);
        Ok(opened > 0)
    }
}

fn held(row: &Row<'_>) -> rusqlite::Result<Held> {
    Ok(Held {
        device: DeviceId(row.get("device")?),
        person: PersonId(row.get("person")?),
        job: row.get::<_, Option<i64>>("job")?.map(JobId),
        since: Timestamp(row.get("since")?),
    })
}
