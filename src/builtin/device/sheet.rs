//! All that is known of one router.

use super::{field, pairs, port};
use crate::builtin::{held, say};
use crate::command::short_interface;
use crate::model::device::Tls;
use crate::model::{Arg, Device, Document, Ending, Facts, PinKind, Sign, Text};
use crate::store::{StoreError, Work};

pub fn sheet(device: &Device, facts: &Facts, work: &mut Work) -> Result<Document, StoreError> {
    let name = device.name.as_str();
    let verdict = match device.site.is_empty() {
        true => text!("device.sheet", device = name, host = device.host.as_str()),
        false => {
            text!("device.sheet_at", device = name, site = device.site.as_str(), host = device.host.as_str())
        }
    };
    let document = Document::line(Sign::None, verdict, Ending::Well);
    let mut document = held::with_held(document, std::slice::from_ref(device), facts, work)?;
    for (key, value) in pairs::values(device, &facts.inventory).into_iter().skip(2) {
        if !value.is_empty() && key != pairs::INTERFACES {
            document = document.with_detail(field(Text::verbatim(key), value));
        }
    }
    for note in &device.interfaces {
        let name = Text::verbatim(short_interface(&note.name));
        document = document.with_detail(field(name, port::said(note)));
    }
    document = document.with_detail(match work.latest(device.id)? {
        Some(version) => field(
            text!("device.last_backup"),
            text!(
                "device.backup_at",
                at = version.last_seen_at,
                bytes = version.bytes,
                version = version.id.to_string()
            ),
        ),
        None => field(text!("device.last_backup"), text!("device.never")),
    });
    document = document.with_detail(match work.pin(device.id, PinKind::HostKey)? {
        Some(pin) => field(text!("device.host_key"), pin.fingerprint),
        None => field(text!("device.host_key"), Arg::from(text!("device.never_seen"))),
    });
    document = document.with_detail(match (device.tls, work.pin(device.id, PinKind::Certificate)?) {
        (Tls::Ca, _) => field(text!("device.certificate"), Arg::from(text!("device.by_ca"))),
        (Tls::Pin, Some(pin)) => field(text!("device.certificate"), pin.fingerprint),
        (Tls::Pin, None) => field(text!("device.certificate"), Arg::from(text!("device.never_seen"))),
    });
    Ok(document.with_button(say::looking(
        facts,
        "version",
        text!("device.try", device = name),
        format!("/version {name}"),
    )))
}
