//! Tables `devices` and `device_parents`: the inventory. A removed device stays as a row, because
//! jobs and versions name it; its name is free again.

use super::error::Refused;
use super::topic::Topic;
use super::work::{Result, View, Work, from_json, from_word, to_json, to_word};
use crate::model::{Device, DeviceId, Inventory, Timestamp};
use rusqlite::{Row, params};
use std::collections::{BTreeMap, BTreeSet};

const COLUMNS: &str =
    "SELECT id, name, host, ssh_port, restconf_port, platform, site, tags, credential, profile,
    monitored, note, interfaces, tls FROM devices WHERE removed_at IS NULL";

impl View<'_> {
    /// Every device that is not removed.
    pub fn inventory(&self) -> Result<Inventory> {
        let mut devices = self.all(COLUMNS, [], device)?;
        let mut parents = self.parents()?;
        for device in &mut devices {
            device.parents = parents.remove(&device.id).unwrap_or_default();
        }
        Ok(Inventory::new(devices))
    }

    pub fn device_by_name(&self, name: &str) -> Result<Option<Device>> {
        let found = self.one(&format!("{COLUMNS} AND name = ?1"), [name], device)?;
        found.map(|device| self.with_parents(device)).transpose()
    }

    pub fn device(&self, id: DeviceId) -> Result<Option<Device>> {
        let found = self.one(&format!("{COLUMNS} AND id = ?1"), [id.0], device)?;
        found.map(|device| self.with_parents(device)).transpose()
    }

    /// The device, also one that was removed.
    pub fn device_ever(&self, id: DeviceId) -> Result<Option<Device>> {
        let columns = COLUMNS.replace(" WHERE removed_at IS NULL", "");
        let found = self.one(&format!("{columns} WHERE id = ?1"), [id.0], device)?;
        found.map(|device| self.with_parents(device)).transpose()
    }

    /// The name, also of a device that was removed.
    pub fn device_name(&self, id: DeviceId) -> Result<Option<String>> {
        self.one("SELECT name FROM devices WHERE id = ?1", [id.0], |row| row.get(0))
    }

    fn with_parents(&self, mut device: Device) -> Result<Device> {
        device.parents = self.parents()?.remove(&device.id).unwrap_or_default();
        Ok(device)
    }

    fn parents(&self) -> Result<BTreeMap<DeviceId, Vec<DeviceId>>> {
        let pairs = self.all(
            "SELECT device, parent FROM device_parents
             JOIN devices ON devices.id = device_parents.parent AND devices.removed_at IS NULL
             ORDER BY device, parent",
            [],
            |row| Ok((DeviceId(row.get(0)?), DeviceId(row.get(1)?))),
        )?;
        let mut parents: BTreeMap<DeviceId, Vec<DeviceId>> = BTreeMap::new();
        for (device, parent) in pairs {
            parents.entry(device).or_default().push(parent);
        }
        Ok(parents)
    }
}

