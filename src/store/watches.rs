//! Table `free_watches`: who wants to be told when no changing work holds a router any more.
//! A watch is told once.

use super::work::{Result, View, Work};
use crate::model::{Destination, DeviceId, PersonId, Thread, Timestamp};
use rusqlite::{Row, params};

#[derive(Clone, Debug, PartialEq)]
pub struct FreeWatch {
    pub device: DeviceId,
    pub person: PersonId,
    pub place: Destination,
    pub thread: Option<Thread>,
}

impl View<'_> {
    /// Devices that somebody waits for.
    pub fn watched_devices(&self) -> Result<Vec<DeviceId>> {
        self.all("SELECT DISTINCT device FROM free_watches", [], |row| Ok(DeviceId(row.get(0)?)))
    }
}

impl Work<'_> {
    /// Asking twice is asking once.
    pub fn add_free_watch(&mut self, watch: &FreeWatch, now: Timestamp) -> Result<()> {
        self.run(
            "INSERT INTO free_watches (device, person, channel, address, thread, asked_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6)
             ON CONFLICT (device, person, channel, address) DO UPDATE SET thread = excluded.thread",
            params![
                watch.device.0,
                watch.person.0,
                watch.place.channel,
                watch.place.address,
                watch.thread.as_ref().map(|thread| thread.0.as_str()),
                now.0
            ],
        )?;
        Ok(())
    }

    /// Who waits for these devices, in the order of asking; the watches are gone.
    pub fn take_free_watches(&mut self, devices: &[DeviceId]) -> Result<Vec<FreeWatch>> {
        let mut taken = Vec::new();
        for device in devices {
            taken.extend(self.all(
                "SELECT device, person, channel, address, thread FROM free_watches
                 WHERE device = ?1 ORDER BY asked_at",
                [device.0],
                watch,
            )?);
            self.run("DELETE FROM free_watches WHERE device = ?1", [device.0])?;
        }
        Ok(taken)
    }
}

fn watch(row: &Row<'_>) -> rusqlite::Result<FreeWatch> {
    Ok(FreeWatch {
        device: DeviceId(row.get("device")?),
        person: PersonId(row.get("person")?),
        place: Destination { channel: row.get("channel")?, address: row.get("address")? },
        thread: row.get::<_, Option<String>>("thread")?.map(Thread),
    })
}
