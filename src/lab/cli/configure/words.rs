//! Which lines configuration mode knows: what opens a section, what is checked, what is stored as it was typed.

use crate::lab::configuration::begins_with_words;

/// A kind of section: the words that open it and the prompt inside it.
pub(super) struct Section {
    pub words: &'static str,
    pub prompt: &'static str,
}

/// A kind of section inside a section: the words that open the outer one come first.
struct Inner {
    within: &'static str,
    section: Section,
}

/// Longer words stand before shorter ones that they begin with.
const SECTIONS: &[Section] = &[
    Section { words: "interface", prompt: "config-if" },
    Section { words: "router", prompt: "config-router" },
    Section { words: "line", prompt: "config-line" },
    Section { words: "ip access-list standard", prompt: "config-std-nacl" },
    Section { words: "ip access-list extended", prompt: "config-ext-nacl" },
    Section { words: "route-map", prompt: "config-route-map" },
    Section { words: "vrf definition", prompt: "config-vrf" },
    Section { words: "key chain", prompt: "config-keychain" },
    Section { words: "class-map", prompt: "config-cmap" },
    Section { words: "policy-map", prompt: "config-pmap" },
    Section { words: "crypto pki trustpoint", prompt: "ca-trustpoint" },
    Section { words: "crypto isakmp policy", prompt: "config-isakmp" },
    Section { words: "crypto map", prompt: "config-crypto-map" },
    Section { words: "crypto ikev2 keyring", prompt: "config-ikev2-keyring" },
    Section { words: "crypto keyring", prompt: "conf-keyring" },
    Section { words: "aaa group server", prompt: "config-sg-radius" },
    Section { words: "radius server", prompt: "config-radius-server" },
    Section { words: "tacacs server", prompt: "config-server-tacacs" },
    Section { words: "archive", prompt: "config-archive" },
    Section { words: "control-plane", prompt: "config-cp" },
    Section { words: "event manager applet", prompt: "config-applet" },
];

const INNER: &[Inner] = &[
    Inner { within: "router", section: Section { words: "address-family", prompt: "config-router-af" } },
    Inner { within: "vrf definition", section: Section { words: "address-family", prompt: "config-vrf-af" } },
    Inner { within: "key chain", section: Section { words: "key", prompt: "config-keychain-key" } },
    Inner { within: "policy-map", section: Section { words: "class", prompt: "config-pmap-c" } },
    Inner { within: "archive", section: Section { words: "log config", prompt: "config-archive-log-cfg" } },
    Inner {
        within: "crypto ikev2 keyring",
        section: Section { words: "peer", prompt: "config-ikev2-keyring-peer" },
    },
];

/// What may be abbreviated and is checked, at the top and in an interface.
#[rustfmt::skip]
pub(super) const TOP: &[&str] = &[
    "hostname WORD", "interface INTERFACE", "router ospf NUMBER", "router bgp NUMBER", "router isis",
    "router isis WORD", "line vty LINE", "line con NUMBER", "line console NUMBER",
    "ip route A.B.C.D A.B.C.D LINE", "ip domain name WORD", "ip domain lookup",
    "ip access-list standard WORD", "ip access-list extended WORD", "username LINE",
    "snmp-server community LINE", "snmp-server location LINE", "snmp-server contact LINE",
    "snmp-server host LINE", "banner motd LINE", "banner login LINE", "banner exec LINE",
    "enable secret LINE", "enable password LINE", "logging buffered LINE", "logging host LINE",
    "ntp server LINE", "service LINE", "vrf definition WORD", "archive", "key chain LINE", "route-map LINE",
    "radius server WORD", "tacacs server WORD", "control-plane",
];
#[rustfmt::skip]
pub(super) const IN_INTERFACE: &[&str] = &[
    "description LINE", "ip address A.B.C.D A.B.C.D", "ip address A.B.C.D A.B.C.D secondary", "ip address",
    "ip address dhcp", "shutdown", "bandwidth NUMBER", "mtu NUMBER", "load-interval NUMBER", "ip ospf LINE",
    "ip mtu NUMBER", "ip access-group WORD in", "ip access-group WORD out", "standby LINE",
    "vrf forwarding WORD", "negotiation auto", "speed LINE", "duplex LINE", "encapsulation LINE",
    "cdp enable", "ppp LINE", "isis LINE", "vrrp LINE", "glbp LINE", "delay NUMBER", "tunnel LINE",
    "service-policy LINE", "ip nat LINE", "ip helper-address A.B.C.D", "crypto map WORD",
];
/// First words that the router knows besides; their lines are stored as they are.
#[rustfmt::skip]
pub(super) const KNOWN: &[&str] = &[
    "aaa", "access-list", "alias", "area", "bgp", "boot", "cdp", "class-map", "clock", "config-register",
    "crypto", "domain-password", "area-password", "dot11", "dot1x", "enrollment", "errdisable", "event",
    "exec-timeout", "ip", "ipv6", "key", "key-string", "l2tp-class", "lldp", "login", "logging", "match",
    "mpls", "neighbor", "net", "network", "ntp", "no", "passive-interface", "password", "path", "permit",
    "deny", "platform", "policy-map", "privilege", "radius-server", "redistribute", "remark", "router-id",
    "service", "server", "server-private", "set", "snmp-server", "spanning-tree", "tacacs-server",
    "transport", "vpdn-group", "wlccp", "action", "address", "pre-shared-key", "address-family", "class",
    "maximum-paths", "timeout", "rd", "route-target", "write-memory", "hidekeys", "log", "stopbits",
    "length", "secret", "pac", "mgmtuser", "wpa-psk", "cable", "license", "memory",
];

pub(super) fn section(line: &str) -> Option<&'static Section> {
    SECTIONS.iter().find(|section| begins_with_words(line, section.words))
}

pub(super) fn inner_section(top: &str, line: &str) -> Option<&'static Section> {
    let fits =
        |inner: &&Inner| begins_with_words(top, inner.within) && begins_with_words(line, inner.section.words);
    INNER.iter().find(fits).map(|inner| &inner.section)
}
