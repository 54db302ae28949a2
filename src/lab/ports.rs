//! The ports of a router as they are at a moment: what the configuration and the cables make of them, and the faults.

use std::net::Ipv4Addr;

use super::cli::show::interfaces;
use super::counters::{Glance, Mode};
use super::fault::Fault;
use super::state::State;
use super::traffic;

pub(crate) struct Face {
    pub name: String,
    pub description: String,
    pub address: Option<Ipv4Addr>,
    /// `02:00:00:00:00:01`
    pub mac: String,
    pub index: usize,
    pub shut: bool,
    pub up: bool,
    /// Bits a second.
    pub speed: u64,
    pub mode: Mode,
}

pub(crate) fn faces(state: &State) -> Vec<Face> {
    let every = interfaces(state).into_iter().enumerate();
    every
        .map(|(number, interface)| {
            let name = interface.name;
            Face {
                description: interface.description,
                address: interface.address.map(|(address, _)| address),
                mac: with_colons(&interface.mac),
                index: number + 1,
                shut: interface.shut,
                up: interface.up,
                speed: traffic::speed(&name),
                mode: if interface.up { mode(state, &name) } else { Mode::Still },
                name,
            }
        })
        .collect()
}

impl Face {
    pub fn glance(&self) -> Glance {
        Glance { port: self.name.clone(), mode: self.mode, up: self.up }
    }

    /// What it is, in the words of the IANA's list.
    pub fn kind(&self) -> Kind {
        match self.name.as_str() {
            name if name.contains("Ethernet") => Kind::Ethernet,
            name if name.starts_with("Loopback") => Kind::Loopback,
            _ => Kind::Other,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Ethernet,
    Loopback,
    Other,
}

fn mode(state: &State, port: &str) -> Mode {
    let load = state.faults.iter().rev().find_map(|in_force| match &in_force.fault {
        Fault::PortLoad { port: its, percent } if its == port => Some(*percent),
        _ => None,
    });
    load.map_or(Mode::Own, Mode::Steady)
}

/// `0200.0000.0001` as RESTCONF writes it.
fn with_colons(mac: &str) -> String {
    let digits: Vec<char> = mac.chars().filter(|letter| *letter != '.').collect();
    digits.chunks(2).map(|pair| pair.iter().collect::<String>()).collect::<Vec<_>>().join(":")
}
