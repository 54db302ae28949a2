//! Tables `locks` and `hand_locks`: who holds a router for changes. A job holds it while it works on it; a
//! person holds it until he opens it, and his own jobs go through.

use super::topic::Topic;
use super::work::{Result, View, Work};
use crate::model::{Destination, DeviceId, JobId, PersonId, Thread, Timestamp};
use rusqlite::{Row, params};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Held {
    pub device: DeviceId,
    pub person: PersonId,
    /// None when the person locked it by hand.
    pub job: Option<JobId>,
    pub since: Timestamp,
    /// Why a person locked it.
    pub reason: Option<String>,
}

/// A lock by hand, and where its holder is told when somebody else opens it.
#[derive(Clone, Debug, PartialEq)]
pub struct HandLock {
    pub device: DeviceId,
    pub person: PersonId,
    pub since: Timestamp,
    pub reason: Option<String>,
    pub place: Destination,
    pub thread: Option<Thread>,
}

const HELD: &str = "SELECT device, person, job, since, NULL AS reason FROM locks
    UNION ALL SELECT device, person, NULL, since, reason FROM hand_locks";

impl View<'_> {
    /// A router that a person locked and his own job works on is there twice, the job first.
    pub fn held(&self) -> Result<Vec<Held>> {
        self.all(&format!("SELECT * FROM ({HELD}) ORDER BY device, job IS NULL"), [], held)
    }

    /// The job that works on it, else the person who locked it.
    pub fn held_by(&self, device: DeviceId) -> Result<Option<Held>> {
        let sql = format!("SELECT * FROM ({HELD}) WHERE device = ?1 ORDER BY job IS NULL LIMIT 1");
        self.one(&sql, [device.0], held)
    }

    /// The oldest first.
    pub fn hand_locks(&self) -> Result<Vec<HandLock>> {
        self.all("SELECT * FROM hand_locks ORDER BY since, device", [], hand_lock)
    }

    pub fn hand_lock(&self, device: DeviceId) -> Result<Option<HandLock>> {
        self.one("SELECT * FROM hand_locks WHERE device = ?1", [device.0], hand_lock)
    }

    /// Who stands in the way of a person's change, be it a job of anybody or a lock of somebody else.
    fn in_the_way(&self, device: DeviceId, job: Option<JobId>, person: PersonId) -> Result<Option<Held>> {
        self.one(
            &format!(
                "SELECT * FROM ({HELD}) WHERE device = ?1
                 AND ((job IS NOT NULL AND job IS NOT ?2) OR (job IS NULL AND person <> ?3))
                 ORDER BY job IS NOT NULL LIMIT 1"
            ),
            params![device.0, job.map(|job| job.0), person.0],
            held,
        )
    }
}

impl Work<'_> {
    /// All of them or none; who holds the first that is taken is named. A job that asks again for
    /// what it holds gets it, and a lock by hand does not stop the one who made it.
    pub fn take_locks(
        &mut self,
        devices: &[DeviceId],
        job: JobId,
        person: PersonId,
        now: Timestamp,
    ) -> Result<Result<(), Held>> {
        for device in devices {
            if let Some(other) = self.in_the_way(*device, Some(job), person)? {
                return Ok(Err(other));
            }
        }
        for device in devices {
            self.run(
                "INSERT INTO locks (device, job, person, since) VALUES (?1, ?2, ?3, ?4)
                 ON CONFLICT (device) DO NOTHING",
                params![device.0, job.0, person.0, now.0],
            )?;
        }
        self.touch(Topic::Locks);
        Ok(Ok(()))
    }

    /// The devices that no job holds any more; a lock by hand stays.
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

    /// By hand. Who locks again what is his only says why anew; since when stays.
    pub fn lock_by_hand(&mut self, lock: &HandLock) -> Result<Result<(), Held>> {
        let own_job = self.held_by(lock.device)?.filter(|held| held.person == lock.person);
        if let Some(other) = self.in_the_way(lock.device, own_job.and_then(|held| held.job), lock.person)? {
            return Ok(Err(other));
        }
        self.run(
            "INSERT INTO hand_locks (device, person, since, reason, channel, address, thread)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
             ON CONFLICT (device) DO UPDATE SET reason = coalesce(excluded.reason, reason),
             channel = excluded.channel, address = excluded.address, thread = excluded.thread",
            params![
                lock.device.0,
                lock.person.0,
                lock.since.0,
                lock.reason,
                lock.place.channel,
                lock.place.address,
                lock.thread.as_ref().map(|thread| thread.0.as_str())
            ],
        )?;
        self.touch(Topic::Locks);
        Ok(Ok(()))
    }

    /// Opens what a person locked by hand. False when no hand lock was there.
    pub fn unlock(&mut self, device: DeviceId) -> Result<bool> {
        let opened = self.run("DELETE FROM hand_locks WHERE device = ?1", [device.0])?;
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
        reason: row.get("reason")?,
    })
}

fn hand_lock(row: &Row<'_>) -> rusqlite::Result<HandLock> {
    Ok(HandLock {
        device: DeviceId(row.get("device")?),
        person: PersonId(row.get("person")?),
        since: Timestamp(row.get("since")?),
        reason: row.get("reason")?,
        place: Destination { channel: row.get("channel")?, address: row.get("address")? },
        thread: row.get::<_, Option<String>>("thread")?.map(Thread),
    })
}
