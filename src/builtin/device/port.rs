//! What people know about one interface and the router does not say: its description, its own speed,
//! and whether it is watched. As it is typed, and as a sheet says it.

use super::Problem;
use crate::command::{self, Meant, full_interface};
use crate::model::device::InterfaceNote;
use crate::model::{Arg, Board, Device, Text};

/// The settings that speak of the interface named before them.
pub const KEYS: [&str; 4] = ["description", "speed", "uplink", "clear"];
/// What a router takes for a description at most is 240; a phone shows less.
const LONGEST: usize = 100;

/// The full name: the router's own list decides where it is known, else the usual short names.
pub fn named(typed: &str, device: &Device, board: &Board) -> Result<String, Problem> {
    let unknown = || Problem::Value {
        key: "interface".to_owned(),
        value: typed.to_owned(),
        wants: "a name like Gi1 or GigabitEthernet0/0/1",
    };
    let seen = board.of(device.id).and_then(|vitals| vitals.interfaces.as_ref());
    let known = seen.map(|seen| &seen.value).filter(|known| !known.is_empty());
    let Some(known) = known else { return full_interface(typed).ok_or_else(unknown) };
    // One that was noted before may have gone since; then its note can still be taken away.
    let noted = device.interfaces.iter().map(|note| note.name.as_str());
    let names = known.iter().map(|known| known.name.as_str()).chain(noted);
    match command::among(typed, names) {
        Meant::One(name) => Ok(name),
        Meant::Several(names) => Err(Problem::Interface { name: typed.to_owned(), known: names }),
        Meant::Nothing => {
            let known = known.iter().map(|known| command::short_interface(&known.name)).take(8).collect();
            Err(Problem::Interface { name: typed.to_owned(), known })
        }
    }
}

/// Sets one key of one interface. An empty value takes it away again.
pub fn change(device: &mut Device, name: &str, key: &str, value: &str) -> Result<(), Problem> {
    let wrong = |wants| Problem::Value { key: key.to_owned(), value: value.to_owned(), wants };
    let at = device.interfaces.iter().position(|note| note.name.eq_ignore_ascii_case(name));
    let mut note = match at {
        Some(at) => device.interfaces.remove(at),
        None => InterfaceNote { name: name.to_owned(), ..InterfaceNote::default() },
    };
    let empty = value.trim().is_empty();
    match key {
        "description" if empty => note.description = None,
        "description" => {
            let words = description(value).ok_or_else(|| wrong("up to 100 characters without \" and ;"))?;
            note.description = Some(words);
        }
        "speed" if empty => note.speed = None,
        "speed" => {
            note.speed = Some(speed(value).ok_or_else(|| wrong("a speed like 64k, 200m or 1g"))?);
        }
        "uplink" if empty => note.uplink = None,
        "uplink" => note.uplink = Some(super::pairs::flag(value).ok_or_else(|| wrong("yes or no"))?),
        _ => match super::pairs::flag(value) {
            Some(true) => note = InterfaceNote { name: note.name, ..InterfaceNote::default() },
            Some(false) | None => return Err(wrong("yes")),
        },
    }
    if note.description.is_some() || note.speed.is_some() || note.uplink.is_some() {
        device.interfaces.push(note);
        device.interfaces.sort_by_cached_key(|note| crate::model::device::natural(&note.name));
    }
    Ok(())
}

fn description(value: &str) -> Option<String> {
    let value = value.trim();
    let fits = |c: char| !c.is_control() && !matches!(c, '"' | ';');
    (value.chars().count() <= LONGEST && value.chars().all(fits)).then(|| value.to_owned())
}

/// `200m`, `1g`, `64k`, `1.5g`, `200 Mb/s`, or bits per second as a number.
fn speed(typed: &str) -> Option<u64> {
    let typed: String = typed.to_lowercase().chars().filter(|c| *c != ' ').collect();
    let digits = typed.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(typed.len());
    let (number, unit) = typed.split_at(digits);
    let unit = match unit
        .trim_end_matches("/s")
        .trim_end_matches("ps")
        .trim_end_matches("bit")
        .trim_end_matches('b')
    {
        "" => 1.0,
        "k" => 1e3,
        "m" => 1e6,
        "g" => 1e9,
        "t" => 1e12,
        _ => return None,
    };
    let speed = number.parse::<f64>().ok()? * unit;
    // From a slow modem to what no port carries yet.
    (1e3..=1e14).contains(&speed).then_some(speed.round() as u64)
}

