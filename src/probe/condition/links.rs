//! What a router is joined by: interfaces that are up, routing neighbours that are there.

use super::Said;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::net::IpAddr;

/// The lines that are asked, in order.
pub(super) const LINES: [&str; 3] =
    ["show ip interface brief", "show ip bgp summary", "show ip ospf neighbor"];

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Links {
    /// Full names of those that are up.
    pub interfaces: BTreeSet<String>,
    /// Addresses of established ones.
    pub bgp: BTreeSet<String>,
    /// `10.0.0.1 on Port-channel1`, those that have got as far as they get.
    pub ospf: BTreeSet<String>,
}

pub(super) fn read(said: &Said<'_>, from: usize) -> Links {
    Links {
        interfaces: said.lines(from).map(interfaces).unwrap_or_default(),
        bgp: said.lines(from + 1).map(bgp).unwrap_or_default(),
        ospf: said.lines(from + 2).map(ospf).unwrap_or_default(),
    }
}

fn interfaces(text: &str) -> BTreeSet<String> {
    let up = |line: &str| {
        let words: Vec<&str> = line.split_whitespace().collect();
        let is_up = words.len() >= 6 && words.ends_with(&["up", "up"]);
        is_up.then(|| words.first().map(|name| (*name).to_owned())).flatten()
    };
    text.lines().filter_map(up).collect()
}

/// The last column is a number of prefixes where the session stands, and a word where it does not. A long
/// neighbour (IPv6) has its other columns on the next line.
fn bgp(text: &str) -> BTreeSet<String> {
    let table = text.lines().skip_while(|line| !line.starts_with("Neighbor")).skip(1);
    let (mut neighbours, mut open) = (BTreeSet::new(), None::<&str>);
    for line in table {
        let mut words = line.split_whitespace();
        let first = words.next().unwrap_or_default().trim_start_matches('*');
        let name = match first.parse::<IpAddr>() {
            Ok(_) => first,
            Err(_) => match open.take() {
                Some(name) => name,
                None => continue,
            },
        };
        match line.split_whitespace().count() {
            1 => open = Some(name),
            _ if line.split_whitespace().next_back().is_some_and(is_number) => {
                neighbours.insert(name.to_owned());
            }
            _ => {}
        }
    }
    neighbours
}

fn is_number(word: &str) -> bool {
    !word.is_empty() && word.chars().all(|c| c.is_ascii_digit())
}

/// `10.0.0.1  0  FULL/  -  00:00:32  10.0.1.1  Port-channel1`; two routers that are neither DR nor BDR stay 2WAY.
fn ospf(text: &str) -> BTreeSet<String> {
    let there = |line: &str| {
        let state = line.to_uppercase();
        let is_there = state.contains("FULL/") || state.contains("2WAY/");
        let mut words = line.split_whitespace();
        let id = words.next().filter(|id| id.parse::<IpAddr>().is_ok())?;
        let on = words.next_back()?;
        is_there.then(|| format!("{id} on {on}"))
    };
    text.lines().filter_map(there).collect()
}

impl Links {
    /// What was there before and is not now.
    #[must_use]
    pub fn missing_from(&self, now: &Links) -> Links {
        let gone = |was: &BTreeSet<String>, is: &BTreeSet<String>| was.difference(is).cloned().collect();
        Links {
            interfaces: gone(&self.interfaces, &now.interfaces),
            bgp: gone(&self.bgp, &now.bgp),
            ospf: gone(&self.ospf, &now.ospf),
        }
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.interfaces.is_empty() && self.bgp.is_empty() && self.ospf.is_empty()
    }
}
