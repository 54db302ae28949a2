//! The interfaces as the running configuration and the cables make them.

use std::net::Ipv4Addr;

use super::Asked;
use crate::lab::configuration::Entry;
use crate::lab::counters::whole;
use crate::lab::fault::Fault;
use crate::lab::state::State;
use crate::lab::traffic::{self, Direction};

/// One interface as every command sees it.
pub(crate) struct Interface {
    pub name: String,
    pub description: String,
    pub address: Option<(Ipv4Addr, Ipv4Addr)>,
    pub shut: bool,
    pub up: bool,
    pub mac: String,
}

pub(crate) fn interfaces(state: &State) -> Vec<Interface> {
    let entries = state.running.entries().iter();
    let named = entries.filter_map(|entry| Some((entry.line.strip_prefix("interface ")?, entry)));
    named
        .filter(|(name, _)| !state.has(&Fault::PortGone((*name).to_owned())))
        .map(|(name, entry)| interface(state, name, entry))
        .collect()
}

fn interface(state: &State, name: &str, entry: &Entry) -> Interface {
    let port = state.ports.iter().find(|port| port.name == name);
    let told = |fault: fn(String) -> Fault| state.has(&fault(name.to_owned()));
    let shut = entry.below.iter().any(|line| line == " shutdown") || told(Fault::PortShut);
    let physical = name.contains("Ethernet");
    let cabled = port.is_some_and(|port| port.address.is_some());
    Interface {
        name: name.to_owned(),
        description: entry
            .below
            .iter()
            .find_map(|line| line.strip_prefix(" description "))
            .unwrap_or("")
            .to_owned(),
        address: entry.below.iter().find_map(|line| address(line)),
        shut,
        up: !shut && (!physical || cabled) && !told(Fault::PortDown),
        mac: port.map_or_else(|| "0200.0000.0001".to_owned(), |port| port.mac.clone()),
    }
}

fn address(line: &str) -> Option<(Ipv4Addr, Ipv4Addr)> {
    let (address, mask) = line.strip_prefix(" ip address ")?.split_once(' ')?;
    Some((address.parse().ok()?, mask.parse().ok()?))
}

/// `GigabitEthernet1` is `Gi1`.
pub(super) fn short(name: &str) -> String {
    let digit = name.find(|letter: char| letter.is_ascii_digit()).unwrap_or(name.len());
    let (kind, number) = name.split_at_checked(digit).unwrap_or((name, ""));
    format!("{}{number}", kind.get(..2).unwrap_or(kind))
}

pub(super) fn brief(asked: &Asked) -> String {
    let mut text =
        "Interface              IP-Address      OK? Method Status                Protocol\n".to_owned();
    let wanted = |name: &str| asked.argument().is_empty() || asked.argument() == name;
    for interface in interfaces(asked.state).into_iter().filter(|interface| wanted(&interface.name)) {
        let address =
            interface.address.map_or_else(|| "unassigned".to_owned(), |(address, _)| address.to_string());
        let (status, protocol) = interface.status("administratively down");
        let name = &interface.name;
        text.push_str(&format!("{name:<22} {address:<15} YES NVRAM  {status:<21} {protocol:<8}\n"));
    }
    text
}

pub(super) fn descriptions(asked: &Asked) -> String {
    let mut text = "Interface                      Status         Protocol Description\n".to_owned();
    for interface in interfaces(asked.state) {
        let (status, protocol) = interface.status("admin down");
        let line =
            format!("{:<30} {status:<14} {protocol:<8} {}", short(&interface.name), interface.description);
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}

pub(super) fn every(asked: &Asked) -> String {
    interfaces(asked.state).iter().map(|interface| long(asked, interface)).collect()
}

pub(super) fn one(asked: &Asked) -> String {
    let all = interfaces(asked.state);
    let found = all.iter().find(|interface| interface.name == asked.argument());
    found.map(|interface| long(asked, interface)).unwrap_or_default()
}

/// Whether the interface that was asked for is there.
pub(crate) fn has(state: &State, arguments: &[String]) -> bool {
    arguments.first().is_some_and(|name| state.running.section(&format!("interface {name}")).is_some())
}

impl Interface {
    fn status(&self, down: &'static str) -> (&'static str, &'static str) {
        match (self.shut, self.up) {
            (true, _) => (down, "down"),
            (false, true) => ("up", "up"),
            (false, false) => ("down", "down"),
        }
    }
}

fn long(asked: &Asked, interface: &Interface) -> String {
    let (status, protocol) = interface.status("administratively down");
    let name = &interface.name;
    let mut text = format!("{name} is {status}, line protocol is {protocol}\n");
    let physical = name.contains("Ethernet");
    if physical {
        let mac = &interface.mac;
        text.push_str(&format!("  Hardware is vNIC, address is {mac} (bia {mac})\n"));
    } else {
        text.push_str(&format!(
            "  Hardware is {}\n",
            name.trim_end_matches(|letter: char| !letter.is_alphabetic())
        ));
    }
    if !interface.description.is_empty() {
        text.push_str(&format!("  Description: {}\n", interface.description));
    }
    if let Some((address, mask)) = interface.address {
        text.push_str(&format!("  Internet address is {address}/{}\n", u32::from(mask).count_ones()));
    }
    let (speed, delay) = if physical { (1_000_000, 10) } else { (8_000_000, 5000) };
    text + &counters(asked, interface, speed, delay)
}

/// What the port carries without a fault; RESTCONF alone knows what it really did.
fn counters(asked: &Asked, interface: &Interface, speed: u64, delay: u64) -> String {
    let (router, port) = (&asked.state.name, &interface.name);
    let carries = |amount: f64| if interface.up { whole(amount) } else { 0 };
    let rate = |direction| carries(traffic::rate(router, port, direction, asked.now));
    let bytes = |direction| {
        carries(traffic::octets_between(router, port, direction, asked.state.boot_time, asked.now))
    };
    let (rate_in, rate_out) = (rate(Direction::In), rate(Direction::Out));
    let (bytes_in, bytes_out) = (bytes(Direction::In), bytes(Direction::Out));
    let load = |rate: u64| (rate * 255 / (speed * 1000)).max(1);
    format!(
        "  MTU 1500 bytes, BW {speed} Kbit/sec, DLY {delay} usec,
     reliability 255/255, txload {}/255, rxload {}/255
  Encapsulation ARPA, loopback not set
  Keepalive set (10 sec)
  Full Duplex, 1000Mbps, link type is auto, media type is Virtual
  ARP type: ARPA, ARP Timeout 04:00:00
  Last input 00:00:01, output 00:00:01, output hang never
  Last clearing of \"show interface\" counters never
  Input queue: 0/375/0/0 (size/max/drops/flushes); Total output drops: 0
  Queueing strategy: fifo
  Output queue: 0/40 (size/max)
  5 minute input rate {rate_in} bits/sec, {} packets/sec
  5 minute output rate {rate_out} bits/sec, {} packets/sec
     {} packets input, {bytes_in} bytes, 0 no buffer
     Received 0 broadcasts (0 IP multicasts)
     0 runts, 0 giants, 0 throttles
     0 input errors, 0 CRC, 0 frame, 0 overrun, 0 ignored
     {} packets output, {bytes_out} bytes, 0 underruns
     0 output errors, 0 collisions, 1 interface resets
     0 unknown protocol drops
     0 output buffer failures, 0 output buffers swapped out
",
        load(rate_out),
        load(rate_in),
        rate_in / 6400,
        rate_out / 6400,
        bytes_in / 800,
        bytes_out / 800,
    )
}