impl Work<'_> {
    /// The id of the given value is not looked at.
    pub fn add_device(&mut self, device: &Device, now: Timestamp) -> Result<DeviceId> {
        self.check_name(device, None)?;
        self.check_parents(device, None)?;
        let id = DeviceId(self.insert(
            "INSERT INTO devices (name, host, ssh_port, restconf_port, platform, site, tags, credential, profile,
                monitored, note, interfaces, tls, added_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)",
            params![
                device.name.as_str(),
                device.host,
                device.ssh_port,
                device.restconf_port,
                device.platform,
                device.site,
                to_json(&device.tags)?,
                device.credential,
                to_word(&device.profile)?,
                device.monitored,
                device.note,
                to_json(&device.interfaces)?,
                to_word(&device.tls)?,
                now.0
            ],
        )?);
        self.put_parents(id, &device.parents)?;
        self.touch(Topic::Devices);
        Ok(id)
    }

    pub fn set_device(&mut self, device: &Device) -> Result<()> {
        self.check_name(device, Some(device.id))?;
        self.check_parents(device, Some(device.id))?;
        let changed = self.run(
            "UPDATE devices SET name = ?2, host = ?3, ssh_port = ?4, restconf_port = ?5, platform = ?6, site = ?7,
                tags = ?8, credential = ?9, profile = ?10, monitored = ?11, note = ?12,
                interfaces = ?13, tls = ?14
             WHERE id = ?1 AND removed_at IS NULL",
            params![
                device.id.0,
                device.name.as_str(),
                device.host,
                device.ssh_port,
                device.restconf_port,
                device.platform,
                device.site,
                to_json(&device.tags)?,
                device.credential,
                to_word(&device.profile)?,
                device.monitored,
                device.note,
                to_json(&device.interfaces)?,
                to_word(&device.tls)?
            ],
        )?;
        if changed == 0 {
            return Err(Refused::Unknown { noun: "device", name: device.name.to_string() }.into());
        }
        self.put_parents(device.id, &device.parents)?;
        self.touch(Topic::Devices);
        Ok(())
    }

    /// The row stays for the history; the name is free again.
    pub fn remove_device(&mut self, id: DeviceId, now: Timestamp) -> Result<()> {
        if self.held_by(id)?.is_some() {
            return Err(Refused::DeviceLocked { device: id }.into());
        }
        let removed = self.run(
            "UPDATE devices SET removed_at = ?2 WHERE id = ?1 AND removed_at IS NULL",
            params![id.0, now.0],
        )?;
        if removed == 0 {
            return Err(Refused::Unknown { noun: "device", name: id.to_string() }.into());
        }
        self.run("DELETE FROM device_parents WHERE ?1 IN (device, parent)", [id.0])?;
        self.touch(Topic::Devices);
        Ok(())
    }

    fn check_name(&self, device: &Device, own: Option<DeviceId>) -> Result<()> {
        match self.device_by_name(device.name.as_str())? {
            Some(other) if Some(other.id) != own => {
                Err(Refused::NameTaken { noun: "device", name: other.name.to_string() }.into())
            }
            _ => Ok(()),
        }
    }

    /// Each parent is a device, and none is reached through this one.
    fn check_parents(&self, device: &Device, own: Option<DeviceId>) -> Result<()> {
        let parents = self.parents()?;
        for parent in &device.parents {
            if self.device(*parent)?.is_none() {
                return Err(Refused::UnknownParent { parent: *parent }.into());
            }
            let (mut above, mut seen) = (vec![*parent], BTreeSet::new());
            while let Some(next) = above.pop() {
                if Some(next) == own {
                    return Err(Refused::ParentCircle { parent: *parent }.into());
                }
                if seen.insert(next) {
                    above.extend(parents.get(&next).into_iter().flatten());
                }
            }
        }
        Ok(())
    }

    fn put_parents(&mut self, id: DeviceId, parents: &[DeviceId]) -> Result<()> {
        self.run("DELETE FROM device_parents WHERE device = ?1", [id.0])?;
        for parent in parents {
            self.run(
                "INSERT OR IGNORE INTO device_parents (device, parent) VALUES (?1, ?2)",
                [id.0, parent.0],
            )?;
        }
        Ok(())
    }
}

fn device(row: &Row<'_>) -> rusqlite::Result<Device> {
    Ok(Device {
        id: DeviceId(row.get("id")?),
        name: from_word(row, "name")?,
        host: row.get("host")?,
        ssh_port: row.get("ssh_port")?,
        restconf_port: row.get("restconf_port")?,
        platform: row.get("platform")?,
        site: row.get("site")?,
        tags: from_json(row, "tags")?,
        credential: row.get("credential")?,
        profile: from_word(row, "profile")?,
        parents: Vec::new(),
        monitored: row.get("monitored")?,
        note: row.get("note")?,
        interfaces: from_json(row, "interfaces")?,
        tls: from_word(row, "tls")?,
    })
}
