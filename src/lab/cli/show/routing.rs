//! Addresses, routes and the protocols that carry them.

use std::net::Ipv4Addr;

use super::interfaces::interfaces;
use super::{Asked, short_span};
use crate::lab::sample::draw;
use crate::lab::state::State;
use crate::lab::topology::{provider, router_id};

/// Whether a ping to this address is answered: an own address, or one of the router at the other end of a cable.
pub(crate) fn reachable(state: &State, address: &str) -> bool {
    let Ok(address) = address.parse::<Ipv4Addr>() else { return false };
    let own =
        interfaces(state).iter().any(|interface| interface.address.is_some_and(|(own, _)| own == address));
    let near = state
        .neighbours
        .iter()
        .any(|neighbour| neighbour.address == address || neighbour.router_id == address);
    own || near || address == provider(state.number)
}

pub(super) fn arp(asked: &Asked) -> String {
    let mut text = "Protocol  Address          Age (min)  Hardware Addr   Type   Interface\n".to_owned();
    let wanted = |address: Ipv4Addr| asked.arguments.is_empty() || address.to_string() == asked.argument();
    let mut row = |address: Ipv4Addr, age: &str, mac: &str, interface: &str| {
        if wanted(address) {
            let address = address.to_string();
            text.push_str(&format!("Internet  {address:<15}  {age:>8}   {mac}  ARPA   {interface}\n"));
        }
    };
    for interface in interfaces(asked.state).iter().filter(|interface| interface.name.contains("Ethernet")) {
        let Some((address, mask)) = interface.address.filter(|_| interface.up) else { continue };
        row(address, "-", &interface.mac, &interface.name);
        for other in others(asked.state, address, mask) {
            let age = draw(&other.to_string()).next().unwrap_or(0) % 200;
            row(other, &age.to_string(), &far_mac(other), &interface.name);
        }
    }
    text
}

/// Who else lives in the network of an interface.
fn others(state: &State, own: Ipv4Addr, mask: Ipv4Addr) -> Vec<Ipv4Addr> {
    let network = u32::from(own) & u32::from(mask);
    let near = |address: &Ipv4Addr| u32::from(*address) & u32::from(mask) == network;
    if u32::from(mask).count_ones() < 30 {
        return (11..17).map(|host| Ipv4Addr::from(network + host)).collect();
    }
    let neighbours = state.neighbours.iter().map(|neighbour| neighbour.address);
    neighbours.chain([provider(state.number)]).filter(near).collect()
}

fn far_mac(address: Ipv4Addr) -> String {
    let mut bytes = draw(&format!("{address} mac"));
    let mut pair = || format!("{:02x}{:02x}", bytes.next().unwrap_or(1), bytes.next().unwrap_or(2));
    format!("0200.{}.{}", pair(), pair())
}

const CODES: &str = "Codes: L - local, C - connected, S - static, R - RIP, M - mobile, B - BGP
       D - EIGRP, EX - EIGRP external, O - OSPF, IA - OSPF inter area
       N1 - OSPF NSSA external type 1, N2 - OSPF NSSA external type 2
       E1 - OSPF external type 1, E2 - OSPF external type 2
       i - IS-IS, su - IS-IS summary, L1 - IS-IS level-1, L2 - IS-IS level-2
       ia - IS-IS inter area, * - candidate default, U - per-user static route
";

struct Route {
    code: &'static str,
    network: Ipv4Addr,
    bits: u32,
    via: String,
}

fn table(asked: &Asked) -> Vec<Route> {
    let state = asked.state;
    let mut routes = Vec::new();
    for interface in interfaces(state).iter().filter(|interface| interface.up) {
        let Some((address, mask)) = interface.address else { continue };
        let network = Ipv4Addr::from(u32::from(address) & u32::from(mask));
        let via = format!("is directly connected, {}", interface.name);
        if u32::from(mask).count_ones() < 32 {
            routes.push(Route { code: "L", network: address, bits: 32, via: via.clone() });
        }
        routes.push(Route { code: "C", network, bits: u32::from(mask).count_ones(), via });
    }
    let age = short_span(asked.uptime());
    for neighbour in asked.neighbours() {
        let via = format!("[110/2] via {}, {age}, {}", neighbour.address, neighbour.local);
        routes.push(Route { code: "O", network: neighbour.router_id, bits: 32, via });
    }
    routes.extend(state.running.entries().iter().filter_map(|entry| static_route(&entry.line)));
    routes.sort_by_key(|route| (route.network, route.bits));
    routes
}

fn static_route(line: &str) -> Option<Route> {
    let mut words = line.strip_prefix("ip route ")?.split(' ');
    let network: Ipv4Addr = words.next()?.parse().ok()?;
    let mask: Ipv4Addr = words.next()?.parse().ok()?;
    let bits = u32::from(mask).count_ones();
    let code = if bits == 0 { "S*" } else { "S" };
    Some(Route { code, network, bits, via: format!("[1/0] via {}", words.next()?) })
}

