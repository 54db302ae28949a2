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

pub(crate) fn faces(state: &State, faults: &[Fault]) -> Vec<Face> {
    let every = interfaces(state).into_iter().enumerate();
    every
        .map(|(number, interface)| {
            let name = interface.name;
            let shut = interface.shut || faults.contains(&Fault::PortShut(name.clone()));
            let up = interface.up && !shut && !faults.contains(&Fault::PortDown(name.clone()));
            Face {
                description: interface.description,
                address: interface.address.map(|(address, _)| address),
                mac: with_colons(&interface.mac),
                index: number + 1,
                shut,
                up,
                speed: traffic::speed(&name),
                mode: mode(&name, up, faults),
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

fn mode(name: &str, up: bool, faults: &[Fault]) -> Mode {
    let load = faults.iter().rev().find_map(|fault| match fault {
        Fault::PortLoad { port, percent } if port == name => Some(*percent),
        _ => None,
    });
    match load {
        _ if !up || faults.contains(&Fault::PortGone(name.to_owned())) => Mode::Still,
        Some(percent) => Mode::Steady(percent),
        None => Mode::Own,
    }
}

/// `0200.0000.0001` as RESTCONF writes it.
fn with_colons(mac: &str) -> String {
    let digits: Vec<char> = mac.chars().filter(|letter| *letter != '.').collect();
    digits.chunks(2).map(|pair| pair.iter().collect::<String>()).collect::<Vec<_>>().join(":")
}
