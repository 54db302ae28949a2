//! What an interface is by its name and description: whether it has a speed that means anything, and
//! whether it is an uplink. Words as data; the inventory overrules both.

/// Types whose speed is a convention (a tunnel says 100 kb/s, a loopback 8 Gb/s), by the beginning of
/// their full names. A port-channel is none: its speed is the sum of its members.
const LOGICAL: [&str; 15] = [
    "AppGigabitEthernet",
    "BDI",
    "BVI",
    "Control Plane",
    "Dialer",
    "LISP",
    "Loopback",
    "NVI",
    "Null",
    "Tunnel",
    "Virtual-Access",
    "Virtual-Template",
    "VirtualPortGroup",
    "Vlan",
    "nve",
];

/// The same by their types (IANA), for names that are not in the list.
const LOGICAL_TYPES: [&str; 4] = ["loopback", "tunnel", "l2vlan", "l3ipvlan"];

/// What people call an interface over which others are reached, as whole words in any case. `to` counts
/// with a word behind it: `to HQ`, `R1 to R2`. An access port is described by who sits there. A number
/// at the end is passed over: `WAN2`.
const UPLINKS: [&str; 10] =
    ["backbone", "core", "internet", "isp", "transit", "trunk", "uplink", "uplinks", "upstream", "wan"];

/// `name` is the full one, `kind` the type in either model's spelling. A subinterface counts as logical:
/// its speed is its parent's and so is its traffic.
pub fn is_logical(name: &str, kind: &str) -> bool {
    let starts =
        |start: &str| name.get(..start.len()).is_some_and(|beginning| beginning.eq_ignore_ascii_case(start));
    let kind = kind.to_ascii_lowercase();
    LOGICAL.into_iter().any(starts)
        || name.contains('.')
        || LOGICAL_TYPES.iter().any(|logical| kind.contains(logical))
}

pub fn is_uplink(description: &str) -> bool {
    let mut words = description.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    let mut before_to = false;
    words.any(|word| {
        let plain = word.trim_end_matches(|c: char| c.is_ascii_digit());
        let named = before_to || UPLINKS.iter().any(|uplink| plain.eq_ignore_ascii_case(uplink));
        before_to = word.eq_ignore_ascii_case("to");
        named
    })
}