fn speed_written(speed: u64) -> String {
    [(1_000_000_000, "g"), (1_000_000, "m"), (1_000, "k")]
        .into_iter()
        .find(|(unit, _)| speed.is_multiple_of(*unit))
        .map_or_else(|| speed.to_string(), |(unit, letter)| format!("{}{letter}", speed / unit))
}

/// `GigabitEthernet1 description="to ISP-A" speed=200m uplink=yes; ...`, as [`read`] reads it.
pub fn written(notes: &[InterfaceNote]) -> String {
    let one = |note: &InterfaceNote| {
        let mut words = vec![note.name.clone()];
        words.extend(note.description.as_ref().map(|words| format!("description=\"{words}\"")));
        words.extend(note.speed.map(|speed| format!("speed={}", speed_written(speed))));
        words.extend(note.uplink.map(|uplink| format!("uplink={}", if uplink { "yes" } else { "no" })));
        words.join(" ")
    };
    notes.iter().map(one).collect::<Vec<_>>().join("; ")
}

/// Every note of a device anew, for imports.
pub fn read(device: &mut Device, typed: &str, board: &Board) -> Result<(), Problem> {
    device.interfaces.clear();
    for part in typed.split(';').filter(|part| !part.trim().is_empty()) {
        let pairs = command::pairs(part).map_err(Problem::Quote)?;
        let mut name = None;
        for (key, value) in pairs {
            match (key, &name) {
                (None, None) => name = Some(named(&value, device, board)?),
                (Some(key), Some(name)) if KEYS.contains(&key.as_str()) => {
                    change(device, name, &key, &value)?
                }
                (_, _) => return Err(Problem::NoPair { word: value }),
            }
        }
    }
    Ok(())
}

/// `"to ISP-A", 200 Mb/s, uplink`
pub fn said(note: &InterfaceNote) -> Text {
    let description = note.description.as_ref().map(|words| text!("device.port_described", words = words));
    let speed = note.speed.map(|speed| text!("device.port_speed", speed = Arg::Rate(speed as f64)));
    let uplink = note.uplink.map(|uplink| match uplink {
        true => text!("device.port_uplink"),
        false => text!("device.port_no_uplink"),
    });
    let parts: Vec<Text> = [description, speed, uplink].into_iter().flatten().collect();
    text!("device.port", parts = parts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn speeds_are_read_as_engineers_write_them() {
        for (typed, bits) in [
            ("200m", Some(200_000_000)),
            ("1g", Some(1_000_000_000)),
            ("1.5G", Some(1_500_000_000)),
            ("64k", Some(64_000)),
            ("200 Mb/s", Some(200_000_000)),
            ("200Mbps", Some(200_000_000)),
            ("200mbit", Some(200_000_000)),
            ("2000000", Some(2_000_000)),
            ("0", None),
            ("fast", None),
            ("1x", None),
            ("", None),
            ("-1m", None),
            ("1..5g", None),
            ("999999999g", None),
        ] {
            assert_eq!(speed(typed), bits, "{typed}");
        }
        for bits in [200_000_000, 1_500_000_000, 64_000, 1_234] {
            assert_eq!(speed(&speed_written(bits)), Some(bits));
        }
    }

    #[test]
    fn notes_are_read_as_they_are_written() {
        let mut device = crate::builtin::blank("R1").unwrap();
        let typed =
            "GigabitEthernet1 description=\"to ISP-A\" speed=200m uplink=yes; GigabitEthernet10 uplink=no";
        read(&mut device, typed, &Board::default()).unwrap();
        assert_eq!(written(&device.interfaces), typed);
        read(&mut device, "", &Board::default()).unwrap();
        assert_eq!(device.interfaces, []);
        for bad in ["Gi1 colour=red", "description=x", "Gi1 Gi2", "Gi1 \"x", "Gi uplink=yes"] {
            assert!(read(&mut device, bad, &Board::default()).is_err(), "{bad}");
        }
    }
}
