//! `Cisco-IOS-XE-interfaces-oper`: the router's own model of its ports. The shape is that of a 17.9: most counters are
//! strings, `out-octets` is a number of 32 bits, and the whole of it stands in `out-octets-64`.

use serde_json::{Value, json};

use super::{View, rounded};
use crate::lab::ports::{Face, Kind};
use crate::lab::traffic::Direction;

/// A packet of the lab, in octets.
pub(super) const PACKET_OCTETS: u64 = 800;

pub(super) fn interfaces(view: &View) -> Value {
    let entries: Vec<Value> = view.faces().iter().map(|face| entry(view, face)).collect();
    json!({ "interface": entries })
}

fn entry(view: &View, face: &Face) -> Value {
    let kind = match face.kind() {
        Kind::Ethernet => "iana-iftype-ethernet-csmacd",
        Kind::Loopback => "iana-iftype-sw-loopback",
        Kind::Other => "iana-iftype-other",
    };
    json!({
        "name": face.name,
        "interface-type": kind,
        "admin-status": if face.shut { "if-state-down" } else { "if-state-up" },
        "oper-status": if face.up { "if-oper-state-ready" } else { "if-oper-state-no-pass" },
        "last-change": view.stamp(view.past(face).changed),
        "if-index": face.index,
        "phys-address": face.mac,
        "speed": face.speed.to_string(),
        "statistics": statistics(view, face),
        "vrf": "",
        "ipv4": face.address.map_or_else(|| "0.0.0.0".to_owned(), |address| address.to_string()),
        "description": face.description,
        "mtu": 1500
    })
}

fn statistics(view: &View, face: &Face) -> Value {
    let (received, sent) = (view.octets(face, Direction::In), view.octets(face, Direction::Out));
    let past = view.past(face);
    let text = |number: u64| number.to_string();
    let kilobits = |direction| text(rounded(view.load(face, direction) / 1000.0));
    let packets = |direction| text(rounded(view.load(face, direction) / 8.0) / PACKET_OCTETS);
    json!({
        "discontinuity-time": view.stamp(past.discontinuity),
        "in-octets": text(received),
        "in-unicast-pkts": text(received / PACKET_OCTETS),
        "in-discards": 0,
        "in-errors": 0,
        "in-unknown-protos": 0,
        "out-octets": sent % (1 << 32),
        "out-unicast-pkts": text(sent / PACKET_OCTETS),
        "out-discards": "0",
        "out-errors": "0",
        "rx-pps": packets(Direction::In),
        "rx-kbps": kilobits(Direction::In),
        "tx-pps": packets(Direction::Out),
        "tx-kbps": kilobits(Direction::Out),
        "num-flaps": text(past.flaps),
        "in-crc-errors": "0",
        "in-errors-64": "0",
        "out-octets-64": text(sent)
    })
}