pub(super) fn routes(asked: &Asked) -> String {
    let table = table(asked);
    let default = table.iter().find(|route| route.bits == 0);
    let gateway = match default.and_then(|route| route.via.rsplit(' ').next()) {
        Some(gateway) => format!("Gateway of last resort is {gateway} to network 0.0.0.0"),
        None => "Gateway of last resort is not set".to_owned(),
    };
    let mut text = format!("{CODES}\n{gateway}\n\n");
    let mut shown = None;
    for route in &table {
        let group = classful(route);
        if group != shown {
            text.push_str(&heading(&table, group));
            shown = group;
        }
        text.push_str(&format!("{:<8} {}/{} {}\n", route.code, route.network, route.bits, route.via));
    }
    text
}

/// The old network of class A, B or C that a route lies in; routers still group their tables by it.
fn classful(route: &Route) -> Option<(Ipv4Addr, u32)> {
    let bits = match route.network.octets() {
        _ if route.bits == 0 => return None,
        [..=127, ..] => 8,
        [128..=191, ..] => 16,
        [192..=255, ..] => 24,
    };
    Some((Ipv4Addr::from(u32::from(route.network) & (u32::MAX << (32 - bits))), bits))
}

fn heading(table: &[Route], group: Option<(Ipv4Addr, u32)>) -> String {
    let Some((network, bits)) = group else { return String::new() };
    let members: Vec<u32> =
        table.iter().filter(|route| classful(route) == group).map(|route| route.bits).collect();
    let masks = members.iter().collect::<std::collections::BTreeSet<_>>().len();
    let count = members.len();
    match members.as_slice() {
        [one, rest @ ..] if rest.iter().all(|other| other == one) => {
            let plural = if count == 1 { "" } else { "s" };
            format!("      {network}/{one} is subnetted, {count} subnet{plural}\n")
        }
        _ => format!("      {network}/{bits} is variably subnetted, {count} subnets, {masks} masks\n"),
    }
}

pub(super) fn route(asked: &Asked) -> String {
    let wanted: Ipv4Addr = asked.argument().parse().unwrap_or(Ipv4Addr::UNSPECIFIED);
    let mask = |bits: u32| u32::MAX.checked_shl(32 - bits).unwrap_or(0);
    let covers =
        |route: &&Route| route.bits > 0 && u32::from(wanted) & mask(route.bits) == u32::from(route.network);
    let table = table(asked);
    match table.iter().filter(covers).max_by_key(|route| route.bits) {
        Some(route) => format!(
            "Routing entry for {}/{}\n  Known via \"{}\"\n  Routing Descriptor Blocks:\n  * {}\n      Route metric is 0, traffic share count is 1\n",
            route.network,
            route.bits,
            match route.code {
                "O" => "ospf 1",
                "S" => "static",
                _ => "connected",
            },
            route.via
        ),
        None => "% Network not in table\n".to_owned(),
    }
}

pub(super) fn bgp(asked: &Asked) -> String {
    let state = asked.state;
    let number = state.running.value("router bgp").unwrap_or("65001");
    let age = short_span(asked.uptime());
    let (messages, peer) = (asked.uptime().num_minutes(), provider(state.number).to_string());
    let gone = !asked.sees(&peer, "GigabitEthernet1");
    let (age, prefixes) = if gone { ("never".to_owned(), "Idle") } else { (age, "       5") };
    let messages = if gone { 0 } else { messages };
    format!(
        "BGP router identifier {}, local AS number {number}\nBGP table version is 6, main routing table version 6\n\
         5 network entries using 1240 bytes of memory\n5 path entries using 680 bytes of memory\n\
         BGP using 2656 total bytes of memory\nBGP activity 5/0 prefixes, 5/0 paths, scan interval 60 secs\n\n\
         Neighbor        V           AS MsgRcvd MsgSent   TblVer  InQ OutQ Up/Down  State/PfxRcd\n\
         {peer:<15} 4        64999 {messages:>7} {messages:>7}        6    0    0 {age:<8} {prefixes}\n",
        router_id(state.number)
    )
}

pub(super) fn ospf(asked: &Asked) -> String {
    let mut text =
        "\nNeighbor ID     Pri   State           Dead Time   Address         Interface\n".to_owned();
    for neighbour in asked.neighbours() {
        let (id, address) = (neighbour.router_id.to_string(), neighbour.address.to_string());
        let dead = 31 + asked.now.timestamp() % 9;
        text.push_str(&format!(
            "{id:<15}   0   FULL/  -        00:00:{dead:02}    {address:<15} {}\n",
            neighbour.local
        ));
    }
    text
}
