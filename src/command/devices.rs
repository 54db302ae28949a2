//! Which routers a piece of a line names. One unknown part refuses the whole command; what may have
//! been meant is offered, as buttons only where the command just looks.

use super::named::{one_of, only_looks, spoken};
use super::parse::Line;
use super::resolve::Unresolved;
use super::split::Piece;
use crate::model::invocation::{Choice, Offer};
use crate::model::selector::Selector;
use crate::model::written::nearest;
use crate::model::{ArgKind, ArgSpec, Command, Device, Facts, Failure, Inventory, Kind, Text};
use std::collections::BTreeSet;

/// So many devices are offered at most; who wants another one types a part of its name.
const OFFERS: usize = 96;

/// The devices, in inventory order. At least one. What is offered instead is only what this person may use.
pub fn selected(
    command: &Command,
    arg: &ArgSpec,
    piece: &Piece,
    line: &Line,
    inventory: &Inventory,
    may: impl Fn(&Device) -> bool,
) -> Result<Vec<Device>, Unresolved> {
    if inventory.devices().is_empty() {
        return refused(text!("command.no_devices"));
    }
    let Ok(selector) = piece.text.parse::<Selector>() else {
        return refused(text!("command.not_a_selector", typed = &piece.text));
    };
    let unknown = selector.unknown(inventory);
    if !unknown.is_empty() {
        let shown: Vec<&Device> = inventory.devices().iter().filter(|device| may(device)).collect();
        return Err(unknown_parts(command, &unknown, piece, line, &shown));
    }
    let devices: Vec<Device> = inventory.matching(&selector).cloned().collect();
    match (devices.as_slice(), &arg.kind) {
        ([], _) => refused(text!("command.names_nothing", typed = &piece.text)),
        ([_], _) | (_, ArgKind::Selector) => Ok(devices),
        (several, _) => Err(which_of(command, several, piece, line, may)),
    }
}

fn refused<T>(text: Text) -> Result<T, Unresolved> {
    Err(Unresolved::Refused(Failure::new(Kind::Input, text)))
}

fn unknown_parts(
    command: &Command,
    unknown: &[String],
    piece: &Piece,
    line: &Line,
    devices: &[&Device],
) -> Unresolved {
    let shown: Vec<String> = unknown.iter().map(|part| as_typed(part, &piece.text)).collect();
    let near = match unknown {
        [part] => near(part, devices),
        _ => Vec::new(),
    };
    let (names, count) = (shown.join(", "), unknown.len());
    if near.is_empty() {
        let text = text!("command.unknown_devices", count = count, names = names);
        return Unresolved::Refused(Failure::new(Kind::Input, text));
    }
    let instead = |name: &String| {
        let text = with_part(&piece.text, &names, name);
        let (start, end) = piece.place?;
        let line = line.replaced(start, end, &text);
        Some(Offer { label: Text::verbatim(line.clone()), line })
    };
    let options = match only_looks(command) {
        true => near.iter().filter_map(instead).collect(),
        false => Vec::new(),
    };
    let question = text!("command.unknown_device_near", name = names, near = one_of(&near));
    Unresolved::Choose(Choice { question, options, shortcut: None, closed: true })
}

/// The part in the case in which it was typed.
fn as_typed(part: &str, typed: &str) -> String {
    let mut parts = typed.split(',').map(|typed| typed.trim_matches([' ', '!']));
    parts.find(|typed| typed.eq_ignore_ascii_case(part)).unwrap_or(part).to_owned()
}

/// The selector with one part named differently.
fn with_part(selector: &str, part: &str, by: &str) -> String {
    let named = |typed: &str| match typed.trim_matches([' ', '!']).eq_ignore_ascii_case(part) {
        true => typed.replace(part, by),
        false => typed.to_owned(),
    };
    selector.split(',').map(named).collect::<Vec<_>>().join(",")
}

