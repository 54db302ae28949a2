//! Table `certificates`: the certificate that a router showed first over HTTPS is the one it must show for ever, until a
//! person trusts another one. The twin of `host_keys`.

use super::host_keys::Pin;
use super::topic::Topic;
use super::work::{Result, View, Work};
use crate::model::{DeviceId, Timestamp};
use rusqlite::params;

impl View<'_> {
    pub fn certificate(&self, device: DeviceId) -> Result<Option<Pin>> {
        self.one(
            "SELECT fingerprint, first_seen, offered, offered_at FROM certificates WHERE device = ?1",
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
    pub fn certificate_first_seen(
        &mut self,
        device: DeviceId,
        fingerprint: &str,
        now: Timestamp,
    ) -> Result<String> {
        self.run(
            "INSERT INTO certificates (device, fingerprint, first_seen) VALUES (?1, ?2, ?3)
             ON CONFLICT (device) DO NOTHING",
            params![device.0, fingerprint, now.0],
        )?;
        self.touch(Topic::Devices);
        let pinned = self.certificate(device)?;
        Ok(pinned.map_or_else(|| fingerprint.to_owned(), |pin| pin.fingerprint))
    }

    /// A certificate that is not the pinned one was shown; a person may trust it.
    pub fn certificate_offered(&mut self, device: DeviceId, fingerprint: &str, now: Timestamp) -> Result<()> {
        self.run(
            "UPDATE certificates SET offered = ?2, offered_at = ?3 WHERE device = ?1 AND fingerprint <> ?2",
            params![device.0, fingerprint, now.0],
        )?;
        self.touch(Topic::Devices);
        Ok(())
    }

    /// False when this is not the certificate that was offered last: the person saw another one.
    pub fn trust_certificate(&mut self, device: DeviceId, fingerprint: &str, now: Timestamp) -> Result<bool> {
        let trusted = self.run(
            "UPDATE certificates SET fingerprint = ?2, first_seen = ?3, offered = NULL, offered_at = NULL
             WHERE device = ?1 AND offered = ?2",
            params![device.0, fingerprint, now.0],
        )?;
        self.touch(Topic::Devices);
        Ok(trusted > 0)
    }
}
