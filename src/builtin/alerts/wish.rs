//! The words behind `/subscribe` and its kin, in any order: where, which routers, how bad, when. What none
//! of these can be is said with the nearest that would fit.

use super::one;
use crate::model::written::nearest;
use crate::model::{
    Document, Door, Facts, Hours, Join, Selector, Severity, SubscriptionId, Text, Wish, route::read_days,
};
use chrono::Weekday;

/// As typed: nothing is looked up yet but names.
#[derive(Debug, Default)]
pub struct Words {
    pub number: Option<SubscriptionId>,
    pub door: Option<Door>,
    pub address: Option<String>,
    /// The routers.
    pub what: Option<String>,
    pub severity: Option<Severity>,
    pub hours: Option<Hours>,
    pub days: Vec<Weekday>,
}

impl Words {
    pub fn wish(&self, selector: Selector) -> Wish {
        Wish {
            selector,
            severity: self.severity.unwrap_or(Severity::Warning),
            hours: self.hours,
            days: self.days.clone(),
        }
    }

    /// Whether nothing was said but whom.
    pub fn only_whom(&self) -> bool {
        self.severity.is_none() && self.hours.is_none() && self.days.is_empty()
    }
}

pub fn read(typed: &str, facts: &Facts) -> Result<Words, Document> {
    let mut words = Words::default();
    let mut rest = typed.split_whitespace().peekable();
    while let Some(word) = rest.next() {
        let (key, value) = match word.split_once('=') {
            Some((key, value)) if !value.is_empty() => (key, Some(value)),
            Some((key, _)) => (key, rest.next()),
            None => (word, None),
        };
        let lower = key.to_lowercase();
        match (lower.as_str(), value) {
            ("hours", given) => {
                let given = given.or_else(|| rest.next()).unwrap_or_default();
                words.hours =
                    Some(Hours::read(given).ok_or_else(|| refused(text!("wish.no_hours", typed = given)))?);
            }
            ("days", given) => {
                let given = given.or_else(|| rest.next()).unwrap_or_default();
                words.days = read_days(given).ok_or_else(|| refused(text!("wish.no_days", typed = given)))?;
            }
            ("severity" | "severity>" | ">", given) => {
                let given = given.or_else(|| rest.next()).unwrap_or_default();
                let known = severity(given.trim_start_matches(">="));
                words.severity =
                    Some(known.ok_or_else(|| refused(text!("wish.no_severity", typed = given)))?);
            }
            (_, Some(_)) => return Err(strange(word, facts)),
            (_, None) => plain(word, &mut words, facts)?,
        }
    }
    Ok(words)
}

fn plain(word: &str, words: &mut Words, facts: &Facts) -> Result<(), Document> {
    let is_router = facts.inventory.named(word).is_some();
    let door = facts.doors.named(word).filter(|_| words.door.is_none());
    if let Some(number) = word.strip_prefix('#').and_then(|number| number.parse().ok()) {
        words.number = Some(SubscriptionId(number));
    } else if let Some(door) = door {
        words.door = Some(door.clone());
    } else if let Some(known) = severity(word).filter(|_| !is_router) {
        words.severity = Some(known);
    } else if let Some(hours) = Hours::read(word) {
        words.hours = Some(hours);
    } else if let Some(days) = read_days(word).filter(|_| !is_router) {
        words.days = days;
    } else if words.address.is_none()
        && let Some(door) = takes(word, words, facts)
    {
        words.address = Some(as_written(word, &door));
        words.door = Some(door);
    } else if word.contains('@') {
        return Err(strange(word, facts));
    } else {
        words.what = Some(match words.what.take() {
            None => word.to_owned(),
            // `R1, R2`
            Some(first) if first.ends_with(',') || word.starts_with(',') => first + word,
            Some(_) => return Err(strange(word, facts)),
        });
    }
    Ok(())
}

/// The door that the word is an address behind: the one that was named, or the only one to which people
/// would write it without naming it.
fn takes(word: &str, words: &Words, facts: &Facts) -> Option<Door> {
    match &words.door {
        Some(door) => (door.fits)(word).then(|| door.clone()),
        None => {
            let mut fit =
                facts.doors.all.iter().filter(|door| door.join == Join::Mailed && (door.fits)(word));
            let only = fit.next().cloned();
            only.filter(|_| fit.next().is_none())
        }
    }
}

fn as_written(word: &str, door: &Door) -> String {
    match door.join {
        Join::Mailed => word.to_lowercase(),
        Join::Here | Join::Sent => word.to_owned(),
    }
}

/// `warning`, `warnings`, `critical`
fn severity(typed: &str) -> Option<Severity> {
    let bare = typed.strip_suffix(['s', 'S']).unwrap_or(typed);
    Severity::ALL.into_iter().find(|known| known.name().eq_ignore_ascii_case(bare))
}

fn strange(word: &str, facts: &Facts) -> Document {
    if word.contains('@') {
        return refused(text!("wish.no_address", typed = word));
    }
    refused(match near(word, facts) {
        Some(near) => text!("wish.strange_near", typed = word, near = near),
        None => text!("wish.strange", typed = word),
    })
}

fn near<'a>(word: &str, facts: &'a Facts) -> Option<&'a str> {
    let words: [&'a str; 6] =
        [Severity::Warning.name(), Severity::Critical.name(), "hours", "days", "mon-fri", "all"];
    let doors = facts.doors.all.iter().map(|door| door.name.as_str());
    nearest(word, doors.chain(words)).first().copied()
}

pub fn refused(text: Text) -> Document {
    one::refused(text).with_detail(text!("wish.example"))
}

/// A word that was taken for routers and is none, but much like something else that could stand here.
pub fn meant(word: &str, facts: &Facts) -> Option<Document> {
    let routers = facts.inventory.devices().iter().map(|device| device.name.as_str());
    if !nearest(word, routers).is_empty() || word.contains([':', ',', '*']) {
        return None;
    }
    near(word, facts).map(|_| strange(word, facts))
}
