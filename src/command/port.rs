//! Which interface of a router a piece of a line names. The router's own list decides where it is
//! known; then a name that it does not have is asked back instead of looked for.

use super::interface::{self, Meant};
use super::named::{one_of, only_looks};
use super::parse::Line;
use super::resolve::Unresolved;
use super::split::Piece;
use crate::model::invocation::{Choice, Offer};
use crate::model::{Arg, Command, Device, Facts, Run, Text, Value};

/// Buttons that fit on a phone without scrolling.
const OFFERS: usize = 96;
/// So many a sentence names.
const NAMED: usize = 8;

/// None where the table of usual names must do: several routers, or one that was never polled.
pub fn selected(
    command: &Command,
    piece: &Piece,
    line: &Line,
    devices: &[Device],
    facts: &Facts,
) -> Result<Option<Value>, Unresolved> {
    let [device] = devices else { return Ok(None) };
    let seen = facts.board.of(device.id).and_then(|vitals| vitals.interfaces.as_ref());
    let Some(known) = seen.map(|seen| &seen.value).filter(|known| !known.is_empty()) else { return Ok(None) };
    let names = known.iter().map(|known| known.name.as_str());
    let offer = |name: &str| {
        let described = known.iter().find(|known| known.name == name).map(|known| known.description.as_str());
        offer(name, described.unwrap_or_default(), piece, line)
    };
    match interface::among(&piece.text, names.clone()) {
        Meant::One(name) => Ok(Some(Value::Interface(name))),
        Meant::Several(names) => Err(Unresolved::Choose(Choice {
            question: text!(
                "command.which_interface",
                device = device.name.as_str(),
                typed = &piece.text,
                names = one_of(&names.iter().map(|name| interface::short(name)).collect::<Vec<_>>())
            ),
            options: names.iter().filter_map(|name| offer(name)).take(OFFERS).collect(),
            shortcut: None,
            closed: false,
        })),
        // A router may have got one since it was last seen, and says itself what it has.
        Meant::Nothing if matches!(command.run, Run::Ssh(_)) => Ok(None),
        Meant::Nothing => Err(Unresolved::Choose(Choice {
            question: has(device, &piece.text, known.len(), names.clone()),
            options: match only_looks(command) {
                true => names.filter_map(offer).take(NAMED).collect(),
                false => Vec::new(),
            },
            shortcut: None,
            closed: true,
        })),
    }
}

/// `R1 has no interface Gi9. It has Gi1, Gi2, Lo0 and 3 more. Nothing was done.`
fn has<'a>(device: &Device, typed: &str, count: usize, names: impl Iterator<Item = &'a str>) -> Text {
    let shown: Vec<String> = names.take(NAMED).map(interface::short).collect();
    let names = match count.saturating_sub(shown.len()) {
        0 => Arg::from(shown),
        more => text!("command.names_and_more", names = shown, count = more).into(),
    };
    text!("command.no_interface", device = device.name.as_str(), typed = typed, names = names)
}

/// `Gi1 to ISP-A`
fn offer(name: &str, description: &str, piece: &Piece, line: &Line) -> Option<Offer> {
    let (start, end) = piece.place?;
    let short = interface::short(name);
    let line = line.replaced(start, end, &short);
    Some(Offer { label: Text::verbatim(format!("{short} {description}").trim_end()), line })
}
