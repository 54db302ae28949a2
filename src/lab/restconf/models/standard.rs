//! `ietf-interfaces`, revision 2014-05-08: what IOS XE ships. Both octet counters are strings of 64 bits.

use serde_json::{Value, json};

use super::View;
use super::interfaces::PACKET_OCTETS;
use crate::lab::ports::{Face, Kind};
use crate::lab::traffic::Direction;

pub(super) fn interfaces_state(view: &View) -> Value {
    let entries: Vec<Value> = view.faces().iter().map(|face| entry(view, face)).collect();
    json!({ "interface": entries })
}

fn entry(view: &View, face: &Face) -> Value {
    let kind = match face.kind() {
        Kind::Ethernet => "iana-if-type:ethernetCsmacd",
        Kind::Loopback => "iana-if-type:softwareLoopback",
        Kind::Other => "iana-if-type:other",
    };
    let word = |up: bool| if up { "up" } else { "down" };
    let past = view.past(face);
    let (received, sent) = (view.octets(face, Direction::In), view.octets(face, Direction::Out));
    let text = |number: u64| number.to_string();
    json!({
        "name": face.name,
        "type": kind,
        "admin-status": word(!face.shut),
        "oper-status": word(face.up),
        "last-change": view.stamp(past.changed),
        "if-index": face.index,
        "phys-address": face.mac,
        "speed": text(face.speed),
        "statistics": {
            "discontinuity-time": view.stamp(past.discontinuity),
            "in-octets": text(received),
            "in-unicast-pkts": text(received / PACKET_OCTETS),
            "in-discards": 0,
            "in-errors": 0,
            "in-unknown-protos": 0,
            "out-octets": text(sent),
            "out-unicast-pkts": text(sent / PACKET_OCTETS),
            "out-discards": 0,
            "out-errors": 0
        }
    })
}
