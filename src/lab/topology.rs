//! Where every router of a plan stands: its number, its ports, the addresses on them and the neighbours behind them.
//! Derived from the plan alone, so that a lab started again is the same lab.

use std::net::Ipv4Addr;

use serde::{Deserialize, Serialize};

use super::plan::RouterPlan;
use super::sample::draw;

/// One physical or logical interface as the router is born with it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Port {
    pub name: String,
    pub description: String,
    pub address: Option<(Ipv4Addr, Ipv4Addr)>,
    pub mac: String,
    pub shut: bool,
}

/// The router at the other end of a cable.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Neighbour {
    pub name: String,
    pub address: Ipv4Addr,
    pub router_id: Ipv4Addr,
    pub local: String,
    pub remote: String,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Place {
    pub name: String,
    pub site: String,
    pub number: usize,
    pub serial: String,
    pub ports: Vec<Port>,
    pub neighbours: Vec<Neighbour>,
}

const LINK: Ipv4Addr = Ipv4Addr::new(255, 255, 255, 252);
const LAN: Ipv4Addr = Ipv4Addr::new(255, 255, 255, 0);
const HOST: Ipv4Addr = Ipv4Addr::new(255, 255, 255, 255);
/// Gi1 goes to the provider, Gi2 to the first parent, Gi3 to the site; other links begin here.
const FIRST_FREE: usize = 4;

pub(crate) fn places(plans: &[RouterPlan]) -> Vec<Place> {
    let mut places: Vec<Place> = plans.iter().enumerate().map(|(number, plan)| alone(number, plan)).collect();
    let mut cable = 0;
    for (child, plan) in plans.iter().enumerate() {
        for (rank, parent) in plan.parents.iter().enumerate() {
            let Some(parent) = plans.iter().position(|other| other.name == *parent) else { continue };
            connect(&mut places, child, parent, rank, cable);
            cable += 1;
        }
    }
    for place in &mut places {
        spare_ports(place);
    }
    places
}

fn alone(number: usize, plan: &RouterPlan) -> Place {
    let (high, low) = bytes(number);
    let mut place = Place {
        name: plan.name.clone(),
        site: plan.site.clone(),
        number,
        serial: serial(&plan.name),
        ports: Vec::new(),
        neighbours: Vec::new(),
    };
    let loopback = router_id(number);
    place.add("Loopback0", "router id", Some((loopback, HOST)));
    place.add("GigabitEthernet1", "to ISP-A", Some((Ipv4Addr::new(100, 64 + high % 64, low, 2), LINK)));
    place.add("GigabitEthernet3", &format!("users {}", plan.site), Some((Ipv4Addr::new(10, low, 1, 1), LAN)));
    place
}

fn connect(places: &mut [Place], child: usize, parent: usize, rank: usize, cable: usize) {
    let [upper, lower] = link_addresses(cable);
    let child_port = if rank == 0 { "GigabitEthernet2".to_owned() } else { free_port(places.get(child)) };
    let parent_port = free_port(places.get(parent));
    let name = |at: usize| places.get(at).map(|place| place.name.clone()).unwrap_or_default();
    let (child_name, parent_name) = (name(child), name(parent));
    if let Some(place) = places.get_mut(child) {
        let there = (parent_name, upper, router_id(parent));
        place.link(&child_port, lower, there, &parent_port);
    }
    if let Some(place) = places.get_mut(parent) {
        let there = (child_name, lower, router_id(child));
        place.link(&parent_port, upper, there, &child_port);
    }
}

impl Place {
    fn link(&mut self, local: &str, address: Ipv4Addr, there: (String, Ipv4Addr, Ipv4Addr), remote: &str) {
        let (name, far, router_id) = there;
        self.add(local, &format!("to {name} {remote}"), Some((address, LINK)));
        let (local, remote) = (local.to_owned(), remote.to_owned());
        self.neighbours.push(Neighbour { name, address: far, router_id, local, remote });
    }

    fn add(&mut self, name: &str, description: &str, address: Option<(Ipv4Addr, Ipv4Addr)>) {
        let port = Port {
            name: name.to_owned(),
            description: description.to_owned(),
            address,
            mac: mac(&self.name, name),
            shut: address.is_none(),
        };
        self.ports.push(port);
        self.ports.sort_by_key(|port| (!port.name.starts_with("Loop"), port.name.len(), port.name.clone()));
    }
}

/// Ports 1 to 4 are always there; those without a cable are shut down, as a careful engineer leaves them.
fn spare_ports(place: &mut Place) {
    for number in 1..=FIRST_FREE {
        let name = format!("GigabitEthernet{number}");
        if !place.ports.iter().any(|port| port.name == name) {
            place.add(&name, "", None);
        }
    }
}

fn free_port(place: Option<&Place>) -> String {
    let taken = |name: &String| place.is_some_and(|place| place.ports.iter().any(|port| port.name == *name));
    let mut names = (FIRST_FREE..).map(|number| format!("GigabitEthernet{number}"));
    names.find(|name| !taken(name)).unwrap_or_default()
}

fn link_addresses(cable: usize) -> [Ipv4Addr; 2] {
    let (high, low) = (byte(cable / 60), byte(cable % 60 * 4));
    [Ipv4Addr::new(10, 254, high, low + 1), Ipv4Addr::new(10, 254, high, low + 2)]
}

pub(crate) fn router_id(number: usize) -> Ipv4Addr {
    let (high, low) = bytes(number);
    Ipv4Addr::new(10, 255, high, low)
}

/// The provider's end of Gi1.
pub(crate) fn provider(number: usize) -> Ipv4Addr {
    let (high, low) = bytes(number);
    Ipv4Addr::new(100, 64 + high % 64, low, 1)
}

/// Two bytes of an address that no other router has.
fn bytes(number: usize) -> (u8, u8) {
    (byte(number / 250), byte(number % 250 + 1))
}

fn byte(number: usize) -> u8 {
    u8::try_from(number % 256).unwrap_or(0)
}

fn serial(name: &str) -> String {
    let digits: String =
        draw(&format!("{name} serial")).take(8).map(|value| char::from(b'0' + value % 10)).collect();
    format!("9LAB{digits}")
}

fn mac(router: &str, port: &str) -> String {
    let mut bytes = draw(&format!("{router} {port} mac"));
    let mut pair = || format!("{:02x}{:02x}", bytes.next().unwrap_or(1), bytes.next().unwrap_or(2));
    format!("0200.{}.{}", pair(), pair())
}
