//! The table of secrets in configurations (devices.md A9), as data: one row a form, with its example. Each capture
//! group of a pattern is a secret; a row without a group says that the line looks like a secret and is none.
//! The first row of [`WORDS`] that fits a line is taken; [`ANYWHERE`] is tried on every line besides.

/// One form of a secret.
pub(super) struct Rule {
    pub pattern: &'static str,
    /// Not under a heading that begins so: `key 1` under `key chain` is a number, not a key.
    pub unless_under: Option<&'static str>,
    /// A line, and what it becomes; `<>` stands for the mark.
    #[cfg_attr(not(test), expect(dead_code, reason = "only the tests of the table read it"))]
    pub example: (&'static str, &'static str),
}

/// Where a command may begin: at the start of a line, after a prompt, in a log line, in a diff, after a line number, in quotes.
pub(super) const START: &str = r#"(?i)(?:^|[|#>:])[\s!+\-'"]*(?:(?:no|do|default)\s+)*"#;

const fn rule(pattern: &'static str, line: &'static str, becomes: &'static str) -> Rule {
    Rule { pattern, unless_under: None, example: (line, becomes) }
}

/// `T` is an optional type digit, `X` the rest of the line, `W` one word, `Q` one word or a quoted text.
pub(super) const WORDS: &[Rule] = &[
    // What only looks like a secret.
    rule(r"key\s+chain\s", "key chain OSPF-KEYS", "key chain OSPF-KEYS"),
    rule(r"password\s+encryption\s", "password encryption aes", "password encryption aes"),
    rule(
        r"mka\s+pre-shared-key\s+(?:fallback-)?key-chain\s",
        " mka pre-shared-key key-chain MKA",
        " mka pre-shared-key key-chain MKA",
    ),
    rule(
        r"(?:standby|vrrp|glbp)\s+(?:\d+\s+)?authentication\s+md5\s+key-chain\s",
        " standby 1 authentication md5 key-chain HSRP",
        " standby 1 authentication md5 key-chain HSRP",
    ),
    rule(
        r"snmp-server\s+host\s+\S+\s+(?:vrf\s+\S+\s+)?(?:(?:informs?|traps?)\s+)?version\s+3\s",
        "snmp-server host 10.0.0.9 traps version 3 priv watcher",
        "snmp-server host 10.0.0.9 traps version 3 priv watcher",
    ),
    // Logins.
    rule(
        r"enable\s+(?:algorithm-type\s+\S+\s+)?(?:secret|password)\s+(?:level\s+\d+\s+)?TX",
        "enable secret level 7 9 $9$abc$def",
        "enable secret level 7 9 <>",
    ),
    rule(
        r"mgmtuser\s+username\s+\S+\s+password\s+TW\s+secret\s+TW",
        " mgmtuser username lab password 0 red secret 0 green",
        " mgmtuser username lab password 0 <> secret 0 <>",
    ),
    rule(
        r"(?:dot1x\s+|mgmtuser\s+|vpdn\s+)?username\s+\S+\s+(?:.*?\s)?(?:password|secret)\s+TX",
        "username ops privilege 15 algorithm-type scrypt secret 9 $9$abc$def",
        "username ops privilege 15 algorithm-type scrypt secret 9 <>",
    ),
    // SNMP.
    rule(
        r"snmp-server\s+community\s+TQ",
        "snmp-server community made-up RO 10",
        "snmp-server community <> RO 10",
    ),
    rule(
        r"snmp-server\s+host\s+\S+\s+(?:vrf\s+\S+\s+)?(?:(?:informs?|traps?)\s+)?(?:version\s+(?:1|2c)\s+)?TQ",
        "snmp-server host 10.0.0.9 vrf MGMT informs version 2c made-up config",
        "snmp-server host 10.0.0.9 vrf MGMT informs version 2c <> config",
    ),
    rule(
        r"snmp-server\s+user\s+.*?\sauth\s+(?:sha-2\s+\d+|\S+)\s+W(?:\s+priv\s+(?:aes(?:\s+\d{3})?|3?des\S*)\s+W)?",
        "snmp-server user watcher GROUP v3 auth sha red priv aes 128 green",
        "snmp-server user watcher GROUP v3 auth sha <> priv aes 128 <>",
    ),
    rule(
        r"snmp\s+mib\s+community-map\s+Q",
        "snmp mib community-map made-up engineid 80",
        "snmp mib community-map <> engineid 80",
    ),
    // AAA.
    rule(
        r"(?:tacacs|radius)-server\s+(?:.*?\s)?key\s+TX",
        "radius-server host 10.0.0.2 auth-port 1812 acct-port 1813 key 7 0822455D0A16",
        "radius-server host 10.0.0.2 auth-port 1812 acct-port 1813 key 7 <>",
    ),
    rule(
        r"server-private\s+\S+\s+(?:.*?\s)?key\s+TX",
        " server-private 10.0.0.2 timeout 5 key 7 0822455D",
        " server-private 10.0.0.2 timeout 5 key 7 <>",
    ),
    rule(
        r"(?:client\s+\S+\s+(?:.*?\s)?)?server-key\s+TX",
        " client 10.0.0.2 server-key 7 0822455D",
        " client 10.0.0.2 server-key 7 <>",
    ),
    rule(r"pac\s+key\s+TX", " pac key 7 0822455D", " pac key 7 <>"),
    rule(
        r"aaa\s+group\s+(?:.*?\s)?key\s+TX",
        "aaa group server radius X key 7 0822455D",
        "aaa group server radius X key 7 <>",
    ),
    rule(
        r"(?:aaa\s+)?cts\s+credentials\s+id\s+\S+\s+password\s+TX",
        "cts credentials id R1 password 7 0822455D",
        "cts credentials id R1 password 7 <>",
    ),
    rule(r"sap\s+pmk\s+W", " sap pmk 00ABCDEF mode-list gcm-encrypt", " sap pmk <> mode-list gcm-encrypt"),
    // Tunnels and their keys.
    rule(
        r"crypto\s+isakmp\s+key\s+TQ",
        "crypto isakmp key 6 RedWord address 203.0.113.9",
        "crypto isakmp key 6 <> address 203.0.113.9",
    ),
    rule(
        r"pre-shared-key\s+(?:(?:local|remote)\s+)?(?:address|hostname)\s+\S+\s+(?:.*?\s)?key\s+(?:hex\s+)?TX",
        "  pre-shared-key address 203.0.113.9 255.255.255.255 key 6 RedWord",
        "  pre-shared-key address 203.0.113.9 255.255.255.255 key 6 <>",
    ),
    rule(
        r"pre-shared-key\s+(?:(?:local|remote)\s+)?(?:key\s+)?(?:hex\s+)?TX",
        "  pre-shared-key local 6 RedWord",
        "  pre-shared-key local 6 <>",
    ),
    rule(
        r"authentication\s+(?:local|remote)\s+pre-share\s+key\s+(?:hex\s+)?TX",
        " authentication remote pre-share key 6 RedWord",
        " authentication remote pre-share key 6 <>",
    ),
    rule(
        r"set\s+session-key\s+(?:inbound|outbound)\s+ah\s+\d+\s+W",
        " set session-key inbound ah 256 98765432109876543210987654",
        " set session-key inbound ah 256 <>",
    ),
    rule(
        r"set\s+session-key\s+(?:inbound|outbound)\s+esp\s+\d+\s+(?:cipher\s+)?W(?:\s+authenticator\s+W)?",
        " set session-key outbound esp 257 cipher abcdabcd authenticator 20",
        " set session-key outbound esp 257 cipher <> authenticator <>",
    ),
    rule(r"l2tp\s+tunnel\s+password\s+TX", " l2tp tunnel password 7 0822455D", " l2tp tunnel password 7 <>"),
    rule(r"digest\s+(?:secret\s+)?TW", " digest secret 7 0822455D hash md5", " digest secret 7 <> hash md5"),
    rule(
        r"cable\s+shared-(?:secondary-)?secret\s+(?:index\s+\d+\s+)?TX",
        " cable shared-secret 7 0822455D",
        " cable shared-secret 7 <>",
    ),
    rule(
        r"(?:crypto\s+(?:pki|ca|key)|enrollment)\s+(?:.*?\s)?(?:password|passphrase)\s+TX",
        "crypto pki import LAB pkcs12 flash:lab.p12 password RedWord",
        "crypto pki import LAB pkcs12 flash:lab.p12 password <>",
    ),
    rule(
        r"key\s+config-key\s+(?:password-encrypt(?:ion)?\s+)?X",
        "key config-key password-encrypt RedWord",
        "key config-key password-encrypt <>",
    ),
    rule(
        r"(?:macsec|mka)\s+(?:.*?\s)?key\s+TW",
        " macsec pre-shared key 7 0822455D",
        " macsec pre-shared key 7 <>",
    ),
    // Routing.
    rule(r"key-string\s+(?:hex\s+)?TX", "  key-string 7 0822455D0A16", "  key-string 7 <>"),
    rule(
        r"ntp\s+authentication-key\s+\d+\s+\S+\s+W",
        "ntp authentication-key 1 md5 0822455D0A16 7",
        "ntp authentication-key 1 md5 <> 7",
    ),
    rule(
        r"(?:.*\s)?authentication-key\s+TX",
        " ip ospf authentication-key 7 0822455D",
        " ip ospf authentication-key 7 <>",
    ),
    rule(
        r"(?:.*\s)?message-digest-key\s+\d+\s+md5\s+TX",
        " area 1 virtual-link 10.0.0.1 message-digest-key 1 md5 7 0822455D",
        " area 1 virtual-link 10.0.0.1 message-digest-key 1 md5 7 <>",
    ),
    rule(
        r"area\s+\S+\s+virtual-link\s+(?:.*?\s)?md5\s+TX",
        " area 1 virtual-link 10.0.0.1 authentication md5 7 0822455D",
        " area 1 virtual-link 10.0.0.1 authentication md5 7 <>",
    ),
    rule(
        r"(?:ipv6\s+)?(?:ospf|ospfv3|area)\s+(?:.*?\s)?ipsec\s+spi\s+\d+\s+(?:esp\s+\S+\s+(?:\d{3}\s+)?(?:[0-9]\s+)?W\s+)?(?:md5|sha1)\s+TW",
        " ospfv3 authentication ipsec spi 500 md5 0 0822455D",
        " ospfv3 authentication ipsec spi 500 md5 0 <>",
    ),
    rule(
        r"authentication\s+mode\s+hmac-sha-256\s+TX",
        "   authentication mode hmac-sha-256 7 0822455D",
        "   authentication mode hmac-sha-256 7 <>",
    ),
    rule(
        r"(?:isis\s+password|domain-password|area-password)\s+TW",
        " isis password RedWord level-2",
        " isis password <> level-2",
    ),
    rule(
        r"(?:neighbor|mpls\s+ldp)\s+(?:.*?\s)?password\s+(?:(?:required|option|fallback|rollover)\s+(?:.*?\s)?)?TX",
        " neighbor 10.0.0.2 password 7 0822455D",
        " neighbor 10.0.0.2 password 7 <>",
    ),
    rule(
        r"ip\s+msdp\s+(?:vrf\s+\S+\s+)?password\s+peer\s+\S+\s+TX",
        "ip msdp password peer 10.0.0.2 7 0822455D",
        "ip msdp password peer 10.0.0.2 7 <>",
    ),
    rule(r"ip\s+nhrp\s+authentication\s+X", " ip nhrp authentication RedWord", " ip nhrp authentication <>"),
    rule(
        r"(?:standby|vrrp|glbp)\s+(?:\d+\s+)?authentication\s+md5\s+key-string\s+TW",
        " standby 1 authentication md5 key-string 7 0822455D timeout 30",
        " standby 1 authentication md5 key-string 7 <> timeout 30",
    ),
    rule(
        r"(?:standby|vrrp|glbp)\s+(?:\d+\s+)?authentication\s+(?:text\s+)?W",
        " standby 1 authentication text RedWord",
        " standby 1 authentication text <>",
    ),
    // Links and wireless.
    rule(
        r"ppp\s+pap\s+sent-username\s+\S+\s+password\s+TX",
        " ppp pap sent-username lab password 7 0822455D",
        " ppp pap sent-username lab password 7 <>",
    ),
    rule(r"ppp\s+(?:chap|pap)\s+password\s+TX", " ppp chap password 7 0822455D", " ppp chap password 7 <>"),
    rule(r"ppp\s+chap\s+hostname\s+X", " ppp chap hostname lab", " ppp chap hostname <>"),
    rule(r"wpa-psk\s+(?:ascii|hex)\s+TX", " wpa-psk ascii 7 0822455D", " wpa-psk ascii 7 <>"),
    rule(
        r"(?:security\s+)?(?:.*\s)?set-key\s+(?:ascii|hex)\s+TX",
        " security wpa psk set-key ascii 0 RedWord",
        " security wpa psk set-key ascii 0 <>",
    ),
    rule(
        r"wlccp\s+(?:.*?\s)?password\s+TX",
        "wlccp ap username lab password 7 0822455D",
        "wlccp ap username lab password 7 <>",
    ),
    // Transfers.
    rule(r"ip\s+ftp\s+(?:.*?\s)?password\s+TX", "ip ftp password 7 0822455D", "ip ftp password 7 <>"),
    rule(
        r"ip\s+http\s+client\s+(?:.*?\s)?password\s+TX",
        "ip http client password 7 0822455D",
        "ip http client password 7 <>",
    ),
    rule(
        r"(?:.*\s)?ftp-username\s+W\s+ftp-password\s+TX",
        " ftp-username lab ftp-password 7 0822455D",
        " ftp-username <> ftp-password 7 <>",
    ),
    rule(r"(?:.*\s)?ftp-(?:username|password)\s+TX", " ftp-password 7 0822455D", " ftp-password 7 <>"),
    // What stands alone in a block.
    // Two words are a type and a key under any heading: a filter of the router may have cut the right heading away.
    rule(r"key\s+(?:hex\s+)?[0-9]\s+X", " key 7 0822455D", " key 7 <>"),
    Rule {
        pattern: r"key\s+(?:hex\s+)?TX",
        unless_under: Some("key chain"),
        example: (" key RedWord", " key <>"),
    },
    rule(r"(?:password|secret|passphrase)\s+TX", " password 7 0822455D", " password 7 <>"),
];

/// Secrets that are known by their own look.
pub(super) const ANYWHERE: &[Rule] = &[
    rule(
        r"(?i)\b[a-z][a-z0-9+.\-]*:/*[^\s:/@<>]+:(\S+)@",
        " path scp://lab:red@10.0.0.9/$h",
        " path scp://lab:<>@10.0.0.9/$h",
    ),
    rule(r"(\$(?:1|4|5|6|8|9|14)\$[^\s$]+\$[^\s]+)", "said $9$abcdefgh$0123456789", "said <>"),
];
