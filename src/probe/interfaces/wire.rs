//! Interfaces as two models write them: `Cisco-IOS-XE-interfaces-oper`, and `ietf-interfaces` (RFC 7223)
//! for software that lacks the first. Both come out as [`Entry`]; nothing is judged here.

use super::super::leaf::{self, Entries, Leaf};
use super::super::rates::{NARROW_SPEED, Octets};
use crate::model::{Ask, Timestamp};
use serde::Deserialize;

/// Which model is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Model {
    Cisco,
    Ietf,
}

impl Model {
    /// One request for all interfaces.
    pub fn ask(self) -> Ask {
        let (list, fields) = match self {
            Model::Cisco => (
                "Cisco-IOS-XE-interfaces-oper:interfaces/interface",
                "name;description;interface-type;admin-status;oper-status;speed;last-change;\
                 statistics(discontinuity-time;in-octets;out-octets-64;out-octets)",
            ),
            Model::Ietf => (
                "ietf-interfaces:interfaces-state/interface",
                "name;type;admin-status;oper-status;speed;last-change;\
                 statistics(discontinuity-time;in-octets;out-octets)",
            ),
        };
        Ask::Get { path: format!("{list}?fields={fields}"), plain: Some(list.to_owned()) }
    }

    /// Every entry of the list; none when the body cannot be read or holds no interface.
    pub fn entries(self, body: &str) -> Option<Vec<Entry<'_>>> {
        let entries = leaf::root::<Written<'_>>(body, "interface")?.0;
        let entries: Vec<Entry<'_>> = entries.into_iter().filter_map(|written| written.entry(self)).collect();
        (!entries.is_empty()).then_some(entries)
    }
}

/// One interface as it was told; none is a leaf that was not reported.
#[derive(Debug)]
pub struct Entry<'a> {
    name: Leaf<'a>,
    description: Leaf<'a>,
    kind: Leaf<'a>,
    pub admin: Option<State>,
    pub oper: Option<State>,
    /// Bits per second; none also for zero.
    pub speed: Option<u64>,
    pub last_change: Option<Timestamp>,
    pub discontinuity: Option<Timestamp>,
    pub received: Option<Octets>,
    pub sent: Option<Octets>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    Up,
    Down,
}

impl Entry<'_> {
    pub fn name(&self) -> &str {
        self.name.text().unwrap_or_default().trim()
    }

    pub fn description(&self) -> Option<&str> {
        self.description.text().map(str::trim)
    }

    /// Up, fast, and what it sends is counted in 32 bits.
    pub fn is_too_narrow(&self) -> bool {
        let fast = self.speed.is_some_and(|speed| speed > NARROW_SPEED);
        fast && self.oper == Some(State::Up) && matches!(self.sent, Some(Octets::Narrow(_)))
    }

    /// `iana-iftype-sw-loopback`, `softwareLoopback`
    pub fn kind(&self) -> &str {
        self.kind.word().unwrap_or_default()
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Written<'a> {
    #[serde(default, borrow)]
    name: Leaf<'a>,
    #[serde(default, borrow)]
    description: Leaf<'a>,
    #[serde(default, borrow)]
    interface_type: Leaf<'a>,
    #[serde(default, borrow, rename = "type")]
    kind: Leaf<'a>,
    #[serde(default, borrow)]
    admin_status: Leaf<'a>,
    #[serde(default, borrow)]
    oper_status: Leaf<'a>,
    #[serde(default, borrow)]
    speed: Leaf<'a>,
    #[serde(default, borrow)]
    last_change: Leaf<'a>,
    #[serde(default, borrow)]
    statistics: Entries<Statistics<'a>>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "kebab-case", default)]
struct Statistics<'a> {
    #[serde(borrow)]
    discontinuity_time: Leaf<'a>,
    #[serde(borrow)]
    in_octets: Leaf<'a>,
    #[serde(borrow)]
    out_octets: Leaf<'a>,
    #[serde(borrow, rename = "out-octets-64")]
    out_octets_64: Leaf<'a>,
}

impl<'a> Written<'a> {
    fn entry(self, model: Model) -> Option<Entry<'a>> {
        self.name.text().filter(|name| !name.trim().is_empty())?;
        let statistics = self.statistics.first().unwrap_or_default();
        Some(Entry {
            admin: self.admin_status.word().and_then(state),
            oper: self.oper_status.word().and_then(state),
            speed: self.speed.whole().filter(|speed| *speed > 0),
            last_change: self.last_change.time(),
            discontinuity: statistics.discontinuity_time.time(),
            received: statistics.in_octets.whole().map(Octets::Wide),
            sent: statistics.sent(model),
            kind: if self.kind == Leaf::Absent { self.interface_type } else { self.kind },
            name: self.name,
            description: self.description,
        })
    }
}

impl Statistics<'_> {
    /// Cisco's `out-octets` has 32 bits, `out-octets-64` came with 17.2; in `ietf-interfaces` both
    /// counters have 64.
    fn sent(&self, model: Model) -> Option<Octets> {
        let wide = self.out_octets_64.whole().map(Octets::Wide);
        let plain = self.out_octets.whole();
        wide.or_else(|| match model {
            Model::Cisco => plain.map(Octets::Narrow),
            Model::Ietf => plain.map(Octets::Wide),
        })
    }
}

/// `if-oper-state-ready`, `if-state-up` and `up` are up. Testing, dormant and unknown are neither.
fn state(word: &str) -> Option<State> {
    let word = word.strip_prefix("if-oper-state-").or(word.strip_prefix("if-state-")).unwrap_or(word);
    match word {
        "up" | "ready" => Some(State::Up),
        "down" | "no-pass" | "lower-layer-down" | "not-present" | "invalid" => Some(State::Down),
        _ => None,
    }
}
