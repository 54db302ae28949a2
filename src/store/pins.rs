//! Tables `host_keys` and `certificates`: what a router showed first, over SSH and over HTTPS, is what it
//! must show for ever, until a person trusts another one.

use super::topic::Topic;
use super::work::{Result, View, Work};
use crate::model::{DeviceId, PinKind, Timestamp};
use rusqlite::params;

#[derive(Clone, Debug, PartialEq)]
pub struct Pin {
    pub fingerprint: String,
    pub first_seen: Timestamp,
    /// Another one that it showed since, refused.
    pub offered: Option<String>,
    pub offered_at: Option<Timestamp>,
}

/// Both tables have the same columns.
fn table(kind: PinKind) -> &'static str {
    match kind {
        PinKind::HostKey => "host_keys",
        PinKind::Certificate => "certificates",
    }
}

impl View<'_> {
    pub fn pin(&self, device: DeviceId, kind: PinKind) -> Result<Option<Pin>> {
        let table = table(kind);
        self.one(
            &format!("SELECT fingerprint, first_seen, offered, offered_at FROM {table} WHERE device = ?1"),
            [device.0],
            |row| {
                Ok(Pin {
                    fingerprint: row.get("fingerprint")?,
                    first_seen: Timestamp(row.get("first_seen")?),
                    offered: row.get("offered")?,
                    offered_at: row.get::<_, Option<i64>>("offered_at")?.map(Timestamp),
                })
            },
        )
    }
}

impl Work<'_> {
    /// The fingerprint that is pinned now: the first one that came wins.
    pub fn pin_first_seen(
        &mut self,
        device: DeviceId,
        kind: PinKind,
        fingerprint: &str,
        now: Timestamp,
    ) -> Result<String> {
        let table = table(kind);
        self.run(
            &format!(
                "INSERT INTO {table} (device, fingerprint, first_seen) VALUES (?1, ?2, ?3)
                 ON CONFLICT (device) DO NOTHING"
            ),
            params![device.0, fingerprint, now.0],
        )?;
        self.touch(Topic::Devices);
        let pinned = self.pin(device, kind)?;
        Ok(pinned.map_or_else(|| fingerprint.to_owned(), |pin| pin.fingerprint))
    }

    /// One that is not the pinned one was shown; a person may trust it.
    pub fn pin_offered(
        &mut self,
        device: DeviceId,
        kind: PinKind,
        fingerprint: &str,
        now: Timestamp,
    ) -> Result<()> {
        let table = table(kind);
        self.run(
            &format!(
                "UPDATE {table} SET offered = ?2, offered_at = ?3 WHERE device = ?1 AND fingerprint <> ?2"
            ),
            params![device.0, fingerprint, now.0],
        )?;
        self.touch(Topic::Devices);
        Ok(())
    }

    /// False when this is not the one that was offered last: the person saw another one.
    pub fn trust(
        &mut self,
        device: DeviceId,
        kind: PinKind,
        fingerprint: &str,
        now: Timestamp,
    ) -> Result<bool> {
        let table = table(kind);
        let trusted = self.run(
            &format!(
                "UPDATE {table} SET fingerprint = ?2, first_seen = ?3, offered = NULL, offered_at = NULL
                 WHERE device = ?1 AND offered = ?2"
            ),
            params![device.0, fingerprint, now.0],
        )?;
        self.touch(Topic::Devices);
        Ok(trusted > 0)
    }
}
