//! `/devices`: which routers there are.

use super::{Builtin, held, no_plan, nothing_to_settle, nothing_wanted};
use crate::model::{Block, Device, Document, Ending, Facts, Resolved, Sign, Table, TaskResult, Text};
use crate::store::{StoreError, Work};

/// More routers than this go to a file.
const INLINE: usize = 30;

pub const DEVICES: Builtin = Builtin {
    name: "devices",
    title: |_| text!("devices.title"),
    plan: no_plan,
    wants: nothing_wanted,
    settle: nothing_to_settle,
    answer,
};

fn answer(
    resolved: &Resolved,
    facts: &Facts,
    _: &[TaskResult],
    work: &mut Work,
) -> Result<Document, StoreError> {
    let devices = &resolved.devices;
    if devices.is_empty() {
        return Ok(Document::line(Sign::None, text!("devices.none"), Ending::Well));
    }
    let sites: std::collections::BTreeSet<&str> = devices.iter().map(|device| device.site.as_str()).collect();
    let verdict =
        text!("devices.verdict", routers = text!("job.routers", count = devices.len()), count = sites.len());
    let document = Document::line(Sign::None, verdict, Ending::Well);
    let shown: Vec<Vec<Text>> = devices.iter().take(INLINE).map(row).collect();
    let document = document.with(Block::Table(Table {
        head: vec![
            text!("devices.name"),
            text!("devices.site"),
            text!("devices.tags"),
            text!("devices.host"),
        ],
        rows: shown,
    }));
    let document = held::with_held(document, devices, facts, work)?;
    match devices.len().saturating_sub(INLINE) {
        0 => Ok(document),
        more => {
            let name = format!("devices_{}.csv", facts.now.wall.utc().format("%Y%m%d-%H%M%S"));
            let document = document.with_detail(text!("output.more_in_file", count = more));
            Ok(document.with(Block::Listing { name, lines: csv(devices) }))
        }
    }
}

fn row(device: &Device) -> Vec<Text> {
    let words = [device.name.to_string(), device.site.clone(), device.tags.join(" "), device.host.clone()];
    words.into_iter().map(Text::verbatim).collect()
}

/// Columns that `patchbay device import` reads again, so their names are in nobody's language. Names,
/// sites and tags hold no comma or quote (the inventory refuses them); hosts neither.
fn csv(devices: &[Device]) -> Vec<Text> {
    let row = |device: &Device| {
        format!("{},{},{},{}", device.name, device.host, device.site, device.tags.join(" "))
    };
    let head = "name,host,site,tags".to_owned();
    std::iter::once(head).chain(devices.iter().map(row)).map(Text::verbatim).collect()
}
