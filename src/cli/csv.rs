//! The inventory as CSV (RFC 4180) with a head line. Import is all or nothing: every problem is
//! named with its line before anything is written.

use crate::builtin::{self, DeviceChange, Known};
use crate::model::{Board, Device, DeviceId, Inventory, Timestamp};
use crate::store::{StoreError, Work};
use std::collections::{BTreeMap, BTreeSet};

/// One line of the file: the router as it shall be, and its parents by name, which may be in the
/// same file.
pub struct Wanted {
    device: Device,
    parents: Vec<String>,
}

pub fn written(inventory: &Inventory) -> anyhow::Result<String> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    let mut head = false;
    for device in inventory.devices() {
        let values = builtin::values(device, inventory);
        if !head {
            writer.write_record(values.iter().map(|(key, _)| *key))?;
            head = true;
        }
        writer.write_record(values.iter().map(|(_, value)| value.as_str()))?;
    }
    if !head {
        writer.write_record(["name", "host"])?;
    }
    Ok(String::from_utf8(writer.into_inner()?)?)
}

/// What the file wants, or every problem as `line: what`.
pub fn read(text: &str, inventory: &Inventory) -> Result<Vec<Wanted>, Vec<String>> {
    let mut reader =
        csv::ReaderBuilder::new().trim(csv::Trim::All).flexible(false).from_reader(text.as_bytes());
    let head: Vec<String> = match reader.headers() {
        Ok(head) => head.iter().map(str::to_lowercase).collect(),
        Err(error) => return Err(vec![format!("1: {error}")]),
    };
    for needed in ["name", "host"] {
        if !head.iter().any(|column| column == needed) {
            return Err(vec![format!(
                "1: the column {needed} is missing; the head line has: {}",
                head.join(", ")
            )]);
        }
    }
    let (mut wanted, mut problems) = (Vec::new(), Vec::new());
    for record in reader.records() {
        match record {
            Ok(record) => {
                let line = record.position().map_or(0, csv::Position::line);
                match row(&head, &record, inventory) {
                    Ok(row) => wanted.push(row),
                    Err(problem) => problems.push(format!("{line}: {problem}")),
                }
            }
            Err(error) => problems.push(error.to_string()),
        }
    }
    problems.extend(together(&wanted, inventory));
    match problems.is_empty() {
        true => Ok(wanted),
        false => Err(problems),
    }
}

fn row(head: &[String], record: &csv::StringRecord, inventory: &Inventory) -> anyhow::Result<Wanted> {
    let cell = |name: &str| {
        head.iter().position(|column| column == name).and_then(|at| record.get(at)).unwrap_or("")
    };
    let mut device = match inventory.named(cell("name")) {
        Some(device) => device.clone(),
        None => builtin::blank(cell("name")).map_err(super::device::said)?,
    };
    let mut parents: Vec<String> = device.parents.iter().map(|id| inventory.name(*id)).collect();
    for (key, value) in head.iter().zip(record) {
        match key.as_str() {
            "name" => {}
            "parents" => {
                parents =
                    value.split([',', ' ']).filter(|name| !name.is_empty()).map(str::to_owned).collect();
            }
            // An empty cell keeps what is there, but for words that may be empty.
            key if value.is_empty() && !matches!(key, "site" | "tags" | "note" | "interfaces") => {}
            key => builtin::change(
                &mut device,
                &DeviceChange { key, value },
                &Known { inventory, platforms: &super::device::platforms(), board: &Board::default() },
            )
            .map_err(super::device::said)?,
        }
    }
    match device.host.is_empty() {
        true => anyhow::bail!("the host is missing"),
        false => Ok(Wanted { device, parents }),
    }
}

/// Problems that only show when the lines are seen together.
fn together(wanted: &[Wanted], inventory: &Inventory) -> Vec<String> {
    let mut seen = BTreeSet::new();
    let doubles = wanted.iter().map(|row| row.device.name.folded()).filter(|name| !seen.insert(name.clone()));
    let mut problems: Vec<String> = doubles.map(|name| format!("{name} stands in the file twice")).collect();
    for row in wanted {
        for parent in &row.parents {
            let in_file = wanted.iter().any(|other| other.device.name.folded() == parent.to_lowercase());
            if !in_file && inventory.named(parent).is_none() {
                problems
                    .push(format!("{}: there is no router {parent} that could be a parent", row.device.name));
            }
        }
    }
    problems
}

pub fn differences(wanted: &[Wanted], inventory: &Inventory) -> Vec<String> {
    wanted
        .iter()
        .filter_map(|row| match inventory.device(row.device.id) {
            None => Some(format!("+ {}  {}", row.device.name, row.device.host)),
            Some(old) => {
                let new = builtin::values(&row.device, inventory).into_iter();
                let changes: Vec<String> = new
                    .zip(builtin::values(old, inventory))
                    .filter(|((_, new), (_, old))| new != old)
                    .map(|((key, new), (_, old))| format!("{key}: {old} -> {new}"))
                    .collect();
                (!changes.is_empty()).then(|| format!("~ {}  {}", row.device.name, changes.join(", ")))
            }
        })
        .collect()
}

/// Routers first, parents when all of them have a number; one transaction.
pub fn store(wanted: &[Wanted], work: &mut Work<'_>, now: Timestamp) -> Result<(), StoreError> {
    let mut ids: BTreeMap<String, DeviceId> = BTreeMap::new();
    for device in work.inventory()?.devices() {
        ids.insert(device.name.folded(), device.id);
    }
    for row in wanted {
        if row.device.id == DeviceId(0) {
            let bare = Device { parents: Vec::new(), ..row.device.clone() };
            ids.insert(row.device.name.folded(), work.add_device(&bare, now)?);
        }
    }
    for row in wanted {
        let Some(id) = ids.get(&row.device.name.folded()) else { continue };
        let parents = row.parents.iter().filter_map(|name| ids.get(&name.to_lowercase()).copied()).collect();
        work.set_device(&Device { id: *id, parents, ..row.device.clone() })?;
    }
    Ok(())
}