/// By name; where no router is called alike, by site and by tag: `hanoy` is meant for `site:hanoi`.
fn near(part: &str, devices: &[&Device]) -> Vec<String> {
    match part.split_once(':') {
        None => {
            let labels = labels_of(part, devices);
            if !labels.is_empty() {
                return labels;
            }
            let names = devices.iter().map(|device| device.name.as_str());
            let names: Vec<String> = nearest(part, names).into_iter().map(str::to_owned).collect();
            match names.is_empty() {
                true => near_site(part, devices).into_iter().chain(near_tag(part, devices)).collect(),
                false => names,
            }
        }
        Some(("site", typed)) => near_site(typed, devices),
        Some((_, typed)) => near_tag(typed, devices),
    }
}

fn near_site(typed: &str, devices: &[&Device]) -> Vec<String> {
    labelled("site:", devices.iter().map(|device| device.site.as_str()), typed)
}

fn near_tag(typed: &str, devices: &[&Device]) -> Vec<String> {
    labelled("tag:", devices.iter().flat_map(|device| &device.tags).map(String::as_str), typed)
}

fn labelled<'a>(label: &str, words: impl Iterator<Item = &'a str>, typed: &str) -> Vec<String> {
    let words: BTreeSet<&str> = words.filter(|word| !word.is_empty()).collect();
    nearest(typed, words).into_iter().map(|word| format!("{label}{word}")).collect()
}

/// `hanoi` is no router, but a site: whoever typed it forgot `site:`.
fn labels_of(part: &str, devices: &[&Device]) -> Vec<String> {
    let site = devices.iter().find(|device| device.site.eq_ignore_ascii_case(part));
    let tag = devices.iter().flat_map(|device| &device.tags).find(|tag| tag.eq_ignore_ascii_case(part));
    let site = site.map(|device| format!("site:{}", device.site));
    site.into_iter().chain(tag.map(|tag| format!("tag:{tag}"))).collect()
}

/// One device is wanted and several match.
fn which_of(
    command: &Command,
    several: &[Device],
    piece: &Piece,
    line: &Line,
    may: impl Fn(&Device) -> bool,
) -> Unresolved {
    let offer = |device: &Device| {
        let (start, end) = piece.place?;
        let line = line.replaced(start, end, device.name.as_str());
        Some(Offer { label: Text::verbatim(device.name.as_str()), line })
    };
    Unresolved::Choose(Choice {
        question: text!(
            "command.one_device",
            command = spoken(command),
            count = several.len(),
            typed = &piece.text
        ),
        options: several.iter().filter(|device| may(device)).take(OFFERS).filter_map(offer).collect(),
        shortcut: None,
        closed: false,
    })
}

/// The device is missing: a question with the first ones that this person may use.
pub fn which(command: &Command, line: &Line, facts: &Facts, may: impl Fn(&Device) -> bool) -> Unresolved {
    let inventory = &facts.inventory;
    if inventory.devices().is_empty() {
        return Unresolved::Refused(Failure::new(Kind::Input, text!("command.no_devices")));
    }
    let allowed: Vec<&Device> = inventory.devices().iter().filter(|device| may(device)).collect();
    let offer = |name: &str| Offer { label: Text::verbatim(name), line: format!("{} {name}", line.text) };
    let mut options: Vec<Offer> =
        allowed.iter().take(OFFERS).map(|device| offer(device.name.as_str())).collect();
    let takes_all = command.target().is_some_and(|arg| arg.kind == ArgKind::Selector);
    if takes_all && allowed.len() > 1 && allowed.len() == inventory.devices().len() {
        options.insert(0, offer("all"));
    }
    let question = match allowed.len().saturating_sub(OFFERS) {
        0 => text!("command.which_device", command = spoken(command)),
        more => text!("command.which_device_more", command = spoken(command), count = more),
    };
    let first = allowed.first().map(|device| device.name.as_str());
    Unresolved::Choose(Choice { question, options, shortcut: shortcut(command, first), closed: false })
}

/// The command's own example with a device of this inventory in it.
fn shortcut(command: &Command, device: Option<&str>) -> Option<String> {
    let example = super::parse::parse(command.examples.first()?).ok()?;
    let named = matches!(&command.action, Some(action) if example.words.get(1).is_some_and(|word| word.text == *action));
    let before =
        command.args.iter().take_while(|arg| !matches!(arg.kind, ArgKind::Selector | ArgKind::Device));
    let at = 1 + usize::from(named) + before.count();
    let word = example.words.get(at)?;
    Some(example.replaced(word.start, word.end, device?))
}
